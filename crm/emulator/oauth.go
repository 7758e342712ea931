package emulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// serveToken is /oauth/token/ of the OAuth server (contract §2.2); GET and POST alike.
func (c *Cloud) serveToken(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	c.oauth++
	c.mu.Unlock()
	in, err := readParams(r)
	if err != nil {
		writeJSON(w, http.StatusBadRequest, refuse(0, "invalid_request", "Malformed request").body())
		return
	}
	if f := c.faults.take([]string{"oauth.token"}, false); f != nil && f.before(w, r) {
		return
	}
	answer, bad := c.token(in)
	if bad != nil {
		body := bad.body()
		if bad.Text == "" {
			delete(body, "error_description") // wrong_client has no description
		}
		writeJSON(w, bad.Status, body)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// Codes and refresh tokens go through the same door and differ in the grant_type only (contract §2.2).
func (c *Cloud) token(in *array) (map[string]any, *apiError) {
	kind := phpString(in.get("grant_type"))
	name := map[string]string{"refresh_token": "refresh_token", "authorization_code": "code"}[kind]
	id, secret := phpString(in.get("client_id")), phpString(in.get("client_secret"))
	switch {
	case name == "" || phpString(in.get(name)) == "":
		return nil, refuse(http.StatusBadRequest, "invalid_request", "Invalid or missing parameters")
	case id == "" || secret == "":
		return nil, refuse(http.StatusBadRequest, "invalid_client", "The client credentials are invalid")
	}
	given := phpString(in.get(name))
	c.mu.RLock()
	p := c.grants[given]
	c.mu.RUnlock()
	if p == nil {
		return nil, invalidGrant()
	}
	return p.exchange(given, kind == "authorization_code", id, secret)
}

func invalidGrant() *apiError {
	return refuse(http.StatusBadRequest, "invalid_grant", "Invalid refresh token")
}

// exchange turns a code or a refresh token into a new pair. Refresh tokens are single-use here,
// which the docs leave open (contract §2.2 [E]); an access token already out lives its hour.
func (p *Portal) exchange(given string, isCode bool, id, secret string) (map[string]any, *apiError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state.Deleted {
		return nil, refuse(http.StatusBadRequest, "NOT_INSTALLED", "Application is not installed")
	}
	t := p.state.Refresh[given]
	if t == nil || t.Used || t.Code != isCode || !t.Expires.After(p.now()) {
		return nil, invalidGrant()
	}
	in := p.install(t.ClientID)
	if in == nil {
		return nil, refuse(http.StatusBadRequest, "NOT_INSTALLED", "Application is not installed")
	}
	if in.ClientID != id || in.Secret != secret {
		return nil, refuse(http.StatusOK, "wrong_client", "") // HTTP 200, no description
	}
	t.Used = true
	if !isCode {
		p.stats.Refreshes++
	}
	delete(p.state.Refresh, given)
	p.cloud.mu.Lock()
	delete(p.cloud.grants, given)
	p.cloud.mu.Unlock()
	n := p.issue(in, t.UserID)
	p.changed()
	return map[string]any{
		"access_token": n.AccessToken, "refresh_token": n.RefreshToken,
		"expires_in": int(accessLife.Seconds()), "expires": n.Expires.Unix(), "scope": in.Scope,
		// The OAuth host, not the portal's: taking it for the portal is the classic mistake.
		"domain": p.oauthHost(), "server_endpoint": n.ServerEndpoint, "client_endpoint": n.Endpoint,
		"status": in.Status, "member_id": p.memberID, "user_id": t.UserID,
	}, nil
}

func (p *Portal) oauthHost() string {
	_, host, _ := strings.Cut(p.cloud.BaseURL(), "://")
	return host
}

// serveAuthorize stands in for the login page: the user of ?user= (an administrator by
// default) agrees at once and is sent to the given redirect_uri with a code (contract §2.2).
func (p *Portal) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p.mu.Lock()
	in := p.install(q.Get("client_id"))
	if in == nil {
		p.mu.Unlock()
		http.Error(w, "unknown client_id", http.StatusBadRequest)
		return
	}
	user, _ := strconv.ParseInt(q.Get("user"), 10, 64)
	if p.user(user) == nil {
		user = in.UserID
	}
	code := p.newCode(in, user)
	p.mu.Unlock()
	back := url.Values{
		"code": {code}, "state": {q.Get("state")}, "domain": {p.Domain()}, "member_id": {p.memberID},
		"scope": {in.Scope}, "server_domain": {p.oauthHost()},
	}
	to, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || to.Host == "" {
		writeJSON(w, http.StatusOK, map[string]any{"code": code, "state": q.Get("state"), "member_id": p.memberID})
		return
	}
	to.RawQuery = back.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound) //nolint:gosec // an emulated login sends its user wherever the test says
}

// Codes live among the refresh tokens, since both are exchanged once.
func (p *Portal) newCode(in *install, user int64) string {
	code := p.cloud.hex32()
	p.state.Refresh[code] = &refreshToken{ClientID: in.ClientID, UserID: user, Expires: p.now().Add(codeLife), Code: true}
	p.cloud.mu.Lock()
	p.cloud.grants[code] = p
	p.cloud.mu.Unlock()
	return code
}

// AuthorizationCode is a code as the redirect of the authorisation page carries it; it lives 30 seconds.
func (p *Portal) AuthorizationCode(clientID string, user int64) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	in := p.install(clientID)
	if in == nil {
		return ""
	}
	return p.newCode(in, user)
}

// serveOAuthRest answers app.info at the OAuth server, which knows an application's real status (contract §2.3).
func (c *Cloud) serveOAuthRest(w http.ResponseWriter, r *http.Request) {
	in, err := readParams(r)
	name := strings.TrimSuffix(strings.ToLower(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]), ".json")
	if err != nil || name != "app.info" {
		writeJSON(w, http.StatusNotFound, refuse(0, "ERROR_METHOD_NOT_FOUND", "Method not found!").body())
		return
	}
	token := phpString(in.get("auth"))
	for _, p := range c.Portals() {
		p.mu.Lock()
		if p.state.Access[token] != nil {
			a, bad := p.authenticate(nil, token)
			var out any
			if bad == nil {
				out = p.appInfo(a)
			}
			p.mu.Unlock()
			if bad != nil {
				writeJSON(w, bad.Status, bad.body())
				return
			}
			writeJSON(w, http.StatusOK, map[string]any{"result": out})
			return
		}
		p.mu.Unlock()
	}
	bad := refuse(http.StatusUnauthorized, "invalid_token", "Unable to get application by token")
	writeJSON(w, bad.Status, bad.body())
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":"INTERNAL_SERVER_ERROR","error_description":""}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data) // a client that has gone is its own business
}
