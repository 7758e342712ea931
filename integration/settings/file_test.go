package settings_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/settings"
)

var exportedAt = time.Date(2026, 5, 13, 9, 0, 0, 0, time.UTC)

// exported is a file of settings of the portal "here".
func exported(tb rapid.TB, s *integration.Settings, known settings.Directories) *settings.File {
	tb.Helper()
	d := integration.Document{Version: 3, Body: settings.Write(s)}
	f, err := settings.Export(d, settings.FilePortal{ID: "here", Name: "Здесь"}, known, exportedAt)
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func both(tb rapid.TB, f *settings.File) [][]byte {
	tb.Helper()
	j, err := f.JSON()
	if err != nil {
		tb.Fatal(err)
	}
	y, err := f.YAML()
	if err != nil {
		tb.Fatal(err)
	}
	return [][]byte{j, y}
}

// elsewhere is another portal and another platform with the same things under other ids.
func elsewhere() settings.Directories {
	d := known()
	d.Portal.Users = []crm.User{{ID: 101, Name: "анна тестова", Active: true}, {ID: 107, Name: "Пётр П.", Email: "Peter@shop.example", Active: true}}
	d.Portal.LeadStages = []crm.Stage{{Code: "NEW", Name: "Новый"}, {Code: "UC_1", Name: "В работе"}}
	d.Portal.Funnels = []crm.Funnel{
		{ID: 0, Name: "Общая", Stages: []crm.Stage{{Code: "NEW", Name: "Новая"}}},
		{ID: 4, Name: "Магазин", Stages: []crm.Stage{{Code: "C4:NEW", Name: "Новая"}}},
	}
	d.Portal.Fields = map[crm.Kind][]crm.Field{
		crm.Lead:    {{Name: "UF_CRM_1", Title: "Источник звонка"}, {Name: "UF_CRM_2", Title: "ID первой коммуникации"}},
		crm.Contact: {{Name: "UF_CRM_3", Title: "ID первой коммуникации"}}, crm.Deal: {},
	}
	d.Centre.Employees = []centre.Employee{{ID: 91, Name: "Тестова Анна"}, {ID: 92, Name: "Примеров Пётр"}, {ID: 93, Name: "Верина Вера"}}
	return d
}

// here is the portal of the example with the names that elsewhere has too.
func here() settings.Directories {
	d := known()
	d.Portal.Users[1].Email = "peter@shop.example"
	d.Portal.LeadStages = []crm.Stage{{Code: "NEW", Name: "Новый"}, {Code: "IN_PROCESS", Name: "В работе"}}
	d.Portal.Funnels = []crm.Funnel{
		{ID: 0, Name: "Общая", Stages: []crm.Stage{{Code: "NEW", Name: "Новая"}}},
		{ID: 1, Name: "Магазин", Stages: []crm.Stage{{Code: "C1:NEW", Name: "Новая"}}},
	}
	return d
}

// The property: what is exported and read back into the same portal is the same document, in both formats, whatever
// texts it has.
func TestExportedSettingsComeBackTheSame(t *testing.T) {
	t.Parallel()
	odd := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "yes", "~", "09:00", "0x10", "1e5", "- a", "# b", "a: b", "\u2028", "\u0085", " x ", "&a *a", "74950000101", "null", "'\"", "2026-01-01"}))
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t, "s")
		s.AppName, s.Telephony.Incoming.Names.Lead[0].Text = odd.Draw(t, "app"), odd.Draw(t, "text")
		s.Telephony.Incoming.Names.Deal[0].Where.Values = rapid.SliceOf(odd).Draw(t, "values")
		d := here()
		d.Portal.Users[0].Name, d.Portal.Funnels[0].Name = odd.Draw(t, "user"), odd.Draw(t, "funnel")
		for _, body := range both(t, exported(t, s, d)) {
			f, problems := settings.ReadFile(body)
			if len(problems) > 0 {
				t.Fatalf("%v\n%s", problems, body)
			}
			fitted, problems := f.Fit("here", settings.Directories{}, settings.Mapping{})
			if len(problems)+len(fitted.Lacks) > 0 {
				t.Fatalf("%v, %+v", problems, fitted.Lacks)
			}
			if diff := cmp.Diff(string(settings.Write(s)), string(fitted.Body)); diff != "" {
				t.Fatalf("(-want +got):\n%s\n%s", diff, body)
			}
		}
	})
}

