package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// cardRequests counts the HTTP requests to the portal that carry one of some methods of calls.
func cardRequests(w *world.World, methods ...string) int {
	var requests []int
	for _, c := range w.Portal.Commands() {
		if slices.Contains(methods, c.Method) && !slices.Contains(requests, c.Request) {
			requests = append(requests, c.Request)
		}
	}
	return len(requests)
}

const (
	cardRegister = "telephony.externalcall.register"
	cardShow     = "telephony.externalcall.show"
	cardHide     = "telephony.externalcall.hide"
	cardFinish   = "telephony.externalcall.finish"
)

// cardQueue adds employees to both sides until eight can be rung.
func cardQueue(t *testing.T, a *app.App, w *world.World, p world.Provisioned) []platform.Employee {
	t.Helper()
	queue := slices.Clone(w.Shop.Employees)
	for i := int64(0); len(queue) < 8; i++ {
		extension := string(rune('1'+i)) + "99"
		w.Portal.AddUser(bitrix.User{ID: 20 + i, Name: "Сотрудник", LastName: extension, Inner: extension})
		queue = append(queue, platform.Employee{ID: 7020 + i, Name: "Сотрудник " + extension, Extension: extension, Phone: "000200" + extension})
	}
	hasten(t, a, p, "every/sync")
	return queue
}

// cardsOf lists who saw the card appear and go, in order of time: "+7" and "-7".
func cardsOf(c bitrix.Call) []string {
	var out []string
	for _, e := range c.Cards {
		sign := "-"
		if e.Shown {
			sign = "+"
		}
		out = append(out, sign+decimalOf(e.User))
	}
	return out
}

// T-0.2, T-0.3, R-6: a queue of eight is rung at once, and the cards of all eight appear and go in no more than two requests each.
func TestQueueOfEightSeesTheCardInTwoRequests(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", nil)
	queue := cardQueue(t, a, w, p)
	w.Portal.ResetCounters()
	script := w.Shop.Incoming(1, w.Began, "79000000001").Ring(queue, queue[4], 10*time.Second, 30*time.Second)
	ringing := script.Only("call_incoming", "call_ringing")
	// All phones ring within the same moment: while the portal still answers whose the number is.
	rang := make(chan struct{})
	w.Portal.FailNext("batch", bitrix.Fault{Kind: bitrix.FaultSlowAnswer, Until: rang})
	if sum, err := w.Play(t.Context(), ringing, 1000); err != nil || sum.Failed > 0 {
		t.Fatalf("%+v %v", sum, err)
	}
	close(rang)
	quiet(t, a, p)
	if n := len(w.Portal.Cards()); n != 8 {
		t.Errorf("%d cards are up, want 8", n)
	}
	if n := cardRequests(w, cardRegister, cardShow); n > 2 {
		t.Errorf("%d requests showed the cards:\n%v", n, w.Portal.RequestLog())
	}
	play(t, w, script.Only("call_talk_started"))
	quiet(t, a, p)
	if cards := w.Portal.Cards(); len(cards) != 1 || cards[0].User != 20 {
		t.Errorf("the card is with %+v, want the one who took the call", cards)
	}
	if n := cardRequests(w, cardHide); n != 1 {
		t.Errorf("%d requests took the other cards away", n)
	}
	play(t, w, script.Without("call_incoming", "call_ringing", "call_talk_started"))
	quiet(t, a, p)
	if cards := w.Portal.Cards(); len(cards) != 0 {
		t.Errorf("cards hang: %+v", cards)
	}
	if n := cardRequests(w, cardRegister, cardShow, cardHide); n > 3 {
		t.Errorf("%d requests for the card in all", n)
	}
	wants(t, w, "finished by=20 status=200", 1)
}

// T-0.3, T-14.P4: the card goes with a transferred call, be it handed on blindly or after a consultation; entity and activity
// are the first or the last talker's, as the tenant chose.
func TestCardAndOwnerFollowTransfer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		talker  integration.Talker
		consult bool
		owner   string
		cards   string
	}{
		{"blind, last talker", integration.LastTalker, false, "8", "+7 +8 -7 -8"},
		{"blind, first talker", integration.FirstTalker, false, "7", "+7 +8 -7 -8"},
		{"consultation, last talker", integration.LastTalker, true, "8", "+7 +8 -7 -8"},
		{"consultation, first talker", integration.FirstTalker, true, "7", "+7 +8 -7 -8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, w, p := whole(t, "", func(s *integration.Settings) {
				s.Telephony.Talker = c.talker
				s.Telephony.Incoming.Funnels.Rules = nil
			})
			anna, petr := w.Shop.Employees[0], w.Shop.Employees[1]
			script := w.Shop.Incoming(1, w.Began, "79000000001").Transferred(anna, petr, 5*time.Second, 60*time.Second, 30*time.Second)
			if !c.consult {
				lateRing(w, script)
			}
			for _, step := range script.Steps {
				play(t, w, platform.Script{Name: script.Name, Steps: []platform.Step{step}})
				quiet(t, a, p)
			}
			calls := w.Portal.Calls()
			if len(calls) != 1 {
				t.Fatalf("%d calls", len(calls))
			}
			if got := strings.Join(cardsOf(calls[0]), " "); got != c.cards {
				t.Errorf("cards %s, want %s", got, c.cards)
			}
			wants(t, w, "finished by="+c.owner+" status=200 duration=90", 1)
			if got := w.Portal.Field(bitrix.Lead, 1, "assignedById"); got != c.owner {
				t.Errorf("the lead is of %s, want %s\n%s", got, c.owner, w.Records())
			}
		})
	}
}

