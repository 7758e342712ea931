package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// portalsWith lists the portals that have rows in a table, hopping from portal to portal in a
// partial index instead of reading every row: a backlog of a million events costs one hop.
// The third column is the least of the index's last one, which tells when work is due. A hop is
// written as "the tenant's next portal, or the next tenant's first" because SQLite walks
// through all rows of a portal when it is asked for (tenant_id, portal_id) > (t, p).
func portalsWith(name, table, condition, due string) string {
	first := func(column, after string) string {
		return fmt.Sprintf("(SELECT %s FROM %s WHERE %s%s ORDER BY tenant_id, portal_id, %s LIMIT 1)",
			column, table, condition, after, due)
	}
	next := func(column string) string {
		return fmt.Sprintf("COALESCE(%s, %s)",
			first(column, fmt.Sprintf(" AND tenant_id = %s.t AND portal_id > %s.p", name, name)),
			first(column, fmt.Sprintf(" AND tenant_id > %s.t", name)))
	}
	return fmt.Sprintf("%s(t, p, due) AS (SELECT %s, %s, %s UNION ALL SELECT %s, %s, %s FROM %s WHERE %s.t IS NOT NULL)", name,
		first("tenant_id", ""), first("portal_id", ""), first(due, ""), next("tenant_id"), next("portal_id"), next(due), name, name)
}

// claim derives readiness from unfinished rows: undecided events, actions that are due,
// and sessions that have been silent for too long. Lanes that waited longest go first.
var claim = "WITH RECURSIVE " + strings.Join([]string{
	portalsWith("ev", "events", "state = 'pending'", "event_id"),
	portalsWith("ac", "actions", "state IN ('planned', 'sending', 'doubt')", "due_at"),
	portalsWith("se", "sessions", "NOT closed AND deadline_at > 0", "deadline_at"),
	`work(t, p) AS (SELECT t, p FROM ev WHERE t IS NOT NULL
		UNION SELECT t, p FROM ac WHERE due <= ? UNION SELECT t, p FROM se WHERE due <= ?)`,
	// SQLite takes CROSS JOIN as an order: first the few that have work.
	`picked AS (SELECT l.tenant_id, l.portal_id FROM work CROSS JOIN lanes l CROSS JOIN tenants c CROSS JOIN portals o
		WHERE l.tenant_id = work.t AND l.portal_id = work.p AND l.lease_until <= ? AND l.paused_until <= ?
		AND c.tenant_id = work.t AND c.state = 'active'
		AND o.tenant_id = work.t AND o.portal_id = work.p AND o.state = 'ok'
		ORDER BY l.lease_until LIMIT ? /*lock*/)`,
}, ", ") + ` UPDATE lanes SET owner = ?, fence = fence + 1, lease_until = ? FROM picked
	WHERE lanes.tenant_id = picked.tenant_id AND lanes.portal_id = picked.portal_id AND lease_until <= ?
	RETURNING lanes.tenant_id, lanes.portal_id, owner, fence`

// Claim leases lanes that have work and that nobody holds. A doubtful or waiting action makes its
// lane ready when it is due, and not before.
func (s *Store) Claim(ctx context.Context, owner string, now time.Time, ttl time.Duration, limit int) ([]lane.Lease, error) {
	if owner == "" {
		return nil, fmt.Errorf("claim: %w: no owner", ErrInvalid)
	}
	query := claim
	if s.pool != nil {
		query = strings.Replace(query, "/*lock*/", "FOR UPDATE OF l SKIP LOCKED", 1)
	}
	var rows []laneRow
	at := micros(now)
	err := s.write(ctx).Raw(query, at, at, at, at, limit, owner, micros(now.Add(ttl)), at).Scan(&rows).Error
	if err != nil {
		return nil, wrap("claim", err)
	}
	return each(rows, func(r laneRow) lane.Lease {
		return lane.Lease{Tenant: r.TenantID, Portal: r.PortalID, Owner: r.Owner, Fence: r.Fence}
	}), nil
}

