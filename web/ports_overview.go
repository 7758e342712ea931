package web

import (
	"context"
	"time"

	"omniconnector/integration"
)

// OpenCall is one call that goes on, with what was told of it.
type OpenCall struct {
	Session integration.SessionID
	Events  []integration.Event
}

// Activity is what goes on in a portal, counted.
type Activity struct {
	// Ended counts the calls that ended since a moment, by how they came out.
	Ended map[integration.Ending]int
	// Conversations counts chats and offline requests likewise.
	Conversations map[integration.Ending]int
	// OpenChats counts the chats that go on, up to a limit of counting.
	OpenChats int
	// ChatsHeard and RequestsHeard tell that any chat, any offline request was ever heard of.
	ChatsHeard, RequestsHeard bool
	// Open counts the calls that go on, and requests that are not carried out yet, up to a limit of counting.
	Open int
	// Latest are those of them that were heard of last.
	Latest []OpenCall
	// Dead counts dead letters, up to a limit of counting.
	Dead int
	// Heard tells that any event was ever received.
	Heard bool
}

// Activities counts without reading what it counts, however much there is.
type Activities interface {
	// Activity tells what goes on in a portal, with the latest calls up to a number, and what ended since then.
	Activity(ctx context.Context, t integration.TenantID, p integration.PortalID, since time.Time, latest int) (Activity, error)
}
