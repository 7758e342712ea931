package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/web/webtest"
)

func TestOverviewTellsHowAPortalDoes(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	c.refused(portal, 910000021)
	all := reader.get("/api/v1/overview").want(t, 200).json(t)
	if n := len(all["portals"].([]any)); n != 1 || all["platform"] != false || all["next"] != "" {
		t.Fatalf("overview: %v", all)
	}
	one := reader.get("/api/v1/portals/"+portal+"/overview").want(t, 200).json(t)
	if fmt.Sprint(one) != fmt.Sprint(all["portals"].([]any)[0]) {
		t.Error("a portal's own overview tells something else")
	}
	now := one["now"].(map[string]any)
	latest := now["latest"].([]any)
	if len(latest) == 0 || now["calls"] != float64(len(latest)) {
		t.Fatalf("now: %v", now)
	}
	call := latest[0].(map[string]any)
	if !strings.HasPrefix(call["phone"].(string), "+7") || call["employee"] == "" || call["since"] == "" {
		t.Errorf("a call that goes on: %v", call)
	}
	ended := one["today"].(map[string]any)["ended"].(map[string]any)
	if ended["talked"] != 3.0 || ended["missed"] != 2.0 || ended["filtered"] != 1.0 {
		t.Errorf("today: %v", one["today"])
	}
	if one["dead_letters"].(float64) < 1 || one["settings"].(map[string]any)["version"] != 1.0 {
		t.Errorf("%v dead letters, settings %v", one["dead_letters"], one["settings"])
	}
	if got := undone(one); !slices.Equal(got, []string{"platform", "employees"}) {
		t.Errorf("still to do: %v", got)
	}
	writer.do("PUT", "/api/v1/platform", map[string]any{"brand": "uis", "token": "key"}).want(t, 200)
	if got := undone(reader.get("/api/v1/portals/"+portal+"/overview").want(t, 200).json(t)); !slices.Equal(got, []string{"employees"}) {
		t.Errorf("still to do: %v", got)
	}
	c.Advance(24 * time.Hour)
	tomorrow := reader.get("/api/v1/portals/"+portal+"/overview").want(t, 200).json(t)["today"].(map[string]any)
	if tomorrow["calls"] != 0.0 {
		t.Errorf("the next day: %v", tomorrow)
	}
}

func undone(overview map[string]any) []string {
	var left []string
	for _, s := range overview["steps"].([]any) {
		if step := s.(map[string]any); step["done"] == false {
			left = append(left, step["code"].(string))
		}
	}
	return left
}

func TestOverviewOfATenantThatHasJustBegun(t *testing.T) {
	t.Parallel()
	c := setup(t)
	read, _ := c.Tenant("shop")
	all := c.as(read).speaking("ru").get("/api/v1/overview").want(t, 200)
	want := []string{"portal", "platform", "directory", "employees", "settings", "notifications"}
	if got := undone(all.json(t)); !slices.Equal(got, want) || !strings.Contains(all.body, "Подключить портал") {
		t.Errorf("still to do: %v in %s", got, all.body)
	}
}

func TestOverviewAtAPortalsPageIsOfThatPortalOnly(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, _, portal := c.tenant("shop")
	employee := c.as(c.Inside("shop", integration.PortalID(portal), 21, false))
	employee.get("/api/v1/portals/"+portal+"/overview").want(t, 200)
	if code, _ := employee.get("/api/v1/overview").want(t, 403).problem(t); code != "portal_only" {
		t.Errorf("code %q", code)
	}
	c.as(webtest.AdminToken).get("/api/v1/overview").want(t, 403)
}
