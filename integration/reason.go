package integration

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"omniconnector/rules"
)

// Lang is a language the product speaks to people in.
type Lang string

// The product's languages.
const (
	Russian Lang = "ru"
	English Lang = "en"
)

// Reason is one step of a decision's explanation: the rule of the specification, and what
// it meant here. It is data; Sentence puts it into words.
type Reason struct {
	Rule string            `json:"rule"` // "T-14.P4"
	Code string            `json:"code"` // key of the sentence
	Args map[string]string `json:"args,omitempty"`
	// Check is the filter that was looked at, condition by condition, when there was one.
	Check *rules.Check `json:"check,omitempty"`
}

// Sentence says the reason to a person. Tenants' words inside are shown as they are.
func (r Reason) Sentence(lang Lang) string {
	pair, ok := sentences[r.Code]
	if !ok {
		pair, ok = chatSentences[r.Code]
	}
	if !ok {
		return r.Code
	}
	text := pair[0]
	if lang == English {
		text = pair[1]
	}
	pairs := make([]string, 0, 2*len(r.Args))
	for name, value := range r.Args {
		pairs = append(pairs, "{"+name+"}", said(name, value, lang))
	}
	return capital(strings.NewReplacer(pairs...).Replace(text))
}

// said puts our own words among a reason's values into the reader's language.
func said(name, value string, lang Lang) string {
	switch name {
	case "of":
		return objects[value][lang]
	case "entity", "found", "chosen", "kind", "field", "records", "deal", "lead":
		if lang == Russian {
			return russian.Replace(value)
		}
	default:
	}
	return value
}

// russian are our words for records and their fields.
var russian = strings.NewReplacer("lead", "лид", "deal", "сделка", "contact", "контакт", "company", "компания",
	"responsible", "ответственный", "stage", "стадия", "title", "название")

// InLanguage takes the reader's half of a text that says the same in Russian and in English with " / " between, as other sides'
// refusals are told inside; what follows the halves in brackets, a code, stays. Any other text is left as it is.
func InLanguage(text string, l Lang) string {
	russian, english, two := strings.Cut(text, " / ")
	if !two || !cyrillic(russian) || cyrillic(english) {
		return text
	}
	if l == English {
		return english
	}
	if i := strings.LastIndex(english, " ("); i >= 0 && strings.HasSuffix(english, ")") {
		russian += english[i:]
	}
	return russian
}

