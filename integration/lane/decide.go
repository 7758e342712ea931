package lane

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"omniconnector/crm"
	"omniconnector/integration"
)

// newEventID gives an id that grows with time (docs/adr/0005-ids.md).
func newEventID() integration.EventID {
	return integration.EventID(uuid.Must(uuid.NewV7()).String())
}

// session is one call whose events are being decided.
type session struct {
	id       integration.SessionID
	customer integration.CustomerKey
	pending  []integration.EventID // not yet decided, oldest first
	events   []integration.Event   // all of the session
	memory   integration.Memory
	loaded   bool
	known    *crm.Customer // answer to the ask, not yet decided with
	askedAt  time.Time
	asking   bool
	retryAt  time.Time // the ask failed and is tried again then
	accepted time.Time // when the oldest pending event was accepted

	keys    []integration.CustomerKey // all names of a conversation's visitor, the strongest first
	askedBy []integration.CustomerKey // those that were known when the CRM was asked
	cards   []integration.Event       // what came of the visitor, and not of this conversation
}

// takeAtMost bounds how many events one turn reads.
const takeAtMost = 200

// take reads new events and sorts them to their sessions.
func (l *Lane) take(ctx context.Context) error {
	now := l.cfg.Now()
	if !l.more && now.Before(l.lookAt) {
		return nil
	}
	if !now.Before(l.lookAt) {
		// Two processes may commit events a moment out of the order of their ids: look from the start now and then.
		l.last, l.lookAt = "", now.Add(l.cfg.Poll)
	}
	events, err := l.cfg.Store.Pending(ctx, l.lease, l.last, takeAtMost)
	if err != nil {
		return err
	}
	l.more = len(events) == takeAtMost
	for i := range events {
		l.last = max(l.last, events[i].ID)
		l.sort(&events[i])
	}
	return nil
}

// sort puts an event to its session, once.
func (l *Lane) sort(e *integration.Event) {
	id := e.Session
	if id == "" {
		id = integration.SessionID("event:" + e.Key)
	}
	s := l.sessions[id]
	if s == nil {
		s = &session{id: id, accepted: e.Received, loaded: e.Session == ""} // what is no call has no other events
		l.sessions[id] = s
	}
	if slices.Contains(s.pending, e.ID) {
		return
	}
	s.pending = append(s.pending, e.ID)
	s.concerns(e)
	if s.loaded {
		s.events = append(s.events, *e)
	}
}

// concerns learns whose call or conversation it is: a number, once known, wins over the session's own key.
func (s *session) concerns(e *integration.Event) {
	s.customer = integration.Stronger(s.customer, e.Customer)
	if s.customer == "" {
		s.customer = integration.CustomerKey("session:" + string(s.id))
	}
}

// names are all keys under which another session may be of the same person.
func (s *session) names() []integration.CustomerKey {
	if slices.Contains(s.keys, s.customer) {
		return s.keys
	}
	return append([]integration.CustomerKey{s.customer}, s.keys...)
}

// shares reports whether two sessions may be of one person.
func (s *session) shares(o *session) bool {
	return slices.ContainsFunc(s.names(), func(k integration.CustomerKey) bool { return slices.Contains(o.names(), k) })
}

func (l *Lane) undecided() bool {
	for _, s := range l.sessions {
		if len(s.pending) > 0 {
			return true
		}
	}
	return false
}

// decide decides every session that can be decided now and stores all plans in one transaction.
func (l *Lane) decide(ctx context.Context) error {
	if err := l.loadSessions(ctx); err != nil {
		return err
	}
	var decided []Decided
	var done []*session
	clear(l.wished)
	for _, s := range l.waiting() {
		if len(s.pending) == 0 || s.asking || s.retryAt.After(l.cfg.Now()) {
			continue
		}
		d, err := l.session(ctx, s)
		if err != nil {
			return fmt.Errorf("call %s: %w", s.id, err)
		}
		if d != nil {
			decided, done = append(decided, *d), append(done, s)
		}
	}
	if len(decided) == 0 {
		return nil
	}
	l.cfg.Step("decided")
	entries, err := l.cfg.Store.Record(ctx, l.lease, decided)
	if err != nil {
		return fmt.Errorf("record plans: %w", err)
	}
	l.cfg.Step("recorded")
	l.queue.add(entries...)
	for i, s := range done {
		l.report(ctx, s, &decided[i])
		delete(l.sessions, s.id)
	}
	return nil
}

