package integration_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// chatWorld is a CRM in a few lines, as conversations leave it. Records, their guards and the ledger are those of world.
type chatWorld struct {
	*world
	Comments  map[string][]string // by record, in the order in which they were written
	Contacts  map[string][]string // what was written to reach the visitor by, by record
	Clients   map[string]string   // of what was made
	Notified  []string            // links
	Activity  string              `json:",omitempty"` // in which record
	Done      bool
	commentOf map[string]place // by the key that wrote it
}

type place struct {
	record string
	number int
}

func newChatWorld(known crm.Customer) *chatWorld {
	w := &chatWorld{
		world: newWorld(known), Comments: map[string][]string{}, Contacts: map[string][]string{}, Clients: map[string]string{}, commentOf: map[string]place{},
	}
	for _, e := range slices.Concat(known.Contacts, known.Companies) {
		w.Contacts[name(e.Kind, crm.Ref{ID: e.ID})] = []string{"+79261234567"} // by which they were found
	}
	return w
}

func (w *chatWorld) comments(record string) []string { return w.Comments[record] }

// apply carries a plan out: an action's key once, as the ledger does.
func (w *chatWorld) apply(t failer, plan integration.Plan) {
	t.Helper()
	for _, a := range plan.Actions {
		if w.done[a.Key] {
			t.Errorf("%s is planned twice", a.Key)
			continue
		}
		w.done[a.Key] = true
		for _, r := range crm.Refs(a.Do) {
			if !w.done[integration.ActionKey(r.Of)] {
				t.Errorf("%s refers to %s, which was not planned before it", a.Key, r.Of)
			}
		}
		w.act(t, a)
	}
}

func (w *chatWorld) act(t failer, a integration.Action) {
	t.Helper()
	switch do := a.Do.(type) {
	case crm.Create:
		w.create(t, string(a.Key), do)
	case crm.Update:
		w.edit(t, do)
	case crm.Comment:
		record := name(do.Kind, do.Entity)
		w.commentOf[string(a.Key)] = place{record, len(w.Comments[record])}
		w.Comments[record] = append(w.Comments[record], do.Text)
	case crm.EditComment:
		at, ok := w.commentOf[do.Comment.Of]
		if !ok || at.record != name(do.Kind, do.Entity) {
			t.Errorf("%s edits %s, which is not a comment of its record", a.Key, do.Comment.Of)
			return
		}
		if w.Comments[at.record][at.number] == do.Text {
			t.Errorf("%s changes nothing", a.Key)
		}
		w.Comments[at.record][at.number] = do.Text
	case crm.Notify:
		for _, l := range do.Links {
			w.Notified = append(w.Notified, name(l.Kind, l.Entity))
		}
	case crm.AddActivity:
		w.Activity = name(do.Kind, do.Entity)
	case crm.SetActivity:
		w.Done = do.Completed
	case centre.ReadChat: // of the platform, and not of the CRM
	default:
		t.Errorf("%s does what no conversation does", a.Key)
	}
}

func (w *chatWorld) create(t failer, key string, do crm.Create) {
	t.Helper()
	for made := range w.Entities {
		if strings.HasPrefix(made, "chat:") && strings.HasSuffix(made, "/"+string(do.Kind)) {
			t.Errorf("a second %s is created", do.Kind)
		}
	}
	w.told(key, &do.Fields)
	w.Entities[key] = do.Fields
}

// edit writes what guards let; contacts and clients are added without one.
func (w *chatWorld) edit(t failer, do crm.Update) {
	t.Helper()
	if w.told(name(do.Kind, do.Entity), &do.Fields); do.If.IsZero() && len(do.Fields.Custom) == 0 {
		return
	}
	w.update(t, do)
}

// told takes contacts and client out of fields and keeps them, each once, as a portal adds what a record lacks.
func (w *chatWorld) told(record string, f *crm.Fields) {
	add := func(list ...string) {
		for _, c := range list {
			if !slices.Contains(w.Contacts[record], c) {
				w.Contacts[record] = append(w.Contacts[record], c)
			}
		}
	}
	add(f.Phones...)
	add(f.Emails...)
	for _, m := range f.Messengers {
		add(m.Network + ":" + m.Value)
	}
	slices.Sort(w.Contacts[record])
	if f.Contact != nil {
		w.Clients[record] = name(crm.Contact, *f.Contact)
	}
	if f.Company != nil {
		w.Clients[record] += " " + name(crm.Company, *f.Company)
	}
	f.Phones, f.Emails, f.Messengers, f.Contact, f.Company = nil, nil, nil, nil, nil
}

