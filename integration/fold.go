package integration

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
)

// rank orders events that carry the same time by the life of a call (contract uis §1.2).
var rank = map[EventKind]int{
	CallIncoming: 0, CallOutgoing: 0, CallLegOut: 1, CallRinging: 2, CallTalkStarted: 3, CallTalkFinished: 4,
	CallLost: 5, CallFinished: 6, VoicemailReady: 7, FaxReceived: 7, RecordReady: 8, TagSet: 9, SIPLost: 9,
	CallReport: 9, CallSilent: 10, CallDue: 10, ActivityMissing: 10, Unreadable: 11, CallReplayed: 12,
	RouteAsked: 0, ClickToCall: 0, CallbackAsked: 0, CallDialled: 0, DialFailed: 5,
}

// Fold merges the events of one session. It depends on the set of events only: not on
// their order, not on repetitions (T-0; the property test tries permutations).
func Fold(events []Event) Call {
	events = canonical(events)
	c := Call{Params: map[string][]string{}}
	f := folding{call: &c}
	for i := range events { // who is who in an event depends on it, also in those that do not tell
		fill(&c.Direction, events[i].Report.Direction)
	}
	for i := range events {
		f.take(&events[i])
	}
	f.finish()
	return c
}

// canonical sorts by the time things happened and drops repetitions.
func canonical(events []Event) []Event {
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b Event) int {
		if c := cmp.Or(a.At.Compare(b.At), cmp.Compare(rank[a.Kind], rank[b.Kind]), strings.Compare(a.Key, b.Key)); c != 0 {
			return c
		}
		return cmp.Or(strings.Compare(content(a), content(b)), a.Received.Compare(b.Received)) // costs much, and is hardly ever needed
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(events, func(e Event) bool {
		again := seen[e.Key]
		seen[e.Key] = true
		return again
	})
}

// content breaks ties between different events with one key, which only a careless template makes.
func content(e Event) string {
	body, err := json.Marshal(e.Report)
	if err != nil {
		return ""
	}
	return string(body)
}

// folding is the state of one Fold.
type folding struct {
	call *Call
	// talk adds up the talks that ended one by one, for when the final event says nothing.
	talk time.Duration
	// first and last are the talkers the platform itself names at the end.
	first, last EmployeeID
	started     time.Time
	tried       []string     // names of those who did not answer
	report      *Report      // what the platform knows of the whole call
	ended       [2]time.Time // by the platform, by our own waiting
}

func (f *folding) take(e *Event) {
	c, r := f.call, &e.Report
	fill(&c.Session, e.Session)
	fill(&c.Client, r.ClientNumber)
	fill(&c.Virtual, r.VirtualNumber)
	fill(&c.ExternalID, r.ExternalID)
	fill(&c.LostReason, r.LostReason)
	fill(&f.first, r.FirstTalked)
	if r.LastTalked != 0 {
		f.last = r.LastTalked
	}
	if r.Status != "" {
		c.Status = r.Status
	}
	if r.Rating != 0 {
		c.Rating = r.Rating
	}
	c.Internal = c.Internal || r.Internal
	c.Transfer = c.Transfer || r.Transfer
	c.Imported = c.Imported || r.Imported
	if len(r.Transcript) > 0 {
		c.Transcript = r.Transcript
	}
	f.own(e)
	f.times(e)
	f.people(e)
	f.params(r)
	for _, url := range r.Records {
		if url == "" || slices.Contains(c.Records, url) {
			continue
		}
		c.Records = append(c.Records, url)
		if e.Kind == RecordReady {
			c.Answered = true // there is nothing to record in a call without a talk
		}
	}
	for _, tag := range r.Tags {
		if !slices.Contains(c.Tags, tag) {
			c.Tags = append(c.Tags, tag)
		}
	}
}

// own takes what did not come from a notification of the platform.
func (f *folding) own(e *Event) {
	c, r := f.call, &e.Report
	switch e.Kind {
	case ClickToCall, CallbackAsked:
		if c.Request == nil {
			c.Request, c.Asked, c.AskedAt = r.Request, e.Kind, e.Received
		}
	case DialFailed:
		c.Failed, c.FailedWhy = cmp.Or(r.Status, "OTHER"), r.LostReason
	case RouteAsked:
		if c.Route == nil {
			c.Route = r.Route
		}
	case CallReport:
		f.report, c.Told = r, true
	case ActivityMissing:
		c.Bare = true
	case CallReplayed:
		c.Replay = e.Key
	default:
	}
}

