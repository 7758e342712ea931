package inside

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/crm"
	"omniconnector/integration"
)

// What the ports answer besides failures.
var (
	// ErrUnproven means that the portal does not know the token, or that it is of another application or of nobody active.
	ErrUnproven = errors.New("the portal does not confirm the person")
	// ErrCode means that there is no such code of connection, or none any more.
	ErrCode = errors.New("no such code")
	// ErrTaken means that another tenant has connected the portal by the same application.
	ErrTaken = errors.New("another tenant has connected the portal")
	// ErrErasing means that the portal's old data is still being removed.
	ErrErasing = errors.New("the portal's data is being removed")
	// ErrReader means that the person is no administrator of the portal.
	ErrReader = errors.New("the person is no administrator of the portal")
)

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
	// Renamed hears that a proven portal calls itself by another address, and finds out where it is now (contract bitrix24 §2.7).
	Renamed(ctx context.Context, t integration.TenantID, p integration.PortalID) error
	// Adopt gives a connected portal the opening's tokens instead of those it has, and prepares it: after the application was
	// installed again. ErrUnproven unless the vendor's OAuth server vouches for them by the keys that are stored, ErrReader unless they
	// are an administrator's.
	Adopt(ctx context.Context, t integration.TenantID, p integration.PortalID, o Opening) error
	// Prepare has the portal told again what it is to report and show.
	Prepare(ctx context.Context, t integration.TenantID, p integration.PortalID) error
	// Connect proves an opening by the code's application and connects the portal to the code's tenant, which spends the code.
	// ErrCode, ErrUnproven, ErrReader, ErrTaken, ErrErasing.
	Connect(ctx context.Context, code integration.Secret, o Opening) (Access, error)
	// Seal and Open keep an opening secret while the person types.
	Seal(plain []byte) ([]byte, error)
	Open(sealed []byte) ([]byte, error)
}

// Index makes the application's page around a session: JSON of a Block, which goes into the page as
// <script type="application/json" id="session">.
type Index func(session []byte) ([]byte, error)

// Page answers openings.
type Page struct {
	Portals  Portals
	Sessions *Sessions
	Index    Index
	// Policy is what the application's page may load: a Content-Security-Policy that says nothing of who frames it.
	Policy string
	Now    func() time.Time
	Log    *slog.Logger
}

// The routes. Portals are told Route as the application's own page and as that of each placement, and InstallRoute as the page of its
// installation.
const (
	Route        = "/app/bitrix24"
	InstallRoute = Route + "/install"
	connectRoute = Route + "/connect"
	renewRoute   = Route + "/session"
	scriptRoute  = Route + "/frame.js"
)

// Mount adds the routes.
func (p *Page) Mount(r *gin.Engine) {
	r.POST(Route, p.open)
	r.POST(InstallRoute, p.open)
	r.POST(connectRoute, p.connect)
	r.POST(renewRoute, p.renew)
	r.GET(scriptRoute, p.script)
}

// open proves the portal by its application token and the person by the portal's own word (contract bitrix24 §2.3).
func (p *Page) open(c *gin.Context) {
	o, ok := p.read(c)
	if !ok {
		return
	}
	o.Install = c.FullPath() == InstallRoute
	at, err := p.portal(c.Request.Context(), o)
	switch {
	case errors.Is(err, errNobodys):
		p.ask(c, o, "")
	case err != nil:
		p.fail(c, o, err)
	default:
		p.serve(c, o, at)
	}
}

// read takes the form; what cannot be read is answered.
func (p *Page) read(c *gin.Context) (Opening, bool) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
	if err := c.Request.ParseForm(); err != nil {
		l := language(c.Request)
		p.show(c, http.StatusBadRequest, "", view{Words: says[l], Trouble: says[l].Unreadable})
		return Opening{}, false
	}
	o, whole := readOpening(c.Request, p.Now())
	if !whole {
		p.fail(c, o, unproven("it names no portal or no person"))
	}
	return o, whole
}

// serve shows a portal that is connected to who opened it.
func (p *Page) serve(c *gin.Context, o Opening, at Access) {
	portal, session, err := p.prove(c.Request, o, at)
	if err != nil {
		p.fail(c, o, err)
		return
	}
	if o.Install {
		err := ErrReader
		if session.Admin {
			err = p.Portals.Prepare(c.Request.Context(), at.Tenant, at.Portal)
		}
		if err != nil {
			p.fail(c, o, err)
			return
		}
		p.finish(c, o, portal)
		return
	}
	p.index(c, o, portal, session)
}

