package bitrix24

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

// The events of an installation's life (contract §2.4).
const (
	appInstall   = "ONAPPINSTALL"
	appUpdate    = "ONAPPUPDATE"
	appUninstall = "ONAPPUNINSTALL"
)

// ErrUnproven is what Lifecycle answers to an update that the portal does not confirm.
var ErrUnproven = errors.New("the portal does not confirm the update")

// Lifecycle keeps the installations.
type Lifecycle interface {
	// Uninstalled hears that our application was removed: its tokens are dead, the portal is disconnected. Clean tells
	// that the user asked to erase the application's data. Repeating is harmless.
	Uninstalled(ctx context.Context, t integration.TenantID, p integration.PortalID, clean bool) error
	// Updated hears that a new version was installed: the portal has deleted all handlers of events and must be prepared
	// again. An Update that is not Proven must be confirmed before it is believed, or refused with ErrUnproven.
	Updated(ctx context.Context, t integration.TenantID, p integration.PortalID, u Update) error
	// Installed hears that the application was installed again in a connected portal, with new tokens. Nothing in the event proves it:
	// it must be confirmed before it is believed, or refused with ErrUnproven. Repeating is harmless.
	Installed(ctx context.Context, t integration.TenantID, p integration.PortalID, i Install) error
	// Renamed hears that a proven portal says to be elsewhere, at most once a minute a portal. Where it is must be found out.
	Renamed(ctx context.Context, t integration.TenantID, p integration.PortalID) error
}

// Install is what the portal says of a new installation (contract §2.4).
type Install struct {
	Member      string
	Application integration.Secret
	Access      integration.Secret
	Refresh     integration.Secret
	Endpoint    string // the portal's REST address
	Server      string // the OAuth server's
}

// Update is what the portal says of a new version.
type Update struct {
	// Application is the new application token; every later event is proven by it.
	Application integration.Secret
	// Access is a token of the user who updated. It confirms an unproven update: the portal's app.info, asked with it at the
	// endpoint that is stored, and never at one that the event names, must answer with our application's code (contract §2.5).
	Access integration.Secret
	// Proven tells that Application is the token stored already. Usually it is not: an update changes it (contract §2.4).
	Proven bool
}

const (
	// keeping is how long the keeper of installations may take; it may have to ask the portal.
	keeping = 10 * time.Second
	// mostUpdates is how many updates are confirmed at once, so that strangers who know a member_id cannot make
	// us ask portals without end.
	mostUpdates = 4
)

// uninstall tells the keeper that a portal is lost. The next request to the portal would find it out too (contract §1.3).
func (r *Receiver) uninstall(ctx context.Context, portals []PortalAccess, f form) (webhooks.Outcome, *reply) {
	clean := f.data("CLEAN") == "1"
	return r.each(ctx, appUninstall, portals, f, func(ctx context.Context, p PortalAccess) error {
		return r.o.Lifecycle.Uninstalled(ctx, p.Tenant, p.Portal, clean)
	})
}

// update hands a new version on. Its application token is new, so that nothing in the event proves it: a portal that did not
// recognise the old one must confirm it.
func (r *Receiver) update(ctx context.Context, portals []PortalAccess, f form, proven bool) (webhooks.Outcome, *reply) {
	u := Update{Application: integration.Secret(f.auth("application_token")), Access: integration.Secret(f.auth("access_token")), Proven: proven}
	return r.each(ctx, appUpdate, portals, f, func(ctx context.Context, p PortalAccess) error {
		return r.o.Lifecycle.Updated(ctx, p.Tenant, p.Portal, u)
	})
}

// unproven takes an update by a token that nobody knows.
func (r *Receiver) unproven(ctx context.Context, f form, refusal error) (webhooks.Outcome, *reply) {
	all, err := r.portals.of(ctx, f.auth("member_id"))
	var connected []PortalAccess
	for _, p := range all {
		if p.State != integration.PortalGone {
			connected = append(connected, p)
		}
	}
	if err != nil || len(connected) == 0 || f.auth("access_token") == "" {
		return r.refuse(ctx, refusal)
	}
	select {
	case r.updates <- struct{}{}:
		defer func() { <-r.updates }()
		return r.update(ctx, connected, f, false)
	default:
		return webhooks.Refused, busy
	}
}

