package settings

import (
	"errors"
	"reflect"
	"strings"
	"unicode/utf8"

	"omniconnector/integration"
)

// Read reads a document strictly and reports everything that is wrong with it at once (T-16). An
// absent or null field has the value of integration.Defaults. What the settings refer to is
// looked up in the directories, unless a directory is empty: then it is not known yet. With
// problems the settings are nil.
func Read(body []byte, known Directories) (*integration.Settings, []Problem) {
	s, n := decoded(body)
	if s == nil {
		return nil, n.problems
	}
	c := checker{notes: n, settings: s, dir: directory{known.Portal}, centre: platform{known.Centre}}
	c.everything()
	if len(n.problems) > 0 {
		return nil, n.problems
	}
	return s, nil
}

// decoded reads a document by its form alone; the settings are nil when the text itself cannot be read.
func decoded(body []byte) (*integration.Settings, *notes) {
	n := newNotes()
	root, problem := document(body)
	if problem != nil {
		n.add(*problem)
		return nil, n
	}
	s := integration.Defaults()
	d := decoder{n}
	if root.form == null { // nothing at all is no document, whatever null means inside one
		d.breaks("", "wrong_type", formNames["object"], formNames["null"])
	}
	d.into(reflect.ValueOf(&s).Elem(), root, "")
	return &s, n
}

// document makes a tree of the text; a problem here hides all others.
func document(body []byte) (value, *Problem) {
	if !utf8.Valid(body) {
		p := problemOf("", "not_utf8")
		return value{}, &p
	}
	root, err := parse(body)
	switch {
	case errors.Is(err, errDeep):
		p := problemOf("", "too_deep", count(maxDepth))
		return value{}, &p
	case err != nil:
		line, column := position(body, err)
		p := problemOf("", "malformed", count(line), count(column))
		p.Line, p.Column = line, column
		return value{}, &p
	}
	return root, nil
}

// The lengths of lists, by the last word of their pointers.
var longestLists = map[string]int{
	"own_numbers": 5000, "employees": 10_000, "only": 10_000, "rules": 1000, "days": 7, "channels": 50,
	"lead": 200, "deal": 200, "contact": 200, "company": 200,
}

// otherLists bounds the lists inside filters, whose own limits package rules knows.
const otherLists = 10_000

func maxItems(pointer string) int {
	if most, ok := longestLists[pointer[strings.LastIndexByte(pointer, '/')+1:]]; ok {
		return most
	}
	return otherLists
}
