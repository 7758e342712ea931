package lane

import (
	"context"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

func (e *ears) Conversing(context.Context, Lease, integration.CustomerKey, time.Time, int) ([]integration.SessionID, error) {
	return nil, nil
}

func (e *ears) Schedule(context.Context, integration.TenantID, integration.PortalID, []integration.Action) error {
	return nil
}

// what hangs on something that the portal put off is not given up with it: it goes out again after that. What hangs on
// something that failed for good comes to nothing, unless it can do without.
func TestWhatHangsOnAPutOffActionWaitsForIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		optional bool
		head     crm.ErrorKind
		state    ActionState
	}{
		"put off":                     {false, crm.Limited, StatePlanned},
		"in doubt":                    {false, crm.Ambiguous, StatePlanned},
		"refused":                     {false, crm.Invalid, StateFailed},
		"refused, and not needed":     {true, crm.Invalid, StatePlanned},
		"put off, though not needed":  {true, crm.Limited, StatePlanned},
		"carried out without a trace": {false, "", StateFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &ears{}
			l := listening(&desk{}, e)
			contact := integration.Action{Key: "contact", Do: crm.Create{Kind: crm.Contact}}
			lead := integration.Action{Key: "lead", Do: crm.Create{
				Kind: crm.Lead, Fields: crm.Fields{Contact: &crm.Ref{Of: "contact", Optional: c.optional}},
			}}
			l.queue.add(Entry{Seq: 1, Action: contact, State: StateSending, Attempts: 1}, Entry{Seq: 2, Action: lead, State: StateSending, Attempts: 1})
			second := l.queue.entries["lead"]
			f := &flight{entries: []*Entry{l.queue.entries["contact"], second}, at: []int{0, 1}}
			outcomes := []crm.Outcome{{Key: "contact"}, {Key: "lead", Err: &crm.Error{Kind: crm.Skipped}}}
			if c.head != "" {
				outcomes[0].Err = &crm.Error{Kind: c.head}
			}
			if err := l.land(t.Context(), &landed{flight: f, outcomes: outcomes}); err != nil {
				t.Fatal(err)
			}
			if second.State != c.state {
				t.Errorf("it is %s, want %s", second.State, c.state)
			}
		})
	}
}

// C-16: entities that another conversation of the person has on the way are known by any of the person's names.
func TestConversationsOfOnePersonMeetByAnyName(t *testing.T) {
	t.Parallel()
	q := newQueue()
	q.add(Entry{
		Action: integration.Action{Key: "chat:1/create/lead", Do: crm.Create{Kind: crm.Lead}}, Session: "chat:1", Customer: "+79000000001", State: StatePlanned,
	}, Entry{Action: integration.Action{Key: "call:2/create/lead", Do: crm.Create{Kind: crm.Lead}}, Session: "2", State: StatePlanned})
	for _, c := range []struct {
		sessions []integration.SessionID
		except   integration.SessionID
		meets    bool
	}{
		{nil, "chat:3", true},
		{nil, "chat:1", false},
		{[]integration.SessionID{"chat:1"}, "chat:3", true},
		{[]integration.SessionID{"chat:4", "2"}, "chat:3", false},
	} {
		if got := q.creatingIn(c.sessions, c.except); got != c.meets {
			t.Errorf("in %v but %s: %v, want %v", c.sessions, c.except, got, c.meets)
		}
	}
}

// C-14: a card that comes while the CRM is asked for the visitor's first conversation reaches that, though storage does not know whose it is.
func TestCardReachesAConversationThatIsNotDecidedYet(t *testing.T) {
	t.Parallel()
	l := listening(&desk{}, &ears{})
	chat := integration.Event{ID: "1", Kind: integration.ChatOpened, Session: "chat:1", Report: integration.Report{Chat: &integration.ChatTold{
		Visitor: integration.Visitor{ID: "9"},
	}}}
	l.sessions["chat:1"] = &session{id: "chat:1", loaded: true, asking: true, events: []integration.Event{chat}}
	l.sessions["chat:2"] = &session{id: "chat:2", loaded: true}
	card := integration.Event{ID: "2", Kind: integration.VisitorCard, Session: "visitor:9", Report: integration.Report{Chat: &integration.ChatTold{
		Visitor: integration.Visitor{ID: "9", Phones: []string{"79000000001"}},
	}}}
	s := &session{id: "visitor:9", loaded: true, events: []integration.Event{card}, pending: []integration.EventID{"2"}}
	if _, err := l.passCard(t.Context(), s, "9"); err != nil {
		t.Fatal(err)
	}
	if n := len(l.sessions["chat:1"].cards); n != 1 {
		t.Errorf("the visitor's chat has %d cards, want 1", n)
	}
	if n := len(l.sessions["chat:2"].cards); n != 0 {
		t.Errorf("a stranger's chat has %d cards", n)
	}
}
