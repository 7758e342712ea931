package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/settings"
	"omniconnector/internal/store"
	"omniconnector/rules"
)

// keptOut makes a stage whose filter lets no incoming call pass.
func keptOut(database string) staging {
	return staging{database: database, set: func(s *integration.Settings) {
		s.Telephony.ChatNotice = true
		s.Telephony.Incoming.Filter = integration.CallFilter{On: true, Where: rules.Filter{
			Parameter: integration.ParamVirtualNumber, Mode: rules.Include, Values: []string{"74950000999"},
		}}
	}}
}

// mend lets every call pass.
func (s *stage) mend(t *testing.T) {
	t.Helper()
	s.settings.Telephony.Incoming.Filter = integration.CallFilter{}
	at, err := s.app.Store().Document(t.Context(), s.at.Tenant, s.at.Portal, 0)
	if err == nil {
		_, err = s.app.Store().SaveSettings(t.Context(), s.at.Tenant, s.at.Portal, at.Version, settings.Write(&s.settings), "test")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// replays asks the API for a replay and answers how many calls it is of.
func (s *stage) replays(t *testing.T, address, body string, status int) int {
	t.Helper()
	token, _, err := s.app.Store().CreateSecret(t.Context(), s.at.Tenant, store.NewSecret{Purpose: store.API, Name: "t", Scope: store.Write})
	if err != nil {
		t.Fatal(err)
	}
	url := fmt.Sprintf("http://%s/api/v1/portals/%s%s", s.app.Address(), s.at.Portal, address)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+string(token))
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var out struct{ Calls int }
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil || answer.StatusCode != status {
		t.Fatalf("%s: %d %v, want %d", address, answer.StatusCode, err, status)
	}
	s.rest(t)
	return out.Calls
}

// S-2: a call that the filter kept out becomes a lead when it is replayed after the filter was mended, without a card and a message
// about the past; more replays, and one of a call that was in the CRM already, change nothing.
func TestReplayAfterTheFilterWasMended(t *testing.T) {
	t.Parallel()
	s := staged(t, keptOut(""))
	anna := s.Shop.Employees[0]
	s.plays(t, s.Shop.Incoming(1, s.now(), "79000000001").Answered(anna, 5*time.Second, 30*time.Second))
	wants(t, s.World, "\nlead ", 0)
	s.replays(t, "/calls/1/replay", "", http.StatusAccepted) // by the same settings
	wants(t, s.World, "\nlead ", 0)
	s.mend(t)
	s.replays(t, "/calls/1/replay", "", http.StatusAccepted)
	wants(t, s.World, "\nlead call:1", 1)
	wants(t, s.World, "  activity ", 1)
	wants(t, s.World, "attached=1", 1)
	s.explained(t, "1", "filter_kept_out", "create_lead", "record")
	if calls := s.Portal.Calls(); len(calls) != 1 || len(calls[0].Cards) > 0 {
		t.Errorf("a card of the past popped up: %+v", calls)
	}
	if told := s.Portal.Chat(0); len(told) > 0 {
		t.Errorf("a message of the past: %+v", told)
	}
	before := s.Records()
	for range 3 {
		s.replays(t, "/calls/1/replay", "", http.StatusAccepted)
	}
	if after := s.Records(); after != before {
		t.Errorf("a replay of a finished call changed the portal:\n%s\nwas\n%s", after, before)
	}
	s.replays(t, "/calls/2/replay", "", http.StatusNotFound)
}

// S-2: a range is replayed on both databases; given twice, the order changes nothing, and what was in the CRM stays as it is.
func TestReplayOfARange(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		s := staged(t, keptOut(database))
		from, anna := s.now().Add(-time.Minute), s.Shop.Employees[0]
		for i := range int64(6) {
			s.plays(t, s.Shop.Incoming(i+1, s.now(), "7900000010"+decimalOf(i)).Answered(anna, 5*time.Second, 30*time.Second))
		}
		wants(t, s.World, "\nlead ", 0)
		s.mend(t)
		s.replays(t, "/calls/3/replay", "", http.StatusAccepted)
		wants(t, s.World, "\nlead ", 1)
		order := func(outcome string) string {
			return fmt.Sprintf(`{"from": %q, "till": %q, "outcome": %q, "request": "again"}`,
				from.UTC().Format(time.RFC3339), s.now().Add(time.Hour).UTC().Format(time.RFC3339), outcome)
		}
		if n := s.replays(t, "/replay", order("off"), http.StatusAccepted); n != 0 {
			t.Errorf("%d calls while the section was off", n)
		}
		for range 2 {
			if n := s.replays(t, "/replay", order("filtered"), http.StatusAccepted); n != 6 {
				t.Errorf("%d calls, want 6", n)
			}
			wants(t, s.World, "\nlead call:", 6)
			wants(t, s.World, "  activity ", 6)
			wants(t, s.World, "attached=1", 6)
		}
	})
}
