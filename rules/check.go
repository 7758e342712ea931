package rules

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// checker collects every problem of a tree's shape; what is inside free expressions is the compiler's to judge.
type checker struct {
	words      []Word
	problems   []Problem
	conditions int
	crowded    bool // too_many is said once, not for each condition above the limit
}

func (c *checker) say(pointer, code string) {
	c.problems = append(c.problems, problemOf(pointer, code))
}

func (c *checker) filter(f Filter, at string, depth int) {
	if depth > maxDepth {
		c.say(at, "too_deep")
		return
	}
	kind := f.shape()
	if kind != group {
		c.count(at)
	}
	if kind != group && (len(f.Of) > 0 || f.Join != "") ||
		kind == expression && (f.Parameter != "" || f.Mode != "" || len(f.Values) > 0) {
		c.say(at, "mixed")
	}
	switch kind {
	case group:
		c.group(f, at, depth)
	case condition:
		c.condition(f, at)
	case expression: // compiled, and so judged, by compiler.expression
	}
}

func (c *checker) count(at string) {
	c.conditions++
	if c.conditions > maxConditions && !c.crowded {
		c.crowded = true
		c.say(at, "too_many")
	}
}

func (c *checker) group(f Filter, at string, depth int) {
	if f.Join != "" && f.Join != And && f.Join != Or {
		c.say(at+"/join", "bad_join")
	}
	for i, member := range f.Of {
		if c.crowded {
			return // a hostile tree of a million leaves is not worth a million sentences
		}
		c.filter(member, at+"/of/"+strconv.Itoa(i), depth+1)
	}
}

func (c *checker) condition(f Filter, at string) {
	if f.Parameter == "" {
		c.say(at+"/parameter", "no_parameter")
	} else if _, ok := wordOf(c.words, f.Parameter); !ok {
		c.problems = append(c.problems, unknownParameter(at+"/parameter", string(f.Parameter), c.words))
	}
	if f.Mode != Include && f.Mode != Exclude {
		c.say(at+"/mode", "bad_mode")
	}
	if len(f.Values) == 0 {
		c.say(at+"/values", "no_values")
	}
	if len(f.Values) > maxValues {
		c.say(at+"/values", "too_many_values")
		return
	}
	for i, value := range f.Values {
		switch at := at + "/values/" + strconv.Itoa(i); {
		case strings.TrimSpace(value) == "":
			c.say(at, "blank_value")
		case len(value) > maxValueBytes:
			c.say(at, "value_too_long")
		case !utf8.ValidString(value):
			c.say(at, "value_not_text")
		}
	}
}

// unknownParameter names what was written and, when something close exists, what was probably meant.
func unknownParameter(at, name string, words []Word) Problem {
	p := Problem{
		Pointer: at, Code: "unknown_parameter",
		RU: "В условии нет параметра " + quoted(name) + ".",
		EN: "There is no parameter " + quoted(name) + ".",
	}
	return p.suggest(closest(name, namesOf(words)))
}

func (p Problem) suggest(name string) Problem {
	if name != "" {
		p.RU += " Возможно, вы имели в виду " + quoted(name) + "."
		p.EN += " Did you mean " + quoted(name) + "?"
	}
	return p
}

func namesOf(words []Word) []string {
	names := make([]string, 0, len(words))
	for _, w := range words {
		names = append(names, string(w.Parameter))
	}
	return names
}

// quoted puts a tenant's own text into a sentence, cut so that a hostile name cannot flood the page.
func quoted(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return `"` + s + `"`
}
