package integration_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
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
		kind := rapid.SampledFrom([]string{"answered", "lost", "transfer", "queue", "outgoing", "outgoing unanswered"}).Draw(t, "kind")
		clicked := strings.HasPrefix(kind, "outgoing") && rapid.Bool().Draw(t, "clicked")
		if clicked {
			l.said.ExternalID = "b24:externalCall.1"
		}
		if !strings.HasPrefix(kind, "outgoing") && rapid.Bool().Draw(t, "route asked") {
			l.add(integration.RouteAsked, 0).Report.Route = &integration.Route{Reasons: []integration.Reason{{Rule: "T-2", Code: "route_nobody"}}}
		}
		switch kind {
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
			if clicked {
				l.add(integration.CallDialled, people[0])
			}
			l.add(integration.CallOutgoing, people[0])
			l.add(integration.CallLegOut, people[0])
			l.talk(people[0])
			l.finish(t, people[0])
		case "outgoing unanswered":
			l.said.Direction = crm.Outgoing
			if clicked {
				l.add(integration.CallDialled, people[0])
			}
			l.add(integration.CallOutgoing, people[0])
			e := l.add(integration.CallFinished, people[0])
			e.Report.Lost = new(true)
		}
		if rapid.Bool().Draw(t, "report") {
			l.report()
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

// report is what the platform knows of the whole call afterwards: the same as was told, and more.
func (l *lifeOf) report() {
	so := integration.Fold(l.events)
	e := l.add(integration.CallReport, so.Caller.ID)
	r := &e.Report
	r.Rung, r.Talkers, r.EndedAt, r.Lost = so.Rung, so.Talkers, so.EndedAt, new(!so.Answered)
	r.Tags = []string{"Target"}
	if so.Answered {
		r.Talk = new(max(so.Talk, time.Minute))
		r.Transcript = []crm.Spoken{{To: time.Second, Text: "Hello"}, {Client: true, From: time.Second, To: 2 * time.Second, Text: "Hello"}}
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

// extraFields write what becomes known late into every kind of record.
func extraFields(always bool) integration.ExtraFields {
	pairs := []integration.FieldPair{
		{Field: "UF_FIRST", Parameter: integration.FirstCommunication},
		{Field: "UF_WHO", Parameter: "employee_full_name"},
		{Field: "UF_END", Parameter: "call_status"},
		{Field: "UF_TALK", Parameter: "talk_time_duration"},
		{Field: "UF_TAGS", Parameter: "tag_names"},
		{Field: "UF_LATE", Parameter: "end_time"},
	}
	return integration.ExtraFields{Always: always, Lead: pairs, Deal: pairs, Contact: pairs, Company: pairs}
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
		if rapid.Bool().Draw(t, "extra fields") {
			s.Telephony.Fields = extraFields(rapid.Bool().Draw(t, "always"))
		}
		if rapid.Bool().Draw(t, "responsible later") {
			s.Telephony.ResponsibleAfter = 600
		}
		s.Telephony.Other.On = rapid.IntRange(0, 4).Draw(t, "other telephony") == 0
		if err := s.Compile(1); err != nil {
			t.Fatal(err)
		}
		var known crm.Customer
		if rapid.Bool().Draw(t, "contact") {
			first := rapid.SampledFrom([]string{"", "call:400"}).Draw(t, "first communication")
			known.Contacts = []crm.Entity{{Kind: crm.Contact, ID: 100, Responsible: carl, Custom: map[string]string{"UF_FIRST": first}}}
		}
		if d := rapid.SampledFrom([]string{"", "open", "closed"}).Draw(t, "deal"); d != "" {
			known.Deals = []crm.Entity{{Kind: crm.Deal, ID: 400, Responsible: dan, Stage: "NEW", Closed: d == "closed"}}
		}
		if rapid.Bool().Draw(t, "lead") {
			known.Leads = []crm.Entity{{Kind: crm.Lead, ID: 300, Responsible: lena, Stage: "NEW"}}
			known.Missed = []int64{9001}
		}
		synced := &centre.Directory{SyncedAt: began}
		return &circumstances{settings: s, known: known, directory: portal.Directory(), centre: synced}
	})
}

// changed lets another telephony change some of what is known during the call, and others not (T-1).
func (c *circumstances) changed(events []integration.Event) {
	last := began
	for i := range events {
		if e := &events[i]; e.Kind != integration.CallSilent && e.At.After(last) {
			last = e.At
		}
	}
	for i := range c.known.Contacts {
		c.known.Contacts[i].Updated = last
	}
	for i := range c.known.Deals {
		c.known.Deals[i].Updated = last
	}
	for i := range c.known.Leads {
		c.known.Leads[i].Updated = began.Add(-time.Hour)
	}
}

// due is the moment after all that was waited for (T-5).
func due() []integration.Event {
	at := began.AddDate(0, 0, 1).Add(time.Hour)
	return []integration.Event{{ID: "due", Source: "lane", Key: "due", Kind: integration.CallDue, Session: "501", At: at, Received: at}}
}

// TestTheCRMIsTheSameInEveryOrderOfArrival plays every order event by event: with what the platform reports afterwards, clicked
// calls, extra fields, responsibles that change later and another telephony. Two things may differ and are left out: which
// cards were up meanwhile, and, when the end comes before the talks it says nothing of, whose the
// activity is and with which code it ended, because the portal finishes a call only once.
func TestTheCRMIsTheSameInEveryOrderOfArrival(t *testing.T) {
	t.Parallel()
	var tried, whole atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		c, events := around().Draw(t, "around"), life().Draw(t, "life")
		c.changed(events)
		together := c.play(t, events, due())
		want := together.state(t)
		permutations(len(events), 60, func(order []int) bool {
			tried.Add(1)
			arrived := arranged(events, order)
			if tried.Load()%4 == 0 {
				arrived = repeated(arrived, uint64(tried.Load()))
			}
			got := c.play(t, append(one(arrived), due())...)
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
