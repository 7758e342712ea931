package chats_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/webhooks"
	"omniconnector/webhooks/uis/chats"
)

var noon = time.Date(2026, 5, 12, 12, 0, 0, 0, time.UTC)

// where is what the webhooks of contract uis §7 begin with.
const where = `"context":{"app_id":5001,"chat_channel_id":74001},"account_id":286001,"channel_id":35801,`

// The samples 13 to 18 of contract uis §7.
const (
	account  = `{"id":286001,"name":"Shop chats","adapter_id":32,"client_id":1,"context":{"app_id":5001},"status":"active"}`
	channel  = `{"id":35801,"name":"WA магазин","type":"whatsapp","account_id":286001,"context":{"app_id":5001,"chat_channel_id":74001},"status":"active"}`
	opened   = `{` + where + `"chat_id":199000001,"visitor_id":9100000002,"visitor_phone":"79000000008","operator_id":null,"initiator":"visitor","created_at":"2026-05-12T09:00:00.100+00:00"}`
	card     = `{` + where + `"visitor_id":9100000002,"visitor_card":{"name":"Ирина","company":null,"comment":null,"phones":["79000000008"],"emails":[]}}`
	unknown  = `{"context":{"app_id":5001,"chat_channel_id":74002},"account_id":286001,"channel_id":35802,"chat_id":199000002,"visitor_id":9100000003,"visitor_phone":null,"operator_id":null,"initiator":"visitor","created_at":"2026-05-12T09:10:00.000+00:00"}`
	photo    = `{` + where + `"id":623000001,"chat_id":199000001,"source":"visitor","operator_id":null,"reply_to_id":null,"text":"Вот фото","created_at":"2026-05-12T09:00:05.000+00:00","status":"accepted","resource":{"id":4001,"token":"rtok1","type":"photo","name":"photo.jpg","size":120345},"system_message_mnemonic":null}`
	status   = `{` + where + `"chat_id":199000001,"message_id":623000002,"status":"delivered"}`
	typed    = `{` + where + `"id":623000003,"chat_id":199000001,"source":"operator","operator_id":7002,"reply_to_id":623000001,"text":"Пишу из РМО","created_at":"2026-05-12T12:02:00+03:00","status":"sent","resource":null,"system_message_mnemonic":null}`
	assigned = `{` + where + `"chat_id":199000001,"operator_id":7001}`
	closed   = `{` + where + `"chat_id":199000001,"operator_id":7001,"reason":"closed_by_operator"}`
	edited   = `{` + where + `"id":623000001,"chat_id":199000001,"text":"Вот другое фото","resource":{"id":4002,"token":"rtok2","type":"photo","name":"b.jpg","size":7}}`
)

func read(t *testing.T, method, path, body string) chats.Webhook {
	t.Helper()
	w, err := chats.Read(webhooks.Request{Method: method, Body: []byte(body), Received: noon}, path)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return w
}

// base is an event of the chat of the samples.
func base(k integration.EventKind, key string, at time.Time, told integration.ChatTold) integration.Event {
	told.ChannelID = 74001
	return integration.Event{
		Kind: k, Key: string(k) + "|199000001" + key, Session: "chat:199000001", Customer: "session:chat:199000001", At: at,
		Report: integration.Report{Chat: &told, Params: map[string][]string{"app_id": {"5001"}}},
	}
}

func with(e integration.Event, change func(*integration.Event)) integration.Event {
	change(&e)
	return e
}

