package emulator_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm/emulator"
)

func TestFaultsExecuteExactlyAsTheirNameSays(t *testing.T) {
	t.Parallel()
	batch := map[string]any{"cmd": []any{"crm.item.add?entityTypeId=1&fields[title]=a", "crm.item.add?entityTypeId=1&fields[title]=b"}}
	for _, c := range []struct {
		kind   emulator.FaultKind
		leads  int
		cut    bool // no answer at all
		status int
		code   string
		json   bool
	}{
		{emulator.FaultLimit, 0, false, 503, "QUERY_LIMIT_EXCEEDED", true},
		{emulator.FaultCutBefore, 0, true, 0, "", false},
		{emulator.FaultCutAfter, 2, true, 0, "", false},
		{emulator.FaultCutHalf, 1, true, 0, "", false},
		{emulator.FaultSlow, 2, false, 200, "", true},
		{emulator.FaultSlowAnswer, 2, false, 200, "", true},
		{emulator.FaultHTMLBefore, 0, false, 502, "", false},
		{emulator.FaultHTMLAfter, 2, false, 502, "", false},
		{emulator.FaultExpiredToken, 0, false, 401, "expired_token", true},
		{emulator.FaultOverload, 0, false, 503, "OVERLOAD_LIMIT", true},
		{emulator.FaultRename, 0, false, 302, "", false},
		{emulator.FaultNonsense, 2, false, 200, "", false},
		{emulator.FaultTruncated, 2, true, 0, "", false},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, emulator.PortalSpec{})
			w.portal.FailNext("crm.item.add", emulator.Fault{Kind: c.kind})
			a, err := w.try("batch", batch)
			if (err != nil) != c.cut || a.Status != c.status || a.Code != c.code || !c.cut && strings.HasPrefix(a.Raw, "{") != c.json {
				t.Errorf("answer = %d %q %v %.60q", a.Status, a.Code, err, a.Raw)
			}
			if n := w.portal.Count(emulator.Lead); n != c.leads {
				t.Errorf("leads = %d, want %d", n, c.leads)
			}
			if diff := cmp.Diff(map[emulator.FaultKind]int{c.kind: 1}, w.portal.FaultCounts()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestScriptedErrorHitsItsCommandOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	w.portal.FailNext("crm.item.get", emulator.Fault{Kind: emulator.FaultError, Status: 429, Code: "OPERATION_TIME_LIMIT", Text: "wait"})
	a := w.call("batch", map[string]any{"cmd": map[string]any{"a": "profile", "b": "crm.item.get?entityTypeId=1&id=1"}})
	if a.at("result_error", "b", "error") != "OPERATION_TIME_LIMIT" || a.str("result", "a", "ID") != "1" {
		t.Errorf("batch: %s", a.Raw)
	}
}

func TestMischiefIsTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	run := func() []emulator.Applied {
		w := newWorld(t, emulator.PortalSpec{Tariff: emulator.Enterprise})
		w.portal.SetMischief(emulator.Mischief{Seed: 42, Percent: map[emulator.FaultKind]float64{emulator.FaultLimit: 20, emulator.FaultHTMLAfter: 20}})
		for range 40 {
			w.call("profile", nil)
		}
		return w.portal.Faults()
	}
	a, b := run(), run()
	if diff := cmp.Diff(a, b); diff != "" || len(a) < 8 {
		t.Errorf("%d faults, difference:\n%s", len(a), diff)
	}
}

func TestUploadIsNeverStoredWhenItIsCutBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	id := w.register(nil).str("CALL_ID")
	w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": id, "USER_ID": 7})
	to := w.call("telephony.externalCall.attachRecord", map[string]any{"CALL_ID": id, "FILENAME": "a.mp3"}).str("uploadUrl")
	body := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n\r\nsound\r\n--b--\r\n"
	up := func(body string) error {
		_, err := w.post(to, "multipart/form-data; boundary=b", body)
		return err
	}
	w.portal.FailNext("upload", emulator.Fault{Kind: emulator.FaultCutBefore})
	if err := up(body); err == nil || w.portal.Calls()[0].Record != nil {
		t.Errorf("cut before: %v %v", err, w.portal.Calls()[0].Record)
	}
	if err := up(body[:len(body)-20]); err != nil || w.portal.Calls()[0].Record != nil {
		t.Errorf("half a form was kept: %v", err)
	}
	w.portal.FailNext("upload", emulator.Fault{Kind: emulator.FaultCutAfter})
	if err := up(body); err == nil || w.portal.Calls()[0].Record == nil {
		t.Errorf("cut after: %v", err)
	}
	if err := up(body); err != nil || w.portal.Calls()[0].Record.Attached != 2 {
		t.Errorf("a repeat must replace and be counted: %+v", w.portal.Calls()[0].Record)
	}
}
