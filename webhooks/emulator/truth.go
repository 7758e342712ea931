package emulator

import (
	"path"
	"slices"
	"time"

	"omniconnector/webhooks/emulator/chat"
	"omniconnector/webhooks/emulator/session"
)

// Truth is what really happens in a script, whatever of it is told: the reports of the
// Data API are made of it. Dropping, repeating or reordering steps leaves it as it is.
type Truth struct {
	Calls []*session.Session
	Marks []session.Mark
	// Chats and Requests are conversations and offline requests.
	Chats    []*chat.Chat
	Requests []*chat.Request
}

// Swallowed tells nothing at all: the calls happen, and only the Data API knows.
func (s Script) Swallowed() Script { return s.Only() }

// truth reads the steps of a call before anything can be dropped from them.
func (t *telling) truth() *Truth {
	if t.call.Session == 0 {
		return nil
	}
	if t.marking {
		return &Truth{Marks: t.marks()}
	}
	s := t.call.session()
	for _, step := range t.script.Steps {
		happen(s, t.call, step)
	}
	slices.SortStableFunc(s.Legs, func(a, b session.Leg) int { return a.Start.Compare(b.Start) })
	return &Truth{Calls: []*session.Session{s}}
}

func (t *telling) marks() []session.Mark {
	var all []session.Mark
	for _, step := range t.script.Steps {
		ids, _ := step.Vars["tag_ids"].([]int64)
		names, _ := step.Vars["tag_names"].([]string)
		for i := range min(len(ids), len(names)) {
			all = append(all, session.Mark{App: step.App, Session: t.call.Session, At: step.At, Tag: session.Named{ID: ids[i], Name: names[i]}})
		}
	}
	return all
}

// session is what is known of a call before it is told.
func (c Call) session() *session.Session {
	s := &session.Session{
		App: c.Account.AppID, ID: c.Session, Location: c.Account.Location, Start: c.Start, Finish: c.Start, Direction: c.direction(),
		Source: c.Source, Internal: c.Internal, Client: c.Client, Number: c.Number, External: c.External, Request: c.request,
		Group: session.Named(c.Group), RecordsAt: c.Account.Records, Whole: RecordPath(c.Session, -1),
	}
	if s.Location == nil {
		s.Location = time.UTC
	}
	if !c.Out && c.Scenario.ID != 0 {
		s.Scenario = session.Named{ID: c.Scenario.ID, Name: c.Scenario.Name}
		for _, o := range c.Scenario.Operations {
			s.Operations = append(s.Operations, session.Named(o))
		}
	}
	return s
}

// happen lets one step come true.
func happen(s *session.Session, c Call, step Step) {
	v := step.Vars
	switch step.Event {
	case "call_incoming":
		visited(s, v)
		if !c.started() {
			l := s.Leg(c.leg(0))
			l.Start, l.Connect, l.Calling, l.Called = step.At, step.At, c.Client, c.Number
		}
	case "call_outgoing":
		if !c.started() {
			dialled(s, c, step, c.leg(1)).Connect = step.At // lifts the phone to dial
		}
	case "call_ringing":
		if c.started() {
			reached(s, c, step)
		}
		dialled(s, c, step, word[int64](v, "leg_id"))
	case "call_leg_out":
		if c.started() {
			reached(s, c, step)
		}
		l := s.Leg(word[int64](v, "leg_id"))
		l.Start, l.Calling, l.Called = step.At, word[string](v, "calling_phone_number"), word[string](v, "called_phone_number")
		if l.ID != c.leg(0) {
			l.Operator, l.Phone = true, l.Called // the operator of start.simple_call
		}
	case "call_talk_started":
		talk(s, step.At, word[[]int64](v, "leg_ids"))
	case "call_talk_finished":
		for _, id := range word[[]int64](v, "leg_ids") {
			if l := s.Leg(id); l.Operator {
				l.End = step.At
			}
		}
	case "call_finished":
		finish(s, step)
	case "record_ready":
		recorded(s, step)
	case "voicemail_ready":
		s.Voicemail = append(s.Voicemail, session.Record{Hash: path.Base(word[string](v, "file_link")), Ready: step.At})
	}
}

// reached tells what the platform dialling a started call's next leg means for those before: the other
// side is dialled once the first has answered, another number of the same side once one has not.
func reached(s *session.Session, c Call, step Step) {
	contact := word[int64](step.Vars, "leg_id") == c.leg(0)
	for i := range s.Legs {
		l := &s.Legs[i]
		switch {
		case !l.Connect.IsZero() || !l.End.IsZero():
		case l.Operator && !contact:
			l.End, l.FinishReason = step.At, "operator_not_responsible"
		default:
			l.Connect = step.At
		}
	}
}

