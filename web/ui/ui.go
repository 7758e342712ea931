// Package ui is the web UI of the connector (S-4): a single-page application in Vue, in src/, built by `make ui` into dist/ and
// embedded here. It serves files and headers and nothing else: whatever the pages show or change goes through the JSON API.
package ui

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
)

//go:embed all:dist
var built embed.FS

// Config is how the UI is served.
type Config struct {
	// FrameAncestors are the origins, such as https://cabinet.example, that may frame the UI beside ourselves (S-1).
	FrameAncestors []string
	// Guest gives the token of a request that needs no signing in, the demo's; nil, or no token, lets nobody in.
	Guest func(*http.Request) (integration.Secret, error)
}

// UI serves the application.
type UI struct {
	cfg    Config
	policy string // of our own address
	index  []byte
	assets assets
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
	return &UI{cfg: c, policy: policy, index: index, assets: assets{files: files}}, nil
}

const unbuilt = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>omniconnector</title></head>
<body><p>Интерфейс не собран: выполните <code>make ui</code>. JSON API: <a href="../api/">/api/</a></p>
<p>The UI is not built: run <code>make ui</code>. JSON API: <a href="../api/">/api/</a></p></body></html>`

// Mount adds the routes: the application at /ui/, and / leads there.
func (u *UI) Mount(r *gin.Engine) {
	r.GET("/", func(c *gin.Context) { c.Redirect(http.StatusFound, "ui/") })
	r.GET("/ui/", u.show)
	r.GET("/ui/assets/:file", u.assets.serve)
}

func (u *UI) show(c *gin.Context) {
	session, err := u.guest(c.Request)
	var page []byte
	if err == nil {
		page, err = u.Index("./", session)
	}
	if err != nil {
		c.String(http.StatusServiceUnavailable, "Коннектор сейчас не отвечает, обновите страницу. / The connector does not answer now, reload the page.\n")
		return
	}
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", u.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	c.Data(http.StatusOK, "text/html; charset=utf-8", page)
}

// guest is the session of somebody who need not sign in; none for everybody else.
func (u *UI) guest(r *http.Request) ([]byte, error) {
	if u.cfg.Guest == nil {
		return nil, nil
	}
	token, err := u.cfg.Guest(r)
	if err != nil || token == "" {
		return nil, err
	}
	return json.Marshal(map[string]string{"door": "demo", "token": string(token)})
}

// Index is the application as a page. From leads from the page's own address to /ui/, such as "../ui/". Session, when a person is
// proved already, is JSON with door, token and renew; it goes into the page as <script type="application/json" id="session">.
func (u *UI) Index(from string, session []byte) ([]byte, error) {
	if bytes.IndexByte(session, '<') >= 0 { // encoding/json writes none, and one could end the block
		return nil, errors.New("ui: the session is not as encoding/json writes it")
	}
	root := strings.TrimSuffix(from, "ui/")
	if from == "./" {
		root = "../"
	}
	head := `<meta name="connector" content="` + root + `">`
	if session != nil {
		head += `<script type="application/json" id="session">` + string(session) + `</script>`
	}
	page := bytes.ReplaceAll(u.index, []byte(`"./assets/`), []byte(`"`+from+`assets/`))
	return bytes.Replace(page, []byte("</head>"), []byte(head+"</head>"), 1), nil
}
