package page_test

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"omniconnector/web/page"
	"omniconnector/web/webtest"
)

// dom is what a real browser has made of a page after some seconds of its own time.
func dom(t *testing.T, address string) string {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("there is no chromium: make browser installs it")
	}
	out, err := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(),
		"--virtual-time-budget=15000", "--dump-dom", address).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestBrowserShowsNewCallsByItselfAndOutlivesFailures(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *page.Config) { c.PageAccess = "shop" })
	pages := b.server.Config.Handler
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/live" {
			switch asked.Add(1) {
			case 2: // the connector is restarted
				w.WriteHeader(http.StatusBadGateway)
				return
			case 3:
				b.Play(webtest.Story{Tenant: "shop", Portal: b.portal, Session: 930000001, Client: "79000000088", Virtual: "74950000102", Steps: []webtest.Step{
					{Event: "call_incoming", Gap: time.Second},
				}})
			}
		}
		pages.ServeHTTP(w, r)
	}))
	defer s.Close()
	shown := dom(t, s.URL)
	if !strings.Contains(shown, "+7 900 000-00-88") || !strings.Contains(shown, `class="call fresh"`) && asked.Load() == 3 {
		t.Errorf("the new call is not shown after %d questions:\n%s", asked.Load(), shown)
	}
	if !strings.Contains(shown, `<span>обновляется</span>`) {
		t.Error("the page does not say that it is live again")
	}
}
