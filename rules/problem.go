package rules

import (
	"strconv"
	"strings"
)

// Problem is one mistake in a filter, with the JSON pointer of its field inside the filter and a sentence for the
// person who wrote it (T-16).
type Problem struct {
	Pointer string `json:"pointer"` // "/of/1/values"; empty for the filter itself
	Code    string `json:"code"`
	RU      string `json:"ru"`
	EN      string `json:"en"`
	Line    int    `json:"line,omitempty"`   // in a free expression, from 1
	Column  int    `json:"column,omitempty"` // in characters, from 1
}

// Sentence is the problem in the given language (S-4).
func (p Problem) Sentence(lang string) string {
	if lang == "ru" {
		return p.RU
	}
	return p.EN
}

// Under moves the problem below a prefix, for a filter that is itself a field of something (T-16).
func (p Problem) Under(prefix string) Problem {
	p.Pointer = prefix + p.Pointer
	return p
}

// InvalidError carries every problem of a filter at once (T-16).
type InvalidError struct{ Problems []Problem }

// Error joins the English sentences, each after its pointer.
func (e *InvalidError) Error() string {
	lines := make([]string, 0, len(e.Problems))
	for _, p := range e.Problems {
		lines = append(lines, strings.TrimPrefix(p.Pointer+": ", ": ")+p.EN)
	}
	return strings.Join(lines, "; ")
}

func invalid(problems ...Problem) error { return &InvalidError{Problems: problems} }

// The limits of a filter. They bound what one tenant's settings page may cost the others.
const (
	maxDepth      = 10
	maxConditions = 500
	maxValues     = 1000
	maxValueBytes = 1000
)

// Limits are how large a filter may be; an editor asks before it lets somebody write more (S-4).
type Limits struct {
	Depth      int `json:"depth" doc:"Levels of nested groups, with the outermost group and the conditions"`
	Conditions int `json:"conditions" doc:"Conditions and expressions of one filter"`
	Values     int `json:"values" doc:"Values of one condition"`
	ValueBytes int `json:"value_bytes" doc:"Bytes of one value"`
}

// FilterLimits are those that Compile holds filters to.
func FilterLimits() Limits {
	return Limits{Depth: maxDepth, Conditions: maxConditions, Values: maxValues, ValueBytes: maxValueBytes}
}

// said holds the sentences of problems that need no details: code → Russian, English.
var said = map[string][2]string{
	"filter_too_long":   {"Фильтр слишком длинный.", "The filter is too long."},
	"filter_unreadable": {"Не удалось прочитать фильтр: неизвестное поле или не тот вид значения.", "The filter cannot be read: an unknown field or a value of the wrong kind."},
	"too_deep":          {"Группы вложены слишком глубоко: не больше " + strconv.Itoa(maxDepth) + " уровней.", "Groups are nested too deeply: at most " + strconv.Itoa(maxDepth) + " levels."},
	"too_many":          {"Слишком много условий: не больше " + strconv.Itoa(maxConditions) + ".", "Too many conditions: at most " + strconv.Itoa(maxConditions) + "."},
	"no_values":         {"Укажите хотя бы одно значение.", "Give at least one value."},
	"too_many_values":   {"Слишком много значений: не больше " + strconv.Itoa(maxValues) + ".", "Too many values: at most " + strconv.Itoa(maxValues) + "."},
	"blank_value":       {"Значение не может быть пустым.", "A value cannot be blank."},
	"value_too_long":    {"Значение слишком длинное: не больше " + strconv.Itoa(maxValueBytes) + " байт.", "The value is too long: at most " + strconv.Itoa(maxValueBytes) + " bytes."},
	"value_not_text":    {"Значение содержит недопустимые символы.", "The value is not valid text."},
	"no_parameter":      {"Выберите параметр.", "Choose a parameter."},
	"bad_mode":          {"Выберите «Включить» или «Исключить».", "Choose include or exclude."},
	"bad_join":          {"Группа объединяется через «И» или «ИЛИ».", "A group is joined by AND or OR."},
	"mixed":             {"Это одновременно группа, условие или выражение: оставьте что-то одно.", "This is a group, a condition or an expression at once: keep one of them."},
}

func problemOf(pointer, code string) Problem {
	return Problem{Pointer: pointer, Code: code, RU: said[code][0], EN: said[code][1]}
}
