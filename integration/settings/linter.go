package settings

import (
	"slices"
	"strconv"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

// direction warns of what is set for the calls of one direction.
func (l *linter) direction(at string, calls *integration.Calls, d crm.Direction) {
	if calls.Filter.On && calls.Filter.Where.Empty() {
		l.say(at+"/filter/where", "filter_empty")
	}
	for _, k := range kindsOfEntity {
		var filters []rules.Filter
		for _, t := range calls.Names.For(k) {
			filters = append(filters, t.Where)
		}
		l.shadowed(at+"/names/"+string(k), filters, nil)
	}
	l.funnels(at+"/funnels", &calls.Funnels)
	l.responsible(at+"/responsible", &calls.Responsible)
	words := integration.Words(d)
	eachFilter(at, calls, func(at string, f *rules.Filter) { l.values(at, f, words) })
}

func (l *linter) funnels(at string, f *integration.Funnels) {
	if l.dir.Mode != crm.Simple {
		l.stage(at+"/lead_stage", l.dir.LeadStages, f.LeadStage)
	}
	l.dealStage(at+"/stage", f.Funnel, f.Stage)
	byKind := map[crm.Kind][]rules.Filter{}
	places := map[crm.Kind][]int{}
	for i, r := range f.Rules {
		byKind[r.Entity], places[r.Entity] = append(byKind[r.Entity], r.Where), append(places[r.Entity], i)
		place := at + "/rules/" + strconv.Itoa(i) + "/stage"
		if r.Entity == crm.Lead {
			l.stage(place, l.dir.LeadStages, r.Stage)
		} else {
			l.dealStage(place, r.Funnel, r.Stage)
		}
	}
	for _, k := range []crm.Kind{crm.Lead, crm.Deal} {
		l.shadowed(at+"/rules", byKind[k], places[k])
	}
}

func (l *linter) dealStage(at string, funnel int64, stage string) {
	if f, ok := l.dir.funnel(funnel); ok {
		l.stage(at, f.Stages, stage)
	}
}

// stage warns of one in which new records would be closed from the beginning.
func (l *linter) stage(at string, stages []crm.Stage, code string) {
	i := slices.IndexFunc(stages, func(s crm.Stage) bool { return s.Code == code && s.Closed })
	if i < 0 {
		return
	}
	name := stages[i].Name
	if name == "" {
		name = code
	}
	l.say(at, "closed_stage", verbatim(name))
}

func (l *linter) responsible(at string, r *integration.Responsible) {
	l.dismissed(at+"/default", r.Default, "inactive_user")
	var owners []rules.Filter
	for i, rule := range r.Rules {
		l.dismissed(at+"/rules/"+strconv.Itoa(i)+"/user", rule.User, "inactive_user")
		owners = append(owners, rule.Where)
	}
	l.shadowed(at+"/rules", owners, nil)
}

// shadowed warns of rules after one without conditions. Places are the indexes of the filters
// in the document, when they are not simply 0, 1, 2.
func (l *linter) shadowed(at string, filters []rules.Filter, places []int) {
	place := func(i int) int {
		if places != nil {
			return places[i]
		}
		return i
	}
	always := -1
	for i := range filters {
		switch {
		case always >= 0:
			l.say(at+"/"+strconv.Itoa(place(i)), "never_wins", count(place(always)+1))
		case filters[i].Empty():
			always = i
		}
	}
}

// eachFilter visits the filters of a direction's calls with their pointers.
func eachFilter(at string, calls *integration.Calls, see func(at string, f *rules.Filter)) {
	see(at+"/filter/where", &calls.Filter.Where)
	for _, k := range kindsOfEntity {
		list := calls.Names.For(k)
		for i := range list {
			see(at+"/names/"+string(k)+"/"+strconv.Itoa(i)+"/where", &list[i].Where)
		}
	}
	for i := range calls.Funnels.Rules {
		see(at+"/funnels/rules/"+strconv.Itoa(i)+"/where", &calls.Funnels.Rules[i].Where)
	}
	for i := range calls.Responsible.Rules {
		see(at+"/responsible/rules/"+strconv.Itoa(i)+"/where", &calls.Responsible.Rules[i].Where)
	}
}

// values warns of those that the platform does not know. A list that it does not tell cannot be looked in.
func (l *linter) values(at string, f *rules.Filter, words []rules.Word) {
	for i := range f.Of {
		l.values(at+"/of/"+strconv.Itoa(i), &f.Of[i], words)
	}
	if f.Parameter == "" || f.Expression != "" {
		return
	}
	known := l.centre.values(f.Parameter)
	if len(known) == 0 {
		return
	}
	for i, v := range f.Values {
		if !known[v] {
			l.say(at+"/values/"+strconv.Itoa(i), "unknown_value", verbatim(v), label(f.Parameter, words))
		}
	}
}

func label(p rules.Parameter, words []rules.Word) said {
	for _, w := range words {
		if w.Parameter == p {
			return said{w.LabelRU, w.LabelEN}
		}
	}
	return said{string(p), string(p)}
}
