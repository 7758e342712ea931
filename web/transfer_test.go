package web_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/integration/settings"
	"omniconnector/web/webtest"
)

// exportedFrom is a file of the world's settings, changed, of a portal that is not here.
func exportedFrom(change func(*settings.File)) string {
	d := integration.Document{Version: 5, Body: settings.Write(webtest.Settings())}
	known := settings.Directories{Portal: webtest.Directory(), Centre: webtest.Centre()}
	f, err := settings.Export(d, settings.FilePortal{ID: "elsewhere", Name: "Другой портал"}, known, time.Date(2026, 5, 13, 0, 0, 0, 0, time.UTC))
	if err != nil {
		panic(err)
	}
	change(f)
	text, err := f.JSON()
	if err != nil {
		panic(err)
	}
	return string(text)
}

func exportedText() string { return exportedFrom(func(*settings.File) {}) }

// S-2: export and import into the same portal change nothing, and both are in the audit.
func TestExportedFileComesBackWithoutAChange(t *testing.T) {
	t.Parallel()
	for format, kind := range map[string]string{"yaml": "application/yaml; charset=utf-8", "json": "application/json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			c := setup(t)
			reader, writer, portal := c.tenant("shop")
			at := "/api/v1/portals/" + portal + "/settings"
			before := reader.get(at).want(t, 200)
			file := reader.get(at+"/export?format="+format).want(t, 200)
			if got := file.header.Get("Content-Type"); got != kind || !strings.Contains(file.header.Get("Content-Disposition"), "settings-1."+format) {
				t.Errorf("%s, %s", got, file.header.Get("Content-Disposition"))
			}
			for _, name := range []string{"Пётр Примеров", "Магазин", "Примеров Пётр", "Источник звонка"} {
				if !strings.Contains(file.body, name) {
					t.Errorf("the file does not name %s", name)
				}
			}
			for _, secret := range []string{"access", "refresh", "client-secret", "application"} {
				if strings.Contains(file.body, secret) {
					t.Errorf("the file has the portal's %s", secret)
				}
			}
			body := map[string]any{"document": file.body}
			if format == "json" {
				body["document"] = json.RawMessage(file.body)
			}
			if code, _ := writer.do("POST", at+"/import", body).want(t, 428).problem(t); code != "no_condition" {
				t.Errorf("code %q, want no_condition", code)
			}
			writer.do("POST", at+"/import", body, "If-Match", `"7"`).want(t, 412)
			reader.do("POST", at+"/import", body, "If-Match", `"1"`).want(t, 403)
			a := writer.do("POST", at+"/import", body, "If-Match", `"1"`).want(t, 200)
			if got := a.json(t); got["saved"] != true || got["version"] != 2.0 || a.header.Get("ETag") != `"2"` || len(got["changes"].([]any)) != 0 {
				t.Errorf("imported: %s", a.body)
			}
			if after := reader.get(at).want(t, 200); after.body != before.body || after.header.Get("ETag") != `"2"` {
				t.Errorf("after: %s", after.body)
			}
			rows := reader.get("/api/v1/audit?limit=2").want(t, 200).json(t)["audit"].([]any)
			imported, exported := rows[0].(map[string]any), rows[1].(map[string]any)
			if imported["verb"] != "settings.imported" || exported["verb"] != "settings.exported" || exported["detail"].(map[string]any)["format"] != format ||
				imported["detail"].(map[string]any)["portal"] != portal {
				t.Errorf("audit: %v", rows)
			}
		})
	}
}

