package app_test

import (
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	platform "omniconnector/webhooks/emulator"
	"omniconnector/webhooks/emulator/rpc"
)

// T-8, R-3: an answer of the platform that is lost after the call began does not begin a second one.
func TestClickWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]rpc.Fault{
		"cut":   {Way: rpc.Drop},
		"page":  {Way: rpc.Page, Status: 502},
		"half":  {Way: rpc.Cut},
		"error": {Mnemonic: "internal_error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := clicking(t, "", nil)
			s.person(bitrix.Lead, "+79000000804", ofUser(9, "Заявка"))
			way.Method, way.Executed = "start.employee_call", true
			s.fails(t, way)
			s.clicks(t, 8, "+79000000804", "")
			s.rest(t)
			s.started(t, 1)
			wants(t, s.World, "finished by=8 status=200 duration=60", 1)
			wants(t, s.World, "  activity ", 1)
			wants(t, s.World, "attached=1", 1)
			s.cards(t, 0, "after the call")
		})
	}
}

// T-8: the platform that is down for a moment is asked again; one that stays down is told of on the card.
func TestClickWhileThePlatformIsDown(t *testing.T) {
	t.Parallel()
	t.Run("for a moment", func(t *testing.T) {
		t.Parallel()
		s := clicking(t, "", nil)
		s.person(bitrix.Lead, "+79000000805", ofUser(9, "Заявка"))
		s.Platform.Access(s.Shop.AppID).DropSessions()
		s.fails(t, rpc.Fault{Method: "start.employee_call", Mnemonic: "internal_error"})
		s.clicks(t, 8, "+79000000805", "")
		s.until(t, "the call", func() bool {
			s.clock.Move(time.Second)
			return len(s.Platform.Started()) > 0 || len(s.Portal.CardMessages()) > 0
		})
		s.rest(t)
		if started := s.Platform.Started(); len(started) > 1 {
			t.Errorf("%d calls", len(started))
		}
		s.cards(t, 0, "after all")
		wants(t, s.World, "finished by=8", 1)
	})
	t.Run("for good", func(t *testing.T) {
		t.Parallel()
		s := clicking(t, "", nil)
		s.fails(t, rpc.Fault{API: rpc.CallAPI, Way: rpc.Page, Status: 500, Times: 1000})
		call := s.clicks(t, 8, "+79000000805", "")
		s.until(t, "the request", func() bool { return len(s.Platform.Requests("start.employee_call")) > 0 })
		s.clock.Move(5 * time.Minute)
		s.until(t, "the end", func() bool { return len(s.Portal.CardMessages()) > 0 })
		s.rest(t)
		s.started(t, 0)
		s.told(t, call, 8, "OTHER", "")
		t.Logf("the card: %q", s.Portal.CardMessages()[0].Reason)
	})
}

// T-8, R-3: a process that ends between the click and the call leaves it to the next one: it is made once, or, when it is too late for
// the employee who waits, its card tells so.
func TestClickAcrossARestart(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		s := clicking(t, database, nil)
		s.person(bitrix.Lead, "+79000000810", ofUser(9, "Заявка"))
		s.person(bitrix.Lead, "+79000000811", ofUser(9, "Заявка"))
		restarted := func(late time.Duration, phone string) string {
			t.Helper()
			s.receiving(t)
			id := s.clicks(t, 8, phone, "")
			if err := s.Portal.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.clock.Move(late)
			s.restart(t)
			s.rest(t)
			return id
		}
		restarted(20*time.Second, "+79000000810")
		s.started(t, 1)
		wants(t, s.World, "finished by=8 status=200", 1)
		late := restarted(40*time.Second, "+79000000811")
		s.started(t, 1)
		s.told(t, late, 8, "OTHER", "слишком поздно")
	})
}

// T-8, R-3: a process that ends while the platform is starting the call looks for it and does not call twice.
func TestClickWhoseProcessEnds(t *testing.T) {
	t.Parallel()
	for name, executed := range map[string]bool{"started": true, "not started": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := clicking(t, "", nil)
			s.person(bitrix.Lead, "+79000000812", ofUser(9, "Заявка"))
			s.Platform.Outcome(s.Shop.AppID, "79000000812", platform.Outcome{Held: true})
			s.fails(t, rpc.Fault{Method: "start.employee_call", Way: rpc.Drop, Executed: executed})
			s.fails(t, rpc.Fault{Method: "list.calls", Way: rpc.Drop, Times: 1000}) // nor can it be looked for
			call := s.clicks(t, 8, "+79000000812", "")
			s.until(t, "the look-up", func() bool { return len(s.Platform.Requests("list.calls")) > 0 })
			s.stop()
			s.Platform.Mend()
			s.start(t)
			if executed {
				s.until(t, "the call", func() bool { return s.journal(t, "920000001").Memory.Registered })
				s.Platform.Continue(920000001)
				s.rest(t)
				s.started(t, 1)
				wants(t, s.World, "finished by=8 status=200", 1)
				wants(t, s.World, "  activity ", 1)
				return
			}
			s.clock.Move(40 * time.Second)
			s.until(t, "the end", func() bool { return len(s.Portal.CardMessages()) > 0 })
			s.rest(t)
			s.started(t, 0)
			s.told(t, call, 8, "OTHER", "позвоните ещё раз")
		})
	}
}
