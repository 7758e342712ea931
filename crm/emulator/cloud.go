package emulator

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Cloud is the vendor's whole world: portals, their OAuth server, a control API and pages. It is an http.Handler.
type Cloud struct {
	opt options

	mu      sync.RWMutex
	base    string
	portals []*Portal
	bySlug  map[string]*Portal // old names too, which answer 302
	grants  map[string]*Portal // by refresh token or authorisation code
	rnd     *mathrand.Rand
	server  *http.Server
	saver   *saver
	mux     *http.ServeMux
	oauth   int // requests to the OAuth server
	faults  faultBox
}

type options struct {
	clock          func() time.Time
	seed           uint64
	events         *http.Client
	latency        float64
	allowRemote    bool
	stateFile      string
	recordDir      string
	keep           int
	chargeBatch    bool
	authStatus     int
	operatingLimit float64
	zone           *time.Location
}

// Option changes how a Cloud behaves.
type Option func(*options)

// WithClock makes tokens, limits and dates follow now instead of the wall clock.
func WithClock(now func() time.Time) Option { return func(o *options) { o.clock = now } }

// WithSeed makes identifiers and mischief repeatable.
func WithSeed(seed uint64) Option { return func(o *options) { o.seed = seed } }

// WithEventClient sets the HTTP client that delivers events.
func WithEventClient(c *http.Client) Option { return func(o *options) { o.events = c } }

// WithLatency makes answers really take factor times their simulated duration.
func WithLatency(factor float64) Option { return func(o *options) { o.latency = factor } }

// AllowRemote serves addresses other than this machine's; without it they get 403.
func AllowRemote() Option { return func(o *options) { o.allowRemote = true } }

// WithStateFile loads the world from path when it exists and saves it there after changes.
func WithStateFile(path string) Option { return func(o *options) { o.stateFile = path } }

// WithRecordDir keeps the bytes of call records, so that the page can play them; without it they are only counted.
func WithRecordDir(dir string) Option { return func(o *options) { o.recordDir = dir } }

// WithHistory sets how many requests and commands are remembered in full (counters are complete).
func WithHistory(n int) Option { return func(o *options) { o.keep = n } }

// ChargeBatch charges a batch's time to "batch" as SDK authors measured, not to the inner methods as the docs say (contract §1.5).
func ChargeBatch() Option { return func(o *options) { o.chargeBatch = true } }

// WithAuthStatus sets the HTTP status of insufficient_scope and INVALID_CREDENTIALS: 401 (default) or 403 (contract §11).
func WithAuthStatus(status int) Option { return func(o *options) { o.authStatus = status } }

// WithOperatingLimit sets the seconds a method may use in ten minutes; 480 by default, 0 switches the limiter off (contract §1.5).
func WithOperatingLimit(seconds float64) Option {
	return func(o *options) { o.operatingLimit = seconds }
}

// New makes an empty world. An unreadable state file is an error of Restore; New itself cannot fail.
func New(opts ...Option) *Cloud {
	o := options{
		clock: time.Now, //nolint:forbidigo // the default clock of a program that was given none
		keep:  10_000, authStatus: http.StatusUnauthorized, operatingLimit: 480,
		zone: time.FixedZone("MSK", 3*60*60),
	}
	for _, opt := range opts {
		opt(&o)
	}
	if o.events == nil {
		o.events = &http.Client{Timeout: 5 * time.Second}
	}
	c := &Cloud{opt: o, bySlug: map[string]*Portal{}, grants: map[string]*Portal{}}
	if o.seed != 0 {
		c.rnd = mathrand.New(mathrand.NewPCG(o.seed, o.seed)) //nolint:gosec // ids of an emulator
	}
	if o.stateFile != "" {
		c.saver = newSaver(c, o.stateFile)
	}
	c.routes()
	return c
}

// Listen serves the world on a loopback address ("127.0.0.1:0" picks a port) until Close and tells its base URL.
func (c *Cloud) Listen(addr string) (string, error) {
	l, err := net.Listen("tcp", addr) //nolint:noctx // binding does not wait
	if err != nil {
		return "", err
	}
	c.SetBaseURL("http://" + l.Addr().String())
	srv := &http.Server{Handler: c, ReadHeaderTimeout: 10 * time.Second}
	c.mu.Lock()
	c.server = srv
	c.mu.Unlock()
	go func() {
		if err := srv.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			panic(fmt.Sprintf("emulator: %v", err)) // an emulator that died silently would look like a bug of its client
		}
	}()
	return c.BaseURL(), nil
}

// Close stops Listen's server and writes the state file.
func (c *Cloud) Close() error {
	c.mu.Lock()
	srv := c.server
	c.server = nil
	c.mu.Unlock()
	var err error
	if srv != nil {
		err = srv.Close()
	}
	if c.saver != nil {
		err = errors.Join(err, c.saver.close())
	}
	return err
}

// SetBaseURL tells the world under which address it is reached, without a slash at the end.
// It is learnt from the first request when never told.
func (c *Cloud) SetBaseURL(u string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base = strings.TrimRight(u, "/")
}

// BaseURL is the address set by SetBaseURL or Listen.
func (c *Cloud) BaseURL() string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.base
}

