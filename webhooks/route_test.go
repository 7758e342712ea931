package webhooks_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/webhooks"
	"omniconnector/webhooks/emulator"
	"omniconnector/webhooks/uis"
)

// routerFunc is a Router.
type routerFunc func(context.Context, integration.TenantID, webhooks.Question) (integration.Route, integration.PortalID, error)

func (f routerFunc) Route(ctx context.Context, t integration.TenantID, q webhooks.Question) (integration.Route, integration.PortalID, error) {
	return f(ctx, t, q)
}

// managers is a Router in memory.
func managers(_ context.Context, t integration.TenantID, q webhooks.Question) (integration.Route, integration.PortalID, error) {
	if t == "shop" && q.Client == "79000000001" {
		return integration.Route{User: 7, Employee: 7001, Phones: []string{"+79000001001", "0001234"}}, "p1", nil
	}
	return integration.Route{}, "", nil
}

type questions struct {
	*gin.Engine
	routes *webhooks.Routes
	shelf  *shelf
	tally  *tally
	log    *bytes.Buffer
}

func ask(tb testing.TB, router routerFunc, change func(*webhooks.RouteOptions)) *questions {
	tb.Helper()
	q := &questions{Engine: gin.New(), shelf: &shelf{}, tally: &tally{}, log: &bytes.Buffer{}}
	o := webhooks.RouteOptions{
		Access: tenants{"shop": {
			PathSecrets: []webhooks.SecretHash{webhooks.HashSecret(pathSecret)}, BodySecrets: []webhooks.SecretHash{webhooks.HashSecret(bodySecret)},
			Portals: []integration.PortalID{"p1", "p2"},
		}},
		Inquirers: []webhooks.Inquirer{uis.Source{}}, Router: router, Inbox: q.shelf, Now: clock, Counter: q.tally,
		Log: slog.New(slog.NewTextHandler(q.log, nil)), NewID: func() integration.EventID { return "ev-1" },
	}
	if change != nil {
		change(&o)
	}
	q.routes = webhooks.NewRoutes(o)
	q.routes.Mount(q)
	webhooks.NewReceiver(webhooks.ReceiverOptions{ // its neighbour in the product
		Access: o.Access, Sources: []webhooks.Source{uis.Source{}}, Inbox: q.shelf, Now: clock,
	}).Mount(q)
	return q
}

func (q *questions) send(method, target, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	q.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), method, target, strings.NewReader(body)))
	return w
}

// kept is what the journal got after everything was carried there.
func (q *questions) kept(t *testing.T) []integration.Delivery {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.routes.Run(ctx); err != nil {
		t.Fatal(err)
	}
	return q.shelf.kept
}

const (
	routeAddress = "/hooks/uis/shop.PATHSECRET/route"
	noManager    = `{"returned_code":0}`
	manager      = `{"phones":["79000001001","0001234"]}`
)

func TestT2TheQuestionIsAnsweredInEveryEncoding(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ method, target, body, want string }{
		"query":              {"GET", "?cdr_id=1001&start_time=2026-05-12+15:00:00&input_result=None&numa=79000000001&numb=74950000101", "", manager},
		"query, other id":    {"GET", "?call_session_id=1001&numa=79000000001&numb=74950000101&direction=in", "", manager},
		"a slash at the end": {"GET", "/?cdr_id=1001&numa=79000000001&numb=74950000101", "", manager},
		"form":               {"POST", "", "cdr_id=1001&input_result=None&numa=79000000001&numb=74950000101", manager},
		"JSON":               {"POST", "", `{"call_session_id":1001,"numa":"79000000001","numb":74950000101,"input_result":null}`, manager},
		"JSON of numbers":    {"POST", "", `{"cdr_id":"1001","numa":79000000001,"numb":"74950000101"}`, manager},
		"split":              {"POST", "?cdr_id=1001", "numa=79000000001&numb=74950000101", manager},
		"a stranger":         {"GET", "?cdr_id=1001&numa=79000000002&numb=74950000101", "", noManager},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := ask(t, managers, nil)
			w := q.send(c.method, routeAddress+c.target, c.body)
			if w.Code != http.StatusOK || w.Body.String() != c.want {
				t.Fatalf("got %d %s, want %s", w.Code, w.Body, c.want)
			}
			kept := q.kept(t)
			if len(kept) != 1 || kept[0].Event.Session != "1001" || kept[0].Event.Report.VirtualNumber != "74950000101" {
				t.Errorf("kept %+v", kept)
			}
		})
	}
}

