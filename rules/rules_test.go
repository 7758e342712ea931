package rules_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/rules"
)

// words is the vocabulary of the tests: the incoming parameters of T-7 and three of other kinds.
var words = []rules.Word{
	{Parameter: "virtual_number", Kind: rules.Text, LabelRU: "Виртуальный номер", LabelEN: "Virtual number", Example: "74950000101"},
	{Parameter: "last_operation", Kind: rules.Text, LabelRU: "Последняя операция сценария", LabelEN: "Last scenario operation", Late: true},
	{Parameter: "scenario", Kind: rules.Text, LabelRU: "Сценарий ВАТС", LabelEN: "Scenario"},
	{Parameter: "group", Kind: rules.Text, LabelRU: "Выбранная посетителем группа", LabelEN: "Group chosen by the visitor", Late: true},
	{Parameter: "employee", Kind: rules.List, LabelRU: "Сотрудник", LabelEN: "Employee", Late: true},
	{Parameter: "campaign", Kind: rules.Text, LabelRU: "Рекламная кампания", LabelEN: "Campaign"},
	{Parameter: "first_campaign", Kind: rules.Text, LabelRU: "Первая рекламная кампания", LabelEN: "First campaign"},
	{Parameter: "site", Kind: rules.Text, LabelRU: "Сайт", LabelEN: "Site"},
	{Parameter: "source", Kind: rules.Text, LabelRU: "Источник", LabelEN: "Source"},
	{Parameter: "direction", Kind: rules.Text, LabelRU: "Направление", LabelEN: "Direction"},
	{Parameter: "seconds", Kind: rules.Number, LabelRU: "Длительность", LabelEN: "Duration"},
	{Parameter: "tags", Kind: rules.List, LabelRU: "Теги", LabelEN: "Tags"},
}

func include(p rules.Parameter, values ...string) rules.Filter {
	return rules.Filter{Parameter: p, Mode: rules.Include, Values: values}
}

func exclude(p rules.Parameter, values ...string) rules.Filter {
	return rules.Filter{Parameter: p, Mode: rules.Exclude, Values: values}
}

func and(of ...rules.Filter) rules.Filter { return rules.Filter{Join: rules.And, Of: of} }

func or(of ...rules.Filter) rules.Filter { return rules.Filter{Join: rules.Or, Of: of} }

func free(source string) rules.Filter { return rules.Filter{Expression: source} }

func compile(tb testing.TB, f rules.Filter) *rules.Matcher {
	tb.Helper()
	m, err := rules.Compile(f, words)
	if err != nil {
		tb.Fatalf("compile %+v: %v", f, err)
	}
	return m
}

func problems(tb testing.TB, f rules.Filter) []rules.Problem {
	tb.Helper()
	_, err := rules.Compile(f, words)
	if err == nil {
		return nil
	}
	wrong, ok := errors.AsType[*rules.InvalidError](err)
	if !ok {
		tb.Fatalf("got %v, want an InvalidError", err)
	}
	return wrong.Problems
}

func TestT7Semantics(t *testing.T) {
	t.Parallel()
	one := rules.Subject{"virtual_number": {"101"}, "employee": {"7", "8"}, "group": {}}
	for name, c := range map[string]struct {
		filter rules.Filter
		want   bool
	}{
		"T7_a_filter_without_conditions_passes_everything":   {rules.Filter{}, true},
		"T7_include_holds_when_the_value_is_there":           {include("virtual_number", "101"), true},
		"T7_include_holds_for_at_least_one_of_its_values":    {include("virtual_number", "100", "101"), true},
		"T7_include_holds_for_any_of_several_had":            {include("employee", "8"), true},
		"T7_include_fails_for_other_values":                  {include("virtual_number", "102"), false},
		"T7_include_of_an_absent_parameter_is_false":         {include("site", "1"), false},
		"T7_include_of_an_empty_parameter_is_false":          {include("group", "1"), false},
		"T7_exclude_holds_when_none_of_the_values_is_there":  {exclude("virtual_number", "102", "103"), true},
		"T7_exclude_fails_when_one_of_the_values_is_there":   {exclude("employee", "1", "8"), false},
		"T7_exclude_of_an_absent_parameter_is_true":          {exclude("site", "1"), true},
		"T7_exclude_of_an_empty_parameter_is_true":           {exclude("group", "1"), true},
		"T7_values_are_compared_whole":                       {include("virtual_number", "10", "1011"), false},
		"T7_values_are_compared_with_case":                   {include("employee", "A"), false},
		"T7_and_needs_all":                                   {and(include("virtual_number", "101"), include("site", "1")), false},
		"T7_and_holds_when_all_hold":                         {and(include("virtual_number", "101"), exclude("site", "1")), true},
		"T7_or_needs_one":                                    {or(include("site", "1"), include("employee", "7")), true},
		"T7_or_fails_when_none_holds":                        {or(include("site", "1"), exclude("employee", "7")), false},
		"T7_an_absent_join_means_and":                        {rules.Filter{Of: []rules.Filter{include("virtual_number", "101"), include("site", "1")}}, false},
		"T7_an_empty_and_group_is_true":                      {and(), true},
		"T7_an_empty_or_group_is_true":                       {or(), true},
		"T7_an_empty_group_inside_and_changes_nothing":       {and(or(), include("site", "1")), false},
		"T7_an_empty_group_inside_or_makes_it_true":          {or(and(), include("site", "1")), true},
		"T7_groups_nest":                                     {and(or(include("site", "1"), and(include("virtual_number", "101"), exclude("employee", "9"))), exclude("site", "2")), true},
		"T7_a_nested_failure_reaches_the_top":                {and(or(include("site", "1"), and(include("virtual_number", "101"), exclude("employee", "7"))), exclude("site", "2")), false},
		"T7_one_parameter_may_be_both_included_and_excluded": {and(include("employee", "7"), exclude("employee", "8")), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := compile(t, c.filter)
			if got := m.Match(one); got.Passed != c.want || got.Undecided {
				t.Errorf("match: got %+v, want %v", got, c.want)
			}
			if passed, undecided := m.Passes(one); passed != c.want || undecided {
				t.Errorf("passes: got %v, undecided %v, want %v", passed, undecided, c.want)
			}
		})
	}
}

