package settings_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/settings"
)

var whole = cmp.Options{cmpopts.IgnoreUnexported(integration.Settings{}), cmpopts.EquateEmpty()}

// known are the directories that Example refers to.
func known() settings.Directories { return settings.Directories{Portal: portal(), Centre: platform()} }

// platform is the other side of portal.
func platform() centre.Directory {
	named := func(id int64, name string) centre.Named { return centre.Named{ID: id, Name: name} }
	return centre.Directory{
		Employees: []centre.Employee{{ID: 11, Name: "Тестова Анна"}, {ID: 12, Name: "Примеров Пётр"}, {ID: 13, Name: "Верина Вера"}},
		Numbers: []centre.Number{
			{Number: "74950000101", Active: true}, {Number: "74950000102", Active: true}, {Number: "74950000103"},
		},
		Scenarios: []centre.Scenario{{Named: named(31, "Основной"), Operations: []centre.Named{named(311, "Переадресация")}}},
		Groups:    []centre.Named{named(41, "Продажи")},
		Campaigns: []centre.Named{named(51, "Поиск"), named(52, "Баннеры")},
		Sources:   []centre.Named{named(61, "Спам")},
		SyncedAt:  time.Date(2026, 5, 12, 0, 0, 0, 0, time.UTC),
	}
}

// portal is a directory that Example refers to.
func portal() crm.Directory {
	return crm.Directory{
		Mode: crm.Classic,
		Users: []crm.User{
			{ID: 1, Name: "Анна Тестова", Active: true},
			{ID: 7, Name: "Пётр Примеров", Active: true},
			{ID: 9, Name: "Уволен Уволенов"},
		},
		LeadStages: []crm.Stage{{Code: "NEW"}, {Code: "IN_PROCESS"}},
		Funnels: []crm.Funnel{
			{ID: 0, Name: "Общая", Stages: []crm.Stage{{Code: "NEW"}, {Code: "WON", Closed: true}}},
			{ID: 1, Name: "Магазин", Stages: []crm.Stage{{Code: "C1:NEW"}}},
		},
		Fields: map[crm.Kind][]crm.Field{
			crm.Lead:    {{Name: "UF_CRM_1700000001", Title: "Источник звонка"}, {Name: "UF_CRM_1700000002", Title: "ID первой коммуникации"}},
			crm.Contact: {{Name: "UF_CRM_1700000003", Title: "ID первой коммуникации"}},
			crm.Deal:    {},
		},
	}
}

func pointers(problems []settings.Problem) []string {
	out := []string{}
	for _, p := range problems {
		out = append(out, p.Pointer+" "+p.Code)
	}
	return out
}

// twenty has a mistake of each sort, some inside what other mistakes surround.
const twenty = `{
  "app_name": "",
  "time_zone": "Mars/Olympus",
  "country": "Russia",
  "own_numbers": ["74950000101", "не номер", 7],
  "employees": [{"employee": 11, "user": 1}, {"employee": 11, "user": 1}],
  "colour": "red",
  "telephony": {
    "enabled": "yes",
    "talker": "middle",
    "companion": "lead",
    "silence_minutes": 0,
    "incoming": {
      "filter": {"on": true, "where": {"join": "or", "of": [
        {"parameter": "virtual_number", "mode": "include", "values": ["74950000101"]},
        {"parameter": "virtual_numbr", "mode": "include", "values": []}
      ]}},
      "names": {"lead": [{"text": "Звонок {{contact_phone_nmber}}"}, {"text": "{{app_name"}]},
      "funnels": {"stage": "", "rules": [{"entity": "deal", "funnel": 1}]},
      "responsible": {"default": 404}
    },
    "outgoing": {"respnsible": {"default": 1}}
  }
}`

