package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/internal/store"
	"omniconnector/web"
)

// scheduler plans errands on behalf of the API.
type scheduler struct{ *App }

// SyncPlatform has the platform's directory read anew; several requests within a minute are one.
func (s scheduler) SyncPlatform(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	key := integration.ActionKey("centre/" + s.cfg.Now().Format("2006-01-02T15:04"))
	return s.schedule(ctx, t, p, errand(key, centre.Sync{}, time.Time{}))
}

// Import has the calls of a range of the past read.
func (s scheduler) Import(
	ctx context.Context, t integration.TenantID, p integration.PortalID, from, till time.Time,
) (integration.ActionKey, error) {
	key := integration.ActionKey("import/" + from.UTC().Format(time.RFC3339) + "/" + till.UTC().Format(time.RFC3339))
	return key, s.schedule(ctx, t, p, errand(key, centre.Import{From: from, Till: till}, time.Time{}))
}

// Simulate has calls of the past decided by a draft of the settings.
func (s scheduler) Simulate(
	ctx context.Context, t integration.TenantID, p integration.PortalID, do integration.Simulation,
) (integration.ActionKey, error) {
	key := integration.ActionKey("simulate/" + uuid.Must(uuid.NewV7()).String())
	return key, s.schedule(ctx, t, p, errand(key, do, time.Time{}))
}

// Index has the index of customers made anew.
func (s scheduler) Index(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	return s.schedule(ctx, t, p, errand(indexKey, crm.Index{}, time.Time{}))
}

// CheckPlatform proves an access by asking the platform whose account it is, and tells what will not work with it.
func (s scheduler) CheckPlatform(ctx context.Context, a web.Access) (web.PlatformAccount, error) {
	client, err := s.centres.open(store.PlatformAccess{
		Source: a.Source, DataURL: a.DataURL, CallURL: a.CallURL, Token: a.Token, Login: a.Login, Password: a.Password, UserID: a.UserID,
	})
	if err != nil {
		return web.PlatformAccount{}, &crm.Error{Kind: crm.Invalid, Method: "platform", Text: err.Error()}
	}
	account, failed := client.Check(ctx)
	if failed != nil {
		return web.PlatformAccount{}, failed
	}
	out := web.PlatformAccount{Name: account.Name, AppID: account.AppID, TimeZone: account.TimeZone, Problems: []web.Trouble{}}
	if account.NoCalls != nil {
		out.Problems = append(out.Problems, web.Trouble{
			Code: "no_call_api",
			RU:   "Звонки по клику и обратный звонок работать не будут: Call API не принимает этот ключ. " + account.NoCalls.Text,
			EN:   "Click to call and callback will not work: the Call API refuses this key. " + account.NoCalls.Text,
		})
	}
	if account.TimeZone == "" {
		out.Problems = append(out.Problems, web.Trouble{
			Code: "no_time_zone",
			RU:   "Платформа не назвала часовой пояс аккаунта: звонки нельзя будет перечитать. Задайте его в личном кабинете.",
			EN:   "The platform tells no time zone of the account: calls cannot be read back. Set it in the platform's cabinet.",
		})
	}
	return out, nil
}