func TestWebhooksOfBothVersionsBecomeEvents(t *testing.T) {
	t.Parallel()
	nine := noon.Add(-3 * time.Hour)
	file := &integration.File{Account: "286001", Channel: "35801", ID: "4001", Token: "rtok1", Type: "photo", Name: "photo.jpg", Size: 120345}
	taken := with(base(integration.ChatAssigned, "|7001", noon, integration.ChatTold{}), func(e *integration.Event) { e.Report.Employee.ID = 7001 })
	changed := base(integration.ChatEdited, "", noon, integration.ChatTold{Message: &integration.Message{
		ID: "623000001", Text: "Вот другое фото", Edited: true,
		File: &integration.File{Account: "286001", Channel: "35801", ID: "4002", Token: "rtok2", Type: "photo", Name: "b.jpg", Size: 7},
	}})
	changed.Key = read(t, "PATCH", "/message", edited).Event.Key // a digest: see TestWhatAMessageBecomes
	for name, c := range map[string]struct {
		method, path, body string
		want               integration.Event
	}{
		"14 a chat with a number": {"POST", "/chat", opened, with(base(integration.ChatOpened, "", nine.Add(100*time.Millisecond), integration.ChatTold{
			Initiator: "visitor", Visitor: integration.Visitor{ID: "9100000002", Phones: []string{"79000000008"}},
		}), func(e *integration.Event) { e.Customer = "+79000000008" })},
		"15 a chat without contacts": {"POST", "chat/", unknown, integration.Event{
			Kind: integration.ChatOpened, Key: "chat_opened|199000002", Session: "chat:199000002", Customer: "visitor:9100000003", At: nine.Add(10 * time.Minute),
			Report: integration.Report{
				Chat:   &integration.ChatTold{ChannelID: 74002, Initiator: "visitor", Visitor: integration.Visitor{ID: "9100000003"}},
				Params: map[string][]string{"app_id": {"5001"}},
			},
		}},
		"16 a message with a file": {"POST", "/message", photo, base(integration.ChatMessage, "|623000001", nine.Add(5*time.Second), integration.ChatTold{
			Message: &integration.Message{ID: "623000001", By: integration.ByVisitor, At: nine.Add(5 * time.Second), Text: "Вот фото", Status: "accepted", File: file},
		})},
		"17 an operator's message": {"POST", "/message", typed, with(base(integration.ChatMessage, "|623000003", nine.Add(2*time.Minute), integration.ChatTold{
			Message: &integration.Message{
				ID: "623000003", By: integration.ByOperator, Operator: integration.Employee{ID: 7002}, At: nine.Add(2 * time.Minute), Text: "Пишу из РМО",
				Status: "sent", ReplyTo: "623000001",
			},
		}), func(e *integration.Event) { e.Report.Employee.ID = 7002 })},
		"17 a status": {"POST", "/message/status", status, base(integration.ChatStatus, "|623000002|delivered", noon, integration.ChatTold{
			Message: &integration.Message{ID: "623000002", Status: "delivered"},
		})},
		"18 an operator, v2": {"PATCH", "/chat", assigned, taken},
		"18 an operator, v1": {"POST", "/chat/operator", assigned, taken},
		"18 the end": {"POST", "/chat/close", closed, with(base(integration.ChatClosed, "", noon, integration.ChatTold{Closed: true, Reason: "closed_by_operator"}),
			func(e *integration.Event) { e.Report.Employee.ID = 7001 })},
		"a change, as documented":  {"POST", "/message", edited, changed},
		"a change, as one expects": {"PATCH", "/message", edited, changed},
		"14 a card": {"POST", "/visitor/card", card, integration.Event{
			Kind: integration.VisitorCard, Key: read(t, "POST", "/visitor/card", card).Event.Key, Session: "visitor:9100000002", Customer: "+79000000008", At: noon,
			Report: integration.Report{Chat: &integration.ChatTold{Visitor: integration.Visitor{ID: "9100000002", Name: "Ирина", Phones: []string{"79000000008"}}}},
		}},
	} {
		w := read(t, c.method, c.path, c.body)
		if diff := cmp.Diff(c.want, w.Event); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", name, diff)
		}
		if w.AppID != 5001 || w.AccountID != 286001 || w.ChannelID == 0 || w.Account != nil || w.Channel != nil {
			t.Errorf("%s: of app %d, account %d, channel %d", name, w.AppID, w.AccountID, w.ChannelID)
		}
	}
}

func TestTheDirectoryLearnsOfAccountsAndChannels(t *testing.T) {
	t.Parallel()
	a := &chats.Account{ID: 286001, AppID: 5001, AdapterID: 32, Name: "Shop chats", Status: "active"}
	c := &chats.Channel{ID: 35801, AccountID: 286001, ChatChannelID: 74001, Type: "whatsapp", Name: "WA магазин", Status: "active"}
	for _, one := range []struct {
		method, path, body string
		want               chats.Webhook
	}{
		{"POST", "/account", account, chats.Webhook{AppID: 5001, AccountID: 286001, Account: a}},
		{"PATCH", "/account/286001", account, chats.Webhook{AppID: 5001, AccountID: 286001, Account: a}},
		{"DELETE", "/account/286001", account, chats.Webhook{AppID: 5001, AccountID: 286001, Account: a, Gone: true}},
		{"DELETE", "/account/286001/", "", chats.Webhook{AccountID: 286001, Account: &chats.Account{ID: 286001}, Gone: true}},
		{"POST", "/channel", channel, chats.Webhook{AppID: 5001, AccountID: 286001, ChannelID: 35801, ChatChannelID: 74001, Channel: c}},
		{"PATCH", "/channel/35801", channel, chats.Webhook{AppID: 5001, AccountID: 286001, ChannelID: 35801, ChatChannelID: 74001, Channel: c}},
		{"DELETE", "/channel/35801", channel, chats.Webhook{AppID: 5001, AccountID: 286001, ChannelID: 35801, ChatChannelID: 74001, Channel: c, Gone: true}},
		{"DELETE", "/channel/35801", "", chats.Webhook{ChannelID: 35801, Channel: &chats.Channel{ID: 35801}, Gone: true}},
	} {
		if diff := cmp.Diff(one.want, read(t, one.method, one.path, one.body), cmp.AllowUnexported(chats.Webhook{})); diff != "" {
			t.Errorf("%s %s: want -, got +:\n%s", one.method, one.path, diff)
		}
	}
}

