package app

import (
	"context"
	"fmt"

	"omniconnector/crm"
	adapter "omniconnector/crm/bitrix24"
	"omniconnector/integration"
	"omniconnector/web/inside"
)

// visitors lets the page inside a portal use storage and ask the portal.
type visitors struct{ app *App }

// PortalsOf lists who has connected an account of the vendor.
func (v visitors) PortalsOf(ctx context.Context, member string) ([]inside.Access, error) {
	had, err := v.app.store.PortalsOf(ctx, member)
	if err != nil {
		return nil, err
	}
	out := make([]inside.Access, len(had))
	for i, p := range had {
		out[i] = inside.Access{Tenant: p.Tenant, Portal: p.Portal, State: p.PortalState, Application: p.Application}
	}
	return out, nil
}

// Portal gives a portal with its state.
func (v visitors) Portal(ctx context.Context, t integration.TenantID, p integration.PortalID) (integration.Portal, error) {
	return v.app.store.Portal(ctx, t, p)
}

// Person asks the portal whose token it is. The request is charged to the portal's bucket like any other.
func (v visitors) Person(
	ctx context.Context, t integration.TenantID, p integration.PortalID, access integration.Secret,
) (inside.Person, error) {
	stored, err := credentials{v.app.store.Credentials(t, p)}.Token(ctx)
	if err != nil {
		return inside.Person{}, err
	}
	if err := v.app.charge(ctx, t, p); err != nil {
		return inside.Person{}, err
	}
	lent := stored
	lent.Access, lent.Refresh = adapter.Secret(access), ""
	lent.Expires = v.app.cfg.Now().Add(inside.SessionLife) // the portal knows; it is not ours to exchange
	client, err := v.app.portals.adapter(lentToken{lent})
	if err != nil {
		return inside.Person{}, err
	}
	account, failed := client.Check(ctx)
	switch {
	case failed != nil && (failed.Kind == crm.Denied || failed.Kind == crm.Invalid):
		return inside.Person{}, fmt.Errorf("%w: %w", inside.ErrUnproven, failed)
	case failed != nil:
		return inside.Person{}, failed
	case account.Code == "" || account.Code != stored.ClientID || account.UserID <= 0:
		return inside.Person{}, fmt.Errorf("%w: the token is another application's", inside.ErrUnproven)
	}
	return inside.Person{User: account.UserID, Admin: account.Admin}, nil
}

// lentToken is a person's own: it is used as it is and never exchanged.
type lentToken struct{ token adapter.Token }

// Token is the person's.
func (l lentToken) Token(context.Context) (adapter.Token, error) { return l.token, nil }

// Refresh refuses: whoever's token has ended opens the page again.
func (lentToken) Refresh(
	context.Context, adapter.Token, func(context.Context, adapter.Secret) (adapter.Token, error),
) (adapter.Token, error) {
	return adapter.Token{}, &crm.Error{Kind: crm.Denied, Method: "profile", Code: "expired_token", Text: "the person's token has ended"}
}

// Moved is for the portal's own lane to learn.
func (lentToken) Moved(context.Context, string) error { return nil }
