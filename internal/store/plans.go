package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// record is one Record on its way into the tables.
type record struct {
	lease    lane.Lease
	events   map[integration.Outcome][]integration.EventID
	plans    []planRow
	sessions map[integration.SessionID]sessionRow
	actions  []actionRow
	known    map[integration.ActionKey]bool
	names    map[identityRow]int64 // when each was seen
	order    []integration.EventID
}

// Record stores decisions in one transaction: plans, actions, memory and the events consumed. An
// action or a plan whose key exists is left as it is, so that repeating a Record changes
// nothing. It answers the entries that were added.
func (s *Store) Record(ctx context.Context, l lane.Lease, all []lane.Decided) ([]lane.Entry, error) {
	r := record{
		lease: l, events: map[integration.Outcome][]integration.EventID{},
		sessions: map[integration.SessionID]sessionRow{}, known: map[integration.ActionKey]bool{}, names: map[identityRow]int64{},
	}
	for i := range all {
		if err := r.take(&all[i]); err != nil {
			return nil, wrap("record", err)
		}
	}
	var added []actionRow
	var told tidings
	err := s.tx(ctx, func(tx *gorm.DB) error {
		first, err := allocate(tx, leased(l), len(r.actions))
		if err != nil {
			return lostIfGone(err)
		}
		for i := range r.actions {
			r.actions[i].Seq = first + int64(i)
		}
		decided, err := r.write(tx)
		if err != nil {
			return err
		}
		if added, err = addActions(tx, r.actions); err != nil {
			return err
		}
		told, err = s.tell(tx, l.Tenant, r.changes(decided, added))
		return err
	})
	if err != nil {
		return nil, wrap("record", err)
	}
	s.grew(ctx, "actions", len(added))
	s.grew(ctx, "plans", len(r.plans))
	s.grew(ctx, "sessions", len(r.sessions))
	s.told(ctx, told)
	return entries(added)
}

// take lays out one decision.
func (r *record) take(d *lane.Decided) error {
	t, p := r.lease.Tenant, r.lease.Portal
	session, customer := bounded(d.Session), bounded(d.Customer)
	var event integration.EventID
	if n := len(d.Events); n > 0 {
		event = d.Events[n-1]
		reasons, err := compact(d.Plan.Reasons)
		if err != nil {
			return err
		}
		others, err := compact(append([]integration.EventID{}, d.Events[:n-1]...))
		if err != nil {
			return err
		}
		r.plans = append(r.plans, planRow{
			TenantID: t, PortalID: p, EventID: event, SessionID: session, Outcome: d.Plan.Outcome, Reasons: reasons,
			TogetherWith: others, CreatedAt: micros(d.At),
		})
		r.events[d.Plan.Outcome] = append(r.events[d.Plan.Outcome], event)
		r.events[integration.Together] = append(r.events[integration.Together], d.Events[:n-1]...)
		r.order = append(r.order, d.Events...)
	}
	if session != "" {
		memory, err := compact(d.Plan.Memory)
		if err != nil {
			return err
		}
		r.sessions[session] = sessionRow{
			TenantID: t, PortalID: p, SessionID: session, CustomerKey: customer, SettingsVersion: d.Plan.Memory.SettingsVersion,
			Memory: memory, Closed: d.Plan.Memory.Closed && d.Plan.Wake.IsZero(), DeadlineAt: micros(d.Deadline), UpdatedAt: micros(d.At),
			Ending: d.Ending, EndedAt: ended(d),
		}
	}
	r.identities(d, session)
	for _, a := range d.Plan.Actions {
		if r.known[a.Key] {
			continue
		}
		r.known[a.Key] = true
		row, err := newActionRow(t, p, a, micros(d.At))
		if err != nil {
			return err
		}
		row.EventID, row.SessionID, row.CustomerKey = event, session, customer
		r.actions = append(r.actions, row)
	}
	return nil
}

// ended is when a call ended: by the platform's clock, or by ours when that was not told. A call that goes on has not.
func ended(d *lane.Decided) int64 {
	switch {
	case d.Ending == "":
		return 0
	case d.EndedAt.IsZero():
		return micros(d.At)
	}
	return micros(d.EndedAt)
}

// write answers the events that were pending until now.
func (r *record) write(tx *gorm.DB) (map[integration.EventID]bool, error) {
	done := map[integration.EventID]bool{}
	for _, outcome := range slices.Sorted(maps.Keys(r.events)) {
		if len(r.events[outcome]) == 0 {
			continue
		}
		var rows []eventRow
		err := tx.Model(&rows).Clauses(clause.Returning{Columns: []clause.Column{{Name: "event_id"}}}).Scopes(held(r.lease)).
			Where("event_id IN ? AND state = 'pending'", r.events[outcome]).
			Select("state", "outcome").Updates(eventRow{State: decided, Outcome: outcome}).Error
		if err != nil {
			return nil, fmt.Errorf("events: %w", err)
		}
		for _, row := range rows {
			done[row.EventID] = true
		}
	}
	if len(r.plans) > 0 {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&r.plans).Error; err != nil {
			return nil, fmt.Errorf("plans: %w", err)
		}
	}
	if len(r.sessions) == 0 {
		return done, nil
	}
	rows := slices.SortedFunc(maps.Values(r.sessions), func(a, b sessionRow) int { return cmp.Compare(a.SessionID, b.SessionID) })
	err := tx.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "tenant_id"}, {Name: "portal_id"}, {Name: "session_id"}},
		DoUpdates: clause.AssignmentColumns([]string{
			"customer_key", "settings_version", "memory", "closed", "deadline_at", "updated_at", "ending", "ended_at",
		}),
	}).Create(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	return done, r.acquaint(tx)
}

// changes are what the journal shows of a Record: decided events, each with the actions that are new of its plan.
func (r *record) changes(decided map[integration.EventID]bool, added []actionRow) []change {
	acts := actsOf(added)
	var all []change
	for _, id := range r.order {
		if !decided[id] {
			continue
		}
		c := change{Kind: ChangeDecided, Portal: r.lease.Portal, Event: id}
		if i := slices.IndexFunc(acts, func(a change) bool { return a.Event == id }); i >= 0 {
			c.Actions = acts[i].Actions
			acts = slices.Delete(acts, i, i+1)
		}
		all = append(all, c)
	}
	return append(all, acts...)
}
