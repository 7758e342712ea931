package simulate_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/simulate"
	"omniconnector/integration/story"
	"omniconnector/rules"
)

// call tells one call, a second apart.
type call struct {
	said   integration.Report
	events []integration.Event
}

func incoming() *call {
	return &call{said: integration.Report{Direction: crm.Incoming, ClientNumber: "79261234567", VirtualNumber: "74950000101"}}
}

func (c *call) add(kind integration.EventKind, who integration.EmployeeID) *integration.Event {
	n := len(c.events)
	at := story.Began.Add(time.Duration(n) * time.Second)
	e := integration.Event{
		ID: integration.EventID(fmt.Sprintf("e%02d", n)), Source: "uis", Key: fmt.Sprintf("%s|%d", kind, n), Kind: kind, Session: "501",
		At: at, Received: at, Report: c.said,
	}
	if who != 0 {
		e.Report.Employee = integration.Employee{ID: who, Name: story.Staff[who]}
	}
	c.events = append(c.events, e)
	return &c.events[n]
}

// talked is a call that Anna took and Boris finished.
func talked() *call {
	c := incoming()
	c.add(integration.CallIncoming, 0)
	c.add(integration.CallRinging, 7001)
	c.add(integration.CallTalkStarted, 7001)
	c.add(integration.CallTalkStarted, 7002)
	c.finished(7002)
	return c
}

func (c *call) finished(who integration.EmployeeID) {
	e := c.add(integration.CallFinished, who)
	e.Report.Lost, e.Report.Talk, e.Report.LastTalked = new(who == 0), new(time.Minute), who
}

func (c *call) past() simulate.Past {
	portal := story.Usual()
	p := simulate.Past{Known: &crm.Customer{}, AskedAt: story.Began, Directory: portal.Directory()}
	for i := range c.events {
		p.Steps = append(p.Steps, simulate.Step{Events: c.events[i : i+1], Now: c.events[i].At})
	}
	return p
}

func compiled(tb interface {
	Helper()
	Fatal(args ...any)
}, change func(*integration.Settings),
) *integration.Settings {
	tb.Helper()
	s := story.Settings()
	change(s)
	if err := s.Compile(1); err != nil {
		tb.Fatal(err)
	}
	return s
}

func effects(p simulate.Past, s *integration.Settings) simulate.Effects {
	r := simulate.Replay(p, s)
	return r.Effects(simulate.Names{Portal: p.Directory, Centre: p.Centre})
}

func TestDifferencesAreToldInBothLanguages(t *testing.T) {
	t.Parallel()
	p := talked().past()
	was := effects(p, compiled(t, func(*integration.Settings) {}))
	for name, x := range map[string]struct {
		change func(*integration.Settings)
		ru, en []string
	}{
		"the first talker instead of the last": {
			func(s *integration.Settings) { s.Telephony.Talker = integration.FirstTalker },
			[]string{"Ответственный (новая запись): было — Boris, стало бы — Anna", "Дело у: было — Boris, стало бы — Anna"},
			[]string{"Responsible (new record): was Boris, would be Anna", "Activity of: was Boris, would be Anna"},
		},
		"another name and stage": {
			func(s *integration.Settings) {
				s.Telephony.Incoming.Names.Lead = []integration.NameTemplate{{Text: "Lead of {{contact_phone_number}}"}}
				s.Telephony.Incoming.Funnels.LeadStage = "IN_PROCESS"
			},
			[]string{
				"Название (новая запись): было — Входящий звонок на номер +79261234567 из приложения OMNI, стало бы — Lead of +79261234567",
				"Стадия (новая запись): было — New, стало бы — In process",
			},
			[]string{
				"Name (new record): was Входящий звонок на номер +79261234567 из приложения OMNI, would be Lead of +79261234567",
				"Stage (new record): was New, would be In process",
			},
		},
		"nothing is created": {
			func(s *integration.Settings) {
				s.Telephony.Incoming.Create, s.Telephony.SourceNumber = false, false
			}, []string{
				"Создаётся (новая запись): было — лид, стало бы — нет",
				"Название (новая запись): было — Входящий звонок на номер +79261234567 из приложения OMNI, стало бы — нет",
				"Ответственный (новая запись): было — Boris, стало бы — нет", "Стадия (новая запись): было — New, стало бы — нет",
				"Дополнительно об источнике (новая запись): было — 74950000101, стало бы — нет",
				"Дело: было — выполнено, стало бы — нет", "Дело видно в: было — новая запись, стало бы — нет",
			}, nil,
		},
		"the call is filtered out": {
			func(s *integration.Settings) {
				s.Telephony.Incoming.Filter = integration.CallFilter{On: true, Where: rules.Filter{Parameter: integration.ParamVirtualNumber, Mode: rules.Exclude, Values: []string{"74950000101"}}}
			}, nil, []string{"Decision: was goes into the CRM, would be kept out by the filter"},
		},
	} {
		would := effects(p, compiled(t, x.change))
		differences := simulate.Compare(was, would)
		for lang, want := range map[integration.Lang][]string{integration.Russian: x.ru, integration.English: x.en} {
			var got []string
			for _, d := range differences {
				got = append(got, d.Sentence(lang))
			}
			if name == "the call is filtered out" {
				got = got[:1]
			}
			if diff := cmp.Diff(want, got); want != nil && diff != "" {
				t.Errorf("%s (-want +got)\n%s", name, diff)
			}
		}
		if back := simulate.Compare(would, was); len(back) != len(differences) {
			t.Errorf("%s: %d differences one way and %d the other", name, len(differences), len(back))
		}
	}
}

