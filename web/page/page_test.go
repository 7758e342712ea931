package page_test

import (
	"flag"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
	"omniconnector/web/page"
	"omniconnector/web/webtest"
)

var storybook = flag.String("storybook", "", "serve the pages of a played morning at this address until interrupted")

// browser is a person at the pages of one world.
type browser struct {
	*webtest.World
	server *httptest.Server
	client *http.Client
	token  string
	portal integration.PortalID
}

// setup plays a morning for the tenant "shop"; nobody has signed in.
func setup(t *testing.T, change func(*page.Config)) *browser {
	t.Helper()
	b := &browser{World: webtest.New(t)}
	b.token, _ = b.Tenant("shop")
	b.portal = b.Portal("shop", "shop")
	b.Morning("shop", b.portal)
	cfg := page.Config{Store: b.Web, SessionKey: []byte(strings.Repeat("k", 32)), Now: b.Now, Log: b.Logger}
	if change != nil {
		change(&cfg)
	}
	p, err := page.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	gin.SetMode(gin.TestMode)
	r := gin.New()
	r.ContextWithFallback = true
	if err := b.API().Mount(r); err != nil {
		t.Fatal(err)
	}
	p.Mount(r)
	b.server = httptest.NewServer(r)
	t.Cleanup(b.server.Close)
	b.fresh(t)
	return b
}

// fresh forgets all cookies.
func (b *browser) fresh(t *testing.T) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// answer is what came back.
type answer struct {
	status  int
	header  http.Header
	cookies []*http.Cookie
}

func (b *browser) ask(method, path string, form url.Values, headers ...string) (answer, string) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, b.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, resp.Cookies()}, string(body)
}

func (b *browser) see(path string) string {
	b.Helper()
	resp, body := b.ask("GET", path, nil)
	if resp.status != http.StatusOK {
		b.Fatalf("%s: status %d\n%s", path, resp.status, body)
	}
	return body
}

func (b *browser) signIn(token string) answer {
	b.Helper()
	resp, _ := b.ask("POST", "/login", url.Values{"token": {token}})
	return resp
}

// TestStorybook serves the pages for eyes and screenshots: go test -run TestStorybook -timeout 0 ./web/page -args -storybook 127.0.0.1:9999.
func TestStorybook(t *testing.T) {
	if *storybook == "" {
		t.Skip("asked for by -storybook")
	}
	b := setup(t, func(c *page.Config) { c.PageAccess = "shop" })
	l, err := net.Listen("tcp", *storybook)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: b.server.Config.Handler, ReadHeaderTimeout: time.Second}
	t.Log(s.Serve(l))
}
