package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// The states of an event's row.
const (
	pending = "pending"
	decided = "done"
)

// sessionLimit bounds how many events of one session are looked at; a source that gives
// every call the same id must not make each event dearer than the one before.
const sessionLimit = 1000

// conversationLimit bounds them for a conversation, whose words all belong to its transcript (C-7).
const conversationLimit = 10_000

func limitOf(id integration.SessionID) int {
	if _, _, conversation := id.Communication(); conversation {
		return conversationLimit
	}
	return sessionLimit
}

// Pending lists the portal's undecided events after the given id, oldest first.
func (s *Store) Pending(ctx context.Context, l lane.Lease, after integration.EventID, limit int) ([]integration.Event, error) {
	var rows []eventRow
	err := s.read(ctx).Select("event_id", "event").Scopes(held(l)).Where("state = 'pending' AND event_id > ?", clean(after)).
		Order("event_id").Limit(limit).Find(&rows).Error
	return each(rows, eventRow.noun), wrap("pending", err)
}

// Session lists the events of a session, oldest first and the newest thousand of them, ten thousand of a conversation, and
// what was decided for it so far.
func (s *Store) Session(
	ctx context.Context, l lane.Lease, id integration.SessionID,
) ([]integration.Event, integration.Memory, error) {
	all, err := s.Sessions(ctx, l, []integration.SessionID{id})
	return all[id].Events, all[id].Memory, err
}

// Sessions tells of many sessions at once what Session tells of one, at the price of one.
func (s *Store) Sessions(
	ctx context.Context, l lane.Lease, ids []integration.SessionID,
) (map[integration.SessionID]lane.SessionState, error) {
	found := make(map[integration.SessionID]lane.SessionState, len(ids))
	for part := range slices.Chunk(ids, 100) {
		if err := s.sessions(ctx, l, part, found); err != nil {
			return nil, wrap("sessions", err)
		}
	}
	return found, nil
}

func (s *Store) sessions(
	ctx context.Context, l lane.Lease, ids []integration.SessionID, found map[integration.SessionID]lane.SessionState,
) error {
	keys := each(ids, bounded[integration.SessionID])
	var rows []eventRow
	query := s.read(ctx).Select("session_id", "event_id", "event").Scopes(held(l))
	if len(ids) == 1 {
		query = query.Where("session_id = ? AND session_id <> ''", keys[0]).Order("event_id DESC").Limit(limitOf(ids[0]))
	} else { // an order would make the databases walk through all sessions in it
		query = query.Where("session_id IN ? AND session_id <> ''", keys).Limit(sessionLimit)
	}
	if err := query.Find(&rows).Error; err != nil {
		return err
	}
	if len(rows) == sessionLimit && len(ids) > 1 { // some of them are very long: each has its own limit
		for _, id := range ids {
			if err := s.sessions(ctx, l, []integration.SessionID{id}, found); err != nil {
				return err
			}
		}
		return nil
	}
	slices.SortFunc(rows, func(a, b eventRow) int { return cmp.Compare(a.EventID, b.EventID) })
	var memories []sessionRow
	if err := s.read(ctx).Select("session_id", "memory").Scopes(held(l)).Where("session_id IN ?", keys).Find(&memories).Error; err != nil {
		return err
	}
	byKey := map[integration.SessionID]lane.SessionState{}
	for _, r := range rows {
		state := byKey[r.SessionID]
		state.Events = append(state.Events, r.noun())
		byKey[r.SessionID] = state
	}
	for _, r := range memories {
		state := byKey[r.SessionID]
		if err := json.Unmarshal([]byte(r.Memory), &state.Memory); err != nil {
			return fmt.Errorf("memory: %w", err)
		}
		byKey[r.SessionID] = state
	}
	for i, id := range ids {
		found[id] = byKey[keys[i]]
	}
	return nil
}

// Overdue lists sessions whose deadline has passed and that are not closed, the longest overdue first, and the
// deadline that comes after them; zero when there is none.
func (s *Store) Overdue(ctx context.Context, l lane.Lease, now time.Time, limit int) ([]lane.Overdue, time.Time, error) {
	var rows []sessionRow
	waiting := func() *gorm.DB {
		return s.read(ctx).Model(&sessionRow{}).Scopes(held(l)).Where("NOT closed AND deadline_at > 0").Order("deadline_at")
	}
	err := waiting().Select("session_id", "deadline_at", "memory").Where("deadline_at <= ?", micros(now)).
		Limit(limit + 1).Find(&rows).Error
	if err != nil {
		return nil, time.Time{}, wrap("overdue", err)
	}
	var next []int64
	if len(rows) > limit {
		rows, next = rows[:limit], []int64{rows[limit].DeadlineAt}
	} else if err := waiting().Where("deadline_at > ?", micros(now)).Limit(1).Pluck("deadline_at", &next).Error; err != nil {
		return nil, time.Time{}, wrap("overdue", err)
	}
	due := make([]lane.Overdue, 0, len(rows))
	for _, r := range rows {
		var memory integration.Memory
		if err := json.Unmarshal([]byte(r.Memory), &memory); err != nil {
			return nil, time.Time{}, fmt.Errorf("overdue: memory of %q: %w", r.SessionID, err)
		}
		due = append(due, lane.Overdue{Session: r.SessionID, At: instant(r.DeadlineAt), Waits: !memory.DueAt.IsZero()})
	}
	if len(next) == 0 {
		return due, time.Time{}, nil
	}
	return due, instant(next[0]), nil
}

