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
	l.names(at+"/names", &calls.Names, words)
	l.funnels(at+"/funnels", &calls.Funnels, words)
	l.responsible(at+"/responsible", &calls.Responsible, words)
	eachFilter(at, calls, func(at string, f *rules.Filter) { l.values(at, f, words) })
}

// names warns of templates that never win.
func (l *linter) names(at string, n *integration.NameTemplates, words []rules.Word) {
	for _, k := range kindsOfEntity {
		var list []ordered
		for i, t := range n.For(k) {
			list = append(list, ordered{i, t.Text, t.Where})
		}
		l.winning(at+"/"+string(k), list, words)
	}
}

// callFilter warns of a filter that lets everything pass, or nothing.
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
	eachName(at+"/names", &calls.Names, see)
	for i := range calls.Funnels.Rules {
		see(item(at+"/funnels/rules", i)+"/where", &calls.Funnels.Rules[i].Where)
	}
	eachOwner(at+"/responsible", &calls.Responsible, see)
}

func eachName(at string, n *integration.NameTemplates, see func(at string, f *rules.Filter)) {
	for _, k := range kindsOfEntity {
		list := n.For(k)
		for i := range list {
			see(item(at+"/"+string(k), i)+"/where", &list[i].Where)
		}
	}
}

func eachOwner(at string, r *integration.Responsible, see func(at string, f *rules.Filter)) {
	for i := range r.Rules {
		see(item(at+"/rules", i)+"/where", &r.Rules[i].Where)
	}
}

// eachFilterOf is eachFilter for a section of conversations.
func eachFilterOf(at string, s *integration.Conversations, see func(at string, f *rules.Filter)) {
	see(at+"/filter/where", &s.Filter.Where)
	eachOwner(at+"/responsible", &s.Responsible, see)
	for i := range s.Primary.Rules {
		see(item(at+"/primary/rules", i)+"/where", &s.Primary.Rules[i].Where)
	}
	for i := range s.Repeat.Rules {
		see(item(at+"/repeat/rules", i)+"/where", &s.Repeat.Rules[i].Where)
	}
	eachName(at+"/names", &s.Names, see)
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
