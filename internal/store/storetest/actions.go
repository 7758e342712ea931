package storetest

import (
	"errors"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
)

// Each kind of unfinished row makes a lane ready, and nothing else does.
func (e *exam) readinessIsDerived() {
	t := e.T
	ctx := t.Context()
	for i := range 5 { // idle neighbours on both sides
		e.connect("aaa", numbered("m", i))
		e.connect("zzz", numbered("m", i))
	}
	idle := func(when string) {
		t.Helper()
		if got := e.claim("x"); len(got) != 0 {
			t.Errorf("%s: claimed %v", when, got)
		}
	}
	idle("empty")
	e.must(e.s.Enqueue(ctx, "acme", e.portal, []integration.Action{{Key: "own", Do: crm.Sync{}, Urgency: integration.UrgentSync}}))
	l := e.lease("a")
	idle("leased")
	_, err := e.s.Begin(ctx, l, []integration.ActionKey{"own"}, e.Now(), e.Now().Add(time.Second), budget)
	e.must(err)
	e.Advance(ttl + time.Second)
	l = e.lease("b") // the process that was sending is gone
	left, err := e.s.Unfinished(ctx, l, 9)
	if err != nil || len(left) != 1 || left[0].State != lane.StateSending || left[0].Session != "" || left[0].Event != "" {
		t.Errorf("left: %+v, %v", left, err)
	}
	for _, state := range []lane.ActionState{lane.StateDoubt, lane.StatePlanned} {
		e.must(e.s.Settle(ctx, l, []lane.Change{{Key: "own", State: state, DueAt: e.Now().Add(time.Minute), At: e.Now()}}))
		e.must(e.s.Release(ctx, l))
		idle(string(state) + " and not due")
		e.Advance(time.Minute)
		l = e.lease("c")
	}
	e.must(e.s.Settle(ctx, l, []lane.Change{{Key: "own", State: lane.StateFailed, At: e.Now()}}))
	e.must(e.s.Release(ctx, l))
	e.Advance(time.Hour)
	idle("settled")
	ids := e.save(e.delivery("k", "s"))
	l = e.lease("d")
	own := []integration.Event{e.event("own-event", "s"), e.event("own-event", "s"), e.event("k", "s")}
	for _, want := range []int{1, 0} { // one is repeated, and one came from outside before
		if added, err := e.s.Append(ctx, l, own); err != nil || added != want {
			t.Errorf("appended %d, %v, want %d", added, err, want)
		}
	}
	pending, err := e.s.Pending(ctx, l, "", 9)
	if err != nil || len(pending) != 2 {
		t.Fatalf("pending: %v, %v", pending, err)
	}
	d := e.planned("s", append(ids, pending[1].ID))
	d.Deadline = e.Now().Add(time.Minute)
	e.record(l, d)
	e.must(e.s.Release(ctx, l))
	idle("decided")
	e.Advance(time.Minute)
	l = e.lease("e")
	if due, next, err := e.s.Overdue(ctx, l, e.Now(), 9); err != nil || len(due) != 1 || !next.IsZero() {
		t.Errorf("overdue: %v, then %v, %v", due, next, err)
	}
	d.Plan.Memory.Closed = true
	e.record(l, d)
	e.must(e.s.Release(ctx, l))
	idle("closed")
}

