package web_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/integration/settings"
	"omniconnector/web/webtest"
)

// draft is the world's settings with a change.
func draft(t *testing.T, change func(*integration.Settings)) json.RawMessage {
	t.Helper()
	s := webtest.Settings()
	change(s)
	return settings.Write(s)
}

// sentences are those of a list in an answer.
func sentences(answer map[string]any, list string) []string {
	var out []string
	for _, one := range answer[list].([]any) {
		out = append(out, one.(map[string]any)["sentence"].(string))
	}
	return out
}

func TestStoredCallsDoNotDifferByTheSettingsInForce(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	at := "/api/v1/portals/" + portal + "/simulate"
	// 910000009 is left out: the world decides without the platform's directory, which knows that call's employee.
	for _, session := range []string{
		"910000001", "910000002", "910000003", "910000004", "910000005", "910000006", "910000007", "910000008", "910000010",
	} {
		got := reader.do("POST", at, map[string]any{"session": session}).want(t, 200).json(t)
		if n := sentences(got, "differences"); len(n) != 0 || got["compared_with"] != "stored" || got["assumed"] != false {
			t.Errorf("%s: %v, compared with %v, assumed %v", session, n, got["compared_with"], got["assumed"])
		}
		if len(got["effects"].([]any)) == 0 || len(got["plans"].([]any)) == 0 {
			t.Errorf("%s: nothing is told: %v", session, got)
		}
	}
}

func TestDraftIsSimulatedOnAStoredCall(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	at := "/api/v1/portals/" + portal + "/simulate"
	before := reader.get("/api/v1/events?limit=200").body + reader.get("/api/v1/calls/910000001").body + reader.get("/api/v1/portals/"+portal+"/jobs").body
	body := map[string]any{"session": "910000001", "settings": draft(t, func(s *integration.Settings) {
		s.Telephony.Incoming.Names.Lead = []integration.NameTemplate{{Text: "Лид {{campaign_name}}"}}
		s.Telephony.Records = false
	})}
	got := reader.do("POST", at, body, "Accept-Language", "ru").want(t, 200).json(t)
	told := sentences(got, "differences")
	if len(told) != 2 || !strings.HasPrefix(told[0], "Название (новая запись): было — ") || !strings.HasSuffix(told[0], ", стало бы — Лид Поиск") ||
		told[1] != "Запись разговора: было — да, стало бы — нет" {
		t.Errorf("%q", told)
	}
	record := got["differences"].([]any)[1].(map[string]any)
	if record["title"] != "Запись разговора" || record["was_text"] != "да" || record["would_text"] != "" {
		t.Errorf("%v", record)
	}
	if reasons := got["plans"].([]any)[0].(map[string]any)["reasons"].([]any); reasons[0].(map[string]any)["sentence"] == "" {
		t.Errorf("reasons without words: %v", reasons)
	}
	let := map[string]any{"session": "910000003", "settings": draft(t, func(s *integration.Settings) { s.Telephony.Incoming.Filter.On = false })}
	got = reader.do("POST", at, let).want(t, 200).json(t)
	if told := sentences(got, "differences"); len(told) == 0 || told[0] != "Decision: was kept out by the filter, would be goes into the CRM" || got["assumed"] != true {
		t.Errorf("assumed %v, %q", got["assumed"], told)
	}
	after := reader.get("/api/v1/events?limit=200").body + reader.get("/api/v1/calls/910000001").body + reader.get("/api/v1/portals/"+portal+"/jobs").body
	if before != after {
		t.Error("a simulation changed the journal")
	}
}

