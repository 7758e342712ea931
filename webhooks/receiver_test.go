package webhooks_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/webhooks"
	"omniconnector/webhooks/uis"
)

var noon = time.Date(2026, 5, 12, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// tenants is an Access in memory.
type tenants map[integration.TenantID]webhooks.HookAccess

func (a tenants) HookAccess(_ context.Context, t integration.TenantID) (webhooks.HookAccess, error) {
	if t == "broken" {
		return webhooks.HookAccess{}, errors.New("storage is away")
	}
	access, ok := a[t]
	if !ok {
		return access, webhooks.ErrUnknownTenant
	}
	return access, nil
}

// shelf is an Acceptor in memory.
type shelf struct {
	mu   sync.Mutex
	kept []integration.Delivery
	err  error
}

func (s *shelf) Accept(_ context.Context, d integration.Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.kept = append(s.kept, d)
	}
	return s.err
}

// tally is a Counter that remembers.
type tally struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *tally) add(what string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	c.n[what] += n
}

func (c *tally) Delivery(source string, o webhooks.Outcome) { c.add(source+" "+string(o), 1) }
func (c *tally) Refusal(source string, w webhooks.Reason)   { c.add(source+" "+string(w), 1) }
func (c *tally) Committed(n int)                            { c.add("commits", 1); c.add("committed", n) }
func (c *tally) Spooled(int, int64)                         {}

const (
	pathSecret = "PATHSECRET"
	bodySecret = "BODYSECRET"
)

type bench struct {
	*gin.Engine
	shelf *shelf
	tally *tally
	log   *bytes.Buffer
}

func setup(t *testing.T) *bench {
	t.Helper()
	hash := webhooks.HashSecret
	b := &bench{Engine: gin.New(), shelf: &shelf{}, tally: &tally{}, log: &bytes.Buffer{}}
	webhooks.NewReceiver(webhooks.ReceiverOptions{
		Access: tenants{
			"shop": {
				State:       integration.TenantActive,
				PathSecrets: []webhooks.SecretHash{hash(pathSecret), hash("OLDPATH").Until(noon.Add(time.Hour)), hash("EXPIRED").Until(noon)},
				BodySecrets: []webhooks.SecretHash{hash(bodySecret), hash("OLDBODY").Until(noon.Add(time.Hour))},
				Portals:     []integration.PortalID{"p1", "p2"}, Location: time.FixedZone("MSK", 3*60*60),
			},
			"free":   {PathSecrets: []webhooks.SecretHash{hash(pathSecret)}},
			"asleep": {State: integration.TenantSuspended, PathSecrets: []webhooks.SecretHash{hash(pathSecret)}, Portals: []integration.PortalID{"p3"}},
			"locked": {},
		},
		Sources: []webhooks.Source{uis.Source{}}, Inbox: b.shelf, Now: clock, Counter: b.tally,
		Log:   slog.New(slog.NewTextHandler(b.log, nil)),
		NewID: func() integration.EventID { return "ev-1" },
	}).Mount(b)
	return b
}

func (b *bench) send(method, target, body string) *httptest.ResponseRecorder {
	return b.do(httptest.NewRequestWithContext(context.Background(), method, target, strings.NewReader(body)))
}

func (b *bench) do(req *http.Request) *httptest.ResponseRecorder {
	req.RemoteAddr = "203.0.113.9:4242"
	w := httptest.NewRecorder()
	b.ServeHTTP(w, req)
	return w
}

const good = `{"event":"call_incoming","secret":"BODYSECRET","call_session_id":1,"contact_phone_number":"79000000001","notification_time":"2026-05-12 14:59:00"}`

func TestANotificationIsKeptBeforeItIsAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/uis/shop.PATHSECRET/call_incoming", strings.NewReader(good))
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	if w := b.do(req); w.Code != http.StatusOK || w.Body.String() != `{"accepted":true}` {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	want := []integration.Delivery{{
		Tenant: "shop", Portals: []integration.PortalID{"p1", "p2"},
		Event: integration.Event{
			ID: "ev-1", Source: "uis", Key: "call_incoming|1|", Kind: integration.CallIncoming, Session: "1", Customer: "+79000000001",
			At: noon.Add(-time.Minute), Received: noon,
			Report: integration.Report{Direction: "in", ClientNumber: "79000000001"},
		},
		Method: http.MethodPost, ContentType: "application/json", Remote: "203.0.113.9", Received: noon,
		Body: []byte(strings.Replace(good, bodySecret, "[secret]", 1)),
	}}
	if diff := cmp.Diff(want, b.shelf.kept); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestWhoMayComeIn(t *testing.T) {
	t.Parallel()
	noSecret := strings.Replace(good, `"secret":"BODYSECRET",`, "", 1)
	wrongSecret := strings.Replace(good, bodySecret, "WRONG", 1)
	oldSecret := strings.Replace(good, bodySecret, "OLDBODY", 1)
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		counted            string
	}{
		"the current secrets":          {"POST", "/hooks/uis/shop.PATHSECRET", good, 200, "uis accepted"},
		"a slash at the end":           {"POST", "/hooks/uis/shop.PATHSECRET/", good, 200, "uis accepted"},
		"an event and a slash":         {"POST", "/hooks/uis/shop.PATHSECRET/call_incoming/", good, 200, "uis accepted"},
		"the secrets before rotation":  {"POST", "/hooks/uis/shop.OLDPATH", oldSecret, 200, "uis accepted"},
		"a secret in a query":          {"GET", "/hooks/uis/shop.PATHSECRET/call_lost?secret=%22BODYSECRET%22&call_session_id=1", "", 200, "uis accepted"},
		"a secret in a form":           {"POST", "/hooks/uis/shop.PATHSECRET/call_lost", "secret=BODYSECRET&call_session_id=1", 200, "uis accepted"},
		"no body secret is wanted":     {"POST", "/hooks/uis/free.PATHSECRET", noSecret, 200, "uis accepted"},
		"a suspended tenant":           {"POST", "/hooks/uis/asleep.PATHSECRET", noSecret, 200, "uis accepted"},
		"an expired path secret":       {"POST", "/hooks/uis/shop.EXPIRED", good, 401, "uis path_secret"},
		"a wrong path secret":          {"POST", "/hooks/uis/shop.WRONG", good, 401, "uis path_secret"},
		"another tenant's path secret": {"POST", "/hooks/uis/locked.PATHSECRET", good, 401, "uis path_secret"},
		"an unknown tenant":            {"POST", "/hooks/uis/nobody.PATHSECRET", good, 401, "uis unknown_tenant"},
		"no secret in the address":     {"POST", "/hooks/uis/shop", good, 401, "uis bad_token"},
		"an empty secret":              {"POST", "/hooks/uis/shop.", good, 401, "uis bad_token"},
		"a wrong body secret":          {"POST", "/hooks/uis/shop.PATHSECRET", wrongSecret, 401, "uis body_secret"},
		"no body secret":               {"POST", "/hooks/uis/shop.PATHSECRET", noSecret, 401, "uis body_secret"},
		"no body at all":               {"POST", "/hooks/uis/shop.PATHSECRET", "", 401, "uis body_secret"},
		"garbage without the secret":   {"POST", "/hooks/uis/shop.PATHSECRET", "garbage", 401, "uis body_secret"},
		"garbage with the secret":      {"POST", "/hooks/uis/shop.PATHSECRET", `{"secret":"BODYSECRET",`, 200, "uis invalid"},
		"garbage, no secret wanted":    {"POST", "/hooks/uis/free.PATHSECRET", "garbage", 200, "uis invalid"},
		"tenants cannot be told":       {"POST", "/hooks/uis/broken.PATHSECRET", good, 503, "uis refused"},
		"another method":               {"PUT", "/hooks/uis/shop.PATHSECRET", good, 405, "uis malformed"},
		"another source":               {"POST", "/hooks/pbx/shop.PATHSECRET", good, 404, "unknown malformed"},
		"a large body of a stranger":   {"POST", "/hooks/uis/shop.WRONG", strings.Repeat(" ", 2<<20), 401, "uis path_secret"},
		"a large body":                 {"POST", "/hooks/uis/shop.PATHSECRET", strings.Repeat(" ", 1<<20+1), 413, "uis too_large"},
		"a body of 1 MiB":              {"POST", "/hooks/uis/shop.PATHSECRET", good + strings.Repeat(" ", 1<<20-len(good)), 200, "uis accepted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			w := b.send(c.method, c.path, c.body)
			if w.Code != c.status || b.tally.n[c.counted] != 1 {
				t.Errorf("got %d %s, counted %v; want %d, %s", w.Code, w.Body, b.tally.n, c.status, c.counted)
			}
			if kept := len(b.shelf.kept); (kept == 1) != (c.status == 200) {
				t.Errorf("%d deliveries were kept", kept)
			}
			if c.status != 200 && !strings.Contains(w.Body.String(), `{"error":"`) {
				t.Errorf("the refusal says %s", w.Body)
			}
		})
	}
}

