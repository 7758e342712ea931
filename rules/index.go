package rules

import "slices"

// index finds the rules that could hold for a subject. A rule is anchored when it needs the subject to have one of some
// values; it is filed under them. Rules without an anchor, those that only exclude or are free, are always candidates.
type index struct {
	loose  []int
	filed  []shelf
	common map[Parameter][]int // all rules anchored on a parameter: its candidates while the parameter is pending
}

// shelf holds the rules anchored on one parameter, by value; the numbers ascend.
type shelf struct {
	parameter Parameter
	rules     map[string][]int
}

// key is a value that a rule needs.
type key struct {
	parameter Parameter
	value     string
}

func newIndex(roots []node) index {
	often := make(map[key]int)
	for i := range roots {
		roots[i].each(func(n *node) {
			for _, k := range n.keys() {
				often[k]++
			}
		})
	}
	x := index{common: make(map[Parameter][]int)}
	for i := range roots {
		keys, ok := roots[i].anchor(often)
		if !ok {
			x.loose = append(x.loose, i)
			continue
		}
		for _, k := range keys {
			x.file(k, i)
		}
	}
	return x
}

func (x *index) file(k key, rule int) {
	at := slices.IndexFunc(x.filed, func(s shelf) bool { return s.parameter == k.parameter })
	if at < 0 {
		at = len(x.filed)
		x.filed = append(x.filed, shelf{k.parameter, make(map[string][]int)})
	}
	x.filed[at].rules[k.value] = once(x.filed[at].rules[k.value], rule)
	x.common[k.parameter] = once(x.common[k.parameter], rule)
}

// once appends a rule to an ascending list, unless it is the last there already.
func once(rules []int, rule int) []int {
	if len(rules) > 0 && rules[len(rules)-1] == rule {
		return rules
	}
	return append(rules, rule)
}

// keys are the values of an include condition.
func (n *node) keys() []key {
	if n.shape != condition || n.filter.Mode != Include {
		return nil
	}
	keys := make([]key, 0, len(n.filter.Values))
	for _, v := range n.filter.Values {
		keys = append(keys, key{n.filter.Parameter, v})
	}
	return keys
}

// anchor is a list of values of which the subject needs one for the node to hold. An AND takes the rarest of its
// members' anchors, so that a condition shared by all rules does not bring them all in; an OR needs all its members'.
func (n *node) anchor(often map[key]int) (keys []key, ok bool) {
	if n.shape != group {
		keys = n.keys()
		return keys, len(keys) > 0
	}
	if n.or {
		for i := range n.of {
			member, ok := n.of[i].anchor(often)
			if !ok {
				return nil, false
			}
			keys = append(keys, member...)
		}
		return keys, len(keys) > 0
	}
	best := 0
	for i := range n.of {
		member, found := n.of[i].anchor(often)
		if !found {
			continue
		}
		cost := 0
		for _, k := range member {
			cost += often[k]
		}
		if !ok || cost < best {
			keys, best, ok = member, cost, true
		}
	}
	return keys, ok
}

// candidates starts a merge over the lists of rules that could hold.
func (x *index) candidates(m *merge, s Subject, pending []Parameter) {
	m.lists, m.last = m.lists[:0], -1
	m.add(x.loose)
	for i := range x.filed {
		p := x.filed[i].parameter
		if len(pending) > 0 && slices.Contains(pending, p) {
			m.add(x.common[p])
			continue
		}
		for _, v := range s[p] {
			m.add(x.filed[i].rules[v])
		}
	}
}

// merge yields the numbers of several ascending lists in order, each once, and only as far as it is asked to: the first
// rule that holds ends the search.
type merge struct {
	lists [][]int
	last  int
}

func (m *merge) add(rules []int) {
	if len(rules) > 0 {
		m.lists = append(m.lists, rules)
	}
}

// next is the next number, or -1 at the end.
func (m *merge) next() int {
	best := -1
	for i := 0; i < len(m.lists); i++ {
		list := m.lists[i]
		for len(list) > 0 && list[0] <= m.last {
			list = list[1:]
		}
		m.lists[i] = list
		if len(list) > 0 && (best < 0 || list[0] < best) {
			best = list[0]
		}
	}
	if best >= 0 {
		m.last = best
	}
	return best
}
