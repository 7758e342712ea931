package page_test

import (
	"strings"
	"testing"
	"time"

	"omniconnector/web/page"
	"omniconnector/web/webtest"
)

// S-1: the SaaS's cabinet may frame the pages, and nobody else beside ourselves.
func TestPagesAreFramedByTheConfiguredOriginsOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ancestors []string
		want      string
	}{
		"none":    {nil, "frame-ancestors 'self'"},
		"two":     {[]string{"https://Cabinet.example/", " https://test.cabinet.example:8443"}, "frame-ancestors 'self' https://cabinet.example https://test.cabinet.example:8443"},
		"its own": {[]string{"http://localhost:3000"}, "frame-ancestors 'self' http://localhost:3000"},
	} {
		b := setup(t, func(p *page.Config) { p.FrameAncestors = c.ancestors })
		for _, path := range []string{"/login", "/", "/nothing-here"} {
			resp, _ := b.ask("GET", path, nil)
			csp := resp.header.Get("Content-Security-Policy")
			if path != "/nothing-here" && !strings.HasSuffix(csp, c.want) {
				t.Errorf("%s: %s answers %q", name, path, csp)
			}
			if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") || resp.header.Get("X-Frame-Options") != "" {
				t.Errorf("%s: %s answers %q and X-Frame-Options %q", name, path, csp, resp.header.Get("X-Frame-Options"))
			}
		}
	}
}

func FuzzFrameAncestors(f *testing.F) {
	w := webtest.New(f)
	for _, seed := range []string{
		"https://cabinet.example", "http://cabinet.example", "cabinet.example", "*", "https://*.example", "https://a.example/path", "https://a.example?x",
		"https://u@a.example", "https://a.example; script-src *", "https://a.example https://b.example", "javascript:alert(1)", "", "https://", "https://a.example\nX: y",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := page.New(page.Config{
			Store: w.Web, SessionKey: []byte(strings.Repeat("k", 32)), Now: func() time.Time { return time.Time{} }, Log: w.Logger, FrameAncestors: []string{text},
		})
		host, https := strings.CutPrefix(strings.ToLower(strings.TrimSpace(text)), "https://")
		local := strings.HasPrefix(strings.ToLower(strings.TrimSpace(text)), "http://")
		if err == nil && !https && !local || err == nil && strings.ContainsAny(strings.TrimSuffix(host, "/"), " ;,'*?#@\n\r\t") {
			t.Errorf("%q is taken", text)
		}
	})
}

func TestOriginsThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	for _, text := range []string{
		"cabinet.example", "http://cabinet.example", "*", "https://*.example", "https://a.example/path", "https://a.example?x", "https://u@a.example",
		"https://a.example;script-src", "javascript:alert(1)", "", "https://", "'none'", "http://10.0.0.1",
	} {
		_, err := page.New(page.Config{Store: w.Web, SessionKey: make([]byte, 32), Now: w.Now, Log: w.Logger, FrameAncestors: []string{text}})
		if err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
