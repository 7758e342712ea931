package storetest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
)

// Repetitions are recognised by the event's key, also in one batch and from many at once.
func (e *exam) repetitionsAreRecognised() {
	t := e.T
	second := e.connect("acme", "member-2")
	const savers, events = 8, 40
	var wg sync.WaitGroup
	for i := range savers {
		wg.Go(func() {
			var all []integration.Delivery
			for j := range events {
				d := e.delivery(numbered("k", j), "s")
				d.Portals = []integration.PortalID{e.portal, second}
				all = append(all, d, d)
			}
			r := rand.New(rand.NewPCG(1, uint64(i))) // #nosec G115 G404 -- a shuffle that can be repeated
			r.Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] })
			for part := range slices.Chunk(all, 16) {
				if err := e.s.SaveDeliveries(t.Context(), part); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	leases := e.claim("a")
	if len(leases) != 2 {
		t.Fatalf("%d lanes are ready, want 2", len(leases))
	}
	for _, l := range leases {
		got, err := e.s.Pending(t.Context(), l, "", 1000)
		if err != nil || len(got) != events {
			t.Errorf("%s: %d events, %v, want %d", l.Portal, len(got), err, events)
		}
		if !slices.IsSortedFunc(got, func(a, b integration.Event) int { return strings.Compare(string(a.ID), string(b.ID)) }) {
			t.Error("pending events are not in order")
		}
	}
}

// Sessions are told together as they are told alone, the very long ones too.
func (e *exam) sessionsAreToldTogether() {
	t := e.T
	counts := map[integration.SessionID]int{"a": 3, "b": 1005, "c": 1, "nothing": 0, "": 0}
	var all []integration.Delivery
	for id, n := range counts {
		for i := range n {
			all = append(all, e.delivery(numbered(string(id), i), id))
		}
	}
	e.save(append(all, e.delivery("none", ""))...)
	l := e.lease("a")
	ids := slices.Collect(maps.Keys(counts))
	together, err := e.s.Sessions(t.Context(), l, ids)
	e.must(err)
	for id, n := range counts {
		events, memory, err := e.s.Session(t.Context(), l, id)
		e.must(err)
		if diff := cmp.Diff(lane.SessionState{Events: events, Memory: memory}, together[id]); diff != "" {
			t.Errorf("session %q (-alone +together):\n%s", id, diff)
		}
		if len(events) != min(n, 1000) || !slices.IsSortedFunc(events, func(a, b integration.Event) int { return strings.Compare(string(a.ID), string(b.ID)) }) {
			t.Errorf("session %q: %d events of %d, or not in order", id, len(events), n)
		}
	}
}

// What needs no decision is kept and wakes nobody.
func (e *exam) evidenceIsKept() {
	t := e.T
	invalid := e.delivery("bad", "")
	invalid.Event.Kind, invalid.Event.Problem = integration.Unreadable, "no JSON"
	kept := e.delivery("kept", "s")
	kept.Portals = nil
	foreign := e.delivery("foreign", "s")
	foreign.Tenant = "nobody"
	ids := e.save(invalid, kept, foreign)
	if got := e.claim("a"); len(got) != 0 {
		t.Errorf("evidence woke %v", got)
	}
	whole, err := e.s.Event(t.Context(), "acme", e.portal, ids[0])
	if err != nil || whole.Outcome != integration.Invalid || whole.Pending || whole.Event.Problem != "no JSON" {
		t.Errorf("invalid: %+v, %v", whole, err)
	}
	if diff := cmp.Diff(invalid, whole.Delivery); diff != "" {
		t.Errorf("the delivery changed (-want +got):\n%s", diff)
	}
	if whole, err := e.s.Event(t.Context(), "acme", "", ids[1]); err != nil || whole.Pending || whole.Outcome != "" || len(whole.Delivery.Portals) != 0 {
		t.Errorf("kept: %+v, %v", whole, err)
	}
	if list, _, err := e.s.Events(t.Context(), "nobody", store.JournalFilter{}, "", 9); err != nil || len(list) != 0 {
		t.Errorf("a tenant that is not there has events: %v, %v", list, err)
	}
	e.must(e.s.SaveDeliveries(t.Context(), nil))
}

// Outsiders' text may hold anything at any length.
func (e *exam) oddTextIsStored() {
	t := e.T
	odd := "a\x00b\xff\xfe☎️👩‍👩‍👧 \u202e\U0010ffff'\";--\n\t\\ ?:@x $1 %s"
	long := strings.Repeat("ж\x00", 5000)
	var all []integration.Delivery
	for _, key := range []string{odd, long, long + "2"} {
		d := e.delivery(key, integration.SessionID(key))
		d.Event.Customer, d.Event.Source = integration.CustomerKey(key), key[:3]
		d.Event.Report.ClientNumber, d.Event.Report.Params = odd, map[string][]string{odd: {odd, ""}}
		d.Body, d.Query, d.Remote, d.Method, d.ContentType = []byte(key), odd, odd, odd, odd
		all = append(all, d)
	}
	ids := e.save(all...)
	e.save(all...) // again: all are known
	l := e.lease("a")
	events, err := e.s.Pending(t.Context(), l, "", 9)
	if err != nil || len(events) != 3 {
		t.Fatalf("pending: %d, %v", len(events), err)
	}
	for i, ev := range events {
		session, _, err := e.s.Session(t.Context(), l, ev.Session)
		if err != nil || len(session) != 1 || session[0].ID != ev.ID {
			t.Errorf("session of event %d: %v, %v", i, session, err)
		}
		whole, err := e.s.Event(t.Context(), "acme", e.portal, ids[i])
		if err != nil || !slices.Equal(whole.Delivery.Body, all[i].Body) {
			t.Errorf("event %d: the body changed: %v", i, err)
		}
		list, _, err := e.s.Events(t.Context(), "acme", store.JournalFilter{Session: all[i].Event.Session, Customer: all[i].Event.Customer}, "", 9)
		if err != nil || len(list) != 1 {
			t.Errorf("journal of event %d: %d, %v", i, len(list), err)
		}
		d := e.planned(ev.Session, []integration.EventID{ev.ID}, integration.ActionKey(fmt.Sprintf("%d ☎ '%s", i, "x")))
		d.Customer = ev.Customer
		d.Plan.Actions[0].Do = crm.Create{Kind: crm.Lead, Fields: crm.Fields{Title: new(odd)}}
		if added := e.record(l, d); len(added) != 1 {
			t.Errorf("record %d added %d", i, len(added))
		}
		e.must(e.s.Settle(t.Context(), l, []lane.Change{{Key: d.Plan.Actions[0].Key, State: lane.StateDone, Result: []byte(`"` + odd + `"`), At: e.Now()}}))
		if h, err := e.s.History(t.Context(), l, ev.Customer, []string{"create"}, time.Time{}, 9); err != nil || len(h) != 1 {
			t.Errorf("history %d: %v, %v", i, h, err)
		}
	}
	_, err = e.s.SaveSettings(t.Context(), "acme", e.portal, 0, []byte(odd), odd)
	e.must(err)
	e.must(e.s.SetPortalState(t.Context(), "acme", e.portal, integration.PortalBlocked, odd))
}

// A page's last row and the next page's first may have the same time.
func (e *exam) journalPagesWithTies() {
	t := e.T
	second := e.connect("acme", "member-2")
	for i := range 30 {
		if i%7 == 0 {
			e.Advance(time.Second)
		}
		d := e.delivery(numbered("k", i), integration.SessionID(numbered("s", i%3)))
		d.Portals = []integration.PortalID{e.portal, second}
		if i%2 == 0 {
			d.Event.Kind = integration.CallFinished
		}
		e.save(d)
	}
	all := e.pages(store.JournalFilter{}, 1000)
	if len(all) != 60 {
		t.Fatalf("%d events, want 60", len(all))
	}
	for _, size := range []int{1, 7, 59, 60, 61} {
		if diff := cmp.Diff(all, e.pages(store.JournalFilter{}, size)); diff != "" {
			t.Errorf("pages of %d differ from the whole list:\n%s", size, diff)
		}
	}
	start := NewClock().Now()
	for name, c := range map[string]struct {
		f    store.JournalFilter
		want int
	}{
		"portal":   {store.JournalFilter{Portal: second}, 30},
		"session":  {store.JournalFilter{Session: "s-0001"}, 20},
		"kind":     {store.JournalFilter{Kind: integration.CallFinished}, 30},
		"customer": {store.JournalFilter{Customer: "+79001112233", Portal: e.portal}, 30},
		"stranger": {store.JournalFilter{Customer: "+7"}, 0},
		"outcome":  {store.JournalFilter{Outcome: integration.Planned}, 0},
		"since":    {store.JournalFilter{Since: start.Add(4 * time.Second)}, 18},
		"until":    {store.JournalFilter{Until: start.Add(2 * time.Second)}, 14},
	} {
		if got := e.pages(c.f, 4); len(got) != c.want {
			t.Errorf("%s: %d events, want %d", name, len(got), c.want)
		}
	}
	for _, bad := range []store.Cursor{"x", "AAAA", "####"} {
		if _, _, err := e.s.Events(t.Context(), "acme", store.JournalFilter{}, bad, 9); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("cursor %q: %v", bad, err)
		}
	}
}

