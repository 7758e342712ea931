package lane

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// question is a read that a decision waits for. It changes nothing, so it needs no ledger.
type question struct {
	session *session
	find    crm.Find
}

// flight is one request on its way.
type flight struct {
	urgent    bool
	full      bool // more was ready than fitted
	entries   []*Entry
	at        []int // which call carries each entry, counted from the first; merged entries share one
	questions []question
	chains    [][]crm.Call
	answers   crm.Answers
	sendBy    time.Time
}

// landed is a flight's report.
type landed struct {
	flight   *flight
	outcomes []crm.Outcome
	late     bool // it never left: its time to leave had passed
	took     time.Duration
	sentAt   time.Time
}

const (
	// flightsAtOnce bounds how many requests of one portal are under way, and urgentAtOnce how many with the urgent ones.
	flightsAtOnce = 4
	urgentAtOnce  = 8
)

// send puts everything that is ready into one request. Beside one in flight goes what is urgent, and what fills
// another request by itself: waiting would not make the next one fuller. While half of the bucket is in hand urgent work
// does not even wait for urgent work in flight; below that it piles up and shares a request.
func (l *Lane) send(ctx context.Context) error {
	for {
		now := l.cfg.Now()
		if now.Before(l.notBefore) || l.flights >= urgentAtOnce {
			return nil
		}
		f, err := l.load(ctx, now, l.flights > 0)
		if err != nil || f == nil {
			return err
		}
		budget := l.budget
		if l.urgent > 0 && f.urgent && !f.full {
			budget.Burst = max(1, budget.Burst/2)
		}
		started, err := l.start(ctx, f, now, budget)
		if err != nil || !started {
			return err
		}
	}
}

// load packs what is ready into a flight; nil when nothing is. With beside set and less ready than fills a request,
// only urgent work is taken.
func (l *Lane) load(ctx context.Context, now time.Time, beside bool) (*flight, error) {
	if err := l.recall(ctx); err != nil {
		return nil, err
	}
	if err := l.prune(ctx, now); err != nil {
		return nil, err
	}
	ready := l.queue.ready(now, l.elsewhere())
	f := l.pack(ready)
	if beside && (!f.full || l.flights >= flightsAtOnce) {
		if l.urgent > 0 && now.Before(l.shareUntil) {
			return nil, nil
		}
		ready = slices.DeleteFunc(ready, func(c *chain) bool { return c.urgency > integration.UrgentAnswer })
		f = l.pack(ready)
	}
	if len(f.chains) == 0 {
		return nil, nil
	}
	f.answers = l.answersFor(f.entries)
	return f, nil
}

// pack makes a flight of the waiting questions and as much of what is ready as fits beside them.
func (l *Lane) pack(ready []*chain) *flight {
	f := &flight{urgent: true}
	for _, q := range l.questions {
		f.chains = append(f.chains, []crm.Call{{Key: "ask/" + string(q.session.id), Do: q.find}})
	}
	places := make([][]int, len(ready))
	for i, c := range ready {
		var calls []crm.Call
		calls, places[i] = pack(c.entries)
		f.chains = append(f.chains, calls)
	}
	n := l.portal.Fit(f.chains)
	f.full = n < len(f.chains)
	asked := min(n, len(l.questions))
	f.questions = slices.Clone(l.questions[:asked])
	first := asked
	for i, c := range ready[:n-asked] {
		f.entries = append(f.entries, c.entries...)
		for _, place := range places[i] {
			f.at = append(f.at, first+place)
		}
		first += len(f.chains[asked+i])
		f.urgent = f.urgent && c.urgency <= integration.UrgentAnswer
	}
	f.chains = f.chains[:n]
	return f
}

// elsewhere tells actions that go another way than in the next request: errands, and records beyond what may
// travel at a time.
func (l *Lane) elsewhere() func(*Entry) bool {
	room := l.recordSlots()
	return func(e *Entry) bool {
		if isErrand(e.Action.Do) {
			return true
		}
		if _, record := e.Action.Do.(crm.AttachRecord); !record {
			return false
		}
		room--
		return room < 0
	}
}

// recall fetches what is stored of actions that waiting ones refer to.
func (l *Lane) recall(ctx context.Context) error {
	unknown := l.queue.unknown()
	if len(unknown) == 0 {
		return nil
	}
	answers, states, err := l.cfg.Store.Answers(ctx, l.lease, unknown)
	if err != nil {
		return err
	}
	for _, key := range unknown {
		state, ok := states[key]
		if !ok {
			state = StateFailed // it was never planned: nobody will answer
		}
		if state.Settled() {
			l.queue.settle(key, state, answers[string(key)])
		}
	}
	return nil
}

