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
	took     []taking
	silent   time.Time
	heard    time.Time // when something happened in it last
}

// taking is when an operator had the chat.
type taking struct {
	at  time.Time
	who Employee
}

// messageState is a message, and when its words and its being there were told last: an older change never undoes a newer one.
type messageState struct {
	Message
	changedAt time.Time
}

func (f *chatFolding) take(e *Event) {
	c, r := f.chat, &e.Report
	switch e.Kind {
	case CallReplayed:
		c.Replay = e.Key
		return
	case CallSilent:
		f.silent = e.At
		return
	case CallDue:
		return
	default:
	}
	c.Imported = c.Imported || r.Imported
	c.Tags = union(c.Tags, r.Tags)
	for _, name := range slices.Sorted(maps.Keys(r.Params)) {
		if values := r.Params[name]; len(values) > 0 && (c.Params[name] == nil || e.Kind == ChatReport) {
			c.Params[name] = values
		}
	}
	f.times(e)
	f.operators(e)
	if r.Chat != nil {
		f.told(e, r.Chat)
	}
	if e.Kind == OfflineRequest { // it is over when it is written
		f.close(cmp.Or(r.StartedAt, e.At), "")
	}
}

// times keeps when it began and when something happened in it last. What is told of the visitor or of the CRM says neither.
func (f *chatFolding) times(e *Event) {
	switch e.Kind {
	case ChatOpened, ChatAssigned, ChatMessage, ChatEdited, ChatStatus, ChatClosed, ChatReport, OfflineRequest:
	default:
		return
	}
	began := cmp.Or(e.Report.StartedAt, e.At)
	if f.chat.OpenedAt.IsZero() || began.Before(f.chat.OpenedAt) {
		f.chat.OpenedAt = began
	}
	if e.Kind != ChatReport && e.Kind != ChatStatus {
		f.hear(e.At)
	}
}

func (f *chatFolding) hear(at time.Time) {
	if at.After(f.heard) {
		f.heard = at
	}
}

// operators keeps who took the chat, and when. A report names one of them only, who need not be the first: it counts last.
func (f *chatFolding) operators(e *Event) {
	at := e.At
	switch e.Kind {
	case ChatOpened, ChatAssigned, ChatMessage, ChatClosed, OfflineRequest:
	case ChatReport:
		at = lastOfAll
	default:
		return
	}
	if !e.Report.Employee.IsZero() {
		f.took = append(f.took, taking{at, e.Report.Employee})
	}
}

// lastOfAll is after every moment.
var lastOfAll = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// close keeps when it ended first.
func (f *chatFolding) close(at time.Time, reason string) {
	c := f.chat
	if !c.Closed || at.Before(c.ClosedAt) {
		c.ClosedAt = at
	}
	c.Closed = true
	fill(&c.Reason, reason)
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
		f.close(cmp.Or(e.Report.EndedAt, e.At), t.Reason)
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
	if m.ID == "" && e.Kind == OfflineRequest { // its only one
		m.ID = f.chat.ID
	}
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
	known.Status = cmp.Or(m.Status, known.Status)
	if e.Kind == ChatStatus {
		return
	}
	changed := e.Kind == ChatEdited || m.Edited || m.Deleted
	if !changed {
		m.At = cmp.Or(m.At, e.At)
	}
	fill(&known.At, m.At)
	f.hear(m.At)
	if !m.Operator.IsZero() {
		f.took = append(f.took, taking{cmp.Or(m.At, e.At), m.Operator})
	}
	known.become(e.At, m, changed)
}

// become takes a message's words over: those of a change win over those it was sent with, and those of a later change over all.
func (s *messageState) become(at time.Time, m Message, changed bool) {
	switch {
	case changed:
		s.Text, s.changedAt, s.Edited = m.Text, at, true
		s.Deleted = s.Deleted || m.Deleted
		if m.File != nil {
			s.File = m.File
		}
	case s.changedAt.IsZero():
		fill(&s.Text, m.Text)
		if s.File == nil {
			s.File = m.File
		}
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
		m.At = cmp.Or(m.At, m.changedAt)
		c.Messages = append(c.Messages, m.Message)
	}
	slices.SortFunc(c.Messages, func(a, b Message) int {
		return cmp.Or(a.At.Compare(b.At), compareIDs(a.ID, b.ID))
	})
	slices.SortStableFunc(f.took, func(a, b taking) int { return a.at.Compare(b.at) })
	for _, t := range f.took {
		c.Operators = with(c.Operators, t.who)
	}
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

// Said are the messages of the visitor and of operators: what a filter on words looks at, and what makes a chat one. A robot's
// invitation that nobody answers is none.
func (c *Conversation) Said() []Message {
	return slices.DeleteFunc(slices.Clone(c.Messages), func(m Message) bool { return m.By != ByVisitor && m.By != ByOperator })
}

// Answered reports whether an operator wrote.
func (c *Conversation) Answered() bool {
	return slices.ContainsFunc(c.Messages, func(m Message) bool { return m.By == ByOperator })
}
