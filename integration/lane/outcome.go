package lane

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// outcome turns what the portal said of one action into its next state.
func (l *Lane) outcome(e *Entry, o *crm.Outcome, now time.Time) Change {
	if o.Err == nil {
		return done(e, o.Result, now)
	}
	c := change(e, StatePlanned, now)
	c.Err = o.Err
	switch o.Err.Kind {
	case crm.Limited, crm.Unavailable, crm.Denied, crm.Overloaded:
		// Nothing was executed. It does not count as an attempt, and the portal as a whole waits by itself.
		c.Attempts = max(0, e.Attempts-1)
		c.DueAt = now.Add(max(o.Err.Wait, 0))
		if !o.Err.Whole {
			c.DueAt = now.Add(max(o.Err.Wait, l.backoff(e.Attempts)))
		}
	case crm.Ambiguous:
		c.State, c.DueAt = StateDoubt, now
	case crm.Skipped:
		c.State = StateFailed
	case crm.Invalid, crm.NotFound:
		c.State = l.refused(e, o.Err)
		c.DueAt = now
	}
	return l.giveUp(e, c, now)
}

// refused says what a refusal for good means for a command.
func (l *Lane) refused(e *Entry, err *crm.Error) ActionState {
	if _, _, ok := e.Session.Communication(); ok && err.Kind == crm.NotFound {
		return StateFailed // the record is gone: the decision is told, and finds another (C-16)
	}
	switch e.Action.Do.(type) {
	case crm.ShowCard, crm.HideCard:
		return StateFailed // the call is over: nobody misses a card
	case crm.AddActivity, crm.Comment, crm.SetActivity, crm.BindActivity:
		if err.Kind == crm.NotFound {
			return StateFailed // the record or the activity was deleted: there is nowhere to write it
		}
		return StateDead
	case crm.Finish:
		// "Call is not found" is also what a second finish is told: look whether the first one worked.
		if e.Attempts > 1 && e.Err != nil && e.Err.Kind == err.Kind {
			return StateDead
		}
		return StateDoubt
	default:
		return StateDead
	}
}

// giveUp makes a dead letter of what was tried for too long.
func (l *Lane) giveUp(e *Entry, c Change, now time.Time) Change {
	if !c.State.Settled() && c.State != StateDoubt && !e.FirstSent.IsZero() && now.Sub(e.FirstSent) > l.cfg.GiveUpAfter {
		c.State = StateDead
	}
	return c
}

// backoff grows with attempts, with jitter, so that many do not come back at one moment.
func (l *Lane) backoff(attempts int) time.Duration {
	d := l.cfg.RetryAfter << min(max(attempts-1, 0), 16)
	if d <= 0 || d > l.cfg.RetryAtMost {
		d = l.cfg.RetryAtMost
	}
	return d/2 + rand.N(d/2+1) //nolint:gosec // jitter is no secret
}

// patience leaves the portal alone after a request that failed as a whole. It reports true when
// the portal must be suspended.
func (l *Lane) patience(err *crm.Error, now time.Time) bool {
	l.failures++
	switch err.Kind {
	case crm.Denied, crm.Overloaded:
		return true
	case crm.Limited, crm.Unavailable:
		wait := max(err.Wait, min(l.backoff(l.failures), time.Minute))
		if until := now.Add(wait); until.After(l.notBefore) {
			l.notBefore = until
		}
	case crm.Ambiguous:
		if l.failures > 1 {
			l.notBefore = now.Add(min(l.backoff(l.failures), time.Minute))
		}
	default:
	}
	return false
}

// suspend stops the lane until a person, or the portal's own recovery, lets it go on.
func (l *Lane) suspend(ctx context.Context, err *crm.Error, now time.Time) error {
	state := integration.PortalBlocked
	if err.Kind == crm.Denied {
		state = integration.PortalReauthorise
	}
	l.closing = true
	if e := l.cfg.Store.Suspend(ctx, l.lease, state, err.Error(), now); e != nil {
		return fmt.Errorf("suspend portal: %w", e)
	}
	return nil
}

// resolved is the report of a look-up of actions in doubt.
type resolved struct {
	entries  []*Entry
	outcomes []crm.Outcome
}

// doubtsAtOnce bounds how many actions one look-up asks after.
const doubtsAtOnce = 20

