package storetest

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
)

func (e *exam) schedule(key integration.ActionKey, after time.Time, do crm.Command) {
	e.Helper()
	a := integration.Action{Key: key, Urgency: integration.UrgentSync, Do: do, After: after}
	e.must(e.s.Schedule(e.Context(), e.tenant, e.portal, []integration.Action{a, a}))
}

// errands are stored, begin anew when they are settled, and come no later than asked.
func (e *exam) errandsAreScheduled() {
	t := e.T
	ctx := t.Context()
	job := func(key integration.ActionKey) lane.Entry {
		t.Helper()
		jobs, err := e.s.Jobs(ctx, "acme", e.portal)
		e.must(err)
		i := slices.IndexFunc(jobs, func(j store.JournalAction) bool { return j.Entry.Action.Key == key })
		if i < 0 {
			t.Fatalf("no job %q: %+v", key, jobs)
		}
		return jobs[i].Entry
	}
	wantJob := func(when string, key integration.ActionKey, state lane.ActionState, due time.Time, result string) {
		t.Helper()
		if j := job(key); j.State != state || !j.DueAt.Equal(due) || string(j.Result) != result {
			t.Errorf("%s: %s %v %s, want %s %v %s", when, j.State, j.DueAt, j.Result, state, due, result)
		}
	}
	march := centre.Import{From: e.Now().AddDate(0, -8, 0), Till: e.Now()}
	e.schedule("import/1", time.Time{}, march)
	e.schedule("every/sweep", e.Now().Add(time.Hour), centre.Sweep{})
	wantJob("new", "import/1", lane.StatePlanned, e.Now(), "")
	wantJob("for later", "every/sweep", lane.StatePlanned, e.Now().Add(time.Hour), "")
	if diff := cmp.Diff(crm.Command(march), job("import/1").Action.Do); diff != "" {
		t.Errorf("the errand changed (-want +got):\n%s", diff)
	}
	e.schedule("every/sweep", e.Now().Add(2*time.Hour), centre.Sweep{})
	wantJob("no later than asked", "every/sweep", lane.StatePlanned, e.Now().Add(time.Hour), "")
	e.schedule("every/sweep", e.Now().Add(time.Minute), centre.Sweep{})
	wantJob("sooner", "every/sweep", lane.StatePlanned, e.Now().Add(time.Minute), "")

	l := e.lease("a")
	begin := func(key integration.ActionKey) {
		t.Helper()
		_, err := e.s.Begin(ctx, l, []integration.ActionKey{key}, e.Now(), e.Now(), budget)
		e.must(err)
	}
	settle := func(key integration.ActionKey, state lane.ActionState, due time.Time, result string) {
		t.Helper()
		e.must(e.s.Settle(ctx, l, []lane.Change{{Key: key, State: state, Attempts: 1, DueAt: due, Result: []byte(result), At: e.Now()}}))
	}
	begin("every/sweep")
	settle("every/sweep", lane.StatePlanned, e.Now().Add(5*time.Minute), `{"found":1}`)
	wantJob("planned again", "every/sweep", lane.StatePlanned, e.Now().Add(5*time.Minute), `{"found":1}`)
	begin("every/sweep")
	e.schedule("every/sweep", time.Time{}, centre.Sweep{})
	wantJob("asked while it runs", "every/sweep", lane.StateSending, e.Now().Add(5*time.Minute), `{"found":1}`)
	settle("every/sweep", lane.StatePlanned, e.Now().Add(5*time.Minute), `{"found":2}`)
	wantJob("runs again at once", "every/sweep", lane.StatePlanned, e.Now(), `{"found":2}`)
	settle("import/1", lane.StateDone, time.Time{}, `{"done":9}`)
	wantJob("done", "import/1", lane.StateDone, time.Time{}, `{"done":9}`)
	e.Advance(time.Second)
	e.schedule("import/1", time.Time{}, march)
	wantJob("anew", "import/1", lane.StatePlanned, e.Now(), "")
	if j := job("import/1"); j.Attempts != 0 || !j.FirstSent.IsZero() {
		t.Errorf("anew: %+v", j)
	}
	e.schedule("newest", time.Time{}, crm.Sync{})
	if jobs, err := e.s.Jobs(ctx, "acme", e.portal); err != nil || jobs[0].Entry.Action.Key != "newest" || len(jobs) != 3 {
		t.Errorf("jobs: %+v, %v", jobs, err)
	}
	if err := e.s.Schedule(ctx, "acme", "nothing", []integration.Action{{Key: "x", Do: crm.Sync{}}}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an errand of no portal: %v", err)
	}
}

// Action.After is when an action that a decision planned may run first.
func (e *exam) actionsWaitForTheirMoment() {
	t := e.T
	ids := e.save(e.delivery("k", "s"))
	l := e.lease("a")
	d := e.planned("s", ids, "now", "later")
	d.Plan.Actions[0].After = e.Now().Add(-time.Hour)
	d.Plan.Actions[1].After = e.Now().Add(time.Hour)
	added := e.record(l, d)
	if !added[0].DueAt.Equal(e.Now()) || !added[1].DueAt.Equal(e.Now().Add(time.Hour)) {
		t.Errorf("due at %v and %v", added[0].DueAt, added[1].DueAt)
	}
	e.must(e.s.Settle(t.Context(), l, []lane.Change{{Key: "now", State: lane.StateDone, At: e.Now()}}))
	e.must(e.s.Release(t.Context(), l))
	if got := e.claim("b"); len(got) != 0 {
		t.Errorf("claimed before its moment: %v", got)
	}
	e.Advance(time.Hour)
	e.lease("b")
}

