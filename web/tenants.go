package web

import (
	"context"
	"log/slog"
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
	token, _, err := a.cfg.Store.IssueToken(ctx, t.ID, "first", ScopeWrite, author(ctx))
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

type deleteTenantIn struct {
	TenantPath
	Confirm string `query:"confirm" maxLength:"200" doc:"The tenant's id once more; not needed for one that is suspended"`
}

type deleteTenantOut struct {
	Body struct {
		Gone bool `json:"gone" doc:"False: the tenant is closed for everybody, and the rest of what it had is being removed in the background; its id is free when that is done"`
	}
}

// deletionPatience is how long whoever deletes a tenant waits for the end; a large one goes on going without them.
const deletionPatience = 20 * time.Second

// deleteTenant removes a tenant with everything (S-2). Asked again, it goes on where it stopped.
func (a *API) deleteTenant(ctx context.Context, in *deleteTenantIn) (*deleteTenantOut, error) {
	t, err := a.cfg.Store.Tenant(ctx, in.Tenant)
	switch {
	case isNotFound(err): // perhaps its deletion was begun: storage knows
	case err != nil:
		return nil, err
	case t.State != integration.TenantSuspended && in.Confirm != string(t.ID):
		return nil, refuse("not_confirmed")
	}
	limited, cancel := context.WithTimeout(ctx, deletionPatience)
	defer cancel()
	out := &deleteTenantOut{}
	err = a.cfg.Store.DeleteTenant(limited, in.Tenant)
	if err != nil && (limited.Err() == nil || ctx.Err() != nil) {
		return nil, err
	}
	out.Body.Gone = err == nil
	a.log.LogAttrs(ctx, slog.LevelInfo, "tenant.deleted", slog.String("tenant_id", string(in.Tenant)), slog.Bool("gone", out.Body.Gone))
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
