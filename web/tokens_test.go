package web_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/internal/store/storetest"
	"omniconnector/web"
	"omniconnector/web/webtest"
)

func TestTenantDrawsAndEndsItsOwnTokens(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, portal := c.tenant("shop")
	_, rival, _ := c.tenant("rival")
	made := writer.do("POST", "/api/v1/tokens", map[string]any{"name": "CRM", "scope": "read"}).want(t, 201).json(t)
	token, info := made["token"].(string), made["info"].(map[string]any)
	fresh := c.as(token)
	if me := fresh.get("/api/v1/me").want(t, 200).json(t); me["scope"] != "read" || me["token"] != "CRM "+info["id"].(string) {
		t.Errorf("me: %v", me)
	}
	list := writer.get("/api/v1/tokens").want(t, 200)
	if n := len(list.json(t)["tokens"].([]any)); n != 3 || strings.Contains(list.body, token) {
		t.Errorf("%d tokens are listed, want 3, and none of them shown: %s", n, list.body)
	}
	for _, refused := range []struct {
		code string
		answer
	}{
		{"read_only", fresh.do("POST", "/api/v1/tokens", map[string]any{"name": "x", "scope": "read"}).want(t, 403)},
		{"read_only", reader.get("/api/v1/tokens").want(t, 403)},
		{"tenant_only", c.as(webtest.AdminToken).get("/api/v1/tokens").want(t, 403)},
		{"not_found", rival.do("DELETE", "/api/v1/tokens/"+info["id"].(string), nil).want(t, 404)},
	} {
		if code, _ := refused.problem(t); code != refused.code {
			t.Errorf("code %q, want %q", code, refused.code)
		}
	}
	for _, o := range []operation{{"GET", "/api/v1/tokens"}, {"POST", "/api/v1/tokens"}, {"DELETE", "/api/v1/tokens/" + info["id"].(string)}} {
		if code, _ := c.as(c.Inside("shop", integration.PortalID(portal), 1, true)).do(o.method, o.path, o.body()).want(t, 403).problem(t); code != "portal_only" {
			t.Errorf("%s by a portal's administrator: code %q", o.method, code)
		}
	}
	writer.do("DELETE", "/api/v1/tokens/"+info["id"].(string), nil).want(t, 204)
	writer.do("DELETE", "/api/v1/tokens/"+info["id"].(string), nil).want(t, 204)
	fresh.get("/api/v1/me").want(t, 401)
	rows := writer.get("/api/v1/audit").want(t, 200).json(t)["audit"].([]any)
	var told []string
	for _, r := range rows {
		row := r.(map[string]any)
		if verb := row["verb"].(string); strings.HasPrefix(verb, "token.") {
			told = append(told, verb+" "+row["detail"].(map[string]any)["name"].(string))
			if !strings.HasPrefix(row["author"].(string), "api: writer ") {
				t.Errorf("author %v", row["author"])
			}
		}
	}
	if !slices.Equal(told, []string{"token.revoked CRM", "token.created CRM"}) {
		t.Errorf("audit: %v", told)
	}
}

func TestMeTellsWhatMayBeShown(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, portal := c.tenant("shop")
	inside := func(admin bool) client { return c.as(c.Inside("shop", integration.PortalID(portal), 21, admin)) }
	for name, of := range map[string]struct {
		who  client
		want map[string]any
	}{
		"operator":      {c.as(webtest.AdminToken), map[string]any{"admin": true, "scope": "write", "tenant": nil}},
		"reader":        {reader, map[string]any{"admin": false, "scope": "read"}},
		"writer":        {writer, map[string]any{"admin": false, "scope": "write", "person": nil}},
		"employee":      {inside(false), map[string]any{"admin": false, "scope": "read", "portal": portal, "user": 21.0}},
		"administrator": {inside(true), map[string]any{"admin": false, "scope": "write", "portal": portal, "user": 21.0}},
		"cabinet":       {c.as(c.Embed("shop", "Анна", web.ScopeRead, time.Minute)), map[string]any{"admin": false, "scope": "read", "person": "Анна"}},
	} {
		me := of.who.get("/api/v1/me").want(t, 200).json(t)
		for field, want := range of.want {
			if me[field] != want {
				t.Errorf("%s: %s is %v, want %v", name, field, me[field], want)
			}
		}
	}
}

func TestTenantIsDeletedWithEverythingAndNothingElse(t *testing.T) {
	t.Parallel()
	c := setup(t)
	admin := c.as(webtest.AdminToken)
	_, keeper, kept := c.tenant("rival")
	c.Morning("rival", integration.PortalID(kept))
	_, writer, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	writer.do("PUT", "/api/v1/platform", map[string]any{"brand": "uis", "token": "key"}).want(t, 200)
	if code, _ := admin.do("DELETE", "/api/v1/tenants/shop?confirm=rival", nil).want(t, 409).problem(t); code != "not_confirmed" {
		t.Errorf("code %q", code)
	}
	writer.get("/api/v1/me").want(t, 200)
	admin.do("POST", "/api/v1/tenants/shop/suspend", nil).want(t, 200)
	both := storetest.Dump(t, c.Store)
	if gone := admin.do("DELETE", "/api/v1/tenants/shop", nil).want(t, 200).json(t)["gone"]; gone != true {
		t.Errorf("gone: %v", gone)
	}
	for table, rows := range storetest.Dump(t, c.Store) {
		others := slices.DeleteFunc(both[table], func(r string) bool { return strings.Contains(r, "tenant_id=shop ") })
		if !slices.Equal(rows, others) {
			t.Errorf("%s: %d rows are left, want the %d of the other tenant as they were", table, len(rows), len(others))
		}
	}
	writer.get("/api/v1/me").want(t, 401)
	admin.do("DELETE", "/api/v1/tenants/shop", nil).want(t, 404)
	keeper.get("/api/v1/portals/"+kept).want(t, 200)
}
