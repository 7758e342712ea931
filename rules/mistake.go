package rules

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/file"
)

// mistake is a code with its two sentences, without the full stop: the position goes before it.
type mistake struct{ code, ru, en string }

// mistakes are what our guards and expr's parser find in a free expression.
var mistakes = map[string]mistake{
	"too_long":            {"too_long", "Условие слишком длинное: не больше " + strconv.Itoa(maxExpressionBytes) + " байт", "The expression is too long: at most " + strconv.Itoa(maxExpressionBytes) + " bytes"},
	"too_complex":         {"too_complex", "Условие слишком сложное: разбейте его на несколько", "The expression is too complex: split it into several"},
	"nested_loop":         {"nested_loop", "Перебор списка внутри другого перебора не разрешён", "A loop inside another loop is not allowed"},
	"variable":            {"variable", "Переменные (let) не разрешены", "Variables (let) are not allowed"},
	"sequence":            {"sequence", "Несколько выражений через точку с запятой не разрешены", "Several expressions separated by semicolons are not allowed"},
	"environment":         {"environment", "Обращение $env не разрешено: пишите имя параметра", "$env is not allowed: write the parameter's name"},
	"not_a_function":      {"not_a_function", "Здесь нужна функция, а это не функция", "A function is needed here, and this is not one"},
	"range":               {"range", "Диапазоны (..) не разрешены", "Ranges (..) are not allowed"},
	"pattern":             {"pattern", "Не удалось прочитать шаблон после matches", "The pattern after matches cannot be read"},
	"pattern_not_written": {"pattern_not_written", "Шаблон после matches нужно написать в кавычках", "The pattern after matches must be written in quotes"},
	"pattern_too_large":   {"pattern_too_large", "Шаблоны после matches слишком сложные", "The patterns after matches are too complex"},
	"unfinished":          {"unfinished", "Условие не дописано до конца", "The expression is not finished"},
	"unclosed":            {"unclosed", "Не закрыта кавычка", "A quotation mark is not closed"},
	"syntax":              {"syntax", "Не удалось прочитать условие", "The expression cannot be read"},
	"not_a_claim":         {"not_a_claim", "Условие должно отвечать «да» или «нет»", "The expression must answer yes or no"},
	"wrong_types":         {"wrong_types", "Это действие не подходит к таким значениям", "This operation does not fit such values"},
	"wrong_arguments":     {"wrong_arguments", "Функции переданы не те значения", "The function is given the wrong values"},
	"no_parts":            {"no_parts", "У этого значения нет составных частей", "This value has no parts"},
	"division_by_zero":    {"division_by_zero", "Деление на ноль", "Division by zero"},
}

// at turns the mistake into a problem at a character of the source.
func (m mistake) at(source string, from int) Problem {
	line, column := position(source, from)
	where := strconv.Itoa(line)
	return Problem{
		Code: m.code, Line: line, Column: column,
		RU: m.ru + " (строка " + where + ", столбец " + strconv.Itoa(column) + ").",
		EN: m.en + " (line " + where + ", column " + strconv.Itoa(column) + ").",
	}
}

// position counts lines and characters from one, as an editor shows them.
func position(source string, from int) (line, column int) {
	line, column = 1, 1
	for i, r := range []rune(source) {
		if i >= from {
			break
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return line, column
}

func forbiddenFunction(name string) mistake {
	return mistake{"forbidden_function", "Функция " + quoted(name) + " здесь не разрешена", "The function " + quoted(name) + " is not allowed here"}
}

// heard pairs the beginnings of expr's messages with ours. What expr says is never shown: it names Go types. A message
// that a later expr words differently falls through to "syntax", with its position.
var heard = []struct{ begins, code string }{
	{"compilation failed", "too_complex"},
	{"memory budget", "too_complex"},
	{"unexpected token EOF", "unfinished"},
	{"unexpected end", "unfinished"},
	{"literal not terminated", "unclosed"},
	{"unexpected token", "syntax"},
	{"invalid operation", "wrong_types"},
	{"expected bool", "not_a_claim"},
	{"predicate should return", "not_a_claim"},
	{"non-bool expression", "not_a_claim"},
	{"integer divide by zero", "division_by_zero"},
	{"cannot use", "wrong_arguments"},
	{"not enough arguments", "wrong_arguments"},
	{"too many arguments", "wrong_arguments"},
	{"invalid number of arguments", "wrong_arguments"},
	{"invalid argument", "wrong_arguments"},
	{"no matching overload", "wrong_arguments"},
	{"builtin", "wrong_arguments"},
	{"array elements", "wrong_types"},
	{"non-integer", "wrong_types"},
	{"type ", "no_parts"},
	{"unknown field", "no_parts"},
	{"unknown pointer", "syntax"},
	{"cannot slice", "wrong_types"},
}

var (
	operands = regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types? (\S+)(?: and (\S+))?\)`)
	wanted   = regexp.MustCompile(`^expected bool, but got (\S+)`)
)

// explained puts expr's error into a sentence for the person who wrote the condition.
func explained(source string, err error) Problem {
	e := &file.Error{Message: err.Error()} // a wrong result has no place of its own: it is the whole source
	errors.As(err, &e)
	if m, ok := mismatch(e.Message); ok {
		return m.at(source, e.From)
	}
	for _, h := range heard {
		if strings.HasPrefix(e.Message, h.begins) {
			return mistakes[h.code].at(source, e.From)
		}
	}
	return mistakes["syntax"].at(source, e.From)
}

// mismatch says of which kinds the values are, when expr tells.
func mismatch(message string) (mistake, bool) {
	if got := wanted.FindStringSubmatch(message); got != nil {
		m := mistakes["not_a_claim"]
		m.ru += ", а получается " + kindOf(got[1], "ru")
		m.en += ", but gives " + kindOf(got[1], "en")
		return m, true
	}
	got := operands.FindStringSubmatch(message)
	if got == nil {
		return mistake{}, false
	}
	m := mistake{code: "wrong_types"}
	m.ru = "Действие " + quoted(got[1]) + " не подходит: здесь " + kindOf(got[2], "ru")
	m.en = "The operation " + quoted(got[1]) + " does not fit: here is " + kindOf(got[2], "en")
	if got[3] != "" {
		m.ru += " и " + kindOf(got[3], "ru")
		m.en += " and " + kindOf(got[3], "en")
	}
	return m, true
}

// kindOf is a Go type in the tenant's words.
func kindOf(goType, lang string) string {
	names := [2]string{"другое значение", "another value"}
	switch {
	case goType == "string":
		names = [2]string{"текст", "a text"}
	case goType == "bool":
		names = [2]string{"да/нет", "yes or no"}
	case strings.HasPrefix(goType, "int"), strings.HasPrefix(goType, "float"):
		names = [2]string{"число", "a number"}
	case strings.HasPrefix(goType, "[]"), strings.HasPrefix(goType, "array"):
		names = [2]string{"список", "a list"}
	case goType == "nil", goType == "<nil>":
		names = [2]string{"пустое значение", "nothing"}
	}
	if lang == "ru" {
		return names[0]
	}
	return names[1]
}
