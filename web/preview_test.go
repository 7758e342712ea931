package web_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/web/webtest"
)

func TestTemplateIsPreviewedAsADecisionWouldNameIt(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	at := "/api/v1/portals/" + portal + "/templates/preview"
	for name, x := range map[string]struct {
		body map[string]any
		want string
	}{
		"a sample": {map[string]any{"text": "{{source_name}}: {{contact_phone_number}}", "entity": "lead"}, "Яндекс.Директ: +79000000001"},
		"an outgoing sample": {
			map[string]any{"text": "{{direction}} {{employee_full_name}} {{app_name}}", "entity": "deal", "direction": "out"}, "out Тестова Анна OMNI",
		},
		"a contact":     {map[string]any{"text": "Контакт {{call_session_id}}", "entity": "contact"}, "Контакт 910000001"},
		"a company":     {map[string]any{"text": "Компания {{cpn_region_name}}", "entity": "company"}, "Компания Москва"},
		"a stored call": {map[string]any{"text": "{{campaign_name}} {{utm_source}} {{start_time}}", "entity": "lead", "session": "910000001"}, ""},
		"nothing to say": {
			map[string]any{"text": "{{utm_term}}", "entity": "lead", "session": "910000002"},
			"Входящий звонок на номер +79000000002 из приложения OMNI",
		},
		"a filtered call": {map[string]any{"text": "{{source_name}}", "entity": "lead", "session": "910000003"}, "Спам"},
	} {
		got := reader.do("POST", at, x.body).want(t, 200).json(t)
		if name == "a stored call" { // it began when the world's clock said so
			if text := got["name"].(string); len(text) < 20 || text[:len("Поиск 20")] != "Поиск 20" {
				t.Errorf("%s: %q", name, text)
			}
			continue
		}
		if got["name"] != x.want || got["sample"] != (x.body["session"] == nil) {
			t.Errorf("%s: %v, want %q", name, got, x.want)
		}
	}
}

// C-12: templates of conversations have variables of their own, and the sample is one.
func TestTemplateOfConversationsIsPreviewed(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal + "/templates/preview"
	for name, x := range map[string]struct {
		body map[string]any
		want string
	}{
		"a chat's lead":      {map[string]any{"of": "chat", "text": "{{channel_name}} «{{chat_channel_name}}»: {{first_message}}", "entity": "lead"}, "WhatsApp «WA магазин»: Сколько стоит доставка?"},
		"a chat's deal":      {map[string]any{"of": "chat", "text": "{{app_name}} {{employee_full_name}} {{utm_source}}", "entity": "deal"}, "OMNI Тестова Анна yandex"},
		"a chat's contact":   {map[string]any{"of": "chat", "text": "{{visitor_name}} {{visitor_email}}", "entity": "contact"}, "Ирина irina@example.test"},
		"a request":          {map[string]any{"of": "offline_message", "text": "{{form_name}}: {{visitor}}", "entity": "lead"}, "Обратная связь: Ирина"},
		"a call by its side": {map[string]any{"of": "outgoing", "text": "{{direction}}", "entity": "lead"}, "out"},
	} {
		got := reader.speaking("ru").do("POST", at, x.body).want(t, 200).json(t)
		if got["name"] != x.want || got["sample"] != true {
			t.Errorf("%s: %v, want %q", name, got, x.want)
		}
	}
	for want, body := range map[string]map[string]any{
		"/text unknown_variable_near": {"of": "chat", "text": "{{visitr}}", "entity": "lead"},
		"/text unknown_variable":      {"of": "chat", "text": "{{scenario_name}}", "entity": "lead"},
		"/session unknown_session":    {"of": "chat", "text": "a", "entity": "lead", "session": "910000001"},
		"/of one_of":                  {"of": "fax", "text": "a", "entity": "lead"},
	} {
		_, mistakes := reader.do("POST", at, body).want(t, 422).problem(t)
		if diff := cmp.Diff([]string{want}, mistakes); diff != "" {
			t.Errorf("mistakes (-want +got):\n%s", diff)
		}
	}
	company := map[string]any{"of": "chat", "text": "a", "entity": "company"}
	if code, _ := reader.do("POST", at, company).want(t, 409).problem(t); code != "nothing_named" {
		t.Errorf("code %q", code)
	}
}

func TestTemplateThatCannotBePreviewedSaysWhy(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	at := "/api/v1/portals/" + portal + "/templates/preview"
	for want, body := range map[string]map[string]any{
		"/text unknown_variable_near": {"text": "{{contact_phone_nmber}}", "entity": "lead"},
		"/text unknown_variable":      {"text": "{{first_communication_id}}", "entity": "lead"},
		"/text template_open":         {"text": "{{app_name", "entity": "lead"},
		"/session unknown_session":    {"text": "a", "entity": "lead", "session": "404"},
		"/entity one_of":              {"text": "a", "entity": "quote"},
	} {
		_, mistakes := reader.do("POST", at, body).want(t, 422).problem(t)
		if diff := cmp.Diff([]string{want}, mistakes); diff != "" {
			t.Errorf("mistakes (-want +got):\n%s", diff)
		}
	}
	internal := map[string]any{"text": "a", "entity": "lead", "session": "910000008"}
	if code, _ := reader.do("POST", at, internal).want(t, 409).problem(t); code != "nothing_created" {
		t.Errorf("code %q", code)
	}
}

func TestVariablesAreThoseOfNamesOrOfFields(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, _ := c.tenant("shop")
	for query, want := range map[string]int{
		"": len(integration.Variables()), "?for=names": len(integration.Variables()), "?for=fields": len(integration.Parameters()),
		"?of=chat": len(integration.ChatVariables()), "?of=offline_message&for=fields": len(integration.ChatParameters()),
		"?of=outgoing": len(integration.Variables()),
	} {
		if n := len(reader.get("/api/v1/variables"+query).want(t, 200).json(t)["variables"].([]any)); n != want {
			t.Errorf("%q lists %d, want %d", query, n, want)
		}
	}
	reader.get("/api/v1/variables?for=nothing").want(t, 422)
}

func TestDirectoryIsOfBothSides(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	d := reader.get("/api/v1/portals/"+portal+"/directory").want(t, 200).json(t)
	if fields := d["fields"].(map[string]any)["lead"].([]any); len(fields) != 2 || len(d["users"].([]any)) == 0 {
		t.Errorf("portal: %v", d)
	}
	if types := d["channel_types"].([]any); len(types) != len(integration.ChannelTypes()) || types[0].(map[string]any)["type"] != "whatsapp" {
		t.Errorf("channel types: %v", d["channel_types"])
	}
	p := d["platform"].(map[string]any)
	if channels := p["channels"].([]any); len(channels) != len(webtest.Centre().Channels) || channels[1].(map[string]any)["active"] != false {
		t.Errorf("channels: %v", p["channels"])
	}
	if len(p["employees"].([]any)) != len(webtest.Centre().Employees) || p["statuses"].([]any)[0].(map[string]any)["name"] != "Доступен" {
		t.Errorf("platform: %v", p)
	}
}

func TestAddressAnswersWhoeverWatchesIt(t *testing.T) {
	t.Parallel()
	c := setup(t)
	c.do("HEAD", "/", nil).want(t, 200)
}
