package bitrix24

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
)

const (
	methodToken     = "oauth/token" // #nosec G101 -- a method's name
	refreshTimeout  = 30 * time.Second
	renameQuiet     = 5 * time.Minute
	usualTokenLife  = time.Hour
	defaultOAuthURL = "https://oauth.bitrix.info/oauth/token/" // #nosec G101 -- an address
)

// oauthHosts are the vendor's; a client secret goes nowhere else unless Config says so (contract §2.2).
var oauthHosts = []string{"oauth.bitrix.info", "oauth.bitrix24.tech"}

// Token is the pair of OAuth tokens of one portal with everything a refresh needs.
type Token struct {
	Access  Secret
	Refresh Secret // one-time: worthless once it was exchanged
	// Endpoint is the portal's client_endpoint; it ends with /rest/.
	Endpoint string
	// MemberID is the portal for ever, whatever it is called (contract §0.1).
	MemberID string
	Expires  time.Time
	// Version grows with each pair that is stored; the store sets it.
	Version int64
	// ServerEndpoint is the OAuth server's REST address; OAuthURL, when set, is its token address.
	ServerEndpoint string
	OAuthURL       string
	ClientID       string
	ClientSecret   Secret
}

// Credentials keep one portal's tokens for all processes.
type Credentials interface {
	// Token returns the newest pair that was stored.
	Token(ctx context.Context) (Token, error)
	// Refresh returns a pair that is newer than stale. Of all callers in all processes one
	// at a time calls exchange, with the refresh token that is stored at that moment, and
	// commits the pair it returns before anybody uses it; the others wait and get that pair.
	// An error of exchange is returned as it is or wrapped, and nothing is stored then.
	Refresh(ctx context.Context, stale Token, exchange func(ctx context.Context, refresh Secret) (Token, error)) (Token, error)
	// Moved stores the portal's new address, which the OAuth server has vouched for.
	Moved(ctx context.Context, endpoint string) error
}

// flight is a refresh that the callers of this process wait for together.
type flight struct {
	done  chan struct{}
	stale Secret
	token Token
	err   *crm.Error
}

// token returns the pair in use, loading it the first time.
func (c *Client) token(ctx context.Context) (Token, *crm.Error) {
	c.mu.Lock()
	if c.pair != nil {
		defer c.mu.Unlock()
		return *c.pair, nil
	}
	c.mu.Unlock()
	tok, err := c.credentials.Token(ctx)
	if err != nil {
		return Token{}, credentialsError(err)
	}
	if e := c.plausible(tok.Endpoint); e != nil {
		return Token{}, e
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pair == nil {
		c.pair = &tok
	}
	return *c.pair, nil
}

// forget makes the next request load the pair anew: the tenant may have authorised us again.
func (c *Client) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pair = nil
}

// renew returns a pair newer than stale. The first caller refreshes and sees it through even
// when it is cancelled, because an exchanged refresh token that is not stored is lost for good.
func (c *Client) renew(ctx context.Context, stale Token) (Token, *crm.Error) {
	c.mu.Lock()
	if c.pair != nil && c.pair.Access != stale.Access {
		defer c.mu.Unlock()
		return *c.pair, nil
	}
	if f := c.refreshing; f != nil && f.stale == stale.Access {
		c.mu.Unlock()
		select {
		case <-f.done:
			return f.token, f.err
		case <-ctx.Done():
			return Token{}, broken(methodToken, ctx.Err(), false)
		}
	}
	f := &flight{done: make(chan struct{}), stale: stale.Access}
	c.refreshing = f
	c.mu.Unlock()

	background, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer cancel()
	f.token, f.err = c.refresh(background, stale)
	c.mu.Lock()
	if f.err == nil {
		c.pair = &f.token
	}
	if c.refreshing == f {
		c.refreshing = nil
	}
	c.mu.Unlock()
	close(f.done)
	return f.token, f.err
}

