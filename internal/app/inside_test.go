package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
)

// visit is a connector whose page is opened inside its portal.
type visit struct {
	*testing.T
	app   *app.App
	world *world.World
	at    world.Provisioned
}

func visiting(t *testing.T) visit {
	t.Helper()
	w := newWorld(t, "shop")
	a, p, _ := connect(t, "", t.TempDir(), w)
	quiet(t, a, p[0])
	return visit{t, a, w, p[0]}
}

// opening is what the portal posts when this person opens the page (contract bitrix24 §2.3).
func (v visit) opening(user int64) url.Values {
	v.Helper()
	own := v.world.Portal.TokensFor(v.world.App.ClientID, user)
	return url.Values{
		"AUTH_ID": {own.AccessToken}, "AUTH_EXPIRES": {"3600"}, "REFRESH_ID": {own.RefreshToken}, "member_id": {v.world.App.MemberID},
		"APPLICATION_TOKEN": {v.world.App.ApplicationToken}, "PLACEMENT": {"DEFAULT"}, "status": {"L"},
	}
}

func (v visit) send(method, path, body string, headers ...string) (*http.Response, string) {
	v.Helper()
	req, err := http.NewRequestWithContext(v.Context(), method, "http://"+v.app.Address()+path, strings.NewReader(body))
	if err != nil {
		v.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		v.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		v.Fatal(err)
	}
	return resp, string(text)
}

