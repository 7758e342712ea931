package app_test

import (
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
	"omniconnector/webhooks/emulator/rpc"
)

// callingBack is a stage whose tenant calls visitors back; 74950000999 is the number when there is no employee to call.
func callingBack(t *testing.T, database string, mode bitrix.Mode) *stage {
	t.Helper()
	return staged(t, staging{database: database, mode: mode, set: func(s *integration.Settings) {
		s.Telephony.Callback = integration.Callback{On: true, Number: "74950000999"}
		s.Telephony.Incoming.Create, s.Telephony.Outgoing.Create = true, true
	}})
}

// callbackCall is the portal's only call.
func (s *stage) callbackCall(t *testing.T) bitrix.Call {
	t.Helper()
	calls := s.Portal.Calls()
	if len(calls) != 1 {
		t.Fatalf("the portal has %d calls:\n%s", len(calls), s.Records())
	}
	return calls[0]
}

// T-9: the client's responsible is called first, then the client; the lead that the form made is used and no other one made, and the call is
// registered as a callback.
func TestCallbackCallsTheResponsible(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		s := callingBack(t, database, bitrix.Classic)
		s.person(bitrix.Contact, "+79000000901", map[string]any{"name": "Ирина", "assignedById": 8})
		s.rest(t)
		before := s.Portal.Requests()
		s.Portal.Callback("+79000000901", "Перезвоните мне", "")
		s.rest(t)
		now := s.Portal.Requests()
		t.Logf("%d requests to the portal for a callback, %d commands", now.HTTP-before.HTTP, now.Commands-before.Commands)
		got := s.started(t, 1)[0]
		if got.Method != "start.employee_call" || got.EmployeeID != 7002 || got.FirstCall != "employee" || got.Contact != "79000000901" ||
			got.Number != "74950000102" || !strings.HasPrefix(got.External, "cb:") {
			t.Errorf("started %+v", got)
		}
		if call := s.callbackCall(t); call.Type != 4 || call.Status != "200" || call.FinishUser != 8 {
			t.Errorf("the call is %+v", call)
		}
		wants(t, s.World, "originId=", 0)
		if n := s.Portal.Count(bitrix.Lead); n != 1 {
			t.Errorf("%d leads:\n%s", n, s.Records())
		}
		wants(t, s.World, "responsible=8 completed=Y", 2) // one activity, in the contact and in the form's lead
		wants(t, s.World, "attached=1", 1)
	})
}

// T-9: a responsible whom nobody mapped, or who has no SIP line, is not called: the number of the settings is.
func TestCallbackCallsTheNumber(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		user int64
		why  string
	}{
		"unmapped":    {20, "callback_unmapped"},
		"no SIP line": {21, "callback_no_sip"},
		"dismissed":   {11, "owner_inactive"},
		"unknown":     {0, "callback_number"},
	} {
		for mode, in := range map[string]bitrix.Mode{"classic": bitrix.Classic, "simple": bitrix.Simple} {
			t.Run(name+" "+mode, func(t *testing.T) {
				t.Parallel()
				s := staged(t, staging{
					mode: in,
					set: func(s *integration.Settings) {
						s.Telephony.Callback = integration.Callback{On: true, Number: "74950000999"}
						s.Employees = []integration.Mapping{{Employee: 7009, User: 21}}
					},
					seed: func(w *world.World) {
						w.Portal.AddUser(bitrix.User{ID: 20, Name: "Без", LastName: "Платформы"})
						w.Portal.AddUser(bitrix.User{ID: 21, Name: "Вера", LastName: "Безномерова"})
					},
				})
				if c.user != 0 {
					s.person(bitrix.Contact, "+79000000902", map[string]any{"name": "Ирина", "assignedById": c.user})
				}
				s.rest(t)
				s.Portal.Callback("+79000000902", "", "")
				s.rest(t)
				got := s.started(t, 1)[0]
				if got.Method != "start.simple_call" || len(got.Ring) != 1 || got.Ring[0] != "74950000999" || got.Contact != "79000000902" {
					t.Errorf("started %+v", got)
				}
				wants(t, s.World, "originId=", 0)
				wants(t, s.World, "type=4", 1)
				if made := s.Portal.Count(bitrix.Lead) + s.Portal.Count(bitrix.Deal); made != 1 {
					t.Errorf("%d leads and deals:\n%s", made, s.Records())
				}
				wants(t, s.World, "completed=Y", s.Portal.Count(bitrix.Contact)+1) // one activity, in what is there
				s.callbackExplained(t, c.why, "callback_number")
			})
		}
	}
}

