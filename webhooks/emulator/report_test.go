package emulator

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"omniconnector/webhooks/emulator/rpc"
	"omniconnector/webhooks/emulator/session"
)

// day is the whole of the day on which tests play, in Moscow.
func day(more object) object {
	p := object{"date_from": "2026-05-12 00:00:00", "date_till": "2026-05-12 23:59:59"}
	maps.Copy(p, more)
	return p
}

func only(field string, value any) object {
	return object{"filter": object{"field": field, "operator": "=", "value": value}}
}

// reported is the row of one call.
func (d *desk) reported(id int64) object {
	d.t.Helper()
	rows := d.ask(rpc.DataAPI, "get.calls_report", day(only("id", id))).rows(d.t)
	if len(rows) != 1 {
		d.t.Fatalf("%d rows of %d", len(rows), id)
	}
	return rows[0]
}

func (d *desk) legs(id int64) []object {
	d.t.Helper()
	return d.ask(rpc.DataAPI, "get.call_legs_report", day(only("call_session_id", id))).rows(d.t)
}

func (d *desk) play(s Script) {
	d.t.Helper()
	if _, err := d.Play(d.t.Context(), s, 0); err != nil {
		d.t.Fatal(err)
	}
}

// brief shows some fields of a leg.
func brief(legs []object) string {
	var all []string
	for _, l := range legs {
		who, _ := l["employee_full_name"].(string)
		start, connect := l["start_time"].(string), "-"
		if c, ok := l["connect_time"].(string); ok {
			connect = c[14:]
		}
		talked := map[any]string{true: "talked", false: "silent"}[l["is_talked"]]
		all = append(all, strings.Join([]string{who, start[14:], connect, talked, l["finish_reason"].(string)}, "|"))
	}
	return strings.Join(all, "\n")
}

func TestATransferIsReportedWithItsLegsAndRecords(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	call := d.shop.Incoming(910000003, eight, "79000000003")
	call.Group = d.shop.Scenarios[0].Groups[0]
	d.play(call.Transferred(d.shop.Employees[0], d.shop.Employees[1], 14*time.Second, 45*time.Second, 121*time.Second))
	row := d.reported(910000003)
	for field, want := range map[string]any{
		"start_time": "2026-05-12 08:00:00", "finish_time": "2026-05-12 08:03:00", "direction": "in", "source": "va",
		"is_lost": false, "is_transfer": true, "contact_phone_number": "79000000003", "virtual_phone_number": "74950000101",
		"first_talked_employee_id": 7001.0, "last_talked_employee_id": 7002.0, "last_talked_employee_full_name": "Пробный Пётр",
		"wait_duration": 14.0, "talk_duration": 166.0, "total_duration": 180.0, "operator_phone_number": "0001235",
		"scenario_id": 301.0, "site_domain_name": "shop.example", "campaign_name": "Поиск", "visitor_first_campaign_name": "Баннеры",
		"source_name": "Яндекс.Директ", "utm_medium": "cpc", "channel": "paid", "communication_type": "call", "communication_id": 910000003.0,
		"call_api_external_id": nil, "sale_date": nil, "finish_reason": "subscriber_disconnects",
	} {
		if row[field] != want {
			t.Errorf("%s: got %v, want %v", field, row[field], want)
		}
	}
	if got := row["scenario_operations"].([]any); len(got) != 2 || got[1].(object)["name"] != "Переадресация" {
		t.Errorf("operations %v", got)
	}
	if got := row["call_records"].([]any); len(got) != 2 || got[0] != session.Hash(910000003, 0) || got[1] != session.Hash(910000003, 1) {
		t.Errorf("records %v", got)
	}
	file, err := http.Get(row["full_record_file_link"].(string))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Body.Close()
	if file.StatusCode != http.StatusOK || file.Header.Get("Content-Type") != "audio/wav" {
		t.Errorf("file: %d %s", file.StatusCode, file.Header)
	}
	legs := d.legs(910000003)
	want := "|00:00|00:00|talked|subscriber_disconnects\n" +
		"Тестова Анна|00:02|00:14|talked|transfer_disconnects\n" +
		"Пробный Пётр|00:58|00:59|talked|subscriber_disconnects"
	if got := brief(legs); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	second := legs[2]
	const handed = "is_transfered" //nolint:misspell // sic
	if second[handed] != true || second["duration"] != 121.0 || second["group_name"] != "Продажи" || second["action_id"] != 3005.0 ||
		second["is_operator"] != true || second["employee_phone_number"] != "0001235" || legs[1][handed] != false {
		t.Errorf("second leg %v", second)
	}
}

