package page

import (
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
	"omniconnector/rules"
	"omniconnector/web"
)

var noon = time.Date(2026, 5, 12, 12, 0, 0, 0, time.UTC)

// told is a story of events, each a second after the one before.
func told(events ...integration.Event) *web.CallStory {
	s := &web.CallStory{Portal: "p", Plans: []web.PlanRow{{}}}
	for i, e := range events {
		e.At = noon.Add(time.Duration(i) * time.Second)
		e.Received = e.At
		s.Events = append(s.Events, web.EventRow{Event: e})
	}
	return s
}

func summaryOf(s *web.CallStory) summary {
	return summarise(s, &portal{zone: time.UTC}, integration.Russian)
}

// T-8, T-9: a request leads to the platform's call, and the call back to its request.
func TestRequestAndItsCallLeadToEachOther(t *testing.T) {
	t.Parallel()
	click := told(integration.Event{Session: "click:c.1", Kind: integration.ClickToCall, Report: integration.Report{
		ClientNumber: "+79000000001", Request: &integration.CallRequest{CallID: "c.1", User: 7},
	}})
	if got := summaryOf(click); got.Asked != "щелчок по номеру" || got.Badge.Text != "не состоялся" || got.Other.Session != "" {
		t.Errorf("a click that planned nothing: %+v", got)
	}
	dial := web.ActionRow{Do: centre.Dial{ExternalID: "b24:c.1"}, State: lane.StateSending}
	click.Actions = []web.ActionRow{dial}
	if got := summaryOf(click); got.Badge.Text != "звоним" {
		t.Errorf("a click that is being dialled: %+v", got.Badge)
	}
	dial.State, dial.Result = lane.StateDone, []byte(`{"session":"500"}`)
	click.Actions = []web.ActionRow{dial}
	if got := summaryOf(click); got.Badge.Text != "звонок начат" || got.Other != (otherCall{Session: "500"}) {
		t.Errorf("a click that was dialled: %+v", got)
	}
	for external, want := range map[string]integration.SessionID{"b24:c.1": "click:c.1", "cb:callback:k": "callback:k", "own": ""} {
		call := told(integration.Event{Session: "500", Kind: integration.CallOutgoing, Report: integration.Report{ExternalID: external}})
		if got := summaryOf(call).Other; got.Session != want || got.Request != (want != "") {
			t.Errorf("%s leads to %+v", external, got)
		}
	}
}

func TestCallThatNobodyAnsweredIsToldByItsDirection(t *testing.T) {
	t.Parallel()
	for direction, want := range map[crm.Direction]string{crm.Outgoing: "не дозвонились", crm.Incoming: "пропущен"} {
		lost := true
		got := summaryOf(told(integration.Event{Session: "1", Kind: integration.CallFinished, Report: integration.Report{
			Direction: direction, ClientNumber: "anonymous", Lost: &lost,
		}}))
		if got.Ended.Text != want || got.Client != "" {
			t.Errorf("%s: %q of %q, want %q of a hidden number", direction, got.Ended.Text, got.Client, want)
		}
	}
}

// A call whose platform's clock is ahead is listed by when we heard of it.
func TestClockAheadDoesNotKeepACallOnTop(t *testing.T) {
	t.Parallel()
	s := told(integration.Event{Session: "1", Kind: integration.CallIncoming, Report: integration.Report{StartedAt: noon.Add(time.Hour)}})
	if got := summaryOf(s); !got.order.Equal(noon) || !got.At.Equal(noon.Add(time.Hour)) {
		t.Errorf("listed by %v, begun at %v", got.order, got.At)
	}
}

func TestIDsOfConditionsAreNamed(t *testing.T) {
	t.Parallel()
	of := &portal{centre: centre.Directory{
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

// T-5: what a person changed meanwhile is kept, and the page does not say that our change was made.
func TestAChangeThatAPersonForestalledIsNotToldAsDone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do     crm.Command
		state  lane.ActionState
		result string
		want   string
	}{
		"written":                 {crm.Update{}, lane.StateDone, `{}`, "state_done"},
		"kept":                    {crm.Update{}, lane.StateDone, `{"kept":true}`, "kept"},
		"not_settled":             {crm.Update{}, lane.StatePlanned, ``, "state_planned"},
		"another_kind_of_command": {crm.Create{}, lane.StateDone, `{"kept":true}`, "state_done"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := actionBadge(&web.ActionRow{Do: c.do, State: c.state, Result: []byte(c.result)}, integration.Russian)
			if want := say(integration.Russian, c.want); got.Text != want {
				t.Errorf("got %q, want %q", got.Text, want)
			}
		})
	}
}