// callbackExplained fails the test when the journal of the only callback does not tell these reasons.
func (s *stage) callbackExplained(t *testing.T, codes ...string) {
	t.Helper()
	all, _, err := s.app.Store().Events(t.Context(), s.at.Tenant, store.JournalFilter{Kind: integration.CallbackAsked}, "", 10)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d callbacks in the journal, %v", len(all), err)
	}
	s.explained(t, string(all[0].Event.Session), codes...)
}

// T-9: switched off, a form calls nobody; what was asked for is in the journal.
func TestCallbackSwitchedOff(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]func(s *integration.Settings){
		"the switch":        func(s *integration.Settings) { s.Telephony.Callback.On = false },
		"another telephony": func(s *integration.Settings) { s.Telephony.Other.On = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := staged(t, staging{set: func(s *integration.Settings) {
				s.Telephony.Callback = integration.Callback{On: true, Number: "74950000999"}
				off(s)
			}})
			s.Portal.Callback("+79000000903", "", "")
			s.rest(t)
			s.started(t, 0)
			if calls := s.Portal.Calls(); len(calls) > 0 {
				t.Errorf("calls: %+v", calls)
			}
			s.callbackExplained(t, "callback_off")
		})
	}
}

// T-9: a client who asked to be called and could not be leaves a call that is not completed, with the responsible, so that somebody calls.
func TestCallbackThatFailed(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(t *testing.T, s *stage){
		"refused": func(_ *testing.T, s *stage) {
			s.Platform.Access(s.Shop.AppID).Disable("start.employee_call", "start.simple_call")
		},
		"disconnected": func(t *testing.T, s *stage) {
			t.Helper()
			if err := s.app.Store().DeletePlatform(t.Context(), s.at.Tenant); err != nil {
				t.Fatal(err)
			}
		},
		"the employee does not answer": func(_ *testing.T, s *stage) {
			s.Platform.Outcome(s.Shop.AppID, "", platform.Outcome{How: platform.EmployeeNoAnswer})
		},
		"the client does not answer": func(_ *testing.T, s *stage) {
			s.Platform.Outcome(s.Shop.AppID, "", platform.Outcome{How: platform.ContactNoAnswer})
		},
	} {
		for mode, in := range map[string]bitrix.Mode{"classic": bitrix.Classic, "simple": bitrix.Simple} {
			t.Run(name+" "+mode, func(t *testing.T) {
				t.Parallel()
				s := callingBack(t, "", in)
				s.person(bitrix.Contact, "+79000000904", map[string]any{"name": "Ирина", "assignedById": 8})
				s.rest(t)
				fail(t, s)
				s.Portal.Callback("+79000000904", "", "")
				s.rest(t)
				if call := s.callbackCall(t); call.Type != 4 || call.Status != "480" {
					t.Errorf("the call is %+v", call)
				}
				wants(t, s.World, "responsible=8 completed=N", 2) // in the contact, and in what the form made
				wants(t, s.World, "originId=", 0)
				s.cards(t, 0, "after the call")
			})
		}
	}
}

// T-9, R-3: the platform's answer that is lost does not call the client twice, and neither does an event that is told twice.
func TestCallbackCallsOnce(t *testing.T) {
	t.Parallel()
	s := callingBack(t, "", bitrix.Classic)
	s.person(bitrix.Contact, "+79000000905", map[string]any{"name": "Ирина", "assignedById": 8})
	s.rest(t)
	s.Portal.SetEvents(bitrix.EventKnobs{Duplicate: 100})
	s.fails(t, rpc.Fault{Method: "start.employee_call", Way: rpc.Drop, Executed: true})
	s.Portal.Callback("+79000000905", "", "")
	s.rest(t)
	s.started(t, 1)
	wants(t, s.World, "type=4", 1)
	wants(t, s.World, "responsible=8 completed=Y", 2)
}

// T-9: a platform that is down for minutes is asked again until it calls, and only when it is sure that it did not: the visitor waits longer than an employee at the card.
func TestCallbackOutlivesARestartAndAnOutage(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		s := callingBack(t, database, bitrix.Classic)
		s.person(bitrix.Contact, "+79000000906", map[string]any{"name": "Ирина", "assignedById": 8})
		s.rest(t)
		s.receiving(t)
		s.Portal.Callback("+79000000906", "", "")
		if err := s.Portal.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.clock.Move(3 * time.Minute)
		s.fails(t, rpc.Fault{Method: "start.employee_call", Mnemonic: "internal_error"})
		s.restart(t)
		s.until(t, "the look-up", func() bool { return len(s.Platform.Requests("list.calls")) > 0 })
		s.started(t, 0)
		s.clock.Move(3 * time.Minute) // the platform's reports would know of it by now
		s.until(t, "the call", func() bool { return len(s.Platform.Started()) > 0 })
		s.rest(t)
		s.started(t, 1)
		wants(t, s.World, "responsible=8 completed=Y", 2)
	})
}