func TestAQueueOfEightIsReportedWithAllWhoRang(t *testing.T) {
	t.Parallel()
	d := open(t, func(a *Account) { *a = a.Crowd(8) })
	eight8 := d.shop.Staff[1:9]
	d.play(d.shop.Incoming(1, eight, "79000000001").Ring(eight8, eight8[5], 9*time.Second, time.Minute))
	rang := d.reported(1)["employees"].([]any)
	talked := slices.IndexFunc(rang, func(e any) bool { return e.(object)["is_talked"] == true })
	if len(rang) != 8 || talked != 5 || rang[5].(object)["is_answered"] != true || rang[0].(object)["is_answered"] != false {
		t.Errorf("rang %v", rang)
	}
	legs := d.legs(1)
	if len(legs) != 9 {
		t.Fatalf("legs %v", legs)
	}
	for i, l := range legs[1:] {
		if (l["is_talked"] == true) != (i == 5) || (l["is_failed"] == true) == (i == 5) || i != 5 && l["total_duration"] != 7.0 {
			t.Errorf("leg %d: %v", i, l)
		}
	}
}

func TestLostAndVoicemailAndOutgoingAreReported(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	anna, petr := d.shop.Employees[0], d.shop.Employees[1]
	d.play(Merge("several",
		d.shop.Incoming(1, eight, "79000000001").Lost(30*time.Second, anna, petr),
		d.shop.Incoming(2, eight, "79000000002").Voicemail(10*time.Second, 20*time.Second),
		d.shop.Outgoing(3, eight, "79000000003").Unanswered(anna, 40*time.Second),
		d.shop.Outgoing(4, eight, "79000000004").Spoken(petr, 15*time.Second, 75*time.Second),
	))
	lost := d.reported(1)
	if lost["is_lost"] != true || lost["finish_reason"] != "no_success_operator_call" || len(lost["employees"].([]any)) != 2 ||
		lost["first_talked_employee_id"] != nil || len(lost["call_records"].([]any)) != 0 || lost["full_record_file_link"] != nil {
		t.Errorf("lost %v", lost)
	}
	if mail := d.reported(2); len(mail["voice_mail_records"].([]any)) != 1 || mail["is_lost"] != true {
		t.Errorf("voicemail %v", mail)
	}
	if out := d.reported(3); out["finish_reason"] != "no_success_subscriber_call" || out["direction"] != "out" || out["visitor_id"] != nil {
		t.Errorf("unanswered %v", out)
	}
	if out := d.reported(4); out["talk_duration"] != 75.0 || out["last_talked_employee_id"] != 7002.0 || out["source"] != "sip" {
		t.Errorf("spoken %v", out)
	}
}

func TestReportsKnowWhatNobodyWasTold(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.play(Morning(d.shop, eight, 910000001).Swallowed())
	if len(d.Sent()) != 0 {
		t.Fatalf("sent %d", len(d.Sent()))
	}
	silent := d.ask(rpc.DataAPI, "get.calls_report", day(nil))
	told := open(t, nil)
	told.play(Morning(told.shop, eight, 910000001).Lossy(3, 0.5))
	loud := told.ask(rpc.DataAPI, "get.calls_report", day(nil))
	if a, b := silent.Result.Metadata["total_items"], loud.Result.Metadata["total_items"]; a != 16.0 || a != b {
		t.Errorf("%v calls and %v", a, b)
	}
	for i, row := range silent.rows(t) {
		link := row["full_record_file_link"]
		other := loud.rows(t)[i]
		if link != nil {
			row["full_record_file_link"], other["full_record_file_link"] = nil, nil // of another server
		}
		for field, value := range row {
			if plain, is := value.([]any); is {
				if len(plain) != len(other[field].([]any)) {
					t.Errorf("%v %s: %v and %v", row["id"], field, value, other[field])
				}
			} else if value != other[field] {
				t.Errorf("%v %s: %v and %v", row["id"], field, value, other[field])
			}
		}
	}
	if tags := d.reported(910000005)["tags"].([]any); len(tags) != 2 || tags[0].(object)["tag_name"] != "Целевой" {
		t.Errorf("tags %v", tags)
	}
}

func TestACallIsReportedOnlyAfterItsEndAndTheDelay(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.DelayReports(d.shop.AppID, 90*time.Second)
	s := d.shop.Incoming(1, eight, "79000000001").Answered(d.shop.Employees[0], 5*time.Second, 30*time.Second)
	count := func(ongoing bool) int {
		return len(d.ask(rpc.DataAPI, "get.calls_report", day(object{"include_ongoing_calls": ongoing})).rows(t))
	}
	for i, step := range s.Steps { // one by one, as the demo tells them
		if _, err := d.Notify(t.Context(), step); err != nil {
			t.Fatal(err)
		}
		ended := i >= 3 // the talk and the call end at the same moment
		if got := count(true); (got == 1) == ended {
			t.Errorf("after step %d, %s: %d going", i, step.Event, got)
		}
		if step.Event == "call_talk_started" {
			row := d.ask(rpc.DataAPI, "get.calls_report", day(object{"include_ongoing_calls": true})).rows(t)[0]
			if row["finish_time"] != nil || row["total_duration"] != nil || row["first_talked_employee_id"] != 7001.0 {
				t.Errorf("going: %v", row)
			}
		}
		if got := count(false); got != 0 {
			t.Errorf("after step %d: %d reported", i, got)
		}
	}
	d.later(89 * time.Second)
	if got := count(false); got != 0 {
		t.Errorf("too early: %d", got)
	}
	d.later(time.Second)
	if got := count(false); got != 1 {
		t.Errorf("after the delay: %d", got)
	}
}

