package rules

import (
	"fmt"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

const (
	maxExpressionBytes = 2000
	maxExpressionNodes = 200
)

// allowed are the built-in functions of free expressions. It is a list of what may be used and not of what may not,
// because expr gains functions: the clock (now), random access to time zones, and whatever lets a short text grow
// exponentially (map, reduce, repeat, replace, let) stay out without our noticing them.
var allowed = []string{
	"all", "any", "none", "one", "count", "filter", "find", "len", "first", "last",
	"abs", "ceil", "floor", "round", "int", "float", "min", "max", "sum",
	"trim", "trimPrefix", "trimSuffix", "upper", "lower", "hasPrefix", "hasSuffix", "indexOf", "lastIndexOf",
}

// Functions lists what a free expression may call, for the editor's completion and the manual.
func Functions() []string { return append([]string{hasFunction}, allowed...) }

func freeOptions(words []Word) []expr.Option {
	env := make(map[string]any, len(words))
	for _, w := range words {
		switch w.Kind {
		case Number:
			env[string(w.Parameter)] = 0
		case List:
			env[string(w.Parameter)] = []string(nil)
		case Text:
			env[string(w.Parameter)] = ""
		}
	}
	options := []expr.Option{
		expr.Env(env), expr.AsBool(), expr.WarnOnAny(), expr.MaxNodes(maxExpressionNodes), declareHas(),
		expr.DisableAllBuiltins(),
	}
	for _, name := range allowed {
		options = append(options, expr.EnableBuiltin(name))
	}
	return options
}

// expression compiles a free expression: first what our own guards refuse, all of it, then what expr's types refuse.
func (c *compiler) expression(n *node, at string) []Problem {
	source := n.filter.Expression
	n.source = source
	if len(source) > maxExpressionBytes {
		return []Problem{mistakes["too_long"].at(source, 0).Under(at)}
	}
	tree, err := parse(source)
	if err != nil {
		return []Problem{explained(source, err).Under(at)}
	}
	g := guard{source: source, words: c.words}
	ast.Walk(&tree.Node, &g)
	g.finish()
	if len(g.problems) == 0 {
		n.program, err = safely(func() (*vm.Program, error) { return expr.Compile(source, c.free...) })
		if err != nil {
			g.problems = append(g.problems, explained(source, err))
		}
	}
	for i := range g.problems {
		g.problems[i] = g.problems[i].Under(at)
	}
	n.uses = g.uses
	for _, p := range g.uses {
		if word, ok := wordOf(c.words, p); ok {
			n.seen = append(n.seen, word)
		}
	}
	return g.problems
}

// parse reads a source with all of expr's functions known, so that a forbidden one is called forbidden and not unknown.
func parse(source string) (*parser.Tree, error) {
	return safely(func() (*parser.Tree, error) { return parser.Parse(source) })
}

// safely turns a panic into an error: the source comes from outside, and expr has panicked on odd ones before.
func safely[T any](do func() (T, error)) (result T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("expr panicked: %v", r)
		}
	}()
	return do()
}

// namesIn lists the parameters that a free expression names; one that cannot be read names none.
func namesIn(source string) []Parameter {
	if len(source) > maxExpressionBytes {
		return nil
	}
	tree, err := parse(source)
	if err != nil {
		return nil
	}
	g := guard{source: source}
	ast.Walk(&tree.Node, &g)
	g.finish()
	return g.uses
}
