package ui_test

import (
	"compress/gzip"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
	"omniconnector/web/ui"
)

func serve(t *testing.T, c ui.Config) *httptest.Server {
	t.Helper()
	gin.SetMode(gin.TestMode)
	shown, err := ui.New(c)
	if err != nil {
		t.Fatal(err)
	}
	r := gin.New()
	shown.Mount(r)
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, address string, header http.Header) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Accept-Encoding": {"identity"}}
	maps.Copy(r.Header, header)
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a, string(body)
}

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
		a, _ := get(t, serve(t, ui.Config{FrameAncestors: c.ancestors}).URL+"/ui/", nil)
		csp := a.Header.Get("Content-Security-Policy")
		if !strings.HasSuffix(csp, c.want) || strings.Contains(csp, "*") || !strings.HasPrefix(csp, "default-src 'none'; script-src 'self'; style-src") || a.Header.Get("X-Frame-Options") != "" {
			t.Errorf("%s: %q", name, csp)
		}
	}
	for _, wrong := range []string{"*", "cabinet.example", "http://cabinet.example", "https://cabinet.example/page", "https://*.example", "https://a b", "https://u:p@x.example", "https://x.example?", "", "https://a.example;script-src", "javascript:alert(1)", "https://", "'none'", "http://10.0.0.1"} {
		if _, err := ui.New(ui.Config{FrameAncestors: []string{wrong}}); err == nil {
			t.Errorf("%q is taken for an origin", wrong)
		}
	}
}

// The application is served whole: every file that the page names is there, pressed for whoever takes it, and kept for good.
func TestPageAndItsFiles(t *testing.T) {
	t.Parallel()
	s := serve(t, ui.Config{})
	if a, _ := get(t, s.URL+"/", nil); a.StatusCode != http.StatusFound || a.Header.Get("Location") != "/ui/" {
		t.Errorf("/ answers %d %q", a.StatusCode, a.Header.Get("Location"))
	}
	page, body := get(t, s.URL+"/ui/", nil)
	if page.Header.Get("Cache-Control") != "no-store" || strings.Contains(body, `id="session"`) || !strings.Contains(body, `<meta name="connector" content="../">`) {
		t.Errorf("the page: %v\n%s", page.Header, body)
	}
	files := regexp.MustCompile(`"\./(assets/[^"]+)"`).FindAllStringSubmatch(body, -1)
	if len(files) < 2 {
		t.Fatalf("the UI is not built (make ui): %s", body)
	}
	for _, f := range files {
		plain, text := get(t, s.URL+"/ui/"+f[1], nil)
		pressed, packed := get(t, s.URL+"/ui/"+f[1], http.Header{"Accept-Encoding": {"gzip"}})
		if !strings.Contains(plain.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %v", f[1], plain.Header)
		}
		if len(text) <= 1024 {
			if packed != text {
				t.Errorf("%s is pressed, at %d bytes", f[1], len(text))
			}
			continue
		}
		unpacked, err := gzip.NewReader(strings.NewReader(packed))
		if err != nil {
			t.Fatal(f[1], err)
		}
		again, err := io.ReadAll(unpacked)
		if err != nil || string(again) != text || len(packed) >= len(text) {
			t.Errorf("%s: %d bytes are pressed to %d of another text (%v)", f[1], len(text), len(packed), err)
		}
		if plain.Header.Get("Content-Encoding") != "" || pressed.Header.Get("Content-Encoding") != "gzip" || pressed.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %v", f[1], pressed.Header)
		}
	}
	for _, path := range []string{"/ui/assets/none.js", "/ui/assets/..%2findex.html", "/ui/assets/.gitkeep"} {
		if a, _ := get(t, s.URL+path, nil); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}

// The session of a person who is proved goes into the page as data, and what could end the block of data does not go in.
func TestSessionInThePage(t *testing.T) {
	t.Parallel()
	s := serve(t, ui.Config{Guest: func(r *http.Request) (integration.Secret, error) {
		if r.Header.Get("X-Guest") == "" {
			return "", nil
		}
		return "oc_shop_</script>", nil
	}})
	if _, body := get(t, s.URL+"/ui/", nil); strings.Contains(body, `id="session"`) {
		t.Error("somebody is let in who is no guest")
	}
	_, body := get(t, s.URL+"/ui/", http.Header{"X-Guest": {"1"}})
	if !strings.Contains(body, `<script type="application/json" id="session">{"door":"demo","token":"oc_shop_\u003c/script\u003e"}</script></head>`) {
		t.Errorf("no session in %s", body)
	}
	shown, err := ui.New(ui.Config{})
	if err != nil {
		t.Fatal(err)
	}
	page, err := shown.Index("../ui/", []byte(`{"token":"x"}`))
	if err != nil || !strings.Contains(string(page), `"../ui/assets/`) || strings.Contains(string(page), `"./assets/`) || !strings.Contains(string(page), `content="../"`) {
		t.Errorf("a page elsewhere: %v %s", err, page)
	}
	if _, err := shown.Index("../ui/", []byte(`{"token":"</script>"}`)); err == nil {
		t.Error("a session that ends its block is taken")
	}
}

// Whatever an operator writes into the list of ancestors, it adds no directive and no second origin to the policy.
func FuzzFrameAncestors(f *testing.F) {
	for _, seed := range []string{
		"https://cabinet.example", "http://cabinet.example", "cabinet.example", "*", "https://*.example", "https://a.example/path", "https://a.example?x",
		"https://u@a.example", "https://a.example; script-src *", "https://a.example https://b.example", "javascript:alert(1)", "", "https://", "https://a.example\nX: y",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := ui.PolicyFor([]string{text})
		host, https := strings.CutPrefix(strings.ToLower(strings.TrimSpace(text)), "https://")
		local := strings.HasPrefix(strings.ToLower(strings.TrimSpace(text)), "http://")
		if err == nil && !https && !local || err == nil && strings.ContainsAny(strings.TrimSuffix(host, "/"), " ;,'*?#@\n\r\t") {
			t.Errorf("%q is taken", text)
		}
	})
}