// pages reads the whole journal page by page.
func (e *exam) pages(f store.JournalFilter, size int) []string {
	e.Helper()
	var out []string
	for cursor := store.Cursor(""); ; {
		list, next, err := e.s.Events(e.Context(), "acme", f, cursor, size)
		e.must(err)
		for _, j := range list {
			out = append(out, string(j.Event.ID)+"/"+string(j.Portal))
		}
		if cursor = next; cursor == "" {
			return out
		}
	}
}

// The journal shows an event from its delivery to what became of it.
func (e *exam) journalShowsTheWhole() {
	t := e.T
	ids := fill(e)
	ctx := t.Context()
	for _, id := range ids[:2] {
		w, err := e.s.Event(ctx, "acme", e.portal, id)
		e.must(err)
		if w.Plan == nil || w.Plan.Event != ids[1] || len(w.Plan.Reasons) != 1 || w.Plan.Reasons[0].Rule != "T-3" || len(w.Actions) != 2 {
			t.Errorf("event %s: %+v", id, w)
		}
		if w.Actions[1].Entry.State != lane.StateDead || w.Actions[1].Command != "create" || !w.Actions[1].Updated.Equal(e.Now()) {
			t.Errorf("action: %+v", w.Actions[1])
		}
	}
	if w, err := e.s.Event(ctx, "acme", e.portal, ids[0]); err != nil || w.Outcome != integration.Together {
		t.Errorf("the first event: %v, %v", w.Outcome, err)
	}
	if w, err := e.s.Event(ctx, "acme", e.portal, ids[2]); err != nil || !w.Pending || w.Plan != nil {
		t.Errorf("the pending event: %+v, %v", w, err)
	}
	j, err := e.s.SessionJournal(ctx, "acme", e.portal, "s1")
	if err != nil || len(j.Events) != 2 || len(j.Plans) != 1 || len(j.Actions) != 2 || !j.Memory.Registered {
		t.Errorf("session: %+v, %v", j, err)
	}
	if j, err := e.s.SessionJournal(ctx, "acme", e.portal, "nothing"); err != nil || len(j.Events)+len(j.Plans)+len(j.Actions) != 0 {
		t.Errorf("no session: %+v, %v", j, err)
	}
	if _, err := e.s.Event(ctx, "acme", e.portal, "nothing"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no event: %v", err)
	}
	dead, next, err := e.s.DeadLetters(ctx, "acme", "", "", 1)
	if err != nil || len(dead) != 1 || next != "" || dead[0].Entry.Action.Key != "a2" || dead[0].Portal != e.portal {
		t.Fatalf("dead letters: %+v, %q, %v", dead, next, err)
	}
	e.must(e.s.Retry(ctx, "acme", e.portal, "a2", "test"))
	l := e.lease("b")
	if left, err := e.s.Unfinished(ctx, l, 9); err != nil || len(left) != 2 || left[1].Attempts != 0 {
		t.Errorf("retried: %+v, %v", left, err)
	}
	e.must(e.s.Settle(ctx, l, []lane.Change{{Key: "a2", State: lane.StateDead, At: e.Now()}}))
	e.must(e.s.Dismiss(ctx, "acme", e.portal, "a2", "test", "не нужно"))
	for _, err := range []error{
		e.s.Dismiss(ctx, "acme", e.portal, "a2", "test", ""), e.s.Retry(ctx, "acme", e.portal, "a1", "test"),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("not a dead letter: %v", err)
		}
	}
	if trail, err := e.s.AuditTrail(ctx, "acme", "", 1); err != nil || trail[0].Verb != "action.dismissed" || !strings.Contains(string(trail[0].Detail), "не нужно") {
		t.Errorf("trail: %+v, %v", trail, err)
	}
}

