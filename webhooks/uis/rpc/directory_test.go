package rpc

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"omniconnector/crm"
	"omniconnector/integration/centre"
	"omniconnector/webhooks/emulator"
	platform "omniconnector/webhooks/emulator/rpc"
	"omniconnector/webhooks/uis"
)

func uisRow(text string) uis.Row { return uis.ReadRow(gjson.Parse(text)) }

func TestTheDirectoryIsReadWhole(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	got, e := d.Directory(t.Context())
	fine(t, e)
	if got.TimeZone != "Europe/Moscow" || !got.SyncedAt.Equal(eight) || len(got.Employees) != 5 {
		t.Fatalf("got %+v", got)
	}
	petr := centre.Employee{
		ID: 7002, Name: "Пробный Пётр", LastName: "Пробный", Email: "petr@shop.example", Extension: "102", Status: 1, Takes: true, Calls: true, Chats: true,
		CallerID: "74950000102", SIP: true, Phones: got.Employee(7002).Phones,
	}
	if diff := cmp.Diff(petr, *got.Employee(7002)); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if p := petr.Phones; len(p) != 2 || p[0].Number != "0001235" || !p[0].Active || p[1].Active || p[0].ID == 0 || p[0].Channels == 0 || p[0].DialTime == 0 {
		t.Errorf("phones %+v", p)
	}
	if away, vera := got.Employee(7004), got.Employee(7009); away.Takes || !away.Calls || vera.SIP || vera.CallerID != "" || len(vera.Reachable()) != 0 {
		t.Errorf("away %+v, without a line %+v", away, vera)
	}
	want := []centre.Number{{Number: "74950000101", Name: got.Numbers[0].Name, Active: true}, {Number: "74950000102", Name: got.Numbers[1].Name, Active: true}}
	if diff := cmp.Diff(want, got.Numbers); diff != "" {
		t.Errorf("numbers:\n%s", diff)
	}
	if s := got.Scenarios[0]; s.ID != 301 || s.Name != "Основной" || len(s.Operations) != 2 || s.Operations[1].Name != "Переадресация" {
		t.Errorf("scenario %+v", s)
	}
	names := map[string]string{
		"groups": fmt.Sprint(got.Groups), "sites": fmt.Sprint(got.Sites), "campaigns": fmt.Sprint(got.Campaigns), "tags": fmt.Sprint(got.Tags),
	}
	if diff := cmp.Diff(map[string]string{
		"groups": "[{11 Продажи} {12 Сервис}]", "sites": "[{41 shop.example} {42 landing.shop.example}]",
		"campaigns": "[{76 Баннеры} {77 Поиск}]", "tags": "[{61 Целевой} {62 Спам}]",
	}, names); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if len(got.Sources) == 0 || len(got.Statuses) < 5 || got.Statuses[0].Kind != "available" {
		t.Errorf("sources %v, statuses %v", got.Sources, got.Statuses)
	}
	if n := d.asked(); n != 12 {
		t.Errorf("%d points, want twelve as documented", n)
	}
}

func TestADictionaryThatIsNotBoughtIsEmptyAndTheRestIsThere(t *testing.T) {
	t.Parallel()
	for _, part := range dictionaries {
		t.Run(part.method, func(t *testing.T) {
			t.Parallel()
			d := open(t, nil)
			whole, e := d.Directory(t.Context())
			fine(t, e)
			d.access().Disable(part.method)
			got, e := d.Directory(t.Context())
			fine(t, e)
			if len(got.Employees) != len(whole.Employees) || cmp.Equal(whole, got) {
				t.Errorf("got %+v", got)
			}
			d.access().Disable()
			if back, e := d.Directory(t.Context()); e != nil || !cmp.Equal(whole, back) {
				t.Errorf("bought again: %v, %s", e, cmp.Diff(whole, back))
			}
		})
	}
}

func TestAFailureOfAnyPageFailsTheDirectory(t *testing.T) {
	t.Parallel()
	methods := []string{methodAccount, methodEmployees}
	for _, part := range dictionaries {
		methods = append(methods, part.method)
	}
	for _, method := range methods {
		d := open(t, nil)
		d.fail(platform.Fault{Method: method, Way: platform.Page, Status: 503})
		if got, e := d.Directory(t.Context()); kind(e) != crm.Unavailable || len(got.Employees) != 0 {
			t.Errorf("%s: %v", method, e)
		}
	}
	d := open(t, nil)
	d.access().Disable(methodEmployees)
	if _, e := d.Directory(t.Context()); kind(e) != crm.Denied {
		t.Errorf("no employees: %v", e)
	}
}

func TestThousandsOfEmployeesAreReadPageByPage(t *testing.T) {
	t.Parallel()
	d := openFor(t, func(a *emulator.Account) { *a = a.Crowd(2100) }, nil)
	got, e := d.Directory(t.Context())
	fine(t, e)
	if len(got.Employees) < 2100 || d.asked(methodEmployees) != 3 {
		t.Errorf("%d employees in %d pages", len(got.Employees), d.asked(methodEmployees))
	}
}

func TestWhoTakesAndMakesCallsIsReadFromWhatIsTold(t *testing.T) {
	t.Parallel()
	for row, want := range map[string][2]bool{
		`{}`: {true, true},
		`{"in_external_allowed_call_directions":["in","out"]}`:                                          {true, true},
		`{"in_external_allowed_call_directions":["in"],"out_external_allowed_call_directions":["out"]}`: {true, true},
		`{"in_external_allowed_call_directions":["in"],"out_external_allowed_call_directions":[]}`:      {true, false},
		`{"in_external_allowed_call_directions":[],"out_external_allowed_call_directions":["out"]}`:     {false, true},
		`{"in_external_allowed_call_directions":[],"out_external_allowed_call_directions":[]}`:          {false, false},
		`{"in_external_allowed_call_directions":null}`:                                                  {true, true},
		`{"calls_available":false}`:  {false, true},
		`{"calls_available":"true"}`: {true, true},
	} {
		e := readEmployee(uisRow(row))
		if got := [2]bool{e.Takes, e.Calls}; got != want {
			t.Errorf("%s: got %v, want %v", row, got, want)
		}
	}
}

