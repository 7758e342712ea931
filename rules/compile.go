package rules

import (
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// Matcher is one compiled filter; it is safe for concurrent use (T-7).
type Matcher struct {
	filter Filter
	words  []Word
	root   node
	crew   *crew
}

// node mirrors one Filter of the tree, compiled.
type node struct {
	filter  Filter // as written, without Of
	shape   shape
	or      bool
	of      []node
	word    Word
	source  string
	program *vm.Program
	uses    []Parameter // of a free expression
	seen    []Word      // the same, with their kinds
}

// Compile checks a filter against the vocabulary and compiles it; an *InvalidError carries all the problems at once, any
// other error means that the vocabulary itself is unusable (T-7, T-16).
func Compile(f Filter, words []Word) (*Matcher, error) {
	if err := checkWords(words); err != nil {
		return nil, err
	}
	words = slices.Clone(words)
	c := newCompiler(words)
	root, problems := c.tree(f, "")
	if len(problems) > 0 {
		return nil, invalid(problems...)
	}
	return &Matcher{filter: f, words: words, root: root, crew: newCrew(words, root)}, nil
}

// Filter is what the matcher was compiled from.
func (m *Matcher) Filter() Filter { return m.filter }

// Source is the whole filter as one readable expression, for the curious; conditions are run one by one.
func (m *Matcher) Source() string { return m.root.text() }

func (n *node) text() string {
	if n.shape != group {
		return n.source
	}
	if len(n.of) == 0 {
		return "true"
	}
	parts := make([]string, 0, len(n.of))
	for i := range n.of {
		part := n.of[i].text()
		if n.of[i].shape == expression || len(n.of[i].of) > 1 {
			part = "(" + part + ")"
		}
		parts = append(parts, part)
	}
	if n.or {
		return strings.Join(parts, " or ")
	}
	return strings.Join(parts, " and ")
}

// compiler turns filters of one vocabulary into nodes; equal conditions share one program.
type compiler struct {
	words    []Word
	options  []expr.Option // of conditions
	free     []expr.Option // of free expressions
	spelt    *spelt
	programs map[string]*vm.Program
}

func newCompiler(words []Word) *compiler {
	lists := make(map[string]any, len(words))
	for _, w := range words {
		lists[string(w.Parameter)] = []string(nil)
	}
	s := &spelt{words: words}
	return &compiler{
		words: words,
		spelt: s,
		options: []expr.Option{
			expr.Env(lists), expr.DisableAllBuiltins(), expr.MaxNodes(2*maxValues + 10), declareHas(), expr.Patch(s),
		},
		free:     freeOptions(words),
		programs: make(map[string]*vm.Program),
	}
}

// tree checks the whole filter first, so that the problems of shape and of expressions come back together.
func (c *compiler) tree(f Filter, at string) (node, []Problem) {
	check := checker{words: c.words}
	check.filter(f, at, 1)
	if check.crowded {
		return node{}, check.problems
	}
	root, problems := c.node(f, at, 1, len(check.problems) == 0)
	return root, append(check.problems, problems...)
}

// node compiles a filter whose shape may already have been found wrong; then only its free expressions are looked at.
func (c *compiler) node(f Filter, at string, depth int, sound bool) (node, []Problem) {
	n := node{filter: f, shape: f.shape(), or: f.Join == Or}
	n.filter.Of = nil
	var problems []Problem
	switch n.shape {
	case group:
		for i, member := range f.Of {
			if depth >= maxDepth {
				break
			}
			compiled, found := c.node(member, at+"/of/"+strconv.Itoa(i), depth+1, sound)
			n.of, problems = append(n.of, compiled), append(problems, found...)
		}
	case condition:
		if sound {
			problems = c.condition(&n, at)
		}
	case expression:
		problems = c.expression(&n, at+"/expression")
	}
	return n, problems
}

func (c *compiler) condition(n *node, at string) []Problem {
	n.word, _ = wordOf(c.words, n.filter.Parameter)
	n.source = conditionSource(n.filter)
	if program, ok := c.programs[n.source]; ok {
		n.program = program
		return nil
	}
	program, err := expr.Compile(n.source, c.options...)
	// What expr read back must be what the tenant wrote; otherwise a value has broken out of its quotes.
	if err != nil || !c.spelt.same(n.filter.Values) {
		return []Problem{problemOf(at+"/values", "value_not_text")}
	}
	n.program, c.programs[n.source] = program, program
	return nil
}

// conditionSource writes a condition as an expression: not has(employee, "7", "8").
func conditionSource(f Filter) string {
	var b strings.Builder
	if f.Mode == Exclude {
		b.WriteString("not ")
	}
	b.WriteString(hasFunction + "(" + string(f.Parameter))
	for _, value := range f.Values {
		b.WriteString(", " + strconv.Quote(value))
	}
	b.WriteString(")")
	return b.String()
}
