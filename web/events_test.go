package web_test

import (
	"strings"
	"testing"

	"omniconnector/integration"
)

func TestJournalIsReadByPagesWithoutGapsOrRepetitions(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	all := map[string]bool{}
	last, cursor := "", ""
	for {
		page := reader.get("/api/v1/events?limit=4&cursor="+cursor).want(t, 200).json(t)
		for _, e := range page["events"].([]any) {
			event := e.(map[string]any)["event"].(map[string]any)
			id, received := event["id"].(string), event["received"].(string)
			if all[id] || last != "" && received > last {
				t.Errorf("event %s is repeated or out of order", id)
			}
			all[id], last = true, received
		}
		if cursor = page["next"].(string); cursor == "" {
			break
		}
	}
	if len(all) != 27 {
		t.Errorf("%d events, want 27", len(all))
	}
	if _, mistakes := reader.get("/api/v1/events?cursor=nonsense").want(t, 422).problem(t); len(mistakes) != 1 || mistakes[0] != "query.cursor cursor" {
		t.Errorf("mistakes %v", mistakes)
	}
}

func TestJournalIsFiltered(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	for query, want := range map[string]int{
		"session=910000001": 5, "phone=8%20900%20000-00-01": 5, "customer=%2B79000000001": 5, "kind=call_lost": 1, "outcome=invalid": 1,
		"outcome=filtered": 2, "portal=" + portal + "&kind=call_lost": 1, "portal=other": 0, "since=2026-11-23T12:00:00Z": 0,
		"until=2026-11-23T09:00:00Z": 0, "since=2026-11-23T09:00:00Z&until=2026-11-24T09:00:00Z": 27,
	} {
		if n := len(reader.get("/api/v1/events?"+query).want(t, 200).json(t)["events"].([]any)); n != want {
			t.Errorf("%s: %d events, want %d", query, n, want)
		}
	}
	for query, want := range map[string]string{
		"phone=101": "query.phone phone", "since=2026-11-23T12:00:00Z&until=2026-11-22T12:00:00Z": "query.until period",
		"limit=0": "query.limit out_of_range", "limit=many": "query.limit wrong_type", "since=yesterday": "query.since wrong_type",
		"colour=red": "query.colour unknown_parameter",
	} {
		if _, mistakes := reader.get("/api/v1/events?"+query).want(t, 422).problem(t); len(mistakes) != 1 || mistakes[0] != want {
			t.Errorf("%s: %v, want %s", query, mistakes, want)
		}
	}
}

func TestEventIsExplainedInTheLanguageAskedFor(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	events := reader.get("/api/v1/events?outcome=filtered").want(t, 200).json(t)["events"].([]any)
	id := events[0].(map[string]any)["event"].(map[string]any)["id"].(string)
	ru := reader.speaking("ru").get("/api/v1/events/"+id).want(t, 200)
	en := reader.speaking("en").get("/api/v1/events/"+id).want(t, 200)
	if !strings.Contains(ru.body, "Фильтр звонков не пропустил звонок") || !strings.Contains(en.body, "The call filter kept the call out") {
		t.Errorf("not explained:\n%s\n%s", ru.body, en.body)
	}
	plan := ru.json(t)["plan"].(map[string]any)
	check := plan["reasons"].([]any)[0].(map[string]any)["check"].(map[string]any)
	leaf := check["of"].([]any)[0].(map[string]any)
	if check["passed"] != false || leaf["parameter"] != "source" || leaf["mode"] != "exclude" || leaf["had"].([]any)[0] != "Спам" {
		t.Errorf("the filter's check: %v", check)
	}
	delivery := ru.json(t)["delivery"].(map[string]any)
	if !strings.Contains(delivery["body"].(string), `"source_name": "Спам"`) || delivery["exact"] != true {
		t.Errorf("delivery: %v", delivery)
	}
}

func TestCallIsToldWhole(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	call := reader.get("/api/v1/calls/910000001").want(t, 200).json(t)["calls"].([]any)[0].(map[string]any)
	if len(call["events"].([]any)) != 5 || len(call["actions"].([]any)) == 0 || len(call["plans"].([]any)) != 5 {
		t.Errorf("%d events, %d plans, %d actions", len(call["events"].([]any)), len(call["plans"].([]any)), len(call["actions"].([]any)))
	}
	if call["call"].(map[string]any)["answered"] != true {
		t.Errorf("call: %v", call["call"])
	}
	for _, a := range call["actions"].([]any) {
		action := a.(map[string]any)
		if action["command"] == "attach_record" {
			if url := action["body"].(map[string]any)["source_url"]; url != "https://records.example/a1.mp3?…" {
				t.Errorf("a record's address is %q", url)
			}
		}
	}
	refused := reader.get("/api/v1/calls/910000006").want(t, 200)
	if !strings.Contains(refused.body, "Обязательное поле «Отдел» не заполнено") || !strings.Contains(refused.body, `"state":"dead"`) {
		t.Error("the portal's own words are missing")
	}
	reader.get("/api/v1/calls/1").want(t, 404).problem(t)
}