func TestImportReportsWhatThePortalLacksAndChangesNothing(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal + "/settings"
	before := writer.get(at).want(t, 200)
	file := exportedFrom(func(f *settings.File) {
		f.Names.Users[1].Name = "Кто Незнакомый"
		f.Settings = json.RawMessage(strings.Replace(string(f.Settings), `"app_name":"OMNI"`, `"app_name":"CRM"`, 1))
	})
	body := map[string]any{"document": file, "dry_run": true}
	dry := writer.speaking("ru").do("POST", at+"/import", body).want(t, 200)
	report := dry.json(t)
	lack := report["lacks"].([]any)[0].(map[string]any)
	if lack["thing"] != "user" || lack["id"] != "7" || lack["name"] != "Кто Незнакомый" || report["saved"] != false || !strings.Contains(dry.body, "В этом портале нет пользователя") {
		t.Errorf("report: %s", dry.body)
	}
	body["dry_run"] = false
	code, mistakes := writer.do("POST", at+"/import", body, "If-Match", `"1"`).want(t, 422).problem(t)
	want := []string{
		"/document/settings/employees/1/user lacks_user", "/document/settings/telephony/incoming/responsible/rules/0/user lacks_user",
		"/document/settings/chats/responsible/rules/0/user lacks_user",
	}
	if diff := cmp.Diff(want, mistakes); diff != "" || code != "import_refused" {
		t.Errorf("%s (-want +got):\n%s", code, diff)
	}
	if after := writer.get(at).want(t, 200); after.body != before.body || after.header.Get("ETag") != `"1"` {
		t.Error("something was changed")
	}
	body["mapping"], body["dry_run"] = map[string]any{"users": map[string]any{"7": 22}}, true
	report = writer.do("POST", at+"/import", body).want(t, 200).json(t)
	if len(report["lacks"].([]any)) != 0 || len(report["errors"].([]any)) != 0 || len(report["changes"].([]any)) != 4 || report["version"] != 1.0 {
		t.Errorf("mapped by hand: %v", report)
	}
	body["dry_run"] = false
	writer.do("POST", at+"/import", body, "If-Match", `"1"`).want(t, 200)
	if now := writer.get(at).want(t, 200); !strings.Contains(now.body, `"app_name":"CRM"`) || !strings.Contains(now.body, `"user":22`) {
		t.Errorf("imported: %s", now.body)
	}
}

// S-2, S-3: a stage that the portal never had is a warning of its settings, but of another portal's file it is lacking: it can be
// mapped by hand, to one that is there.
func TestImportAsksForTheStagesThatThePortalLacks(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal + "/settings/import"
	file := exportedFrom(func(f *settings.File) {
		for i := range f.Names.Funnels {
			for j := range f.Names.Funnels[i].Stages {
				if s := &f.Names.Funnels[i].Stages[j]; s.Code == "C1:NEW" {
					s.Name = "Замер"
				}
			}
		}
	})
	const rule = "/document/settings/telephony/incoming/funnels/rules/1/stage lacks_stage"
	for name, mapping := range map[string]map[string]any{"no mapping": {}, "a mapping to what is not there": {"stages": map[string]any{"C1:NEW": "GONE"}}} {
		body := map[string]any{"document": file, "mapping": mapping}
		code, mistakes := writer.do("POST", at, body, "If-Match", `"1"`).want(t, 422).problem(t)
		if diff := cmp.Diff([]string{rule}, mistakes); diff != "" || code != "import_refused" {
			t.Errorf("%s: %s (-want +got):\n%s", name, code, diff)
		}
	}
	body := map[string]any{"document": file, "mapping": map[string]any{"stages": map[string]any{"C1:NEW": "C1:NEW"}}}
	saved := writer.do("POST", at, body, "If-Match", `"1"`).want(t, 200).json(t)
	if len(saved["lacks"].([]any)) != 0 || len(saved["warnings"].([]any)) != 0 {
		t.Errorf("mapped by hand: %v", saved)
	}
}

func TestFilesThatDoNotFitAreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal + "/settings/import"
	for name, x := range map[string]struct {
		document any
		code     string
		want     []string
	}{
		"a newer release":  {exportedFrom(func(f *settings.File) { f.Version = 2 }), "import_refused", []string{"/document/format_version file_newer"}},
		"another document": {map[string]any{"format": "other"}, "import_refused", []string{"/document file_other"}},
		"nothing":          {"", "import_refused", []string{"/document file_other"}},
		"no text":          {"[", "import_refused", []string{"/document malformed_yaml"}},
		"an unknown field": {exportedFrom(func(f *settings.File) {
			f.Settings = json.RawMessage(`{"colour": 1, "employees": 7}`)
		}), "import_refused", []string{"/document/settings/colour unknown_field", "/document/settings/employees wrong_type"}},
		"a mapping to nobody": {exportedText(), "settings_invalid", []string{"/document/settings/employees/1/user unknown_user", "/document/settings/telephony/incoming/responsible/rules/0/user unknown_user", "/document/settings/chats/responsible/rules/0/user unknown_user"}},
	} {
		body := map[string]any{"document": x.document, "mapping": map[string]any{"users": map[string]any{"7": 404}}}
		code, mistakes := writer.do("POST", at, body, "If-Match", `"1"`).want(t, 422).problem(t)
		if diff := cmp.Diff(x.want, mistakes); diff != "" || code != x.code {
			t.Errorf("%s: %s (-want +got):\n%s", name, code, diff)
		}
	}
	writer.do("POST", at, map[string]any{"mapping": map[string]any{}}, "If-Match", `"1"`).want(t, 422)
}
