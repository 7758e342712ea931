package rpc

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/webhooks/uis"
)

// irinas is a chat on the site (contract uis §7.19), and olgas one in a messenger that is over.
const (
	irinas = `{"id":199000002,"status":"new","initiator":"visitor","date_time":"2026-05-12 12:10:00","communication_id":199000002,
		"communication_number":1,"chat_channel_id":74002,"chat_channel_type":"comagic","chat_channel_name":"Чат на сайте","employee_id":null,
		"visitor_phone_number":null,"visitor_id":9100000003,"site_id":41,"site_domain_name":"shop.example","campaign_id":77,
		"campaign_name":"Поиск","source_name":"Яндекс.Директ","utm_source":"yandex","utm_medium":"cpc","utm_campaign":"may",
		"release_cause":null,"tags":[]}`
	olgas = `{"id":"199000001","status":"succeed","initiator":"visitor","date_time":"2026-05-12 12:00:00.100","duration":"600","answer_time":12,
		"chat_channel_id":74001,"chat_channel_type":"telegram","chat_channel_name":"Бот","chat_user_id":5001,"chat_username":"@olga",
		"employee_id":7001,"employee_full_name":"Тестова Анна","employee_raiting":5,"visitor_phone_number":79000000008,"visitor_id":"9100000002",
		"is_transfer":true,"is_group_chat":false,"messages_count":4,"release_cause":"closed_by_operator","quite_new":{"a":[1]},
		"tags":[{"tag_id":61,"tag_name":"Целевой"}],"segments":[{"segment_id":1,"segment_name":"Постоянный"}],
		"visitor_custom_properties":[{"property_name":"Размер","property_value":"L"}]}`
)

// desks is a platform that answers methods with rows, a page at a time, and remembers what it was asked.
type desks struct {
	rows  map[string][]string
	fails map[string]string
	asked *[]gjson.Result
}

func (d desks) RoundTrip(r *http.Request) (*http.Response, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	q := gjson.ParseBytes(text)
	*d.asked = append(*d.asked, q)
	method := q.Get("method").Str
	switch {
	case d.fails[method] != "":
		return answers{200, nil, d.fails[method]}.RoundTrip(r)
	case method == methodAccount:
		return answers{200, nil, `{"result":{"data":[{"timezone":"Europe/Moscow"}]}}`}.RoundTrip(r)
	}
	all := d.rows[method]
	from := min(int(q.Get("params.offset").Int()), len(all))
	page := all[from:min(from+int(q.Get("params.limit").Int()), len(all))]
	total, _ := json.Marshal(len(all))
	return answers{200, nil, `{"result":{"data":[` + strings.Join(page, ",") + `],"metadata":{"total_items":` + string(total) + `}}}`}.RoundTrip(r)
}

