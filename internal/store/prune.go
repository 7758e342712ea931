package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"omniconnector/integration"
)

// Prune removes up to limit of a tenant's oldest events that were received before then and are
// decided, with their plans and settled actions, and answers how many went: fewer than
// limit means that it is done. Settled actions of our own making go too, except the one that tells that a portal is
// indexed. Work that is not finished and memories of open calls and conversations stay, with the names of their visitors, and so does the index of customers, which only
// forgets what is gone from its portal. Changes of the journal that were made before then go at once. Answers to requests with an Idempotency-Key go after their day, the operator's too.
func (s *Store) Prune(ctx context.Context, t integration.TenantID, before time.Time, limit int) (int, error) {
	t = clean(t)
	var gone []eventRow
	err := s.tx(ctx, func(tx *gorm.DB) error {
		err := tx.Select("portal_id", "event_id", "session_id").
			Where("tenant_id = ? AND received_at < ? AND state = 'done'", t, micros(before)).
			Order("received_at, event_id, portal_id").Limit(limit).Find(&gone).Error
		if err != nil {
			return err
		}
		for portal, rows := range byPortal(gone) {
			if err := prunePortal(tx, t, portal, rows, micros(before)); err != nil {
				return err
			}
		}
		err = tx.Where("tenant_id IN (?, '') AND claimed_at <= ?", t, micros(s.now().Add(-answersKept))).Delete(&idempotencyRow{}).Error
		if err != nil {
			return err
		}
		if err := tx.Where("tenant_id = ? AND made_at < ?", t, micros(before)).Delete(&changeRow{}).Error; err != nil {
			return err
		}
		return tx.Where("tenant_id = ? AND event_id = '' AND updated_at < ? AND action_key <> ?", t, micros(before), indexKey).
			Where("state IN ('done', 'failed', 'dead')").Delete(&actionRow{}).Error
	})
	return len(gone), wrap("prune", err)
}

func byPortal(rows []eventRow) map[integration.PortalID][]eventRow {
	m := map[integration.PortalID][]eventRow{}
	for _, r := range rows {
		m[r.PortalID] = append(m[r.PortalID], r)
	}
	return m
}

func prunePortal(tx *gorm.DB, t integration.TenantID, p integration.PortalID, rows []eventRow, before int64) error {
	events := each(rows, func(r eventRow) integration.EventID { return r.EventID })
	var sessions []integration.SessionID // of their plans: an event without a session was decided as one of its own
	err := tx.Model(&planRow{}).Scopes(of(t, p)).Where("event_id IN ?", events).Distinct().Pluck("session_id", &sessions).Error
	if err != nil {
		return err
	}
	for _, step := range []struct {
		row   any
		where string
		args  []any
	}{
		{&actionRow{}, "session_id IN ? AND session_id <> '' AND event_id IN ? AND state IN ('done', 'failed', 'dead')", []any{sessions, events}},
		{&planRow{}, "event_id IN ?", []any{events}},
		{&sessionRow{}, "session_id IN ? AND closed AND updated_at < ?", []any{sessions, before}},
		{&eventRow{}, "event_id IN ?", []any{events}},
	} {
		if err := tx.Scopes(of(t, p)).Where(step.where, step.args...).Delete(step.row).Error; err != nil {
			return err
		}
	}
	return forgetVisitors(tx, t, p, sessions)
}
