package rpc

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"omniconnector/integration"
	"omniconnector/webhooks/uis"
)

// sample reads the recorded rows of a report.
func sample(t *testing.T, name string) []uis.Row {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	answer, no := read(request{method: name}, 200, "", text, nil)
	if no != nil {
		t.Fatal(no.Error)
	}
	return answer.rows()
}

var moscow = time.FixedZone("MSK", 3*60*60)

// told is the event of a row and its legs.
func told(t *testing.T, row uis.Row, legs []uis.Row) integration.Event {
	t.Helper()
	one, ok := readCall(row, moscow, eight.AddDate(-20, 0, 0), eight.AddDate(20, 0, 0))
	if !ok {
		t.Fatal("the row is no ended call")
	}
	var all []leg
	for _, l := range legs {
		all = append(all, readLeg(l, moscow))
	}
	c := Client{now: func() time.Time { return eight }, media: UISMedia}
	return c.event(one, all)
}

func TestRecordedRowsGiveTheirReports(t *testing.T) {
	t.Parallel()
	legs := sample(t, "call_legs_report.json")
	var got []integration.Event
	for _, row := range sample(t, "calls_report.json") {
		var own []uis.Row
		for _, l := range legs {
			if l.Number("call_session_id") == row.Number("id") {
				own = append(own, l)
			}
		}
		got = append(got, told(t, row, own))
	}
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/calls_report.want.json")
	if os.Getenv("UPDATE") != "" {
		err = os.WriteFile("testdata/calls_report.want.json", append(text, '\n'), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(text)+"\n"); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestARowIsReadHoweverItsScalarsAreWritten(t *testing.T) {
	t.Parallel()
	plain := `{"id":910000003,"start_time":"2026-05-12 08:00:00","finish_time":"2026-05-12 08:03:00","direction":"in","is_lost":false,"is_transfer":true,
		"contact_phone_number":"79000000003","virtual_phone_number":"74950000101","wait_duration":14,"talk_duration":166,"total_duration":180,
		"employees":[{"employee_id":7001,"employee_full_name":"Тестова Анна","is_answered":true,"is_talked":true}],
		"last_talked_employee_id":7001,"last_answered_employee_rating":5,"tags":[{"tag_id":61,"tag_name":"Целевой"}],"source_id":12,"call_records":["a1b2"]}`
	odd := `{"id":"910000003","start_time":"2026-05-12 08:00:00.000","finish_time":"2026-05-12T08:03:00","direction":"in","is_lost":"false","is_transfer":"true",
		"contact_phone_number":79000000003,"virtual_phone_number":74950000101,"wait_duration":"14","talk_duration":166.0,"total_duration":"00:03:00",
		"employees":{"employee_id":"7001","employee_full_name":"Тестова Анна","is_answered":1,"is_talked":1},
		"last_talked_employee_id":"7001","last_answered_employee_rating":"5","tags":{"tag_id":"61","tag_name":"Целевой"},"source_id":"12","call_records":"a1b2",
		"sale_cost":null,"segments":{},"visitor_custom_properties":[],"attributes":[],"scenario_operations":null,"quite_new":{"a":[1]},"utm_source":""}`
	if diff := cmp.Diff(told(t, uisRow(plain), nil), told(t, uisRow(odd), nil)); diff != "" {
		t.Errorf("plain -, odd +:\n%s", diff)
	}
}

func TestRecordsAreAddressesOfTheBrandOrNothing(t *testing.T) {
	t.Parallel()
	for row, want := range map[string][]string{
		`{"full_record_file_link":"https://media.uiscom.ru/1/full","call_records":["a"]}`: {"https://media.uiscom.ru/1/full"},
		`{"call_records":["a1","b2"]}`:                                       {UISMedia + "/1/a1", UISMedia + "/1/b2"},
		`{"call_records":["https://app.comagic.ru/system/media/talk/1/a/"]}`: {"https://app.comagic.ru/system/media/talk/1/a/"},
		`{"call_records":["../../admin","a?b","javascript:1",null,""]}`:      nil,
		`{"full_record_file_link":"file:///etc/passwd"}`:                     nil,
		`{"full_record_file_link":null,"call_records":[]}`:                   nil,
	} {
		c := Client{media: UISMedia}
		if diff := cmp.Diff(want, c.records(call{id: 1, row: uisRow(row)})); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", row, diff)
		}
	}
	c := stub(t, nobody{})
	if got := c.records(call{id: 1, row: uisRow(`{"call_records":["a"]}`)}); len(got) != 1 || got[0] != NovofonMedia+"/1/a" {
		t.Errorf("of the brand: %v", got)
	}
}

func FuzzRow(f *testing.F) {
	for _, name := range []string{"calls_report.json", "call_legs_report.json"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		for _, row := range gjson.GetBytes(text, "result.data").Array() {
			f.Add([]byte(`{"result":{"data":[` + row.Raw + `]}}`))
		}
	}
	f.Add([]byte(`{"error":{"code":-32029,"data":{"metadata":{"limits":{"minute_reset":1e99,"day_remaining":-1,"day_reset":"x"}}}}}`))
	f.Add([]byte(`{"result":{"data":[{"id":1e400,"start_time":{},"employees":[[]],"tags":"x","call_records":{"a":1}}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		answer, no := read(request{method: "x"}, 200, "", body, []string{"TOKEN"})
		if no != nil {
			if no.Kind == "" || no.Wait < 0 || no.Wait > longestPause || len([]rune(no.Text)) > maxText || len([]rune(no.Code)) > maxCode {
				t.Errorf("error %+v", no)
			}
			return
		}
		for _, row := range answer.rows() {
			_ = readEmployee(row)
			l := readLeg(row, moscow)
			one, ok := readCall(row, moscow, eight.AddDate(-50, 0, 0), eight.AddDate(50, 0, 0))
			if !ok {
				continue
			}
			c := Client{now: func() time.Time { return eight }, media: UISMedia}
			e := c.event(one, []leg{l})
			if e.Session == "" || e.Customer == "" || e.Key == "" || len(e.Key) > 100 || e.At.IsZero() || e.Report.StartedAt.IsZero() || e.Report.StartedAt.Location() != time.UTC {
				t.Errorf("incomplete %+v", e)
			}
			if again := c.event(one, []leg{l}); again.Key != e.Key {
				t.Errorf("keys %s, %s", e.Key, again.Key)
			}
			if _, err := json.Marshal(e); err != nil {
				t.Errorf("%v", err)
			}
		}
	})
}

func TestNobodySpokeInACallThatIsLost(t *testing.T) {
	t.Parallel()
	r := told(t, uisRow(`{"id":1,"start_time":"2026-05-12 08:00:00","finish_time":"2026-05-12 08:00:30","direction":"in","is_lost":true,
		"employees":[{"employee_id":7001,"is_answered":true,"is_talked":true}],"first_talked_employee_id":7001,"last_talked_employee_id":7001}`), nil).Report
	if len(r.Talkers) != 0 || r.FirstTalked != 0 || r.LastTalked != 0 || len(r.Rung) != 1 || !r.Employee.IsZero() {
		t.Errorf("got %+v", r)
	}
}

func TestTalkersWithoutLegsAreFirstOthersLast(t *testing.T) {
	t.Parallel()
	r := told(t, uisRow(`{"id":1,"start_time":"2026-05-12 08:00:00","finish_time":"2026-05-12 08:00:30","direction":"in","is_lost":false,
		"employees":[{"employee_id":3,"employee_full_name":"В","is_talked":true},{"employee_id":4,"is_talked":false},{"employee_id":2,"is_talked":true},{"employee_id":1,"is_talked":true}],
		"first_talked_employee_id":1,"last_talked_employee_id":3}`), nil).Report
	if ids(r.Talkers) != "1 2 3" || ids(r.Rung) != "3 4 2 1" || r.Talkers[2].Name != "В" || r.Employee.ID != 3 {
		t.Errorf("talkers %v, rung %v, employee %v", r.Talkers, r.Rung, r.Employee)
	}
}