func TestMadeUpCallIsSimulated(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal + "/simulate"
	report := map[string]any{"direction": "in", "client_number": "79000000042", "virtual_number": "74950000101"}
	events := []any{
		map[string]any{"kind": "call_incoming", "report": report}, map[string]any{"kind": "call_lost", "report": report},
	}
	got := reader.do("POST", at, map[string]any{"events": events}).want(t, 200).json(t)
	effects := sentences(got, "effects")
	if got["compared_with"] != "nothing" || !slices.Contains(effects, "Created (new record): lead") || !slices.Contains(effects, "The call ended: missed") {
		t.Errorf("compared with %v: %q", got["compared_with"], effects)
	}
	known := map[string]any{"deals": []any{map[string]any{"kind": "deal", "id": 12, "responsible": 7, "stage": "NEW"}}}
	got = reader.do("POST", at, map[string]any{
		"events": events, "known": known, "settings": draft(t, func(s *integration.Settings) { s.Telephony.Enabled = false }),
	}).want(t, 200).json(t)
	told := sentences(got, "differences")
	if got["compared_with"] != "newest" || told[0] != "Decision: was goes into the CRM, would be telephony is off" || slices.Contains(sentences(got, "was"), "Created (new record): lead") {
		t.Errorf("compared with %v: %q", got["compared_with"], told)
	}
}

func TestWhatCannotBeSimulatedSaysWhy(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	at := "/api/v1/portals/" + portal + "/simulate"
	event := map[string]any{"kind": "call_incoming"}
	coffee := json.RawMessage(`{"coffee": true,` + string(draft(t, func(*integration.Settings) {})[1:]))
	for want, body := range map[string]map[string]any{
		" session_or_events":             {},
		"/session unknown_session":       {"session": "404"},
		"/session no_call":               {"session": "chat:404"},
		"/events/1/kind one_of":          {"events": []any{event, map[string]any{"kind": "lunch"}}},
		"/settings wrong_type":           {"session": "910000001", "settings": []any{}},
		"/settings/coffee unknown_field": {"session": "910000001", "settings": coffee},
		"/events wrong_length":           {"events": []any{}},
	} {
		_, mistakes := reader.do("POST", at, body).want(t, 422).problem(t)
		if diff := cmp.Diff([]string{want}, mistakes); diff != "" {
			t.Errorf("mistakes (-want +got):\n%s", diff)
		}
	}
	both := map[string]any{"session": "910000001", "events": []any{event}}
	if _, mistakes := reader.do("POST", at, both).want(t, 422).problem(t); !slices.Equal(mistakes, []string{" session_or_events"}) {
		t.Errorf("%q", mistakes)
	}
	stranger, _, _ := c.tenant("rival")
	stranger.do("POST", at, map[string]any{"session": "910000001"}).want(t, 404)
}

func TestSimulationOfManyCallsIsAnErrand(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal + "/simulations"
	off := draft(t, func(s *integration.Settings) { s.Telephony.Enabled = false })
	got := writer.do("POST", at, map[string]any{"settings": off, "last": 50}).want(t, 202).json(t)
	id := got["id"].(string)
	told := reader.get(at+"/"+id).want(t, 200).json(t)
	if told["state"] != "planned" || len(told["kinds"].([]any)) != 0 || got["key"] != "simulate/"+id {
		t.Errorf("asked: %v, told: %v", got, told)
	}
	jobs := reader.do("GET", "/api/v1/portals/"+portal+"/jobs", nil, "Accept-Language", "ru").want(t, 200).body
	if !strings.Contains(jobs, "Проверка настроек на прошлых звонках") {
		t.Errorf("jobs: %s", jobs)
	}
	reader.get(at+"/404").want(t, 404)
	reader.do("POST", at, map[string]any{}).want(t, 403)
	for want, body := range map[string]map[string]any{
		"/till period":                   {"from": "2026-05-02T00:00:00Z", "till": "2026-05-01T00:00:00Z"},
		"/last out_of_range":             {"last": 10_001},
		"/settings/telephony wrong_type": {"settings": map[string]any{"telephony": 1}},
	} {
		_, mistakes := writer.do("POST", at, body).want(t, 422).problem(t)
		if !slices.Contains(mistakes, want) {
			t.Errorf("mistakes %q, want %q", mistakes, want)
		}
	}
}
