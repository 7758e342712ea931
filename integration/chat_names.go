package integration

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// The default names of what conversations make (C-12).
const (
	DefaultChatName    = "{{channel_name}}: {{visitor}}"
	DefaultOfflineName = "Офлайн-заявка: {{visitor}}"
	DefaultVisitorName = "{{visitor}}"
)

// ChatVariables is the catalogue of name templates of conversations (C-12).
func ChatVariables() []Variable {
	return []Variable{
		{"app_name", "Название приложения", "Application name", "OMNI"},
		{"visitor", "Клиент: имя, а без него контакт", "Customer: the name, else a contact", "Ирина"},
		{"visitor_name", "Имя клиента", "Customer's name", "Ирина"},
		{"contact_phone_number", "Номер клиента", "Customer's number", "+79000000008"},
		{"visitor_email", "Email клиента", "Customer's email", "irina@example.test"},
		{"visitor_company", "Компания клиента", "Customer's company", "Ромашка"},
		{"chat_channel_type", "Тип канала чата", "Channel type", "whatsapp"},
		{"channel_name", "Канал", "Channel", "WhatsApp"},
		{"chat_channel_name", "Название канала", "Name of the channel", "WA магазин"},
		{"communication_id", "ID обращения", "Communication id", "199000001"},
		{"communication_number", "Порядковый номер обращения", "Ordinal of the communication", "1"},
		{"start_time", "Начало", "Beginning", "2026-05-12 12:00:00"},
		{"employee_full_name", "Оператор", "Operator", "Тестова Анна"},
		{"group_name", "Группа операторов", "Operator group", "Продажи"},
		{"form_name", "Форма заявки", "Form", "Обратная связь"},
		{"first_message", "Первое сообщение", "First message", "Сколько стоит доставка?"},
		{"site_domain_name", "Сайт", "Site", "shop.example"},
		{"campaign_name", "Рекламная кампания", "Campaign", "Поиск"},
		{"visitor_first_campaign_name", "Первая рекламная кампания", "First campaign", "Баннеры"},
		{"source_name", "Источник", "Source", "Яндекс.Директ"},
		{"search_query", "Поисковый запрос", "Search query", "купить диван"},
		{"utm_source", "utm_source", "utm_source", "yandex"},
		{"utm_medium", "utm_medium", "utm_medium", "cpc"},
		{"utm_campaign", "utm_campaign", "utm_campaign", "may"},
		{"utm_term", "utm_term", "utm_term", "диван"},
		{"utm_content", "utm_content", "utm_content", "banner"},
		{"tag_names", "Теги", "Tags", "Целевой"},
	}
}

// onlyOfCalls are the parameters of extra fields that conversations do not have.
var onlyOfCalls = []string{
	"contact_full_name", "virtual_phone_number", "call_session_id", "direction", "scenario_name", "last_scenario_operation_name",
	"visitor_group_name", "cpn_region_name", "call_status", "lost_reason", "wait_time_duration", "talk_time_duration", "total_time_duration",
	"operator_rating", "call_source", "scenario_id", "properties",
}

// ChatParameters is the catalogue of extra fields of conversations (C-13): all that name templates know, what they share with calls,
// and more.
func ChatParameters() []Variable {
	out := ChatVariables()
	for _, v := range Parameters() {
		known := slices.ContainsFunc(out, func(o Variable) bool { return o.Name == v.Name })
		if known || slices.Contains(onlyOfCalls, v.Name) {
			continue
		}
		if v.Name == FirstCommunication {
			v.Example = "chat:199000001"
		}
		out = append(out, v)
	}
	return append(out,
		Variable{"initiator", "Кто начал (visitor, operator…)", "Who began (visitor, operator…)", "visitor"},
		Variable{"release_cause", "Чем закончился чат", "How the chat ended", "closed_by_operator"},
		Variable{"messages_count", "Число сообщений", "Number of messages", "12"},
		Variable{"messenger", "Аккаунт в мессенджере", "Account in a messenger", "@irina"},
		Variable{"visitor_comment", "Комментарий карточки посетителя", "Comment of the visitor's card", "Звонить вечером"},
		Variable{"chat_ad_url", "Объявление", "Advertisement", "https://avito.example/1"},
	)
}

