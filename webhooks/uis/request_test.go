package uis

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

// told reads a notification of an offline request.
func told(path, query, body string) (integration.Event, error) {
	n, err := Source{}.Read(webhooks.Request{Method: "POST", Event: path, Query: query, Body: []byte(body), Received: received, Location: moscow})
	return n.Event, err
}

func TestARequestIsTheSameByNotificationAsByReport(t *testing.T) {
	t.Parallel()
	want, err := OfflineRow(ReadRow(gjson.Parse(olegs)), moscow, received)
	if err != nil {
		t.Fatal(err)
	}
	form := `id=330000001&text=%22%D0%9F%D0%B5%D1%80%D0%B5%D0%B7%D0%B2%D0%BE%D0%BD%D0%B8%D1%82%D0%B5%22&date_time=%222026-05-12+12:20:00%22&visitor_phone_number=79000000009`
	for name, c := range map[string]struct{ path, query, body string }{
		"by its path":         {"offline_message", "", olegs},
		"by our own word":     {"offline_request", "", olegs},
		"by the template":     {"", "", strings.Replace(olegs, `{"id"`, `{"event":"offline_message","id"`, 1)},
		"by the cabinet":      {"Офлайн-заявка", "", olegs},
		"by an id of another": {"offline_message", "", strings.Replace(olegs, `"id":330000001,`, `"id":{{id}},`, 1)},
		"as a form":           {"offline_message", "", form},
		"as a query":          {"offline_message", form, ""},
	} {
		got, err := told(c.path, c.query, c.body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.HasPrefix(name, "as") {
			if got.Key != want.Key || !got.At.Equal(want.At) || got.Customer != want.Customer || !cmp.Equal(got.Report.Chat.Message, want.Report.Chat.Message) {
				t.Errorf("%s: %+v", name, got)
			}
			continue
		}
		got.Received, got.Source = want.Received, want.Source // the receiver's business
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: report -, notification +:\n%s", name, diff)
		}
	}
}

func TestARequestWithoutATimeIsOfItsNotification(t *testing.T) {
	t.Parallel()
	e, err := told("offline_message", "", `{"communication_id":5,"text":"?","date_time":{{date_time}},"notification_time":"2026-05-12 12:30:00"}`)
	if at := time.Date(2026, 5, 12, 9, 30, 0, 0, time.UTC); err != nil || !e.At.Equal(at) || e.Session != "offline_message:5" {
		t.Errorf("%+v, %v", e, err)
	}
}

// A request has one event: one that only names it would keep its words out (offline_request|<id> is taken once).
func TestANotificationThatOnlyNamesARequestIsLeftToTheSweep(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"id":5,"text":{{text}},"visitor_phone_number":null}`, `{"id":5,"visitor_name":"Олег"}`, `{"text":"?"}`} {
		if e, err := told("offline_message", "", body); err == nil {
			t.Errorf("%s: %+v", body, e)
		}
	}
}

func TestShortKeysOfRequestsDoNotCutCallsApart(t *testing.T) {
	t.Parallel()
	e, err := told("call_incoming", "call_session_id=1&contact_phone_number=79000000001&entrance_page=%22/x%22&search_query=paid=1 text=2", "")
	if err != nil || e.Report.Params["search_query"][0] != "paid=1 text=2" {
		t.Errorf("%+v, %v", e.Report.Params, err)
	}
}
