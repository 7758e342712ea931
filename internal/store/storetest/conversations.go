package storetest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
)

// Chats, offline requests and calls have lists of their own; visitors' cards are in none of them.
func (e *exam) conversationsAreListed() {
	t := e.T
	chat, other, request := integration.ChatSession("1"), integration.ChatSession("2"), integration.OfflineSession("7")
	visitor := integration.VisitorSession("9")
	for i, session := range []integration.SessionID{chat, "call", request, chat, "", visitor, other, "chatty", chat, "offline"} {
		e.Advance(time.Second)
		d := e.delivery(numbered("k", i), session)
		switch session {
		case "":
			d.Event.Kind = integration.Unreadable
		case other:
			d.Event.Kind, d.Event.Customer = integration.ChatOpened, "+79005550000"
		}
		e.save(d)
	}
	for name, c := range map[string]struct {
		f    store.JournalFilter
		want []string
	}{
		"all":              {store.JournalFilter{}, []string{"offline", "chatty", string(other), string(visitor), "invalid", string(request), "call", string(chat)}},
		"calls":            {store.JournalFilter{Communication: store.Calls}, []string{"offline", "chatty", "invalid", "call"}},
		"chats":            {store.JournalFilter{Communication: integration.Chat}, []string{string(other), string(chat)}},
		"requests":         {store.JournalFilter{Communication: integration.Offline}, []string{string(request)}},
		"chats by kind":    {store.JournalFilter{Communication: integration.Chat, Kind: integration.ChatOpened}, []string{string(other)}},
		"chats of one":     {store.JournalFilter{Communication: integration.Chat, Customer: "+79005550000"}, []string{string(other)}},
		"chats since":      {store.JournalFilter{Communication: integration.Chat, Since: e.Now().Add(-4 * time.Second)}, []string{string(other)}},
		"no such requests": {store.JournalFilter{Communication: integration.Offline, Portal: "other"}, nil},
	} {
		for _, size := range []int{1, 2, 9} {
			if diff := cmp.Diff(c.want, e.calls(c.f, size)); diff != "" {
				t.Errorf("%s by %d (-want +got):\n%s", name, size, diff)
			}
		}
	}
	events, _, err := e.s.Events(t.Context(), "acme", store.JournalFilter{Communication: integration.Chat}, "", 9)
	if err != nil || len(events) != 4 {
		t.Errorf("events of chats: %d, %v, want 4", len(events), err)
	}
}

// What goes on and what ended is counted for calls and for conversations apart.
func (e *exam) conversationsAreCountedApart() {
	t, ctx := e.T, e.Context()
	began := e.Now()
	e.save(e.delivery("k", "call"))
	l := e.lease("a")
	heard := func() (chats, requests bool) {
		a, err := e.s.Activity(ctx, "acme", e.portal, began, 9)
		e.must(err)
		return a.ChatsHeard, a.RequestsHeard
	}
	ended := func(id integration.SessionID, how integration.Ending) lane.Decided {
		d := e.planned(id, nil)
		d.Ending, d.Plan.Memory.Closed = how, true
		return d
	}
	open := func(id integration.SessionID) lane.Decided {
		d := e.planned(id, nil)
		d.Deadline = e.Now().Add(time.Hour)
		return d
	}
	e.record(l, open("call"), ended("filtered", integration.EndingFiltered))
	if chats, requests := heard(); chats || requests {
		t.Error("calls are heard of as conversations")
	}
	e.record(l, open(integration.ChatSession("1")), open(integration.ChatSession("2")), open(integration.VisitorSession("1")))
	if chats, requests := heard(); !chats || requests {
		t.Errorf("chats %t, requests %t", chats, requests)
	}
	e.record(l, ended(integration.ChatSession("3"), integration.EndingServed), ended(integration.ChatSession("4"), integration.EndingFiltered),
		ended(integration.ChatSession("5"), integration.EndingUnanswered), ended(integration.OfflineSession("1"), integration.EndingRequest))
	got, err := e.s.Activity(ctx, "acme", e.portal, began, 9)
	e.must(err)
	want := map[integration.Ending]int{
		integration.EndingServed: 1, integration.EndingUnanswered: 1, integration.EndingFiltered: 1, integration.EndingRequest: 1,
	}
	if !maps.Equal(got.Ended, map[integration.Ending]int{integration.EndingFiltered: 1}) || !maps.Equal(got.Conversations, want) {
		t.Errorf("calls %v, conversations %v, want %v", got.Ended, got.Conversations, want)
	}
	if got.Open != 1 || len(got.Latest) != 1 || got.Latest[0].Session != "call" || got.OpenChats != 2 || !got.RequestsHeard {
		t.Errorf("activity: %+v", got)
	}
	if calls, err := lived(ctx, e.s, l); err != nil || len(calls) != 2 {
		t.Errorf("of the past are told %+v, %v, want the two calls", calls, err)
	}
}

// A conversation is told whole where a call would be cut: all its words belong to its transcript (C-7).
func (e *exam) longConversationsAreWhole() {
	t, ctx := e.T, e.Context()
	const long = 1500
	chat := integration.ChatSession("1")
	var all []integration.Delivery
	for i := range long {
		all = append(all, e.delivery(numbered("chat", i), chat), e.delivery(numbered("call", i), "s"))
	}
	for part := range slices.Chunk(all, 500) {
		e.save(part...)
	}
	l := e.lease("a")
	states, err := e.s.Sessions(ctx, l, []integration.SessionID{"s", chat})
	if err != nil || len(states[chat].Events) != long || len(states["s"].Events) != 1000 {
		t.Errorf("%d events of a chat, %d of a call, %v", len(states[chat].Events), len(states["s"].Events), err)
	}
	journals, err := e.s.SessionJournals(ctx, "acme", e.portal, []integration.SessionID{"s", chat})
	if err != nil || len(journals[chat].Events) != long || len(journals["s"].Events) != 1000 {
		t.Errorf("in the journal %d events of a chat, %d of a call, %v", len(journals[chat].Events), len(journals["s"].Events), err)
	}
}

// A conversation that is over is replayed at once; of a range, conversations are and visitors' cards are not.
func (e *exam) conversationsAreReplayed() {
	t, ctx := e.T, e.Context()
	kinds := map[integration.SessionID]integration.EventKind{
		integration.ChatSession("1"): integration.ChatClosed, integration.ChatSession("2"): integration.ChatMessage,
		integration.OfflineSession("1"): integration.OfflineRequest, integration.VisitorSession("1"): integration.VisitorCard,
	}
	var l lane.Lease
	for id, kind := range kinds {
		d := e.delivery(fmt.Sprint("k", id), id)
		d.Event.Kind = kind
		ids := e.save(d)
		if l.Owner == "" {
			l = e.lease("a")
		}
		e.record(l, e.planned(id, ids))
	}
	order := store.ReplayOrder{Request: "r", From: e.Now(), Till: e.Now().Add(time.Second), Quiet: time.Hour}
	count, err := e.s.Replay(ctx, "acme", e.portal, order)
	if want := (store.ReplayCount{Replayed: 2, Running: 1}); err != nil || count != want {
		t.Errorf("replayed %+v, %v, want %+v", count, err, want)
	}
}