// resolve reads back what may have been carried out; nothing in doubt is repeated blindly.
func (l *Lane) resolve(ctx context.Context) error {
	now := l.cfg.Now()
	if now.Before(l.notBefore) || l.flights >= flightsAtOnce {
		return nil
	}
	if err := l.recall(ctx); err != nil {
		return err
	}
	var entries []*Entry
	for _, e := range l.queue.order {
		if e.State == StateDoubt && !isErrand(e.Action.Do) && !l.queue.flying[e.Action.Key] && !e.DueAt.After(now) && len(entries) < doubtsAtOnce && l.resolvable(e) {
			entries = append(entries, e)
		}
	}
	if len(entries) == 0 {
		return nil
	}
	wait, err := l.cfg.Store.Begin(ctx, l.lease, nil, now, now.Add(l.cfg.SendWithin), l.budget)
	if err != nil {
		return err
	}
	if wait > 0 {
		l.notBefore = now.Add(wait)
		return nil
	}
	calls := make([]crm.Call, len(entries))
	for i, e := range entries {
		calls[i] = crm.Call{Key: string(e.Action.Key), Do: e.Action.Do}
		l.queue.flying[e.Action.Key] = true
	}
	answers := l.answersFor(entries)
	l.flights++
	go func() {
		outcomes := contained(ctx, l, "lookup", func() []crm.Outcome { return l.portal.LookUp(ctx, calls, answers) }, func() []crm.Outcome {
			lost := make([]crm.Outcome, len(calls))
			for i := range calls {
				lost[i] = crm.Outcome{Key: calls[i].Key, Err: &crm.Error{Kind: crm.Unavailable, Method: "lookup", Text: defectText}}
			}
			return lost
		})
		l.cfg.Step("looked up")
		l.back <- resolved{entries, outcomes}
	}()
	return nil
}

// resolvable reports whether what e refers to is settled: a finish cannot be looked up before
// its call's id is known.
func (l *Lane) resolvable(e *Entry) bool {
	for _, r := range crm.Refs(e.Action.Do) {
		if _, settled := l.queue.settled[integration.ActionKey(r.Of)]; !settled {
			return false
		}
	}
	return true
}

// resolvedDoubts stores what the look-up found.
func (l *Lane) resolvedDoubts(ctx context.Context, r *resolved) error {
	l.flights--
	now := l.cfg.Now()
	if whole := wholeFailure(r.outcomes); whole != nil {
		if l.patience(whole, now) {
			if err := l.suspend(ctx, whole, now); err != nil {
				return err
			}
		}
	} else {
		l.failures = 0
	}
	changes := make([]Change, 0, len(r.entries))
	for i, e := range r.entries {
		delete(l.queue.flying, e.Action.Key)
		changes = append(changes, l.afterLookUp(e, &r.outcomes[i], now))
	}
	return l.settle(ctx, changes)
}

// afterLookUp decides between done, absent, and not known yet.
func (l *Lane) afterLookUp(e *Entry, o *crm.Outcome, now time.Time) Change {
	if o.Err == nil {
		return done(e, o.Result, now)
	}
	c := change(e, StateDoubt, now)
	believable := e.SendBy.Add(l.cfg.ExecutionLimit)
	switch {
	case o.Err.Kind == crm.Skipped: // what it refers to came to nothing, and so did it
		c.State, c.Err = StateFailed, o.Err
	case o.Err.Kind != crm.NotFound:
		c.DueAt = now.Add(max(o.Err.Wait, l.backoff(e.Attempts)))
	case repeatable(e.Action.Do) || !now.Before(believable):
		c.State, c.DueAt = StatePlanned, now
		if e.Err != nil && (e.Err.Kind == crm.Invalid || e.Err.Kind == crm.NotFound) {
			c.State = StateDead // refused, and not because it was done before
		}
	default:
		c.DueAt = believable // the portal may still be at it
	}
	return c
}

// repeatable reports whether doing a command twice leaves the same as doing it once.
func repeatable(c crm.Command) bool {
	switch c.(type) {
	case crm.Create, crm.Finish, crm.AttachRecord, crm.AddActivity, crm.Comment, crm.Transcribe:
		return false
	case crm.EditComment:
		return false // harmless by itself, but one that is still on its way must not overtake the next
	default:
		// A repeated registration with its EXTERNAL_CALL_ID answers with the same call (contract bitrix24 §4.2).
		return true
	}
}
