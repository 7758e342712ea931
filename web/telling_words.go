package web

import (
	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
)

// Tone is the colour of a state.
type Tone string

// The tones of states.
const (
	ToneGood  Tone = "good"
	ToneBusy  Tone = "busy" // it goes on
	ToneBad   Tone = "bad"
	ToneQuiet Tone = "quiet"
)

// BadgeView is a state in a word or two and a tone.
type BadgeView struct {
	Tone Tone   `json:"tone" enum:"good,busy,bad,quiet"`
	Text string `json:"text" doc:"In the language of Accept-Language"`
}

// shade is a badge in both languages.
type shade struct {
	tone Tone
	say  phrase
}

func (s shade) in(l integration.Lang) BadgeView { return BadgeView{s.tone, s.say.in(l)} }

var outcomeShades = map[integration.Outcome]shade{
	integration.Planned: {ToneGood, phrase{"решено", "decided"}}, integration.Nothing: {ToneQuiet, phrase{"без изменений", "no change"}},
	integration.Waiting:  {ToneBusy, phrase{"ждёт ответа", "waits for an answer"}},
	integration.Filtered: {ToneQuiet, phrase{"отфильтрован", "filtered out"}},
	integration.Ignored:  {ToneQuiet, phrase{"не клиент", "no customer"}}, integration.Invalid: {ToneBad, phrase{"не прочитано", "unreadable"}},
	integration.Together: {ToneQuiet, phrase{"вместе со следующим", "together with the next"}},
	integration.Off:      {ToneQuiet, phrase{"выключено", "switched off"}},
}

var pendingShade = shade{ToneBusy, phrase{"ждёт решения", "waits for a decision"}}

func outcomeBadge(o integration.Outcome, l integration.Lang) BadgeView {
	if s, ok := outcomeShades[o]; ok {
		return s.in(l)
	}
	return BadgeView{ToneQuiet, string(o)}
}

var stateShades = map[lane.ActionState]shade{
	lane.StatePlanned: {ToneBusy, phrase{"в очереди", "queued"}}, lane.StateSending: {ToneBusy, phrase{"отправляется", "sending"}},
	lane.StateDoubt: {ToneBusy, phrase{"проверяется", "being checked"}}, lane.StateDone: {ToneGood, phrase{"сделано", "done"}},
	lane.StateFailed: {ToneQuiet, phrase{"не понадобилось", "not needed"}}, lane.StateDead: {ToneBad, phrase{"отказ", "refused"}},
}

var (
	shadeKept       = shade{ToneQuiet, phrase{"правка человека сохранена", "a person's change is kept"}}
	shadeAgain      = shade{ToneBusy, phrase{"повторяем", "retrying"}}
	shadeRefused    = shade{ToneBad, phrase{"портал отказал", "portal refused"}}
	shadeAtWork     = shade{ToneBusy, phrase{"в работе", "at work"}}
	shadeInCRM      = shade{ToneGood, phrase{"в CRM", "in the CRM"}}
	shadeNoPortal   = shade{ToneQuiet, phrase{"не принят ни одним порталом", "no portal took it"}}
	shadeTalking    = shade{ToneGood, phrase{"разговаривают", "talking"}}
	shadeTalked     = shade{ToneGood, phrase{"разговор", "talked"}}
	shadeNoReply    = shade{ToneBad, phrase{"не дозвонились", "no answer"}}
	shadeMissed     = shade{ToneBad, phrase{"пропущен", "missed"}}
	shadeDialled    = shade{ToneGood, phrase{"звонок начат", "call started"}}
	shadeDialling   = shade{ToneBusy, phrase{"звоним", "calling"}}
	shadeUndialled  = shade{ToneQuiet, phrase{"не состоялся", "not started"}}
	shadeLeftOut    = shade{ToneQuiet, phrase{"не передан", "not passed on"}}
	shadeWaits      = shade{ToneBusy, phrase{"ждёт", "waits"}}
	shadeServed     = shade{ToneGood, phrase{"обслужен", "served"}}
	shadeUnanswered = shade{ToneBad, phrase{"без ответа", "unanswered"}}
	shadeWriting    = shade{ToneGood, phrase{"переписываются", "under way"}}
	shadeUnread     = shade{ToneBusy, phrase{"ждёт ответа", "waits for an answer"}}
	shadeOpen       = shade{ToneGood, phrase{"в работе", "open"}}
	shadeClosed     = shade{ToneQuiet, phrase{"завершено", "closed"}}
)

