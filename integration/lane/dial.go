package lane

import (
	"context"
	"errors"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// dialled is the report of a call that the platform was asked to start.
type dialled struct {
	entry   *Entry
	session integration.SessionID
	err     *crm.Error
	looked  bool // it was looked for, not started
}

// lostAnswer is what people are told of a call of which nobody knows whether it was started.
const lostAnswer = "ответ платформы потерян: неизвестно, начат ли звонок; позвоните ещё раз / the platform's answer was lost: call again"

// lookEvery is how often a call of which it is not known whether it was started is looked for.
const lookEvery = 5 * time.Second

// dial has the platform start a call, or looks whether it did. The intent is stored before; nobody is called twice
// for one wish, and nobody so late that they have given up.
func (l *Lane) dial(ctx context.Context, e *Entry) error {
	now := l.cfg.Now()
	do, ok := e.Action.Do.(centre.Dial)
	if !ok {
		return nil
	}
	if e.State != StateDoubt && !e.Action.Until.IsZero() && now.After(e.Action.Until) {
		return l.undialled(ctx, e, &crm.Error{Kind: crm.Skipped, Method: do.Name(), Text: "слишком поздно: звонок не начат вовремя / too late: the call was not started in time"})
	}
	look := e.State == StateDoubt
	if !look {
		c := change(e, StateSending, now)
		c.Attempts, c.SendBy = e.Attempts+1, now.Add(l.cfg.SendWithin)
		if err := l.settle(ctx, []Change{c}); err != nil {
			return err
		}
		l.cfg.Step("dialling")
	}
	l.queue.flying[e.Action.Key] = true
	l.errandsOut++
	since := e.SendBy.Add(-time.Hour)
	go func() {
		report := contained(ctx, l, "dial", func() dialled { return l.call(ctx, e, do, look, since) }, func() dialled {
			return dialled{entry: e, looked: look, err: &crm.Error{Kind: crm.Ambiguous, Method: do.Name(), Text: defectText}}
		})
		l.cfg.Step("dialled")
		l.back <- report
	}()
	return nil
}

func (l *Lane) call(ctx context.Context, e *Entry, do centre.Dial, look bool, since time.Time) dialled {
	d := dialled{entry: e, looked: look}
	if l.cfg.Platforms == nil {
		d.err = &crm.Error{Kind: crm.Denied, Method: do.Name(), Text: ErrNoPlatform.Error()}
		return d
	}
	p, err := l.cfg.Platforms.Platform(ctx, l.lease.Tenant)
	switch {
	case errors.Is(err, ErrNoPlatform):
		d.err = &crm.Error{Kind: crm.Denied, Method: do.Name(), Text: "платформа телефонии не подключена / " + ErrNoPlatform.Error()}
	case err != nil:
		d.err = &crm.Error{Kind: crm.Unavailable, Method: do.Name(), Text: err.Error()}
	case look:
		d.session, d.err = p.Dialled(ctx, do.ExternalID, since)
	default:
		d.session, d.err = p.Dial(ctx, do)
	}
	return d
}

// dialled takes the platform's answer home. The session it names gets an event of ours, so that the call is recognised as
// the portal's own even when no notification says so.
func (l *Lane) dialled(ctx context.Context, d *dialled) error {
	l.errandsOut--
	delete(l.queue.flying, d.entry.Action.Key)
	now, e := l.cfg.Now(), d.entry
	if d.err == nil {
		if err := l.append(ctx, []integration.Event{began(e, d.session, now)}); err != nil {
			return err
		}
		return l.settle(ctx, []Change{done(e, centre.Dialled{Session: string(d.session)}, now)})
	}
	c := change(e, StatePlanned, now)
	c.Err = d.err
	switch {
	case d.looked && d.err.Kind == crm.NotFound:
		believable := e.SendBy.Add(l.cfg.DialSeen)
		switch {
		case !e.Action.Until.IsZero() && now.After(e.Action.Until): // nobody is called a second time on a guess
			d.err.Text = lostAnswer
			return l.undialled(ctx, e, d.err)
		case now.Before(believable):
			c.State, c.DueAt = StateDoubt, now.Add(min(lookEvery, l.cfg.RetryAtMost))
		default:
			c.DueAt = now // it never began
		}
		return l.settle(ctx, []Change{c})
	case d.looked && !e.Action.Until.IsZero() && now.After(e.Action.Until) && now.After(e.SendBy.Add(l.cfg.DialSeen)):
		d.err.Text = lostAnswer // the platform cannot be asked any more: whoever waits must be told (T-8)
		return l.undialled(ctx, e, d.err)
	case d.looked, d.err.Kind == crm.Ambiguous:
		c.State, c.DueAt = StateDoubt, now.Add(max(d.err.Wait, l.backoff(e.Attempts)))
		return l.settle(ctx, []Change{c})
	case d.err.Kind == crm.Limited || d.err.Kind == crm.Unavailable:
		c.DueAt = now.Add(max(d.err.Wait, l.backoff(e.Attempts)))
		if e.Action.Until.IsZero() || c.DueAt.Before(e.Action.Until) {
			return l.settle(ctx, []Change{c})
		}
	default:
	}
	return l.undialled(ctx, e, d.err)
}

// began is the event that a call of our asking has begun at the platform.
func began(e *Entry, session integration.SessionID, now time.Time) integration.Event {
	do, _ := e.Action.Do.(centre.Dial)
	event := ownEvent(integration.CallDialled, session, string(integration.CallDialled)+"|"+string(session), now)
	event.Customer = e.Customer
	event.Report = integration.Report{
		Direction: crm.Outgoing, ClientNumber: do.Client, VirtualNumber: do.CallerID, ExternalID: do.ExternalID,
		Employee: integration.Employee{ID: do.Employee},
	}
	return event
}

// undialled ends a wish to call that came to nothing: the request is decided once more, so that whoever waits is told.
func (l *Lane) undialled(ctx context.Context, e *Entry, why *crm.Error) error {
	now := l.cfg.Now()
	event := ownEvent(integration.DialFailed, e.Session, string(integration.DialFailed)+"|"+string(e.Action.Key), now)
	event.Customer = e.Customer
	event.Report = integration.Report{Status: "OTHER", LostReason: why.Text}
	if err := l.append(ctx, []integration.Event{event}); err != nil {
		return err
	}
	c := change(e, StateFailed, now)
	c.Err = why
	return l.settle(ctx, []Change{c})
}

// wishes reports whether another wish to call this customer is decided in the same turn: it must be in the ledger before the next one is
// decided, or two clicks would start two calls (T-8).
func (l *Lane) wishes(s *session) bool {
	if l.wished[s.customer] {
		l.Wake()
		return true
	}
	l.wished[s.customer] = true
	return false
}

// dialling reports whether a call without an external id may be one that we have just asked for, and not been answered: then it
// waits until it is known.
func (l *Lane) dialling(s *session, call *integration.Call) bool {
	if call.ExternalID != "" || call.Request != nil || call.Direction != crm.Outgoing {
		return false
	}
	for _, e := range l.queue.order {
		if _, dial := e.Action.Do.(centre.Dial); dial && e.Customer == s.customer && e.State == StateSending {
			return true
		}
	}
	return false
}