func TestWhatWaitsIsPlayedToItsEnd(t *testing.T) {
	t.Parallel()
	p := talked().past()
	s := compiled(t, func(s *integration.Settings) { s.Telephony.ResponsibleAfter = 600 })
	at := story.Began.Add(time.Second + 10*time.Minute)
	whole := simulate.Replay(p, s)
	if last := whole.Decisions[len(whole.Decisions)-1]; !last.Now.Equal(at) || !whole.Wake.IsZero() || last.Plan.Outcome != integration.Planned {
		t.Errorf("the last decision is made at %s with the outcome %s, and %s is still waited for", last.Now, last.Plan.Outcome, whole.Wake)
	}
	p.Until = at.Add(-time.Second)
	if half := simulate.Replay(p, s); !half.Wake.Equal(at) || len(half.Decisions) != len(p.Steps) {
		t.Errorf("%d decisions, waits for %s, want %s", len(half.Decisions), half.Wake, at)
	}
}

func TestCustomerWhoWasNeverAskedForIsAssumed(t *testing.T) {
	t.Parallel()
	p := talked().past()
	p.Known = nil
	if r := simulate.Replay(p, compiled(t, func(*integration.Settings) {})); !r.Assumed || len(r.Actions()) == 0 {
		t.Errorf("assumed %t, %d actions", r.Assumed, len(r.Actions()))
	}
	off := compiled(t, func(s *integration.Settings) { s.Telephony.Enabled = false })
	if r := simulate.Replay(p, off); r.Assumed {
		t.Error("who is not asked for need not be assumed")
	}
}

// lane decides as a lane does: each batch with what was decided before, and once more when a moment has come.
type lane struct {
	settings *integration.Settings
	past     simulate.Past
	late     time.Duration // how long after its moment a call is woken

	events []integration.Event
	memory integration.Memory
	wake   time.Time
	stored simulate.Stored
}

func (l *lane) arrive(now time.Time, batch ...integration.Event) {
	if woken := l.wake.Add(l.late); !l.wake.IsZero() && woken.Before(now) {
		l.decide(woken, integration.Event{
			ID: integration.EventID(fmt.Sprintf("due%d", len(l.events))), Kind: integration.CallDue, Key: fmt.Sprintf("due%d", len(l.events)),
			Session: "501", At: woken, Received: woken,
		})
	}
	l.decide(now, batch...)
}

