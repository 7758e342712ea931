package lane

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// choosy is a portal that refuses to tell of leads, and of nothing else.
type choosy struct{ crm.Portal }

func (choosy) Perform(_ context.Context, chains [][]crm.Call, _ crm.Answers) []crm.Outcome {
	outcomes := make([]crm.Outcome, len(chains))
	for i, c := range chains {
		switch do := c[0].Do.(type) {
		case crm.List:
			outcomes[i].Result = crm.Listed{Entities: []crm.Entity{{Kind: do.Kind, ID: do.After + 1}}, More: do.After == 0}
			outcomes[i].Err = refusedLead(do.Kind)
		case crm.Read:
			outcomes[i].Result = crm.Entity{Kind: do.Kind, ID: do.ID}
			outcomes[i].Err = refusedLead(do.Kind)
		}
		if outcomes[i].Err != nil {
			outcomes[i].Result = nil
		}
	}
	return outcomes
}

func refusedLead(k crm.Kind) *crm.Error {
	if k != crm.Lead {
		return nil
	}
	return &crm.Error{Kind: crm.Invalid, Method: "crm.item.list", Code: "ACCESS_DENIED", Text: "Access denied."}
}

// noted remembers what the index was told.
type noted struct {
	Store

	known []integration.Record
	gone  []integration.Record
}

func (n *noted) Learn(_ context.Context, _ Lease, known []Known, gone []integration.Record) error {
	for i := range known {
		n.known = append(n.known, integration.Record{Kind: known[i].Entity.Kind, ID: known[i].Entity.ID})
	}
	n.gone = append(n.gone, gone...)
	return nil
}

func (n *noted) Sessions(context.Context, Lease, []integration.SessionID) (map[integration.SessionID]SessionState, error) {
	return nil, nil
}

func indexing(s Store) *Lane {
	return newLane(Config{Store: s, Log: slog.New(slog.DiscardHandler), Now: time.Now}.withDefaults(), Lease{})
}

// T-2: a portal that keeps one kind of record from us is indexed without it.
func TestIndexOfAPortalThatRefusesAKind(t *testing.T) {
	t.Parallel()
	n := &noted{}
	l := indexing(n)
	l.portal = choosy{}
	at := crm.Indexed{After: map[crm.Kind]int64{}, Ended: map[crm.Kind]bool{}}
	for range 2 {
		if err := l.indexPage(t.Context(), integration.Unset(), &at); err != nil {
			t.Fatal(err)
		}
	}
	if len(at.Ended) != len(indexed) || len(n.known) != 6 {
		t.Errorf("ended %v, known %v", at.Ended, n.known)
	}
}

// T-2: a changed record that we may not read is forgotten, and holds up none of the others.
func TestRefreshOfARecordThatIsRefused(t *testing.T) {
	t.Parallel()
	n := &noted{}
	l := indexing(n)
	l.portal = choosy{}
	lead, contact := integration.Record{Kind: crm.Lead, ID: 1}, integration.Record{Kind: crm.Contact, ID: 2}
	if err := l.refresh(t.Context(), integration.Unset(), []integration.Record{lead, contact}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(n.gone, []integration.Record{lead}) || !slices.Equal(n.known, []integration.Record{contact}) {
		t.Errorf("known %v, gone %v", n.known, n.gone)
	}
}

// calls is what a lane asks of a platform.
type calls interface{ Platform }

// busy is a platform with a call each second, for very long.
type busy struct {
	calls

	from time.Time
	all  int
}

// Platform is the tenant's.
func (b busy) Platform(context.Context, integration.TenantID) (Platform, error) { return b, nil }

func (b busy) Calls(_ context.Context, q centre.Query) ([]integration.Event, int, *crm.Error) {
	var page []integration.Event
	for i := q.Offset; i < min(q.Offset+q.Limit, b.all); i++ {
		at := b.from.Add(time.Duration(i) * time.Second)
		page = append(page, integration.Event{At: at, Report: integration.Report{StartedAt: at}})
	}
	return page, b.all, nil
}

// after a long outage a sweep that cannot take all calls is gone on with where it stopped.
func TestSweepGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	l := indexing(&noted{})
	from := time.Now().Add(-24 * time.Hour)
	sweep := Entry{Action: integration.Action{Key: "every/sweep", Do: centre.Sweep{}}}
	for all, want := range map[int]time.Time{
		sweepPages * pageOfCalls:         {}, // until now
		sweepPages*pageOfCalls + 1:       from.Add((sweepPages*pageOfCalls - 1) * time.Second).Add(l.cfg.SweepOverlap),
		2*sweepPages*pageOfCalls + 1_000: from.Add((sweepPages*pageOfCalls - 1) * time.Second).Add(l.cfg.SweepOverlap),
	} {
		l.cfg.Platforms = busy{from: from, all: all}
		r := l.sweepCalls(t.Context(), []Entry{sweep})
		swept, ok := r.steps[0].result.(centre.Swept)
		switch {
		case !ok || len(r.events) != sweepPages*pageOfCalls:
			t.Errorf("%d calls: %d events, %+v", all, len(r.events), r.steps)
		case want.IsZero() && time.Since(swept.Till) > time.Minute, !want.IsZero() && !swept.Till.Equal(want):
			t.Errorf("%d calls: the next sweep begins at %v, want %v", all, swept.Till, want)
		}
	}
}
