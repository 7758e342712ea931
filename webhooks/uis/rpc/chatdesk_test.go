package rpc

import (
	"slices"
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/webhooks/emulator"
	platform "omniconnector/webhooks/emulator/rpc"
)

func (d *desk) chats(q centre.Query) []integration.Event {
	d.t.Helper()
	events, _, e := d.Chats(d.t.Context(), q)
	fine(d.t, e)
	return events
}

func TestAChatIsReadFromItsOpeningToItsEnd(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	anna, petr := d.shop.Employees[0], d.shop.Employees[1]
	chat := d.shop.Chat(199000002, eight, d.shop.Channel(emulator.WebChat), emulator.Visitor{ID: 9100000003})
	chat.Says("Здравствуйте").Sends(emulator.Photo("photo.png")).Assigned(anna).Answers(anna, "Смотрим").Assigned(petr).Answers(petr, "Готово").Tagged(d.shop.Tags[0])
	first, rest := chat.Closed("closed_by_operator").Cut(2)
	d.play(first)
	q := day()
	q.Sessions = []string{"199000002"}
	opened := d.chats(q)
	if len(opened) != 1 {
		t.Fatalf("%d chats", len(opened))
	}
	if e := opened[0]; e.Report.Chat.Closed || !e.At.Equal(eight) || e.Customer != "visitor:9100000003" || !e.Report.Employee.IsZero() {
		t.Errorf("opened %+v", e)
	}
	for name, want := range map[string]string{
		"site_domain_name": "shop.example", "campaign_name": "Поиск", "visitor_first_campaign_name": "Баннеры", "utm_source": "yandex", "utm_campaign": "may",
		"communication_type": "chat", "communication_number": "1", "chat_status": "new",
	} {
		if got := opened[0].Report.Params[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	d.play(rest)
	d.later(time.Hour)
	ended := d.chats(q)[0]
	if told := ended.Report.Chat; !told.Closed || told.Reason != "closed_by_operator" || !ended.At.After(eight) || ended.Key == opened[0].Key ||
		!ended.Report.Transfer || ended.Report.Employee.ID != 7002 || !slices.Equal(ended.Report.Tags, []string{d.shop.Tags[0].Name}) {
		t.Errorf("ended %+v", ended)
	}
	said, e := d.ChatMessages(t.Context(), []string{"199000002", "7"})
	fine(t, e)
	messages := said["199000002"]
	if len(said) != 1 || len(messages) != 4 || messages[0].By != integration.ByVisitor || messages[2].Operator.ID != 7001 || messages[3].Text != "Готово" {
		t.Fatalf("said %+v", said)
	}
	if f := messages[1].File; f == nil || f.Name != "photo.png" || f.Type != "photo" || f.Size == 0 || !strings.HasPrefix(f.URL, d.web.URL) {
		t.Errorf("file %+v", f)
	}
	if n := d.asked(); n != 1+2+1 {
		t.Errorf("%d points, want one for the zone and one for each request", n)
	}
}

func TestChatsOfADayAreReadInPages(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for i := range 7 {
		at := eight.Add(time.Duration(i) * time.Minute)
		d.play(d.shop.Chat(int64(i+1), at, d.shop.Channel(emulator.WhatsApp), emulator.Visitor{Phone: "79000000008", User: "79000000008"}).Says("?").Script())
	}
	d.later(time.Hour)
	q := day()
	q.Limit = 3
	var got []integration.SessionID
	for ; ; q.Offset += q.Limit {
		page := d.chats(q)
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			got = append(got, e.Session)
			if e.Customer != "+79000000008" || len(e.Report.Chat.Visitor.Messengers) != 0 {
				t.Errorf("visitor %+v", e.Report.Chat.Visitor)
			}
		}
	}
	if len(got) != 7 || got[0] != "chat:1" || got[6] != "chat:7" {
		t.Errorf("got %v", got)
	}
}

func TestARequestIsReadAsItWasLeft(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	r := d.shop.Request(330000001, eight, "Олег", "79000000009", "oleg@example.test", "Перезвоните")
	r.FormName = "Обратный звонок"
	d.play(r.Left().Swallowed())
	d.later(time.Hour)
	got, total, e := d.Requests(t.Context(), day())
	fine(t, e)
	if len(got) != 1 || total != 1 {
		t.Fatalf("%d requests", len(got))
	}
	told := got[0].Report.Chat
	if got[0].Key != "offline_request|330000001" || got[0].Session != "offline_message:330000001" || got[0].Customer != "+79000000009" || !got[0].At.Equal(eight) ||
		told.Message == nil || told.Message.Text != "Перезвоните" || told.Visitor.Name != "Олег" || !slices.Equal(told.Visitor.Emails, []string{"oleg@example.test"}) {
		t.Errorf("got %+v, %+v", got[0], told)
	}
	if form := got[0].Report.Params["form_name"]; !slices.Equal(form, []string{"Обратный звонок"}) || got[0].Report.Params["site_id"] == nil {
		t.Errorf("params %v", got[0].Report.Params)
	}
}

func TestChatsThatAreNotBoughtSaySoAndTheDirectoryStays(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	whole, e := d.Directory(t.Context())
	fine(t, e)
	web := d.shop.Channel(emulator.WebChat)
	if i := slices.IndexFunc(whole.Channels, func(c centre.Channel) bool { return c.ID == web.ID }); i < 0 || whole.Channels[i].Type != "comagic" || !whole.Channels[i].Active {
		t.Errorf("channels %+v", whole.Channels)
	}
	d.access().Disable("get.chats_report", "get.chat_messages_report", "get.offline_messages_report")
	for _, mnemonic := range []string{"method_component_disabled", "method_not_found"} {
		d.fail(platform.Fault{Method: "get.chat_channels", Mnemonic: mnemonic})
		directory, e := d.Directory(t.Context())
		fine(t, e)
		if len(directory.Channels) != 0 || len(directory.Employees) != len(whole.Employees) {
			t.Errorf("%s: channels %+v", mnemonic, directory.Channels)
		}
	}
	_, _, chats := d.Chats(t.Context(), day())
	_, messages := d.ChatMessages(t.Context(), []string{"1"})
	_, _, requests := d.Requests(t.Context(), day())
	for _, e := range []*crm.Error{chats, messages, requests} {
		if kind(e) != crm.Denied || !notBought(e) {
			t.Errorf("got %v", e)
		}
	}
}

func TestAFailedPageFailsTheChats(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.play(d.shop.Conversation(1, eight, d.shop.Channel(emulator.WhatsApp), emulator.Visitor{Phone: "79000000008"}, 3))
	d.play(d.shop.Request(2, eight, "Олег", "79000000009", "", "?").Left())
	d.later(time.Hour)
	for _, method := range []string{"get.chats_report", "get.chat_messages_report", "get.offline_messages_report"} {
		d.fail(platform.Fault{Method: method, Way: platform.Cut, Executed: true})
	}
	if events, _, e := d.Chats(t.Context(), day()); kind(e) != crm.Unavailable || events != nil {
		t.Errorf("chats: %v, %v", events, e)
	}
	if said, e := d.ChatMessages(t.Context(), []string{"1"}); kind(e) != crm.Unavailable || said != nil {
		t.Errorf("messages: %v, %v", said, e)
	}
	if events, _, e := d.Requests(t.Context(), day()); kind(e) != crm.Unavailable || events != nil {
		t.Errorf("requests: %v, %v", events, e)
	}
}
