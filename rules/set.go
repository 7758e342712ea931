package rules

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// Set is an ordered list of filters of which the first that holds wins (T-12, T-13, T-14). It finds the winner through
// an index, so that the cost does not grow with the number of rules. It is safe for concurrent use.
type Set struct {
	matchers []*Matcher
	index    index
	crew     *crew
}

// Choice is what a Set answers (T-12, T-13, T-14).
type Choice struct {
	Index int  // of the first filter that holds, or -1
	OK    bool // whether there is one, for certain
	// Undecided means that the filter at Index may still win once what is pending is known, so that no later one can be taken.
	Undecided bool
	// Failed are the filters tried whose free expression failed at run time; Explain tells why.
	Failed []int
}

// CompileSet compiles the filters in order; problems carry the filter's number first in their pointer, "/3/of/1/values".
func CompileSet(filters []Filter, words []Word) (*Set, error) {
	if err := checkWords(words); err != nil {
		return nil, err
	}
	words = slices.Clone(words)
	c := newCompiler(words)
	var problems []Problem
	matchers := make([]*Matcher, 0, len(filters))
	for i, f := range filters {
		root, found := c.tree(f, "/"+strconv.Itoa(i))
		problems = append(problems, found...)
		matchers = append(matchers, &Matcher{filter: f, words: words, root: root})
	}
	if len(problems) > 0 {
		return nil, invalid(problems...)
	}
	return newSet(words, matchers), nil
}

// The mistakes a caller of NewSet can make.
var (
	ErrNoMatcher       = errors.New("no matcher")
	ErrOtherVocabulary = errors.New("compiled against another vocabulary than the first")
)

// NewSet joins filters that were compiled one by one against one vocabulary, for callers whose rules keep their filters
// at different pointers.
func NewSet(matchers []*Matcher) (*Set, error) {
	var words []Word
	for i, m := range matchers {
		if m == nil {
			return nil, fmt.Errorf("rule %d: %w", i, ErrNoMatcher)
		}
		if i == 0 {
			words = m.words
		}
		if !slices.Equal(m.words, words) {
			return nil, fmt.Errorf("rule %d: %w", i, ErrOtherVocabulary)
		}
	}
	return newSet(words, matchers), nil
}

func newSet(words []Word, matchers []*Matcher) *Set {
	roots := make([]node, 0, len(matchers))
	for _, m := range matchers {
		roots = append(roots, m.root)
	}
	s := &Set{matchers: matchers, index: newIndex(roots), crew: newCrew(words, roots...)}
	for _, m := range matchers {
		if m.crew == nil {
			m.crew = s.crew
		}
	}
	return s
}

// Len is the number of filters.
func (s *Set) Len() int { return len(s.matchers) }

// First is the first filter that holds for a subject of which everything is known (T-12, T-13, T-14).
func (s *Set) First(subject Subject) (index int, ok bool) {
	c := s.Choose(subject)
	return c.Index, c.OK
}

// Choose is First for a subject of which some parameters are pending, and reports expressions that failed (T-7).
func (s *Set) Choose(subject Subject, pending ...Parameter) Choice {
	r := s.crew.take(subject, pending)
	defer s.crew.give(r)
	choice := Choice{Index: -1}
	s.index.candidates(&r.merge, subject, pending)
	for i := r.merge.next(); i >= 0; i = r.merge.next() {
		r.failed = false
		t := r.decide(&s.matchers[i].root)
		if r.failed {
			choice.Failed = append(choice.Failed, i)
		}
		if t != no {
			choice.Index, choice.OK, choice.Undecided = i, t == yes, t == unknown
			break
		}
	}
	return choice
}

// Explain is the verdict of one filter, whether or not First would have come to it.
func (s *Set) Explain(i int, subject Subject, pending ...Parameter) Verdict {
	return s.matchers[i].Match(subject, pending...)
}