func TestT7PendingParameters(t *testing.T) {
	t.Parallel()
	ringing := rules.Subject{"virtual_number": {"101"}}
	for name, c := range map[string]struct {
		filter            rules.Filter
		passed, undecided bool
	}{
		"T7_a_pending_employee_leaves_the_call_undecided":    {include("employee", "7"), false, true},
		"T7_a_pending_exclusion_is_undecided_too":            {exclude("employee", "7"), false, true},
		"T7_a_known_failure_decides_and":                     {and(include("employee", "7"), include("virtual_number", "102")), false, false},
		"T7_a_known_success_does_not_decide_and":             {and(include("employee", "7"), include("virtual_number", "101")), false, true},
		"T7_a_known_success_decides_or":                      {or(include("employee", "7"), include("virtual_number", "101")), true, false},
		"T7_a_known_failure_does_not_decide_or":              {or(include("employee", "7"), include("virtual_number", "102")), false, true},
		"T7_an_absent_parameter_is_not_pending":              {include("site", "1"), false, false},
		"T7_an_expression_waits_for_what_it_names":           {free(`"7" in employee or true`), false, true},
		"T7_an_expression_does_not_wait_for_what_it_ignores": {free(`virtual_number == "101"`), true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := compile(t, c.filter)
			got := m.Match(ringing, "employee", "group")
			if got.Passed != c.passed || got.Undecided != c.undecided {
				t.Errorf("match: got %+v, want passed %v, undecided %v", got, c.passed, c.undecided)
			}
			if passed, undecided := m.Passes(ringing, "employee", "group"); passed != c.passed || undecided != c.undecided {
				t.Errorf("passes: got %v and %v, want %v and %v", passed, undecided, c.passed, c.undecided)
			}
		})
	}
}

