package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
	"omniconnector/web"
)

//go:embed templates static
var files embed.FS

// Config is what the pages are made of. Store, SessionKey, Now and Log are required.
type Config struct {
	Store web.Store
	// SessionKey signs the cookies of those who signed in; at least 32 bytes.
	SessionKey []byte
	// Secure keeps cookies to https; set it wherever the page is reached by https.
	Secure bool
	// PageAccess is a tenant who is signed in by itself on loopback addresses: the demo's. It is
	// empty everywhere else.
	PageAccess integration.TenantID
	// FrameAncestors are the origins, such as https://cabinet.example, that may frame the pages beside our own (S-1).
	FrameAncestors []string
	Now            func() time.Time
	Log            *slog.Logger
}

// Page serves the pages.
type Page struct {
	cfg       Config
	log       *slog.Logger
	templates map[integration.Lang]*template.Template
	assets    map[string]asset
	guard     *http.CrossOriginProtection
	guesses   guesses
	settled   settledCalls
	policy    string // Content-Security-Policy
}

// asset is a file of ours with a name that changes with its content.
type asset struct {
	content []byte
	kind    string
	version string
}

const leastKey = 32

// New checks the configuration and parses the templates. Mount adds the routes.
func New(c Config) (*Page, error) {
	if c.Store == nil || c.Now == nil || c.Log == nil {
		return nil, errors.New("page: Store, Now and Log are required")
	}
	if len(c.SessionKey) < leastKey {
		return nil, fmt.Errorf("page: SessionKey has %d bytes, at least %d are needed", len(c.SessionKey), leastKey)
	}
	csp, err := policy(c.FrameAncestors)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	p := &Page{
		policy: csp, cfg: c, log: c.Log.With(slog.String("component", "page")), assets: map[string]asset{},
		templates: map[integration.Lang]*template.Template{}, guard: http.NewCrossOriginProtection(),
	}
	if err := p.loadAssets(); err != nil {
		return nil, err
	}
	for _, l := range []integration.Lang{integration.Russian, integration.English} {
		t, err := template.New("page").Funcs(p.functions(l)).ParseFS(files, "templates/*.html")
		if err != nil {
			return nil, fmt.Errorf("page: %w", err)
		}
		p.templates[l] = t
	}
	return p, nil
}

func (p *Page) loadAssets() error {
	return fs.WalkDir(files, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
		p.assets[path.Base(name)] = asset{content, kinds[path.Ext(name)], hex.EncodeToString(sum[:6])}
		return nil
	})
}

// Mount adds the routes.
func (p *Page) Mount(r *gin.Engine) {
	r.GET("/static/:file", p.static)
	pages := r.Group("/", p.secure)
	pages.GET("/login", p.showLogin)
	pages.POST("/login", p.login)
	pages.POST("/logout", p.logout)
	pages.GET("/", p.signed(p.list))
	pages.GET("/live", p.signed(p.live))
	pages.GET("/calls/:session", p.signed(p.call))
	pages.GET("/jobs", p.signed(p.jobs))
	pages.GET("/unreadable", p.signed(p.unreadable))
}

// secure sets what every page needs: nothing from outside, framed by nobody unknown, nothing kept by caches.
func (p *Page) secure(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", p.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

func (p *Page) static(c *gin.Context) {
	a, ok := p.assets[c.Param("file")]
	if !ok {
		c.String(http.StatusNotFound, "not found\n")
		return
	}
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	c.Data(http.StatusOK, a.kind, a.content)
}

// frame is what every page has around its content.
type frame struct {
	Lang    integration.Lang
	Other   integration.Lang
	Title   string
	Tenant  integration.Tenant
	Auto    bool // signed in by PageAccess: there is nothing to sign out of
	Path    string
	Content any
}

// show renders a page. Storage and the log get the request's context and never gin's, which is used again for
// another request while drivers still look at it.
func (p *Page) show(c *gin.Context, status int, name, title string, content any) {
	who := signedIn(c)
	l := language(c)
	f := frame{Lang: l, Other: integration.English, Title: title, Tenant: who.tenant, Auto: who.auto, Path: c.Request.URL.Path, Content: content}
	if l == integration.English {
		f.Other = integration.Russian
	}
	body, err := p.render(l, name, f)
	if err != nil {
		p.log.LogAttrs(c.Request.Context(), slog.LevelError, "page.failed", slog.String("page", name), slog.Any("error", err))
		c.String(http.StatusInternalServerError, "%s\n", say(l, "broken"))
		return
	}
	c.Data(status, "text/html; charset=utf-8", body)
}

func (p *Page) render(l integration.Lang, name string, data any) ([]byte, error) {
	var b bytes.Buffer
	err := p.templates[l].ExecuteTemplate(&b, name, data)
	return b.Bytes(), err
}

// fail shows that something cannot be shown.
func (p *Page) fail(c *gin.Context, err error) {
	l := language(c)
	status, word := http.StatusInternalServerError, "broken"
	switch {
	case errors.Is(err, web.ErrNotFound):
		status, word = http.StatusNotFound, "not_found"
	case errors.Is(err, web.ErrInvalid):
		status, word = http.StatusBadRequest, "not_found"
	case errors.Is(err, web.ErrAway):
		status, word = http.StatusServiceUnavailable, "away"
	default:
		p.log.LogAttrs(c.Request.Context(), slog.LevelError, "page.failed", slog.String("route", c.FullPath()), slog.Any("error", err))
	}
	p.show(c, status, "message.html", say(l, word), say(l, word+"_help"))
}

// functions are what the templates call.
func (p *Page) functions(l integration.Lang) template.FuncMap {
	return template.FuncMap{
		"say":   func(word string) string { return say(l, word) },
		"asset": func(name string) string { return "/static/" + name + "?v=" + p.assets[name].version },
		"lines": func(s string) int { return min(24, 1+strings.Count(s, "\n")) },
	}
}

const languageCookie = "omni_lang"

// language is the one asked for now, or before, or Russian.
func language(c *gin.Context) integration.Lang {
	asked := c.Query("lang")
	if asked == "" {
		asked, _ = c.Cookie(languageCookie)
	}
	if asked == string(integration.English) {
		return integration.English
	}
	return integration.Russian
}

// remember keeps the language that was asked for.
func (p *Page) remember(c *gin.Context) {
	if c.Query("lang") == "" {
		return
	}
	const year = 365 * 24 * 3600
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // Secure follows the configuration: the demo has no https
		Name: languageCookie, Value: string(language(c)), Path: "/", MaxAge: year, HttpOnly: true, Secure: p.cfg.Secure, SameSite: http.SameSiteLaxMode,
	})
}