func TestARecordIsInTheReportOnceItIsReady(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	s := d.shop.Incoming(1, eight, "79000000001").Answered(d.shop.Employees[0], 5*time.Second, 30*time.Second)
	last := len(s.Steps) - 1
	for _, step := range s.Steps[:last] {
		_, _ = d.Notify(t.Context(), step)
	}
	if row := d.reported(1); len(row["call_records"].([]any)) != 0 || row["full_record_file_link"] != nil {
		t.Errorf("too early: %v", row["call_records"])
	}
	_, _ = d.Notify(t.Context(), s.Steps[last])
	if row := d.reported(1); len(row["call_records"].([]any)) != 1 || row["full_record_file_link"] != s.Steps[last].Vars["file_link"] {
		t.Errorf("got %v", row["full_record_file_link"])
	}
}

func TestReportsAreOfTheAccountsZone(t *testing.T) {
	t.Parallel()
	d := open(t, func(a *Account) { a.Location, a.Timezone = time.FixedZone("VLAT", 10*60*60), "Asia/Vladivostok" })
	night := time.Date(2026, 5, 12, 13, 59, 59, 120_000_000, time.UTC) // 23:59:59.12 in Vladivostok
	d.play(d.shop.Incoming(1, night, "79000000001").Lost(time.Second))
	for _, c := range []struct {
		from, till string
		want       int
	}{
		{"2026-05-12 00:00:00", "2026-05-12 23:59:59.500", 1},
		{"2026-05-12 00:00:00", "2026-05-12 23:59:59", 0},
		{"2026-05-12 13:00:00", "2026-05-12 14:00:00", 0},
		{"2026-05-13 00:00:00", "2026-05-13 23:59:59", 0},
	} {
		rows := d.ask(rpc.DataAPI, "get.calls_report", object{"date_from": c.from, "date_till": c.till}).rows(t)
		if len(rows) != c.want {
			t.Errorf("%s – %s: %d", c.from, c.till, len(rows))
		}
		if len(rows) == 1 && (rows[0]["start_time"] != "2026-05-12 23:59:59.120" || rows[0]["finish_time"] != "2026-05-13 00:00:00.120") {
			t.Errorf("times %v, %v", rows[0]["start_time"], rows[0]["finish_time"])
		}
	}
	if zone := d.ask(rpc.DataAPI, "get.account", nil).rows(t)[0]["timezone"]; zone != "Asia/Vladivostok" {
		t.Errorf("zone %v", zone)
	}
}

func TestTheIntervalOfAReportIsChecked(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for name, c := range map[string]struct{ from, till, want string }{
		"three months":     {"2026-02-12 00:00:00", "2026-05-12 00:00:00", "ok"},
		"a second more":    {"2026-02-12 00:00:00", "2026-05-12 00:00:01", "date_interval_limit_reached"},
		"backwards":        {"2026-05-12 00:00:01", "2026-05-12 00:00:00", "invalid_parameter_value"},
		"with an offset":   {"2026-05-12 00:00:00+03:00", "2026-05-12 01:00:00", "invalid_parameter_value"},
		"as in the chats":  {"2026-05-12T00:00:00Z", "2026-05-12 01:00:00", "invalid_parameter_value"},
		"a day":            {"2026-05-12", "2026-05-13", "invalid_parameter_value"},
		"no such day":      {"2026-02-30 00:00:00", "2026-03-01 00:00:00", "invalid_parameter_value"},
		"with a fraction":  {"2026-05-12 00:00:00.5", "2026-05-12 00:00:01.25", "ok"},
		"the same instant": {"2026-05-12 00:00:00", "2026-05-12 00:00:00", "ok"},
	} {
		for _, method := range []string{"get.calls_report", "get.call_legs_report"} {
			if got := d.ask(rpc.DataAPI, method, object{"date_from": c.from, "date_till": c.till}).mnemonic(); got != c.want {
				t.Errorf("%s of %s: got %s", name, method, got)
			}
		}
	}
	if a := d.ask(rpc.DataAPI, "get.calls_report", object{"date_from": "2026-05-12 00:00:00"}); a.mnemonic() != "required_parameter_missed" || a.Error.Data.Field != "date_till" {
		t.Errorf("got %+v", a.Error)
	}
	if got := d.ask(rpc.DataAPI, "get.call_legs_report", day(object{"include_ongoing_calls": true})).mnemonic(); got != "unexpected_parameters" {
		t.Errorf("got %s", got)
	}
}

func TestASwallowedCallTakesItsTime(t *testing.T) {
	t.Parallel()
	var waited time.Duration
	p := New(Options{Now: clock, Wait: func(_ context.Context, d time.Duration) error { waited += d; return nil }})
	t.Cleanup(p.Close)
	shop := p.AddAccount(Shop(""))
	s := shop.Incoming(1, eight, "79000000001").Answered(shop.Employees[0], 10*time.Second, 50*time.Second)
	if _, err := p.Play(t.Context(), s.Swallowed(), 10); err != nil || waited != 8*time.Second {
		t.Errorf("waited %v, %v", waited, err)
	}
}
