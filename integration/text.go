package integration

import (
	"encoding/json"
	"fmt"
	"strings"

	"omniconnector/rules"
)

// Text writes a plan for people: first why, reason by reason with the rule's number, then
// what is to be done. Stories, `omniconnector explain` and the journal show the same words.
func (p Plan) Text(lang Lang) string {
	var b strings.Builder
	fmt.Fprintf(&b, "outcome %s\n", p.Outcome)
	if len(p.Reasons) > 0 {
		b.WriteString("why\n")
	}
	for _, r := range p.Reasons {
		fmt.Fprintf(&b, "  %-8s %s\n", r.Rule, r.Sentence(lang))
		if r.Check != nil {
			for line := range strings.SplitSeq(checkText(r.Check, lang, 0), "\n") {
				if line != "" {
					fmt.Fprintf(&b, "           %s\n", line)
				}
			}
		}
	}
	if len(p.Actions) > 0 {
		b.WriteString("do\n")
	}
	for _, a := range p.Actions {
		fmt.Fprintf(&b, "  %s\n", a)
	}
	return b.String()
}

// checkText writes a filter's check as a tree of ticks and crosses.
func checkText(c *rules.Check, lang Lang, depth int) string {
	mark := "✗"
	switch {
	case c.Undecided:
		mark = "?"
	case c.Passed:
		mark = "✓"
	}
	text := strings.Repeat("  ", depth) + mark + " " + c.Sentence(string(lang), nil) + "\n"
	for i := range c.Of {
		text += checkText(&c.Of[i], lang, depth+1)
	}
	return text
}

// String writes an action on one line: its name, its key and its body.
func (a Action) String() string {
	body, err := json.Marshal(a.Do)
	if err != nil {
		return fmt.Sprintf("%s key=%s (%v)", a.Do.Name(), a.Key, err)
	}
	return fmt.Sprintf("%s key=%s %s", a.Do.Name(), a.Key, body)
}
