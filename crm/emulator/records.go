package emulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Call is a call registered in a portal, as tests want to see it.
type Call struct {
	ID, External, Phone, Line string
	Type, User                int64
	Kind                      Kind // of the record it is bound to, 0 for none
	Entity                    int64
	Start                     time.Time
	Finished                  bool
	FinishUser                int64
	Duration                  time.Duration
	Status, Reason            string
	Activity                  int64
	Vote                      int64 // 1..5, 0 for none
	Clicked                   bool  // registered by the portal itself for a click on a number
	ChatNotes                 int   // messages in the employee's chat: one at registration, one at finish
	Repeats                   int   // further registrations answered with this call
	Cards                     []CardEvent
	Record                    *Record
	Transcripts               int // how often a transcript was attached
}

// Record is the recording of a call.
type Record struct {
	Name     string
	Size     int64
	SHA256   string
	Attached int // how often one was attached: more than 1 means it was attached again
}

// Calls lists the calls in the order of their registration.
func (p *Portal) Calls() []Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Call, 0, len(p.state.Calls))
	for _, c := range p.state.Calls {
		v := Call{
			ID: c.ID, External: c.External, Phone: c.Phone, Line: c.Line, Type: c.Type, User: c.UserID, Kind: c.Entity.Kind,
			Entity: c.Entity.ID, Start: c.Start, Finished: c.Finished, FinishUser: c.FinishUser,
			Duration: time.Duration(c.Duration) * time.Second, Status: c.Status, Reason: c.Reason, Activity: c.Activity,
			Vote: c.Vote, Clicked: c.Internal, ChatNotes: c.ChatNotes, Repeats: c.Repeats, Cards: slices.Clone(c.Shown), Transcripts: c.Transcribe,
		}
		if r := c.Record; r != nil {
			v.Record = &Record{Name: r.Name, Size: r.Size, SHA256: r.SHA256, Attached: r.Attached}
		}
		out = append(out, v)
	}
	return out
}

// Records is everything the portal holds as text that is the same in every run: records by id,
// each with its links, numbers, activities and comments, then calls, notices and chat messages. CALL_IDs,
// which are random, do not appear; neither do dates.
func (p *Portal) Records() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b strings.Builder
	for _, k := range kinds {
		for _, e := range p.sorted(k) {
			p.writeEntity(&b, e)
		}
	}
	for _, c := range p.state.Calls {
		p.writeCall(&b, c)
	}
	for _, n := range p.sortedNotices() {
		fmt.Fprintf(&b, "notice to %d: %s\n", n.UserID, strings.ReplaceAll(n.Message, "\n", " | "))
	}
	for _, m := range p.state.Chat {
		fmt.Fprintf(&b, "chat of %d: %s\n", m.UserID, m.Text)
	}
	return b.String()
}

// quiet are the fields that Records leaves out: derived, dated or said elsewhere in the line.
var quiet = map[string]bool{
	"title": true, "createdTime": true, "updatedTime": true, "createdBy": true, "updatedBy": true, "movedTime": true, "movedBy": true,
	"lastActivityTime": true, "dateClosed": true, "opened": true, "closed": true, "begindate": true, "closedate": true, "hasPhone": true,
	"hasEmail": true, "hasImol": true, "currencyId": true, "opportunity": true, "contactId": true, "companyId": true, "stageSemanticId": true,
}

