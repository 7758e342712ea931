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
		c := l.outcome(e, o, now)
		if o.Err != nil && o.Err.Kind == crm.Skipped && l.hangs(e, changes) {
			c.State, c.DueAt, c.Attempts = StatePlanned, now, max(0, e.Attempts-1)
		}
		changes = append(changes, c)
	}
	return l.settle(ctx, changes)
}

// hangs reports whether an action was skipped for something that may yet be carried out, or that it can do without: it goes out again
// after that. What the changes of its flight settled is not waited for.
func (l *Lane) hangs(e *Entry, changes []Change) bool {
	return slices.ContainsFunc(crm.Refs(e.Action.Do), func(r crm.Ref) bool {
		key := integration.ActionKey(r.Of)
		settled := slices.ContainsFunc(changes, func(c Change) bool { return c.Key == key && c.State.Settled() })
		return l.queue.entries[key] != nil && (r.Optional || !settled)
	})
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