func (l *lane) decide(now time.Time, batch ...integration.Event) {
	l.events = append(l.events, batch...)
	p := &l.past
	f := integration.Facts{
		Now: now, Call: integration.Fold(l.events), Settings: l.settings, Directory: p.Directory, Memory: l.memory,
		Trigger: batch[len(batch)-1].ID,
	}
	if integration.Ask(f) != nil {
		f.Known, f.AskedAt = p.Known, now
	}
	if f.Call.Finished && !l.memory.Closed {
		f.Missed = p.Missed
	}
	plan := integration.Decide(f)
	l.memory, l.wake = plan.Memory, plan.Wake
	made := simulate.StoredPlan{Outcome: plan.Outcome, At: now}
	for i := range batch {
		made.Events = append(made.Events, batch[i].ID)
	}
	s := &l.stored
	s.Events, s.Memory, s.Plans, s.Actions = l.events, l.memory, append(s.Plans, made), append(s.Actions, plan.Actions...)
}

// A draft that waits, where the settings of the time did not, is played until its moments have come, so far as they have.
func TestWhatADraftWaitsForHasComeByNow(t *testing.T) {
	t.Parallel()
	l := &lane{settings: compiled(t, func(*integration.Settings) {}), past: talked().past()}
	for _, e := range talked().events {
		l.arrive(e.At, e)
	}
	draft := compiled(t, func(s *integration.Settings) { s.Telephony.ResponsibleAfter = 600 })
	for after, want := range map[time.Duration]int{time.Minute: 1, time.Hour: 0} {
		found := simulate.Many{}.Add(&simulate.Lived{Stored: l.stored, Session: "501"}, draft, simulate.Names{Portal: l.past.Directory}, nil, story.Began.Add(after))
		if found.Kinds[simulate.Ended] != want {
			t.Errorf("after %s the end of the call differs in %d calls, want %d: %+v", after, found.Kinds[simulate.Ended], want, found.Calls)
		}
	}
}

// Of many calls those are marked of whose customer nobody knew anything: the first was kept out before the CRM was asked, the
// second was not.
func TestAssumedCallsAreMarkedAmongMany(t *testing.T) {
	t.Parallel()
	off := func(s *integration.Settings) { s.Telephony.Enabled = false }
	draft := compiled(t, func(s *integration.Settings) {
		s.Telephony.Incoming.Names.Lead = []integration.NameTemplate{{Text: "The draft's lead"}}
	})
	var found simulate.Many
	for session, change := range map[integration.SessionID]func(*integration.Settings){"off": off, "on": func(*integration.Settings) {}} {
		l := &lane{settings: compiled(t, change), past: talked().past()}
		for _, e := range talked().events {
			l.arrive(e.At, e)
		}
		found = found.Add(&simulate.Lived{Stored: l.stored, Session: session}, draft, simulate.Names{Portal: l.past.Directory}, nil, story.Began.Add(time.Hour))
	}
	assumed := map[integration.SessionID]bool{}
	for _, c := range found.Calls {
		assumed[c.Session] = c.Assumed
	}
	if want := map[integration.SessionID]bool{"off": true, "on": false}; found.Assumed != 1 || !maps.Equal(assumed, want) {
		t.Errorf("assumed %v, %d of them", assumed, found.Assumed)
	}
}

// life draws a call whose notifications come in any order, some of them together, some late and some never.
func life() *rapid.Generator[[]integration.Event] {
	return rapid.Custom(func(t *rapid.T) []integration.Event {
		c := incoming()
		people := rapid.Permutation([]integration.EmployeeID{7001, 7002, 7003, 7777}).Draw(t, "people")
		first := integration.CallIncoming
		if rapid.Bool().Draw(t, "outgoing") {
			c.said.Direction, first = crm.Outgoing, integration.CallOutgoing
		}
		c.add(first, 0)
		for _, who := range people[:rapid.IntRange(0, 3).Draw(t, "phones")] {
			c.add(integration.CallRinging, who)
			if rapid.Bool().Draw(t, "talks") {
				c.add(integration.CallTalkStarted, who)
			}
		}
		c.finished(rapid.SampledFrom([]integration.EmployeeID{0, people[0], people[1]}).Draw(t, "last"))
		if rapid.Bool().Draw(t, "record") {
			c.add(integration.RecordReady, 0).Report.Records = []string{"https://media.example/r/1.mp3"}
		}
		if rapid.Bool().Draw(t, "tags") {
			c.add(integration.TagSet, 0).Report.Tags = []string{"Target"}
		}
		return rapid.Permutation(c.events).Draw(t, "order")
	})
}