func (f *folding) times(e *Event) {
	c, r := f.call, &e.Report
	if !r.StartedAt.IsZero() && (f.started.IsZero() || r.StartedAt.Before(f.started)) {
		f.started = r.StartedAt
	}
	if c.StartedAt.IsZero() || e.At.Before(c.StartedAt) {
		c.StartedAt = e.At
	}
	longest(&c.Wait, r.Wait)
	longest(&c.Total, r.Total)
	switch e.Kind {
	case CallTalkFinished:
		if r.Talk != nil {
			f.talk += *r.Talk
		}
	default:
		longest(&c.Talk, r.Talk)
	}
	switch e.Kind {
	case CallFinished, CallLost:
		if f.ended[0].IsZero() {
			f.ended[0] = e.At
		}
	case CallReport:
		if f.ended[0].IsZero() {
			f.ended[0] = e.At
			if !r.EndedAt.IsZero() {
				f.ended[0] = r.EndedAt
			}
		}
	case CallSilent:
		f.ended[1] = e.At
	default:
	}
}

// people keeps who rang, who spoke and who sees the card.
func (f *folding) people(e *Event) {
	c, who := f.call, e.Report.Employee
	switch e.Kind {
	case CallOutgoing, CallDialled:
		if c.Caller.IsZero() {
			c.Caller = who
		}
		c.Showing = with(c.Showing, who)
	case CallRinging, CallLegOut:
		if c.Direction == crm.Outgoing {
			if c.Caller.IsZero() {
				c.Caller = who
			}
			c.Showing = with(c.Showing, who)
			break
		}
		c.Rung = with(c.Rung, who)
		c.Showing = with(c.Showing, who)
	case CallTalkStarted:
		c.Answered = true
		c.Talkers = with(c.Talkers, who)
		if !who.IsZero() {
			c.Showing = []Employee{who}
		}
	case CallTalkFinished:
		c.Answered = true
		c.Talkers = with(c.Talkers, who)
		if i := index(c.Showing, who); i >= 0 && len(c.Showing) > 1 {
			c.Showing = slices.Delete(c.Showing, i, i+1)
		}
	case CallFinished, CallLost, CallReport:
		f.final(e)
	default:
	}
}

// final takes what the last events say of a call whose earlier events may be lost.
func (f *folding) final(e *Event) {
	c, r := f.call, &e.Report
	if c.Direction == crm.Outgoing && c.Caller.IsZero() {
		c.Caller = r.Employee
	}
	for _, id := range r.Tried {
		c.Rung = with(c.Rung, Employee{ID: id})
	}
	for _, name := range r.TriedNames {
		if name != "" && !slices.Contains(f.tried, name) {
			f.tried = append(f.tried, name)
		}
	}
	lost := e.Kind == CallLost || r.Lost != nil && *r.Lost
	spoke := r.Talk != nil && *r.Talk > 0 || r.LastTalked != 0 || r.FirstTalked != 0 || r.Lost != nil && !*r.Lost || len(r.Records) > 0
	if lost || !spoke {
		if lost && c.Direction != crm.Outgoing && r.Employee.ID != 0 {
			c.Rung = with(c.Rung, r.Employee)
		}
		return // a late "not answered" never takes an answer back (peers §3.3)
	}
	c.Answered = true
	if r.Employee.ID != 0 && (r.LastTalked == 0 || r.LastTalked == r.Employee.ID) && c.Direction != crm.Outgoing {
		c.Talkers = with(c.Talkers, r.Employee)
	}
}

func (f *folding) params(r *Report) {
	for _, name := range slices.Sorted(maps.Keys(r.Params)) {
		values := r.Params[name]
		if len(values) == 0 {
			continue
		}
		if _, have := f.call.Params[name]; !have || strings.HasPrefix(name, "last_") {
			f.call.Params[name] = values
		}
	}
}

