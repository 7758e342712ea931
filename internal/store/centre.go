package store

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
)

type centreRow struct {
	TenantID integration.TenantID
	PortalID integration.PortalID
	Body     string
	SyncedAt int64
	TimeZone string
}

// TableName names the table for gorm.
func (centreRow) TableName() string { return "centres" }

// Centre gives the platform's directory; one that was never read is empty, with SyncedAt zero.
func (s *Store) Centre(ctx context.Context, l lane.Lease) (centre.Directory, error) {
	return s.PortalCentre(ctx, l.Tenant, l.Portal)
}

// PortalCentre gives the platform's directory as a portal's lane has read it; see Centre.
func (s *Store) PortalCentre(ctx context.Context, t integration.TenantID, p integration.PortalID) (centre.Directory, error) {
	var rows []centreRow
	if err := s.read(ctx).Scopes(of(clean(t), clean(p))).Limit(1).Find(&rows).Error; err != nil {
		return centre.Directory{}, wrap("centre", err)
	}
	var d centre.Directory
	if len(rows) == 0 {
		return d, nil
	}
	if err := json.Unmarshal([]byte(rows[0].Body), &d); err != nil {
		return centre.Directory{}, fmt.Errorf("centre: %w", err)
	}
	d.SyncedAt = instant(rows[0].SyncedAt)
	return d, nil
}

// SaveCentre replaces the platform's directory.
func (s *Store) SaveCentre(ctx context.Context, l lane.Lease, d centre.Directory) error {
	body, err := compact(d)
	if err != nil {
		return err
	}
	defer s.hooks.drop(l.Tenant) // notifications are read in its zone
	return s.fenced(ctx, "save centre", l, func(tx *gorm.DB) error {
		row := centreRow{TenantID: l.Tenant, PortalID: l.Portal, Body: clean(body), SyncedAt: micros(d.SyncedAt), TimeZone: clean(d.TimeZone)}
		return tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "tenant_id"}, {Name: "portal_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"body", "synced_at", "time_zone"}),
		}).Create(&row).Error
	})
}