func TestT2TheAnswerIsKeptInTheJournal(t *testing.T) {
	t.Parallel()
	q := ask(t, managers, nil)
	const query = "cdr_id=1001&numa=79000000001&numb=74950000101"
	q.send("GET", routeAddress+"?"+query+"&note=PATHSECRET", "")
	q.send("GET", routeAddress+"?cdr_id=1002&numa=None&numb=74950000101", "")
	kept := q.kept(t)
	event := func(session, customer, client, key string, route integration.Route) integration.Event {
		return integration.Event{
			ID: "ev-1", Source: "uis", Kind: integration.RouteAsked, Key: key, At: noon, Received: noon,
			Session: integration.SessionID(session), Customer: integration.CustomerKey(customer),
			Report: integration.Report{Direction: "in", ClientNumber: client, VirtualNumber: "74950000101", Route: &route},
		}
	}
	found := integration.Route{User: 7, Employee: 7001, Phones: []string{"+79000001001", "0001234"}}
	want := []integration.Delivery{
		{
			Tenant: "shop", Portals: []integration.PortalID{"p1"}, Method: "GET", Query: query + "&note=[secret]", Remote: "192.0.2.1", Received: noon,
			Body: []byte{}, Event: event("1001", "+79000000001", "79000000001", "route_asked|1001|+79000000001", found),
		},
		{
			Tenant: "shop", Method: "GET", Query: "cdr_id=1002&numa=None&numb=74950000101", Remote: "192.0.2.1", Received: noon,
			Body: []byte{}, Event: event("1002", "session:1002", "", "route_asked|1002|hidden", integration.Route{}),
		},
	}
	if len(kept) == 2 && kept[0].Event.Session != "1001" { // several carry them at once
		kept[0], kept[1] = kept[1], kept[0]
	}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if q.tally.n["uis route_found"] != 1 || q.tally.n["uis route_none"] != 1 {
		t.Errorf("counted %v", q.tally.n)
	}
}

func TestT2WhatFailsIsAnsweredWithNoManagerInTime(t *testing.T) {
	t.Parallel()
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	for name, router := range map[string]routerFunc{
		"an error": func(context.Context, integration.TenantID, webhooks.Question) (integration.Route, integration.PortalID, error) {
			return integration.Route{Phones: []string{"1"}}, "p1", errors.New("storage is away")
		},
		"a panic": func(context.Context, integration.TenantID, webhooks.Question) (integration.Route, integration.PortalID, error) {
			panic("PATHSECRET")
		},
		"one that is slow": func(ctx context.Context, _ integration.TenantID, _ webhooks.Question) (integration.Route, integration.PortalID, error) {
			<-ctx.Done()
			return integration.Route{}, "", ctx.Err()
		},
		"one that does not look at the time": func(context.Context, integration.TenantID, webhooks.Question) (integration.Route, integration.PortalID, error) {
			<-forever
			return integration.Route{Phones: []string{"1"}}, "p1", nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := ask(t, router, func(o *webhooks.RouteOptions) { o.Budget = 20 * time.Millisecond })
			w := q.send("GET", routeAddress+"?cdr_id=5&numa=79000000001", "")
			if w.Code != http.StatusOK || w.Body.String() != noManager || q.tally.n["uis route_failed"] != 1 {
				t.Errorf("got %d %s, counted %v", w.Code, w.Body, q.tally.n)
			}
			kept := q.kept(t)
			if len(kept) != 1 || kept[0].Portals != nil || !cmp.Equal(*kept[0].Event.Report.Route, integration.Route{}) {
				t.Errorf("kept %+v", kept)
			}
			if strings.Contains(q.log.String(), pathSecret) {
				t.Errorf("logged %s", q.log)
			}
		})
	}
}

