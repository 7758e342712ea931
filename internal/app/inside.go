package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"omniconnector/crm"
	adapter "omniconnector/crm/bitrix24"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
	"omniconnector/web"
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
	case !v.app.ours(account.Code, stored.ClientID) || account.UserID <= 0:
		return inside.Person{}, fmt.Errorf("%w: the token is another application's", inside.ErrUnproven)
	}
	return inside.Person{User: account.UserID, Admin: account.Admin}, nil
}

// ours tells whether app.info's CODE is that of the application whose keys are stored: a portal's own application answers its
// client_id, one of the marketplace the code that its maker gave it.
func (a *App) ours(code, client string) bool {
	return code != "" && (code == client || code == a.cfg.Bitrix24Code && client == a.cfg.Bitrix24ClientID)
}

// Renamed asks the portal anything: its old address answers with the new one, for which the OAuth server must vouch (contract
// bitrix24 §2.7).
func (v visitors) Renamed(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	_, err := connector(v).Test(ctx, t, p)
	return err
}

// Prepare has the portal told again what it reports and shows.
func (v visitors) Prepare(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	return v.app.schedule(ctx, t, p, errand(lane.PrepareKey, v.app.prepare(), v.app.cfg.Now()))
}

// Adopt connects the portal again with the opening's tokens, if the keys that are stored open them.
func (v visitors) Adopt(ctx context.Context, t integration.TenantID, p integration.PortalID, o inside.Opening) error {
	stored, err := v.app.store.Credentials(t, p).Token(ctx)
	if err != nil {
		return err
	}
	if stored.MemberID != o.Member {
		return fmt.Errorf("%w: it is another portal", inside.ErrUnproven)
	}
	con, _, err := v.vouched(ctx, o, stored.ClientID, stored.ClientSecret, stored.OAuthURL)
	if err != nil {
		return err
	}
	con.Name = "" // people may have given it another
	if _, err := v.app.store.Connect(ctx, t, con); err != nil {
		return err
	}
	return v.app.PortalConnected(ctx, t, p)
}

// Connect connects the portal to the code's tenant.
func (v visitors) Connect(ctx context.Context, code integration.Secret, o inside.Opening) (inside.Access, error) {
	known, err := v.app.store.PortalCode(ctx, code)
	if err != nil {
		return inside.Access{}, refusalOf(err)
	}
	client, secret := known.ClientID, known.ClientSecret
	if client == "" {
		client, secret = v.app.cfg.Bitrix24ClientID, v.app.cfg.Bitrix24Secret
	}
	con, who, err := v.vouched(ctx, o, client, secret, "")
	if err != nil {
		return inside.Access{}, err
	}
	p, err := v.app.store.ConnectByCode(ctx, code, con, fmt.Sprintf("bitrix24: user %d", who))
	if err != nil {
		return inside.Access{}, refusalOf(err)
	}
	if err := v.app.PortalConnected(ctx, p.Tenant, p.ID); err != nil {
		return inside.Access{}, err
	}
	return inside.Access{Tenant: p.Tenant, Portal: p.ID, State: p.State, Application: con.Application}, nil
}

// refusalOf gives storage's words those of the page.
func refusalOf(err error) error {
	for had, told := range map[error]error{
		store.ErrNotFound: inside.ErrCode, store.ErrDuplicate: inside.ErrTaken, store.ErrConflict: inside.ErrErasing,
	} {
		if errors.Is(err, had) {
			return fmt.Errorf("%w: %w", told, err)
		}
	}
	return err
}

// vouched proves what a portal posted in the vendor's own way: its pair is exchanged at the OAuth server with the application's keys, and
// the answer says which portal it is and where (contract bitrix24 §2.2). The post itself is believed in nothing.
func (v visitors) vouched(
	ctx context.Context, o inside.Opening, client string, secret integration.Secret, oauth string,
) (store.Connection, crm.UserID, error) {
	if client == "" || o.Refresh == "" || o.Endpoint() == "" {
		return store.Connection{}, 0, fmt.Errorf("%w: no keys, no pair of tokens or no address", inside.ErrUnproven)
	}
	if oauth == "" {
		oauth = tokenAddress(o.Server)
	}
	account, con, err := connector(v).Check(ctx, web.Connection{
		Name: o.Domain, Endpoint: o.Endpoint(), OAuthURL: oauth, MemberID: o.Member, ClientID: client, Secret: secret,
		Access: o.Access, Refresh: o.Refresh, Application: o.Application, Expires: o.Proof,
	})
	if e, ok := errors.AsType[*crm.Error](err); ok && (e.Kind == crm.Denied || e.Kind == crm.Invalid) {
		return store.Connection{}, 0, fmt.Errorf("%w: %w", inside.ErrUnproven, err)
	}
	switch {
	case err != nil:
		return store.Connection{}, 0, err
	case account.MemberID != o.Member:
		return store.Connection{}, 0, fmt.Errorf("%w: the tokens are another portal's", inside.ErrUnproven)
	case !account.Admin:
		return store.Connection{}, 0, inside.ErrReader
	}
	return store.Connection{
		Name: con.Name, MemberID: con.MemberID, Endpoint: con.Endpoint, OAuthURL: con.OAuthURL, ClientID: con.ClientID,
		ClientSecret: con.Secret, Access: con.Access, Refresh: con.Refresh, Application: con.Application, Expires: con.Expires,
	}, account.User, nil
}

// tokenAddress is where the OAuth server of a SERVER_ENDPOINT exchanges tokens (contract bitrix24 §2.2); whether it may be asked, the
// adapter decides. Empty: the vendor's usual one.
func tokenAddress(server string) string {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/oauth/token/"}).String()
}

// openingSeal is the purpose of the key that seals openings in pages.
const openingSeal = "portal opening"

// Seal keeps an opening secret in the page that asks for a code. Replicas share the key ring.
func (v visitors) Seal(plain []byte) ([]byte, error) { return v.app.keyring.Seal(openingSeal, plain) }

// Open is the reverse of Seal.
func (v visitors) Open(sealed []byte) ([]byte, error) { return v.app.keyring.Open(openingSeal, sealed) }

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
