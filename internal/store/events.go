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

// Pending lists the portal's undecided events after the given id, oldest first.
func (s *Store) Pending(ctx context.Context, l lane.Lease, after integration.EventID, limit int) ([]integration.Event, error) {
	var rows []eventRow
	err := s.read(ctx).Select("event_id", "event").Scopes(held(l)).Where("state = 'pending' AND event_id > ?", clean(after)).
		Order("event_id").Limit(limit).Find(&rows).Error
	return each(rows, eventRow.noun), wrap("pending", err)
}

// Session lists the events of a session, oldest first and the newest thousand of them, and
// what was decided for it so far.
func (s *Store) Session(
	ctx context.Context, l lane.Lease, id integration.SessionID,
) ([]integration.Event, integration.Memory, error) {
	var rows []eventRow
	var memories []sessionRow
	id = bounded(id)
	if id == "" {
		return []integration.Event{}, integration.Memory{}, nil
	}
	err := s.read(ctx).Select("event_id", "event").Scopes(held(l)).Where("session_id = ? AND session_id <> ''", id).
		Order("event_id DESC").Limit(sessionLimit).Find(&rows).Error
	if err == nil {
		err = s.read(ctx).Select("memory").Scopes(held(l)).Where("session_id = ?", id).Limit(1).Find(&memories).Error
	}
	if err != nil {
		return nil, integration.Memory{}, wrap("session", err)
	}
	slices.Reverse(rows)
	var m integration.Memory
	if len(memories) > 0 {
		if err := json.Unmarshal([]byte(memories[0].Memory), &m); err != nil {
			return nil, m, fmt.Errorf("session: memory: %w", err)
		}
	}
	return each(rows, eventRow.noun), m, nil
}

// Silent lists sessions whose deadline has passed and that are not closed, the longest silent first.
func (s *Store) Silent(ctx context.Context, l lane.Lease, now time.Time, limit int) ([]integration.SessionID, error) {
	ids := []integration.SessionID{}
	err := s.read(ctx).Model(&sessionRow{}).Scopes(held(l)).
		Where("NOT closed AND deadline_at > 0 AND deadline_at <= ?", micros(now)).
		Order("deadline_at").Limit(limit).Pluck("session_id", &ids).Error
	return ids, wrap("silent", err)
}

// Append stores an event of our own making in the inbox. One whose key is there already is left as it is.
func (s *Store) Append(ctx context.Context, l lane.Lease, e integration.Event) error {
	rows, err := newEventRows(integration.Delivery{
		Tenant: l.Tenant, Portals: []integration.PortalID{l.Portal}, Event: e, Received: e.Received,
	})
	if err != nil {
		return wrap("append", err)
	}
	return s.fenced(ctx, "append", l, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error
	})
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