// An action is planned once and sent by one; what is settled stays.
func (e *exam) actionsAreDoneOnce() {
	t := e.T
	ctx := t.Context()
	ids := e.save(e.delivery("k1", "s1"), e.delivery("k2", "s2"))
	l := e.lease("a")
	e.record(l, e.planned("s1", ids[:1], "x", "y", "x"))
	if added := e.record(l, e.planned("s2", ids[1:], "y", "z")); !cmp.Equal(keys(added), []integration.ActionKey{"z"}) {
		t.Errorf("added %v, want z", keys(added))
	}
	begin := func(keys ...integration.ActionKey) error {
		_, err := e.s.Begin(ctx, l, keys, e.Now(), e.Now(), budget)
		return err
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range 6 {
		wg.Go(func() {
			err := begin("x", "y")
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, store.ErrConflict) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d may send the same actions, want 1", won)
	}
	if err := begin("z", "nothing"); !errors.Is(err, store.ErrConflict) {
		t.Errorf("begin what is not there: %v", err)
	}
	status, err := e.s.LaneStatus(ctx, "acme", e.portal)
	if err != nil || !status.BusyUntil.Equal(e.Now().Add(time.Second/2)) || status.Owner != "a" || status.Unfinished != 3 {
		t.Errorf("a refused Begin was charged: %+v, %v", status, err)
	}
	e.must(e.s.Settle(ctx, l, []lane.Change{{Key: "x", State: lane.StateDone, Result: []byte(`{"id":1}`), At: e.Now()}}))
	e.must(e.s.Settle(ctx, l, []lane.Change{{Key: "x", State: lane.StatePlanned, At: e.Now()}}))
	if _, states, err := e.s.Answers(ctx, l, []integration.ActionKey{"x"}); err != nil || states["x"] != lane.StateDone {
		t.Errorf("a settled action came back: %v, %v", states, err)
	}
	if err := begin("x"); !errors.Is(err, store.ErrConflict) {
		t.Errorf("begin what is done: %v", err)
	}
	e.must(e.s.Settle(ctx, l, []lane.Change{{Key: "y", State: lane.StateDoubt, At: e.Now()}}))
	e.must(begin("y"))
	if left, err := e.s.Unfinished(ctx, l, 1); err != nil || len(left) != 1 || left[0].Attempts != 1 {
		t.Errorf("left: %+v, %v", left, err)
	}
}

// An action that cannot be read is buried and does not stop its lane.
func (e *exam) unreadableActionsAreBuried() {
	t := e.T
	ids := e.save(e.delivery("k1", "s1"))
	l := e.lease("a")
	e.record(l, e.planned("s1", ids, "good", "bad"))
	if _, err := Raw(t, e.s).ExecContext(t.Context(), "UPDATE actions SET command = 'from the future' WHERE action_key = 'bad'"); err != nil {
		t.Fatal(err)
	}
	left, err := e.s.Unfinished(t.Context(), l, 9)
	if err != nil || len(left) != 1 || left[0].Action.Key != "good" {
		t.Errorf("left: %+v, %v", left, err)
	}
	dead, _, err := e.s.DeadLetters(t.Context(), "acme", "", "", 9)
	if err != nil || len(dead) != 1 || dead[0].Command != "from the future" || dead[0].Entry.Action.Do != nil {
		t.Errorf("dead: %+v, %v", dead, err)
	}
}

// Many lanes of one database at work at once lose nothing.
func (e *exam) lanesWorkTogether() {
	t := e.T
	const portals, each = 4, 25
	var wg sync.WaitGroup
	for i := range portals {
		worker := *e
		worker.portal = e.connect("acme", numbered("m", i))
		worker.save(worker.delivery("first", "first"))
		l := worker.lease("a")
		wg.Go(func() {
			for j := range each {
				d := worker.delivery(numbered("k", j), integration.SessionID(numbered("s", j)))
				d.Portals = []integration.PortalID{l.Portal}
				if err := e.s.SaveDeliveries(t.Context(), []integration.Delivery{d}); err != nil {
					t.Error(err)
				}
				added, err := e.s.Record(t.Context(), l, []lane.Decided{e.planned(d.Event.Session, []integration.EventID{d.Event.ID}, integration.ActionKey(d.Event.Key))})
				if err != nil || len(added) != 1 {
					t.Errorf("record: %v, %v", added, err)
				}
				if err := e.s.Enqueue(t.Context(), "acme", l.Portal, []integration.Action{{Key: integration.ActionKey(numbered("own", j)), Do: crm.Sync{}}}); err != nil {
					t.Error(err)
				}
			}
			left, err := e.s.Unfinished(t.Context(), l, 1000)
			if err != nil || len(left) != 2*each {
				t.Errorf("%d unfinished, %v, want %d", len(left), err, 2*each)
			}
			for k := 1; k < len(left); k++ {
				if left[k].Seq <= left[k-1].Seq {
					t.Errorf("seq %d after %d", left[k].Seq, left[k-1].Seq)
				}
			}
		})
	}
	wg.Wait()
}
