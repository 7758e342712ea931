package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
	"omniconnector/web/inside"
	"omniconnector/webhooks/uis/rpc"
)

// centres opens the contact centres of tenants, and keeps their clients, which hold logins that cost to get.
type centres struct {
	cfg       Config
	store     *store.Store
	transport http.RoundTripper

	mu      sync.Mutex
	clients map[integration.TenantID]centreClient
}

type centreClient struct {
	client *rpc.Client
	saved  time.Time // of the access it was made with
}

// Platform gives the tenant's client, made anew when its access was saved again.
func (c *centres) Platform(ctx context.Context, t integration.TenantID) (lane.Platform, error) {
	access, err := c.store.Platform(ctx, t)
	if errors.Is(err, store.ErrNotFound) {
		return nil, lane.ErrNoPlatform
	}
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if had, ok := c.clients[t]; ok && had.saved.Equal(access.Saved) {
		return had.client, nil
	}
	client, err := c.open(access)
	if err != nil {
		return nil, err
	}
	c.clients[t] = centreClient{client, access.Saved}
	return client, nil
}

// open makes a client that leaves the process only as the policy allows.
func (c *centres) open(a store.PlatformAccess) (*rpc.Client, error) {
	return rpc.New(rpc.Config{
		DataURL: a.DataURL, CallURL: a.CallURL, Token: a.Token, Login: string(a.Login), Password: a.Password, UserID: a.UserID,
		Transport: c.transport, Now: c.cfg.Now, Log: c.cfg.Log,
	})
}

// The keys of what is done again and again for a portal.
const (
	everySync                           = lane.SyncKey
	everyCentre   integration.ActionKey = "every/centre"
	everySweep    integration.ActionKey = "every/sweep"
	everyStatuses integration.ActionKey = "every/statuses"
	everyChats    integration.ActionKey = "every/chats"
	everyRequests integration.ActionKey = "every/requests"
	indexKey      integration.ActionKey = "index"
)

// errand makes an action of our own making.
func errand(k integration.ActionKey, do crm.Command, after time.Time) integration.Action {
	return integration.Action{Key: k, Urgency: integration.UrgentSync, Do: do, After: after}
}

// PortalConnected plans what a connected portal needs: its directory now and once a day, its events reported to us, and what
// goes with a platform when the tenant has one.
func (a *App) PortalConnected(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	plans := []integration.Action{errand(everySync, crm.Sync{}, time.Time{}), errand(lane.PrepareKey, a.prepare(), time.Time{})}
	switch _, err := a.store.Platform(ctx, t); {
	case err == nil:
		plans = append(plans, a.platformErrands()...)
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	doc, err := a.store.Document(ctx, t, p, 0)
	if err != nil {
		return err
	}
	if doc.Version > 0 { // one that comes back kept its settings and lost its index (T-2)
		s, err := a.compiler.Compile(t, p, doc)
		if err != nil {
			return err
		}
		if s.Telephony.Manager {
			plans = append(plans, errand(indexKey, crm.Index{}, time.Time{}))
		}
	}
	return a.schedule(ctx, t, p, plans...)
}

// PlatformConnected plans for all of a tenant's portals what a connected platform makes possible.
func (a *App) PlatformConnected(ctx context.Context, t integration.TenantID) error {
	const most = 1000
	portals, err := a.store.Portals(ctx, t, "", most)
	if err != nil {
		return err
	}
	for _, p := range portals {
		if p.State == integration.PortalGone {
			continue
		}
		if err := a.schedule(ctx, t, p.ID, a.platformErrands()...); err != nil {
			return err
		}
	}
	return nil
}

// syncEvery is the period of the daily synchronisation.
func (a *App) syncEvery() time.Duration { return cmp.Or(a.cfg.Lane.SyncEvery, lane.DefaultSyncEvery) }

// SettingsSaved plans what new settings make necessary: the daily synchronisation, and the index of customers when managers are
// looked up in it (T-2).
func (a *App) SettingsSaved(ctx context.Context, t integration.TenantID, p integration.PortalID, s *integration.Settings) error {
	var plans []integration.Action
	if s.Sync.Daily { // it may have been off
		soon := a.cfg.Now().Add(a.syncEvery())
		plans = append(plans, errand(lane.SyncKey, crm.Sync{}, soon))
		if _, err := a.store.Platform(ctx, t); err == nil {
			plans = append(plans, errand(everyCentre, centre.Sync{}, soon))
		}
	}
	if s.Telephony.Manager && !a.indexed(ctx, t, p) { // otherwise it is there, and goes on by itself
		plans = append(plans, errand(indexKey, crm.Index{}, time.Time{}))
	}
	if len(plans) == 0 {
		return nil
	}
	return a.schedule(ctx, t, p, plans...)
}

// indexed reports whether a portal's customers have been read, or are being read. An error counts as no, which costs no more
// than a run too many.
func (a *App) indexed(ctx context.Context, t integration.TenantID, p integration.PortalID) bool {
	jobs, err := a.store.Jobs(ctx, t, p)
	return err == nil && slices.ContainsFunc(jobs, func(j store.JournalAction) bool {
		var at crm.Indexed
		return j.Entry.Action.Key == indexKey && json.Unmarshal(j.Entry.Result, &at) == nil && len(at.Ended) > 0
	})
}

// platformErrands are what a connected platform is asked for again and again.
func (a *App) platformErrands() []integration.Action {
	soon := a.cfg.Now().Add(time.Minute)
	return []integration.Action{
		errand(everyCentre, centre.Sync{}, time.Time{}), errand(everySweep, centre.Sweep{}, soon),
		errand(everyStatuses, centre.ImportStatuses{}, soon), errand(everyChats, centre.SweepChats{}, soon),
		errand(everyRequests, centre.SweepRequests{}, soon),
	}
}

// schedule plans errands and wakes the portal's lane.
func (a *App) schedule(ctx context.Context, t integration.TenantID, p integration.PortalID, plans ...integration.Action) error {
	if err := a.store.Schedule(ctx, t, p, plans); err != nil {
		return err
	}
	a.woken([]integration.PortalID{p})
	return nil
}

// portalEvents are those of the portal's events that the connector wants, in the vendor's words (contract bitrix24 §2.4, §4.9, §5).
var portalEvents = []string{
	"ONEXTERNALCALLSTART", "ONEXTERNALCALLBACKSTART", "ONAPPINSTALL", "ONAPPUNINSTALL", "ONAPPUPDATE",
	"ONCRMCONTACTADD", "ONCRMCONTACTUPDATE", "ONCRMCONTACTDELETE", "ONCRMCOMPANYADD", "ONCRMCOMPANYUPDATE", "ONCRMCOMPANYDELETE",
	"ONCRMLEADADD", "ONCRMLEADUPDATE", "ONCRMLEADDELETE", "ONCRMDEALADD", "ONCRMDEALUPDATE", "ONCRMDEALDELETE",
}

// prepare says where portals report their events, and where they show our page (contract bitrix24 §9).
func (a *App) prepare() crm.Prepare {
	page := a.cfg.PublicURL + inside.Route
	return crm.Prepare{
		Handler: a.cfg.PublicURL + "/hooks/bitrix24", Events: portalEvents,
		Pages: []crm.Page{
			{Place: "LEFT_MENU", Address: page, RU: "Омниконнектор", EN: "Omniconnector"},
			{Place: "CALL_CARD", Address: page, RU: "Что сделал коннектор", EN: "What the connector did"},
		},
	}
}
