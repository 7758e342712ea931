package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
)

// Parameter names what a condition looks at, for example "virtual_number" (T-7).
type Parameter string

// Mode says whether a condition wants its values or refuses them (T-7).
type Mode string

// The two modes of a condition (T-7).
const (
	Include Mode = "include"
	Exclude Mode = "exclude"
)

// Join says how the members of a group are combined (T-7).
type Join string

// The two joins of a group; an absent join means And (T-7).
const (
	And Join = "and"
	Or  Join = "or"
)

// Filter is a tree as the tenant writes it: a group (Join and Of), a condition (Parameter, Mode, Values) or a free
// Expression. The zero Filter is an empty group, which is always true (T-7).
type Filter struct {
	Name       string    `json:"name,omitempty"`
	Join       Join      `json:"join,omitempty"`
	Of         []Filter  `json:"of,omitempty"`
	Parameter  Parameter `json:"parameter,omitempty"`
	Mode       Mode      `json:"mode,omitempty"`
	Values     []string  `json:"values,omitempty"`
	Expression string    `json:"expression,omitempty"`
}

// shape is what a node of the tree turns out to be.
type shape int

const (
	group shape = iota
	condition
	expression
)

func (f Filter) shape() shape {
	switch {
	case f.Expression != "":
		return expression
	case f.Parameter != "" || f.Mode != "" || len(f.Values) > 0:
		return condition
	default:
		return group
	}
}

// Empty reports whether the filter has no conditions at all, so that everything passes (T-7).
func (f Filter) Empty() bool {
	if f.shape() != group {
		return false
	}
	for _, member := range f.Of {
		if !member.Empty() {
			return false
		}
	}
	return true
}

// Uses lists the parameters the filter names, in the order of their first appearance; T-7 and T-10 ask it whether an
// employee, a chosen group or a last operation is among them.
func (f Filter) Uses() []Parameter {
	var used []Parameter
	f.eachUse(func(p Parameter) {
		if !slices.Contains(used, p) {
			used = append(used, p)
		}
	})
	return used
}

func (f Filter) eachUse(see func(Parameter)) {
	switch f.shape() {
	case condition:
		see(f.Parameter)
	case expression:
		for _, name := range namesIn(f.Expression) {
			see(name)
		}
	case group:
		for _, member := range f.Of {
			member.eachUse(see)
		}
	}
}

const maxFilterBytes = 4 << 20 // maxConditions conditions of maxValues short values would be refused anyway

// ParseFilter reads one filter from JSON and refuses fields it does not know, so that a misspelt "valeus" is not
// taken for a filter without values (T-16).
func ParseFilter(data []byte) (Filter, error) {
	if len(data) > maxFilterBytes {
		return Filter{}, invalid(problemOf("", "filter_too_long"))
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var f Filter
	if err := decoder.Decode(&f); err != nil {
		return Filter{}, invalid(problemOf("", "filter_unreadable"))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Filter{}, invalid(problemOf("", "filter_unreadable"))
	}
	return f, nil
}
