package storetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
)

// ChangesKept is how many changes of a tenant the stores of tests keep.
const ChangesKept = 1000

// told reads the changes after a number, as "number kind session outcome key=state…".
func (e *exam) told(after int64, limit int) ([]string, store.Changes) {
	e.Helper()
	page, err := e.s.Changes(e.Context(), e.tenant, after, limit)
	e.must(err)
	var lines []string
	for _, c := range page.List {
		words := []string{strconv.FormatInt(c.Number, 10), string(c.Kind), string(c.Event.Event.Session), string(c.Event.Outcome)}
		for _, a := range c.Actions {
			words = append(words, string(a.Key)+"="+string(a.State))
		}
		lines = append(lines, strings.TrimSpace(strings.Join(words, " ")))
	}
	return lines, page
}

// S-2, the live journal: whatever the journal shows anew has the next number, and what changed nothing has none.
func (e *exam) changesAreTold() {
	t, ctx := e.T, e.Context()
	want := func(after int64, lines ...string) {
		t.Helper()
		got, page := e.told(after, 100)
		if !slices.Equal(got, lines) || page.Reset || page.Through != after+int64(len(lines)) {
			t.Errorf("after %d: %q, through %d, want %q", after, got, page.Through, lines)
		}
	}
	want(0)
	first := e.delivery("k1", "s1")
	ended := e.delivery("k2", "s2")
	ended.Event.Kind = integration.CallFinished
	ids := e.save(first, ended)
	want(0, "1 received s1", "2 received s2")
	e.save(first) // a repetition is nothing new
	unheard := e.delivery("k3", "s3")
	unheard.Portals = nil
	e.save(unheard)
	want(2, "3 received s3")
	l := e.lease("a")
	decided := []lane.Decided{e.planned("s1", ids[:1], "a1", "a2"), e.planned("s2", ids[1:], "a3")}
	e.record(l, decided...)
	e.record(l, decided...)
	want(3, "4 decided s1 planned a1=planned a2=planned", "5 decided s2 planned a3=planned")
	_, err := e.s.Begin(ctx, l, []integration.ActionKey{"a1", "a2", "a3"}, e.Now(), e.Now(), budget)
	e.must(err)
	settle := []lane.Change{
		{Key: "a1", State: lane.StateDead, At: e.Now()}, {Key: "a2", State: lane.StateFailed, At: e.Now()}, {Key: "a3", State: lane.StateDone, At: e.Now()},
	}
	e.must(e.s.Settle(ctx, l, settle))
	e.must(e.s.Settle(ctx, l, settle))
	got, _ := e.told(5, 100)
	if len(got) != 2 || !strings.Contains(strings.Join(got, " "), "a1=dead") || !strings.Contains(strings.Join(got, " "), "a3=done") {
		t.Errorf("settled: %q", got)
	}
	e.must(e.s.Retry(ctx, e.tenant, e.portal, "a1", "somebody"))
	want(7, "8 acted s1 planned a1=planned")
	e.must(e.s.Settle(ctx, l, settle[:1]))
	e.must(e.s.Dismiss(ctx, e.tenant, e.portal, "a1", "somebody", ""))
	want(8, "9 acted s1 planned a1=dead", "10 acted s1 planned a1=failed")
	own := []integration.Event{e.event("own", "s1"), first.Event, e.event("own2", "s4")}
	own[1].ID = ""
	_, err = e.s.Append(ctx, l, own)
	e.must(err)
	want(10, "11 received s1", "12 received s4")
	for range 2 {
		_, err = e.s.Replay(ctx, e.tenant, e.portal, store.ReplayOrder{Request: "r", Session: "s2"})
		e.must(err)
	}
	want(12, "13 replayed s2")
	e.schedule("every/sweep", time.Time{}, crm.Sync{})
	want(13)
}

// A page ends where it is asked to, also in the middle of what one transaction changed.
func (e *exam) changesArePaged() {
	t := e.T
	var all []integration.Delivery
	for i := range 450 {
		all = append(all, e.delivery(numbered("k", i), integration.SessionID(numbered("s", i))))
		if len(all) == 150 {
			e.save(all...)
			all = nil
		}
	}
	for _, limit := range []int{1, 7, 149, 150, 151, 1000} {
		after, seen := int64(0), map[string]bool{}
		for after < 450 {
			lines, page := e.told(after, limit)
			if len(lines) == 0 || len(lines) > limit || page.Reset || page.Through != after+int64(len(lines)) {
				t.Fatalf("limit %d after %d: %d lines through %d", limit, after, len(lines), page.Through)
			}
			for _, line := range lines {
				seen[strings.Fields(line)[2]] = true
			}
			after = page.Through
			if limit == 1 && after == 160 { // enough of single ones
				break
			}
		}
		if len(seen) != int(after) {
			t.Errorf("limit %d: %d sessions of %d changes", limit, len(seen), after)
		}
	}
}

