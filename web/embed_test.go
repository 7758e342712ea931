package web_test

import (
	"strings"
	"testing"
	"time"

	"omniconnector/integration/settings"
	"omniconnector/web"
	"omniconnector/web/webtest"
)

func (c client) embedded(tenant, person string, scope web.Scope) client {
	c.Helper()
	return c.as(c.Embed(tenant, person, scope, 10*time.Minute))
}

// S-1: the SaaS's cabinet acts for one person of one tenant.
func TestCabinetSpeaksForAPersonOfOneTenant(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, _, portal := c.tenant("shop")
	c.tenant("rival")
	anna := c.embedded("shop", "Анна (17)", web.ScopeWrite)
	if me := anna.get("/api/v1/me").want(t, 200).json(t); me["person"] != "Анна (17)" || me["tenant"].(map[string]any)["id"] != "shop" {
		t.Errorf("me: %v", me)
	}
	anna.do("PUT", "/api/v1/portals/"+portal+"/settings", string(settings.Write(webtest.Settings())), "If-Match", `*`).want(t, 200)
	trail, err := c.Store.AuditTrail(t.Context(), "shop", "", 1)
	if err != nil || len(trail) != 1 || trail[0].Author != "embed: Анна (17)" {
		t.Errorf("the audit does not name the person: %+v, %v", trail, err)
	}
	anna.do("DELETE", "/api/v1/portals/"+portal, nil).want(t, 204)
	if why := anna.get("/api/v1/portals/"+portal).want(t, 200).json(t)["why"]; why != "embed: Анна (17)" {
		t.Errorf("who disconnected: %q", why)
	}
	c.embedded("rival", "Борис", web.ScopeWrite).get("/api/v1/portals/"+portal).want(t, 404)
	if code, _ := anna.get("/api/v1/tenants").want(t, 403).problem(t); code != "admin_only" {
		t.Errorf("at the operator's route: %q", code)
	}
}

func TestCabinetMayWhatItsTokenSays(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, _, portal := c.tenant("shop")
	reader := c.embedded("shop", "Анна", web.ScopeRead)
	reader.get("/api/v1/portals/"+portal).want(t, 200)
	if code, _ := reader.do("DELETE", "/api/v1/portals/"+portal, nil).want(t, 403).problem(t); code != "read_only" {
		t.Errorf("a reader's change: %q", code)
	}
	for name, who := range map[string]client{
		"of nobody": c.embedded("ghost", "Анна", web.ScopeWrite), "too long": c.as(c.Embed("shop", "Анна", web.ScopeWrite, 16*time.Minute)),
		"changed": c.as(reader.token + "A"), "of no tenant": c.embedded("", "Анна", web.ScopeWrite), "the operator": c.embedded("shop", "Анна", "admin"),
	} {
		if code, _ := who.get("/api/v1/me").want(t, 401).problem(t); code != "unauthorized" {
			t.Errorf("%s: %q", name, code)
		}
	}
	c.as(webtest.AdminToken).do("POST", "/api/v1/tenants/shop/suspend", nil).want(t, 200)
	writer := c.embedded("shop", "Анна", web.ScopeWrite)
	if code, _ := writer.do("DELETE", "/api/v1/portals/"+portal, nil).want(t, 403).problem(t); code != "suspended" {
		t.Errorf("while suspended: %q", code)
	}
	c.Advance(11*time.Minute + time.Second)
	writer.get("/api/v1/me").want(t, 401)
}

// A fresh token does not fill the bucket: the person is counted.
func TestPersonsAreCountedAndNotTheirTokens(t *testing.T) {
	t.Parallel()
	c := setup(t)
	c.tenant("shop")
	for i := range 60 {
		c.as(c.Embed("shop", "Анна", web.ScopeRead, time.Minute+time.Duration(i)*time.Second)).get("/api/v1/me").want(t, 200)
	}
	c.embedded("shop", "Анна", web.ScopeRead).get("/api/v1/me").want(t, 429)
	c.embedded("shop", "Борис", web.ScopeRead).get("/api/v1/me").want(t, 200)
}

func TestWhatATokenHasLeftIsTold(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, _ := c.tenant("shop")
	told := func(a answer) string {
		return strings.Join([]string{
			a.header.Get("RateLimit-Limit"), a.header.Get("RateLimit-Remaining"), a.header.Get("RateLimit-Reset"), a.header.Get("Retry-After"),
		}, " ")
	}
	if got := told(reader.get("/api/v1/me")); got != "60 59 1 " {
		t.Errorf("after the first request: %q", got)
	}
	if got := told(reader.get("/api/v1/portals/unknown").want(t, 404)); got != "60 58 1 " {
		t.Errorf("after a refused one: %q", got)
	}
	for range 58 {
		reader.get("/api/v1/me").want(t, 200)
	}
	if got := told(reader.get("/api/v1/me").want(t, 429)); got != "60 0 3 1" {
		t.Errorf("when nothing is left: %q", got)
	}
	c.Advance(3 * time.Second)
	if got := told(reader.get("/api/v1/me").want(t, 200)); got != "60 59 1 " {
		t.Errorf("after a rest: %q", got)
	}
	if got := told(c.get("/api/v1/me").want(t, 401)); strings.TrimSpace(got) != "" {
		t.Errorf("strangers are told %q", got)
	}
}