// finish settles what only the whole picture can tell.
func (f *folding) finish() {
	c := f.call
	if !f.started.IsZero() {
		c.StartedAt = f.started
	}
	c.Finished = !f.ended[0].IsZero() || !f.ended[1].IsZero()
	c.Silent = f.ended[0].IsZero() && !f.ended[1].IsZero()
	c.EndedAt = f.ended[0]
	if c.Silent {
		c.EndedAt = f.ended[1]
	}
	c.Talk = max(c.Talk, f.talk)
	c.Answered = c.Answered || c.Talk > 0
	if c.Direction == crm.Outgoing {
		if c.Answered {
			c.Talkers = with(c.Talkers, c.Caller)
		}
	}
	f.truth()
	f.order()
	f.names()
	if c.Answered && len(c.Talkers) == 0 && len(c.Rung) == 1 && c.Direction != crm.Outgoing {
		c.Talkers = slices.Clone(c.Rung) // nobody else could have taken it
	}
	if c.Finished {
		c.Showing = nil
	}
	if len(c.Params) == 0 {
		c.Params = nil
	}
	slices.Sort(c.Records)
	slices.Sort(c.Tags)
}

// truth puts those who rang and spoke as the platform itself remembers them; a report that knows nobody leaves what the
// notifications told. That they talked is never taken back, because a finished activity tells it already.
func (f *folding) truth() {
	if f.report == nil {
		return
	}
	c := f.call
	complete := func(list, known []Employee) []Employee {
		out := slices.Clone(list)
		for i := range out {
			if j := index(known, out[i]); j >= 0 {
				out[i] = with(out[i:i+1:i+1], known[j])[0]
			}
		}
		return out
	}
	known := slices.Concat(c.Talkers, c.Rung, []Employee{c.Caller})
	if len(f.report.Rung) > 0 && c.Direction != crm.Outgoing {
		c.Rung = complete(f.report.Rung, known)
	}
	if len(f.report.Talkers) > 0 {
		c.Talkers = complete(f.report.Talkers, known)
		c.Answered = true
	}
}

// names counts those who did not answer and whom the platform names without their ids. A name may be that of
// somebody known by id only, so it adds a phone only where there are more names than phones.
func (f *folding) names() {
	c := f.call
	for _, name := range f.tried {
		known := slices.ContainsFunc(c.Rung, func(e Employee) bool { return e.Name == name })
		if !known && len(c.Rung) < len(f.tried) {
			c.Rung = with(c.Rung, Employee{Name: name})
		}
	}
}

// order puts the talkers that the platform names first and last in their places.
func (f *folding) order() {
	c := f.call
	known := func(id EmployeeID) Employee {
		for _, e := range slices.Concat(c.Talkers, c.Rung, []Employee{c.Caller}) {
			if e.ID == id {
				return e
			}
		}
		return Employee{ID: id}
	}
	if f.first != 0 {
		who := known(f.first)
		c.Talkers = slices.DeleteFunc(c.Talkers, func(e Employee) bool { return e.ID == f.first })
		c.Talkers = slices.Insert(c.Talkers, 0, who)
		c.Answered = true
	}
	if f.last != 0 {
		who := known(f.last)
		switch {
		case f.last == f.first && len(c.Talkers) > 1 && c.Talkers[len(c.Talkers)-1].ID != f.last:
			c.Talkers = append(c.Talkers, who) // after asking a colleague they went on themselves
		case f.last != f.first || len(c.Talkers) == 0:
			c.Talkers = slices.DeleteFunc(c.Talkers, func(e Employee) bool { return e.ID == f.last })
			c.Talkers = append(c.Talkers, who)
		}
		c.Answered = true
	}
}

func fill[T comparable](to *T, value T) {
	var zero T
	if *to == zero {
		*to = value
	}
}

func longest(to *time.Duration, value *time.Duration) {
	if value != nil && *value > *to {
		*to = *value
	}
}

// with adds an employee, or completes one that is there with what is now known.
func with(list []Employee, e Employee) []Employee {
	if e.IsZero() {
		return list
	}
	if i := index(list, e); i >= 0 {
		list = slices.Clone(list)
		fill(&list[i].ID, e.ID)
		fill(&list[i].Name, e.Name)
		fill(&list[i].Email, e.Email)
		fill(&list[i].Extension, e.Extension)
		fill(&list[i].Phone, e.Phone)
		return list
	}
	return append(slices.Clone(list), e)
}

func index(list []Employee, e Employee) int {
	return slices.IndexFunc(list, func(o Employee) bool {
		switch {
		case e.ID != 0 && o.ID != 0:
			return e.ID == o.ID
		case e.Email != "" && o.Email != "":
			return e.Email == o.Email
		case e.Extension != "" && o.Extension != "":
			return e.Extension == o.Extension
		case e.Name != "" && o.Name != "":
			return e.Name == o.Name
		}
		return e == o
	})
}