// state is what must not depend on the order of arrival. Whether an activity is done says Done, and whose it is its record.
func (w *chatWorld) state(t failer) string {
	t.Helper()
	body, err := json.MarshalIndent(map[string]any{
		"entities": w.Entities, "comments": w.Comments, "contacts": w.Contacts, "clients": w.Clients, "notified": w.Notified, "activity": w.Activity, "done": w.Done,
	}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// chatCircumstances are everything around a conversation's events.
type chatCircumstances struct {
	settings  *integration.Settings
	known     crm.Customer
	later     *crm.Customer // what every question but the first is answered; the same when nil
	directory crm.Directory
	centre    *centre.Directory
	describes bool
	pace      time.Duration
}

func chatAround(t failer, s *integration.Settings) *chatCircumstances {
	t.Helper()
	if err := s.Compile(1); err != nil {
		t.Fatal(err)
	}
	portal := testPortal()
	return &chatCircumstances{settings: s, directory: portal.Directory()}
}

// play lets batches of events arrive one after the other, ten seconds apart, and applies each plan; what waits is woken.
func (c *chatCircumstances) play(t failer, batches ...[]integration.Event) *chatWorld {
	t.Helper()
	w := newChatWorld(c.known)
	now, asked := began.Add(time.Hour), 0
	var memory integration.Memory
	var events []integration.Event
	decide := func(trigger string) (wake time.Time) {
		chat := integration.FoldChat(events[0].Session, events)
		facts := integration.Facts{
			Now: now, Chat: &chat, Call: integration.Call{Session: chat.Session}, Settings: c.settings, Directory: c.directory, Centre: c.centre, Memory: memory,
			Trigger: integration.EventID(trigger), RereadAfter: time.Minute, Describes: c.describes, Pace: c.pace,
		}
		if integration.Ask(facts) != nil {
			known := c.known
			if asked++; asked > 1 && c.later != nil {
				known = *c.later
			}
			facts.Known, facts.AskedAt = &known, now
			if integration.Ask(facts) != nil {
				t.Error("it asks again for what it was answered")
			}
		}
		before := c.remembered(t, memory)
		plan := integration.Decide(facts)
		if c.remembered(t, memory) != before {
			t.Error("a decision changes the memory that it was given")
		}
		w.apply(t, plan)
		memory = plan.Memory
		if memory.DueAt != plan.Wake {
			t.Errorf("it waits for %s and is woken at %s", memory.DueAt, plan.Wake)
		}
		return plan.Wake
	}
	for i, batch := range batches {
		events = append(events, batch...)
		now = now.Add(10 * time.Second)
		if wake := decide(fmt.Sprintf("arrival %d", i)); !wake.IsZero() && i == len(batches)-1 {
			now = wake
			if again := decide("woken"); !again.IsZero() {
				t.Errorf("woken at %s it waits again, for %s", wake, again)
			}
		}
	}
	return w
}

func (c *chatCircumstances) remembered(t failer, m integration.Memory) string {
	t.Helper()
	body, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// chatLife writes down the events of one conversation, a second apart.
type chatLife struct {
	session integration.SessionID
	said    integration.ChatTold
	events  []integration.Event
}

// add gives what the event tells of the conversation, to be filled in.
func (l *chatLife) add(kind integration.EventKind) *integration.ChatTold {
	at := began.Add(time.Duration(len(l.events)) * time.Second)
	told := l.said
	told.Visitor.Phones, told.Visitor.Emails = slices.Clone(told.Visitor.Phones), slices.Clone(told.Visitor.Emails)
	l.events = append(l.events, integration.Event{
		ID: integration.EventID(fmt.Sprintf("e%d", len(l.events))), Source: "uis", Key: fmt.Sprintf("%s|%d", kind, len(l.events)),
		Kind: kind, Session: l.session, At: at, Received: at, Report: integration.Report{Chat: &told},
	})
	return &told
}

func (l *chatLife) last() *integration.Event { return &l.events[len(l.events)-1] }

// made are the kinds of record that a conversation created, in order.
func (w *chatWorld) made() []crm.Kind {
	var list []crm.Kind
	for _, k := range []crm.Kind{crm.Contact, crm.Lead, crm.Deal, crm.Company} {
		if slices.ContainsFunc(slices.Collect(maps.Keys(w.Entities)), func(key string) bool { return strings.HasSuffix(key, "/create/"+string(k)) }) {
			list = append(list, k)
		}
	}
	return list
}
