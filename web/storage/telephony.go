package storage

import (
	"context"
	"fmt"
	"slices"

	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/internal/store"
	"omniconnector/web"
)

// PortalCentre gives the platform's directory.
func (s Store) PortalCentre(ctx context.Context, t integration.TenantID, p integration.PortalID) (centre.Directory, error) {
	d, err := s.in.PortalCentre(ctx, t, p)
	return d, outward(err)
}

// SavePlatform stores how the platform is reached.
func (s Store) SavePlatform(ctx context.Context, t integration.TenantID, a web.Access) error {
	return outward(s.in.SavePlatform(ctx, t, store.PlatformAccess(a)))
}

// Platform tells how the platform is reached.
func (s Store) Platform(ctx context.Context, t integration.TenantID) (web.Access, error) {
	a, err := s.in.Platform(ctx, t)
	return web.Access(a), outward(err)
}

// DeletePlatform forgets the platform.
func (s Store) DeletePlatform(ctx context.Context, t integration.TenantID) error {
	return outward(s.in.DeletePlatform(ctx, t))
}

// Jobs lists errands.
func (s Store) Jobs(ctx context.Context, t integration.TenantID, p integration.PortalID) ([]web.Job, error) {
	list, err := s.in.Jobs(ctx, t, p)
	return each(list, func(j store.JournalAction) web.Job {
		e := &j.Entry
		return web.Job{
			Key: e.Action.Key, Do: e.Action.Do, State: e.State, Attempts: e.Attempts, DueAt: e.DueAt, Result: e.Result, Err: e.Err,
			Updated: j.Updated,
		}
	}), outward(err)
}

// DeadLetters lists what was refused for good.
func (s Store) DeadLetters(
	ctx context.Context, t integration.TenantID, p integration.PortalID, cursor string, limit int,
) ([]web.ActionRow, string, error) {
	rows, next, err := s.in.DeadLetters(ctx, t, p, store.Cursor(cursor), limit)
	return each(rows, actionRow), string(next), outward(err)
}

// Retry plans a dead letter again.
func (s Store) Retry(ctx context.Context, t integration.TenantID, p integration.PortalID, k integration.ActionKey, author string) error {
	return outward(s.in.Retry(ctx, t, p, k, author))
}

// Dismiss settles a dead letter.
func (s Store) Dismiss(
	ctx context.Context, t integration.TenantID, p integration.PortalID, k integration.ActionKey, author, note string,
) error {
	return outward(s.in.Dismiss(ctx, t, p, k, author, note))
}

// Tokens lists API tokens.
func (s Store) Tokens(ctx context.Context, t integration.TenantID) ([]web.TokenInfo, error) {
	list, err := s.in.Secrets(ctx, t, store.API)
	return each(list, tokenInfo), outward(err)
}

func tokenInfo(i store.SecretInfo) web.TokenInfo {
	return web.TokenInfo{ID: i.ID, Name: i.Name, Scope: web.Scope(i.Scope), Created: i.Created, Expires: i.Expires, Revoked: i.Revoked}
}

// RevokeToken ends an API token; the secrets of webhooks are no tokens.
func (s Store) RevokeToken(ctx context.Context, t integration.TenantID, id, author string) error {
	list, err := s.in.Secrets(ctx, t, store.API)
	if err != nil {
		return outward(err)
	}
	if !slices.ContainsFunc(list, func(i store.SecretInfo) bool { return i.ID == id }) {
		return fmt.Errorf("revoke token: %w", web.ErrNotFound)
	}
	return outward(s.in.RevokeSecret(ctx, t, id, author))
}