func TestNoSecretIsKeptLoggedOrAnswered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/hooks/uis/shop.PATHSECRET", good},
		{"POST", "/hooks/uis/shop.PATHSECRET", `{"secret" : "BODYSECRET", "call_session_id":`},
		{"POST", "/hooks/uis/shop.PATHSECRET", `"{\"secret\":\"BODYSECRET\",\"event\":\"call_lost\",\"call_session_id\":1}"`},
		{"POST", "/hooks/uis/shop.PATHSECRET", "event=call_lost&secret=%22BODYSECRET%22&call_session_id=1"},
		{"POST", "/hooks/uis/shop.PATHSECRET?secret=BODYSECRET&from=shop.PATHSECRET", `{"event":"call_lost","call_session_id":1,"note":"BODYSECRET"}`},
		{"GET", "/hooks/uis/shop.PATHSECRET?secret=BODYSECRET&event=call_lost&call_session_id=1", ""},
		{"POST", "/hooks/uis/shop.WRONGPATHSECRET", good},
		{"POST", "/hooks/uis/shop.PATHSECRET", strings.Replace(good, bodySecret, "NOTBODYSECRET", 1)},
		{"POST", "/hooks/uis/PATHSECRET.BODYSECRET", good},
	} {
		b := setup(t)
		w := b.send(c.method, c.path, c.body)
		seen := fmt.Appendf(nil, "%s %s", w.Body, b.log)
		for _, d := range b.shelf.kept {
			seen = fmt.Appendf(seen, " %s %s %+v", d.Body, d.Query, d.Event)
		}
		if bytes.Contains(seen, []byte(pathSecret)) || bytes.Contains(seen, []byte(bodySecret)) {
			t.Errorf("%s %s: %s", c.method, c.path, seen)
		}
	}
}

func TestTheSameGarbageHasTheSameKeyAndGoesToNoPortal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, body := range []string{"garbage", "garbage", "other garbage"} {
		b.send("POST", "/hooks/uis/free.PATHSECRET", body)
	}
	kept := b.shelf.kept
	if kept[0].Event.Key != kept[1].Event.Key || kept[0].Event.Key == kept[2].Event.Key {
		t.Errorf("keys %s, %s, %s", kept[0].Event.Key, kept[1].Event.Key, kept[2].Event.Key)
	}
	e := kept[0].Event
	if e.Kind != integration.Unreadable || e.Problem == "" || !e.At.Equal(noon) || kept[0].Portals != nil || string(kept[0].Body) != "garbage" {
		t.Errorf("kept %+v", kept[0])
	}
}

