package bitrix24

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

// What becomes of a request besides the outcomes of package webhooks.
const (
	// Ignored is an authentic event that nothing here is interested in.
	Ignored webhooks.Outcome = "ignored"
	// Unmarked is a change that the index of customers could not be told of.
	Unmarked webhooks.Outcome = "unmarked"
)

// Counter counts requests by outcome, never by tenant; a webhooks.Counter is one.
type Counter interface {
	Delivery(source string, o webhooks.Outcome)
	Refusal(source string, why webhooks.Reason)
}

// Options are what a Receiver works with. Portals, Inbox, Changes, Lifecycle and Now are required.
type Options struct {
	Portals   Portals
	Inbox     webhooks.Acceptor
	Changes   Changes
	Lifecycle Lifecycle
	Now       func() time.Time
	Counter   Counter
	Log       *slog.Logger
	NewID     func() integration.EventID // webhooks.NewEventID, unless a test wants to know it
}

// Receiver answers the events of all portals.
type Receiver struct {
	o       Options
	portals *remembered
	updates chan struct{} // a place for each update or installation being confirmed
	renames quiet
	log     *slog.Logger
}

// NewReceiver returns a Receiver; it panics when a required option is missing.
func NewReceiver(o Options) *Receiver {
	if o.Portals == nil || o.Inbox == nil || o.Changes == nil || o.Lifecycle == nil || o.Now == nil {
		panic("bitrix24: a receiver needs portals, an inbox, changes, a lifecycle and a clock")
	}
	if o.Counter == nil {
		o.Counter = uncounted{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.NewID == nil {
		o.NewID = webhooks.NewEventID
	}
	return &Receiver{
		o: o, portals: &remembered{portals: o.Portals, now: o.Now, known: map[string]memory{}},
		updates: make(chan struct{}, mostUpdates), log: o.Log.With("component", "portal_events"),
	}
}

// Mount adds POST /hooks/bitrix24. The name is a parameter of the route, because the notifications' receiver has
// parameters there (see webhooks.Receiver.Mount).
func (r *Receiver) Mount(to gin.IRoutes) {
	to.Any("/hooks/:source", r.receive)
	to.Any("/hooks/:source/", r.receive)
}

func (r *Receiver) receive(c *gin.Context) {
	outcome, with := webhooks.Malformed, strangeSource
	name := "unknown"
	if c.Param("source") == Name {
		name = Name
		outcome, with = r.take(c)
	}
	r.o.Counter.Delivery(name, outcome)
	if with.status == http.StatusServiceUnavailable {
		c.Header("Retry-After", "5")
	}
	c.Data(with.status, "application/json; charset=utf-8", with.body)
}

// take carries one event from the wire to where it belongs.
func (r *Receiver) take(c *gin.Context) (webhooks.Outcome, *reply) {
	if c.Request.Method != http.MethodPost {
		c.Header("Allow", http.MethodPost)
		return webhooks.Malformed, wrongMethod
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, webhooks.MaxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return webhooks.TooLarge, tooLarge
	}
	if err != nil {
		return webhooks.Malformed, halfBody
	}
	// A portal that hangs up does not come again, so that what it said is carried through; every step has its own time limit.
	ctx := context.WithoutCancel(c.Request.Context())
	f := parse(c.GetHeader("Content-Type"), body)
	name := strings.ToUpper(f.text("event"))
	if name == appInstall { // nobody can prove it yet
		return r.install(ctx, f)
	}
	portals, err := r.proven(ctx, f)
	if err == nil && name != appUninstall {
		r.rename(ctx, portals, f)
	}
	switch of, change := changed(f, name); {
	case err != nil && name == appUpdate && isUnauthentic(err):
		return r.unproven(ctx, f, err)
	case err != nil:
		return r.refuse(ctx, err)
	case change:
		return r.mark(ctx, portals, of), accepted
	case name == appUninstall:
		return r.uninstall(ctx, portals, f)
	case name == appUpdate:
		return r.update(ctx, portals, f, true)
	case name == callStart || name == callbackStart || name == "":
		return r.keep(ctx, portals, f, integration.Delivery{Method: c.Request.Method, Remote: c.ClientIP()}, name)
	}
	return Ignored, accepted
}

// keep makes a delivery durable for every tenant whose portal it came from, before it is answered.
func (r *Receiver) keep(ctx context.Context, portals []PortalAccess, f form, d integration.Delivery, name string) (webhooks.Outcome, *reply) {
	f = f.masked()
	outcome := webhooks.Accepted
	d.Received, d.ContentType, d.Body = r.o.Now().UTC(), "application/x-www-form-urlencoded", f.encode()
	e, problem := read(f, name, d.Received)
	if problem != nil {
		outcome, e = webhooks.Invalid, unreadable(&d, problem)
	}
	of := map[integration.TenantID][]integration.PortalID{}
	for _, p := range portals {
		of[p.Tenant] = append(of[p.Tenant], p.Portal)
	}
	var failed error
	for tenant, own := range of {
		d.Tenant, d.Portals, d.Event = tenant, own, e
		if problem != nil {
			d.Portals = nil
		}
		d.Event.ID, d.Event.Source, d.Event.Received = r.o.NewID(), Name, d.Received
		failed = errors.Join(failed, r.o.Inbox.Accept(ctx, d))
	}
	if failed != nil {
		return r.refuse(ctx, failed)
	}
	return outcome, accepted
}

// unreadable is the event that stands for an authentic delivery nobody can read. Its key is made of what is kept,
// so that the same garbage twice is one row.
func unreadable(d *integration.Delivery, why error) integration.Event {
	sum := sha256.Sum256(d.Body)
	return integration.Event{
		Kind: integration.Unreadable, Key: string(integration.Unreadable) + "|" + hex.EncodeToString(sum[:]),
		At: d.Received, Problem: why.Error(),
	}
}

// refuse answers who may not come in, and who cannot be taken now.
func (r *Receiver) refuse(ctx context.Context, err error) (webhooks.Outcome, *reply) {
	if u, ok := errors.AsType[*webhooks.UnauthenticError](err); ok {
		r.o.Counter.Refusal(Name, u.Reason)
		r.log.LogAttrs(ctx, slog.LevelInfo, "portal_event.unauthentic", slog.String("reason", string(u.Reason)))
		return webhooks.Unauthentic, unauthentic
	}
	r.log.LogAttrs(ctx, slog.LevelWarn, "portal_event.refused", slog.String("error", err.Error()))
	return webhooks.Refused, busy
}

func isUnauthentic(err error) bool {
	_, ok := errors.AsType[*webhooks.UnauthenticError](err)
	return ok
}

type uncounted struct{}

func (uncounted) Delivery(string, webhooks.Outcome) {}
func (uncounted) Refusal(string, webhooks.Reason)   {}

// reply is an answer that never changes. The portal reads the status only, its administrators read the rest in its log.
type reply struct {
	status int
	body   []byte
}

var (
	accepted      = &reply{http.StatusOK, []byte(`{"accepted":true}`)}
	unauthentic   = &reply{http.StatusUnauthorized, []byte(`{"error":"Портал не подключён или application_token неверен / the portal is not connected or application_token is wrong"}`)}
	tooLarge      = &reply{http.StatusRequestEntityTooLarge, []byte(`{"error":"Тело больше 1 МиБ / the body is over 1 MiB"}`)}
	halfBody      = &reply{http.StatusBadRequest, []byte(`{"error":"Тело запроса не дочитано / the body could not be read"}`)}
	wrongMethod   = &reply{http.StatusMethodNotAllowed, []byte(`{"error":"Только POST / POST only"}`)}
	strangeSource = &reply{http.StatusNotFound, []byte(`{"error":"Нет такого источника / no such source"}`)}
	busy          = &reply{http.StatusServiceUnavailable, []byte(`{"error":"Не удалось принять событие / the event could not be taken"}`)}
)
