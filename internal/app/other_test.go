package app_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// The extra fields of the tests of T-1.
const (
	whoField   = "UF_CRM_WHO"
	firstField = "UF_CRM_FIRST"
)

// otherTelephony is a stage whose tenant leaves the calls to another telephony.
func otherTelephony(t *testing.T) *stage {
	t.Helper()
	return otherTelephonySettles(t, 20)
}

// otherTelephonySettles is one that may still be changing records for so many seconds after a call. The clock goes on by itself
// while a test works: what must happen within the time wants room.
func otherTelephonySettles(t *testing.T, seconds int) *stage {
	t.Helper()
	pairs := []integration.FieldPair{
		{Field: whoField, Parameter: "employee_full_name"}, {Field: firstField, Parameter: integration.FirstCommunication},
	}
	return staged(t, staging{
		set: func(s *integration.Settings) {
			s.Telephony.Other = integration.OtherTelephony{On: true, SettleSeconds: seconds}
			s.Telephony.Manager, s.Telephony.Click = true, integration.Click{On: true, Number: "74950000101"}
			s.Telephony.Fields = integration.ExtraFields{Lead: pairs, Contact: pairs, Company: pairs}
		},
		seed: func(w *world.World) {
			for _, k := range []bitrix.Kind{bitrix.Lead, bitrix.Contact, bitrix.Company} {
				w.Portal.AddUserField(k, whoField, "Кто говорил", false)
				w.Portal.AddUserField(k, firstField, "ID первой коммуникации", false)
			}
		},
	})
}

// person adds a record with a number.
func (s *stage) person(k bitrix.Kind, phone string, fields map[string]any) int64 {
	all := map[string]any{"fm": []any{bitrix.Phone(phone)}}
	maps.Copy(all, fields)
	return s.Portal.Add(k, all)
}

// edit is a person's work in the portal.
func (s *stage) edit(t *testing.T, k bitrix.Kind, id int64, fields map[string]any) {
	t.Helper()
	if err := s.Portal.As(8).Edit(k, id, fields); err != nil {
		t.Fatal(err)
	}
}

func (s *stage) field(t *testing.T, k bitrix.Kind, id int64, name, want string) {
	t.Helper()
	if got := s.Portal.Field(k, id, name); got != want {
		t.Errorf("%s %d has %s=%q, want %q\n%s", k, id, name, got, want, s.Records())
	}
}

// untouched fails the test when the connector registered, created or added anything: T-1 only changes fields.
func (s *stage) untouched(t *testing.T) {
	t.Helper()
	if calls := s.Portal.Calls(); len(calls) != 0 {
		t.Errorf("calls were registered: %+v", calls)
	}
	wants(t, s.World, "  activity ", 0)
	wants(t, s.World, "originId=", 0)
	for method := range s.Portal.Requests().Methods {
		if strings.HasPrefix(method, "telephony.externalcall.") || strings.HasSuffix(method, ".add") && strings.HasPrefix(method, "crm.") {
			t.Errorf("%s was asked for", method)
		}
	}
}

// T-1: only what other people changed during the call gets the extra fields, after the settling time; the first
// communication is written where there is none.
func TestOtherTelephonyUpdatesWhatPeopleChanged(t *testing.T) {
	t.Parallel()
	s := otherTelephony(t)
	contact := s.person(bitrix.Contact, "+79000000041", map[string]any{"name": "Ирина"})
	company := s.person(bitrix.Company, "+79000000041", map[string]any{"title": "Ромашка", firstField: "call:1"})
	lead := s.person(bitrix.Lead, "+79000000041", map[string]any{"title": "Старый"})
	s.rest(t)
	s.clock.Move(time.Hour)
	call := s.Shop.Incoming(41, s.now(), "79000000041")
	s.edit(t, bitrix.Company, company, map[string]any{"comments": "звонит"}) // the other telephony's, during the call
	s.plays(t, call.Answered(s.Shop.Employees[0], 5*time.Second, 30*time.Second))
	s.field(t, bitrix.Company, company, whoField, "") // not before it has settled
	s.clock.Move(40 * time.Second)                    // the call has ended
	s.edit(t, bitrix.Lead, lead, map[string]any{"comments": "говорили"})
	s.pass(t, 20*time.Second, "41")
	s.field(t, bitrix.Company, company, whoField, "Тестова Анна")
	s.field(t, bitrix.Company, company, firstField, "call:1")
	s.field(t, bitrix.Lead, lead, whoField, "Тестова Анна")
	s.field(t, bitrix.Lead, lead, firstField, "call:41")
	s.field(t, bitrix.Contact, contact, whoField, "")
	s.field(t, bitrix.Contact, contact, firstField, "")
	s.explained(t, "41", "other_settles", "other_changed", "other_unchanged", "fields_updated")
	s.untouched(t)
}

