package page

import (
	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
)

// badge is a state in a word and a colour.
type badge struct {
	Tone string // good, busy, bad, quiet
	Text string
}

func outcomeBadge(o integration.Outcome, l integration.Lang) badge {
	b, ok := outcomes[o]
	if !ok {
		return badge{"quiet", string(o)}
	}
	return badge{b.Tone, say(l, b.Text)}
}

// outcomes are the badges of decisions; Text is a word of the pages.
var outcomes = map[integration.Outcome]badge{
	integration.Planned: {"good", "planned"}, integration.Nothing: {"quiet", "nothing"}, integration.Waiting: {"busy", "waiting"},
	integration.Filtered: {"quiet", "filtered"}, integration.Ignored: {"quiet", "ignored"}, integration.Invalid: {"bad", "invalid"},
	integration.Together: {"quiet", "together_short"}, integration.Off: {"quiet", "off"},
}

var states = map[lane.ActionState]badge{
	lane.StatePlanned: {"busy", "state_planned"}, lane.StateSending: {"busy", "state_sending"}, lane.StateDoubt: {"busy", "state_doubt"},
	lane.StateDone: {"good", "state_done"}, lane.StateFailed: {"quiet", "state_failed"}, lane.StateDead: {"bad", "state_dead"},
}

func stateBadge(s lane.ActionState, l integration.Lang) badge {
	b := states[s]
	return badge{b.Tone, say(l, b.Text)}
}

// kindWords are the events of a call.
var kindWords = map[integration.EventKind][2]string{
	integration.CallIncoming: {"Звонок поступил", "The call came in"}, integration.CallOutgoing: {"Сотрудник набрал номер", "An employee dialled"},
	integration.CallRinging: {"Звонит телефон", "A phone rings"}, integration.CallLegOut: {"Набран участник", "A leg is dialled"},
	integration.CallTalkStarted: {"Начался разговор", "The talk began"}, integration.CallTalkFinished: {"Разговор окончен", "The talk ended"},
	integration.CallFinished: {"Звонок завершён", "The call ended"}, integration.CallLost: {"Звонок потерян", "The call was lost"},
	integration.RecordReady: {"Запись готова", "The record is ready"}, integration.VoicemailReady: {"Голосовое сообщение", "A voice message"},
	integration.FaxReceived: {"Факс", "A fax"}, integration.TagSet: {"Поставлен тег", "A tag was set"},
	integration.SIPLost: {"SIP-линия не в сети", "A SIP line is gone"}, integration.CallSilent: {"Платформа молчит: завершаем сами", "The platform is silent: finished by us"},
	integration.Unreadable:    {"Не удалось прочитать", "Could not be read"},
	integration.CallReport:    {"Сверка: отчёт платформы о звонке", "Compared: the platform's report of the call"},
	integration.RouteAsked:    {"Платформа спросила, чей это клиент", "The platform asked whose client it is"},
	integration.ClickToCall:   {"Щелчок по номеру в портале", "A click on a number in the portal"},
	integration.CallbackAsked: {"Заявка на обратный звонок", "A wish to be called back"},
	integration.CallDialled:   {"Платформа начала звонок по нашей просьбе", "The platform began the call that we asked for"},
	integration.DialFailed:    {"Платформа не начала звонок", "The platform did not begin the call"},
	integration.CallReplayed:  {"Повторное решение по новым настройкам", "Decided once more, by the newest settings"},
	integration.CallDue:       {"Настало время отложенного решения", "The time of a postponed decision has come"},
}

func kindWord(k integration.EventKind, l integration.Lang) string {
	pair, ok := kindWords[k]
	switch {
	case !ok:
		return string(k)
	case l == integration.English:
		return pair[1]
	}
	return pair[0]
}

// commandWords say what an action does.
var commandWords = map[string][2]string{
	crm.Create{}.Name(): {"Создать", "Create"}, crm.Update{}.Name(): {"Изменить", "Change"},
	crm.Register{}.Name(): {"Зарегистрировать звонок", "Register the call"},
	crm.ShowCard{}.Name(): {"Показать карточку", "Show the card"}, crm.HideCard{}.Name(): {"Убрать карточку", "Take the card away"},
	crm.Finish{}.Name(): {"Завершить звонок", "Finish the call"}, crm.SetActivity{}.Name(): {"Отметить дело", "Mark the activity"},
	crm.BindActivity{}.Name(): {"Показать дело и в записи", "Show the activity in another record"},
	crm.AttachRecord{}.Name(): {"Прикрепить запись разговора", "Attach the record of the talk"},
	crm.AddActivity{}.Name():  {"Добавить дело", "Add the activity"}, crm.Comment{}.Name(): {"Заметка в ленту", "A note in the timeline"},
	crm.Transcribe{}.Name(): {"Передать расшифровку разговора", "Pass on the transcript of the talk"},
	centre.Dial{}.Name():    {"Позвонить через платформу", "Call through the platform"}, centre.Reread{}.Name(): {"Сверить звонок с платформой", "Compare the call with the platform"},
	crm.Sync{}.Name(): {"Справочник портала", "The portal's directory"}, crm.Prepare{}.Name(): {"Подписка на события портала", "The portal's events"},
	crm.Index{}.Name():   {"Индекс клиентов портала", "Index of the portal's customers"},
	crm.Refresh{}.Name(): {"Обновление индекса: изменённые записи", "The index: changed records"},
	centre.Sync{}.Name(): {"Справочник платформы", "The platform's directory"}, centre.Sweep{}.Name(): {"Поиск пропущенных уведомлений", "Looking for lost notifications"},
	integration.Simulation{}.Name(): {"Проверка настроек на прошлых звонках", "Settings tried on past calls"},
	centre.Import{}.Name():          {"Импорт истории звонков", "Import of past calls"}, centre.ImportStatuses{}.Name(): {"Импорт статусов сотрудников", "Import of employees' statuses"},
}

func commandWord(name string, l integration.Lang) string {
	pair, ok := commandWords[name]
	switch {
	case !ok:
		return name
	case l == integration.English:
		return pair[1]
	}
	return pair[0]
}
