package chats

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
	"omniconnector/webhooks"
	"omniconnector/webhooks/uis"
)

// MaxBody is the largest body that is read: a message of 100,000 letters, however they are escaped.
const MaxBody = 2 << 20

// Options are what a Receiver works with. Access, Directory, Inbox and Now are required.
type Options struct {
	Access    webhooks.Access
	Directory Directory
	Inbox     webhooks.Acceptor
	Now       func() time.Time
	// Shared is what the installation's shared adapter shows (webhooks.BasicLogin, BearerLogin); with none its address lets nobody in.
	Shared  []webhooks.SecretHash
	Counter webhooks.Counter // nothing is counted when nil
	Log     *slog.Logger
	NewID   func() integration.EventID // webhooks.NewEventID, unless a test wants to know it
}

// Receiver answers the webhooks of adapters: those of tenants, and the installation's shared one (contract uis §5).
type Receiver struct {
	o        Options
	gate     webhooks.Gate
	apps     *memory[int64, []integration.TenantID]
	accounts *memory[int64, []integration.TenantID]
	channels *memory[place, Channel]
}

// place is a channel of a tenant's account.
type place struct {
	tenant           integration.TenantID
	account, channel int64
}

// The answers of this receiver alone.
var (
	wrongMethod = webhooks.Refuse(http.StatusMethodNotAllowed, "Только POST, PATCH и DELETE", "POST, PATCH and DELETE only")
	strangePath = webhooks.Refuse(http.StatusNotFound, "Нет такого источника", "no such source")
	strangeOne  = webhooks.Refuse(http.StatusNotFound, "Этот аккаунт здесь не подключён: сначала подключите телефонию в настройках приложения",
		"this account is not connected here: connect the telephony in the application's settings first")
	notRead = webhooks.Refuse(http.StatusBadRequest, "Тело не разбирается, и чьё оно, не понять", "the body cannot be read, nor whose it is")
)

