package rules_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"omniconnector/rules"
)

// holds is the plain interpreter: T-7 word for word, knowing nothing of expr.
func holds(f rules.Filter, s rules.Subject) bool {
	switch {
	case f.Parameter != "":
		has := slices.ContainsFunc(s[f.Parameter], func(v string) bool { return slices.Contains(f.Values, v) })
		return has == (f.Mode == rules.Include)
	case len(f.Of) == 0:
		return true
	case f.Join == rules.Or:
		return slices.ContainsFunc(f.Of, func(f rules.Filter) bool { return holds(f, s) })
	default:
		return !slices.ContainsFunc(f.Of, func(f rules.Filter) bool { return !holds(f, s) })
	}
}

var (
	someParameter = rapid.SampledFrom([]rules.Parameter{"virtual_number", "employee", "group", "site"})
	someValue     = rapid.SampledFrom([]string{"1", "2", "3", `"`, `\`, `") or true or has(site, "`, "ключ", "\x00", "a\nb"})
	someValues    = rapid.SliceOfN(someValue, 1, 12)
	someMode      = rapid.SampledFrom([]rules.Mode{rules.Include, rules.Exclude})
	someSubject   = rapid.Custom(func(t *rapid.T) rules.Subject {
		return rapid.MapOf(someParameter, rapid.SliceOfN(someValue, 0, 3)).Draw(t, "subject")
	})
)

func someFilter(depth int) *rapid.Generator[rules.Filter] {
	return rapid.Custom(func(t *rapid.T) rules.Filter {
		if depth == 0 || rapid.IntRange(0, 2).Draw(t, "leaf") == 0 {
			return rules.Filter{Parameter: someParameter.Draw(t, "parameter"), Mode: someMode.Draw(t, "mode"), Values: someValues.Draw(t, "values")}
		}
		return rules.Filter{
			Join: rapid.SampledFrom([]rules.Join{rules.And, rules.Or, ""}).Draw(t, "join"),
			Of:   rapid.SliceOfN(someFilter(depth-1), 0, 3).Draw(t, "of"),
		}
	})
}

func TestCompiledFiltersAgreeWithThePlainInterpreter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := someFilter(3).Draw(t, "filter")
		m, err := rules.Compile(f, words)
		if err != nil {
			t.Fatalf("compile: %v", err)
		}
		for range 5 {
			s := someSubject.Draw(t, "subject")
			want := holds(f, s)
			if got := m.Match(s); got.Passed != want || got.Undecided {
				t.Fatalf("match %s: got %+v, want %v", m.Source(), got, want)
			}
			if got, _ := m.Passes(s); got != want {
				t.Fatalf("passes %s: got %v, want %v", m.Source(), got, want)
			}
		}
	})
}

func TestADecidedAnswerHoldsForEveryCompletion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := someFilter(3).Draw(t, "filter")
		m, err := rules.Compile(f, words)
		if err != nil {
			t.Fatalf("compile: %v", err)
		}
		known := someSubject.Draw(t, "known")
		pending := rapid.SliceOfDistinct(someParameter, func(p rules.Parameter) rules.Parameter { return p }).Draw(t, "pending")
		early := m.Match(known, pending...)
		if passed, undecided := m.Passes(known, pending...); passed != early.Passed || undecided != early.Undecided {
			t.Fatalf("passes says %v, %v; match says %v, %v", passed, undecided, early.Passed, early.Undecided)
		}
		if early.Passed && early.Undecided {
			t.Fatal("passed and undecided at once")
		}
		for range 5 {
			complete := rules.Subject{}
			maps.Copy(complete, known)
			later := someSubject.Draw(t, "later")
			for _, p := range pending {
				complete[p] = later[p]
			}
			if want := holds(f, complete); !early.Undecided && early.Passed != want {
				t.Fatalf("%s: decided %v early, came out %v with %v", m.Source(), early.Passed, want, complete)
			}
		}
	})
}

func TestTheVerdictOfAGroupFollowsFromItsMembers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := someFilter(3).Draw(t, "filter")
		m, err := rules.Compile(f, words)
		if err != nil {
			t.Fatalf("compile: %v", err)
		}
		s := someSubject.Draw(t, "subject")
		var walk func(f rules.Filter, c rules.Check)
		walk = func(f rules.Filter, c rules.Check) {
			if c.Passed != holds(f, s) || len(c.Of) != len(f.Of) {
				t.Fatalf("check %+v does not answer for %+v", c, f)
			}
			for i := range f.Of {
				walk(f.Of[i], c.Of[i])
			}
		}
		walk(f, m.Match(s).Root)
	})
}

func TestASetChoosesWhatALinearScanChooses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		filters := rapid.SliceOfN(someFilter(2), 0, 12).Draw(t, "filters")
		set, err := rules.CompileSet(filters, words)
		if err != nil {
			t.Fatalf("compile: %v", err)
		}
		s := someSubject.Draw(t, "subject")
		want := slices.IndexFunc(filters, func(f rules.Filter) bool { return holds(f, s) })
		if got, ok := set.First(s); got != want || ok != (want >= 0) {
			t.Fatalf("first: got %d, %v, want %d", got, ok, want)
		}
		pending := rapid.SliceOfDistinct(someParameter, func(p rules.Parameter) rules.Parameter { return p }).Draw(t, "pending")
		scan := rules.Choice{Index: -1}
		for i := range filters {
			if v := set.Explain(i, s, pending...); v.Passed || v.Undecided {
				scan = rules.Choice{Index: i, OK: v.Passed, Undecided: v.Undecided}
				break
			}
		}
		if diff := cmp.Diff(scan, set.Choose(s, pending...)); diff != "" {
			t.Fatalf("pending %v (-scan +set)\n%s", pending, diff)
		}
	})
}
