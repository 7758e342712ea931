package rules

import (
	"slices"
	"strconv"
	"strings"
)

// Answer is what a Reasoner says of a question about all subjects.
type Answer int

// The answers: Unknown means that the question was too large, or that free expressions decide it.
const (
	Unknown Answer = iota
	Yes
	No
)

// Reasoner answers questions about several filters for every subject there could be (S-3), by trying which of the values
// they name a subject has. Its work is bounded; it is not safe for concurrent use.
type Reasoner struct {
	roots  []reasoned
	facts  []fact
	spare  int // leaves that may still be looked at, of all questions
	left   int // of the question at hand
	states []truth
	single bool
	free   int // free expressions that were assumed to hold or not to hold
	unsure bool
}

// fact is something that a subject has or has not: one of some values that always stand together in the filters, or
// what a free expression wants.
type fact struct {
	parameter Parameter // empty for an expression
	only      bool      // a subject has one value of the parameter at most
}

// reasoned is a filter over facts.
type reasoned struct {
	shape   shape
	or      bool
	exclude bool
	facts   []int // of which a condition names at least one
	of      []reasoned
}

// The bounds of a question, and of all of them, in leaves looked at.
const (
	questionLeaves = 20_000
	allLeaves      = 2_000_000
)

// NewReasoner prepares filters that are right by themselves: Compile takes them.
func NewReasoner(filters []Filter, words []Word) *Reasoner {
	r := &Reasoner{spare: allLeaves}
	classes := classesOf(filters)
	index := map[key]int{} // of classes by a value, and of expressions
	for _, f := range filters {
		r.roots = append(r.roots, r.node(f, classes, index, words))
	}
	r.states = make([]truth, len(r.facts))
	for i := range r.states {
		r.states[i] = unknown
	}
	return r
}

// classesOf gives all values that are in the same conditions one name, because no filter can tell them apart.
func classesOf(filters []Filter) map[key]key {
	conditions := 0
	in := map[key]string{}
	for _, f := range filters {
		f.eachCondition(func(c Filter) {
			conditions++
			for _, v := range c.Values {
				k := key{c.Parameter, v}
				if mark := ";" + strconv.Itoa(conditions); !strings.HasSuffix(in[k], mark) {
					in[k] += mark
				}
			}
		})
	}
	first, classes := map[key]key{}, map[key]key{}
	for _, f := range filters {
		f.eachCondition(func(c Filter) {
			for _, v := range c.Values {
				k := key{c.Parameter, v}
				signature := key{c.Parameter, in[k]}
				if _, ok := first[signature]; !ok {
					first[signature] = k
				}
				classes[k] = first[signature]
			}
		})
	}
	return classes
}

func (f Filter) eachCondition(see func(Filter)) {
	if f.shape() == condition {
		see(f)
	}
	for _, member := range f.Of {
		member.eachCondition(see)
	}
}

func (r *Reasoner) node(f Filter, classes map[key]key, index map[key]int, words []Word) reasoned {
	n := reasoned{shape: f.shape(), or: f.Join == Or, exclude: f.Mode == Exclude}
	switch n.shape {
	case group:
		for _, member := range f.Of {
			n.of = append(n.of, r.node(member, classes, index, words))
		}
	case condition:
		word, _ := wordOf(words, f.Parameter)
		for _, v := range f.Values {
			at := r.fact(classes[key{f.Parameter, v}], index, fact{f.Parameter, word.Kind != List})
			if !slices.Contains(n.facts, at) {
				n.facts = append(n.facts, at)
			}
		}
	case expression:
		n.facts = []int{r.fact(key{value: f.Expression}, index, fact{})}
	}
	return n
}

func (r *Reasoner) fact(k key, index map[key]int, f fact) int {
	at, ok := index[k]
	if !ok {
		at = len(r.facts)
		index[k], r.facts = at, append(r.facts, f)
	}
	return at
}

// Question is about the filters by their numbers: is there a subject for which all of Hold hold and none of Fail does?
// With Single only subjects are looked at that have at most one value of each parameter, so that a Yes is about an
// ordinary subject; without it, No is about every subject.
type Question struct {
	Hold, Fail []int
	Single     bool
}

// Possible answers a question. A Yes and a No are certain.
func (r *Reasoner) Possible(q Question) Answer {
	if r.spare <= 0 {
		return Unknown
	}
	r.single, r.free, r.unsure = q.Single, 0, false
	r.left = min(questionLeaves, r.spare)
	before := r.left
	found := r.search(q)
	r.spare -= before - max(r.left, 0)
	switch {
	case found:
		return Yes
	case r.unsure || r.left < 0:
		return Unknown
	}
	return No
}

// search assumes one fact after the other until the answer no longer depends on the rest.
func (r *Reasoner) search(q Question) bool {
	t, at := r.holds(q)
	switch {
	case r.left < 0 || t == no:
		return false
	case t == yes:
		r.unsure = r.unsure || r.free > 0
		return r.free == 0
	}
	if r.facts[at].parameter == "" {
		r.free++
		defer func() { r.free-- }()
	}
	others := r.assume(at)
	found := r.search(q)
	for _, o := range others {
		r.states[o] = unknown
	}
	if !found {
		r.states[at] = no
		found = r.search(q)
	}
	r.states[at] = unknown
	return found
}

// assume takes a fact for true, and answers which others cannot be true with it.
func (r *Reasoner) assume(at int) (others []int) {
	r.states[at] = yes
	f := r.facts[at]
	if f.parameter == "" || !r.single && !f.only {
		return nil
	}
	r.left -= len(r.facts) / 4
	for i := range r.facts {
		if r.facts[i].parameter == f.parameter && r.states[i] == unknown {
			r.states[i] = no
			others = append(others, i)
		}
	}
	return others
}

// holds is Kleene's answer by what is assumed so far, and a fact that it depends on when it is unknown.
func (r *Reasoner) holds(q Question) (t truth, at int) {
	t, at = yes, -1
	see := func(n *reasoned, negate bool) bool {
		member, depends := r.truth(n)
		if negate {
			member = yes - member
		}
		if member == unknown {
			at = r.rather(at, depends)
		}
		t = min(t, member)
		return t != no && r.left >= 0
	}
	for _, i := range q.Hold {
		if !see(&r.roots[i], false) {
			return no, -1 // or the work is used up, which search sees
		}
	}
	for _, i := range q.Fail {
		if !see(&r.roots[i], true) {
			return no, -1
		}
	}
	return t, at
}

// rather chooses what to assume next: expressions last, because an answer that needs none of them is certain.
func (r *Reasoner) rather(at, other int) int {
	if at < 0 || r.facts[at].parameter == "" && r.facts[other].parameter != "" {
		return other
	}
	return at
}

func (r *Reasoner) truth(n *reasoned) (t truth, at int) {
	at = -1
	if n.shape == group {
		t = truthOf(!n.or || len(n.of) == 0)
		for i := range n.of {
			member, depends := r.truth(&n.of[i])
			if member == unknown {
				at = r.rather(at, depends)
			}
			if n.or {
				t = max(t, member)
			} else {
				t = min(t, member)
			}
			if n.or && t == yes || !n.or && t == no {
				return t, -1
			}
		}
		return t, at
	}
	r.left -= len(n.facts)
	for _, i := range n.facts {
		if r.states[i] == unknown && at < 0 {
			at = i
		}
		t = max(t, r.states[i])
	}
	if n.exclude {
		t = yes - t
	}
	return t, at
}
