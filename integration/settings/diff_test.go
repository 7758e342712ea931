package settings_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/settings"
	"omniconnector/rules"
)

func told(changes []settings.Change) []string {
	out := []string{}
	for _, c := range changes {
		out = append(out, fmt.Sprintf("%s: %s → %s", c.Pointer, c.From, c.To))
	}
	return out
}

func differ(tb testing.TB, a, b []byte) []settings.Change {
	tb.Helper()
	changes, err := settings.Diff(a, b)
	if err != nil {
		tb.Fatal(err)
	}
	return changes
}

func TestDiffTellsWhatAPersonChanged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*integration.Settings)
		want   []string
	}{
		"nothing": {func(*integration.Settings) {}, []string{}},
		"leaves in the order of the document": {func(s *integration.Settings) {
			s.Telephony.Incoming.Responsible.Default, s.AppName = 7, "CRM"
		}, []string{`/app_name: "OMNI" → "CRM"`, `/telephony/incoming/responsible/default: 1 → 7`}},
		"an item in the middle is one change": {func(s *integration.Settings) {
			s.OwnNumbers = []string{"74950000101", "74950000103", "74950000102"}
		}, []string{`/own_numbers/1:  → "74950000103"`}},
		"a removed item has its old place": {func(s *integration.Settings) {
			s.OwnNumbers = s.OwnNumbers[1:]
		}, []string{`/own_numbers/0: "74950000101" → `}},
		"a rule put before a changed one of the same name": {func(s *integration.Settings) {
			rule := s.Telephony.Incoming.Responsible.Rules[0]
			rule.User = 1
			s.Telephony.Incoming.Responsible.Rules = []integration.ResponsibleRule{{Name: "Новое", User: 9}, rule}
		}, []string{
			`/telephony/incoming/responsible/rules/0:  → {"name":"Новое","user":9,"where":{}}`,
			`/telephony/incoming/responsible/rules/1/user: 7 → 1`,
		}},
		"a condition becomes a group": {func(s *integration.Settings) {
			s.Telephony.Incoming.Names.Lead[0].Where = rules.Filter{Join: rules.Or}
		}, []string{
			`/telephony/incoming/names/lead/0/where/join:  → "or"`,
			`/telephony/incoming/names/lead/0/where/parameter: "virtual_number" → `,
			`/telephony/incoming/names/lead/0/where/mode: "include" → `,
			`/telephony/incoming/names/lead/0/where/values: ["74950000101"] → `,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := settings.Example()
			c.change(s)
			got := told(differ(t, settings.Write(settings.Example()), settings.Write(s)))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFieldsThatADocumentLacksAreNoDifference(t *testing.T) {
	t.Parallel()
	if got := differ(t, []byte(`{}`), settings.Defaults()); len(got) != 0 {
		t.Errorf("changes: %v", told(got))
	}
	if _, err := settings.Diff([]byte(`{`), settings.Defaults()); err == nil {
		t.Error("what is no document was compared")
	}
}

// drawn is a random variation of the example.
func drawn(t *rapid.T, name string) *integration.Settings {
	s := settings.Example()
	s.AppName = rapid.SampledFrom([]string{"OMNI", "CRM"}).Draw(t, name+"app")
	s.OwnNumbers = rapid.SliceOfN(rapid.SampledFrom([]string{"1", "2", "3"}), 0, 5).Draw(t, name+"numbers")
	filter := rapid.Custom(func(t *rapid.T) rules.Filter {
		return rules.Filter{Parameter: integration.ParamCampaign, Mode: rules.Include, Values: rapid.SliceOfN(rapid.SampledFrom([]string{"A", "B"}), 1, 3).Draw(t, "values")}
	})
	in := &s.Telephony.Incoming
	in.Responsible.Rules = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) integration.ResponsibleRule {
		return integration.ResponsibleRule{
			Name: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "name"), User: rapid.SampledFrom([]crm.UserID{1, 7}).Draw(t, "user"),
			Where: filter.Draw(t, "where"),
		}
	}), 0, 4).Draw(t, name+"rules")
	in.Filter.Where.Of = rapid.SliceOfN(filter, 0, 3).Draw(t, name+"of")
	return s
}

// The properties: equal documents differ in nothing; and what is told, carried out on the earlier document, gives the
// later one, so that everything was told, once and at its place.
func TestDiffCarriedOutGivesTheLaterDocument(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := settings.Write(drawn(t, "a")), settings.Write(drawn(t, "b"))
		if same, err := settings.Diff(a, a); err != nil || len(same) != 0 {
			t.Fatalf("a document differs from itself: %v, %v", told(same), err)
		}
		changes, err := settings.Diff(a, b)
		if err != nil {
			t.Fatal(err)
		}
		if (len(changes) == 0) != (string(a) == string(b)) {
			t.Fatalf("%d changes", len(changes))
		}
		if diff := cmp.Diff(tree(b), carriedOut(tree(a), changes)); diff != "" {
			t.Fatalf("(-want +got):\n%s\n%s", diff, strings.Join(told(changes), "\n"))
		}
		seen := map[string]bool{}
		for _, c := range changes {
			place := fmt.Sprint(c.Pointer, c.To == nil) // what was removed has a place of the earlier document
			if seen[place] {
				t.Fatalf("%s is told twice", c.Pointer)
			}
			seen[place] = true
		}
	})
}

func tree(body []byte) any {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		panic(err)
	}
	return v
}

// carriedOut takes out what was removed, last first, and then puts in the rest in order.
func carriedOut(doc any, changes []settings.Change) any {
	for _, c := range slices.Backward(changes) {
		if c.To == nil {
			doc = edit(doc, steps(c.Pointer), func() (any, bool) { return nil, false }, false)
		}
	}
	for _, c := range changes {
		if c.To != nil {
			to := tree(c.To)
			doc = edit(doc, steps(c.Pointer), func() (any, bool) { return to, true }, c.From == nil)
		}
	}
	return doc
}

func steps(pointer string) []string { return strings.Split(pointer, "/")[1:] }

// edit replaces what is at a place; with insert, an item is put in there.
func edit(doc any, at []string, with func() (any, bool), insert bool) any {
	if len(at) == 0 {
		v, _ := with()
		return v
	}
	switch d := doc.(type) {
	case map[string]any:
		if len(at) == 1 {
			if v, keep := with(); keep {
				d[at[0]] = v
			} else {
				delete(d, at[0])
			}
			return d
		}
		d[at[0]] = edit(d[at[0]], at[1:], with, insert)
		return d
	case []any:
		i, err := strconv.Atoi(at[0])
		if err != nil {
			panic(err)
		}
		if len(at) > 1 {
			d[i] = edit(d[i], at[1:], with, insert)
			return d
		}
		v, keep := with()
		switch {
		case !keep:
			return slices.Delete(d, i, i+1)
		case insert:
			return slices.Insert(d, i, v)
		}
		d[i] = v
		return d
	}
	panic("no such place: " + strings.Join(at, "/"))
}
