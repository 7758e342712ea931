package simulate

import (
	"strings"

	"omniconnector/integration"
)

// phrase is Russian and English.
type phrase [2]string

func (p phrase) in(l integration.Lang) string {
	if l == integration.English {
		return p[1]
	}
	return p[0]
}

var (
	absent = phrase{"нет", "none"}
	yes    = phrase{"да", "yes"}
)

// labels name the kinds of effect.
var labels = map[What]phrase{
	Verdict:     {"Решение", "Decision"},
	Dialled:     {"Платформа соединяет", "The platform connects"},
	Created:     {"Создаётся", "Created"},
	Title:       {"Название", "Name"},
	Responsible: {"Ответственный", "Responsible"},
	Funnel:      {"Воронка", "Funnel"},
	Stage:       {"Стадия", "Stage"},
	Source:      {"Дополнительно об источнике", "More of the source"},
	Link:        {"Клиент", "Client"},
	Field:       {"Доп. поле", "Extra field"},
	Note:        {"Заметка", "Note"},
	Card:        {"Карточку видят", "Card shown to"},
	Ended:       {"Звонок завершён", "The call ended"},
	Told:        {"Сообщение в карточке", "The card says"},
	Activity:    {"Дело у", "Activity of"},
	Completed:   {"Дело", "Activity"},
	Shown:       {"Дело видно в", "Activity shown in"},
	Notice:      {"Сообщение в чат", "Message in the chat"},
	Processed:   {"Обработаны пропущенные", "Missed calls processed"},
	Record:      {"Запись разговора", "Record of the talk"},
	Transcript:  {"Расшифровка", "Transcript"},
	Released:    {"Звонок портала завершён отдельно", "The portal's own call finished apart"},
}

// values are those that are no names.
var values = map[What]map[string]phrase{
	Verdict: {
		string(integration.Planned):  {"попадает в CRM", "goes into the CRM"},
		string(integration.Nothing):  {"ничего не меняет", "changes nothing"},
		string(integration.Waiting):  {"ещё ждёт", "still waits"},
		string(integration.Filtered): {"не пропущен фильтром", "kept out by the filter"},
		string(integration.Ignored):  {"не звонок клиента", "no customer's call"},
		string(integration.Invalid):  {"не удалось решить", "could not be decided"},
		string(integration.Off):      {"телефония выключена", "telephony is off"},
	},
	Ended: {
		"200": {"разговор состоялся", "they talked"}, "304": {"пропущен", "missed"}, "404": {"номера нет", "no such number"},
		"480": {"не ответили", "no answer"}, "486": {"занято", "busy"}, "603-S": {"отменён", "cancelled"}, "OTHER": {"не состоялся", "did not come about"},
	},
	Completed: {done: {"выполнено", "completed"}, open: {"не выполнено", "not completed"}},
}

// kinds are our words for records.
var kinds = map[string]phrase{
	"lead": {"лид", "lead"}, "deal": {"сделка", "deal"}, "contact": {"контакт", "contact"}, "company": {"компания", "company"},
	New: {"новая запись", "new record"}, Companion: {"новый клиент", "new client"},
}

// record names a record to a person: "сделка 12".
func record(of string, l integration.Lang) string {
	kind, id, _ := strings.Cut(of, " ")
	if said, ok := kinds[kind]; ok {
		kind = said.in(l)
	}
	return strings.TrimSpace(kind + " " + id)
}
