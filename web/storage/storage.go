// Package storage gives package web its view of internal/store: the same rows under web's
// own nouns, and store's errors as web's. It holds no rule and no state.
package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
	"omniconnector/web"
)

// Store is a store as package web sees it.
type Store struct{ in *store.Store }

var _ web.Store = Store{}

// New wraps an open store.
func New(s *store.Store) Store { return Store{s} }

// Ping reports whether the database answers.
func (s Store) Ping(ctx context.Context) error { return outward(s.in.Ping(ctx)) }

// outward gives the errors of internal/store the names that package web knows.
func outward(err error) error {
	for ours, theirs := range map[error]error{
		store.ErrNotFound: web.ErrNotFound, store.ErrConflict: web.ErrConflict, store.ErrDuplicate: web.ErrDuplicate,
		store.ErrInvalid: web.ErrInvalid, store.ErrAway: web.ErrAway,
	} {
		if errors.Is(err, ours) {
			return fmt.Errorf("%w: %w", theirs, err)
		}
	}
	return err
}

// CreateTenant adds a tenant.
func (s Store) CreateTenant(ctx context.Context, id integration.TenantID, name string) (integration.Tenant, error) {
	t, err := s.in.CreateTenant(ctx, id, name)
	return t, outward(err)
}

// Tenant gives a tenant.
func (s Store) Tenant(ctx context.Context, id integration.TenantID) (integration.Tenant, error) {
	t, err := s.in.Tenant(ctx, id)
	return t, outward(err)
}

// Tenants lists tenants.
func (s Store) Tenants(ctx context.Context, after integration.TenantID, limit int) ([]integration.Tenant, error) {
	list, err := s.in.Tenants(ctx, after, limit)
	return list, outward(err)
}

// SetTenantState suspends or resumes a tenant.
func (s Store) SetTenantState(ctx context.Context, id integration.TenantID, state integration.TenantState) error {
	return outward(s.in.SetTenantState(ctx, id, state))
}

// DeleteTenant removes a tenant with everything it has.
func (s Store) DeleteTenant(ctx context.Context, id integration.TenantID) error {
	return outward(s.in.DeleteTenant(ctx, id))
}

// IssueToken draws an API token.
func (s Store) IssueToken(
	ctx context.Context, t integration.TenantID, name string, scope web.Scope, author string,
) (integration.Secret, web.TokenInfo, error) {
	secret, info, err := s.in.CreateSecret(ctx, t, store.NewSecret{
		Purpose: store.API, Name: name, Scope: store.Scope(scope), Author: author,
	})
	return secret, tokenInfo(info), outward(err)
}

// Recognise tells whom an API token speaks for.
func (s Store) Recognise(ctx context.Context, token integration.Secret) (web.Identity, error) {
	found, err := s.in.APIToken(ctx, token)
	if err != nil {
		return web.Identity{}, outward(err)
	}
	return web.Identity{Tenant: found.Tenant, Scope: web.Scope(found.Secret.Scope), Token: found.Secret.Name + " " + found.Secret.ID}, nil
}

// RotateHook draws a secret of webhooks; all that were valid end after overlap.
func (s Store) RotateHook(ctx context.Context, t integration.TenantID, w web.Which, overlap time.Duration) (integration.Secret, error) {
	purpose := purposeOf(w)
	known, err := s.in.Secrets(ctx, t, purpose)
	if err != nil {
		return "", outward(err)
	}
	for _, k := range slices.Backward(known) { // the newest that does not end by itself is the one in use
		if k.Revoked.IsZero() && k.Expires.IsZero() {
			secret, _, err := s.in.RotateSecret(ctx, t, k.ID, overlap)
			return secret, outward(err)
		}
	}
	secret, _, err := s.in.CreateSecret(ctx, t, store.NewSecret{Purpose: purpose, Name: "webhooks"})
	return secret, outward(err)
}

// HookSecrets lists the secrets of webhooks that are valid or will end.
func (s Store) HookSecrets(ctx context.Context, t integration.TenantID) ([]web.HookSecret, error) {
	var out []web.HookSecret
	for _, w := range []web.Which{web.HookPath, web.HookBody} {
		known, err := s.in.Secrets(ctx, t, purposeOf(w))
		if err != nil {
			return nil, outward(err)
		}
		for _, k := range known {
			if k.Revoked.IsZero() {
				out = append(out, web.HookSecret{Which: w, Created: k.Created, Expires: k.Expires})
			}
		}
	}
	return out, nil
}

func purposeOf(w web.Which) store.Purpose {
	if w == web.HookBody {
		return store.HookBody
	}
	return store.HookPath
}

// SetBudget sets a portal's own limits.
func (s Store) SetBudget(ctx context.Context, t integration.TenantID, p integration.PortalID, b lane.Budget) error {
	return outward(s.in.SetBudget(ctx, t, p, b))
}