func TestSettingsOfAnotherPortalAreMappedByEmailAndName(t *testing.T) {
	t.Parallel()
	s := settings.Example()
	s.Telephony.Incoming.Responsible.Rules[0].Where = include(integration.ParamEmployee, "12", "404", "Верина Вера")
	s.Chats.Responsible.Rules[0].Where = include(integration.ParamEmployee, "13")
	f := exported(t, s, here())
	fitted, problems := f.Fit("there", elsewhere(), settings.Mapping{})
	if len(problems)+len(fitted.Lacks) > 0 {
		t.Fatalf("%v, %+v", problems, fitted.Lacks)
	}
	got, wrong := settings.Read(fitted.Body, elsewhere())
	if len(wrong) > 0 {
		t.Fatalf("it is not right there: %v", wrong)
	}
	want := []string{
		`/employees/0/employee: 11 → 91`, `/employees/0/user: 1 → 101`, `/employees/1/employee: 12 → 92`, `/employees/1/user: 7 → 107`,
		`/sync/only/0: 11 → 91`, `/sync/only/1: 12 → 92`, `/sync/only/2: 13 → 93`,
		`/telephony/extra_fields/lead/0/field: "UF_CRM_1700000001" → "UF_CRM_1"`, `/telephony/extra_fields/lead/1/field: "UF_CRM_1700000002" → "UF_CRM_2"`,
		`/telephony/extra_fields/contact/0/field: "UF_CRM_1700000003" → "UF_CRM_3"`,
		`/telephony/incoming/funnels/rules/0/stage: "IN_PROCESS" → "UC_1"`,
		`/telephony/incoming/funnels/rules/1/funnel: 1 → 4`, `/telephony/incoming/funnels/rules/1/stage: "C1:NEW" → "C4:NEW"`,
		`/telephony/incoming/responsible/default: 1 → 101`, `/telephony/incoming/responsible/rules/0/user: 7 → 107`,
		`/telephony/incoming/responsible/rules/0/where/values/0: "12" → "92"`, `/telephony/outgoing/responsible/default: 1 → 101`,
		`/chats/responsible/default: 1 → 101`, `/chats/responsible/rules/0/user: 7 → 107`,
		`/chats/responsible/rules/0/where/values/0: "13" → "93"`, `/chats/primary/rules/0/lead_stage: "IN_PROCESS" → "UC_1"`,
		`/chats/primary/rules/0/funnel: 1 → 4`, `/chats/primary/rules/0/stage: "C1:NEW" → "C4:NEW"`,
		`/chats/extra_fields/lead/0/field: "UF_CRM_1700000001" → "UF_CRM_1"`,
		`/chats/extra_fields/contact/0/field: "UF_CRM_1700000003" → "UF_CRM_3"`, `/offline/responsible/default: 1 → 101`,
	}
	if diff := cmp.Diff(want, told(differ(t, settings.Write(s), settings.Write(got)))); diff != "" {
		t.Errorf("mapped (-want +got):\n%s", diff)
	}
	by := map[string]settings.By{}
	for _, m := range fitted.Matches {
		by[string(m.Thing)+" "+m.From] = m.By
	}
	for thing, want := range map[string]settings.By{"user 7": settings.ByEmail, "user 1": settings.ByName, "funnel 0": settings.BySame, "funnel 1": settings.ByName} {
		if by[thing] != want {
			t.Errorf("%s was found by %q, want %q", thing, by[thing], want)
		}
	}
}

