package emulator

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// accessLife, refreshLife and codeLife are contract §2.2.
const (
	accessLife  = time.Hour
	refreshLife = 180 * 24 * time.Hour
	codeLife    = 30 * time.Second
)

// AppSpec describes an application to be installed; zero fields get defaults.
type AppSpec struct {
	ClientID string `json:"client_id,omitempty"` // "local.…" when empty
	Secret   string `json:"secret,omitempty"`
	Scope    string `json:"scope,omitempty"`   // comma-separated; all that the emulator knows when empty
	UserID   int64  `json:"user_id,omitempty"` // who installed it: the first administrator when zero
	Title    string `json:"title,omitempty"`
	Status   string `json:"status,omitempty"` // L local (default), F free, P paid, T trial, D demo
	// Unfinished leaves the installation before installFinish: no events yet (contract §2.4).
	Unfinished bool `json:"unfinished,omitempty"`
	// Handler is the application's own page and InstallURL the page of its installation (contract §2.4); see page_app.go.
	Handler    string `json:"handler,omitempty"`
	InstallURL string `json:"install_url,omitempty"`
}

// Tokens are what an installation or a refresh hands out.
type Tokens struct {
	ClientID         string    `json:"client_id"`
	ClientSecret     string    `json:"client_secret"`
	AccessToken      string    `json:"access_token"`
	RefreshToken     string    `json:"refresh_token"`
	ApplicationToken string    `json:"application_token"`
	MemberID         string    `json:"member_id"`
	UserID           int64     `json:"user_id"`
	Expires          time.Time `json:"expires"`
	Endpoint         string    `json:"client_endpoint"`
	ServerEndpoint   string    `json:"server_endpoint"`
	TokenURL         string    `json:"token_url"`
	Scope            string    `json:"scope"`
	Status           string    `json:"status"`
}

// defaultScope is contract §2.8.
const defaultScope = "crm,telephony,im,imbot,imopenlines,imconnector,contact_center,placement,user,department,timeman,task,bizproc,disk,userfieldconfig"

type install struct {
	ID       int64
	ClientID string
	Secret   string
	Scope    string
	Title    string
	Status   string
	AppToken string
	UserID   int64
	Version  string // "" is the first one
	Finished bool
	Handlers []*handler

	Placements []*placement
	Handler    string
	InstallURL string
}

func (in *install) version() string {
	if in.Version == "" {
		return "1"
	}
	return in.Version
}

type accessToken struct {
	ClientID string
	UserID   int64
	Scope    string
	Expires  time.Time
	Event    bool // issued for an event, without a refresh token
}

type refreshToken struct {
	ClientID string
	UserID   int64
	Expires  time.Time
	Code     bool // an authorisation code rather than a refresh token
	Used     bool
}

type hook struct {
	UserID int64
	Code   string
	Scope  string
}

// actor is who a request speaks for.
type actor struct {
	user    *User
	scope   string
	install *install // nil for a webhook
	key     string   // whose operating time it is
}

// Only an application's token opens app-only methods; a webhook has no application behind it.
func (a actor) isApp() bool { return a.install != nil }

// The scope list is what the administrator consented to; methods outside it are refused one by one,
// not the whole token (contract §1.3 insufficient_scope).
func (a actor) may(scope string) bool {
	if scope == "" {
		return true
	}
	for s := range strings.SplitSeq(a.scope, ",") {
		s = strings.TrimSpace(s)
		// user_brief and user_basic open the same methods as user, with fewer fields (contract §2.8).
		if s == scope || scope == "user" && (s == "user_brief" || s == "user_basic") {
			return true
		}
	}
	return false
}

// Install installs an application and hands out its first pair of tokens.
func (p *Portal) Install(spec AppSpec) Tokens {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	in := &install{
		ID: p.id("install"), ClientID: spec.ClientID, Secret: spec.Secret, Scope: spec.Scope,
		Title: spec.Title, Status: spec.Status, UserID: spec.UserID, Finished: !spec.Unfinished,
		AppToken: p.cloud.hex32(), Handler: spec.Handler, InstallURL: spec.InstallURL,
	}
	if in.ClientID == "" {
		in.ClientID = "local." + p.cloud.hex32()[:14] + "." + p.cloud.hex32()[:8]
	}
	if in.Secret == "" {
		in.Secret = p.cloud.hex32() + p.cloud.hex32()[:18]
	}
	if in.Scope == "" {
		in.Scope = defaultScope
	}
	if in.Title == "" {
		in.Title = in.ClientID
	}
	if in.Status == "" {
		in.Status = "L"
	}
	if in.UserID == 0 {
		in.UserID = p.admin()
	}
	p.removeInstall(in.ClientID)
	p.state.Installs = append(p.state.Installs, in)
	p.offer(in)
	return p.issue(in, in.UserID)
}

// The first administrator stands for "whoever installed it" in seeds that do not say.
func (p *Portal) admin() int64 {
	for _, u := range p.state.Users {
		if u.Admin {
			return u.ID
		}
	}
	return p.state.Users[0].ID
}