// install takes a new installation of a portal that is connected. One that knows the application token was told of by its page, and one
// that nobody has connected asks for its code there.
func (r *Receiver) install(ctx context.Context, f form) (webhooks.Outcome, *reply) {
	if !plausible(f.auth("member_id")) || f.auth("access_token") == "" || f.auth("refresh_token") == "" {
		return Ignored, accepted
	}
	if _, err := r.proven(ctx, f); err == nil || !isUnauthentic(err) {
		return Ignored, accepted
	}
	all, err := r.portals.of(ctx, f.auth("member_id"))
	connected := slices.DeleteFunc(slices.Clone(all), func(p PortalAccess) bool { return p.State == integration.PortalGone })
	if err != nil || len(connected) == 0 {
		return Ignored, accepted
	}
	select {
	case r.updates <- struct{}{}:
		defer func() { <-r.updates }()
	default:
		return webhooks.Refused, busy
	}
	i := Install{
		Member: f.auth("member_id"), Application: integration.Secret(f.auth("application_token")), Access: integration.Secret(f.auth("access_token")),
		Refresh: integration.Secret(f.auth("refresh_token")), Endpoint: f.auth("client_endpoint"), Server: f.auth("server_endpoint"),
	}
	return r.each(ctx, appInstall, connected, f, func(ctx context.Context, p PortalAccess) error {
		return r.o.Lifecycle.Installed(ctx, p.Tenant, p.Portal, i)
	})
}

// renameQuiet is how often a portal that says to be elsewhere is heard.
const renameQuiet = time.Minute

// rename tells the keeper of proven portals that call themselves by another address. The event goes its own way whatever comes of it.
func (r *Receiver) rename(ctx context.Context, portals []PortalAccess, f form) {
	said := strings.TrimRight(f.auth("client_endpoint"), "/")
	for _, p := range portals {
		if said == "" || p.Endpoint == "" || strings.EqualFold(said, strings.TrimRight(p.Endpoint, "/")) || !r.renames.take(p.Portal, r.o.Now()) {
			continue
		}
		if err := r.o.Lifecycle.Renamed(ctx, p.Tenant, p.Portal); err != nil {
			r.log.LogAttrs(ctx, slog.LevelWarn, "portal_event.renamed", slog.String("portal_id", string(p.Portal)), slog.Any("error", err))
		}
	}
}

// quiet lets each portal pass once in a while.
type quiet struct {
	mu   sync.Mutex
	last map[integration.PortalID]time.Time
}

func (q *quiet) take(p integration.PortalID, now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if last, ok := q.last[p]; ok && now.Sub(last) < renameQuiet {
		return false
	}
	if q.last == nil {
		q.last = map[integration.PortalID]time.Time{}
	}
	q.last[p] = now
	return true
}

// each tells the keeper of every portal. One that does not confirm is no failure while another does.
func (r *Receiver) each(
	ctx context.Context, name string, portals []PortalAccess, f form, tell func(context.Context, PortalAccess) error,
) (webhooks.Outcome, *reply) {
	ctx, cancel := context.WithTimeout(ctx, keeping)
	defer cancel()
	told, failed := 0, 0
	for _, p := range portals {
		err := tell(ctx, p)
		log := []slog.Attr{slog.String("event", name), slog.String("tenant_id", string(p.Tenant)), slog.String("portal_id", string(p.Portal))}
		switch {
		case err == nil:
			told++
			r.log.LogAttrs(ctx, slog.LevelInfo, "portal_event.lifecycle", log...)
		case !errors.Is(err, ErrUnproven):
			failed++
			r.log.LogAttrs(ctx, slog.LevelError, "portal_event.lifecycle_failed", append(log, slog.String("error", err.Error()))...)
		}
	}
	r.portals.forget(f.auth("member_id"))
	switch {
	case failed > 0:
		return webhooks.Refused, busy
	case told == 0:
		return r.refuse(ctx, &webhooks.UnauthenticError{Reason: BadProof})
	}
	return webhooks.Accepted, accepted
}
