package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/settings"
	"omniconnector/internal/store"
	"omniconnector/webhooks"
)

// router answers whose client is calling from what is stored (T-2). What changes seldom is kept for a moment, so that one
// answer costs the questions to the index only.
type router struct {
	store    *store.Store
	compiler *settings.Compiler
	now      func() time.Time

	mu    sync.Mutex
	known map[address]*routing
}

// routing is what a portal's answers go by.
type routing struct {
	settings *integration.Settings
	portal   crm.Directory
	centre   centre.Directory
	until    time.Time
}

const (
	// routingFresh is how long a change of settings or directories may take to reach the answers.
	routingFresh = 2 * time.Second
	// routingLimit bounds how many portals are kept at hand.
	routingLimit = 5_000
)

// Route answers for the first of the tenant's portals that knows the client's manager.
func (r *router) Route(ctx context.Context, t integration.TenantID, q webhooks.Question) (integration.Route, integration.PortalID, error) {
	tenant, err := r.store.HookAccess(ctx, t)
	if err != nil {
		return integration.Route{}, "", err
	}
	var first integration.Route
	var portal integration.PortalID
	for i, p := range tenant.Portals {
		answer, err := r.ask(ctx, t, p, q)
		if err != nil {
			return integration.Route{}, "", err
		}
		if len(answer.Phones) > 0 {
			return answer, p, nil
		}
		if i == 0 {
			first, portal = answer, p
		}
	}
	return first, portal, nil
}

func (r *router) ask(ctx context.Context, t integration.TenantID, p integration.PortalID, q webhooks.Question) (integration.Route, error) {
	by, err := r.routing(ctx, t, p)
	if err != nil {
		return integration.Route{}, err
	}
	facts := integration.RouteFacts{Client: q.Client, Virtual: q.Virtual, Settings: by.settings, Portal: by.portal, Centre: &by.centre}
	phone := integration.ClientPhone(q.Client, by.settings)
	if phone != "" && by.settings.Telephony.Manager {
		if facts.Known, err = r.store.Customer(ctx, t, p, []integration.Phone{phone}); err != nil {
			return integration.Route{}, err
		}
	}
	return integration.RouteTo(facts), nil
}

// routing gives what a portal's answers go by, read anew every other second.
func (r *router) routing(ctx context.Context, t integration.TenantID, p integration.PortalID) (*routing, error) {
	at, now := address{t, p}, r.now()
	r.mu.Lock()
	had := r.known[at]
	r.mu.Unlock()
	if had != nil && now.Before(had.until) {
		return had, nil
	}
	fresh, err := r.read(ctx, t, p)
	if err != nil {
		if had != nil && errors.Is(err, store.ErrAway) {
			return had, nil
		}
		return nil, err
	}
	fresh.until = now.Add(routingFresh)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= routingLimit || r.known == nil {
		r.known = map[address]*routing{}
	}
	r.known[at] = fresh
	return fresh, nil
}

func (r *router) read(ctx context.Context, t integration.TenantID, p integration.PortalID) (*routing, error) {
	doc, err := r.store.Document(ctx, t, p, 0)
	if err != nil {
		return nil, err
	}
	fresh := &routing{settings: integration.Unset()}
	if doc.Version > 0 {
		if fresh.settings, err = r.compiler.Compile(t, p, doc); err != nil {
			return nil, err
		}
	}
	if fresh.portal, err = r.store.PortalDirectory(ctx, t, p); err != nil {
		return nil, err
	}
	fresh.centre, err = r.store.PortalCentre(ctx, t, p)
	return fresh, err
}