// ServerEndpoint is what the vendor calls server_endpoint: the REST root of the OAuth server.
func (c *Cloud) ServerEndpoint() string { return c.BaseURL() + "/rest/" }

// TokenURL is the OAuth server's token address.
func (c *Cloud) TokenURL() string { return c.BaseURL() + "/oauth/token/" }

// Portal finds a portal by its name, an old name or its member_id.
func (c *Cloud) Portal(name string) *Portal {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if p := c.bySlug[name]; p != nil {
		return p
	}
	for _, p := range c.portals {
		if p.memberID == name {
			return p
		}
	}
	return nil
}

// Portals lists the portals in the order they were made.
func (c *Cloud) Portals() []*Portal {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return append([]*Portal(nil), c.portals...)
}

// OAuthRequests counts the requests to the token address.
func (c *Cloud) OAuthRequests() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.oauth
}

// ServeHTTP routes a request to a portal, the OAuth server, the control API or a page.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !c.opt.allowRemote && !loopback(r.RemoteAddr) {
		http.Error(w, "this emulator serves its own machine only", http.StatusForbidden)
		return
	}
	if c.BaseURL() == "" {
		scheme := "http"
		if r.TLS != nil {
			scheme = "https"
		}
		c.SetBaseURL(scheme + "://" + r.Host)
	}
	// acme.localhost reaches the portal acme, for clients that insist on a host per portal.
	if slug := portalHost(r.Host); slug != "" && !shared(r.URL.Path) {
		r = r.Clone(r.Context())
		r.URL.Path = "/p/" + slug + r.URL.Path
	}
	c.mux.ServeHTTP(w, r)
}

// portalHost is the portal that a host names by itself, "" for the world's own.
func portalHost(host string) string {
	if slug, rest, ok := strings.Cut(host, "."); ok && strings.HasPrefix(rest, "localhost") {
		return slug
	}
	return ""
}

// shared are the addresses that are the same under every host.
func shared(path string) bool {
	return strings.HasPrefix(path, "/p/") || strings.HasPrefix(path, "/static/") || strings.HasPrefix(path, "/control/")
}

// An emulator holds working credentials of a pretended customer; a forgotten one must not be reachable from outside.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	ip := net.ParseIP(host)
	// httptest.NewRequest's documentation address stands for a caller without a network.
	return ip != nil && (ip.IsLoopback() || ip.Equal(net.IPv4(192, 0, 2, 1)))
}

func (c *Cloud) routes() {
	c.mux = http.NewServeMux()
	c.mux.HandleFunc("/oauth/token/", c.serveToken)
	c.mux.HandleFunc("/oauth/token", c.serveToken)
	c.mux.HandleFunc("/rest/", c.serveOAuthRest)
	c.mux.HandleFunc("/oauth/rest/", c.serveOAuthRest)
	c.mux.HandleFunc("/p/{portal}/{rest...}", c.servePortal)
	c.controlRoutes()
	c.pageRoutes()
}

// Whatever is asked under an old name is answered by 302, the token address included: the vendor's
// front server does not look at what was wanted (contract §2.7).
func (c *Cloud) servePortal(w http.ResponseWriter, r *http.Request) {
	slug, rest := r.PathValue("portal"), r.PathValue("rest")
	p := c.Portal(slug)
	if p == nil {
		http.Error(w, "<html><body><h1>404 Not Found</h1></body></html>", http.StatusNotFound)
		return
	}
	if now := p.Name(); slug != now && slug != p.memberID {
		p.redirect(w, r, rest)
		return
	}
	switch {
	case rest == "rest" || strings.HasPrefix(rest, "rest/"):
		p.serveRest(w, r, strings.TrimPrefix(strings.TrimPrefix(rest, "rest"), "/"))
	case strings.HasPrefix(rest, "oauth/authorize"):
		p.serveAuthorize(w, r)
	case strings.HasPrefix(rest, "upload/"):
		p.serveUpload(w, r, strings.TrimPrefix(rest, "upload/"))
	default:
		p.servePage(w, r, rest)
	}
}

// redirect is what the old host of a renamed portal answers (contract §2.7).
func (p *Portal) redirect(w http.ResponseWriter, r *http.Request, rest string) {
	p.mu.Lock()
	p.stats.Redirects++
	p.mu.Unlock()
	to := p.Address() + "/" + rest
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
	_, _ = io.WriteString(w, "<html><body>moved</body></html>") // a client that has gone is its own business
}

// Names become host-like labels, so that the same name works as NAME.localhost.
func slugRune(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
		return r
	}
	return -1
}

// hex32 is a fresh 32-digit identifier.
func (c *Cloud) hex32() string {
	var b [16]byte
	c.random(b[:])
	return hex.EncodeToString(b[:])
}

func (c *Cloud) random(b []byte) {
	if c.rnd == nil {
		_, _ = rand.Read(b) // crypto/rand never fails
		return
	}
	randomMu.Lock()
	defer randomMu.Unlock()
	for i := range b {
		b[i] = byte(c.rnd.UintN(256)) //nolint:gosec // less than 256
	}
}

// randomMu guards the seeded generators, which are drawn from under different locks.
var randomMu sync.Mutex
