package rules

import (
	"slices"
	"strconv"
	"strings"
)

// Names resolves a value into what the tenant calls it, for example an employee's id into a name; it returns "" for what
// it does not know, and the value itself is shown (T-7).
type Names func(p Parameter, value string) string

const mostSpoken = 10 // values listed in a sentence before "and 5 more"

// speaker writes sentences in one language.
type speaker struct {
	ru    bool
	names Names
}

func speak(lang string, names Names) speaker { return speaker{ru: lang == "ru", names: names} }

// say picks a phrase's language.
func (s speaker) say(ru, en string) string {
	if s.ru {
		return ru
	}
	return en
}

func (s speaker) values(p Parameter, values []string) string {
	spoken := make([]string, 0, min(len(values), mostSpoken))
	for _, v := range values[:min(len(values), mostSpoken)] {
		name := ""
		if s.names != nil {
			name = s.names(p, v)
		}
		if name == "" {
			name = v
		}
		if !slices.Contains(spoken, name) { // an identifier and its name are both values, and are spoken alike
			spoken = append(spoken, name)
		}
	}
	list := strings.Join(spoken, ", ")
	if more := len(values) - mostSpoken; more > 0 {
		list += s.say(" и ещё ", " and ") + strconv.Itoa(more) + s.say("", " more")
	}
	return list
}

// Describe says in words what the whole filter means: «Виртуальный номер — один из 7495…, 7495…, и не (Сотрудник —
// Анна Тестова)» (S-4).
func (f Filter) Describe(lang string, words []Word, names Names) string {
	s := speak(lang, names)
	if f.Empty() {
		return s.say("Без условий: подходит всё", "No conditions: everything passes")
	}
	return s.filter(f, words, lang)
}

func (s speaker) filter(f Filter, words []Word, lang string) string {
	text := ""
	switch f.shape() {
	case group:
		text = s.group(f, words, lang)
	case expression:
		text = s.say("условие ", "the expression ") + "`" + f.Expression + "`"
	case condition:
		word, _ := wordOf(words, f.Parameter)
		one := ""
		if len(f.Values) > 1 {
			one = s.say("один из ", "one of ")
		}
		text = word.Label(lang) + " — " + one + s.values(f.Parameter, f.Values)
		if f.Mode == Exclude {
			text = s.say("не (", "not (") + text + ")"
		}
	}
	if f.Name != "" {
		text = "«" + f.Name + "»: " + text
	}
	return text
}

func (s speaker) group(f Filter, words []Word, lang string) string {
	join := s.say(", и ", ", and ")
	if f.Join == Or {
		join = s.say(", или ", ", or ")
	}
	var said []string
	lone := true
	for _, member := range f.Of {
		if member.Empty() {
			if f.Join == Or {
				return s.say("подходит всё", "everything passes") // an empty member is true, and so is the whole OR
			}
			continue
		}
		text := s.filter(member, words, lang)
		if member.shape() == group || member.Name != "" {
			text = "(" + text + ")"
		}
		lone = member.shape() == group && member.Name == ""
		said = append(said, text)
	}
	if len(said) == 1 && lone {
		return strings.TrimSuffix(strings.TrimPrefix(said[0], "("), ")")
	}
	return strings.Join(said, join)
}

// Sentence says one check in words: «Виртуальный номер» включает 74950000101 — да (значение: 74950000101) (T-7).
func (c Check) Sentence(lang string, names Names) string {
	s := speak(lang, names)
	text := s.claim(c, lang) + " — " + s.answer(c)
	if c.Name != "" && c.Join == "" {
		text = c.Name + ": " + text
	}
	return text
}

func (s speaker) claim(c Check, lang string) string {
	switch {
	case c.Expression != "":
		return s.say("Условие ", "The expression ") + "`" + c.Expression + "`"
	case c.Join != "":
		all := s.say("выполнены все условия", "all conditions hold")
		if c.Join == Or {
			all = s.say("выполнено хотя бы одно условие", "at least one condition holds")
		}
		if len(c.Of) == 0 {
			all = s.say("нет условий", "no conditions")
		}
		return s.say("Группа", "Group") + quotedName(c.Name) + ": " + all
	default:
		word := Word{Parameter: c.Parameter, LabelRU: c.LabelRU, LabelEN: c.LabelEN}
		verb := s.say(" включает ", " includes ")
		if c.Mode == Exclude {
			verb = s.say(" исключает ", " excludes ")
		}
		return "«" + word.Label(lang) + "»" + verb + s.values(c.Parameter, c.Values)
	}
}

func quotedName(name string) string {
	if name == "" {
		return ""
	}
	return " «" + name + "»"
}

// faults are what went wrong in a free expression at run time.
var faults = map[string][2]string{
	"division_by_zero": {"деление на ноль", "division by zero"},
	"out_of_range":     {"обращение за пределы списка", "beyond the end of a list"},
	"too_much_memory":  {"условие слишком дорогое", "the expression is too expensive"},
	"not_a_number":     {"значение параметра не число", "a parameter's value is not a number"},
	"wrong_value":      {"значение не того вида", "a value of the wrong kind"},
}

func (s speaker) answer(c Check) string {
	switch {
	case c.Err != "":
		return s.say("нет, ошибка: ", "no, an error: ") + s.say(faults[c.Err][0], faults[c.Err][1])
	case c.Undecided:
		return s.say("пока неизвестно", "not known yet")
	}
	text := s.say("нет", "no")
	if c.Passed {
		text = s.say("да", "yes")
	}
	switch {
	case c.Parameter == "":
	case len(c.Had) == 0:
		text += s.say(" (значения нет)", " (no value)")
	default:
		text += s.say(" (значение: ", " (value: ") + s.values(c.Parameter, c.Had) + ")"
	}
	return text
}

// Sentence says the answer and the conditions that decided it (T-7: a call is kept "with the condition that decided it").
func (v Verdict) Sentence(lang string, names Names) string {
	s := speak(lang, names)
	head := s.say("Не подходит", "Does not pass")
	switch {
	case v.Passed:
		head = s.say("Подходит", "Passes")
	case v.Undecided:
		head = s.say("Пока не решено", "Not decided yet")
	}
	var reasons []string
	for _, c := range v.Decisive() {
		reasons = append(reasons, c.Sentence(lang, names))
	}
	if len(reasons) == 0 {
		return head + s.say(": условий нет", ": there are no conditions")
	}
	return head + ": " + strings.Join(reasons, "; ")
}

// Decisive lists the conditions that made the answer what it is: of an AND that failed those that failed, of an OR that
// passed those that passed, otherwise all (T-7).
func (v Verdict) Decisive() []Check { return v.Root.decisive(nil) }

func (c *Check) decisive(found []Check) []Check {
	if c.Join == "" {
		return append(found, *c)
	}
	for i := range c.Of {
		if c.Of[i].truth() == c.truth() {
			found = c.Of[i].decisive(found)
		}
	}
	return found
}

// Failed lists the free expressions that failed at run time, wherever in the tree they are; somebody must be told.
func (v Verdict) Failed() []Check { return v.Root.failed(nil) }

func (c *Check) failed(found []Check) []Check {
	if c.Err != "" {
		return append(found, *c)
	}
	for i := range c.Of {
		found = c.Of[i].failed(found)
	}
	return found
}
