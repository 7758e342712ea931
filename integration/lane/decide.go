package lane

import (
	"cmp"
	"context"
	"encoding/json"
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
	"omniconnector/integration/centre"
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

	keys  []integration.CustomerKey // all names of a conversation's visitor, the strongest first
	cards []integration.Event       // what came of the visitor, and not of this conversation
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

// facts gathers what the decision looks at.
func (l *Lane) facts(ctx context.Context, s *session) (integration.Facts, error) {
	var chat *integration.Conversation
	call := integration.Call{Session: s.id}
	if _, _, ok := s.id.Communication(); ok {
		folded := integration.FoldChat(s.id, slices.Concat(s.events, s.cards))
		chat, call.Replay = &folded, folded.Replay
	} else {
		call = integration.Fold(s.events)
	}
	memory := integration.Replayed(&call, s.memory)
	if memory.Replay != s.memory.Replay {
		l.newestAt = time.Time{} // by what was saved a moment before the replay was asked for
	}
	settings, err := l.settingsAt(ctx, memory.SettingsVersion, s.accepted)
	if err != nil {
		return integration.Facts{}, err
	}
	if l.directoryAt.IsZero() || l.cfg.Now().Sub(l.directoryAt) > l.cfg.Poll {
		if l.directory, err = l.cfg.Store.Directory(ctx, l.lease); err != nil {
			return integration.Facts{}, fmt.Errorf("load directory: %w", err)
		}
		l.directoryAt = l.cfg.Now()
	}
	if err := l.loadCentre(ctx, l.cfg.Now()); err != nil {
		return integration.Facts{}, fmt.Errorf("load the platform's directory: %w", err)
	}
	facts := integration.Facts{
		Now: l.cfg.Now(), Call: call, Chat: chat, Settings: settings, Known: s.known, AskedAt: s.askedAt,
		Directory: l.directory, Centre: &l.centre, RereadAfter: l.cfg.RereadAfter, Memory: memory,
		Trigger: s.pending[len(s.pending)-1],
	}
	if chat != nil {
		l.conversing(s, &facts)
	}
	return facts, nil
}

// own gathers what we ourselves have done for the customer, where the decision looks at it: calls that were started lately
// (T-8), and changes of records (T-1).
func (l *Lane) own(ctx context.Context, s *session, f *integration.Facts) error {
	if f.Call.Request != nil {
		started, err := l.cfg.Store.History(ctx, l.lease, s.customer, []string{centre.Dial{}.Name()}, f.Now.Add(-time.Minute), 10)
		if err != nil {
			return fmt.Errorf("load the customer's calls of late: %w", err)
		}
		for _, e := range l.queue.order {
			if e.Customer == s.customer {
				started = append(started, *e)
			}
		}
		f.Dialled = dialledOf(started)
	}
	if f.Settings.Telephony.Other.On && f.Call.Finished {
		names := []string{crm.Create{}.Name(), crm.Update{}.Name()}
		written, err := l.cfg.Store.History(ctx, l.lease, s.customer, names, f.Call.StartedAt.Add(-time.Hour), 200)
		if err != nil {
			return fmt.Errorf("load our own changes: %w", err)
		}
		f.Writes = writesOf(written)
	}
	return nil
}

func dialledOf(started []Entry) []integration.Dialled {
	var out []integration.Dialled
	for i := range started {
		if do, ok := started[i].Action.Do.(centre.Dial); ok && started[i].State != StateFailed {
			at := started[i].FirstSent
			if at.IsZero() {
				at = started[i].DueAt
			}
			out = append(out, integration.Dialled{At: at, Employee: do.Employee, Session: started[i].Session})
		}
	}
	return out
}

// writesOf reads the times of change that our own writes left.
func writesOf(written []Entry) map[integration.Record][]integration.Write {
	out := map[integration.Record][]integration.Write{}
	for i := range written {
		e := &written[i]
		if e.State != StateDone {
			continue
		}
		switch do := e.Action.Do.(type) {
		case crm.Create:
			var made crm.Made
			if json.Unmarshal(e.Result, &made) == nil && !made.At.IsZero() {
				at := integration.Record{Kind: do.Kind, ID: made.ID}
				out[at] = append(out[at], integration.Write{After: made.At})
			}
		case crm.Update:
			var updated crm.Updated
			if json.Unmarshal(e.Result, &updated) == nil && !updated.After.IsZero() && do.Entity.ID != 0 {
				at := integration.Record{Kind: do.Kind, ID: do.Entity.ID}
				out[at] = append(out[at], integration.Write{Before: updated.Before, After: updated.After})
			}
		}
	}
	return out
}

// settingsAt gives the settings a call began with, or for a new call the newest (T-16): those saved before it was accepted count,
// so that what is remembered of the newest must have been read since.
func (l *Lane) settingsAt(ctx context.Context, version int64, accepted time.Time) (*integration.Settings, error) {
	now := l.cfg.Now()
	if version == 0 && l.newest != 0 && now.Sub(l.newestAt) < l.cfg.Poll && l.newestAt.After(accepted) {
		version = l.newest
	}
	if s := l.settings[version]; s != nil && version != 0 {
		return s, nil
	}
	doc, err := l.cfg.Store.Settings(ctx, l.lease, version)
	if err != nil {
		return nil, fmt.Errorf("load settings: %w", err)
	}
	if version == 0 {
		l.newest, l.newestAt = doc.Version, now
		if s := l.settings[doc.Version]; s != nil {
			return s, nil
		}
	}
	if doc.Version == 0 { // nothing was saved yet
		return integration.Unset(), nil
	}
	s, err := l.cfg.Settings.Compile(l.lease.Tenant, l.lease.Portal, doc)
	if err != nil {
		return nil, fmt.Errorf("compile settings version %d: %w", doc.Version, err)
	}
	if len(l.settings) > 8 {
		clear(l.settings)
	}
	l.settings[doc.Version] = s
	return s, nil
}

// ask prepares the question to the CRM. While another call of the customer is still creating
// entities it waits, so that two calls at the same moment find each other's lead.
func (l *Lane) ask(ctx context.Context, s *session, find *crm.Find) error {
	if l.queue.creating(s.names(), s.id) || l.before(s) {
		return nil
	}
	made, err := l.cfg.Store.History(ctx, l.lease, s.customer, []string{crm.Create{}.Name()}, time.Time{}, 10)
	if err != nil {
		return fmt.Errorf("load the customer's earlier entities: %w", err)
	}
	for i := range made {
		if kind, id := recordOf(&made[i]); made[i].State == StateDone && (kind == crm.Lead || kind == crm.Deal) { // clients are found by their numbers
			name(find, kind, id)
		}
	}
	if err := l.known(ctx, s, find); err != nil {
		return err
	}
	if len(find.Phones)+len(find.Emails)+len(find.Leads)+len(find.Deals)+len(find.Contacts)+len(find.Companies) == 0 {
		s.known, s.askedAt = &crm.Customer{}, l.cfg.Now() // there is nothing to ask by: an account in a messenger, heard of for the first time
		l.Wake()
		return nil
	}
	s.asking = true
	l.questions = append(l.questions, question{session: s, find: *find})
	return nil
}

// before reports whether an earlier call of the customer is still to be decided, or between its question and its
// plan: a customer's calls are opened in the order in which they came.
func (l *Lane) before(s *session) bool {
	for _, o := range l.sessions {
		if o == s || len(o.pending) == 0 || !o.shares(s) {
			continue
		}
		if o.asking || o.known != nil || o.oldest() < s.oldest() {
			return true
		}
	}
	return false
}

// missed lists activities of the customer's own missed calls that ended since the CRM was asked (T-3).
func (l *Lane) missed(ctx context.Context, s *session, since time.Time) ([]int64, error) {
	if since.IsZero() {
		return nil, nil
	}
	ended, err := l.cfg.Store.History(ctx, l.lease, s.customer, []string{crm.Finish{}.Name()}, since, 20)
	if err != nil {
		return nil, fmt.Errorf("load the customer's missed calls: %w", err)
	}
	var ids []int64
	for i := range ended {
		f, ok := ended[i].Action.Do.(crm.Finish)
		var result crm.Finished
		if !ok || f.Status != "304" || ended[i].Session == s.id || json.Unmarshal(ended[i].Result, &result) != nil {
			continue
		}
		if result.Activity != 0 {
			ids = append(ids, result.Activity)
		}
	}
	return ids, nil
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
