package emulator

import (
	"fmt"
	"slices"
	"strings"
)

// entityView is a record's own page.
type entityView struct {
	itemView
	Section  string
	Stage    string
	Class    string
	Stages   []stepView
	FM       []multifield
	Fields   [][2]string
	Links    []itemView
	Timeline []eventView
}

type stepView struct {
	Name, Class   string
	Done, Current bool
}

type eventView struct {
	Kind      string // call, activity, comment
	Text      string
	At        string
	Who       personView
	Completed bool
	Call      *callView
}

func (p *Portal) entityView(e *entity) entityView {
	v := entityView{itemView: p.itemView(e), Section: map[Kind]string{Lead: "leads", Deal: "deals", Contact: "contacts", Company: "companies"}[e.Kind], FM: e.FM}
	past := true
	for i, s := range p.stages(e.Kind, e.int("categoryId")) {
		if e.Kind != Lead && e.Kind != Deal {
			break
		}
		step := stepView{Name: s.Name, Class: fmt.Sprintf("s%d", i%5), Current: s.StatusID == e.str("stageId")}
		switch s.Semantics {
		case "S":
			step.Class = "won"
		case "F":
			step.Class = "lost"
		}
		if step.Current {
			v.Stage, v.Class, past = s.Name, step.Class, false
		}
		step.Done = past
		if s.Semantics == "" || step.Current {
			v.Stages = append(v.Stages, step)
		}
	}
	v.Fields = p.fieldRows(e)
	single := Contact
	if e.Kind == Contact {
		single = Company
	}
	for _, id := range e.Links {
		if o := p.entity(single, id); o != nil {
			v.Links = append(v.Links, p.itemView(o))
		}
	}
	for _, k := range []Kind{Lead, Deal, Contact} {
		for _, o := range p.sorted(k) {
			if e.Kind == Contact && k != Contact && slices.Contains(o.Links, e.ID) || e.Kind == Company && o.int("companyId") == e.ID {
				v.Links = append(v.Links, p.itemView(o))
			}
		}
	}
	v.Timeline = p.timeline(e)
	return v
}

// shownElsewhere are fields that a record's page shows in its own way or not at all.
var shownElsewhere = []string{
	"name", "secondName", "lastName", "title", "sourceId", "assignedById", "stageId", "contactId", "companyId", "updatedTime", "updatedBy",
	"createdBy", "createdTime", "movedTime", "movedBy", "lastActivityTime", "stageSemanticId", "hasPhone", "hasEmail", "hasImol",
	"closed", "opened", "opportunity", "currencyId", "begindate",
}

func (p *Portal) fieldRows(e *entity) [][2]string {
	var out [][2]string
	for _, name := range sortedKeys(e.Fields) {
		text := phpString(e.Fields[name])
		if a, ok := e.Fields[name].(*array); ok {
			text = joinValues(a)
		}
		if f := p.userField(e.Kind, name); f != nil {
			name, text = f.Title, f.text(e.Fields[name])
		} else if slices.Contains(shownElsewhere, name) {
			continue
		} else if byCamel[e.Kind][name].dated() && len(text) > 10 {
			text = text[:10]
		}
		if text != "" && text != "0" {
			out = append(out, [2]string{name, text})
		}
	}
	return out
}

// text is a custom field's value as people read it: options by their names, several values with commas.
func (f *userField) text(v any) string {
	if a, ok := v.(*array); ok {
		var out []string
		for _, x := range a.values() {
			out = append(out, f.text(x))
		}
		return strings.Join(out, ", ")
	}
	for _, o := range f.List {
		if o.ID == v {
			return o.Value
		}
	}
	return phpString(v)
}

// Calls, other activities and comments of a record, newest first.
func (p *Portal) timeline(e *entity) []eventView {
	var out []eventView
	for _, a := range p.sortedActivities() {
		if !slices.Contains(a.Bindings, e.ref()) {
			continue
		}
		v := eventView{
			Kind: "activity", Text: phpString(a.Fields["SUBJECT"]), At: phpString(a.Fields["CREATED"]),
			Who: p.person(phpInt(a.Fields["RESPONSIBLE_ID"])), Completed: a.Fields["COMPLETED"] == "Y",
		}
		if c := p.index.calls[a.CallID]; c != nil {
			call := p.callView(c)
			v.Kind, v.Call, v.At = "call", &call, call.Start
		}
		out = append(out, v)
	}
	for _, m := range p.commentsOf(e.ref()) {
		out = append(out, eventView{Kind: "comment", Text: m.Text, At: m.Created, Who: p.person(m.Author), Completed: true})
	}
	slices.SortStableFunc(out, func(a, b eventView) int { return strings.Compare(b.At, a.At) })
	return out
}
