package lane

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

const (
	// rereadReach is how long ago a call that is reread may have begun.
	rereadReach = 72 * time.Hour
	// rereadTries is how often the platform is asked after a call that it does not know yet.
	rereadTries = 6
	// pageOfCalls is how many calls are read at a time; sweepPages bounds one sweep.
	pageOfCalls = 200
	sweepPages  = 50
	// importPause leaves the lane room between the pages of an import.
	importPause = time.Second
)

// rereadCalls reads ended calls whole: what the platform knows of them by now is the truth (contract uis §8).
func (l *Lane) rereadCalls(ctx context.Context, entries []Entry) ran {
	p, without := l.platform(ctx, entries, 0)
	if without != nil {
		return *without
	}
	now := l.cfg.Now()
	q := centre.Query{From: now.Add(-rereadReach), Till: now.Add(time.Minute), Limit: len(entries)}
	for i := range entries {
		if do, ok := entries[i].Action.Do.(centre.Reread); ok {
			q.Sessions = append(q.Sessions, do.Session)
		}
	}
	reports, _, failed := p.Calls(ctx, q)
	if failed != nil {
		return refused(entries, failed)
	}
	r := ran{events: l.reports(reports)}
	for i := range entries {
		e := &entries[i]
		known := slices.ContainsFunc(reports, func(ev integration.Event) bool { return ev.Session == e.Session })
		s := stepped{key: e.Action.Key}
		switch {
		case known:
		case e.Attempts+1 >= rereadTries:
			s.err = &crm.Error{Kind: crm.Skipped, Method: e.Action.Do.Name(), Text: "the platform does not know this call"}
		default:
			s.err = &crm.Error{Kind: crm.Unavailable, Method: e.Action.Do.Name(), Text: "the platform does not know this call yet", Wait: l.cfg.RereadAfter}
		}
		r.steps = append(r.steps, s)
	}
	return r
}

// reports makes what the platform answered events of this lane's inbox.
func (l *Lane) reports(read []integration.Event) []integration.Event {
	now := l.cfg.Now()
	for i := range read {
		read[i].ID, read[i].Received = newEventID(), now
	}
	return read
}

// sweepCalls reads the calls that ended lately, so that one whose every notification was lost still reaches the CRM. It looks
// back beyond its last time, because calls appear at the platform late; a report that is known already changes nothing.
func (l *Lane) sweepCalls(ctx context.Context, entries []Entry) ran {
	p, without := l.platform(ctx, entries, l.cfg.SyncEvery)
	if without != nil {
		return *without
	}
	return l.sweep(ctx, &entries[0], sweeping{read: p.Calls, fresh: l.unheard, overlap: l.cfg.SweepOverlap, every: l.cfg.SweepEvery})
}

// unheard keeps of a page the calls that are over for long enough to be known whole, and counts those that nothing was
// ever heard of.
func (l *Lane) unheard(ctx context.Context, page []integration.Event, now time.Time) (fresh []integration.Event, unheard int, err *crm.Error) {
	states, err := l.heard(ctx, page)
	if err != nil {
		return nil, 0, err
	}
	for i := range page {
		heard := states[page[i].Session].Events
		if now.Sub(page[i].At) < l.cfg.RereadAfter || slices.ContainsFunc(heard, reported) {
			continue // the next sweep reads it again, or it was read before
		}
		if len(heard) == 0 {
			unheard++
		}
		fresh = append(fresh, page[i])
	}
	return fresh, unheard, nil
}

func reported(e integration.Event) bool { return e.Kind == integration.CallReport }

func sessionsOf(events []integration.Event) []integration.SessionID {
	ids := make([]integration.SessionID, len(events))
	for i := range events {
		ids[i] = events[i].Session
	}
	return ids
}

// importCalls reads one page of a chosen range of the past and goes on with the next; a call that is known already is left
// as it is. Where it stands is stored after each page.
func (l *Lane) importCalls(ctx context.Context, entries []Entry) ran {
	do, ok := entries[0].Action.Do.(centre.Import)
	p, without := l.platform(ctx, entries, 0)
	switch {
	case !ok:
		return refused(entries, &crm.Error{Kind: crm.Invalid, Method: do.Name(), Text: "no range to import"})
	case without != nil:
		return *without
	}
	at := progress[centre.Imported](&entries[0])
	page, total, failed := p.Calls(ctx, centre.Query{From: do.From, Till: do.Till, Offset: at.Done, Limit: pageOfCalls})
	if failed != nil {
		return refused(entries, failed)
	}
	states, err := l.cfg.Store.Sessions(ctx, l.lease, sessionsOf(page))
	if err != nil {
		return refused(entries, &crm.Error{Kind: crm.Unavailable, Method: "sessions", Text: err.Error()})
	}
	var fresh []integration.Event
	for i := range page {
		if len(states[page[i].Session].Events) > 0 {
			continue
		}
		page[i].Report.Imported = true
		fresh = append(fresh, page[i])
	}
	at.Done, at.Total = min(at.Done+pageOfCalls, total), total
	s := stepped{key: entries[0].Action.Key, result: at, again: importPause}
	if at.Done >= total {
		s.again = 0
	}
	return ran{events: l.reports(fresh), steps: []stepped{s}}
}

// progress reads where an errand stands; the beginning when it has not run yet.
func progress[T any](e *Entry) T {
	var p T
	if len(e.Result) > 0 && json.Unmarshal(e.Result, &p) != nil {
		var none T
		return none
	}
	return p
}