func (d desks) only(t *testing.T, method string) gjson.Result {
	t.Helper()
	var found []gjson.Result
	for _, q := range *d.asked {
		if q.Get("method").Str == method {
			found = append(found, q.Get("params"))
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d requests of %s", len(found), method)
	}
	return found[0]
}

func answering(method string, rows ...string) desks {
	return desks{rows: map[string][]string{method: rows}, fails: map[string]string{}, asked: &[]gjson.Result{}}
}

func TestAChatIsReportedWithItsAttributes(t *testing.T) {
	t.Parallel()
	d := answering(chatReport.method, olgas, irinas)
	c := stub(t, d)
	got, total, e := c.Chats(t.Context(), day())
	fine(t, e)
	if total != 2 || len(got) != 2 {
		t.Fatalf("%d of %d", len(got), total)
	}
	began, took, zero := time.Date(2026, 5, 12, 9, 0, 0, 100e6, time.UTC), 10*time.Minute, time.Date(2026, 5, 12, 9, 10, 0, 0, time.UTC)
	want := []integration.Event{{
		Source: "uis", Kind: integration.ChatReport, Session: "chat:199000001", Customer: "+79000000008", At: began.Add(took), Received: eight,
		Report: integration.Report{
			StartedAt: began, EndedAt: began.Add(took), Total: &took, Status: "succeed", Transfer: true, Rating: 5, Tags: []string{"Целевой"},
			Employee: integration.Employee{ID: 7001, Name: "Тестова Анна"},
			Chat: &integration.ChatTold{
				Channel: "telegram", ChannelID: 74001, ChannelName: "Бот", Initiator: "visitor", Closed: true, Reason: "closed_by_operator",
				Visitor: integration.Visitor{
					ID: "9100000002", Phones: []string{"79000000008"}, Messengers: []crm.Messenger{{Network: "telegram", Value: "@olga"}},
				},
			},
			Params: map[string][]string{
				"answer_time": {"12"}, "messages_count": {"4"}, "is_group_chat": {"false"}, "is_transfer": {"true"}, "release_cause": {"closed_by_operator"},
				"chat_status": {"succeed"}, "operator_rating": {"5"}, "tag_ids": {"61"}, "tag_names": {"Целевой"}, "segments": {"Постоянный"},
				"visitor_custom_properties": {"Размер: L"}, "visitor_id": {"9100000002"},
			},
		},
	}, {
		Source: "uis", Kind: integration.ChatReport, Session: "chat:199000002", Customer: "visitor:9100000003", At: zero, Received: eight,
		Report: integration.Report{
			StartedAt: zero, Status: "new",
			Chat: &integration.ChatTold{
				Channel: "comagic", ChannelID: 74002, ChannelName: "Чат на сайте", Initiator: "visitor", Visitor: integration.Visitor{ID: "9100000003"},
			},
			Params: map[string][]string{
				"communication_id": {"199000002"}, "communication_number": {"1"}, "site_id": {"41"}, "site_domain_name": {"shop.example"},
				"campaign_id": {"77"}, "campaign_name": {"Поиск"}, "source_name": {"Яндекс.Директ"}, "utm_source": {"yandex"}, "utm_medium": {"cpc"},
				"utm_campaign": {"may"}, "chat_status": {"new"}, "visitor_id": {"9100000003"},
			},
		},
	}}
	for i := range want {
		want[i].Key = "chat_report|" + strings.TrimPrefix(string(want[i].Session), "chat:") + "|" + content(&want[i].Report)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	p := d.only(t, chatReport.method)
	if p.Get("date_from").Str != "2026-05-12 07:00:00" || p.Get("sort.0.field").Str != "date_time" || p.Get("filter").Exists() {
		t.Errorf("asked %s", p)
	}
}

func TestAChatThatGoesOnFoldsOpenAndOneThatIsOverFoldsClosed(t *testing.T) {
	t.Parallel()
	c := stub(t, answering(chatReport.method, olgas, irinas))
	got, _, e := c.Chats(t.Context(), day())
	fine(t, e)
	over, open := integration.FoldChat(got[0].Session, got[:1]), integration.FoldChat(got[1].Session, got[1:])
	if !over.Closed || over.Reason != "closed_by_operator" || !over.ClosedAt.Equal(got[0].At) || !over.Described || over.Operator().ID != 7001 {
		t.Errorf("over: %+v", over)
	}
	if open.Closed || !open.Described || !open.Operator().IsZero() || open.Params["utm_campaign"][0] != "may" {
		t.Errorf("open: %+v", open)
	}
}

func TestAChatIsOverByItsCauseOrStatus(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ row, want string }{
		{`"status":"new"`, ""},
		{`"status":"active","release_cause":null`, ""},
		{`"status":"quite new"`, ""},
		{`"status":"lost"`, "lost"},
		{`"status":"refused","release_cause":"closed_by_timeout"`, "closed_by_timeout"},
		{`"status":"active","release_cause":"visitor_banned"`, "visitor_banned"},
		{`"status":"succeed","employee_id":"x","answer_time":[1,2]`, "succeed"},
	} {
		row, want := one.row, one.want
		c := Client{now: func() time.Time { return eight }}
		e, ok := c.chat(uisRow(`{"id":1,`+row+`}`), time.UTC, eight)
		told := e.Report.Chat
		if !ok || told.Closed != (want != "") || told.Reason != want || e.At.Before(eight) || e.Report.EndedAt.IsZero() == told.Closed {
			t.Errorf("%s: %+v at %s", row, told, e.At)
		}
	}
}

func TestAChatEndsWhenItsDurationSays(t *testing.T) {
	t.Parallel()
	for duration, want := range map[string]time.Duration{
		`"600"`: 10 * time.Minute, `600.0`: 10 * time.Minute, `"00:10:00"`: 10 * time.Minute, `"1209600"`: 14 * 24 * time.Hour,
		`null`: 0, `"-5"`: 0, `1e300`: 0, `"long"`: 0,
	} {
		c := Client{now: func() time.Time { return eight }}
		e, ok := c.chat(uisRow(`{"id":1,"status":"succeed","duration":`+duration+`}`), time.UTC, eight)
		if !ok || !e.At.Equal(eight.Add(want)) || !e.Report.EndedAt.Equal(e.At) {
			t.Errorf("%s: ended at %s", duration, e.At)
		}
	}
}

func TestWhoWritesDependsOnTheChannel(t *testing.T) {
	t.Parallel()
	im := func(network, value string) []crm.Messenger { return []crm.Messenger{{Network: network, Value: value}} }
	for row, want := range map[string]integration.Visitor{
		`{"chat_channel_type":"telegram","chat_user_id":"5001","chat_username":"irina_p"}`:         {Messengers: im("telegram", "irina_p")},
		`{"chat_channel_type":"telegram","chat_user_id":5001,"chat_username":null}`:                {Messengers: im("telegram", "5001")},
		`{"chat_channel_type":"telegram_private","chat_user_id":5,"chat_username":"Ирина П"}`:      {Name: "Ирина П", Messengers: im("telegram", "5")},
		`{"chat_channel_type":"vkontakte_groups","chat_user_id":77,"chat_username":"irina"}`:       {Messengers: im("vkontakte_groups", "77")},
		`{"chat_channel_type":"avito","chat_username":"irina77"}`:                                  {Messengers: im("avito", "irina77")},
		`{"chat_channel_type":"avito","chat_username":"Ирина"}`:                                    {Name: "Ирина"},
		`{"chat_channel_type":"whatsapp","chat_user_id":"79000000008@c.us","chat_username":"I P"}`: {Name: "I P", Phones: []string{"79000000008"}},
		`{"chat_channel_type":"waba","chat_user_id":"79000000008","visitor_phone_number":7}`:       {Phones: []string{"7"}},
		`{"chat_channel_type":"sms","chat_user_id":"SHOP"}`:                                        {},
		`{"chat_channel_type":"email","chat_user_id":"Irina@Example.test"}`:                        {Emails: []string{"irina@example.test"}},
		`{"chat_channel_type":"comagic","chat_user_id":"1","chat_username":"x"}`:                   {},
		`{"chat_channel_type":"telegram","chat_user_id":-100,"is_group_chat":true}`:                {},
		`{"visitor_id":null,"visitor_ids":[9100000002]}`:                                           {ID: "9100000002"},
		`{"visitor_ids":[1,2]}`: {},
		`{}`:                    {},
	} {
		if diff := cmp.Diff(want, visitor(uisRow(row))); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", row, diff)
		}
	}
}