func TestAChannelCompletesAnEvent(t *testing.T) {
	t.Parallel()
	private := strings.Replace(opened, `"visitor_phone":"79000000008"`, `"visitor_phone":null,"visitor_username":"@irina"`, 1)
	for name, c := range map[string]struct {
		body     string
		channel  chats.Channel
		customer integration.CustomerKey
		reached  []crm.Messenger
	}{
		"a number is stronger":           {opened, chats.Channel{Type: "whatsapp", Name: "WA магазин"}, "+79000000008", nil},
		"a name in Telegram":             {private, chats.Channel{Type: "telegram_private", Name: "TG"}, "im:telegram:@irina", []crm.Messenger{{Network: "telegram", Value: "@irina"}}},
		"a name, and no channel":         {private, chats.Channel{}, "im:telegram:@irina", []crm.Messenger{{Network: "telegram", Value: "@irina"}}},
		"a name in another network":      {private, chats.Channel{Type: "avito"}, "im:avito:@irina", []crm.Messenger{{Network: "avito", Value: "@irina"}}},
		"a name where numbers are names": {private, chats.Channel{Type: "waba"}, "visitor:9100000002", nil},
	} {
		w := read(t, "POST", "/chat", c.body)
		w.On(c.channel)
		told := w.Event.Report.Chat
		if w.Event.Customer != c.customer || !cmp.Equal(told.Visitor.Messengers, c.reached) || told.Channel != c.channel.Type || told.ChannelName != c.channel.Name {
			t.Errorf("%s: %s, %+v", name, w.Event.Customer, told)
		}
	}
	w := read(t, "POST", "/visitor/card", card)
	if w.On(chats.Channel{Type: "whatsapp"}); w.Event.Report.Chat.Channel != "" {
		t.Error("a card got a channel: it is of all chats of the visitor")
	}
}

func TestWhoeverWritesIsTold(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]integration.Speaker{
		"visitor": integration.ByVisitor, "operator": integration.ByOperator, "system": integration.BySystem, "chat_channel": integration.BySystem,
		"chatbot": integration.ByRobot, "autoinvite": integration.ByRobot, "retention": integration.ByRobot, "form_text": integration.ByRobot, "new": integration.ByRobot,
	} {
		if got := read(t, "POST", "/message", strings.Replace(photo, `"visitor"`, `"`+source+`"`, 1)).Event.Report.Chat.Message.By; got != want {
			t.Errorf("%s: %s", source, got)
		}
	}
}

func TestWordsAreKeptAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"null", "{{name}}", " с отступом\n", "[B]жирно[/B] <b>x</b>", "\u202eRTL", "👍🏽", `"кавычки"\`, strings.Repeat("я", 100_000)} {
		quoted, _ := json.Marshal(text)
		m := read(t, "POST", "/message", strings.Replace(photo, `"Вот фото"`, string(quoted), 1)).Event.Report.Chat.Message
		if m.Text != text {
			t.Errorf("%.40q became %.40q", text, m.Text)
		}
	}
}

func TestWhatAMessageBecomes(t *testing.T) {
	t.Parallel()
	change := func(rest string) string { return `{` + where + `"id":5,"chat_id":7` + rest + `}` }
	for name, c := range map[string]struct {
		method, body string
		kind         integration.EventKind
		want         integration.Message
	}{
		"other words":          {"PATCH", change(`,"text":"b","resource":null`), integration.ChatEdited, integration.Message{ID: "5", Text: "b", Edited: true}},
		"with a source":        {"PATCH", change(`,"text":"b","source":"visitor"`), integration.ChatEdited, integration.Message{ID: "5", Text: "b", Edited: true}},
		"taken back":           {"POST", change(`,"text":null,"resource":null`), integration.ChatEdited, integration.Message{ID: "5", Edited: true, Deleted: true}},
		"deleted":              {"DELETE", change(``), integration.ChatEdited, integration.Message{ID: "5", Edited: true, Deleted: true}},
		"nothing of the words": {"PATCH", change(`,"status":"read"`), integration.ChatStatus, integration.Message{ID: "5", Status: "read"}},
	} {
		e := read(t, c.method, "/message", c.body).Event
		if diff := cmp.Diff(&c.want, e.Report.Chat.Message); diff != "" || e.Kind != c.kind || !strings.HasPrefix(e.Key, string(c.kind)+"|7|5|") {
			t.Errorf("%s: %s %s\n%s", name, e.Kind, e.Key, diff)
		}
	}
	once, again := read(t, "PATCH", "/message", change(`,"text":"b"`)).Event.Key, read(t, "PATCH", "/message", change(`,"text":"c"`)).Event.Key
	if once == again {
		t.Error("two changes have one key")
	}
}

func TestScalarsMayBeWrittenEitherWay(t *testing.T) {
	t.Parallel()
	odd := strings.NewReplacer(`199000001`, `"199000001"`, `5001`, `"5001"`, `"79000000008"`, `79000000008`, `+00:00`, `Z`, `"initiator"`, `"more":{"x":[1]},"initiator"`).Replace(opened)
	if diff := cmp.Diff(read(t, "POST", "/chat", opened).Event, read(t, "POST", "/chat", odd).Event); diff != "" {
		t.Errorf("plain -, odd +:\n%s", diff)
	}
	timeless := read(t, "POST", "/chat", strings.Replace(opened, `"created_at"`, `"x"`, 1)).Event
	if !timeless.At.Equal(noon) {
		t.Errorf("without a time it happened at %s", timeless.At)
	}
	if e := read(t, "POST", "/chat", "\xef\xbb\xbf "+opened).Event; e.Session != "chat:199000001" {
		t.Errorf("after a byte order mark: %+v", e)
	}
}

func TestWhatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, body, want string }{
		"no JSON":           {"/chat", "a=b", "not JSON"},
		"a list":            {"/chat", "[" + opened + "]", "not a JSON object"},
		"nothing":           {"/chat", "", "not JSON"},
		"deep":              {"/chat", strings.Repeat("[", 1<<20), "not JSON"},
		"an unknown path":   {"/chat/transfer", opened, "unknown chat event /chat/transfer"},
		"no chat":           {"/chat/close", `{"chat_id":null}`, "no chat_id"},
		"no message":        {"/message", `{"chat_id":1,"source":"visitor"}`, "the message has no id"},
		"no message status": {"/message/status", `{"chat_id":1}`, "no message_id"},
		"no visitor":        {"/visitor/card", `{"visitor_id":-1}`, "no visitor_id"},
		"no account":        {"/account", `{}`, "the account has no id"},
		"no channel":        {"/channel", `{}`, "the channel has no id"},
		"nobody's channel":  {"/channel", `{"id":1}`, "the channel has no account_id"},
	} {
		_, err := chats.Read(webhooks.Request{Method: http.MethodPost, Body: []byte(c.body), Received: noon}, c.path)
		said, ok := errors.AsType[*webhooks.ReadingError](err)
		if !ok || !strings.Contains(said.EN, c.want) || said.RU == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for path, body := range map[string]string{"/account/1": account, "/channel": channel, "/chat": opened, "/visitor/card": card, "/message": photo, "/message/status": status, "/chat/close": closed} {
		f.Add(path, "POST", []byte(body))
		f.Add(path, "PATCH", []byte(body))
		f.Add(path, "DELETE", []byte(body))
	}
	f.Add("/message", "POST", []byte(edited))
	f.Fuzz(func(t *testing.T, path, method string, body []byte) {
		r := webhooks.Request{Method: method, Body: body, Received: noon}
		w, err := chats.Read(r, path)
		if err != nil {
			if w.Event.Kind != "" {
				t.Error("an event of what cannot be read")
			}
			return
		}
		w.On(chats.Channel{Type: "telegram"})
		e := w.Event
		switch {
		case e.Kind == "":
			if w.Account == nil && w.Channel == nil {
				t.Error("it says nothing")
			}
			return
		case e.Key == "" || e.Session == "" || e.Customer == "" || e.At.IsZero() || e.At.Location() != time.UTC:
			t.Errorf("incomplete %+v", e)
		}
		text, err := json.Marshal(e)
		if err != nil || strings.Contains(string(text), `\u0000`) {
			t.Errorf("%v: %s", err, text)
		}
		if again, _ := chats.Read(r, path); again.Event.Key != e.Key {
			t.Error("a repetition has another key")
		}
	})
}
