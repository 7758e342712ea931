package integration

import "time"

// Delivery is one raw request received from a source, kept as evidence, with the
// event that was read from it. It is written once, before the sender is answered.
type Delivery struct {
	Tenant TenantID
	// Portals are the tenant's portals whose lanes take the event; none means that it is
	// kept in the journal only.
	Portals     []PortalID
	Event       Event
	Method      string
	ContentType string
	Query       string // with secrets masked
	Body        []byte // as received, with body secrets masked
	Remote      string // the sender's address
	Received    time.Time
}