func (c *Client) refresh(ctx context.Context, stale Token) (Token, *crm.Error) {
	tok, err := c.credentials.Refresh(ctx, stale, func(ctx context.Context, refresh Secret) (Token, error) {
		tok, e := c.exchange(ctx, stale, refresh)
		if e != nil {
			return Token{}, e
		}
		return tok, nil
	})
	if err != nil {
		return Token{}, credentialsError(err)
	}
	if tok.MemberID != stale.MemberID {
		return Token{}, mismatch()
	}
	if e := c.plausible(tok.Endpoint); e != nil {
		return Token{}, e
	}
	if tok.Endpoint != stale.Endpoint {
		if err := c.credentials.Moved(ctx, tok.Endpoint); err != nil {
			return Token{}, credentialsError(err)
		}
	}
	return tok, nil
}

// pairAnswer is the OAuth server's answer (contract §2.2). Its `domain` is the OAuth host, never the portal.
type pairAnswer struct {
	Access         Text   `json:"access_token"`
	Refresh        Text   `json:"refresh_token"`
	Expires        ID     `json:"expires"`
	ExpiresIn      ID     `json:"expires_in"`
	ClientEndpoint Text   `json:"client_endpoint"`
	ServerEndpoint Text   `json:"server_endpoint"`
	MemberID       string `json:"member_id"`
}

// exchange trades a refresh token for a new pair of the same portal.
func (c *Client) exchange(ctx context.Context, stale Token, refresh Secret) (Token, *crm.Error) {
	pair, e := c.trade(ctx, stale, refresh)
	if e != nil {
		return Token{}, e
	}
	if pair.MemberID != stale.MemberID {
		return Token{}, mismatch()
	}
	return c.paired(stale, pair), nil
}

// trade asks the OAuth server for a new pair, in a POST form, so that no address carries the secret. What goes
// wrong here was never executed by the portal: Unavailable or Denied.
func (c *Client) trade(ctx context.Context, stale Token, refresh Secret) (pairAnswer, *crm.Error) {
	address, e := c.oauthURL(stale)
	if e != nil {
		return pairAnswer{}, e
	}
	resp, sendErr := c.send(ctx, methodToken, c.rest.R().SetFormData(map[string]string{
		"grant_type": "refresh_token", "client_id": stale.ClientID,
		"client_secret": string(stale.ClientSecret), "refresh_token": string(refresh),
	}), address)
	if sendErr != nil {
		sendErr.Kind = crm.Unavailable
		return pairAnswer{}, sendErr
	}
	stale.Refresh = refresh
	known := redactorOf(stale)
	var env envelope
	if json.Unmarshal(resp.body, &env) != nil {
		return pairAnswer{}, &crm.Error{Kind: crm.Unavailable, Method: methodToken, Code: codeStrange, Whole: true}
	}
	if env.failed() {
		f := readFailure(env.Failure)
		e := &crm.Error{
			Kind: crm.Denied, Method: methodToken, Code: known.code(f.code), Text: known.text(string(env.Description)), Whole: true,
		}
		if kind := kinds[strings.ToLower(f.code)]; resp.status >= http.StatusInternalServerError || kind == crm.Limited || kind == crm.Ambiguous {
			e.Kind = crm.Unavailable
		}
		return pairAnswer{}, e
	}
	var pair pairAnswer
	if json.Unmarshal(resp.body, &pair) != nil || pair.Access == "" || pair.Refresh == "" {
		return pairAnswer{}, &crm.Error{Kind: crm.Unavailable, Method: methodToken, Code: codeStrange, Whole: true}
	}
	return pair, nil
}

