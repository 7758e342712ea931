package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/internal/store/storetest"
	"omniconnector/web"
	"omniconnector/web/storage"
	"omniconnector/web/webtest"
)

// hasty is a live journal whose times are those of a test.
var hasty = web.Streams{Poll: 20 * time.Millisecond, Beat: 30 * time.Millisecond, Check: 20 * time.Millisecond}

// live serves a world whose streams are bounded so.
func live(t *testing.T, w *webtest.World, s web.Streams) client {
	t.Helper()
	return liveWithin(t, w, s, 30*time.Second)
}

// liveWithin does so by a server that gives a request and its answer so much time.
func liveWithin(t *testing.T, w *webtest.World, s web.Streams, within time.Duration) client {
	t.Helper()
	w.Streams = s
	gin.SetMode(gin.TestMode)
	r := gin.New()
	api := w.API()
	if err := api.Mount(r); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(r)
	server.Config.ReadTimeout, server.Config.WriteTimeout = within, within
	server.Config.RegisterOnShutdown(api.Close)
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(api.Close)
	return client{World: w, server: server}
}

// message is one server-sent event.
type message struct {
	id    int64
	event string
	data  string
}

// changed is what a change says.
type changed struct {
	Portal  string
	Event   integration.Event
	Pending bool
	Outcome string
	Number  int64
	Change  string
	Actions []web.ChangedAction
}

func (m message) change(tb testing.TB) (c changed) {
	tb.Helper()
	if err := json.Unmarshal([]byte(m.data), &c); err != nil || c.Number != m.id || c.Change != m.event || c.Actions == nil {
		tb.Fatalf("message %+v: %v", m, err)
	}
	return c
}

// listener reads a stream.
type listener struct {
	io.Closer
	lines *bufio.Reader
}

// listen opens a stream, which must begin.
func (c client) listen(query string, headers ...string) *listener {
	c.Helper()
	resp := c.open(query, headers...)
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || got != "text/event-stream" {
		text, _ := io.ReadAll(resp.Body)
		c.Fatalf("status %d, %s: %s", resp.StatusCode, got, text)
	}
	c.Cleanup(func() { resp.Body.Close() })
	return &listener{resp.Body, bufio.NewReader(resp.Body)}
}

func (c client) open(query string, headers ...string) *http.Response {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), time.Minute)
	c.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.server.URL+"/api/v1/events/stream?"+query, http.NoBody)
	if err != nil {
		c.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.server.Client().Do(req)
	if err != nil {
		c.Fatal(err)
	}
	return resp
}

// next reads one message; comments and the pause before the next attempt are passed over.
func (l *listener) next() (m message, err error) {
	for {
		line, err := l.lines.ReadString('\n')
		if err != nil {
			return message{}, err
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			if m.id, err = strconv.ParseInt(value, 10, 64); err != nil {
				return message{}, err
			}
		case "event":
			m.event = value
		case "data":
			m.data = value
		case "":
			if m.event != "" {
				return m, nil
			}
		}
	}
}

// want reads the next message, of a kind.
func (l *listener) want(tb testing.TB, event string) message {
	tb.Helper()
	m, err := l.next()
	if err != nil || m.event != event {
		tb.Fatalf("%+v, %v; want %s", m, err, event)
	}
	return m
}

// ended reads until the stream ends, and answers the last id.
func (l *listener) ended(last int64) int64 {
	for {
		m, err := l.next()
		if err != nil {
			return last
		}
		last = m.id
	}
}

// told is a notification that needs no portal's settings.
func told(tenant, portal, key string) integration.Delivery {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	return integration.Delivery{
		Tenant: integration.TenantID(tenant), Portals: []integration.PortalID{integration.PortalID(portal)}, Received: at,
		Event: integration.Event{
			ID: integration.EventID(uuid.Must(uuid.NewV7()).String()), Source: "uis", Key: key, Kind: integration.CallIncoming,
			Session: integration.SessionID("s" + key), At: at, Received: at,
		},
	}
}

func (c client) save(s *store.Store, all ...integration.Delivery) {
	c.Helper()
	if err := s.SaveDeliveries(c.Context(), all); err != nil {
		c.Fatal(err)
	}
}

