package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
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
	"omniconnector/web"
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
