package web_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/settings"
	"omniconnector/web/webtest"
)

// operation is one line of the OpenAPI document.
type operation struct{ method, path string }

// operations lists all that are documented.
func (c client) operations() []operation {
	c.Helper()
	paths := c.get("/api/openapi.json").want(c, 200).json(c)["paths"].(map[string]any)
	var all []operation
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for _, method := range slices.Sorted(maps.Keys(paths[path].(map[string]any))) {
			all = append(all, operation{strings.ToUpper(method), path})
		}
	}
	return all
}

// of fills the parameters of a path with a tenant's own objects.
func (o operation) of(portal, event, session string) string {
	return strings.NewReplacer("{portal}", portal, "{event}", event, "{session}", session, "{tenant}", "shop", "{employee}", "12", "{token}", "unknown", "{key}", "dW5rbm93bg", "{simulation}", "1", "{version}", "1").Replace(o.path)
}

// body is one that the operation takes.
func (o operation) body() any {
	switch o.method + " " + strings.TrimPrefix(o.path, "/api/v1") {
	case "POST /tenants":
		return map[string]any{"name": "Новый"}
	case "POST /tenants/{tenant}/tokens", "POST /tokens":
		return map[string]any{"name": "second", "scope": "read"}
	case "POST /portals/codes":
		return map[string]any{"client_id": "local.1", "client_secret": "secret"}
	case "POST /portals":
		return credentials("member_id", "new")
	case "PUT /portals/{portal}/settings", "POST /portals/{portal}/settings/validate":
		return string(settings.Write(settings.Example()))
	case "POST /portals/{portal}/settings/import":
		return map[string]any{"document": exportedText()}
	case "POST /hooks/rotate":
		return map[string]any{"which": "path"}
	case "PUT /platform":
		return map[string]any{"brand": "uis", "token": "key"}
	case "PUT /platform/chats":
		return map[string]any{"login": "adapter", "password": "secret"}
	case "PUT /portals/{portal}/employees/{employee}":
		return map[string]any{"user": 1}
	case "POST /portals/{portal}/imports", "POST /portals/{portal}/replay":
		return map[string]any{"from": "2026-01-01T00:00:00Z", "till": "2026-02-01T00:00:00Z"}
	case "POST /portals/{portal}/simulations":
		return map[string]any{"last": 10}
	case "POST /portals/{portal}/simulate":
		return map[string]any{"events": []any{map[string]any{"kind": "call_incoming"}}}
	case "POST /portals/{portal}/filters/describe":
		return map[string]any{"filters": []any{map[string]any{"direction": "in", "where": map[string]any{}}}}
	case "POST /portals/{portal}/templates/preview":
		return map[string]any{"text": "{{contact_phone_number}}", "entity": "lead"}
	case "POST /dead-letters/{portal}/{key}/dismiss":
		return map[string]any{"note": "не нужно"}
	}
	return nil
}

// asks tells that the operation changes nothing here, and leaves no row in the audit: no call is in the range that is replayed, the
// token was revoked by the operation before. An export leaves one, because data leaves us.
func (o operation) asks() bool {
	for _, end := range []string{"/validate", "/simulate", "/preview", "/describe", "{portal}/replay"} {
		if strings.HasSuffix(o.path, end) {
			return true
		}
	}
	return strings.HasPrefix(o.path, "/api/v1/tokens/") || o.method == "GET" && !strings.HasSuffix(o.path, "/export")
}

// latestAudit is the newest row of the audit.
func latestAudit(c client) string {
	c.Helper()
	return c.get("/api/v1/audit?limit=1").want(c, 200).body
}

// ids are a tenant's own objects in the journal.
func (c client) ids() (event, session string) {
	c.Helper()
	events := c.get("/api/v1/events?kind=call_finished").want(c, 200).json(c)["events"].([]any)
	e := events[0].(map[string]any)["event"].(map[string]any)
	return e["id"].(string), e["session"].(string)
}

func TestEveryDocumentedOperationAnswers(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	event, session := writer.ids()
	c.refused(portal, 910000021)
	letters := writer.deadLetters(t)
	tokens := c.as(webtest.AdminToken).get("/api/v1/tenants/shop/tokens").want(t, 200).json(t)["tokens"].([]any)
	tokens = slices.DeleteFunc(tokens, func(k any) bool { return k.(map[string]any)["name"] != "reader" })
	own := map[string]string{
		"/dismiss": letters[0]["id"].(string), "/retry": letters[1]["id"].(string), "/{token}": tokens[0].(map[string]any)["id"].(string),
	}
	all := c.operations()
	slices.SortStableFunc(all, func(a, b operation) int { return strings.Compare(b.method, a.method) }) // DELETE last, of the tenant itself at the very end
	gone := slices.Index(all, operation{"DELETE", "/api/v1/tenants/{tenant}"})
	all = append(slices.Delete(all, gone, gone+1), operation{"DELETE", "/api/v1/tenants/{tenant}?confirm=shop"})
	for _, o := range all {
		c.Advance(time.Second) // so many requests at once are too many
		who := writer
		if strings.Contains(o.path, "/tenants") {
			who = c.as(webtest.AdminToken)
		}
		body := o.body()
		for end, id := range own {
			if strings.HasSuffix(o.path, end) {
				o.path = strings.NewReplacer("{key}", id, "{token}", id).Replace(o.path)
			}
		}
		before := latestAudit(writer)
		if a := who.do(o.method, o.of(portal, event, session), body, "If-Match", `*`); a.status >= 300 {
			t.Errorf("%s %s: %d %s", o.method, o.path, a.status, a.body)
		}
		if strings.Contains(o.path, "confirm=") || o.path == "/api/v1/tenants" {
			continue // the audit is gone, or another tenant's
		}
		if left := latestAudit(writer) != before; left == o.asks() {
			t.Errorf("%s %s: it left a row in the audit: %t", o.method, o.path, left)
		}
		if strings.HasSuffix(o.path, "/suspend") {
			who.do("POST", "/api/v1/tenants/shop/resume", nil).want(t, 200)
		}
	}
	if len(all) != 66 {
		t.Errorf("%d operations are documented, want 66", len(all))
	}
}

