package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// Cursor is where a list goes on; it is opaque, and empty at the beginning and after the end.
type Cursor string

// JournalFilter says which events to list. Zero fields are not looked at.
type JournalFilter struct {
	Portal   integration.PortalID
	Session  integration.SessionID
	Customer integration.CustomerKey
	Kind     integration.EventKind
	Outcome  integration.Outcome
	Since    time.Time // of receipt, inclusive
	Until    time.Time // exclusive
	// Text is looked for in what an event says, its session and its customer.
	Text string
	// EntityKind and Entity keep the calls that knew a record of the CRM or made it.
	EntityKind crm.Kind
	Entity     int64
	// State keeps events of which an action came to it: dead, failed.
	State lane.ActionState
	// Communication keeps chats or offline requests; Calls keeps what is neither, nor told of a visitor only.
	Communication integration.Communication
}

// JournalEvent is one event as the journal lists it.
type JournalEvent struct {
	Portal   integration.PortalID // empty: kept in the journal only
	Event    integration.Event
	Received time.Time
	// Pending tells that it is not decided yet; Outcome is empty then.
	Pending bool
	Outcome integration.Outcome
}

// JournalPlan is what was decided, and why.
type JournalPlan struct {
	Event    integration.EventID // the last event it was made for
	Session  integration.SessionID
	Outcome  integration.Outcome
	Reasons  []integration.Reason
	Together []integration.EventID // the other events it was made for
	At       time.Time
}

// JournalAction is one action with what became of it. Its Entry has no command when
// that cannot be read any more; Command and Body are as they were stored.
type JournalAction struct {
	Portal  integration.PortalID
	Entry   lane.Entry
	Command string
	Body    []byte
	Created time.Time
	Updated time.Time
}

// WholeEvent is everything that is known of one event.
type WholeEvent struct {
	JournalEvent
	Delivery integration.Delivery // as it was received
	Plan     *JournalPlan         // nil while it is pending, or when none was made
	Actions  []JournalAction
}

// SessionJournal is everything that is known of one call or conversation.
type SessionJournal struct {
	Events  []JournalEvent // oldest first
	Plans   []JournalPlan
	Actions []JournalAction
	Memory  integration.Memory
}

// Events lists a tenant's events, newest first, and the cursor of the next page.
func (s *Store) Events(
	ctx context.Context, t integration.TenantID, f JournalFilter, from Cursor, limit int,
) ([]JournalEvent, Cursor, error) {
	at, id, portal, err := from.parts()
	if err != nil {
		return nil, "", wrap("events", err)
	}
	query := s.read(ctx).Omit("body").Where("tenant_id = ?", clean(t)).Scopes(f.scope)
	if from != "" {
		query = query.Where("(received_at, event_id, portal_id) < (?, ?, ?)", at, id, portal)
	}
	var rows []eventRow
	err = query.Order("received_at DESC, event_id DESC, portal_id DESC").Limit(limit + 1).Find(&rows).Error
	if err != nil {
		return nil, "", wrap("events", err)
	}
	var next Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next = cursor(last.ReceivedAt, string(last.EventID), string(last.PortalID))
	}
	return each(rows, eventRow.journal), next, nil
}

// scope limits a query to what the filter asks for. Conditions that repeat an index's
// own let the database use it.
func (f JournalFilter) scope(db *gorm.DB) *gorm.DB {
	if f.Portal != "" {
		db = db.Where("portal_id = ?", clean(f.Portal))
	}
	if f.Session != "" {
		db = db.Where("session_id = ? AND session_id <> ''", bounded(f.Session))
	}
	if f.Customer != "" {
		db = db.Where("customer_key = ? AND customer_key <> ''", bounded(f.Customer))
	}
	if f.Kind != "" {
		db = db.Where("kind = ?", clean(f.Kind))
	}
	if f.Outcome != "" {
		db = db.Where("outcome = ?", clean(f.Outcome))
	}
	if !f.Since.IsZero() {
		db = db.Where("received_at >= ?", micros(f.Since))
	}
	if !f.Until.IsZero() {
		db = db.Where("received_at < ?", micros(f.Until))
	}
	if f.Communication != "" {
		db = db.Where(sessionsOf(f.Communication))
	}
	return f.search(db)
}

// Event gives one event whole, or ErrNotFound. An empty portal asks for one that is kept in
// the journal only.
func (s *Store) Event(
	ctx context.Context, t integration.TenantID, p integration.PortalID, id integration.EventID,
) (WholeEvent, error) {
	t, p, id = clean(t), clean(p), clean(id)
	var row eventRow
	if err := s.read(ctx).Scopes(of(t, p)).Where("event_id = ?", id).Take(&row).Error; err != nil {
		return WholeEvent{}, wrap("event", err)
	}
	w := WholeEvent{JournalEvent: row.journal(), Delivery: row.delivery(), Actions: []JournalAction{}}
	var plans []planRow
	// An event that was decided together with others has its plan at the last of them.
	err := s.read(ctx).Scopes(of(t, p)).
		Where("(event_id = ? OR session_id = ? AND session_id <> '' AND event_id > ?)", id, row.SessionID, id).
		Order("event_id").Limit(sessionLimit).Find(&plans).Error
	if err != nil {
		return WholeEvent{}, wrap("event", err)
	}
	for _, one := range plans {
		plan := one.plan()
		if plan.Event == id || slices.Contains(plan.Together, id) {
			w.Plan = &plan
			break
		}
	}
	if w.Plan == nil {
		return w, nil
	}
	// The plan's session finds them by an index: one for their events would be written three times an action.
	w.Actions, err = s.journalActions(ctx, t, p, w.Plan.Session)
	w.Actions = slices.DeleteFunc(w.Actions, func(a JournalAction) bool { return a.Entry.Event != w.Plan.Event })
	return w, wrap("event", err)
}

