package integration_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
)

const decisionsPath = "../docs/decisions.md"

// TestDecisionsTellWhatTheCodeDoes writes down what becomes of every combination, as the production code decides it, and
// compares the page with the one that people read.
func TestDecisionsTellWhatTheCodeDoes(t *testing.T) {
	t.Parallel()
	preface, err := os.ReadFile("testdata/decisions.md")
	if err != nil {
		t.Fatal(err)
	}
	got := string(preface) + tables(t)
	if *update {
		if err := os.WriteFile(decisionsPath, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(decisionsPath)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/decisions.md is stale; -update rewrites it (-page +code)\n%s", diff)
	}
}

// dimension is a column of what may differ; its values are bits of a mask.
type dimension struct {
	title  string
	values []string
	of     func(combination) int
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

var dimensions = []dimension{
	{"creation", []string{"off", "on"}, func(c combination) int { return bit(c.create) }},
	{"portal", []string{"with leads", "without leads"}, func(c combination) int { return bit(c.simple) }},
	{"contact", []string{"no", "yes"}, func(c combination) int { return bit(c.contact) }},
	{"company", []string{"no", "yes"}, func(c combination) int { return bit(c.company) }},
	{"lead", []string{"no", "open", "closed"}, func(c combination) int { return int(c.lead) }},
	{"deal", []string{"no", "open", "closed"}, func(c combination) int { return int(c.deal) }},
}

// row is a set of combinations with one result: a mask of values for every dimension.
type row struct {
	masks  []int
	result string
}

func (r row) String() string {
	cells := make([]string, 0, len(dimensions))
	for i, d := range dimensions {
		var values []string
		for v, value := range d.values {
			if r.masks[i]&(1<<v) != 0 {
				values = append(values, value)
			}
		}
		cell := strings.Join(values, " or ")
		if len(values) == len(d.values) {
			cell = "·"
		}
		cells = append(cells, cell)
	}
	return "| " + strings.Join(cells, " | ") + " | " + r.result + " |\n"
}

// merged joins rows that differ in one dimension only, until none can be joined. The rows still cover every combination once.
func merged(rows []row) []row {
	for again := true; again; {
		again = false
		for i := range dimensions {
			for a := 0; a < len(rows); a++ {
				for b := len(rows) - 1; b > a; b-- {
					if rows[a].result == rows[b].result && slices.Equal(slices.Delete(slices.Clone(rows[a].masks), i, i+1), slices.Delete(slices.Clone(rows[b].masks), i, i+1)) {
						rows[a].masks[i] |= rows[b].masks[i]
						rows, again = slices.Delete(rows, b, b+1), true
					}
				}
			}
		}
	}
	return rows
}

// situations are the tables of the page.
var situations = []struct {
	title, words, actor string
	of                  combination
}{
	{"Incoming, missed, a group rang, no rule holds", "P3 when nothing is known of the number, else R1 and the E table.", "", combination{}},
	{"Incoming, missed, a group rang, a rule holds", "P5 when nothing is known of the number, else R1 and the E table: the rule changes nothing for a known customer.", "", combination{rule: true}},
	{"Incoming, missed, one employee's phone rang, whether a rule holds or not", "The employee whom the call was addressed to goes before the rule and after everything that exists.", "the employee addressed", combination{addressed: true}},
	{"Incoming, talked, no rule holds", "P4 when nothing is known of the number, else R3: what exists keeps its responsible.", "the talker", combination{talked: true}},
	{"Incoming, talked, a rule holds", "P4 when nothing is known of the number, else R2: the open lead or deal is handed over.", "the talker", combination{talked: true, rule: true}},
	{"Outgoing, talked or not", "P2; with an employee who is not mapped, read “the existing responsible, else the default” for “the caller” (P1).", "the caller", combination{outgoing: true}},
}

func tables(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	all := combinations()
	fmt.Fprintf(&b, "## What comes out\n\nMade from %d combinations, each decided by the product's own code. A dot stands for “whatever it is”.\n", len(all))
	for _, s := range situations {
		var rows []row
		for _, c := range all {
			if c.outgoing != s.of.outgoing || c.talked != s.of.talked || c.rule != s.of.rule || c.addressed != s.of.addressed {
				continue
			}
			result := c.result(t, s.actor)
			for _, twin := range c.twins() {
				if again := twin.result(t, s.actor); again != result {
					t.Errorf("%s and %s are told as one, and come out differently:\n%s\n%s", c, twin, result, again)
				}
			}
			r := row{result: result}
			for _, d := range dimensions {
				r.masks = append(r.masks, 1<<d.of(c))
			}
			rows = append(rows, r)
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n", s.title, s.words)
		titles := make([]string, 0, len(dimensions)+4)
		for _, d := range dimensions {
			titles = append(titles, d.title)
		}
		titles = append(titles, "is created", "responsible for it", "open record", "activity goes to", "and is shown in")
		b.WriteString("| " + strings.Join(titles, " | ") + " |\n" + strings.Repeat("| --- ", len(titles)) + "|\n")
		for _, r := range merged(rows) {
			b.WriteString(r.String())
		}
	}
	return b.String()
}

// twins are the combinations that a table tells together with c.
func (c combination) twins() []combination {
	var twins []combination
	if c.outgoing {
		c.talked = !c.talked
		twins = append(twins, c)
	}
	if c.addressed {
		c.rule = !c.rule
		twins = append(twins, c)
	}
	return twins
}

// result says in words what became of a combination.
func (c combination) result(t *testing.T, actor string) string {
	t.Helper()
	w := c.around(t).play(t, c.events())
	people := map[crm.UserID]string{
		anna: actor, ruth: "the rule's employee", inDefault: "the default", carl: "the contact's", cora: "the company's", lena: "the lead's", dan: "the deal's",
	}
	var made, owner []string
	for _, kind := range []string{"lead", "deal", "contact", "company"} {
		if e, ok := w.Entities["call:501/create/"+kind]; ok {
			made, owner = append(made, kind), append(owner, people[*e.Responsible])
		}
	}
	record := "—"
	for _, key := range []string{"deal/400", "lead/300"} {
		kind, _, _ := strings.Cut(key, "/")
		if kind == "deal" && c.deal != open || kind == "lead" && c.lead != open {
			continue
		}
		if *w.Entities[key].Responsible == anna {
			record = "the " + kind + " goes to " + actor
			break
		}
		record = "stays as it is"
	}
	var shown []string
	for _, key := range slices.Sorted(maps.Keys(w.Bound)) {
		kind, rest, _ := strings.Cut(key, "/")
		if kind == "call:501" {
			kind = "the new " + strings.TrimPrefix(rest, "create/")
		} else {
			kind = "the " + kind
		}
		shown = append(shown, kind)
	}
	dash := func(list []string, join string) string {
		if len(list) == 0 {
			return "—"
		}
		return strings.Join(list, join)
	}
	return strings.Join([]string{dash(made, " + "), dash(slices.Compact(owner), " + "), record, people[w.finished.User], dash(shown, ", ")}, " | ")
}
