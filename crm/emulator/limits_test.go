package emulator_test

import (
	"testing"
	"time"

	"omniconnector/crm/emulator"
)

func TestFullBucketRefusesWithoutExecuting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	for range 50 {
		if a := w.call("crm.item.add", map[string]any{"entityTypeId": 1, "fields": map[string]any{}}); a.Status != 200 {
			t.Fatal(a.Raw)
		}
	}
	if a := w.call("crm.item.add", map[string]any{"entityTypeId": 1, "fields": map[string]any{}}); a.Status != 503 || a.Code != "QUERY_LIMIT_EXCEEDED" {
		t.Fatalf("51st: %s", a.Raw)
	}
	if n := w.portal.Count(emulator.Lead); n != 50 {
		t.Errorf("leads = %d", n)
	}
	w.clock.Advance(500 * time.Millisecond)
	if a := w.call("profile", nil); a.Status != 200 {
		t.Errorf("after half a second one request fits again: %s", a.Raw)
	}
	if got := w.portal.LimitErrors(); got != 1 {
		t.Errorf("limit errors = %d", got)
	}
}

func TestOperatingTimeBlocksOneMethodUntilItsMinuteLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Tariff: emulator.Enterprise}, emulator.WithOperatingLimit(5))
	var last answer
	for range 3 { // 2.3 s each: the third crosses the limit and completes
		id := w.register(map[string]any{"EXTERNAL_CALL_ID": last.Raw}).str("CALL_ID")
		last = w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": id, "USER_ID": 7})
		if last.Status != 200 {
			t.Fatal(last.Raw)
		}
		w.clock.Advance(time.Second)
	}
	if got, _ := last.Time["operating"].(float64); got != 6.9 {
		t.Errorf("operating = %v", last.Time)
	}
	if a := w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": "x", "USER_ID": 7}); a.Status != 429 || a.Code != "OPERATION_TIME_LIMIT" {
		t.Errorf("fourth: %s", a.Raw)
	}
	if a := w.call("profile", nil); a.Status != 200 {
		t.Errorf("other methods must go on: %s", a.Raw)
	}
	reset, _ := last.Time["operating_reset_at"].(float64)
	w.clock.Advance(time.Unix(int64(reset), 0).Sub(w.clock.Now()))
	if a := w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": "x", "USER_ID": 7}); a.Status != 400 {
		t.Errorf("after operating_reset_at: %s", a.Raw)
	}
}

func TestBatchOfMoreThanASixtySecondsIsCutInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Tariff: emulator.Enterprise})
	cmd := map[string]any{}
	for i := range 40 {
		id := w.register(map[string]any{"EXTERNAL_CALL_ID": i}).str("CALL_ID")
		cmd[string(rune('A'+i))] = "telephony.externalCall.finish?USER_ID=7&CALL_ID=" + id
	}
	a := w.call("batch", map[string]any{"cmd": cmd})
	if a.Status != 502 || a.Code != "" {
		t.Fatalf("batch: %d %.80s", a.Status, a.Raw)
	}
	done := 0
	for _, c := range w.portal.Calls() {
		if c.Finished {
			done++
		}
	}
	if done != 27 { // 26 × 2.3 s = 59.8 s
		t.Errorf("finished = %d", done)
	}
}

func TestBatchKeepsToItsRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	cmd := []any{}
	for range 52 {
		cmd = append(cmd, "profile")
	}
	a := w.call("batch", map[string]any{"cmd": cmd})
	errs, _ := a.at("result_error").(map[string]any)
	results, _ := a.at("result").([]any)
	if len(results) != 50 || len(errs) != 2 {
		t.Errorf("52 commands: %d results, errors %v", len(results), errs)
	}
	halted := w.call("batch", map[string]any{"halt": 1, "cmd": map[string]any{"a": "no.such", "b": "profile"}})
	if halted.Status != 200 || halted.at("result").([]any) == nil || halted.at("result_error", "a", "error") != "ERROR_METHOD_NOT_FOUND" {
		t.Errorf("halt: %s", halted.Raw)
	}
	file := w.call("batch", map[string]any{"cmd": map[string]any{
		"url": "telephony.externalCall.attachRecord?CALL_ID=x&RECORD_URL=http://h/a.mp3", "name": "telephony.externalCall.attachRecord?CALL_ID=x&FILENAME=a.mp3",
	}})
	if file.at("result_error", "url", "error") != "ERROR_BATCH_METHOD_NOT_ALLOWED" || file.at("result_error", "name", "error") != "ERROR_CORE" {
		t.Errorf("files: %s", file.Raw)
	}
}