func TestASIPLineThatIsBlockedIsNone(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]centre.Employee{
		`{"employee_id":1,"type":"in_out","status":"active","virtual_phone_number":"74950000101"}`:   {ID: 1, SIP: true, CallerID: "74950000101"},
		`{"employee_id":1,"type":"in","status":"active","virtual_phone_number":"74950000101"}`:       {ID: 1, SIP: true},
		`{"employee_id":"1","status":"quite new","virtual_phone_number":74950000101}`:                {ID: 1, SIP: true, CallerID: "74950000101"},
		`{"employee_id":1,"status":"inactive","virtual_phone_number":"74950000101"}`:                 {ID: 1},
		`{"employee_id":1,"status":"active","billing_state":"manual_lock","virtual_phone_number":1}`: {ID: 1},
		`{"employee_id":2,"status":"active"}`:                                                        {ID: 1},
		`{"employee_id":null}`:                                                                       {ID: 1},
	} {
		d := centre.Directory{Employees: []centre.Employee{{ID: 1}}}
		readLines(&d, []uis.Row{uisRow(row)})
		if diff := cmp.Diff(want, d.Employees[0]); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", row, diff)
		}
	}
}

func TestAStatusIsSetAndTheEmployeeStaysAsTheyAre(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	before, e := d.Directory(t.Context())
	fine(t, e)
	stale := *before.Employee(7002)
	stale.Phones, stale.LastName = nil, "" // an old directory knows less
	fine(t, d.SetStatus(t.Context(), &stale, 3))
	if got := d.is.StatusOf(d.shop.AppID, 7002); got != 3 {
		t.Errorf("status %d", got)
	}
	after, e := d.Directory(t.Context())
	fine(t, e)
	before.Employee(7002).Status = 3
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("before -, after +:\n%s", diff)
	}
	fine(t, d.SetStatus(t.Context(), &stale, 3))
	if n := d.asked(methodUpdate); n != 1 {
		t.Errorf("%d updates, want none for the same status", n)
	}
}

func TestAStatusThatCannotBeSetSaysWhy(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	if e := d.SetStatus(t.Context(), &centre.Employee{ID: 7999}, 3); kind(e) != crm.NotFound {
		t.Errorf("nobody: %v", e)
	}
	if e := d.SetStatus(t.Context(), &centre.Employee{ID: 7001}, 999); kind(e) != crm.Invalid {
		t.Errorf("no such status: %v", e)
	}
	d.fail(platform.Fault{Method: methodUpdate, Way: platform.Drop, Executed: true})
	if e := d.SetStatus(t.Context(), &centre.Employee{ID: 7001}, 3); kind(e) != crm.Ambiguous {
		t.Errorf("no answer: %v", e)
	}
}

func TestAnAgencyNamesItsCustomer(t *testing.T) {
	t.Parallel()
	d := open(t, func(_ *desk, cfg *Config) { cfg.UserID = 77 })
	_, e := d.Directory(t.Context())
	fine(t, e)
	fine(t, d.SetStatus(t.Context(), &centre.Employee{ID: 7001}, 3))
	_, e = d.Dialled(t.Context(), "b24:1", eight.Add(-time.Hour))
	if kind(e) != crm.NotFound {
		t.Fatalf("got %v", e)
	}
	for _, r := range d.is.Requests() {
		if want := r.API == platform.DataAPI; r.Params.Has("user_id") != want {
			t.Errorf("%s: %v", r.Method, r.Params)
		}
	}
}

func TestAZoneThatNobodyKnowsStopsCallsAndNotTheDirectory(t *testing.T) {
	t.Parallel()
	d := openFor(t, func(a *emulator.Account) { a.Timezone = "Mars/Olympus" }, nil)
	if _, e := d.Directory(t.Context()); e != nil {
		t.Errorf("directory: %v", e)
	}
	if _, _, e := d.Calls(t.Context(), day()); kind(e) != crm.Invalid || e.Code != codeZone {
		t.Errorf("calls: %v", e)
	}
}

func TestAKeyIsCheckedForBothInterfaces(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil          func(*desk)
		whole, noCalls crm.ErrorKind
	}{
		"a good key":               {func(*desk) {}, "none", "none"},
		"calls cannot be listed":   {func(d *desk) { d.access().Disable(methodListCalls) }, "none", "none"},
		"no right to the Call API": {func(d *desk) { d.withoutRight(platform.CallAPI) }, "none", crm.Denied},
		"no right to the Data API": {func(d *desk) { d.withoutRight(platform.DataAPI) }, crm.Denied, "none"},
		"the Call API is down":     {func(d *desk) { d.fail(platform.Fault{API: platform.CallAPI, Way: platform.Page}) }, "none", crm.Unavailable},
	} {
		d := open(t, nil)
		c.spoil(d)
		got, e := d.Check(t.Context())
		if kind(e) != c.whole || kind(got.NoCalls) != c.noCalls {
			t.Errorf("%s: %v, calls %v", name, e, got.NoCalls)
		}
		if e == nil && (got.AppID != 5001 || got.Name != "Магазин" || got.TimeZone != "Europe/Moscow") {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func (d *desk) withoutRight(api string) {
	d.access().SetKeys(platform.Key{Token: d.access().Key(), Without: []string{api}})
}
