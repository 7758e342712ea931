package rules

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
	trail  []int // facts that cannot be true with those that are assumed
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
	b := reasoning{words: words, values: map[key]int{}, expressions: map[string]int{}}
	r := &Reasoner{spare: allLeaves}
	for _, f := range filters {
		r.roots = append(r.roots, b.node(f))
	}
	b.divide()
	for i := range r.roots {
		b.name(&r.roots[i])
	}
	r.facts = b.facts
	r.states = make([]truth, len(r.facts))
	for i := range r.states {
		r.states[i] = unknown
	}
	return r
}

// reasoning turns the values of filters into facts. Values that are in the same conditions are one fact, because no filter can tell
// them apart.
type reasoning struct {
	words       []Word
	values      map[key]int // by value, its number
	parameters  []fact      // by a value's number
	expressions map[string]int
	conditions  [][]int // the values that each condition names
	class       []int   // by a value's number, those with which it always stands
	classes     int
	facts       []fact
	named       []int // by class, its fact, counted from 1
	seen        []int // by fact, the last condition that names it, counted from 1
	next        int   // the condition that is named next
}

// node reads a filter; what its conditions name is filled in afterwards.
func (b *reasoning) node(f Filter) reasoned {
	n := reasoned{shape: f.shape(), or: f.Join == Or, exclude: f.Mode == Exclude}
	switch n.shape {
	case group:
		for _, member := range f.Of {
			n.of = append(n.of, b.node(member))
		}
	case condition:
		b.conditions = append(b.conditions, b.numbers(f))
	case expression:
		at, ok := b.expressions[f.Expression]
		if !ok {
			at = len(b.facts)
			b.expressions[f.Expression], b.facts = at, append(b.facts, fact{})
		}
		n.facts = []int{at}
	}
	return n
}

// numbers gives each value of a condition its number.
func (b *reasoning) numbers(f Filter) []int {
	word, _ := wordOf(b.words, f.Parameter)
	numbers := make([]int, 0, len(f.Values))
	for _, v := range f.Values {
		k := key{f.Parameter, v}
		n, ok := b.values[k]
		if !ok {
			n = len(b.parameters)
			b.values[k], b.parameters = n, append(b.parameters, fact{f.Parameter, word.Kind != List})
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// divide begins with all values in one class, and lets each condition take those that it names out of theirs.
func (b *reasoning) divide() {
	b.class, b.classes = make([]int, len(b.parameters)), 1
	for _, numbers := range b.conditions {
		taken, first := map[int]int{}, b.classes
		for _, n := range numbers {
			if b.class[n] >= first {
				continue // named twice
			}
			to, ok := taken[b.class[n]]
			if !ok {
				to = b.classes
				taken[b.class[n]] = to
				b.classes++
			}
			b.class[n] = to
		}
	}
	b.named = make([]int, b.classes)
}

// name fills in the facts of a filter's conditions, which come in the order in which they were read.
func (b *reasoning) name(n *reasoned) {
	for i := range n.of {
		b.name(&n.of[i])
	}
	if n.shape != condition {
		return
	}
	numbers := b.conditions[b.next]
	b.next++
	for _, number := range numbers {
		class := b.class[number]
		if b.named[class] == 0 {
			b.facts = append(b.facts, b.parameters[number])
			b.named[class] = len(b.facts)
		}
		at := b.named[class] - 1
		b.seen = append(b.seen, make([]int, len(b.facts)-len(b.seen))...)
		if b.seen[at] != b.next {
			b.seen[at], n.facts = b.next, append(n.facts, at)
		}
	}
}

// Question is about the filters by their numbers: is there a subject for which all of Hold hold and none of Fail does?
// With Single only subjects are looked at that have at most one value of each parameter, so that a Yes is about an
// ordinary subject; without it, No is about every subject.
type Question struct {
	Hold, Fail []int
	Single     bool
}

// Spent tells that no question is answered any more.
func (r *Reasoner) Spent() bool { return r.spare <= 0 }

// Possible answers a question. A Yes and a No are certain.
func (r *Reasoner) Possible(q Question) Answer {
	if r.Spent() {
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
	mark := r.assume(at)
	found := r.search(q)
	for _, other := range r.trail[mark:] {
		r.states[other] = unknown
	}
	r.trail = r.trail[:mark]
	if !found {
		r.states[at] = no
		found = r.search(q)
	}
	r.states[at] = unknown
	return found
}

// assume takes a fact for true, and answers from where on the trail holds the others that cannot be true with it.
func (r *Reasoner) assume(at int) (mark int) {
	mark = len(r.trail)
	r.states[at] = yes
	f := r.facts[at]
	if f.parameter == "" || !r.single && !f.only {
		return mark
	}
	r.left -= len(r.facts) / 4
	for i := range r.facts {
		if r.facts[i].parameter == f.parameter && r.states[i] == unknown {
			r.states[i] = no
			r.trail = append(r.trail, i)
		}
	}
	return mark
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
