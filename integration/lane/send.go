package lane

import (
	"context"
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
