package storetest

import (
	"errors"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
)

// S-2: an order to replay puts one event a call into the inbox, however often it is given; calls under way are left alone, and the
// audit says who wanted it.
func (e *exam) replaysAreOrdered() {
	t, ctx := e.T, e.Context()
	began := e.Now()
	ended := func(key string, session integration.SessionID) integration.EventID {
		d := e.delivery(key, session)
		d.Event.Kind = integration.CallFinished
		return e.save(d)[0]
	}
	one, two := ended("k1", "s1"), ended("k2", "s2")
	open := e.save(e.delivery("k3", "s3"))[0]
	order := func(o store.ReplayOrder, want store.ReplayCount) {
		t.Helper()
		o.Author, o.Quiet = "somebody", time.Hour
		got, err := e.s.Replay(ctx, "acme", e.portal, o)
		if err != nil || got != want {
			t.Errorf("%+v: %+v %v, want %+v", o, got, err, want)
		}
	}
	order(store.ReplayOrder{Request: "early", Session: "s1"}, store.ReplayCount{Running: 1}) // not decided yet
	l := e.lease("a")
	filtered := func(session integration.SessionID, event integration.EventID) lane.Decided {
		return lane.Decided{Session: session, Events: []integration.EventID{event}, At: e.Now(), Plan: integration.Plan{Outcome: integration.Filtered}}
	}
	waits := filtered("s2", two)
	waits.Deadline = e.Now().Add(time.Minute)
	e.record(l, filtered("s1", one), waits, filtered("s3", open))
	order(store.ReplayOrder{Request: "r1", Session: "s1"}, store.ReplayCount{Replayed: 1})
	order(store.ReplayOrder{Request: "r1", Session: "s1"}, store.ReplayCount{Replayed: 1})
	order(store.ReplayOrder{Request: "r2", Session: "s2"}, store.ReplayCount{Running: 1}) // its moment is still to come
	order(store.ReplayOrder{Request: "r3", Session: "s3"}, store.ReplayCount{Running: 1}) // its end was not told
	pending, err := e.s.Pending(ctx, l, "", 9)
	e.must(err)
	if len(pending) != 1 || pending[0].Kind != integration.CallReplayed || pending[0].Session != "s1" || pending[0].Customer != "+79001112233" {
		t.Fatalf("pending %+v", pending)
	}
	e.record(l, filtered("s1", pending[0].ID))
	e.Advance(2 * time.Hour)
	all := store.ReplayOrder{Request: "range", From: began, Till: e.Now()}
	order(all, store.ReplayCount{Replayed: 2, Running: 1}) // nothing was heard of s3 for long
	order(all, store.ReplayCount{Replayed: 2, Running: 1})
	if pending, err = e.s.Pending(ctx, l, "", 9); err != nil || len(pending) != 2 {
		t.Errorf("pending %+v %v", pending, err)
	}
	order(store.ReplayOrder{Request: "none", From: began, Till: e.Now(), Outcome: integration.Planned}, store.ReplayCount{})
	order(store.ReplayOrder{Request: "later", From: began.Add(time.Second), Till: e.Now()}, store.ReplayCount{})
	_, err = e.s.Replay(ctx, "acme", e.portal, store.ReplayOrder{Request: "r", Session: "nobody"})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a session that nobody knows: %v", err)
	}
	trail, err := e.s.AuditTrail(ctx, "acme", "", 9)
	e.must(err)
	trail = slices.DeleteFunc(trail, func(a store.AuditEntry) bool { return a.Verb != "calls.replayed" })
	if len(trail) != 2 || trail[0].Author != "somebody" || !strings.Contains(string(trail[0].Detail), `"calls":2,"running":1`) ||
		!strings.Contains(string(trail[1].Detail), `"session":"s1"`) {
		t.Errorf("audit %+v", trail)
	}
}

