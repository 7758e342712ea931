package webhooks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
)

// Question is the platform's question whose client is calling (T-2, contract uis §2).
type Question struct {
	Session integration.SessionID // empty when the platform does not tell
	Client  string                // the caller's number as the platform wrote it; empty when hidden
	Virtual string                // the number that was dialled
	At      time.Time             // when it was asked, UTC
	// Customer is whose call it is, by the key that the call's notifications have.
	Customer integration.CustomerKey
}

// Inquirer reads the question in one platform's words and answers in them.
type Inquirer interface {
	// Name is the platform's word in the address: /hooks/<name>/….
	Name() string
	// Question reads a request. The error says why it is no question, as that of Source.Read does.
	Question(r Request) (Question, error)
	// Answer writes what the platform understands; a Route without phones is its "no manager".
	Answer(of integration.Route) []byte
}

// Router finds whose client is calling, and in whose portal.
type Router interface {
	// Route answers from what is known already and never asks a portal. Nobody found is a Route without
	// phones and no error. It is given up when ctx ends.
	Route(ctx context.Context, t integration.TenantID, q Question) (integration.Route, integration.PortalID, error)
}

// What became of questions, besides the outcomes of notifications.
const (
	RouteFound  Outcome = "route_found"
	RouteNone   Outcome = "route_none"   // nobody is responsible, or the switch is off
	RouteFailed Outcome = "route_failed" // the router failed or was late, and "no manager" was answered
	RouteLost   Outcome = "route_lost"   // answered, and not kept in the journal
)

// routeBudget is how long an answer may take altogether; the platform's patience is not documented (contract uis §2).
const routeBudget = 1500 * time.Millisecond

// largestQuestion is the largest body that is read of a question, which has some hundred bytes.
const largestQuestion = 64 << 10

// RouteOptions are what Routes work with. Access, Inquirers, Router, Inbox and Now are required.
type RouteOptions struct {
	Access    Access
	Inquirers []Inquirer
	Router    Router
	Inbox     Acceptor
	Now       func() time.Time
	Counter   Counter
	Log       *slog.Logger
	NewID     func() integration.EventID // NewEventID, unless a test wants to know it
	Budget    time.Duration              // of one answer; 1.5 s
	Depth     int                        // answers that may wait for the journal; 1024
	Writers   int                        // that carry them there at once; 8, and they share commits
}

// Routes answer whose client is calling. The scenario of a call waits for it: the answer is always in time and
// never a server's error, and what fails is answered with "no manager". What was answered goes to the journal
// afterwards, while Run does.
type Routes struct {
	o         RouteOptions
	gate      Gate
	inquirers map[string]Inquirer
	journal   *journal
}

