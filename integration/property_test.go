package integration_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/story"
)

// permutations calls see with every order of 0..n-1, or with a sample of them when n is above 6. It stops when see says so.
func permutations(n int, sample int, see func([]int) bool) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if n > 6 {
		r := rand.New(rand.NewPCG(1, uint64(n)))
		for range sample {
			r.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
			if !see(order) {
				return
			}
		}
		return
	}
	var swap func(k int) bool
	swap = func(k int) bool {
		if k == n {
			return see(order)
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			again := swap(k + 1)
			order[k], order[i] = order[i], order[k]
			if !again {
				return false
			}
		}
		return true
	}
	swap(0)
}

func arranged(events []integration.Event, order []int) []integration.Event {
	out := make([]integration.Event, 0, len(order)+2)
	for _, i := range order {
		out = append(out, events[i])
	}
	return out
}

// repeated inserts some of the events once more, as a second delivery of the same notification.
func repeated(events []integration.Event, seed uint64) []integration.Event {
	r := rand.New(rand.NewPCG(seed, 7))
	out := slices.Clone(events)
	for range 1 + r.IntN(3) {
		again := events[r.IntN(len(events))]
		again.ID += "-again"
		again.Received = again.Received.Add(time.Minute)
		out = slices.Insert(out, r.IntN(len(out)+1), again)
	}
	return out
}

// life draws the events of one call in their true order, some of them lost on the way.
func life() *rapid.Generator[[]integration.Event] {
	return rapid.Custom(func(t *rapid.T) []integration.Event {
		l := lifeOf{said: integration.Report{Direction: crm.Incoming, ClientNumber: "79261234567", VirtualNumber: "74950000101"}}
		people := rapid.Permutation([]integration.EmployeeID{7001, 7002, 7003, 7777}).Draw(t, "people")
		switch rapid.SampledFrom([]string{"answered", "lost", "transfer", "queue", "outgoing", "outgoing unanswered"}).Draw(t, "kind") {
		case "answered":
			l.add(integration.CallIncoming, 0)
			l.add(integration.CallRinging, people[0])
			l.talk(people[0])
			l.finish(t, people[0])
		case "lost":
			l.add(integration.CallIncoming, 0)
			rang := people[:rapid.IntRange(1, 2).Draw(t, "phones")]
			for _, who := range rang {
				l.add(integration.CallRinging, who)
			}
			l.lost(t, rang)
		case "transfer":
			l.add(integration.CallRinging, people[0])
			l.talk(people[0])
			l.add(integration.CallRinging, people[1])
			l.talk(people[1])
			l.finish(t, people[1])
		case "queue":
			for _, who := range people[:3] {
				l.add(integration.CallRinging, who)
			}
			l.talk(people[2])
			l.finish(t, people[2])
		case "outgoing":
			l.said.Direction = crm.Outgoing
			l.add(integration.CallOutgoing, people[0])
			l.add(integration.CallLegOut, people[0])
			l.talk(people[0])
			l.finish(t, people[0])
		case "outgoing unanswered":
			l.said.Direction = crm.Outgoing
			l.add(integration.CallOutgoing, people[0])
			e := l.add(integration.CallFinished, people[0])
			e.Report.Lost = new(true)
		}
		events := l.events
		for len(events) > 1 && rapid.Bool().Draw(t, "lose one") {
			at := rapid.IntRange(0, len(events)-1).Draw(t, "lost")
			events = slices.Delete(slices.Clone(events), at, at+1)
		}
		if !integration.Fold(events).Finished { // the lane notices sooner or later that nothing comes any more
			l.events = slices.Clone(events)
			l.silence()
			events = l.events
		}
		return events
	})
}

// lifeOf writes down the events of one call, a second apart.
type lifeOf struct {
	said   integration.Report
	events []integration.Event
}

func (l *lifeOf) add(kind integration.EventKind, who integration.EmployeeID) *integration.Event {
	at := began.Add(time.Duration(len(l.events)) * time.Second)
	e := integration.Event{
		ID: integration.EventID(fmt.Sprintf("e%d", len(l.events))), Source: "uis", Key: fmt.Sprintf("%s|%d|%d", kind, who, len(l.events)),
		Kind: kind, Session: "501", At: at, Received: at, Report: l.said,
	}
	if who != 0 {
		e.Report.Employee = integration.Employee{ID: who, Name: story.Staff[who]}
	}
	l.events = append(l.events, e)
	return &l.events[len(l.events)-1]
}

func (l *lifeOf) talk(who integration.EmployeeID) {
	l.add(integration.CallTalkStarted, who)
	e := l.add(integration.CallTalkFinished, who)
	e.Report.Talk = new(20 * time.Second)
}

// finish ends an answered call as the platform may tell it: with everything, or with hardly anything.
func (l *lifeOf) finish(t *rapid.T, who integration.EmployeeID) {
	e := l.add(integration.CallFinished, who)
	if rapid.Bool().Draw(t, "the end tells all") {
		e.Report.Lost, e.Report.Talk, e.Report.LastTalked = new(false), new(time.Minute), who
	} else {
		e.Report.Employee = integration.Employee{}
	}
	if rapid.Bool().Draw(t, "a record") {
		r := l.add(integration.RecordReady, 0)
		r.Report.Records = []string{"https://media.example/r/1.mp3"}
	}
	if rapid.Bool().Draw(t, "a leg reports late") {
		late := l.add(integration.CallLost, 0)
		late.Report.Lost = new(true)
	}
}

