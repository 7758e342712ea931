package rules_test

import (
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/rules"
)

func TestT13TheFirstRuleWhoseFilterHoldsWins(t *testing.T) {
	t.Parallel()
	set, err := rules.CompileSet([]rules.Filter{
		include("site", "2"),
		and(include("site", "1"), include("employee", "7")),
		exclude("site", "1", "2"),
		or(include("virtual_number", "101"), include("site", "1")),
		{},
	}, words)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		subject rules.Subject
		pending []rules.Parameter
		want    rules.Choice
	}{
		"T13_an_earlier_rule_wins":        {rules.Subject{"site": {"1"}, "employee": {"7"}}, nil, rules.Choice{Index: 1, OK: true}},
		"T13_a_rule_without_anchor":       {rules.Subject{"virtual_number": {"101"}}, nil, rules.Choice{Index: 2, OK: true}},
		"T13_either_branch_of_an_or":      {rules.Subject{"site": {"1"}}, nil, rules.Choice{Index: 3, OK: true}},
		"T7_an_undecided_rule_stops_here": {rules.Subject{"site": {"1"}}, []rules.Parameter{"employee"}, rules.Choice{Index: 1, Undecided: true}},
		"T7_a_pending_anchor_is_found":    {rules.Subject{}, []rules.Parameter{"site"}, rules.Choice{Index: 0, Undecided: true}},
		"T7_pending_elsewhere_is_no_bar":  {rules.Subject{"site": {"2"}}, []rules.Parameter{"employee"}, rules.Choice{Index: 0, OK: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, set.Choose(c.subject, c.pending...)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestASetWithoutAWinnerSaysSo(t *testing.T) {
	t.Parallel()
	for _, filters := range [][]rules.Filter{nil, {include("site", "1")}} {
		set, err := rules.CompileSet(filters, words)
		if err != nil {
			t.Fatal(err)
		}
		if i, ok := set.First(rules.Subject{"site": {"3"}}); i != -1 || ok || set.Len() != len(filters) {
			t.Errorf("got %d, %v", i, ok)
		}
	}
}

func TestProblemsOfASetTellWhichRule(t *testing.T) {
	t.Parallel()
	_, err := rules.CompileSet([]rules.Filter{include("site"), {}, and(include("sit", "1"), free("tags"))}, words)
	wrong, ok := errors.AsType[*rules.InvalidError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, p := range wrong.Problems {
		got = append(got, p.Pointer+" "+p.Code)
	}
	want := []string{"/0/values no_values", "/2/of/0/parameter unknown_parameter", "/2/of/1/expression not_a_claim"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestASetOfMatchersCompiledApart(t *testing.T) {
	t.Parallel()
	set, err := rules.NewSet([]*rules.Matcher{compile(t, include("site", "1")), compile(t, free("seconds > 5"))})
	if err != nil {
		t.Fatal(err)
	}
	if i, ok := set.First(rules.Subject{"seconds": {"6"}}); i != 1 || !ok {
		t.Errorf("got %d, %v", i, ok)
	}
	if _, err := rules.NewSet([]*rules.Matcher{nil}); !errors.Is(err, rules.ErrNoMatcher) {
		t.Errorf("got %v", err)
	}
	other, err := rules.Compile(rules.Filter{}, words[:3])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rules.NewSet([]*rules.Matcher{compile(t, rules.Filter{}), other}); !errors.Is(err, rules.ErrOtherVocabulary) {
		t.Errorf("got %v", err)
	}
}

func TestSetsAndMatchersAreSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	var filters []rules.Filter
	for i := range 20 {
		filters = append(filters, and(include("site", strconv.Itoa(i)), free("seconds == "+strconv.Itoa(i)), exclude("tags", "x")))
	}
	set, err := rules.CompileSet(filters, words)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 200 {
				want := (i + worker) % 20
				s := rules.Subject{"site": {strconv.Itoa(want)}, "seconds": {strconv.Itoa(want)}}
				if got, ok := set.First(s); got != want || !ok {
					t.Errorf("first: got %d, %v, want %d", got, ok, want)
				}
				if got := set.Explain((want+1)%20, s); got.Passed {
					t.Errorf("explain: got %+v", got)
				}
			}
		})
	}
	wg.Wait()
}
