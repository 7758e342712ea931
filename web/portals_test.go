package web_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
)

// credentials are what a tenant has of a portal.
func credentials(more ...string) map[string]any {
	c := map[string]any{
		"endpoint": "company.bitrix24.example", "client_id": "local.1", "client_secret": "s3cret-client", "access_token": "s3cret-access",
		"refresh_token": "s3cret-refresh", "member_id": "m1", "application_token": "s3cret-application",
	}
	for i := 0; i+1 < len(more); i += 2 {
		c[more[i]] = more[i+1]
	}
	return c
}

func TestPortalIsConnectedWithWhatTheCheckGaveBack(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, write := c.Tenant("shop")
	c = c.as(write)
	a := c.do("POST", "/api/v1/portals", credentials()).want(t, 201)
	portal := a.json(t)["portal"].(map[string]any)
	if portal["endpoint"] != "https://company.bitrix24.example/rest/" || portal["name"] != "company.bitrix24.example" || portal["state"] != "ok" {
		t.Errorf("portal: %v", portal)
	}
	id := integration.PortalID(portal["id"].(string))
	token, err := c.Store.Credentials("shop", id).Token(t.Context())
	if err != nil || string(token.Access) != "access-after-exchange" || string(token.ClientSecret) != "s3cret-client" {
		t.Errorf("what is stored is not what the check gave back (%v)", err)
	}
	if keys := c.jobKeys(t, string(id)); !slices.Equal(keys, []string{"every/sync"}) {
		t.Errorf("the directory was not asked for: %v", keys)
	}
	again := c.do("POST", "/api/v1/portals", credentials("name", "Новое имя")).want(t, 201).json(t)["portal"].(map[string]any)
	if again["id"] != string(id) || again["name"] != "Новое имя" {
		t.Errorf("connected again: %v", again)
	}
}

func TestRefusedPortalIsNotStored(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, write := c.Tenant("shop")
	c = c.as(write)
	for secret, want := range map[string]struct {
		status int
		code   string
	}{"wrong": {422, "portal_refuses"}, "away": {502, "portal_away"}, "other": {422, "portal_other"}} {
		a := c.do("POST", "/api/v1/portals", credentials("client_secret", secret)).want(t, want.status)
		if code, _ := a.problem(t); code != want.code {
			t.Errorf("%s: code %q, want %q", secret, code, want.code)
		}
	}
	if list := c.get("/api/v1/portals").want(t, 200).json(t)["portals"].([]any); len(list) != 0 {
		t.Errorf("stored: %v", list)
	}
	a := c.speaking("ru").do("POST", "/api/v1/portals", credentials("client_secret", "wrong"))
	if !strings.Contains(a.body, "invalid_client: Client not found") {
		t.Errorf("the portal's own words are missing: %s", a.body)
	}
}

func TestSecretsNeverComeBack(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, write := c.Tenant("shop")
	c = c.as(write)
	bodies := map[string]any{
		"fine":           credentials(),
		"refused":        credentials("client_secret", "s3cret-but-wrong", "endpoint", "s3cret://address"),
		"unknown field":  credentials("s3cret_field", "s3cret"),
		"wrong type":     map[string]any{"client_secret": map[string]any{"s3cret": "s3cret"}, "access_token": []string{"s3cret"}},
		"too long":       credentials("access_token", strings.Repeat("s3cret", 1000)),
		"not JSON":       `{"client_secret": "s3cret", `,
		"a text":         `"s3cret"`,
		"in the address": credentials("endpoint", "https://user:s3cret@company.example/rest/?auth=s3cret"),
	}
	for name, body := range bodies {
		a := c.do("POST", "/api/v1/portals", body)
		shown := strings.ReplaceAll(a.body, "/s3cret_field", "") // a pointer names the field, which is no value
		if strings.Contains(shown, "s3cret") {
			t.Errorf("%s: the answer shows a secret: %s", name, a.body)
		}
	}
	for _, path := range []string{"/api/v1/portals", "/api/v1/portals?s3cret=1", "/api/v1/portals?limit=s3cret"} {
		if a := c.get(path); strings.Contains(strings.ReplaceAll(a.body, "query.s3cret", ""), "s3cret") {
			t.Errorf("%s shows a secret: %s", path, a.body)
		}
	}
}

func TestMistakesOfARequestAreListedTogether(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, write := c.Tenant("shop")
	c = c.as(write).speaking("ru-RU,ru;q=0.9,en;q=0.5")
	a := c.do("POST", "/api/v1/portals?dry=1", map[string]any{
		"endpoint": "", "client_id": 7, "client_secret": "x", "access_token": "x", "refresh_token": "x", "rate": -1, "colour": "red",
	}).want(t, 422)
	code, mistakes := a.problem(t)
	if code != "invalid" || mistakes[0] != "query.dry unknown_parameter" {
		t.Errorf("%s %v", code, mistakes)
	}
	if a.header.Get("Content-Language") != "ru" || !strings.Contains(a.body, "Такого параметра нет") {
		t.Errorf("not in Russian: %s", a.body)
	}
	_, mistakes = c.do("POST", "/api/v1/portals", map[string]any{
		"endpoint": "", "client_id": 7, "client_secret": "x", "access_token": "x", "refresh_token": "x", "rate": -1, "colour": "red",
	}).want(t, 422).problem(t)
	slices.Sort(mistakes)
	want := []string{"/client_id wrong_type", "/colour unknown_field", "/endpoint too_short", "/member_id required", "/rate out_of_range"}
	if diff := cmp.Diff(want, mistakes); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

func TestDisconnectedPortalIsKeptAndRefusesWork(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal
	writer.do("DELETE", at, nil).want(t, 204)
	p := writer.get(at).want(t, 200).json(t)
	if p["state"] != "disconnected" || !strings.Contains(p["why"].(string), "writer") {
		t.Errorf("portal: %v", p)
	}
	for _, path := range []string{"/test", "/sync"} {
		if code, _ := writer.do("POST", at+path, nil).want(t, 409).problem(t); code != "disconnected" {
			t.Errorf("%s: code %q", path, code)
		}
	}
	writer.get(at+"/settings").want(t, 200)
}

func TestPassedTestMakesThePortalWorkAgain(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	err := c.Store.SetPortalState(t.Context(), "shop", integration.PortalID(portal), integration.PortalReauthorise, "the token expired")
	if err != nil {
		t.Fatal(err)
	}
	if p := writer.get("/api/v1/portals/"+portal).want(t, 200).json(t); p["state"] != "reauthorise" || p["why"] != "the token expired" {
		t.Errorf("portal: %v", p)
	}
	writer.do("POST", "/api/v1/portals/"+portal+"/test", nil).want(t, 200)
	if p := writer.get("/api/v1/portals/"+portal).want(t, 200).json(t); p["state"] != "ok" || p["why"] != "" {
		t.Errorf("portal after the test: %v", p)
	}
}
