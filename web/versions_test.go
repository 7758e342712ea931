package web_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/integration/settings"
	"omniconnector/web/webtest"
)

// saved saves the world's settings with another name of the application, as the next version.
func (c client) saved(portal, name string) {
	c.Helper()
	s := webtest.Settings()
	s.AppName = name
	c.do("PUT", "/api/v1/portals/"+portal+"/settings", string(settings.Write(s)), "If-Match", "*").want(c, 200)
}

func TestVersionsAreListedNewestFirstAndDiffer(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal + "/settings/"
	writer.saved(portal, "second")
	writer.saved(portal, "third")
	var seen []float64
	for cursor, pages := "", 0; pages < 3; pages++ {
		page := reader.get(at+"versions?limit=1&cursor="+cursor).want(t, 200).json(t)
		one := page["versions"].([]any)[0].(map[string]any)
		seen = append(seen, one["version"].(float64))
		if one["author"] == "" || one["created_at"] == "" {
			t.Errorf("version: %v", one)
		}
		cursor = page["next"].(string)
	}
	if diff := cmp.Diff([]float64{3, 2, 1}, seen); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	second := reader.get(at+"versions/2").want(t, 200)
	if body := second.json(t); second.header.Get("ETag") != `"2"` || body["settings"].(map[string]any)["app_name"] != "second" || !strings.Contains(body["author"].(string), "writer") {
		t.Errorf("version 2: %s", second.body)
	}
	for query, want := range map[string]string{
		"":             `"from":2,"to":3,"changes":[{"pointer":"/app_name","kind":"changed","from":"second","to":"third"}]`,
		"?from=1&to=3": `"from":1,"to":3,"changes":[{"pointer":"/app_name","kind":"changed","from":"OMNI","to":"third"}]`,
		"?from=3&to=3": `"from":3,"to":3,"changes":[]`,
	} {
		if got := reader.get(at+"diff"+query).want(t, 200).body; !strings.Contains(got, want) {
			t.Errorf("diff%s: %s, want %s", query, got, want)
		}
	}
	first := reader.get(at+"diff?to=1").want(t, 200).json(t)
	if first["from"] != 0.0 || len(first["changes"].([]any)) == 0 {
		t.Errorf("the first version: %v", first)
	}
	for _, nothing := range []string{"versions/4", "versions/0", "versions/x", "diff?from=9", "diff?to=9"} {
		reader.get(at+nothing).want(t, 404)
	}
	if code, _ := reader.get(at+"versions?cursor=x").want(t, 422).problem(t); code != "invalid" {
		t.Errorf("a cursor of nobody: %s", code)
	}
}

func TestRestoredVersionIsTheNextOneAndInTheAudit(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal + "/settings"
	first := reader.get(at).want(t, 200).body
	writer.saved(portal, "second")
	restore := at + "/versions/1/restore"
	if code, _ := writer.do("POST", restore, nil).want(t, 428).problem(t); code != "no_condition" {
		t.Errorf("code %q, want no_condition", code)
	}
	writer.do("POST", restore, nil, "If-Match", `"1"`).want(t, 412)
	reader.do("POST", restore, nil, "If-Match", `"2"`).want(t, 403)
	writer.do("POST", at+"/versions/9/restore", nil, "If-Match", `"2"`).want(t, 404)
	if a := writer.do("POST", restore, nil, "If-Match", `"2"`).want(t, 200); a.header.Get("ETag") != `"3"` || a.json(t)["version"] != 3.0 {
		t.Errorf("restored: %s", a.body)
	}
	if now := reader.get(at).want(t, 200); now.body != first || now.header.Get("ETag") != `"3"` {
		t.Errorf("the first version is not in force: %s", now.body)
	}
	row := reader.get("/api/v1/audit?limit=1").want(t, 200).json(t)["audit"].([]any)[0].(map[string]any)
	detail := map[string]any{"from": 1.0, "version": 3.0}
	if diff := cmp.Diff(detail, row["detail"]); diff != "" || row["verb"] != "settings.restored" || row["portal"] != portal || !strings.Contains(row["author"].(string), "writer") {
		t.Errorf("audit: %v", row)
	}
}

// What was right when it was saved need not be right today.
func TestVersionThatNoLongerFitsThePortalIsNotRestored(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	s := webtest.Settings()
	s.Telephony.Incoming.Responsible.Default = 404
	if _, err := c.Store.SaveSettings(t.Context(), "shop", integration.PortalID(portal), 1, settings.Write(s), "test"); err != nil {
		t.Fatal(err)
	}
	writer.saved(portal, "third")
	at := "/api/v1/portals/" + portal + "/settings"
	code, mistakes := writer.do("POST", at+"/versions/2/restore", nil, "If-Match", `"3"`).want(t, 422).problem(t)
	if diff := cmp.Diff([]string{"/telephony/incoming/responsible/default unknown_user"}, mistakes); diff != "" || code != "settings_invalid" {
		t.Errorf("%s (-want +got):\n%s", code, diff)
	}
	if got := writer.get(at).want(t, 200).header.Get("ETag"); got != `"3"` {
		t.Errorf("ETag %s, want \"3\"", got)
	}
}

func TestAuditIsPaged(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, portal := c.tenant("shop")
	for _, name := range []string{"second", "third"} {
		writer.saved(portal, name)
	}
	var versions []any
	for cursor, pages := "", 0; pages < 3; pages++ {
		page := reader.get("/api/v1/audit?limit=1&cursor="+cursor).want(t, 200).json(t)
		versions = append(versions, page["audit"].([]any)[0].(map[string]any)["detail"].(map[string]any)["version"])
		cursor = page["next"].(string)
	}
	if diff := cmp.Diff([]any{3.0, 2.0, 1.0}, versions); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	if _, mistakes := reader.get("/api/v1/audit?cursor=x").want(t, 422).problem(t); mistakes[0] != "query.cursor cursor" {
		t.Errorf("mistakes: %v", mistakes)
	}
}
