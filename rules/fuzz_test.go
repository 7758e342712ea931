package rules_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"omniconnector/rules"
)

// FuzzHostileValues: whatever a value is, the condition means that value and nothing else.
func FuzzHostileValues(f *testing.F) {
	for _, v := range []string{"1", `"`, `\`, `\"`, `") or true or has(site, "`, "`", "'", "\r\n", "\x00", "\u2028", "\ufeff", "ы", "\\x41", "${x}", "{{x}}", "//", "/*", "#", strings.Repeat(`\`, 99)} {
		f.Add(v, "other")
		f.Add("other", v)
	}
	f.Fuzz(func(t *testing.T, value, other string) {
		in, err := rules.Compile(include("site", "sentinel", value), words)
		if err != nil {
			if utf8.ValidString(value) && strings.TrimSpace(value) != "" && len(value) <= 1000 {
				t.Fatalf("an honest value is refused: %q: %v", value, err)
			}
			return
		}
		out, err := rules.Compile(exclude("site", value, "sentinel"), words)
		if err != nil {
			t.Fatalf("exclude %q: %v", value, err)
		}
		for subject, want := range map[string]bool{value: true, other: other == value || other == "sentinel"} {
			s := rules.Subject{"site": {subject}}
			if got, _ := in.Passes(s); got != want {
				t.Errorf("include %q of %q: got %v", value, subject, got)
			}
			if got, _ := out.Passes(s); got == want {
				t.Errorf("exclude %q of %q: got %v", value, subject, got)
			}
		}
	})
}

// FuzzExpression: no source panics, hangs or shows Go's types, and what compiles runs.
func FuzzExpression(f *testing.F) {
	for _, source := range []string{
		`direction == "in"`, `all(tags, all(tags, true))`, `1..10`, `tags[1:2] == []`, `{"a": 1}.a == 1`, `site?.x`, `"a" | upper() == "A"`,
		`not`, `$env`, `#`, `.x`, `let x = 1; x`, `if true { true } else { false }`, `1 % seconds == 0`, `has(tags, "a")`, `b"x"`, "`", `/*`, `tags[-9223372036854775808]`,
		`site matches "(a*)*"`, `min() > 1`, `sum(tags) > 1`, `sum([1, "a"]) > 1`, `find(tags, #index > 1) == nil`, `first([]) == true`, `get(1)`, `-seconds ** 1000 > 1`, `1 in nil`,
	} {
		f.Add(source)
	}
	s := rules.Subject{"tags": {"a", "b"}, "site": {"1"}, "seconds": {"0"}}
	f.Fuzz(func(t *testing.T, source string) {
		if source == "" {
			return
		}
		_ = free(source).Uses()
		m, err := rules.Compile(free(source), words)
		if err != nil {
			wrong, ok := errors.AsType[*rules.InvalidError](err)
			if !ok || len(wrong.Problems) == 0 {
				t.Fatalf("%q: %v", source, err)
			}
			for _, p := range wrong.Problems {
				if p.Line < 1 || p.Column < 1 || p.RU == "" || strings.Contains(wrote.ReplaceAllString(p.EN, ""), "interface") {
					t.Fatalf("%q is badly refused: %+v", source, p)
				}
			}
			return
		}
		if v := m.Match(s); v.Passed && v.Root.Err != "" {
			t.Fatalf("%q failed and passed: %+v", source, v)
		}
	})
}

// FuzzParseFilter: what is read is compiled or refused with problems, and survives being written again.
func FuzzParseFilter(f *testing.F) {
	for _, data := range []string{
		`{}`, `{"join":"and","of":[{"parameter":"site","mode":"include","values":["1"]},{"expression":"seconds > 1"}]}`,
		`{"of":[{"of":[{"of":[{}]}]}]}`, `{"valeus":[]}`, `{"values":[1]}`, `{} {}`, `null`, `[]`, `{"of":null}`, strings.Repeat(`{"of":[`, 50) + strings.Repeat(`]}`, 50),
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		filter, err := rules.ParseFilter(data)
		if err != nil {
			if _, ok := errors.AsType[*rules.InvalidError](err); !ok {
				t.Fatalf("got %v", err)
			}
			return
		}
		_, _ = filter.Uses(), filter.Describe("ru", words, nil)
		m, err := rules.Compile(filter, words)
		if err != nil {
			return
		}
		written, err := json.Marshal(filter)
		if err != nil {
			t.Fatal(err)
		}
		again, err := rules.ParseFilter(written)
		if err != nil {
			t.Fatalf("%s is not read again: %v", written, err)
		}
		if same := compile(t, again).Source(); same != m.Source() {
			t.Fatalf("got %s, want %s", same, m.Source())
		}
	})
}

func TestMisspeltFieldsAreRefused(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`{"valeus":["1"]}`, `{} {}`, ``, `[]`, `{"values":[1]}`} {
		if _, err := rules.ParseFilter([]byte(data)); err == nil {
			t.Errorf("%s is read", data)
		}
	}
}
