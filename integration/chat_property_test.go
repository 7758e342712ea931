package integration_test

import (
	"slices"
	"strconv"
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
	"omniconnector/rules"
)

func operator(id integration.EmployeeID) integration.Employee {
	return integration.Employee{ID: id, Name: story.Staff[id]}
}

// chatEvents draws the events of one chat in their true order, some of them lost on the way.
func chatEvents() *rapid.Generator[[]integration.Event] {
	return rapid.Custom(func(t *rapid.T) []integration.Event {
		l := chatLife{session: "chat:1", said: integration.ChatTold{Channel: "whatsapp", ChannelID: 74001, Visitor: integration.Visitor{ID: "9", Phones: []string{"79261234567"}}}}
		opened := l.add(integration.ChatOpened)
		opened.Initiator = "visitor"
		if rapid.Bool().Draw(t, "card") {
			card := l.add(integration.VisitorCard)
			card.Visitor.Name, card.Visitor.Emails = "Irina", []string{"irina@example.test"}
		}
		people := rapid.Permutation([]integration.EmployeeID{7001, 7002, 7777}).Draw(t, "people")
		var all []integration.Message
		for i := range rapid.IntRange(0, 3).Draw(t, "messages") {
			m := integration.Message{
				ID: strconv.Itoa(rapid.IntRange(1, 12).Draw(t, "id")), By: integration.ByVisitor, At: began.Add(time.Duration(i/2) * time.Second),
				Text: rapid.SampledFrom([]string{"Hello", "[B]hi[/B]", "🙂", ""}).Draw(t, "text"),
			}
			if slices.ContainsFunc(all, func(o integration.Message) bool { return o.ID == m.ID }) {
				continue
			}
			if rapid.Bool().Draw(t, "answer") {
				m.By, m.Operator = integration.ByOperator, operator(people[i%2])
			}
			all = append(all, m)
			told := l.add(integration.ChatMessage)
			told.Message = &m
			l.last().Report.Employee = m.Operator
		}
		for i := range all {
			switch rapid.SampledFrom([]string{"", "edited", "deleted", "read"}).Draw(t, "becomes") {
			case "edited":
				l.add(integration.ChatEdited).Message = &integration.Message{ID: all[i].ID, Text: "changed", Edited: true}
			case "deleted":
				l.add(integration.ChatEdited).Message = &integration.Message{ID: all[i].ID, Deleted: true}
			case "read":
				l.add(integration.ChatStatus).Message = &integration.Message{ID: all[i].ID, Status: rapid.SampledFrom([]string{"read", "error"}).Draw(t, "status")}
			}
		}
		if rapid.Bool().Draw(t, "assigned") {
			l.add(integration.ChatAssigned)
			l.last().Report.Employee = operator(people[0])
		}
		closed := l.add(integration.ChatClosed)
		closed.Closed, closed.Reason = true, "closed_by_operator"
		if rapid.Bool().Draw(t, "report") {
			told := l.add(integration.ChatReport)
			told.Closed, told.Messages = true, all
			r := &l.last().Report
			r.Params, r.StartedAt, r.EndedAt = map[string][]string{"utm_source": {"yandex"}}, began, began.Add(time.Minute)
			r.Tags, r.Employee = []string{"Target"}, operator(people[1])
		}
		return lost(t, l.events)
	})
}

// lost drops some events, but never the end.
func lost(t *rapid.T, events []integration.Event) []integration.Event {
	for len(events) > 2 && rapid.IntRange(0, 2).Draw(t, "lose one") == 0 {
		at := rapid.IntRange(0, len(events)-1).Draw(t, "lost")
		if told := events[at].Report.Chat; !told.Closed {
			events = slices.Delete(slices.Clone(events), at, at+1)
		}
	}
	return events
}

func TestAConversationIsTheSameInEveryOrderOfItsEvents(t *testing.T) {
	t.Parallel()
	var tried atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		events := chatEvents().Draw(t, "chat")
		want := integration.FoldChat("chat:1", events)
		permutations(len(events), 40, func(order []int) bool {
			tried.Add(1)
			again := repeated(arranged(events, order), uint64(tried.Load()))
			if diff := cmp.Diff(want, integration.FoldChat("chat:1", again)); diff != "" {
				t.Fatalf("order %v (-want +got)\n%s", order, diff)
			}
			return tried.Load()%100 != 0
		})
	})
	t.Logf("%d orders, each with repetitions", tried.Load())
}

