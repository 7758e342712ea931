package integration

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
)

// FoldChat merges the events of one conversation, and those of its visitor's card. It depends on the set of events only: not on
// their order, not on repetitions (C-16). Session is the conversation's own.
func FoldChat(session SessionID, events []Event) Conversation {
	events = canonical(events)
	kind, id, _ := session.Communication()
	c := Conversation{Session: session, Kind: kind, ID: id, Params: map[string][]string{}}
	f := chatFolding{chat: &c, messages: map[string]*messageState{}}
	for i := range events {
		f.take(&events[i])
	}
	f.finish()
	return c
}

// chatFolding is the state of one FoldChat.
type chatFolding struct {
	chat     *Conversation
	messages map[string]*messageState
	silent   time.Time
	heard    time.Time // when the visitor or somebody here was heard last
}

// messageState is a message, and when its words and its being there were told last: an older change never undoes a newer one.
type messageState struct {
	Message
	changedAt time.Time
}

func (f *chatFolding) take(e *Event) {
	c, r := f.chat, &e.Report
	c.Imported = c.Imported || r.Imported
	switch e.Kind {
	case CallReplayed:
		c.Replay = e.Key
		return
	case CallSilent:
		f.silent = e.At
		return
	default:
	}
	for _, tag := range r.Tags {
		if !slices.Contains(c.Tags, tag) {
			c.Tags = append(c.Tags, tag)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Params)) {
		if values := r.Params[name]; len(values) > 0 && (c.Params[name] == nil || e.Kind == ChatReport) {
			c.Params[name] = values
		}
	}
	if e.Kind != VisitorCard && e.Kind != RecordGone && (c.OpenedAt.IsZero() || e.At.Before(c.OpenedAt)) {
		c.OpenedAt = e.At
	}
	f.operator(e)
	if r.Chat != nil {
		f.told(e, r.Chat)
	}
	if e.Kind == OfflineRequest { // it is over when it is written
		c.Closed, c.ClosedAt = true, e.At
	}
}

// operator keeps who took the chat. A report names the last one only, and an operator's message the one who wrote it.
func (f *chatFolding) operator(e *Event) {
	who := e.Report.Employee
	switch e.Kind {
	case ChatOpened, ChatAssigned, ChatMessage, ChatClosed, ChatReport, OfflineRequest:
		f.chat.Operators = with(f.chat.Operators, who)
	default:
	}
}

func (f *chatFolding) told(e *Event, t *ChatTold) {
	c := f.chat
	fill(&c.Channel, t.Channel)
	fill(&c.ChannelID, t.ChannelID)
	fill(&c.ChannelName, t.ChannelName)
	fill(&c.Initiator, t.Initiator)
	f.visitor(e, &t.Visitor)
	if t.Message != nil {
		f.message(e, *t.Message)
	}
	for i := range t.Messages {
		f.message(e, t.Messages[i])
	}
	if t.Closed {
		c.Closed = true
		if c.ClosedAt.IsZero() || e.At.Before(c.ClosedAt) {
			c.ClosedAt, c.Reason = e.At, cmp.Or(t.Reason, c.Reason)
		}
	}
	if e.Kind == ChatReport {
		c.Described, c.Told = true, c.Told || t.Closed && len(t.Messages) > 0
	}
	for _, gone := range t.Gone {
		if !slices.Contains(c.Gone, gone) {
			c.Gone = append(c.Gone, gone)
		}
	}
}

// visitor adds what is known of the visitor. A card is what a person has written: its name wins over the one the channel told.
func (f *chatFolding) visitor(e *Event, v *Visitor) {
	own := &f.chat.Visitor
	fill(&own.ID, v.ID)
	if v.Name != "" && (own.Name == "" || e.Kind == VisitorCard) {
		own.Name = v.Name
	}
	fill(&own.Company, v.Company)
	fill(&own.Comment, v.Comment)
	own.Phones = union(own.Phones, v.Phones)
	own.Emails = union(own.Emails, v.Emails)
	for _, m := range v.Messengers {
		if m.Value != "" && !slices.Contains(own.Messengers, m) {
			own.Messengers = append(own.Messengers, m)
		}
	}
}

func union(list, more []string) []string {
	for _, s := range more {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// message adds a message, or what a known one has become. A change may come before its message.
func (f *chatFolding) message(e *Event, m Message) {
	if m.ID == "" {
		return
	}
	known := f.messages[m.ID]
	if known == nil {
		known = &messageState{Message: Message{ID: m.ID}}
		f.messages[m.ID] = known
	}
	fill(&known.By, m.By)
	if known.Operator.IsZero() {
		known.Operator = m.Operator
	}
	fill(&known.ReplyTo, m.ReplyTo)
	if !m.At.IsZero() && known.At.IsZero() {
		known.At = m.At
	}
	known.Status = cmp.Or(m.Status, known.Status)
	if e.Kind == ChatStatus {
		return
	}
	changed := e.Kind == ChatEdited || m.Edited || m.Deleted
	switch {
	case changed && !e.At.Before(known.changedAt):
		known.Text, known.changedAt, known.Edited = m.Text, e.At, true
		known.Deleted = known.Deleted || m.Deleted
		if m.File != nil {
			known.File = m.File
		}
	case !changed && known.changedAt.IsZero():
		known.Text = cmp.Or(known.Text, m.Text)
		if known.File == nil {
			known.File = m.File
		}
	}
	if e.At.After(f.heard) {
		f.heard = e.At
	}
}

// finish settles what only the whole picture can tell.
func (f *chatFolding) finish() {
	c := f.chat
	for _, m := range f.messages {
		if m.By == "" && m.changedAt.IsZero() {
			continue // nothing but its status is known
		}
		if m.By == "" { // a change whose message never came: only what it has become is known
			m.By = BySystem
		}
		if m.At.IsZero() {
			m.At = m.changedAt
		}
		c.Messages = append(c.Messages, m.Message)
	}
	slices.SortFunc(c.Messages, func(a, b Message) int {
		return cmp.Or(a.At.Compare(b.At), compareIDs(a.ID, b.ID))
	})
	if !c.Closed && f.silent.After(f.heard) { // whoever writes after it opens the chat again
		c.Closed, c.Silent, c.ClosedAt = true, true, f.silent
	}
	if len(c.Params) == 0 {
		c.Params = nil
	}
	slices.Sort(c.Tags)
	slices.Sort(c.Visitor.Phones)
	slices.Sort(c.Visitor.Emails)
	slices.SortFunc(c.Visitor.Messengers, func(a, b crm.Messenger) int {
		return cmp.Or(strings.Compare(a.Network, b.Network), strings.Compare(a.Value, b.Value))
	})
}

// compareIDs orders the platform's ids of messages: numbers by value, so that messages of one moment keep their order.
func compareIDs(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// Operator is who took the chat first; zero when nobody did.
func (c *Conversation) Operator() Employee {
	if len(c.Operators) == 0 {
		return Employee{}
	}
	return c.Operators[0]
}

// Said are the messages of the visitor and of people: what a filter on words looks at, and what makes a chat one.
func (c *Conversation) Said() []Message {
	return slices.DeleteFunc(slices.Clone(c.Messages), func(m Message) bool { return m.By == BySystem })
}

// Answered reports whether an operator wrote.
func (c *Conversation) Answered() bool {
	return slices.ContainsFunc(c.Messages, func(m Message) bool { return m.By == ByOperator })
}
