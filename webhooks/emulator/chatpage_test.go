package emulator

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// page reads a page, or posts a form to it, as a browser of this machine.
func (d *desk) page(path string, form url.Values) (status int, text, at string) {
	d.t.Helper()
	var resp *http.Response
	var err error
	if form == nil {
		resp, err = d.web.Client().Get(d.web.URL + path)
	} else {
		resp, err = d.web.Client().PostForm(d.web.URL+path, form)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, html.UnescapeString(string(content)), resp.Request.URL.Path
}

func TestANewcomerConnectsChatsAndWritesByThePages(t *testing.T) {
	t.Parallel()
	h := connect(t, Adapter{}, Avito)
	url0 := h.adapter.URL
	h.told()
	fields := url.Values{
		"app": {"5001"}, "url": {url0 + "/"}, "version": {"v2"}, "auth": {"Basic"}, "login": {"us"}, "password": {"them"}, "adapter_login": {"omni"},
		"channel": {"74001", "74002"},
	}
	if status, text, _ := h.page("/cabinet/chats", fields); status != 200 || !strings.Contains(text, "omni") || !strings.Contains(text, "WA магазин (whatsapp, 35802)") ||
		!strings.Contains(text, h.web.URL+"/chatapi/v1/adapter") {
		t.Fatalf("connected: %d", status)
	}
	if diff := cmp.Diff([]string{"POST /account", "POST /channel", "POST /channel"}, callsOf(h.told())); diff != "" {
		t.Error(diff)
	}
	for name, wrong := range map[string]url.Values{
		"an address that is none":     {"app": {"5001"}, "url": {"ftp://x"}},
		"Bearer without a token":      {"app": {"5001"}, "url": {url0}, "auth": {"Bearer"}},
		"an account that there isn't": {"app": {"1"}, "url": {url0}},
		"nobody there":                {"app": {"5001"}, "url": {"http://127.0.0.1:1/x"}},
	} {
		if status, text, _ := h.page("/cabinet/chats", wrong); status < 400 || !strings.Contains(text, `role="alert"`) {
			t.Errorf("%s: %d", name, status)
		}
	}

	status, text, at := h.page("/chats", url.Values{"app": {"5001"}, "channel": {"74001"}, "contact": {"8 900 000-00-31"}, "name": {"Ирина <b>"}, "text": {"Есть диван?"}})
	if status != 200 || !regexp.MustCompile(`^/chats/5001/\d+$`).MatchString(at) || !strings.Contains(text, "Есть диван?") {
		t.Fatalf("started: %d %s", status, at)
	}
	h.page(at, url.Values{"do": {"operator"}, "employee": {"7001"}, "text": {"Есть"}})
	h.page(at, url.Values{"do": {"visitor"}, "photo": {"1"}, "text": {"Такой?"}})
	h.page(at, url.Values{"do": {"card"}, "name": {"Ирина"}, "email": {"i@example.test"}})
	status, text, _ = h.page(at, url.Values{"do": {"close"}})
	if status != 200 || !strings.Contains(text, "Чат закрыт") || !strings.Contains(text, "<img src=") {
		t.Errorf("closed: %d", status)
	}
	if status, _, _ := h.page(at, url.Values{"do": {"visitor"}, "text": {"Ещё?"}}); status != http.StatusConflict {
		t.Errorf("written into a closed chat: %d", status)
	}
	got := h.settle()
	want := []string{
		"POST /chat", "POST /message", "POST /visitor/card", "PATCH /chat", "POST /message", "POST /message", "POST /visitor/card", "POST /chat/close",
	}
	if diff := cmp.Diff(want, callsOf(got)); diff != "" {
		t.Fatal(diff)
	}
	if got[0].body["visitor_phone"] != "79000000031" || got[3].body["operator_id"] != 7001.0 || got[5].body["resource"] == nil || got[0].authorization != "Basic dXM6dGhlbQ==" {
		t.Errorf("%+v", got)
	}
	h.page("/chats/request", url.Values{"app": {"5001"}, "name": {"Олег"}, "phone": {"79000000034"}, "text": {"Перезвоните"}})
	if rows := h.dated("get.offline_messages_report", nil); len(rows) != 1 || rows[0]["visitor_name"] != "Олег" {
		t.Errorf("requests %v", rows)
	}
	if _, text, _ := h.page("/chats", nil); !strings.Contains(text, "Ирина") || !strings.Contains(text, "завершён") || !strings.Contains(text, "Перезвоните") {
		t.Error("the list does not show the chat")
	}
}

func TestSitesLeaveRequests(t *testing.T) { // contract uis §4.7
	t.Parallel()
	d := open(t, nil)
	status, text, _ := d.page("/api/add_offline_message/", url.Values{"site_key": {"site-42"}, "name": {"Олег"}, "phone": {"79000000034"}, "text": {"Перезвоните"}, "group_id": {"12"}})
	d.playing.Wait()
	rows := d.dated("get.offline_messages_report", nil)
	if status != 200 || strings.TrimSpace(text) != `{"success":true}` || len(rows) != 1 || rows[0]["site_domain_name"] != "landing.shop.example" || rows[0]["group_name"] != "Сервис" {
		t.Errorf("%d %s %v", status, text, rows)
	}
	if got := d.to.got(); len(got) != 1 || !strings.Contains(got[0], `"event":"offline_message"`) || !strings.Contains(got[0], `"visitor_phone_number":79000000034`) {
		t.Errorf("notified %q", got)
	}
	if _, text, _ := d.page("/api/add_offline_message/", url.Values{"site_key": {"x"}}); !strings.Contains(text, `"success":false`) {
		t.Error(text)
	}
}

func TestConversationsOfTheMorning(t *testing.T) {
	t.Parallel()
	h := connect(t, Adapter{})
	h.told()
	all := Conversations(h.shop, eight, 199100000)
	h.play(Merge("conversations", all...))
	first := h.told()
	opened, messages := 0, 0
	for _, one := range first {
		switch {
		case one.call == "POST /chat":
			opened++
		case one.call == "POST /message" && one.body["source"] != nil:
			messages++
		}
	}
	if len(all) != 6 || opened != 5 || messages != 24 {
		t.Errorf("%d conversations, %d chats, %d messages", len(all), opened, messages)
	}
	h.play(Merge("again", Conversations(h.shop, eight, 199100000)...))
	if diff := cmp.Diff(first, h.told(), cmp.AllowUnexported(hook{})); diff != "" {
		t.Errorf("another time they differ:\n%s", diff)
	}
	statuses := map[string]int{}
	for _, row := range h.dated("get.chats_report", nil) {
		statuses[row["status"].(string)]++
	}
	if statuses["succeed"] != 4 || statuses["lost"] != 1 || len(h.dated("get.offline_messages_report", nil)) != 1 || len(h.dated("get.calls_report", nil)) != 1 {
		t.Errorf("statuses %v", statuses)
	}
	h.AddScenes(h.shop)
	if names := h.sceneNames(); !slices.Contains(names, "whatsapp-photo") {
		t.Errorf("scenes %v", names)
	}
	bare := Shop("")
	bare.Channels = nil
	if len(Conversations(&bare, eight, 1)) != 0 {
		t.Error("an account without channels has conversations")
	}
}

func TestScenesOfConversationsBeginAtOnce(t *testing.T) {
	t.Parallel()
	p := New(Options{Now: clock, Wait: atOnce})
	t.Cleanup(p.Close)
	p.AddScenes(p.AddAccount(Shop("")))
	for _, s := range p.scenes {
		if script := s.write(); !script.Start.Equal(eight) && script.Name != "morning" {
			t.Errorf("%s begins %v later", s.name, script.Start.Sub(eight).Round(time.Second))
		}
	}
}
