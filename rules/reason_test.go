package rules_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"omniconnector/rules"
)

// few is a vocabulary small enough to try every subject.
var few = []rules.Word{
	{Parameter: "number", Kind: rules.Text}, {Parameter: "campaign", Kind: rules.List}, {Parameter: "source", Kind: rules.List},
}

// everySubject lists all that differ in the values 1 and 2 and in something else; with single, no parameter has two.
func everySubject(single bool) []rules.Subject {
	one := [][]string{nil, {"1"}, {"2"}, {"else"}}
	many := one
	if !single {
		many = slices.Concat(one, [][]string{{"1", "2"}, {"1", "else"}, {"2", "else"}, {"1", "2", "else"}})
	}
	var all []rules.Subject
	for _, n := range one {
		for _, c := range many {
			for _, s := range many {
				all = append(all, rules.Subject{"number": n, "campaign": c, "source": s})
			}
		}
	}
	return all
}

func fewFilter(depth int) *rapid.Generator[rules.Filter] {
	return rapid.Custom(func(t *rapid.T) rules.Filter {
		if depth == 0 || rapid.IntRange(0, 2).Draw(t, "leaf") == 0 {
			return rules.Filter{
				Parameter: few[rapid.IntRange(0, len(few)-1).Draw(t, "parameter")].Parameter, Mode: someMode.Draw(t, "mode"),
				Values: rapid.SliceOfN(rapid.SampledFrom([]string{"1", "2"}), 1, 3).Draw(t, "values"),
			}
		}
		return rules.Filter{
			Join: rapid.SampledFrom([]rules.Join{rules.And, rules.Or, ""}).Draw(t, "join"),
			Of:   rapid.SliceOfN(fewFilter(depth-1), 0, 3).Draw(t, "of"),
		}
	})
}

// The property: the reasoner says what trying every subject says, and is never unsure of something so small.
func TestReasonerAgreesWithTryingEverySubject(t *testing.T) {
	t.Parallel()
	subjects := map[bool][]rules.Subject{true: everySubject(true), false: everySubject(false)}
	rapid.Check(t, func(t *rapid.T) {
		filters := rapid.SliceOfN(fewFilter(2), 1, 4).Draw(t, "filters")
		r := rules.NewReasoner(filters, few)
		for range 6 {
			q := rules.Question{Single: rapid.Bool().Draw(t, "single")}
			for i := range filters {
				switch rapid.IntRange(0, 2).Draw(t, "side") {
				case 0:
					q.Hold = append(q.Hold, i)
				case 1:
					q.Fail = append(q.Fail, i)
				}
			}
			want := rules.No
			if slices.ContainsFunc(subjects[q.Single], func(s rules.Subject) bool { return answers(filters, q, s) }) {
				want = rules.Yes
			}
			if got := r.Possible(q); got != want {
				t.Fatalf("%+v: %d, want %d", q, got, want)
			}
		}
	})
}

// answers tells whether a subject is one that is asked for.
func answers(filters []rules.Filter, q rules.Question, s rules.Subject) bool {
	for _, i := range q.Hold {
		if !holds(filters[i], s) {
			return false
		}
	}
	return !slices.ContainsFunc(q.Fail, func(i int) bool { return holds(filters[i], s) })
}

func TestReasonerKnowsOfExpressionsOnlyThatEqualOnesAgree(t *testing.T) {
	t.Parallel()
	long := rules.Filter{Expression: `len(campaign) > 1`}
	filters := []rules.Filter{
		long,
		long,
		{Expression: `len(source) > 1`},
		{Join: rules.Or, Of: []rules.Filter{long, {Parameter: "number", Mode: rules.Include, Values: []string{"1"}}}},
	}
	r := rules.NewReasoner(filters, few)
	for _, c := range []struct {
		q    rules.Question
		want rules.Answer
	}{
		{rules.Question{Hold: []int{0}}, rules.Unknown},
		{rules.Question{Hold: []int{0}, Fail: []int{1}}, rules.No},
		{rules.Question{Hold: []int{0, 2}}, rules.Unknown},
		{rules.Question{Hold: []int{3}}, rules.Yes},
		{rules.Question{Hold: []int{0}, Fail: []int{3}}, rules.No},
	} {
		if got := r.Possible(c.q); got != c.want {
			t.Errorf("%+v: %d, want %d", c.q, got, c.want)
		}
	}
}

// A question whose answer needs more work than is allowed is left open, and the next one is answered all the same.
func TestReasonerGivesUpInTime(t *testing.T) {
	t.Parallel()
	// Pigeons: each of 12 in one of 11 holes, no two in the same; this has no short refutation.
	const holes = 11
	at := func(pigeon, hole int) string { return fmt.Sprintf("%d/%d", pigeon, hole) }
	var all []rules.Filter
	for p := range holes + 1 {
		home := rules.Filter{Parameter: "campaign", Mode: rules.Include}
		for h := range holes {
			home.Values = append(home.Values, at(p, h))
			for other := range p {
				all = append(all, rules.Filter{Join: rules.Or, Of: []rules.Filter{
					{Parameter: "campaign", Mode: rules.Exclude, Values: []string{at(p, h)}},
					{Parameter: "campaign", Mode: rules.Exclude, Values: []string{at(other, h)}},
				}})
			}
		}
		all = append(all, home)
	}
	r := rules.NewReasoner([]rules.Filter{{Of: all}, {Parameter: "number", Mode: rules.Include, Values: []string{"1"}}}, few)
	if got := r.Possible(rules.Question{Hold: []int{0}}); got != rules.Unknown {
		t.Errorf("the pigeons: %d, want unknown", got)
	}
	if got := r.Possible(rules.Question{Hold: []int{1}}); got != rules.Yes {
		t.Errorf("the next question: %d, want yes", got)
	}
	many := make([]rules.Filter, 0, 1000)
	for i := range cap(many) {
		many = append(many, rules.Filter{Parameter: "campaign", Mode: rules.Include, Values: []string{strconv.Itoa(i)}})
	}
	r = rules.NewReasoner(many, few)
	if got := r.Possible(rules.Question{Hold: []int{999}, Fail: []int{0, 1, 2}, Single: true}); got != rules.Yes {
		t.Errorf("one of a thousand: %d, want yes", got)
	}
}
