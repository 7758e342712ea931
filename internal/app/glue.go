package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"omniconnector/crm"
	"omniconnector/crm/bitrix24"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/outbound"
	"omniconnector/internal/store"
	"omniconnector/webhooks"
)

// credentials lets the adapter use the store's tokens.
type credentials struct{ *store.Credentials }

func (c credentials) Token(ctx context.Context) (bitrix24.Token, error) {
	t, err := c.Credentials.Token(ctx)
	return toAdapter(t), err
}

func (c credentials) Refresh(
	ctx context.Context, stale bitrix24.Token, exchange func(context.Context, bitrix24.Secret) (bitrix24.Token, error),
) (bitrix24.Token, error) {
	t, err := c.Credentials.Refresh(ctx, stale.Version, func(ctx context.Context, old store.Token) (store.Token, error) {
		fresh, err := exchange(ctx, bitrix24.Secret(old.Refresh))
		return fromAdapter(fresh), err
	})
	return toAdapter(t), err
}

func toAdapter(t store.Token) bitrix24.Token {
	return bitrix24.Token{
		Access: bitrix24.Secret(t.Access), Refresh: bitrix24.Secret(t.Refresh), Endpoint: t.Endpoint, MemberID: t.MemberID,
		Expires: t.Expires, Version: t.Version, OAuthURL: t.OAuthURL, ClientID: t.ClientID, ClientSecret: bitrix24.Secret(t.ClientSecret),
	}
}

func fromAdapter(t bitrix24.Token) store.Token {
	return store.Token{
		Access: integration.Secret(t.Access), Refresh: integration.Secret(t.Refresh), Endpoint: t.Endpoint, MemberID: t.MemberID,
		Expires: t.Expires, Version: t.Version, OAuthURL: t.OAuthURL, ClientID: t.ClientID, ClientSecret: integration.Secret(t.ClientSecret),
	}
}

// portals opens the CRM of lanes and keeps the clients, whose measured times are worth keeping.
type portals struct {
	cfg       Config
	store     *store.Store
	policy    outbound.Policy
	transport http.RoundTripper

	mu      sync.Mutex
	clients map[address]*bitrix24.Client
}

type address struct {
	tenant integration.TenantID
	portal integration.PortalID
}

// client gives the portal's adapter, made once.
func (p *portals) client(t integration.TenantID, id integration.PortalID) (*bitrix24.Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.clients[address{t, id}]; c != nil {
		return c, nil
	}
	c, err := p.adapter(credentials{p.store.Credentials(t, id)})
	if err == nil {
		p.clients[address{t, id}] = c
	}
	return c, err
}

// usage is what a portal said of its limits; unknown when it was not asked by this process.
func (p *portals) usage(t integration.TenantID, id integration.PortalID) (crm.Usage, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.clients[address{t, id}]
	if c == nil {
		return crm.Usage{}, false
	}
	return c.Usage(), true
}

// adapter makes a client that leaves the process only as the policy allows.
func (p *portals) adapter(c bitrix24.Credentials) (*bitrix24.Client, error) {
	return bitrix24.New(bitrix24.Config{
		Credentials: c, Now: p.cfg.Now, Transport: p.transport, Allowed: p.policy.Allowed, OAuthHosts: p.cfg.OAuthHosts, Log: p.cfg.Log,
	})
}

func (p *portals) Open(ctx context.Context, t integration.TenantID, id integration.PortalID) (crm.Portal, lane.Budget, error) {
	budget, err := p.store.Budget(ctx, t, id)
	if err != nil {
		return nil, lane.Budget{}, err
	}
	if budget.PerSecond <= 0 {
		budget = lane.Ordinary()
	}
	client, err := p.client(t, id)
	return client, budget, err
}

// access tells the receiver who may report events.
type access struct{ store *store.Store }

func (a access) HookAccess(ctx context.Context, t integration.TenantID) (webhooks.HookAccess, error) {
	had, err := a.store.HookAccess(ctx, t)
	if errors.Is(err, store.ErrNotFound) {
		return webhooks.HookAccess{}, webhooks.ErrUnknownTenant
	}
	if err != nil {
		return webhooks.HookAccess{}, err
	}
	var logins []webhooks.SecretHash
	if !had.Webhooks.IsZero() {
		logins = append(logins, webhooks.SecretHash{Sum: had.Webhooks.Sum})
	}
	return webhooks.HookAccess{
		Logins: logins, State: had.State, PathSecrets: hashes(had.PathSecrets), BodySecrets: hashes(had.BodySecrets),
		Portals: had.Portals, Location: had.Location,
	}, nil
}

func hashes(all []store.SecretHash) []webhooks.SecretHash {
	out := make([]webhooks.SecretHash, len(all))
	for i, h := range all {
		out[i] = webhooks.SecretHash{Sum: h.Sum, Expires: h.Expires}
	}
	return out
}

// inbox translates storage's absence into the receiver's word for it.
type inbox struct{ store *store.Store }

func (i inbox) SaveDeliveries(ctx context.Context, all []integration.Delivery) error {
	err := i.store.SaveDeliveries(ctx, all)
	if errors.Is(err, store.ErrAway) {
		return fmt.Errorf("%w: %w", webhooks.ErrStorageAway, err)
	}
	return err
}
