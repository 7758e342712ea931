package bitrix24_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"omniconnector/integration"
	"omniconnector/webhooks"
	"omniconnector/webhooks/bitrix24"
	"omniconnector/webhooks/uis"
)

var update = flag.Bool("update", false, "rewrite the want sections of testdata")

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	os.Exit(m.Run())
}

var noon = time.Date(2026, 5, 12, 12, 0, 0, 0, time.UTC)

const (
	member = "0123456789abcdef0123456789abcdef"
	token  = "51856fefc120afa4b628cc82d3935cce"
	other  = "ffffffffffffffffffffffffffffffff"
)

// desk is everything around a receiver, in memory.
type desk struct {
	*gin.Engine
	mu      sync.Mutex
	now     time.Time
	portals map[string][]bitrix24.PortalAccess
	asked   int
	away    error // of portals
	kept    []integration.Delivery
	full    error // of the inbox
	done    []string
	undone  error // of changes and lifecycle
	counted map[string]int
	log     bytes.Buffer
}

func (d *desk) PortalsOf(ctx context.Context, of string) ([]bitrix24.PortalAccess, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return d.portals[of], d.away
}

func (d *desk) Accept(_ context.Context, delivery integration.Delivery) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full == nil {
		d.kept = append(d.kept, delivery)
	}
	return d.full
}

func (d *desk) did(format string, args ...any) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.undone == nil {
		d.done = append(d.done, fmt.Sprintf(format, args...))
	}
	return d.undone
}

func (d *desk) MarkStale(_ context.Context, t integration.TenantID, p integration.PortalID, changed []integration.Record) error {
	return d.did("%s/%s: stale %v", t, p, changed)
}

func (d *desk) Uninstalled(_ context.Context, t integration.TenantID, p integration.PortalID, clean bool) error {
	return d.did("%s/%s: uninstalled, clean %t", t, p, clean)
}

func (d *desk) Updated(_ context.Context, t integration.TenantID, p integration.PortalID, u bitrix24.Update) error {
	return d.did("%s/%s: updated to %s by %s, proven %t", t, p, string(u.Application), string(u.Access), u.Proven)
}

func (d *desk) Installed(_ context.Context, t integration.TenantID, p integration.PortalID, i bitrix24.Install) error {
	if i.Access == "FORGED" {
		return bitrix24.ErrUnproven
	}
	return d.did("%s/%s: installed in %s at %s with %s %s %s, %s", t, p, i.Member, i.Endpoint, string(i.Application), string(i.Access), string(i.Refresh), i.Server)
}

func (d *desk) Renamed(_ context.Context, t integration.TenantID, p integration.PortalID) error {
	return d.did("%s/%s: renamed", t, p)
}

func (d *desk) Delivery(source string, o webhooks.Outcome) { d.count(source + " " + string(o)) }
func (d *desk) Refusal(source string, w webhooks.Reason)   { d.count(source + " " + string(w)) }

func (d *desk) count(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.counted[what]++
}

func (d *desk) options() bitrix24.Options {
	return bitrix24.Options{
		Portals: d, Inbox: d, Changes: d, Lifecycle: d, Counter: d, Log: slog.New(slog.NewTextHandler(&d.log, nil)),
		Now:   func() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.now },
		NewID: func() integration.EventID { return "ev-1" },
	}
}

func open(tb testing.TB) *desk {
	tb.Helper()
	d := &desk{Engine: gin.New(), now: noon, counted: map[string]int{}, portals: map[string][]bitrix24.PortalAccess{
		member: {
			{Tenant: "shop", Portal: "p1", State: integration.PortalOK, Application: token},
			{Tenant: "mall", Portal: "p2", State: integration.PortalOK, Application: "another application of the same portal"},
		},
		"00": {
			{Tenant: "shop", Portal: "p3", State: integration.PortalGone, Application: token},
			{Tenant: "mall", Portal: "p4", State: integration.PortalOK}, // its token is not known
		},
		"11": {
			{Tenant: "shop", Portal: "p5", State: integration.PortalReauthorise, Application: token},
			{Tenant: "mall", Portal: "p6", State: integration.PortalOK, Application: token},
			{Tenant: "shop", Portal: "p7", State: integration.PortalOK, Application: token},
		},
	}}
	bitrix24.NewReceiver(d.options()).Mount(d)
	return d
}

