package lane

import (
	"context"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// sweeping is a kind of communication that is read again and again.
type sweeping struct {
	// read gives a page of what began in a range, by ascending start.
	read func(ctx context.Context, q centre.Query) (page []integration.Event, total int, err *crm.Error)
	// fresh keeps of a page what is to become events, and counts what nothing was ever heard of.
	fresh          func(ctx context.Context, page []integration.Event, now time.Time) (fresh []integration.Event, unheard int, err *crm.Error)
	overlap, every time.Duration
}

// sweep reads what began since the last time and overlap before. When there is more than one sweep takes, the next one goes on with
// the last communication of this one.
func (l *Lane) sweep(ctx context.Context, e *Entry, s sweeping) ran {
	now := l.cfg.Now()
	last := progress[centre.Swept](e)
	from := last.Till
	if from.IsZero() {
		from = now
	}
	q := centre.Query{From: from.Add(-s.overlap), Till: now, Limit: pageOfCalls}
	r := ran{}
	swept := centre.Swept{Till: now, Found: last.Found}
	for range sweepPages {
		page, total, failed := s.read(ctx, q)
		if failed != nil {
			return refused([]Entry{*e}, failed)
		}
		fresh, unheard, failed := s.fresh(ctx, page, now)
		if failed != nil {
			return refused([]Entry{*e}, failed)
		}
		swept.Found += unheard
		r.events = append(r.events, l.reports(fresh)...)
		if n := len(page); n > 0 {
			swept.Till = page[n-1].Report.StartedAt.Add(s.overlap)
		}
		q.Offset += q.Limit // a page leaves out what nobody can use
		if q.Offset >= total {
			swept.Till = now
			break
		}
	}
	r.steps = []stepped{l.ended(e, swept, s.every)}
	return r
}

// heard gives what is known of the sessions of a page.
func (l *Lane) heard(ctx context.Context, page []integration.Event) (map[integration.SessionID]SessionState, *crm.Error) {
	if len(page) == 0 {
		return nil, nil
	}
	states, err := l.cfg.Store.Sessions(ctx, l.lease, sessionsOf(page))
	if err != nil {
		return nil, &crm.Error{Kind: crm.Unavailable, Method: "sessions", Text: err.Error()}
	}
	return states, nil
}