// prune settles what need not or cannot be sent any more: cards of long ago, and what depends on something that failed.
func (l *Lane) prune(ctx context.Context, now time.Time) error {
	var changes []Change
	for _, e := range l.queue.order {
		if e.State != StatePlanned || l.queue.flying[e.Action.Key] || isErrand(e.Action.Do) {
			continue
		}
		action, drop := integration.Late(e.Action, now)
		if drop {
			c := change(e, StateFailed, now)
			c.Err = &crm.Error{Kind: crm.Skipped, Method: e.Action.Do.Name(), Text: "too late to help anybody"}
			changes = append(changes, c)
			continue
		}
		e.Action = action
		for _, r := range crm.Refs(e.Action.Do) {
			state, settled := l.queue.settled[integration.ActionKey(r.Of)]
			if settled && state != StateDone && !r.Optional {
				c := change(e, StateFailed, now)
				c.Err = &crm.Error{Kind: crm.Skipped, Method: e.Action.Do.Name(), Text: "depends on " + r.Of + ", which failed"}
				changes = append(changes, c)
				break
			}
		}
	}
	for _, e := range l.queue.superseded() {
		c := change(e, StateFailed, now)
		c.Err = &crm.Error{Kind: crm.Skipped, Method: e.Action.Do.Name(), Text: "a newer text of the comment takes its place"}
		changes = append(changes, c)
	}
	return l.settle(ctx, changes)
}

// answersFor gathers the stored results that entries refer to.
func (l *Lane) answersFor(entries []*Entry) crm.Answers {
	answers := crm.Answers{}
	for _, e := range entries {
		for _, r := range crm.Refs(e.Action.Do) {
			if a, ok := l.queue.answers[r.Of]; ok {
				answers[r.Of] = a
			}
		}
	}
	return answers
}

// start stores the intent and lets the flight go. It reports false when the portal's bucket is empty.
func (l *Lane) start(ctx context.Context, f *flight, now time.Time, budget Budget) (bool, error) {
	keys := make([]integration.ActionKey, len(f.entries))
	for i, e := range f.entries {
		keys[i] = e.Action.Key
	}
	f.sendBy = now.Add(l.cfg.SendWithin)
	l.cfg.Step("begin")
	wait, err := l.cfg.Store.Begin(ctx, l.lease, keys, now, f.sendBy, budget)
	if err != nil {
		return false, err
	}
	switch {
	case wait > 0 && budget.Burst < l.budget.Burst:
		l.shareUntil = now.Add(wait) // not empty, but no longer in hand: what is urgent shares the next request
		return false, nil
	case wait > 0:
		l.notBefore = now.Add(wait)
		l.pressing.Store(f.urgent)
		return false, nil
	}
	l.pressing.Store(false)
	l.cfg.Step("begun")
	for _, e := range f.entries {
		e.State, e.SendBy, e.Attempts = StateSending, f.sendBy, e.Attempts+1
		if e.FirstSent.IsZero() {
			e.FirstSent = now
		}
		l.queue.flying[e.Action.Key] = true
	}
	l.questions = slices.Delete(l.questions, 0, len(f.questions))
	l.flights++
	if f.urgent {
		l.urgent++
	}
	go l.fly(ctx, f)
	return true, nil
}

// fly sends a flight and reports back. The moment to leave is checked right before the send.
func (l *Lane) fly(ctx context.Context, f *flight) {
	start := l.cfg.Now()
	report := landed{flight: f, sentAt: start}
	if start.After(f.sendBy) {
		report.late = true
	} else {
		report.outcomes = l.perform(crm.SendBy(ctx, f.sendBy), f)
		report.took = l.cfg.Now().Sub(start)
	}
	l.cfg.Step("performed")
	l.back <- report
}

// perform asks the portal. A defect of its client leaves everything in doubt.
func (l *Lane) perform(ctx context.Context, f *flight) []crm.Outcome {
	return contained(ctx, l, "request", func() []crm.Outcome { return l.portal.Perform(ctx, f.chains, f.answers) }, func() []crm.Outcome {
		return failed(f, &crm.Error{Kind: crm.Ambiguous, Method: "batch", Text: defectText, Whole: true})
	})
}

// receive takes a report home.
func (l *Lane) receive(ctx context.Context, report any) error {
	l.idleFrom = l.cfg.Now()
	switch r := report.(type) {
	case landed:
		return l.land(ctx, &r)
	case resolved:
		return l.resolvedDoubts(ctx, &r)
	case uploaded:
		return l.stored(ctx, &r)
	case ran:
		return l.ran(ctx, &r)
	case dialled:
		return l.dialled(ctx, &r)
	}
	return nil
}