func cyrillic(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if first == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// objects are what somebody may be responsible for.
var objects = map[string]map[Lang]string{
	ofEntity:   {Russian: "Новая запись", English: "The new record"},
	ofActivity: {Russian: "Дело", English: "The activity"},
}

const (
	ofEntity   = "entity"
	ofActivity = "activity"
)

// ReasonCodes lists every code that Sentence knows.
func ReasonCodes() []string {
	return slices.Concat(slices.Collect(maps.Keys(sentences)), slices.Collect(maps.Keys(chatSentences)))
}

// sentences are the reasons in Russian and English.
var sentences = map[string][2]string{
	"off":              {"Раздел «Телефония» выключен: звонок только записан в журнал.", "The telephony section is off: the call is only kept in the journal."},
	"unreadable":       {"Уведомление не удалось прочитать: {problem}.", "The notification could not be read: {problem}."},
	"defect":           {"Ошибка в программе помешала решить, что делать: событие сохранено, сообщите в поддержку.", "A defect of the program kept it from deciding: the event is kept, please tell support."},
	"together":         {"Решено вместе с более поздним событием того же звонка или обращения.", "Decided together with a later event of the same call or conversation."},
	"not_a_call":       {"Событие не о звонке (например, SIP-линия потеряла регистрацию): оно только записано в журнал.", "The event is about no call (a SIP line lost its registration, for one): it is only kept in the journal."},
	"internal":         {"Внутренний звонок между сотрудниками: в CRM не передаётся.", "An internal call between colleagues: not passed to the CRM."},
	"no_number":        {"Номер клиента скрыт или не передан («{number}»): искать и создавать некого.", "The caller's number is hidden or absent (“{number}”): there is nobody to look for or create."},
	"extension":        {"«{number}» — внутренний номер сотрудника, а не клиента.", "“{number}” is a colleague's extension and not a customer's number."},
	"sip_name":         {"«{number}» — имя SIP-линии, а не номер клиента.", "“{number}” is a SIP login and not a customer's number."},
	"malformed":        {"«{number}» не похоже на номер телефона.", "“{number}” does not look like a telephone number."},
	"own_number":       {"{number} — ваш собственный виртуальный номер: он не может быть клиентом.", "{number} is your own virtual number: it cannot be a customer."},
	"wait_direction":   {"Ещё не известно, входящий это звонок или исходящий.", "It is not known yet whether the call is incoming or outgoing."},
	"wait_number":      {"Номер клиента ещё не известен.", "The customer's number is not known yet."},
	"wait_ring":        {"Ещё ни у кого не звонит телефон: карточку показать некому.", "Nobody's phone rings yet: there is nobody to show the card to."},
	"wait_filter":      {"Фильтр называет сотрудника, группу или операцию: решим, когда сотрудник ответит.", "The filter names an employee, a group or an operation: to be decided when somebody answers."},
	"filter_off":       {"Фильтр звонков выключен: проходят все.", "The call filter is off: every call passes."},
	"filter_passed":    {"Фильтр звонков пропустил звонок.", "The call filter let the call through."},
	"filter_kept_out":  {"Фильтр звонков не пропустил звонок: он остался только в журнале.", "The call filter kept the call out: it stays in the journal only."},
	"filter_no_answer": {"Фильтр требует ответа сотрудника, а звонок закончился без ответа: он не регистрируется.", "The filter needs an employee's answer and the call ended without one: it is not registered."},
	"primary":          {"По номеру {phone} в CRM ничего не найдено: звонок первичный.", "Nothing is found in the CRM by {phone}: a primary call."},
	"repeat":           {"По номеру {phone} найдено: {found}. Звонок повторный.", "Found by {phone}: {found}. A repeat call."},
	"several_contacts": {"Номер есть у нескольких контактов ({ids}): взят {chosen} — с открытой сделкой, а без неё самый ранний.", "Several contacts have the number ({ids}): {chosen} is taken, the one with an open deal, else the earliest."},
	"create_off":       {"Создание для этого направления выключено: ничего не создаём.", "Creation is off for this direction: nothing is created."},
	"create_lead":      {"CRM работает с лидами: создаём лид «{title}».", "The CRM works with leads: a lead “{title}” is created."},
	"create_deal":      {"CRM работает без лидов: создаём сделку «{title}».", "The CRM works without leads: a deal “{title}” is created."},
	"create_companion": {"У сделки ещё нет клиента: создаётся {kind} «{title}».", "The deal has no customer yet: a {kind} “{title}” is created."},
	"link":             {"Новая запись связана с найденным: {entity}.", "The new record is linked to what was found: {entity}."},
	"open_exists":      {"Уже есть открытая запись — {entity}: новую не создаём.", "There is an open record, {entity}: no new one is created."},
	"all_closed":       {"Прежние лиды и сделки закрыты: создаём новую запись.", "The earlier leads and deals are closed: a new record is created."},
	"source_number":    {"В «Дополнительно об источнике» записан номер {number}.", "The source description is {number}."},
	"name_default":     {"Название — по умолчанию: «{title}».", "The name is the default: “{title}”."},
	"name_rule":        {"Название — по шаблону {number}: «{title}».", "The name comes from template {number}: “{title}”."},
	"funnel_default":   {"Воронка и стадия — по умолчанию: {stage}.", "Funnel and stage are the defaults: {stage}."},
	"funnel_rule":      {"Воронка и стадия — по правилу «{name}»: {stage}.", "Funnel and stage come from the rule “{name}”: {stage}."},
	"funnel_vanished":  {"Правило «{name}» называет стадию {stage}, которой в портале больше нет: взята стадия по умолчанию.", "The rule “{name}” names stage {stage}, which the portal no longer has: the default is used."},
	"default_vanished": {"Стадии по умолчанию {stage} в портале больше нет: взята первая открытая.", "The portal no longer has the default stage {stage}: the first open one is used."},
	"rule_not_yet":     {"Правило «{name}» пока не решено: нужен ответ сотрудника.", "The rule “{name}” is not decided yet: it needs an employee's answer."},
	"rule_failed":      {"Правило «{name}» не подошло.", "The rule “{name}” does not hold."},

	"owner_default_out":   {"{of} — ответственный {user}: сотрудник исходящего звонка не сопоставлен, взят ответственный по умолчанию.", "{of} goes to {user}, the default, because the caller is not mapped."},
	"owner_caller":        {"{of} — ответственный {user}: этот сотрудник звонил.", "{of} goes to {user}, who made the call."},
	"owner_default_in":    {"{of} — ответственный {user}: по умолчанию для входящих.", "{of} goes to {user}, the default for incoming calls."},
	"owner_default_first": {"{of} — ответственный {user}: по умолчанию, пока не пришло время.", "{of} goes to {user}, the default, for the time being."},
	"owner_first":         {"{of} — ответственный {user}: первый разговор вёл этот сотрудник.", "{of} goes to {user}, who spoke first."},
	"owner_last":          {"{of} — ответственный {user}: последний разговор вёл этот сотрудник.", "{of} goes to {user}, who spoke last."},
	"owner_talker":        {"{of} — ответственный {user}: этот сотрудник разговаривал.", "{of} goes to {user}, who spoke."},
	"owner_rule":          {"{of} — ответственный {user}: по правилу «{name}».", "{of} goes to {user}, by the rule “{name}”."},
	"owner_addressed":     {"{of} — ответственный {user}: звонок был адресован этому сотруднику.", "{of} goes to {user}, whom the call was addressed to."},
	"owner_contact":       {"{of} — ответственный {user}: этот сотрудник ведёт контакт.", "{of} goes to {user}, whose contact it is."},
	"owner_company":       {"{of} — ответственный {user}: этот сотрудник ведёт компанию.", "{of} goes to {user}, whose company it is."},
	"owner_lead":          {"{of} — ответственный {user}: этот сотрудник ведёт лид.", "{of} goes to {user}, whose lead it is."},
	"owner_deal":          {"{of} — ответственный {user}: этот сотрудник ведёт сделку.", "{of} goes to {user}, whose deal it is."},
	"owner_inactive":      {"{user} уволен или не активен в портале: берём следующего по порядку.", "{user} is dismissed or inactive in the portal: the next in order is taken."},
	"owner_unmapped":      {"Сотрудник {employee} не сопоставлен с пользователем портала: берём следующего по порядку.", "Employee {employee} is not mapped to a portal user: the next in order is taken."},
	"owner_admin":         {"{of} — ответственный {user}: все по порядку уволены или не заданы, взят администратор портала. Задайте ответственного по умолчанию.", "{of} goes to {user}, the portal's administrator: everybody in order is dismissed or not set. Set a default responsible."},
	"owner_nobody":        {"Некого назначить ответственным: все по порядку уволены или не заданы. Задайте ответственного по умолчанию.", "There is nobody to be responsible: everybody in order is dismissed or not set. Set a default responsible."},

	"card_shown":                {"Карточка звонка показана: {users}.", "The call's card is shown to {users}."},
	"card_hidden":               {"Карточка звонка убрана: {users}.", "The call's card is taken from {users}."},
	"registered":                {"Звонок зарегистрирован в портале.", "The call is registered in the portal."},
	"keeps_owner":               {"{entity} остаётся у своего ответственного.", "{entity} keeps its responsible."},
	"takes_over":                {"Действует правило «{name}»: {entity} переходит к тому, кто принял звонок, — {user}.", "The rule “{name}” holds: {entity} goes to the one who took the call, {user}."},
	"finished_talked":           {"Разговор состоялся: дело выполнено.", "They talked: the activity is completed."},
	"finished_missed":           {"Никто не ответил: дело остаётся невыполненным.", "Nobody answered: the activity stays not completed."},
	"finished_silent":           {"Платформа не сообщила о конце звонка: он завершён после {minutes} мин. молчания.", "The platform never told that the call ended: finished after {minutes} minutes of silence."},
	"answered_late":             {"Выяснилось, что разговор состоялся: дело выполнено.", "It turns out that they talked: the activity is completed."},
	"processed":                 {"Прежние пропущенные звонки клиента отмечены обработанными: {count}.", "The customer's earlier missed calls are marked as processed: {count}."},
	"bound":                     {"Дело видно и здесь: {entity}.", "The activity is shown in {entity} too."},
	"record":                    {"Запись разговора будет прикреплена к делу.", "The record of the talk will be attached to the activity."},
	"record_off":                {"Передача записей выключена.", "Passing records is off."},
	"record_second":             {"У звонка уже есть запись: портал хранит одну.", "The call has a record already: the portal keeps one."},
	"moved":                     {"Теперь известно больше: {field} — {value}; правка человека сохранится.", "More is known now: {field} becomes {value}; a person's edit is kept."},
	"other_waits":               {"Включена другая телефония: ждём конца звонка, сами ничего не создаём.", "Another telephony owns the calls: the end is waited for, and nothing is created."},
	"other_settles":             {"Звонок закончился; до {at} другая телефония ещё может менять записи.", "The call has ended; until {at} the other telephony may still be changing records."},
	"other_nothing_found":       {"По номеру {phone} в CRM ничего нет: при другой телефонии ничего не создаём.", "Nothing is found in the CRM by {phone}: with another telephony nothing is created."},
	"other_nothing_changed":     {"Во время звонка никто не менял записи клиента {phone}: обновлять нечего.", "Nobody changed the records of {phone} during the call: there is nothing to update."},
	"other_changed":             {"{entity}: запись изменена не нами {at}, во время звонка.", "{entity} was changed by others at {at}, during the call."},
	"other_unchanged":           {"{entity}: во время звонка изменений не было.", "{entity} was not changed by others during the call."},
	"fields_created":            {"В новую запись ({kind}) переданы доп. поля: {fields}.", "Extra fields of the new {kind}: {fields}."},
	"fields_completed":          {"Стали известны доп. поля ({kind}): {fields}; правка человека сохранится.", "More extra fields of the {kind} are known: {fields}; a person's edit is kept."},
	"fields_updated":            {"{entity}: обновлены доп. поля {fields}.", "{entity}: the extra fields {fields} are updated."},
	"field_vanished":            {"Поля {field} ({kind}) в портале больше нет или это не текст: оно пропущено. Уберите его из «Доп. полей» или синхронизируйте портал.", "The portal no longer has the text field {field} ({kind}): it is left out. Remove it from the extra fields, or synchronise the portal."},
	"responsible_default_first": {"Ответственный обновится через {seconds} с: до того запись получает ответственного по умолчанию.", "The responsible is updated after {seconds} s: until then the record goes to the default."},
	"responsible_later":         {"Ответственный и дело — {at}: так настроено «Обновлять ответственного через».", "The responsible and the activity follow at {at}, as “update the responsible after” says."},
	"activity_withheld":         {"Фильтр звонков называет сотрудника или операцию, а «Создавать дело и передавать записи» для таких фильтров выключено: дела и записи не будет.", "The call filter names an employee or an operation, and activities and records are switched off for such filters: there will be neither."},
	"activity_moved":            {"Теперь известно больше: дело переходит к {user}.", "More is known now: the activity goes to {user}."},
	"activity_added":            {"Портал не привязывает звонок к сделке без клиента: дело добавлено отдельно — {entity}.", "The portal cannot bind a call to a deal without a client: the activity is added to {entity} apart."},
	"activity_added_click":      {"Портал не знал номера, когда звонок начался щелчком, и ни к чему его не привязал: дело добавлено отдельно — {entity}.", "The portal did not know the number when the call was clicked, and bound it to nothing: the activity is added to {entity} apart."},
	"activity_supplied":         {"Портал завершил звонок без дела: дело добавлено отдельно ({kind}).", "The portal finished the call without an activity: one is added apart ({kind})."},
	"chat_notice":               {"Сотруднику придёт сообщение о звонке в чат портала.", "The employee gets a message of the call in the portal's chat."},
	"noted":                     {"В ленту записи добавлена заметка: {text}.", "A note is added to the record's timeline: {text}."},
	"transcribed":               {"К звонку добавлена расшифровка разговора.", "The transcript of the talk is added to the call."},
	"reread":                    {"Через минуту звонок будет перечитан у платформы: она знает о нём всё.", "The call will be read from the platform in a minute: it knows all of it by then."},
	"route_off":                 {"Переадресация на персонального менеджера выключена.", "Forwarding to the personal manager is off."},
	"route_no_centre":           {"Платформа телефонии не подключена: неизвестно, кому можно позвонить. Подключите Data API.", "The telephony platform is not connected: it is not known who can be called. Connect the Data API."},
	"route_unknown":             {"Номер {phone} в CRM не найден: менеджера нет.", "{phone} is not found in the CRM: there is no manager."},
	"route_unmapped":            {"Пользователь {user} не сопоставлен с сотрудником платформы: берём следующего по порядку.", "{user} is not mapped to an employee of the platform: the next in order is taken."},
	"route_no_line":             {"У сотрудника {employee} нет активного номера: берём следующего по порядку.", "Employee {employee} has no active number: the next in order is taken."},
	"route_not_taking":          {"Сотрудник {employee} сейчас не принимает звонки: берём следующего по порядку.", "Employee {employee} does not take calls now: the next in order is taken."},
	"route_found":               {"Клиента ведёт {user}: звонок направлен сотруднику {employee}.", "The client is {user}'s: the call is put through to {employee}."},
	"route_nobody":              {"Некому передать звонок: сценарий идёт дальше.", "There is nobody to put the call through to: the scenario goes on."},
	"dial":                      {"Платформа звонит сотруднику {employee}, затем клиенту {phone}.", "The platform calls {employee}, then the client, {phone}."},
	"dial_failed":               {"Звонок не состоялся: {why}.", "The call was not started: {why}."},
	"caller_id_override":        {"Клиент увидит номер из настроек: {number}.", "The client sees the number from the settings, {number}."},
	"caller_id_line":            {"Клиент увидит номер линии, выбранной в портале: {number}.", "The client sees the line chosen in the portal, {number}."},
	"caller_id_sip":             {"Клиент увидит номер из настроек SIP-линии сотрудника: {number}.", "The client sees the number of the employee's SIP line, {number}."},
	"caller_id_default":         {"Ни линия в портале, ни SIP-линия номера не дают: клиент увидит {number}.", "Neither the portal's line nor the SIP line gives a number: the client sees {number}."},
	"click_off":                 {"Звонки по клику выключены в настройках телефонии. Попросите администратора включить их.", "Click to call is off in the telephony settings. Ask the administrator to switch it on."},
	"click_number":              {"По этому номеру позвонить нельзя. Проверьте номер в карточке.", "This number cannot be called. Check it in the record."},
	"click_other":               {"Звонки ведёт другая телефония, и щелчок по номеру здесь не звонит. Попросите администратора выбрать её для исходящих звонков.", "Another telephony owns the calls, and a click calls nobody here. Ask the administrator to choose it for outgoing calls."},
	"click_unmapped":            {"Пользователь {user} не сопоставлен с сотрудником платформы. Попросите администратора сопоставить сотрудников.", "{user} is not mapped to an employee of the platform. Ask the administrator to map employees."},
	"click_no_phone":            {"У сотрудника {employee} нет активного номера или SIP-линии. Проверьте их в личном кабинете платформы.", "Employee {employee} has no active number or SIP line. Check them in the platform's cabinet."},
	"click_twice":               {"Повторный щелчок: сотруднику {employee} уже звоним по этому номеру.", "A second click: {employee} is being called about this number already."},
	"click_client_silent":       {"Клиент не ответил.", "The client did not answer."},
	"click_client_busy":         {"Номер клиента занят.", "The client's number is busy."},
	"click_employee_silent":     {"Сотрудник не снял трубку: клиенту не звонили.", "The employee did not pick up: the client was not called."},
	"click_employee_busy":       {"Телефон сотрудника занят: клиенту не звонили.", "The employee's phone is busy: the client was not called."},
	"adopted":                   {"Звонок начат щелчком в портале и уже зарегистрирован там: второй раз не регистрируем.", "The call began with a click in the portal, which has registered it: it is not registered twice."},
	"released":                  {"Звонок начат щелчком в портале: он завершён там, чтобы карточка не зависла.", "The call began with a click in the portal: it is finished there, so that its card does not hang."},
	"callback_off":              {"Обратный звонок выключен в настройках: заявка только записана в журнал.", "Callback is off in the settings: the wish is only kept in the journal."},
	"callback_employee":         {"Клиент {phone} просит перезвонить: сначала звоним сотруднику {employee}.", "The client {phone} wishes to be called: {employee} is called first."},
	"callback_number":           {"Клиент {phone} просит перезвонить, сопоставленного сотрудника с SIP-линией нет: сначала звоним на {number}.", "The client {phone} wishes to be called, and there is no mapped employee with a SIP line: {number} is called first."},
	"callback_unmapped":         {"Пользователь {user} не сопоставлен с сотрудником платформы.", "{user} is not mapped to an employee of the platform."},
	"callback_no_sip":           {"У сотрудника {employee} нет SIP-линии.", "Employee {employee} has no SIP line."},
	"callback_failed":           {"Перезвонить не удалось: {why}. В CRM останется пропущенный звонок.", "The client could not be called: {why}. A missed call stays in the CRM."},

	"nothing_new":      {"Событие не меняет того, что уже сделано.", "The event changes nothing of what was done."},
	"no_card_employee": {"В звонке нет сотрудника, сопоставленного с порталом: карточка показана ответственному {user}.", "No employee of the call is mapped to the portal: the card is shown to the responsible, {user}."},
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
