package emulator

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// hook is a webhook as it arrived.
type hook struct {
	call, authorization string
	body                object
}

// hooked is a desk whose account is connected to an adapter.
type hooked struct {
	*desk
	adapter Adapter
	account int64

	lock   sync.Mutex
	hooks  []hook
	answer int
}

func connect(t *testing.T, a Adapter, kinds ...string) *hooked {
	t.Helper()
	h := &hooked{desk: open(t, nil), answer: http.StatusNoContent}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		one := hook{call: r.Method + " " + strings.TrimPrefix(r.URL.Path, "/hooks/uis/t.TOKEN/chats"), authorization: r.Header.Get("Authorization")}
		if err := json.Unmarshal(text, &one.body); err != nil {
			t.Errorf("%s: %v", one.call, err)
		}
		h.lock.Lock()
		defer h.lock.Unlock()
		h.hooks = append(h.hooks, one)
		w.WriteHeader(h.answer)
	}))
	t.Cleanup(server.Close)
	a.URL = server.URL + "/hooks/uis/t.TOKEN/chats"
	var channels []int64
	for _, kind := range kinds {
		channels = append(channels, h.shop.Channel(kind).ID)
	}
	made, c, err := h.ConnectChats(t.Context(), h.shop.AppID, a, channels...)
	if err != nil {
		t.Fatal(err)
	}
	h.adapter, h.account = made, c.ID
	return h
}

// told takes what has arrived.
func (h *hooked) told() []hook {
	h.lock.Lock()
	defer h.lock.Unlock()
	all := h.hooks
	h.hooks = nil
	return all
}

func callsOf(all []hook) (out []string) {
	for _, one := range all {
		out = append(out, one.call)
	}
	return out
}

