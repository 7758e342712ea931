package app_test

import (
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/rules"
	platform "omniconnector/webhooks/emulator"
)

// delayed is a stage whose tenant has the responsible set after a minute.
func delayed(t *testing.T, database string, mode bitrix.Mode, set func(s *integration.Settings)) *stage {
	t.Helper()
	return staged(t, staging{database: database, mode: mode, set: func(s *integration.Settings) {
		s.Telephony.ResponsibleAfter = 60
		if set != nil {
			set(s)
		}
	}})
}

// cards are the cards on screens now.
func (s *stage) cards(t *testing.T, want int, when string) {
	t.Helper()
	if cards := s.Portal.Cards(); len(cards) != want {
		t.Errorf("%s: %d cards are up, want %d: %+v", when, len(cards), want, cards)
	}
}

// delayParts are the first steps of a call and what follows.
func delayParts(s platform.Script, first int) (begin, rest platform.Script) {
	begin, rest = s, s
	begin.Steps, rest.Steps = s.Steps[:first:first], s.Steps[first:]
	return begin, rest
}

// T-5: the lead begins with the default responsible; the card goes away with the end of the call; after N, which no restart of the
// process forgets, the talker has the lead, the activity and the record.
func TestResponsibleLaterSurvivesARestart(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		s := delayed(t, database, bitrix.Classic, nil)
		call := s.Shop.Incoming(501, s.now(), "79000000501").Answered(s.Shop.Employees[1], 5*time.Second, 10*time.Second)
		ringing, rest := delayParts(call, 2)
		s.plays(t, ringing)
		s.cards(t, 1, "while it rings")
		wants(t, s.World, "lead call:501/lead", 1)
		wants(t, s.World, "assignedById=1 ", 1)
		s.clock.Move(15 * time.Second)
		s.plays(t, rest)
		s.cards(t, 0, "after the call")
		wants(t, s.World, "  activity ", 0)
		s.explained(t, "501", "responsible_default_first", "responsible_later")
		s.restart(t)
		s.rest(t)
		wants(t, s.World, "assignedById=1 ", 1) // not yet
		s.pass(t, 46*time.Second, "501")
		wants(t, s.World, "assignedById=8 ", 1)
		wants(t, s.World, "lead call:501/lead", 1)
		wants(t, s.World, "  activity ", 1)
		wants(t, s.World, "responsible=8 completed=Y", 1)
		wants(t, s.World, "finished by=8 status=200 duration=10", 1)
		wants(t, s.World, "attached=1", 1)
	})
}

// T-5: the moment may come while no process runs; the next one makes up for it.
func TestResponsibleLaterIsMadeUpFor(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		s := delayed(t, database, bitrix.Simple, nil)
		s.plays(t, s.Shop.Incoming(502, s.now(), "79000000502").Answered(s.Shop.Employees[0], 5*time.Second, 10*time.Second))
		wants(t, s.World, "assignedById=1 ", 2) // the deal and its contact
		s.stop()
		s.clock.Move(time.Hour)
		s.start(t)
		s.pass(t, 0, "502")
		wants(t, s.World, "assignedById=7 ", 2)
		wants(t, s.World, "responsible=7 completed=Y", 2) // one activity, in the deal and in the contact
		wants(t, s.World, "finished by=7 status=200", 1)
	})
}

// T-5, decision: whom a person made responsible meanwhile stays responsible; the activity is the talker's.
func TestResponsibleLaterKeepsAPersonsChoice(t *testing.T) {
	t.Parallel()
	s := delayed(t, "", bitrix.Classic, nil)
	s.plays(t, s.Shop.Incoming(503, s.now(), "79000000503").Answered(s.Shop.Employees[1], 5*time.Second, 10*time.Second))
	s.edit(t, bitrix.Lead, 1, map[string]any{"assignedById": int64(9)})
	s.pass(t, time.Minute, "503")
	s.field(t, bitrix.Lead, 1, "assignedById", "9")
	wants(t, s.World, "responsible=8 completed=Y", 1)
}

// T-5: a missed call goes to a rule's employee after N too, its activity not completed.
func TestResponsibleLaterOfAMissedCall(t *testing.T) {
	t.Parallel()
	s := delayed(t, "", bitrix.Classic, func(s *integration.Settings) {
		s.Telephony.Incoming.Responsible.Rules = []integration.ResponsibleRule{{
			Name: "Первый номер", User: 9, Where: rules.Filter{Parameter: integration.ParamVirtualNumber, Mode: rules.Include, Values: []string{"74950000101"}},
		}}
	})
	s.plays(t, s.Shop.Incoming(504, s.now(), "79000000504").Lost(20*time.Second, s.Shop.Employees[0], s.Shop.Employees[1]))
	s.cards(t, 0, "after the call")
	wants(t, s.World, "assignedById=1 ", 1)
	s.pass(t, time.Minute, "504")
	wants(t, s.World, "assignedById=9 ", 1)
	wants(t, s.World, "responsible=9 completed=N", 1)
	wants(t, s.World, "finished by=9 status=304", 1)
	s.explained(t, "504", "owner_rule")
}

// T-5: a call that is longer than N ends at once, with nothing to wait for.
func TestResponsibleLaterOfALongCall(t *testing.T) {
	t.Parallel()
	s := delayed(t, "", bitrix.Classic, nil)
	call := s.Shop.Incoming(505, s.now(), "79000000505").Answered(s.Shop.Employees[1], 5*time.Second, 3*time.Minute)
	talking, rest := delayParts(call, 3)
	s.plays(t, talking)
	s.clock.Move(3*time.Minute + 5*time.Second)
	s.rest(t)
	s.plays(t, rest)
	if due := s.journal(t, "505").Memory.DueAt; !due.IsZero() {
		t.Errorf("the end of the call waits until %v", due)
	}
	wants(t, s.World, "assignedById=8 ", 1)
	wants(t, s.World, "responsible=8 completed=Y", 1)
	wants(t, s.World, "duration=180", 1)
}

// T-5: what already has its responsible, or gets none by this call, waits for nothing: the activity is there with the end.
func TestResponsibleLaterConcernsOnlyWhatChangesHands(t *testing.T) {
	t.Parallel()
	s := delayed(t, "", bitrix.Classic, func(s *integration.Settings) { s.Telephony.Incoming.Responsible.Rules = nil })
	lead := s.person(bitrix.Lead, "+79000000506", ofUser(9, "Старый"))
	s.rest(t)
	s.plays(t, s.Shop.Incoming(506, s.now(), "79000000506").Answered(s.Shop.Employees[0], 5*time.Second, 10*time.Second))
	s.field(t, bitrix.Lead, lead, "assignedById", "9")
	wants(t, s.World, "responsible=7 completed=Y", 1)
	wants(t, s.World, "originId=call:", 0)
}
