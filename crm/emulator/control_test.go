package emulator_test

import (
	"encoding/json"
	"strings"
	"testing"

	"omniconnector/crm/emulator"
)

func TestControlDoesWhatTheMethodsDo(t *testing.T) {
	t.Parallel()
	w, s := clickable(t, emulator.PortalSpec{})
	order := func(what string, in m) (int, string) {
		t.Helper()
		data, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		a, err := w.post(w.cloud.BaseURL()+"/control/portals/acme/"+what, "application/json", string(data))
		if err != nil {
			t.Fatal(err)
		}
		return a.Status, strings.TrimSpace(a.Raw)
	}
	for _, c := range []struct {
		what string
		in   m
		want string // of the answer
	}{
		{"field", m{"kind": "contact", "name": "UF_CRM_CITY", "title": "Город", "type": "string", "multiple": true}, `"id":1`},
		{"add", m{"kind": "contact", "user": 7, "fields": m{"name": "A", "ufCrmCity": []any{"Омск"}}, "phones": []any{"+79161234567"}}, `"id":1`},
		{"add", m{"kind": "contact", "fields": m{"name": "B"}, "phones": []any{"+79160000002"}}, `"id":2`},
		{"merge", m{"kind": "contact", "into": 1, "from": 2, "user": 7}, `"ok":true`},
		{"merge", m{"kind": "contact", "into": 1, "from": 2}, "no such record"},
		{"add", m{"kind": "lead", "fields": m{"title": "L"}}, `"id":1`},
		{"convert", m{"id": 1}, `"deal":1`},
		{"click", m{"client_id": "app.1", "user": 7, "phone": "+79161234567", "kind": "contact", "id": 1}, `"call_id":"externalCall.`},
		{"click", m{"client_id": "app.9", "user": 7, "phone": "+79161234567"}, "not bound"},
		{"callback", m{"phone": "+79990000000"}, `"kind":"lead"`},
		{"presence", m{"user": 7, "workday": "PAUSED", "away": true}, `"ok":true`},
		{"presence", m{"user": 7, "workday": "ASLEEP"}, "no workday ASLEEP"},
		{"remove_field", m{"kind": "contact", "name": "UF_CRM_CITY"}, `"ok":true`},
		{"update_app", m{"client_id": "app.1", "version": "2"}, `"application_token"`},
		{"timeman", m{"on": false}, `"ok":true`},
	} {
		status, text := order(c.what, c.in)
		refused := !strings.Contains(c.want, `"`)
		if !strings.Contains(text, c.want) || (status == 400) != refused {
			t.Errorf("%s %v: %d %s", c.what, c.in, status, text)
		}
	}
	got := s.taken(w)
	if len(got) != 2 || got[0].Get("data[CRM_ENTITY_ID]") != "1" || got[1].Get("event") != "ONEXTERNALCALLBACKSTART" {
		t.Errorf("events: %v", got)
	}
	if w.portal.Field(emulator.Contact, 1, "createdBy") != "7" || strings.Contains(w.portal.Records(), "Омск") {
		t.Errorf("records:\n%s", w.portal.Records())
	}
	if a := w.call("user.get", m{"FILTER": m{"ID": 7}}); a.str(0, "IS_ONLINE") != "N" {
		t.Errorf("presence: %s", a.Raw)
	}
}
