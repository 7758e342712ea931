package app_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/world"
	"omniconnector/rules"
	platform "omniconnector/webhooks/emulator"
	"omniconnector/webhooks/emulator/rpc"
)

// T-8: a click calls the employee, then the client; the portal's own call is finished and not registered twice.
func TestClickToCall(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		a, w, p := whole(t, database, func(s *integration.Settings) {
			s.Telephony.Click = integration.Click{On: true, Number: "74950000101", Override: true}
		})
		w.Platform.Outcome(w.Shop.AppID, "79000000077", platform.Outcome{Talk: 42 * time.Second})
		contact := w.Portal.Add(bitrix.Contact, map[string]any{"name": "Ирина", "fm": []any{bitrix.Phone("+79000000077")}})
		before := w.Portal.Requests()
		call, err := w.Portal.ClickNumber(bitrix.NumberClick{ClientID: w.App.ClientID, User: 7, Phone: "+79000000077", Kind: bitrix.Contact, ID: contact})
		if err != nil {
			t.Fatal(err)
		}
		after(t, a, w, p)
		now := w.Portal.Requests()
		t.Logf("%d requests to the portal for a click, %d commands", now.HTTP-before.HTTP, now.Commands-before.Commands)
		started := w.Platform.Started()
		if len(started) != 1 || started[0].External != "b24:"+call || started[0].Number != "74950000101" || started[0].Direction != "out" {
			t.Fatalf("calls started: %+v", started)
		}
		calls := w.Portal.Calls()
		if len(calls) != 1 || calls[0].ID != call {
			t.Fatalf("the portal has %+v", calls)
		}
		wants(t, w, "finished by=7 status=200 duration=42", 1)
		wants(t, w, "attached=1", 1)
	})
}

// clicking is a stage whose employees call by clicks; user 1 is an employee without an active number, user 20 none.
func clicking(t *testing.T, database string, set func(s *integration.Settings)) *stage {
	t.Helper()
	return staged(t, staging{
		database: database,
		set: func(s *integration.Settings) {
			s.Telephony.Click = integration.Click{On: true, Number: "74950000101"}
			s.Employees = []integration.Mapping{{Employee: 7009, User: 1}}
			if set != nil {
				set(s)
			}
		},
		seed: func(w *world.World) {
			w.Portal.AddUser(bitrix.User{ID: 20, Name: "Инна", LastName: "Приёмная"})
		},
	})
}

// clicks is an employee's click; it tells the portal's id of the call.
func (s *stage) clicks(t *testing.T, user int64, phone, line string) string {
	t.Helper()
	id, err := s.Portal.ClickNumber(bitrix.NumberClick{ClientID: s.App.ClientID, User: user, Phone: phone, Line: line})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// started fails the test unless the platform was asked for so many calls, and gives them.
func (s *stage) started(t *testing.T, want int) []platform.Started {
	t.Helper()
	all := s.Platform.Started()
	if len(all) != want {
		t.Fatalf("%d calls were started, want %d: %+v\n%s", len(all), want, all, s.Records())
	}
	return all
}

// told fails the test unless the card of a click told its employee that the call did not come about, and went away.
func (s *stage) told(t *testing.T, call string, user int64, status, reason string) {
	t.Helper()
	s.cards(t, 0, "after the call")
	for _, m := range s.Portal.CardMessages() {
		if m.CallID != call {
			continue
		}
		if m.User != user || m.Status != status || !strings.Contains(m.Reason, reason) || m.Reason == "" {
			t.Errorf("the card tells %+v, want status %s and %q", m, status, reason)
		}
		return
	}
	t.Errorf("the card of %s told nothing:\n%s", call, s.Records())
}

// T-8: with «Переопределять АОН» the client sees the tenant's number; without it that of the line chosen in the portal, or else of the
// employee's SIP line.
func TestClickShowsTheNumber(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		override   bool
		user       int64
		line, want string
		why        string
	}{
		"override":           {true, 8, "", "74950000101", "caller_id_override"},
		"override of a line": {true, 8, "74950000102", "74950000101", "caller_id_override"},
		"line":               {false, 7, "74950000102", "74950000102", "caller_id_line"},
		"a foreign line":     {false, 8, "74959999999", "74950000102", "caller_id_sip"},
		"SIP":                {false, 8, "", "74950000102", "caller_id_sip"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := clicking(t, "", func(s *integration.Settings) { s.Telephony.Click.Override = c.override })
			s.person(bitrix.Lead, "+79000000801", ofUser(9, "Заявка"))
			call := s.clicks(t, c.user, "8 (900) 000-08-01", c.line)
			s.rest(t)
			if got := s.started(t, 1)[0]; got.Number != c.want || got.Contact != "79000000801" {
				t.Errorf("started %+v, want %s", got, c.want)
			}
			s.explained(t, "click:"+call, c.why)
			wants(t, s.World, "  activity ", 1)
			wants(t, s.World, "completed=Y", 1)
			wants(t, s.World, "originId=", 0)
			s.cards(t, 0, "after the call")
		})
	}
}

