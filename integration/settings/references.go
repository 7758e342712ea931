package settings

import (
	"slices"
	"strconv"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

// Thing is a kind of object that settings refer to by an id of the portal or of the telephony platform.
type Thing string

// The things of S-2's export: what another portal calls by other ids.
const (
	User      Thing = "user"
	Employee  Thing = "employee"
	Funnel    Thing = "funnel"
	Stage     Thing = "stage" // of deals
	LeadStage Thing = "lead_stage"
	Field     Thing = "field"
)

// named is one thing: its id and what the id is unique within.
type named struct {
	thing  Thing
	id     string
	kind   crm.Kind // of a field
	funnel int64    // of a stage
}

// reference is one place of the settings that names a thing.
type reference struct {
	named
	at string
	// soft references are values of filters, and what is not looked at: one that means nothing is a warning at most, never a mistake.
	soft bool
	set  func(id string)
}

// references lists all, in the order of the document; set changes the settings.
func references(s *integration.Settings) []reference {
	var w walker
	for i := range s.Employees {
		m, at := &s.Employees[i], item("/employees", i)
		numbered(&w, at+"/employee", Employee, &m.Employee)
		numbered(&w, at+"/user", User, &m.User)
	}
	for i := range s.Sync.Only {
		numbered(&w, item("/sync/only", i), Employee, &s.Sync.Only[i])
	}
	w.fields("/telephony/extra_fields", &s.Telephony.Fields)
	w.calls("/telephony/incoming", &s.Telephony.Incoming)
	w.calls("/telephony/outgoing", &s.Telephony.Outgoing)
	for at, c := range sections(s) {
		w.conversations(at, c)
	}
	return w.found
}

type walker struct{ found []reference }

func (w *walker) fields(at string, f *integration.ExtraFields) {
	for _, k := range kindsOfEntity {
		pairs := f.For(k)
		for i := range pairs {
			w.code(item(at+"/"+string(k), i)+"/field", named{thing: Field, kind: k}, &pairs[i].Field)
		}
	}
}

// conversations finds what a section of conversations names. What is not looked at, because the section is off or makes no such record,
// must not keep the rest out of another portal.
func (w *walker) conversations(at string, c *integration.Conversations) {
	before := len(w.found)
	w.responsible(at+"/responsible", &c.Responsible)
	w.beginning(at+"/primary", &c.Primary, c)
	w.beginning(at+"/repeat", &c.Repeat, c)
	w.fields(at+"/extra_fields", &c.Fields)
	eachFilterOf(at, c, w.filter)
	if !c.Enabled {
		w.soften(before)
	}
}

func (w *walker) beginning(at string, b *integration.Beginning, c *integration.Conversations) {
	made := directory{}.made(c, b)
	origin := func(at string, leadStage *string, funnel *int64, stage *string) {
		before := len(w.found)
		w.code(at+"/lead_stage", named{thing: LeadStage}, leadStage)
		if !slices.Contains(made, crm.Lead) {
			w.soften(before)
		}
		before = len(w.found)
		w.deal(at, funnel, stage)
		if !slices.Contains(made, crm.Deal) {
			w.soften(before)
		}
	}
	origin(at, &b.LeadStage, &b.Funnel, &b.Stage)
	for i := range b.Rules {
		r := &b.Rules[i]
		origin(item(at+"/rules", i), &r.LeadStage, &r.Funnel, &r.Stage)
	}
}

// soften makes all references soft that were found since.
func (w *walker) soften(since int) {
	for i := range w.found[since:] {
		w.found[since+i].soft = true
	}
}

func (w *walker) code(at string, n named, to *string) {
	if *to == "" {
		return
	}
	n.id = *to
	w.found = append(w.found, reference{named: n, at: at, set: func(id string) { *to = id }})
}

// numbered is a reference by a number; 0 names nothing, except among funnels.
func numbered[N ~int64](w *walker, at string, thing Thing, to *N) {
	if *to == 0 && thing != Funnel {
		return
	}
	w.found = append(w.found, reference{named: named{thing: thing, id: decimal(int64(*to))}, at: at, set: func(id string) {
		if n, err := strconv.ParseInt(id, 10, 64); err == nil {
			*to = N(n)
		}
	}})
}

func (w *walker) calls(at string, c *integration.Calls) {
	f := &c.Funnels
	w.code(at+"/funnels/lead_stage", named{thing: LeadStage}, &f.LeadStage)
	w.deal(at+"/funnels", &f.Funnel, &f.Stage)
	for i := range f.Rules {
		r, at := &f.Rules[i], item(at+"/funnels/rules", i)
		if r.Entity == crm.Lead {
			w.code(at+"/stage", named{thing: LeadStage}, &r.Stage)
		} else {
			w.deal(at, &r.Funnel, &r.Stage)
		}
	}
	w.responsible(at+"/responsible", &c.Responsible)
	eachFilter(at, c, w.filter)
}

func (w *walker) responsible(at string, r *integration.Responsible) {
	numbered(w, at+"/default", User, &r.Default)
	for i := range r.Rules {
		numbered(w, item(at+"/rules", i)+"/user", User, &r.Rules[i].User)
	}
}

func (w *walker) deal(at string, funnel *int64, stage *string) {
	w.code(at+"/stage", named{thing: Stage, funnel: *funnel}, stage)
	numbered(w, at+"/funnel", Funnel, funnel)
}

// filter finds employees by id; their names are the same everywhere.
func (w *walker) filter(at string, f *rules.Filter) {
	for i := range f.Of {
		w.filter(item(at+"/of", i), &f.Of[i])
	}
	if f.Parameter != integration.ParamEmployee {
		return
	}
	for i, v := range f.Values {
		if _, err := strconv.ParseInt(v, 10, 64); err == nil {
			w.found = append(w.found, reference{
				named: named{thing: Employee, id: v}, at: item(at+"/values", i), soft: true, set: func(id string) { f.Values[i] = id },
			})
		}
	}
}
