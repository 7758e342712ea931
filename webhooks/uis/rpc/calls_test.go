package rpc

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/webhooks/emulator"
	platform "omniconnector/webhooks/emulator/rpc"
)

// day is a query for the day of the tests.
func day() centre.Query {
	return centre.Query{From: eight.Add(-time.Hour), Till: eight.Add(12 * time.Hour)}
}

func (d *desk) calls(q centre.Query) []integration.Event {
	d.t.Helper()
	events, _, e := d.Calls(d.t.Context(), q)
	fine(d.t, e)
	return events
}

// one is the report of the only call of the day.
func (d *desk) one() integration.Event {
	d.t.Helper()
	events := d.calls(day())
	if len(events) != 1 {
		d.t.Fatalf("%d calls", len(events))
	}
	return events[0]
}

func ids(all []integration.Employee) string {
	var out []string
	for _, e := range all {
		out = append(out, strconv.FormatInt(int64(e.ID), 10))
	}
	return strings.Join(out, " ")
}

func TestATransferredCallIsReportedWhole(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	anna, petr := d.shop.Employees[0], d.shop.Employees[1]
	call := d.shop.Incoming(910000003, eight, "79000000003")
	call.Group = d.shop.Scenarios[0].Groups[0]
	d.play(call.Transferred(petr, anna, 14*time.Second, 45*time.Second, 121*time.Second))
	d.play(call.Tag(4*time.Minute, d.shop.Tags[0]))
	d.later(time.Hour)
	e := d.one()
	if e.Kind != integration.CallReport || e.Source != "uis" || e.Session != "910000003" || e.Customer != "+79000000003" ||
		!e.At.Equal(eight.Add(3*time.Minute)) || e.At.Location() != time.UTC || !strings.HasPrefix(e.Key, "report|910000003|") {
		t.Errorf("event %+v", e)
	}
	r := e.Report
	if r.Direction != crm.Incoming || r.ClientNumber != "79000000003" || r.VirtualNumber != "74950000101" || !r.StartedAt.Equal(eight) ||
		!r.EndedAt.Equal(e.At) || r.Lost == nil || *r.Lost || !r.Transfer || r.LostReason != "" || r.CallSource != "va" {
		t.Errorf("report %+v", r)
	}
	if *r.Wait != 14*time.Second || *r.Talk != 166*time.Second || *r.Total != 3*time.Minute {
		t.Errorf("times %s %s %s", *r.Wait, *r.Talk, *r.Total)
	}
	if ids(r.Rung) != "7002 7001" || ids(r.Talkers) != "7002 7001" || r.FirstTalked != 7002 || r.LastTalked != 7001 || r.Employee.ID != 7001 {
		t.Errorf("rung %v, talkers %v, first %d, last %d, employee %v", r.Rung, r.Talkers, r.FirstTalked, r.LastTalked, r.Employee)
	}
	if petr := r.Talkers[0]; petr.Name != "Пробный Пётр" || petr.Phone != "0001235" {
		t.Errorf("first talker %+v", petr)
	}
	if len(r.Records) != 1 || !strings.HasPrefix(r.Records[0], d.web.URL) || !slices.Equal(r.Tags, []string{"Целевой"}) {
		t.Errorf("records %v, tags %v", r.Records, r.Tags)
	}
	for name, want := range map[string]string{
		"scenario_id": "301", "scenario_name": "Основной", "last_scenario_operation_id": "3005", "last_scenario_operation_name": "Переадресация",
		"visitor_group_id": "11", "visitor_group_name": "Продажи", "site_id": "41", "site_domain_name": "shop.example", "campaign_id": "77",
		"campaign_name": "Поиск", "visitor_first_campaign_name": "Баннеры", "source_name": "Яндекс.Директ", "utm_medium": "cpc", "channel": "paid",
		"call_source": "va", "tag_ids": "61", "tag_names": "Целевой", "communication_id": "910000003", "finish_reason": "subscriber_disconnects",
		"cpn_country_name": "Россия",
	} {
		if got := r.Params[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for name := range r.Params {
		if values := r.Params[name]; len(values) == 0 || slices.Contains(values, "") || slices.Contains(values, "null") {
			t.Errorf("%s says nothing: %q", name, values)
		}
	}
}

func TestAReportAndTheNotificationsTellTheSameCall(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	anna, petr := d.shop.Employees[0], d.shop.Employees[1]
	d.play(d.shop.Outgoing(4, eight, "79000000004").Spoken(petr, 15*time.Second, 75*time.Second))
	d.play(d.shop.Outgoing(5, eight.Add(time.Hour), "79000000005").Unanswered(petr, 40*time.Second))
	d.play(d.shop.Incoming(2, eight.Add(2*time.Hour), "79000000002").Lost(30*time.Second, anna, petr))
	d.play(d.shop.Incoming(6, eight.Add(3*time.Hour), "anonymous").Answered(anna, 4*time.Second, time.Minute))
	d.later(6 * time.Hour)
	all := d.calls(day())
	if len(all) != 4 {
		t.Fatalf("%d calls", len(all))
	}
	spoken, unanswered, lost, hidden := integration.Fold(all[:1]), integration.Fold(all[1:2]), integration.Fold(all[2:3]), integration.Fold(all[3:])
	if spoken.Caller.ID != 7002 || !spoken.Answered || spoken.Direction != crm.Outgoing || ids(spoken.Talkers) != "7002" || spoken.Talk != 75*time.Second {
		t.Errorf("spoken %+v", spoken)
	}
	if unanswered.Caller.ID != 7002 || unanswered.Answered || unanswered.LostReason != "no_success_subscriber_call" || len(unanswered.Rung) != 0 {
		t.Errorf("unanswered %+v", unanswered)
	}
	if lost.Answered || !lost.Missed() || ids(lost.Rung) != "7001 7002" || lost.LostReason != "no_success_operator_call" {
		t.Errorf("lost %+v", lost)
	}
	if !hidden.Answered || all[3].Customer != "session:6" || ids(hidden.Talkers) != "7001" || hidden.StartedAt != eight.Add(3*time.Hour) {
		t.Errorf("hidden %+v of %s", hidden, all[3].Customer)
	}
}

func TestCallsAreReadByTheirIdsAndNothingElse(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for i := range 5 {
		d.play(d.shop.Incoming(int64(i+1), eight.Add(time.Duration(i)*time.Minute), "79000000001").Answered(d.shop.Employees[0], time.Second, time.Second))
	}
	d.later(time.Hour)
	q := day()
	q.Sessions = []string{"4", "click:b24:7", "2", "99"}
	events, total, e := d.Calls(t.Context(), q)
	fine(t, e)
	if len(events) != 2 || total != 2 || events[0].Session != "2" || events[1].Session != "4" {
		t.Errorf("total %d, got %v", total, events)
	}
	if n := d.asked(methodCalls, methodLegs); n != 2 {
		t.Errorf("%d requests, want one for the calls and one for their legs", n)
	}
	q.Sessions = []string{"click:b24:7"}
	if events, _, e = d.Calls(t.Context(), q); e != nil || len(events) != 0 || d.asked(methodCalls) != 1 {
		t.Errorf("a request's session: %v, %v", events, e)
	}
}

func TestALongRangeIsReadInPagesAcrossItsParts(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	from := eight.AddDate(-1, 0, 0)
	const calls = 23
	for i := range calls {
		at := from.Add(time.Duration(i) * 365 * 24 * time.Hour / calls)
		d.play(d.shop.Incoming(int64(i+1), at, "79000000001").Answered(d.shop.Employees[0], time.Second, time.Second))
	}
	d.later(time.Hour)
	q := centre.Query{From: from, Till: eight, Limit: 7}
	var got []string
	var pages int
	for {
		events, total, e := d.Calls(t.Context(), q)
		fine(t, e)
		if total != calls {
			t.Fatalf("total %d after %d", total, len(got))
		}
		pages++
		for _, event := range events {
			got = append(got, string(event.Session))
		}
		if q.Offset += len(events); len(events) == 0 || q.Offset >= total {
			break
		}
	}
	if len(got) != calls || pages != 4 {
		t.Fatalf("%d calls in %d pages: %v", len(got), pages, got)
	}
	for i, session := range got {
		if session != strconv.Itoa(i+1) {
			t.Errorf("call %d is %s", i, session)
		}
	}
	// Five parts, each counted once, and what the pages read of parts that were counted before.
	if n := d.asked(methodCalls); n > 5+2*4 {
		t.Errorf("%d requests", n)
	}
	for _, r := range d.is.Requests() {
		if r.Result != "ok" {
			t.Errorf("%s: %s", r.Method, r.Result)
		}
	}
}

func TestACallThatGoesOnIsNotReported(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.is.Outcome(d.shop.AppID, "", emulator.Outcome{Held: true})
	_, e := d.Dial(t.Context(), click(nil))
	fine(t, e)
	fine(t, drained(d))
	d.later(10 * time.Minute)
	if events := d.calls(day()); len(events) != 0 {
		t.Errorf("got %+v", events)
	}
	row := uisRow(`{"id":1,"start_time":"2026-05-12 08:00:00","finish_time":null,"finish_reason":null,"total_duration":5}`)
	if _, ok := readCall(row, time.UTC, time.Time{}, eight.AddDate(1, 0, 0)); ok {
		t.Error("a row without an end is a call that ended")
	}
}

func TestAReportThatSaysMoreHasAnotherKeyAndARepetitionTheSame(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	call := d.shop.Incoming(1, eight, "79000000001")
	d.play(call.Answered(d.shop.Employees[0], time.Second, time.Minute))
	d.later(time.Hour)
	first, again := d.one(), d.one()
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("read twice:\n%s", diff)
	}
	d.later(time.Hour)
	if later := d.one(); later.Key != first.Key {
		t.Errorf("read later: %s, %s", first.Key, later.Key)
	}
	d.play(call.Tag(5*time.Minute, d.shop.Tags[0]))
	if tagged := d.one(); tagged.Key == first.Key {
		t.Error("a tag changes nothing")
	}
}

func TestAColumnThatTheAccountLacksIsAskedForOnce(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.play(d.shop.Incoming(1, eight, "79000000001").Answered(d.shop.Employees[0], time.Second, time.Minute))
	d.later(time.Hour)
	answer, e := d.look(t.Context(), methodCalls, []string{"id", "brand_new", "start_time", "newer"}, params{"date_from": "2026-05-12 00:00:00", "date_till": "2026-05-13 00:00:00"})
	fine(t, e)
	if len(answer.rows()) != 1 || d.asked(methodCalls) != 3 {
		t.Errorf("%d rows after %d requests", len(answer.rows()), d.asked(methodCalls))
	}
	_ = d.one()
	if n := d.asked(methodCalls); n != 4 {
		t.Errorf("%d requests, want one more", n)
	}
	d.fail(platform.Fault{Method: methodCalls, Mnemonic: "invalid_parameter_value"})
	if _, _, e := d.Calls(t.Context(), day()); kind(e) != crm.Invalid {
		t.Errorf("a refusal that names no column: %v", e)
	}
}

func TestAFailedPageFailsTheCalls(t *testing.T) {
	t.Parallel()
	for _, method := range []string{methodAccount, methodCalls, methodLegs} {
		d := open(t, nil)
		d.play(d.shop.Incoming(1, eight, "79000000001").Answered(d.shop.Employees[0], time.Second, time.Minute))
		d.later(time.Hour)
		d.fail(platform.Fault{Method: method, Way: platform.Cut, Executed: true})
		if events, _, e := d.Calls(t.Context(), day()); kind(e) != crm.Unavailable || events != nil {
			t.Errorf("%s: %v, %v", method, events, e)
		}
		if events := d.calls(day()); len(events) != 1 {
			t.Errorf("%s: %d calls the second time", method, len(events))
		}
	}
}

func TestTheCallsOfTheHourThatAutumnRepeatsAreAllFound(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	d := openFor(t, func(a *emulator.Account) { a.Location, a.Timezone = berlin, "Europe/Berlin" }, nil)
	back := time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC) // 3:00 becomes 2:00
	var want []string
	for i := range 24 {
		session := int64(i + 1)
		d.play(d.shop.Incoming(session, back.Add(time.Duration(i-12)*10*time.Minute), "79000000001").Answered(d.shop.Employees[0], time.Second, time.Minute))
		want = append(want, string(sessionID(session)))
	}
	d.later(back.Sub(eight) + 12*time.Hour)
	found := map[string]bool{}
	for from := back.Add(-2 * time.Hour); from.Before(back.Add(2 * time.Hour)); from = from.Add(30 * time.Minute) {
		q := centre.Query{From: from, Till: from.Add(30 * time.Minute)}
		for _, e := range d.calls(q) {
			if e.Report.StartedAt.Before(q.From) || !e.Report.StartedAt.Before(q.Till) || e.Report.EndedAt.Sub(e.Report.StartedAt) != 61*time.Second {
				t.Errorf("call %s of %s–%s outside of %s", e.Session, e.Report.StartedAt, e.Report.EndedAt, from)
			}
			found[string(e.Session)] = true
		}
	}
	for _, session := range want {
		if !found[session] {
			t.Errorf("call %s was never found", session)
		}
	}
	noon := back.Add(11 * time.Hour)
	if from, till := outer(noon, noon.Add(time.Second/2), berlin); from != "2026-10-25 13:00:00" || till != "2026-10-25 13:00:01" {
		t.Errorf("away from the change: %s – %s", from, till)
	}
}