// Readers whose number is not kept any more, or never was, are told to begin anew; events that are gone are passed over.
func (e *exam) changesArePruned() {
	t, ctx := e.T, e.Context()
	if last, err := e.s.LastChange(ctx, e.tenant); last != 0 || err != nil {
		t.Errorf("before the first: %d %v", last, err)
	}
	reset := func(after, through int64, want bool) {
		t.Helper()
		if _, page := e.told(after, 5); page.Reset != want || page.Reset && page.Through != through {
			t.Errorf("after %d: reset %v through %d", after, page.Reset, page.Through)
		}
	}
	reset(1, 0, true)
	for i := range 3 {
		e.save(e.delivery(numbered("k", i), "s1"))
		e.Advance(time.Hour)
	}
	reset(0, 0, false)
	reset(3, 3, false)
	reset(4, 3, true)
	l := e.lease("a")
	pending, err := e.s.Pending(ctx, l, "", 1)
	e.must(err)
	e.record(l, e.planned("s1", []integration.EventID{pending[0].ID}))
	_, err = e.s.Prune(ctx, e.tenant, e.Now().Add(-2*time.Hour), 10)
	e.must(err)
	reset(0, 4, true)
	if lines, page := e.told(1, 5); len(lines) != 2 || page.Through != 4 { // the decision was about the event that is gone
		t.Errorf("after pruning: %q through %d", lines, page.Through)
	}
	for i := range 3 * ChangesKept / 100 {
		var all []integration.Delivery
		for j := range 100 {
			all = append(all, e.delivery(numbered("m", 100*i+j), "s2"))
		}
		e.save(all...)
	}
	last, err := e.s.LastChange(ctx, e.tenant)
	e.must(err)
	reset(last-ChangesKept-ChangesKept/5, last, true)
	reset(last-ChangesKept+1, 0, false)
}

// What this process commits is told at once, to those who watch the tenant.
func (e *exam) changesAreWatched() {
	e.connect("other", "member-2")
	mine, stop := e.s.Watch(e.tenant)
	others, stopOthers := e.s.Watch("other")
	defer stopOthers()
	e.save(e.delivery("k1", "s1"), e.delivery("k2", "s2"))
	e.save(e.delivery("k3", "s3"))
	select {
	case <-mine:
	default:
		e.Error("nothing was told")
	}
	stop()
	e.save(e.delivery("k4", "s4"))
	select {
	case <-mine:
		e.Error("told more than once, or after the end")
	case <-others:
		e.Error("told to another tenant")
	default:
	}
}

// Writers of several tenants, in several processes where the database takes them: numbers have no gap, and a reader that has
// seen a number never finds a smaller one later.
func (e *exam) changesComeInOrder() {
	t := e.T
	const writers, rounds = 4, 30
	tenants := []integration.TenantID{e.tenant, "other", "third"}
	portals := map[integration.TenantID]integration.PortalID{e.tenant: e.portal}
	for i, other := range tenants[1:] {
		portals[other] = e.connect(other, numbered("member", i))
	}
	stores := e.processes()
	var writing, reading sync.WaitGroup
	var written atomic.Bool
	for w := range writers {
		writing.Go(func() {
			for r := range rounds {
				var all []integration.Delivery
				for i := range 1 + (w+r)%4 {
					d := e.delivery(fmt.Sprintf("%d/%d/%d", w, r, i/2), integration.SessionID(strconv.Itoa(w)))
					d.Tenant = tenants[(w+r+i)%len(tenants)]
					d.Portals = []integration.PortalID{portals[d.Tenant]}
					all = append(all, d)
				}
				if err := stores[(w+r)%len(stores)].SaveDeliveries(t.Context(), all); err != nil {
					t.Error("save:", err)
				}
			}
		})
	}
	for i, tenant := range tenants {
		writing.Go(func() { e.work(stores[i%len(stores)], tenant, &written) })
	}
	counts := make([]int64, len(tenants))
	for i, tenant := range tenants {
		reading.Go(func() { counts[i] = e.follow(stores[(i+1)%len(stores)], tenant, &written) })
	}
	writing.Wait()
	written.Store(true)
	reading.Wait()
	for i, tenant := range tenants {
		if last, err := e.s.LastChange(t.Context(), tenant); err != nil || last != counts[i] || last == 0 {
			t.Errorf("%s: %d of %d changes were followed, %v", tenant, counts[i], last, err)
		}
	}
}

// processes are the stores that work on the exam's database at once.
func (e *exam) processes() []*store.Store {
	dsn, _ := opened.Load(e.s)
	if !store.IsPostgres(dsn.(string)) {
		return []*store.Store{e.s}
	}
	second, err := store.Open(e.Context(), store.Config{DSN: dsn.(string), Keys: Keys(e), Now: e.Now, MaxConns: 6, ChangesKept: ChangesKept})
	e.must(err)
	e.Cleanup(func() { second.Close() }) //nolint:errcheck // a test's own
	return []*store.Store{e.s, second}
}

// work decides what comes for a tenant, for a while, and adds events of its own.
func (e *exam) work(s *store.Store, tenant integration.TenantID, written *atomic.Bool) {
	for round := 0; round < 20 && !written.Load(); {
		leases, err := s.Claim(e.Context(), "worker "+string(tenant), e.Now(), ttl, 10)
		if err != nil {
			e.Error("claim:", err)
			return
		}
		for _, l := range leases {
			round++
			events, err := s.Pending(e.Context(), l, "", 5)
			if err == nil {
				_, err = s.Append(e.Context(), l, []integration.Event{e.event(fmt.Sprint(tenant, round), "own")})
			}
			if err == nil && len(events) > 0 {
				_, err = s.Record(e.Context(), l, []lane.Decided{e.planned("s", []integration.EventID{events[0].ID})})
			}
			if err != nil {
				e.Error("work:", err)
			}
			if err := s.Release(e.Context(), l); err != nil {
				e.Error("release:", err)
			}
		}
	}
}

// follow reads a tenant's changes until all are written and read, and answers how many there were.
func (e *exam) follow(s *store.Store, tenant integration.TenantID, written *atomic.Bool) int64 {
	after := int64(0)
	for {
		end := written.Load()
		page, err := s.Changes(e.Context(), tenant, after, 10)
		if err != nil || page.Reset {
			e.Errorf("%s after %d: reset %v, %v", tenant, after, page.Reset, err)
			return after
		}
		for _, c := range page.List {
			if after++; c.Number != after {
				e.Errorf("%s: number %d came where %d was due", tenant, c.Number, after)
				return after
			}
		}
		if end && len(page.List) == 0 {
			return after
		}
	}
}
