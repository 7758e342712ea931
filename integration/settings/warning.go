package settings

import (
	"strconv"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

// Warnings tell what the tenant should know of settings that may be saved (S-3): missed calls that
// will not be registered (T-7), rules that can never win, filters without conditions.
func Warnings(s *integration.Settings, dir crm.Directory) []Problem {
	n := newNotes()
	if !(directory{dir}).known() {
		n.say("", "no_directory")
	}
	in, out := &s.Telephony.Incoming, &s.Telephony.Outgoing
	if in.Filter.On && len(rules.LateOf(in.Filter.Where, integration.Words(crm.Incoming))) > 0 {
		n.say("/telephony/incoming/filter/where", "late_parameter")
	}
	n.direction("/telephony/incoming", in)
	n.direction("/telephony/outgoing", out)
	if len(out.Responsible.Rules) > 0 {
		n.say("/telephony/outgoing/responsible/rules", "rules_not_used")
	}
	return n.problems
}

func (n *notes) direction(at string, calls *integration.Calls) {
	if calls.Filter.On && calls.Filter.Where.Empty() {
		n.say(at+"/filter/where", "filter_empty")
	}
	for _, k := range []crm.Kind{crm.Lead, crm.Deal, crm.Contact, crm.Company} {
		var filters []rules.Filter
		for _, t := range calls.Names.For(k) {
			filters = append(filters, t.Where)
		}
		n.shadowed(at+"/names/"+string(k), filters, nil)
	}
	byKind := map[crm.Kind][]rules.Filter{}
	places := map[crm.Kind][]int{}
	for i, r := range calls.Funnels.Rules {
		byKind[r.Entity], places[r.Entity] = append(byKind[r.Entity], r.Where), append(places[r.Entity], i)
	}
	for _, k := range []crm.Kind{crm.Lead, crm.Deal} {
		n.shadowed(at+"/funnels/rules", byKind[k], places[k])
	}
	var owners []rules.Filter
	for _, r := range calls.Responsible.Rules {
		owners = append(owners, r.Where)
	}
	n.shadowed(at+"/responsible/rules", owners, nil)
}

// shadowed warns of rules after one without conditions. Places are the indexes of the filters
// in the document, when they are not simply 0, 1, 2.
func (n *notes) shadowed(at string, filters []rules.Filter, places []int) {
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
			n.say(at+"/"+strconv.Itoa(place(i)), "never_wins", count(place(always)+1))
		case filters[i].Empty():
			always = i
		}
	}
}