// loadSessions asks storage for all sessions that are new here, at once.
func (l *Lane) loadSessions(ctx context.Context) error {
	var ids []integration.SessionID
	for id, s := range l.sessions {
		if !s.loaded {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	states, err := l.cfg.Store.Sessions(ctx, l.lease, ids)
	if err != nil {
		return fmt.Errorf("load sessions: %w", err)
	}
	fresh := make([]*session, len(ids))
	for n, id := range ids {
		s := l.sessions[id]
		s.events, s.memory, s.loaded = states[id].Events, states[id].Memory, true
		for i := range s.events {
			s.concerns(&s.events[i])
		}
		fresh[n] = s
	}
	return l.visitors(ctx, fresh)
}

// waiting lists sessions in the order in which their oldest pending events were accepted.
func (l *Lane) waiting() []*session {
	return slices.SortedFunc(maps.Values(l.sessions), func(a, b *session) int {
		return cmp.Or(cmp.Compare(a.oldest(), b.oldest()), cmp.Compare(a.id, b.id))
	})
}

func (s *session) oldest() integration.EventID {
	if len(s.pending) == 0 {
		return ""
	}
	return slices.Min(s.pending)
}

// report writes the wide line of one decision.
func (l *Lane) report(ctx context.Context, s *session, d *Decided) {
	l.log.LogAttrs(ctx, slog.LevelInfo, "event.decided",
		slog.String("session_id", string(s.id)), slog.String("event_id", string(d.Events[len(d.Events)-1])),
		slog.Int("events", len(d.Events)), slog.String("outcome", string(d.Plan.Outcome)),
		slog.Int("actions", len(d.Plan.Actions)), slog.Int64("settings_version", d.Plan.Memory.SettingsVersion),
		slog.Duration("waited", l.cfg.Now().Sub(s.accepted)))
}

// session decides one session; nil means that it must wait for an answer or for another call of the customer.
func (l *Lane) session(ctx context.Context, s *session) (*Decided, error) {
	if visitor, ok := s.id.Visitor(); ok {
		return l.passCard(ctx, s, visitor)
	}
	facts, err := l.facts(ctx, s)
	if err != nil {
		return nil, err
	}
	if facts.Directory.SyncedAt.IsZero() {
		return nil, nil // whether the portal has leads is not known yet: the first synchronisation is under way
	}
	if l.dialling(s, &facts.Call) {
		return nil, nil
	}
	if facts.Call.Request != nil && l.wishes(s) {
		return nil, nil
	}
	if facts.Chat != nil && s.known != nil && s.outdated() { // the answer is not about all of the person: two leads would come of it
		s.known, facts.Known = nil, nil
	}
	if facts.Known == nil && (facts.Memory.Known == nil || facts.Chat != nil) {
		if find := integration.Ask(facts); find != nil {
			return nil, l.ask(ctx, s, find)
		}
	}
	if facts.Chat == nil && facts.Call.Finished && !facts.Memory.Closed {
		if facts.Missed, err = l.missed(ctx, s, facts.Memory.AskedAt); err != nil {
			return nil, err
		}
	}
	if facts.Chat == nil {
		if err := l.own(ctx, s, &facts); err != nil {
			return nil, err
		}
	}
	plan := l.plan(ctx, &facts)
	if facts.Memory.Replay != s.memory.Replay {
		if plan, err = l.missing(ctx, plan); err != nil {
			return nil, err
		}
	}
	d := &Decided{Session: s.id, Customer: s.customer, Identities: s.keys, Events: s.pending, Plan: plan, At: facts.Now}
	alive := plan.Outcome == integration.Planned || plan.Outcome == integration.Nothing || plan.Outcome == integration.Waiting
	alive = alive || facts.Call.ExternalID != "" // what the portal registered itself is finished there, whatever keeps it out (T-8)
	silence, over := facts.Settings.Silence(), facts.Call.Finished
	if facts.Chat != nil {
		silence, over = facts.Settings.Conversations(facts.Chat.Kind).Silence(), facts.Chat.Closed
	}
	if alive && !plan.Memory.Closed && !over && facts.Call.Session != "" {
		d.Deadline = facts.Now.Add(silence)
	}
	if !plan.Wake.IsZero() {
		d.Deadline = plan.Wake
	}
	d.Ending, d.EndedAt = ending(&facts, plan.Outcome)
	if !d.Deadline.IsZero() && d.Deadline.Before(l.overdueAt) {
		l.overdueAt = d.Deadline
	}
	return d, nil
}

// ending is how a call or a conversation that is over came out, and when.
func ending(f *integration.Facts, o integration.Outcome) (integration.Ending, time.Time) {
	if f.Chat != nil {
		if e := integration.ChatEndingOf(f.Chat, o); e != "" {
			return e, f.Chat.ClosedAt
		}
		return "", time.Time{}
	}
	if e := integration.EndingOf(&f.Call, o); e != "" {
		return e, f.Call.EndedAt
	}
	return "", time.Time{}
}

// plan decides. A defect in the decision costs one call its effect, told in the journal, and not the portal its lane.
func (l *Lane) plan(ctx context.Context, f *integration.Facts) (plan integration.Plan) {
	defer func() {
		if cause := recover(); cause != nil {
			l.log.LogAttrs(ctx, slog.LevelError, "decide.panic", slog.String("session_id", string(f.Call.Session)),
				slog.Any("cause", cause), slog.String("stack", string(debug.Stack())))
			plan = integration.Defect(f.Memory)
		}
	}()
	return integration.Decide(*f)
}

// overdue wakes what has waited for its moment, and finishes calls of which nothing was heard for too long (T-0, T-5).
func (l *Lane) overdue(ctx context.Context) error {
	now := l.cfg.Now()
	if now.Before(l.overdueAt) {
		return nil
	}
	sessions, next, err := l.cfg.Store.Overdue(ctx, l.lease, now, takeAtMost)
	if err != nil {
		return err
	}
	l.overdueAt = now.Add(30 * l.cfg.Poll)
	if !next.IsZero() && next.Before(l.overdueAt) {
		l.overdueAt = next
	}
	events := make([]integration.Event, 0, len(sessions))
	for _, o := range sessions {
		kind := integration.CallSilent
		if o.Waits {
			kind = integration.CallDue
		}
		events = append(events, ownEvent(kind, o.Session, string(kind)+"|"+string(o.Session)+"|"+strconv.FormatInt(o.At.UnixMicro(), 10), now))
	}
	return l.append(ctx, events)
}

// ownEvent makes an event of our own.
func ownEvent(k integration.EventKind, s integration.SessionID, key string, now time.Time) integration.Event {
	return integration.Event{ID: newEventID(), Source: "lane", Key: key, Kind: k, Session: s, At: now, Received: now}
}

// append puts events of our own into the inbox.
func (l *Lane) append(ctx context.Context, events []integration.Event) error {
	if len(events) == 0 {
		return nil
	}
	if _, err := l.cfg.Store.Append(ctx, l.lease, events); err != nil {
		return fmt.Errorf("append %d events: %w", len(events), err)
	}
	l.more = true
	return nil
}