func TestWhatThePortalLacksIsToldAndNothingIsApplied(t *testing.T) {
	t.Parallel()
	there := elsewhere()
	there.Portal.Users = append(there.Portal.Users[:1], crm.User{ID: 102, Name: "Анна Тестова", Active: true}) // two of one name
	there.Portal.Funnels[1].Name = "Лавка"
	there.Portal.Fields[crm.Contact] = nil
	there.Centre.Employees = there.Centre.Employees[:2]
	f := exported(t, settings.Example(), here())
	fitted, problems := f.Fit("there", there, settings.Mapping{})
	if len(problems) > 0 || fitted.Body != nil {
		t.Fatalf("%v\n%s", problems, fitted.Body)
	}
	got := []string{}
	for _, l := range fitted.Lacks {
		got = append(got, string(l.Thing)+" "+l.ID+" "+l.Name+" "+l.Email+" "+strings.Join(l.Pointers, " "))
	}
	want := []string{
		"user 1 Анна Тестова  /employees/0/user /telephony/incoming/responsible/default /telephony/outgoing/responsible/default" +
			" /chats/responsible/default /offline/responsible/default",
		"user 7 Пётр Примеров peter@shop.example /employees/1/user /telephony/incoming/responsible/rules/0/user /chats/responsible/rules/0/user",
		"employee 13 Верина Вера  /sync/only/2",
		"field UF_CRM_1700000003 ID первой коммуникации  /telephony/extra_fields/contact/0/field /chats/extra_fields/contact/0/field",
		"stage C1:NEW Новая  /telephony/incoming/funnels/rules/1/stage",
		"funnel 1 Магазин  /telephony/incoming/funnels/rules/1/funnel",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lacks (-want +got):\n%s", diff)
	}
	for _, p := range fitted.Problems {
		if p.RU == "" || p.EN == "" || strings.ContainsAny(p.RU+p.EN, "{}") {
			t.Errorf("%s is not said: %q, %q", p.Code, p.RU, p.EN)
		}
	}
	fitted, _ = f.Fit("there", there, settings.Mapping{
		Users: map[string]string{"1": "101", "7": "102"}, Employees: map[string]string{"13": "92"}, Funnels: map[string]string{"1": "4"},
		Fields: map[crm.Kind]map[string]string{crm.Contact: {"UF_CRM_1700000003": "UF_CRM_3"}},
	})
	if len(fitted.Lacks) != 0 || !strings.Contains(string(fitted.Body), `"C4:NEW"`) {
		t.Errorf("mapped by hand: %+v", fitted.Lacks)
	}
	astray, _ := f.Fit("there", elsewhere(), settings.Mapping{
		Funnels: map[string]string{"1": "9"}, Stages: map[string]string{"NEW": "GONE"}, LeadStages: map[string]string{"IN_PROCESS": "GONE"},
	})
	missed := []string{}
	for _, l := range astray.Lacks {
		missed = append(missed, string(l.Thing)+" "+l.ID)
	}
	if diff := cmp.Diff([]string{"stage NEW", "lead_stage IN_PROCESS", "stage C1:NEW", "funnel 1"}, missed); diff != "" || astray.Body != nil {
		t.Errorf("mapped to what is not there (-want +got):\n%s", diff)
	}
	if odd, _ := f.Fit("there", elsewhere(), settings.Mapping{Users: map[string]string{"1": "anna"}}); odd.Body != nil {
		t.Error("a user that is no number was taken")
	}
}

func TestFilesThatCannotBeReadAreRefused(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		``: " file_other", `null`: " file_other", `{}`: " file_other", `{"format": "other"}`: " file_other", `[`: " malformed_yaml",
		"{\n,": " malformed", "a: &a [1]\nb: *a": " malformed_yaml", strings.Repeat("[", 100): " malformed_yaml",
		`{"format": "omniconnector/settings", "format_version": 2, "settings": "of another shape", "names": 1}`: "/format_version file_newer",
		`{"format": "omniconnector/settings", "format_version": 1}`:                                             "/settings required",
		"format: omniconnector/settings\nformat_version: 1\nnames: 1":                                           " file_other",
	} {
		_, problems := settings.ReadFile([]byte(body))
		if diff := cmp.Diff([]string{want}, pointers(problems)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", body, diff)
		}
	}
	f, problems := settings.ReadFile([]byte("format: omniconnector/settings\nformat_version: 1\nsettings: {colour: red, employees: no}"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if _, problems = f.Fit("there", elsewhere(), settings.Mapping{}); len(problems) != 2 {
		t.Errorf("settings of a wrong form: %v", pointers(problems))
	}
}

func TestYAMLNamesThingsBesideTheirIDs(t *testing.T) {
	t.Parallel()
	d := here()
	d.Portal.Users[0].Name = "Анна\u2028key: value"
	body, err := exported(t, settings.Example(), d).YAML()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"format_version: 1", "user: 7 # Пётр Примеров", "funnel: 1 # Магазин", "stage: C1:NEW # Новая", "default: 1 # Анна key: value"} {
		if !strings.Contains(string(body), line+"\n") {
			t.Errorf("no line %q in\n%s", line, body)
		}
	}
}

func FuzzReadFile(f *testing.F) {
	for _, body := range both(f, exported(f, settings.Example(), here())) {
		f.Add(body)
	}
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("? [a]\n: !!binary x\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		file, problems := settings.ReadFile(body)
		if (file == nil) != (len(problems) > 0) {
			t.Fatalf("%v and %v", file, problems)
		}
		if file == nil {
			return
		}
		fitted, problems := file.Fit("there", elsewhere(), settings.Mapping{})
		if len(problems) == 0 && len(fitted.Lacks) == 0 && !json.Valid(fitted.Body) {
			t.Fatalf("%q became %q", body, fitted.Body)
		}
	})
}
