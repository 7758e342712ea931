package web

import (
	"context"
	"time"

	"omniconnector/integration"
)

// TenantView is a tenant as the API shows it.
type TenantView struct {
	ID      integration.TenantID    `json:"id" example:"shop"`
	Name    string                  `json:"name"`
	State   integration.TenantState `json:"state" enum:"active,suspended"`
	Created time.Time               `json:"created"`
}

func tenantView(t integration.Tenant) TenantView {
	return TenantView{ID: t.ID, Name: t.Name, State: t.State, Created: t.Created}
}

type createTenantIn struct {
	Body struct {
		ID   integration.TenantID `json:"id,omitempty" pattern:"^[a-z0-9][a-z0-9-]{0,62}$" doc:"Goes into addresses and tokens; drawn when absent" example:"shop"`
		Name string               `json:"name" minLength:"1" maxLength:"200"`
	}
}

type createTenantOut struct {
	Body NewTenant
}

// NewTenant is a tenant with everything that is shown only once.
type NewTenant struct {
	Tenant TenantView     `json:"tenant"`
	Token  string         `json:"token" doc:"API token that may write; shown this once"`
	Hooks  []HookTemplate `json:"hooks" nullable:"false" doc:"Notifications to set up at the sources, with their secrets; shown this once"`
}

func (a *API) createTenant(ctx context.Context, in *createTenantIn) (*createTenantOut, error) {
	t, err := a.cfg.Store.CreateTenant(ctx, in.Body.ID, in.Body.Name)
	if err != nil {
		return nil, err
	}
	token, err := a.cfg.Store.IssueToken(ctx, t.ID, "first", ScopeWrite)
	if err != nil {
		return nil, err
	}
	path, err := a.cfg.Store.RotateHook(ctx, t.ID, HookPath, 0)
	if err != nil {
		return nil, err
	}
	body, err := a.cfg.Store.RotateHook(ctx, t.ID, HookBody, 0)
	if err != nil {
		return nil, err
	}
	return &createTenantOut{Body: NewTenant{
		Tenant: tenantView(t), Token: string(token),
		Hooks: a.templates(string(path), string(body), "json"),
	}}, nil
}

type pageIn struct {
	After string `query:"after" maxLength:"200" doc:"The next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type listTenantsOut struct {
	Body struct {
		Tenants []TenantView `json:"tenants" nullable:"false"`
		Next    string       `json:"next" doc:"What to send as after; empty at the end"`
	}
}

func (a *API) listTenants(ctx context.Context, in *pageIn) (*listTenantsOut, error) {
	list, err := a.cfg.Store.Tenants(ctx, integration.TenantID(in.After), in.Limit)
	if err != nil {
		return nil, err
	}
	out := &listTenantsOut{}
	out.Body.Tenants = each(list, tenantView)
	if len(list) == in.Limit {
		out.Body.Next = string(list[len(list)-1].ID)
	}
	return out, nil
}

// TenantPath is the tenant in an address.
type TenantPath struct {
	Tenant integration.TenantID `path:"tenant" maxLength:"200"`
}

type tenantOut struct{ Body TenantView }

func (a *API) suspendTenant(ctx context.Context, in *TenantPath) (*tenantOut, error) {
	return a.setTenant(ctx, in.Tenant, integration.TenantSuspended)
}

func (a *API) resumeTenant(ctx context.Context, in *TenantPath) (*tenantOut, error) {
	return a.setTenant(ctx, in.Tenant, integration.TenantActive)
}

func (a *API) setTenant(ctx context.Context, id integration.TenantID, state integration.TenantState) (*tenantOut, error) {
	if err := a.cfg.Store.SetTenantState(ctx, id, state); err != nil {
		return nil, err
	}
	t, err := a.cfg.Store.Tenant(ctx, id)
	return &tenantOut{tenantView(t)}, err
}

type createTokenIn struct {
	TenantPath
	Body struct {
		Name  string `json:"name" minLength:"1" maxLength:"200" doc:"Whose or what for"`
		Scope Scope  `json:"scope" enum:"read,write"`
	}
}

type createTokenOut struct {
	Body struct {
		Token string `json:"token" doc:"Shown this once"`
	}
}

func (a *API) createToken(ctx context.Context, in *createTokenIn) (*createTokenOut, error) {
	token, err := a.cfg.Store.IssueToken(ctx, in.Tenant, in.Body.Name, in.Body.Scope)
	out := &createTokenOut{}
	out.Body.Token = string(token)
	return out, err
}

type meOut struct {
	Body struct {
		Tenant TenantView `json:"tenant"`
		Scope  Scope      `json:"scope" enum:"read,write"`
		Person string     `json:"person,omitempty" doc:"Who works in the SaaS's cabinet, when its token says so"`

		Portal integration.PortalID `json:"portal,omitempty" doc:"The only portal to be seen, at the page inside a portal"`
	}
}

func (a *API) me(ctx context.Context, _ *struct{}) (*meOut, error) {
	who := caller(ctx)
	out := &meOut{}
	out.Body.Tenant, out.Body.Scope, out.Body.Person = tenantView(who.Tenant), who.Scope, who.Person
	out.Body.Portal = who.Portal
	return out, nil
}

// each maps a list; an empty one stays empty and is never nil, so that it shows as [].
func each[A, B any](list []A, f func(A) B) []B {
	out := make([]B, 0, len(list))
	for _, a := range list {
		out = append(out, f(a))
	}
	return out
}

// TokenView is what is known of an API token after it was shown once.
type TokenView struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	Scope   Scope      `json:"scope" enum:"read,write"`
	Created time.Time  `json:"created"`
	Expires *time.Time `json:"expires,omitempty" doc:"Absent means never"`
	Revoked *time.Time `json:"revoked,omitempty" doc:"Absent means that it is valid"`
}

type listTokensOut struct {
	Body struct {
		Tokens []TokenView `json:"tokens" nullable:"false" doc:"Oldest first, the revoked ones too"`
	}
}

func (a *API) listTokens(ctx context.Context, in *TenantPath) (*listTokensOut, error) {
	if _, err := a.cfg.Store.Tenant(ctx, in.Tenant); err != nil {
		return nil, err
	}
	list, err := a.cfg.Store.Tokens(ctx, in.Tenant)
	out := &listTokensOut{}
	out.Body.Tokens = each(list, func(i TokenInfo) TokenView {
		return TokenView{i.ID, i.Name, i.Scope, i.Created, instant(i.Expires), instant(i.Revoked)}
	})
	return out, err
}

type revokeTokenIn struct {
	TenantPath
	Token string `path:"token" maxLength:"200" doc:"The id that the list tells, not the token itself"`
}

func (a *API) revokeToken(ctx context.Context, in *revokeTokenIn) (*struct{}, error) {
	return &struct{}{}, a.cfg.Store.RevokeToken(ctx, in.Tenant, in.Token)
}
