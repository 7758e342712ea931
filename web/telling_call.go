package web

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
)

// RowKind says what a row of the journal is.
type RowKind string

// The kinds of rows.
const (
	RowCall    RowKind = "call"
	RowRequest RowKind = "request" // a click on a number or a wish to be called back (T-8, T-9)
	RowRoute   RowKind = "route"   // the platform's question of a call that nothing else was told of (T-2)
	RowNotice  RowKind = "notice"  // an event of no call
	RowChat    RowKind = "chat"
	RowOffline RowKind = "offline" // an offline request: a form left on the site
	RowVisitor RowKind = "visitor" // what was told of a visitor apart from their chats
)

// CallRow is one call in a line: who, when, how it ended and what came of it.
type CallRow struct {
	ID        string                `json:"id" doc:"The same for the same row at any time"`
	Row       RowKind               `json:"row" enum:"call,request,route,notice,chat,offline,visitor"`
	Portal    integration.PortalID  `json:"portal" doc:"Empty: no portal took it"`
	Session   integration.SessionID `json:"session" doc:"Empty for an event of no call"`
	Event     integration.EventID   `json:"event" doc:"The first event"`
	Kind      integration.EventKind `json:"kind" doc:"Of the first event"`
	Received  time.Time             `json:"received" doc:"When it was first heard of; rows are in this order"`
	At        time.Time             `json:"at" doc:"When it began, as the platform tells it"`
	Direction crm.Direction         `json:"direction" enum:"in,out,"`
	Client    string                `json:"client" doc:"The customer's number as people write it; empty when it is hidden. Of a conversation, the visitor's name, else how they can be reached"`
	Channel   string                `json:"channel" doc:"Of a chat, for people; empty for anything else" example:"WhatsApp"`
	Words     string                `json:"words" doc:"What the visitor said first; empty for calls"`
	Virtual   string                `json:"virtual" doc:"The virtual number as people write it"`
	Employee  string                `json:"employee" doc:"Who spoke, or whose phone rang; of a chat, the operators"`
	Title     string                `json:"title" doc:"What it is: an incoming call, a click on a number" example:"Incoming"`
	Summary   string                `json:"summary" doc:"Who called whom, on which number, how it ended"`
	Ended     *BadgeView            `json:"ended,omitempty" doc:"Talked or missed; absent while the call goes on, and for what is neither call nor chat"`
	Badge     BadgeView             `json:"badge" doc:"How it stands in the CRM, the worst first"`
	Sentence  string                `json:"sentence" doc:"What the portal said when it refused, or else the most telling reason"`
	Links     []LinkView            `json:"links" nullable:"false" doc:"Records that were made for it, and those it was put to"`
	Other     *OtherSide            `json:"other,omitempty" doc:"The call of a request, the request of a call"`
	Settled   bool                  `json:"settled" doc:"Nothing more happens by itself"`
}

// OtherSide leads from a request of the portal to the platform's call that carries it out, and back (T-8, T-9).
type OtherSide struct {
	Session integration.SessionID `json:"session"`
	Request bool                  `json:"request" doc:"It is the request"`
}

// rowOf tells a call in one line.
func rowOf(s *CallStory, of *place, l integration.Lang) CallRow {
	if chat := s.FoldChat(); chat != nil {
		return chatRow(s, chat, of, l)
	}
	first := &s.Events[0].Event
	if _, ok := first.Session.Visitor(); ok {
		return visitorLine(s, of, l)
	}
	c := s.Fold()
	row := CallRow{
		ID: string(s.Portal) + "/" + string(first.Session), Row: RowCall, Portal: s.Portal, Session: first.Session, Event: first.ID, Kind: first.Kind,
		Received: first.Received, At: cmp.Or(instantOr(c.StartedAt, first.At), first.Received).UTC(), Direction: c.Direction,
		Client: outside(c.Client), Virtual: dialled(c.Virtual), Employee: spokeOf(&c), Badge: standing(s, l), Sentence: becauseOf(s, l),
		Title: directed(c.Direction).in(l), Ended: endOf(&c, l), Links: linksOf(s, of, l), Other: otherSide(s, &c),
	}
	switch {
	case c.Request != nil:
		row.Row, row.Title, row.Badge, row.Ended = RowRequest, kindTitle(c.Asked, l), requestStanding(s, &c, l), nil
	case !slices.ContainsFunc(s.Events, func(e EventRow) bool { return e.Event.Kind != integration.RouteAsked }):
		row.Row, row.Title, row.Ended = RowRoute, kindTitle(integration.RouteAsked, l), nil
	}
	ended := ""
	if row.Ended != nil {
		ended = row.Ended.Text
	}
	row.Summary = joined(" · ", between(c.Direction, c.Client, c.Virtual, l), row.Employee, ended)
	row.Settled = (c.Finished || c.Request != nil && row.Other != nil) && !s.atWork()
	return row
}

