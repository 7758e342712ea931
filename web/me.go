package web

import (
	"context"

	"omniconnector/crm"
	"omniconnector/integration"
)

type meOut struct {
	Body struct {
		Admin  bool        `json:"admin" doc:"The operator of the installation: the routes of tenants, and no others"`
		Tenant *TenantView `json:"tenant,omitempty" doc:"Absent for the operator"`
		Scope  Scope       `json:"scope" enum:"read,write"`
		Token  string      `json:"token,omitempty" doc:"The API token's name and id, when it is one"`
		Person string      `json:"person,omitempty" doc:"Who works in the SaaS's cabinet, when its token says so"`

		Portal integration.PortalID `json:"portal,omitempty" doc:"The only portal to be seen, at the page inside a portal"`
		User   crm.UserID           `json:"user,omitempty" doc:"Who works at the page inside a portal"`
	}
}

// me tells a page what it may show: everything of the tenant, one portal of it, or the operator's tenants.
func (a *API) me(ctx context.Context, _ *struct{}) (*meOut, error) {
	who := caller(ctx)
	out := &meOut{}
	b := &out.Body
	b.Token, b.Person, b.Portal, b.User, b.Scope = who.Token, who.Person, who.Portal, who.User, who.Scope
	if who.Tenant.ID == "" {
		b.Admin, b.Scope = true, ScopeWrite
		return out, nil
	}
	tenant := tenantView(who.Tenant)
	b.Tenant = &tenant
	return out, nil
}