// lateRing makes a transfer blind: the second phone rings after the first employee has let go, and not while both still talk.
func lateRing(w *world.World, s platform.Script) {
	i := slices.IndexFunc(s.Steps, func(s platform.Step) bool { return s.Event == "call_talk_finished" })
	at := s.Steps[i].At.Add(300 * time.Millisecond)
	s.Steps[i-1].At, s.Steps[i-1].Due = at, s.Steps[i].Due
	s.Steps[i-1].Vars["notification_time"] = at.In(w.Shop.Location).Format("2006-01-02 15:04:05.000")
	s.Steps[i-1].Vars["notification_timestamp"] = at.Unix()
	s.Steps[i-1], s.Steps[i] = s.Steps[i], s.Steps[i-1]
	for j := i + 1; j < len(s.Steps) && s.Steps[j].Event == "call_talk_started"; j++ { // the answer comes after the ring
		s.Steps[j].At = at.Add(time.Second)
		s.Steps[j].Vars["notification_time"] = s.Steps[j].At.In(w.Shop.Location).Format("2006-01-02 15:04:05.000")
		s.Steps[j].Vars["notification_timestamp"] = s.Steps[j].At.Unix()
	}
}

// T-0.2: the phones of people whom the portal does not know ring: the card is with the responsible until somebody known is rung.
func TestCardOfUnmappedEmployeesIsWithTheResponsible(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", nil)
	stranger := platform.Employee{ID: 7999, Name: "Посторонний", Extension: "999", Phone: "0009999"}
	lost := w.Shop.Incoming(1, w.Began, "79000000001").Lost(20*time.Second, stranger, w.Shop.Employees[2])
	step := func(n int) {
		play(t, w, platform.Script{Name: "step", Steps: lost.Steps[n : n+1]})
		quiet(t, a, p)
	}
	step(0)
	step(1)
	// The rule «Реклама в поиске» makes Ольга (9) responsible for the call; nobody else is known.
	if got := cardUsers(w); got != "9" {
		t.Errorf("the card is with %s, want the responsible alone", got)
	}
	step(2)
	if got := cardUsers(w); got != "9" {
		t.Errorf("the card is with %s", got)
	}
	step(3)
	step(4)
	if got := cardUsers(w); got != "" {
		t.Errorf("cards hang: %s", got)
	}
	wants(t, w, "finished by=", 1)
}

func cardUsers(w *world.World) string {
	var users []string
	for _, c := range w.Portal.Cards() {
		users = append(users, decimalOf(c.User))
	}
	slices.Sort(users)
	return strings.Join(users, " ")
}

// T-0.2: a call told late pops up no card, and is registered and finished all the same.
func TestCallToldAfterItsEndPopsUpNoCard(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", nil)
	script := answered(w, 1, "79000000001")
	play(t, w, script.Without("record_ready").Reversed())
	play(t, w, script.Only("record_ready"))
	quiet(t, a, p)
	calls := w.Portal.Calls()
	if len(calls) != 1 || len(calls[0].Cards) > 0 {
		t.Fatalf("calls %+v", calls)
	}
	wants(t, w, "finished by=7 status=200", 1)
	wants(t, w, "attached=1", 1)
}

// hasten has errands that wait done now, and waits for their end. One that is under way already is done once more.
func hasten(t *testing.T, a *app.App, p world.Provisioned, keys ...integration.ActionKey) {
	t.Helper()
	again := make([]integration.Action, 0, len(keys))
	for _, key := range keys {
		due := job(t, a, p, key).Action
		due.After = time.Time{}
		again = append(again, due)
	}
	if err := a.Store().Schedule(t.Context(), p.Tenant, p.Portal, again); err != nil {
		t.Fatal(err)
	}
	awaitRuns(t, a, p, keys...)
}

// awaitRuns waits until errands that are due have been done, and all that came of them.
func awaitRuns(t *testing.T, a *app.App, p world.Provisioned, keys ...integration.ActionKey) {
	t.Helper()
	eventually(t, "the errands ran", func() bool {
		return !slices.ContainsFunc(keys, func(k integration.ActionKey) bool {
			e := job(t, a, p, k)
			return e.State == lane.StateSending || e.State == lane.StatePlanned && !e.DueAt.After(a.Now())
		})
	})
	quiet(t, a, p)
}
