package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/integration/settings"
	"omniconnector/internal/store"
	"omniconnector/rules"
	platform "omniconnector/webhooks/emulator"
)

// requests puts a request to the API, for a version of the settings that is replaced if there is one, and reads what it answers.
func (s *stage) requests(t *testing.T, method, address, body, match string, into any) {
	t.Helper()
	token, _, err := s.app.Store().CreateSecret(t.Context(), s.at.Tenant, store.NewSecret{Purpose: store.API, Name: "t", Scope: store.Write})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.app.Address()+"/api/v1"+address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+string(token))
	if match != "" {
		r.Header.Set("If-Match", match)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %v %v", method, address, answer.StatusCode, err, into)
	}
}

// saves changes the settings as a tenant does, from one version to the next.
func (s *stage) saves(t *testing.T, from int64, change func(*integration.Settings)) {
	t.Helper()
	change(&s.settings)
	var saved struct{ Version int64 }
	s.requests(t, http.MethodPut, fmt.Sprintf("/portals/%s/settings", s.at.Portal), string(settings.Write(&s.settings)), fmt.Sprintf("%q", decimalOf(from)), &saved)
	if saved.Version != from+1 {
		t.Fatalf("saved as version %d, want %d", saved.Version, from+1)
	}
}

// decidedBy is the version of the settings that the journal tells of a call.
func (s *stage) decidedBy(t *testing.T, session, want int64) {
	t.Helper()
	var told struct {
		Calls []struct {
			Memory struct {
				Version int64 `json:"settings_version"`
			} `json:"memory"`
		} `json:"calls"`
	}
	s.requests(t, http.MethodGet, "/calls/"+decimalOf(session), "", "", &told)
	if len(told.Calls) != 1 || told.Calls[0].Memory.Version != want {
		t.Errorf("the journal of call %d tells %+v, want settings version %d", session, told.Calls, want)
	}
}

// begun is a lead's title, stage and responsible.
func (s *stage) begun(t *testing.T, session int64, title, in, owner string) {
	t.Helper()
	lead := leadOf(t, s.World, session)
	for field, want := range map[string]string{"title": title, "stageId": in, "assignedById": owner} {
		if got := s.Portal.Field(bitrix.Lead, lead, field); got != want {
			t.Errorf("call %d: %s is %q, want %q", session, field, got, want)
		}
	}
}

// firstVersion is what calls begin with: stages by who answers, which is known only after the settings have changed.
func firstVersion(s *integration.Settings) {
	anybody := rules.Filter{Parameter: integration.ParamEmployee, Mode: rules.Include, Values: []string{"7001", "7002"}}
	for _, calls := range []*integration.Calls{&s.Telephony.Incoming, &s.Telephony.Outgoing} {
		calls.Names.Lead = []integration.NameTemplate{
			{Text: "Первая, с ответом: {{contact_phone_number}}", Where: anybody}, {Text: "Первая: {{contact_phone_number}}"},
		}
		calls.Funnels.Rules = []integration.FunnelRule{{Name: "Первая", Entity: crm.Lead, Stage: "IN_PROCESS", Where: anybody}}
		calls.Responsible = integration.Responsible{Default: 9}
	}
	s.Telephony.ChatNotice = true
}

// secondVersion is different in everything that a call is decided by.
func secondVersion(s *integration.Settings) {
	for _, calls := range []*integration.Calls{&s.Telephony.Incoming, &s.Telephony.Outgoing} {
		calls.Names.Lead = []integration.NameTemplate{{Text: "Вторая: {{contact_phone_number}}"}}
		calls.Funnels = integration.Funnels{LeadStage: "PROCESSED", Stage: "NEW"}
		calls.Responsible.Default = 10
	}
	s.Telephony.Outgoing.Create = false
	s.Telephony.Records, s.Telephony.ChatNotice, s.Telephony.SourceNumber = false, false, false
}