// chatSettings draws settings that make orders matter: rules on who took the chat, names with the operator, fields.
func chatSettings() *rapid.Generator[*integration.Settings] {
	return rapid.Custom(func(t *rapid.T) *integration.Settings {
		s := testSettings()
		c := &s.Chats
		c.Primary.Make = rapid.SampledFrom([]integration.Making{integration.MakeLead, integration.MakeDeal, integration.MakeBoth}).Draw(t, "primary")
		c.Repeat.Make = rapid.SampledFrom(makings).Draw(t, "repeat")
		c.CommentTo = rapid.SampledFrom([]integration.Priority{integration.ToDeals, integration.ToLeads, integration.ToBoth}).Draw(t, "priority")
		c.Transcript = rapid.SampledFrom([]integration.TranscriptMode{integration.AtStart, integration.AtEnd}).Draw(t, "transcript")
		c.CopyToClient, c.Closed = rapid.Bool().Draw(t, "copy"), rapid.Bool().Draw(t, "closed too")
		if rapid.Bool().Draw(t, "rules") {
			where := include(integration.ParamEmployee, "7001")
			c.Primary.Rules = []integration.ChatFunnelRule{{Name: "Anna", LeadStage: "IN_PROCESS", Funnel: 3, Stage: "C3:NEW", Where: where}}
			c.Repeat.Rules = c.Primary.Rules
			c.Names.Lead = []integration.NameTemplate{{Text: "{{employee_full_name}} {{visitor_name}}", Where: where}, {Text: "{{first_message}}"}}
			c.Responsible.Rules = []integration.ResponsibleRule{{Name: "Target", User: ruth, Where: include(integration.ParamTag, "Target")}}
		}
		if rapid.Bool().Draw(t, "fields") {
			pairs := []integration.FieldPair{
				{Field: "UF_FIRST", Parameter: integration.FirstCommunication},
				{Field: "UF_WHO", Parameter: "employee_full_name"},
				{Field: "UF_SRC", Parameter: "utm_source"},
				{Field: "UF_END", Parameter: "release_cause"},
				{Field: "UF_N", Parameter: "messages_count"},
			}
			c.Fields = integration.ExtraFields{Always: rapid.Bool().Draw(t, "always"), Lead: pairs, Deal: pairs, Contact: pairs, Company: pairs}
		}
		return s
	})
}

func chatAroundDrawn() *rapid.Generator[*chatCircumstances] {
	return rapid.Custom(func(t *rapid.T) *chatCircumstances {
		c := chatAround(t, chatSettings().Draw(t, "settings"))
		c.describes, c.pace = rapid.Bool().Draw(t, "describes"), rapid.SampledFrom([]time.Duration{0, 25 * time.Second}).Draw(t, "pace")
		if rapid.IntRange(0, 3).Draw(t, "mode") == 0 {
			c.directory.Mode = crm.Simple
		}
		c.centre = &centre.Directory{SyncedAt: began}
		c.known = customer(combinationOfChat{
			contact: rapid.Bool().Draw(t, "contact"), company: rapid.Bool().Draw(t, "company"),
			lead: existence(rapid.IntRange(0, 2).Draw(t, "lead")), deal: existence(rapid.IntRange(0, 2).Draw(t, "deal")),
		})
		return c
	})
}

