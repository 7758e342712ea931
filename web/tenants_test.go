package web_test

import (
	"strings"
	"testing"

	"omniconnector/internal/store"
	"omniconnector/web/webtest"
)

func TestTenantIsCreatedWithSecretsShownOnce(t *testing.T) {
	t.Parallel()
	c := setup(t).as(webtest.AdminToken)
	made := c.do("POST", "/api/v1/tenants", map[string]any{"id": "shop", "name": "Магазин"}).want(t, 201).json(t)
	token := made["token"].(string)
	if !strings.HasPrefix(token, "oc_shop_") {
		t.Errorf("token %q", token)
	}
	hooks := made["hooks"].([]any)
	first := hooks[0].(map[string]any)
	if url := first["url"].(string); !strings.HasPrefix(url, "https://hooks.example/hooks/uis/shop.") || len(hooks) < 10 {
		t.Errorf("%d hooks, the first at %q", len(hooks), url)
	}
	secret, _, _ := strings.Cut(strings.TrimPrefix(first["url"].(string), "https://hooks.example/hooks/uis/shop."), "/")

	me := c.as(token).get("/api/v1/me").want(t, 200).json(t)
	if me["scope"] != "write" || me["tenant"].(map[string]any)["id"] != "shop" {
		t.Errorf("me: %v", me)
	}
	for _, path := range []string{"/api/v1/hooks", "/api/v1/me", "/api/v1/hooks?variant=get"} {
		a := c.as(token).get(path).want(t, 200)
		if strings.Contains(a.body, secret) || strings.Contains(a.body, token) {
			t.Errorf("%s shows a secret again", path)
		}
	}
	code, _ := c.do("POST", "/api/v1/tenants", map[string]any{"id": "shop", "name": "Магазин"}).want(t, 409).problem(t)
	if code != "exists" {
		t.Errorf("code %q, want exists", code)
	}
}

func TestSuspendedTenantReadsAndChangesNothing(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	admin := c.as(webtest.AdminToken)
	if got := admin.do("POST", "/api/v1/tenants/shop/suspend", nil).want(t, 200).json(t)["state"]; got != "suspended" {
		t.Errorf("state %v", got)
	}
	writer.get("/api/v1/portals/"+portal).want(t, 200)
	if code, _ := writer.do("DELETE", "/api/v1/portals/"+portal, nil).want(t, 403).problem(t); code != "suspended" {
		t.Errorf("code %q, want suspended", code)
	}
	admin.do("POST", "/api/v1/tenants/shop/resume", nil).want(t, 200)
	writer.do("DELETE", "/api/v1/portals/"+portal, nil).want(t, 204)
}

func TestTenantsAreListedByPages(t *testing.T) {
	t.Parallel()
	c := setup(t).as(webtest.AdminToken)
	for _, id := range []string{"a", "b", "c"} {
		c.do("POST", "/api/v1/tenants", map[string]any{"id": id, "name": id}).want(t, 201)
	}
	page := c.get("/api/v1/tenants?limit=2").want(t, 200).json(t)
	if len(page["tenants"].([]any)) != 2 || page["next"] != "b" {
		t.Fatalf("first page: %v", page)
	}
	page = c.get("/api/v1/tenants?limit=2&after=b").want(t, 200).json(t)
	if len(page["tenants"].([]any)) != 1 || page["next"] != "" {
		t.Errorf("second page: %v", page)
	}
}

func TestHookSecretIsRotatedWithOverlap(t *testing.T) {
	t.Parallel()
	c := setup(t)
	made := c.as(webtest.AdminToken).do("POST", "/api/v1/tenants", map[string]any{"id": "shop", "name": "Магазин"}).want(t, 201).json(t)
	c = c.as(made["token"].(string))
	old := made["hooks"].([]any)[0].(map[string]any)["url"].(string)
	for _, which := range []string{"path", "body"} {
		rotated := c.do("POST", "/api/v1/hooks/rotate", map[string]any{"which": which, "overlap_hours": 2}).want(t, 200).json(t)
		secret := rotated["secret"].(string)
		template := rotated["templates"].([]any)[0].(map[string]any)
		shown := template["url"].(string) + template["body"].(string)
		if strings.Count(shown, secret) != 1 || template["url"] == old {
			t.Errorf("%s: the new secret is not in the templates once", which)
		}
		placeholder := "SECRET-OF-THE-TEMPLATE"
		if which == "body" {
			placeholder = "SECRET-OF-THE-ADDRESS"
		}
		if !strings.Contains(shown, placeholder) {
			t.Errorf("%s: the other secret has no placeholder", which)
		}
	}
	access, err := c.Store.HookAccess(t.Context(), "shop")
	if err != nil || len(access.PathSecrets) != 2 || len(access.BodySecrets) != 2 {
		t.Errorf("%d and %d secrets are taken, want the old and the new of each (%v)", len(access.PathSecrets), len(access.BodySecrets), err)
	}
	if n := len(c.get("/api/v1/hooks").want(t, 200).json(t)["secrets"].([]any)); n != 4 {
		t.Errorf("%d secrets are listed, want 4", n)
	}
}

func TestRevokedTokenOpensNothing(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, _ := c.tenant("shop")
	admin := c.as(webtest.AdminToken)
	list := func() map[string]map[string]any {
		out := map[string]map[string]any{}
		for _, k := range admin.get("/api/v1/tenants/shop/tokens").want(t, 200).json(t)["tokens"].([]any) {
			token := k.(map[string]any)
			out[token["name"].(string)] = token
		}
		return out
	}
	before := list()
	if before["reader"]["scope"] != "read" || before["writer"]["scope"] != "write" || before["reader"]["revoked"] != nil {
		t.Errorf("tokens: %v", before)
	}
	if a := admin.get("/api/v1/tenants/shop/tokens"); strings.Contains(a.body, reader.token) || strings.Contains(a.body, writer.token) {
		t.Error("the list shows a token")
	}
	at := "/api/v1/tenants/shop/tokens/" + before["reader"]["id"].(string)
	admin.do("DELETE", at, nil).want(t, 204)
	admin.do("DELETE", at, nil).want(t, 204)
	reader.get("/api/v1/me").want(t, 401)
	writer.get("/api/v1/me").want(t, 200)
	if list()["reader"]["revoked"] == nil {
		t.Error("it is not marked as revoked")
	}
	admin.do("DELETE", "/api/v1/tenants/rival/tokens/"+before["writer"]["id"].(string), nil).want(t, 404)
	secrets, err := c.Store.Secrets(t.Context(), "shop", store.HookPath)
	if err != nil || len(secrets) != 0 {
		t.Fatalf("hooks: %v %v", secrets, err)
	}
	writer.do("POST", "/api/v1/hooks/rotate", map[string]any{"which": "path"}).want(t, 200)
	secrets, err = c.Store.Secrets(t.Context(), "shop", store.HookPath)
	if err != nil || len(secrets) != 1 {
		t.Fatalf("hooks: %v %v", secrets, err)
	}
	admin.do("DELETE", "/api/v1/tenants/shop/tokens/"+secrets[0].ID, nil).want(t, 404)
	admin.get("/api/v1/tenants/ghost/tokens").want(t, 404)
}