// T-16: calls in flight finish by the settings they began with, also in another process, and the next ones go by the new ones.
func TestCallsInFlightKeepTheirVersionOfTheSettings(t *testing.T) {
	t.Parallel()
	for _, restarted := range []bool{false, true} {
		t.Run(fmt.Sprintf("restarted=%t", restarted), func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, database string) {
				t.Helper()
				s := staged(t, staging{database: database, set: firstVersion})
				anna, petr := s.Shop.Employees[0], s.Shop.Employees[1]
				came := s.Shop.Incoming(1, s.now(), "79000000001").Answered(anna, 5*time.Second, 30*time.Second)
				lost := s.Shop.Incoming(2, s.now(), "79000000002").Lost(20*time.Second, petr)
				went := s.Shop.Outgoing(3, s.now(), "79000000003").Spoken(petr, 5*time.Second, 30*time.Second)
				var rest []platform.Script
				for _, call := range []platform.Script{came, lost, went} {
					begin, end := delayParts(call, 2)
					s.plays(t, begin)
					rest = append(rest, end)
				}
				s.begun(t, 1, "Первая: +79000000001", "NEW", "7")
				s.saves(t, 1, secondVersion)
				if restarted {
					s.restart(t)
				}
				// By the second version first, so that it is what a process knows best.
				s.plays(t, s.Shop.Incoming(4, s.now(), "79000000004").Answered(anna, 5*time.Second, 30*time.Second))
				for _, end := range rest {
					s.plays(t, end)
				}
				s.plays(t, s.Shop.Outgoing(5, s.now(), "79000000005").Spoken(petr, 5*time.Second, 30*time.Second))
				s.plays(t, s.Shop.Incoming(6, s.now(), "79000000006").Lost(20*time.Second))

				s.begun(t, 1, "Первая, с ответом: +79000000001", "IN_PROCESS", "7")
				s.begun(t, 2, "Первая: +79000000002", "NEW", "8")
				s.begun(t, 3, "Первая, с ответом: +79000000003", "IN_PROCESS", "8")
				s.begun(t, 4, "Вторая: +79000000004", "PROCESSED", "7")
				s.begun(t, 6, "Вторая: +79000000006", "PROCESSED", "10")
				wants(t, s.World, "originId=call:5/lead", 0)
				wants(t, s.World, "  activity call:1 ", 1)
				wants(t, s.World, "attached=1", 2) // those of calls 1 and 3
				wants(t, s.World, "sourceDescription=749500001", 3)
				if told := s.Portal.Chat(0); len(told) != 2 { // of the incoming calls 1 and 2
					t.Errorf("%d messages in chats, want 2: %+v", len(told), told)
				}
				for session, version := range map[int64]int64{1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 2} {
					s.decidedBy(t, session, version)
				}
			})
		})
	}
}

// T-7, T-16: a call that waits for its filter is kept out by the filter it began with.
func TestCallThatWaitsForItsFilterKeepsTheFilter(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		only := func(employee string) integration.CallFilter {
			return integration.CallFilter{On: true, Where: rules.Filter{Parameter: integration.ParamEmployee, Mode: rules.Include, Values: []string{employee}}}
		}
		s := staged(t, staging{database: database, set: func(s *integration.Settings) { s.Telephony.Incoming.Filter = only("7001") }})
		call := func(session int64) platform.Script {
			return s.Shop.Incoming(session, s.now(), "7900000000"+decimalOf(session)).Answered(s.Shop.Employees[1], 5*time.Second, 30*time.Second)
		}
		begin, rest := delayParts(call(1), 2)
		s.plays(t, begin)
		s.saves(t, 1, func(s *integration.Settings) { s.Telephony.Incoming.Filter = only("7002") })
		s.plays(t, call(2))
		s.plays(t, rest)
		wants(t, s.World, "originId=call:1/lead", 0)
		wants(t, s.World, "originId=call:2/lead", 1)
		s.explained(t, "1", "filter_kept_out")
		s.decidedBy(t, 1, 1)
		s.decidedBy(t, 2, 2)
	})
}