// Fields in the order of their names and nothing that depends on time or chance.
func (p *Portal) writeEntity(b *strings.Builder, e *entity) {
	fmt.Fprintf(b, "%s %d", lower(e.Kind.String()), e.ID)
	if t := e.str("title"); t != "" {
		fmt.Fprintf(b, " %q", t)
	}
	for _, name := range sortedKeys(e.Fields) {
		v := phpString(e.Fields[name])
		if a, ok := e.Fields[name].(*array); ok {
			v = joinValues(a)
		}
		if quiet[name] || v == "" || v == "0" {
			continue
		}
		if strings.ContainsAny(v, " \n\"") {
			v = fmt.Sprintf("%q", v)
		}
		fmt.Fprintf(b, " %s=%s", name, v)
	}
	if e.Kind == Lead || e.Kind == Deal {
		fmt.Fprintf(b, " contacts=%v", e.Links)
	}
	if e.Kind == Contact && len(e.Links) > 0 {
		fmt.Fprintf(b, " companies=%v", e.Links)
	}
	if c := e.int("companyId"); c != 0 && e.Kind != Contact {
		fmt.Fprintf(b, " company=%d", c)
	}
	b.WriteByte('\n')
	for _, m := range e.FM {
		fmt.Fprintf(b, "  %s %s %s\n", lower(m.Type), lower(m.ValueType), m.Value)
	}
	for _, a := range p.sortedActivities() {
		if slices.Contains(a.Bindings, e.ref()) {
			p.writeActivity(b, a)
		}
	}
	for _, m := range p.commentsOf(e.ref()) {
		fmt.Fprintf(b, "  comment by %d: %q\n", m.Author, m.Text)
	}
}

func joinValues(a *array) string {
	var out []string
	for _, v := range a.values() {
		out = append(out, phpString(v))
	}
	return strings.Join(out, ",")
}

func (p *Portal) writeActivity(b *strings.Builder, a *activity) {
	f := func(n string) string { return phpString(a.Fields[n]) }
	fmt.Fprintf(b, "  activity %d %q responsible=%s completed=%s direction=%s provider=%s", a.ID, f("SUBJECT"), f("RESPONSIBLE_ID"), f("COMPLETED"), f("DIRECTION"), f("PROVIDER_ID"))
	if c := p.index.calls[a.CallID]; c != nil {
		fmt.Fprintf(b, " call=%s", c.label())
	}
	b.WriteByte('\n')
}

// label names a call without its random id.
func (call *phoneCall) label() string {
	if call.External != "" {
		return call.External
	}
	return fmt.Sprintf("#%d", call.N)
}

func (p *Portal) writeCall(b *strings.Builder, c *phoneCall) {
	fmt.Fprintf(b, "call %s %s type=%d line=%s user=%d", c.label(), c.Phone, c.Type, c.Line, c.UserID)
	if c.Entity.ID != 0 {
		fmt.Fprintf(b, " client=%s:%d", lower(c.Entity.Kind.String()), c.Entity.ID)
	}
	for _, r := range c.Created {
		fmt.Fprintf(b, " created=%s:%d", lower(r.Kind.String()), r.ID)
	}
	if c.Finished {
		fmt.Fprintf(b, " finished by=%d status=%s duration=%d activity=%d", c.FinishUser, c.Status, c.Duration, c.Activity)
	} else {
		fmt.Fprintf(b, " open")
	}
	if c.Internal {
		fmt.Fprintf(b, " clicked")
	}
	if c.Vote != 0 {
		fmt.Fprintf(b, " vote=%d", c.Vote)
	}
	if c.Internal && c.Reason != "" {
		fmt.Fprintf(b, " reason=%q", c.Reason)
	}
	for _, u := range p.state.Users {
		if _, ok := c.Showing[u.ID]; ok {
			fmt.Fprintf(b, " card=%d", u.ID)
		}
	}
	b.WriteByte('\n')
	if r := c.Record; r != nil {
		fmt.Fprintf(b, "  record %s %d bytes sha256=%.12s attached=%d\n", r.Name, r.Size, r.SHA256, r.Attached)
	}
	for _, l := range c.Transcript {
		fmt.Fprintf(b, "  transcript %s %d-%d: %q\n", l.Side, l.Start, l.Stop, l.Message)
	}
}

func (p *Portal) commentsOf(r ref) []*comment {
	var out []*comment
	for _, m := range p.state.Comments {
		if m.Entity == r {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b *comment) int { return int(a.ID - b.ID) })
	return out
}
