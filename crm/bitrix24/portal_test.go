package bitrix24_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/crm/bitrix24"
	"omniconnector/crm/crmtest"
	"omniconnector/crm/emulator"
)

const address = "https://connector.example.test/hooks/bitrix24"

func TestPreparingTakesRefusalsOfWhatIsThereForSuccess(t *testing.T) {
	t.Parallel()
	p := crm.Prepare{Handler: address, Events: []string{"ONCRMLEADADD", "ONCRMLEADUPDATE"}, Lines: []crm.Line{{Number: "+74951230000"}}}
	for name, tc := range map[string]struct {
		method string
		fault  emulator.Fault
		kind   crm.ErrorKind
	}{
		"§3.1 duplicate with a code":    {"event.bind", emulator.Fault{Code: "ERROR_CORE", Text: "Unable to set event handler: Handler already binded"}, ""},
		"§3.1 duplicate without a code": {"event.bind", emulator.Fault{Text: "Unable to set event handler"}, ""},
		"§4.1 line":                     {"telephony.externalline.add", emulator.Fault{Code: "ERROR_CORE", Text: "Line already exists"}, ""},
		"unknown event":                 {"event.bind", emulator.Fault{Code: "ERROR_EVENT_NOT_FOUND", Text: "Event not found"}, crm.Invalid},
		"reading refused":               {"event.get", emulator.Fault{Code: "ACCESS_DENIED", Text: "Access denied!"}, crm.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, emulator.PortalSpec{Name: "acme"})
			tc.fault.Kind, tc.fault.Status = emulator.FaultError, 400
			w.portal.FailNext(tc.method, tc.fault)
			e := w.client(t).Prepare(t.Context(), nil, p)
			if tc.kind == "" && e != nil || tc.kind != "" && (e == nil || e.Kind != tc.kind) {
				t.Errorf("got %v", e)
			}
			if tc.method != "event.get" { // what was not refused is done
				bound, lines := w.person(t, crmtest.Harness{}).Handlers(), w.person(t, crmtest.Harness{}).Lines()
				if len(bound)+len(lines) != 2 {
					t.Errorf("%v %v", bound, lines)
				}
			}
		})
	}
}

func TestAnEventBoundForTwoUsersIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Name: "acme"})
	var ok bool
	for _, user := range []int64{1, 7} {
		w.rest(t, "event.bind", map[string]any{"event": "ONCRMLEADADD", "handler": address, "auth_type": user}, &ok)
	}
	if e := w.client(t).Prepare(t.Context(), nil, crm.Prepare{Handler: address, Events: []string{"ONCRMLEADADD"}}); e != nil {
		t.Fatal(e)
	}
	if d := cmp.Diff([]string{"ONCRMLEADADD " + address}, w.person(t, crmtest.Harness{}).Handlers()); d != "" {
		t.Error(d)
	}
}

func TestALineThatMakesRecordsByItselfIsMended(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Name: "acme"})
	var made map[string]any
	w.rest(t, "telephony.externalLine.add", map[string]any{"NUMBER": "+74951230000", "NAME": "Продажи"}, &made) // CRM_AUTO_CREATE is Y by default
	if e := w.client(t).Prepare(t.Context(), nil, crm.Prepare{Handler: address, Lines: []crm.Line{{Number: "+74951230000"}}}); e != nil {
		t.Fatal(e)
	}
	var lines []map[string]string
	w.rest(t, "telephony.externalLine.get", nil, &lines)
	if d := cmp.Diff([]map[string]string{{"NUMBER": "+74951230000", "NAME": "Продажи", "CRM_AUTO_CREATE": "N"}}, lines); d != "" {
		t.Error(d)
	}
}

func TestPreparingNeedsAnAddressAndTheLimitersLeave(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Name: "acme"})
	c := w.client(t)
	if e := c.Prepare(t.Context(), nil, crm.Prepare{Handler: "hooks/bitrix24"}); e == nil || e.Kind != crm.Invalid {
		t.Errorf("got %v", e)
	}
	refuse := func(context.Context) error { return &crm.Error{Kind: crm.Limited, Wait: time.Second} }
	if e := c.Prepare(t.Context(), refuse, crm.Prepare{Handler: address}); e == nil || e.Kind != crm.Limited {
		t.Errorf("got %v", e)
	}
	if _, e := c.Presence(t.Context(), refuse, []crm.UserID{1}); e == nil || e.Kind != crm.Limited {
		t.Errorf("got %v", e)
	}
	if n := w.portal.Requests().HTTP; n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestWorkingDaysOfManyTakeOneRequestForFifty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Name: "acme", Users: manyUsers(120)})
	w.portal.SetPresence(120, emulator.Presence{Workday: "EXPIRED"})
	users := make([]crm.UserID, 120)
	for i := range users {
		users[i] = crm.UserID(i + 1)
	}
	charged := 0
	got, e := w.client(t).Presence(t.Context(), func(context.Context) error { charged++; return nil }, users)
	if e != nil || len(got) != 120 || charged != 3 || got[1] != crm.Working || got[120] != crm.Away {
		t.Errorf("%d days in %d requests, %v, %v", len(got), charged, got[120], e)
	}
	w.portal.SetTimeman(false)
	before := w.portal.Requests().HTTP
	got, e = w.client(t).Presence(t.Context(), nil, users)
	if n := w.portal.Requests().HTTP - before; e != nil || len(got) != 0 || n > 3 {
		t.Errorf("without time management: %d days in %d requests, %v", len(got), n, e)
	}
}

