package web_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
	"omniconnector/web/webtest"
)

func (c client) jobs(tb testing.TB, portal string) map[string]map[string]any {
	tb.Helper()
	out := map[string]map[string]any{}
	for _, j := range c.get("/api/v1/portals/"+portal+"/jobs").want(tb, 200).json(tb)["jobs"].([]any) {
		job := j.(map[string]any)
		out[job["key"].(string)] = job
	}
	return out
}

func (c client) jobKeys(tb testing.TB, portal string) []string {
	tb.Helper()
	keys := []string{}
	for key := range c.jobs(tb, portal) {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func (c client) deadLetters(tb testing.TB) []map[string]any {
	tb.Helper()
	var out []map[string]any
	for _, l := range c.get("/api/v1/dead-letters").want(tb, 200).json(tb)["dead_letters"].([]any) {
		out = append(out, l.(map[string]any))
	}
	return out
}

// refused plays a call whose lead the portal refuses.
func (c client) refused(portal string, session int64) {
	c.Helper()
	c.Play(webtest.Story{
		Tenant: "shop", Portal: integration.PortalID(portal), Session: session, Client: "79000000077", Virtual: "74950000101",
		Refuse: map[string]*crm.Error{"create": {
			Kind: crm.Invalid, Method: "crm.item.add", Code: "CRM_FIELD_ERROR_REQUIRED", Text: "Обязательное поле «Отдел» не заполнено",
		}},
		Steps: []webtest.Step{{Event: "call_incoming"}, {Event: "call_finished", Gap: time.Second, Vars: map[string]any{"is_lost": true}}},
	})
}

// settleJob does what a lane does with an errand.
func (c client) settleJob(tb testing.TB, portal string, change lane.Change) {
	tb.Helper()
	ctx := tb.Context()
	leases, err := c.Store.Claim(ctx, "test", c.Now(), time.Minute, 10)
	if err != nil {
		tb.Fatal(err)
	}
	i := slices.IndexFunc(leases, func(l lane.Lease) bool { return string(l.Portal) == portal })
	if i < 0 {
		tb.Fatal("the lane has nothing to do")
	}
	if err := c.Store.Settle(ctx, leases[i], []lane.Change{change}); err != nil {
		tb.Fatal(err)
	}
	if err := c.Store.Release(ctx, leases[i]); err != nil {
		tb.Fatal(err)
	}
}

func TestSyncReadsTheSideThatIsAskedFor(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal
	writer.do("POST", at+"/sync", nil).want(t, 202)
	if !slices.Equal(c.Portals.Synced, []integration.PortalID{integration.PortalID(portal)}) {
		t.Errorf("without a body the portal is read: %v", c.Portals.Synced)
	}
	if code, _ := writer.do("POST", at+"/sync", map[string]any{"what": "all"}).want(t, 409).problem(t); code != "no_platform" {
		t.Errorf("code %q", code)
	}
	writer.do("PUT", "/api/v1/platform", map[string]any{"brand": "uis", "token": "key"}).want(t, 200)
	writer.do("POST", at+"/sync", map[string]any{"what": "platform"}).want(t, 202)
	if keys := writer.jobKeys(t, portal); len(c.Portals.Synced) != 1 || !slices.Equal(keys, []string{"centre/now", "every/centre"}) {
		t.Errorf("the platform alone: %v %v", c.Portals.Synced, keys)
	}
	writer.do("POST", at+"/sync", map[string]any{"what": "all"}).want(t, 202)
	if len(c.Portals.Synced) != 2 {
		t.Error("all is not both")
	}
	writer.do("POST", at+"/sync", map[string]any{"what": "weather"}).want(t, 422)
}

func TestImportIsOfAYearOfThePast(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal + "/imports"
	now := c.Now()
	asked := func(from, till time.Time) map[string]any { return map[string]any{"from": from, "till": till} }
	if code, _ := writer.do("POST", at, asked(now.Add(-time.Hour), now)).want(t, 409).problem(t); code != "no_platform" {
		t.Errorf("code %q", code)
	}
	writer.do("PUT", "/api/v1/platform", map[string]any{"brand": "uis", "token": "key"}).want(t, 200)
	day := 24 * time.Hour
	for want, body := range map[string]map[string]any{
		"/till period":          asked(now, now),
		"/till future":          asked(now.Add(-day), now.Add(time.Second)),
		"/from period_too_long": asked(now.Add(-367*day), now),
		"/from wrong_form":      {"from": "yesterday", "till": now},
	} {
		if _, mistakes := writer.do("POST", at, body).want(t, 422).problem(t); !slices.Contains(mistakes, want) {
			t.Errorf("mistakes %v, want %q", mistakes, want)
		}
	}
	key := writer.do("POST", at, asked(now.Add(-366*day), now)).want(t, 202).json(t)["key"].(string)
	job := writer.jobs(t, portal)[key]
	if job["kind"] != "import_calls" || job["state"] != "planned" || job["periodic"] != false {
		t.Errorf("job: %v", job)
	}
}

func TestJobsTellHowFarTheyAreAndWhatFailed(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, portal := c.tenant("shop")
	at := "/api/v1/portals/" + portal
	writer.do("PUT", "/api/v1/platform", map[string]any{"brand": "uis", "token": "key"}).want(t, 200)
	key := writer.do("POST", at+"/imports", map[string]any{"from": "2026-01-01T00:00:00Z", "till": "2026-02-01T00:00:00Z"}).want(t, 202).json(t)["key"].(string)
	writer.do("POST", at+"/index", nil).want(t, 202)
	c.settleJob(t, portal, lane.Change{
		Key: integration.ActionKey(key), State: lane.StatePlanned, Attempts: 2, At: c.Now(), DueAt: c.Now().Add(time.Minute),
		Result: []byte(`{"done":40,"total":120}`), Err: &crm.Error{Kind: crm.Limited, Method: "get.calls_report", Code: "limit_exceeded", Text: "minute limit"},
	})
	c.settleJob(t, portal, lane.Change{Key: "index", State: lane.StateDone, Attempts: 1, At: c.Now(), Result: []byte(`{"done":7}`)})
	jobs := reader.speaking("ru").jobs(t, portal)
	job := jobs[key]
	if p := job["progress"].(map[string]any); p["done"] != 40.0 || p["total"] != 120.0 {
		t.Errorf("progress: %v", p)
	}
	if e := job["error"].(map[string]any); e["code"] != "limit_exceeded" || !strings.Contains(job["message"].(string), "повторим сами") {
		t.Errorf("error: %v", job)
	}
	if job["title"] != "Импорт истории звонков" || job["due"] == nil {
		t.Errorf("job: %v", job)
	}
	if done := jobs["index"]; done["due"] != nil || done["state"] != "done" || done["progress"].(map[string]any)["done"] != 7.0 ||
		done["updated"] != c.Now().UTC().Format(time.RFC3339Nano) {
		t.Errorf("index: %v", done)
	}
	if sync := jobs["every/centre"]; sync["periodic"] != true || sync["kind"] != "sync_centre" || sync["progress"] != nil {
		t.Errorf("periodic: %v", sync)
	}
}

func TestDeadLettersAreRetriedAndDismissed(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, portal := c.tenant("shop")
	c.refused(portal, 910000021)
	c.refused(portal, 910000022)
	letters := reader.speaking("ru").deadLetters(t)
	if len(letters) != 2 {
		t.Fatalf("%d dead letters, want 2", len(letters))
	}
	first := letters[0]
	at := "/api/v1/dead-letters/" + portal + "/" + first["id"].(string)
	e := first["error"].(map[string]any)
	if e["code"] != "CRM_FIELD_ERROR_REQUIRED" || e["text"] != "Обязательное поле «Отдел» не заполнено" || !strings.Contains(first["hint"].(string), "Доп. поля") {
		t.Errorf("letter: %v", first)
	}
	if code, _ := reader.do("POST", at+"/retry", nil).want(t, 403).problem(t); code != "read_only" {
		t.Errorf("code %q", code)
	}
	writer.do("POST", at+"/retry", nil).want(t, 202)
	writer.do("POST", at+"/retry", nil).want(t, 404)
	second := "/api/v1/dead-letters/" + portal + "/" + letters[1]["id"].(string)
	for _, body := range []any{map[string]any{}, map[string]any{"note": ""}, map[string]any{"note": "  "}} {
		writer.do("POST", second+"/dismiss", body).want(t, 422)
	}
	writer.do("POST", second+"/dismiss", map[string]any{"note": "клиент уже заведён"}).want(t, 204)
	if left := reader.deadLetters(t); len(left) != len(letters)-2 {
		t.Errorf("%d letters are left of %d", len(left), len(letters))
	}
	trail, err := c.Store.AuditTrail(t.Context(), "shop", "", 5)
	if err != nil || !slices.ContainsFunc(trail, func(e store.AuditEntry) bool {
		return e.Verb == "action.dismissed" && strings.Contains(string(e.Detail), "клиент уже заведён")
	}) {
		t.Errorf("the note is not kept: %v", err)
	}
	writer.do("POST", "/api/v1/dead-letters/"+portal+"/not+base64/retry", nil).want(t, 404)
}

func TestDeadLettersComeByPages(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	for session := range int64(3) {
		c.refused(portal, 910000021+session)
	}
	all := reader.deadLetters(t)
	var seen []string
	next := ""
	for range len(all) {
		page := reader.get("/api/v1/dead-letters?limit=1&portal="+portal+"&cursor="+next).want(t, 200).json(t)
		for _, l := range page["dead_letters"].([]any) {
			seen = append(seen, l.(map[string]any)["id"].(string))
		}
		next = page["next"].(string)
	}
	for i, l := range all {
		if i >= len(seen) || seen[i] != l["id"] {
			t.Fatalf("pages give %v", seen)
		}
	}
	if next != "" {
		t.Error("the list does not end")
	}
	if _, mistakes := reader.get("/api/v1/dead-letters?cursor=x").want(t, 422).problem(t); !slices.Contains(mistakes, "query.cursor cursor") {
		t.Errorf("mistakes: %v", mistakes)
	}
}