func drawn() *rapid.Generator[*integration.Settings] {
	return rapid.Custom(func(t *rapid.T) *integration.Settings {
		return compiled(t, func(s *integration.Settings) {
			in := &s.Telephony.Incoming
			s.Telephony.Enabled = rapid.IntRange(0, 5).Draw(t, "on") > 0
			s.Telephony.Other.On = rapid.IntRange(0, 4).Draw(t, "other") == 0
			s.Telephony.ResponsibleAfter = rapid.SampledFrom([]int{0, 3, 600}).Draw(t, "after")
			s.Telephony.Talker = rapid.SampledFrom([]integration.Talker{integration.FirstTalker, integration.LastTalker}).Draw(t, "talker")
			s.Telephony.Records, s.Telephony.Notes = rapid.Bool().Draw(t, "records"), rapid.Bool().Draw(t, "notes")
			in.Create = rapid.Bool().Draw(t, "create")
			if rapid.Bool().Draw(t, "filter") {
				in.Filter = integration.CallFilter{On: true, Where: rules.Filter{Parameter: integration.ParamEmployee, Mode: rules.Include, Values: []string{"7001"}}}
			}
			if rapid.Bool().Draw(t, "rule") {
				where := rules.Filter{Parameter: integration.ParamVirtualNumber, Mode: rules.Include, Values: []string{"74950000101"}}
				in.Responsible.Rules = []integration.ResponsibleRule{{Name: "Shop", User: story.Ruth, Where: where}}
			}
			s.Telephony.Fields = integration.ExtraFields{
				Always: rapid.Bool().Draw(t, "always"), Contact: []integration.FieldPair{{Field: "UF_WHO", Parameter: "employee_full_name"}},
				Lead: []integration.FieldPair{{Field: "UF_TAGS", Parameter: "tag_names"}},
			}
		})
	})
}

func TestTheSameSettingsMakeNoDifferenceToAnyLife(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		known := rapid.SampledFrom([]crm.Customer{
			{},
			{Contacts: []crm.Entity{{Kind: crm.Contact, ID: 100, Responsible: story.Carl, Updated: story.Began.Add(time.Second)}}},
			{Deals: []crm.Entity{{Kind: crm.Deal, ID: 400, Responsible: story.Dan, Stage: "NEW"}}, Missed: []int64{9001}},
		}).Draw(t, "known")
		portal := story.Usual()
		portal.Mode = rapid.SampledFrom([]crm.Mode{crm.Classic, crm.Simple}).Draw(t, "mode")
		l := &lane{
			settings: drawn().Draw(t, "settings"),
			past:     simulate.Past{Known: &known, Directory: portal.Directory(), Missed: []int64{9001, 9002}},
			late:     rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Hour}).Draw(t, "late"),
		}
		now := story.Began
		for rest := life().Draw(t, "life"); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "together")
			now = now.Add(time.Duration(rapid.IntRange(1, 900).Draw(t, "seconds")) * time.Second)
			l.arrive(now, rest[:n]...)
			rest = rest[n:]
		}
		names := simulate.Names{Portal: l.past.Directory}
		was, past := l.stored.Effects(names), l.stored.Past(names, now)
		r := simulate.Replay(past, l.settings)
		would := r.Effects(names)
		if diff := cmp.Diff(was, would); diff != "" {
			t.Fatalf("(-was +would)\n%s", diff)
		}
		other := drawn().Draw(t, "draft")
		r = simulate.Replay(past, other)
		draft := r.Effects(names)
		if (len(simulate.Compare(was, draft)) == 0) != slices.Equal(was, draft) {
			t.Fatalf("differences and effects disagree: %v\n%v\n%v", simulate.Compare(was, draft), was, draft)
		}
	})
}

// BenchmarkSimulate takes a call of five notifications from its events to its differences.
func BenchmarkSimulate(b *testing.B) {
	p := talked().past()
	s := compiled(b, func(*integration.Settings) {})
	draft := compiled(b, func(s *integration.Settings) { s.Telephony.Talker = integration.FirstTalker })
	was := effects(p, s)
	b.ReportAllocs()
	for b.Loop() {
		if len(simulate.Compare(was, effects(p, draft))) == 0 {
			b.Fatal("the draft makes no difference")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
