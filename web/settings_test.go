package web_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/integration/settings"
	"omniconnector/web/webtest"
)

// wrong is a document with twenty mistakes.
const wrong = `{
  "app_name": "", "time_zone": "Mars/Olympus", "country": "Russia", "own_numbers": ["не номер", 7], "colour": "red",
  "employees": [{"employee": 11, "user": 1}, {"employee": 11, "user": 1}],
  "telephony": {
    "enabled": "yes", "talker": "middle", "companion": "lead", "silence_minutes": 0,
    "incoming": {
      "filter": {"on": true, "where": {"of": [{"parameter": "virtual_numbr", "mode": "include", "values": []}]}},
      "names": {"lead": [{"text": "Звонок {{contact_phone_nmber}}"}, {"text": "{{app_name"}]},
      "funnels": {"stage": "", "rules": [{"entity": "deal", "funnel": 1}]},
      "responsible": {"default": 404}
    },
    "outgoing": {"respnsible": {"default": 1}}
  }
}`

func TestSettingsWithTwentyMistakesGetTwentyAnswersAndChangeNothing(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal + "/settings"
	before := writer.get(at).want(t, 200)
	a := writer.speaking("ru").do("PUT", at, wrong, "If-Match", before.header.Get("ETag")).want(t, 422)
	code, mistakes := a.problem(t)
	if code != "settings_invalid" || len(mistakes) != 20 {
		t.Errorf("%s with %d mistakes, want 20:\n%s", code, len(mistakes), strings.Join(mistakes, "\n"))
	}
	_, want := settings.Read([]byte(wrong), settings.Directories{Portal: webtest.Directory(), Centre: webtest.Centre()})
	for i, p := range want {
		if mistakes[i] != p.Pointer+" "+p.Code {
			t.Errorf("mistake %d: %q, want %q", i, mistakes[i], p.Pointer+" "+p.Code)
		}
	}
	if !strings.Contains(a.body, "Обязательное поле не заполнено") {
		t.Error("the answer is not in Russian")
	}
	if diff := cmp.Diff(before.body, writer.get(at).want(t, 200).body); diff != "" {
		t.Errorf("a refused document changed the settings:\n%s", diff)
	}
	checked := writer.do("POST", at+"/validate", wrong).want(t, 200).json(t)
	if checked["valid"] != false || len(checked["errors"].([]any)) != 20 {
		t.Errorf("validate: %v with %d errors", checked["valid"], len(checked["errors"].([]any)))
	}
}

func TestSettingsAreReplacedOnlyByThoseWhoReadThem(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal + "/settings"
	first := writer.get(at).want(t, 200)
	if first.header.Get("ETag") != `"1"` {
		t.Errorf("ETag %s, want \"1\"", first.header.Get("ETag"))
	}
	if code, _ := writer.do("PUT", at, first.body).want(t, 428).problem(t); code != "no_condition" {
		t.Errorf("code %q, want no_condition", code)
	}
	changed := strings.Replace(first.body, `"app_name":"OMNI"`, `"app_name":"CRM"`, 1)
	saved := writer.do("PUT", at, changed, "If-Match", `"1"`).want(t, 200)
	if saved.header.Get("ETag") != `"2"` || saved.json(t)["version"] != 2.0 {
		t.Errorf("saved: %s %s", saved.header.Get("ETag"), saved.body)
	}
	if code, _ := writer.do("PUT", at, first.body, "If-Match", `"1"`).want(t, 412).problem(t); code != "stale" {
		t.Errorf("code %q, want stale", code)
	}
	if got := writer.get(at).want(t, 200); !strings.Contains(got.body, `"CRM"`) {
		t.Error("the stale document won")
	}
	if got := writer.get(at+"?version=1").want(t, 200); got.body != first.body || got.header.Get("ETag") != `"1"` {
		t.Error("the first version is not what it was")
	}
	writer.get(at+"?version=9").want(t, 404)
	writer.do("PUT", at, first.body, "If-Match", `*`).want(t, 200)
}