// S-2: how much waits, and how soon cards came up; calls of the past and of long ago do not count.
func (e *exam) paceIsTold() {
	t, ctx := e.T, e.Context()
	began := e.Now()
	ids := e.save(e.delivery("k1", "s1"), e.delivery("k2", "s2"), e.delivery("k3", "s3"))
	l := e.lease("a")
	for i, id := range ids {
		session := integration.SessionID(numbered("s", i))
		key := integration.ActionKey("call:" + session + "/register")
		d := e.planned(integration.SessionID([]string{"s1", "s2", "s3"}[i]), []integration.EventID{id})
		d.Plan.Actions = []integration.Action{{Key: key, Do: crm.Register{ExternalID: string(session), Show: i < 2}}}
		e.record(l, d)
		e.Advance(time.Second)
		_, err := e.s.Begin(ctx, l, []integration.ActionKey{key}, e.Now(), e.Now(), budget)
		e.must(err)
	}
	e.schedule("every/sweep", time.Time{}, crm.Sync{})
	e.schedule("later", e.Now().Add(time.Hour), crm.Sync{})
	got, err := e.s.Pace(ctx, "acme", e.portal, began)
	e.must(err)
	if got.Queue != 3 || !got.Oldest.Equal(began) || !slices.Equal(got.Cards, []time.Duration{time.Second, 2 * time.Second}) {
		t.Errorf("%+v", got)
	}
	if got, err = e.s.Pace(ctx, "acme", e.portal, e.Now()); err != nil || len(got.Cards) != 0 {
		t.Errorf("of long ago: %+v %v", got, err)
	}
}

// S-2: the journal is searched by what people remember.
func (e *exam) journalIsSearched() {
	t, ctx := e.T, e.Context()
	named := e.delivery("k1", "s1")
	named.Event.Report.Employee = integration.Employee{ID: 1, Name: "Анна 100%_ Тестова"}
	ids := e.save(named, e.delivery("k2", "s2"), e.delivery("k3", "s3"))
	l := e.lease("a")
	made, known := e.planned("s2", ids[1:2], "a1", "a2"), e.planned("s3", ids[2:])
	known.Plan.Memory.Known = &crm.Customer{Deals: []crm.Entity{{Kind: crm.Deal, ID: 12}}, Leads: []crm.Entity{{Kind: crm.Lead, ID: 120}}}
	e.record(l, made, known)
	_, err := e.s.Begin(ctx, l, []integration.ActionKey{"a1", "a2"}, e.Now(), e.Now(), budget)
	e.must(err)
	e.must(e.s.Settle(ctx, l, []lane.Change{
		{Key: "a1", State: lane.StateDone, Result: []byte(`{"id":12}`), At: e.Now()}, {Key: "a2", State: lane.StateDead, At: e.Now()},
	}))
	for name, c := range map[string]struct {
		f    store.JournalFilter
		want string
	}{
		"part of a name":       {store.JournalFilter{Text: "тестов"}, "s1"},
		"a name in capitals":   {store.JournalFilter{Text: "АННА"}, "s1"},
		"a sign of patterns":   {store.JournalFilter{Text: "100%_"}, "s1"},
		"it means itself":      {store.JournalFilter{Text: "1_0%"}, ""},
		"a session":            {store.JournalFilter{Text: "s2"}, "s2"},
		"part of a number":     {store.JournalFilter{Text: "900111"}, "s3 s2 s1"},
		"a known deal":         {store.JournalFilter{EntityKind: crm.Deal, Entity: 12}, "s3"},
		"a lead that was made": {store.JournalFilter{EntityKind: crm.Lead, Entity: 12}, "s2"},
		"no such":              {store.JournalFilter{EntityKind: crm.Lead, Entity: 1}, ""},
		"dead letters":         {store.JournalFilter{State: lane.StateDead}, "s2"},
		"failed":               {store.JournalFilter{State: lane.StateFailed}, ""},
	} {
		list, _, err := e.s.Events(ctx, "acme", c.f, "", 9)
		e.must(err)
		var sessions []string
		for _, j := range list {
			sessions = append(sessions, string(j.Event.Session))
		}
		if got := strings.Join(sessions, " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
