package integration

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/valyala/fasttemplate"

	"omniconnector/crm"
	"omniconnector/rules"
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

// FirstCommunication is the parameter «ID первой коммуникации»: written once into an empty field, never changed (T-15).
const FirstCommunication = "first_communication_id"

// Parameters is the catalogue of extra fields: all that name templates know, and more (T-15).
func Parameters() []Variable {
	return append(Variables(),
		Variable{FirstCommunication, "ID первой коммуникации", "First communication id", "call:910000001"},
		Variable{"call_status", "Как закончился звонок (answered, missed)", "How the call ended (answered, missed)", "answered"},
		Variable{"lost_reason", "Причина потери звонка", "Why the call was lost", "no_success_operator_call"},
		Variable{"wait_time_duration", "Ожидание, с", "Waiting, s", "12"},
		Variable{"talk_time_duration", "Разговор, с", "Talk, s", "128"},
		Variable{"total_time_duration", "Весь звонок, с", "Whole call, s", "140"},
		Variable{"operator_rating", "Оценка клиента", "Customer's rating", "5"},
		Variable{"end_time", "Конец звонка", "End of the call", "2026-05-12 10:02:20"},
		Variable{"call_source", "Вид звонка по данным платформы", "The platform's kind of call", "va"},
		Variable{"scenario_id", "Сценарий ВАТС, ID", "Scenario id", "301"},
		Variable{"employee_id", "Сотрудник, ID", "Employee id", "7001"},
		Variable{"site_id", "Сайт, ID", "Site id", "41"},
		Variable{"campaign_id", "Рекламная кампания, ID", "Campaign id", "77"},
		Variable{"channel", "Канал", "Channel", "paid"},
		Variable{"search_engine", "Поисковая система", "Search engine", "Яндекс"},
		Variable{"referrer", "Переход со страницы", "Referrer", "https://example.com/"},
		Variable{"referrer_domain", "Переход с сайта", "Referring site", "example.com"},
		Variable{"entrance_page", "Страница входа", "Entrance page", "https://shop.example/"},
		Variable{"communication_page_url", "Страница обращения", "Page of the communication", "https://shop.example/contacts"},
		Variable{"utm_referrer", "utm_referrer", "utm_referrer", "example.com"},
		Variable{"utm_expid", "utm_expid", "utm_expid", "1"},
		Variable{"gclid", "gclid", "gclid", "Cj0K"},
		Variable{"yclid", "yclid", "yclid", "1234567890"},
		Variable{"ymclid", "ymclid", "ymclid", "1234567890"},
		Variable{"ym_client_id", "Яндекс Метрика, ClientID", "Yandex Metrica ClientID", "1620000000123456789"},
		Variable{"ua_client_id", "Google Analytics, ClientID", "Google Analytics ClientID", "1166.2211"},
		Variable{"visitor_id", "Посетитель, ID", "Visitor id", "9100000001"},
		Variable{"visitor_type", "Тип посетителя", "Visitor type", "Новый"},
		Variable{"visits_count", "Число посещений", "Visits", "3"},
		Variable{"visitor_city", "Город посетителя", "Visitor's city", "Москва"},
		Variable{"visitor_region", "Регион посетителя", "Visitor's region", "Москва"},
		Variable{"visitor_country", "Страна посетителя", "Visitor's country", "Россия"},
		Variable{"visitor_device", "Устройство посетителя", "Visitor's device", "desktop"},
		Variable{"openstat_ad", "openstat_ad", "openstat_ad", "ad1"},
		Variable{"openstat_campaign", "openstat_campaign", "openstat_campaign", "may"},
		Variable{"openstat_service", "openstat_service", "openstat_service", "direct"},
		Variable{"openstat_source", "openstat_source", "openstat_source", "banner"},
		Variable{"attributes", "Атрибуты обращения", "Attributes of the communication", "first, target"},
		Variable{"properties", "Комментарий формы обратного звонка", "Comment of the callback form", "Перезвоните вечером"},
	)
}

