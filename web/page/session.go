package page

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"omniconnector/integration"
	"omniconnector/web"
)

const (
	sessionCookie = "omni_session"
	// sessionLife is short, because a token that was revoked is not asked for again before its end.
	sessionLife = 4 * time.Hour
	whoKey      = "page.who"
)

// session is what the cookie says.
type session struct {
	Tenant integration.TenantID `json:"t"`
	Until  int64                `json:"u"`
}

// who has signed in.
type who struct {
	tenant integration.Tenant
	auto   bool
}

func signedIn(c *gin.Context) who {
	w, _ := c.Value(whoKey).(who)
	return w
}

// sign makes a cookie of a session.
func (p *Page) sign(s session) string {
	body, err := json.Marshal(s)
	if err != nil {
		panic(err) // two plain fields
	}
	return base64.RawURLEncoding.EncodeToString(body) + "." + base64.RawURLEncoding.EncodeToString(p.seal(body))
}

func (p *Page) seal(body []byte) []byte {
	m := hmac.New(sha256.New, p.cfg.SessionKey)
	m.Write([]byte("omniconnector page session v1\x00"))
	m.Write(body)
	return m.Sum(nil)
}

// open reads a cookie of ours that is still valid.
func (p *Page) open(cookie string) (session, bool) {
	head, tail, _ := strings.Cut(cookie, ".")
	body, err1 := base64.RawURLEncoding.DecodeString(head)
	seal, err2 := base64.RawURLEncoding.DecodeString(tail)
	if err1 != nil || err2 != nil || !hmac.Equal(seal, p.seal(body)) {
		return session{}, false
	}
	var s session
	if json.Unmarshal(body, &s) != nil || p.cfg.Now().Unix() >= s.Until {
		return session{}, false
	}
	return s, s.Tenant != ""
}

// signed lets those through who have signed in, and leads the others to the login form.
func (p *Page) signed(next gin.HandlerFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		t, auto, err := p.identify(c)
		switch {
		case errors.Is(err, web.ErrNotFound):
			p.stranger(c)
			return
		case err != nil:
			p.fail(c, err)
			return
		}
		c.Set(whoKey, who{t, auto})
		p.remember(c)
		next(c)
	}
}

func (p *Page) identify(c *gin.Context) (t integration.Tenant, auto bool, err error) {
	cookie, _ := c.Cookie(sessionCookie)
	s, ok := p.open(cookie)
	if !ok && p.cfg.PageAccess != "" && local(c.Request) {
		s, ok, auto = session{Tenant: p.cfg.PageAccess}, true, true
	}
	if !ok {
		return t, false, web.ErrNotFound
	}
	t, err = p.cfg.Store.Tenant(c.Request.Context(), s.Tenant) // one that was deleted meanwhile is nobody
	return t, auto, err
}

// stranger is led to the form; the list's own requests are only told.
func (p *Page) stranger(c *gin.Context) {
	if c.FullPath() == "/live" {
		c.Status(http.StatusUnauthorized)
		return
	}
	c.Redirect(http.StatusSeeOther, "/login")
}

// local reports whether a person at this machine asks, and not a page elsewhere through their browser or a proxy.
func local(r *http.Request) bool {
	for _, header := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} {
		if r.Header.Get(header) != "" {
			return false
		}
	}
	return loopback(r.RemoteAddr) && loopback(r.Host)
}

func loopback(address string) bool {
	name := address
	if h, _, err := net.SplitHostPort(address); err == nil {
		name = h
	}
	ip, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return name == "localhost" || err == nil && ip.IsLoopback()
}

func (p *Page) showLogin(c *gin.Context) {
	p.remember(c)
	p.show(c, http.StatusOK, "login.html", say(language(c), "sign_in"), "")
}

// login takes an API token in a form and gives a cookie for it.
func (p *Page) login(c *gin.Context) {
	if err := p.guard.Check(c.Request); err != nil {
		p.refuse(c, http.StatusForbidden, "foreign_form")
		return
	}
	if !p.guesses.allow(p.cfg.Now()) {
		p.refuse(c, http.StatusTooManyRequests, "too_many")
		return
	}
	const longest = 8 << 10
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, longest)
	token := strings.TrimSpace(c.PostForm("token"))
	found, err := p.cfg.Store.Recognise(c.Request.Context(), integration.Secret(token))
	switch {
	case errors.Is(err, web.ErrNotFound):
		p.refuse(c, http.StatusUnauthorized, "wrong_token")
		return
	case err != nil:
		p.fail(c, err)
		return
	}
	until := p.cfg.Now().Add(sessionLife)
	http.SetCookie(c.Writer, p.cookie(p.sign(session{found.Tenant.ID, until.Unix()}), int(sessionLife.Seconds())))
	p.log.LogAttrs(c.Request.Context(), slog.LevelInfo, "page.signed_in", slog.String("tenant_id", string(found.Tenant.ID)))
	c.Redirect(http.StatusSeeOther, "/")
}

func (p *Page) refuse(c *gin.Context, status int, word string) {
	p.show(c, status, "login.html", say(language(c), "sign_in"), say(language(c), word))
}

func (p *Page) logout(c *gin.Context) {
	if p.guard.Check(c.Request) == nil {
		http.SetCookie(c.Writer, p.cookie("", -1))
	}
	c.Redirect(http.StatusSeeOther, "/login")
}

func (p *Page) cookie(value string, age int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure follows the configuration: the demo has no https
		Name: sessionCookie, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: p.cfg.Secure, SameSite: http.SameSiteStrictMode,
	}
}

// guesses slow down those who try tokens in the form.
type guesses struct {
	once   sync.Once
	bucket *rate.Limiter
}

func (g *guesses) allow(now time.Time) bool {
	g.once.Do(func() {
		const perSecond, burst = 2, 20
		g.bucket = rate.NewLimiter(perSecond, burst)
	})
	return g.bucket.AllowN(now, 1)
}

// zoneOf is the zone a portal's settings name, or Moscow's, where the platform's accounts are.
func zoneOf(d integration.Document) *time.Location {
	var s struct {
		Zone string `json:"time_zone"`
	}
	if json.Unmarshal(d.Body, &s) != nil {
		s.Zone = ""
	}
	l, err := time.LoadLocation(cmp.Or(s.Zone, integration.Defaults().TimeZone))
	if err != nil {
		return time.UTC
	}
	return l
}
