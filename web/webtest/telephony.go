package webtest

import (
	"context"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/internal/store"
	"omniconnector/web"
)

// Centre is what the telephony platform of every portal of the world has; the example's settings refer to it. Anna is
// mapped by hand, Peter too; Vera is found by her email, Boris is left out of the synchronisation.
func Centre() centre.Directory {
	return centre.Directory{
		TimeZone: "Europe/Moscow",
		Employees: []centre.Employee{
			{ID: 11, Name: "Тестова Анна", Extension: "101", Phones: []centre.Phone{{Number: "79000000011", Active: true}}, Takes: true, SIP: true, Status: 1},
			{ID: 12, Name: "Примеров Пётр", Extension: "102"},
			{ID: 13, Name: "Верина Вера", Email: "vera@shop.example", Extension: "103"},
			{ID: 14, Name: "Борисов Борис", Extension: "104"},
		},
		Numbers:   []centre.Number{{Number: "74950000101", Name: "Магазин", Active: true}, {Number: "74950000102", Active: true}},
		Campaigns: []centre.Named{{ID: 51, Name: "Поиск"}, {ID: 52, Name: "Баннеры"}},
		Sources:   []centre.Named{{ID: 61, Name: "Спам"}},
		Statuses:  []centre.Status{{Named: centre.Named{ID: 1, Name: "Доступен"}, Kind: "available"}},
		Channels: []centre.Channel{
			{Named: centre.Named{ID: 71, Name: "WA магазин"}, Type: "whatsapp", Active: true},
			{Named: centre.Named{ID: 72, Name: "Старый чат"}, Type: "comagic"},
			{Named: centre.Named{ID: 73, Name: "Чат"}, Type: "comagic", Active: true},
			{Named: centre.Named{ID: 74, Name: "WABA"}, Type: "waba", Active: true},
			{Named: centre.Named{ID: 75, Name: "Бот"}, Type: "telegram", Active: true},
		},
	}
}

// Telephony is the platform as the API needs it: it refuses the key "wrong" in words that repeat it, is away for "away",
// and lacks the Call API for "poor".
type Telephony struct{}

// CheckPlatform proves an access.
func (Telephony) CheckPlatform(_ context.Context, a web.Access) (web.PlatformAccount, error) {
	account := web.PlatformAccount{Name: "Магазин", AppID: 5001, TimeZone: "Europe/Moscow"}
	switch a.Token {
	case "wrong":
		return account, &crm.Error{Kind: crm.Denied, Method: "get.account", Code: "access_token_invalid", Text: "token wrong is invalid"}
	case "away":
		return account, &crm.Error{Kind: crm.Unavailable, Method: "get.account", Text: "connection refused"}
	case "poor":
		account.Problems = []web.Trouble{{Code: "no_call_api", RU: "Нет доступа к Call API.", EN: "No access to the Call API."}}
	}
	return account, nil
}

// CheckChats proves the login of an adapter by its password, as CheckPlatform does by the key.
func (Telephony) CheckChats(_ context.Context, a web.ChatAccess) error {
	switch a.Password {
	case "wrong":
		return &crm.Error{Kind: crm.Denied, Method: "login", Text: "password wrong is invalid"}
	case "away":
		return &crm.Error{Kind: crm.Unavailable, Method: "login", Text: "connection refused"}
	}
	return nil
}

// Errands plans in the store of the world, as the program does.
type Errands struct{ store *store.Store }

// PlatformConnected plans the first reading of the directory for every portal.
func (e *Errands) PlatformConnected(ctx context.Context, t integration.TenantID) error {
	portals, err := e.store.Portals(ctx, t, "", 100)
	for _, p := range portals {
		if err == nil {
			err = e.plan(ctx, t, p.ID, "every/centre", centre.Sync{})
		}
	}
	return err
}

// PortalConnected has the portal's directory read.
func (e *Errands) PortalConnected(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	return e.plan(ctx, t, p, "every/sync", crm.Sync{})
}

// SettingsSaved plans the index of customers when managers are looked up in it.
func (e *Errands) SettingsSaved(ctx context.Context, t integration.TenantID, p integration.PortalID, s *integration.Settings) error {
	if !s.Telephony.Manager {
		return nil
	}
	return e.Index(ctx, t, p)
}

// SyncPlatform plans another reading.
func (e *Errands) SyncPlatform(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	return e.plan(ctx, t, p, "centre/now", centre.Sync{})
}

// Import plans an import.
func (e *Errands) Import(
	ctx context.Context, t integration.TenantID, p integration.PortalID, from, till time.Time,
) (integration.ActionKey, error) {
	key := integration.ActionKey("import/" + from.Format(time.DateOnly) + "-" + till.Format(time.DateOnly))
	return key, e.plan(ctx, t, p, key, centre.Import{From: from, Till: till})
}

// Simulate plans a simulation.
func (e *Errands) Simulate(
	ctx context.Context, t integration.TenantID, p integration.PortalID, do integration.Simulation,
) (integration.ActionKey, error) {
	const key integration.ActionKey = "simulate/1"
	return key, e.plan(ctx, t, p, key, do)
}

// Index plans the index of customers.
func (e *Errands) Index(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	return e.plan(ctx, t, p, "index", crm.Index{})
}

func (e *Errands) plan(ctx context.Context, t integration.TenantID, p integration.PortalID, key integration.ActionKey, do crm.Command) error {
	return e.store.Schedule(ctx, t, p, []integration.Action{{Key: key, Urgency: integration.UrgentSync, Do: do}})
}
