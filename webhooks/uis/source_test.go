package uis

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

var update = flag.Bool("update", false, "rewrite the want sections of testdata")

// The account of the contract's examples lives in Moscow.
var (
	moscow   = time.FixedZone("MSK", 3*60*60)
	received = time.Date(2026, 5, 12, 12, 0, 0, 0, time.UTC)
)

func TestEveryRecordedRequestGivesItsEvent(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/requests/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded requests", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := outcome(t, readRequest(t, section(archive, "request")))
			if *update {
				setSection(archive, "want", got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(section(archive, "want")), string(got)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// outcome is what a request gave, as text.
func outcome(t *testing.T, r webhooks.Request) []byte {
	t.Helper()
	n, err := Source{}.Read(r)
	if err != nil {
		if _, ok := errors.AsType[*webhooks.ReadingError](err); !ok {
			t.Errorf("got %T, want a reading error", err)
		}
		return []byte("unreadable: " + err.Error() + "\n")
	}
	text, err := json.MarshalIndent(n.Event, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	head := ""
	if n.Secret != "" {
		head = "secret: " + string(n.Secret) + "\n"
	}
	return []byte(head + string(text) + "\n")
}

// readRequest reads a request as it would stand on the wire, without a Content-Length.
func readRequest(t *testing.T, raw []byte) webhooks.Request {
	t.Helper()
	head, body, _ := bytes.Cut(raw, []byte("\n\n"))
	req, err := http.ReadRequest(bufio.NewReader(io.MultiReader(bytes.NewReader(head), strings.NewReader("\nHost: x\n\n"))))
	if err != nil {
		t.Fatal(err)
	}
	segments := strings.Split(strings.Trim(req.URL.Path, "/"), "/")
	hint := ""
	if len(segments) > 3 {
		hint = segments[3]
	}
	return webhooks.Request{
		Method: req.Method, Event: hint, ContentType: req.Header.Get("Content-Type"), Query: req.URL.RawQuery,
		Body: bytes.TrimSuffix(body, []byte("\n")), Received: received, Location: moscow,
	}
}

func section(a *txtar.Archive, name string) []byte {
	for _, f := range a.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

func setSection(a *txtar.Archive, name string, data []byte) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = data
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: data})
}

func read(t *testing.T, body string) integration.Event {
	t.Helper()
	n, err := Source{}.Read(webhooks.Request{Method: http.MethodPost, Body: []byte(body), Received: received, Location: moscow})
	if err != nil {
		t.Fatalf("read %s: %v", body, err)
	}
	return n.Event
}

func TestARepetitionHasTheSameKeyAndADifferentEventAnother(t *testing.T) {
	t.Parallel()
	ringing := `{"event":"call_ringing","call_session_id":1,"leg_id":5,"notification_time":"2026-05-12 10:00:00"}`
	talk := `{"event":"call_talk_finished","call_session_id":1,"leg_ids":[6,5],"employee_id":7}`
	record := `{"event":"record_ready","call_session_id":1,"file_link":"https://x/1"}`
	noLegs := `{"event":"call_ringing","call_session_id":1,"employee_id":7,"notification_time":"2026-05-12 10:00:00"}`
	tag := `{"event":"tag_set","communication_type":"call","communication_id":1,"tag_ids":[2],"notification_time":"2026-05-12 10:00:00"}`
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"the same request twice":               {ringing, ringing, true},
		"another leg rings":                    {ringing, strings.Replace(ringing, `"leg_id":5`, `"leg_id":6`, 1), false},
		"ids as texts":                         {ringing, strings.Replace(ringing, `"leg_id":5`, `"leg_id":"5"`, 1), true},
		"legs in another order":                {talk, strings.Replace(talk, "[6,5]", "[5,6]", 1), true},
		"a talk of other legs":                 {talk, strings.Replace(talk, "[6,5]", "[5,9]", 1), false},
		"the same legs start and finish":       {talk, strings.Replace(talk, "finished", "started", 1), false},
		"another call":                         {talk, strings.Replace(talk, `_id":1`, `_id":2`, 1), false},
		"another record of the call":           {record, strings.Replace(record, "https://x/1", "https://x/2", 1), false},
		"no legs, the same moment":             {noLegs, noLegs, true},
		"no legs, another employee":            {noLegs, strings.Replace(noLegs, `"employee_id":7`, `"employee_id":8`, 1), false},
		"no legs, the same employee again":     {noLegs, strings.Replace(noLegs, "10:00:00", "10:00:20", 1), false},
		"a tag is set again later":             {tag, strings.Replace(tag, "10:00:00", "11:00:00", 1), false},
		"another tag at the same moment":       {tag, strings.Replace(tag, "[2]", "[3]", 1), false},
		"the final event with another wording": {`{"event":"call_finished","call_session_id":1}`, `{"event":"CALL_END","call_session_id":"1","is_lost":true}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := read(t, c.a).Key, read(t, c.b).Key
			if (a == b) != c.same {
				t.Errorf("keys %q and %q, want the same: %v", a, b, c.same)
			}
		})
	}
}

func TestTheCustomerIsTheOutsideNumberOrElseTheSession(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]integration.CustomerKey{
		`"79000000001"`:          "+79000000001",
		`79000000001`:            "+79000000001",
		`"89000000001"`:          "+79000000001",
		`"9000000001"`:           "+79000000001",
		`"+7 (900) 000-00-01"`:   "+79000000001",
		`"79000000001...123"`:    "+79000000001",
		`"tel:+79000000001"`:     "+79000000001",
		`"375290000001"`:         "+375290000001",
		`"anonymous"`:            "session:1",
		`"sip:ivan2000@example"`: "session:1",
		`"ivan_2000100"`:         "session:1",
		`"101"`:                  "session:1",
		`"12345"`:                "session:1",
		`"0001234"`:              "session:1",
		`"0001234567"`:           "session:1",
		`"74950000101"`:          "session:1", // our own virtual number
		`"1234567890123456"`:     "session:1",
		`""`:                     "session:1",
		`null`:                   "session:1",
		`"{{contact}}"`:          "session:1",
		`["79000000001"]`:        "+79000000001",
	} {
		got := read(t, `{"event":"call_incoming","call_session_id":1,"virtual_phone_number":"74950000101","contact_phone_number":`+number+`}`)
		if got.Customer != want {
			t.Errorf("number %s: customer %q, want %q", number, got.Customer, want)
		}
	}
}

func TestTimesAreOfTheAccountsZone(t *testing.T) {
	t.Parallel()
	ten := time.Date(2026, 5, 12, 7, 0, 0, 0, time.UTC) // 10:00 in Moscow
	for times, want := range map[string]time.Time{
		`"notification_time":"2026-05-12 10:00:00"`:                                       ten,
		`"notification_time":"2026-05-12 10:00:00.120"`:                                   ten.Add(120 * time.Millisecond),
		`"notification_time":"2026-05-12T10:00:00"`:                                       ten,
		`"notification_time":"2026-05-12T10:00:00+05:00"`:                                 ten.Add(-2 * time.Hour),
		`"notification_time":"2026-05-12T07:00:00Z"`:                                      ten,
		`"notification_timestamp":1778569200`:                                             ten,
		`"notification_timestamp":"1778569200"`:                                           ten,
		`"notification_time":1778569200`:                                                  ten,
		`"notification_time":1778569200123`:                                               ten.Add(123 * time.Millisecond),
		`"notification_time":"2026-05-12 10:00:00.5","notification_timestamp":1778569200`: ten.Add(500 * time.Millisecond),
		`"notification_time":"2026-05-12 12:00:00.5","notification_timestamp":1778569200`: ten, // the zone we know is wrong
		`"notification_time":"yesterday"`:                                                 received,
		`"notification_time":"9999-01-01 00:00:00"`:                                       received,
		`"notification_time":null`:                                                        received,
	} {
		got := read(t, `{"event":"call_incoming","call_session_id":1,`+times+`}`).At
		if !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s: at %v, want %v", times, got, want)
		}
	}
}

func TestScalarsAreReadHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	want := read(t, `{"event":"call_finished","call_session_id":910000001,"is_lost":false,"is_transfer":true,"employee_id":7001,
		"talk_time_duration":128,"wait_time_duration":12,"operator_rating":5,"leg_ids":[1,2],"tag_names":["А"]}`)
	for _, body := range []string{
		`{"event":"call_finished","call_session_id":"910000001","is_lost":"false","is_transfer":"true","employee_id":"7001",
			"talk_time_duration":"128","wait_time_duration":"12","operator_rating":"5","leg_ids":["1","2"],"tag_names":"[\"А\"]"}`,
		`{"event":"call_finished","call_session_id":910000001.0,"is_lost":0,"is_transfer":1,"employee_id":7001.0,
			"talk_time_duration":"00:02:08","wait_time_duration":12.0,"operator_rating":5,"leg_ids":[1,null,2],"tag_names":"А"}`,
	} {
		got := read(t, body)
		got.Report.Params, want.Report.Params = nil, nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", body, diff)
		}
	}
}

func TestIdsBeyondFloatsKeepTheirDigits(t *testing.T) {
	t.Parallel()
	e := read(t, `{"event":"call_incoming","call_session_id":9007199254740993,"visitor_id":9223372036854775807}`)
	if e.Session != "9007199254740993" || e.Report.Params["visitor_id"][0] != "9223372036854775807" {
		t.Errorf("got session %s, visitor %v", e.Session, e.Report.Params["visitor_id"])
	}
}

func TestTheQueryFillsInWhatTheBodyDoesNotSay(t *testing.T) {
	t.Parallel()
	n, err := Source{}.Read(webhooks.Request{
		Query: `event=call_lost&secret=s1&call_session_id=5`, Body: []byte(`{"call_session_id":6}`), Received: received,
	})
	if err != nil || n.Event.Session != "6" || n.Event.Kind != integration.CallLost || string(n.Secret) != "s1" {
		t.Errorf("got session %s kind %s secret %q, %v", n.Event.Session, n.Event.Kind, string(n.Secret), err)
	}
}

func TestAnUnreadableBodyStillShowsItsSecret(t *testing.T) {
	t.Parallel()
	n, err := Source{}.Read(webhooks.Request{Body: []byte(`{"event":"call_lost","secret":"s1","call_session_id":`)})
	if err == nil || string(n.Secret) != "s1" {
		t.Errorf("got secret %q, error %v", string(n.Secret), err)
	}
}

func TestABodyOfBracketsIsRefusedAndNotRecursedInto(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		strings.Repeat("[", 1<<20), strings.Repeat(`{"a":`, 1<<17), "x=" + strings.Repeat("[", 1<<20),
		strings.Repeat("campaign_id", 1<<16) + "=" + strings.Repeat("=utm", 1<<16),
	} {
		if n, err := (Source{}).Read(webhooks.Request{Body: []byte(body)}); err == nil {
			t.Errorf("got %v, want an error", n.Event)
		}
	}
}

func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/requests/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		raw := section(archive, "request")
		line, _, _ := strings.Cut(string(raw), "\n")
		_, query, _ := strings.Cut(strings.TrimSuffix(line, " HTTP/1.1"), "?")
		_, body, _ := bytes.Cut(raw, []byte("\n\n"))
		f.Add(query, body, "call_finished")
	}
	f.Fuzz(func(t *testing.T, query string, body []byte, hint string) {
		r := webhooks.Request{Event: hint, Query: query, Body: body, Received: received, Location: moscow}
		n, err := Source{}.Read(r)
		again, _ := Source{}.Read(r)
		if diff := cmp.Diff(n.Event, again.Event); diff != "" {
			t.Errorf("the same request reads differently:\n%s", diff)
		}
		if err != nil {
			return
		}
		e := n.Event
		if e.Key == "" || e.Kind == "" || e.Customer == "" || e.At.IsZero() || len(e.Key) > 300 {
			t.Errorf("incomplete event %+v", e)
		}
		if e.Session == "" && e.Kind != integration.SIPLost {
			t.Errorf("no session in %+v", e)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Errorf("the event cannot be written: %v", err)
		}
	})
}