// The property: whatever the route, an object of another tenant is one that does not exist, and nothing of it
// comes through.
func TestAnotherTenantsObjectIsNotFoundOnEveryRoute(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, owner, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	event, session := owner.ids()
	_, stranger, own := c.tenant("rival")
	before := owner.get("/api/v1/portals/"+portal).body + owner.get("/api/v1/portals/"+portal+"/settings").body
	for _, o := range c.operations() {
		c.Advance(time.Second) // so many requests at once are too many
		switch {
		case strings.Contains(o.path, "/tenants"):
			if code, _ := stranger.do(o.method, o.of(portal, event, session), o.body()).want(t, 403).problem(t); code != "admin_only" {
				t.Errorf("%s %s: %q", o.method, o.path, code)
			}
		case strings.Contains(o.path, "{"):
			a := stranger.do(o.method, o.of(portal, event, session), o.body(), "If-Match", "*")
			if a.status != 404 {
				t.Errorf("%s %s: status %d, want 404", o.method, o.path, a.status)
			}
			unknown := stranger.do(o.method, o.of("unknown", "unknown", "unknown"), o.body(), "If-Match", "*")
			if a.body != unknown.body {
				t.Errorf("%s %s tells a stranger's object from one that does not exist", o.method, o.path)
			}
		case o.method == "GET":
			if a := stranger.get(o.path).want(t, 200); strings.Contains(a.body, portal) || strings.Contains(a.body, session) {
				t.Errorf("%s shows what another tenant has", o.path)
			}
		}
	}
	for _, query := range []string{"?portal=" + portal, "?session=" + session, "?phone=79000000001", "?customer=%2B79000000001"} {
		if n := len(stranger.get("/api/v1/events"+query).want(t, 200).json(t)["events"].([]any)); n != 0 {
			t.Errorf("%s: a stranger sees %d events", query, n)
		}
	}
	stranger.get("/api/v1/events/"+event+"?portal="+portal).want(t, 404)
	if after := owner.get("/api/v1/portals/"+portal).body + owner.get("/api/v1/portals/"+portal+"/settings").body; after != before {
		t.Error("a stranger changed something")
	}
	stranger.get("/api/v1/portals/"+own).want(t, 200)
}

func TestRequestsWithoutAValidTokenAreRefused(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	for name, who := range map[string]client{
		"none": c, "a stranger's": c.as("oc_shop_AAAAAAAAAAAAAAAAAAAAAAAAAA"), "of nobody": c.as("oc_ghost_AAAA"), "nonsense": c.as("x"),
	} {
		a := who.get("/api/v1/portals/"+portal).want(t, 401)
		if code, _ := a.problem(t); code != "unauthorized" || a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %q, WWW-Authenticate %q", name, code, a.header.Get("WWW-Authenticate"))
		}
	}
	if code, _ := reader.do("DELETE", "/api/v1/portals/"+portal, nil).want(t, 403).problem(t); code != "read_only" {
		t.Errorf("a reader's change: %q", code)
	}
	if code, _ := c.as(webtest.AdminToken).get("/api/v1/portals").want(t, 403).problem(t); code != "tenant_only" {
		t.Errorf("the operator at a tenant's route: %q", code)
	}
	reader.do("POST", "/api/v1/portals/"+portal+"/settings/validate", string(settings.Defaults())).want(t, 200)
}

func TestTokenThatAsksTooMuchIsSlowedDown(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, _ := c.tenant("shop")
	var refused answer
	for range 61 {
		refused = reader.get("/api/v1/me")
	}
	if code, _ := refused.want(t, 429).problem(t); code != "too_many" || refused.header.Get("Retry-After") == "" {
		t.Errorf("code %q", code)
	}
	writer.get("/api/v1/me").want(t, 200)
	c.Advance(1e9)
	reader.get("/api/v1/me").want(t, 200)
}

func TestGuessesAreSlowedDownByAddress(t *testing.T) {
	t.Parallel()
	c := setup(t)
	var last answer
	for i := range 31 {
		last = c.as("oc_shop_" + strings.Repeat("A", i+1)).get("/api/v1/me")
	}
	last.want(t, 429)
}

func TestUnknownAddressesAreProblems(t *testing.T) {
	t.Parallel()
	c := setup(t)
	if code, _ := c.get("/api/v1/nothing").want(t, 404).problem(t); code != "not_found" {
		t.Errorf("code %q", code)
	}
	if code, _ := c.do("PATCH", "/api/v1/me", nil).want(t, 405).problem(t); code != "wrong_method" {
		t.Errorf("code %q", code)
	}
	if a := c.get("/nothing").want(t, 404); strings.Contains(a.header.Get("Content-Type"), "problem") {
		t.Error("a page that is not there is a problem document")
	}
}
