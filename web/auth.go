package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"omniconnector/integration"
	"omniconnector/web/embed"
	"omniconnector/web/inside"
)

// access says who may use a route.
type access string

// The accesses of routes.
const (
	byAdmin access = "admin" // the operator's token
	byAny   access = "any"   // the operator's token and any of a tenant
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

// identify tells who asks and whether they may. What one caller may ask is counted by token; by person where the SaaS
// signs a fresh token every few minutes.
func (a *API) identify(hc huma.Context) (Identity, error) {
	token, ok := bearer(hc.Header("Authorization"))
	if !ok {
		return Identity{}, a.stranger(hc)
	}
	if embed.Shaped(token) && !a.operator(token) {
		if s, err := a.session(token); err == nil {
			return a.identifyPortalUser(hc, s)
		}
		if a.cfg.Embed != nil {
			return a.identifyPerson(hc, token)
		}
	}
	if err := a.count(hc, string(token)); err != nil {
		return Identity{}, err
	}
	who, err := a.recognise(hc.Context(), token)
	if errors.Is(err, ErrNotFound) {
		return Identity{}, a.stranger(hc)
	}
	if err != nil {
		return Identity{}, err
	}
	return who, permit(who, accessOf(hc.Operation()))
}

// identifyPerson recognises a token of the SaaS's cabinet (S-1).
func (a *API) identifyPerson(hc huma.Context, token integration.Secret) (Identity, error) {
	said, err := a.cfg.Embed.Verify(token)
	if err != nil {
		return Identity{}, a.refusePerson(hc, err)
	}
	if err := a.count(hc, "embed\x00"+string(said.Tenant)+"\x00"+said.Person); err != nil {
		return Identity{}, err
	}
	who, err := a.person(hc.Context(), said)
	if errors.Is(err, ErrNotFound) {
		return Identity{}, a.refusePerson(hc, err)
	}
	if err != nil {
		return Identity{}, err
	}
	return who, permit(who, accessOf(hc.Operation()))
}

func (a *API) person(ctx context.Context, said embed.Claims) (Identity, error) {
	tenant, err := a.cfg.Store.Tenant(ctx, said.Tenant)
	who := Identity{Tenant: tenant, Scope: ScopeRead, Person: said.Person}
	if said.Write {
		who.Scope = ScopeWrite
	}
	return who, err
}

// session reads a token that the portal's page was given.
func (a *API) session(token integration.Secret) (inside.Session, error) {
	if a.cfg.Sessions == nil {
		return inside.Session{}, inside.ErrSession
	}
	return a.cfg.Sessions.Recognise(token)
}

// identifyPortalUser recognises a person at the page inside a portal, so long as the portal is connected (S-1). Such a person
// sees this portal and nothing else of the tenant; only the portal's administrators may write.
func (a *API) identifyPortalUser(hc huma.Context, s inside.Session) (Identity, error) {
	err := a.count(hc, fmt.Sprintf("portal\x00%s\x00%s\x00%d", s.Tenant, s.Portal, s.User))
	if err != nil {
		return Identity{}, err
	}
	who, err := a.portalUser(hc.Context(), s)
	if errors.Is(err, ErrNotFound) {
		return Identity{}, a.stranger(hc)
	}
	if err != nil {
		return Identity{}, err
	}
	if err := within(s.Portal, hc.Operation(), integration.PortalID(hc.Param("portal"))); err != nil {
		return Identity{}, err
	}
	return who, permit(who, accessOf(hc.Operation()))
}

func (a *API) portalUser(ctx context.Context, s inside.Session) (Identity, error) {
	tenant, err := a.cfg.Store.Tenant(ctx, s.Tenant)
	if err == nil {
		var p integration.Portal
		p, err = a.cfg.Store.Portal(ctx, s.Tenant, s.Portal)
		if err == nil && p.State == integration.PortalGone {
			err = ErrNotFound
		}
	}
	who := Identity{Tenant: tenant, Scope: ScopeRead, Portal: s.Portal, User: s.User}
	if s.Admin {
		who.Scope = ScopeWrite
	}
	return who, err
}

// standing tells whom a token speaks for at this moment, for work that goes on after its request was let in. ErrNotFound means
// nobody any more.
func (a *API) standing(ctx context.Context, token integration.Secret) (Identity, error) {
	if embed.Shaped(token) && !a.operator(token) {
		if s, err := a.session(token); err == nil {
			return a.portalUser(ctx, s)
		}
		if a.cfg.Embed != nil {
			said, err := a.cfg.Embed.Verify(token)
			if err != nil {
				return Identity{}, fmt.Errorf("%w: %w", ErrNotFound, err)
			}
			return a.person(ctx, said)
		}
	}
	return a.recognise(ctx, token)
}

// confined are the operations of the tenant that show a session its own portal only, by themselves.
var confined = []string{"list-events", "list-calls", "get-event", "get-call", "list-dead-letters", streamEvents}

// within keeps a session to its portal: another one does not exist for it, and what belongs to the tenant as a whole is not its.
func within(own integration.PortalID, op *huma.Operation, asked integration.PortalID) error {
	switch {
	case strings.Contains(op.Path, "{portal}") && asked == own:
		return nil
	case strings.Contains(op.Path, "{portal}"):
		return refuse("not_found")
	case op.OperationID == "me", op.OperationID == "list-variables", op.OperationID == "list-words":
		return nil
	case slices.Contains(confined, op.OperationID):
		return nil
	case accessOf(op) == byAdmin:
		return refuse("admin_only")
	}
	return refuse("portal_only")
}

// refusePerson tells the operator why; the SaaS's programmers would search for long otherwise. Whoever asked learns nothing.
func (a *API) refusePerson(hc huma.Context, why error) error {
	refused := a.stranger(hc)
	if told(refused, speaks(hc.Context())).Status == http.StatusUnauthorized { // guesses that are slowed down do not fill the log
		a.log.LogAttrs(hc.Context(), slog.LevelInfo, "embed.refused", slog.Any("error", why))
	}
	return refused
}

// count takes one request out of a caller's bucket and tells what is left.
func (a *API) count(hc huma.Context, caller string) error {
	q := a.callers.take(caller)
	q.headers(hc.SetHeader)
	if !q.ok {
		return &refusal{code: "too_many", retry: q.retry}
	}
	return nil
}

// stranger refuses one who is unknown. Guessing is slowed down by address.
func (a *API) stranger(hc huma.Context) error {
	if q := a.strangers.take(host(hc.RemoteAddr())); !q.ok {
		return &refusal{code: "too_many", retry: q.retry}
	}
	return refuse("unauthorized")
}

// recognise tells whom a token speaks for; the operator's has no tenant.
func (a *API) recognise(ctx context.Context, token integration.Secret) (Identity, error) {
	if a.operator(token) {
		return Identity{Token: "admin"}, nil
	}
	return a.cfg.Store.Recognise(ctx, token)
}

func (a *API) operator(token integration.Secret) bool {
	return a.cfg.AdminToken != "" && same(token, a.cfg.AdminToken)
}

// author names the caller in the audit.
func author(ctx context.Context) string {
	who := caller(ctx)
	switch {
	case who.Person != "":
		return "embed: " + who.Person
	case who.Portal != "":
		return fmt.Sprintf("bitrix24: user %d", who.User)
	}
	return "api: " + who.Token
}

// permit compares an identity with what a route asks for.
func permit(who Identity, need access) error {
	admin := who.Tenant.ID == ""
	switch {
	case need == byAdmin && !admin:
		return refuse("admin_only")
	case need == byAdmin, need == byAny:
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
	const longest = 2048 // a signed token with room for claims that are not ours
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
	switch {
	case p.Status == http.StatusUnauthorized:
		return map[string]string{"WWW-Authenticate": `Bearer realm="omniconnector"`}
	case p.retry > 0, p.Status == http.StatusTooManyRequests, p.Status == http.StatusServiceUnavailable:
		return map[string]string{"Retry-After": seconds(cmp.Or(p.retry, 5*time.Second))}
	}
	return nil
}
