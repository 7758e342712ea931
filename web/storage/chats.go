package storage

import (
	"context"
	"errors"

	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/web"
)

// SaveChatAccess stores how a tenant's own adapter is reached.
func (s Store) SaveChatAccess(ctx context.Context, t integration.TenantID, a web.ChatAccess, login *web.WebhookLogin) error {
	had, err := s.in.ChatAccess(ctx, t)
	if err = outward(err); err != nil && !errors.Is(err, web.ErrNotFound) {
		return err
	}
	own := store.ChatAccess{
		URL: a.URL, Login: a.Login, Password: a.Password, AdapterID: had.AdapterID, AccountID: had.AccountID, Webhooks: had.Webhooks,
	}
	if login != nil {
		own.Webhooks = webhookAuth(*login)
	}
	return outward(s.in.SaveChatAccess(ctx, t, own))
}

func webhookAuth(l web.WebhookLogin) store.WebhookAuth {
	switch l.Scheme {
	case web.AuthBasic:
		return store.BasicAuth(l.Login, l.Secret)
	case web.AuthBearer:
		return store.BearerAuth(l.Secret)
	}
	return store.WebhookAuth{}
}

// ChatAccess tells how a tenant's own adapter is reached.
func (s Store) ChatAccess(ctx context.Context, t integration.TenantID) (web.ChatAccess, error) {
	a, err := s.in.ChatAccess(ctx, t)
	out := web.ChatAccess{URL: a.URL, Login: a.Login, Password: a.Password, Saved: a.Saved}
	switch a.Webhooks.Scheme {
	case store.AuthBasic:
		out.Webhooks = web.AuthBasic
	case store.AuthBearer:
		out.Webhooks = web.AuthBearer
	}
	return out, outward(err)
}

// DeleteChatAccess forgets a tenant's own adapter.
func (s Store) DeleteChatAccess(ctx context.Context, t integration.TenantID) error {
	return outward(s.in.DeleteChatAccess(ctx, t))
}

// ChatAccounts lists the accounts of adapters.
func (s Store) ChatAccounts(ctx context.Context, t integration.TenantID) ([]web.ChatAccount, error) {
	list, err := s.in.ChatAccounts(ctx, t)
	return each(list, func(a store.ChatAccount) web.ChatAccount {
		return web.ChatAccount{ID: a.ID, AppID: a.AppID, Name: a.Name, Status: a.Status, Shared: a.Shared}
	}), outward(err)
}

// ChatChannels lists the channels of those accounts.
func (s Store) ChatChannels(ctx context.Context, t integration.TenantID) ([]web.ChatChannel, error) {
	list, err := s.in.ChatChannels(ctx, t)
	return each(list, func(c store.ChatChannel) web.ChatChannel { return web.ChatChannel(c) }), outward(err)
}