// kindTitles are the events of a call.
var kindTitles = map[integration.EventKind]phrase{
	integration.CallIncoming: {"Звонок поступил", "The call came in"}, integration.CallOutgoing: {"Сотрудник набрал номер", "An employee dialled"},
	integration.CallRinging: {"Звонит телефон", "A phone rings"}, integration.CallLegOut: {"Набран участник", "A leg is dialled"},
	integration.CallTalkStarted: {"Начался разговор", "The talk began"}, integration.CallTalkFinished: {"Разговор окончен", "The talk ended"},
	integration.CallFinished: {"Звонок завершён", "The call ended"}, integration.CallLost: {"Звонок потерян", "The call was lost"},
	integration.RecordReady: {"Запись готова", "The record is ready"}, integration.VoicemailReady: {"Голосовое сообщение", "A voice message"},
	integration.FaxReceived: {"Факс", "A fax"}, integration.TagSet: {"Поставлен тег", "A tag was set"},
	integration.SIPLost:         {"SIP-линия не в сети", "A SIP line is gone"},
	integration.CallSilent:      {"Платформа молчит: завершаем сами", "The platform is silent: finished by us"},
	integration.Unreadable:      {"Не удалось прочитать", "Could not be read"},
	integration.CallReport:      {"Сверка: отчёт платформы о звонке", "Compared: the platform's report of the call"},
	integration.RouteAsked:      {"Платформа спросила, чей это клиент", "The platform asked whose client it is"},
	integration.ClickToCall:     {"Щелчок по номеру в портале", "A click on a number in the portal"},
	integration.CallbackAsked:   {"Заявка на обратный звонок", "A wish to be called back"},
	integration.CallDialled:     {"Платформа начала звонок по нашей просьбе", "The platform began the call that we asked for"},
	integration.DialFailed:      {"Платформа не начала звонок", "The platform did not begin the call"},
	integration.CallReplayed:    {"Повторное решение по новым настройкам", "Decided once more, by the newest settings"},
	integration.CallDue:         {"Настало время отложенного решения", "The time of a postponed decision has come"},
	integration.ChatOpened:      {"Чат начался", "The chat began"},
	integration.ChatAssigned:    {"Чат принял оператор", "An operator took the chat"},
	integration.ChatMessage:     {"Сообщение", "A message"},
	integration.ChatEdited:      {"Сообщение изменили", "A message was changed"},
	integration.ChatStatus:      {"Доставка сообщения", "Delivery of a message"},
	integration.ChatClosed:      {"Чат завершён", "The chat ended"},
	integration.VisitorCard:     {"Карточка посетителя", "The visitor's card"},
	integration.ChatReport:      {"Данные платформы о чате", "What the platform knows of the chat"},
	integration.OfflineRequest:  {"Офлайн-заявка с сайта", "An offline request from the site"},
	integration.RecordGone:      {"Записи в CRM больше нет", "The CRM no longer has a record"},
	integration.ActivityMissing: {"Портал не создал дело о звонке", "The portal made no activity of the call"},
}

func kindTitle(k integration.EventKind, l integration.Lang) string {
	if say, ok := kindTitles[k]; ok {
		return say.in(l)
	}
	return string(k)
}

