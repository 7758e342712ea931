package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// callsLooked bounds how many events one page of calls looks at.
const callsLooked = 20_000

// opening keeps of each call its first event, and events of no call. A minimum is one step in the index of sessions, where
// a join would make PostgreSQL read all of them.
const opening = `(opening.session_id = '' OR opening.event_id = (SELECT MIN(e.event_id) FROM events e WHERE e.tenant_id = opening.tenant_id
	AND e.portal_id = opening.portal_id AND e.session_id = opening.session_id AND e.session_id <> ''))`

// sameCall are the events of an opening's call.
const sameCall = `events.tenant_id = opening.tenant_id AND events.portal_id = opening.portal_id AND events.session_id = opening.session_id
	AND events.session_id <> ''`

// Calls lists a tenant's calls and conversations, newest first, each as its first event; events of neither are among them. The portal,
// the customer, the time and what it is are looked for in the first event, everything else in any event of the call, all in the same one. A page looks at
// a bounded part of the journal: it may have fewer rows than asked for, even none, and a cursor all the same.
func (s *Store) Calls(
	ctx context.Context, t integration.TenantID, f JournalFilter, from Cursor, limit int,
) ([]JournalEvent, Cursor, error) {
	at, id, portal, err := from.parts()
	if err != nil {
		return nil, "", wrap("calls", err)
	}
	first := JournalFilter{Portal: f.Portal, Customer: f.Customer, Since: f.Since, Until: f.Until, Communication: f.Communication}
	if f.Communication == Calls { // conversations have indexes of their own; events of calls are looked for among all
		first.Communication = ""
	}
	asked := func() *gorm.DB {
		query := s.read(ctx).Table("events AS opening").Where("tenant_id = ?", clean(t)).Scopes(first.scope)
		if from != "" {
			query = query.Where("(received_at, event_id, portal_id) < (?, ?, ?)", at, id, portal)
		}
		return query.Order("received_at DESC, event_id DESC, portal_id DESC")
	}
	var edge []eventRow // the last event that this page looks at, if there are more
	if err := asked().Select("received_at", "event_id", "portal_id").Offset(callsLooked - 1).Limit(1).Find(&edge).Error; err != nil {
		return nil, "", wrap("calls", err)
	}
	query := asked().Omit("body").Where(opening).Scopes(f.inCall(s.read(ctx)))
	if f.Communication == Calls {
		query = query.Where(calls)
	}
	if len(edge) > 0 {
		query = query.Where("(received_at, event_id, portal_id) >= (?, ?, ?)", edge[0].ReceivedAt, edge[0].EventID, edge[0].PortalID)
	}
	var rows []eventRow
	if err := query.Limit(limit + 1).Find(&rows).Error; err != nil {
		return nil, "", wrap("calls", err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		edge = rows[limit-1:]
	}
	var next Cursor
	if len(edge) > 0 {
		next = cursor(edge[0].ReceivedAt, string(edge[0].EventID), string(edge[0].PortalID))
	}
	return each(rows, eventRow.journal), next, nil
}

// inCall keeps calls of which an event is what the filter asks for beside who, where and when.
func (f JournalFilter) inCall(fresh *gorm.DB) func(*gorm.DB) *gorm.DB {
	rest := JournalFilter{Kind: f.Kind, Outcome: f.Outcome, Text: f.Text, EntityKind: f.EntityKind, Entity: f.Entity, State: f.State}
	return func(db *gorm.DB) *gorm.DB {
		if f.Session != "" {
			db = db.Where("session_id = ? AND session_id <> ''", bounded(f.Session))
		}
		if rest == (JournalFilter{}) {
			return db
		}
		among := func(where string) *gorm.DB {
			return fresh.Table("events").Select("1").Where(where).Scopes(rest.scope)
		}
		return db.Where("(EXISTS (?) OR opening.session_id = '' AND EXISTS (?))", among(sameCall), among(
			"events.tenant_id = opening.tenant_id AND events.portal_id = opening.portal_id AND events.event_id = opening.event_id"))
	}
}

// SessionJournals tells of many calls of a portal at once what SessionJournal tells of one.
func (s *Store) SessionJournals(
	ctx context.Context, t integration.TenantID, p integration.PortalID, ids []integration.SessionID,
) (map[integration.SessionID]SessionJournal, error) {
	found := make(map[integration.SessionID]SessionJournal, len(ids))
	for part := range slices.Chunk(ids, 50) {
		if err := s.sessionJournals(ctx, lane.Lease{Tenant: clean(t), Portal: clean(p)}, part, found); err != nil {
			return nil, wrap("session journals", err)
		}
	}
	return found, nil
}

func (s *Store) sessionJournals(
	ctx context.Context, l lane.Lease, ids []integration.SessionID, found map[integration.SessionID]SessionJournal,
) error {
	var events []eventRow
	var plans []planRow
	var actions []actionRow
	var memories []sessionRow
	const most = 2 * sessionLimit
	keys := each(ids, bounded[integration.SessionID])
	mine := func() *gorm.DB {
		return s.read(ctx).Scopes(held(l)).Where("session_id IN ? AND session_id <> ''", keys).Limit(most)
	}
	for _, err := range []error{
		mine().Omit("body").Find(&events).Error, mine().Find(&plans).Error, mine().Find(&actions).Error,
		s.read(ctx).Select("session_id", "memory").Scopes(held(l)).Where("session_id IN ?", keys).Find(&memories).Error,
	} {
		if err != nil {
			return err
		}
	}
	if max(len(events), len(plans), len(actions)) == most { // some of them are very long: each has its own limit
		for _, id := range ids {
			one, err := s.SessionJournal(ctx, l.Tenant, l.Portal, id)
			if err != nil {
				return err
			}
			found[id] = one
		}
		return nil
	}
	slices.SortFunc(events, func(a, b eventRow) int { return cmp.Compare(a.EventID, b.EventID) })
	slices.SortFunc(plans, func(a, b planRow) int { return cmp.Compare(a.EventID, b.EventID) })
	slices.SortFunc(actions, func(a, b actionRow) int { return cmp.Compare(a.Seq, b.Seq) })
	told := map[integration.SessionID]SessionJournal{}
	put := func(id integration.SessionID, more func(*SessionJournal)) {
		j := told[id]
		more(&j)
		told[id] = j
	}
	for _, r := range events {
		put(r.SessionID, func(j *SessionJournal) { j.Events = append(j.Events, r.journal()) })
	}
	for _, r := range plans {
		put(r.SessionID, func(j *SessionJournal) { j.Plans = append(j.Plans, r.plan()) })
	}
	for _, r := range actions {
		put(r.SessionID, func(j *SessionJournal) { j.Actions = append(j.Actions, r.journal()) })
	}
	for _, r := range memories {
		var memory integration.Memory
		if err := json.Unmarshal([]byte(r.Memory), &memory); err != nil {
			return fmt.Errorf("memory of %q: %w", r.SessionID, err)
		}
		put(r.SessionID, func(j *SessionJournal) { j.Memory = memory })
	}
	for i, id := range ids {
		found[id] = told[keys[i]]
	}
	return nil
}
