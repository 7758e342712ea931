package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// DeadLetters lists actions that were refused for good, the latest first, of one portal or of all.
func (s *Store) DeadLetters(
	ctx context.Context, t integration.TenantID, p integration.PortalID, from Cursor, limit int,
) ([]JournalAction, Cursor, error) {
	at, portal, key, err := from.parts()
	if err != nil {
		return nil, "", wrap("dead letters", err)
	}
	query := s.read(ctx).Where("tenant_id = ? AND state = 'dead'", clean(t))
	if p != "" {
		query = query.Where("portal_id = ?", clean(p))
	}
	if from != "" {
		query = query.Where("(updated_at, portal_id, action_key) < (?, ?, ?)", at, portal, key)
	}
	var rows []actionRow
	err = query.Order("updated_at DESC, portal_id DESC, action_key DESC").Limit(limit + 1).Find(&rows).Error
	if err != nil {
		return nil, "", wrap("dead letters", err)
	}
	var next Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next = cursor(last.UpdatedAt, string(last.PortalID), string(last.ActionKey))
	}
	return each(rows, actionRow.journal), next, nil
}

// RetryAction plans a dead action again, under its old key, with an audit row. ErrNotFound
// means that there is no such dead letter.
func (s *Store) RetryAction(
	ctx context.Context, t integration.TenantID, p integration.PortalID, k integration.ActionKey, author string,
) error {
	now := micros(s.now())
	return s.bury(ctx, "retry action", t, p, k, actionRow{State: lane.StatePlanned, DueAt: now, UpdatedAt: now},
		[]string{"state", "attempts", "due_at", "send_by", "until_at", "updated_at"},
		AuditEntry{Author: author, Verb: "action.retried"}, "")
}

// DismissAction settles a dead action as failed, with a note in the audit. ErrNotFound means that
// there is no such dead letter.
func (s *Store) DismissAction(
	ctx context.Context, t integration.TenantID, p integration.PortalID, k integration.ActionKey, note, author string,
) error {
	return s.bury(ctx, "dismiss action", t, p, k, actionRow{State: lane.StateFailed, UpdatedAt: micros(s.now())},
		[]string{"state", "updated_at"}, AuditEntry{Author: author, Verb: "action.dismissed"}, note)
}

// bury changes a dead letter.
func (s *Store) bury(
	ctx context.Context, step string, t integration.TenantID, p integration.PortalID, k integration.ActionKey,
	to actionRow, columns []string, e AuditEntry, note string,
) error {
	detail, err := compact(map[string]string{"action": string(k), "note": note})
	if err != nil {
		return wrap(step, err)
	}
	e.Tenant, e.Portal, e.Detail = clean(t), clean(p), []byte(detail)
	return wrap(step, s.tx(ctx, func(tx *gorm.DB) error {
		done := tx.Model(&actionRow{}).Scopes(of(e.Tenant, e.Portal)).
			Where("action_key = ? AND state = 'dead'", clean(k)).Select(columns).Updates(to)
		if done.Error != nil || done.RowsAffected == 0 {
			return changed("dead letter", done)
		}
		return s.audit(tx, e)
	}))
}

// LaneStatus is how a portal's lane is doing.
type LaneStatus struct {
	Owner       string // empty: nobody works in it
	LeaseUntil  time.Time
	PausedUntil time.Time
	Why         string    // of the pause
	BusyUntil   time.Time // when its bucket will be empty again
	// Pending and Unfinished count up to CountLimit.
	Pending    int
	Unfinished int
	// Oldest is when the oldest undecided event was received; zero when there is none.
	Oldest time.Time
}

// CountLimit is where counting stops: "and more".
const CountLimit = 10_000

// LaneStatus tells how a portal's lane is doing, or ErrNotFound.
func (s *Store) LaneStatus(ctx context.Context, t integration.TenantID, p integration.PortalID) (LaneStatus, error) {
	t, p = clean(t), clean(p)
	var row laneRow
	if err := s.read(ctx).Scopes(of(t, p)).Take(&row).Error; err != nil {
		return LaneStatus{}, wrap("lane status", err)
	}
	st := LaneStatus{
		Owner: row.Owner, LeaseUntil: instant(row.LeaseUntil), PausedUntil: instant(row.PausedUntil), Why: row.Why,
		BusyUntil: instant(row.Tat),
	}
	const count = "SELECT COUNT(*) FROM (SELECT 1 FROM %s WHERE tenant_id = ? AND portal_id = ? AND %s LIMIT %d) AS c"
	err := s.read(ctx).Raw(fmt.Sprintf(count, "events", "state = 'pending'", CountLimit), t, p).Scan(&st.Pending).Error
	if err == nil {
		err = s.read(ctx).Raw(fmt.Sprintf(count, "actions", unfinished, CountLimit), t, p).Scan(&st.Unfinished).Error
	}
	var oldest []int64
	if err == nil {
		err = s.read(ctx).Model(&eventRow{}).Scopes(of(t, p)).Where("state = 'pending'").Order("event_id").Limit(1).
			Pluck("received_at", &oldest).Error
	}
	if len(oldest) > 0 {
		st.Oldest = instant(oldest[0])
	}
	return st, wrap("lane status", err)
}
