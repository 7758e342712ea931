package storetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// conversation makes a decision about a conversation whose visitor has names; it creates and comments by the given keys.
func (e *exam) conversation(id integration.SessionID, names []integration.CustomerKey, keys ...integration.ActionKey) lane.Decided {
	d := e.planned(id, nil, keys...)
	d.Identities = names
	for i := range d.Plan.Actions {
		if strings.Contains(string(d.Plan.Actions[i].Key), "comment") {
			d.Plan.Actions[i].Do = crm.Comment{Kind: crm.Lead, Text: "…"}
		}
	}
	return d
}

// done settles actions as done.
func (e *exam) done(l lane.Lease, keys ...integration.ActionKey) {
	e.Helper()
	for _, k := range keys {
		e.must(e.s.Settle(e.Context(), l, []lane.Change{{Key: k, State: lane.StateDone, Result: []byte(`{"id":7}`), At: e.Now()}}))
	}
}

// C-16: what was done in earlier conversations is found by any name of the visitor, the newest first.
func (e *exam) visitorsAreKnown() {
	t, ctx := e.T, e.Context()
	e.save(e.delivery("k", "s"))
	l := e.lease("a")
	phone, mail, odd := integration.CustomerKey("+79000000008"), integration.CustomerKey("mail:i@example.test"), integration.CustomerKey("im:x:\x00"+strings.Repeat("я", 400))
	first, second, third := integration.ChatSession("1"), integration.OfflineSession("1"), integration.ChatSession("3")
	refused := e.conversation(first, []integration.CustomerKey{phone}, "1/lead", "1/comment", "1/refused")
	refused.Plan.Actions = append(refused.Plan.Actions, integration.Action{Key: "1/edit", Do: crm.EditComment{Text: "…"}})
	e.record(l, refused)
	e.Advance(time.Hour)
	e.record(l, e.conversation(second, []integration.CustomerKey{mail, phone, mail, ""}, "2/lead"))
	e.Advance(time.Hour)
	e.record(l, e.conversation(third, []integration.CustomerKey{mail, odd}, "3/lead"), e.conversation(integration.ChatSession("4"), nil, "4/lead"))
	e.done(l, "1/lead", "1/comment", "1/edit", "2/lead", "3/lead", "4/lead")
	e.must(e.s.Settle(ctx, l, []lane.Change{{Key: "1/refused", State: lane.StateDead, At: e.Now()}}))
	for name, c := range map[string]struct {
		names  []integration.CustomerKey
		except integration.SessionID
		limit  int
		want   []integration.ActionKey
	}{
		"by one name":       {[]integration.CustomerKey{phone}, third, 9, []integration.ActionKey{"2/lead", "1/comment", "1/lead"}},
		"by any name":       {[]integration.CustomerKey{odd, "", phone}, "", 9, []integration.ActionKey{"3/lead", "2/lead", "1/comment", "1/lead"}},
		"not its own":       {[]integration.CustomerKey{mail, phone}, second, 9, []integration.ActionKey{"3/lead", "1/comment", "1/lead"}},
		"the newest":        {[]integration.CustomerKey{mail, phone}, "", 2, []integration.ActionKey{"3/lead", "2/lead"}},
		"a stranger's name": {[]integration.CustomerKey{"+79009999999"}, "", 9, nil},
		"no name":           {nil, "", 9, nil},
		"nothing asked for": {[]integration.CustomerKey{phone}, "", 0, nil},
	} {
		got, err := e.s.Known(ctx, l, c.names, c.except, c.limit)
		if err != nil || !slices.Equal(keys(got), c.want) {
			t.Errorf("%s: %v, %v, want %v", name, keys(got), err, c.want)
		}
	}
	if got, err := e.s.Known(ctx, l, []integration.CustomerKey{odd}, "", 9); err != nil || len(got) != 1 || got[0].Session != third || string(got[0].Result) != `{"id":7}` {
		t.Errorf("an entry: %+v, %v", got, err)
	}
	many := make([]integration.CustomerKey, 5000)
	for i := range many {
		many[i] = integration.CustomerKey(fmt.Sprint("+7", i))
	}
	if got, err := e.s.Known(ctx, l, append([]integration.CustomerKey{phone}, many...), third, 9); err != nil || len(got) != 3 {
		t.Errorf("by thousands of names: %v, %v", keys(got), err)
	}
}

