package store

import (
	"context"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/integration"
)

// erasing hides a portal whose rows are being removed.
const erasing integration.PortalState = "erasing"

// ErasePortal hides a portal at once and for good, as the account's administrator asked when the application was removed (S-5); its
// rows go with FinishErasures. What was done in it stays in the tenant's audit. ErrNotFound means no such portal.
func (s *Store) ErasePortal(ctx context.Context, t integration.TenantID, p integration.PortalID, author string) error {
	defer s.hooks.drop(t)
	t, p = clean(t), clean(p)
	return wrap("erase portal", s.tx(ctx, func(tx *gorm.DB) error {
		// Whoever works for the portal holds the lane's row.
		var lock laneRow
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Select("fence").Scopes(of(t, p)).Take(&lock).Error; err != nil {
			return err
		}
		if _, err := portal(tx, t, p); err != nil {
			return err
		}
		// The secrets go first: nothing may be sent to the account from here on.
		gone := portalRow{
			State: erasing, Since: micros(s.now()), ClientSecret: []byte{}, AccessToken: []byte{}, RefreshToken: []byte{}, ApplicationToken: []byte{},
		}
		err := tx.Model(&portalRow{}).Scopes(of(t, p)).
			Select("state", "why", "since", "client_secret", "access_token", "refresh_token", "application_token").Updates(gone).Error
		if err != nil {
			return err
		}
		if err := tx.Exec("DELETE FROM lanes WHERE tenant_id = ? AND portal_id = ?", t, p).Error; err != nil {
			return err
		}
		return s.audit(tx, AuditEntry{Tenant: t, Portal: p, Author: author, Verb: "portal.erased", Detail: []byte("{}")})
	}))
}

// FinishErasures removes what is left of portals that ErasePortal hid, of all tenants, in small steps. It may be called at any time,
// by any number of processes; one that was killed is gone on with by the next.
func (s *Store) FinishErasures(ctx context.Context) error {
	var rows []portalRow
	if err := s.read(ctx).Select("tenant_id", "portal_id").Where("state = ?", erasing).Find(&rows).Error; err != nil {
		return wrap("finish erasures", err)
	}
	for _, r := range rows {
		if err := s.erase(ctx, r.TenantID, r.PortalID); err != nil {
			return wrap("finish erasures", err)
		}
	}
	return nil
}

// erase empties the portal's tables; the second round takes what a delivery already under way wrote in between.
func (s *Store) erase(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	const own = "tenant_id = ? AND portal_id = ?"
	for range 2 {
		for _, table := range tenantTables {
			if table == "portals" || !strings.HasPrefix(primaryKeys[table], "portal_id") {
				continue
			}
			if err := s.deleteAll(ctx, table, own, t, p); err != nil {
				return err
			}
		}
	}
	// A row of changes tells of several portals: whoever reads them begins anew.
	if err := s.deleteAll(ctx, "changes", "tenant_id = ?", t); err != nil {
		return err
	}
	return s.write(ctx).Exec("DELETE FROM portals WHERE "+own+" AND state = ?", t, p, erasing).Error
}
