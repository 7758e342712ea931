package webhooks

import (
	"time"

	"omniconnector/integration"
)

// Source reads the notifications of one platform.
type Source interface {
	// Name is the source's word in the address: /hooks/<name>/….
	Name() string
	// Read translates one notification. An error says why it cannot be read, in words a
	// tenant understands; the notification then carries no more than the secret found in it.
	// The event's ID, Source and Received are not the source's business.
	Read(r Request) (Notification, error)
}

// Request is one HTTP request as a source sees it.
type Request struct {
	Method      string
	Event       string // the last segment of the path, when there is one
	ContentType string // as claimed; senders are often wrong about it
	Query       string // raw
	Body        []byte
	Received    time.Time
	Location    *time.Location // the account's time zone; nil means UTC
}

// Notification is what a request says.
type Notification struct {
	// Secret is the constant that the tenant's template carries, empty when it carries none.
	Secret integration.Secret
	Event  integration.Event
}

// ReadingError says why an authentic request could not be read, in both languages of the product.
type ReadingError struct{ RU, EN string }

// Error joins both languages, because the journal keeps one text.
func (e *ReadingError) Error() string { return e.RU + " / " + e.EN }