// S-2, the live journal shows what the list shows.
func TestStreamTellsWhatChanges(t *testing.T) {
	t.Parallel()
	c := live(t, webtest.New(t), hasty)
	reader, writer, portal := c.tenant("shop")
	s := reader.listen("")
	if m := s.want(t, "position"); m.data != `{"number":0}` || m.id != 0 {
		t.Errorf("it begins with %+v", m)
	}
	c.Morning("shop", integration.PortalID(portal))
	last, err := c.Store.LastChange(t.Context(), "shop")
	if err != nil || last < 60 {
		t.Fatal(last, err)
	}
	seen, acted := map[string]changed{}, 0
	for n := range last {
		m, err := s.next()
		for err == nil && m.event == "position" {
			m, err = s.next()
		}
		if err != nil || m.id != n+1 {
			t.Fatalf("%+v, %v; want number %d", m, err, n+1)
		}
		v := m.change(t)
		_, known := seen[string(v.Event.ID)]
		if known != (v.Change != "received") {
			t.Errorf("%s of event %s, which was known: %v", v.Change, v.Event.ID, known)
		}
		acted += len(v.Actions)
		seen[string(v.Event.ID)] = v
	}
	list := reader.get("/api/v1/events?limit=200").want(t, 200).json(t)["events"].([]any)
	if len(list) != len(seen) || acted == 0 {
		t.Errorf("%d events listed, %d told, %d actions", len(list), len(seen), acted)
	}
	for _, e := range list {
		listed := e.(map[string]any)
		id := listed["event"].(map[string]any)["id"].(string)
		if v := seen[id]; v.Outcome != listed["outcome"] || v.Pending != listed["pending"] || v.Portal != listed["portal"] {
			t.Errorf("told %+v, listed %v", v, listed)
		}
	}
	c.Advance(time.Minute)
	writer.do("POST", "/api/v1/portals/"+portal+"/calls/910000002/replay", nil).want(t, 202)
	if v := s.want(t, "replayed").change(t); v.Event.Kind != integration.CallReplayed || !v.Pending || v.Number != last+1 {
		t.Errorf("replayed: %+v", v)
	}
}

// S-2: "lost connection of the live journal resumes without gaps".
func TestStreamThatIsCutAnywhereGoesOnWithoutGaps(t *testing.T) {
	t.Parallel()
	const batches = 120
	c := live(t, webtest.New(t), hasty)
	reader, _, portal := c.tenant("shop")
	var total int64
	end, numbers := make(chan int64, 1), make(chan int64, 10*batches)
	done := make(chan error, 1)
	go func() { done <- reader.followThroughCuts(end, numbers) }()
	for i := range batches {
		var all []integration.Delivery
		for j := range 1 + i%7 {
			all = append(all, told("shop", portal, fmt.Sprintf("%d/%d", i, j)))
		}
		total += int64(len(all))
		c.save(c.Store, all...)
	}
	end <- total
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	close(numbers)
	want := int64(0)
	for n := range numbers {
		if want++; n != want {
			t.Fatalf("number %d came where %d was due", n, want)
		}
	}
	if want != total {
		t.Errorf("%d of %d changes were seen", want, total)
	}
}

// followThroughCuts connects again and again, each time for so many bytes, until it has seen the last number.
func (c client) followThroughCuts(end <-chan int64, numbers chan<- int64) error {
	random := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- the same cuts in each run
	last, total := int64(0), int64(-1)
	for cuts := 0; last != total; cuts++ {
		resp := c.open("after=0", "Last-Event-ID", strconv.FormatInt(last, 10))
		l := &listener{resp.Body, bufio.NewReader(io.LimitReader(resp.Body, 100+random.Int64N(6000)))}
		for {
			m, err := l.next()
			if err != nil {
				break
			}
			if last = m.id; m.event != "position" {
				numbers <- m.id
			}
			select {
			case total = <-end:
			default:
			}
			if last == total {
				break
			}
		}
		resp.Body.Close()
		if cuts > 5000 {
			return fmt.Errorf("still at %d of %d after %d cuts", last, total, cuts)
		}
		c.Advance(time.Second) // so many requests at once are too many
		if total < 0 {
			select {
			case total = <-end:
			default:
			}
		}
	}
	return nil
}