// land stores what became of a flight's actions and hands answers to the sessions that asked.
func (l *Lane) land(ctx context.Context, r *landed) error {
	l.flights--
	if r.flight.urgent {
		l.urgent--
	}
	now := l.cfg.Now()
	outcomes := r.outcomes
	if r.late {
		outcomes = failed(r.flight, &crm.Error{Kind: crm.Unavailable, Method: "batch", Text: "its time to leave had passed"})
	}
	l.observe(ctx, r, outcomes)
	whole := wholeFailure(outcomes)
	if whole != nil && l.patience(whole, now) {
		if err := l.suspend(ctx, whole, now); err != nil {
			return err
		}
	}
	if whole == nil {
		l.failures = 0
	}
	for i, q := range r.flight.questions {
		if known := l.answered(q, &outcomes[i], now); known != nil {
			if err := l.learn(ctx, q, known, r.sentAt); err != nil {
				return err
			}
		}
	}
	var changes []Change
	for i, e := range r.flight.entries {
		delete(l.queue.flying, e.Action.Key)
		o := &outcomes[r.flight.at[i]]
		if to, ok := o.Result.(crm.UploadTo); ok && o.Err == nil && !to.Have {
			l.upload(ctx, e, to)
			continue
		}
		changes = append(changes, l.outcome(e, o, now))
	}
	return l.settle(ctx, changes)
}

// failed gives every call of a flight the same error.
func failed(f *flight, err *crm.Error) []crm.Outcome {
	var outcomes []crm.Outcome
	for _, c := range f.chains {
		for _, call := range c {
			outcomes = append(outcomes, crm.Outcome{Key: call.Key, Err: err})
		}
	}
	return outcomes
}

// observe writes the wide line of one request.
func (l *Lane) observe(ctx context.Context, r *landed, outcomes []crm.Outcome) {
	refused := 0
	for i := range outcomes {
		if outcomes[i].Err != nil {
			refused++
		}
	}
	req := Request{Tenant: l.lease.Tenant, Portal: l.lease.Portal, Calls: len(outcomes), Urgent: r.flight.urgent, Took: r.took}
	if w := wholeFailure(outcomes); w != nil {
		req.Failed = w.Kind
	}
	for _, q := range r.flight.questions {
		req.CardWait = max(req.CardWait, r.sentAt.Sub(q.session.accepted))
	}
	l.cfg.Observe(req)
	l.log.LogAttrs(ctx, slog.LevelInfo, "request.sent", slog.Int("commands", len(outcomes)), slog.Int("failed", refused),
		slog.Bool("urgent", req.Urgent), slog.Duration("took", r.took), slog.String("error_kind", string(req.Failed)))
}

func wholeFailure(outcomes []crm.Outcome) *crm.Error {
	if len(outcomes) > 0 && outcomes[0].Err != nil && outcomes[0].Err.Whole {
		return outcomes[0].Err
	}
	return nil
}

// answered hands the CRM's answer to the session that asked, or lets it ask again later.
func (l *Lane) answered(q question, o *crm.Outcome, now time.Time) *crm.Customer {
	q.session.asking = false
	known, ok := o.Result.(crm.Customer)
	if o.Err != nil || !ok {
		wait := l.cfg.RetryAfter
		if o.Err != nil && o.Err.Wait > wait {
			wait = o.Err.Wait
		}
		q.session.retryAt = now.Add(wait)
		return nil
	}
	q.session.known, q.session.askedAt = &known, now
	return &known
}

// settle stores changes and takes them over.
func (l *Lane) settle(ctx context.Context, changes []Change) error {
	if len(changes) == 0 {
		return nil
	}
	if err := l.append(ctx, append(l.bare(changes), l.gone(changes)...)); err != nil {
		return err
	}
	l.cfg.Step("settle")
	if err := l.cfg.Store.Settle(ctx, l.lease, changes); err != nil {
		return err
	}
	l.cfg.Step("settled")
	if err := l.mistrust(ctx, changes); err != nil {
		return err
	}
	for _, c := range changes {
		if e := l.queue.entries[c.Key]; e != nil && c.State.Settled() {
			l.log.LogAttrs(ctx, slog.LevelInfo, "action.settled", slog.String("action_key", string(c.Key)),
				slog.String("state", string(c.State)), slog.Int("attempts", c.Attempts), slog.Any("error", errorOf(c.Err)))
		}
		l.queue.apply(c)
	}
	return nil
}

// bare makes an event of every call that the portal finished without the activity that others wait for: the decision makes one.
func (l *Lane) bare(changes []Change) []integration.Event {
	var events []integration.Event
	for i := range changes {
		e := l.queue.entries[changes[i].Key]
		if e == nil || changes[i].State != StateDone {
			continue
		}
		var finished crm.Finished
		_, finish := e.Action.Do.(crm.Finish)
		if !finish || json.Unmarshal(changes[i].Result, &finished) != nil || finished.Activity != 0 || !l.queue.awaitsActivity(e.Action.Key) {
			continue
		}
		event := ownEvent(integration.ActivityMissing, e.Session, string(integration.ActivityMissing)+"|"+string(e.Action.Key), l.cfg.Now())
		event.Customer = e.Customer
		events = append(events, event)
	}
	return events
}

func errorOf(e *crm.Error) any {
	if e == nil {
		return nil
	}
	return e.Error()
}

// done makes the change of an action that was carried out.
func done(e *Entry, result any, now time.Time) Change {
	c := change(e, StateDone, now)
	c.Err = nil
	if result != nil {
		if body, err := json.Marshal(result); err == nil {
			c.Result = body
		}
	}
	return c
}