// noticeOf tells an event of no call in a line.
func noticeOf(r EventRow, l integration.Lang) CallRow {
	v := eventView(r, l)
	return CallRow{
		ID: string(r.Portal) + "//" + string(r.Event.ID), Row: RowNotice, Portal: r.Portal, Event: r.Event.ID, Kind: r.Event.Kind, Received: r.Event.Received,
		At: instantOr(r.Event.At, r.Event.Received), Direction: r.Event.Report.Direction, Client: outside(r.Event.Report.ClientNumber),
		Virtual: dialled(r.Event.Report.VirtualNumber), Employee: r.Event.Report.Employee.Name, Title: v.Title, Summary: v.Summary,
		Badge: v.Badge, Sentence: problemIn(r.Event.Problem, l), Links: []LinkView{}, Settled: !r.Pending,
	}
}

func instantOr(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}

func directed(d crm.Direction) phrase {
	switch d {
	case crm.Incoming:
		return sayIncoming
	case crm.Outgoing:
		return sayOutgoing
	}
	return sayCall
}

// spokeOf is who spoke, or whose phone rang.
func spokeOf(c *integration.Call) string {
	for _, list := range [][]integration.Employee{c.Talkers, {c.Caller}, c.Rung} {
		for _, who := range slices.Backward(list) {
			if name := cmp.Or(who.Name, who.Extension); name != "" {
				return name
			}
		}
	}
	return ""
}

func endOf(c *integration.Call, l integration.Lang) *BadgeView {
	var b BadgeView
	switch {
	case c.Answered && c.Finished:
		b = BadgeView{ToneGood, joined(" ", shadeTalked.say.in(l), lasting(c.Talk))}
	case c.Answered:
		b = shadeTalking.in(l)
	case c.Finished:
		b = lostOf(c.Direction).in(l)
	default:
		return nil
	}
	return &b
}

// standing is how the call stands now, the worst first.
func standing(s *CallStory, l integration.Lang) BadgeView {
	busy, retrying, touched := false, false, false
	for i := range s.Actions {
		a := &s.Actions[i]
		if a.State == lane.StateDead {
			return shadeRefused.in(l)
		}
		if asks(a) {
			continue // that the platform is asked what it knows changes nothing of what the CRM has
		}
		touched = true
		busy = busy || !a.State.Settled()
		retrying = retrying || !a.State.Settled() && a.Attempts > 1
	}
	switch {
	case retrying:
		return shadeAgain.in(l)
	case busy:
		return shadeAtWork.in(l)
	case touched:
		return shadeInCRM.in(l)
	}
	for _, plan := range slices.Backward(s.Plans) {
		if o := plan.Outcome; o != integration.Nothing && o != integration.Together {
			return s.outcome(o).in(l)
		}
	}
	if s.Portal == "" {
		return shadeNoPortal.in(l)
	}
	if len(s.Plans) == 0 {
		return pendingShade.in(l)
	}
	return outcomeBadge(integration.Nothing, l)
}

// asks reports whether an action only asks the platform what it knows. A chat is asked for again until the platform knows it; with a
// call that is worth a word.
func asks(a *ActionRow) bool {
	switch a.Do.(type) {
	case centre.Reread:
		return a.Attempts <= 1
	case centre.ReadChat:
		return true
	}
	return false
}