// Old work that is finished goes in steps; what is not stays.
func (e *exam) pruningKeepsOpenWork() {
	t := e.T
	ids := fill(e) // a1 is planned, a2 dead, the third event pending
	ctx := t.Context()
	before := e.Now().Add(time.Hour)
	e.must(e.s.Enqueue(ctx, "acme", e.portal, []integration.Action{{Key: "own", Do: crm.Sync{}}}))
	for step, want := range []int{1, 1, 0} {
		if n, err := e.s.Prune(ctx, "acme", before, 1); err != nil || n != want {
			t.Errorf("step %d: %d, %v, want %d", step, n, err, want)
		}
	}
	l := e.lease("b")
	left, err := e.s.Unfinished(ctx, l, 9)
	if err != nil || !slices.Equal(keys(left), []integration.ActionKey{"a1", "own"}) {
		t.Errorf("unfinished: %v, %v", keys(left), err)
	}
	if pending, err := e.s.Pending(ctx, l, "", 9); err != nil || len(pending) != 1 || pending[0].ID != ids[2] {
		t.Errorf("pending: %v, %v", pending, err)
	}
	if _, m, err := e.s.Session(ctx, l, "s1"); err != nil || !m.Registered {
		t.Errorf("the open session's memory: %+v, %v", m, err)
	}
	if dead, _, err := e.s.DeadLetters(ctx, "acme", e.portal, "", 9); err != nil || len(dead) != 0 {
		t.Errorf("dead: %v, %v", dead, err)
	}
	e.schedule("index", time.Time{}, crm.Index{})
	for _, key := range []integration.ActionKey{"own", "index"} {
		e.must(e.s.Settle(ctx, l, []lane.Change{{Key: key, State: lane.StateDone, At: e.Now()}}))
	}
	_, err = e.s.Prune(ctx, "acme", before, 9)
	e.must(err)
	// That a portal is indexed is known for as long as it is.
	want := map[integration.ActionKey]lane.ActionState{"index": lane.StateDone}
	if _, states, err := e.s.Answers(ctx, l, []integration.ActionKey{"own", "index"}); err != nil || !maps.Equal(want, states) {
		t.Errorf("own: %v, %v", states, err)
	}
	if customer := e.customer("+79001112233"); len(customer) != 1 {
		t.Errorf("the index: %v", customer)
	}
}