func TestNewPortalHasDefaultsAtVersionZero(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, write := c.Tenant("shop")
	c = c.as(write)
	portal := c.do("POST", "/api/v1/portals", credentials()).want(t, 201).json(t)["portal"].(map[string]any)["id"].(string)
	at := "/api/v1/portals/" + portal + "/settings"
	a := c.get(at).want(t, 200)
	if a.header.Get("ETag") != `"0"` || strings.TrimSpace(a.body) == "" {
		t.Errorf("%s %s", a.header.Get("ETag"), a.body)
	}
	body := `{"telephony": {"incoming": {"responsible": {"default": 1}}, "outgoing": {"responsible": {"default": 1}}}}`
	saved := c.do("PUT", at, body, "If-Match", `"0"`).want(t, 200).json(t)
	warnings := saved["warnings"].([]any)
	if len(warnings) != 1 || warnings[0].(map[string]any)["code"] != "no_directory" {
		t.Errorf("warnings: %v", warnings)
	}
}

func TestFilterThatHidesMissedCallsIsSavedWithTheManualsWarning(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	s := settings.Example()
	s.Telephony.Incoming.Filter.Where.Of[0].Parameter = integration.ParamEmployee
	a := writer.speaking("ru").do("PUT", "/api/v1/portals/"+portal+"/settings", string(settings.Write(s)), "If-Match", `"1"`).want(t, 200)
	if !strings.Contains(a.body, "/telephony/incoming/filter/where") || !strings.Contains(a.body, "пропущенные звонки не будут зарегистрированы в Bitrix24") {
		t.Errorf("no warning: %s", a.body)
	}
}

// S-3, T-13: what the portal lost is told with every save and stops none of them.
func TestStageThatThePortalLostDoesNotStopASave(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	s := webtest.Settings()
	s.Telephony.Incoming.Funnels.Stage, s.Telephony.Outgoing.Funnels.Funnel = "GONE", 8
	s.Telephony.Outgoing.Create = false // what the tenant is really about
	at := "/api/v1/portals/" + portal + "/settings"
	want := []string{"/telephony/incoming/funnels/stage unknown_stage", "/telephony/outgoing/funnels/funnel unknown_funnel"}
	checked := writer.do("POST", at+"/validate", string(settings.Write(s))).want(t, 200).json(t)
	saved := writer.do("PUT", at, string(settings.Write(s)), "If-Match", `"1"`).want(t, 200)
	if checked["valid"] != true || saved.header.Get("ETag") != `"2"` {
		t.Errorf("valid %v, saved as %s", checked["valid"], saved.header.Get("ETag"))
	}
	for where, answer := range map[string]map[string]any{"validate": checked, "save": saved.json(t)} {
		got := []string{}
		for _, w := range answer["warnings"].([]any) {
			w := w.(map[string]any)
			got = append(got, w["pointer"].(string)+" "+w["code"].(string))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s warns (-want +got):\n%s", where, diff)
		}
	}
}

func TestMalformedDocumentIsToldWithItsPlace(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	a := writer.do("PUT", "/api/v1/portals/"+portal+"/settings", "{\n  \"app_name\": ,\n}", "If-Match", `"1"`).want(t, 422)
	e := a.json(t)["errors"].([]any)[0].(map[string]any)
	if e["code"] != "malformed" || e["line"] != 2.0 || e["column"] != 15.0 {
		t.Errorf("got %v", e)
	}
	writer.do("PUT", "/api/v1/portals/"+portal+"/settings", "["+strings.Repeat(" ", 1<<20)+"]", "If-Match", `"1"`).want(t, 413).problem(t)
	writer.do("PUT", "/api/v1/portals/"+portal+"/settings", nil, "If-Match", `"1"`).want(t, 400).problem(t)
}
