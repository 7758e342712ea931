package uis

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/webhooks"
	"omniconnector/webhooks/emulator"
)

// values is a call of which everything is known.
func values() emulator.Vars {
	return emulator.Vars{
		"app_id": int64(5001), "notification_mnemonic": nil, "notification_time": "2026-05-12 10:02:20.900", "notification_timestamp": 1778569340,
		"call_session_id": int64(910000001), "external_id": "b24:t12:act:4401", "direction": "in", "is_internal": false, "call_source": "va",
		"start_time": "2026-05-12 10:00:00.050", "virtual_phone_number": "74950000101", "contact_phone_number": "79000000001",
		"contact_id": int64(88), "contact_full_name": `Клиент "Тестовый" & Ко`, "employee_id": int64(7001), "employee_full_name": "Тестова Анна",
		"employee_phone_number": "0001234", "extension_phone_number": "101", "leg_id": int64(555001), "leg_ids": []int64{555000, 555001},
		"talk_time_duration": 128, "wait_time_duration": 12, "total_time_duration": 140, "is_lost": false, "is_transfer": true,
		"first_talked_employee_id": int64(7002), "last_talked_employee_id": int64(7001), "tag_names": []string{"Целевой", "VIP"}, "tag_ids": []int64{61, 62},
		"employee_ids": []int64{7001, 7002}, "noanswered_employee_full_names": []string{"Тестова Анна", "Пробный Пётр"},
		"file_link": "https://media.example.test/910000001/0f0e?a=b&c=d", "file_duration": 128, "record_file_links": nil,
		"communication_type": "call", "communication_id": int64(910000001), "communication_number": 3, "operator_rating": 5,
		"scenario_id": int64(301), "scenario_name": "Основной", "last_scenario_operation_id": 3005, "last_scenario_operation_name": "Переадресация",
		"site_id": 41, "site_domain_name": "shop.example", "utm_source": "yandex", "utm_campaign": "май+июнь", "visitor_id": int64(9100000001),
		"id": int64(330000001), "date_time": "2026-05-12 10:02:00", "text": "Перезвоните, пожалуйста: a=1&b=\"2\"",
		"visitor_name": "Олег", "visitor_phone_number": int64(79000000009), "visitor_email": "oleg@example.test", "form_name": "Обратная связь",
		"group_id": 12, "group_name": "Продажи", "form_type": "Стандартная",
		"entrance_page": "https://shop.example/?utm_source=yandex&x={{y}}",
	}
}

// fill renders a template the vendor's way and makes a request of it.
func fill(t *testing.T, tpl Template) webhooks.Request {
	t.Helper()
	r := emulator.Template{Method: tpl.Method, URL: tpl.URL, ContentType: tpl.ContentType, Body: tpl.Body}.Render(values(), nil)
	u, err := url.Parse(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	if tpl.Variant == AsJSON && !json.Valid([]byte(r.Body)) {
		t.Fatalf("not JSON: %s", r.Body)
	}
	return webhooks.Request{
		Method: r.Method, Event: u.Path[strings.LastIndex(u.Path, "/")+1:], ContentType: r.ContentType, Query: u.RawQuery, Body: []byte(r.Body),
		Received: received, Location: moscow,
	}
}

func TestEveryTemplateComesBackAsItsEventInEveryVariant(t *testing.T) {
	t.Parallel()
	events := map[Variant]map[integration.EventKind]integration.Event{AsJSON: {}, AsForm: {}, AsGet: {}}
	for _, tpl := range Templates("https://connector.example/", "t1.PATH", "BODY") {
		n, err := Source{}.Read(fill(t, tpl))
		if err != nil {
			t.Fatalf("%s %s: %v", tpl.Variant, tpl.Event, err)
		}
		if n.Event.Kind != tpl.Event || string(n.Secret) != "BODY" || tpl.RU == "" || tpl.EN == "" {
			t.Errorf("%s %s: got %s with secret %q", tpl.Variant, tpl.Event, n.Event.Kind, string(n.Secret))
		}
		if !strings.HasPrefix(tpl.URL, "https://connector.example/hooks/uis/t1.PATH/"+word(tpl.Event)) {
			t.Errorf("address %s", tpl.URL)
		}
		events[tpl.Variant][tpl.Event] = n.Event
	}
	for _, k := range append(integration.EventKinds(), integration.OfflineRequest) {
		if _, ok := events[AsJSON][k]; !ok {
			t.Errorf("there is no template for %s", k)
		}
	}
	for _, v := range []Variant{AsForm, AsGet} {
		if diff := cmp.Diff(events[AsJSON], events[v]); diff != "" {
			t.Errorf("json -, %s +:\n%s", v, diff)
		}
	}
}

func TestTemplatesAskForNothingThatIsNotRead(t *testing.T) {
	t.Parallel()
	for _, w := range wanted {
		for name := range strings.FieldsSeq(w.variables) {
			if !known(name) && !ofRequests[name] {
				t.Errorf("%s asks for %s, which nothing reads", w.event, name)
			}
		}
	}
}

func TestTheFinalTemplateSaysAllThatAFilterOrAFieldNeeds(t *testing.T) {
	t.Parallel()
	var final Template
	for _, tpl := range Templates("https://c.example", "t.s", "") {
		if tpl.Event == integration.CallFinished && tpl.Variant == AsJSON {
			final = tpl
		}
	}
	if strings.Contains(final.Body, "secret") {
		t.Error("a secret that nobody set")
	}
	n, err := Source{}.Read(fill(t, final))
	if err != nil {
		t.Fatal(err)
	}
	got := n.Event.Report
	for name, want := range map[string]string{
		"scenario_id": "301", "last_scenario_operation_name": "Переадресация", "site_id": "41", "utm_campaign": "май+июнь",
		"visitor_id": "9100000001", "contact_full_name": `Клиент "Тестовый" & Ко`, "entrance_page": "https://shop.example/?utm_source=yandex&x={{y}}",
	} {
		if v := got.Params[name]; len(v) != 1 || v[0] != want {
			t.Errorf("%s is %q, want %q", name, v, want)
		}
	}
	if got.FirstTalked != 7002 || got.LastTalked != 7001 || !got.Transfer || got.Rating != 5 || got.Talk.Seconds() != 128 {
		t.Errorf("got %+v", got)
	}
}

func TestEveryTemplateAsksForWhatItsEventCanTell(t *testing.T) {
	t.Parallel()
	has := map[integration.EventKind]map[string]bool{}
	for _, w := range wanted {
		has[w.event] = set(w.variables)
	}
	for k, names := range has {
		if k == integration.SIPLost || k == integration.OfflineRequest { // of no call
			continue
		}
		for _, name := range []string{"call_session_id", "external_id", "call_source", "direction", "contact_phone_number"} { // contract uis §1.4
			if !names[name] {
				t.Errorf("%s does not ask for %s", k, name)
			}
		}
	}
	for _, k := range []integration.EventKind{integration.CallFinished, integration.CallLost, integration.RecordReady, integration.TagSet} {
		if !has[k]["tag_ids"] || !has[k]["tag_names"] {
			t.Errorf("%s does not ask for tags", k)
		}
	}
	for _, k := range []integration.EventKind{integration.CallFinished, integration.RecordReady, integration.TagSet} {
		if !has[k]["operator_rating"] {
			t.Errorf("%s does not ask for the rating", k)
		}
	}
}
