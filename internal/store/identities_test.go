package store_test

import (
	"strings"
	"sync"
	"testing"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
	"omniconnector/internal/store/storetest"
)

// What conversations need costs a call nothing: no statement is made for names that it has none of.
func TestCallsWriteNoNames(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, storetest.NewClock().Now)
	p := account(t, s)
	if err := s.SaveDeliveries(t.Context(), delivery(p)); err != nil {
		t.Fatal(err)
	}
	leases, err := s.Claim(t.Context(), "o", storetest.NewClock().Now(), 1e9, 1)
	if err != nil || len(leases) != 1 {
		t.Fatal(leases, err)
	}
	var mu sync.Mutex
	var all, named int
	store.Trace(s, func(sql string) {
		mu.Lock()
		defer mu.Unlock()
		all++
		if strings.Contains(sql, "identities") {
			named++
		}
	})
	decide := func(d lane.Decided) (statements, ofNames int) {
		t.Helper()
		mu.Lock()
		all, named = 0, 0
		mu.Unlock()
		if _, err := s.Record(t.Context(), leases[0], []lane.Decided{d}); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		defer mu.Unlock()
		return all, named
	}
	call, ofCall := decide(lane.Decided{Session: "s"})
	chat, ofChat := decide(lane.Decided{Session: integration.ChatSession("1"), Identities: []integration.CustomerKey{"+79000000008", "visitor:1"}})
	if ofCall != 0 || ofChat != 1 || chat != call+1 {
		t.Errorf("a call takes %d statements, %d for names; a chat %d, %d", call, ofCall, chat, ofChat)
	}
}
