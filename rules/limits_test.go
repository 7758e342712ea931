package rules_test

import (
	"errors"
	"testing"

	"omniconnector/rules"
)

func TestLimitsThatAnEditorIsToldAreThoseOfCompile(t *testing.T) {
	t.Parallel()
	words := []rules.Word{{Parameter: "site", Kind: rules.List}}
	limits := rules.FilterLimits()
	leaf := rules.Filter{Parameter: "site", Mode: rules.Include, Values: []string{"1"}}
	nested := func(depth int) rules.Filter {
		f := leaf
		for range depth - 1 {
			f = rules.Filter{Of: []rules.Filter{f}}
		}
		return f
	}
	wide := func(n int) rules.Filter {
		f := rules.Filter{}
		for range n {
			f.Of = append(f.Of, leaf)
		}
		return f
	}
	valued := func(n int) rules.Filter {
		f := leaf
		f.Values = make([]string, n)
		for i := range f.Values {
			f.Values[i] = "1"
		}
		return f
	}
	for name, x := range map[string]struct {
		make func(n int) rules.Filter
		most int
		code string
	}{
		"levels": {nested, limits.Depth, "too_deep"}, "conditions": {wide, limits.Conditions, "too_many"}, "values": {valued, limits.Values, "too_many_values"},
	} {
		if _, err := rules.Compile(x.make(x.most), words); err != nil {
			t.Errorf("%s: %d: %v", name, x.most, err)
		}
		var invalid *rules.InvalidError
		if _, err := rules.Compile(x.make(x.most+1), words); !errors.As(err, &invalid) || invalid.Problems[0].Code != x.code {
			t.Errorf("%s: %d: %v, want %s", name, x.most+1, err, x.code)
		}
	}
}
