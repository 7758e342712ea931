package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/integration"
)

// settled must be in a statement word for word, like unfinished.
const settled = "state IN ('done', 'failed', 'dead')"

// Enqueue stores due actions of our own making, such as reading a portal's directory, from
// outside its lane. Keys that exist are left as they are. ErrNotFound means no such portal.
func (s *Store) Enqueue(ctx context.Context, t integration.TenantID, p integration.PortalID, actions []integration.Action) error {
	return s.plan(ctx, "enqueue", t, p, actions, func(tx *gorm.DB, rows []actionRow) error {
		_, err := addActions(tx, rows)
		return err
	})
}

// Schedule stores errands of our own making from outside a portal's lane, due at once or at their After. One whose
// key is settled begins anew; one that waits becomes due no later than asked; one that is under way is planned again
// when it ends. ErrNotFound means no such portal.
func (s *Store) Schedule(ctx context.Context, t integration.TenantID, p integration.PortalID, actions []integration.Action) error {
	return s.plan(ctx, "schedule", t, p, actions, schedule)
}

// plan writes actions of our own making with fresh numbers, while the lane's row is locked.
func (s *Store) plan(
	ctx context.Context, step string, t integration.TenantID, p integration.PortalID, actions []integration.Action,
	write func(tx *gorm.DB, rows []actionRow) error,
) error {
	rows, err := s.ownRows(clean(t), clean(p), actions)
	if err != nil {
		return wrap(step, err)
	}
	return wrap(step, s.tx(ctx, func(tx *gorm.DB) error {
		if err := number(tx, clean(t), clean(p), rows); err != nil {
			return err
		}
		return write(tx, rows)
	}))
}

// ownRows lays out actions of our own making, each key once.
func (s *Store) ownRows(t integration.TenantID, p integration.PortalID, actions []integration.Action) ([]actionRow, error) {
	rows := make([]actionRow, 0, len(actions))
	for _, a := range actions {
		row, err := newActionRow(t, p, a, micros(s.now()))
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(rows, func(r actionRow) bool { return r.ActionKey == row.ActionKey }) {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// number gives rows their places in the order of planning, and locks the lane's row.
func number(tx *gorm.DB, t integration.TenantID, p integration.PortalID, rows []actionRow) error {
	first, err := allocate(tx, of(t, p), len(rows))
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].Seq = first + int64(i)
	}
	return nil
}

// schedule writes errands whose lane's row is locked.
func schedule(tx *gorm.DB, rows []actionRow) error {
	if len(rows) == 0 {
		return nil
	}
	return tx.Clauses(scheduled).Create(&rows).Error
}

// scheduled says what becomes of errands whose keys exist.
var scheduled = func() clause.OnConflict {
	set := clause.Set{
		{Column: clause.Column{Name: "due_at"}, Value: gorm.Expr("CASE WHEN actions." + settled + " OR actions.state = 'planned'" +
			" AND actions.due_at > excluded.due_at THEN excluded.due_at ELSE actions.due_at END")},
		{Column: clause.Column{Name: "again_at"}, Value: gorm.Expr("CASE WHEN actions.state IN ('sending', 'doubt') AND" +
			" (actions.again_at = 0 OR actions.again_at > excluded.due_at) THEN excluded.due_at ELSE actions.again_at END")},
	}
	for _, column := range []string{
		"seq", "event_id", "session_id", "customer_key", "command", "body", "urgency", "touches", "until_at", "state", "attempts",
		"send_by", "first_sent", "result", "error", "created_at", "updated_at",
	} {
		set = append(set, clause.Assignment{Column: clause.Column{Name: column}, Value: gorm.Expr(fmt.Sprintf(
			"CASE WHEN actions.%s THEN excluded.%s ELSE actions.%s END", settled, column, column))})
	}
	return clause.OnConflict{
		Columns: []clause.Column{{Name: "tenant_id"}, {Name: "portal_id"}, {Name: "action_key"}}, DoUpdates: set,
	}
}()

// jobsLimit bounds the list of errands.
const jobsLimit = 200

// Jobs lists a portal's errands of our own making, periodic and single ones, the newest first: when they are due, how
// far they have come (Result), what failed last and when something last became of them. An errand whose command cannot be read any more has none.
func (s *Store) Jobs(ctx context.Context, t integration.TenantID, p integration.PortalID) ([]JournalAction, error) {
	var rows []actionRow
	err := s.read(ctx).Scopes(of(clean(t), clean(p))).Where("event_id = '' AND session_id = ''").
		Order("seq DESC").Limit(jobsLimit).Find(&rows).Error
	return each(rows, actionRow.journal), wrap("jobs", err)
}

// busy is asked in one statement, so that nothing slips from events to actions, or back, between two. Periodic errands
// count only while they run, and what is planned for later not before it is due; what was refused and waits to be sent again does.
const busy = `SELECT
	(SELECT 1 FROM events WHERE tenant_id = ? AND portal_id = ? AND state = 'pending' ORDER BY event_id LIMIT 1) IS NOT NULL OR
	(SELECT 1 FROM actions WHERE tenant_id = ? AND portal_id = ? AND ` + unfinished + ` AND (state = 'sending' OR
		substr(action_key, 1, 6) <> 'every/' AND (state = 'doubt' OR attempts > 0 OR first_sent > 0 OR due_at <= ?)) ORDER BY seq LIMIT 1) IS NOT NULL`

// Busy tells whether a portal has anything to decide or to do by now; a zero now is the store's own clock.
func (s *Store) Busy(ctx context.Context, t integration.TenantID, p integration.PortalID, now time.Time) (bool, error) {
	if now.IsZero() {
		now = s.now()
	}
	t, p = clean(t), clean(p)
	var is bool
	err := s.read(ctx).Raw(busy, t, p, t, p, micros(now)).Scan(&is).Error
	return is, wrap("busy", err)
}