// Append stores events of our own making in the inbox, all or none. One whose key is there already is left out; it
// answers how many were new.
func (s *Store) Append(ctx context.Context, l lane.Lease, events []integration.Event) (int, error) {
	rows := make([]eventRow, 0, len(events))
	for i := range events {
		more, err := newEventRows(integration.Delivery{
			Tenant: l.Tenant, Portals: []integration.PortalID{l.Portal}, Event: events[i], Received: events[i].Received,
		})
		if err != nil {
			return 0, wrap("append", err)
		}
		rows = append(rows, more...)
	}
	if len(rows) == 0 {
		return 0, nil
	}
	sortKeys(rows)
	var added []eventRow
	var told tidings
	err := s.fenced(ctx, "append", l, func(tx *gorm.DB) (err error) {
		if added, err = addEvents(tx, rows); err != nil {
			return err
		}
		told, err = s.tell(tx, l.Tenant, arrivals(ChangeReceived, added))
		return err
	})
	if err != nil {
		return 0, err
	}
	s.grew(ctx, "events", len(added))
	s.told(ctx, told)
	return len(added), nil
}

// addEvents inserts rows of one portal whose keys are new, and answers them.
func addEvents(tx *gorm.DB, rows []eventRow) ([]eventRow, error) {
	added := make([]eventRow, 0, len(rows))
	for part := range slices.Chunk(rows, 200) {
		done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&part)
		if done.Error != nil {
			return nil, done.Error
		}
		if int(done.RowsAffected) == len(part) {
			added = append(added, part...)
			continue
		}
		var stored []integration.EventID // the others' keys belong to events with other ids
		err := tx.Model(&eventRow{}).Scopes(of(part[0].TenantID, part[0].PortalID)).
			Where("event_id IN ?", each(part, func(r eventRow) integration.EventID { return r.EventID })).Pluck("event_id", &stored).Error
		if err != nil {
			return nil, err
		}
		for _, r := range part {
			if done.RowsAffected > 0 && slices.Contains(stored, r.EventID) {
				added = append(added, r)
			}
		}
	}
	return added, nil
}

// newEventRows makes a delivery's rows: one for each portal, or one without a portal, which
// is kept in the journal only. What could not be read is evidence and needs no decision.
func newEventRows(d integration.Delivery) ([]eventRow, error) {
	e := d.Event
	if e.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		e.ID = integration.EventID(id.String())
	}
	if d.Received.IsZero() {
		d.Received = e.Received
	}
	// The columns and the JSON must agree, or a session would not find its events.
	e.ID, e.Source, e.Key, e.Session, e.Customer = bounded(e.ID), bounded(e.Source), bounded(e.Key), bounded(e.Session), bounded(e.Customer)
	text, err := compact(e)
	if err != nil {
		return nil, err
	}
	row := eventRow{
		TenantID: clean(d.Tenant), EventID: e.ID, Source: e.Source, EventKey: e.Key, Kind: clean(e.Kind),
		SessionID: e.Session, CustomerKey: e.Customer, OccurredAt: micros(e.At), ReceivedAt: micros(d.Received),
		Method: clean(d.Method), ContentType: clean(d.ContentType), Query: clean(d.Query), Body: d.Body,
		Remote: clean(d.Remote), Event: text, State: pending,
	}
	if row.Body == nil {
		row.Body = []byte{}
	}
	if e.Kind == integration.Unreadable {
		row.State, row.Outcome = decided, integration.Invalid
	}
	if len(d.Portals) == 0 {
		row.State = decided
		return []eventRow{row}, nil
	}
	rows := make([]eventRow, 0, len(d.Portals))
	for _, p := range d.Portals {
		row.PortalID = clean(p)
		rows = append(rows, row)
	}
	return rows, nil
}

// sortKeys puts rows in the order of their keys: two transactions that insert the same
// keys in different orders would wait for each other for ever.
func sortKeys(rows []eventRow) {
	slices.SortFunc(rows, func(a, b eventRow) int {
		return cmp.Or(cmp.Compare(a.TenantID, b.TenantID), cmp.Compare(a.PortalID, b.PortalID),
			cmp.Compare(a.Source, b.Source), cmp.Compare(a.EventKey, b.EventKey), cmp.Compare(a.EventID, b.EventID))
	})
}

// noun reads the event back. One that does not read is handed on as unreadable, so that it
// is decided and shown, and does not stop its lane.
func (r eventRow) noun() integration.Event {
	var e integration.Event
	if err := json.Unmarshal([]byte(r.Event), &e); err != nil {
		e = integration.Event{Kind: integration.Unreadable, Problem: "stored event: " + err.Error()}
	}
	e.ID = r.EventID
	return e
}
