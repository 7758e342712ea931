package integration

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"omniconnector/rules"
)

// Text writes a plan for people: first why, reason by reason with the rule's number, then
// what is to be done, and when the call is decided again. Stories, `omniconnector explain` and the journal show the same words.
func (p Plan) Text(lang Lang) string {
	var b strings.Builder
	fmt.Fprintf(&b, "outcome %s\n", p.Outcome)
	if len(p.Reasons) > 0 {
		b.WriteString("why\n")
	}
	for _, r := range p.Reasons {
		fmt.Fprintf(&b, "  %-8s %s\n", r.Rule, r.Sentence(lang))
		if r.Check != nil {
			writeCheck(&b, r.Check, lang, 0)
		}
	}
	if len(p.Actions) > 0 {
		b.WriteString("do\n")
	}
	for _, a := range p.Actions {
		fmt.Fprintf(&b, "  %s\n", a)
	}
	if !p.Wake.IsZero() {
		fmt.Fprintf(&b, "wake %s\n", p.Wake.Format(time.RFC3339))
	}
	return b.String()
}

// writeCheck writes a filter's check as a tree of ticks and crosses.
func writeCheck(b *strings.Builder, c *rules.Check, lang Lang, depth int) {
	mark := "✗"
	switch {
	case c.Undecided:
		mark = "?"
	case c.Passed:
		mark = "✓"
	}
	fmt.Fprintf(b, "           %s%s %s\n", strings.Repeat("  ", depth), mark, c.Sentence(string(lang), nil))
	for i := range c.Of {
		writeCheck(b, &c.Of[i], lang, depth+1)
	}
}

// String writes an action on one line: its name, its key, its body, and the moment before which it may not run.
func (a Action) String() string {
	body, err := json.Marshal(a.Do)
	if err != nil {
		return fmt.Sprintf("%s key=%s (%v)", a.Do.Name(), a.Key, err)
	}
	if !a.After.IsZero() {
		return fmt.Sprintf("%s key=%s %s not before %s", a.Do.Name(), a.Key, body, a.After.Format(time.RFC3339))
	}
	return fmt.Sprintf("%s key=%s %s", a.Do.Name(), a.Key, body)
}