// T-8: whoever does not pick up, the portal's call is finished once, its activity is not completed, and the card tells the employee.
func TestClickThatNobodyAnswers(t *testing.T) {
	t.Parallel()
	for how, want := range map[platform.How]struct{ status, reason string }{
		platform.EmployeeNoAnswer: {"480", "Сотрудник не снял трубку"}, platform.EmployeeBusy: {"486", "Телефон сотрудника занят"},
		platform.ContactNoAnswer: {"480", "Клиент не ответил"}, platform.ContactBusy: {"486", "Номер клиента занят"},
	} {
		t.Run(string(how), func(t *testing.T) {
			t.Parallel()
			s := clicking(t, "", nil)
			s.person(bitrix.Lead, "+79000000802", ofUser(9, "Заявка"))
			s.Platform.Outcome(s.Shop.AppID, "79000000802", platform.Outcome{How: how})
			call := s.clicks(t, 8, "+79000000802", "")
			s.rest(t)
			s.started(t, 1)
			s.told(t, call, 8, want.status, want.reason)
			wants(t, s.World, "finished by=8 status="+want.status, 1)
			wants(t, s.World, "responsible=8 completed=N", 1)
			wants(t, s.World, "call call:", 0) // no second registration
			wants(t, s.World, "originId=", 0)
		})
	}
}

// T-8: a call that cannot be started is finished in the portal with a reason for the employee, and nothing is made of it.
func TestClickThatIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		user          int64
		phone, status string
		reason        string
		set           func(s *integration.Settings)
		do            func(t *testing.T, s *stage)
		late          bool // told when it is too late to go on trying
	}{
		"blacklist":   {user: 8, phone: "+79000000666", status: "OTHER", reason: "чёрн"},
		"no number":   {user: 1, phone: "+79000000803", status: "OTHER", reason: "нет активного номера"},
		"unmapped":    {user: 20, phone: "+79000000803", status: "OTHER", reason: "Приёмная не сопоставлен"},
		"off":         {user: 8, phone: "+79000000803", status: "OTHER", reason: "выключены", set: func(s *integration.Settings) { s.Telephony.Click.On = false }},
		"section off": {user: 8, phone: "+79000000803", status: "OTHER", reason: "выключены", set: func(s *integration.Settings) { s.Telephony.Enabled = false }},
		"own number":  {user: 8, phone: "+74950000102", status: "404", reason: "нельзя"},
		"disconnected": {user: 8, phone: "+79000000803", status: "OTHER", reason: "не подключена", do: func(t *testing.T, s *stage) {
			t.Helper()
			if err := s.app.Store().DeletePlatform(t.Context(), s.at.Tenant); err != nil {
				t.Fatal(err)
			}
		}},
		"points used up": {user: 8, phone: "+79000000803", status: "OTHER", reason: "", late: true, do: func(t *testing.T, s *stage) {
			t.Helper()
			s.fails(t, rpc.Fault{Method: "start.employee_call", Mnemonic: "limit_exceeded", Times: 100})
		}},
		"forbidden": {user: 8, phone: "+79000000803", status: "OTHER", reason: "", do: func(_ *testing.T, s *stage) {
			s.Platform.Access(s.Shop.AppID).Disable("start.employee_call")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := clicking(t, "", c.set)
			if c.do != nil {
				c.do(t, s)
			}
			call := s.clicks(t, c.user, c.phone, "")
			if c.late {
				s.until(t, "the request", func() bool { return len(s.Platform.Requests("start.employee_call")) > 0 })
				s.clock.Move(25 * time.Second) // and once more before it is too late
			}
			s.rest(t)
			s.started(t, 0)
			s.told(t, call, c.user, c.status, c.reason)
			t.Logf("the card: %q", s.Portal.CardMessages()[0].Reason)
			wants(t, s.World, "finished by=", 1)
			wants(t, s.World, "  activity ", 0)
			wants(t, s.World, "originId=", 0)
		})
	}
}

