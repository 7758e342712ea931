package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
)

// A call's whole way through the lane, as a lane walks it.
func (e *exam) lifeOfACall() {
	t := e.T
	ctx := t.Context()
	if got := e.claim("a"); len(got) != 0 {
		t.Fatalf("claimed without work: %v", got)
	}
	ids := e.save(e.delivery("k1", "s1"), e.delivery("k2", "s1"), e.delivery("k3", "s2"))
	l := e.lease("a")
	events, err := e.s.Pending(ctx, l, "", 10)
	e.must(err)
	want := e.delivery("k1", "s1").Event
	want.ID = ids[0]
	if len(events) != 3 {
		t.Fatalf("pending: %d events, want 3", len(events))
	}
	if diff := cmp.Diff(want, events[0]); diff != "" {
		t.Errorf("the event changed on its way (-want +got):\n%s", diff)
	}
	if rest, err := e.s.Pending(ctx, l, ids[1], 10); err != nil || len(rest) != 1 || rest[0].ID != ids[2] {
		t.Errorf("pending after the second: %v, %v", rest, err)
	}
	d := e.planned("s1", ids[:2], "lead", "call")
	d.Plan.Reasons = []integration.Reason{{}}
	d.Deadline = e.Now().Add(time.Hour)
	added := e.record(l, d, e.planned("s2", ids[2:], "other"))
	if diff := cmp.Diff([]integration.ActionKey{"lead", "call", "other"}, keys(added)); diff != "" {
		t.Errorf("added (-want +got):\n%s", diff)
	}
	if again := e.record(l, d); len(again) != 0 {
		t.Errorf("recording again added %v", keys(again))
	}
	events, memory, err := e.s.Session(ctx, l, "s1")
	e.must(err)
	if diff := cmp.Diff(d.Plan.Memory, memory); diff != "" || len(events) != 2 {
		t.Errorf("session: %d events, memory (-want +got):\n%s", len(events), diff)
	}
	unfinished, err := e.s.Unfinished(ctx, l, 10)
	e.must(err)
	if diff := cmp.Diff(added, unfinished); diff != "" {
		t.Errorf("unfinished (-added +unfinished):\n%s", diff)
	}
	if got := added[0]; got.Seq >= added[1].Seq || got.Event != ids[1] || got.Session != "s1" || got.State != lane.StatePlanned {
		t.Errorf("entry: %+v", got)
	}
	e.sendAndSettle(l)
	if pending, err := e.s.Pending(ctx, l, "", 10); err != nil || len(pending) != 0 {
		t.Errorf("still pending: %v, %v", pending, err)
	}
	e.must(e.s.Release(ctx, l))
	e.Advance(30 * time.Minute)
	if got := e.claim("b"); len(got) != 0 {
		t.Errorf("claimed with nothing due: %v", got)
	}
	e.Advance(30 * time.Minute)
	l = e.lease("b")
	due, _, err := e.s.Overdue(ctx, l, e.Now(), 10)
	e.must(err)
	if diff := cmp.Diff([]lane.Overdue{{Session: "s1", At: e.Now()}}, due); diff != "" {
		t.Errorf("overdue (-want +got):\n%s", diff)
	}
}

