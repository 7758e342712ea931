package lane

import (
	"cmp"
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// queue is a lane's unfinished actions, in the order of their planning.
type queue struct {
	entries map[integration.ActionKey]*Entry
	order   []*Entry
	flying  map[integration.ActionKey]bool // in a request or an upload now
	// settled remembers what became of actions that others refer to.
	settled map[integration.ActionKey]ActionState
	answers crm.Answers
	last    int64 // the greatest number of an action that was ever here
}

func newQueue() *queue {
	return &queue{
		entries: map[integration.ActionKey]*Entry{}, flying: map[integration.ActionKey]bool{},
		settled: map[integration.ActionKey]ActionState{}, answers: crm.Answers{},
	}
}

func (q *queue) add(entries ...Entry) {
	for i := range entries {
		e := entries[i]
		if _, have := q.entries[e.Action.Key]; have || e.State.Settled() {
			continue
		}
		delete(q.settled, e.Action.Key) // it may be a dead letter that was brought back
		delete(q.answers, string(e.Action.Key))
		q.entries[e.Action.Key] = &e
		q.order = append(q.order, &e)
		q.last = max(q.last, e.Seq)
	}
	slices.SortFunc(q.order, func(a, b *Entry) int { return cmp.Compare(a.Seq, b.Seq) })
}

// hasten makes an errand due as early as storage says, which somebody outside may have changed.
func (q *queue) hasten(e *Entry) {
	had := q.entries[e.Action.Key]
	if had != nil && !q.flying[e.Action.Key] && had.State == StatePlanned && e.State == StatePlanned && e.DueAt.Before(had.DueAt) {
		had.DueAt = e.DueAt
	}
}

// apply takes over a stored change.
func (q *queue) apply(c Change) {
	e := q.entries[c.Key]
	if e == nil {
		return
	}
	e.State, e.Attempts, e.DueAt, e.Result, e.Err = c.State, c.Attempts, c.DueAt, c.Result, c.Err
	if !c.SendBy.IsZero() {
		e.SendBy = c.SendBy
	}
	delete(q.flying, c.Key)
	if !c.State.Settled() {
		return
	}
	q.settle(c.Key, c.State, c.Result)
	delete(q.entries, c.Key)
	q.order = slices.DeleteFunc(q.order, func(o *Entry) bool { return o == e })
}

func (q *queue) settle(key integration.ActionKey, state ActionState, result []byte) {
	q.settled[key] = state
	if state == StateDone && len(result) > 0 {
		q.answers[string(key)] = result
	}
}

// remembered is how many settled actions are kept at hand; older ones are asked of storage again.
const remembered = 20_000

func (q *queue) forget() {
	if len(q.settled) > remembered {
		clear(q.settled)
		clear(q.answers)
	}
}

// unknown lists what ready actions refer to and the queue knows nothing of.
func (q *queue) unknown() []integration.ActionKey {
	var keys []integration.ActionKey
	for _, e := range q.order {
		for _, r := range crm.Refs(e.Action.Do) {
			key := integration.ActionKey(r.Of)
			if _, settled := q.settled[key]; !settled && q.entries[key] == nil && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// longestChain bounds how many actions of one customer go into one request.
const longestChain = 16

// chain is a list of ready actions that must go out together and in order.
type chain struct {
	entries []*Entry
	urgency integration.Urgency
}

// ready groups what may be sent now. An action joins the chain of what it refers to and of
// what touches the same thing before it; where that is not ready, it waits.
func (q *queue) ready(now time.Time, skip func(*Entry) bool) []*chain {
	in := map[integration.ActionKey]*chain{}
	lastTouch := map[string]*Entry{}
	var chains []*chain
	for _, e := range q.order {
		before := q.before(e, lastTouch)
		for _, t := range e.Action.Touches {
			lastTouch[t] = e
		}
		if e.State != StatePlanned || q.flying[e.Action.Key] || e.DueAt.After(now) || skip(e) {
			continue
		}
		joined, ok := join(in, before)
		if !ok || rewords(e, before) {
			continue
		}
		if joined == nil {
			joined = &chain{urgency: e.Action.Urgency}
			chains = append(chains, joined)
		}
		joined.entries = append(joined.entries, e)
		joined.urgency = min(joined.urgency, e.Action.Urgency)
		in[e.Action.Key] = joined
	}
	chains = slices.DeleteFunc(chains, func(c *chain) bool { return len(c.entries) == 0 })
	for _, c := range chains {
		slices.SortFunc(c.entries, func(a, b *Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	}
	slices.SortStableFunc(chains, func(a, b *chain) int { return cmp.Compare(a.urgency, b.urgency) })
	return chains
}

// rewords reports whether an action gives a comment another text before an earlier text of it is settled. They never share a request:
// a comment in doubt is recognised by its text.
func rewords(e *Entry, before []*Entry) bool {
	_, edit := e.Action.Do.(crm.EditComment)
	return edit && slices.ContainsFunc(before, func(o *Entry) bool { return wordsOf(o.Action.Do) })
}

// before lists the unsettled actions that must go before e or with it.
func (q *queue) before(e *Entry, lastTouch map[string]*Entry) []*Entry {
	var before []*Entry
	for _, r := range crm.Refs(e.Action.Do) {
		if o := q.entries[integration.ActionKey(r.Of)]; o != nil && o != e {
			before = append(before, o)
		}
	}
	for _, t := range e.Action.Touches {
		if o := lastTouch[t]; o != nil {
			before = append(before, o)
		}
	}
	return before
}

// join merges the chains of what must go before into one. It fails when something is not
// going out now, or the chain would grow too long.
func join(in map[integration.ActionKey]*chain, before []*Entry) (*chain, bool) {
	var one *chain
	size := 1
	for _, o := range before {
		c := in[o.Action.Key]
		switch {
		case c == nil:
			return nil, false
		case one == nil:
			one, size = c, size+len(c.entries)
		case c != one:
			size += len(c.entries)
		}
	}
	if size > longestChain {
		return nil, false
	}
	for _, o := range before {
		c := in[o.Action.Key]
		if c == one {
			continue
		}
		one.entries = append(one.entries, c.entries...)
		one.urgency = min(one.urgency, c.urgency)
		for _, moved := range c.entries {
			in[moved.Action.Key] = one
		}
		c.entries = nil
	}
	return one, true
}

// superseded lists texts of comments that are planned, and not under way, while a newer one of the same comment waits behind them.
func (q *queue) superseded() []*Entry {
	newest := map[crm.Ref]*Entry{}
	var all []*Entry
	for _, e := range q.order {
		edit, ok := e.Action.Do.(crm.EditComment)
		if !ok {
			continue
		}
		if old := newest[edit.Comment]; old != nil && old.State == StatePlanned && !q.flying[old.Action.Key] {
			all = append(all, old)
		}
		newest[edit.Comment] = e
	}
	return all
}

// awaitsActivity reports whether something is to be done with the activity that a finish makes.
func (q *queue) awaitsActivity(finish integration.ActionKey) bool {
	return slices.ContainsFunc(q.order, func(e *Entry) bool {
		set, ok := e.Action.Do.(crm.SetActivity)
		return ok && set.Activity.Of == string(finish)
	})
}

// creating reports whether a customer, by any of their names, has entities on the way that another call or conversation must know of
// before it asks the CRM: two calls at the same moment never make two leads (T-0, C-16).
func (q *queue) creating(names []integration.CustomerKey, except integration.SessionID) bool {
	return slices.ContainsFunc(q.order, func(e *Entry) bool {
		_, creates := e.Action.Do.(crm.Create)
		return creates && e.Session != except && slices.Contains(names, e.Customer)
	})
}

// creatingIn reports whether entities are on the way in any of these conversations but one; in any at all when none is named.
func (q *queue) creatingIn(sessions []integration.SessionID, except integration.SessionID) bool {
	return slices.ContainsFunc(q.order, func(e *Entry) bool {
		_, creates := e.Action.Do.(crm.Create)
		_, _, conversation := e.Session.Communication()
		return creates && conversation && e.Session != except && (sessions == nil || slices.Contains(sessions, e.Session))
	})
}

// next is when the earliest waiting action becomes due; zero when none waits.
func (q *queue) next() time.Time {
	var next time.Time
	for _, e := range q.order {
		if !q.flying[e.Action.Key] && (next.IsZero() || e.DueAt.Before(next)) {
			next = e.DueAt
		}
	}
	return next
}
