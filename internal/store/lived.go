package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"gorm.io/gorm"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/integration/simulate"
)

// Lived lists sessions of calls with all their history, those that were decided last first, and how many there are from the
// cursor on. Requests of the portal and conversations are no calls and are left out.
func (s *Store) Lived(ctx context.Context, l lane.Lease, q lane.LivedQuery) ([]simulate.Lived, int, error) {
	after := micros(q.After.Updated)
	chosen := func() *gorm.DB {
		db := s.read(ctx).Model(&sessionRow{}).Scopes(held(l)).Where("updated_at >= ? AND updated_at < ?", micros(q.From), micros(q.Till)).
			Where("session_id NOT LIKE ? AND session_id NOT LIKE ?", "click:%", "callback:%").Where(calls)
		if after != 0 {
			db = db.Where("updated_at < ? OR updated_at = ? AND session_id > ?", after, after, bounded(q.After.Session))
		}
		return db
	}
	var left int64
	if err := chosen().Count(&left).Error; err != nil {
		return nil, 0, wrap("count sessions", err)
	}
	var rows []sessionRow
	err := chosen().Select("session_id", "customer_key", "updated_at", "memory").
		Order("updated_at DESC").Order("session_id").Limit(max(q.Limit, 0)).Find(&rows).Error
	if err != nil {
		return nil, 0, wrap("list sessions", err)
	}
	out := make([]simulate.Lived, len(rows))
	byID := make(map[integration.SessionID]*simulate.Lived, len(rows))
	for i, r := range rows {
		out[i] = simulate.Lived{Session: r.SessionID, Customer: r.CustomerKey, Updated: instant(r.UpdatedAt)}
		if err := json.Unmarshal([]byte(r.Memory), &out[i].Memory); err != nil {
			out[i].Memory = integration.Memory{} // a memory of a newer release: the call is decided as one that nothing is known of
		}
		byID[r.SessionID] = &out[i]
	}
	for part := range slices.Chunk(each(rows, func(r sessionRow) integration.SessionID { return r.SessionID }), 100) {
		if err := s.histories(ctx, l, part, byID); err != nil {
			return nil, 0, wrap("histories", err)
		}
	}
	return out, int(left), nil
}

// histories reads what happened in sessions and what was decided and planned.
func (s *Store) histories(ctx context.Context, l lane.Lease, ids []integration.SessionID, into map[integration.SessionID]*simulate.Lived) error {
	mine := func() *gorm.DB { return s.read(ctx).Scopes(held(l)).Where("session_id IN ? AND session_id <> ''", ids) }
	var events []eventRow
	if err := mine().Select("session_id", "event_id", "event").Where("state <> ?", pending).Find(&events).Error; err != nil {
		return err
	}
	slices.SortFunc(events, func(a, b eventRow) int { return cmp.Compare(a.EventID, b.EventID) })
	for _, r := range events {
		into[r.SessionID].Events = append(into[r.SessionID].Events, r.noun())
	}
	var plans []planRow
	if err := mine().Select("session_id", "event_id", "outcome", "together_with", "created_at").Find(&plans).Error; err != nil {
		return err
	}
	slices.SortFunc(plans, func(a, b planRow) int { return cmp.Compare(a.EventID, b.EventID) })
	for _, r := range plans {
		p := r.plan()
		into[r.SessionID].Plans = append(into[r.SessionID].Plans, simulate.StoredPlan{
			Events: append(p.Together, p.Event), Outcome: p.Outcome, At: p.At,
		})
	}
	var actions []actionRow
	if err := mine().Select("session_id", "action_key", "seq", "command", "body").Find(&actions).Error; err != nil {
		return err
	}
	slices.SortFunc(actions, func(a, b actionRow) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, r := range actions {
		a := integration.Action{Key: r.ActionKey}
		if do, err := integration.ReadCommand(r.Command, []byte(r.Body)); err == nil {
			a.Do = do
		}
		into[r.SessionID].Actions = append(into[r.SessionID].Actions, a)
	}
	return nil
}