// fails makes requests to the platform fail.
func (s *stage) fails(t *testing.T, f rpc.Fault) {
	t.Helper()
	if err := s.Platform.Fail(f); err != nil {
		t.Fatal(err)
	}
}

// T-8: the portal may tell of a click twice.
func TestClickToldTwice(t *testing.T) {
	t.Parallel()
	s := clicking(t, "", nil)
	s.person(bitrix.Lead, "+79000000806", ofUser(9, "Заявка"))
	s.Portal.SetEvents(bitrix.EventKnobs{Duplicate: 100})
	s.clicks(t, 8, "+79000000806", "")
	s.rest(t)
	s.started(t, 1)
	wants(t, s.World, "finished by=8 status=200", 1)
	wants(t, s.World, "  activity ", 1)
}

// T-8: an impatient employee who clicks twice calls once; the second card says why.
func TestClickTwice(t *testing.T) {
	t.Parallel()
	s := clicking(t, "", nil)
	s.person(bitrix.Lead, "+79000000807", ofUser(9, "Заявка"))
	s.clicks(t, 8, "+79000000807", "")
	second := s.clicks(t, 8, "+79000000807", "")
	s.rest(t)
	s.started(t, 1)
	s.told(t, second, 8, "603-S", "Повторный щелчок")
	wants(t, s.World, "finished by=8 status=200", 1)
	s.clock.Move(time.Minute)
	s.clicks(t, 8, "+79000000807", "") // a wish of its own
	s.rest(t)
	s.started(t, 2)
	wants(t, s.World, "finished by=8 status=200", 2)
}

// T-8, T-7: a call that the filter keeps out is made all the same, and its card is taken away; nothing is made of it in the CRM.
func TestClickKeptOutByTheFilter(t *testing.T) {
	t.Parallel()
	s := clicking(t, "", func(s *integration.Settings) {
		s.Telephony.Outgoing.Filter = integration.CallFilter{On: true, Where: rules.Filter{
			Parameter: integration.ParamVirtualNumber, Mode: rules.Include, Values: []string{"74950000101"},
		}}
	})
	s.clicks(t, 8, "+79000000808", "") // shows 74950000102
	s.rest(t)
	session := s.started(t, 1)[0].Session
	wants(t, s.World, "finished by=8 status=200", 1)
	wants(t, s.World, "originId=", 0)
	s.cards(t, 0, "after the call")
	s.explained(t, strconv.FormatInt(session, 10), "filter_kept_out", "released")
}

// T-8, T-4: a number that the CRM does not know becomes a lead of the employee who clicked, with the call's activity and record.
func TestClickOnAnUnknownNumber(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]bitrix.Mode{"classic": bitrix.Classic, "simple": bitrix.Simple} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := staged(t, staging{mode: mode, set: func(s *integration.Settings) {
				s.Telephony.Click = integration.Click{On: true, Number: "74950000101"}
			}})
			before := s.Portal.Requests()
			s.clicks(t, 8, "+79000000809", "")
			s.rest(t)
			now := s.Portal.Requests()
			t.Logf("%d requests to the portal for a click, %d commands", now.HTTP-before.HTTP, now.Commands-before.Commands)
			made, activities := 1, 1
			if mode == bitrix.Simple {
				made, activities = 2, 2 // one activity, in the deal and in the contact
			}
			wants(t, s.World, "originId=call:", made)
			wants(t, s.World, "assignedById=8 ", made)
			wants(t, s.World, "responsible=8 completed=Y", activities)
			wants(t, s.World, "finished by=8 status=200", 1)
			wants(t, s.World, "attached=1", 1)
		})
	}
}
