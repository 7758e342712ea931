package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	platform "omniconnector/webhooks/emulator"
)

// A virtual number of ours is nobody's: it is not looked for, and not written to any record, whether it calls or is
// called (T-0.1). Numbers that only the platform's directory knows are ours too.
func TestComplaint12OwnNumberIsNobodys(t *testing.T) {
	t.Parallel()
	for name, own := range map[string][]string{"in the settings": {"74950000101", "74950000102"}, "in the directory": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := complaint(t, func(set *integration.Settings) { set.OwnNumbers = own })
			stranger := s.Portal.Add(bitrix.Contact, map[string]any{"name": "Сами", "fm": []any{bitrix.Phone("+74950000102")}})
			s.rest(t)
			s.Portal.ResetCounters()
			anna := s.Shop.Employees[0]
			s.plays(t, s.Shop.Incoming(1, s.Began, "74950000102").Answered(anna, 5*time.Second, 30*time.Second))
			s.plays(t, s.Shop.Outgoing(2, s.Began, "74950000101").Spoken(anna, 5*time.Second, 30*time.Second))
			s.plays(t, s.Shop.Incoming(3, s.Began, "8 (495) 000-01-01").Lost(5*time.Second, anna))
			for _, c := range s.Portal.Commands() {
				if text := c.JSON(); strings.Contains(text, "4950000101") || strings.Contains(text, "4950000102") {
					t.Errorf("%s %s", c.Method, text)
				}
			}
			if n := len(s.Portal.Calls()); n != 0 {
				t.Errorf("%d calls with ourselves were registered", n)
			}
			// A client's call through that number searches and writes the client's number alone.
			s.plays(t, s.Shop.Incoming(4, s.Began, complainant).Answered(anna, 5*time.Second, 30*time.Second))
			if text := s.Records(); strings.Contains(text, "phone work +74950000101") || strings.Count(text, "+74950000102") != 1 {
				t.Errorf("a number of ours was written to a client:\n%s", text)
			}
			wants(t, s.World, fmt.Sprintf("client=contact %d ", stranger), 0)
			s.explained(t, "1", "own_number")
			s.explained(t, "2", "own_number")
		})
	}
}

// Of several contacts with one number the stated one is taken, every time: with an open deal the newest such deal's, else the
// earliest. There is one activity, and the journal says why.
func TestComplaint13SeveralContactsOneActivity(t *testing.T) {
	t.Parallel()
	for range 2 { // the same one every time
		s := staged(t, staging{mode: bitrix.Simple})
		var contacts []int64
		for i := range 3 {
			contacts = append(contacts, s.Portal.Add(bitrix.Contact, map[string]any{
				"name": fmt.Sprint("Клиент ", i), "fm": []any{bitrix.Phone([]string{"+79000000001", "8 900 000-00-01", "79000000001"}[i])},
			}))
		}
		talk := func(session int64) platform.Script {
			return s.Shop.Incoming(session, s.Began, complainant).Answered(s.Shop.Employees[0], 5*time.Second, 30*time.Second)
		}
		deal := s.Portal.Add(bitrix.Deal, map[string]any{"title": "Открытая", "contactId": contacts[1]})
		s.rest(t)
		s.plays(t, talk(1))
		wants(t, s.World, fmt.Sprintf("client=contact %d ", contacts[1]), 1)
		if err := s.Portal.Edit(bitrix.Deal, deal, map[string]any{"stageId": "LOSE"}); err != nil {
			t.Fatal(err)
		}
		s.rest(t)
		s.plays(t, talk(2))
		wants(t, s.World, fmt.Sprintf("client=contact %d ", contacts[0]), 1)
		s.explained(t, "1", "several_contacts")
		s.explained(t, "2", "several_contacts")
		calls := s.Portal.Calls()
		if len(calls) != 2 || calls[0].Activity == calls[1].Activity {
			t.Errorf("calls %+v", calls)
		}
		if n := s.Portal.Count(bitrix.Contact); n != 3 {
			t.Errorf("%d contacts", n)
		}
	}
}

// unlimited lifts the portal's limit of requests, which is not what a test is about.
func unlimited(t *testing.T, s *stage) {
	t.Helper()
	s.Portal.SetTariff(bitrix.Tariff{Name: "unlimited", Burst: 1e6, PerSecond: 1e6})
	if err := s.app.Store().SetBudget(t.Context(), s.at.Tenant, s.at.Portal, lane.Budget{PerSecond: 1e5, Burst: 1e5}); err != nil {
		t.Fatal(err)
	}
	s.restart(t) // a lane at work keeps the limit it began with
}

// spellings are thirty ways in which platforms and people write one number.
var spellings = []string{
	"79261234567", "+79261234567", "89261234567", "9261234567", "8 926 123-45-67", "8(926)1234567", "8 (926) 123 45 67",
	"+7 (926) 123-45-67", "+7-926-123-45-67", "7.926.123.45.67", "007 926 123 45 67", "8107 926 123 45 67", "tel:+79261234567",
	"TEL:89261234567", "+7 926 123 45 67 доб. 101", "89261234567 ext 101", "89261234567 x101", "79261234567,,101#",
	"79261234567;ext=101", "89261234567...101", "89261234567доб101", "моб. 8 926 123-45-67", " 79261234567\t", "8/926/1234567",
	"(926) 123-45-67", "８９２６１２３４５６７", "+7 926 123‑45‑67", "+7 926 123–45–67", "+7 926 1234567 #101", "8-926-123-4567",
}

// However a number is written, it is one client; numbers of two countries that end alike are two; nobody is no client.
func TestComplaint14SpellingsOfOneNumber(t *testing.T) {
	t.Parallel()
	s := complaint(t, nil)
	client := s.Portal.Add(bitrix.Contact, map[string]any{"name": "Ирина", "fm": []any{bitrix.Phone("8 (926) 123-45-67")}})
	s.rest(t)
	unlimited(t, s)
	var scripts []platform.Script
	tell := func(client string) {
		session := int64(len(scripts) + 1)
		call := s.Shop.Incoming(session, s.Began, client)
		scripts = append(scripts, call.Answered(s.Shop.Employees[0], 5*time.Second, 30*time.Second).OnlyFinal())
	}
	for _, spelling := range spellings {
		tell(spelling)
	}
	for _, nobody := range []string{"anonymous", "Unknown", "restricted", "", "101", "petr@sip.example", "0001234567"} {
		tell(nobody)
	}
	tell("+1 212 555 0123")
	tell("+7 212 555 0123")
	s.plays(t, platform.Merge("spellings", scripts...))
	wants(t, s.World, fmt.Sprintf("client=contact %d ", client), len(spellings))
	wants(t, s.World, "call call:", len(spellings)+2)
	wants(t, s.World, "  phone work +12125550123", 1)
	wants(t, s.World, "  phone work +72125550123", 1)
	if leads := s.Portal.Count(bitrix.Lead); leads != 3 || s.Portal.Count(bitrix.Contact) != 1 {
		t.Errorf("%d leads, %d contacts", leads, s.Portal.Count(bitrix.Contact))
	}
}