func (d *desk) send(body string) *httptest.ResponseRecorder {
	return d.do(httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/hooks/bitrix24", strings.NewReader(body)))
}

func (d *desk) do(req *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, req)
	return w
}

// post sends an event over the wire, and tells the status.
func (d *desk) post(address, body string) int {
	resp, err := http.Post(address, "application/x-www-form-urlencoded", strings.NewReader(body))
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func proof(member, token string) string {
	return "&auth[member_id]=" + member + "&auth[application_token]=" + token
}

const clicked = "event=ONEXTERNALCALLSTART&data[CALL_ID]=externalCall.1&data[PHONE_NUMBER]=79000000001"

func TestEveryRecordedRequestIsTakenAsItShould(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/requests/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded requests", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, body, _ := strings.Cut(string(archive.Files[0].Data), "\n\n")
			req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/bitrix24", strings.NewReader(strings.TrimSuffix(body, "\n")))
			_, kind, _ := strings.Cut(head, "Content-Type: ")
			req.Header.Set("Content-Type", kind)
			d := open(t)
			got := d.story(t, d.do(req))
			if strings.Contains(got, token) && !strings.Contains(got, "updated to") || strings.Contains(d.log.String(), token) {
				t.Errorf("a secret is kept or logged:\n%s\n%s", got, d.log.String())
			}
			if *update {
				archive.Files[1].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// story is what became of a request, as text.
func (d *desk) story(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintln(&b, w.Code)
	counted := make([]string, 0, len(d.counted))
	for what := range d.counted {
		counted = append(counted, what)
	}
	slices.Sort(counted)
	fmt.Fprintln(&b, "counted:", strings.Join(counted, ", "))
	for _, what := range d.done {
		fmt.Fprintln(&b, what)
	}
	for _, k := range d.kept {
		event, err := json.MarshalIndent(k.Event, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %v %s\n%s\n%s\n", k.Tenant, k.Portals, k.ContentType, k.Body, event)
	}
	return b.String()
}

func TestWhoMayReportEvents(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body    string
		status  int
		counted string
	}{
		"the portal":                     {clicked + proof(member, token), 200, "bitrix24 accepted"},
		"a wrong token":                  {clicked + proof(member, "wrong"), 401, "bitrix24 application_token"},
		"an empty token":                 {clicked + proof(member, ""), 401, "bitrix24 no_application_token"},
		"no auth at all":                 {clicked, 401, "bitrix24 no_application_token"},
		"an unknown portal":              {clicked + proof(other, token), 401, "bitrix24 unknown_member"},
		"no portal's name":               {clicked + proof("../"+member, token), 401, "bitrix24 no_application_token"},
		"a disconnected portal":          {clicked + proof("00", token), 401, "bitrix24 application_token"},
		"garbage":                        {"\xff\x00garbage", 401, "bitrix24 no_application_token"},
		"half a JSON":                    {`{"event":"ONEXTERNALCALLSTART","auth":{`, 401, "bitrix24 no_application_token"},
		"an empty body":                  {"", 401, "bitrix24 no_application_token"},
		"a large body":                   {strings.Repeat(" ", 1<<20+1), 413, "bitrix24 too_large"},
		"the last of two tokens":         {clicked + proof(member, token) + proof(member, "wrong"), 401, "bitrix24 application_token"},
		"an update nobody vouches for":   {"event=ONAPPUPDATE" + proof(member, "new"), 401, "bitrix24 application_token"},
		"an update of an unknown portal": {"event=ONAPPUPDATE&auth[access_token]=a" + proof(other, "new"), 401, "bitrix24 unknown_member"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			w := d.send(c.body)
			if w.Code != c.status || d.counted[c.counted] != 1 {
				t.Errorf("got %d %s, counted %v; want %d, %s", w.Code, w.Body, d.counted, c.status, c.counted)
			}
			if len(d.done) > 0 || (len(d.kept) == 1) != (c.status == 200) {
				t.Errorf("did %v, kept %+v", d.done, d.kept)
			}
			if c.status != 200 && !strings.Contains(w.Body.String(), `{"error":"`) {
				t.Errorf("the refusal says %s", w.Body)
			}
		})
	}
}

func TestAddressesAndMethods(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, path string
		status       int
	}{
		"the address":        {"POST", "/hooks/bitrix24", 200},
		"a slash at the end": {"POST", "/hooks/bitrix24/", 200},
		"another method":     {"GET", "/hooks/bitrix24", 405},
		"another source":     {"POST", "/hooks/pbx", 404},
		"a notification":     {"POST", "/hooks/uis/shop.SECRET", 401},
		"a question":         {"GET", "/hooks/uis/shop.SECRET/route", 401},
		"no notification":    {"POST", "/hooks/bitrix24/shop.SECRET", 404},
	} {
		d := open(t)
		webhooks.NewReceiver(webhooks.ReceiverOptions{ // its neighbours in the product
			Access: closed{}, Sources: []webhooks.Source{uis.Source{}}, Inbox: d, Now: func() time.Time { return noon },
		}).Mount(d)
		webhooks.NewRoutes(webhooks.RouteOptions{
			Access: closed{}, Inquirers: []webhooks.Inquirer{uis.Source{}}, Router: closed{}, Inbox: d, Now: func() time.Time { return noon },
		}).Mount(d)
		w := d.do(httptest.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader(clicked+proof(member, token))))
		if w.Code != c.status {
			t.Errorf("%s: got %d %s, want %d", name, w.Code, w.Body, c.status)
		}
	}
}

