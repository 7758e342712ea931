package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// joined lists who is whom, as "employee by user".
func (c client) joined(tb testing.TB, portal string) []string {
	tb.Helper()
	var out []string
	for _, e := range c.get("/api/v1/portals/"+portal+"/employees").want(tb, 200).json(tb)["employees"].([]any) {
		out = append(out, who(e.(map[string]any)))
	}
	return out
}

func who(e map[string]any) string {
	user := any("-")
	if u, ok := e["user"].(map[string]any); ok {
		user = u["id"]
	}
	return fmt.Sprint(e["employee"].(map[string]any)["id"], " ", e["by"], " ", user)
}

func TestEmployeesAndUsersAreJoined(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	a := reader.get("/api/v1/portals/"+portal+"/employees").want(t, 200)
	if a.header.Get("ETag") != `"1"` {
		t.Errorf("ETag %s", a.header.Get("ETag"))
	}
	if diff := cmp.Diff([]string{"11 hand 1", "12 hand 7", "13 email 21", "14 none -"}, reader.joined(t, portal)); diff != "" {
		t.Errorf("joined (-want +got):\n%s", diff)
	}
	first := a.json(t)["employees"].([]any)[0].(map[string]any)["employee"].(map[string]any)
	want := map[string]any{
		"id": 11.0, "name": "Тестова Анна", "email": "", "extension": "101", "phones": []any{"79000000011"}, "takes": true, "sip": true,
		"status": "Доступен", "known": true,
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("employee (-want +got):\n%s", diff)
	}
	users := a.json(t)["users"].([]any)
	if len(users) != 1 || users[0].(map[string]any)["id"] != 22.0 {
		t.Errorf("users who are nobody: %v", users)
	}
}

func TestMappingByHandIsAVersionOfTheSettings(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal + "/employees/"
	a := writer.do("PUT", at+"13", map[string]any{"user": 22}).want(t, 200)
	if a.header.Get("ETag") != `"2"` || who(a.json(t)) != "13 hand 22" {
		t.Errorf("mapped: %s %s", a.header.Get("ETag"), a.body)
	}
	if again := writer.do("PUT", at+"13", map[string]any{"user": 22}, "If-Match", `"2"`).want(t, 200); again.header.Get("ETag") != `"2"` {
		t.Error("nothing changed, and a version was saved")
	}
	if code, _ := writer.do("PUT", at+"13", map[string]any{"user": 1}, "If-Match", `"1"`).want(t, 412).problem(t); code != "stale" {
		t.Errorf("code %q", code)
	}
	if doc := writer.get("/api/v1/portals/"+portal+"/settings").want(t, 200); !strings.Contains(doc.body, `{"employee":13,"user":22}`) {
		t.Errorf("the settings do not have it: %s", doc.body)
	}
	a = writer.do("DELETE", at+"11", nil).want(t, 200)
	if a.header.Get("ETag") != `"3"` || who(a.json(t)) != "11 none -" {
		t.Errorf("taken out: %s %s", a.header.Get("ETag"), a.body)
	}
	if a := writer.do("DELETE", at+"14", nil).want(t, 200); a.header.Get("ETag") != `"3"` {
		t.Error("there was nothing to take out, and a version was saved")
	}
	if _, mistakes := writer.do("PUT", at+"13", map[string]any{"user": 404}).want(t, 422).problem(t); mistakes[0] != "/user unknown_user" {
		t.Errorf("mistakes %v", mistakes)
	}
	for _, nobody := range []string{"404", "0", "-1", "anna"} {
		writer.do("PUT", at+nobody, map[string]any{"user": 1}).want(t, 404)
	}
}

func TestMappingNeedsSavedSettings(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, write := c.Tenant("shop")
	c = c.as(write)
	portal := c.do("POST", "/api/v1/portals", credentials()).want(t, 201).json(t)["portal"].(map[string]any)["id"].(string)
	a := c.do("PUT", "/api/v1/portals/"+portal+"/employees/11", map[string]any{"user": 1}).want(t, 409)
	if code, _ := a.problem(t); code != "no_settings" {
		t.Errorf("code %q", code)
	}
	if a := c.get("/api/v1/portals/"+portal+"/settings").want(t, 200); a.header.Get("ETag") != `"0"` {
		t.Error("settings were saved that nobody chose")
	}
}
