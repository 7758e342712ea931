package files

import (
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"omniconnector/integration"
)

// purpose binds what is sealed to this package.
const purpose = "files/link"

// Sealer seals the contents of links; internal/keyring has one.
type Sealer interface {
	// SealAlike encrypts a value; equal values come out equal.
	SealAlike(purpose string, value []byte) ([]byte, error)
	// Open decrypts what SealAlike made for the purpose; whatever was changed does not open.
	Open(purpose string, sealed []byte) ([]byte, error)
}

// Signer makes links and reads them.
type Signer struct {
	// Keys seal: a link opens as long as the key is there that was the newest when it was made.
	Keys Sealer
}

// ErrLink means that a link is none of ours, or was changed.
var ErrLink = errors.New("not a link to a file")

// Link is the address at which a tenant's file can be opened until a moment; empty when the file cannot be found by what is known of it.
// Base is the public address of the installation. The same file and second give the same link.
func (s Signer) Link(base string, tenant integration.TenantID, f integration.File, until time.Time) string {
	if f.URL == "" && (f.Account == "" || f.Channel == "" || f.ID == "" || f.Token == "") {
		return ""
	}
	f.Name = shortName(f.Name)
	sealed, err := s.Keys.SealAlike(purpose, pack(content{tenant: tenant, file: f, until: until}))
	if err != nil {
		return ""
	}
	return strings.TrimRight(base, "/") + "/files/" + base64.RawURLEncoding.EncodeToString(sealed)
}

// longestToken is longer than any token of ours: addresses of files are the longest in them.
const longestToken = 8 << 10

// read opens a link's token.
func (s Signer) read(token string) (content, error) {
	if len(token) > longestToken {
		return content{}, ErrLink
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return content{}, ErrLink
	}
	raw, err := s.Keys.Open(purpose, sealed)
	if err != nil {
		return content{}, ErrLink
	}
	c, err := unpack(raw)
	if err != nil {
		return content{}, ErrLink
	}
	return c, nil
}