// NewRoutes returns Routes; it panics when a required option is missing.
func NewRoutes(o RouteOptions) *Routes {
	if o.Access == nil || o.Router == nil || o.Inbox == nil || o.Now == nil || len(o.Inquirers) == 0 {
		panic("webhooks: routes need access, inquirers, a router, an inbox and a clock")
	}
	o.Budget = cmp.Or(o.Budget, routeBudget)
	if o.Counter == nil {
		o.Counter = uncounted{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Log = o.Log.With("component", "routes")
	if o.NewID == nil {
		o.NewID = NewEventID
	}
	r := &Routes{o: o, gate: Gate{Access: o.Access, Now: o.Now}, inquirers: map[string]Inquirer{}}
	for _, i := range o.Inquirers {
		r.inquirers[i.Name()] = i
	}
	r.journal = &journal{
		inbox: o.Inbox, queue: make(chan integration.Delivery, cmp.Or(o.Depth, 1024)), writers: cmp.Or(o.Writers, 8), lost: r.lost,
	}
	return r
}

// Mount adds GET|POST /hooks/<platform>/<token>/route. It may be mounted beside the Receiver.
func (r *Routes) Mount(to gin.IRoutes) {
	to.Any("/hooks/:source/:token/route", r.receive)
	to.Any("/hooks/:source/:token/route/", r.receive)
}

// Run carries what was answered to the journal until ctx ends, and then what still waits.
// The server must have stopped before, and the inbox must stop after it.
func (r *Routes) Run(ctx context.Context) error {
	r.journal.run(ctx)
	return nil
}

// verdict is what came of a question.
type verdict struct {
	tenant  integration.TenantID
	portal  integration.PortalID
	route   integration.Route
	asked   Question
	problem error // why it is no question
	err     error // why there is no route
	refused *UnauthenticError
}

func (r *Routes) receive(c *gin.Context) {
	name := c.Param("source")
	inquirer, ok := r.inquirers[name]
	switch {
	case !ok:
		r.refuse(c, "unknown", Malformed, strangeSource)
		return
	case c.Request.Method != http.MethodPost && c.Request.Method != http.MethodGet:
		c.Header("Allow", "GET, POST")
		r.refuse(c, name, Malformed, wrongMethod)
		return
	}
	body, outcome, bad := ReadBody(c.Request, largestQuestion)
	if bad != nil {
		r.refuse(c, name, outcome, bad)
		return
	}
	req := Request{
		Method: c.Request.Method, ContentType: c.ContentType(), Query: c.Request.URL.RawQuery, Body: body, Received: r.o.Now().UTC(),
	}
	v := r.think(c.Request.Context(), inquirer, c.Param("token"), req)
	if v.refused != nil {
		r.o.Counter.Refusal(name, v.refused.Reason)
		r.o.Log.LogAttrs(c, slog.LevelInfo, "route.unauthentic", slog.String("source", name), slog.String("reason", string(v.refused.Reason)))
		r.refuse(c, name, Unauthentic, Stranger)
		return
	}
	c.Data(http.StatusOK, "application/json; charset=utf-8", inquirer.Answer(v.route))
	r.o.Counter.Delivery(name, r.outcome(c, name, &v))
	r.keep(c, name, req, &v)
}

func (r *Routes) refuse(c *gin.Context, source string, o Outcome, with *Answer) {
	r.o.Counter.Delivery(source, o)
	c.Data(with.status, "application/json; charset=utf-8", with.body)
}

// errLate means that nothing was decided within the budget.
var errLate = errors.New("no answer in time")

// think decides within the budget, whatever happens to the router. One that does not look at its context
// is left behind, and what it says then is said to nobody.
func (r *Routes) think(ctx context.Context, inquirer Inquirer, token string, req Request) verdict {
	ctx, cancel := context.WithTimeoutCause(ctx, r.o.Budget, errLate)
	defer cancel()
	known := make(chan verdict, 1) // who may ask, before the answer is known
	done := make(chan verdict, 1)
	go func() {
		var v verdict
		defer func() {
			if cause := recover(); cause != nil {
				v.route, v.portal, v.err = integration.Route{}, "", fmt.Errorf("panic: %T", cause) // its text may hold what it should not
			}
			done <- v
		}()
		if r.enter(ctx, inquirer, token, req, &v); v.refused != nil || v.err != nil || v.problem != nil || v.asked.Client == "" {
			return
		}
		known <- v
		v.route, v.portal, v.err = r.o.Router.Route(ctx, v.tenant, v.asked)
	}()
	select {
	case v := <-done:
		if v.err != nil {
			v.route, v.portal = integration.Route{}, ""
		}
		return v
	case <-ctx.Done():
	}
	var v verdict
	select {
	case v = <-known:
	default:
	}
	v.err = context.Cause(ctx)
	return v
}

// enter checks the sender and reads the question.
func (r *Routes) enter(ctx context.Context, inquirer Inquirer, token string, req Request, v *verdict) {
	tenant, access, err := r.gate.Enter(ctx, token)
	if u, ok := errors.AsType[*UnauthenticError](err); ok {
		v.refused = u
		return
	}
	if err != nil { // nobody can be told from a stranger now: nothing is told, and nothing kept
		v.err = err
		return
	}
	req.Location = access.Location
	v.tenant = tenant
	v.asked, v.problem = inquirer.Question(req)
}

func (r *Routes) outcome(ctx context.Context, source string, v *verdict) Outcome {
	switch {
	case v.err != nil:
		r.o.Log.LogAttrs(ctx, slog.LevelWarn, "route.failed", slog.String("source", source),
			slog.String("tenant_id", string(v.tenant)), slog.String("error", v.err.Error()))
		return RouteFailed
	case v.problem != nil:
		return Invalid
	case len(v.route.Phones) > 0:
		return RouteFound
	}
	return RouteNone
}

// keep sends what was asked and answered to the journal, without waiting for it.
func (r *Routes) keep(c *gin.Context, source string, req Request, v *verdict) {
	if v.tenant == "" { // storage could not tell who asks
		return
	}
	_, address, _ := strings.Cut(c.Param("token"), ".") // people paste it where it does not belong
	d := Evidence(req, c.ClientIP(), integration.Secret(address))
	d.Tenant = v.tenant
	if v.portal != "" && v.asked.Session != "" { // a lane works by calls
		d.Portals = []integration.PortalID{v.portal}
	}
	if d.Event = asked(v); v.problem != nil {
		d.Event = UnreadableEvent(&d, v.problem)
	}
	d.Event.ID, d.Event.Source, d.Event.Received = r.o.NewID(), source, req.Received
	if !r.journal.offer(d) {
		r.lost(c, &d, ErrBusy)
	}
}

// asked is the event of a question and its answer. A scenario that asks again about the same caller in the same call is one event.
func asked(v *verdict) integration.Event {
	q := &v.asked
	key := string(integration.RouteAsked) + "|" + string(q.Session) + "|" + cmp.Or(Number(q.Client), "hidden")
	if q.Session == "" {
		key += "|" + q.At.UTC().Format(time.RFC3339Nano)
	}
	return integration.Event{
		Kind: integration.RouteAsked, Key: key, Session: q.Session, Customer: q.Customer, At: q.At,
		Report: integration.Report{Direction: "in", ClientNumber: q.Client, VirtualNumber: q.Virtual, Route: &v.route},
	}
}

// lost tells of an answer that the journal did not take.
func (r *Routes) lost(ctx context.Context, d *integration.Delivery, err error) {
	r.o.Counter.Delivery(d.Event.Source, RouteLost)
	r.o.Log.LogAttrs(ctx, slog.LevelWarn, "route.lost", slog.String("tenant_id", string(d.Tenant)),
		slog.String("session_id", string(d.Event.Session)), slog.String("error", err.Error()))
}
