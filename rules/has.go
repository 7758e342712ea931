package rules

import (
	"reflect"
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
)

// hasFunction is the one function we add to the language: has(employee, "7", "8") is true when the parameter has at
// least one of the values.
const hasFunction = "has"

// declareHas is used as it stands by free expressions; in conditions spelt replaces the call with a faster one.
func declareHas() expr.Option {
	return expr.Function(hasFunction, func(args ...any) (any, error) {
		wanted := make([]string, 0, len(args)-1)
		for _, a := range args[1:] {
			wanted = append(wanted, a.(string))
		}
		switch had := args[0].(type) {
		case []string:
			return slices.ContainsFunc(had, func(s string) bool { return slices.Contains(wanted, s) }), nil
		default:
			return slices.Contains(wanted, had.(string)), nil
		}
	}, new(func([]string, ...string) bool), new(func(string, ...string) bool))
}

// known is the environment of conditions at run time: the subject's values, one list for each word of the vocabulary.
// Conditions are type-checked against named parameters and then bound to places in it, which spares a map's look-up.
type known [][]string

// spelt replaces has(parameter, "a", "b") by a call of a constant func(any) bool on the environment, which expr's VM
// runs without allocating, and remembers the values that expr read, so that the compiler can compare them with those
// written.
type spelt struct {
	words  []Word
	values []string
	calls  int
}

// Visit implements expr's visitor.
func (s *spelt) Visit(n *ast.Node) {
	call, ok := (*n).(*ast.CallNode)
	if !ok || len(call.Arguments) == 0 {
		return
	}
	name, ok := call.Arguments[0].(*ast.IdentifierNode)
	if !ok {
		return
	}
	place := slices.IndexFunc(s.words, func(w Word) bool { return string(w.Parameter) == name.Value })
	if place < 0 {
		return
	}
	s.calls++
	values := make([]string, 0, len(call.Arguments))
	for _, a := range call.Arguments[1:] {
		if text, ok := a.(*ast.StringNode); ok {
			values = append(values, text.Value)
		}
	}
	s.values = values
	test := &ast.ConstantNode{Value: oneOf(place, values)}
	test.SetType(reflect.TypeFor[func(any) bool]())
	ast.Patch(n, &ast.CallNode{Callee: test, Arguments: []ast.Node{&ast.IdentifierNode{Value: "$env"}}})
}

// same reports whether exactly one call with exactly these values was read, and forgets it.
func (s *spelt) same(values []string) bool {
	ok := s.calls == 1 && slices.Equal(s.values, values)
	s.calls, s.values = 0, nil
	return ok
}

// fewValues is where looking through a slice stops being faster than a map.
const fewValues = 8

// oneOf makes the test of a condition on the list at a place of the environment.
func oneOf(place int, values []string) func(env any) bool {
	if len(values) <= fewValues {
		return func(env any) bool {
			for _, v := range (*env.(*known))[place] {
				if slices.Contains(values, v) {
					return true
				}
			}
			return false
		}
	}
	wanted := make(map[string]struct{}, len(values))
	for _, v := range values {
		wanted[v] = struct{}{}
	}
	return func(env any) bool {
		for _, v := range (*env.(*known))[place] {
			if _, ok := wanted[v]; ok {
				return true
			}
		}
		return false
	}
}