// paired makes the next Token. An address that the policy refuses is not taken over, but
// the pair is: the old refresh token is gone already.
func (c *Client) paired(stale Token, pair pairAnswer) Token {
	next := stale
	next.Access, next.Refresh, next.Version = Secret(pair.Access), Secret(pair.Refresh), stale.Version+1
	switch {
	case pair.Expires > 0:
		next.Expires = time.Unix(int64(pair.Expires), 0).UTC()
	case pair.ExpiresIn > 0:
		next.Expires = c.now().Add(time.Duration(pair.ExpiresIn) * time.Second)
	default:
		next.Expires = c.now().Add(usualTokenLife)
	}
	if endpoint := string(pair.ClientEndpoint); endpoint != "" && c.plausible(endpoint) == nil {
		next.Endpoint = strings.TrimSuffix(endpoint, "/") + "/"
	}
	if server := string(pair.ServerEndpoint); server != "" && slices.Contains(c.oauthHosts, host(server)) {
		next.ServerEndpoint = server
	}
	return next
}

// oauthURL is where tokens are exchanged: told, else derived from the server's REST address.
func (c *Client) oauthURL(t Token) (string, *crm.Error) {
	address := t.OAuthURL
	if address == "" && t.ServerEndpoint != "" {
		if u, err := url.Parse(t.ServerEndpoint); err == nil && u.Host != "" {
			address = (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/oauth/token/"}).String()
		}
	}
	if address == "" {
		address = defaultOAuthURL
	}
	u, err := url.Parse(address)
	if err != nil || !slices.Contains(c.oauthHosts, u.Host) || c.allowed(u) != nil {
		return "", &crm.Error{
			Kind: crm.Denied, Method: methodToken, Code: "FOREIGN_OAUTH_SERVER", Text: "the client secret goes to the vendor only", Whole: true,
		}
	}
	return address, nil
}

// follow acts on a redirect: the portal may have been renamed (contract §2.7). Where to is not
// believed: the OAuth server, asked by a refresh, vouches for member_id and address. A redirect
// that turns out to be no renaming is left alone for a while, so that it cannot burn tokens.
func (c *Client) follow(ctx context.Context, tok Token, method, location string) (Token, *crm.Error) {
	gone := &crm.Error{Kind: crm.Unavailable, Method: method, Code: codeMoved, Whole: true}
	from, err := url.Parse(tok.Endpoint)
	if err != nil {
		return Token{}, gone
	}
	to, err := from.Parse(location)
	if err != nil || location == "" || c.allowed(to) != nil {
		gone.Text = "redirected to an address that is not allowed"
		return Token{}, gone
	}
	c.mu.Lock()
	quiet := c.renameQuiet.Sub(c.now())
	c.mu.Unlock()
	if quiet > 0 {
		gone.Text, gone.Wait = "redirected, but not renamed", quiet
		return Token{}, gone
	}
	next, e := c.renew(ctx, tok)
	if e != nil {
		return Token{}, e
	}
	if next.Endpoint == tok.Endpoint {
		c.mu.Lock()
		c.renameQuiet = c.now().Add(renameQuiet)
		c.mu.Unlock()
		gone.Text, gone.Wait = "redirected, but not renamed", renameQuiet
		return Token{}, gone
	}
	return next, nil
}

// plausible checks an address before anything is sent there.
func (c *Client) plausible(endpoint string) *crm.Error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.User != nil || c.allowed(u) != nil {
		return &crm.Error{
			Kind: crm.Denied, Method: methodBatch, Code: "ADDRESS_REFUSED", Text: "the portal's address is not allowed", Whole: true,
		}
	}
	return nil
}

// credentialsError keeps a typed error and hides every other: a store's words may hold anything.
func credentialsError(err error) *crm.Error {
	if e, ok := errors.AsType[*crm.Error](err); ok {
		clone := *e
		clone.Whole = true
		return &clone
	}
	return &crm.Error{Kind: crm.Unavailable, Method: methodToken, Code: "CREDENTIALS", Text: "the tokens cannot be loaded or stored", Whole: true}
}

func mismatch() *crm.Error {
	return &crm.Error{Kind: crm.Denied, Method: methodToken, Code: codeMember, Text: "the tokens belong to another portal", Whole: true}
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
