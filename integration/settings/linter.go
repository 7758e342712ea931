package settings

import (
	"strconv"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

// direction warns of what is set for the calls of one direction.
func (l *linter) direction(at string, calls *integration.Calls, d crm.Direction) {
	words := integration.Words(d)
	if calls.Filter.On {
		l.callFilter(at+"/filter/where", calls.Filter.Where, words)
	}
	for _, k := range kindsOfEntity {
		var list []ordered
		for i, t := range calls.Names.For(k) {
			list = append(list, ordered{i, t.Text, t.Where})
		}
		l.winning(at+"/names/"+string(k), list, words)
	}
	l.funnels(at+"/funnels", &calls.Funnels, words)
	l.responsible(at+"/responsible", &calls.Responsible, words)
	eachFilter(at, calls, func(at string, f *rules.Filter) { l.values(at, f, words) })
}

// callFilter warns of a filter that lets every call pass, or none.
func (l *linter) callFilter(at string, where rules.Filter, words []rules.Word) {
	r := rules.NewReasoner([]rules.Filter{where}, words)
	switch {
	case where.Empty():
		l.say(at, "filter_empty")
	case r.Possible(rules.Question{Hold: []int{0}}) == rules.No:
		l.say(at, "filter_contradictory")
	case r.Possible(rules.Question{Fail: []int{0}}) == rules.No:
		l.say(at, "filter_always")
	}
}

func (l *linter) responsible(at string, r *integration.Responsible, words []rules.Word) {
	l.dismissed(at+"/default", r.Default, "inactive_user")
	var owners []ordered
	for i, rule := range r.Rules {
		l.dismissed(at+"/rules/"+strconv.Itoa(i)+"/user", rule.User, "inactive_user")
		owners = append(owners, ordered{i, decimal(int64(rule.User)), rule.Where})
	}
	l.winning(at+"/rules", owners, words)
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
	known := l.spellings(f.Parameter)
	if len(known) == 0 || l.crowded {
		return
	}
	for i, v := range f.Values {
		if _, ok := known[v]; !ok {
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
