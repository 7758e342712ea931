package storetest

import (
	"errors"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
)

// calls reads the list of calls page by page: sessions, or the kinds of events of no call.
func (e *exam) calls(f store.JournalFilter, size int) []string {
	e.Helper()
	var out []string
	for cursor := store.Cursor(""); ; {
		list, next, err := e.s.Calls(e.Context(), "acme", f, cursor, size)
		e.must(err)
		for _, j := range list {
			name := string(j.Event.Session)
			if name == "" {
				name = string(j.Event.Kind)
			}
			out = append(out, name)
		}
		if cursor = next; cursor == "" {
			return out
		}
	}
}

// A call is listed once, where its first event is, whatever is heard of it later, and found by any of its events.
func (e *exam) callsAreListed() {
	t := e.T
	start := e.Now()
	for i, session := range []integration.SessionID{"a", "b", "a", "", "c", "b", "a"} {
		e.Advance(time.Second)
		d := e.delivery(numbered("k", i), session)
		switch {
		case session == "":
			d.Event.Kind, d.Event.Customer = integration.Unreadable, ""
		case session == "c":
			d.Event.Customer = "+79005550000"
		case i == 5:
			d.Event.Kind, d.Event.Report.Employee.Name = integration.CallFinished, "Петров"
		}
		e.save(d)
	}
	whole := []string{"c", string(integration.Unreadable), "b", "a"}
	for _, size := range []int{1, 2, 3, 4, 9} {
		if diff := cmp.Diff(whole, e.calls(store.JournalFilter{}, size)); diff != "" {
			t.Errorf("pages of %d (-want +got):\n%s", size, diff)
		}
	}
	for name, c := range map[string]struct {
		f    store.JournalFilter
		want []string
	}{
		"kind":        {store.JournalFilter{Kind: integration.CallFinished}, []string{"b"}},
		"unreadable":  {store.JournalFilter{Kind: integration.Unreadable}, whole[1:2]},
		"outcome":     {store.JournalFilter{Outcome: integration.Invalid}, whole[1:2]},
		"text":        {store.JournalFilter{Text: "петров"}, []string{"b"}},
		"in one":      {store.JournalFilter{Text: "петров", Kind: integration.CallIncoming}, nil},
		"customer":    {store.JournalFilter{Customer: "+79005550000"}, []string{"c"}},
		"session":     {store.JournalFilter{Session: "a"}, []string{"a"}},
		"since":       {store.JournalFilter{Since: start.Add(2 * time.Second)}, whole[:3]},
		"until":       {store.JournalFilter{Until: start.Add(2 * time.Second)}, []string{"a"}},
		"portal":      {store.JournalFilter{Portal: e.portal}, whole},
		"no portal":   {store.JournalFilter{Portal: "other"}, nil},
		"no refusals": {store.JournalFilter{State: lane.StateDead}, nil},
	} {
		if diff := cmp.Diff(c.want, e.calls(c.f, 2)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, _, err := e.s.Calls(t.Context(), "acme", store.JournalFilter{}, "x", 9); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a strange cursor: %v", err)
	}
}

// Many calls are told as one is.
func (e *exam) callsAreToldTogether() {
	t := e.T
	fill(e)
	ids := []integration.SessionID{"s1", "s2", "nothing"}
	all, err := e.s.SessionJournals(t.Context(), "acme", e.portal, ids)
	e.must(err)
	for _, id := range ids {
		one, err := e.s.SessionJournal(t.Context(), "acme", e.portal, id)
		e.must(err)
		got := all[id]
		if len(got.Events) != len(one.Events) || len(got.Plans) != len(one.Plans) || len(got.Actions) != len(one.Actions) {
			t.Errorf("%s: %d events, %d plans, %d actions; alone %d, %d, %d", id, len(got.Events), len(got.Plans), len(got.Actions),
				len(one.Events), len(one.Plans), len(one.Actions))
		}
		if diff := cmp.Diff(one.Memory, got.Memory); diff != "" {
			t.Errorf("%s: memory (-alone +together):\n%s", id, diff)
		}
	}
	if got := all["s1"]; len(got.Actions) != 2 || got.Actions[1].Entry.State != lane.StateDead || got.Events[0].Event.ID > got.Events[1].Event.ID {
		t.Errorf("s1: %+v", got)
	}
	if dead := e.calls(store.JournalFilter{State: lane.StateDead}, 9); len(dead) != 1 || dead[0] != "s1" {
		t.Errorf("refused: %v", dead)
	}
}