// Renew keeps a lease. It answers ErrLost also when the tenant was suspended or the portal
// disconnected, so that work ends soon after.
func (s *Store) Renew(ctx context.Context, l lane.Lease, now time.Time, ttl time.Duration) error {
	done := s.write(ctx).Exec(`UPDATE lanes SET lease_until = ?
		WHERE tenant_id = ? AND portal_id = ? AND owner = ? AND owner <> '' AND fence = ?
		AND EXISTS (SELECT 1 FROM tenants c WHERE c.tenant_id = lanes.tenant_id AND c.state = 'active')
		AND EXISTS (SELECT 1 FROM portals o WHERE o.tenant_id = lanes.tenant_id AND o.portal_id = lanes.portal_id
			AND o.state <> 'disconnected')`,
		micros(now.Add(ttl)), l.Tenant, l.Portal, l.Owner, l.Fence)
	return fencedBy("renew", done)
}

// Release gives a lease back at once.
func (s *Store) Release(ctx context.Context, l lane.Lease) error {
	done := s.write(ctx).Model(&laneRow{}).Scopes(leased(l)).
		Select("owner", "lease_until").Updates(laneRow{LeaseUntil: micros(s.now())})
	return fencedBy("release", done)
}

// leased limits a query to the lane's row while the lease is the newest. Lanes that nobody
// holds have an empty owner, which is no lease.
func leased(l lane.Lease) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB {
		if l.Owner == "" {
			return db.Where("1 = 0")
		}
		return db.Where("tenant_id = ? AND portal_id = ? AND owner = ? AND fence = ?", l.Tenant, l.Portal, l.Owner, l.Fence)
	}
}

// fencedBy turns a statement on the lane's row that found none into ErrLost.
func fencedBy(step string, done *gorm.DB) error {
	if done.Error == nil && done.RowsAffected == 0 {
		return fmt.Errorf("%s: %w", step, lane.ErrLost)
	}
	return wrap(step, done.Error)
}

// lostIfGone reads a lane's row that is not there with the lease's fence as a lost lease.
func lostIfGone(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return lane.ErrLost
	}
	return err
}

// fenced runs a write of a lane. The lane's row stays locked meanwhile, so that the fence
// cannot move and writers of one lane go one after the other.
func (s *Store) fenced(ctx context.Context, step string, l lane.Lease, write func(tx *gorm.DB) error) error {
	err := s.tx(ctx, func(tx *gorm.DB) error {
		var row laneRow
		err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Select("fence").Scopes(leased(l)).Take(&row).Error
		if err != nil {
			return lostIfGone(err)
		}
		return write(tx)
	})
	return wrap(step, err)
}

// Begin stores the intent to send and charges the bucket for one request. ErrConflict means
// that an action is not there to be sent; nothing is stored and nothing is charged then.
func (s *Store) Begin(
	ctx context.Context, l lane.Lease, keys []integration.ActionKey, now, sendBy time.Time, b lane.Budget,
) (time.Duration, error) {
	var left time.Duration
	err := s.tx(ctx, func(tx *gorm.DB) error {
		var err error
		if left, err = charge(tx, leased(l), now, b); err != nil || left > 0 || len(keys) == 0 {
			return lostIfGone(err)
		}
		done := tx.Exec(`UPDATE actions SET state = 'sending', send_by = ?, attempts = attempts + 1, updated_at = ?,
			first_sent = CASE WHEN first_sent = 0 THEN ? ELSE first_sent END
			WHERE tenant_id = ? AND portal_id = ? AND action_key IN ? AND state IN ('planned', 'doubt')`,
			micros(sendBy), micros(now), micros(now), l.Tenant, l.Portal, keys)
		if done.Error == nil && done.RowsAffected != int64(len(keys)) {
			return fmt.Errorf("%w: %d of %d actions can be sent", ErrConflict, done.RowsAffected, len(keys))
		}
		return done.Error
	})
	return left, wrap("begin", err)
}

