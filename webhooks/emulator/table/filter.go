package table

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"omniconnector/webhooks/emulator/rpc"
)

// test tells whether a filter keeps a row.
type test func(Row) bool

// deepest is how far filters nest (contract uis §4).
const deepest = 3

// filter reads a simple filter or a tree of them.
func (s Schema) filter(p rpc.Params, depth int) (test, error) {
	if !p.Has("filters") && !p.Has("condition") {
		return s.simple(p)
	}
	list, ok := p["filters"].([]any)
	condition := p.Text("condition")
	switch {
	case depth > deepest:
		return nil, rpc.Fail("invalid_parameter_value", "filter", "deeper than 3")
	case !p.Has("filters"):
		return nil, rpc.Fail("required_parameter_missed", "filter.filters", nil)
	case !ok:
		return nil, rpc.Fail("data_type_error", "filter.filters", nil)
	case !p.Has("condition"):
		return nil, rpc.Fail("required_parameter_missed", "filter.condition", nil)
	case condition != "and" && condition != "or":
		return nil, rpc.Fail("invalid_parameter_value", "filter.condition", condition)
	}
	var all []test
	for _, item := range list {
		inner, ok := item.(map[string]any)
		if !ok {
			return nil, rpc.Fail("data_type_error", "filter.filters", nil)
		}
		one, err := s.filter(inner, depth+1)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return func(r Row) bool {
		holds := func(t test) bool { return t(r) }
		if condition == "or" {
			return slices.ContainsFunc(all, holds)
		}
		return !slices.ContainsFunc(all, func(t test) bool { return !holds(t) })
	}, nil
}

func (s Schema) simple(p rpc.Params) (test, error) {
	for _, name := range []string{"field", "operator"} {
		if !p.Has(name) {
			return nil, rpc.Fail("required_parameter_missed", "filter."+name, nil)
		}
	}
	f, known := s.field(p.Text("field"))
	if !known {
		return nil, rpc.Fail("filter_prohibited", "filter.field", p["field"])
	}
	operator := p.Text("operator")
	if !slices.Contains(operators[f.Kind], operator) {
		return nil, rpc.Fail("filter_prohibited", "filter.operator", p["operator"])
	}
	switch operator {
	case "is_null":
		return func(r Row) bool { return empty(r[f.Name]) }, nil
	case "is_not_null":
		return func(r Row) bool { return !empty(r[f.Name]) }, nil
	}
	value, given := p["value"]
	if !given {
		return nil, rpc.Fail("required_parameter_missed", "filter.value", nil)
	}
	return f.test(operator, value)
}

// operators are what the kinds of fields can be filtered with.
var operators = func() map[Kind][]string {
	same := []string{"=", "!=", "in", "not_in", "is_null", "is_not_null"}
	sorted := append([]string{"<", ">", "<=", ">="}, same...)
	return map[Kind][]string{
		Text:    append([]string{"like", "ilike", "not_like", "not_ilike", "regexp"}, sorted...),
		Integer: sorted,
		Flag:    same,
		List:    {"overlap", "not_overlap", "jsquery", "is_null", "is_not_null"},
		Nested:  {"jsquery", "is_null", "is_not_null"},
	}
}()

// test makes the test of one operator; as in SQL, no comparison holds for what is null.
func (f Field) test(operator string, value any) (test, error) {
	switch operator {
	case "in", "not_in":
		all, err := f.values(value)
		return f.scalar(func(v any) bool { return slices.Contains(all, v) == (operator == "in") }), err
	case "overlap", "not_overlap":
		all, err := f.values(value)
		return func(r Row) bool {
			list, _ := r[f.Name].([]string)
			return slices.ContainsFunc(list, func(s string) bool { return slices.Contains(all, any(s)) }) == (operator == "overlap")
		}, err
	case "like", "ilike", "not_like", "not_ilike":
		pattern, err := f.pattern(value, strings.HasSuffix(operator, "ilike"))
		return f.scalar(func(v any) bool { return pattern.MatchString(v.(string)) == !strings.HasPrefix(operator, "not_") }), err
	case "regexp":
		text, _ := value.(string)
		pattern, err := regexp.Compile(text)
		if err != nil {
			return nil, rpc.Fail("invalid_parameter_value", "filter.value", text)
		}
		return f.scalar(func(v any) bool { return pattern.MatchString(v.(string)) }), nil
	case "jsquery":
		return f.jsquery(value)
	}
	want, err := f.value(value)
	if err != nil {
		return nil, err
	}
	return f.scalar(func(v any) bool { return holds(operator, compare(v, want)) }), nil
}

func (f Field) scalar(keep func(any) bool) test {
	return func(r Row) bool { return r[f.Name] != nil && keep(r[f.Name]) }
}

// value is a filter's value as rows hold it.
func (f Field) value(value any) (any, error) {
	switch f.Kind {
	case Integer:
		if n, ok := number(value); ok {
			return n, nil
		}
	case Flag:
		if b, ok := value.(bool); ok {
			return b, nil
		}
	default:
		if s, ok := value.(string); ok {
			return s, nil
		}
	}
	return nil, rpc.Fail("data_type_error", "filter.value", value)
}

func (f Field) values(value any) ([]any, error) {
	list, ok := value.([]any)
	if !ok {
		return nil, rpc.Fail("data_type_error", "filter.value", value)
	}
	var all []any
	for _, item := range list {
		one, err := f.value(item)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// pattern is a LIKE pattern: % is any text, _ any letter.
func (f Field) pattern(value any, fold bool) (*regexp.Regexp, error) {
	text, ok := value.(string)
	if !ok {
		return nil, rpc.Fail("data_type_error", "filter.value", value)
	}
	var b strings.Builder
	b.WriteString("(?s")
	if fold {
		b.WriteString("i")
	}
	b.WriteString(")^")
	for _, r := range text {
		switch r {
		case '%':
			b.WriteString(".*")
		case '_':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return regexp.MustCompile(b.String() + "$"), nil
}

func holds(operator string, c int) bool {
	switch operator {
	case "=":
		return c == 0
	case "!=":
		return c != 0
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	default:
		return c >= 0
	}
}

// compare orders two scalars of the same field.
func compare(a, b any) int {
	switch x := a.(type) {
	case int64:
		y, _ := b.(int64)
		return cmp.Compare(x, y)
	case bool:
		y, _ := b.(bool)
		return cmp.Compare(rank(x), rank(y))
	case string:
		y, _ := b.(string)
		return cmp.Compare(x, y)
	default:
		return 0
	}
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}
