package integration

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/valyala/fasttemplate"

	"omniconnector/crm"
)

// The default names of T-12.
const (
	DefaultIncomingName = "Входящий звонок на номер {{contact_phone_number}} из приложения {{app_name}}"
	DefaultOutgoingName = "Исходящий звонок на номер {{contact_phone_number}} из приложения {{app_name}}"
)

// Variable is one value that a name template may use.
type Variable struct {
	Name    string `json:"name"`
	RU      string `json:"ru"`
	EN      string `json:"en"`
	Example string `json:"example"`
}

// Variables is the catalogue of name templates (T-12).
func Variables() []Variable {
	return []Variable{
		{"app_name", "Название приложения", "Application name", "OMNI"},
		{"contact_phone_number", "Номер клиента", "Customer's number", "+79000000001"},
		{"contact_full_name", "Имя клиента в адресной книге", "Customer's name in the address book", "Ирина Петрова"},
		{"virtual_phone_number", "Виртуальный номер", "Virtual number", "74950000101"},
		{"call_session_id", "Идентификатор звонка", "Call id", "910000001"},
		{"communication_number", "Порядковый номер обращения", "Ordinal of the communication", "1"},
		{"direction", "Направление (in, out)", "Direction (in, out)", "in"},
		{"start_time", "Начало звонка", "Start of the call", "2026-05-12 10:00:00"},
		{"employee_full_name", "Сотрудник", "Employee", "Тестова Анна"},
		{"scenario_name", "Сценарий ВАТС", "Scenario", "Основной"},
		{"last_scenario_operation_name", "Последняя операция сценария", "Last scenario operation", "Переадресация"},
		{"visitor_group_name", "Выбранная посетителем группа", "Group chosen by the visitor", "Продажи"},
		{"site_domain_name", "Сайт", "Site", "shop.example"},
		{"campaign_name", "Рекламная кампания", "Campaign", "Поиск"},
		{"visitor_first_campaign_name", "Первая рекламная кампания", "First campaign", "Баннеры"},
		{"source_name", "Источник", "Source", "Яндекс.Директ"},
		{"search_query", "Поисковый запрос", "Search query", "купить диван"},
		{"cpn_region_name", "Регион клиента", "Customer's region", "Москва"},
		{"utm_source", "utm_source", "utm_source", "yandex"},
		{"utm_medium", "utm_medium", "utm_medium", "cpc"},
		{"utm_campaign", "utm_campaign", "utm_campaign", "may"},
		{"utm_term", "utm_term", "utm_term", "диван"},
		{"utm_content", "utm_content", "utm_content", "banner"},
		{"tag_names", "Теги", "Tags", "Целевой"},
	}
}

// ErrTemplate is the family of a name template's mistakes.
var ErrTemplate = errors.New("name template")

// UnknownVariableError names a placeholder that the catalogue does not have.
type UnknownVariableError struct{ Name string }

// Error says which placeholder it is.
func (e *UnknownVariableError) Error() string { return fmt.Sprintf("unknown variable %q", e.Name) }

// CheckTemplate reports whether a name template can be rendered: an unclosed or unknown
// placeholder is an error on save (T-12, T-16).
func CheckTemplate(text string) error {
	known := map[string]string{}
	for _, v := range Variables() {
		known[v.Name] = ""
	}
	_, err := render(text, known)
	return err
}

// Render fills a template; an absent value becomes an empty string (T-12).
func Render(text string, values map[string]string) string {
	all := map[string]string{}
	for _, v := range Variables() {
		all[v.Name] = values[v.Name]
	}
	out, err := render(text, all)
	if err != nil {
		return text // it was checked on save; a name with braces is better than none
	}
	return strings.Join(strings.Fields(out), " ")
}

func render(text string, values map[string]string) (string, error) {
	t, err := fasttemplate.NewTemplate(text, "{{", "}}")
	if err != nil {
		return "", fmt.Errorf("%w: a placeholder is not closed", ErrTemplate)
	}
	return t.ExecuteFuncStringWithErr(func(w io.Writer, tag string) (int, error) {
		name := strings.TrimSpace(tag)
		value, ok := values[name]
		if !ok {
			return 0, &UnknownVariableError{name}
		}
		return io.WriteString(w, value)
	})
}

// title names an entity: the first template whose filter holds, else the default (T-12).
func (d *decision) title(k crm.Kind, explain bool) string {
	won := d.Settings.nameTemplate(&d.Call, k)
	note := func(code string, args ...string) {
		if explain {
			d.because("T-12", code, args...).Check = won.check
		}
	}
	if i := won.number; i >= 0 {
		title := Render(d.Settings.Calls(d.Call.Direction).Names.For(k)[i].Text, d.variables())
		if title != "" {
			note("name_rule", "number", decimal(int64(i+1)), "title", title)
			return title
		}
	}
	text := DefaultIncomingName
	if d.Call.Direction == crm.Outgoing {
		text = DefaultOutgoingName
	}
	title := Render(text, d.variables())
	note("name_default", "title", title)
	return title
}
