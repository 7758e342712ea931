package story

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// Conversation is what every event of a story's conversation says unless it says otherwise, and how the portal and the platform are
// while it goes on.
type Conversation struct {
	Session string   `json:"session"` // "chat:199000001" when not said
	Channel string   `json:"channel"` // "whatsapp" when not said; "-" for one that the events do not tell
	ID      int64    `json:"channel_id"`
	Name    string   `json:"channel_name"`
	Visitor *Visitor `json:"visitor"` // somebody with the number +79261234567 when not said
	// Params are what the platform tells in the events themselves.
	Params map[string][]string `json:"params"`
	// Pace is how many seconds lie between two steps of a transcript, at least.
	Pace int `json:"pace"`
	// Unsent tells that a step is always on its way.
	Unsent bool `json:"unsent"`
	// Describes tells that the platform can be asked; Reread is how many seconds after the end it is asked for everything.
	Describes bool `json:"describes"`
	Reread    int  `json:"reread"`
	// Links tells that files can be opened.
	Links bool `json:"links"`
}

// Visitor is who writes.
type Visitor struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Company    string          `json:"company"`
	Comment    string          `json:"comment"`
	Phones     []string        `json:"phones"`
	Emails     []string        `json:"emails"`
	Messengers []crm.Messenger `json:"messengers"`
}

// chatFixture is what one event of a conversation may say in a story's words, beside what events of calls say too.
type chatFixture struct {
	By       integration.Speaker    `json:"by"` // the visitor when not said
	Text     string                 `json:"text"`
	Times    int                    `json:"times"` // how often the text is repeated
	ID       string                 `json:"id"`    // of the message; "m1" when not said
	File     *integration.File      `json:"file"`
	Operator integration.EmployeeID `json:"operator"`
	Deleted  bool                   `json:"deleted"`
	Why      string                 `json:"reason"` // for which it was closed
	// Written is when a message was written, since the conversation began; at the time of its event when not said.
	Written  string       `json:"written"`
	Channel  string       `json:"channel"`
	Visitor  *Visitor     `json:"visitor"`
	Closed   bool         `json:"closed"` // of a report
	Messages []reported   `json:"messages"`
	Gone     []goneRecord `json:"gone"`
}

// reported is a message as a report tells it.
type reported struct {
	At       string                 `json:"at"`
	By       integration.Speaker    `json:"by"`
	Text     string                 `json:"text"`
	ID       string                 `json:"id"`
	Operator integration.EmployeeID `json:"operator"`
}

// goneRecord is a record that a write did not find.
type goneRecord struct {
	Kind crm.Kind `json:"kind"`
	ID   int64    `json:"id"`
}

// ofChats reports whether a kind of event tells of conversations, visitors or their records.
func ofChats(k integration.EventKind) bool {
	switch k {
	case integration.ChatOpened, integration.ChatAssigned, integration.ChatMessage, integration.ChatEdited, integration.ChatStatus,
		integration.ChatClosed, integration.VisitorCard, integration.ChatReport, integration.OfflineRequest, integration.RecordGone:
		return true
	default:
		return false
	}
}

const (
	aChat    = "chat:199000001"
	aRequest = "offline_message:330000001"
)

// chatEvent makes an event of a conversation.
func (f eventFixture) chatEvent(c *Conversation, e integration.Event) (integration.Event, error) {
	usual := aChat
	if f.Kind == integration.OfflineRequest {
		usual = aRequest
	}
	e.Session = integration.SessionID(said(f.Session, c.Session, usual))
	t, err := f.told(c, e.At)
	if err != nil {
		return e, err
	}
	id := ""
	if t.Message != nil {
		id = t.Message.ID
	}
	e.Key = cmp.Or(f.Key, strings.Join([]string{string(e.Kind), string(e.Session), id, e.At.Sub(Began).String()}, "|"))
	e.Report = integration.Report{Chat: t, Params: c.Params, Tags: f.Tags, Imported: f.Imported}
	if f.Params != nil {
		e.Report.Params = f.Params
	}
	if f.Operator != 0 {
		e.Report.Employee = staff([]integration.EmployeeID{f.Operator})[0]
	}
	if f.Ended != "" {
		e.Report.EndedAt, err = since(f.Ended)
	}
	e.Customer = integration.CustomerOf(&t.Visitor, "RU")
	return e, err
}

// told is what the event says of the conversation.
func (f eventFixture) told(c *Conversation, at time.Time) (*integration.ChatTold, error) {
	t := &integration.ChatTold{Reason: f.Why}
	if f.Kind == integration.RecordGone {
		for _, g := range f.Gone {
			t.Gone = append(t.Gone, integration.Record{Kind: g.Kind, ID: g.ID})
		}
		return t, nil
	}
	t.Visitor = f.visitor(c)
	if f.Kind == integration.VisitorCard {
		return t, nil
	}
	if f.Kind != integration.OfflineRequest {
		t.Channel, t.ChannelID, t.ChannelName = said(f.Channel, c.Channel, "whatsapp"), c.ID, c.Name
	}
	t.Closed = f.Closed || f.Kind == integration.ChatClosed
	switch f.Kind {
	case integration.ChatMessage, integration.ChatEdited, integration.ChatStatus, integration.OfflineRequest:
		m, err := f.message(at)
		if f.Kind != integration.OfflineRequest || m.Text != "" {
			t.Message = &m
		}
		return t, err
	case integration.ChatReport:
		for _, r := range f.Messages {
			when, err := since(r.At)
			if err != nil {
				return nil, err
			}
			m := integration.Message{ID: cmp.Or(r.ID, "m1"), By: cmp.Or(r.By, integration.ByVisitor), Text: r.Text, At: when}
			if r.Operator != 0 {
				m.Operator = staff([]integration.EmployeeID{r.Operator})[0]
			}
			t.Messages = append(t.Messages, m)
		}
	default:
	}
	return t, nil
}

func (f eventFixture) visitor(c *Conversation) integration.Visitor {
	v := cmp.Or(f.Visitor, c.Visitor)
	if v == nil {
		return integration.Visitor{Phones: []string{"+79261234567"}}
	}
	return integration.Visitor(*v)
}

func (f eventFixture) message(at time.Time) (integration.Message, error) {
	m := integration.Message{
		ID: cmp.Or(f.ID, "m1"), Text: strings.Repeat(f.Text, max(f.Times, 1)), File: f.File, Status: f.Status, Deleted: f.Deleted,
	}
	if f.Kind == integration.ChatMessage || f.Kind == integration.OfflineRequest {
		m.By, m.At = cmp.Or(f.By, integration.ByVisitor), at
		if f.Operator != 0 {
			m.By, m.Operator = integration.ByOperator, staff([]integration.EmployeeID{f.Operator})[0]
		}
	}
	if f.Written == "" {
		return m, nil
	}
	var err error
	m.At, err = since(f.Written)
	return m, err
}

// facts are those of a conversation in place of those of a call.
func (c *Conversation) facts(f *integration.Facts, events []integration.Event) {
	folded := integration.FoldChat(events[0].Session, events)
	f.Chat = &folded
	f.Call = integration.Call{Session: folded.Session, Replay: folded.Replay}
	f.Pace, f.Unsent, f.Describes = time.Duration(c.Pace)*time.Second, c.Unsent, c.Describes
	f.RereadAfter = time.Duration(c.Reread) * time.Second
	if c.Links {
		f.FileLink = func(file integration.File, until time.Time) string {
			return fmt.Sprintf("https://omni.example/files/%s?until=%s", file.ID, until.Format(time.DateOnly))
		}
	}
}
