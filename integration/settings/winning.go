package settings

import (
	"slices"
	"strconv"

	"omniconnector/rules"
)

// ordered is one of a list of rules of which the first that fits wins.
type ordered struct {
	place  int    // index in the document
	result string // what the call gets by it
	where  rules.Filter
}

// winning warns of rules that can never win, and of two that fit one call and give it different things (S-3). What
// cannot be told for certain is not said.
func (l *linter) winning(at string, list []ordered, words []rules.Word) {
	filters, spelt := make([]rules.Filter, 0, len(list)), make([]rules.Filter, 0, len(list))
	for i := range list {
		filters, spelt = append(filters, list[i].where), append(spelt, l.oneSpelling(list[i].where))
	}
	w := winner{list: list, reasoner: rules.NewReasoner(filters, words), ordinary: rules.NewReasoner(spelt, words), always: -1}
	for j := range list {
		code, args := w.verdict(j)
		if code == "" {
			code, args = w.overlap(j)
		}
		if code != "" {
			l.say(at+"/"+strconv.Itoa(list[j].place), code, args...)
		}
	}
}

// winner looks at one list; before is the numbers of the rules above the one at hand.
type winner struct {
	list     []ordered
	reasoner *rules.Reasoner
	ordinary *rules.Reasoner // where a campaign's id and its name are the same value
	always   int             // the first rule that fits every call, or -1
	before   []int
}

// never tells that no call at all fits some rules and no others.
func (w *winner) never(hold, fail []int) bool {
	return w.reasoner.Possible(rules.Question{Hold: hold, Fail: fail}) == rules.No
}

func (w *winner) name(i int) said { return count(w.list[i].place + 1) }

// verdict says why a rule can never win.
func (w *winner) verdict(j int) (code string, args []said) {
	if w.always >= 0 {
		return "never_wins", []said{w.name(w.always)}
	}
	defer func() { w.before = append(w.before, j) }()
	self := []int{j}
	if w.list[j].where.Empty() || w.never(nil, self) {
		w.always = j
	}
	if w.never(self, nil) {
		return "contradictory", nil
	}
	for _, i := range w.before {
		if w.reasoner.Spent() {
			return "", nil
		}
		if w.never(self, []int{i}) {
			return "shadowed", []said{w.name(i)}
		}
	}
	if len(w.before) > 1 && w.never(self, w.before) {
		return "shadowed_together", []said{w.needed(self)}
	}
	return "", nil
}

// needed names those of the rules above that take all calls of one together: without any of them it would win some.
func (w *winner) needed(self []int) said {
	need := w.before
	for size := len(need) / 2; size > 0; size /= 2 { // halves, quarters and at last single rules that are not needed go
		for at := 0; at < len(need); {
			rest := slices.Delete(slices.Clone(need), at, min(at+size, len(need)))
			if w.never(self, rest) {
				need = rest
			} else {
				at += size
			}
		}
	}
	names := make([]string, 0, len(need))
	for _, i := range need {
		names = append(names, w.name(i)[0])
	}
	return listed(names)
}

// overlap finds a rule above that takes calls from this one, although neither is a case of the other: a special rule
// above a general one is how lists are meant.
func (w *winner) overlap(j int) (code string, args []said) {
	for n, i := range w.before[:len(w.before)-1] {
		if w.ordinary.Spent() {
			return "", nil
		}
		if w.list[i].result == w.list[j].result || w.never([]int{i}, []int{j}) {
			continue
		}
		q := rules.Question{Hold: []int{i, j}, Fail: w.before[:n], Single: true}
		if w.ordinary.Possible(q) == rules.Yes {
			return "overlap", []said{w.name(i)}
		}
	}
	return "", nil
}
