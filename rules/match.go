package rules

import (
	"slices"
)

// Subject is what a filter is matched against: the values that the communication has. A missing key and an empty list
// both mean that it does not have the parameter (T-7).
type Subject map[Parameter][]string

// Verdict is a filter's answer with its reasons (T-7).
type Verdict struct {
	Passed bool `json:"passed"`
	// Undecided means that the answer may still change when the pending parameters become known; Passed is then false.
	Undecided bool  `json:"undecided,omitempty"`
	Root      Check `json:"root"`
}

// Check is one node of the filter with its own answer; every condition is evaluated, also those that could not change
// the result any more (T-7).
type Check struct {
	Passed     bool      `json:"passed"`
	Undecided  bool      `json:"undecided,omitempty"`
	Name       string    `json:"name,omitempty"`
	Join       Join      `json:"join,omitempty"` // set for groups only
	Of         []Check   `json:"of,omitempty"`
	Parameter  Parameter `json:"parameter,omitempty"`
	LabelRU    string    `json:"label_ru,omitempty"`
	LabelEN    string    `json:"label_en,omitempty"`
	Mode       Mode      `json:"mode,omitempty"`
	Values     []string  `json:"values,omitempty"`
	Had        []string  `json:"had,omitempty"` // what the subject had, at most 50
	Expression string    `json:"expression,omitempty"`
	// Err is the code of what went wrong while a free expression ran; such a check has not passed.
	Err string `json:"err,omitempty"`
}

// Match answers for a subject and explains. Parameters that are not known yet, as opposed to absent for good, are named
// as pending: conditions on them are undecided, and groups follow three-valued logic (T-7).
func (m *Matcher) Match(s Subject, pending ...Parameter) Verdict {
	r := m.crew.take(s, pending)
	defer m.crew.give(r)
	root := r.explain(&m.root)
	return Verdict{Passed: root.Passed, Undecided: root.Undecided, Root: root}
}

// Passes is Match without the explanation, for where only the answer counts; it stops at the first condition that
// settles it (T-7).
func (m *Matcher) Passes(s Subject, pending ...Parameter) (passed, undecided bool) {
	r := m.crew.take(s, pending)
	defer m.crew.give(r)
	t := r.decide(&m.root)
	return t == yes, t == unknown
}

// truth is Kleene's: no < unknown < yes, so that AND is the least of its members and OR the greatest.
type truth int

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// decide walks the tree and stops as soon as a group is settled.
func (r *runner) decide(n *node) truth {
	if n.shape != group {
		t, _ := r.leaf(n)
		return t
	}
	t := neutral(n)
	for i := range n.of {
		if n.or {
			t = max(t, r.decide(&n.of[i]))
		} else {
			t = min(t, r.decide(&n.of[i]))
		}
		if n.or && t == yes || !n.or && t == no {
			break
		}
	}
	return t
}

// neutral is what a group starts from; a group without conditions is true whatever joins it (T-7).
func neutral(n *node) truth {
	return truthOf(!n.or || len(n.of) == 0)
}

// explain walks the whole tree, also the members that decide would have skipped.
func (r *runner) explain(n *node) Check {
	f := &n.filter
	c := Check{Name: f.Name}
	var t truth
	switch n.shape {
	case condition:
		c.Parameter, c.Mode, c.Values = f.Parameter, f.Mode, f.Values
		c.LabelRU, c.LabelEN = n.word.LabelRU, n.word.LabelEN
		had := r.subject[f.Parameter]
		c.Had = slices.Clone(had[:min(len(had), maxListed)])
		t, c.Err = r.leaf(n)
	case expression:
		c.Expression = f.Expression
		t, c.Err = r.leaf(n)
	case group:
		c.Join, t = And, neutral(n)
		if n.or {
			c.Join = Or
		}
		for i := range n.of {
			member := r.explain(&n.of[i])
			c.Of = append(c.Of, member)
			if n.or {
				t = max(t, member.truth())
			} else {
				t = min(t, member.truth())
			}
		}
	}
	c.Passed, c.Undecided = t == yes, t == unknown
	return c
}

func (c *Check) truth() truth {
	if c.Undecided {
		return unknown
	}
	return truthOf(c.Passed)
}
