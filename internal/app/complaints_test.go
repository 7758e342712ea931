package app_test

// The complaints that other connectors of telephony get (docs/complaints.md), each as a case that must go well here.

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// complaint is a connector of a tenant who has connected both sides.
func complaint(t *testing.T, set func(s *integration.Settings), more ...func(c *app.Config)) *stage {
	t.Helper()
	return staged(t, staging{set: set, more: more})
}

// commandsOf are what the portal was asked for by these methods, oldest first.
func commandsOf(w *world.World, methods ...string) []bitrix.Command {
	return slices.DeleteFunc(w.Portal.Commands(), func(c bitrix.Command) bool { return !slices.Contains(methods, c.Method) })
}

const (
	complainant = "79000000001"
	aRegister   = "telephony.externalcall.register"
	aFinish     = "telephony.externalcall.finish"
	aShow       = "telephony.externalcall.show"
	aHide       = "telephony.externalcall.hide"
)

// Two calls of one pair of numbers at the same time are two rows of the statistics, two activities and two records:
// a portal gives them one CALL_ID unless they are told apart (contract bitrix24 §4.2).
func TestComplaint01TwoCallsOfOnePair(t *testing.T) {
	t.Parallel()
	s := complaint(t, nil)
	anna := s.Shop.Employees[0]
	first := s.Shop.Incoming(1, s.Began, complainant).Answered(anna, 5*time.Second, time.Minute)
	second := s.Shop.Incoming(2, s.Began.Add(20*time.Second), complainant).Answered(anna, 5*time.Second, time.Minute)
	s.plays(t, platform.Merge("one pair", first, second))
	calls := s.Portal.Calls()
	if len(calls) != 2 || calls[0].ID == calls[1].ID || calls[0].Line != calls[1].Line || calls[0].User != calls[1].User {
		t.Fatalf("the statistics have %+v", calls)
	}
	for _, c := range calls {
		if !c.Finished || c.Duration != time.Minute || c.Activity == 0 || c.Repeats != 0 || c.Record == nil || c.Record.Attached != 1 {
			t.Errorf("call %+v", c)
		}
	}
	wants(t, s.World, "  activity ", 2)
	wants(t, s.World, "\nlead ", 1)
}

// A finish refers to the call that was registered, also when both leave together in a queue of many commands: what
// depends on each other is never split between two batches.
func TestComplaint02FinishInTheBatchOfItsRegister(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "shop")
	dir := t.TempDir()
	_, _, stop := connectWith(t, "", dir, world.Settings(), []func(*app.Config){func(c *app.Config) { c.NoWork = true }}, w)
	const queued = 20 // calls; each wants create, register, update, finish and more
	var scripts []platform.Script
	for i := range queued {
		scripts = append(scripts, answered(w, int64(i+1), fmt.Sprintf("790000001%02d", i)))
	}
	play(t, w, platform.Merge("queue", scripts...))
	stop()
	a, p, _ := connect(t, "", dir, w)
	quiet(t, a, p[0])
	all := w.Portal.Calls()
	if len(all) != queued {
		t.Fatalf("%d calls were registered", len(all))
	}
	for _, c := range all {
		if !c.Finished || c.Duration != 30*time.Second || c.Record == nil || c.Record.Attached != 1 {
			t.Errorf("call %+v", c)
		}
	}
	request := map[string]int{} // of the registration, by client
	sent := map[int]int{}
	for _, c := range w.Portal.Commands() {
		sent[c.Request]++
		if c.Error != "" {
			t.Errorf("%s was refused: %s", c.Method, c.Error)
		}
		if c.Method == aRegister {
			request[c.Param("PHONE_NUMBER")] = c.Request
		}
	}
	together := 0
	for _, c := range commandsOf(w, aFinish) {
		i := slices.IndexFunc(all, func(o bitrix.Call) bool { return o.ID == c.Param("CALL_ID") })
		if i < 0 {
			t.Errorf("a finish names %q, which is no call", c.Param("CALL_ID"))
		} else if request[all[i].Phone] == c.Request {
			together++
		}
	}
	if together == 0 || len(sent) < 2 || slices.Max(slices.Collect(maps.Values(sent))) < 40 {
		t.Errorf("%d finishes left with their register; requests of %v commands prove no full queue", together, sent)
	}
}

