package web_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/web/webtest"
)

func TestAdapterIsProvedBeforeItIsStored(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, _ := c.tenant("shop")
	none := reader.get("/api/v1/platform/chats").want(t, 200)
	if none.json(t)["adapter"] != "shared" || none.header.Get("ETag") != `"0"` {
		t.Errorf("before: %s %s", none.header.Get("ETag"), none.body)
	}
	for password, want := range map[string]struct {
		status int
		code   string
	}{"wrong": {422, "platform_refuses"}, "away": {502, "platform_away"}} {
		a := writer.do("PUT", "/api/v1/platform/chats", map[string]any{"login": "adapter", "password": password}).want(t, want.status)
		if code, _ := a.problem(t); code != want.code || strings.Contains(a.body, "password wrong") {
			t.Errorf("%s: %s", password, a.body)
		}
	}
	if reader.get("/api/v1/platform/chats").want(t, 200).json(t)["adapter"] != "shared" {
		t.Error("a refused access is stored")
	}
	saved := writer.do("PUT", "/api/v1/platform/chats", map[string]any{"login": "s3cret-login", "password": "s3cret-password"}).want(t, 200)
	if strings.Contains(saved.body, "s3cret") || saved.json(t)["webhook_secret"] != nil {
		t.Errorf("saved: %s", saved.body)
	}
	got := reader.get("/api/v1/platform/chats").want(t, 200)
	want := map[string]any{
		"adapter": "own", "url": "https://chat-integration-api-prod.uiscom.ru/v1/adapter", "webhook_auth": "none", "accounts": []any{},
		"webhook_url": webtest.PublicURL + "/hooks/uis/shop.SECRET-OF-THE-ADDRESS/chats",
	}
	shown := got.json(t)
	delete(shown, "saved")
	delete(shown, "$schema")
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("access (-want +got):\n%s", diff)
	}
	stored, err := c.Web.ChatAccess(t.Context(), "shop")
	if err != nil || string(stored.Login) != "s3cret-login" || string(stored.Password) != "s3cret-password" {
		t.Errorf("stored: %v (%v)", stored.URL, err)
	}
	if got.header.Get("ETag") != saved.header.Get("ETag") {
		t.Errorf("ETag %s, then %s", saved.header.Get("ETag"), got.header.Get("ETag"))
	}
	body := map[string]any{"login": "a", "password": "b"}
	if code, _ := writer.do("PUT", "/api/v1/platform/chats", body, "If-Match", `"0"`).want(t, 412).problem(t); code != "stale" {
		t.Errorf("code %q", code)
	}
	writer.do("DELETE", "/api/v1/platform/chats", nil).want(t, 204)
	writer.do("DELETE", "/api/v1/platform/chats", nil).want(t, 404)
}

// What webhooks show beside their address is drawn here or brought along, and stays when the login changes; only a hash is kept.
func TestWebhooksOfChatsShowWhatWasAgreed(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, _ := c.tenant("shop")
	save := func(auth any) map[string]any {
		body := map[string]any{"login": "a", "password": "b"}
		if auth != nil {
			body["webhook_auth"] = auth
		}
		return writer.do("PUT", "/api/v1/platform/chats", body).want(t, 200).json(t)
	}
	agreed := func(want store.WebhookAuth) {
		t.Helper()
		got, err := c.Store.ChatAccess(t.Context(), "shop")
		if err != nil || got.Webhooks != want {
			t.Errorf("webhooks show %v (%v), want %v", got.Webhooks, err, want)
		}
	}
	drawn, _ := save(map[string]any{"type": "bearer"})["webhook_secret"].(string)
	if len(drawn) < 20 {
		t.Errorf("drawn: %q", drawn)
	}
	agreed(store.BearerAuth(integration.Secret(drawn)))
	if again := save(nil); again["webhook_secret"] != nil || again["chats"].(map[string]any)["webhook_auth"] != "bearer" {
		t.Errorf("saved again: %v", again)
	}
	agreed(store.BearerAuth(integration.Secret(drawn)))
	own := strings.Repeat("s", 20)
	if brought := save(map[string]any{"type": "basic", "login": "uis", "secret": own}); brought["webhook_secret"] != nil {
		t.Errorf("a secret that was brought is shown: %v", brought)
	}
	agreed(store.BasicAuth("uis", integration.Secret(own)))
	save(map[string]any{"type": "none"})
	agreed(store.WebhookAuth{})
}

func TestMistakesOfAnAdapterAreListedTogether(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, _ := c.tenant("shop")
	for name, x := range map[string]struct {
		body map[string]any
		want []string
	}{
		"nothing":        {map[string]any{"login": "", "password": ""}, []string{"/login required", "/password required"}},
		"no address":     {map[string]any{"url": "https://u:p@x/", "login": "a", "password": "b"}, []string{"/url platform_address"}},
		"a weak secret":  {map[string]any{"login": "a", "password": "b", "webhook_auth": map[string]any{"type": "bearer", "secret": "1234"}}, []string{"/webhook_auth/secret weak_secret"}},
		"nobody's":       {map[string]any{"login": "a", "password": "b", "webhook_auth": map[string]any{"type": "basic"}}, []string{"/webhook_auth/login required"}},
		"another scheme": {map[string]any{"login": "a", "password": "b", "webhook_auth": map[string]any{"type": "digest"}}, []string{"/webhook_auth/type one_of"}},
	} {
		_, mistakes := writer.do("PUT", "/api/v1/platform/chats", x.body).want(t, 422).problem(t)
		if diff := cmp.Diff(x.want, mistakes); diff != "" {
			t.Errorf("%s: mistakes (-want +got):\n%s", name, diff)
		}
	}
}

func TestConnectedAccountsAndChannelsAreTold(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, _ := c.tenant("shop")
	ctx := t.Context()
	for _, a := range []store.ChatAccount{{ID: 8, Name: "Магазин", Status: "active", AppID: 5001}, {ID: 9, Name: "Общий", Shared: true}} {
		if err := c.Store.SaveChatAccount(ctx, "shop", a); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Store.SaveChatChannel(ctx, "shop", store.ChatChannel{ID: 3, AccountID: 8, ChatChannelID: 71, Type: "whatsapp", Name: "WA", Status: "active"}); err != nil {
		t.Fatal(err)
	}
	want := []any{
		map[string]any{"id": 8.0, "app_id": 5001.0, "name": "Магазин", "status": "active", "adapter": "own", "channels": []any{
			map[string]any{"id": 3.0, "chat_channel_id": 71.0, "type": "whatsapp", "name": "WA", "status": "active"},
		}},
		map[string]any{"id": 9.0, "name": "Общий", "status": "", "adapter": "shared", "channels": []any{}},
	}
	if diff := cmp.Diff(want, reader.get("/api/v1/platform/chats").want(t, 200).json(t)["accounts"]); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
	hook := writer.do("POST", "/api/v1/hooks/rotate", map[string]any{"which": "path"}).want(t, 200).json(t)
	if hook["chats_url"] != webtest.PublicURL+"/hooks/uis/"+hook["secret"].(string)+"/chats" {
		t.Errorf("address of webhooks: %v", hook["chats_url"])
	}
}
