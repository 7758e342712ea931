package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// unfinished must be in a statement word for word, or its partial index is not used.
const unfinished = "state IN ('planned', 'sending', 'doubt')"

// Unfinished lists actions that are not settled, in the order of planning. One that cannot
// be read is buried as dead, because it must not stop its lane.
func (s *Store) Unfinished(ctx context.Context, l lane.Lease, limit int) ([]lane.Entry, error) {
	var rows []actionRow
	err := s.read(ctx).Scopes(held(l)).Where(unfinished).Order("seq").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, wrap("unfinished", err)
	}
	out := make([]lane.Entry, 0, len(rows))
	for _, r := range rows {
		e, err := r.entry()
		if err == nil {
			out = append(out, e)
			continue
		}
		err = s.Settle(ctx, l, []lane.Change{{
			Key: r.ActionKey, State: lane.StateDead, Attempts: r.Attempts, At: s.now(),
			Err: &crm.Error{Kind: crm.Invalid, Method: r.Command, Text: err.Error()},
		}})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Outside lists what was planned from outside the lane and may have escaped it: all unsettled errands of our own making, which are
// few, and other unsettled actions with a greater number than those it knows. In the order of planning.
func (s *Store) Outside(ctx context.Context, l lane.Lease, after int64, limit int) ([]lane.Entry, error) {
	var own, later []actionRow
	err := s.read(ctx).Scopes(held(l)).Where("event_id = '' AND session_id = ''").Where(unfinished).Order("seq").Limit(limit).Find(&own).Error
	if err != nil {
		return nil, wrap("outside", err)
	}
	err = s.read(ctx).Scopes(held(l)).Where("seq > ?", after).Where(unfinished).Order("seq").Limit(limit).Find(&later).Error
	if err != nil {
		return nil, wrap("outside", err)
	}
	out := make([]lane.Entry, 0, len(own)+len(later))
	for _, r := range append(own, later...) {
		e, err := r.entry()
		if err != nil {
			continue // Unfinished buries it, when the lane begins
		}
		if !slices.ContainsFunc(out, func(o lane.Entry) bool { return o.Action.Key == e.Action.Key }) {
			out = append(out, e)
		}
	}
	return out, nil
}

// History lists a customer's settled actions of the named commands, newest first. Since
// compares with when they were settled.
func (s *Store) History(
	ctx context.Context, l lane.Lease, c integration.CustomerKey, commands []string, since time.Time, limit int,
) ([]lane.Entry, error) {
	var rows []actionRow
	if c == "" || len(commands) == 0 {
		return []lane.Entry{}, nil
	}
	err := s.read(ctx).Scopes(held(l)).
		Where("customer_key = ? AND customer_key <> '' AND command IN ? AND updated_at >= ?", bounded(c), commands, micros(since)).
		Where("state IN ('done', 'failed', 'dead')").Order("seq DESC").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, wrap("history", err)
	}
	return entries(rows)
}

// Answers gives the stored results of actions that are done, and the states of all that exist.
func (s *Store) Answers(
	ctx context.Context, l lane.Lease, keys []integration.ActionKey,
) (crm.Answers, map[integration.ActionKey]lane.ActionState, error) {
	answers, states := crm.Answers{}, map[integration.ActionKey]lane.ActionState{}
	for part := range slices.Chunk(keys, 500) {
		var rows []actionRow
		err := s.read(ctx).Select("action_key", "state", "result").Scopes(held(l)).Where("action_key IN ?", part).Find(&rows).Error
		if err != nil {
			return nil, nil, wrap("answers", err)
		}
		for _, r := range rows {
			states[r.ActionKey] = r.State
			if r.State == lane.StateDone && r.Result != "" {
				answers[string(r.ActionKey)] = json.RawMessage(r.Result)
			}
		}
	}
	return answers, states, nil
}

// settle changes many rows by one statement; the casts tell PostgreSQL the types of the list.
const (
	settleFirst = `(CAST(? AS text), CAST(? AS text), CAST(? AS bigint), CAST(? AS bigint), CAST(? AS bigint),
		CAST(? AS text), CAST(? AS text), CAST(? AS bigint))`
	settleMore = ", (?, ?, ?, ?, ?, ?, ?, ?)"
	settleHead = "WITH c(action_key, state, attempts, due_at, send_by, result, error, at) AS (VALUES "
	// What was asked for again while it ran is planned again instead: it may have missed why.
	settleTail = `) UPDATE actions SET
		state = CASE WHEN again_at > 0 AND c.state IN ('done', 'failed', 'dead') THEN 'planned' ELSE c.state END,
		attempts = CASE WHEN again_at > 0 AND c.state IN ('done', 'failed', 'dead') THEN 0 ELSE c.attempts END,
		due_at = CASE WHEN again_at > 0 AND (again_at < c.due_at OR c.state IN ('done', 'failed', 'dead')) THEN again_at ELSE c.due_at END,
		again_at = 0, send_by = c.send_by, result = c.result, error = c.error, updated_at = c.at FROM c
		WHERE actions.tenant_id = ? AND actions.portal_id = ? AND actions.action_key = c.action_key
		AND actions.state IN ('planned', 'sending', 'doubt')
		RETURNING actions.action_key, actions.portal_id, actions.event_id, actions.command, actions.state`
)

