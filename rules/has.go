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

// spelt replaces has(parameter, "a", "b") by a call of a constant func(any) bool, which expr's VM runs without
// allocating, and remembers the values that expr read, so that the compiler can compare them with those written.
type spelt struct {
	values []string
	calls  int
}

// Visit implements expr's visitor.
func (s *spelt) Visit(n *ast.Node) {
	call, ok := (*n).(*ast.CallNode)
	if !ok {
		return
	}
	if name, ok := call.Callee.(*ast.IdentifierNode); !ok || name.Value != hasFunction {
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
	test := &ast.ConstantNode{Value: oneOf(values)}
	test.SetType(reflect.TypeFor[func(any) bool]())
	ast.Patch(n, &ast.CallNode{Callee: test, Arguments: call.Arguments[:1]})
}

// same reports whether exactly one call with exactly these values was read, and forgets it.
func (s *spelt) same(values []string) bool {
	ok := s.calls == 1 && slices.Equal(s.values, values)
	s.calls, s.values = 0, nil
	return ok
}

// fewValues is where looking through a slice stops being faster than a map.
const fewValues = 8

// oneOf makes the test of a condition; had is what a runner put into the environment.
func oneOf(values []string) func(had any) bool {
	if len(values) <= fewValues {
		return func(had any) bool {
			for _, v := range *had.(*[]string) {
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
	return func(had any) bool {
		for _, v := range *had.(*[]string) {
			if _, ok := wanted[v]; ok {
				return true
			}
		}
		return false
	}
}
