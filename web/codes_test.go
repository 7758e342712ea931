package web_test

import (
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
)

// S-5: a code is drawn in the tenant's cabinet, with the keys of a local application; it lives an hour and no secret comes back.
func TestPortalCodeIsDrawn(t *testing.T) {
	t.Parallel()
	c := setup(t)
	read, write := c.Tenant("shop")
	c.as(read).do("POST", "/api/v1/portals/codes", map[string]any{"client_id": "local.1", "client_secret": "s3cret"}).want(t, 403)
	c = c.as(write)
	a := c.do("POST", "/api/v1/portals/codes", map[string]any{"client_id": "local.1", "client_secret": "s3cret"}).want(t, 201)
	drawn := a.json(t)
	if drawn["expires"] != c.Now().Add(time.Hour).Format(time.RFC3339) || strings.Contains(a.body, "s3cret") {
		t.Errorf("drawn: %s", a.body)
	}
	app := drawn["application"].(map[string]any)
	if app["install"] != app["handler"].(string)+"/install" || app["marketplace"] != false {
		t.Errorf("application: %v", app)
	}
	known, err := c.Store.PortalCode(t.Context(), integration.Secret(drawn["code"].(string)))
	if err != nil || known.Tenant.ID != "shop" || known.ClientID != "local.1" || string(known.ClientSecret) != "s3cret" {
		t.Errorf("stored: %+v, %v", known.Tenant, err)
	}
	if got := c.get("/api/v1/application").want(t, 200).json(t); got["handler"] != app["handler"] {
		t.Errorf("application: %v", got)
	}
}

func TestPortalCodeNeedsKeys(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, write := c.Tenant("shop")
	for pointer, body := range map[string]map[string]any{
		"/client_id":     {},
		"/client_secret": {"client_id": "local.1"},
	} {
		_, errors := c.as(write).do("POST", "/api/v1/portals/codes", body).want(t, 422).problem(t)
		if len(errors) != 1 || !strings.HasPrefix(errors[0], pointer+" ") {
			t.Errorf("%v: %+v", body, errors)
		}
	}
}