// T-1: what nobody changed is not written, and what is not there is not created; the events are in the journal all the same.
func TestOtherTelephonyLeavesTheRestAlone(t *testing.T) {
	t.Parallel()
	s := otherTelephony(t)
	contact := s.person(bitrix.Contact, "+79000000042", map[string]any{"name": "Ирина"})
	s.rest(t)
	s.clock.Move(time.Hour)
	known, unknown := s.Shop.Incoming(42, s.now(), "79000000042"), s.Shop.Incoming(43, s.now(), "79000000043")
	anna := s.Shop.Employees[0]
	s.plays(t, platform.Merge("both", known.Answered(anna, 5*time.Second, 30*time.Second), unknown.Lost(20*time.Second, anna)))
	s.pass(t, time.Minute, "42")
	s.pass(t, 0, "43")
	s.edit(t, bitrix.Contact, contact, map[string]any{"comments": "поздно"}) // after the settling time: not of this call
	s.rest(t)
	s.explained(t, "42", "other_unchanged", "other_nothing_changed")
	s.explained(t, "43", "other_nothing_found")
	s.field(t, bitrix.Contact, contact, whoField, "")
	for session, events := range map[string]int{"42": 3, "43": 2} {
		if had := len(s.journal(t, session).Events); had < events {
			t.Errorf("%d events of %s are in the journal", had, session)
		}
	}
	if n := s.Portal.Requests().Methods["crm.item.update"]; n != 0 {
		t.Errorf("%d updates", n)
	}
	s.untouched(t)
}

// T-1: our own write for one call is not taken for a person's change during the next one of the same customer; a person's is,
// though ours came after it.
func TestOtherTelephonyTellsItsOwnWritesFromPeoples(t *testing.T) {
	t.Parallel()
	s := otherTelephonySettles(t, 620)
	mine := s.person(bitrix.Contact, "+79000000044", map[string]any{"name": "Ирина"})
	theirs := s.person(bitrix.Contact, "+79000000044", map[string]any{"name": "Олег"})
	s.rest(t)
	s.clock.Move(time.Hour)
	anna, petr := s.Shop.Employees[0], s.Shop.Employees[1]
	first := s.Shop.Incoming(44, s.now(), "79000000044")
	for _, id := range []int64{mine, theirs} {
		s.edit(t, bitrix.Contact, id, map[string]any{"comments": "первый звонок"})
	}
	s.plays(t, first.Answered(anna, 5*time.Second, 5*time.Second))
	s.clock.Move(400 * time.Second)
	second := s.Shop.Incoming(45, s.now(), "79000000044") // while the first one settles
	s.edit(t, bitrix.Contact, theirs, map[string]any{"comments": "второй звонок"})
	s.plays(t, second.Answered(petr, 5*time.Second, 5*time.Second))
	s.pass(t, 300*time.Second, "44")
	s.field(t, bitrix.Contact, mine, whoField, "Тестова Анна")
	s.field(t, bitrix.Contact, theirs, whoField, "Тестова Анна")
	s.pass(t, 10*time.Minute, "45")
	s.field(t, bitrix.Contact, mine, whoField, "Тестова Анна")
	s.field(t, bitrix.Contact, theirs, whoField, "Пробный Пётр")
	s.field(t, bitrix.Contact, theirs, firstField, "call:44")
	s.untouched(t)
}