func (v visit) open(form url.Values, headers ...string) (*http.Response, string) {
	v.Helper()
	return v.send("POST", "/app/bitrix24?DOMAIN=shop.bitrix24.example&PROTOCOL=1&LANG=ru", form.Encode(),
		append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
}

var sessionTag = regexp.MustCompile(`<script type="application/json" id="session">(.+?)</script>`)

// sessionOf is what a page was made with.
func sessionOf(t *testing.T, page string) map[string]any {
	t.Helper()
	found := sessionTag.FindStringSubmatch(page)
	var said map[string]any
	if found == nil || json.Unmarshal([]byte(found[1]), &said) != nil {
		t.Fatalf("no session in the page:\n%s", page)
	}
	return said
}

// session opens the page as a person and takes what it was given.
func (v visit) session(user int64) string {
	v.Helper()
	resp, body := v.open(v.opening(user))
	if resp.StatusCode != http.StatusOK {
		v.Fatalf("user %d: status %d\n%s", user, resp.StatusCode, body)
	}
	token, _ := sessionOf(v.T, body)["token"].(string)
	return token
}

// api tells the status of a request with a session.
func (v visit) api(token, method, path string) int {
	v.Helper()
	resp, _ := v.send(method, "/api/v1"+path, "", "Authorization", "Bearer "+token)
	return resp.StatusCode
}

func (v visit) origin() string {
	u, err := url.Parse(v.world.Portal.Endpoint())
	if err != nil {
		v.Fatal(err)
	}
	return u.Scheme + "://" + u.Host
}

// The emulated portal's administrator and one of its operators.
const (
	administrator = 1
	operator      = 7
)

// S-1, S-5: administrators may write, the others read, and both see their portal only.
func TestPersonInsideAPortalIsKeptToIt(t *testing.T) {
	t.Parallel()
	v := visiting(t)
	resp, body := v.open(v.opening(administrator), "Origin", v.origin())
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.HasSuffix(csp, "frame-ancestors "+v.origin()) || !strings.HasPrefix(csp, "default-src 'none'") {
		t.Errorf("Content-Security-Policy %q", csp)
	}
	if resp.Header.Get("Set-Cookie") != "" || resp.Header.Get("X-Frame-Options") != "" || !strings.Contains(body, `"state":"ok"`) {
		t.Errorf("%v\n%s", resp.Header, body)
	}
	admin, reader := v.session(administrator), v.session(operator)
	own := "/portals/" + string(v.at.Portal)
	for _, c := range []struct {
		who, method, path string
		want              int
	}{
		{admin, "GET", own, 200},
		{admin, "GET", own + "/settings", 200},
		{admin, "POST", own + "/sync", 202},
		{reader, "GET", own + "/settings", 200},
		{reader, "POST", own + "/sync", 403},
		{admin, "GET", "/portals/another", 404},
		{admin, "GET", "/portals", 403},
		{admin, "GET", "/events", 200}, // its own portal's
		{admin, "GET", "/hooks", 403},
		{admin, "DELETE", "/platform", 403},
		{admin, "GET", "/tenants", 403},
		{admin, "GET", "/me", 200},
		{admin + "A", "GET", own, 401},
	} {
		if got := v.api(c.who, c.method, c.path); got != c.want {
			t.Errorf("%s %s (administrator %t): %d, want %d", c.method, c.path, c.who == admin, got, c.want)
		}
	}
	if got := v.api(admin, "DELETE", own); got != http.StatusNoContent {
		t.Errorf("an administrator disconnects: %d", got)
	}
	gone, err := v.app.Store().Portal(t.Context(), v.at.Tenant, v.at.Portal)
	if err != nil || gone.State != integration.PortalGone || gone.Why != "bitrix24: user 1" {
		t.Errorf("the disconnected portal: %+v, %v", gone, err)
	}
	if got := v.api(admin, "GET", own); got != http.StatusUnauthorized {
		t.Errorf("of a disconnected portal: %d", got)
	}
	if _, body := v.open(v.opening(administrator)); sessionTag.MatchString(body) || !strings.Contains(body, "Введите код подключения") {
		t.Errorf("the page of a disconnected portal asks for no code:\n%s", body)
	}
}

func TestOpeningsThatProveNothingAreRefused(t *testing.T) {
	t.Parallel()
	v := visiting(t)
	other := v.world.Cloud.NewPortal(bitrix.PortalSpec{Name: "rival", Users: []bitrix.User{{ID: 1, Name: "Борис", Admin: true}}})
	foreign := other.Install(bitrix.AppSpec{ClientID: v.world.App.ClientID, Secret: v.world.App.ClientSecret})
	another := v.world.Portal.Install(bitrix.AppSpec{ClientID: "local.another"})
	for name, c := range map[string]struct {
		change func(url.Values)
		origin string
	}{
		"a foreign portal's person":       {change: func(f url.Values) { f.Set("AUTH_ID", foreign.AccessToken) }},
		"a foreign portal's proof":        {change: func(f url.Values) { f.Set("APPLICATION_TOKEN", foreign.ApplicationToken) }},
		"without proof":                   {change: func(f url.Values) { f.Del("APPLICATION_TOKEN") }},
		"of nobody":                       {change: func(f url.Values) { f.Del("AUTH_ID") }},
		"with an invented token":          {change: func(f url.Values) { f.Set("AUTH_ID", "invented") }},
		"of another application":          {change: func(f url.Values) { f.Set("AUTH_ID", another.AccessToken) }},
		"replayed from another origin":    {change: func(url.Values) {}, origin: "https://evil.example"},
		"replayed from one that looks so": {change: func(url.Values) {}, origin: v.origin() + ".evil.example"},
	} {
		form := v.opening(administrator)
		c.change(form)
		resp, body := v.open(form, "Origin", c.origin)
		if resp.StatusCode != http.StatusForbidden || sessionTag.MatchString(body) || !strings.Contains(body, "Портал не подтвердил вход") {
			t.Errorf("%s: status %d\n%s", name, resp.StatusCode, body)
		}
	}
	unknown := v.opening(administrator)
	unknown.Set("member_id", foreign.MemberID)
	if _, body := v.open(unknown); sessionTag.MatchString(body) || !strings.Contains(body, "Введите код подключения") {
		t.Errorf("a foreign portal asks for no code:\n%s", body)
	}
	stale := v.opening(administrator)
	v.world.Portal.ExpireAccessTokens()
	if resp, _ := v.open(stale); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a stale token: %d", resp.StatusCode)
	}
	if resp, _ := v.open(v.opening(operator)); resp.StatusCode != http.StatusOK {
		t.Errorf("after a fresh opening: %d", resp.StatusCode)
	}
	dismissed := v.opening(operator)
	v.world.Portal.SetUser(operator, func(u *bitrix.User) { u.Inactive = true })
	if resp, _ := v.open(dismissed); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a dismissed person: %d", resp.StatusCode)
	}
}
