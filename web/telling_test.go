package web

import (
	"fmt"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
	"omniconnector/rules"
)

var noon = time.Date(2026, 5, 12, 12, 0, 0, 0, time.UTC)

// storyOf is a story of events, each a second after the one before.
func storyOf(events ...integration.Event) *CallStory {
	s := &CallStory{Portal: "p", Plans: []PlanRow{{}}}
	for i, e := range events {
		e.At = noon.Add(time.Duration(i) * time.Second)
		e.Received, e.ID, e.Key = e.At, integration.EventID(fmt.Sprint("e", i)), fmt.Sprint("k", i)
		s.Events = append(s.Events, EventRow{Event: e})
	}
	return s
}

func rowIn(s *CallStory) CallRow { return rowOf(s, &place{}, integration.Russian) }

// T-8, T-9: a request leads to the platform's call, and the call back to its request.
func TestRequestAndItsCallLeadToEachOther(t *testing.T) {
	t.Parallel()
	click := storyOf(integration.Event{Session: "click:c.1", Kind: integration.ClickToCall, Report: integration.Report{
		ClientNumber: "+79000000001", Request: &integration.CallRequest{CallID: "c.1", User: 7},
	}})
	if got := rowIn(click); got.Row != RowRequest || got.Title != "Щелчок по номеру в портале" || got.Badge.Text != "не состоялся" || got.Other != nil {
		t.Errorf("a click that planned nothing: %+v", got)
	}
	dial := ActionRow{Do: centre.Dial{ExternalID: "b24:c.1"}, State: lane.StateSending}
	click.Actions = []ActionRow{dial}
	if got := rowIn(click); got.Badge.Text != "звоним" || got.Settled {
		t.Errorf("a click that is being dialled: %+v", got)
	}
	dial.State, dial.Result = lane.StateDone, []byte(`{"session":"500"}`)
	click.Actions = []ActionRow{dial}
	if got := rowIn(click); got.Badge.Text != "звонок начат" || got.Other == nil || *got.Other != (OtherSide{Session: "500"}) || !got.Settled {
		t.Errorf("a click that was dialled: %+v", got)
	}
	for external, want := range map[string]integration.SessionID{"b24:c.1": "click:c.1", "cb:callback:k": "callback:k"} {
		call := storyOf(integration.Event{Session: "500", Kind: integration.CallOutgoing, Report: integration.Report{ExternalID: external}})
		if got := rowIn(call).Other; got == nil || got.Session != want || !got.Request {
			t.Errorf("%s leads to %+v", external, got)
		}
	}
	if got := rowIn(storyOf(integration.Event{Session: "500", Kind: integration.CallOutgoing})).Other; got != nil {
		t.Errorf("a call that nobody asked for leads to %+v", got)
	}
}

func TestCallThatNobodyAnsweredIsToldByItsDirection(t *testing.T) {
	t.Parallel()
	for direction, want := range map[crm.Direction]string{crm.Outgoing: "не дозвонились", crm.Incoming: "пропущен"} {
		lost := true
		got := rowIn(storyOf(integration.Event{Session: "1", Kind: integration.CallFinished, Report: integration.Report{
			Direction: direction, ClientNumber: "anonymous", Lost: &lost,
		}}))
		if got.Ended == nil || got.Ended.Text != want || got.Client != "" || got.Summary != "номер скрыт · "+want {
			t.Errorf("%s: %+v, want %q of a hidden number", direction, got, want)
		}
	}
}

// T-2: a question of a call that nothing else was told of is a row of its own sort.
func TestQuestionWithoutACallIsToldAsAQuestion(t *testing.T) {
	t.Parallel()
	asked := integration.Event{Session: "1", Kind: integration.RouteAsked, Report: integration.Report{
		ClientNumber: "79000000001", Route: &integration.Route{Employee: 11, Phones: []string{"101"}},
	}}
	got := rowIn(storyOf(asked))
	if got.Row != RowRoute || got.Title != "Платформа спросила, чей это клиент" {
		t.Errorf("a question alone: %+v", got)
	}
	came := integration.Event{Session: "1", Kind: integration.CallIncoming, Report: integration.Report{Direction: crm.Incoming}}
	if got := rowIn(storyOf(asked, came)); got.Row != RowCall || got.Title != "Входящий" {
		t.Errorf("with its call: %+v", got)
	}
	of := &place{centre: centre.Directory{Employees: []centre.Employee{{ID: 11, Name: "Тестова Анна"}}}}
	if got := of.about(&asked, integration.Russian); got != "ответ: передать сотруднику Тестова Анна (101)" {
		t.Errorf("the answer: %q", got)
	}
	asked.Report.Route.Phones = nil
	if got := of.about(&asked, integration.English); got != "answer: no manager" {
		t.Errorf("no answer: %q", got)
	}
}