// TestTheCRMHasTheSameConversationInEveryOrder plays every order event by event, and all at once: the same records, words and
// notifications come out. One thing may differ and is left out: with which contacts somebody was looked for first, so the visitor of
// these chats has the number from the beginning.
func TestTheCRMHasTheSameConversationInEveryOrder(t *testing.T) {
	t.Parallel()
	var tried atomic.Int64
	rapid.Check(t, func(t *rapid.T) {
		c, events := chatAroundDrawn().Draw(t, "around"), chatEvents().Draw(t, "chat")
		want := c.play(t, events).state(t)
		permutations(len(events), 6, func(order []int) bool {
			arrived := arranged(events, order)
			if tried.Add(1)%4 == 0 {
				arrived = repeated(arrived, uint64(tried.Load()))
			}
			if diff := cmp.Diff(want, c.play(t, one(arrived)...).state(t)); diff != "" {
				t.Fatalf("order %v (-together +one by one)\n%s", order, diff)
			}
			return tried.Load()%12 != 0
		})
	})
	t.Logf("%d orders played", tried.Load())
}

// TestNothingThatIsToldOfAConversationPanics draws nonsense: unknown kinds, channels, texts, ids, times, records.
func TestNothingThatIsToldOfAConversationPanics(t *testing.T) {
	t.Parallel()
	kinds := append(integration.ChatKinds(), integration.RecordGone, integration.CallDue, integration.CallSilent, integration.CallReplayed, integration.CallFinished, "nonsense")
	text := rapid.SampledFrom([]string{"", "Hello", "[", "\xff\xfe", "\u202e", strings.Repeat("🙂", 1_000), "74950000101", "@", "a@b.c", "-1"})
	rapid.Check(t, func(t *rapid.T) {
		s := chatSettings().Draw(t, "settings")
		s.Chats.WithoutContacts, s.OwnNumbers = rapid.Bool().Draw(t, "without contacts"), []string{"74950000101"}
		s.Chats.Filter = integration.CallFilter{On: true, Where: rules.Filter{Parameter: rapid.SampledFrom([]rules.Parameter{
			integration.ParamSite, integration.ParamEmployee, integration.ParamLastMessage, integration.ParamChannel,
		}).Draw(t, "filter"), Mode: rules.Exclude, Values: []string{"x"}}}
		c := chatAround(t, s)
		c.describes = rapid.Bool().Draw(t, "describes")
		session := rapid.SampledFrom([]integration.SessionID{"chat:1", "offline_message:1", "chat:", "visitor:9", "501"}).Draw(t, "session")
		var memory integration.Memory
		var events []integration.Event
		for i := range rapid.IntRange(1, 8).Draw(t, "events") {
			told := &integration.ChatTold{
				Channel: rapid.SampledFrom([]string{"", "whatsapp", "pigeon"}).Draw(t, "channel"), Closed: rapid.Bool().Draw(t, "closed"),
				Visitor: integration.Visitor{ID: text.Draw(t, "visitor"), Name: text.Draw(t, "name"), Phones: []string{text.Draw(t, "phone")}, Emails: []string{text.Draw(t, "mail")}},
				Message: &integration.Message{ID: text.Draw(t, "id"), By: integration.Speaker(text.Draw(t, "by")), Text: text.Draw(t, "text"), Deleted: rapid.Bool().Draw(t, "deleted")},
				Gone:    []integration.Record{{Kind: crm.Kind(text.Draw(t, "gone")), ID: 300}, {Kind: crm.Lead, ID: 300}},
			}
			e := integration.Event{
				ID: integration.EventID(strconv.Itoa(i)), Key: strconv.Itoa(rapid.IntRange(0, 5).Draw(t, "key")), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Session: session,
				At: began.Add(time.Duration(rapid.IntRange(-1e6, 1e6).Draw(t, "at")) * time.Second),
			}
			if rapid.IntRange(0, 4).Draw(t, "told") > 0 {
				e.Report.Chat = told
			}
			events = append(events, e)
			chat := integration.FoldChat(session, events)
			facts := integration.Facts{Now: e.At, Chat: &chat, Settings: c.settings, Directory: c.directory, Memory: memory, Trigger: e.ID, Describes: c.describes, RereadAfter: time.Minute}
			facts.Identities()
			if integration.Ask(facts) != nil {
				facts.Known = &crm.Customer{}
			}
			plan := integration.Decide(facts)
			if len(plan.Reasons) == 0 {
				t.Fatal("a decision without a reason")
			}
			_ = plan.Text(integration.Russian)
			memory = plan.Memory
		}
	})
}