// sendAndSettle sends all three actions of the call: one is done, one refused, one doubtful and then done.
func (e *exam) sendAndSettle(l lane.Lease) {
	e.Helper()
	ctx := e.Context()
	keys := []integration.ActionKey{"lead", "call", "other"}
	wait, err := e.s.Begin(ctx, l, keys, e.Now(), e.Now().Add(time.Second), budget)
	if err != nil || wait != 0 {
		e.Fatalf("begin: %v, %v", wait, err)
	}
	sending, err := e.s.Unfinished(ctx, l, 10)
	e.must(err)
	for _, s := range sending {
		if s.State != lane.StateSending || s.Attempts != 1 || !s.FirstSent.Equal(e.Now()) || !s.SendBy.Equal(e.Now().Add(time.Second)) {
			e.Errorf("sending: %+v", s)
		}
	}
	refused := &crm.Error{Kind: crm.Invalid, Method: "crm.item.add", Code: "WRONG", Text: "нет\x00", Wait: time.Second}
	e.must(e.s.Settle(ctx, l, []lane.Change{
		{Key: "lead", State: lane.StateDone, Attempts: 1, Result: []byte(`{"id":7}`), At: e.Now()},
		{Key: "call", State: lane.StateDead, Attempts: 1, Err: refused, At: e.Now()},
		{Key: "other", State: lane.StateDoubt, Attempts: 1, DueAt: e.Now().Add(time.Minute), At: e.Now()},
	}))
	left, err := e.s.Unfinished(ctx, l, 10)
	e.must(err)
	if len(left) != 1 || left[0].State != lane.StateDoubt || !left[0].DueAt.Equal(e.Now().Add(time.Minute)) {
		e.Errorf("left: %+v", left)
	}
	e.must(e.s.Settle(ctx, l, []lane.Change{{Key: "other", State: lane.StateDone, Attempts: 1, At: e.Now()}}))
	answers, states, err := e.s.Answers(ctx, l, append(keys, "unknown"))
	e.must(err)
	if diff := cmp.Diff(crm.Answers{"lead": []byte(`{"id":7}`)}, answers); diff != "" {
		e.Errorf("answers (-want +got):\n%s", diff)
	}
	wantStates := map[integration.ActionKey]lane.ActionState{"lead": lane.StateDone, "call": lane.StateDead, "other": lane.StateDone}
	if diff := cmp.Diff(wantStates, states); diff != "" {
		e.Errorf("states (-want +got):\n%s", diff)
	}
	history, err := e.s.History(ctx, l, "+79001112233", []string{"create"}, time.Time{}, 2)
	e.must(err)
	if len(history) != 2 || history[0].Action.Key != "other" {
		e.Fatalf("history: %v", history)
	}
	if diff := cmp.Diff(refused, history[1].Err); diff != "" {
		e.Errorf("the refusal changed (-want +got):\n%s", diff)
	}
	if later, err := e.s.History(ctx, l, "+79001112233", []string{"create"}, e.Now().Add(time.Microsecond), 9); err != nil || len(later) != 0 {
		e.Errorf("history since later: %v, %v", later, err)
	}
}

// An old lease writes nothing, whatever it tries.
func (e *exam) oldLeasesAreRefused() {
	t := e.T
	ctx := t.Context()
	ids := e.save(e.delivery("k1", "s1"))
	old := e.lease("a")
	e.Advance(ttl + time.Second)
	newest := e.lease("b")
	if newest.Fence <= old.Fence {
		t.Errorf("the fence did not grow: %d, %d", old.Fence, newest.Fence)
	}
	before := Dump(t, e.s)
	released := newest
	released.Owner = ""
	for _, l := range []lane.Lease{old, released, {Tenant: "stranger", Portal: e.portal, Owner: newest.Owner, Fence: newest.Fence}} {
		for name, write := range fencedWrites(e, ids) {
			if err := write(ctx, l); !errors.Is(err, lane.ErrLost) {
				t.Errorf("%s with lease %+v: %v, want ErrLost", name, l, err)
			}
		}
	}
	if diff := cmp.Diff(before, Dump(t, e.s)); diff != "" {
		t.Errorf("an old lease wrote (-before +after):\n%s", diff)
	}
	for name, write := range fencedWrites(e, ids) {
		if name != "Release" {
			e.must(write(ctx, newest))
		}
	}
	e.must(e.s.Release(ctx, newest))
	if err := e.s.Renew(ctx, newest, e.Now(), ttl); !errors.Is(err, lane.ErrLost) {
		t.Errorf("renew after release: %v", err)
	}
}

