package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"omniconnector/integration"
)

// HookAccess is what must be known of a tenant to take its deliveries.
type HookAccess struct {
	State integration.TenantState
	// PathSecrets and BodySecrets are valid all at once; no body secrets means none is wanted.
	PathSecrets []SecretHash
	BodySecrets []SecretHash
	// Portals are connected; the events of one that refuses us wait.
	Portals []integration.PortalID
	// Webhooks is what the platform's webhooks to the tenant's own adapter must bring beside the path's secret; zero for nothing.
	Webhooks WebhookAuth
	// Location is the zone in which the platform writes times.
	Location *time.Location
}

// SecretHash recognises a secret without holding it.
type SecretHash struct {
	Sum     [sha256.Size]byte
	Expires time.Time // zero means never
}

// HookAccess tells who may report events for a tenant, or ErrNotFound. The answer is kept in
// the process for up to a second, and for as long as the database is away, so that no
// delivery is refused meanwhile; local changes are seen at once.
func (s *Store) HookAccess(ctx context.Context, t integration.TenantID) (HookAccess, error) {
	if !tenantName.MatchString(string(t)) {
		return HookAccess{}, wrap("hook access", ErrNotFound)
	}
	access, err := s.hooks.get(t, func() (HookAccess, error) {
		// Several requests wait for this answer: it must not depend on the first one's patience.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hookTimeout)
		defer cancel()
		return s.loadHookAccess(ctx, t)
	})
	return access, wrap("hook access", err)
}

func (s *Store) loadHookAccess(ctx context.Context, t integration.TenantID) (HookAccess, error) {
	tenant, err := s.tenant(ctx, t)
	if err != nil {
		return HookAccess{}, err
	}
	a := HookAccess{State: tenant.State}
	if a.Location, err = s.platformZone(ctx, tenant); err != nil {
		return HookAccess{}, err
	}
	var rows []secretRow
	err = s.read(ctx).Where("tenant_id = ? AND purpose IN (?, ?) AND revoked_at = 0 AND (expires_at = 0 OR expires_at > ?)",
		t, HookPath, HookBody, micros(s.now())).Order("created_at, secret_id").Find(&rows).Error
	if err != nil {
		return HookAccess{}, outward(err)
	}
	for _, r := range rows {
		h := SecretHash{Expires: instant(r.ExpiresAt)}
		copy(h.Sum[:], r.Hash)
		if r.Purpose == HookPath {
			a.PathSecrets = append(a.PathSecrets, h)
		} else {
			a.BodySecrets = append(a.BodySecrets, h)
		}
	}
	var chats []chatAccessRow
	err = s.read(ctx).Select("auth_scheme", "auth_hash").Where("tenant_id = ? AND auth_scheme <> ''", t).Find(&chats).Error
	if err != nil {
		return HookAccess{}, outward(err)
	}
	if len(chats) > 0 {
		a.Webhooks = chats[0].webhooks()
	}
	err = s.read(ctx).Model(&portalRow{}).Where("tenant_id = ? AND state NOT IN ?", t, []integration.PortalState{integration.PortalGone, erasing}).
		Order("portal_id").Pluck("portal_id", &a.Portals).Error
	return a, outward(err)
}

// platformZone is the zone in which a tenant's platform writes times: what the platform itself tells (contract uis §4.1), else
// the tenant's own.
func (s *Store) platformZone(ctx context.Context, tenant tenantRow) (*time.Location, error) {
	var told []string
	err := s.read(ctx).Model(&centreRow{}).Where("tenant_id = ? AND time_zone <> ''", tenant.TenantID).Order("synced_at DESC").Limit(1).
		Pluck("time_zone", &told).Error
	if err != nil {
		return nil, outward(err)
	}
	if len(told) > 0 {
		if zone, err := time.LoadLocation(told[0]); err == nil {
			return zone, nil
		}
	}
	return time.LoadLocation(tenant.TimeZone)
}

const (
	hookFresh   = time.Second
	hookTimeout = 2 * time.Second
	// hookLimit bounds the memory that callers with invented names can take.
	hookLimit = 20_000
)

// hookCache remembers answers of HookAccess, and that there is no such tenant.
type hookCache struct {
	now    func() time.Time
	flight singleflight.Group
	mu     sync.Mutex
	known  map[integration.TenantID]hookEntry
	epoch  int64 // grows with every drop: what was read before must not be remembered
}

type hookEntry struct {
	access HookAccess
	err    error
	until  time.Time
}

func newHookCache(now func() time.Time) *hookCache {
	return &hookCache{now: now, known: map[integration.TenantID]hookEntry{}}
}

func (c *hookCache) get(t integration.TenantID, load func() (HookAccess, error)) (HookAccess, error) {
	c.mu.Lock()
	old, have := c.known[t]
	epoch := c.epoch
	c.mu.Unlock()
	if have && c.now().Before(old.until) {
		return old.access, old.err
	}
	loaded, err, _ := c.flight.Do(string(t), func() (any, error) { return load() })
	if err != nil && !errors.Is(err, ErrNotFound) {
		if have && errors.Is(err, ErrAway) {
			return old.access, old.err
		}
		return HookAccess{}, err
	}
	access, _ := loaded.(HookAccess)
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch == c.epoch {
		if len(c.known) >= hookLimit {
			clear(c.known)
		}
		c.known[t] = hookEntry{access: access, err: err, until: c.now().Add(hookFresh)}
	}
	return access, err
}

// drop forgets a tenant, whose row has just been changed.
func (c *hookCache) drop(t integration.TenantID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	c.flight.Forget(string(t))
	delete(c.known, t)
}