// index answers with the application's page.
func (p *Page) index(c *gin.Context, o Opening, portal integration.Portal, s Session) {
	block, err := p.block(o, portal, s)
	if err == nil {
		var body []byte
		if body, err = p.Index(block); err == nil {
			p.answer(c, http.StatusOK, p.Policy, originOf(portal.Endpoint), body)
			return
		}
	}
	p.fail(c, o, err)
}

// prove tells which portal and whose session it is. A form may come from the portal's own pages only; browsers that hide
// the origin are believed, because the tokens are what proves.
func (p *Page) prove(r *http.Request, o Opening, at Access) (integration.Portal, Session, error) {
	portal, err := p.located(r.Context(), o, at)
	if err != nil {
		return integration.Portal{}, Session{}, err
	}
	if from := r.Header.Get("Origin"); from != "" && from != "null" && !strings.EqualFold(from, originOf(portal.Endpoint)) {
		return integration.Portal{}, Session{}, unproven("the form comes from another origin")
	}
	who, err := p.Portals.Person(r.Context(), at.Tenant, at.Portal, o.Access)
	if err != nil {
		return integration.Portal{}, Session{}, err
	}
	if portal.State == integration.PortalReauthorise && who.Admin && o.Refresh != "" {
		portal = p.heal(r.Context(), o, portal)
	}
	return portal, Session{Tenant: at.Tenant, Portal: at.Portal, User: who.User, Admin: who.Admin, Proof: o.Proof}, nil
}

// located gives the portal where it is now: one that calls itself otherwise may have been renamed (contract bitrix24 §2.7).
func (p *Page) located(ctx context.Context, o Opening, at Access) (integration.Portal, error) {
	portal, err := p.Portals.Portal(ctx, at.Tenant, at.Portal)
	if err != nil || o.Domain == "" || strings.EqualFold(o.Endpoint(), portal.Endpoint) {
		return portal, err
	}
	if err := p.Portals.Renamed(ctx, at.Tenant, at.Portal); err != nil { // what is stored may still do
		p.Log.LogAttrs(ctx, slog.LevelWarn, "portal_page.renamed", slog.String("portal_id", string(at.Portal)), slog.Any("error", err))
	}
	return p.Portals.Portal(ctx, at.Tenant, at.Portal)
}

// heal gives a portal that no longer takes our tokens those of the administrator who opened the page. It is shown as it is when that
// does not help.
func (p *Page) heal(ctx context.Context, o Opening, portal integration.Portal) integration.Portal {
	err := p.Portals.Adopt(ctx, portal.Tenant, portal.ID, o)
	if err == nil {
		if now, err := p.Portals.Portal(ctx, portal.Tenant, portal.ID); err == nil {
			return now
		}
	}
	p.Log.LogAttrs(ctx, slog.LevelWarn, "portal_page.not_healed", slog.String("portal_id", string(portal.ID)), slog.Any("error", err))
	return portal
}

// errNobodys means that no tenant has the portal connected, or that it must be connected again by a code.
var errNobodys = errors.New("the portal is nobody's")

// portal finds the one portal whose application token the form knows. At an installation one that does not know it is taken for
// installed again: tokens and application token are new then (contract bitrix24 §2.5).
func (p *Page) portal(ctx context.Context, o Opening) (Access, error) {
	all, err := p.Portals.PortalsOf(ctx, o.Member)
	if err != nil {
		return Access{}, err
	}
	var found, connected []Access
	given := sha256.Sum256([]byte(string(o.Application)))
	for _, a := range all {
		if a.State == integration.PortalGone {
			continue
		}
		connected = append(connected, a)
		want := sha256.Sum256([]byte(string(a.Application)))
		if subtle.ConstantTimeCompare(given[:], want[:]) == 1 && a.Application != "" {
			found = append(found, a)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return Access{}, unproven("several tenants have connected the portal with the same application")
	case len(connected) == 0:
		return Access{}, errNobodys
	case !o.Install: // a portal that was connected by its tokens alone learns its application token from an administrator's page
		connected = slices.DeleteFunc(connected, func(a Access) bool { return a.Application != "" })
		if at, err := p.again(ctx, o, connected); !errors.Is(err, errNobodys) {
			return at, err
		}
		return Access{}, unproven("no connected portal has this member_id and application token")
	}
	return p.again(ctx, o, connected)
}

// again finds the portal by whose keys the tokens of a new installation are vouched for. None: it is another application of the same
// portal, which its code will tell.
func (p *Page) again(ctx context.Context, o Opening, connected []Access) (Access, error) {
	for _, a := range connected {
		err := p.Portals.Adopt(ctx, a.Tenant, a.Portal, o)
		switch {
		case err == nil:
			return a, nil
		case !errors.Is(err, ErrUnproven):
			return Access{}, err
		}
	}
	return Access{}, errNobodys
}

func unproven(why string) error { return errors.Join(ErrUnproven, errors.New(why)) }
