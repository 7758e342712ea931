package integration_test

import (
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// combination is one way in which the tables of T-3, T-4 and T-14 meet.
type combination struct {
	outgoing, talked bool
	rule             bool // a rule of T-14 holds for the number called
	addressed        bool // exactly one phone rang
	create           bool
	simple           bool
	contact, company bool
	lead, deal       existence
}

// existence is whether there is a lead or deal, and in what state.
type existence int

const (
	none existence = iota
	open
	closed
)

var bools = []bool{false, true}

// combinations are all of them that can be: rules count for incoming calls only, and only a missed call is addressed to somebody.
func combinations() []combination {
	var all []combination
	existing := func(c combination) {
		for _, c.create = range bools {
			for _, c.simple = range bools {
				for _, c.contact = range bools {
					for _, c.company = range bools {
						for c.lead = none; c.lead <= closed; c.lead++ {
							for c.deal = none; c.deal <= closed; c.deal++ {
								all = append(all, c)
							}
						}
					}
				}
			}
		}
	}
	for _, talked := range bools {
		existing(combination{outgoing: true, talked: talked})
		for _, rule := range bools {
			existing(combination{talked: talked, rule: rule})
			if !talked {
				existing(combination{rule: rule, addressed: true})
			}
		}
	}
	return all
}

func (c combination) String() string {
	var words []string
	say := func(yes bool, word string) {
		if yes {
			words = append(words, word)
		}
	}
	say(c.outgoing, "outgoing")
	say(!c.outgoing, "incoming")
	say(c.talked, "talked")
	say(!c.talked, "missed")
	say(c.rule, "rule")
	say(c.addressed, "addressed")
	say(c.create, "create")
	say(c.simple, "simple")
	say(c.contact, "contact")
	say(c.company, "company")
	say(c.lead == open, "lead")
	say(c.lead == closed, "closed lead")
	say(c.deal == open, "deal")
	say(c.deal == closed, "closed deal")
	return strings.Join(words, " + ")
}

func (c combination) around(t *testing.T) *circumstances {
	t.Helper()
	s, portal := testSettings(), testPortal()
	s.Telephony.Incoming.Create, s.Telephony.Outgoing.Create = c.create, c.create
	number := "74950000999"
	if c.rule {
		number = "74950000101"
	}
	s.Telephony.Incoming.Responsible.Rules = []integration.ResponsibleRule{
		{Name: "Shop", User: ruth, Where: include(integration.ParamVirtualNumber, number)},
	}
	if err := s.Compile(1); err != nil {
		t.Fatal(err)
	}
	if c.simple {
		portal.Mode = crm.Simple
	}
	var known crm.Customer
	if c.contact {
		known.Contacts = []crm.Entity{{Kind: crm.Contact, ID: 100, Responsible: carl}}
	}
	if c.company {
		known.Companies = []crm.Entity{{Kind: crm.Company, ID: 200, Responsible: cora}}
	}
	if c.lead != none {
		known.Leads = []crm.Entity{{Kind: crm.Lead, ID: 300, Responsible: lena, Stage: "NEW", Closed: c.lead == closed}}
	}
	if c.deal != none {
		known.Deals = []crm.Entity{{Kind: crm.Deal, ID: 400, Responsible: dan, Stage: "NEW", Closed: c.deal == closed}}
		if c.contact {
			known.Deals[0].Contact = 100
		}
	}
	return &circumstances{settings: s, known: known, directory: portal.Directory()}
}

// events are those of a call in which Anna dialled, or Anna's phone rang, alone or with Boris's.
func (c combination) events() []integration.Event {
	l := lifeOf{said: integration.Report{Direction: crm.Incoming, ClientNumber: "79261234567", VirtualNumber: "74950000101"}}
	if c.outgoing {
		l.said.Direction = crm.Outgoing
		l.add(integration.CallOutgoing, 7001)
	} else {
		l.add(integration.CallRinging, 7001)
		if !c.addressed {
			l.add(integration.CallRinging, 7002)
		}
	}
	if c.talked {
		l.add(integration.CallTalkStarted, 7001)
	}
	end := l.add(integration.CallFinished, 7001)
	end.Report.Lost = new(!c.talked)
	if c.talked {
		end.Report.Talk = new(time.Minute)
	} else if !c.outgoing {
		end.Report.Employee = integration.Employee{}
	}
	return l.events
}

// The oracle: T-3, T-4 and T-14 once more, in as few words as they can be said, apart from the code under test.

func (c combination) existingOwner() crm.UserID {
	switch {
	case c.contact:
		return carl
	case c.company:
		return cora
	case c.deal == open:
		return dan
	case c.lead != none:
		return lena
	case c.deal != none:
		return dan
	}
	return 0
}

func (c combination) creates() bool { return c.create && c.lead != open && c.deal != open }

func (c combination) newOwner() crm.UserID {
	if old := c.existingOwner(); old != 0 {
		return old
	}
	return c.activityOwner()
}

func (c combination) activityOwner() crm.UserID {
	switch {
	case c.outgoing || c.talked:
		return anna
	case c.existingOwner() != 0:
		return c.existingOwner()
	case c.addressed:
		return anna
	case c.rule:
		return ruth
	}
	return inDefault
}

// handedOver is which open record goes to the talker (R2).
func (c combination) handedOver() string {
	switch {
	case c.outgoing || !c.talked || !c.rule:
		return ""
	case c.deal == open:
		return "deal/400"
	case c.lead == open:
		return "lead/300"
	}
	return ""
}

// made are the kinds that the call creates.
func (c combination) made() []string {
	switch {
	case !c.creates():
		return nil
	case !c.simple:
		return []string{"lead"}
	case c.contact || c.company:
		return []string{"deal"}
	}
	return []string{"contact", "deal"}
}

func TestEveryCombinationFollowsThePrecedence(t *testing.T) {
	t.Parallel()
	all := combinations()
	for _, c := range all {
		around, events := c.around(t), c.events()
		w := around.play(t, one(events)...)
		if together := around.play(t, events); together.state(t) != w.state(t) || together.activity() != w.activity() {
			t.Errorf("%s: event by event it comes out differently", c)
		}
		c.check(t, w)
	}
	t.Logf("%d combinations", len(all))
}

func (c combination) check(t *testing.T, w *world) {
	t.Helper()
	fresh := 0
	for _, kind := range []string{"lead", "deal", "contact", "company"} {
		made, ok := w.Entities["call:501/create/"+kind]
		if !ok {
			continue
		}
		fresh++
		if *made.Responsible != c.newOwner() {
			t.Errorf("%s: the new %s belongs to %d, want %d", c, kind, *made.Responsible, c.newOwner())
		}
		if kind == "lead" || kind == "deal" {
			c.checkLinks(t, kind, &made)
		}
	}
	if want := c.made(); fresh != len(want) {
		t.Errorf("%s: %d records are created, want %v", c, fresh, want)
	}
	for _, kind := range c.made() {
		if _, ok := w.Entities["call:501/create/"+kind]; !ok {
			t.Errorf("%s: no %s is created", c, kind)
		}
	}
	for key, owner := range map[string]crm.UserID{"contact/100": carl, "company/200": cora, "lead/300": lena, "deal/400": dan} {
		if key == c.handedOver() {
			owner = anna
		}
		if e, ok := w.Entities[key]; ok && *e.Responsible != owner {
			t.Errorf("%s: %s belongs to %d, want %d", c, key, *e.Responsible, owner)
		}
	}
	if w.Register != 1 || w.Finish != 1 || w.finished.User != c.activityOwner() {
		t.Errorf("%s: registered %d times, finished %d times for %d, want %d", c, w.Register, w.Finish, w.finished.User, c.activityOwner())
	}
	if len(w.Bound) > 0 && w.Completed != c.talked {
		t.Errorf("%s: the activity's completion is %v", c, w.Completed)
	}
	if len(w.Bound) == 0 && (c.creates() || c.contact || c.company || c.lead == open || c.deal == open) {
		t.Errorf("%s: the activity is nowhere to be seen", c)
	}
}

// checkLinks makes sure that what is found is linked and not doubled.
func (c combination) checkLinks(t *testing.T, kind string, made *crm.Fields) {
	t.Helper()
	if c.contact != (made.Contact != nil && made.Contact.ID == 100) || c.company != (made.Company != nil && made.Company.ID == 200) {
		t.Errorf("%s: the new %s is linked to contact %v and company %v", c, kind, made.Contact, made.Company)
	}
}
