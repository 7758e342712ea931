package rules

import (
	"regexp/syntax"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// maxPattern bounds the compiled size of all regular expressions of one source together: matching costs size times the
// text's length, and "(.?){1000}" is a short way to write a large one.
const maxPattern = 200

// guard walks a free expression before it is compiled and refuses what would make it expensive: expr has no time limit,
// so an expression that loops inside a loop holds a worker for a minute (style.md §3.6).
type guard struct {
	source    string
	words     []Word
	uses      []Parameter // set by finish
	problems  []Problem
	named     []*ast.IdentifierNode
	called    []*ast.IdentifierNode // those of named that are functions
	variables []string              // refused, but not to be called unknown parameters too
	pattern   int
}

func (g *guard) say(code string, n ast.Node) {
	g.problems = append(g.problems, mistakes[code].at(g.source, n.Location().From))
}

// Visit implements expr's visitor.
func (g *guard) Visit(n *ast.Node) {
	switch v := (*n).(type) {
	case *ast.IdentifierNode:
		g.named = append(g.named, v)
	case *ast.CallNode:
		g.call(v)
	case *ast.BuiltinNode:
		if !slices.Contains(allowed, v.Name) {
			g.problems = append(g.problems, forbiddenFunction(v.Name).at(g.source, v.Location().From))
		}
	case *ast.BinaryNode:
		g.binary(v)
	case *ast.PredicateNode:
		inner := &nested{}
		ast.Walk(&v.Node, inner)
		if inner.found {
			g.say("nested_loop", v)
		}
	case *ast.VariableDeclaratorNode:
		g.variables = append(g.variables, v.Name)
		g.say("variable", v)
	case *ast.SequenceNode:
		g.say("sequence", v)
	}
}

// finish judges the names, once it is known which of them are functions.
func (g *guard) finish() {
	for _, v := range g.named {
		p := Parameter(v.Value)
		switch {
		case slices.Contains(g.called, v) || slices.Contains(g.variables, v.Value):
			continue
		case v.Value == "$env":
			g.say("environment", v)
			continue
		case !slices.Contains(g.uses, p):
			g.uses = append(g.uses, p)
		}
		if _, ok := wordOf(g.words, p); !ok {
			g.problems = append(g.problems, mistake{
				"unknown_parameter", "В условии нет параметра " + quoted(v.Value), "There is no parameter " + quoted(v.Value),
			}.at(g.source, v.Location().From).suggest(closest(v.Value, namesOf(g.words))))
		}
	}
}

func (g *guard) call(v *ast.CallNode) {
	name, ok := v.Callee.(*ast.IdentifierNode)
	if !ok {
		g.say("not_a_function", v)
		return
	}
	g.called = append(g.called, name)
	if name.Value != hasFunction {
		g.problems = append(g.problems, mistake{
			"unknown_function", "Функции " + quoted(name.Value) + " нет", "There is no function " + quoted(name.Value),
		}.at(g.source, name.Location().From).suggest(closest(name.Value, Functions())))
	}
}

func (g *guard) binary(v *ast.BinaryNode) {
	switch v.Operator {
	case "..":
		g.say("range", v)
	case "matches":
		text, ok := v.Right.(*ast.StringNode)
		if !ok {
			g.say("pattern_not_written", v)
			return
		}
		size, err := patternSize(text.Value)
		if err != nil {
			g.say("pattern", v.Right)
			return
		}
		if g.pattern += size; g.pattern > maxPattern {
			g.say("pattern_too_large", v.Right)
		}
	}
}

func patternSize(pattern string) (int, error) {
	read, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0, err
	}
	program, err := syntax.Compile(read.Simplify())
	if err != nil {
		return 0, err
	}
	return len(program.Inst), nil
}

// nested looks for a loop; it is started inside another one.
type nested struct{ found bool }

// Visit implements expr's visitor.
func (s *nested) Visit(n *ast.Node) {
	if _, ok := (*n).(*ast.PredicateNode); ok {
		s.found = true
	}
}
