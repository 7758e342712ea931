package webhooks

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"omniconnector/integration"
)

// Evidence is a delivery with all that is kept of its request: without headers, and with the secrets masked. Whose it is and what it says
// is left to the caller.
func Evidence(r Request, remote string, secrets ...integration.Secret) integration.Delivery {
	return integration.Delivery{
		Method: r.Method, Remote: remote, Received: r.Received,
		// Text columns take UTF-8 only, and a request is not lost to a stray byte.
		ContentType: strings.ToValidUTF8(r.ContentType, "?"),
		Query:       strings.ToValidUTF8(string(mask([]byte(r.Query), secrets...)), "?"),
		Body:        mask(r.Body, secrets...),
	}
}

// UnreadableEvent is the event that stands for an authentic delivery nobody can read. Its
// key is made of what is kept, so that the same garbage twice is one row.
func UnreadableEvent(d *integration.Delivery, why error) integration.Event {
	h := sha256.New()
	h.Write(d.Body)
	h.Write([]byte{0})
	h.Write([]byte(d.Query))
	return integration.Event{
		Kind: integration.Unreadable, Key: string(integration.Unreadable) + "|" + hex.EncodeToString(h.Sum(nil)),
		At: d.Received, Problem: why.Error(),
	}
}
