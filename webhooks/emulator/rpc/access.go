package rpc

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// The interfaces of the platform.
const (
	CallAPI = "callapi"
	DataAPI = "dataapi"
)

// sessionLife is how long a token of login.user lives (contract uis §3).
const sessionLife = time.Hour

// Key is a permanent key, made in the cabinet and shown once.
type Key struct {
	Token   string
	Expires time.Time // zero: never
	Blocked bool
	// Without names the interfaces that the key's user has no right to: forbidden.
	Without []string
}

// Gate knows who may call, from where, and how much. It is shared by the interfaces of one platform.
type Gate struct {
	now func() time.Time

	mu       sync.Mutex
	accounts map[int64]*Access
	sessions map[string]session
	issued   int
	faults   []*Fault
	journal  []Entry
	count    int
}

// session is a token of login.user; it belongs to the interface that gave it.
type session struct {
	app     int64
	api     string
	expires time.Time
}

// NewGate returns a gate that lets nobody in.
func NewGate(now func() time.Time) *Gate {
	return &Gate{now: now, accounts: map[int64]*Access{}, sessions: map[string]session{}}
}

// Access is what an account's administrator set for its interfaces. Its methods may be used
// concurrently and take effect with the next request.
type Access struct {
	gate            *Gate
	app             int64
	keys            []Key
	login, password string
	allowed         []netip.Prefix
	inactive        bool
	disabled        map[string]bool
	points          map[string]*points
}

// Add opens an account: with one permanent key that follows from its number, a user
// with a login of its own, calls allowed from everywhere, and Usual limits.
func (g *Gate) Add(app int64) *Access {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := &Access{
		gate: g, app: app, keys: []Key{{Token: token("key", app, 0)}}, login: fmt.Sprintf("api-%d", app), password: "api-password",
		allowed:  []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")},
		disabled: map[string]bool{}, points: map[string]*points{},
	}
	for _, api := range []string{CallAPI, DataAPI} {
		a.points[api] = &points{limits: Usual}
	}
	g.accounts[app] = a
	return a
}

// token makes a token that repeats in the next run.
func token(what string, app int64, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d/%d", what, app, n))
	return hex.EncodeToString(sum[:16])
}

// Key is the first permanent key.
func (a *Access) Key() string {
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	if len(a.keys) == 0 {
		return ""
	}
	return a.keys[0].Token
}

// SetKeys replaces the permanent keys: to block one, to let one expire, to leave none.
func (a *Access) SetKeys(keys ...Key) {
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	a.keys = slices.Clone(keys)
}

// User is what login.user takes.
func (a *Access) User() (login, password string) {
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	return a.login, a.password
}

// SetUser changes the login and password; tokens given before stay valid.
func (a *Access) SetUser(login, password string) {
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	a.login, a.password = login, password
}

// DropSessions makes every token of login.user invalid, as when another one logs in elsewhere.
func (a *Access) DropSessions() {
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	for t, s := range a.gate.sessions {
		if s.app == a.app {
			delete(a.gate.sessions, t)
		}
	}
}

// Allow sets the whitelist, in the form "192.0.2.0/24"; an empty one lets nobody in.
func (a *Access) Allow(masks ...string) error {
	var all []netip.Prefix
	for _, m := range masks {
		p, err := netip.ParsePrefix(m)
		if err != nil {
			return fmt.Errorf("mask of the whitelist: %w", err)
		}
		all = append(all, p)
	}
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	a.allowed = all
	return nil
}

// SetActive tells whether the account is active: account_inactive otherwise.
func (a *Access) SetActive(active bool) {
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	a.inactive = !active
}

// Disable names the methods whose package the account did not buy: component_disabled.
func (a *Access) Disable(methods ...string) {
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	clear(a.disabled)
	for _, m := range methods {
		a.disabled[m] = true
	}
}

// owner finds the account of a token, whatever else is wrong with it; g.mu is held.
func (g *Gate) owner(t string) (*Access, *Key) {
	if s, there := g.sessions[t]; there {
		return g.accounts[s.app], nil
	}
	for _, a := range g.accounts {
		for i := range a.keys {
			if t != "" && a.keys[i].Token == t {
				return a, &a.keys[i]
			}
		}
	}
	return nil, nil
}

// admit checks a token for an interface; g.mu is held. A login token that is past its hour is merely
// invalid; only permanent keys are told to have expired (contract uis §3.4).
func (g *Gate) admit(api, t string) (*Access, *Error) {
	a, key := g.owner(t)
	switch {
	case a == nil:
		return nil, Fail("access_token_invalid", "access_token", nil)
	case key == nil && (g.sessions[t].api != api || !g.now().Before(g.sessions[t].expires)):
		return a, Fail("access_token_invalid", "access_token", nil)
	case key == nil:
	case key.Blocked:
		return a, Fail("access_token_blocked", "access_token", nil)
	case !key.Expires.IsZero() && !g.now().Before(key.Expires):
		return a, Fail("access_token_expired", "access_token", nil)
	case slices.Contains(key.Without, api):
		return a, Fail("forbidden", "", nil)
	}
	return a, nil
}

// welcomes checks what does not depend on the token; the gate's lock is held.
func (a *Access) welcomes(method, remote string) *Error {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	ip, err := netip.ParseAddr(host)
	from := func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) }
	switch {
	case err != nil || !slices.ContainsFunc(a.allowed, from):
		return Fail("ip_not_whitelisted", "", host)
	case a.inactive:
		return Fail("account_inactive", "", nil)
	case a.disabled[method]:
		return Fail("component_disabled", "", nil)
	}
	return nil
}

// enter is login.user; g.mu is held.
func (g *Gate) enter(p Params) (*Access, *Error) {
	for _, a := range g.accounts {
		if a.login != "" && strings.EqualFold(a.login, p.Text("login")) && a.password == p.Text("password") {
			return a, nil
		}
	}
	return nil, Fail("auth_error", "", nil)
}

// issue makes the token of a login; g.mu is held.
func (g *Gate) issue(a *Access, api string) (string, time.Time) {
	g.issued++
	t := token("session", a.app, g.issued)
	s := session{a.app, api, g.now().Add(sessionLife)}
	g.sessions[t] = s
	return t, s.expires
}