func TestWhoMayAskForARoute(t *testing.T) {
	t.Parallel()
	const fine = "?cdr_id=1&numa=79000000001"
	for name, c := range map[string]struct {
		method, target, body string
		status               int
		counted              string
	}{
		"the path's secret is enough": {"GET", routeAddress + fine, "", 200, "uis route_found"},
		"a wrong secret":              {"GET", "/hooks/uis/shop.WRONG/route" + fine, "", 401, "uis path_secret"},
		"an unknown tenant":           {"GET", "/hooks/uis/nobody.PATHSECRET/route" + fine, "", 401, "uis unknown_tenant"},
		"no secret":                   {"GET", "/hooks/uis/shop/route" + fine, "", 401, "uis bad_token"},
		"storage is away":             {"GET", "/hooks/uis/broken.PATHSECRET/route" + fine, "", 200, "uis route_failed"},
		"no question":                 {"POST", routeAddress, "{}", 200, "uis invalid"},
		"garbage":                     {"POST", routeAddress, "\xff{{[", 200, "uis invalid"},
		"too large":                   {"POST", routeAddress, strings.Repeat(" ", 64<<10+1), 413, "uis too_large"},
		"another method":              {"PUT", routeAddress + fine, "", 405, "uis malformed"},
		"another platform":            {"GET", "/hooks/pbx/shop.PATHSECRET/route" + fine, "", 404, "unknown malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := ask(t, managers, nil)
			w := q.send(c.method, c.target, c.body)
			if w.Code != c.status || q.tally.n[c.counted] != 1 {
				t.Errorf("got %d %s, counted %v; want %d, %s", w.Code, w.Body, q.tally.n, c.status, c.counted)
			}
			kept := q.kept(t)
			if unread := c.counted == "uis invalid"; unread && (len(kept) != 1 || kept[0].Event.Kind != integration.Unreadable || w.Body.String() != noManager) {
				t.Errorf("kept %+v, answered %s", kept, w.Body)
			}
			if (len(kept) == 1) != (c.counted == "uis invalid" || c.counted == "uis route_found") {
				t.Errorf("kept %+v", kept)
			}
		})
	}
}

func TestNotificationsFindTheirWayBesideTheQuestion(t *testing.T) {
	t.Parallel()
	q := ask(t, managers, nil)
	for _, path := range []string{"/hooks/uis/shop.PATHSECRET", "/hooks/uis/shop.PATHSECRET/call_incoming", "/hooks/uis/shop.PATHSECRET/routes"} {
		if w := q.send("POST", path, good); w.Code != http.StatusOK || w.Body.String() != `{"accepted":true}` {
			t.Errorf("%s: got %d %s", path, w.Code, w.Body)
		}
	}
}

func TestAnAnswerDoesNotWaitForTheJournalAndAFullOneIsCounted(t *testing.T) {
	t.Parallel()
	q := ask(t, managers, func(o *webhooks.RouteOptions) { o.Depth = 1 }) // nobody empties it yet
	for range 3 {
		if w := q.send("GET", routeAddress+"?cdr_id=1&numa=79000000001", ""); w.Body.String() != manager {
			t.Errorf("got %s", w.Body)
		}
	}
	if len(q.shelf.kept) != 0 {
		t.Errorf("kept before anything was carried: %+v", q.shelf.kept)
	}
	if kept := q.kept(t); len(kept) != 1 || q.tally.n["uis route_lost"] != 2 {
		t.Errorf("kept %d, counted %v", len(kept), q.tally.n)
	}
	q.send("GET", routeAddress+"?cdr_id=1&numa=79000000001", "") // after the end
	if q.tally.n["uis route_lost"] != 3 {
		t.Errorf("counted %v", q.tally.n)
	}
}

