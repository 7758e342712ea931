package settings

import (
	"strconv"
	"strings"

	"omniconnector/rules"
)

// Problem is one mistake in a document, or one warning about it: the JSON pointer of the field
// (empty for the document itself), a code and a sentence in both languages. Line and Column are
// set where the text itself cannot be read.
type Problem = rules.Problem

// maxProblems bounds an answer; nobody mends more at a time.
const maxProblems = 500

// said is a phrase in Russian and English.
type said [2]string

// notes collect problems in the order in which they were found.
type notes struct {
	problems []Problem
	broken   map[string]bool
	crowded  bool
}

func newNotes() *notes { return &notes{broken: map[string]bool{}} }

// breaks notes a field that could not be read at all.
func (n *notes) breaks(pointer, code string, args ...said) {
	n.add(problemOf(pointer, code, args...))
	n.broken[pointer] = true
}

// say notes what is wrong with a field, unless it or something around it could not be read.
func (n *notes) say(pointer, code string, args ...said) {
	if !n.unreadable(pointer) {
		n.add(problemOf(pointer, code, args...))
	}
}

// carry notes a problem that package rules found.
func (n *notes) carry(p Problem) {
	if !n.unreadable(p.Pointer) {
		n.add(p)
	}
}

func (n *notes) unreadable(pointer string) bool {
	for {
		if n.broken[pointer] {
			return true
		}
		i := strings.LastIndexByte(pointer, '/')
		if i < 0 {
			return false
		}
		pointer = pointer[:i]
	}
}

func (n *notes) add(p Problem) {
	switch {
	case len(n.problems) < maxProblems:
		n.problems = append(n.problems, p)
	case !n.crowded:
		n.crowded = true
		n.problems = append(n.problems, problemOf("", "too_many_problems", count(maxProblems)))
	}
}

func problemOf(pointer, code string, args ...said) Problem {
	pair := sentences[code]
	if own, ok := ofChats[code]; ok && ofConversation(pointer) {
		pair = own
	}
	for i, a := range args {
		slot := "{" + strconv.Itoa(i) + "}"
		pair = said{strings.ReplaceAll(pair[0], slot, a[0]), strings.ReplaceAll(pair[1], slot, a[1])}
	}
	return Problem{Pointer: pointer, Code: code, RU: pair[0], EN: pair[1]}
}

// quoted shows a tenant's own text, cut so that a long one cannot flood the page.
func quoted(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return "«" + s + "»"
}

func verbatim(s string) said { return said{quoted(s), quoted(s)} }

func count[T ~int | ~int64](n T) said {
	s := strconv.FormatInt(int64(n), 10)
	return said{s, s}
}

func listed(words []string) said {
	s := strings.Join(words, ", ")
	return said{s, s}
}

var formNames = map[string]said{
	"null":    {"null", "null"},
	"boolean": {"true или false", "true or false"},
	"number":  {"число", "a number"},
	"whole":   {"целое число", "a whole number"},
	"text":    {"текст в кавычках", "a text in quotes"},
	"list":    {"список", "a list"},
	"object":  {"объект", "an object"},
}