// dialled starts the leg of the employee whom a step names.
func dialled(s *session.Session, c Call, step Step, id int64) *session.Leg {
	v, l := step.Vars, s.Leg(id)
	l.Operator, l.Start, l.Calling = true, step.At, c.Number
	l.Employee = session.Named{ID: word[int64](v, "employee_id"), Name: word[string](v, "employee_full_name")}
	l.Phone = word[string](v, "employee_phone_number")
	l.Called = l.Phone
	l.Transferred = slices.ContainsFunc(s.Legs, func(o session.Leg) bool { return o.Operator && o.Talked })
	return l
}

// talk connects legs; other phones that rang stop.
func talk(s *session.Session, at time.Time, legs []int64) {
	for i := range s.Legs {
		l := &s.Legs[i]
		switch {
		case slices.Contains(legs, l.ID):
			l.Talked = true
			if l.Connect.IsZero() {
				l.Connect = at
			}
		case l.Operator && l.Connect.IsZero() && l.End.IsZero():
			l.End, l.FinishReason = at, "operator_not_responsible"
		}
	}
}

func finish(s *session.Session, step Step) {
	v := step.Vars
	s.Finish, s.Lost, s.Transfer = step.At, word[bool](v, "is_lost"), word[bool](v, "is_transfer")
	s.Wait = time.Duration(word[int64](v, "wait_time_duration")) * time.Second
	s.Talk = time.Duration(word[int64](v, "talk_time_duration")) * time.Second
	s.FinishReason = word[string](v, "call_status")
	switch s.FinishReason {
	case "success":
		s.FinishReason = "subscriber_disconnects"
		if s.Direction == "out" {
			s.FinishReason = "operator_disconnects"
		}
	case "voicemail":
		s.FinishReason = "no_success_operator_call"
	}
	s.Contact = session.Named{ID: word[int64](v, "contact_id"), Name: word[string](v, "contact_full_name")}
	for i := range s.Legs {
		l := &s.Legs[i]
		handed := l.Operator && l.Talked && !l.End.IsZero() && l.End.Before(s.Finish)
		if l.End.IsZero() {
			l.End = s.Finish
		}
		switch {
		case l.FinishReason != "":
		case handed:
			l.FinishReason = "transfer_disconnects"
		case l.Operator && l.Connect.IsZero():
			l.FinishReason = "operator_not_responsible"
		default:
			l.FinishReason = s.FinishReason
		}
	}
}

// recorded hangs a recording on the first talk of its employee that has none.
func recorded(s *session.Session, step Step) {
	r := session.Record{Hash: path.Base(word[string](step.Vars, "file_link")), Ready: step.At}
	by := word[int64](step.Vars, "employee_id")
	for i := range s.Legs {
		if l := &s.Legs[i]; l.Operator && l.Talked && l.Employee.ID == by && l.Record.Hash == "" {
			l.Record = r
			return
		}
	}
}

// visited reads where a call came from.
func visited(s *session.Session, v Vars) {
	named := func(id, name string) session.Named {
		return session.Named{ID: word[int64](v, id), Name: word[string](v, name)}
	}
	s.Visit = session.Visit{
		Visitor: word[int64](v, "visitor_id"), Communication: int64(word[int](v, "communication_number")),
		Site: named("site_id", "site_domain_name"), Campaign: named("campaign_id", "campaign_name"),
		First:  named("visitor_first_campaign_id", "visitor_first_campaign_name"),
		Source: word[string](v, "source_name"), UTM: word[string](v, "utm_source"), Medium: word[string](v, "utm_medium"),
	}
}

// word is a variable of the type that it has when it has a value.
func word[T any](v Vars, name string) T {
	value, _ := v[name].(T)
	return value
}

// merged is what happens in several scripts.
func merged(scripts []Script) *Truth {
	all := &Truth{}
	for _, s := range scripts {
		if s.Truth != nil {
			all.Calls, all.Marks = append(all.Calls, s.Truth.Calls...), append(all.Marks, s.Truth.Marks...)
			all.Chats, all.Requests = append(all.Chats, s.Truth.Chats...), append(all.Requests, s.Truth.Requests...)
		}
	}
	return all
}
