package emulator_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"omniconnector/crm/emulator"
)

func (w *world) token(params map[string]string) map[string]any {
	w.t.Helper()
	q := url.Values{"client_id": {w.app.ClientID}, "client_secret": {w.app.ClientSecret}}
	for k, v := range params {
		q.Set(k, v)
	}
	a, err := w.post(w.cloud.TokenURL(), "application/x-www-form-urlencoded", q.Encode())
	if err != nil {
		w.t.Fatal(err)
	}
	out := decode(w.t, a.Raw)
	out["status_code"] = a.Status
	return out
}

func (w *world) refresh() map[string]any {
	return w.token(map[string]string{"grant_type": "refresh_token", "refresh_token": w.app.RefreshToken})
}

func TestRefreshTokenWorksOnceAndNamesThePortal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	first := w.refresh()
	if first["client_endpoint"] != w.portal.Endpoint() || first["member_id"] != w.portal.MemberID() || first["expires_in"] != 3600.0 {
		t.Errorf("answer = %v", first)
	}
	if d, _ := first["domain"].(string); strings.Contains(d, "/p/") || d == "" {
		t.Errorf("domain = %q, want the OAuth host", d)
	}
	if second := w.refresh(); second["error"] != "invalid_grant" || second["status_code"] != 400 {
		t.Errorf("reuse = %v", second)
	}
	if a := w.call("profile", nil); a.Status != 200 {
		t.Errorf("the access token already out must live its hour: %s", a.Raw)
	}
}

func TestTokensExpireOnTheVirtualClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	w.clock.Advance(59 * time.Minute)
	if a := w.call("profile", nil); a.Status != 200 {
		t.Fatal(a.Raw)
	}
	w.clock.Advance(time.Minute)
	if a := w.call("profile", nil); a.Status != 401 || a.Code != "expired_token" {
		t.Errorf("after an hour: %s", a.Raw)
	}
	w.clock.Advance(180 * 24 * time.Hour)
	if got := w.refresh(); got["error"] != "invalid_grant" {
		t.Errorf("after 180 days: %v", got)
	}
}

func TestCodeLivesThirtySeconds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	code := w.portal.AuthorizationCode("app.1", 7)
	got := w.token(map[string]string{"grant_type": "authorization_code", "code": code})
	if got["user_id"] != 7.0 {
		t.Errorf("exchange = %v", got)
	}
	late := w.portal.AuthorizationCode("app.1", 7)
	w.clock.Advance(30 * time.Second)
	if got := w.token(map[string]string{"grant_type": "authorization_code", "code": late}); got["error"] != "invalid_grant" {
		t.Errorf("late exchange = %v", got)
	}
}

func TestWrongSecretIsAnErrorWithStatus200(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	got := w.token(map[string]string{"grant_type": "refresh_token", "refresh_token": w.app.RefreshToken, "client_secret": "no"})
	if got["error"] != "wrong_client" || got["status_code"] != 200 || got["error_description"] != nil {
		t.Errorf("answer = %v", got)
	}
}

func TestAccessIsRefusedAsTheContractSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	narrow := w.portal.Install(emulator.AppSpec{ClientID: "app.2", Scope: "crm,user_brief"})
	hook := w.portal.AddWebhook(7, "code", "")
	for _, c := range []struct {
		name, url, body string
		status          int
		code            string
	}{
		{"no auth", w.portal.Endpoint() + "profile", `{}`, 401, "NO_AUTH_FOUND"},
		{"foreign token", w.portal.Endpoint() + "profile", `{"auth":"x"}`, 401, "invalid_token"},
		{"scope", w.portal.Endpoint() + "telephony.externalLine.get", `{"auth":"` + narrow.AccessToken + `"}`, 401, "insufficient_scope"},
		{"brief scope", w.portal.Endpoint() + "user.get", `{"auth":"` + narrow.AccessToken + `"}`, 200, ""},
		{"webhook", hook + "user.current.json", `{}`, 200, ""},
		{"webhook is no application", hook + "telephony.externalLine.get", `{}`, 403, "WRONG_AUTH_TYPE"},
		{"bad webhook", strings.Replace(hook, "code", "bad", 1) + "profile", `{}`, 401, "INVALID_CREDENTIALS"},
		{"unknown method", w.portal.Endpoint() + "No.Such", `{"auth":"` + w.app.AccessToken + `"}`, 404, "ERROR_METHOD_NOT_FOUND"},
		{"case of the method", w.portal.Endpoint() + "USER.Current.JSON", `{"auth":"` + w.app.AccessToken + `"}`, 200, ""},
		{"malformed", w.portal.Endpoint() + "profile", `{"auth":`, 400, "INVALID_REQUEST"},
	} {
		a, err := w.post(c.url, "application/json", c.body)
		if err != nil || a.Status != c.status || a.Code != c.code {
			t.Errorf("%s: got %d %q (%v), want %d %q", c.name, a.Status, a.Code, err, c.status, c.code)
		}
	}
	if got := w.portal.UnknownMethods(); len(got) != 1 || got[0] != "no.such" {
		t.Errorf("unknown methods = %v", got)
	}
	w.portal.SetUser(1, func(u *emulator.User) { u.Inactive = true })
	if a := w.call("profile", nil); a.Code != "authorization_error" {
		t.Errorf("dismissed user: %s", a.Raw)
	}
}

func TestRenamedPortalAnswers302UnderItsOldName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	old := w.portal.Endpoint()
	w.portal.Rename("newname")
	a, err := w.post(old+"profile", "application/json", `{"auth":"`+w.app.AccessToken+`"}`)
	if err != nil || a.Status != 302 || strings.HasPrefix(a.Raw, "{") {
		t.Fatalf("old name: %d %q %v", a.Status, a.Raw, err)
	}
	if a := w.call("profile", nil); a.Status != 200 {
		t.Errorf("new name: %s", a.Raw)
	}
	if got := w.refresh(); got["client_endpoint"] != w.portal.Endpoint() || !strings.Contains(w.portal.Endpoint(), "/newname/") {
		t.Errorf("endpoint = %v", got["client_endpoint"])
	}
}