// fencedWrites are all methods of lane.Store that write under a lease.
func fencedWrites(e *exam, ids []integration.EventID) map[string]func(context.Context, lane.Lease) error {
	return map[string]func(context.Context, lane.Lease) error{
		"Renew":   func(ctx context.Context, l lane.Lease) error { return e.s.Renew(ctx, l, e.Now(), ttl) },
		"Release": func(ctx context.Context, l lane.Lease) error { return e.s.Release(ctx, l) },
		"Record": func(ctx context.Context, l lane.Lease) error {
			d := e.planned("s1", ids, "a")
			d.Identities = []integration.CustomerKey{"+79001112233"}
			_, err := e.s.Record(ctx, l, []lane.Decided{d})
			return err
		},
		"Begin": func(ctx context.Context, l lane.Lease) error {
			_, err := e.s.Begin(ctx, l, nil, e.Now(), e.Now(), budget)
			return err
		},
		"Settle": func(ctx context.Context, l lane.Lease) error {
			return e.s.Settle(ctx, l, []lane.Change{{Key: "none", State: lane.StateDone, At: e.Now()}})
		},
		"Pause": func(ctx context.Context, l lane.Lease) error { return e.s.Pause(ctx, l, e.Now(), "why") },
		"Suspend": func(ctx context.Context, l lane.Lease) error {
			return e.s.Suspend(ctx, l, integration.PortalOK, "", e.Now())
		},
		"SaveDirectory": func(ctx context.Context, l lane.Lease) error { return e.s.SaveDirectory(ctx, l, crm.Directory{}) },
		"Append": func(ctx context.Context, l lane.Lease) error {
			_, err := e.s.Append(ctx, l, []integration.Event{e.event("own", "s1")})
			return err
		},
		"SaveCentre": func(ctx context.Context, l lane.Lease) error { return e.s.SaveCentre(ctx, l, centre.Directory{}) },
		"Learn": func(ctx context.Context, l lane.Lease) error {
			return e.s.Learn(ctx, l, []lane.Known{known(e.Now(), crm.Contact, 5, "+79005556677")}, []integration.Record{{Kind: crm.Contact, ID: 1}})
		},
	}
}

// Of many who claim at once, each lane goes to one.
func (e *exam) lanesGoToOne() {
	t := e.T
	const portals, owners = 12, 6
	for i := range portals {
		e.portal = e.connect("acme", numbered("m", i))
		e.save(e.delivery("k", "s"))
	}
	var mu sync.Mutex
	got := map[integration.PortalID]int{}
	var wg sync.WaitGroup
	for i := range owners {
		wg.Go(func() {
			for range 4 {
				leases, err := e.s.Claim(t.Context(), numbered("o", i), e.Now(), ttl, 3)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				for _, l := range leases {
					got[l.Portal]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(got) != portals {
		t.Errorf("%d of %d lanes were claimed", len(got), portals)
	}
	for p, n := range got {
		if n != 1 {
			t.Errorf("lane %s went to %d", p, n)
		}
	}
}

// The bucket is never over-granted, and forgets at its rate.
func (e *exam) bucketIsNeverOverGranted() {
	t := e.T
	e.save(e.delivery("k", "s"))
	l := e.lease("a")
	small := lane.Budget{PerSecond: 2, Burst: 5}
	var granted atomic.Int64
	take := func(n int) {
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				begin := func() (time.Duration, error) { return e.s.Begin(t.Context(), l, nil, e.Now(), e.Now(), small) }
				if n%2 == 1 {
					begin = func() (time.Duration, error) { return e.s.Charge(t.Context(), l.Tenant, l.Portal, e.Now(), small) }
				}
				wait, err := begin()
				if err != nil {
					t.Error(err)
				}
				if wait == 0 {
					granted.Add(1)
				}
			})
		}
		wg.Wait()
	}
	for i, step := range []struct {
		after time.Duration
		n     int
		want  int64
	}{{0, 20, 5}, {0, 3, 0}, {400 * time.Millisecond, 3, 0}, {100 * time.Millisecond, 4, 1}, {time.Second, 9, 2}, {time.Hour, 20, 5}} {
		e.Advance(step.after)
		granted.Store(0)
		take(step.n)
		if got := granted.Load(); got != step.want {
			t.Errorf("step %d: %d granted, want %d", i, got, step.want)
		}
	}
	if wait, err := e.s.Begin(t.Context(), l, nil, e.Now(), e.Now(), small); err != nil || wait != 500*time.Millisecond {
		t.Errorf("wait = %v, %v, want 500ms", wait, err)
	}
	e.must(e.s.Pause(t.Context(), l, e.Now().Add(time.Hour), "limit"))
	if wait, err := e.s.Begin(t.Context(), l, nil, e.Now(), e.Now(), small); err != nil || wait != time.Hour {
		t.Errorf("paused: wait = %v, %v, want 1h", wait, err)
	}
}