func TestAnAnswerThatTheInboxRefusesIsCounted(t *testing.T) {
	t.Parallel()
	q := ask(t, managers, nil)
	q.shelf.err = webhooks.ErrBusy
	q.send("GET", routeAddress+"?cdr_id=1&numa=79000000001", "")
	if q.kept(t); q.tally.n["uis route_lost"] != 1 {
		t.Errorf("counted %v", q.tally.n)
	}
}

func TestTheEmulatedPlatformUnderstandsTheAnswers(t *testing.T) {
	t.Parallel()
	q := ask(t, managers, nil)
	server := httptest.NewServer(q)
	t.Cleanup(server.Close)
	p := emulator.New(emulator.Options{Now: clock, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	t.Cleanup(p.Close)
	shop := p.AddAccount(emulator.Shop(""))
	zero := 0
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		got := p.AskRoute(t.Context(), method, server.URL+routeAddress, shop.Incoming(910000001, noon, "79000000001"))
		if diff := cmp.Diff(emulator.Route{Status: 200, Phones: []string{"79000001001", "0001234"}}, got); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", method, diff)
		}
		got = p.AskRoute(t.Context(), method, server.URL+routeAddress, shop.Incoming(910000002, noon, "79000000009"))
		if diff := cmp.Diff(emulator.Route{Status: 200, Code: &zero}, got); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", method, diff)
		}
	}
	if got := p.AskRoute(t.Context(), http.MethodGet, server.URL+"/hooks/uis/shop.WRONG/route", shop.Incoming(3, noon, "79000000001")); !got.Fallback || got.Status != 401 {
		t.Errorf("a wrong secret: %+v", got)
	}
	keys := map[string]int{}
	for _, d := range q.kept(t) {
		keys[d.Event.Key]++
	}
	if diff := cmp.Diff(map[string]int{"route_asked|910000001|+79000000001": 2, "route_asked|910000002|+79000000009": 2}, keys); diff != "" {
		t.Errorf("a question asked again has another key: want -, got +:\n%s", diff)
	}
}

// BenchmarkRoute is a question from request to answer, without network and storage.
func BenchmarkRoute(b *testing.B) {
	gin.SetMode(gin.ReleaseMode)
	intake := webhooks.NewIntake(webhooks.IntakeOptions{Inbox: nowhere{}, Now: clock})
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	go func() { _ = intake.Run(ctx) }()
	q := ask(b, managers, func(o *webhooks.RouteOptions) { o.Inbox, o.Counter, o.Log = intake, nil, nil })
	go func() { _ = q.routes.Run(ctx) }()
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if w := q.send("GET", routeAddress+"?cdr_id=1001&input_result=None&numa=79000000001&numb=74950000101", ""); w.Body.String() != manager {
				b.Errorf("got %s", w.Body)
			}
		}
	})
}

// BenchmarkRouteOverHTTP tells the slowest of a hundred answers as the platform sees them: T-2 is promised within 10 ms.
func BenchmarkRouteOverHTTP(b *testing.B) {
	gin.SetMode(gin.ReleaseMode)
	q := ask(b, managers, func(o *webhooks.RouteOptions) { o.Counter, o.Log = nil, nil })
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	go func() { _ = q.routes.Run(ctx) }()
	server := httptest.NewServer(q)
	defer server.Close()
	took := make([]time.Duration, 0, b.N)
	for b.Loop() {
		began := time.Now()
		resp, err := server.Client().Get(server.URL + routeAddress + "?cdr_id=1001&numa=79000000001&numb=74950000101")
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