// A visitor's conversations are told by a name, the one that was heard of last first; calls and visitors' cards are none of them.
func (e *exam) visitorsConverse() {
	t, ctx := e.T, e.Context()
	e.save(e.delivery("k", "s"))
	l := e.lease("a")
	visitor := integration.CustomerKey(integration.VisitorSession("9"))
	began := e.Now()
	one, two, request := integration.ChatSession("1"), integration.ChatSession("2"), integration.OfflineSession("3")
	hear := func(id integration.SessionID) { e.record(l, e.conversation(id, []integration.CustomerKey{visitor})) }
	hear(one)
	e.Advance(time.Hour)
	for _, id := range []integration.SessionID{two, request, integration.VisitorSession("9"), "910000001", integration.ClickSession("1")} {
		hear(id)
	}
	tell := func(what string, since time.Time, limit int, want ...integration.SessionID) {
		t.Helper()
		got, err := e.s.Conversing(ctx, l, visitor, since, limit)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v, want %v", what, got, err, want)
		}
	}
	tell("all", time.Time{}, 9, two, request, one)
	tell("since the second", began.Add(time.Hour), 9, two, request)
	tell("some", time.Time{}, 2, two, request)
	tell("none", time.Time{}, 0)
	e.Advance(59 * time.Second)
	hear(two)
	tell("the same minute is not written again", began.Add(time.Hour+59*time.Second), 9, two, request)
	e.Advance(24 * time.Hour)
	hear(one)
	before := Dump(t, e.s)["identities"]
	late := e.conversation(one, []integration.CustomerKey{visitor})
	late.At = began
	e.record(l, late)
	tell("heard of again", time.Time{}, 9, one, two, request)
	tell("heard of lately", e.Now(), 9, one)
	if diff := cmp.Diff(before, Dump(t, e.s)["identities"]); diff != "" {
		t.Errorf("an older moment undoes a newer one (-before +after):\n%s", diff)
	}
	if got, err := e.s.Conversing(ctx, l, "", time.Time{}, 9); err != nil || len(got) != 0 {
		t.Errorf("of nobody: %v, %v", got, err)
	}
}

// Many writers of one portal's and of another's names, some of them the same: none waits for ever, none is lost.
func (e *exam) namesAreWrittenAtOnce() {
	t := e.T
	e.save(e.delivery("k", "s"))
	leases := []lane.Lease{e.lease("a")}
	e.portal = e.connect("acme", "member-2")
	e.save(e.delivery("k", "s"))
	leases = append(leases, e.lease("b"))
	const writers, rounds = 8, 5
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for r := range rounds {
				names := []integration.CustomerKey{"+79000000001", "mail:a@example.test", integration.CustomerKey(fmt.Sprint("visitor:", w))}
				if (w+r)%2 == 0 {
					slices.Reverse(names)
				}
				var all []lane.Decided
				for _, id := range []string{"shared", fmt.Sprint(w, "-", r)} {
					d := e.conversation(integration.ChatSession(id), names)
					d.At = d.At.Add(time.Duration(w*rounds+r) * time.Hour)
					all = append(all, d, d)
				}
				if _, err := e.s.Record(t.Context(), leases[w%2], all); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for i, l := range leases {
		const own = writers / 2 * rounds
		all, err := e.s.Conversing(t.Context(), l, "+79000000001", time.Time{}, 1000)
		if err != nil || len(all) != own+1 || all[0] == integration.ChatSession("shared") && len(all) < 2 {
			t.Errorf("portal %d: %d conversations, %v, want %d", i, len(all), err, own+1)
		}
		last := time.Duration((writers-2+i)*rounds+rounds-1) * time.Hour
		if latest, err := e.s.Conversing(t.Context(), l, "mail:a@example.test", e.Now().Add(last), 9); err != nil || len(latest) != 2 {
			t.Errorf("portal %d: heard of last are %v, %v, want the last writer's two", i, latest, err)
		}
	}
}

// Names stay as long as their conversation, and go with it.
func (e *exam) namesArePruned() {
	t, ctx := e.T, e.Context()
	old, open, newer := integration.ChatSession("old"), integration.ChatSession("open"), integration.ChatSession("new")
	ids := e.save(e.delivery("k1", old), e.delivery("k2", open), e.delivery("k3", newer))
	l := e.lease("a")
	for i, id := range []integration.SessionID{old, open, newer} {
		d := e.conversation(id, []integration.CustomerKey{"+79000000001", "visitor:1"})
		d.Events, d.Plan.Memory.Closed = ids[i:i+1], id != open
		if id == newer {
			d.At = e.Now().Add(2 * time.Hour)
		}
		e.record(l, d)
	}
	if n, err := e.s.Prune(ctx, "acme", e.Now().Add(time.Hour), 9); err != nil || n != 3 {
		t.Errorf("pruned %d, %v", n, err)
	}
	left, err := e.s.Conversing(ctx, l, "+79000000001", time.Time{}, 9)
	if err != nil || !slices.Equal(left, []integration.SessionID{newer, open}) || len(Dump(t, e.s)["identities"]) != 4 {
		t.Errorf("left: %v, %v, %v", left, err, Dump(t, e.s)["identities"])
	}
}
