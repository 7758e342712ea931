package emulator

// words are the page's texts by language.
var words = map[string]map[string]string{
	"ru": {
		"portals": "Порталы", "portals_lead": "Эмулятор Битрикс24: каждый портал живёт в памяти этой машины.", "no_portals": "Порталов ещё нет. Создайте первый: POST /control/portals",
		"leads": "Лиды", "deals": "Сделки", "contacts": "Контакты", "companies": "Компании", "calls": "Звонки", "log": "Журнал",
		"emulator": "эмулятор", "limit": "Лимит запросов", "requests": "Запросов", "commands": "Команд", "limit_errors": "Отказов по лимиту", "faults": "Проказы",
		"incoming": "Входящий звонок", "outgoing": "Исходящий звонок", "unknown": "Неизвестный клиент", "no_cards": "Сейчас никто не звонит",
		"missed": "Пропущен", "answered_n": "Отвечено", "missed_n": "Пропущено", "answered": "Отвечен", "talking": "Идёт звонок", "failed": "Не дозвонились",
		"total": "Всего", "average": "Средняя длительность", "records": "С записью", "name": "Имя", "phone": "Телефон", "email": "Почта",
		"owner": "Ответственный", "company": "Компания", "created": "Создан", "source": "Источник", "timeline": "Лента", "details": "О записи", "linked": "Связи",
		"empty": "Пока пусто", "more": "и ещё", "open_activity": "Нужно сделать", "done": "Выполнено", "comment": "Комментарий", "activity": "Дело",
		"time": "Время", "method": "Метод", "answer": "Ответ", "spent": "Занято, с", "batches": "Пакетов", "events": "Событий", "record_uncounted": "Запись принята",
		"operator": "Сотрудник", "client": "Клиент", "duration": "Длительность", "record": "Запись", "classic": "с лидами", "simple": "без лидов", "overload": "Портал заблокирован: OVERLOAD_LIMIT",
		"last_faults": "Последние проказы", "funnel": "Воронка", "sound": "Запись разговора", "other": "English", "other_lang": "en", "attached": "передана, раз:",
		"opportunity": "Сумма", "sourceDescription": "Дополнительно об источнике", "comments": "Комментарий", "originId": "Внешний ключ", "originatorId": "Внешняя система",
		"closedate": "Дата завершения", "begindate": "Дата начала", "dateClosed": "Закрыта", "categoryId": "Воронка", "leadId": "Лид", "post": "Должность",
		"companyTitle": "Название компании", "observers": "Наблюдатели", "typeId": "Тип", "utmSource": "utm_source", "utmMedium": "utm_medium", "utmCampaign": "utm_campaign",
	},
	"en": {
		"portals": "Portals", "portals_lead": "The Bitrix24 emulator: every portal lives in this machine's memory.", "no_portals": "No portals yet. Make the first one: POST /control/portals",
		"leads": "Leads", "deals": "Deals", "contacts": "Contacts", "companies": "Companies", "calls": "Calls", "log": "Log",
		"emulator": "emulator", "limit": "Request limit", "requests": "Requests", "commands": "Commands", "limit_errors": "Refused by limit", "faults": "Mischief",
		"incoming": "Incoming call", "outgoing": "Outgoing call", "unknown": "Unknown client", "no_cards": "Nobody is calling right now",
		"missed": "Missed", "answered_n": "Answered", "missed_n": "Missed", "answered": "Answered", "talking": "On the line", "failed": "Not reached",
		"total": "Total", "average": "Average length", "records": "With a record", "name": "Name", "phone": "Phone", "email": "E-mail",
		"owner": "Responsible", "company": "Company", "created": "Created", "source": "Source", "timeline": "Timeline", "details": "Details", "linked": "Links",
		"empty": "Nothing here yet", "more": "and", "open_activity": "To do", "done": "Done", "comment": "Comment", "activity": "Activity",
		"time": "Time", "method": "Method", "answer": "Answer", "spent": "Spent, s", "batches": "Batches", "events": "Events", "record_uncounted": "Record received",
		"operator": "Employee", "client": "Client", "duration": "Length", "record": "Record", "classic": "with leads", "simple": "without leads", "overload": "The portal is blocked: OVERLOAD_LIMIT",
		"last_faults": "Latest mischief", "funnel": "Funnel", "sound": "Recording", "other": "Русский", "other_lang": "ru", "attached": "attached, times:",
		"opportunity": "Amount", "sourceDescription": "More about the source", "comments": "Comment", "originId": "External key", "originatorId": "External system",
		"closedate": "Due", "begindate": "Begun", "dateClosed": "Closed", "categoryId": "Funnel", "leadId": "Lead", "post": "Position",
		"companyTitle": "Company name", "observers": "Observers", "typeId": "Type", "utmSource": "utm_source", "utmMedium": "utm_medium", "utmCampaign": "utm_campaign",
	},
}
