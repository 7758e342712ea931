package rules

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/expr-lang/expr/vm"
)

const (
	maxListed   = 50     // how many values of a list a free expression and an explanation see
	maxSeen     = 500    // how many bytes of a value a free expression sees
	memoryLimit = 50_000 // what one free expression may allocate, in expr's units
)

// runner is what one goroutine needs to evaluate conditions; building it costs more than using it, so a crew keeps them.
type runner struct {
	machine vm.VM
	subject Subject
	pending []Parameter
	known   known
	places  []place // those of known that the filters use
	// free is what free expressions see: typed, and bounded. It is filled when the first one runs.
	free    map[string]any
	filled  bool
	unread  map[Parameter]bool // numbers that are no numbers
	failed  bool               // a free expression failed since the flag was last cleared
	freedom []Word
	merge   merge // of a Set's candidates
}

type place struct {
	parameter Parameter
	at        int
}

// crew lends runners to concurrent matches.
type crew struct {
	pool sync.Pool
}

// newCrew makes runners that know the parameters of all the given trees, which share a vocabulary.
func newCrew(words []Word, roots ...node) *crew {
	var places []place
	var free []Word
	for i := range roots {
		roots[i].each(func(n *node) {
			if n.shape == condition {
				p := place{n.filter.Parameter, slices.Index(words, n.word)}
				if !slices.Contains(places, p) {
					places = append(places, p)
				}
			}
			for _, w := range n.seen {
				if !slices.Contains(free, w) {
					free = append(free, w)
				}
			}
		})
	}
	c := &crew{}
	c.pool.New = func() any {
		r := &runner{known: make(known, len(words)), places: places, freedom: free}
		r.machine.MemoryBudget = memoryLimit
		return r
	}
	return c
}

// each visits the leaves.
func (n *node) each(visit func(*node)) {
	if n.shape != group {
		visit(n)
	}
	for i := range n.of {
		n.of[i].each(visit)
	}
}

func (c *crew) take(s Subject, pending []Parameter) *runner {
	r := c.pool.Get().(*runner)
	r.subject, r.pending, r.filled, r.failed = s, pending, false, false
	for _, p := range r.places {
		r.known[p.at] = s[p.parameter]
	}
	return r
}

// give takes a runner back without the customer's data, which must not outlive the match.
func (c *crew) give(r *runner) {
	clear(r.known)
	r.subject, r.pending, r.unread = nil, nil, nil
	clear(r.free)
	c.pool.Put(r)
}

func (r *runner) isPending(p Parameter) bool {
	return len(r.pending) > 0 && slices.Contains(r.pending, p)
}

// leaf answers for one condition or free expression; a failure is no, and named.
func (r *runner) leaf(n *node) (truth, string) {
	if n.shape == condition {
		if r.isPending(n.filter.Parameter) {
			return unknown, ""
		}
		return r.run(n.program, &r.known)
	}
	if slices.ContainsFunc(n.uses, r.isPending) {
		return unknown, ""
	}
	r.fill()
	for _, p := range n.uses {
		if r.unread[p] {
			r.failed = true
			return no, "not_a_number"
		}
	}
	return r.run(n.program, r.free)
}

func (r *runner) run(program *vm.Program, env any) (truth, string) {
	result, err := r.machine.Run(program, env)
	if err != nil {
		r.failed = true
		return no, failureOf(err)
	}
	passed, ok := result.(bool)
	if !ok {
		r.failed = true
		return no, "wrong_value"
	}
	return truthOf(passed), ""
}

// fill types and bounds the values for free expressions. An absent text is "", an absent number 0, an absent list empty:
// T-7 speaks of conditions only, so this page decides for expressions.
func (r *runner) fill() {
	if r.filled {
		return
	}
	r.filled = true
	if r.free == nil {
		r.free = make(map[string]any, len(r.freedom))
	}
	for _, w := range r.freedom {
		values := r.subject[w.Parameter]
		switch w.Kind {
		case List:
			seen := make([]string, 0, min(len(values), maxListed))
			for _, v := range values[:min(len(values), maxListed)] {
				seen = append(seen, cut(v))
			}
			r.free[string(w.Parameter)] = seen
		case Number:
			r.free[string(w.Parameter)] = r.number(w.Parameter, values)
		case Text:
			text := ""
			if len(values) > 0 {
				text = cut(values[0])
			}
			r.free[string(w.Parameter)] = text
		}
	}
}

func (r *runner) number(p Parameter, values []string) int {
	if len(values) == 0 || values[0] == "" {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(values[0]))
	if err != nil {
		if r.unread == nil {
			r.unread = make(map[Parameter]bool)
		}
		r.unread[p] = true
	}
	return n
}

func cut(s string) string {
	if len(s) <= maxSeen {
		return s
	}
	return strings.ToValidUTF8(s[:maxSeen], "")
}

// failureOf names what expr met at run time; its own words would show Go's types.
func failureOf(err error) string {
	message := err.Error()
	for _, f := range []struct{ part, code string }{
		{"divide by zero", "division_by_zero"},
		{"modulo", "division_by_zero"},
		{"index out of range", "out_of_range"},
		{"out of range", "out_of_range"},
		{"memory budget", "too_much_memory"},
	} {
		if strings.Contains(message, f.part) {
			return f.code
		}
	}
	return "wrong_value"
}