// What a leg that nobody took says late changes nothing of a call that was answered (T-0).
func TestComplaint03LateUnansweredLegChangesNothing(t *testing.T) {
	t.Parallel()
	s := complaint(t, nil)
	call := s.Shop.Incoming(1, s.Began, complainant)
	talk := call.Ring(s.Shop.Employees[:2], s.Shop.Employees[0], 5*time.Second, 30*time.Second)
	s.plays(t, talk)
	before := s.Records()
	wants(t, s.World, "status=200", 1)
	wants(t, s.World, "responsible=7", 1)
	unheard := call.Lost(10*time.Second, s.Shop.Employees[1]).Only("call_ringing", "call_lost", "call_finished")
	late := platform.Script{Name: "late leg", Start: talk.Start, Truth: talk.Truth}
	for i, step := range unheard.Steps {
		told := talk.Steps[i] // of the call as it was
		told.Event, told.Vars, told.At = step.Event, step.Vars, step.At
		late.Steps = append(late.Steps, told)
	}
	s.plays(t, late)
	s.clock.Move(10 * time.Minute) // and the platform's own report comes
	s.rest(t)
	if now := s.Records(); now != before {
		t.Errorf("a late leg changed\n%s\ninto\n%s", before, now)
	}
}

// threeLegs is a call that Anna hands to Pyotr, and he to Olga.
func threeLegs(w *world.World) platform.Script {
	anna, petr, olga := w.Shop.Employees[0], w.Shop.Employees[1], w.Shop.Employees[2]
	call := w.Shop.Incoming(1, w.Began, complainant)
	first := call.Transferred(anna, petr, 5*time.Second, 10*time.Second, 10*time.Second).Without("call_finished")
	second := call.Transferred(petr, olga, 15*time.Second, 10*time.Second, 10*time.Second)
	var rest []platform.Step
	for _, step := range second.Steps {
		switch {
		case step.Event == "call_finished":
			step.Vars["first_talked_employee_id"], step.Vars["talk_time_duration"] = anna.ID, int64(30)
		case step.Event == "call_incoming" || step.Vars["employee_id"] != olga.ID:
			continue
		case step.Event == "record_ready":
			step.Vars["file_link"] = w.Shop.Records + platform.RecordPath(1, 2)
		}
		rest = append(rest, step)
	}
	second.Steps = rest
	return platform.Merge("three legs", first, second)
}

// A call that was handed on twice keeps its activity; nothing in the portal is ever deleted.
func TestComplaint04TransferOfThreeLegsKeepsItsActivity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "shop")
	a, p, _ := connect(t, "", t.TempDir(), w)
	play(t, w, threeLegs(w))
	quiet(t, a, p[0])
	wants(t, w, "  activity ", 1)
	wants(t, w, "status=200 duration=30", 1)
	wants(t, w, "\nlead ", 1)
	for _, c := range w.Portal.Commands() {
		if strings.Contains(c.Method, "delete") || c.Error != "" {
			t.Errorf("%s %s", c.Method, c.Error)
		}
	}
	if calls := w.Portal.Calls(); len(calls) != 1 || calls[0].Record == nil {
		t.Errorf("calls %+v", calls)
	}
}

// The responsible after a transfer, blind or with a word before, and after a call that rang at all is who the tenant
// chose: the first or the last talker (T-14).
func TestComplaint05OwnerAfterTransferAndRingAll(t *testing.T) {
	t.Parallel()
	attended := func(s platform.Script) platform.Script { // both talk with the client for a moment
		i := slices.IndexFunc(s.Steps, func(x platform.Step) bool { return x.Event == "call_talk_finished" })
		s.Steps[i], s.Steps[i+1] = s.Steps[i+1], s.Steps[i]
		return s
	}
	blind := func(w *world.World) platform.Script {
		return w.Shop.Incoming(1, w.Began, complainant).Transferred(w.Shop.Employees[0], w.Shop.Employees[1], 5*time.Second, 10*time.Second, 10*time.Second)
	}
	for name, script := range map[string]func(w *world.World) platform.Script{
		"blind": blind, "attended": func(w *world.World) platform.Script { return attended(blind(w)) },
		"ring all": func(w *world.World) platform.Script {
			return w.Shop.Incoming(1, w.Began, complainant).Ring(w.Shop.Employees[:3], w.Shop.Employees[1], 5*time.Second, 20*time.Second)
		},
	} {
		for _, talker := range []integration.Talker{integration.FirstTalker, integration.LastTalker} {
			t.Run(name+", "+string(talker), func(t *testing.T) {
				t.Parallel()
				s := complaint(t, func(set *integration.Settings) { set.Telephony.Talker = talker })
				want := 8 // Pyotr
				if name != "ring all" && talker == integration.FirstTalker {
					want = 7 // Anna
				}
				s.plays(t, script(s.World))
				wants(t, s.World, fmt.Sprintf(" assignedById=%d ", want), 1)
				wants(t, s.World, fmt.Sprintf("responsible=%d ", want), 1)
				wants(t, s.World, fmt.Sprintf("finished by=%d status=200", want), 1)
			})
		}
	}
}