// NewReceiver returns a Receiver; it panics when a required option is missing.
func NewReceiver(o Options) *Receiver {
	if o.Access == nil || o.Directory == nil || o.Inbox == nil || o.Now == nil {
		panic("chats: a receiver needs access, a directory, an inbox and a clock")
	}
	if o.Counter == nil {
		o.Counter = uncounted{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Log = o.Log.With("component", "chats")
	if o.NewID == nil {
		o.NewID = webhooks.NewEventID
	}
	return &Receiver{
		o: o, gate: webhooks.Gate{Access: o.Access, Now: o.Now},
		apps:     newMemory[int64, []integration.TenantID](o.Now),
		accounts: newMemory[int64, []integration.TenantID](o.Now),
		channels: newMemory[place, Channel](o.Now),
	}
}

// Mount adds the addresses of tenants' own adapters and that of the shared one. The source is a parameter of the route, because
// the notifications' receiver has parameters there (see webhooks.Receiver.Mount).
func (r *Receiver) Mount(to gin.IRoutes) {
	to.Any("/hooks/:source/:token/chats/*rest", r.own)
	to.Any("/adapter/:source/*rest", r.shared)
}

// own answers a tenant's own adapter.
func (r *Receiver) own(c *gin.Context) {
	r.answer(c, func(ctx context.Context) (webhooks.Outcome, *webhooks.Answer) {
		tenant, access, err := r.gate.Enter(ctx, c.Param("token"))
		if err == nil && len(access.Logins) > 0 {
			err = r.gate.Login(access.Logins, c.GetHeader("Authorization"))
		}
		if err != nil {
			return r.refuse(ctx, tenant, err)
		}
		req, outcome, bad := r.request(c)
		if bad != nil {
			return outcome, bad
		}
		_, secret, _ := strings.Cut(c.Param("token"), ".") // people paste it where it does not belong
		d := webhooks.Evidence(req, c.ClientIP(), integration.Secret(secret))
		w, problem := Read(req, c.Param("rest"))
		if w.Account != nil {
			w.Account.Shared = false
		}
		return r.take(ctx, []recipient{{tenant, access.Portals}}, d, w, problem)
	})
}

// answer counts and answers what a handler made of a request.
func (r *Receiver) answer(c *gin.Context, handle func(context.Context) (webhooks.Outcome, *webhooks.Answer)) {
	outcome, with, name := webhooks.Malformed, strangePath, "unknown"
	if c.Param("source") == uis.Name {
		name = uis.Name
		switch c.Request.Method {
		case http.MethodPost, http.MethodPatch, http.MethodDelete:
			outcome, with = handle(c.Request.Context())
		default:
			c.Header("Allow", "POST, PATCH, DELETE")
			with = wrongMethod
		}
	}
	r.o.Counter.Delivery(name, outcome)
	with.Send(c)
}

// request reads what was sent.
func (r *Receiver) request(c *gin.Context) (webhooks.Request, webhooks.Outcome, *webhooks.Answer) {
	body, outcome, bad := webhooks.ReadBody(c.Request, MaxBody)
	return webhooks.Request{
		Method: c.Request.Method, Event: strings.Trim(c.Param("rest"), "/"), ContentType: c.ContentType(),
		Query: c.Request.URL.RawQuery, Body: body, Received: r.o.Now().UTC(),
	}, outcome, bad
}

// recipient is a tenant that a webhook is for, with the portals whose lanes take it.
type recipient struct {
	tenant  integration.TenantID
	portals []integration.PortalID
}

// take makes what a webhook says durable for everybody it is for, before it is answered. What is authentic and cannot be read is kept.
func (r *Receiver) take(
	ctx context.Context, all []recipient, d integration.Delivery, w Webhook, problem error,
) (webhooks.Outcome, *webhooks.Answer) {
	outcome := webhooks.Accepted
	if problem != nil {
		outcome = webhooks.Invalid
	}
	for _, to := range all {
		var err error
		if problem == nil && w.Event.Kind == "" {
			err = r.learn(ctx, to.tenant, w)
		} else {
			err = r.keep(ctx, to, d, w, problem)
		}
		if err != nil {
			return r.refuse(ctx, to.tenant, err)
		}
	}
	return outcome, webhooks.Taken
}

// keep hands an event to a tenant's inbox.
func (r *Receiver) keep(ctx context.Context, to recipient, d integration.Delivery, w Webhook, problem error) error {
	d.Tenant, d.Portals = to.tenant, to.portals
	if problem != nil {
		d.Portals, d.Event = nil, webhooks.UnreadableEvent(&d, problem)
	} else {
		w = w.own()
		w.On(r.channel(ctx, to.tenant, &w))
		d.Event = w.Event
	}
	d.Event.ID, d.Event.Source, d.Event.Received = r.o.NewID(), uis.Name, d.Received
	return r.o.Inbox.Accept(ctx, d)
}

// channel finds the channel of an event. Its type and name are told by the platform's report too, so that an event does not wait for them.
func (r *Receiver) channel(ctx context.Context, tenant integration.TenantID, w *Webhook) Channel {
	if w.AccountID == 0 || w.ChannelID == 0 || w.Event.Kind == integration.VisitorCard {
		return Channel{}
	}
	c, _, err := r.channels.get(ctx, place{tenant, w.AccountID, w.ChannelID}, func(ctx context.Context) (Channel, bool, error) {
		return r.o.Directory.Channel(ctx, tenant, w.AccountID, w.ChannelID)
	})
	if err != nil {
		r.o.Log.LogAttrs(ctx, slog.LevelWarn, "chats.channel_unknown", slog.String("tenant_id", string(tenant)),
			slog.Int64("channel_id", w.ChannelID), slog.String("error", err.Error()))
	}
	return c
}

// learn brings the directory up to date.
func (r *Receiver) learn(ctx context.Context, tenant integration.TenantID, w Webhook) error {
	var err error
	dir := r.o.Directory
	switch {
	case w.Account != nil && w.Gone:
		err = dir.DropAccount(ctx, tenant, *w.Account)
	case w.Account != nil:
		err = dir.SaveAccount(ctx, tenant, *w.Account)
	case w.Gone:
		err = dir.DropChannel(ctx, tenant, *w.Channel)
	default:
		err = dir.SaveChannel(ctx, tenant, *w.Channel)
	}
	r.accounts.forget(w.AccountID)
	r.channels.forget(place{tenant, w.AccountID, w.ChannelID})
	return err
}

// refuse answers who may not come in, and who must come again.
func (r *Receiver) refuse(ctx context.Context, tenant integration.TenantID, err error) (webhooks.Outcome, *webhooks.Answer) {
	if u, ok := errors.AsType[*webhooks.UnauthenticError](err); ok {
		r.o.Counter.Refusal(uis.Name, u.Reason)
		r.o.Log.LogAttrs(ctx, slog.LevelInfo, "chats.unauthentic", slog.String("tenant_id", string(tenant)), slog.String("reason", string(u.Reason)))
		return webhooks.Unauthentic, webhooks.Stranger
	}
	r.o.Log.LogAttrs(ctx, slog.LevelWarn, "chats.refused", slog.String("tenant_id", string(tenant)), slog.String("error", err.Error()))
	return webhooks.Refused, webhooks.Busy
}

type uncounted struct{}

func (uncounted) Delivery(string, webhooks.Outcome) {}
func (uncounted) Refusal(string, webhooks.Reason)   {}
func (uncounted) Committed(int)                     {}
func (uncounted) Spooled(int, int64)                {}
