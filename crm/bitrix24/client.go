package bitrix24

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"

	"omniconnector/crm"
)

const (
	requestTimeout = 65 * time.Second // the portal itself cuts at 60 (contract §0.4)
	uploadTimeout  = 30 * time.Minute
	maxAnswer      = 32 << 20
	maxRecord      = 1 << 30
	maxConnections = 16 // batches beside each other, and uploads
	userAgent      = "omniconnector/1"
)

// Config is what a Client is made of. Credentials and Now are required.
type Config struct {
	Credentials Credentials
	// Now is the clock of limits and expiry.
	Now func() time.Time
	// Transport carries all requests; DefaultTransport() when nil. Portals may share one.
	Transport http.RoundTripper
	// Allowed refuses addresses before anything is sent there; PublicHTTPS when nil.
	Allowed func(*url.URL) error
	// OAuthHosts may receive the client secret besides the vendor's two hosts.
	OAuthHosts []string
	// Own lists our own virtual numbers, which are never searched for or written as a client's phone.
	Own func() []string
	// Scopes are those Check asks for; crm, telephony and user when nil.
	Scopes []string
	// MaxRecord caps the size of an uploaded record; 1 GiB when 0.
	MaxRecord int64
	// Log gets one debug line per request, without secrets; nothing when nil.
	Log *slog.Logger
	// UserAgent is sent with each request.
	UserAgent string
}

// Client is one portal: the crm.Portal over Bitrix24's REST (contract §1). It is safe for concurrent use.
type Client struct {
	credentials Credentials
	now         func() time.Time
	allowed     func(*url.URL) error
	oauthHosts  []string
	own         func() []string
	scopes      []string
	maxRecord   int64
	log         *slog.Logger
	http        *http.Client
	rest        *resty.Client
	meter       *meter

	mu          sync.Mutex
	pair        *Token
	refreshing  *flight
	renameQuiet time.Time
}

var _ crm.Portal = (*Client)(nil)

// New makes a Client. It sends nothing yet.
func New(cfg Config) (*Client, error) {
	if cfg.Credentials == nil || cfg.Now == nil {
		return nil, errors.New("bitrix24: Credentials and Now are required")
	}
	c := &Client{
		credentials: cfg.Credentials, now: cfg.Now, allowed: cfg.Allowed, own: cfg.Own, log: cfg.Log,
		oauthHosts: slices.Concat(oauthHosts, cfg.OAuthHosts), scopes: cfg.Scopes,
		maxRecord: cfg.MaxRecord, meter: newMeter(cfg.Now),
	}
	if c.allowed == nil {
		c.allowed = PublicHTTPS
	}
	if c.own == nil {
		c.own = func() []string { return nil }
	}
	if c.scopes == nil {
		c.scopes = []string{"crm", "telephony", "user"}
	}
	if c.maxRecord <= 0 {
		c.maxRecord = maxRecord
	}
	if cfg.Transport == nil {
		cfg.Transport = DefaultTransport()
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = userAgent
	}
	c.http = &http.Client{
		Transport: cfg.Transport,
		// A followed redirect would turn POST into GET and carry the token to whoever asked for it.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	c.rest = resty.NewWithClient(c.http).SetRetryCount(0).SetResponseBodyLimit(maxAnswer).
		SetDisableWarn(true).SetLogger(silent{}).
		SetHeader("User-Agent", cfg.UserAgent).SetHeader("Accept", "application/json")
	return c, nil
}

// DefaultTransport is http.DefaultTransport with a bounded number of connections per host.
func DefaultTransport() *http.Transport {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return &http.Transport{MaxConnsPerHost: maxConnections}
	}
	t = t.Clone()
	t.MaxConnsPerHost = maxConnections
	t.MaxIdleConnsPerHost = 2
	return t
}

// PublicHTTPS allows https addresses by name on the usual port. Where the name leads to is
// checked by the transport, after resolution.
func PublicHTTPS(u *url.URL) error {
	name := strings.ToLower(u.Hostname())
	if _, err := netip.ParseAddr(name); err == nil || u.Scheme != "https" || u.User != nil ||
		(u.Port() != "" && u.Port() != "443") || !strings.Contains(name, ".") || strings.HasSuffix(name, ".localhost") {
		return errors.New("not a public https address")
	}
	return nil
}