// variables are the values that name templates and extra fields may use (T-12, T-15).
func (d *decision) variables() map[string]string {
	if d.Chat != nil {
		return d.chatVariables()
	}
	c := &d.Call
	v := map[string]string{}
	for name, values := range c.Params {
		v[name] = strings.Join(values, ", ")
	}
	who := c.Caller
	if t, ok := d.talker(); ok {
		who = t
	}
	v["app_name"] = d.Settings.AppName
	v["contact_phone_number"] = string(d.phone)
	v["virtual_phone_number"] = c.Virtual
	v["call_session_id"] = string(c.Session)
	v["direction"] = string(c.Direction)
	v["employee_full_name"] = who.Name
	v["start_time"] = d.local(c.StartedAt)
	v["tag_names"] = strings.Join(c.Tags, ", ")
	return v
}

// parameters are the values of extra fields: variables, and what only the end of the call tells.
func (d *decision) parameters() map[string]string {
	if d.Chat != nil {
		return d.chatParameters()
	}
	c := &d.Call
	v := d.variables()
	v[FirstCommunication] = "call:" + string(c.Session)
	if who, ok := d.talker(); ok || !c.Caller.IsZero() {
		if !ok {
			who = c.Caller
		}
		if who.ID != 0 {
			v["employee_id"] = decimal(int64(who.ID))
		}
	}
	if c.Rating > 0 {
		v["operator_rating"] = decimal(int64(c.Rating))
	}
	if !c.Finished {
		return v
	}
	v["call_status"] = "missed"
	if c.Answered {
		v["call_status"] = "answered"
	}
	v["lost_reason"] = c.LostReason
	v["end_time"] = d.local(c.EndedAt)
	for name, length := range map[string]time.Duration{
		"wait_time_duration": c.Wait, "talk_time_duration": c.Talk, "total_time_duration": c.Total,
	} {
		v[name] = decimal(int64(length / time.Second))
	}
	return v
}

// local writes a time as the tenant reads it.
func (d *decision) local(t time.Time) string {
	return t.In(d.Settings.location()).Format("2006-01-02 15:04:05")
}

// ErrTemplate is the family of a name template's mistakes.
var ErrTemplate = errors.New("name template")

// UnknownVariableError names a placeholder that the catalogue does not have.
type UnknownVariableError struct{ Name string }

// Error says which placeholder it is.
func (e *UnknownVariableError) Error() string { return fmt.Sprintf("unknown variable %q", e.Name) }

// CheckTemplate reports whether a name template can be rendered: an unclosed or unknown
// placeholder is an error on save (T-12, T-16).
func CheckTemplate(text string) error { return checkTemplate(text, Variables()) }

// CheckChatTemplate is CheckTemplate for the names that conversations give (C-12).
func CheckChatTemplate(text string) error { return checkTemplate(text, ChatVariables()) }

func checkTemplate(text string, catalogue []Variable) error {
	known := map[string]string{}
	for _, v := range catalogue {
		known[v.Name] = ""
	}
	_, err := render(text, known)
	return err
}

// Render fills a template; an absent value becomes an empty string (T-12).
func Render(text string, values map[string]string) string {
	all := map[string]string{}
	for _, v := range append(Variables(), ChatVariables()...) {
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
	text, fallback := "", DefaultIncomingName
	if won.number >= 0 {
		text = d.Settings.Calls(d.Call.Direction).Names.For(k)[won.number].Text
	}
	if d.Call.Direction == crm.Outgoing {
		fallback = DefaultOutgoingName
	}
	return d.named("T-12", text, won.number, won.check, fallback, explain)
}

// named renders the template that won, else, and when it comes out empty, the default (T-12, C-12).
func (d *decision) named(rule, text string, number int, check *rules.Check, fallback string, explain bool) string {
	values := d.variables()
	note := func(code string, args ...string) {
		if explain {
			d.because(rule, code, args...).Check = check
		}
	}
	if title := Render(text, values); title != "" {
		note("name_rule", "number", decimal(int64(number+1)), "title", title)
		return title
	}
	title := Render(fallback, values)
	note("name_default", "title", title)
	return title
}