// channelName is the channel for people: "WhatsApp".
func (d *decision) channelName() string {
	c := d.Chat
	if c.Kind == Offline {
		return d.say("Офлайн-заявка", "Offline request")
	}
	for _, t := range ChannelTypes() {
		if t.Name == c.Channel {
			return d.say(t.RU, t.EN)
		}
	}
	return cmp.Or(oneLine(c.Channel), d.say("Чат", "Chat"))
}

// visitorName is who writes, for people: the name, else a contact, else the visitor's number at the platform.
func (d *decision) visitorName() string {
	v := &d.Chat.Visitor
	name := oneLine(v.Name)
	switch {
	case name != "" || len(d.contacts) == 0:
	case len(d.phones)+len(d.emails) == 0: // an account in a messenger, whose channel is named elsewhere
		_, account, _ := strings.Cut(d.contacts[0], ":")
		name = oneLine(account)
	default:
		name = oneLine(d.contacts[0])
	}
	if name == "" && v.ID != "" {
		name = d.say("Посетитель ", "Visitor ") + oneLine(v.ID)
	}
	return cmp.Or(name, d.say("Посетитель", "Visitor"))
}

// chatVariables are the values that name templates of conversations may use.
func (d *decision) chatVariables() map[string]string {
	c := d.Chat
	v := map[string]string{}
	for name, values := range c.Params {
		v[name] = strings.Join(values, ", ")
	}
	v["app_name"] = d.Settings.AppName
	v["visitor"] = d.visitorName()
	v["visitor_name"], v["visitor_company"] = oneLine(c.Visitor.Name), oneLine(c.Visitor.Company)
	v["contact_phone_number"], v["visitor_email"] = "", ""
	if len(d.phones) > 0 {
		v["contact_phone_number"] = string(d.phones[0])
	}
	if len(d.emails) > 0 {
		v["visitor_email"] = d.emails[0]
	}
	v["chat_channel_type"], v["chat_channel_name"], v["channel_name"] = c.Channel, c.ChannelName, d.channelName()
	v["communication_id"] = c.ID
	v["start_time"] = d.local(c.OpenedAt)
	v["employee_full_name"] = c.Operator().Name
	v["tag_names"] = strings.Join(c.Tags, ", ")
	if first := chatSubject(c)[ParamFirstMessage]; len(first) > 0 {
		v["first_message"] = shortened(first[0], longestFirst)
	}
	return v
}

// longestFirst and longestName bound, in letters, how much of the first message and of somebody's name goes into a name.
const (
	longestFirst = 100
	longestName  = 100
)

// shortened takes at most so many letters of a text.
func shortened(s string, most int) string {
	if len(s) <= most {
		return s
	}
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// oneLine makes one short line of a name that somebody gave.
func oneLine(name string) string {
	return shortened(strings.Join(strings.Fields(visible(name)), " "), longestName)
}

// visible leaves out what nobody sees and what would turn the rest around. White space is left.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if turnsWriting(r) || unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// chatParameters are the values of extra fields: variables, and what becomes known as the conversation goes on.
func (d *decision) chatParameters() map[string]string {
	c := d.Chat
	v := d.chatVariables()
	v[FirstCommunication] = string(c.Session)
	v["initiator"], v["visitor_id"], v["visitor_comment"] = c.Initiator, c.Visitor.ID, c.Visitor.Comment
	if who := c.Operator(); who.ID != 0 {
		v["employee_id"] = decimal(int64(who.ID))
	}
	if len(c.Visitor.Messengers) > 0 {
		v["messenger"] = c.Visitor.Messengers[0].Value
	}
	if c.Closed {
		v["release_cause"], v["end_time"] = c.Reason, d.local(c.ClosedAt)
		v["messages_count"] = decimal(int64(len(c.Said())))
	}
	return v
}
