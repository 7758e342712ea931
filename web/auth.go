package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"omniconnector/integration"
)

// access says who may use a route.
type access string

// The accesses of routes.
const (
	byAdmin access = "admin" // the operator's token
	byRead  access = "read"  // any token of the tenant
	byWrite access = "write" // a token of the tenant that may write; refused while it is suspended
)

// accessOf reads the column of the routes' table.
func accessOf(op *huma.Operation) access {
	who, _ := op.Metadata["access"].(access)
	return who
}

// admit lets a request through to its route, or answers it.
func (a *API) admit(hc huma.Context, next func(huma.Context)) {
	hc = huma.WithValue(hc, languageKey, languageOf(hc.Header("Accept-Language")))
	hc.SetHeader("Cache-Control", "no-store")
	hc.SetHeader("Vary", "Accept-Language, Authorization")
	hc.SetHeader("X-Content-Type-Options", "nosniff")
	hc.SetHeader("Content-Language", string(speaks(hc.Context())))
	who, err := a.identify(hc)
	if err != nil {
		a.answer(hc, err)
		return
	}
	next(huma.WithValue(hc, identityKey, who))
}

func (a *API) identify(hc huma.Context) (Identity, error) {
	// Guessing is slowed down by address before a token is looked up.
	token, ok := bearer(hc.Header("Authorization"))
	address := host(hc.RemoteAddr())
	if !ok {
		if !a.strangers.allow(address) {
			return Identity{}, refuse("too_many")
		}
		return Identity{}, refuse("unauthorized")
	}
	if !a.callers.allow(string(token)) {
		return Identity{}, refuse("too_many")
	}
	who, err := a.recognise(hc.Context(), token)
	if errors.Is(err, ErrNotFound) {
		if !a.strangers.allow(address) {
			return Identity{}, refuse("too_many")
		}
		return Identity{}, refuse("unauthorized")
	}
	if err != nil {
		return Identity{}, err
	}
	return who, permit(who, accessOf(hc.Operation()))
}

// recognise tells whom a token speaks for; the operator's has no tenant.
func (a *API) recognise(ctx context.Context, token integration.Secret) (Identity, error) {
	if a.cfg.AdminToken != "" && same(token, a.cfg.AdminToken) {
		return Identity{Token: "admin"}, nil
	}
	return a.cfg.Store.Recognise(ctx, token)
}

// permit compares an identity with what a route asks for.
func permit(who Identity, need access) error {
	admin := who.Tenant.ID == ""
	switch {
	case need == byAdmin && !admin:
		return refuse("admin_only")
	case need == byAdmin:
		return nil
	case admin:
		return refuse("tenant_only")
	case need == byWrite && who.Scope != ScopeWrite:
		return refuse("read_only")
	case need == byWrite && who.Tenant.State == integration.TenantSuspended:
		return refuse("suspended")
	}
	return nil
}

// bearer reads the token of an Authorization header.
func bearer(header string) (integration.Secret, bool) {
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	const longest = 512
	return integration.Secret(token), strings.EqualFold(scheme, "bearer") && token != "" && len(token) <= longest
}

// same compares in constant time, whatever the lengths.
func same(a, b integration.Secret) bool {
	x, y := sha256.Sum256([]byte(string(a))), sha256.Sum256([]byte(string(b)))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// host is an address without its port.
func host(address string) string {
	if h, _, err := net.SplitHostPort(address); err == nil {
		return h
	}
	return address
}

// headersOf are what goes with some problems.
func headersOf(p *Problem) map[string]string {
	switch p.Status {
	case http.StatusUnauthorized:
		return map[string]string{"WWW-Authenticate": `Bearer realm="omniconnector"`}
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return map[string]string{"Retry-After": "5"}
	}
	return nil
}