// Charge takes one request from a portal's bucket for work outside its lane, such as a page
// that somebody looks at. A positive wait means that nothing was taken.
func (s *Store) Charge(
	ctx context.Context, t integration.TenantID, p integration.PortalID, now time.Time, b lane.Budget,
) (time.Duration, error) {
	var left time.Duration
	err := s.tx(ctx, func(tx *gorm.DB) error {
		var err error
		left, err = charge(tx, of(clean(t), clean(p)), now, b)
		return err
	})
	return left, wrap("charge", err)
}

// charge is the leaky bucket (GCRA): tat is when the bucket would be empty, every request moves
// it on by one interval, and it may be ahead of now by as many intervals as the burst.
func charge(tx *gorm.DB, which func(*gorm.DB) *gorm.DB, now time.Time, b lane.Budget) (time.Duration, error) {
	if b.PerSecond <= 0 {
		return 0, fmt.Errorf("%w: budget of %v a second", ErrInvalid, b.PerSecond)
	}
	interval := max(int64(1e6/b.PerSecond), 1)
	at, room := micros(now), interval*int64(max(b.Burst, 1))
	done := tx.Model(&laneRow{}).Scopes(which).
		Where("paused_until <= ? AND tat <= ?", at, at+room-interval).
		Update("tat", gorm.Expr("CASE WHEN tat > ? THEN tat ELSE ? END + ?", at, at, interval))
	if done.Error != nil || done.RowsAffected > 0 {
		return 0, done.Error
	}
	var row laneRow
	if err := tx.Select("tat", "paused_until").Scopes(which).Take(&row).Error; err != nil {
		return 0, err
	}
	ready := max(row.Tat+interval-room, row.PausedUntil)
	return max(time.Duration(ready-at), 1) * time.Microsecond, nil
}

// Pause leaves the whole portal alone until then.
func (s *Store) Pause(ctx context.Context, l lane.Lease, until time.Time, why string) error {
	done := s.write(ctx).Model(&laneRow{}).Scopes(leased(l)).
		Select("paused_until", "why").Updates(laneRow{PausedUntil: micros(until), Why: clean(why)})
	return fencedBy("pause", done)
}

// Suspend marks the portal as refusing us, with the reason for its tenant. One that is disconnected loses its index.
func (s *Store) Suspend(ctx context.Context, l lane.Lease, state integration.PortalState, why string, now time.Time) error {
	err := s.fenced(ctx, "suspend", l, func(tx *gorm.DB) error {
		if state == integration.PortalGone {
			if err := endIndex(tx, l.Tenant, l.Portal); err != nil {
				return err
			}
		}
		return tx.Model(&portalRow{}).Scopes(held(l)).Select("state", "why", "since").
			Updates(portalRow{State: state, Why: clean(why), Since: micros(now)}).Error
	})
	if err != nil || state != integration.PortalGone {
		return err
	}
	return wrap("suspend", s.dropIndex(ctx, l.Tenant, l.Portal))
}

// Settings gives the settings document at a version; 0 is the newest, and a portal without
// settings has an empty document at version 0. ErrNotFound means that there is no such version.
func (s *Store) Settings(ctx context.Context, l lane.Lease, version int64) (integration.Document, error) {
	return s.Document(ctx, l.Tenant, l.Portal, version)
}

// Directory gives the portal's directory; one that was never read is empty, with SyncedAt zero.
func (s *Store) Directory(ctx context.Context, l lane.Lease) (crm.Directory, error) {
	return s.PortalDirectory(ctx, l.Tenant, l.Portal)
}

// SaveDirectory replaces it.
func (s *Store) SaveDirectory(ctx context.Context, l lane.Lease, d crm.Directory) error {
	body, err := compact(d)
	if err != nil {
		return err
	}
	return s.fenced(ctx, "save directory", l, func(tx *gorm.DB) error {
		row := directoryRow{TenantID: l.Tenant, PortalID: l.Portal, Body: body, SyncedAt: micros(d.SyncedAt)}
		return tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "tenant_id"}, {Name: "portal_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"body", "synced_at"}),
		}).Create(&row).Error
	})
}
