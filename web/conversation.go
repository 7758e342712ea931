package web

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// ConversationView is a chat or an offline request as it was said, and where its words are.
type ConversationView struct {
	Kind     integration.Communication `json:"kind" enum:"chat,offline_message"`
	ID       string                    `json:"id" doc:"At the platform"`
	Channel  string                    `json:"channel" doc:"For people, in the language of Accept-Language" example:"WhatsApp «Shop»"`
	Visitor  string                    `json:"visitor" doc:"The visitor's name, else how they can be reached; empty when nothing is known"`
	OpenedAt time.Time                 `json:"opened_at"`
	ClosedAt *time.Time                `json:"closed_at,omitempty" doc:"Absent while it goes on"`
	Silent   bool                      `json:"silent" doc:"It was closed by us, because nobody wrote any more"`
	Messages []MessageView             `json:"messages" nullable:"false" doc:"In the order in which they were written"`
	Places   []WordsPlaceView          `json:"places" nullable:"false" doc:"The records whose comments have the words; none: they go nowhere, and the decisions say why"`
}

// MessageView is one message of a conversation.
type MessageView struct {
	ID          string              `json:"id"`
	By          integration.Speaker `json:"by" enum:"visitor,operator,system,robot"`
	Name        string              `json:"name" doc:"Who wrote it; empty when that is not known"`
	At          time.Time           `json:"at"`
	Text        string              `json:"text" doc:"As it is now; what was deleted is not shown"`
	File        *FileView           `json:"file,omitempty"`
	Edited      bool                `json:"edited"`
	Deleted     bool                `json:"deleted"`
	Undelivered bool                `json:"undelivered" doc:"It did not reach the other side"`
	Words       []WordsState        `json:"words" enum:"there,pending,refused,later" nullable:"false" doc:"For each of the places: the comment has it as it is now, a step with it is on its way, the step was refused, or it goes later"`
}

// FileView is a file that was sent in a message.
type FileView struct {
	Name string `json:"name"`
	Type string `json:"type" doc:"photo, video, audio, voice, document, as the platform tells it"`
	Size int64  `json:"size" doc:"In bytes; 0 when it was not told"`
	URL  string `json:"url" doc:"Where it can be opened for an hour; empty when it cannot"`
}

// WordsPlaceView is a record that takes the words of a conversation.
type WordsPlaceView struct {
	Kind     crm.Kind  `json:"kind" enum:"lead,deal,contact,company"`
	Link     *LinkView `json:"link,omitempty" doc:"Absent while the record is not made yet"`
	Label    string    `json:"label" doc:"The record in words"`
	Comments int       `json:"comments" doc:"In how many comments the words are, by the portal's limit of size"`
	Sentence string    `json:"sentence" doc:"Why the last step did not go through; empty when it did"`
}

// conversationView is nil for a story that is no conversation's. file gives addresses of files.
func (o *place) conversationView(s *CallStory, file func(integration.File) string, l integration.Lang) *ConversationView {
	c := s.FoldChat()
	if c == nil {
		return nil
	}
	v := &ConversationView{
		Kind: c.Kind, ID: c.ID, Channel: channelOf(c, l), Visitor: visitorName(&c.Visitor), OpenedAt: c.OpenedAt.UTC(), ClosedAt: instant(c.ClosedAt),
		Silent: c.Silent, Messages: make([]MessageView, 0, len(c.Messages)), Places: []WordsPlaceView{},
	}
	var steps [][]*ActionRow
	if m := s.Memory.Chat; m != nil {
		for i := range m.Places {
			of := transcriptSteps(s, &m.Places[i].Bound)
			steps = append(steps, of)
			v.Places = append(v.Places, o.wordsPlace(s, &m.Places[i], of, l))
		}
	}
	told, order := toldAt(s)
	for i := range c.Messages {
		m := &c.Messages[i]
		one := o.messageView(c, m, file)
		for _, of := range steps {
			one.Words = append(one.Words, reached(commentOf(of, m), told[m.ID], order))
		}
		v.Messages = append(v.Messages, one)
	}
	return v
}

func (o *place) messageView(c *integration.Conversation, m *integration.Message, file func(integration.File) string) MessageView {
	v := MessageView{
		ID: m.ID, By: m.By, At: m.At.UTC(), Text: m.Text, Edited: m.Edited && !m.Deleted, Deleted: m.Deleted, Undelivered: m.Status == undelivered,
		Words: []WordsState{},
	}
	switch m.By {
	case integration.ByVisitor:
		v.Name = visitorName(&c.Visitor)
	case integration.ByOperator:
		v.Name = cmp.Or(m.Operator.Name, o.employee(m.Operator.ID))
	case integration.BySystem, integration.ByRobot:
	}
	if m.Deleted {
		v.Text = ""
	} else if m.File != nil {
		v.File = &FileView{Name: m.File.Name, Type: m.File.Type, Size: m.File.Size, URL: file(*m.File)}
	}
	return v
}