// sentences say every problem and warning of this package: what happened, and what to do.
var sentences = map[string]said{
	"malformed":          {"Документ — не JSON: ошибка в строке {0}, столбце {1}. Исправьте её и отправьте документ снова.", "The document is not JSON: a mistake in line {0}, column {1}. Mend it and send the document again."},
	"not_utf8":           {"Документ не в кодировке UTF-8. Сохраните его в UTF-8.", "The document is not in UTF-8. Save it as UTF-8."},
	"too_deep":           {"Документ вложен слишком глубоко: не больше {0} уровней.", "The document is nested too deeply: at most {0} levels."},
	"too_many_problems":  {"Ошибок больше {0}: показаны первые. Исправьте их и проверьте документ снова.", "There are more than {0} mistakes: the first are shown. Mend them and check the document again."},
	"wrong_type":         {"Ожидается {0}, а передано: {1}.", "This must be {0}, not {1}."},
	"not_whole":          {"{0} — не целое число. Укажите целое число без дробной части.", "{0} is not a whole number. Give a whole number without a fraction."},
	"null_item":          {"В списке пустое место (null). Уберите его.", "The list has an empty place (null). Take it out."},
	"unknown_field":      {"Поля {0} нет. Здесь бывают: {1}.", "There is no field {0}. Here are: {1}."},
	"unknown_field_near": {"Поля {0} нет. Возможно, вы имели в виду {1}.", "There is no field {0}. Did you mean {1}?"},
	"repeated_field":     {"Поле указано дважды. Оставьте одно.", "The field is there twice. Keep one."},
	"list_too_long":      {"Слишком длинный список: не больше {0}, а передано {1}.", "The list is too long: at most {0}, not {1}."},
	"text_too_long":      {"Слишком длинный текст: не больше {0} знаков.", "The text is too long: at most {0} characters."},
	"control_characters": {"В тексте есть непечатные символы. Уберите их.", "The text has characters that cannot be printed. Take them out."},
	"required":           {"Обязательное поле не заполнено.", "A required field is empty."},
	"one_of":             {"Значение {0} не подходит. Выберите одно из: {1}.", "The value {0} does not fit. Choose one of: {1}."},

	"time_zone":         {"Часового пояса {0} нет. Укажите имя вида «Europe/Moscow».", "There is no time zone {0}. Give a name like “Europe/Moscow”."},
	"country":           {"{0} — не код страны. Укажите две латинские буквы, например «RU».", "{0} is not the code of a country. Give two letters, for example “RU”."},
	"not_a_number":      {"{0} не похоже на номер телефона. Укажите номер с кодом страны, например 74950000101.", "{0} does not look like a telephone number. Give it with the code of the country, for example 74950000101."},
	"repeated_number":   {"Номер {0} уже есть в списке. Оставьте один.", "The number {0} is in the list already. Keep one."},
	"repeated_employee": {"Сотрудник {0} уже указан выше. Оставьте одну строку.", "Employee {0} is named above already. Keep one line."},
	"out_of_range":      {"Допустимо от {0} до {1}, а передано {2}.", "It must be from {0} to {1}, not {2}."},

	"unknown_user":               {"Пользователя {0} в портале нет. Выберите другого или синхронизируйте справочник.", "The portal has no user {0}. Choose another, or synchronise the directory."},
	"unknown_employee":           {"Сотрудника {0} на платформе телефонии нет. Выберите другого или синхронизируйте справочник платформы.", "The telephony platform has no employee {0}. Choose another, or synchronise the platform's directory."},
	"unknown_number":             {"Виртуального номера {0} на платформе телефонии нет. Выберите номер из списка или синхронизируйте справочник платформы.", "The telephony platform has no virtual number {0}. Choose one of the list, or synchronise the platform's directory."},
	"unknown_text_field":         {"Текстового поля {0} в портале нет. Выберите поле с типом «Текст» из списка или синхронизируйте справочник.", "The portal has no text field {0}. Choose a field of type “Text” from the list, or synchronise the directory."},
	"repeated_portal_field":      {"Поле {0} уже заполняется выше. Оставьте одну строку.", "Field {0} is filled above already. Keep one line."},
	"unknown_communication":      {"Параметра {0} нет. Выберите из списка параметров коммуникации.", "There is no parameter {0}. Choose one from the list of communication parameters."},
	"unknown_communication_near": {"Параметра {0} нет. Возможно, вы имели в виду {1}.", "There is no parameter {0}. Did you mean {1}?"},
	"day_twice":                  {"День {0} уже указан. Оставьте один.", "Day {0} is there already. Keep one."},
	"time_of_day":                {"{0} — не время суток. Укажите часы и минуты, например «09:00».", "{0} is no time of day. Give hours and minutes, for example “09:00”."},
	"ends_before_it_begins":      {"Рабочий день кончается раньше, чем начинается. Укажите время позже {0}.", "The working day ends before it begins. Give a time after {0}."},
	"unknown_funnel":             {"{0}: воронки {1} в портале нет; {2}. Выберите другую или синхронизируйте справочник.", "{0}: the portal has no funnel {1}; {2}. Choose another, or synchronise the directory."},
	"unknown_stage":              {"{0}: стадии {1} в воронке {3} нет; {2}. Выберите стадию этой воронки или синхронизируйте справочник.", "{0}: funnel {3} has no stage {1}; {2}. Choose a stage of this funnel, or synchronise the directory."},
	"stage_of_other_funnel":      {"{0}: стадия {1} — из воронки {4}, а выбрана воронка {3}; {2}. Выберите стадию этой воронки.", "{0}: stage {1} is of funnel {4}, but funnel {3} is chosen; {2}. Choose a stage of this funnel."},
	"unknown_lead_stage":         {"{0}: стадии лидов {1} в портале нет; {2}. Выберите другую или синхронизируйте справочник.", "{0}: the portal has no lead stage {1}; {2}. Choose another, or synchronise the directory."},

	"template_open":         {"В шаблоне не закрыта скобка «{{». Допишите «}}».", "The template has an unclosed “{{”. Add “}}”."},
	"unknown_variable":      {"Переменной {0} нет. Выберите из списка переменных.", "There is no variable {0}. Choose one from the list of variables."},
	"unknown_variable_near": {"Переменной {0} нет. Возможно, вы имели в виду {1}.", "There is no variable {0}. Did you mean {1}?"},
	"filter":                {"Фильтр не удалось прочитать.", "The filter cannot be read."},

	"late_parameter": {
		"ВНИМАНИЕ! У вас установлен один или несколько фильтров на входящие звонки из списка: «Сотрудник», «Выбранная посетителем группа» или «Последняя операция сценария». При данном фильтре вызов может быть зарегистрирован в Bitrix24 только после принятия звонка сотрудником, а значит пропущенные звонки не будут зарегистрированы в Bitrix24.",
		"ATTENTION! You have one or more filters of incoming calls from the list: “Employee”, “Group chosen by the visitor” or “Last scenario operation”. With such a filter a call can be registered in Bitrix24 only after an employee has taken it, which means that missed calls will not be registered in Bitrix24.",
	},
	"never_wins":    {"До этого правила дело никогда не дойдёт: правило {0} выше подходит всем звонкам.", "This rule can never win: rule {0} above fits every call."},
	"contradictory": {"Это правило никогда не сработает: его условия противоречат друг другу, таких звонков не бывает. Исправьте условия или удалите правило.", "This rule can never win: its conditions contradict each other, and no call fits them. Mend the conditions, or remove the rule."},
	"shadowed":      {"До этого правила дело никогда не дойдёт: каждый звонок, который ему подходит, раньше забирает правило {0}. Поднимите это правило выше или измените условия.", "This rule can never win: every call that fits it is taken by rule {0} above. Move this rule up, or change the conditions."},
	"shadowed_together": {
		"До этого правила дело никогда не дойдёт: звонки, которые ему подходят, раньше забирают правила выше, все вместе: {0}. Поднимите это правило выше или измените условия.",
		"This rule can never win: the calls that fit it are taken by these rules above together: {0}. Move this rule up, or change the conditions.",
	},
	"overlap":              {"Есть звонки, которые подходят и этому правилу, и правилу {0} выше: для них сработает правило {0}. Если нужно иначе, поменяйте правила местами или уточните условия.", "Some calls fit both this rule and rule {0} above: rule {0} wins them. If that is not meant, swap the rules, or narrow the conditions."},
	"filter_contradictory": {"Условия фильтра противоречат друг другу: не пройдёт ни один звонок. Исправьте условия.", "The filter's conditions contradict each other: no call passes. Mend the conditions."},
	"filter_always":        {"Под условия фильтра подходит любой звонок: фильтр ничего не отсеивает. Исправьте или уберите условия.", "Every call fits the filter's conditions: it keeps nothing out. Mend the conditions, or take them out."},
	"rules_not_used":       {"Для исходящих звонков правила ответственных не действуют: ответственный — тот, кто звонил, или по умолчанию.", "Rules of the responsible do not count for outgoing calls: it is the caller, or the default."},
	"filter_empty":         {"Фильтр включён, но условий в нём нет: проходят все звонки.", "The filter is on but has no conditions: every call passes."},
	"no_directory":         {"Справочник портала ещё не загружен: пользователи, воронки и стадии не проверены.", "The portal's directory is not loaded yet: users, funnels and stages were not checked."},
	"no_centre": {
		"Справочник платформы телефонии ещё не загружен: её номера, сотрудники и значения фильтров не проверены. Подключите платформу или синхронизируйте её справочник.",
		"The telephony platform's directory is not loaded yet: its numbers, employees and the values of filters were not checked. Connect the platform, or synchronise its directory.",
	},
	"fields_not_loaded": {"Список текстовых полей портала ещё не загружен: поля не проверены. Синхронизируйте справочник.", "The list of the portal's text fields is not loaded yet: the fields were not checked. Synchronise the directory."},
	"inactive_user":     {"Пользователь {0} уволен или не активен в портале: его назначать не будем, возьмём следующего по порядку. Выберите другого.", "User {0} is dismissed or inactive in the portal and will not be assigned: the next in order is taken. Choose another."},
	"inactive_mapping":  {"Пользователь {0} уволен или не активен в портале: звонки этого сотрудника достанутся другим. Сопоставьте его заново.", "User {0} is dismissed or inactive in the portal: this employee's calls go to others. Map the employee anew."},
	"unmapped_operators": {
		"Операторы чатов, которым не найден пользователь портала ({0}): {1}. Их обращения достанутся другим. Сопоставьте их на странице сотрудников.",
		"Chat operators for whom no user of the portal was found ({0}): {1}. Their conversations go to others. Map them on the page of employees.",
	},
	"inactive_number": {"Виртуальный номер {0} на платформе отключён: звонить с него нельзя.", "The virtual number {0} is switched off at the platform: it cannot be called from."},
	"other_telephony": {
		"Включена другая телефония: лиды, сделки, дела и карточки звонков не создаются, остальные настройки телефонии не действуют. Обновляются только доп. поля.",
		"Another telephony is used: no leads, deals, activities or call cards are made, and the other telephony settings are inactive. Only extra fields are updated.",
	},
	"other_without_fields": {"При другой телефонии обновляются только доп. поля, а их нет: звонки ничего не изменят. Добавьте поля.", "With another telephony only extra fields are updated, and there are none: calls will change nothing. Add fields."},
	"source_twice": {
		"В это поле уже передаётся виртуальный номер («Передавать виртуальные номера как источник обращения»): одно затрёт другое. Оставьте что-то одно.",
		"The virtual number is written into this field already (“virtual numbers as the source”): one overwrites the other. Keep one of the two.",
	},
	"records_off":  {"Передача записей выключена, поэтому эта настройка не действует.", "Records are switched off, so this setting has no effect."},
	"closed_stage": {"Стадия {0} — завершающая: новые записи сразу окажутся закрытыми. Выберите рабочую стадию.", "Stage {0} is a closed one: new records will be closed at once. Choose an open stage."},
	"mandatory_field": {
		"В портале обязательно поле {0}, а мы его не заполняем: портал может отказаться создавать запись. Добавьте его в доп. поля или сделайте необязательным в портале.",
		"The portal requires the field {0}, which we do not fill: it may refuse to create the record. Add it to the extra fields, or make it optional in the portal.",
	},
	"unknown_value": {"{1}: платформа телефонии не знает значения {0}, под него не попадёт ни один звонок. Проверьте написание или синхронизируйте справочник.", "{1}: the telephony platform does not know the value {0}, so that no call has it. Check the spelling, or synchronise the directory."},

	"file_other":     {"Это не файл настроек omniconnector. Загрузите файл, который получен экспортом.", "This is no file of settings of omniconnector. Send one that was exported."},
	"file_newer":     {"Файл сохранён более новой версией: формат {0}, а здесь читаются форматы до {1}. Обновите эту установку или экспортируйте файл из такой же.", "The file was written by a newer release: its format is {0}, and formats up to {1} are read here. Update this installation, or export from one of the same release."},
	"malformed_yaml": {"Файл — не YAML и не JSON, или в нём есть ссылки (&, *), которые не поддерживаются. Исправьте его и загрузите снова.", "The file is neither YAML nor JSON, or it has aliases (&, *), which are not taken. Mend it and send it again."},

	"lacks_user":       {"В этом портале нет пользователя {0}: ни по почте, ни по имени не нашёлся ровно один. Добавьте его или укажите соответствие в mapping.users.", "This portal has no user {0}: neither the email nor the name finds exactly one. Add them, or say who it is in mapping.users."},
	"lacks_employee":   {"На платформе телефонии нет сотрудника {0}: ни по почте, ни по имени не нашёлся ровно один. Синхронизируйте справочник или укажите соответствие в mapping.employees.", "The telephony platform has no employee {0}: neither the email nor the name finds exactly one. Synchronise the directory, or say who it is in mapping.employees."},
	"lacks_funnel":     {"В этом портале нет воронки {0}. Создайте её и синхронизируйте справочник или укажите соответствие в mapping.funnels.", "This portal has no funnel {0}. Create it and synchronise the directory, or say which it is in mapping.funnels."},
	"lacks_stage":      {"В воронке этого портала нет стадии {0}. Создайте её и синхронизируйте справочник или укажите соответствие в mapping.stages.", "The funnel of this portal has no stage {0}. Create it and synchronise the directory, or say which it is in mapping.stages."},
	"lacks_lead_stage": {"В этом портале нет стадии лидов {0}. Создайте её и синхронизируйте справочник или укажите соответствие в mapping.lead_stages.", "This portal has no lead stage {0}. Create it and synchronise the directory, or say which it is in mapping.lead_stages."},
	"lacks_field":      {"В этом портале нет поля {0}. Создайте текстовое поле с таким названием и синхронизируйте справочник или укажите соответствие в mapping.fields.", "This portal has no field {0}. Create a text field of this title and synchronise the directory, or say which it is in mapping.fields."},
}
