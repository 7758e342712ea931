package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"omniconnector/integration"
)

// statusCodes are our kinds of the errors that huma finds by itself.
var statusCodes = map[int]string{
	http.StatusBadRequest: "malformed", http.StatusRequestTimeout: "too_slow", http.StatusRequestEntityTooLarge: "too_large",
	http.StatusUnsupportedMediaType: "wrong_type", http.StatusUnprocessableEntity: "invalid",
}

// reworded makes a Problem of an error of huma. Huma's texts and the rejected values are dropped:
// they are English only, and a value may be a secret in the wrong place.
func reworded(model *huma.ErrorModel, l integration.Lang) *Problem {
	code, ok := statusCodes[model.Status]
	if !ok {
		code = "internal"
	}
	p := (&refusal{code: code}).told(l)
	if code == "malformed" || code == "internal" {
		return p
	}
	for _, e := range model.Errors {
		if e == nil {
			continue
		}
		p.Errors = append(p.Errors, rewordedField(e, l))
	}
	return p
}

func rewordedField(e *huma.ErrorDetail, l integration.Lang) ProblemError {
	code := fieldCode(e.Message)
	out := ProblemError{Code: code, Message: fieldSentences[code].in(l)}
	place, rest, _ := strings.Cut(e.Location, ".")
	if place != "body" {
		out.Parameter = e.Location
		return out
	}
	out.Pointer = pointerOf(rest)
	if name, ok := missingName(e.Message); ok {
		out.Pointer += "/" + name
	}
	return out
}

// pointerOf turns huma's "a.b[3].c" into "/a/b/3/c".
func pointerOf(location string) string {
	if location == "" {
		return ""
	}
	return "/" + strings.NewReplacer("~", "~0", "/", "~1", ".", "/", "[", "/", "]", "").Replace(location)
}

// missingName reads the name out of "expected required property name to be present".
func missingName(message string) (string, bool) {
	rest, ok := strings.CutPrefix(message, "expected required property ")
	if !ok {
		return "", false
	}
	return strings.TrimSuffix(rest, " to be present"), true
}

// fieldCodes tell huma's messages apart by how they begin, the longest beginnings first.
var fieldCodes = []struct{ begin, code string }{
	{"unexpected property", "unknown_field"},
	{"unknown query parameter", "unknown_parameter"},
	{"expected required property", "required"},
	{"required ", "required"},
	{"expected value to be one of", "one_of"},
	{"expected length >=", "too_short"},
	{"expected length <=", "too_long"},
	{"expected array length", "wrong_length"},
	{"expected number >", "out_of_range"},
	{"expected number <", "out_of_range"},
	{"expected string to ", "wrong_form"},
	{"expected ", "wrong_type"},
	{"invalid ", "wrong_type"},
}

func fieldCode(message string) string {
	for _, f := range fieldCodes {
		if strings.HasPrefix(message, f.begin) {
			return f.code
		}
	}
	return "wrong_form"
}

// fieldSentences say what is wrong with one field.
var fieldSentences = map[string]phrase{
	"unknown_field":     {"Такого поля нет. Уберите его или исправьте имя.", "There is no such field. Take it out or mend its name."},
	"unknown_parameter": {"Такого параметра нет. Уберите его или исправьте имя.", "There is no such parameter. Take it out or mend its name."},
	"required":          {"Обязательное поле не заполнено.", "A required field is empty."},
	"one_of":            {"Значение не из списка допустимых.", "The value is not one of those allowed."},
	"too_short":         {"Слишком короткое значение.", "The value is too short."},
	"too_long":          {"Слишком длинное значение.", "The value is too long."},
	"wrong_length":      {"В списке слишком мало или слишком много значений.", "The list has too few or too many values."},
	"out_of_range":      {"Число вне допустимых границ.", "The number is out of range."},
	"wrong_form":        {"Значение записано не по форме.", "The value is not of the right form."},
	"wrong_type":        {"Значение не того вида.", "The value is of the wrong kind."},
	"address":           {"Это не адрес портала. Укажите его вида https://company.bitrix24.ru/rest/.", "This is no portal's address. Give it like https://company.bitrix24.ru/rest/."},
	"platform_address":  {"Это не адрес API платформы. Укажите его вида https://dataapi.uiscom.ru/v2.0.", "This is no address of the platform's API. Give it like https://dataapi.uiscom.ru/v2.0."},
	"weak_secret":       {"Слишком короткий секрет: нужно не меньше 20 знаков. Оставьте поле пустым, и мы создадим его сами.", "The secret is too short: at least 20 characters are needed. Leave it out, and we draw one."},
	"token_or_password": {"Укажите либо ключ, либо логин с паролем, а не всё сразу.", "Give either the key or the login and password, not both."},
	"unknown_user":      {"Такого пользователя в портале нет. Выберите другого или синхронизируйте справочник.", "The portal has no such user. Choose another, or synchronise the directory."},
	"session_or_events": {"Укажите либо звонок из журнала, либо события, но не то и другое.", "Give either a call of the journal or events, not both."},
	"no_call":           {"Это чат или заявка: проверить на черновике можно только звонок.", "This is a chat or a request: only a call can be tried on a draft."},
	"unknown_session":   {"Такого звонка или обращения в этом портале нет. Выберите другое.", "This portal knows no such call or conversation. Choose another."},
	"future":            {"Этот момент ещё не наступил. Укажите прошедшее время.", "This moment is still to come. Give one in the past."},
	"period_too_long":   {"Период длиннее года. Импортируйте по частям.", "The period is longer than a year. Import it in parts."},
	"range_too_long":    {"Период длиннее года. Возьмите его по частям.", "The period is longer than a year. Take it in parts."},
	"search_too_short":  {"Слишком короткий запрос: нужно хотя бы два знака.", "Too short to look for: at least two characters are needed."},
	"cursor":            {"Этот курсор не подходит. Начните список сначала.", "This cursor does not fit. Begin the list anew."},
	"period":            {"Конец периода раньше начала.", "The period ends before it begins."},
	"phone":             {"Это не похоже на номер телефона.", "This does not look like a telephone number."},
}

// wrongParameter refuses one parameter of the request.
func wrongParameter(name, code string, l integration.Lang) error {
	p := (&refusal{code: "invalid"}).told(l)
	p.Errors = []ProblemError{{Parameter: name, Code: code, Message: fieldSentences[code].in(l)}}
	return p
}

// badCursor says that a list cannot go on where it was asked to.
func badCursor(err error, l integration.Lang) error {
	if errors.Is(err, ErrInvalid) {
		return wrongParameter("query.cursor", "cursor", l)
	}
	return err
}