// wordsPlace tells one record that takes the words; one that is still to be made is found by the key of what makes it.
func (o *place) wordsPlace(s *CallStory, at *integration.Place, steps []*ActionRow, l integration.Lang) WordsPlaceView {
	v := WordsPlaceView{Kind: at.Kind, Label: recordWord(at.Kind, false, l), Comments: len(at.Parts)}
	id, made := at.Entity.ID, false
	for i := range s.Actions {
		if _, own, ok := madeBy(&s.Actions[i]); ok && at.Entity.Of != "" && string(s.Actions[i].Key) == at.Entity.Of {
			id, made = own, true
		}
	}
	if id != 0 {
		link := o.link(at.Kind, id, made, l)
		v.Link, v.Label = &link, link.Label
	}
	if len(steps) > 0 {
		if last := steps[len(steps)-1]; last.Err != nil && last.State != lane.StateDone {
			v.Sentence = stateSentence(last, l)
		}
	}
	return v
}

// fileLinks gives the addresses of the files of a tenant's conversations; without a port for them there are none.
func (a *API) fileLinks(ctx context.Context) func(integration.File) string {
	if a.cfg.FileLink == nil {
		return func(integration.File) string { return "" }
	}
	t, until := caller(ctx).Tenant.ID, a.cfg.Now().Add(linkLife)
	return func(f integration.File) string { return a.cfg.FileLink(t, f, until) }
}

// transcriptSteps are the actions that brought the words of a conversation to one record, in the order in which they were planned.
func transcriptSteps(s *CallStory, at *integration.Bound) []*ActionRow {
	var steps []*ActionRow
	for i := range s.Actions {
		kind, entity := crm.Kind(""), crm.Ref{}
		switch do := s.Actions[i].Do.(type) {
		case crm.Comment:
			kind, entity = do.Kind, do.Entity
		case crm.EditComment:
			kind, entity = do.Kind, do.Entity
		}
		if kind == at.Kind && entity == at.Entity {
			steps = append(steps, &s.Actions[i])
		}
	}
	return steps
}

// stepText is the text that a step gives its comment, and which comment that is.
func stepText(a *ActionRow) (comment, text string) {
	switch do := a.Do.(type) {
	case crm.Comment:
		return string(a.Key), do.Text
	case crm.EditComment:
		return do.Comment.Of, do.Text
	}
	return "", ""
}

// WordsState says whether a message is in the CRM.
type WordsState string

// The states of a message at a record.
const (
	WordsThere   WordsState = "there"   // the record's comment has it as it is now
	WordsOnTheir WordsState = "pending" // a step that has it is planned or being sent
	WordsRefused WordsState = "refused" // the last step that has it was refused, and none after it went through
	WordsLater   WordsState = "later"   // it goes with the next step, or at the end (C-7)
)

// reached says how far a message, or its latest change, has come to a record: steps are those of its comment, and since is the place
// among the story's events of what told of it. A step carries all that was told before it was decided.
func reached(steps []*ActionRow, since int, order map[integration.EventID]int) WordsState {
	state := WordsLater
	for _, a := range steps {
		at, known := order[a.Event]
		if !known || at < since {
			continue
		}
		switch {
		case a.State == lane.StateDone:
			return WordsThere
		case !a.State.Settled():
			state = WordsOnTheir
		case state == WordsLater:
			state = WordsRefused
		}
	}
	return state
}

// commentOf keeps of a record's steps those of the comment that has a message; a conversation rarely needs more than one.
func commentOf(steps []*ActionRow, m *integration.Message) []*ActionRow {
	comments, has := []string{}, ""
	words := needle(m)
	for _, a := range steps {
		comment, text := stepText(a)
		if !slices.Contains(comments, comment) {
			comments = append(comments, comment)
		}
		if words != "" && strings.Contains(unmarked(text), words) {
			has = comment
		}
	}
	if len(comments) < 2 {
		return steps
	}
	has = cmp.Or(has, comments[len(comments)-1])
	return slices.DeleteFunc(slices.Clone(steps), func(a *ActionRow) bool { comment, _ := stepText(a); return comment != has })
}

// needle is the beginning of a message, as it is found again in a comment.
func needle(m *integration.Message) string {
	text, _, _ := strings.Cut(unmarked(strings.TrimSpace(m.Text)), "\n")
	if r := []rune(text); len(r) > longestWords {
		return string(r[:longestWords])
	}
	return text
}

// unmarked takes out what keeps the portal from reading markup.
func unmarked(s string) string { return strings.ReplaceAll(s, "\u2060", "") }

// toldAt is for each message the place among the story's events of what told last how it is.
func toldAt(s *CallStory) (messages map[string]int, order map[integration.EventID]int) {
	messages, order = map[string]int{}, map[integration.EventID]int{}
	for i := range s.Events {
		e := &s.Events[i].Event
		order[e.ID] = i
		t := e.Report.Chat
		if t == nil {
			continue
		}
		if m := t.Message; m != nil && (e.Kind != integration.ChatStatus || m.Status == undelivered) {
			messages[m.ID] = i
		}
		for k := range t.Messages {
			if _, known := messages[t.Messages[k].ID]; !known {
				messages[t.Messages[k].ID] = i
			}
		}
	}
	return messages, order
}

// undelivered is the platform's word for a message that did not reach the visitor (contract uis §5.3).
const undelivered = "error"

// linkLife is how long the address of a file in an answer of the API is good.
const linkLife = time.Hour