// A portal is busy with what is due and under way, not with what comes by itself or later.
func (e *exam) busyIsWhatIsDue() {
	t := e.T
	ctx := t.Context()
	want := func(when string, want bool) {
		t.Helper()
		for _, now := range []time.Time{e.Now(), {}} {
			if got, err := e.s.Busy(ctx, "acme", e.portal, now); err != nil || got != want {
				t.Errorf("%s: busy %v, %v", when, got, err)
			}
		}
	}
	want("empty", false)
	ids := e.save(e.delivery("k", "s"))
	want("an undecided event", true)
	l := e.lease("a")
	d := e.planned("s", ids, "later")
	d.Plan.Actions[0].After = e.Now().Add(time.Minute)
	e.record(l, d)
	want("planned for later", false)
	e.schedule("every/sync", time.Time{}, crm.Sync{})
	want("a periodic errand that is due", false)
	settle := func(key integration.ActionKey, state lane.ActionState, attempts int) {
		t.Helper()
		e.must(e.s.Settle(ctx, l, []lane.Change{{Key: key, State: state, Attempts: attempts, DueAt: e.Now().Add(time.Minute), At: e.Now()}}))
	}
	_, err := e.s.Begin(ctx, l, []integration.ActionKey{"every/sync"}, e.Now(), e.Now(), budget)
	e.must(err)
	want("a periodic errand that runs", true)
	settle("every/sync", lane.StatePlanned, 3)
	want("a periodic errand that failed", false)
	settle("later", lane.StateDoubt, 1)
	want("a doubt", true)
	settle("later", lane.StatePlanned, 1)
	want("a repetition", true)
	settle("later", lane.StatePlanned, 0)
	want("for later again", false)
	e.Advance(time.Minute)
	want("due", true)
	settle("later", lane.StateDone, 1)
	want("done", false)
}

// a dead letter that is tried again brings back what was skipped because of it, and nothing else.
func (e *exam) retriesReviveWhatWasSkipped() {
	t := e.T
	ctx := t.Context()
	ids := e.save(e.delivery("k1", "s1"), e.delivery("k2", "s2"))
	l := e.lease("a")
	d := e.planned("s1", ids[:1])
	act := func(key integration.ActionKey, touches string, do crm.Command) {
		d.Plan.Actions = append(d.Plan.Actions, integration.Action{Key: key, Do: do, Touches: []string{touches}, Until: e.Now().Add(time.Minute)})
	}
	act("register", "call", crm.Register{ExternalID: "1", Show: true})
	act("finish", "finish", crm.Finish{Call: crm.Ref{Of: "register"}})
	act("record", "record", crm.AttachRecord{Call: crm.Ref{Of: "none"}, After: crm.Ref{Of: "finish"}})
	act("touches", "call", crm.Create{Kind: crm.Lead})
	act("other", "other", crm.Create{Kind: crm.Lead})
	act("refused", "call", crm.Finish{Call: crm.Ref{Of: "register"}})
	act("done", "call", crm.Finish{Call: crm.Ref{Of: "register"}})
	e.record(l, d, e.planned("s2", ids[1:], "stranger"))
	fail := func(key integration.ActionKey, state lane.ActionState, kind crm.ErrorKind) {
		c := lane.Change{Key: key, State: state, Attempts: 2, At: e.Now(), Err: &crm.Error{Kind: kind, Text: "why"}}
		e.must(e.s.Settle(ctx, l, []lane.Change{c}))
	}
	fail("register", lane.StateDead, crm.Invalid)
	for _, key := range []integration.ActionKey{"finish", "record", "touches", "other", "stranger"} {
		fail(key, lane.StateFailed, crm.Skipped)
	}
	fail("refused", lane.StateFailed, crm.Invalid)
	e.must(e.s.Settle(ctx, l, []lane.Change{{Key: "done", State: lane.StateDone, At: e.Now()}}))
	e.Advance(time.Hour)
	e.must(e.s.Retry(ctx, "acme", e.portal, "register", "test"))
	left, err := e.s.Unfinished(ctx, l, 99)
	e.must(err)
	if diff := cmp.Diff([]integration.ActionKey{"register", "finish", "record", "touches"}, keys(left)); diff != "" {
		t.Errorf("revived (-want +got):\n%s", diff)
	}
	for _, x := range left {
		if x.Attempts != 0 || !x.DueAt.Equal(e.Now()) || x.Err == nil || x.Err.Text != "why" || !x.FirstSent.IsZero() || x.Action.Until.IsZero() {
			t.Errorf("revived: %+v, %v", x, x.Err)
		}
	}
	if err := e.s.Retry(ctx, "acme", e.portal, "register", "test"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("retried twice: %v", err)
	}
	trail, err := e.s.AuditTrail(ctx, "acme", "", 1)
	e.must(err)
	var detail struct {
		Action  string
		Revived []string
	}
	e.must(json.Unmarshal(trail[0].Detail, &detail))
	if trail[0].Verb != "action.retried" || trail[0].Portal != e.portal || detail.Action != "register" || len(detail.Revived) != 3 {
		t.Errorf("trail: %+v %s", trail[0], trail[0].Detail)
	}
	// An errand's letter, which has no session, comes back alone; what is not a card is done however late.
	e.schedule("dial", time.Time{}, centre.Dial{ExternalID: "b24:1", Client: "+79001112233"})
	fail("dial", lane.StateDead, crm.Invalid)
	e.must(e.s.Retry(ctx, "acme", e.portal, "dial", "test"))
	left, err = e.s.Unfinished(ctx, l, 99)
	if err != nil || len(left) != 5 || left[4].Action.Key != "dial" {
		t.Errorf("left: %v, %v", keys(left), err)
	}
}