// telling are the reasons that say best what became of a call, the best first.
var telling = []string{
	"dial_failed", "callback_failed", "click_off", "click_other", "click_number", "click_unmapped", "click_no_phone", "click_twice", "callback_off",
	"callback_employee", "callback_number", "dial", "fields_updated", "other_nothing_found", "other_nothing_changed", "other_settles", "other_waits",
	"owner_nobody", "filter_kept_out", "filter_no_answer", "internal", "own_number", "no_number", "extension", "sip_name", "malformed", "off", "unset",
	// what a conversation came to goes before what it waited for, or was kept out by, until then
	"record_gone", "chat_create_lead", "chat_create_deal", "comment_both", "comment_to_closed", "comment_to", "no_contacts", "chat_filter_kept_out",
	"channel_off", "chats_off", "offline_off", "chat_empty", "wait_contacts", "wait_chat_filter", "chat_repeat", "chat_primary", "wait_channel", "wait_message",
	"wait_attributes", "create_lead", "create_deal", "open_exists", "create_off", "repeat", "primary", "wait_filter", "wait_ring", "wait_number", "wait_direction",
}

// becauseOf is what the portal said when it refused, and else the most telling reason of all plans of a call.
func becauseOf(s *CallStory, l integration.Lang) string {
	for i := range s.Actions {
		if a := &s.Actions[i]; a.Err != nil && (a.State == lane.StateDead || !a.State.Settled() && !asks(a)) {
			return stateSentence(a, l)
		}
	}
	best, rank := "", len(telling)
	for i := range s.Plans {
		for _, r := range s.Plans[i].Reasons {
			at := slices.Index(telling, r.Code)
			if at >= 0 && at < rank || best == "" && r.Code != "together" && r.Code != "nothing_new" {
				best = r.Sentence(l)
				if at >= 0 {
					rank = at
				}
			}
		}
	}
	return best
}

// linksOf are the records that the call made, and those it was put to.
func linksOf(s *CallStory, of *place, l integration.Lang) []LinkView {
	links := []LinkView{}
	add := func(k crm.Kind, id int64, made bool) {
		if id != 0 && !slices.ContainsFunc(links, func(x LinkView) bool { return x.Kind == k && x.ID == id }) {
			links = append(links, of.link(k, id, made, l))
		}
	}
	for i := range s.Actions {
		if kind, id, ok := madeBy(&s.Actions[i]); ok {
			add(kind, id, true)
		}
	}
	if b := s.Memory.Bound; b != nil && s.Memory.Registered {
		add(b.Kind, b.Entity.ID, false)
	}
	for i := range s.Actions {
		if s.Actions[i].State != lane.StateDone {
			continue
		}
		switch do := s.Actions[i].Do.(type) {
		case crm.BindActivity:
			add(do.Kind, do.Entity.ID, false)
		case crm.Comment:
			add(do.Kind, do.Entity.ID, false)
		}
	}
	return links
}

// otherSide finds the other side: a request knows its call by the platform's answer, a call its request by the external id.
func otherSide(s *CallStory, c *integration.Call) *OtherSide {
	if c.Request == nil {
		if id, ok := strings.CutPrefix(c.ExternalID, "b24:"); ok {
			return &OtherSide{integration.ClickSession(id), true}
		}
		if id, ok := strings.CutPrefix(c.ExternalID, "cb:"); ok {
			return &OtherSide{integration.SessionID(id), true}
		}
		return nil
	}
	var answer centre.Dialled
	if a := dialOf(s); a != nil && a.State == lane.StateDone && json.Unmarshal(a.Result, &answer) == nil && answer.Session != "" {
		return &OtherSide{Session: integration.SessionID(answer.Session)}
	}
	return nil
}

// dialOf is the action that starts a request's call; nil when none was planned.
func dialOf(s *CallStory) *ActionRow {
	i := slices.IndexFunc(s.Actions, func(a ActionRow) bool { _, dial := a.Do.(centre.Dial); return dial })
	if i < 0 {
		return nil
	}
	return &s.Actions[i]
}

// requestStanding is how a request stands.
func requestStanding(s *CallStory, c *integration.Call, l integration.Lang) BadgeView {
	switch a := dialOf(s); {
	case c.Failed != "":
		return BadgeView{ToneBad, shadeUndialled.say.in(l)}
	case a == nil && len(s.Plans) == 0:
		return pendingShade.in(l)
	case a == nil:
		return shadeUndialled.in(l)
	case a.State == lane.StateDone:
		return shadeDialled.in(l)
	case a.State.Settled():
		return BadgeView{ToneBad, shadeUndialled.say.in(l)}
	}
	return shadeDialling.in(l)
}