func TestATokenThatMayNotLookTellsOfNobodyElse(t *testing.T) {
	t.Parallel()
	for scope, want := range map[string]map[crm.UserID]crm.Presence{
		"crm,telephony,user":         {},
		"crm,telephony,user,timeman": {7: crm.Working}, // oneself may always be asked for
	} {
		w := newWorld(t, emulator.PortalSpec{Name: "acme"})
		app := w.portal.Install(emulator.AppSpec{ClientID: "local.other", Secret: "s", Scope: scope, UserID: 7})
		w.store.token.Access = bitrix24.Secret(app.AccessToken)
		got, e := w.client(t).Presence(t.Context(), nil, []crm.UserID{1, 7})
		if e != nil {
			t.Fatal(scope, e)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(scope, d)
		}
	}
}

func TestTheDirectoryOffersOnlyWhatTextMayBeWrittenTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Name: "acme"})
	w.portal.AddCustomField(emulator.Contact, emulator.CustomField{Name: "UF_CRM_TAGS", Title: "Метки", Multiple: true})
	w.portal.AddCustomField(emulator.Contact, emulator.CustomField{Name: "UF_CRM_SUM", Title: "Сумма", Type: "double"})
	w.portal.AddCustomField(emulator.Contact, emulator.CustomField{Name: "UF_CRM_KIND", Title: "Вид", Type: "enumeration", Options: []string{"a"}})
	d, e := w.client(t).Directory(t.Context(), nil)
	if e != nil {
		t.Fatal(e)
	}
	var names []string
	var tags crm.Field
	for _, f := range d.Fields[crm.Contact] {
		names = append(names, f.Name)
		if f.Name == "UF_CRM_TAGS" {
			tags = f
		}
	}
	if d := cmp.Diff(crm.Field{Name: "UF_CRM_TAGS", Title: "Метки", Multiple: true}, tags); d != "" {
		t.Error(d)
	}
	if all := strings.Join(names, " "); !strings.Contains(all, "comments") || strings.Contains(all, "UF_CRM_SUM") || strings.Contains(all, "UF_CRM_KIND") ||
		strings.Contains(all, "originId") || strings.Contains(all, "createdTime") || strings.Contains(all, "additionalInfo") {
		t.Errorf("offered: %v", names)
	}
	w.portal.FailNext("crm.item.fields", emulator.Fault{Kind: emulator.FaultError, Status: 400, Code: "ACCESS_DENIED"})
	if d, e := w.client(t).Directory(t.Context(), nil); e == nil || len(d.Users) != 0 {
		t.Errorf("a kind whose fields cannot be read: %v", e)
	}
}

func TestSeveralValuesOfAFieldAreWrittenAsOneAndReadInARow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Name: "acme"})
	w.portal.AddCustomField(emulator.Contact, emulator.CustomField{Name: "UF_CRM_TAGS", Multiple: true})
	id := w.portal.Add(emulator.Contact, map[string]any{
		"name": "Анна", "UF_CRM_TAGS": []any{"a", "b"}, "fm": []any{emulator.Phone("+79161234567")},
	})
	c := w.client(t)
	find := crm.Call{Key: "f", Do: crm.Find{Phones: []string{"+79161234567"}, Custom: map[crm.Kind][]string{crm.Contact: {"UF_CRM_TAGS"}}}}
	read := func() string {
		got, _ := c.Perform(t.Context(), single(find), nil)[0].Result.(crm.Customer)
		if len(got.Contacts) != 1 {
			t.Fatal(got)
		}
		return got.Contacts[0].Custom["UF_CRM_TAGS"]
	}
	if got := read(); got != "a, b" {
		t.Errorf("read %q", got)
	}
	o := c.Perform(t.Context(), single(crm.Call{Key: "u", Do: crm.Update{
		Kind: crm.Contact, Entity: crm.Ref{ID: id}, Fields: crm.Fields{Custom: map[string]string{"UF_CRM_TAGS": "c"}},
	}}), nil)[0]
	if got := read(); o.Err != nil || got != "c" {
		t.Errorf("read %q, %v", got, o.Err)
	}
}

func TestCredentialsAreProvedByTheOAuthServer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spoil  func(*world)
		kind   crm.ErrorKind
		member func(*world) string
	}{
		"all right":            {func(*world) {}, "", func(w *world) string { return w.portal.MemberID() }},
		"another member":       {func(w *world) { w.store.token.MemberID = strings.Repeat("f", 32) }, "", func(w *world) string { return w.portal.MemberID() }},
		"a wrong secret":       {func(w *world) { w.store.token.ClientSecret = "wrong" }, crm.Denied, nil},
		"a foreign OAuth host": {func(w *world) { w.store.token.OAuthURL = "https://oauth.evil.example/oauth/token/" }, crm.Denied, nil},
		"no OAuth server":      {func(w *world) { w.store.token.OAuthURL = "http://" + w.host + "/nothing/here/" }, crm.Unavailable, nil},
		"a spent refresh":      {func(w *world) { w.store.token.Refresh = "spent" }, crm.Denied, nil},
		"a dead access token":  {func(w *world) { w.store.token.Access = "dead" }, "", func(w *world) string { return w.portal.MemberID() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, emulator.PortalSpec{Name: "acme"})
			given := w.store.token.Refresh
			tc.spoil(w)
			account, e := w.client(t).Prove(t.Context())
			if tc.kind != "" {
				if e == nil || e.Kind != tc.kind || account.MemberID != "" {
					t.Errorf("got %+v, %v", account, e)
				}
				return
			}
			if e != nil || account.MemberID != tc.member(w) || account.UserID != 1 || !account.Admin {
				t.Fatalf("got %+v, %v", account, e)
			}
			if w.store.token.Refresh == given || w.store.token.MemberID != tc.member(w) {
				t.Error("the new pair is not held under the portal's own name")
			}
		})
	}
}
