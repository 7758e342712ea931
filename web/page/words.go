package page

import "omniconnector/integration"

// say is a word or sentence of the pages.
func say(l integration.Lang, word string) string {
	pair, ok := words[word]
	if !ok {
		return word
	}
	if l == integration.English {
		return pair[1]
	}
	return pair[0]
}

var words = map[string][2]string{
	"calls": {"Звонки", "Calls"}, "journal": {"Журнал", "Journal"}, "unreadable": {"Нечитаемые уведомления", "Unreadable notifications"},
	"sign_in": {"Вход", "Sign in"}, "sign_out": {"Выйти", "Sign out"}, "token": {"Токен API", "API token"},
	"token_help":   {"Токен начинается с «oc_». Его показывают один раз при создании клиента.", "The token begins with “oc_”. It is shown once, when the tenant is created."},
	"enter":        {"Войти", "Sign in"},
	"wrong_token":  {"Такого токена нет: он неизвестен, истёк или отозван. Проверьте, что скопировали его целиком.", "There is no such token: it is unknown, expired or revoked. Check that you copied all of it."},
	"too_many":     {"Слишком много попыток. Подождите минуту.", "Too many attempts. Wait a minute."},
	"foreign_form": {"Форма отправлена с другого сайта. Откройте эту страницу напрямую и войдите снова.", "The form was sent from another site. Open this page directly and sign in again."},
	"broken":       {"Не получилось показать", "This cannot be shown"}, "broken_help": {"Это ошибка на нашей стороне, она записана. Обновите страницу позже.", "The mistake is ours and was recorded. Reload the page later."},
	"not_found": {"Не найдено", "Not found"}, "not_found_help": {"Такого звонка или страницы нет. Вернитесь к списку звонков.", "There is no such call or page. Go back to the list of calls."},
	"away": {"Хранилище недоступно", "Storage is away"}, "away_help": {"Обновите страницу через несколько секунд.", "Reload the page in a few seconds."},

	"time": {"Время", "Time"}, "client": {"Клиент", "Customer"}, "virtual": {"Виртуальный номер", "Virtual number"},
	"employee": {"Сотрудник", "Employee"}, "result": {"Итог", "Outcome"}, "became": {"В CRM", "In the CRM"},
	"incoming": {"Входящий", "Incoming"}, "outgoing": {"Исходящий", "Outgoing"}, "unknown_direction": {"Звонок", "Call"},
	"hidden": {"номер скрыт", "number hidden"}, "search": {"Найти по номеру", "Find by number"}, "find": {"Найти", "Find"}, "all": {"Все звонки", "All calls"},
	"bad_phone": {"Это не похоже на номер телефона.", "This does not look like a telephone number."},
	"no_calls":  {"Звонков пока нет", "No calls yet"},
	"no_calls_help": {
		"Как только платформа пришлёт первое уведомление, звонок появится здесь сам.",
		"As soon as the platform sends the first notification, the call appears here by itself.",
	},
	"no_found": {"По этому номеру звонков нет", "There are no calls of this number"},
	"older":    {"Раньше", "Older"}, "newest": {"К новым", "To the newest"},
	"live": {"обновляется", "live"}, "offline": {"нет связи, пробуем снова", "no connection, trying again"},
	"paused":               {"старые записи", "older records"},
	"some_unreadable":      {"Есть уведомления, которые не удалось прочитать", "Some notifications could not be read"},
	"see":                  {"Посмотреть", "See"},
	"none_unreadable":      {"Все уведомления прочитаны", "All notifications were read"},
	"none_unreadable_help": {"Здесь появятся уведомления, шаблон которых нужно исправить.", "Notifications whose template needs mending appear here."},

	"came_in": {"Пришло", "Came in"}, "came_in_help": {"что сообщили платформа и портал", "what the platform and the portal told"},
	"known": {"Известно", "Known"}, "known_help": {"что CRM знала о клиенте", "what the CRM knew of the customer"},
	"decided": {"Решено", "Decided"}, "decided_help": {"и почему", "and why"},
	"done": {"Сделано", "Done"}, "done_help": {"в портале и на платформе", "in the portal and at the platform"},
	"raw": {"Уведомление как получено", "The notification as received"}, "not_exact": {"не UTF-8: показано приблизительно", "not UTF-8: shown approximately"},
	"from":          {"от", "from"},
	"not_asked":     {"CRM не спрашивали: звонок до неё не дошёл.", "The CRM was not asked: the call did not get that far."},
	"not_needed":    {"Для этой заявки CRM не спрашивают.", "The CRM is not asked for this request."},
	"found_nothing": {"По номеру ничего не найдено: звонок первичный.", "Nothing was found by the number: a primary call."},
	"asked_at":      {"Спросили в", "Asked at"}, "open": {"в работе", "open"}, "closed": {"завершено", "closed"},
	"missed_before": {"Невыполненных дел о пропущенных звонках", "Missed calls nobody has answered for"},
	"responsible":   {"ответственный", "responsible"},
	"nothing_done":  {"Ничего не потребовалось.", "Nothing was needed."},
	"together":      {"Решено вместе с более поздним событием", "Decided together with a later event"},
	"pending":       {"Ждёт решения", "Waits for a decision"},
	"attempts":      {"попыток", "attempts"}, "again_at": {"снова в", "again at"},
	"command": {"Команда", "Command"}, "answer": {"Ответ", "The answer"},
	"details": {"Подробно", "Details"}, "other_portals": {"Этот звонок взяли и другие порталы:", "Other portals took this call too:"},
	"talk": {"Разговор", "Talk"}, "wait": {"Ожидание", "Wait"}, "portal": {"Портал", "Portal"}, "source": {"Реклама и источник", "Campaign and source"},
	"session": {"Сессия", "Session"}, "no_portal": {"не принят ни одним порталом", "no portal took it"},
	"back": {"Все звонки", "All calls"}, "today": {"Сегодня", "Today"}, "yesterday": {"Вчера", "Yesterday"},
	"quiet": {"Ничего не меняет", "Changes nothing"},

	"planned": {"решено", "decided"}, "nothing": {"без изменений", "no change"}, "waiting": {"ждёт ответа", "waits for an answer"},
	"filtered": {"отфильтрован", "filtered out"}, "ignored": {"не клиент", "no customer"}, "invalid": {"не прочитано", "unreadable"},
	"together_short": {"вместе", "together"}, "off": {"выключено", "switched off"},
	"in_crm": {"в CRM", "in the CRM"}, "at_work": {"в работе", "at work"}, "refused": {"портал отказал", "portal refused"},
	"retrying": {"повторяем", "retrying"}, "talked": {"разговор", "talked"},
	"talking": {"разговаривают", "talking"}, "portal_refused": {"Портал отказал", "The portal refused"}, "portal_retry": {"Портал не ответил, повторим", "The portal did not answer, trying again"},
	"completed": {"выполнено", "completed"}, "not_completed": {"не выполнено", "not completed"},
	"missed": {"пропущен", "missed"}, "no_reply": {"не дозвонились", "no answer"},
	"click_to_call": {"щелчок по номеру", "click on a number"}, "callback_asked": {"просит перезвонить", "asks to be called"},
	"dialled": {"звонок начат", "call started"}, "dialling": {"звоним", "calling"}, "not_dialled": {"не состоялся", "not started"},
	"to_call": {"К звонку", "To the call"}, "to_request": {"К заявке", "To the request"}, "asked_by": {"Кто щёлкнул", "Who clicked"},
	"line": {"Линия в портале", "Line in the portal"}, "text": {"Текст заявки", "Text of the wish"}, "page_of": {"Со страницы", "From the page of"},
	"routed": {"ответ: передать сотруднику", "answer: put through to"}, "not_routed": {"ответ: менеджера нет", "answer: no manager"},
	"jobs": {"Задания", "Jobs"}, "jobs_help": {"что делается по расписанию и по заказу", "what is done by schedule and on request"},
	"no_jobs": {"Заданий пока нет", "No jobs yet"}, "no_jobs_help": {"Они появятся, когда портал будет подключён.", "They appear once a portal is connected."},
	"next_run": {"следующий запуск", "next run"}, "refused_for_good": {"Отказы", "Refusals"},
	"refused_help":   {"что портал или платформа не приняли; как повторить — в руководстве", "what the portal or the platform did not accept; the manual tells how to retry"},
	"progress_calls": {"звонков прочитано", "calls read"}, "progress_customers": {"записей прочитано", "records read"},
	"progress_found": {"найдено звонков без уведомлений", "calls found that nobody told of"}, "progress_statuses": {"статусов изменено", "statuses changed"},
	"state_planned": {"в очереди", "queued"}, "state_sending": {"отправляется", "sending"}, "state_doubt": {"проверяется", "being checked"},
	"state_done": {"сделано", "done"}, "kept": {"правка человека сохранена", "a person's change is kept"}, "state_failed": {"не понадобилось", "not needed"}, "state_dead": {"отказ", "refused"},
	"lead": {"Лид", "Lead"}, "deal": {"Сделка", "Deal"}, "contact": {"Контакт", "Contact"}, "company": {"Компания", "Company"},
	"activity": {"Дело", "Activity"},
}
