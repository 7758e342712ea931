package rpc

import (
	"encoding/json"
	"maps"
	"slices"
)

// Kind is the type of a parameter.
type Kind int

// The types of parameters. Any is not looked into.
const (
	Any Kind = iota
	Text
	Integer
	Flag
	List
	Object
)

// Param says what a parameter must be.
type Param struct {
	Name     string
	Kind     Kind
	Required bool
	Null     bool     // null is allowed: it clears a value
	Values   []string // the only texts allowed; of a List, for its items
	Members  []Param  // of an Object, or of the objects in a List
	Items    Kind     // of a List without Members
}

// Params are the parameters of a request; numbers are json.Number.
type Params map[string]any

// Has tells whether a parameter was given.
func (p Params) Has(name string) bool { _, there := p[name]; return there }

// Text is a parameter of kind Text, or "".
func (p Params) Text(name string) string { s, _ := p[name].(string); return s }

// Int is a parameter of kind Integer, or 0.
func (p Params) Int(name string) int64 {
	n, _ := p[name].(json.Number)
	i, _ := n.Int64()
	return i
}

// Flag is a parameter of kind Flag, or the value it has when left out.
func (p Params) Flag(name string, otherwise bool) bool {
	if b, ok := p[name].(bool); ok {
		return b
	}
	return otherwise
}

// Object is a parameter of kind Object, or one without members.
func (p Params) Object(name string) Params { m, _ := p[name].(map[string]any); return m }

// Objects are the items of a List of objects.
func (p Params) Objects(name string) []Params {
	list, _ := p[name].([]any)
	var all []Params
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

// check compares parameters with what they must be: names first, then types, then values.
func check(within string, want []Param, got Params) *Error {
	known := map[string]bool{}
	for _, w := range want {
		known[w.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if !known[name] {
			return Fail("unexpected_parameters", within+name, nil)
		}
	}
	for _, w := range want {
		if w.Required && !got.Has(w.Name) {
			return Fail("required_parameter_missed", within+w.Name, nil)
		}
	}
	for _, w := range want {
		value, given := got[w.Name]
		if !given || value == nil && w.Null {
			continue
		}
		if err := w.check(within+w.Name, value); err != nil {
			return err
		}
	}
	return nil
}

func (w Param) check(field string, value any) *Error {
	if !w.Kind.holds(value) {
		return Fail("data_type_error", field, written(value))
	}
	switch v := value.(type) {
	case string:
		if w.Values != nil && !slices.Contains(w.Values, v) {
			return Fail("invalid_parameter_value", field, v)
		}
	case map[string]any:
		if w.Kind == Object && w.Members != nil {
			return check(field+".", w.Members, v)
		}
	case []any:
		if w.Kind == List {
			return w.items(field, v)
		}
	}
	return nil
}

func (w Param) items(field string, list []any) *Error {
	one := Param{Kind: w.Items, Values: w.Values, Members: w.Members}
	if w.Members != nil {
		one.Kind = Object
	}
	for _, item := range list {
		if err := one.check(field, item); err != nil {
			return err
		}
	}
	return nil
}

func (k Kind) holds(value any) bool {
	switch k {
	case Any:
		return true
	case Text:
		_, ok := value.(string)
		return ok
	case Integer:
		n, ok := value.(json.Number)
		_, err := n.Int64()
		return ok && err == nil
	case Flag:
		_, ok := value.(bool)
		return ok
	case List:
		_, ok := value.([]any)
		return ok
	case Object:
		_, ok := value.(map[string]any)
		return ok
	default:
		return false
	}
}

// written is a value as it stood in the request.
func written(value any) any {
	if value == nil {
		return "null"
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return string(text)
}
