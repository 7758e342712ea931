package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"omniconnector/crm"
	"omniconnector/integration"
)

// FoldChat merges the story's events into one conversation; nil for a story that is none.
func (s *CallStory) FoldChat() *integration.Conversation {
	id := s.Events[0].Event.Session
	if _, _, ok := id.Communication(); !ok {
		return nil
	}
	c := integration.FoldChat(id, each(s.Events, func(r EventRow) integration.Event { return r.Event }))
	return &c
}

// chatRow tells a conversation in one line (C-2: what was not passed on is kept in the journal, too).
func chatRow(s *CallStory, c *integration.Conversation, of *place, l integration.Lang) CallRow {
	first := &s.Events[0].Event
	row := CallRow{
		ID: string(s.Portal) + "/" + string(first.Session), Row: RowChat, Portal: s.Portal, Session: first.Session, Event: first.ID, Kind: first.Kind,
		Received: first.Received, At: instantOr(c.OpenedAt, first.Received).UTC(), Client: visitorName(&c.Visitor), Channel: channelOf(c, l),
		Employee: operators(c, of), Title: sayChat.in(l), Words: firstWords(c), Badge: standing(s, l), Sentence: becauseOf(s, l),
		Ended: chatEnd(c, l), Links: linksOf(s, of, l),
	}
	if c.Kind == integration.Offline {
		row.Row, row.Title = RowOffline, sayOffline.in(l)
	}
	ended := ""
	if row.Ended != nil {
		ended = row.Ended.Text
	}
	row.Summary = joined(" · ", row.Client, row.Channel, row.Employee, ended)
	row.Settled = c.Closed && !s.atWork()
	return row
}

// visitorLine tells a visitor's card in one line.
func visitorLine(s *CallStory, of *place, l integration.Lang) CallRow {
	first := &s.Events[0].Event
	row := CallRow{
		ID: string(s.Portal) + "/" + string(first.Session), Row: RowVisitor, Portal: s.Portal, Session: first.Session, Event: first.ID, Kind: first.Kind,
		Received: first.Received, At: instantOr(first.At, first.Received).UTC(), Title: kindTitle(integration.VisitorCard, l), Badge: standing(s, l),
		Sentence: becauseOf(s, l), Links: linksOf(s, of, l), Settled: !s.atWork(),
	}
	for i := range s.Events {
		if t := s.Events[i].Event.Report.Chat; t != nil {
			row.Client = cmp.Or(visitorName(&t.Visitor), row.Client)
		}
	}
	row.Summary = row.Client
	return row
}

// outcome is how a call or a conversation stands that nothing was done for: of a conversation the words about customers and answers
// of the CRM would be wrong.
func (s *CallStory) outcome(o integration.Outcome) shade {
	_, _, conversation := s.Events[0].Event.Session.Communication()
	switch known, ok := outcomeShades[o]; {
	case conversation && o == integration.Ignored:
		return shadeLeftOut
	case conversation && o == integration.Waiting:
		return shadeWaits
	case ok:
		return known
	}
	return shade{ToneQuiet, phrase{string(o), string(o)}}
}

// atWork reports whether something is still to be decided or sent.
func (s *CallStory) atWork() bool {
	return slices.ContainsFunc(s.Events, func(e EventRow) bool { return e.Pending }) ||
		slices.ContainsFunc(s.Actions, func(a ActionRow) bool { return !a.State.Settled() })
}

// visitorName is who writes: the name, else how they can be reached.
func visitorName(v *integration.Visitor) string {
	name := strings.Join(strings.Fields(v.Name), " ")
	for _, list := range [][]string{each(v.Phones, outside), v.Emails} {
		if name == "" && len(list) > 0 {
			name = list[0]
		}
	}
	if name == "" && len(v.Messengers) > 0 {
		name = v.Messengers[0].Value
	}
	return name
}

// channelOf is the channel for people: its kind, and its own name when it has one.
func channelOf(c *integration.Conversation, l integration.Lang) string {
	kind := c.Channel
	for _, t := range integration.ChannelTypes() {
		if t.Name == c.Channel {
			kind = phrase{t.RU, t.EN}.in(l)
		}
	}
	if c.ChannelName == "" || c.ChannelName == kind {
		return kind
	}
	return joined(" ", kind, "«"+c.ChannelName+"»")
}

