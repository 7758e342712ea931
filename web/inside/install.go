package inside

import (
	_ "embed" // the pages and their script
	"encoding/base64"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
)

// typing is how long a person may take to bring the code.
const typing = time.Hour

// longestCode is longer than any code, however it is typed.
const longestCode = 64

// ask shows the page that asks for the code, with the opening sealed inside.
func (p *Page) ask(c *gin.Context, o Opening, trouble string) {
	plain, err := o.seal(p.Now())
	if err == nil {
		plain, err = p.Portals.Seal(plain)
	}
	if err != nil {
		p.fail(c, o, err)
		return
	}
	status := http.StatusOK
	if trouble != "" {
		status = http.StatusUnprocessableEntity
	}
	p.show(c, status, o.Origin(), view{
		Words: says[o.Lang], Trouble: trouble, Portal: o.Domain, Opening: base64.RawURLEncoding.EncodeToString(plain), Connect: beside(c, connectRoute),
	})
}

// connect takes the code: the portal is proven by the code's application and belongs to the code's tenant from here on.
func (p *Page) connect(c *gin.Context) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
	o, ok := p.kept(c)
	if !ok {
		l := language(c.Request)
		p.show(c, http.StatusBadRequest, "", view{Words: says[l], Trouble: says[l].Unreadable})
		return
	}
	code := strings.TrimSpace(c.Request.PostForm.Get("code"))
	if code == "" || len(code) > longestCode {
		p.ask(c, o, says[o.Lang].NoCode)
		return
	}
	at, err := p.Portals.Connect(c.Request.Context(), integration.Secret(code), o)
	w := says[o.Lang]
	for known, text := range map[error]string{ErrCode: w.NoCode, ErrTaken: w.Taken, ErrReader: w.NoAdmin, ErrErasing: w.Erasing, ErrUnproven: w.NotOurs} {
		if errors.Is(err, known) {
			p.Log.LogAttrs(c.Request.Context(), slog.LevelInfo, "portal_page.not_connected", slog.Any("error", err))
			p.ask(c, o, text)
			return
		}
	}
	if err != nil {
		p.fail(c, o, err)
		return
	}
	portal, err := p.Portals.Portal(c.Request.Context(), at.Tenant, at.Portal)
	if err != nil {
		p.fail(c, o, err)
		return
	}
	p.finish(c, o, portal)
}

// kept reads the opening out of the form that carried it.
func (p *Page) kept(c *gin.Context) (Opening, bool) {
	if err := c.Request.ParseForm(); err != nil {
		return Opening{}, false
	}
	blob, err := base64.RawURLEncoding.DecodeString(c.Request.PostForm.Get("opening"))
	if err != nil {
		return Opening{}, false
	}
	plain, err := p.Portals.Open(blob)
	if err != nil {
		return Opening{}, false
	}
	o, at, err := unseal(plain)
	return o, err == nil && p.Now().Sub(at) < typing && says[o.Lang].Lang != ""
}

// finish shows the page whose script tells the portal that the installation is finished (contract bitrix24 §2.4): there is no other
// way. The portal then opens the application's own page by itself.
func (p *Page) finish(c *gin.Context, o Opening, portal integration.Portal) {
	p.show(c, http.StatusOK, originOf(portal.Endpoint), view{
		Words: says[o.Lang], Portal: portal.Name, State: says[o.Lang].states[portal.State], Why: portal.Why, Finish: originOf(portal.Endpoint),
		Script: beside(c, scriptRoute),
	})
}

// beside leads from the page that is being answered to another one of Route's: the connector may live below any path of its host.
func beside(c *gin.Context, route string) string {
	to := strings.TrimPrefix(route, Route+"/")
	if c.FullPath() == Route {
		return path.Base(Route) + "/" + to
	}
	return to
}

//go:embed frame.js
var frameScript []byte

// script serves the portal's side of the page: the vendor's own script would be a request to an outside host (S-4).
func (p *Page) script(c *gin.Context) {
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("Cache-Control", "no-cache")
	c.Data(http.StatusOK, "text/javascript; charset=utf-8", frameScript)
}

//go:embed page.html
var source string

var page = template.Must(template.New("page").Parse(source))

// view is what the pages of installation and trouble show.
type view struct {
	Words   words
	Trouble string
	Portal  string
	State   string
	Why     string
	Opening string // sealed; the form for the code is shown
	Connect string // where it goes
	Finish  string // the portal's origin; the installation is to be finished
	Script  string
}
