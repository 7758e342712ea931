// Package ui is the web UI of the connector (S-4): a single-page application in Vue, in src/, built by `make ui` into dist/ and
// embedded here. It serves files and headers and nothing else: whatever the pages show or change goes through the JSON API.
package ui

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
)

//go:embed all:dist
var built embed.FS

// Opening is what a page is given when somebody else has proved the person already.
type Opening struct {
	// Token signs the requests of the page to the JSON API.
	Token integration.Secret `json:"-"`
	// Door tells how the person came in: "portal" or "demo".
	Door string `json:"door"`
	// Renew is where a fresh token is asked for, from the root of the connector; empty for nowhere.
	Renew string `json:"renew,omitempty"`
}

// Config is how the UI is served.
type Config struct {
	// FrameAncestors are the origins, such as https://cabinet.example, that may frame the UI beside ourselves (S-1).
	FrameAncestors []string
	// Guest gives the opening of a request that needs no signing in, the demo's; nil, or a nil answer, lets nobody in.
	Guest func(*http.Request) (*Opening, error)
}

// UI serves the application.
type UI struct {
	cfg    Config
	policy string // of our own address
	index  []byte
	files  fs.FS
}

// New checks the configuration. A binary that was built without the UI serves a page that says so.
func New(c Config) (*UI, error) {
	policy, err := PolicyFor(c.FrameAncestors)
	if err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	files, err := fs.Sub(built, "dist")
	if err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	index, err := fs.ReadFile(files, "index.html")
	if err != nil {
		index = []byte(unbuilt)
	}
	return &UI{cfg: c, policy: policy, index: index, files: files}, nil
}

const unbuilt = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>omniconnector</title></head>
<body><p>Интерфейс не собран: выполните <code>make ui</code>. JSON API: <a href="../api/">/api/</a></p>
<p>The UI is not built: run <code>make ui</code>. JSON API: <a href="../api/">/api/</a></p></body></html>`

// Mount adds the routes: the application at /ui/, and / leads there.
func (u *UI) Mount(r *gin.Engine) {
	r.GET("/ui/", u.show)
	r.GET("/ui/assets/:file", u.asset)
}

func (u *UI) show(c *gin.Context) {
	var opening *Opening
	if u.cfg.Guest != nil {
		var err error
		if opening, err = u.cfg.Guest(c.Request); err != nil {
			c.Status(http.StatusServiceUnavailable)
			return
		}
	}
	u.Write(c, http.StatusOK, "./", u.policy, opening)
}

// Write answers with the application. From leads from the page's own address to /ui/, such as "../ui/"; ancestors is the
// Content-Security-Policy, see PolicyFor.
func (u *UI) Write(c *gin.Context, status int, from, policy string, o *Opening) {
	page, err := u.page(from, o)
	if err != nil {
		c.Status(http.StatusInternalServerError)
		return
	}
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	c.Data(status, "text/html; charset=utf-8", page)
}

// page is index.html with where its files are and, when the person is known, the opening as a block of data. JSON written by
// encoding/json has no "<", so that nothing in it can end the block.
func (u *UI) page(from string, o *Opening) ([]byte, error) {
	page := bytes.ReplaceAll(u.index, []byte(`"./assets/`), []byte(`"`+from+`assets/`))
	head := `<meta name="connector" content="` + strings.TrimSuffix(from, "ui/") + `">`
	if from == "./" {
		head = `<meta name="connector" content="../">`
	}
	if o != nil {
		said, err := json.Marshal(struct {
			*Opening

			Token string `json:"token"`
		}{o, string(o.Token)})
		if err != nil {
			return nil, err
		}
		head += `<script type="application/json" id="session">` + string(said) + `</script>`
	}
	return bytes.Replace(page, []byte("</head>"), []byte(head+"</head>"), 1), nil
}

// asset serves a file whose name changes with its content.
func (u *UI) asset(c *gin.Context) {
	name := path.Base(c.Param("file"))
	content, err := fs.ReadFile(u.files, "assets/"+name)
	if err != nil {
		c.String(http.StatusNotFound, "not found\n")
		return
	}
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	c.Data(http.StatusOK, kinds[path.Ext(name)], content)
}

var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".woff": "font/woff", ".png": "image/png",
}
