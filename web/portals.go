package web

import (
	"cmp"
	"context"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// PortalView is a portal as the API shows it.
type PortalView struct {
	ID       integration.PortalID    `json:"id"`
	Name     string                  `json:"name"`
	MemberID string                  `json:"member_id" doc:"The vendor's lasting key of the account"`
	Endpoint string                  `json:"endpoint"`
	State    integration.PortalState `json:"state" enum:"ok,reauthorise,blocked,disconnected"`
	Why      string                  `json:"why" doc:"Why the state is not ok"`
	Since    time.Time               `json:"since"`
	Created  time.Time               `json:"created"`
	Setup    *SetupView              `json:"setup,omitempty" doc:"Whether the portal reports its events and shows our pages; of one portal only, not in lists"`
}

func portalView(p integration.Portal) PortalView {
	return PortalView{
		ID: p.ID, Name: p.Name, MemberID: p.MemberID, Endpoint: p.Endpoint, State: p.State, Why: p.Why, Since: p.Since, Created: p.Created,
	}
}

type connectPortalIn struct {
	Body struct {
		Endpoint     string  `json:"endpoint" minLength:"1" maxLength:"500" doc:"The portal's domain or REST address" example:"company.bitrix24.ru"`
		ClientID     string  `json:"client_id" minLength:"1" maxLength:"500"`
		ClientSecret string  `json:"client_secret" minLength:"1" maxLength:"500" writeOnly:"true"`
		AccessToken  string  `json:"access_token" minLength:"1" maxLength:"2000" writeOnly:"true"`
		RefreshToken string  `json:"refresh_token" minLength:"1" maxLength:"2000" writeOnly:"true"`
		MemberID     string  `json:"member_id" minLength:"1" maxLength:"200"`
		Application  string  `json:"application_token,omitempty" maxLength:"500" writeOnly:"true" doc:"Proves that an event comes from the portal"`
		OAuthURL     string  `json:"oauth_url,omitempty" maxLength:"500" doc:"Where tokens are exchanged; the vendor's when absent"`
		ExpiresIn    int     `json:"expires_in,omitempty" minimum:"0" maximum:"86400" doc:"Seconds that the access token is still valid"`
		Name         string  `json:"name,omitempty" maxLength:"200" doc:"The domain when absent"`
		Rate         float64 `json:"rate,omitempty" minimum:"0" maximum:"1000" doc:"Requests per second that the portal allows; the installation's when absent"`
		Burst        int     `json:"burst,omitempty" minimum:"0" maximum:"10000" doc:"Requests that it takes at once"`
	}
}

type connectPortalOut struct {
	Body struct {
		Portal  PortalView `json:"portal"`
		Account Account    `json:"account"`
	}
}

// connectPortal proves the credentials before anything is stored.
func (a *API) connectPortal(ctx context.Context, in *connectPortalIn) (*connectPortalOut, error) {
	b := &in.Body
	endpoint, ok := endpointOf(b.Endpoint)
	if !ok {
		return nil, mistake("/endpoint", "address")
	}
	c := Connection{
		Name: cmp.Or(b.Name, host(endpoint.Host)), Endpoint: endpoint.String(), OAuthURL: b.OAuthURL, MemberID: b.MemberID, ClientID: b.ClientID,
		Secret: integration.Secret(b.ClientSecret), Access: integration.Secret(b.AccessToken),
		Refresh: integration.Secret(b.RefreshToken), Application: integration.Secret(b.Application),
	}
	if b.ExpiresIn > 0 {
		c.Expires = a.cfg.Now().Add(time.Duration(b.ExpiresIn) * time.Second)
	}
	account, c, err := a.cfg.Connector.Check(ctx, c)
	if err != nil {
		return nil, err
	}
	if account.MemberID != "" && account.MemberID != b.MemberID {
		return nil, refuse("portal_other")
	}
	who := caller(ctx)
	p, err := a.cfg.Store.Connect(ctx, who.Tenant.ID, c)
	if err != nil {
		return nil, err
	}
	if b.Rate > 0 || b.Burst > 0 {
		if err := a.cfg.Store.SetBudget(ctx, who.Tenant.ID, p.ID, lane.Budget{PerSecond: b.Rate, Burst: b.Burst}); err != nil {
			return nil, err
		}
	}
	if err := a.cfg.Scheduler.PortalConnected(ctx, who.Tenant.ID, p.ID); err != nil {
		// The portal is connected; the directory can be asked for again, and so can the rest by connecting it again.
		a.log.LogAttrs(ctx, slog.LevelWarn, "portal.sync", slog.String("portal_id", string(p.ID)), slog.Any("error", err))
	}
	out := &connectPortalOut{}
	out.Body.Portal, out.Body.Account = portalView(p), account
	return out, nil
}

// endpointOf makes a REST address of what people write: a domain, or an address with or without the path.
func endpointOf(text string) (*url.URL, bool) {
	text = strings.TrimSpace(text)
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, false
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/rest/"
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u, true
}

type listPortalsOut struct {
	Body struct {
		Portals []PortalView `json:"portals" nullable:"false"`
		Next    string       `json:"next" doc:"What to send as after; empty at the end"`
	}
}

func (a *API) listPortals(ctx context.Context, in *pageIn) (*listPortalsOut, error) {
	list, err := a.cfg.Store.Portals(ctx, caller(ctx).Tenant.ID, integration.PortalID(in.After), in.Limit)
	if err != nil {
		return nil, err
	}
	out := &listPortalsOut{}
	out.Body.Portals = each(list, portalView)
	if len(list) == in.Limit {
		out.Body.Next = string(list[len(list)-1].ID)
	}
	return out, nil
}

// PortalPath is the portal in an address.
type PortalPath struct {
	Portal integration.PortalID `path:"portal" maxLength:"200"`
}

type portalOut struct{ Body PortalView }

func (a *API) getPortal(ctx context.Context, in *PortalPath) (*portalOut, error) {
	p, err := a.cfg.Store.Portal(ctx, caller(ctx).Tenant.ID, in.Portal)
	if err != nil {
		return nil, err
	}
	out := &portalOut{portalView(p)}
	out.Body.Setup, err = a.setup(ctx, p.Tenant, p.ID)
	return out, err
}

func (a *API) disconnectPortal(ctx context.Context, in *PortalPath) (*struct{}, error) {
	err := a.cfg.Store.SetPortalState(ctx, caller(ctx).Tenant.ID, in.Portal, integration.PortalGone, author(ctx))
	return &struct{}{}, err
}

type testPortalOut struct{ Body Account }

// testPortal asks the portal. A test that passes makes a portal that refused us before take work again.
func (a *API) testPortal(ctx context.Context, in *PortalPath) (*testPortalOut, error) {
	p, err := a.connected(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	account, err := a.cfg.Connector.Test(ctx, p.Tenant, p.ID)
	if err != nil {
		return nil, err
	}
	if p.State != integration.PortalOK {
		if err := a.cfg.Store.SetPortalState(ctx, p.Tenant, p.ID, integration.PortalOK, ""); err != nil {
			return nil, err
		}
	}
	return &testPortalOut{account}, nil
}

// connected gives a portal of the caller that was not disconnected.
func (a *API) connected(ctx context.Context, id integration.PortalID) (integration.Portal, error) {
	p, err := a.cfg.Store.Portal(ctx, caller(ctx).Tenant.ID, id)
	if err == nil && p.State == integration.PortalGone {
		err = refuse("disconnected")
	}
	return p, err
}

// listed makes an empty list of none, so that it shows as [].
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
