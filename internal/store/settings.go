package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/crm"
	"omniconnector/integration"
)

// SaveSettings stores a new version of a portal's settings when the newest is the expected one (0
// when there are none yet), with an audit row, and answers the version. ErrConflict means that
// somebody saved meanwhile, ErrNotFound that there is no such portal.
func (s *Store) SaveSettings(
	ctx context.Context, t integration.TenantID, p integration.PortalID, expected int64, body []byte, author string,
) (int64, error) {
	return s.SaveSettingsFrom(ctx, t, p, expected, body, Origin{Author: author, Verb: "settings.saved"})
}

// Origin is how a version of settings came about, for its audit row.
type Origin struct {
	Author string
	Verb   string         // "settings.saved", "settings.restored", "settings.imported"
	Detail map[string]any // more of it, without secrets; the version is added
}

// SaveSettingsFrom is SaveSettings for a version that was not written by hand.
func (s *Store) SaveSettingsFrom(
	ctx context.Context, t integration.TenantID, p integration.PortalID, expected int64, body []byte, from Origin,
) (int64, error) {
	row := settingsRow{
		TenantID: clean(t), PortalID: clean(p), Version: expected + 1,
		Body: clean(string(body)), Author: clean(from.Author), CreatedAt: micros(s.now()),
	}
	detail := map[string]any{"version": row.Version}
	maps.Copy(detail, from.Detail)
	told, err := compact(detail)
	if err != nil {
		return 0, err
	}
	err = s.tx(ctx, func(tx *gorm.DB) error {
		if err := s.createVersion(tx, row, expected); err != nil {
			return err
		}
		return s.audit(tx, AuditEntry{
			Tenant: row.TenantID, Portal: row.PortalID, Author: from.Author, Verb: from.Verb, Detail: []byte(told),
		})
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		err = ErrConflict
	}
	if err != nil {
		return 0, wrap("save settings", err)
	}
	return row.Version, nil
}

func (s *Store) createVersion(tx *gorm.DB, row settingsRow, expected int64) error {
	// The portal's row is the lock between two who save at once.
	var owner portalRow
	err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Select("portal_id").Scopes(of(row.TenantID, row.PortalID)).
		Take(&owner).Error
	if err != nil {
		return err
	}
	var newest int64
	err = tx.Model(&settingsRow{}).Scopes(of(row.TenantID, row.PortalID)).
		Select("COALESCE(MAX(version), 0)").Scan(&newest).Error
	if err != nil {
		return err
	}
	if newest != expected {
		return fmt.Errorf("%w: the newest version is %d", ErrConflict, newest)
	}
	return tx.Create(&row).Error
}

// Document gives a portal's settings at a version; see Settings.
func (s *Store) Document(ctx context.Context, t integration.TenantID, p integration.PortalID, version int64) (integration.Document, error) {
	var rows []settingsRow
	query := s.read(ctx).Scopes(of(clean(t), clean(p))).Order("version DESC").Limit(1)
	if version != 0 {
		query = query.Where("version = ?", version)
	}
	if err := query.Find(&rows).Error; err != nil {
		return integration.Document{}, wrap("settings", err)
	}
	switch {
	case len(rows) > 0:
		return rows[0].document(), nil
	case version == 0:
		return integration.Document{}, nil
	}
	return integration.Document{}, fmt.Errorf("settings version %d: %w", version, ErrNotFound)
}

// Versions lists a portal's settings, newest first, below a version (0: from the newest), without bodies.
func (s *Store) Versions(
	ctx context.Context, t integration.TenantID, p integration.PortalID, below int64, limit int,
) ([]integration.Document, error) {
	var rows []settingsRow
	query := s.read(ctx).Scopes(of(clean(t), clean(p))).Select("version", "author", "created_at").
		Order("version DESC").Limit(limit)
	if below != 0 {
		query = query.Where("version < ?", below)
	}
	if err := query.Find(&rows).Error; err != nil {
		return nil, wrap("versions", err)
	}
	return each(rows, settingsRow.document), nil
}

func (r settingsRow) document() integration.Document {
	return integration.Document{Version: r.Version, Body: []byte(r.Body), Author: r.Author, Created: instant(r.CreatedAt)}
}

// PortalDirectory gives a portal's directory; see Directory.
func (s *Store) PortalDirectory(ctx context.Context, t integration.TenantID, p integration.PortalID) (crm.Directory, error) {
	var rows []directoryRow
	if err := s.read(ctx).Scopes(of(clean(t), clean(p))).Limit(1).Find(&rows).Error; err != nil {
		return crm.Directory{}, wrap("directory", err)
	}
	var d crm.Directory
	if len(rows) == 0 {
		return d, nil
	}
	if err := json.Unmarshal([]byte(rows[0].Body), &d); err != nil {
		return crm.Directory{}, fmt.Errorf("directory: %w", err)
	}
	d.SyncedAt = instant(rows[0].SyncedAt)
	return d, nil
}

// AuditEntry is who did what to a tenant's settings or journal.
type AuditEntry struct {
	ID     string // drawn when stored; grows with time
	Tenant integration.TenantID
	Portal integration.PortalID // empty: the tenant as a whole
	At     time.Time
	Author string
	Verb   string // "settings.saved", "replay"…
	Detail []byte // JSON without secrets
}

// Audit records what was done outside this package, such as an export or a foreign read.
func (s *Store) Audit(ctx context.Context, e AuditEntry) error {
	return wrap("audit", s.tx(ctx, func(tx *gorm.DB) error {
		if err := knownTenant(tx, e.Tenant); err != nil {
			return err
		}
		return s.audit(tx, e)
	}))
}

func (s *Store) audit(tx *gorm.DB, e AuditEntry) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return tx.Create(&auditRow{
		TenantID: e.Tenant, AuditID: id.String(), PortalID: clean(e.Portal), At: micros(s.now()), Author: clean(e.Author),
		Verb: clean(e.Verb), Detail: clean(string(e.Detail)),
	}).Error
}

// AuditTrail lists what was done, newest first, before the entry with the given id (empty: from the newest).
func (s *Store) AuditTrail(ctx context.Context, t integration.TenantID, before string, limit int) ([]AuditEntry, error) {
	var rows []auditRow
	query := s.read(ctx).Where("tenant_id = ?", clean(t)).Order("audit_id DESC").Limit(limit)
	if before != "" {
		query = query.Where("audit_id < ?", clean(before))
	}
	if err := query.Find(&rows).Error; err != nil {
		return nil, wrap("audit trail", err)
	}
	return each(rows, func(r auditRow) AuditEntry {
		return AuditEntry{
			ID: r.AuditID, Tenant: r.TenantID, Portal: r.PortalID, At: instant(r.At), Author: r.Author, Verb: r.Verb,
			Detail: []byte(r.Detail),
		}
	}), nil
}
