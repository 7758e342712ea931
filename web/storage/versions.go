package storage

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/web"
)

// Versions lists a portal's versions of settings.
func (s Store) Versions(
	ctx context.Context, t integration.TenantID, p integration.PortalID, below int64, limit int,
) ([]integration.Document, error) {
	list, err := s.in.Versions(ctx, t, p, below, limit)
	return list, outward(err)
}

// SaveSettingsFrom stores the next version with its origin.
func (s Store) SaveSettingsFrom(
	ctx context.Context, t integration.TenantID, p integration.PortalID, expected int64, body []byte, from web.Origin,
) (int64, error) {
	version, err := s.in.SaveSettingsFrom(ctx, t, p, expected, body, store.Origin(from))
	if err != nil {
		return 0, outward(err)
	}
	return version, outward(s.timeZone(ctx, t, body))
}

// Audit records what was done.
func (s Store) Audit(ctx context.Context, t integration.TenantID, r web.AuditRow) error {
	return outward(s.in.Audit(ctx, store.AuditEntry{Tenant: t, Portal: r.Portal, Author: r.Author, Verb: r.Verb, Detail: r.Detail}))
}

// AuditTrail lists what was done.
func (s Store) AuditTrail(ctx context.Context, t integration.TenantID, before string, limit int) ([]web.AuditRow, error) {
	if before != "" && uuid.Validate(before) != nil {
		return nil, fmt.Errorf("audit trail: %w: cursor", web.ErrInvalid)
	}
	list, err := s.in.AuditTrail(ctx, t, before, limit)
	return each(list, func(e store.AuditEntry) web.AuditRow {
		return web.AuditRow{ID: e.ID, Portal: e.Portal, At: e.At, Author: e.Author, Verb: e.Verb, Detail: e.Detail}
	}), outward(err)
}