func TestChatsAreReadByTheirIdsADayWider(t *testing.T) {
	t.Parallel()
	d := answering(chatReport.method, olgas)
	c := stub(t, d)
	q := centre.Query{From: eight.AddDate(0, 0, -2), Till: eight, Sessions: []string{"199000001", "click:1", "7"}}
	got, _, e := c.Chats(t.Context(), q) // it began after the range
	fine(t, e)
	p := d.only(t, chatReport.method)
	if len(got) != 1 || p.Get("filter").Raw != `{"field":"id","operator":"in","value":[199000001,7]}` ||
		p.Get("date_from").Str != "2026-05-09 08:00:00" || p.Get("date_till").Str != "2026-05-13 08:00:00" {
		t.Errorf("%d chats, asked %s", len(got), p)
	}
	if got, _, e = c.Chats(t.Context(), centre.Query{From: q.From, Till: q.Till, Sessions: []string{"x"}}); e != nil || len(got) != 0 || len(*d.asked) != 2 {
		t.Errorf("no chat's id: %v, %v", got, e)
	}
}

func TestWhatTheAccountLacksIsLeftOutAndTheRestIsTold(t *testing.T) {
	t.Parallel()
	d := answering(chatReport.method, olgas)
	lacking := lacks{d, map[string]bool{"chat_channel_id": true, "chat_user_id": true, "visitor_ids": true}}
	c := stub(t, lacking)
	for range 2 {
		if got, _, e := c.Chats(t.Context(), day()); e != nil || len(got) != 1 {
			t.Fatalf("%v, %v", got, e)
		}
	}
	if n := len(*d.asked); n != 1+3+2 { // the zone, what is lacking, and twice the rest
		t.Errorf("%d requests", n)
	}
	d.fails[chatReport.method] = failure(-32008, "method_component_disabled", "")
	if _, _, e := c.Chats(t.Context(), day()); kind(e) != crm.Denied || e.Code != "method_component_disabled" {
		t.Errorf("not bought: %v", e)
	}
}