// operators are those who took the chat, in order.
func operators(c *integration.Conversation, of *place) string {
	var names []string
	for _, who := range c.Operators {
		if name := cmp.Or(who.Name, of.employee(who.ID)); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// longestWords bounds how much of a message a line of the journal shows, in letters.
const longestWords = 160

// firstWords are the first that the visitor said, else the first that anybody did.
func firstWords(c *integration.Conversation) string {
	said := c.Said()
	i := max(0, slices.IndexFunc(said, func(m integration.Message) bool { return m.By == integration.ByVisitor && m.Text != "" }))
	if len(said) == 0 {
		return ""
	}
	return shortly(said[i].Text)
}

func shortly(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > longestWords {
		return string(r[:longestWords]) + "…"
	}
	return text
}

// chatEnd is how a conversation stands between people.
func chatEnd(c *integration.Conversation, l integration.Lang) *BadgeView {
	var b BadgeView
	switch {
	case c.Kind == integration.Offline:
		return nil
	case c.Closed && c.Answered():
		b = shadeServed.in(l)
	case c.Closed:
		b = shadeUnanswered.in(l)
	case c.Answered():
		b = shadeWriting.in(l)
	default:
		b = shadeUnread.in(l)
	}
	return &b
}

// chatFacts are what is worth knowing of a conversation at a glance.
func (o *place) chatFacts(c *integration.Conversation, l integration.Lang) []FactView {
	v := &c.Visitor
	var source, marks []string
	for _, name := range []string{"campaign_name", "source_name", "site_domain_name"} {
		source = append(source, c.Params[name]...)
	}
	for _, name := range []string{"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"} {
		if value := strings.Join(c.Params[name], ", "); value != "" {
			marks = append(marks, name+" = "+value)
		}
	}
	facts := [][2]string{
		{"channel", channelOf(c, l)},
		{"operator", operators(c, o)},
		{"phone", strings.Join(each(v.Phones, dialled), ", ")},
		{"email", strings.Join(v.Emails, ", ")},
		{"messenger", strings.Join(each(v.Messengers, func(m crm.Messenger) string { return joined(": ", m.Network, m.Value) }), ", ")},
		{"company", v.Company},
		{"comment", v.Comment},
		{"source", strings.Join(source, ", ")},
		{"form", strings.Join(c.Params["form_name"], ", ")},
		{"site_page", strings.Join(c.Params["communication_page_url"], ", ")},
		{"utm", strings.Join(marks, ", ")},
		{"tags", strings.Join(c.Tags, ", ")},
		{"over", overReason(c.Reason, l)},
	}
	facts = slices.DeleteFunc(facts, func(f [2]string) bool { return f[1] == "" })
	return each(facts, func(f [2]string) FactView { return FactView{f[0], factNames[f[0]].in(l), f[1]} })
}

// overReason says why a chat is over; the platform's word stays where it is not known.
func overReason(reason string, l integration.Lang) string {
	if say, ok := overReasons[reason]; ok {
		return say.in(l)
	}
	return reason
}

// overReasons are the platform's words (contract uis §7 item 18).
var overReasons = map[string]phrase{"closed_by_operator": {"закрыл оператор", "closed by the operator"}}

// chatSummary says what an event of a conversation tells.
func chatSummary(e *integration.Event, l integration.Lang) string {
	t := e.Report.Chat
	if t == nil {
		return ""
	}
	words := ""
	if m := t.Message; m != nil {
		words = messageWords(m, l)
	}
	count := ""
	if n := len(t.Messages); n > 0 {
		count = sayMessages.in(l) + ": " + strconv.Itoa(n)
	}
	channel := channelOf(&integration.Conversation{Channel: t.Channel, ChannelName: t.ChannelName}, l)
	return joined(" · ", visitorName(&t.Visitor), channel, e.Report.Employee.Name, words, count, overReason(t.Reason, l))
}

func messageWords(m *integration.Message, l integration.Lang) string {
	switch {
	case m.Deleted:
		return sayDeleted.in(l)
	case m.Text != "":
		return "«" + shortly(m.Text) + "»"
	case m.File != nil:
		return joined(" ", sayFile.in(l), m.File.Name)
	}
	return m.Status
}
