package web_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
	"omniconnector/web/webtest"
)

func TestReplayIsAskedForOnceAndNotOfACallUnderWay(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	at := "/api/v1/portals/" + portal
	filtered := reader.get("/api/v1/events?outcome=filtered").want(t, 200).json(t)["events"].([]any)
	session := filtered[0].(map[string]any)["event"].(map[string]any)["session"].(string)
	replayed := func() int {
		return len(reader.get("/api/v1/events?kind=call_replayed").want(t, 200).json(t)["events"].([]any))
	}
	for range 2 {
		out := writer.do("POST", at+"/calls/"+session+"/replay", map[string]any{"request": "mine"}).want(t, 202).json(t)
		if out["request"] != "mine" || out["calls"] != 1.0 || out["running"] != 0.0 || replayed() != 1 {
			t.Errorf("%v, %d events", out, replayed())
		}
	}
	if out := writer.do("POST", at+"/calls/"+session+"/replay", nil).want(t, 202).json(t); out["request"] == "" || replayed() != 2 {
		t.Errorf("without a name: %v, %d events", out, replayed())
	}
	c.Play(webtest.Story{
		Tenant: "shop", Portal: integration.PortalID(portal), Session: 99, Client: "79000000077", Virtual: "74950000101",
		Steps: []webtest.Step{{Event: "call_incoming"}},
	})
	if code, _ := writer.do("POST", at+"/calls/99/replay", nil).want(t, 409).problem(t); code != "running" {
		t.Errorf("code %q", code)
	}
	writer.do("POST", at+"/calls/nobody/replay", nil).want(t, 404)
	reader.do("POST", at+"/calls/"+session+"/replay", nil).want(t, 403)
	_, stranger, _ := c.tenant("stranger")
	stranger.do("POST", at+"/calls/"+session+"/replay", nil).want(t, 404)
	trail, err := c.Store.AuditTrail(t.Context(), "shop", "", 9)
	if err != nil || !slices.ContainsFunc(trail, func(e store.AuditEntry) bool {
		return e.Verb == "calls.replayed" && strings.Contains(e.Author, "writer") && strings.Contains(string(e.Detail), `"request":"mine"`)
	}) {
		t.Errorf("audit %+v %v", trail, err)
	}
}

func TestReplayOfARangeIsChosenByOutcome(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	c.Advance(3 * time.Hour)
	at := "/api/v1/portals/" + portal + "/replay"
	day := map[string]any{"from": c.Now().Add(-24 * time.Hour), "till": c.Now(), "outcome": "filtered"}
	if out := writer.do("POST", at, day).want(t, 202).json(t); out["calls"] != 1.0 {
		t.Errorf("of those kept out: %v", out)
	}
	delete(day, "outcome")
	if out := writer.do("POST", at, day).want(t, 202).json(t); out["calls"].(float64) < 4 {
		t.Errorf("of the whole day: %v", out)
	}
	reader.do("POST", at, day).want(t, 403)
	for want, body := range map[string]map[string]any{
		"/till period":         {"from": c.Now(), "till": c.Now()},
		"/from range_too_long": {"from": c.Now().AddDate(-2, 0, 0), "till": c.Now()},
		"/outcome one_of":      {"from": c.Now().Add(-time.Hour), "till": c.Now(), "outcome": "rain"},
	} {
		if _, mistakes := writer.do("POST", at, body).want(t, 422).problem(t); !slices.Contains(mistakes, want) {
			t.Errorf("mistakes %v, want %q", mistakes, want)
		}
	}
}

func TestJournalIsSearchedAsPeopleRemember(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	c.refused(portal, 77)
	count := func(query string) int {
		return len(reader.get("/api/v1/events?"+query).want(t, 200).json(t)["events"].([]any))
	}
	for query, want := range map[string]int{
		"text=8%20(900)%20000-00-01": 5, "text=%2B7%20900%20000%2000%2001": 5, "text=910000001": 5, "text=%20910000001%20": 5,
		"text=000-00-77": 2, "action=dead": 2, "text=no+such+text": 0, "text=deal+999999": 0,
		"text=000-00-77&since=2027-01-01T00:00:00Z": 0,
	} {
		if n := count(query); n != want {
			t.Errorf("%s: %d events, want %d", query, n, want)
		}
	}
	if lead := count("text=lead+1201"); lead == 0 || lead != count("text=%D0%9B%D0%B8%D0%B4+%E2%84%961201") {
		t.Errorf("%d events of the lead that was made", lead)
	}
	for _, short := range []string{"x", "%20%20a", "%2B-", "deal+0"} {
		if _, mistakes := reader.get("/api/v1/events?text="+short).want(t, 422).problem(t); len(mistakes) != 1 || mistakes[0] != "query.text search_too_short" {
			t.Errorf("%s: %v", short, mistakes)
		}
	}
	c.Advance(40 * 24 * time.Hour)
	if n, all := count("text=910000001"), count("text=910000001&since=2026-01-01T00:00:00Z"); n != 0 || all != 5 {
		t.Errorf("%d events of long ago without asking for them, %d with", n, all)
	}
}

func TestLimitsTellWhatIsLeftAndWhatWaits(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	at, ctx := "/api/v1/portals/"+portal+"/limits", t.Context()
	idle := reader.get(at).want(t, 200).json(t)
	bucket := idle["bucket"].(map[string]any)
	if bucket["left"] != 40.0 || bucket["burst"] != 40.0 || bucket["per_second"] != 2.0 || idle["paused"] != nil {
		t.Errorf("idle %v", idle)
	}
	operating := idle["operating"].(map[string]any)
	if method := operating["methods"].([]any)[0].(map[string]any); operating["known"] != true || method["seconds"] != 90.0 {
		t.Errorf("operating %v", operating)
	}
	c.Play(webtest.Story{
		Tenant: "shop", Portal: integration.PortalID(portal), Session: 1, Client: "79000000077", Virtual: "74950000101", Stall: true,
		Steps: []webtest.Step{{Event: "call_incoming"}, {Event: "call_finished", Gap: time.Second, Vars: map[string]any{"is_lost": true}}},
	})
	leases, err := c.Store.Claim(ctx, "another", c.Now(), time.Minute, 10)
	if err != nil || len(leases) != 1 {
		t.Fatal(leases, err)
	}
	for range 3 {
		if _, err := c.Store.Begin(ctx, leases[0], nil, c.Now(), c.Now(), lane.Ordinary()); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Store.Pause(ctx, leases[0], c.Now().Add(time.Minute), "503"); err != nil {
		t.Fatal(err)
	}
	c.Advance(500 * time.Millisecond)
	busy := reader.get(at).want(t, 200).json(t)
	queue := busy["queue"].(map[string]any)
	if left := busy["bucket"].(map[string]any)["left"]; left != 38.0 {
		t.Errorf("%v left of 40 less 3, and one came back", left)
	}
	if why := busy["paused"].(map[string]any)["why"]; why != "503" {
		t.Errorf("paused: %v", busy["paused"])
	}
	if queue["actions"].(float64) < 2 || queue["action_age"].(float64) < 0.5 {
		t.Errorf("queue %v", queue)
	}
	if known := busy["operating"].(map[string]any)["known"]; known != false {
		t.Error("another process works in the lane, and still its usage is known")
	}
	_, stranger, _ := c.tenant("stranger")
	stranger.get(at).want(t, 404)
}