// Settle stores what became of actions. One that is settled already stays as it is.
func (s *Store) Settle(ctx context.Context, l lane.Lease, changes []lane.Change) error {
	if len(changes) == 0 {
		return nil
	}
	var told tidings
	err := s.fenced(ctx, "settle", l, func(tx *gorm.DB) error {
		var settled []actionRow
		for part := range slices.Chunk(changes, 200) {
			args := make([]any, 0, 8*len(part)+2)
			for _, c := range part {
				text, err := errorText(c.Err)
				if err != nil {
					return err
				}
				args = append(args, string(c.Key), string(c.State), c.Attempts, micros(c.DueAt), micros(c.SendBy),
					clean(string(c.Result)), text, micros(c.At))
			}
			query := settleHead + settleFirst + strings.Repeat(settleMore, len(part)-1) + settleTail
			var rows []actionRow
			if err := tx.Raw(query, append(args, string(l.Tenant), string(l.Portal))...).Scan(&rows).Error; err != nil {
				return err
			}
			settled = append(settled, rows...)
		}
		var err error
		told, err = s.tell(tx, l.Tenant, actsOf(settled))
		return err
	})
	if err == nil {
		s.told(ctx, told)
	}
	return err
}

// allocate takes n numbers from a lane's row, which it locks until the transaction ends, or
// answers gorm's not found when the row is not there.
func allocate(tx *gorm.DB, which func(*gorm.DB) *gorm.DB, n int) (first int64, err error) {
	var rows []laneRow
	err = tx.Model(&rows).Clauses(clause.Returning{Columns: []clause.Column{{Name: "next_seq"}}}).Scopes(which).
		Update("next_seq", gorm.Expr("next_seq + ?", n)).Error
	if err != nil {
		return 0, err
	}
	if len(rows) == 0 {
		return 0, gorm.ErrRecordNotFound
	}
	return rows[0].NextSeq - int64(n), nil
}

// addActions inserts what is new and answers it.
func addActions(tx *gorm.DB, rows []actionRow) ([]actionRow, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	keys := each(rows, func(r actionRow) integration.ActionKey { return r.ActionKey })
	var had []integration.ActionKey
	for part := range slices.Chunk(keys, 500) {
		var more []integration.ActionKey
		err := tx.Model(&actionRow{}).Scopes(of(rows[0].TenantID, rows[0].PortalID)).
			Where("action_key IN ?", part).Pluck("action_key", &more).Error
		if err != nil {
			return nil, fmt.Errorf("actions: %w", err)
		}
		had = append(had, more...)
	}
	// Writers of one portal hold its lane's row, so nobody adds a key between the two statements.
	rows = slices.DeleteFunc(rows, func(r actionRow) bool { return slices.Contains(had, r.ActionKey) })
	for part := range slices.Chunk(rows, 200) {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&part).Error; err != nil {
			return nil, fmt.Errorf("actions: %w", err)
		}
	}
	return rows, nil
}

// newActionRow lays out an action that is planned at a moment and due then, or at its After.
func newActionRow(t integration.TenantID, p integration.PortalID, a integration.Action, at int64) (actionRow, error) {
	if a.Do == nil || a.Key == "" {
		return actionRow{}, fmt.Errorf("%w: action %q without key or command", ErrInvalid, a.Key)
	}
	body, err := compact(a.Do)
	if err != nil {
		return actionRow{}, err
	}
	touches, err := compact(append([]string{}, a.Touches...))
	if err != nil {
		return actionRow{}, err
	}
	return actionRow{
		TenantID: t, PortalID: p, ActionKey: a.Key, Command: a.Do.Name(), Body: body, Urgency: a.Urgency,
		Touches: touches, UntilAt: micros(a.Until), State: lane.StatePlanned,
		DueAt: max(at, micros(a.After)), CreatedAt: at, UpdatedAt: at,
	}, nil
}

func entries(rows []actionRow) ([]lane.Entry, error) {
	out := make([]lane.Entry, 0, len(rows))
	for _, r := range rows {
		e, err := r.entry()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func (r actionRow) entry() (lane.Entry, error) {
	do, err := integration.ReadCommand(r.Command, []byte(r.Body))
	if err != nil {
		return lane.Entry{}, fmt.Errorf("action %s: %w", r.ActionKey, err)
	}
	e := lane.Entry{
		Seq:     r.Seq,
		Action:  integration.Action{Key: r.ActionKey, Urgency: r.Urgency, Do: do, Until: instant(r.UntilAt)},
		Session: r.SessionID, Customer: r.CustomerKey, Event: r.EventID, State: r.State, Attempts: r.Attempts,
		DueAt: instant(r.DueAt), SendBy: instant(r.SendBy), FirstSent: instant(r.FirstSent),
	}
	if err := json.Unmarshal([]byte(r.Touches), &e.Action.Touches); err != nil {
		return lane.Entry{}, fmt.Errorf("action %s: touches: %w", r.ActionKey, err)
	}
	if len(e.Action.Touches) == 0 {
		e.Action.Touches = nil
	}
	if r.Result != "" {
		e.Result = []byte(r.Result)
	}
	if r.Error != "" {
		e.Err = &crm.Error{}
		if err := json.Unmarshal([]byte(r.Error), e.Err); err != nil {
			return lane.Entry{}, fmt.Errorf("action %s: error: %w", r.ActionKey, err)
		}
	}
	return e, nil
}

// errorText writes an error for its column.
func errorText(e *crm.Error) (string, error) {
	if e == nil {
		return "", nil
	}
	return compact(e)
}