func parsed(t *testing.T, text string) (out object) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWebhooksAreTheSamplesOfTheContract(t *testing.T) { // contract uis §7, 13–18
	t.Parallel()
	h := connect(t, Adapter{Auth: Auth{Type: "Bearer", Token: "let-me-in"}}, WhatsApp, WebChat)
	v := Visitor{ID: 9100000002, Phone: "79000000008"}
	at := time.Date(2026, 5, 12, 9, 0, 0, 100e6, time.UTC)
	anna := h.shop.Employees[0]
	c := h.shop.Chat(199000001, at, h.shop.Channel(WhatsApp), v)
	c.Pace = 0
	c.Card(Card{Name: "Ирина", Phones: []string{"79000000008"}}).Pause(4900*time.Millisecond).
		Sends(File{Type: "photo", Name: "photo.jpg", Size: 120345, Text: "Вот фото"}).Assigned(anna).
		Answers(anna, "Пишу из РМО").Delivered(0, "delivered").Edits(0, "Пишу из рабочего места").Deletes(0)
	h.play(c.Closed("closed_by_operator"))
	want := []hook{
		{call: "POST /account", body: parsed(t, `{"id":286001,"name":"Магазин","adapter_id":32,"client_id":1,"context":{"app_id":5001},"status":"active"}`)},
		{call: "POST /channel", body: parsed(t, `{"id":35801,"name":"WA магазин","type":"whatsapp","account_id":286001,"context":{"app_id":5001,"chat_channel_id":74001},"status":"active"}`)},
		{call: "POST /channel", body: parsed(t, `{"id":35802,"name":"Чат на сайте","type":"comagic","account_id":286001,"context":{"app_id":5001,"chat_channel_id":74002},"status":"active"}`)},
		{call: "POST /chat", body: parsed(t, `{"visitor_id":9100000002,"visitor_phone":"79000000008","operator_id":null,"initiator":"visitor","created_at":"2026-05-12T09:00:00.100+00:00"}`)},
		{call: "POST /visitor/card", body: parsed(t, `{"visitor_id":9100000002,"visitor_card":{"name":"Ирина","company":null,"comment":null,"phones":["79000000008"],"emails":[]}}`)},
		{call: "POST /message", body: parsed(t, `{"id":19900000100001,"source":"visitor","operator_id":null,"reply_to_id":null,"text":"Вот фото","created_at":"2026-05-12T09:00:05.000+00:00","status":"accepted","resource":{"id":19900000100001,"token":"*","type":"photo","name":"photo.jpg","size":120345},"system_message_mnemonic":null}`)},
		{call: "PATCH /chat", body: parsed(t, `{"operator_id":7001}`)},
		{call: "POST /message", body: parsed(t, `{"id":19900000100002,"source":"operator","operator_id":7001,"reply_to_id":null,"text":"Пишу из РМО","created_at":"2026-05-12T09:00:05.000+00:00","status":"sent","resource":null,"system_message_mnemonic":null}`)},
		{call: "POST /message/status", body: parsed(t, `{"message_id":19900000100002,"status":"delivered"}`)},
		{call: "POST /message", body: parsed(t, `{"id":19900000100002,"text":"Пишу из рабочего места","resource":null}`)},
		{call: "POST /message", body: parsed(t, `{"id":19900000100002,"text":null,"resource":null}`)},
		{call: "POST /chat/close", body: parsed(t, `{"operator_id":7001,"reason":"closed_by_operator"}`)},
	}
	for i := range want {
		want[i].authorization = "Bearer let-me-in"
		if i < 3 {
			continue
		}
		want[i].body["context"], want[i].body["account_id"], want[i].body["channel_id"] = object{"app_id": 5001.0, "chat_channel_id": 74001.0}, 286001.0, 35801.0
		if want[i].call != "POST /visitor/card" {
			want[i].body["chat_id"] = 199000001.0
		}
	}
	got := h.told()
	for _, one := range got {
		if r, ok := one.body["resource"].(object); ok {
			r["token"] = "*"
		}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(hook{})); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestWebhooksOfVersion1(t *testing.T) {
	t.Parallel()
	h := connect(t, Adapter{Version: "v1", Auth: Auth{Type: "Basic", Login: "us", Password: "them"}}, Avito)
	anna := h.shop.Employees[0]
	h.told()
	h.play(h.shop.Chat(199000004, eight, h.shop.Channel(Avito), Visitor{}).Says("Торг?").Assigned(anna).Edits(0, "Скидка?").Deletes(0).Closed("closed_by_timeout"))
	h.play(h.shop.Chat(199000005, eight, h.shop.Channel(SMS), Visitor{}).Says("не подключён").Script())
	got := h.told()
	if diff := cmp.Diff([]string{"POST /chat", "POST /message", "POST /chat/operator", "POST /chat/close"}, callsOf(got)); diff != "" {
		t.Error(diff)
	}
	if _, told := got[3].body["operator_id"]; told || got[0].authorization != "Basic dXM6dGhlbQ==" {
		t.Errorf("%+v", got)
	}
}

func TestDeliveriesOfChatsGoWrong(t *testing.T) {
	t.Parallel()
	h := connect(t, Adapter{}, WABA)
	h.told()
	script := h.shop.Conversation(199000006, eight, h.shop.Channel(WABA), Visitor{Phone: "79000000012"}, 5)
	h.play(script)
	straight := h.told()
	if frame := straight[1].body["context"].(object)["conversation_frame_ts"]; frame != float64(eight.Add(24*time.Hour).Unix()) {
		t.Errorf("frame %v", frame)
	}
	for name, c := range map[string]struct {
		script Script
		want   int
	}{
		"swallowed": {script.Swallowed(), 0}, "thrice": {script.Repeated(3), 3 * len(straight)}, "reversed": {script.Reversed(), len(straight)},
		"messages alone": {script.Only("chat_message"), 5}, "without the opening": {script.Without("chat_opened"), len(straight) - 1},
		"the opening late": {script.Delayed(time.Hour, "chat_opened"), len(straight)},
	} {
		h.play(c.script)
		got := h.told()
		if len(got) != c.want {
			t.Errorf("%s: %v", name, callsOf(got))
		}
		if (name == "reversed" || name == "the opening late") && got[len(got)-1].call != "POST /chat" {
			t.Errorf("%s: %v", name, callsOf(got))
		}
	}
	h.Trouble(h.shop.AppID, Trouble{Lose: 0.5, Duplicate: 0.5, Seed: 3})
	h.play(script)
	first := callsOf(h.told())
	h.play(script)
	if again := callsOf(h.told()); !slices.Equal(first, again) || slices.Equal(first, callsOf(straight)) {
		t.Errorf("trouble: %v, again %v", first, again)
	}
	h.Trouble(h.shop.AppID, Trouble{})
	h.lock.Lock()
	h.answer = http.StatusServiceUnavailable
	h.lock.Unlock()
	sum, err := h.Play(t.Context(), script.Only("chat_closed"), 0)
	if err != nil || sum.Failed != 1 || len(h.told()) != 4 {
		t.Errorf("retries: %+v %v", sum, err)
	}
}

func TestAnAccountIsNotConnectedToWhoDoesNotAgree(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	answering := func(status int) {
		d.to.mu.Lock()
		defer d.to.mu.Unlock()
		d.to.answer = always(status)
	}
	answering(http.StatusUnauthorized)
	if _, _, err := d.ConnectChats(t.Context(), d.shop.AppID, Adapter{URL: d.to.URL}); err == nil {
		t.Error("connected")
	}
	own := d.AddAdapter(Adapter{URL: d.to.URL, Type: "shared"})
	answering(http.StatusOK)
	c, err := d.Attach(t.Context(), d.shop.AppID, own.ID, "Общий")
	if err != nil || len(c.Lines) != len(d.shop.Channels) {
		t.Fatalf("%+v %v", c, err)
	}
	if !d.Detach(context.Background(), d.shop.AppID, c.ID) || d.Detach(t.Context(), d.shop.AppID, c.ID) {
		t.Error("detached twice, or not at all")
	}
	last := d.to.got()[len(d.to.got())-1]
	if !strings.Contains(last, "/account/286002") || !strings.Contains(last, `"status":"deleted"`) {
		t.Errorf("last %s", last)
	}
}