func (l *lifeOf) lost(t *rapid.T, rang []integration.EmployeeID) {
	e := l.add(integration.CallLost, 0)
	e.Report.Lost, e.Report.Tried = new(true), rang
	if rapid.Bool().Draw(t, "told twice") {
		again := l.add(integration.CallFinished, 0)
		again.Report.Lost = new(true)
	}
	if rapid.Bool().Draw(t, "silence noticed") {
		l.silence()
	}
}

func (l *lifeOf) silence() {
	silent := l.add(integration.CallSilent, 0)
	silent.Report, silent.At = integration.Report{}, began.Add(2*time.Hour)
}

func TestACallIsTheSameInEveryOrderOfItsEvents(t *testing.T) {
	t.Parallel()
	var tried, lives atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		events := life().Draw(t, "life")
		lives.Add(1)
		want := integration.Fold(events)
		permutations(len(events), 300, func(order []int) bool {
			tried.Add(1)
			again := repeated(arranged(events, order), uint64(tried.Load()))
			if diff := cmp.Diff(want, integration.Fold(again)); diff != "" {
				t.Fatalf("order %v (-want +got)\n%s", order, diff)
			}
			return true
		})
	})
	t.Logf("%d orders, each with repetitions, of %d calls", tried.Load(), lives.Load())
}

// around draws settings and a CRM that make orders matter: rules on who answered, names with the talker, everything to correct.
func around() *rapid.Generator[*circumstances] {
	return rapid.Custom(func(t *rapid.T) *circumstances {
		s := testSettings()
		portal := testPortal()
		portal.Mode = rapid.SampledFrom([]crm.Mode{crm.Classic, crm.Simple}).Draw(t, "mode")
		s.Telephony.Talker = rapid.SampledFrom([]integration.Talker{integration.FirstTalker, integration.LastTalker}).Draw(t, "talker")
		if rapid.Bool().Draw(t, "rule") {
			s.Telephony.Incoming.Responsible.Rules = []integration.ResponsibleRule{{Name: "Shop", User: ruth, Where: include(integration.ParamVirtualNumber, "74950000101")}}
		}
		if rapid.Bool().Draw(t, "rule on the employee") {
			r := integration.ResponsibleRule{Name: "Boris", User: vera, Where: include(integration.ParamEmployee, "7002")}
			s.Telephony.Incoming.Responsible.Rules = append([]integration.ResponsibleRule{r}, s.Telephony.Incoming.Responsible.Rules...)
		}
		if rapid.Bool().Draw(t, "names and funnels") {
			where := include(integration.ParamEmployee, "7001", "7003")
			for _, c := range []*integration.Calls{&s.Telephony.Incoming, &s.Telephony.Outgoing} {
				c.Names.Deal = []integration.NameTemplate{{Text: "{{employee_full_name}} {{start_time}}"}}
				c.Names.Contact = []integration.NameTemplate{{Text: "Client of {{employee_full_name}}", Where: where}}
				c.Names.Lead = c.Names.Contact
				c.Funnels.Rules = []integration.FunnelRule{
					{Entity: crm.Deal, Funnel: 3, Stage: "C3:NEW", Where: where}, {Entity: crm.Lead, Stage: "IN_PROCESS", Where: where},
				}
			}
		}
		if err := s.Compile(1); err != nil {
			t.Fatal(err)
		}
		var known crm.Customer
		if rapid.Bool().Draw(t, "contact") {
			known.Contacts = []crm.Entity{{Kind: crm.Contact, ID: 100, Responsible: carl}}
		}
		if d := rapid.SampledFrom([]string{"", "open", "closed"}).Draw(t, "deal"); d != "" {
			known.Deals = []crm.Entity{{Kind: crm.Deal, ID: 400, Responsible: dan, Stage: "NEW", Closed: d == "closed"}}
		}
		if rapid.Bool().Draw(t, "lead") {
			known.Leads = []crm.Entity{{Kind: crm.Lead, ID: 300, Responsible: lena, Stage: "NEW"}}
			known.Missed = []int64{9001}
		}
		return &circumstances{settings: s, known: known, directory: portal.Directory()}
	})
}

// TestTheCRMIsTheSameInEveryOrderOfArrival plays every order event by event. Two things may differ and are left out: which
// cards were up meanwhile, and, when the end comes before the talks it says nothing of, whose the
// activity is and with which code it ended, because the portal finishes a call only once.
func TestTheCRMIsTheSameInEveryOrderOfArrival(t *testing.T) {
	t.Parallel()
	var tried, whole atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		c, events := around().Draw(t, "around"), life().Draw(t, "life")
		together := c.play(t, events)
		want := together.state(t)
		permutations(len(events), 60, func(order []int) bool {
			tried.Add(1)
			arrived := arranged(events, order)
			if tried.Load()%4 == 0 {
				arrived = repeated(arrived, uint64(tried.Load()))
			}
			got := c.play(t, one(arrived)...)
			if diff := cmp.Diff(want, got.state(t)); diff != "" {
				t.Fatalf("order %v (-together +one by one)\n%s", order, diff)
			}
			if toldAtTheEnd(arrived) {
				whole.Add(1)
				if got.activity() != together.activity() {
					t.Fatalf("order %v: the activity is %s, together it is %s", order, got.activity(), together.activity())
				}
			}
			return true
		})
	})
	t.Logf("%d orders played; in %d the activity was compared too", tried.Load(), whole.Load())
}
