package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"omniconnector/integration"
)

// ReplayLimit is how many calls one order may replay.
const ReplayLimit = 10_000

// ReplayOrder is a person's wish that calls be decided once more (S-2): one session, or all that something was heard of in a range.
type ReplayOrder struct {
	// Request names the order: repeated, it changes nothing.
	Request string
	Author  string // for the audit
	Session integration.SessionID
	// From is inclusive and Till exclusive; they are moments of receipt.
	From, Till time.Time
	// Outcome keeps of a range the calls of which an event there had it.
	Outcome integration.Outcome
	// Quiet is for how long nothing must have been heard of a call whose end was never told.
	Quiet time.Duration
}

// ReplayCount is what became of an order.
type ReplayCount struct {
	Replayed int
	Running  int // left alone, because they are under way
	// TooMany tells that there are more than ReplayLimit; nothing was done then.
	TooMany bool
}

// Replay puts events into the inbox that have a portal's calls decided once more, all or none, and notes in the audit who wanted it.
// A call that is under way is counted and left alone. ErrNotFound means no such portal, or nothing known of the one session.
func (s *Store) Replay(ctx context.Context, t integration.TenantID, p integration.PortalID, o ReplayOrder) (ReplayCount, error) {
	t, p = clean(t), clean(p)
	var count ReplayCount
	var added []eventRow
	var told tidings
	err := s.tx(ctx, func(tx *gorm.DB) error {
		if _, err := allocate(tx, of(t, p), 0); err != nil { // the lane's row is the lock: a call does not begin to run meanwhile
			return err
		}
		sessions, err := o.sessions(tx, t, p)
		if count.TooMany = len(sessions) > ReplayLimit; err != nil || count.TooMany {
			return err
		}
		var rows []eventRow
		for part := range slices.Chunk(sessions, 200) {
			some, running, err := s.replays(tx, t, p, o, part)
			if err != nil {
				return err
			}
			rows, count.Running = append(rows, some...), count.Running+running
		}
		if o.Session != "" && len(rows)+count.Running == 0 {
			return gorm.ErrRecordNotFound
		}
		count.Replayed = len(rows)
		sortKeys(rows)
		if added, err = addEvents(tx, rows); err != nil || len(added) == 0 {
			return err
		}
		if err := s.auditReplay(tx, t, p, o, count); err != nil {
			return err
		}
		told, err = s.tell(tx, t, arrivals(ChangeReplayed, added))
		return err
	})
	if err != nil {
		return ReplayCount{}, wrap("replay", err)
	}
	s.grew(ctx, "events", len(added))
	s.told(ctx, told)
	return count, nil
}

// sessions lists what an order is about.
func (o ReplayOrder) sessions(tx *gorm.DB, t integration.TenantID, p integration.PortalID) ([]integration.SessionID, error) {
	if o.Session != "" {
		return []integration.SessionID{bounded(o.Session)}, nil
	}
	query := tx.Model(&eventRow{}).Scopes(of(t, p)).Where("session_id <> '' AND kind <> ?", integration.CallReplayed).
		Where("received_at >= ? AND received_at < ? AND NOT "+visitors, micros(o.From), micros(o.Till))
	if o.Outcome != "" {
		query = query.Where("outcome = ?", clean(o.Outcome))
	}
	var ids []integration.SessionID
	err := query.Distinct().Order("session_id").Limit(ReplayLimit+1).Pluck("session_id", &ids).Error
	return ids, err
}

// rest is what tells whether a call may be replayed.
type rest struct {
	SessionID   integration.SessionID
	CustomerKey integration.CustomerKey
	Heard       int64 // when something was heard of it last
	Ended       int   // 1 when its end was told
	Pending     int   // 1 when an event is not decided yet
	Asked       int   // 1 when this very order was given before
}

const restOf = `SELECT session_id, MAX(customer_key) AS customer_key, MAX(CASE WHEN kind <> ? THEN received_at ELSE 0 END) AS heard,
	MAX(CASE WHEN kind IN ? THEN 1 ELSE 0 END) AS ended, MAX(CASE WHEN state = 'pending' AND kind <> ? THEN 1 ELSE 0 END) AS pending,
	MAX(CASE WHEN event_key IN ? THEN 1 ELSE 0 END) AS asked
	FROM events WHERE tenant_id = ? AND portal_id = ? AND session_id IN ? AND session_id <> '' GROUP BY session_id ORDER BY session_id`

// ends are the kinds of event after which nothing is awaited of a call, a request or a conversation.
var ends = []integration.EventKind{
	integration.CallFinished, integration.CallLost, integration.CallReport, integration.CallSilent, integration.DialFailed,
	integration.ChatClosed, integration.OfflineRequest,
}

// replays makes the events of those sessions that are at rest, and counts the others.
func (s *Store) replays(
	tx *gorm.DB, t integration.TenantID, p integration.PortalID, o ReplayOrder, ids []integration.SessionID,
) (rows []eventRow, running int, err error) {
	key := func(id integration.SessionID) string { return bounded("replay|" + o.Request + "|" + string(id)) }
	var known []rest
	replayed := integration.CallReplayed
	if err := tx.Raw(restOf, replayed, ends, replayed, each(ids, key), t, p, ids).Scan(&known).Error; err != nil {
		return nil, 0, err
	}
	var awaited []integration.SessionID // something is to be decided at a later moment
	err = tx.Model(&sessionRow{}).Scopes(of(t, p)).Where("session_id IN ? AND NOT closed AND deadline_at > 0", ids).
		Pluck("session_id", &awaited).Error
	if err != nil {
		return nil, 0, err
	}
	for _, r := range known {
		quiet := r.Ended == 1 || s.now().Sub(instant(r.Heard)) >= o.Quiet
		if r.Asked == 0 && (r.Pending == 1 || !quiet || slices.Contains(awaited, r.SessionID)) {
			running++
			continue
		}
		row, err := s.replayRow(t, p, r, key(r.SessionID))
		if err != nil {
			return nil, 0, err
		}
		rows = append(rows, row)
	}
	return rows, running, nil
}

func (s *Store) replayRow(t integration.TenantID, p integration.PortalID, r rest, key string) (eventRow, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return eventRow{}, err
	}
	now := s.now()
	rows, err := newEventRows(integration.Delivery{
		Tenant: t, Portals: []integration.PortalID{p}, Received: now,
		Event: integration.Event{
			ID: integration.EventID(id.String()), Source: "api", Key: key, Kind: integration.CallReplayed, Session: r.SessionID,
			Customer: r.CustomerKey, At: now, Received: now,
		},
	})
	if err != nil {
		return eventRow{}, fmt.Errorf("event: %w", err)
	}
	return rows[0], nil
}

func (s *Store) auditReplay(tx *gorm.DB, t integration.TenantID, p integration.PortalID, o ReplayOrder, count ReplayCount) error {
	detail, err := compact(struct {
		Request string                `json:"request"`
		Session integration.SessionID `json:"session,omitempty"`
		From    time.Time             `json:"from,omitzero"`
		Till    time.Time             `json:"till,omitzero"`
		Outcome integration.Outcome   `json:"outcome,omitempty"`
		Calls   int                   `json:"calls"`
		Running int                   `json:"running,omitempty"`
	}{o.Request, o.Session, o.From, o.Till, o.Outcome, count.Replayed, count.Running})
	if err != nil {
		return err
	}
	return s.audit(tx, AuditEntry{Tenant: t, Portal: p, Author: o.Author, Verb: "calls.replayed", Detail: []byte(detail)})
}
