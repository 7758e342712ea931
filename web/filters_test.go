package web_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
)

func TestFiltersAreToldInWordsWithTheNamesOfTheDirectory(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal + "/filters/describe"
	condition := func(parameter, mode string, values ...string) map[string]any {
		return map[string]any{"parameter": parameter, "mode": mode, "values": values}
	}
	filters := []map[string]any{
		{"direction": "in", "where": map[string]any{}},
		{"direction": "in", "where": condition("employee", "exclude", "11", "Никто")},
		{"direction": "out", "where": map[string]any{"join": "or", "of": []any{
			condition("virtual_number", "include", "74950000101"), condition("employee", "include", "11"),
		}}},
		{"direction": "in", "where": map[string]any{"of": []any{condition("", "include")}}}, // not finished yet
		{"of": "chat", "where": condition("channel", "include", "71", "comagic")},
		{"of": "offline_message", "where": condition("tag", "exclude", "Спам")},
	}
	got := reader.speaking("ru").do("POST", at, map[string]any{"filters": filters}).want(t, 200).json(t)["sentences"]
	want := []any{
		"Без условий: подходит всё",
		"не (Сотрудник — один из Тестова Анна, Никто)",
		"Виртуальный номер — 74950000101, или Сотрудник — Тестова Анна",
		" — ",
		"Канал — один из WA магазин, Чат на сайте",
		"не (Тег — Спам)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	reader.do("POST", at, map[string]any{"filters": []any{}}).want(t, 422)
	reader.do("POST", "/api/v1/portals/404/filters/describe", map[string]any{"filters": filters}).want(t, 404)
}

func TestWordsAreThoseOfTheTopic(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, _ := c.tenant("shop")
	for query, want := range map[string]int{
		"":                       len(integration.Words(crm.Incoming)),
		"?direction=out":         len(integration.Words(crm.Outgoing)),
		"?of=outgoing":           len(integration.Words(crm.Outgoing)),
		"?of=chat&direction=out": len(integration.ChatWords(integration.Chat)),
		"?of=offline_message":    len(integration.ChatWords(integration.Offline)),
	} {
		if n := len(reader.get("/api/v1/words"+query).want(t, 200).json(t)["words"].([]any)); n != want {
			t.Errorf("%q lists %d, want %d", query, n, want)
		}
	}
	reader.get("/api/v1/words?of=fax").want(t, 422)
}