func TestAnotherReceiverMayHaveItsOwnAddressBeside(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.POST("/hooks/:source/:token/route", func(c *gin.Context) { c.String(http.StatusTeapot, "route") })
	if w := b.send("POST", "/hooks/uis/shop.PATHSECRET/route", ""); w.Code != http.StatusTeapot {
		t.Errorf("its own address: got %d", w.Code)
	}
	for _, path := range []string{"/hooks/uis/shop.PATHSECRET", "/hooks/uis/shop.PATHSECRET/", "/hooks/uis/shop.PATHSECRET/call_incoming", "/hooks/uis/shop.PATHSECRET/r", "/hooks/uis/shop.PATHSECRET/routes"} {
		if w := b.send("POST", path, good); w.Code != http.StatusOK {
			t.Errorf("%s: got %d", path, w.Code)
		}
	}
}

func TestAFullIntakeAsksToComeAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.shelf.err = webhooks.ErrBusy
	w := b.send("POST", "/hooks/uis/shop.PATHSECRET", good)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || b.tally.n["uis refused"] != 1 {
		t.Errorf("got %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}

func TestABodyThatBreaksOffIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/uis/shop.PATHSECRET",
		io.MultiReader(strings.NewReader(good), iotest.ErrReader(io.ErrUnexpectedEOF)))
	if w := b.do(req); w.Code != http.StatusBadRequest || len(b.shelf.kept) != 0 {
		t.Errorf("got %d, kept %d", w.Code, len(b.shelf.kept))
	}
}

func TestBytesThatAreNoTextAreKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := "\xff\xfe{\x00garbage"
	if w := b.send("POST", "/hooks/uis/free.PATHSECRET?x=\xff", body); w.Code != 200 || string(b.shelf.kept[0].Body) != body {
		t.Errorf("got %d, kept %v", w.Code, b.shelf.kept)
	}
	if q := b.shelf.kept[0].Query; q != "x=?" {
		t.Errorf("query %q", q)
	}
}

func TestTenantsAreRememberedWhileTheyCannotBeAsked(t *testing.T) {
	t.Parallel()
	now, asked, away := noon, 0, false
	access := accessFunc(func(tenant integration.TenantID) (webhooks.HookAccess, error) {
		asked++
		switch {
		case away:
			return webhooks.HookAccess{}, errors.New("away")
		case tenant != "shop":
			return webhooks.HookAccess{}, webhooks.ErrUnknownTenant
		}
		return webhooks.HookAccess{Portals: []integration.PortalID{"p1"}}, nil
	})
	r := webhooks.Remember(access, 10*time.Second, func() time.Time { return now })
	ask := func(tenant integration.TenantID, want error) {
		t.Helper()
		a, err := r.HookAccess(t.Context(), tenant)
		if !errors.Is(err, want) || err == nil && len(a.Portals) != 1 {
			t.Errorf("%s: got %v, %v", tenant, a, err)
		}
	}
	ask("shop", nil)
	ask("shop", nil)
	ask("stranger", webhooks.ErrUnknownTenant)
	ask("stranger", webhooks.ErrUnknownTenant)
	if asked != 2 {
		t.Errorf("asked %d times, want 2", asked)
	}
	now, away = now.Add(time.Minute), true
	ask("shop", nil)
	ask("stranger", webhooks.ErrUnknownTenant)
	if _, err := r.HookAccess(t.Context(), "new"); err == nil || errors.Is(err, webhooks.ErrUnknownTenant) {
		t.Errorf("a tenant never seen: got %v", err)
	}
	r.Forget("shop")
	if _, err := r.HookAccess(t.Context(), "shop"); err == nil {
		t.Error("a forgotten tenant is still remembered")
	}
}

type accessFunc func(integration.TenantID) (webhooks.HookAccess, error)

func (f accessFunc) HookAccess(_ context.Context, t integration.TenantID) (webhooks.HookAccess, error) {
	return f(t)
}