// closed lets nobody in.
type closed struct{}

func (closed) HookAccess(context.Context, integration.TenantID) (webhooks.HookAccess, error) {
	return webhooks.HookAccess{}, webhooks.ErrUnknownTenant
}

func (closed) Route(context.Context, integration.TenantID, webhooks.Question) (integration.Route, integration.PortalID, error) {
	return integration.Route{}, "", nil
}

func TestOnePortalOfSeveralTenantsTellsEachOfThem(t *testing.T) {
	t.Parallel()
	d := open(t)
	if w := d.send(clicked + proof("11", token)); w.Code != 200 {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	got := map[integration.TenantID][]integration.PortalID{}
	for _, k := range d.kept {
		got[k.Tenant] = append(got[k.Tenant], k.Portals...)
	}
	want := map[integration.TenantID][]integration.PortalID{"shop": {"p5", "p7"}, "mall": {"p6"}}
	if diff := cmp.Diff(want, got); diff != "" || len(d.kept) != 2 {
		t.Errorf("kept %d, want -, got +:\n%s", len(d.kept), diff)
	}
}

func TestARepetitionHasTheSameKeyAndAnotherRequestAnother(t *testing.T) {
	t.Parallel()
	d := open(t)
	call := func(ts, text string) string {
		return "event=ONEXTERNALCALLBACKSTART&data[PHONE_NUMBER]=79000000001&data[TEXT]=" + text + "&ts=" + ts + proof(member, token)
	}
	for _, body := range []string{
		call("1778587200", "a"), call("1778587200", "a") + "&event_handler_id=2&auth[access_token]=x", call("1778587201", "a"), call("1778587200", "b"),
		`{"event":"ONEXTERNALCALLBACKSTART","data":{"TEXT":"a","PHONE_NUMBER":79000000001},"ts":1778587200,"auth":{"member_id":"` + member + `","application_token":"` + token + `"}}`,
	} {
		d.send(body)
	}
	keys := make([]string, len(d.kept))
	for i, k := range d.kept {
		keys[i] = k.Event.Key
	}
	if len(keys) != 5 || keys[0] != keys[1] || keys[0] != keys[4] || keys[0] == keys[2] || keys[0] == keys[3] {
		t.Errorf("keys %q", keys)
	}
}

func FuzzReceive(f *testing.F) {
	files, _ := filepath.Glob("testdata/requests/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		head, body, _ := strings.Cut(string(archive.Files[0].Data), "\n\n")
		_, kind, _ := strings.Cut(head, "Content-Type: ")
		f.Add(kind, []byte(body))
	}
	d := open(f)
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		d.kept, d.done = nil, nil
		d.log.Reset()
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/bitrix24", bytes.NewReader(body))
		req.Header.Set("Content-Type", kind)
		w := d.do(req)
		if w.Code != 200 && w.Code != 401 {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		for _, k := range d.kept {
			e := k.Event
			if e.Key == "" || len(e.Key) > 300 || e.At.IsZero() || e.Kind != integration.Unreadable && (e.Session == "" || e.Customer == "") {
				t.Errorf("incomplete event %+v", e)
			}
			if bytes.Contains(k.Body, []byte(token)) {
				t.Errorf("the secret is kept: %s", k.Body)
			}
		}
	})
}
