package rules

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/expr-lang/expr/builtin"
)

// Kind is what values a parameter has; it decides the type a free expression sees (T-7).
type Kind string

// The kinds of parameters: one text, one whole number, a list of texts.
const (
	Text   Kind = "text"
	Number Kind = "number"
	List   Kind = "list"
)

// Word is one parameter of the vocabulary that a filter may use; the caller owns the vocabulary, because the parameters
// of an incoming call, an outgoing call and a chat differ (T-7).
type Word struct {
	Parameter Parameter `json:"parameter"`
	Kind      Kind      `json:"kind"`
	LabelRU   string    `json:"label_ru"`
	LabelEN   string    `json:"label_en"`
	// Late marks what is known only after an employee answered: employee, chosen group, last operation (T-7).
	Late bool `json:"late,omitempty"`
	// Example is a value shown in the editor's empty field.
	Example string `json:"example,omitempty"`
}

// Label is the word's name in the given language, "ru" or anything else for English (S-4).
func (w Word) Label(lang string) string {
	label := w.LabelEN
	if lang == "ru" {
		label = w.LabelRU
	}
	if label == "" {
		return string(w.Parameter)
	}
	return label
}

// LateOf lists which of a filter's parameters are known only after an employee answered; when it is not empty, the
// settings warn that missed calls will not be registered (T-7, T-10).
func LateOf(f Filter, words []Word) []Parameter {
	var late []Parameter
	for _, p := range f.Uses() {
		if word, ok := wordOf(words, p); ok && word.Late {
			late = append(late, p)
		}
	}
	return late
}

func wordOf(words []Word, p Parameter) (Word, bool) {
	i := slices.IndexFunc(words, func(w Word) bool { return w.Parameter == p })
	if i < 0 {
		return Word{Parameter: p}, false
	}
	return words[i], true
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// keywords are what expr's grammar keeps for itself; a parameter of such a name could not be written.
var keywords = []string{
	hasFunction, "and", "or", "not", "in", "matches", "contains", "let", "if", "else", "true", "false", "nil", "null",
}

// checkWords refuses a vocabulary that a filter could not be compiled against. That is the caller's mistake, not the
// tenant's, hence a plain error instead of problems.
func checkWords(words []Word) error {
	seen := make(map[Parameter]bool, len(words))
	for _, w := range words {
		switch {
		case !identifier.MatchString(string(w.Parameter)):
			return fmt.Errorf("vocabulary: %q cannot be a parameter's name", w.Parameter)
		case slices.Contains(keywords, string(w.Parameter)) || slices.Contains(builtin.Names, string(w.Parameter)):
			return fmt.Errorf("vocabulary: %q means something else in expressions", w.Parameter)
		case seen[w.Parameter]:
			return fmt.Errorf("vocabulary: %q is there twice", w.Parameter)
		case w.Kind != Text && w.Kind != Number && w.Kind != List:
			return fmt.Errorf("vocabulary: %q has no kind", w.Parameter)
		}
		seen[w.Parameter] = true
	}
	return nil
}