// lacks is a platform without some columns (contract uis §4.5, Novofon).
type lacks struct {
	desks

	columns map[string]bool
}

func (l lacks) RoundTrip(r *http.Request) (*http.Response, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	for _, f := range gjson.GetBytes(text, "params.fields").Array() {
		if l.columns[f.Str] {
			*l.asked = append(*l.asked, gjson.ParseBytes(text))
			return answers{200, nil, failure(-32602, "invalid_parameter_value", `,"field":"fields","value":"`+f.Str+`"`)}.RoundTrip(r)
		}
	}
	r.Body = io.NopCloser(strings.NewReader(string(text)))
	return l.desks.RoundTrip(r)
}

func TestMessagesAreReadOfAllChatsAtOnce(t *testing.T) {
	t.Parallel()
	d := answering(methodMessages,
		`{"id":3,"chat_id":199000001,"date_time":"2026-05-12 12:00:09","source":"operator","text":"Смотрим","employee_id":7001,"employee_full_name":"Тестова Анна"}`,
		`{"id":1,"chat_id":199000001,"date_time":"2026-05-12 12:00:00.100","source":"system","text":"Чат начат","employee_id":null}`,
		`{"id":"2","chat_id":"199000001","date_time":"2026-05-12 12:00:05","source":"visitor","text":null,"employee_id":7001,
			"resource":{"size":"120345","type":"photo","file_url":"https://files.example.test/1","file_name":"photo.jpg","mime_type":"image/jpeg"}}`,
		`{"id":4,"chat_id":199000002,"date_time":"2026-05-12 12:10:00","source":"autoinvite","text":"Чем помочь?","resource":null}`,
		`{"id":5,"chat_id":199000002,"date_time":"2026-05-12 12:10:01","source":"form_text","text":"Имя: Ирина","resource":[]}`,
		`{"id":6,"chat_id":199000002,"date_time":"2026-05-12 12:10:02","source":"visitor","text":"","resource":{"file_url":"javascript:1"}}`,
		`{"id":7,"chat_id":1,"date_time":"2026-05-12 12:10:02","source":"visitor","text":"не сюда"}`,
		`{"chat_id":199000002,"text":"без номера"}`)
	c := stub(t, d)
	got, e := c.ChatMessages(t.Context(), []string{"199000002", "199000001", "199000002", "x"})
	fine(t, e)
	at := func(second int) time.Time { return time.Date(2026, 5, 12, 9, 0, second, 0, time.UTC) }
	want := map[string][]integration.Message{
		"199000001": {
			{ID: "1", By: integration.BySystem, At: at(0).Add(100 * time.Millisecond), Text: "Чат начат"},
			{ID: "2", By: integration.ByVisitor, At: at(5), File: &integration.File{
				URL: "https://files.example.test/1", Type: "photo", Name: "photo.jpg", Size: 120345,
			}},
			{ID: "3", By: integration.ByOperator, At: at(9), Text: "Смотрим", Operator: integration.Employee{ID: 7001, Name: "Тестова Анна"}},
		},
		"199000002": {
			{ID: "4", By: integration.ByRobot, At: at(600), Text: "Чем помочь?"},
			{ID: "5", By: integration.ByRobot, At: at(601), Text: "Имя: Ирина"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if p := d.only(t, methodMessages); p.Get("chat_ids").Raw != `[199000001,199000002]` {
		t.Errorf("asked %s", p)
	}
	if none, e := c.ChatMessages(t.Context(), []string{"x"}); e != nil || len(none) != 0 {
		t.Errorf("no chat's id: %v, %v", none, e)
	}
}

func TestMessagesAreReadPageByPage(t *testing.T) {
	t.Parallel()
	row := `{"id":1,"chat_id":1,"date_time":"2026-05-12 12:10:00","source":"visitor","text":"да"}`
	d := answering(methodMessages, slices.Repeat([]string{row}, mostRows+5)...)
	c := stub(t, d)
	got, e := c.ChatMessages(t.Context(), []string{"1"})
	fine(t, e)
	if len(got["1"]) != mostRows+5 || len(*d.asked) != 3 {
		t.Errorf("%d messages after %d requests", len(got["1"]), len(*d.asked))
	}
	d.fails[methodMessages] = failure(-32029, "limit_exceeded", "")
	if _, e := c.ChatMessages(t.Context(), []string{"1"}); kind(e) != crm.Limited {
		t.Errorf("no points: %v", e)
	}
}

func TestRequestsAreTheEventsThatNotificationsMake(t *testing.T) {
	t.Parallel()
	const row = `{"id":330000001,"date_time":"2026-05-12 12:20:00","text":"Перезвоните","status":"not_processed","form_type":"Стандартная",
		"form_name":null,"communication_id":330000001,"visitor_name":"Олег","visitor_phone_number":79000000009,"visitor_email":"oleg@example.test",
		"visitor_id":9100000004,"group_id":12,"group_name":"Продажи","employee_id":7001,"employee_full_name":"Тестова Анна","utm_source":"yandex",
		"visitor_first_campaign_name":"Баннеры"}`
	d := answering(requestReport.method, row, `{"id":330000002,"date_time":null}`, `{"id":null,"date_time":"2026-05-12 12:20:00"}`)
	c := stub(t, d)
	got, total, e := c.Requests(t.Context(), day())
	fine(t, e)
	pushed, err := uis.OfflineRow(uisRow(row), moscow, eight)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]integration.Event{pushed}, got); diff != "" || total != 3 {
		t.Errorf("%d: pushed -, read +:\n%s", total, diff)
	}
	p := d.only(t, requestReport.method)
	for _, column := range []string{"id", "date_time", "text", "visitor_name", "form_name", "group_id", "utm_source", "tags"} {
		if !slices.ContainsFunc(p.Get("fields").Array(), func(f gjson.Result) bool { return f.Str == column }) {
			t.Errorf("%s is not asked for", column)
		}
	}
}

func FuzzChat(f *testing.F) {
	f.Add([]byte(irinas))
	f.Add([]byte(olgas))
	f.Add([]byte(`{"id":1,"chat_id":"2","date_time":{},"resource":[{"size":-1,"file_url":5}],"duration":"x","visitor_ids":{},"tags":"x","source":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) {
			return
		}
		row := uis.ReadRow(gjson.ParseBytes(body))
		if m, ok := readMessage(row, moscow); ok && (m.ID == "" || m.By == "" || m.Text == "" && m.File == nil || m.File != nil && m.File.Size < 0) {
			t.Errorf("incomplete %+v", m)
		}
		start, ok := began(row, "date_time", moscow, centre.Query{From: eight.AddDate(-50, 0, 0), Till: eight.AddDate(50, 0, 0)})
		if !ok {
			start = eight
		}
		c := Client{now: func() time.Time { return eight }}
		e, ok := c.chat(row, moscow, start)
		if !ok {
			return
		}
		if _, _, chat := e.Session.Communication(); !chat || e.Customer == "" || len(e.Key) > 100 || e.At.Before(start) || e.At.Location() != time.UTC {
			t.Errorf("incomplete %+v", e)
		}
		if again, _ := c.chat(row, moscow, start); again.Key != e.Key {
			t.Errorf("keys %s, %s", e.Key, again.Key)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Error(err)
		}
	})
}
