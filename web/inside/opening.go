package inside

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed" // the page
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"omniconnector/crm"
	"omniconnector/integration"
)

// ErrUnproven means that the portal does not know the token, or that it is of another application or of nobody active.
var ErrUnproven = errors.New("the portal does not confirm the person")

// Access is what must be known of a portal to believe its pages.
type Access struct {
	Tenant integration.TenantID
	Portal integration.PortalID
	State  integration.PortalState
	// Application is the application_token (contract bitrix24 §2.5); a portal without one proves nothing.
	Application integration.Secret
}

// Person is who opened the page, as the portal says.
type Person struct {
	User  crm.UserID
	Admin bool
}

// Portals knows portals and asks them.
type Portals interface {
	// PortalsOf lists the portals with this member_id, of all tenants; none is no error.
	PortalsOf(ctx context.Context, member string) ([]Access, error)
	Portal(ctx context.Context, t integration.TenantID, p integration.PortalID) (integration.Portal, error)
	// Person asks the portal, at the address that is stored and nowhere else, whose token it is; ErrUnproven when it is not one of
	// our application's.
	Person(ctx context.Context, t integration.TenantID, p integration.PortalID, access integration.Secret) (Person, error)
}

// Page answers openings.
type Page struct {
	Portals  Portals
	Sessions *Sessions
	Log      *slog.Logger
}

// Mount adds the route.
func (p *Page) Mount(r *gin.Engine) { r.POST("/app/bitrix24", p.open) }

//go:embed page.html
var source string

var page = template.Must(template.New("page").Parse(source))

const (
	maxForm   = 64 << 10
	maxToken  = 4096
	maxMember = 64
)

// open proves the portal by its application token and the person by the portal's own word (contract bitrix24 §2.3).
func (p *Page) open(c *gin.Context) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
	l := language(c.Request)
	if err := c.Request.ParseForm(); err != nil {
		p.show(c, http.StatusBadRequest, "", view{Words: says[l], Trouble: says[l].Unreadable})
		return
	}
	portal, session, err := p.prove(c.Request)
	switch {
	case errors.Is(err, ErrUnproven):
		p.Log.LogAttrs(c.Request.Context(), slog.LevelInfo, "portal_page.refused", slog.Any("error", err))
		p.show(c, http.StatusForbidden, "", view{Words: says[l], Trouble: says[l].Unproven})
		return
	case err != nil:
		p.Log.LogAttrs(c.Request.Context(), slog.LevelWarn, "portal_page.failed", slog.Any("error", err))
		p.show(c, http.StatusServiceUnavailable, "", view{Words: says[l], Trouble: says[l].Away})
		return
	}
	token, err := p.Sessions.Sign(session)
	if err != nil {
		p.Log.LogAttrs(c.Request.Context(), slog.LevelError, "portal_page.failed", slog.Any("error", err))
		p.show(c, http.StatusInternalServerError, "", view{Words: says[l], Trouble: says[l].Away})
		return
	}
	p.show(c, http.StatusOK, origin(portal), view{
		Words: says[l], Token: string(token), Portal: portal.Name, State: says[l].states[portal.State], Why: portal.Why, Admin: session.Admin,
	})
}

// prove tells which portal and whose session it is. A form may come from the portal's own pages only; browsers that hide
// the origin are believed, because the tokens are what proves.
func (p *Page) prove(r *http.Request) (integration.Portal, Session, error) {
	member, access := r.PostForm.Get("member_id"), r.PostForm.Get("AUTH_ID")
	if member == "" || len(member) > maxMember || access == "" || len(access) > maxToken {
		return integration.Portal{}, Session{}, unproven("it names no portal or no person")
	}
	at, err := p.portal(r.Context(), member, r.PostForm.Get("APPLICATION_TOKEN"))
	if err != nil {
		return integration.Portal{}, Session{}, err
	}
	portal, err := p.Portals.Portal(r.Context(), at.Tenant, at.Portal)
	if err != nil {
		return integration.Portal{}, Session{}, err
	}
	if from := r.Header.Get("Origin"); from != "" && from != "null" && !strings.EqualFold(from, origin(portal)) {
		return integration.Portal{}, Session{}, unproven("the form comes from another origin")
	}
	who, err := p.Portals.Person(r.Context(), at.Tenant, at.Portal, integration.Secret(access))
	if err != nil {
		return integration.Portal{}, Session{}, err
	}
	return portal, Session{Tenant: at.Tenant, Portal: at.Portal, User: who.User, Admin: who.Admin}, nil
}

// portal finds the one portal whose application token the form knows.
func (p *Page) portal(ctx context.Context, member, application string) (Access, error) {
	all, err := p.Portals.PortalsOf(ctx, member)
	if err != nil {
		return Access{}, err
	}
	var found []Access
	given := sha256.Sum256([]byte(application))
	for _, a := range all {
		want := sha256.Sum256([]byte(string(a.Application)))
		if subtle.ConstantTimeCompare(given[:], want[:]) == 1 && a.Application != "" && a.State != integration.PortalGone {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 0:
		return Access{}, unproven("no connected portal has this member_id and application token")
	case 1:
		return found[0], nil
	}
	return Access{}, unproven("several tenants have connected the portal with the same application")
}

func unproven(why string) error { return errors.Join(ErrUnproven, errors.New(why)) }

// origin is where the portal's own pages are.
func origin(p integration.Portal) string {
	u, err := url.Parse(p.Endpoint)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, " ;,*'\"") { // it goes into a header
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// view is what the page shows.
type view struct {
	Words   words
	Token   string
	Trouble string
	Portal  string
	State   string
	Why     string
	Admin   bool
}

// show renders the page. Only the proven portal may frame it; a refusal may be seen in any frame, for it says nothing.
func (p *Page) show(c *gin.Context, status int, ancestor string, v view) {
	frames := "frame-ancestors *"
	if status == http.StatusOK {
		frames = "frame-ancestors " + ancestor
	}
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		p.Log.LogAttrs(c.Request.Context(), slog.LevelError, "portal_page.failed", slog.Any("error", err))
		c.String(http.StatusInternalServerError, "%s\n", v.Words.Away)
		return
	}
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; "+frames)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
}
