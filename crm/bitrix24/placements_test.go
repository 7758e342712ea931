package bitrix24_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/crm/emulator"
)

const (
	pageAddress = "https://connector.example.test/app/bitrix24"
	ours        = "local.app"
)

// S-5, contract §9: what lacks is bound, what is stale is taken off, nothing is doubled and nobody else's page is touched.
func TestPagesAreBoundOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Name: "acme"})
	var ok bool
	for _, had := range []map[string]any{
		{"PLACEMENT": "LEFT_MENU", "HANDLER": "https://old.example.test/app/bitrix24/"},
		{"PLACEMENT": "CRM_LEAD_DETAIL_TAB", "HANDLER": pageAddress},
		{"PLACEMENT": "CRM_DEAL_DETAIL_TAB", "HANDLER": "https://connector.example.test/other"},
		{"PLACEMENT": "CALL_CARD", "HANDLER": pageAddress},
		{"PLACEMENT": "CALL_CARD", "HANDLER": pageAddress, "USER_ID": 7},
	} {
		w.rest(t, "placement.bind", had, &ok)
	}
	p := crm.Prepare{Handler: address, Events: []string{"ONCRMLEADADD"}, Pages: []crm.Page{
		{Place: "LEFT_MENU", Address: pageAddress, RU: "Звонки & CRM", EN: "Calls"}, {Place: "CALL_CARD", Address: pageAddress},
	}}
	c := w.client(t)
	want := map[string]string{
		"CALL_CARD": pageAddress + " ", "CRM_DEAL_DETAIL_TAB": "https://connector.example.test/other ", "LEFT_MENU": pageAddress + " Звонки & CRM",
	}
	for range 2 {
		if e := c.Prepare(t.Context(), nil, p); e != nil {
			t.Fatal(e)
		}
		got := map[string]string{}
		all := w.portal.Placements(ours)
		for _, at := range all {
			got[at.Code] = at.Handler + " " + at.Title
		}
		if d := cmp.Diff(want, got); d != "" || len(all) != len(want) {
			t.Errorf("%d pages: %s", len(all), d)
		}
	}
	before := w.portal.Requests().HTTP
	if e := c.Prepare(t.Context(), nil, p); e != nil || w.portal.Requests().HTTP-before != 2 {
		t.Errorf("a third time: %v, %d requests", e, w.portal.Requests().HTTP-before)
	}
}

func TestRefusedPagesLeaveTheEventsAlone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		method string
		fault  emulator.Fault
		told   bool
	}{
		"no scope":      {"placement.get", emulator.Fault{Status: 401, Code: "insufficient_scope", Text: "The request requires higher privileges"}, true},
		"no such place": {"placement.bind", emulator.Fault{Status: 200, Code: "ERROR_PLACEMENT_NOT_FOUND", Text: "Placement not found"}, true},
		"bound already": {"placement.bind", emulator.Fault{Status: 200, Text: "Unable to set placement handler: Handler already binded"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, emulator.PortalSpec{Name: "acme"})
			tc.fault.Kind = emulator.FaultError
			w.portal.FailNext(tc.method, tc.fault)
			e := w.client(t).Prepare(t.Context(), nil, crm.Prepare{
				Handler: address, Events: []string{"ONCRMLEADADD"}, Pages: []crm.Page{{Place: "LEFT_MENU", Address: pageAddress}},
			})
			if (e != nil) != tc.told || e != nil && e.Whole {
				t.Errorf("told %v", e)
			}
			if d := cmp.Diff([]string{"ONCRMLEADADD " + address}, w.portal.Handlers(ours)); d != "" {
				t.Error(d)
			}
		})
	}
}