func TestDocumentWithTwentyMistakesGetsTwentyAnswers(t *testing.T) {
	t.Parallel()
	s, problems := settings.Read([]byte(twenty), known())
	if s != nil {
		t.Error("settings came out of a document with mistakes")
	}
	want := []string{
		"/own_numbers/2 wrong_type",
		"/colour unknown_field",
		"/telephony/enabled wrong_type",
		"/telephony/outgoing/respnsible unknown_field_near",
		"/app_name required",
		"/time_zone time_zone",
		"/country country",
		"/own_numbers/1 not_a_number",
		"/employees/1/employee repeated_employee",
		"/telephony/incoming/filter/where/of/1/parameter unknown_parameter",
		"/telephony/incoming/filter/where/of/1/values no_values",
		"/telephony/incoming/names/lead/0/text unknown_variable_near",
		"/telephony/incoming/names/lead/1/text template_open",
		"/telephony/incoming/funnels/stage required",
		"/telephony/incoming/funnels/rules/0/stage required",
		"/telephony/incoming/responsible/default unknown_user",
		"/telephony/outgoing/responsible/default required",
		"/telephony/talker one_of",
		"/telephony/companion one_of",
		"/telephony/silence_minutes out_of_range",
	}
	if len(problems) != 20 {
		t.Errorf("got %d problems, want 20", len(problems))
	}
	if diff := cmp.Diff(want, pointers(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	for _, p := range problems {
		if p.RU == "" || p.EN == "" || p.RU == p.EN || strings.Contains(p.RU+p.EN, "{0}") {
			t.Errorf("%s %s is not said in both languages: %q, %q", p.Pointer, p.Code, p.RU, p.EN)
		}
	}
}

func TestOneMistakeGetsOneAnswer(t *testing.T) {
	t.Parallel()
	// valid is what is around the mistake.
	const valid = `"telephony": {"incoming": {"responsible": {"default": 1}IN}, "outgoing": {"responsible": {"default": 1}OUT}TEL}TOP`
	at := func(place, text string) string {
		doc := "{" + valid + "}"
		doc = strings.Replace(doc, place, ","+text, 1)
		return strings.NewReplacer("IN}", "}", "OUT}", "}", "TEL}", "}", "TOP", "").Replace(doc)
	}
	for name, c := range map[string]struct{ doc, want string }{
		"the document is a list":              {`[]`, " wrong_type"},
		"the document is null":                {`null`, " wrong_type"},
		"a number is a text":                  {at("TEL", `"silence_minutes": "120"`), "/telephony/silence_minutes wrong_type"},
		"a number has a fraction":             {at("TEL", `"silence_minutes": 1.5`), "/telephony/silence_minutes not_whole"},
		"a number is too great":               {at("TEL", `"silence_minutes": 1e300`), "/telephony/silence_minutes not_whole"},
		"silence is longer than a day":        {at("TEL", `"silence_minutes": 1441`), "/telephony/silence_minutes out_of_range"},
		"a field is there twice":              {at("TOP", `"app_name": "a", "app_name": "b"`), "/app_name repeated_field"},
		"a list has a hole":                   {at("TOP", `"own_numbers": [null]`), "/own_numbers/0 null_item"},
		"an unknown field has a slash":        {at("TOP", `"a/b~c": 1`), "/a~1b~0c unknown_field"},
		"the country is unknown":              {at("TOP", `"country": "XX"`), "/country country"},
		"the country is in small letters":     {at("TOP", `"country": "ru"`), "/country country"},
		"the zone is the server's":            {at("TOP", `"time_zone": "Local"`), "/time_zone time_zone"},
		"the name is long":                    {at("TOP", `"app_name": "`+strings.Repeat("я", 201)+`"`), "/app_name text_too_long"},
		"the name has a bell":                 {at("TOP", `"app_name": "a\u0007"`), "/app_name control_characters"},
		"too many numbers":                    {at("TOP", `"own_numbers": [`+strings.Repeat(`"",`, 5000)+`""]`), "/own_numbers list_too_long"},
		"an employee is mapped to nobody":     {at("TOP", `"employees": [{"employee": 11}]`), "/employees/0/user required"},
		"nobody is mapped":                    {at("TOP", `"employees": [{"user": 1}]`), "/employees/0/employee required"},
		"a template is empty":                 {at("IN", `"names": {"deal": [{"text": " "}]}`), "/telephony/incoming/names/deal/0/text required"},
		"a filter misspells a field":          {at("IN", `"filter": {"where": {"parameter": "site", "mode": "include", "values": ["a"], "valeus": []}}`), "/telephony/incoming/filter/where/valeus unknown_field_near"},
		"values are a text":                   {at("IN", `"filter": {"where": {"parameter": "site", "mode": "include", "values": "a"}}`), "/telephony/incoming/filter/where/values wrong_type"},
		"one value is a number":               {at("IN", `"filter": {"where": {"parameter": "site", "mode": "include", "values": ["a", 7]}}`), "/telephony/incoming/filter/where/values/1 wrong_type"},
		"an outgoing filter names a site":     {at("OUT", `"filter": {"where": {"parameter": "site", "mode": "include", "values": ["a"]}}`), "/telephony/outgoing/filter/where/parameter unknown_parameter"},
		"a filter of a rule has no mode":      {at("IN", `"names": {"company": [{"text": "a", "where": {"parameter": "site", "values": ["a"]}}]}`), "/telephony/incoming/names/company/0/where/mode bad_mode"},
		"a number is there twice":             {at("TOP", `"own_numbers": ["74950000101", "+7 495 000-01-01"]`), "/own_numbers/1 repeated_number"},
		"an employee is mapped to a ghost":    {at("TOP", `"employees": [{"employee": 11, "user": 404}]`), "/employees/0/user unknown_user"},
		"a rule has no stage":                 {at("IN", `"funnels": {"rules": [{"entity": "lead"}]}`), "/telephony/incoming/funnels/rules/0/stage required"},
		"there is no default stage":           {at("IN", `"funnels": {"stage": " "}`), "/telephony/incoming/funnels/stage required"},
		"there is no stage of leads":          {at("IN", `"funnels": {"lead_stage": ""}`), "/telephony/incoming/funnels/lead_stage required"},
		"a rule is of a contact":              {at("IN", `"funnels": {"rules": [{"entity": "contact", "stage": "NEW"}]}`), "/telephony/incoming/funnels/rules/0/entity one_of"},
		"a rule is of nothing":                {at("IN", `"funnels": {"rules": [{"stage": "NEW"}]}`), "/telephony/incoming/funnels/rules/0/entity required"},
		"a rule's funnel is a text":           {at("IN", `"funnels": {"rules": [{"entity": "deal", "funnel": "5", "stage": "C5:NEW"}]}`), "/telephony/incoming/funnels/rules/0/funnel wrong_type"},
		"incoming calls are a number":         {`{"telephony": {"incoming": 5, "outgoing": {"responsible": {"default": 1}}}}`, "/telephony/incoming wrong_type"},
		"a default responsible is missing":    {`{"telephony": {"incoming": {"responsible": {"default": null}}, "outgoing": {"responsible": {"default": 1}}}}`, "/telephony/incoming/responsible/default required"},
		"other telephony settles for hours":   {at("TEL", `"other_telephony": {"settle_seconds": 3601}`), "/telephony/other_telephony/settle_seconds out_of_range"},
		"the responsible changes in a month":  {at("TEL", `"responsible_after_seconds": 2592000`), "/telephony/responsible_after_seconds out_of_range"},
		"the responsible changed before":      {at("TEL", `"responsible_after_seconds": -1`), "/telephony/responsible_after_seconds out_of_range"},
		"a click has no number":               {at("TEL", `"click_to_call": {"on": true}`), "/telephony/click_to_call/number required"},
		"a click calls from a stranger's":     {at("TEL", `"click_to_call": {"on": true, "number": "74950009999"}`), "/telephony/click_to_call/number unknown_number"},
		"a callback has no number":            {at("TEL", `"callback": {"on": true, "number": " "}`), "/telephony/callback/number required"},
		"a callback calls a word":             {at("TEL", `"callback": {"on": true, "number": "номер"}`), "/telephony/callback/number not_a_number"},
		"a callback has no code of a country": {at("TEL", `"callback": {"on": true, "number": "8 495 000-01-01"}`), "/telephony/callback/number not_a_number"},
		"a pair has no field":                 {at("TEL", `"extra_fields": {"lead": [{"parameter": "source_name"}]}`), "/telephony/extra_fields/lead/0/field required"},
		"a pair has no parameter":             {at("TEL", `"extra_fields": {"lead": [{"field": "UF_CRM_1700000001"}]}`), "/telephony/extra_fields/lead/0/parameter required"},
		"a pair misspells its parameter":      {at("TEL", `"extra_fields": {"lead": [{"field": "UF_CRM_1700000001", "parameter": "sourse_name"}]}`), "/telephony/extra_fields/lead/0/parameter unknown_communication_near"},
		"a pair names no parameter":           {at("TEL", `"extra_fields": {"lead": [{"field": "UF_CRM_1700000001", "parameter": "weather_of_the_day"}]}`), "/telephony/extra_fields/lead/0/parameter unknown_communication"},
		"a field is of another kind":          {at("TEL", `"extra_fields": {"deal": [{"field": "UF_CRM_1700000001", "parameter": "source_name"}]}`), "/telephony/extra_fields/deal/0/field unknown_text_field"},
		"a field is filled twice":             {at("TEL", `"extra_fields": {"lead": [{"field": "UF_CRM_1700000001", "parameter": "source_name"}, {"field": "UF_CRM_1700000001", "parameter": "site_domain_name"}]}`), "/telephony/extra_fields/lead/1/field repeated_portal_field"},
		"a name uses what only fields have":   {at("IN", `"names": {"deal": [{"text": "{{first_communication_id}}"}]}`), "/telephony/incoming/names/deal/0/text unknown_variable"},
		"a week has an eighth day":            {at("TEL", `"working_hours": {"days": [1, 8]}`), "/telephony/working_hours/days/1 out_of_range"},
		"a day is there twice":                {at("TEL", `"working_hours": {"days": [5, 5]}`), "/telephony/working_hours/days/1 day_twice"},
		"work begins at an odd time":          {at("TEL", `"working_hours": {"from": "9:00"}`), "/telephony/working_hours/from time_of_day"},
		"work begins at no time":              {at("TEL", `"working_hours": {"from": ""}`), "/telephony/working_hours/from required"},
		"work ends after midnight":            {at("TEL", `"working_hours": {"till": "24:00"}`), "/telephony/working_hours/till time_of_day"},
		"work ends when it begins":            {at("TEL", `"working_hours": {"from": "18:00"}`), "/telephony/working_hours/till ends_before_it_begins"},
		"a stranger is synchronised":          {at("TOP", `"sync": {"only": [404]}`), "/sync/only/0 unknown_employee"},
		"somebody is synchronised twice":      {at("TOP", `"sync": {"only": [11, 11]}`), "/sync/only/1 repeated_employee"},
		"nobody is synchronised":              {at("TOP", `"sync": {"only": [0]}`), "/sync/only/0 required"},
		"a stranger is mapped":                {at("TOP", `"employees": [{"employee": 404, "user": 1}]`), "/employees/0/employee unknown_employee"},
		"something follows the document":      {"{}\n{}", " malformed"},
		"the text is not UTF-8":               {"{\"app_name\": \"\xff\"}", " not_utf8"},
		"the document is too deep":            {strings.Repeat("[", 100) + strings.Repeat("]", 100), " too_deep"},
		"the document is empty":               {"", " malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := settings.Read([]byte(c.doc), known())
			if diff := cmp.Diff([]string{c.want}, pointers(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s\n%s", diff, c.doc)
			}
		})
	}
}

func TestMalformedDocumentNamesLineAndColumn(t *testing.T) {
	t.Parallel()
	_, problems := settings.Read([]byte("{\n  \"app_name\": \"é\" ; \n}"), known())
	if len(problems) != 1 || problems[0].Line != 2 || problems[0].Column != 19 {
		t.Errorf("got %+v, want one problem in line 2, column 19", problems)
	}
}

func TestAnswerIsBounded(t *testing.T) {
	t.Parallel()
	_, problems := settings.Read([]byte(`{"own_numbers": [`+strings.Repeat("1,", 4000)+`1]}`), known())
	if len(problems) != 501 || problems[500].Code != "too_many_problems" {
		t.Errorf("got %d problems, want 500 and a word that there are more", len(problems))
	}
}

func TestAbsentFieldsHaveDefaults(t *testing.T) {
	t.Parallel()
	got, problems := settings.Read([]byte(`{"own_numbers": null, "telephony": {"incoming": {"responsible": {"default": 1}},
		"outgoing": {"create": false, "responsible": {"default": 7}}}}`), known())
	if problems != nil {
		t.Fatal(problems)
	}
	want := integration.Defaults()
	want.Telephony.Incoming.Responsible.Default = 1
	want.Telephony.Outgoing.Responsible.Default = 7
	want.Telephony.Outgoing.Create = false
	if diff := cmp.Diff(&want, got, whole); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestUnknownDirectoryRefusesNobody(t *testing.T) {
	t.Parallel()
	if _, problems := settings.Read(settings.Write(settings.Example()), settings.Directories{}); problems != nil {
		t.Error(problems)
	}
}

func TestPortalWithoutLeadsNeedsNoLeadStage(t *testing.T) {
	t.Parallel()
	dir := known()
	dir.Portal.Mode, dir.Portal.LeadStages = crm.Simple, nil
	s := settings.Example()
	s.Telephony.Incoming.Funnels.Rules = nil
	s.Telephony.Incoming.Funnels.LeadStage = ""
	if _, problems := settings.Read(settings.Write(s), dir); problems != nil {
		t.Error(problems)
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	example := settings.Example()
	body := settings.Write(example)
	got, problems := settings.Read(body, known())
	if problems != nil {
		t.Fatal(problems)
	}
	if diff := cmp.Diff(example, got, whole); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(string(body), string(settings.Write(got))); diff != "" {
		t.Errorf("the second writing differs:\n%s", diff)
	}
	if strings.Contains(string(body), "null") {
		t.Error("a list is null")
	}
}

func TestDefaultsLackOnlyTheResponsibles(t *testing.T) {
	t.Parallel()
	_, problems := settings.Read(settings.Defaults(), known())
	want := []string{"/telephony/incoming/responsible/default required", "/telephony/outgoing/responsible/default required"}
	if diff := cmp.Diff(want, pointers(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{twenty, string(settings.Write(settings.Example())), string(settings.Defaults()), `{"`, `[1`, "null"} {
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, body []byte, look bool) {
		dir := settings.Directories{}
		if look {
			dir = known()
		}
		s, problems := settings.Read(body, dir)
		if (s == nil) == (len(problems) == 0) {
			t.Fatalf("settings %v with %d problems", s != nil, len(problems))
		}
		for _, p := range problems {
			if p.RU == "" || p.EN == "" || p.Pointer != "" && p.Pointer[0] != '/' {
				t.Errorf("a problem is not said: %+v", p)
			}
		}
		if s == nil {
			return
		}
		settings.Warnings(s, dir)
		written := settings.Write(s)
		again, problems := settings.Read(written, dir)
		if problems != nil {
			t.Fatalf("what was read is refused when written: %v", problems)
		}
		if string(settings.Write(again)) != string(written) {
			t.Error("the second writing differs")
		}
		if err := s.Compile(1); err != nil {
			t.Errorf("what was accepted does not compile: %v", err)
		}
	})
}
