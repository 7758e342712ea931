package uis

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"omniconnector/integration"
)

// soon is when the request of the tests was received.
var soon = time.Date(2026, 5, 12, 9, 30, 0, 0, time.UTC)

// olegs is the request of contract uis §7.20.
const olegs = `{"id":330000001,"date_time":"2026-05-12 12:20:00","text":"Перезвоните","status":"not_processed","form_type":"Стандартная","form_name":null,
	"communication_id":330000001,"communication_type":"offline_message","communication_number":1,"visitor_name":"Олег",
	"visitor_phone_number":79000000009,"visitor_email":"oleg@example.test","visitor_id":9100000004,"group_id":12,"group_name":"Продажи",
	"employee_id":null,"site_id":41,"site_domain_name":"shop.example","campaign_id":77,"campaign_name":"Поиск","source_name":"Прямые заходы",
	"utm_source":null,"is_agree_to_process_personal_data":true}`

func TestAnOfflineRequestIsReadWhole(t *testing.T) {
	t.Parallel()
	got, err := OfflineRow(ReadRow(gjson.Parse(olegs)), moscow, soon)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 5, 12, 9, 20, 0, 0, time.UTC)
	want := integration.Event{
		Source: "uis", Kind: integration.OfflineRequest, Key: "offline_request|330000001", Session: "offline_message:330000001",
		Customer: "+79000000009", At: at, Received: soon,
		Report: integration.Report{
			StartedAt: at,
			Chat: &integration.ChatTold{
				Initiator: "visitor",
				Visitor:   integration.Visitor{ID: "9100000004", Name: "Олег", Phones: []string{"79000000009"}, Emails: []string{"oleg@example.test"}},
				Message:   &integration.Message{ID: "330000001", By: integration.ByVisitor, At: at, Text: "Перезвоните"},
			},
			Params: map[string][]string{
				"form_type": {"Стандартная"}, "group_id": {"12"}, "group_name": {"Продажи"}, "site_id": {"41"}, "site_domain_name": {"shop.example"},
				"campaign_id": {"77"}, "campaign_name": {"Поиск"}, "source_name": {"Прямые заходы"}, "communication_id": {"330000001"},
				"communication_type": {"offline_message"}, "communication_number": {"1"}, "visitor_id": {"9100000004"},
				"is_agree_to_process_personal_data": {"true"},
			},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestAnOfflineRequestIsTheSameHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	want, err := OfflineRow(ReadRow(gjson.Parse(olegs)), moscow, soon)
	if err != nil {
		t.Fatal(err)
	}
	odd := strings.NewReplacer(
		`"id":330000001,`, `"id":"330000001","event":"offline_message","secret":"s","user_fields":[{"name":"Цвет","value":"белый"}],`,
		`79000000009`, `"79000000009"`, `"campaign_id":77`, `"campaign_id":"77"`, `12:20:00`, `12:20:00.000`,
		`"not_processed"`, `"processed","employee_comment":"готово","process_time":"2026-05-12 12:40:00"`, `"employee_id":null`, `"employee_id":"{{employee_id}}"`,
	).Replace(olegs)
	got, err := OfflineRow(ReadRow(gjson.Parse(odd)), moscow, soon)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plain -, odd +:\n%s", diff)
	}
}

func TestWhoseAnOfflineRequestIs(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]integration.CustomerKey{
		`{"id":1,"visitor_phone_number":"8 (900) 000-00-09","visitor_email":"a@b.test"}`:        "+79000000009",
		`{"id":1,"visitor_phone_number":null,"visitor_email":" Oleg@Example.test "}`:            "mail:oleg@example.test",
		`{"id":1,"visitor_phone_number":0,"visitor_email":"no address","visitor_id":"9100000"}`: "visitor:9100000",
		`{"id":1,"text":"Кто я?"}`: "session:offline_message:1",
	} {
		e, err := OfflineRow(ReadRow(gjson.Parse(row)), moscow, soon)
		if err != nil || e.Customer != want {
			t.Errorf("%s: %s, %v, want %s", row, e.Customer, err, want)
		}
	}
	if e, err := OfflineRow(ReadRow(gjson.Parse(`{"text":"?"}`)), moscow, soon); err == nil {
		t.Errorf("without an id: %+v", e)
	}
}

func FuzzOfflineRow(f *testing.F) {
	f.Add([]byte(olegs))
	f.Add([]byte(`{"communication_id":"5","tags":{"tag_id":1,"tag_name":"x"},"visitor_custom_properties":[{"property_value":[1]}],"utm_source":[null,"a"]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) {
			return
		}
		row := ReadRow(gjson.ParseBytes(body))
		e, err := OfflineRow(row, moscow, soon)
		if err != nil {
			return
		}
		if _, id, ok := e.Session.Communication(); !ok || e.Key != "offline_request|"+id || e.Customer == "" || e.At.IsZero() || e.At.Location() != time.UTC {
			t.Errorf("incomplete %+v", e)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Error(err)
		}
		if again, _ := OfflineRow(row, moscow, soon); !cmp.Equal(again, e) {
			t.Errorf("not the same again: %s", cmp.Diff(e, again))
		}
	})
}

func TestTagsAreToldByReportsAndNotificationsAlike(t *testing.T) {
	t.Parallel()
	read := ReadRow(gjson.Parse(`{"tags":[{"tag_id":61,"tag_name":"Целевой"},{"tag_id":62,"tag_name":"VIP"}]}`)).Params(nil)
	told := ReadRow(gjson.Parse(`{"tag_ids":[61,62],"tag_names":["Целевой","VIP"]}`)).Params(nil)
	if diff := cmp.Diff(map[string][]string{"tag_ids": {"61", "62"}, "tag_names": {"Целевой", "VIP"}}, read); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if diff := cmp.Diff(read, told); diff != "" {
		t.Errorf("read -, told +:\n%s", diff)
	}
}
