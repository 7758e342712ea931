package settings

import (
	"slices"

	"omniconnector/rules"
)

// spellings are what calls may have of a parameter, ids and names alike, each with the first spelling of its thing; none when the
// platform does not tell. A document asks for the same parameter in a thousand conditions.
func (l *linter) spellings(of rules.Parameter) map[string]string {
	first, ok := l.spelt[of]
	if !ok {
		first = map[string]string{}
		for _, spellings := range l.centre.things(of) {
			for _, s := range spellings {
				first[s] = spellings[0]
			}
		}
		l.spelt[of] = first
	}
	return first
}

// oneSpelling writes every value of a filter as the first spelling of its thing, as far as the platform tells.
func (l *linter) oneSpelling(f rules.Filter) rules.Filter {
	for i, member := range f.Of {
		if i == 0 {
			f.Of = slices.Clone(f.Of)
		}
		f.Of[i] = l.oneSpelling(member)
	}
	if f.Parameter == "" {
		return f
	}
	first := l.spellings(f.Parameter)
	if len(first) == 0 {
		return f
	}
	f.Values = slices.Clone(f.Values)
	for i, v := range f.Values {
		if s, ok := first[v]; ok {
			f.Values[i] = s
		}
	}
	return f
}