// SessionJournal gives everything about one call; a session that nothing is known of is empty.
func (s *Store) SessionJournal(
	ctx context.Context, t integration.TenantID, p integration.PortalID, id integration.SessionID,
) (SessionJournal, error) {
	l := lane.Lease{Tenant: clean(t), Portal: clean(p)}
	var rows []eventRow
	var plans []planRow
	mine := func() *gorm.DB {
		return s.read(ctx).Scopes(held(l)).Where("session_id = ? AND session_id <> ''", bounded(id)).Limit(limitOf(id))
	}
	if err := mine().Omit("body").Order("event_id").Find(&rows).Error; err != nil {
		return SessionJournal{}, wrap("session journal", err)
	}
	if err := mine().Order("event_id").Find(&plans).Error; err != nil {
		return SessionJournal{}, wrap("session journal", err)
	}
	actions, err := s.journalActions(ctx, l.Tenant, l.Portal, bounded(id))
	if err != nil {
		return SessionJournal{}, wrap("session journal", err)
	}
	_, memory, err := s.Session(ctx, l, id)
	return SessionJournal{
		Events: each(rows, eventRow.journal), Plans: each(plans, planRow.plan), Actions: actions, Memory: memory,
	}, err
}

func (s *Store) journalActions(
	ctx context.Context, t integration.TenantID, p integration.PortalID, id integration.SessionID,
) ([]JournalAction, error) {
	var rows []actionRow
	err := s.read(ctx).Scopes(of(t, p)).Where("session_id = ? AND session_id <> ''", id).Order("seq").Limit(limitOf(id)).Find(&rows).Error
	return each(rows, actionRow.journal), outward(err)
}

func (r eventRow) journal() JournalEvent {
	return JournalEvent{
		Portal: r.PortalID, Event: r.noun(), Received: instant(r.ReceivedAt), Pending: r.State == pending, Outcome: r.Outcome,
	}
}

func (r eventRow) delivery() integration.Delivery {
	d := integration.Delivery{
		Tenant: r.TenantID, Event: r.noun(), Method: r.Method, ContentType: r.ContentType, Query: r.Query, Body: r.Body,
		Remote: r.Remote, Received: instant(r.ReceivedAt),
	}
	if r.PortalID != "" {
		d.Portals = []integration.PortalID{r.PortalID}
	}
	return d
}

// plan reads a plan back; parts that do not read are left out of the journal.
func (r planRow) plan() JournalPlan {
	p := JournalPlan{Event: r.EventID, Session: r.SessionID, Outcome: r.Outcome, At: instant(r.CreatedAt)}
	if json.Unmarshal([]byte(r.Reasons), &p.Reasons) != nil {
		p.Reasons = nil
	}
	if json.Unmarshal([]byte(r.TogetherWith), &p.Together) != nil {
		p.Together = nil
	}
	return p
}

func (r actionRow) journal() JournalAction {
	e, err := r.entry()
	if err != nil {
		e = lane.Entry{
			Seq: r.Seq, Action: integration.Action{Key: r.ActionKey, Urgency: r.Urgency}, Session: r.SessionID,
			Customer: r.CustomerKey, Event: r.EventID, State: r.State, Attempts: r.Attempts,
		}
	}
	return JournalAction{
		Portal: r.PortalID, Entry: e, Command: r.Command, Body: []byte(r.Body),
		Created: instant(r.CreatedAt), Updated: instant(r.UpdatedAt),
	}
}

// cursor packs the key of a page's last row.
func cursor(at int64, keys ...string) Cursor {
	text := strings.Join(append([]string{strconv.FormatInt(at, 36)}, keys...), "\x00")
	return Cursor(base64.RawURLEncoding.EncodeToString([]byte(text)))
}

// parts unpacks it; what is not a cursor of ours is ErrInvalid.
func (c Cursor) parts() (at int64, first, second string, err error) {
	if c == "" {
		return 0, "", "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(string(c))
	parts := strings.Split(string(text), "\x00")
	if err == nil && len(parts) == 3 {
		at, err = strconv.ParseInt(parts[0], 36, 64)
	}
	if err != nil || len(parts) != 3 {
		return 0, "", "", fmt.Errorf("%w: cursor", ErrInvalid)
	}
	return at, clean(parts[1]), clean(parts[2]), nil
}
