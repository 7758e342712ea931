package web

import (
	"slices"
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

const chatSession = integration.SessionID("chat:199000001")

// chatStory is a chat of four messages: the visitor's, an operator's, one that was edited, and one that was deleted.
func chatStory() *CallStory {
	told := func(k integration.EventKind, t integration.ChatTold) integration.Event {
		t.Visitor.ID = "9100000002"
		return integration.Event{Session: chatSession, Kind: k, Report: integration.Report{Chat: &t}}
	}
	said := func(k integration.EventKind, m integration.Message) integration.Event {
		return told(k, integration.ChatTold{Message: &m})
	}
	anna := integration.Employee{ID: 7001, Name: "Тестова Анна"}
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	s := storyOf(
		told(integration.ChatOpened, integration.ChatTold{
			Channel: "whatsapp", ChannelID: 74001, ChannelName: "WA магазин", Initiator: "visitor", Visitor: integration.Visitor{Phones: []string{"79000000008"}},
		}),
		said(integration.ChatMessage, integration.Message{ID: "1", By: integration.ByVisitor, At: at(1), Text: "Сколько стоит  доставка?"}),
		said(integration.ChatMessage, integration.Message{ID: "2", By: integration.ByOperator, Operator: anna, At: at(2), Text: "Бесплатно"}),
		said(integration.ChatMessage, integration.Message{ID: "3", By: integration.ByVisitor, At: at(3), Text: "Спосибо", File: &integration.File{ID: "4001", Token: "rtok1", Name: "photo.jpg", Size: 7}}),
		said(integration.ChatMessage, integration.Message{ID: "4", By: integration.ByOperator, Operator: anna, At: at(4), Text: "Не туда", Status: "error"}),
		said(integration.ChatEdited, integration.Message{ID: "3", Text: "Спасибо", Edited: true}),
		said(integration.ChatEdited, integration.Message{ID: "4", Edited: true, Deleted: true}),
	)
	return s
}

// put says that a step of the transcript was planned at an event of the story.
func (s *CallStory) put(event integration.EventID, state lane.ActionState, do crm.Command, key string) {
	s.Actions = append(s.Actions, ActionRow{Event: event, State: state, Do: do, Command: do.Name(), Key: integration.ActionKey(key)})
}

func (s *CallStory) words() string {
	v := (&place{}).conversationView(s, func(integration.File) string { return "" }, integration.Russian)
	var all []string
	for _, m := range v.Messages {
		one := []string{m.ID}
		for _, w := range m.Words {
			one = append(one, string(w))
		}
		all = append(all, strings.Join(one, ":"))
	}
	return strings.Join(all, " ")
}

// C-7: a message is in the CRM when a step that was decided after it has gone through; its change likewise.
func TestMessagesTellWhereTheyAre(t *testing.T) {
	t.Parallel()
	lead := integration.Bound{Kind: crm.Lead, Entity: crm.Ref{Of: "chat:199000001/create/lead"}}
	comment := crm.Comment{Kind: crm.Lead, Entity: lead.Entity, Text: "Чат\nСколько стоит  доставка?"}
	edit := crm.EditComment{Comment: crm.Ref{Of: "c"}, Kind: crm.Lead, Entity: lead.Entity, Text: "Чат\nСколько стоит  доставка?\nБесплатно"}
	s := chatStory()
	if got := s.words(); got != "1 2 3 4" {
		t.Errorf("without a place for them: %s", got)
	}
	s.Memory.Chat = &integration.ChatMemory{Places: []integration.Place{{Bound: lead, Parts: []integration.Part{{}}}}}
	if got := s.words(); got != "1:later 2:later 3:later 4:later" {
		t.Errorf("before the first step: %s", got)
	}
	s.put("e1", lane.StateDone, comment, "c")
	s.put("e4", lane.StateSending, edit, "c/1")
	if got := s.words(); got != "1:there 2:pending 3:later 4:later" {
		t.Errorf("while the second step is on its way: %s", got)
	}
	s.Actions[1].State = lane.StateDead
	if got := s.words(); got != "1:there 2:refused 3:later 4:later" {
		t.Errorf("when the second step was refused: %s", got)
	}
	s.put("e6", lane.StateDone, edit, "c/2")
	if got := s.words(); got != "1:there 2:there 3:there 4:there" {
		t.Errorf("when a later step has them all: %s", got)
	}
	s.put("e6", lane.StatePlanned, crm.Comment{Kind: crm.Contact, Entity: crm.Ref{ID: 5}, Text: "Чат"}, "other")
	if got := s.words(); got != "1:there 2:there 3:there 4:there" {
		t.Errorf("a comment of another record: %s", got)
	}
}

// C-7: with several comments at a record each message follows the one that has it.
func TestMessageFollowsItsOwnComment(t *testing.T) {
	t.Parallel()
	lead := crm.Ref{ID: 12}
	s := chatStory()
	s.Memory.Chat = &integration.ChatMemory{Places: []integration.Place{{Bound: integration.Bound{Kind: crm.Lead, Entity: lead}, Parts: []integration.Part{{}, {}}}}}
	s.put("e6", lane.StateDone, crm.Comment{Kind: crm.Lead, Entity: lead, Text: "Чат\nСколько стоит  доставка?\nБесплатно"}, "c1")
	s.put("e6", lane.StateDead, crm.Comment{Kind: crm.Lead, Entity: lead, Text: "Чат (продолжение 2)\nСпасибо"}, "c2")
	if got := s.words(); got != "1:there 2:there 3:refused 4:refused" {
		t.Errorf("%s", got)
	}
}

func TestConversationIsToldAsItWasSaid(t *testing.T) {
	t.Parallel()
	s := chatStory()
	v := (&place{}).conversationView(s, func(f integration.File) string { return "https://omni.example/files/" + f.ID }, integration.Russian)
	if v.Channel != "WhatsApp «WA магазин»" || v.Visitor != "+7 900 000-00-08" || v.ClosedAt != nil || len(v.Messages) != 4 {
		t.Fatalf("%+v", v)
	}
	third, fourth := v.Messages[2], v.Messages[3]
	if third.Text != "Спасибо" || !third.Edited || third.File == nil || third.File.URL != "https://omni.example/files/4001" {
		t.Errorf("edited, with a file: %+v", third)
	}
	if fourth.Text != "" || !fourth.Deleted || fourth.Edited || !fourth.Undelivered || fourth.Name != "Тестова Анна" {
		t.Errorf("deleted: %+v", fourth)
	}
	if call := storyOf(integration.Event{Session: "500", Kind: integration.CallIncoming}); (&place{}).conversationView(call, nil, integration.Russian) != nil {
		t.Error("a call is told as a conversation")
	}
}

func TestConversationsStandInTheJournal(t *testing.T) {
	t.Parallel()
	s := chatStory()
	row := rowIn(s)
	if row.Row != RowChat || row.Client != "+7 900 000-00-08" || row.Channel != "WhatsApp «WA магазин»" || row.Employee != "Тестова Анна" ||
		row.Words != "Сколько стоит доставка?" || row.Ended == nil || row.Ended.Text != "переписываются" || row.Settled {
		t.Errorf("a chat that goes on: %+v", row)
	}
	closed := chatStory()
	over := integration.Event{
		ID: "e7", Key: "k7", Session: chatSession, Kind: integration.ChatClosed, At: noon.Add(time.Minute), Report: integration.Report{Chat: &integration.ChatTold{Closed: true}},
	}
	closed.Events = append(closed.Events, EventRow{Event: over})
	if row = rowIn(closed); row.Ended == nil || row.Ended.Text != "обслужен" || !row.Settled {
		t.Errorf("a chat that is over: %+v", row)
	}
	request := storyOf(integration.Event{Session: "offline_message:330000001", Kind: integration.OfflineRequest, Report: integration.Report{Chat: &integration.ChatTold{
		Visitor: integration.Visitor{Name: "Олег"}, Message: &integration.Message{ID: "330000001", By: integration.ByVisitor, Text: "Перезвоните"},
	}}})
	if row = rowIn(request); row.Row != RowOffline || row.Client != "Олег" || row.Title != "Офлайн-заявка" || row.Words != "Перезвоните" || !row.Settled {
		t.Errorf("an offline request: %+v", row)
	}
	card := storyOf(integration.Event{Session: "visitor:9100000002", Kind: integration.VisitorCard, Report: integration.Report{Chat: &integration.ChatTold{
		Visitor: integration.Visitor{Name: "Ирина"},
	}}})
	if row = rowIn(card); row.Row != RowVisitor || row.Client != "Ирина" || row.Title != "Карточка посетителя" {
		t.Errorf("a visitor's card: %+v", row)
	}
}

// Whatever may be planned or told has words of its own in the journal.
func TestEveryEventAndStepOfConversationsHasWords(t *testing.T) {
	t.Parallel()
	for _, k := range append(integration.ChatKinds(), integration.RecordGone) {
		if kindTitle(k, integration.Russian) == string(k) || kindTitle(k, integration.English) == string(k) {
			t.Errorf("%s has no words", k)
		}
	}
	for _, do := range []crm.Command{crm.Comment{}, crm.EditComment{}, crm.Notify{}} {
		if _, ok := commandTitles[do.Name()]; !ok {
			t.Errorf("%s has no words", do.Name())
		}
	}
	s := chatStory()
	var told []string
	for i := range s.Events {
		told = append(told, summaryOf(&s.Events[i].Event, integration.Russian))
	}
	for _, want := range []string{"WhatsApp «WA магазин»", "«Сколько стоит доставка?»", "«Спасибо»", "сообщение удалено"} {
		if !slices.ContainsFunc(told, func(one string) bool { return strings.Contains(one, want) }) {
			t.Errorf("no event tells %q: %q", want, told)
		}
	}
	title := (&place{}).actionTitle(&ActionRow{Command: "comment", Do: crm.Comment{Text: "[B]WhatsApp[/B] № 1\n[B]12:00 Ирина:[/B] тайна"}}, integration.Russian)
	if strings.Contains(title, "тайна") || strings.Contains(title, "[B]") || !strings.Contains(title, "WhatsApp № 1") {
		t.Errorf("a transcript is named by %q", title)
	}
}

// C-14: a chat that waited for contacts and then became a lead says in the journal that it became one.
func TestARowTellsWhatAChatCameTo(t *testing.T) {
	t.Parallel()
	s := chatStory()
	waits := integration.Reason{Rule: "C-14", Code: "wait_contacts"}
	s.Plans = []PlanRow{{Outcome: integration.Waiting, Reasons: []integration.Reason{waits}}}
	if got := becauseOf(s, integration.Russian); got != waits.Sentence(integration.Russian) {
		t.Errorf("while it waits: %s", got)
	}
	made := integration.Reason{Rule: "C-5", Code: "chat_create_lead", Args: map[string]string{"name": "Павел"}}
	s.Plans = append(s.Plans, PlanRow{Outcome: integration.Planned, Reasons: []integration.Reason{made}})
	if got := becauseOf(s, integration.Russian); got != made.Sentence(integration.Russian) {
		t.Errorf("once it is a lead: %s", got)
	}
}
