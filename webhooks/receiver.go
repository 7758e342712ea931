package webhooks

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"omniconnector/integration"
)

// MaxBody is the largest body that is read; a notification has a few kilobytes.
const MaxBody = 1 << 20

// Acceptor makes a delivery durable.
type Acceptor interface {
	// Accept returns nil only when the delivery survives a crash. Repeating is harmless.
	Accept(ctx context.Context, d integration.Delivery) error
}

// Receiver answers the notifications of all sources.
type Receiver struct {
	gate    Gate
	sources map[string]Source
	inbox   Acceptor
	counter Counter
	log     *slog.Logger
	newID   func() integration.EventID
}

// ReceiverOptions are what a Receiver works with. Access, Sources, Inbox and Now are required.
type ReceiverOptions struct {
	Access  Access
	Sources []Source
	Inbox   Acceptor
	Now     func() time.Time
	Counter Counter
	Log     *slog.Logger
	NewID   func() integration.EventID // UUIDv7, unless a test wants to know it
}

// NewReceiver returns a Receiver; it panics when a required option is missing.
func NewReceiver(o ReceiverOptions) *Receiver {
	if o.Access == nil || o.Inbox == nil || o.Now == nil || len(o.Sources) == 0 {
		panic("webhooks: a receiver needs access, sources, an inbox and a clock")
	}
	r := &Receiver{
		gate: Gate{Access: o.Access, Now: o.Now}, sources: map[string]Source{},
		inbox: o.Inbox, counter: o.Counter, log: o.Log, newID: o.NewID,
	}
	if r.counter == nil {
		r.counter = uncounted{}
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	r.log = r.log.With("component", "webhooks")
	if r.newID == nil {
		r.newID = NewEventID
	}
	for _, s := range o.Sources {
		r.sources[s.Name()] = s
	}
	return r
}

// NewEventID draws an id (UUIDv7) that grows with time, so that an event's id orders it by acceptance.
func NewEventID() integration.EventID {
	return integration.EventID(uuid.Must(uuid.NewV7()).String())
}

// routes are the addresses of notifications. A slash at the end is a common slip of
// hand, and senders do not follow redirects.
var routes = []string{
	"/hooks/:source/:token",
	"/hooks/:source/:token/",
	"/hooks/:source/:token/:event",
	"/hooks/:source/:token/:event/",
}

// Mount adds the receiver's routes. A neighbour's address below the same token must be written
// /hooks/:source/:token/its-name: with /hooks/uis/… gin no longer finds these (seen with v1.12.0).
func (r *Receiver) Mount(to gin.IRoutes) {
	for _, path := range routes {
		to.Any(path, r.receive)
	}
}

func (r *Receiver) receive(c *gin.Context) {
	name := c.Param("source")
	source, ok := r.sources[name]
	switch {
	case !ok:
		r.answer(c, "unknown", Malformed, strangeSource)
		return
	case c.Request.Method != http.MethodPost && c.Request.Method != http.MethodGet:
		c.Header("Allow", "GET, POST")
		r.answer(c, name, Malformed, wrongMethod)
		return
	}
	outcome, reply := r.take(c, source)
	r.answer(c, name, outcome, reply)
}

// take carries one request from the gate to the inbox.
func (r *Receiver) take(c *gin.Context, source Source) (Outcome, *Answer) {
	ctx := c.Request.Context()
	tenant, access, err := r.gate.Enter(ctx, c.Param("token"))
	if err != nil {
		return r.refuse(ctx, source, "", err)
	}
	body, outcome, bad := ReadBody(c.Request, MaxBody)
	if bad != nil {
		return outcome, bad
	}
	req := Request{
		Method: c.Request.Method, Event: c.Param("event"), ContentType: c.ContentType(),
		Query: c.Request.URL.RawQuery, Body: body, Received: r.gate.Now().UTC(), Location: access.Location,
	}
	n, problem := source.Read(req)
	if err := r.gate.Body(access, n.Secret); err != nil {
		return r.refuse(ctx, source, tenant, err)
	}
	_, address, _ := strings.Cut(c.Param("token"), ".") // people paste it where it does not belong
	d := Evidence(req, c.ClientIP(), n.Secret, integration.Secret(address))
	d.Tenant, d.Portals, d.Event = tenant, access.Portals, n.Event
	outcome = Accepted
	if problem != nil {
		outcome, d.Portals, d.Event = Invalid, nil, UnreadableEvent(&d, problem)
	}
	d.Event.ID, d.Event.Source, d.Event.Received = r.newID(), source.Name(), req.Received
	if err := r.inbox.Accept(ctx, d); err != nil {
		return r.refuse(ctx, source, tenant, err)
	}
	return outcome, Taken
}

// refuse answers who may not come in, and who must come again.
func (r *Receiver) refuse(ctx context.Context, source Source, tenant integration.TenantID, err error) (Outcome, *Answer) {
	if u, ok := errors.AsType[*UnauthenticError](err); ok {
		r.counter.Refusal(source.Name(), u.Reason)
		r.log.LogAttrs(ctx, slog.LevelInfo, "webhook.unauthentic", slog.String("source", source.Name()),
			slog.String("tenant_id", string(tenant)), slog.String("reason", string(u.Reason)))
		return Unauthentic, Stranger
	}
	r.log.LogAttrs(ctx, slog.LevelWarn, "webhook.refused", slog.String("source", source.Name()),
		slog.String("tenant_id", string(tenant)), slog.String("error", err.Error()))
	return Refused, Busy
}

func (r *Receiver) answer(c *gin.Context, source string, o Outcome, with *Answer) {
	r.counter.Delivery(source, o)
	with.Send(c)
}