// Two processes share a PostgreSQL: what the other one commits is found, in the same order.
func TestStreamFindsWhatOtherProcessesCommit(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	dsn := storetest.PostgresDSN(t)
	open := func() *store.Store {
		s, err := store.Open(t.Context(), store.Config{DSN: dsn, Keys: storetest.Keys(t), Now: w.Now, MaxConns: 4})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	w.Store = open()
	w.Web = storage.New(w.Store)
	other := open()
	c := live(t, w, hasty)
	read, _ := c.Tenant("shop")
	s := c.as(read).listen("")
	s.want(t, "position")
	for i := range 20 {
		c.save([]*store.Store{other, c.Store}[i%2], told("shop", "p", strconv.Itoa(i)))
	}
	for n := range 20 {
		if m := s.want(t, "received"); m.id != int64(n+1) {
			t.Fatalf("number %d came where %d was due", m.id, n+1)
		}
	}
}

// Nobody hears of another tenant, and a portal's user of another portal; their numbers go on all the same.
func TestStreamIsKeptToTenantAndPortal(t *testing.T) {
	t.Parallel()
	c := live(t, webtest.New(t), hasty)
	reader, _, portal := c.tenant("shop")
	foreign, _, _ := c.tenant("rival")
	second := string(c.Portal("shop", "second"))
	user := c.as(c.Inside("shop", integration.PortalID(portal), 7, false))
	streams := map[string]*listener{
		"the tenant's": reader.listen(""), "filtered": reader.listen("portal=" + portal), "a user's": user.listen(""),
		"a user's own": user.listen("portal=" + portal), "another tenant's": foreign.listen(""),
	}
	for _, s := range streams {
		s.want(t, "position")
	}
	if resp := user.open("portal=" + second); resp.StatusCode != http.StatusNotFound {
		t.Errorf("another portal: %d", resp.StatusCode)
	}
	c.save(c.Store, told("shop", second, "1"), told("shop", second, "2"))
	for name, s := range streams {
		switch name {
		case "the tenant's":
			s.want(t, "received")
			s.want(t, "received")
		case "another tenant's":
		default:
			if m := s.want(t, "position"); m.id != 2 {
				t.Errorf("%s: %+v", name, m)
			}
		}
	}
	c.save(c.Store, told("shop", portal, "3"))
	c.save(c.Store, told("rival", "p", "4"))
	for name, s := range streams {
		want := map[bool]string{true: "4", false: "3"}[name == "another tenant's"]
		if m := s.want(t, "received"); m.change(t).Event.Key != want {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// Who comes back too late, or with a number of elsewhere, is told to read the journal anew.
func TestStreamOfALostNumberBeginsAnew(t *testing.T) {
	t.Parallel()
	c := live(t, webtest.New(t), hasty)
	reader, _, portal := c.tenant("shop")
	c.save(c.Store, told("shop", portal, "1"), told("shop", portal, "2"))
	for query, want := range map[string]string{"after=0": "received", "after=1": "received", "after=3": "reset", "after=99": "reset"} {
		s := reader.listen(query)
		s.want(t, "position")
		if m := s.want(t, want); want == "reset" && (m.id != 2 || m.data != `{"number":2}`) {
			t.Errorf("%s: %+v", query, m)
		}
	}
	if _, err := c.Store.Prune(t.Context(), "shop", c.Now().Add(time.Hour), 1); err != nil {
		t.Fatal(err)
	}
	s := reader.listen("after=0")
	s.want(t, "position")
	s.want(t, "reset")
	c.save(c.Store, told("shop", portal, "3"))
	if m := s.want(t, "received"); m.id != 3 {
		t.Errorf("after the reset: %+v", m)
	}
	for _, query := range []string{"after=-2", "after=soon", "before=1"} {
		reader.get("/api/v1/events/stream?"+query).want(t, 422).problem(t)
	}
	c.get("/api/v1/events/stream").want(t, 401).problem(t)
	c.as(webtest.AdminToken).get("/api/v1/events/stream").want(t, 403).problem(t)
}

// A stream lives longer than any other answer may take, and shows that it does.
func TestStreamOutlivesTheServersTimes(t *testing.T) {
	t.Parallel()
	c := liveWithin(t, webtest.New(t), hasty, 300*time.Millisecond)
	reader, _, portal := c.tenant("shop")
	s := reader.listen("")
	for beats := 0; beats < 30; {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			t.Fatalf("after %d beats: %v", beats, err)
		}
		if line == ": beat\n" {
			beats++
		}
	}
	c.save(c.Store, told("shop", portal, "1"))
	s.want(t, "received")
}

// Streams end with what opened them.
func TestStreamEndsWithItsToken(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]struct {
		token func(c client) string
		now   func(c client, token string)
	}{
		"revoked": {
			func(c client) string { read, _ := c.Tenant("other"); return read },
			func(c client, _ string) {
				list, err := c.Web.Tokens(c.Context(), "other")
				if err != nil {
					c.Fatal(err)
				}
				for _, k := range list {
					if err := c.Web.RevokeToken(c.Context(), "other", k.ID, "test"); err != nil {
						c.Fatal(err)
					}
				}
			},
		},
		"embed token expired": {
			func(c client) string { return c.Embed("shop", "anna", web.ScopeRead, 10*time.Minute) },
			func(c client, _ string) { c.Advance(15 * time.Minute) },
		},
		"portal's session expired": {
			func(c client) string { return c.Inside("shop", c.Portal("shop", "m2"), 7, true) },
			func(c client, _ string) { c.Advance(2 * time.Hour) },
		},
		"tenant suspended": {
			func(c client) string { read, _ := c.Tenant("other"); return read },
			func(c client, _ string) {
				if err := c.Store.SetTenantState(c.Context(), "other", integration.TenantSuspended); err != nil {
					c.Fatal(err)
				}
			},
		},
		"tenant deleted": {
			func(c client) string { read, _ := c.Tenant("other"); return read },
			func(c client, _ string) {
				if err := c.Store.DeleteTenant(c.Context(), "other"); err != nil {
					c.Fatal(err)
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := live(t, webtest.New(t), hasty)
			c.tenant("shop")
			token := end.token(c)
			s := c.as(token).listen("")
			s.want(t, "position")
			for range 3 { // looked at and let be
				if line, err := s.lines.ReadString('\n'); err != nil {
					t.Fatal(line, err)
				}
			}
			end.now(c, token)
			s.ended(0)
			if resp := c.as(token).open(""); resp.StatusCode != http.StatusUnauthorized && resp.StatusCode != http.StatusForbidden {
				t.Errorf("opened again: %d", resp.StatusCode)
			}
		})
	}
}

func TestStreamsOfATenantAreBounded(t *testing.T) {
	t.Parallel()
	few := hasty
	few.PerTenant = 2
	c := live(t, webtest.New(t), few)
	reader, _, _ := c.tenant("shop")
	other, _, _ := c.tenant("other")
	first := reader.listen("")
	reader.listen("")
	a := reader.get("/api/v1/events/stream").want(t, 429)
	if code, _ := a.problem(t); code != "too_many_streams" || a.header.Get("Retry-After") == "" {
		t.Errorf("%s: %v", code, a.header)
	}
	other.listen("")
	first.Close()
	for status := 0; status != 200; { // until the server has noticed
		c.Advance(time.Second)
		resp := reader.open("")
		status = resp.StatusCode
		resp.Body.Close()
	}
}

// A reader that does not read is cut; it disturbs nobody, and can go on from where it was.
func TestSlowReaderIsCutAndDisturbsNobody(t *testing.T) {
	t.Parallel()
	const events = 400
	impatient := hasty
	impatient.Patience = 300 * time.Millisecond
	c := live(t, webtest.New(t), impatient)
	reader, _, portal := c.tenant("shop")
	dialer := net.Dialer{Timeout: time.Second}
	slow, err := dialer.DialContext(t.Context(), "tcp", c.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if err := slow.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(slow, "GET /api/v1/events/stream?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", reader.token)
	quick := reader.listen("after=0")
	quick.want(t, "position")
	for n := int64(0); n < events; {
		var all []integration.Delivery
		for i := range 20 {
			d := told("shop", portal, fmt.Sprint(n, "/", i))
			d.Event.Report.Employee.Name = strings.Repeat("долго ", 4000)
			all = append(all, d)
		}
		c.save(c.Store, all...)
		for range all {
			if m := quick.want(t, "received"); m.id != n+1 {
				t.Fatalf("number %d came where %d was due", m.id, n+1)
			}
			n++
		}
	}
	for beats := 0; beats < 30; { // longer than anybody's patience
		line, err := quick.lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == ": beat\n" {
			beats++
		}
	}
	if err := slow.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	s := &listener{slow, bufio.NewReader(slow)}
	last := s.ended(0)
	if last >= events {
		t.Fatal("it was never slow")
	}
	again := reader.listen("", "Last-Event-ID", strconv.FormatInt(last, 10))
	again.want(t, "position")
	if m := again.want(t, "received"); m.id != last+1 {
		t.Errorf("it goes on with %d after %d", m.id, last)
	}
}
