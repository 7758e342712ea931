package rules_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/rules"
)

func TestAFreeExpressionSeesTypedParameters(t *testing.T) {
	t.Parallel()
	s := rules.Subject{"direction": {"in"}, "seconds": {"61"}, "tags": {"vip", "new"}, "employee": {"7", "8"}}
	for source, want := range map[string]bool{
		`direction == "in" and seconds > 60`:               true,
		`seconds / 60 > 1.01 && "vip" in tags`:             true,
		`has(direction, "in", "out")`:                      true,
		`has(employee, "9", "8") and not has(tags, "old")`: true,
		`any(tags, # startsWith "vi")`:                     true,
		`count(tags, len(#) == 3) == 2`:                    true,
		`direction matches "^(in|out)$"`:                   true,
		`upper(direction) == "OUT"`:                        false,
		`site == "" and len(tags) == 2`:                    true, // an absent text is empty
		`seconds > 100 ? true : first(tags) == "vip"`:      true,
		`"Продажи" == direction or direction contains "i"`: true,
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			got := compile(t, free(source)).Match(s)
			if got.Passed != want || got.Root.Err != "" {
				t.Errorf("got %+v, want %v", got.Root, want)
			}
		})
	}
}

// goTypes are words that a tenant must never read.
var goTypes = regexp.MustCompile(`\[\]|interface|float64|\bint\b|\bstring\b|\bbool\b|\bfunc\b|reflect|map\[|panic`)

// wrote is what sentences repeat of the tenant's own text.
var wrote = regexp.MustCompile(`"[^"]*"`)

func TestAnExpressionsMistakesAreSaidInWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source string
		want   []rules.Problem
	}{
		"a_misspelt_parameter": {`     direcshon == "in"`, []rules.Problem{{
			Code: "unknown_parameter", Line: 1, Column: 6,
			RU: `В условии нет параметра "direcshon" (строка 1, столбец 6). Возможно, вы имели в виду "direction".`,
			EN: `There is no parameter "direcshon" (line 1, column 6). Did you mean "direction"?`,
		}}},
		"two_unknown_names_at_once_on_two_lines": {"ключ == \"in\" and\n  abrakadabra > 1", []rules.Problem{{
			Code: "unknown_parameter", Line: 1, Column: 1,
			RU: `В условии нет параметра "ключ" (строка 1, столбец 1).`,
			EN: `There is no parameter "ключ" (line 1, column 1).`,
		}, {
			Code: "unknown_parameter", Line: 2, Column: 3,
			RU: `В условии нет параметра "abrakadabra" (строка 2, столбец 3).`,
			EN: `There is no parameter "abrakadabra" (line 2, column 3).`,
		}}},
		"a_text_compared_with_a_number": {`direction == 1`, []rules.Problem{{
			Code: "wrong_types", Line: 1, Column: 11,
			RU: `Действие "==" не подходит: здесь текст и число (строка 1, столбец 11).`,
			EN: `The operation "==" does not fit: here is a text and a number (line 1, column 11).`,
		}}},
		"a_list_compared_with_a_text": {`tags == "vip"`, []rules.Problem{{
			Code: "wrong_types", Line: 1, Column: 6,
			RU: `Действие "==" не подходит: здесь список и текст (строка 1, столбец 6).`,
			EN: `The operation "==" does not fit: here is a list and a text (line 1, column 6).`,
		}}},
		"an_answer_that_is_no_claim": {`direction`, []rules.Problem{{
			Code: "not_a_claim", Line: 1, Column: 1,
			RU: `Условие должно отвечать «да» или «нет», а получается текст (строка 1, столбец 1).`,
			EN: `The expression must answer yes or no, but gives a text (line 1, column 1).`,
		}}},
		"an_unfinished_source": {`direction ==`, []rules.Problem{{
			Code: "unfinished", Line: 1, Column: 12,
			RU: `Условие не дописано до конца (строка 1, столбец 12).`,
			EN: `The expression is not finished (line 1, column 12).`,
		}}},
		"an_unknown_function": {`hes(tags, "vip")`, []rules.Problem{{
			Code: "unknown_function", Line: 1, Column: 1,
			RU: `Функции "hes" нет (строка 1, столбец 1). Возможно, вы имели в виду "has".`,
			EN: `There is no function "hes" (line 1, column 1). Did you mean "has"?`,
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range c.want {
				c.want[i].Pointer = "/of/0/expression"
			}
			if diff := cmp.Diff(c.want, problems(t, and(free(c.source)))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestExpensiveAndImpureExpressionsAreRefused(t *testing.T) {
	t.Parallel()
	for source, code := range map[string]string{
		`all(tags, all(tags, true))`:                     "nested_loop",
		`any(tags, count(filter(tags, true), true) > 1)`: "nested_loop",
		`1 in 1..1000000`:                                "range",
		`all(1..1000, true)`:                             "range",
		`now().Hour() > 9`:                               "forbidden_function",
		`date("2020-01-01").Year() == 2020`:              "forbidden_function",
		`len(repeat("x", 1000000)) > 1`:                  "forbidden_function",
		`len(map(map(tags, # + #), # + #)) > 1`:          "forbidden_function",
		`reduce(tags, #acc + #acc, "x") == ""`:           "forbidden_function",
		`len(replace(site, "", site)) > 1`:               "forbidden_function",
		`let a = site + site; a == ""`:                   "variable",
		`true; false`:                                    "sequence",
		`$env["site"] == "1"`:                            "environment",
		`site matches direction`:                         "pattern_not_written",
		`site matches "("`:                               "pattern",
		`site matches "(a?){1000}"`:                      "pattern_too_large",
		`direction.name == "x"`:                          "no_parts",
		`tags[0][0] > 1`:                                 "no_parts",
		`has(seconds, "1")`:                              "wrong_arguments",
		`has(tags, 1)`:                                   "wrong_arguments",
		`has()`:                                          "wrong_arguments",
		`len(seconds) > 1`:                               "wrong_arguments",
		`all(seconds, true)`:                             "wrong_arguments",
		`1 % 0 == 1`:                                     "division_by_zero",
		`site == "x`:                                     "unclosed",
		`site = "x"`:                                     "syntax",
		`tags[0](1)`:                                     "syntax",
		`[true, "a"][0]`:                                 "not_a_claim",
		strings.Repeat("seconds > 1 and ", 80) + "true":  "too_complex",
		strings.Repeat(" ", 2000) + "true":               "too_long",
		strings.Repeat("not (", 300) + "true" + strings.Repeat(")", 300): "too_complex",
	} {
		t.Run(source[:min(len(source), 40)], func(t *testing.T) {
			t.Parallel()
			got := problems(t, free(source))
			if len(got) == 0 || got[0].Code != code {
				t.Fatalf("got %v, want %s", got, code)
			}
			for _, p := range got {
				said := wrote.ReplaceAllString(p.RU+p.EN, "")
				if p.Pointer != "/expression" || p.Line == 0 || p.Column == 0 || goTypes.MatchString(said) {
					t.Errorf("badly said: %+v", p)
				}
			}
		})
	}
}

func TestARunTimeErrorFailsTheCheckAndIsVisible(t *testing.T) {
	t.Parallel()
	for source, code := range map[string]string{
		`1 % seconds == 0`:      "division_by_zero",
		`tags[5] == "x"`:        "out_of_range",
		`not (tags[5] == "x")`:  "out_of_range",
		`last([1, "x"]) > tags`: "wrong_value",
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			m, err := rules.Compile(free(source), words)
			if err != nil {
				t.Skipf("refused at compile, which is as well: %v", err)
			}
			got := m.Match(rules.Subject{})
			if got.Passed || got.Root.Err != code {
				t.Errorf("got %+v, want %s", got.Root, code)
			}
			if sentence := got.Sentence("ru", nil); !strings.Contains(sentence, "ошибка") || goTypes.MatchString(strings.ReplaceAll(sentence, source, "")) {
				t.Errorf("badly said: %s", sentence)
			}
		})
	}
}

func TestANumberThatIsNoneIsAnErrorOnlyForExpressionsThatUseIt(t *testing.T) {
	t.Parallel()
	m := compile(t, or(free("seconds < 10"), free(`site == ""`)))
	got := m.Match(rules.Subject{"seconds": {"soon"}})
	if got.Root.Of[0].Err != "not_a_number" || got.Root.Of[0].Passed || !got.Passed {
		t.Errorf("got %+v", got)
	}
	if again := m.Match(rules.Subject{"seconds": {"5"}}); again.Root.Of[0].Err != "" || !again.Root.Of[0].Passed {
		t.Errorf("the next subject inherits the error: %+v", again)
	}
}

func TestARunTimeErrorInASetIsReported(t *testing.T) {
	t.Parallel()
	set, err := rules.CompileSet([]rules.Filter{free("1 % seconds == 0"), include("site", "2"), include("site", "1")}, words)
	if err != nil {
		t.Fatal(err)
	}
	want := rules.Choice{Index: 2, OK: true, Failed: []int{0}}
	if diff := cmp.Diff(want, set.Choose(rules.Subject{"site": {"1"}})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTheDearestExpressionAllowedEndsSoon(t *testing.T) {
	t.Parallel()
	tags := make([]string, 10_000)
	for i := range tags {
		tags[i] = strings.Repeat("ab", 5000)
	}
	s := rules.Subject{"tags": tags, "site": tags[:1]}
	for _, source := range []string{
		`all(tags, not (# matches "(a|b)*(a|b)*(a|b)*(a?b?){20}x"))`,
		`all(filter(filter(tags, # contains "ab"), # contains "ba"), # + # + # + # != site)`,
		strings.TrimSuffix(strings.Repeat("all(tags, upper(#) != lower(#)) and ", 20), " and "),
	} {
		m := compile(t, free(source))
		began := time.Now()
		got := m.Match(s)
		if spent := time.Since(began); spent > 2*time.Second {
			t.Errorf("%s took %v", source, spent)
		}
		if !got.Passed {
			t.Errorf("%s: got %+v", source, got.Root.Err)
		}
	}
}

func TestExpressionsSeeBoundedListsAndTexts(t *testing.T) {
	t.Parallel()
	s := rules.Subject{"tags": make([]string, 1000), "site": {strings.Repeat("ы", 1000)}}
	if got := compile(t, free(`len(tags) == 50 and len(site) == 250`)).Match(s); !got.Passed {
		t.Errorf("got %+v", got)
	}
	s["tags"][999] = "last"
	got := compile(t, include("tags", "last")).Match(s)
	if !got.Passed {
		t.Error("a plain condition must see the whole list")
	}
	if len(got.Root.Had) != 50 {
		t.Errorf("the explanation lists %d values", len(got.Root.Had))
	}
}