// String keeps the tokens in a Client's fields out of a careless %v.
func (c *Client) String() string { return "bitrix24.Client" }

// GoString keeps them out of %#v.
func (c *Client) GoString() string { return "bitrix24.Client" }

// call is the only way to a REST method: address, token, its refresh, renaming, decoding and
// typing of errors happen here and nowhere else. A request is sent again only when the portal
// said that it did not execute it: an expired token, or a redirect to its new name.
func (c *Client) call(ctx context.Context, method string, p map[string]any) (envelope, *crm.Error) {
	if e := c.meter.refuse(method); e != nil {
		return envelope{}, e
	}
	tok, e := c.token(ctx)
	var renewed, moved bool
	for {
		if e != nil {
			return envelope{}, c.note(method, e)
		}
		body := map[string]any{"auth": string(tok.Access)}
		maps.Copy(body, p)
		encoded, err := json.Marshal(body)
		if err != nil {
			return envelope{}, invalid(method, "", "the parameters cannot be encoded")
		}
		request := c.rest.R().SetHeader("Content-Type", "application/json").SetBody(encoded)
		resp, sendErr := c.send(ctx, method, request, strings.TrimSuffix(tok.Endpoint, "/")+"/"+method)
		if sendErr != nil {
			return envelope{}, c.note(method, sendErr)
		}
		if resp.redirect() {
			if moved {
				return envelope{}, &crm.Error{Kind: crm.Unavailable, Method: method, Code: codeMoved, Text: "redirected twice", Whole: true}
			}
			moved = true
			tok, e = c.follow(ctx, tok, method, resp.location)
			continue
		}
		env, refused := resp.read(method, redactorOf(tok))
		if refused == nil {
			env.known = redactorOf(tok)
			return env, nil
		}
		if stale(refused.Code) && !renewed {
			renewed = true
			tok, e = c.renew(ctx, tok)
			continue
		}
		return envelope{}, c.note(method, refused)
	}
}

// stale tells codes that a fresh token may heal (contract §1.3).
func stale(code string) bool {
	code = strings.ToLower(code)
	return code == "expired_token" || code == "invalid_token"
}

// note keeps what a failure of a whole request tells about the portal.
func (c *Client) note(method string, e *crm.Error) *crm.Error {
	switch {
	case e.Kind == crm.Denied:
		c.forget()
	case strings.EqualFold(e.Code, "QUERY_LIMIT_EXCEEDED"):
		c.meter.hush(e.Wait)
	case strings.EqualFold(e.Code, "OPERATION_TIME_LIMIT"):
		e.Wait = c.meter.exceeded(method)
	}
	return e
}

// response is an HTTP answer as far as it came.
type response struct {
	status   int
	location string
	body     []byte
}

func (r response) redirect() bool {
	switch r.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// read tells result from refusal by the envelope and not by the status (contract §0.6).
func (r response) read(method string, known redactor) (envelope, *crm.Error) {
	var env envelope
	if err := json.Unmarshal(r.body, &env); err != nil {
		return envelope{}, unreadable(method, r.status)
	}
	if env.failed() {
		f := readFailure(env.Failure)
		if env.Description != "" {
			f.text = string(env.Description)
		}
		return envelope{}, refusal(ofRequest, method, r.status, f, known)
	}
	if env.Result == nil || r.status >= http.StatusMultipleChoices {
		return envelope{}, unreadable(method, r.status)
	}
	return env, nil
}

// Usage reports what the portal said of its limits last (contract §1.5).
func (c *Client) Usage() crm.Usage { return c.meter.usage() }

// silent keeps resty from writing to standard error.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}

// drain lets a connection be used again.
func drain(body io.ReadCloser) {
	_, _ = io.Copy(io.Discard, io.LimitReader(body, 1<<16))
	_ = body.Close()
}
