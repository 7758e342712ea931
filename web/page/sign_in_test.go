package page_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"omniconnector/web"
	"omniconnector/web/page"
)

// pages are all that need somebody.
var pages = []string{"/", "/live", "/calls/910000001", "/unreadable"}

func TestStrangersSeeTheFormOnly(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, path := range pages {
		resp, body := b.ask("GET", path, nil)
		if resp.status != 303 && resp.status != 401 || strings.Contains(body, "900") {
			t.Errorf("%s: status %d\n%s", path, resp.status, body)
		}
	}
	if resp := b.signIn("oc_shop_AAAAAAAAAAAAAAAAAAAAAAAAAA"); resp.status != 401 || len(resp.cookies) != 0 {
		t.Errorf("a wrong token: status %d with cookies %v", resp.status, resp.cookies)
	}
}

func TestTokenGivesACookieThatEnds(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *page.Config) { c.Secure = false })
	resp := b.signIn(b.token)
	if resp.status != 303 || len(resp.cookies) != 1 {
		t.Fatalf("status %d, cookies %v", resp.status, resp.cookies)
	}
	c := resp.cookies[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || strings.Contains(c.Value, strings.Split(b.token, "_")[2]) {
		t.Errorf("cookie: %+v", c)
	}
	b.see("/")
	b.Advance(5 * time.Hour)
	if resp, _ := b.ask("GET", "/", nil); resp.status != 303 {
		t.Errorf("after five hours: status %d, want 303", resp.status)
	}
}

func TestForgedCookiesOpenNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	good := b.signIn(b.token).cookies[0].Value
	other := setup(t, func(c *page.Config) { c.SessionKey = []byte(strings.Repeat("x", 32)) })
	foreign := other.signIn(other.token).cookies[0].Value
	head, seal, _ := strings.Cut(good, ".")
	for name, value := range map[string]string{
		"another key": foreign, "no seal": head, "an empty seal": head + ".", "a changed head": "eyJ0Ijoic2hvcDIifQ." + seal, "nothing": "", "a dot": ".",
		"twice": good + "." + seal,
	} {
		b.fresh(t)
		if resp, _ := b.ask("GET", "/", nil, "Cookie", "omni_session="+value); resp.status != 303 {
			t.Errorf("%s: status %d, want 303", name, resp.status)
		}
	}
	b.fresh(t)
	if resp, _ := b.ask("GET", "/", nil, "Cookie", "omni_session="+good); resp.status != 200 {
		t.Errorf("the real one: status %d, want 200", resp.status)
	}
}

func TestSignedOutIsOut(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.signIn(b.token)
	b.see("/")
	b.ask("POST", "/logout", url.Values{})
	if resp, _ := b.ask("GET", "/", nil); resp.status != 303 {
		t.Errorf("status %d, want 303", resp.status)
	}
}

func TestFormOfAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	resp, _ := b.ask("POST", "/login", url.Values{"token": {b.token}}, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
	if resp.status != 403 || len(resp.cookies) != 0 {
		t.Errorf("status %d with cookies %v", resp.status, resp.cookies)
	}
}

func TestGuessesInTheFormAreSlowedDown(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	var last answer
	for range 21 {
		last = b.signIn("oc_shop_WRONG")
	}
	if last.status != 429 {
		t.Errorf("status %d, want 429", last.status)
	}
}

func TestDemoSignsInPeopleAtThisMachineOnly(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *page.Config) { c.PageAccess = "shop" })
	b.see("/")
	for name, header := range map[string][2]string{
		"through a proxy": {"X-Forwarded-For", "203.0.113.9"}, "by another name": {"Host", "rebound.example"}, "forwarded": {"Forwarded", "for=1.2.3.4"},
	} {
		if resp, _ := b.ask("GET", "/", nil, header[0], header[1]); resp.status != 303 {
			t.Errorf("%s: status %d, want 303", name, resp.status)
		}
	}
	off := setup(t, nil)
	if resp, _ := off.ask("GET", "/", nil); resp.status != 303 {
		t.Errorf("without PageAccess: status %d, want 303", resp.status)
	}
}

func TestAnotherTenantsCallsAreNotFound(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	rival, err := b.createRival()
	if err != nil {
		t.Fatal(err)
	}
	b.signIn(rival)
	if body := b.see("/"); strings.Contains(body, "900 000") || !strings.Contains(body, "Звонков пока нет") {
		t.Error("a stranger sees calls")
	}
	for _, path := range []string{"/calls/910000001", "/calls/910000001?portal=" + string(b.portal)} {
		if resp, body := b.ask("GET", path, nil); resp.status != 404 || strings.Contains(body, "900 000") {
			t.Errorf("%s: status %d", path, resp.status)
		}
	}
	if body := b.see("/?phone=79000000001"); strings.Contains(body, "Тестова") {
		t.Error("a stranger finds calls")
	}
}

func (b *browser) createRival() (string, error) {
	_, err := b.Store.CreateTenant(b.Context(), "rival", "Соперник")
	if err != nil {
		return "", err
	}
	token, _, err := b.Web.IssueToken(b.Context(), "rival", "r", web.ScopeRead, "")
	return string(token), err
}