// A queue of eight rings and one answers: all eight see the card, seven lose it, all that in two requests. They are known by
// their extensions of three digits alone.
func TestComplaint06CardForAQueueOfEight(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "shop")
	var queue []platform.Employee
	for i := range int64(8) {
		extension := strconv.FormatInt(201+i, 10)
		w.Portal.AddUser(bitrix.User{ID: 21 + i, Name: "Оператор " + extension, Inner: extension})
		queue = append(queue, platform.Employee{ID: 7201 + i, Name: "Оператор " + extension, Extension: extension})
	}
	dir := t.TempDir()
	a, p, stop := connect(t, "", dir, w)
	quiet(t, a, p[0])
	stop()
	script := w.Shop.Incoming(1, w.Began, complainant).Ring(queue, queue[4], 5*time.Second, 30*time.Second)
	part := func(from, till string) platform.Script { // the steps of a moment come together
		s := script
		i := slices.IndexFunc(s.Steps, func(x platform.Step) bool { return x.Event == from })
		j := slices.IndexFunc(s.Steps, func(x platform.Step) bool { return x.Event == till })
		s.Steps = s.Steps[i:j]
		return s
	}
	moment := func(from, till string) {
		_, _, end := connectWith(t, "", dir, world.Settings(), []func(*app.Config){func(c *app.Config) { c.NoWork = true }}, w)
		play(t, w, part(from, till))
		end()
		work, p, end := connect(t, "", dir, w)
		quiet(t, work, p[0])
		end()
	}
	moment("call_incoming", "call_talk_started")
	cards := w.Portal.Cards()
	if len(cards) != 8 {
		t.Errorf("%d cards are up: %+v", len(cards), cards)
	}
	moment("call_talk_started", "call_talk_finished")
	cards = w.Portal.Cards()
	if len(cards) != 1 || cards[0].User != 25 {
		t.Errorf("cards are up: %+v", cards)
	}
	shown, hidden := 0, 0
	for _, e := range w.Portal.Calls()[0].Cards {
		if e.Shown {
			shown++
		} else {
			hidden++
		}
	}
	requests := map[int]bool{}
	for _, c := range commandsOf(w, aRegister, aShow, aHide) {
		requests[c.Request] = true
	}
	if shown != 8 || hidden != 7 || len(requests) > 2 {
		t.Errorf("%d shown, %d hidden, in %d requests", shown, hidden, len(requests))
	}
}

// A record that is there three minutes late, and then fails twice with 503, is uploaded once, as one file; a restart in between loses
// nothing (T-10).
func TestComplaint07RecordComesLate(t *testing.T) {
	t.Parallel()
	s := complaint(t, nil)
	s.Platform.Records().Set(1, 0, platform.Record{
		From: s.clock.Now().Add(3 * time.Minute), Faults: []platform.Fault{platform.Broken, platform.Broken},
	})
	play(t, s.World, answered(s.World, 1, complainant))
	s.until(t, "a first try", func() bool { return s.Platform.Records().Requests(1, 0) > 0 })
	if c := s.Portal.Calls(); len(c) != 1 || c[0].Record != nil {
		t.Fatalf("calls %+v", c)
	}
	s.stop()
	s.clock.Move(3 * time.Minute)
	s.start(t)
	s.rest(t)
	if n := s.Platform.Records().Requests(1, 0); n < 4 {
		t.Errorf("the record was asked for %d times", n)
	}
	if n := s.Portal.Requests().Uploads; n != 1 {
		t.Errorf("%d uploads", n)
	}
	wants(t, s.World, "attached=1", 1)
	wants(t, s.World, "  record ", 1)
}
