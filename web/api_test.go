package web_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
	"omniconnector/web/webtest"
)

// client asks the API of one world.
type client struct {
	*webtest.World
	server *httptest.Server
	token  string
	lang   string
}

// setup gives a client without a token.
func setup(t *testing.T) client {
	t.Helper()
	w := webtest.New(t)
	gin.SetMode(gin.TestMode)
	r := gin.New()
	if err := w.API().Mount(r); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	return client{World: w, server: s}
}

// as is the same client with another token.
func (c client) as(token string) client {
	c.token = token
	return c
}

func (c client) speaking(lang string) client {
	c.lang = lang
	return c
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) json(tb testing.TB) map[string]any {
	tb.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		tb.Fatalf("not an object: %v\n%s", err, a.body)
	}
	return v
}

// problem reads a problem document; errors are listed as "pointer-or-parameter code".
func (a answer) problem(tb testing.TB) (code string, errors []string) {
	tb.Helper()
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		tb.Errorf("content type %q, want a problem document\n%s", got, a.body)
	}
	var p struct {
		Type, Title, Detail, Code string
		Status                    int
		Errors                    []struct{ Pointer, Parameter, Code, Message string }
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		tb.Fatalf("%v\n%s", err, a.body)
	}
	if p.Status != a.status || p.Title == "" || p.Detail == "" || !strings.HasPrefix(p.Type, "/api/#problem-") {
		tb.Errorf("incomplete problem: %s", a.body)
	}
	for _, e := range p.Errors {
		if e.Message == "" {
			tb.Errorf("a mistake without a message: %s", a.body)
		}
		errors = append(errors, e.Pointer+e.Parameter+" "+e.Code)
	}
	return p.Code, errors
}

// do sends a request; a body that is no string is sent as JSON. Headers are pairs.
func (c client) do(method, path string, body any, headers ...string) answer {
	c.Helper()
	var content io.Reader = http.NoBody
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			c.Fatal(err)
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(c.Context(), method, c.server.URL+path, content)
	if err != nil {
		c.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.lang != "" {
		req.Header.Set("Accept-Language", c.lang)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.server.Client().Do(req)
	if err != nil {
		c.Fatal(err)
	}
	defer resp.Body.Close()
	var read io.Reader = resp.Body
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		read = io.LimitReader(read, 10) // it has no end
	}
	text, err := io.ReadAll(read)
	if err != nil {
		c.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

func (c client) get(path string) answer { c.Helper(); return c.do(http.MethodGet, path, nil) }

// want fails the test when the status is another.
func (a answer) want(tb testing.TB, status int) answer {
	tb.Helper()
	if a.status != status {
		tb.Fatalf("status %d, want %d\n%s", a.status, status, a.body)
	}
	return a
}

// tenant adds a tenant with a portal and answers clients that may read and write.
func (c client) tenant(id integration.TenantID) (reader, writer client, portal string) {
	c.Helper()
	read, write := c.Tenant(id)
	return c.as(read), c.as(write), string(c.Portal(id, "member-"+string(id)))
}