// commandTitles say what an action does; those of Create and Update name their object too.
var commandTitles = map[string]phrase{
	crm.Create{}.Name(): {"Создать", "Create"}, crm.Update{}.Name(): {"Изменить", "Change"},
	crm.Register{}.Name(): {"Зарегистрировать звонок", "Register the call"},
	crm.ShowCard{}.Name(): {"Показать карточку", "Show the card"}, crm.HideCard{}.Name(): {"Убрать карточку", "Take the card away"},
	crm.Finish{}.Name(): {"Завершить звонок", "Finish the call"}, crm.SetActivity{}.Name(): {"Отметить дело", "Mark the activity"},
	crm.BindActivity{}.Name(): {"Показать дело и в записи", "Show the activity in another record"},
	crm.AttachRecord{}.Name(): {"Прикрепить запись разговора", "Attach the record of the talk"},
	crm.AddActivity{}.Name():  {"Добавить дело", "Add the activity"}, crm.Comment{}.Name(): {"Оставить заметку в ленте", "Leave a note in the timeline"},
	crm.Transcribe{}.Name():  {"Передать расшифровку разговора", "Pass on the transcript of the talk"},
	crm.EditComment{}.Name(): {"Дополнить заметку в ленте", "Bring the note in the timeline up to date"},
	crm.Notify{}.Name():      {"Уведомить в портале", "Notify in the portal"},
	centre.ReadChat{}.Name(): {"Узнать у платформы источник чата", "Ask the platform where the chat comes from"},
	centre.Dial{}.Name():     {"Позвонить через платформу", "Call through the platform"},
	centre.Reread{}.Name():   {"Сверить звонок с платформой", "Compare the call with the platform"},
}

// recordWords name records alone, and as the object of a sentence.
var recordWords = map[crm.Kind][2]phrase{
	crm.Lead: {{"Лид", "Lead"}, {"лид", "the lead"}}, crm.Deal: {{"Сделка", "Deal"}, {"сделку", "the deal"}},
	crm.Contact: {{"Контакт", "Contact"}, {"контакт", "the contact"}}, crm.Company: {{"Компания", "Company"}, {"компанию", "the company"}},
}

// recordWord is a record's kind in words, or as it is written when it is not known.
func recordWord(k crm.Kind, object bool, l integration.Lang) string {
	words, ok := recordWords[k]
	switch {
	case !ok:
		return string(k)
	case object:
		return words[1].in(l)
	}
	return words[0].in(l)
}

// factNames are what is told of a call at a glance.
var factNames = map[string]phrase{
	"virtual": {"Виртуальный номер", "Virtual number"}, "employee": {"Сотрудник", "Employee"}, "talk": {"Разговор", "Talk"}, "wait": {"Ожидание", "Wait"},
	"source": {"Реклама и источник", "Campaign and source"}, "reason": {"Почему не приняли", "Why it was not taken"},
	"line": {"Линия в портале", "Line in the portal"}, "text": {"Текст заявки", "Text of the wish"}, "asked_by": {"Кто щёлкнул", "Who clicked"},
	"page":    {"Со страницы", "From the page of"},
	"channel": {"Канал", "Channel"}, "operator": {"Операторы", "Operators"}, "phone": {"Телефон", "Phone"}, "email": {"Email", "Email"},
	"messenger": {"Мессенджер", "Messenger"}, "company": {"Компания", "Company"}, "comment": {"Комментарий", "Comment"}, "form": {"Форма", "Form"},
	"site_page": {"Страница сайта", "Page of the site"}, "utm": {"UTM-метки", "UTM marks"}, "tags": {"Теги", "Tags"}, "over": {"Чем закончился", "How it ended"},
}

var (
	sayIncoming  = phrase{"Входящий", "Incoming"}
	sayOutgoing  = phrase{"Исходящий", "Outgoing"}
	sayCall      = phrase{"Звонок", "A call"}
	sayChat      = phrase{"Чат", "A chat"}
	sayOffline   = phrase{"Офлайн-заявка", "An offline request"}
	sayMessages  = phrase{"сообщений", "messages"}
	sayDeleted   = phrase{"сообщение удалено", "the message was deleted"}
	sayFile      = phrase{"файл", "a file"}
	sayReadWhole = phrase{"Сверить чат с платформой", "Compare the chat with the platform"}
	sayHidden    = phrase{"номер скрыт", "number hidden"}
	sayRouted    = phrase{"ответ: передать сотруднику", "answer: put through to"}
	sayNotRouted = phrase{"ответ: менеджера нет", "answer: no manager"}
	sayRefused   = phrase{"Портал отказал", "The portal refused"}
	sayAgain     = phrase{"Не получилось, повторим сами", "It did not work, it is tried again"}
	sayCompleted = phrase{"выполнено", "completed"}
	sayReopened  = phrase{"не выполнено", "not completed"}
)
