package web_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"omniconnector/internal/store/storetest"
	"omniconnector/web/webtest"
)

func (c client) tokens(tb testing.TB) int {
	tb.Helper()
	return len(c.as(webtest.AdminToken).get("/api/v1/tenants/shop/tokens").want(tb, 200).json(tb)["tokens"].([]any))
}

// S-2: a repeated request is answered as it was the first time, and nothing is done twice.
func TestRepeatedRequestIsDoneOnce(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	admin := c.as(webtest.AdminToken)
	for _, o := range []struct {
		who    client
		path   string
		body   any
		status int
	}{
		{admin, "/api/v1/tenants", map[string]any{"name": "Новый"}, 201},
		{admin, "/api/v1/tenants/shop/tokens", map[string]any{"name": "ci", "scope": "read"}, 201},
		{writer, "/api/v1/portals", credentials("member_id", "new"), 201},
		{writer, "/api/v1/hooks/rotate", map[string]any{"which": "path"}, 200},
		{writer, "/api/v1/portals/" + portal + "/index", nil, 202},
	} {
		first := o.who.do("POST", o.path, o.body, "Idempotency-Key", "one of "+o.path).want(t, o.status)
		before := storetest.Dump(t, c.Store)
		again := o.who.do("POST", o.path, o.body, "Idempotency-Key", "one of "+o.path).want(t, o.status)
		if again.body != first.body || again.header.Get("Content-Type") != first.header.Get("Content-Type") {
			t.Errorf("%s: first %s, then %s", o.path, first.body, again.body)
		}
		if first.header.Get("Idempotency-Replayed") != "" || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s: what is a repetition is not told", o.path)
		}
		for table, rows := range storetest.Dump(t, c.Store) {
			if strings.Join(rows, "\n") != strings.Join(before[table], "\n") {
				t.Errorf("%s: the repetition changed %s", o.path, table)
			}
		}
	}
}

func TestKeyOpensNothingElse(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, _ := c.tenant("shop")
	_, rival, _ := c.tenant("rival")
	admin := c.as(webtest.AdminToken)
	const key = "the same"
	rotate := func(who client, which string) answer {
		return who.do("POST", "/api/v1/hooks/rotate", map[string]any{"which": which}, "Idempotency-Key", key)
	}
	first := rotate(writer, "path").want(t, 200)
	if code, _ := rotate(writer, "body").want(t, 422).problem(t); code != "key_reused" {
		t.Errorf("another body: %q", code)
	}
	if code, _ := writer.do("POST", "/api/v1/platform/test", nil, "Idempotency-Key", key).want(t, 422).problem(t); code != "key_reused" {
		t.Errorf("another address: %q", code)
	}
	if theirs := rotate(rival, "path").want(t, 200); theirs.body == first.body || theirs.header.Get("Idempotency-Replayed") != "" {
		t.Error("another tenant is given the answer")
	}
	token := map[string]any{"name": "ci", "scope": "read"}
	drawn := admin.do("POST", "/api/v1/tenants/shop/tokens", token, "Idempotency-Key", key).want(t, 201).json(t)["token"].(string)
	if code, _ := admin.do("POST", "/api/v1/tenants/rival/tokens", token, "Idempotency-Key", key).want(t, 422).problem(t); code != "key_reused" {
		t.Errorf("the same for another tenant: %q", code)
	}
	c.as(drawn).do("POST", "/api/v1/hooks/rotate", map[string]any{"which": "path"}, "Idempotency-Key", key).want(t, 403)
	for _, row := range storetest.Dump(t, c.Store)["idempotency_keys"] {
		if strings.Contains(row, drawn) || strings.Contains(row, first.json(t)["secret"].(string)) {
			t.Errorf("a secret is to be seen: %s", row)
		}
	}
	c.Advance(24 * time.Hour)
	if a := rotate(writer, "body").want(t, 200); a.header.Get("Idempotency-Replayed") != "" {
		t.Error("a key is held for longer than a day")
	}
}

func TestRefusedRequestLeavesItsKeyFree(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, _ := c.tenant("shop")
	writer.do("POST", "/api/v1/portals", credentials("client_secret", "wrong"), "Idempotency-Key", "k").want(t, 422)
	writer.do("POST", "/api/v1/portals", `{"endpoint":`, "Idempotency-Key", "k").want(t, 400)
	writer.do("POST", "/api/v1/portals", strings.Repeat("x", 1<<20+1), "Idempotency-Key", "k").want(t, 413)
	writer.do("POST", "/api/v1/portals", credentials(), "Idempotency-Key", "k").want(t, 201)
	for name, key := range map[string]string{"too long": strings.Repeat("k", 256), "not ASCII": "ключ"} {
		if code, _ := writer.do("POST", "/api/v1/portals", credentials(), "Idempotency-Key", key).want(t, 400).problem(t); code != "bad_key" {
			t.Errorf("%s: %q", name, code)
		}
	}
	// What only reads has nothing to repeat.
	preview := map[string]any{"text": "{{contact_phone_number}}", "entity": "lead"}
	reader := writer.as(c.Embed("shop", "Анна", "read", time.Minute))
	portals := reader.get("/api/v1/portals").want(t, 200).json(t)["portals"].([]any)
	path := "/api/v1/portals/" + portals[0].(map[string]any)["id"].(string) + "/templates/preview"
	for range 2 {
		if a := reader.do("POST", path, preview, "Idempotency-Key", "k").want(t, 200); a.header.Get("Idempotency-Replayed") != "" {
			t.Error("a preview is a repetition")
		}
	}
}

func TestRequestsThatRaceAreDoneOnce(t *testing.T) {
	t.Parallel()
	c := setup(t)
	c.tenant("shop")
	before := c.tokens(t)
	admin := c.as(webtest.AdminToken)
	answers := make([]answer, 12)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			answers[i] = admin.do("POST", "/api/v1/tenants/shop/tokens", map[string]any{"name": "ci", "scope": "read"}, "Idempotency-Key", "race")
		})
	}
	wg.Wait()
	bodies := map[string]bool{}
	for _, a := range answers {
		if a.status == 409 {
			if code, _ := a.problem(t); code != "under_way" || a.header.Get("Retry-After") != "1" {
				t.Errorf("%s, Retry-After %q", code, a.header.Get("Retry-After"))
			}
			continue
		}
		bodies[a.want(t, 201).body] = true
	}
	if len(bodies) != 1 || c.tokens(t) != before+1 {
		t.Errorf("%d answers, %d tokens", len(bodies), c.tokens(t)-before)
	}
}

func TestKeysAreDescribed(t *testing.T) {
	t.Parallel()
	c := setup(t)
	doc, err := openapi3.NewLoader().LoadFromData([]byte(c.get("/api/openapi.json").want(t, 200).body))
	if err != nil {
		t.Fatal(err)
	}
	takes := func(path, method string) bool {
		return doc.Paths.Find(path).GetOperation(method).Parameters.GetByInAndName("header", "Idempotency-Key") != nil
	}
	for _, path := range []string{"/api/v1/tenants", "/api/v1/portals", "/api/v1/tenants/{tenant}/tokens", "/api/v1/portals/{portal}/imports", "/api/v1/hooks/rotate"} {
		if !takes(path, "POST") {
			t.Errorf("POST %s is not described with a key", path)
		}
	}
	if takes("/api/v1/tenants", "GET") || takes("/api/v1/portals/{portal}/templates/preview", "POST") {
		t.Error("what only reads is described with a key")
	}
}