func TestEventSaysWhoCalledWhomAndHowItEnded(t *testing.T) {
	t.Parallel()
	talk, lost := 94*time.Second, true
	for want, e := range map[string]integration.Event{
		"+7 900 000-00-01 → +7 495 000-01-01 · Тестова Анна · talked 1:34": {Kind: integration.CallFinished, Report: integration.Report{
			Direction: crm.Incoming, ClientNumber: "79000000001", VirtualNumber: "74950000101", Employee: integration.Employee{Name: "Тестова Анна"}, Talk: &talk,
		}},
		"+7 495 000-01-01 → +7 900 000-00-01 · no answer": {Kind: integration.CallLost, Report: integration.Report{
			Direction: crm.Outgoing, ClientNumber: "79000000001", VirtualNumber: "74950000101", Lost: &lost,
		}},
		"No number":   {Kind: integration.Unreadable, Problem: "нет номера / no number"},
		"Петров Пётр": {Kind: integration.SIPLost, Report: integration.Report{Employee: integration.Employee{Name: "Петров Пётр"}}},
	} {
		if got := eventView(EventRow{Event: e}, integration.English); got.Summary != want || got.Title != kindTitles[e.Kind][1] {
			t.Errorf("%s: %q, want %q", got.Title, got.Summary, want)
		}
	}
}

func TestActionsAreTitledWithTheirObject(t *testing.T) {
	t.Parallel()
	title, anna := "Звонок", crm.UserID(7)
	of := &place{site: "https://shop.bitrix24.example", users: map[crm.UserID]string{7: "Анна"}}
	for _, c := range []struct {
		do   crm.Command
		want string
		link string
	}{
		{crm.Create{Kind: crm.Deal, Fields: crm.Fields{Title: &title}}, "Создать сделку «Звонок»", "https://shop.bitrix24.example/crm/deal/details/12/"},
		{crm.Update{Kind: crm.Lead, Entity: crm.Ref{ID: 5}, Fields: crm.Fields{Responsible: &anna}}, "Изменить лид → Анна", "https://shop.bitrix24.example/crm/lead/details/5/"},
		{crm.Register{Phone: "+79000000001", User: 7}, "Зарегистрировать звонок: +7 900 000-00-01 → Анна", ""},
		{crm.ShowCard{Users: []crm.UserID{7, 8}}, "Показать карточку: Анна, 8", ""},
		{crm.Transcribe{}, "Передать расшифровку разговора", ""},
	} {
		a := ActionRow{Command: c.do.Name(), Do: c.do, State: lane.StateDone, Result: []byte(`{"id":12}`)}
		got := of.actionView(a, integration.Russian)
		link := ""
		if len(got.Links) > 0 {
			link = got.Links[0].URL
		}
		if got.Title != c.want || link != c.link {
			t.Errorf("%s: %q with %q, want %q with %q", a.Command, got.Title, link, c.want, c.link)
		}
	}
	if got := of.actionView(ActionRow{Command: "of_tomorrow"}, integration.Russian); got.Title != "of_tomorrow" || got.Links == nil {
		t.Errorf("a command that cannot be read: %+v", got)
	}
}

func TestFailedActionSaysThePortalsWordsAndWhatToDo(t *testing.T) {
	t.Parallel()
	refused := &crm.Error{Kind: crm.Invalid, Code: "CRM_FIELD_ERROR_REQUIRED", Text: "Не заполнено поле"}
	got := (&place{}).actionView(ActionRow{State: lane.StateDead, Err: refused}, integration.Russian)
	if got.Sentence != "Портал отказал: Не заполнено поле (CRM_FIELD_ERROR_REQUIRED)" || got.Hint == "" || got.Badge.Tone != ToneBad {
		t.Errorf("a dead one: %+v", got)
	}
	away := &crm.Error{Kind: crm.Unavailable, Code: "503"}
	got = (&place{}).actionView(ActionRow{State: lane.StatePlanned, Attempts: 3, Err: away}, integration.English)
	if got.Sentence != "It did not work, it is tried again: 503" || got.Badge.Text != "retrying" {
		t.Errorf("one that is tried again: %+v", got)
	}
}

