package lane

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/simulate"
)

const (
	// pageOfSimulated is how many calls a simulation decides between two notes of its progress.
	pageOfSimulated = 200
	// simulatePause leaves the lane room between them.
	simulatePause = 20 * time.Millisecond
)

// simulateCalls decides a page of past calls by a draft of the settings and goes on with the next (S-2). It reads storage and
// nothing else; where it stands, and what would differ, is stored after each page.
func (l *Lane) simulateCalls(ctx context.Context, entries []Entry) ran {
	e := &entries[0]
	do, ok := e.Action.Do.(integration.Simulation)
	if !ok {
		return refused(entries, &crm.Error{Kind: crm.Invalid, Method: do.Name(), Text: "no calls to simulate"})
	}
	settings, err := l.drafted(ctx, do)
	if err != nil {
		return refused(entries, &crm.Error{Kind: crm.Invalid, Method: do.Name(), Text: err.Error()})
	}
	at, more, err := l.simulatePage(ctx, do, settings, progress[simulate.Many](e))
	if err != nil {
		return refused(entries, &crm.Error{Kind: crm.Unavailable, Method: do.Name(), Text: err.Error()})
	}
	s := stepped{key: e.Action.Key, result: at}
	if more {
		s.again = simulatePause
	}
	return ran{steps: []stepped{s}}
}

// drafted are the settings that a simulation decides by.
func (l *Lane) drafted(ctx context.Context, do integration.Simulation) (*integration.Settings, error) {
	if len(do.Settings) == 0 {
		return l.newestSettings(ctx)
	}
	s := integration.Defaults()
	if err := json.Unmarshal(do.Settings, &s); err != nil {
		return nil, fmt.Errorf("read the draft: %w", err)
	}
	if err := s.Compile(1); err != nil {
		return nil, fmt.Errorf("compile the draft: %w", err)
	}
	return &s, nil
}

// simulatePage decides the next calls; more is false at the end.
func (l *Lane) simulatePage(
	ctx context.Context, do integration.Simulation, s *integration.Settings, at simulate.Many,
) (simulate.Many, bool, error) {
	calls, left, err := l.cfg.Store.Lived(ctx, l.lease, LivedQuery{
		From: do.From, Till: do.Till, After: at.After, Limit: min(pageOfSimulated, do.Last-at.Done),
	})
	if err != nil {
		return at, false, err
	}
	var names simulate.Names
	if names.Portal, err = l.cfg.Store.Directory(ctx, l.lease); err != nil {
		return at, false, err
	}
	platform, err := l.cfg.Store.Centre(ctx, l.lease)
	if err != nil {
		return at, false, err
	}
	names.Centre = &platform
	at.Total = min(do.Last, at.Done+left)
	for i := range calls {
		writes, err := l.writesAround(ctx, &calls[i], s)
		if err != nil {
			return at, false, err
		}
		at = at.Add(&calls[i], s, names, writes, l.cfg.Now())
	}
	return at, len(calls) > 0 && at.Done < at.Total, nil
}

// writesAround are our own changes of a customer's records, where the draft looks at them (T-1).
func (l *Lane) writesAround(
	ctx context.Context, call *simulate.Lived, s *integration.Settings,
) (map[integration.Record][]integration.Write, error) {
	if !s.Telephony.Other.On || len(call.Events) == 0 {
		return nil, nil
	}
	written, err := l.cfg.Store.History(ctx, l.lease, call.Customer, simulate.Owned(), call.Events[0].At.Add(-time.Hour), 200)
	return writesOf(written), err
}
