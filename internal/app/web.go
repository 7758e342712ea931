package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"

	"omniconnector/crm"
	"omniconnector/crm/bitrix24"
	"omniconnector/integration"
	"omniconnector/web"
	"omniconnector/web/embed"
	"omniconnector/web/inside"
	"omniconnector/web/storage"
	"omniconnector/webhooks/uis"
)

// makeWeb mounts the JSON API and the pages.
func (a *App) makeWeb(context.Context) error {
	cabinet, err := a.cabinet()
	if err != nil {
		return err
	}
	secret := a.sessionKey()
	sessions, err := inside.NewSessions(secret, a.cfg.Now)
	if err != nil {
		return err
	}
	api, err := web.New(web.Config{
		Embed: cabinet, Sessions: sessions, Store: storage.New(a.store), Connector: connector{a}, Platform: scheduler{a}, Scheduler: scheduler{a}, Platforms: platforms{}, Meter: connector{a}, AdminToken: a.cfg.AdminToken,
		PublicURL: a.cfg.PublicURL, Ready: a.store.Ping, Gatherer: a.metrics.registry, Now: a.cfg.Now, Log: a.cfg.Log,
		Marketplace: a.cfg.Bitrix24ClientID != "", Chats: scheduler{a}, SharedChats: a.cfg.ChatAdapter.Login != "", FileLink: a.fileLink,
	})
	if err != nil {
		return err
	}
	if err := api.Mount(a.router); err != nil {
		return err
	}
	a.server.RegisterOnShutdown(api.Close)
	return a.makeUI(sessions)
}

// cabinet recognises the tokens of the SaaS's cabinet; without keys there is none.
func (a *App) cabinet() (*embed.Verifier, error) {
	if a.cfg.EmbedKeys == "" {
		return nil, nil //nolint:nilnil // no keys is no mistake
	}
	if a.cfg.EmbedIssuer == "" || a.cfg.PublicURL == "" {
		return nil, errors.New("OMNI_EMBED_KEYS need OMNI_EMBED_ISSUER and OMNI_PUBLIC_URL: the issuer and the audience of the tokens")
	}
	return embed.New(embed.Config{Keys: a.cfg.EmbedKeys, Issuer: a.cfg.EmbedIssuer, Audience: a.cfg.PublicURL, Now: a.cfg.Now})
}

// sessionKey signs the sessions of pages. Replicas behind one address must be given the same one; otherwise each
// draws its own, and a restart signs everybody out.
func (a *App) sessionKey() []byte {
	if a.cfg.SessionKey == "" {
		return []byte(rand.Text() + rand.Text())
	}
	sum := sha256.Sum256([]byte(string(a.cfg.SessionKey)))
	return sum[:]
}

// platforms prints the templates of every source.
type platforms struct{}

func (platforms) Templates(base, segment, secret string) []web.HookTemplate {
	var all []web.HookTemplate
	for _, t := range uis.Templates(base, segment, integration.Secret(secret)) {
		all = append(all, web.HookTemplate{
			Source: uis.Name, Variant: string(t.Variant), Event: t.Word, TitleRU: t.RU, TitleEN: t.EN, Method: t.Method, URL: t.URL,
			ContentType: t.ContentType, Body: t.Body,
		})
	}
	return all
}

// connector speaks to portals on behalf of the API.
type connector struct{ app *App }

// Test asks a stored portal who we are there. The request is charged to its bucket like any other.
func (c connector) Test(ctx context.Context, t integration.TenantID, p integration.PortalID) (web.Account, error) {
	client, err := c.app.portals.client(t, p)
	if err != nil {
		return web.Account{}, err
	}
	if err := c.app.charge(ctx, t, p); err != nil {
		return web.Account{}, err
	}
	account, failed := client.Check(ctx)
	if failed != nil {
		return web.Account{}, failed
	}
	return toWeb(account), nil
}

func (a *App) charge(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	_, budget, err := a.portals.Open(ctx, t, p)
	if err != nil {
		return err
	}
	wait, err := a.store.Charge(ctx, t, p, a.cfg.Now(), budget)
	if err != nil {
		return err
	}
	if wait > 0 {
		return &crm.Error{Kind: crm.Limited, Method: "app.info", Wait: wait, Text: "the portal's limit is used up for the moment"}
	}
	return nil
}

// Check asks a portal that is not stored yet. Its tokens may be exchanged on the way; the newest come back.
func (c connector) Check(ctx context.Context, con web.Connection) (web.Account, web.Connection, error) {
	held := &heldCredentials{token: bitrix24.Token{
		Access: bitrix24.Secret(con.Access), Refresh: bitrix24.Secret(con.Refresh), Endpoint: con.Endpoint, MemberID: con.MemberID,
		OAuthURL: con.OAuthURL, ClientID: con.ClientID, ClientSecret: bitrix24.Secret(con.Secret), Expires: con.Expires, Version: 1,
	}}
	client, err := c.app.portals.adapter(held)
	if err != nil {
		return web.Account{}, con, err
	}
	account, failed := client.Prove(ctx)
	newest, err := held.Token(ctx)
	con.Access, con.Refresh = integration.Secret(newest.Access), integration.Secret(newest.Refresh)
	con.Endpoint, con.MemberID, con.Expires = newest.Endpoint, newest.MemberID, newest.Expires
	if failed != nil {
		return web.Account{}, con, failed
	}
	return toWeb(account), con, err
}

func toWeb(a bitrix24.Account) web.Account {
	return web.Account{
		MemberID: a.MemberID, User: a.UserID, Admin: a.Admin, Installed: a.Installed,
		Scopes: append([]string{}, a.Scopes...), Missing: append([]string{}, a.Missing...),
	}
}

// Usage is what the portal said to this process; another one that works in the lane knows better.
func (c connector) Usage(t integration.TenantID, p integration.PortalID, owner string) (crm.Usage, bool) {
	if owner != "" && owner != c.app.owner {
		return crm.Usage{}, false
	}
	return c.app.portals.usage(t, p)
}

// Sync plans a synchronisation of the directory; several within a minute are one.
func (c connector) Sync(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	now := c.app.cfg.Now()
	err := c.app.store.Enqueue(ctx, t, p, []integration.Action{{
		Key: integration.ActionKey("sync/" + now.Format("2006-01-02T15:04")), Urgency: integration.UrgentSync, Do: crm.Sync{},
	}})
	if err != nil {
		return fmt.Errorf("plan synchronisation: %w", err)
	}
	c.app.woken([]integration.PortalID{p})
	return nil
}

// heldCredentials keep the tokens of a portal that is being connected in memory.
type heldCredentials struct {
	mu    sync.Mutex
	token bitrix24.Token
}

func (h *heldCredentials) Token(context.Context) (bitrix24.Token, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.token, nil
}

func (h *heldCredentials) Refresh(
	ctx context.Context, stale bitrix24.Token, exchange func(context.Context, bitrix24.Secret) (bitrix24.Token, error),
) (bitrix24.Token, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.token.Version > stale.Version {
		return h.token, nil
	}
	fresh, err := exchange(ctx, h.token.Refresh)
	if err != nil {
		return bitrix24.Token{}, err
	}
	fresh.Version = h.token.Version + 1
	h.token = fresh
	return fresh, nil
}

func (h *heldCredentials) Moved(_ context.Context, endpoint string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if strings.TrimSpace(endpoint) == "" {
		return errors.New("no endpoint")
	}
	h.token.Endpoint = endpoint
	return nil
}