// TokensFor hands out a further pair for a user of an installed application, as opening its page does (contract §2.3).
func (p *Portal) TokensFor(clientID string, user int64) Tokens {
	p.mu.Lock()
	defer p.mu.Unlock()
	in := p.install(clientID)
	if in == nil || p.user(user) == nil {
		return Tokens{}
	}
	return p.issue(in, user)
}

func (p *Portal) install(clientID string) *install {
	for _, in := range p.state.Installs {
		if in.ClientID == clientID {
			return in
		}
	}
	return nil
}

// removeInstall forgets an application with its tokens and handlers (contract §2.4).
func (p *Portal) removeInstall(clientID string) {
	for i, in := range p.state.Installs {
		if in.ClientID == clientID {
			p.state.Installs = append(p.state.Installs[:i:i], p.state.Installs[i+1:]...)
			break
		}
	}
	for t, a := range p.state.Access {
		if a.ClientID == clientID {
			delete(p.state.Access, t)
		}
	}
	for t, r := range p.state.Refresh {
		if r.ClientID == clientID {
			delete(p.state.Refresh, t)
		}
	}
}

// issue makes a pair for a user of an application.
func (p *Portal) issue(in *install, user int64) Tokens {
	now := p.now()
	access := p.newAccess(in, user, false)
	refresh := p.cloud.hex32() + p.cloud.hex32()
	p.state.Refresh[refresh] = &refreshToken{ClientID: in.ClientID, UserID: user, Expires: now.Add(refreshLife)}
	p.cloud.mu.Lock()
	p.cloud.grants[refresh] = p
	p.cloud.mu.Unlock()
	return Tokens{
		ClientID: in.ClientID, ClientSecret: in.Secret, AccessToken: access, RefreshToken: refresh,
		ApplicationToken: in.AppToken, MemberID: p.memberID, UserID: user, Expires: now.Add(accessLife),
		Endpoint: p.Endpoint(), ServerEndpoint: p.cloud.ServerEndpoint(), TokenURL: p.cloud.TokenURL(),
		Scope: in.Scope, Status: in.Status,
	}
}

// Tokens of events come without a refresh token (contract §3.2), so they are marked and never counted as a pair.
func (p *Portal) newAccess(in *install, user int64, event bool) string {
	now := p.now()
	for t, a := range p.state.Access { // dead tokens would pile up in a long run
		if now.Sub(a.Expires) > 24*time.Hour {
			delete(p.state.Access, t)
		}
	}
	token := p.cloud.hex32() + p.cloud.hex32()
	p.state.Access[token] = &accessToken{ClientID: in.ClientID, UserID: user, Scope: in.Scope, Expires: now.Add(accessLife), Event: event}
	return token
}

// AddWebhook makes an inbound webhook and tells its URL, which ends with a slash.
func (p *Portal) AddWebhook(user int64, code, scope string) string {
	p.mu.Lock()
	if scope == "" {
		scope = defaultScope
	}
	if code == "" {
		code = p.cloud.hex32()[:16]
	}
	p.state.Hooks = append(p.state.Hooks, &hook{UserID: user, Code: code, Scope: scope})
	p.mu.Unlock()
	p.changed()
	return p.Endpoint() + strconv.FormatInt(user, 10) + "/" + code + "/"
}

// ExpireAccessTokens makes every access token answer expired_token.
func (p *Portal) ExpireAccessTokens() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.state.Access {
		a.Expires = p.now().Add(-time.Second)
	}
}

// RevokeTokens makes every token unknown: invalid_token for access, invalid_grant for refresh.
func (p *Portal) RevokeTokens() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Access, p.state.Refresh = map[string]*accessToken{}, map[string]*refreshToken{}
}

// authenticate finds who asks (contract §1.3). Path is [user code] for a webhook.
func (p *Portal) authenticate(path []string, token string) (actor, *apiError) {
	if len(path) == 2 {
		id, _ := strconv.ParseInt(path[0], 10, 64)
		for _, h := range p.state.Hooks {
			if h.UserID == id && h.Code == path[1] {
				return actor{user: p.user(id), scope: h.Scope, key: "hook:" + h.Code}, nil
			}
		}
		return actor{}, refuse(p.cloud.opt.authStatus, "INVALID_CREDENTIALS", "Invalid request credentials")
	}
	if token == "" {
		return actor{}, refuse(http.StatusUnauthorized, "NO_AUTH_FOUND", "Wrong authorization data")
	}
	a := p.state.Access[token]
	if a == nil {
		return actor{}, refuse(http.StatusUnauthorized, "invalid_token", "Unable to get application by token")
	}
	if !a.Expires.After(p.now()) {
		return actor{}, refuse(http.StatusUnauthorized, "expired_token", "The access token provided has expired.")
	}
	in := p.install(a.ClientID)
	if in == nil {
		return actor{}, refuse(http.StatusUnauthorized, "APPLICATION_NOT_FOUND", "Application not found")
	}
	u := p.user(a.UserID)
	if u == nil || u.Inactive {
		return actor{}, refuse(http.StatusUnauthorized, "authorization_error", "Unable to authorize user")
	}
	return actor{user: u, scope: a.Scope, install: in, key: "app:" + in.ClientID}, nil
}