// T-5: what a person changed meanwhile is kept, and it is not told as done.
func TestChangeThatAPersonForestalledIsNotToldAsDone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do     crm.Command
		state  lane.ActionState
		result string
		want   string
	}{
		"written":                 {crm.Update{}, lane.StateDone, `{}`, "сделано"},
		"kept":                    {crm.Update{}, lane.StateDone, `{"kept":true}`, "правка человека сохранена"},
		"not_settled":             {crm.Update{}, lane.StatePlanned, ``, "в очереди"},
		"another_kind_of_command": {crm.Create{}, lane.StateDone, `{"kept":true}`, "сделано"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := actionBadge(&ActionRow{Do: c.do, State: c.state, Result: []byte(c.result)}, integration.Russian)
			if got.Text != c.want {
				t.Errorf("got %q, want %q", got.Text, c.want)
			}
		})
	}
}

func TestIDsOfConditionsAreNamed(t *testing.T) {
	t.Parallel()
	of := &place{centre: centre.Directory{
		Employees: []centre.Employee{{ID: 7001, Name: "Тестова Анна"}},
		Scenarios: []centre.Scenario{{Named: centre.Named{ID: 301, Name: "Основной"}, Operations: []centre.Named{{ID: 3001, Name: "Приветствие"}}}},
		Campaigns: []centre.Named{{ID: 77, Name: "Поиск"}},
	}}
	for _, c := range []struct {
		parameter   rules.Parameter
		value, want string
	}{
		{integration.ParamEmployee, "7001", "Тестова Анна"},
		{integration.ParamScenario, "301", "Основной"},
		{integration.ParamLastOperation, "3001", "Приветствие"},
		{integration.ParamFirstCampaign, "77", "Поиск"},
		{integration.ParamScenario, "3001", ""},
		{integration.ParamVirtualNumber, "7001", ""},
		{integration.ParamEmployee, "Анна", ""},
	} {
		if got := of.names(c.parameter, c.value); got != c.want {
			t.Errorf("%s %s is %q, want %q", c.parameter, c.value, got, c.want)
		}
	}
}

// Everything that can be in the journal has words in both languages.
func TestEveryEventCommandAndStateHasWords(t *testing.T) {
	t.Parallel()
	kinds := append(integration.EventKinds(), integration.CallSilent, integration.CallDue, integration.CallReplayed, integration.ActivityMissing,
		integration.CallReport, integration.RouteAsked, integration.ClickToCall, integration.CallbackAsked, integration.CallDialled, integration.DialFailed,
		integration.Unreadable)
	for _, k := range kinds {
		if kindTitle(k, integration.Russian) == string(k) || kindTitle(k, integration.English) == string(k) {
			t.Errorf("%s has no words", k)
		}
	}
	for _, do := range []crm.Command{
		crm.Create{},
		crm.Update{},
		crm.Register{},
		crm.ShowCard{},
		crm.HideCard{},
		crm.Finish{},
		crm.SetActivity{},
		crm.BindActivity{},
		crm.AttachRecord{},
		crm.AddActivity{},
		crm.Comment{},
		crm.Transcribe{},
		centre.Dial{},
		centre.Reread{},
	} {
		if say := commandTitles[do.Name()]; say[0] == "" || say[1] == "" {
			t.Errorf("%s has no words", do.Name())
		}
	}
	for _, s := range []lane.ActionState{lane.StatePlanned, lane.StateSending, lane.StateDoubt, lane.StateDone, lane.StateFailed, lane.StateDead} {
		if stateShades[s].say[0] == "" || stateSentences[s][1] == "" {
			t.Errorf("%s has no words", s)
		}
	}
}

// A portal's address leads to its records, wherever its REST address points.
func TestRecordsAreOnThePortalsOwnDomain(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"https://shop.bitrix24.example/rest/":    "https://shop.bitrix24.example",
		"http://127.0.0.1:8080/portal/one/rest/": "http://127.0.0.1:8080/portal/one",
		"javascript:alert(1)":                    "",
		"":                                       "",
		"https://":                               "",
	} {
		if got := siteOf(endpoint); got != want {
			t.Errorf("%q leads to %q, want %q", endpoint, got, want)
		}
	}
}