func TestMatchExplainsWhatShortCircuitWouldSkip(t *testing.T) {
	t.Parallel()
	m := compile(t, and(include("virtual_number", "102"), exclude("employee", "9"), or(include("site", "1"), free("1 % seconds == 0"))))
	got := m.Match(rules.Subject{"virtual_number": {"101"}, "employee": {"7"}})
	want := rules.Verdict{Root: rules.Check{Join: rules.And, Of: []rules.Check{
		{Parameter: "virtual_number", LabelRU: "Виртуальный номер", LabelEN: "Virtual number", Mode: rules.Include, Values: []string{"102"}, Had: []string{"101"}},
		{Passed: true, Parameter: "employee", LabelRU: "Сотрудник", LabelEN: "Employee", Mode: rules.Exclude, Values: []string{"9"}, Had: []string{"7"}},
		{Join: rules.Or, Of: []rules.Check{
			{Parameter: "site", LabelRU: "Сайт", LabelEN: "Site", Mode: rules.Include, Values: []string{"1"}},
			{Expression: "1 % seconds == 0", Err: "division_by_zero"},
		}},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if failed := got.Failed(); len(failed) != 1 || failed[0].Err != "division_by_zero" {
		t.Errorf("failed: got %+v", failed)
	}
}

func TestT16AllProblemsComeBackAtOnce(t *testing.T) {
	t.Parallel()
	type at struct{ Pointer, Code string }
	var got []at
	for _, p := range problems(t, and(
		include("virtual_number"),
		include("virtal_number", "1"),
		rules.Filter{Join: "xor", Of: []rules.Filter{{Parameter: "site", Mode: "only", Values: []string{"1", " ", "\xff", strings.Repeat("x", 2000)}}}},
		rules.Filter{Mode: rules.Include, Values: []string{"1"}},
		rules.Filter{Expression: "direction == 1", Parameter: "site"},
		rules.Filter{Parameter: "site", Mode: rules.Include, Values: []string{"1"}, Join: rules.Or},
		include("site", make([]string, 1001)...),
	)) {
		got = append(got, at{p.Pointer, p.Code})
		if p.RU == "" || p.EN == "" {
			t.Errorf("%s %s has no sentence", p.Pointer, p.Code)
		}
	}
	want := []at{
		{"/of/0/values", "no_values"},
		{"/of/1/parameter", "unknown_parameter"},
		{"/of/2/join", "bad_join"},
		{"/of/2/of/0/mode", "bad_mode"},
		{"/of/2/of/0/values/1", "blank_value"},
		{"/of/2/of/0/values/2", "value_not_text"},
		{"/of/2/of/0/values/3", "value_too_long"},
		{"/of/3/parameter", "no_parameter"},
		{"/of/4", "mixed"},
		{"/of/5", "mixed"},
		{"/of/6/values", "too_many_values"},
		{"/of/4/expression", "wrong_types"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTreesBeyondTheLimitsAreRefused(t *testing.T) {
	t.Parallel()
	deep := include("site", "1")
	for range 10 {
		deep = and(deep)
	}
	if got := problems(t, deep); len(got) != 1 || got[0].Code != "too_deep" {
		t.Errorf("11 levels: got %v", got)
	}
	if got := problems(t, deep.Of[0]); got != nil {
		t.Errorf("10 levels: got %v", got)
	}
	wide := and(slices.Repeat([]rules.Filter{include("site", "1")}, 501)...)
	if got := problems(t, wide); len(got) != 1 || got[0].Code != "too_many" || got[0].Pointer != "/of/500" {
		t.Errorf("501 conditions: got %v", got)
	}
	wide.Of = wide.Of[:500]
	if got := problems(t, wide); got != nil {
		t.Errorf("500 conditions: got %v", got)
	}
	if got := problems(t, include("site", slices.Repeat([]string{"1"}, 1000)...)); got != nil {
		t.Errorf("1000 values: got %v", got)
	}
}

func TestAVocabularyThatCannotBeWrittenIsTheCallersMistake(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string][]rules.Word{
		"a_name_with_a_space":      {{Parameter: "virtual number", Kind: rules.Text}},
		"a_keyword":                {{Parameter: "matches", Kind: rules.Text}},
		"a_function":               {{Parameter: "len", Kind: rules.Text}},
		"our_own_function":         {{Parameter: "has", Kind: rules.Text}},
		"the_same_parameter_twice": {{Parameter: "site", Kind: rules.Text}, {Parameter: "site", Kind: rules.List}},
		"no_kind":                  {{Parameter: "site"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := rules.Compile(rules.Filter{}, wrong)
			if _, tenants := errors.AsType[*rules.InvalidError](err); err == nil || tenants {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestUsesTellsWhetherAFilterMustWaitForAnAnswer(t *testing.T) {
	t.Parallel()
	f := and(include("site", "1"), or(exclude("employee", "7"), free(`seconds > 5 and has(group, "x") and "a" in tags`)), include("site", "2"))
	want := []rules.Parameter{"site", "employee", "seconds", "group", "tags"}
	if diff := cmp.Diff(want, f.Uses()); diff != "" {
		t.Errorf("uses (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]rules.Parameter{"employee", "group"}, rules.LateOf(f, words)); diff != "" {
		t.Errorf("late (-want +got)\n%s", diff)
	}
	if got := free(`site ==`).Uses(); got != nil {
		t.Errorf("an unreadable expression uses %v", got)
	}
}

func TestEmptyMeansNoConditionsAnywhere(t *testing.T) {
	t.Parallel()
	for _, f := range []rules.Filter{{}, and(), or(and(), and(or()))} {
		if !f.Empty() {
			t.Errorf("%+v is not empty", f)
		}
	}
	for _, f := range []rules.Filter{include("site", "1"), and(or(), and(free("true"))), {Mode: rules.Include}} {
		if f.Empty() {
			t.Errorf("%+v is empty", f)
		}
	}
}

func TestSourceShowsTheWholeFilter(t *testing.T) {
	t.Parallel()
	m := compile(t, and(include("site", "1", `a"b`), or(exclude("employee", "7"), free("seconds > 5")), or(include("site", "3"))))
	want := `has(site, "1", "a\"b") and (not has(employee, "7") or (seconds > 5)) and has(site, "3")`
	if got := m.Source(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := compile(t, rules.Filter{}).Source(); got != "true" {
		t.Errorf("got %s, want true", got)
	}
}
