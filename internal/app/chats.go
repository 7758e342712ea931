package app

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"omniconnector/integration"
	"omniconnector/internal/outbound"
	"omniconnector/internal/store"
	"omniconnector/webhooks"
	"omniconnector/webhooks/files"
	"omniconnector/webhooks/uis/chatapi"
	"omniconnector/webhooks/uis/chats"
)

// chatDirectory keeps for the receiver of chats what the platform tells of accounts and channels.
type chatDirectory struct{ store *store.Store }

func (d chatDirectory) SaveAccount(ctx context.Context, t integration.TenantID, a chats.Account) error {
	return d.store.SaveChatAccount(ctx, t, store.ChatAccount{
		ID: a.ID, AppID: a.AppID, AdapterID: a.AdapterID, Name: a.Name, Status: a.Status, Shared: a.Shared,
	})
}

func (d chatDirectory) DropAccount(ctx context.Context, t integration.TenantID, a chats.Account) error {
	return d.store.DropChatAccount(ctx, t, a.ID)
}

func (d chatDirectory) SaveChannel(ctx context.Context, t integration.TenantID, c chats.Channel) error {
	return d.store.SaveChatChannel(ctx, t, store.ChatChannel{
		ID: c.ID, AccountID: c.AccountID, ChatChannelID: c.ChatChannelID, Type: c.Type, Name: c.Name, Status: c.Status,
	})
}

// DropChannel forgets a channel. A webhook that does not name the account means whichever has the channel.
func (d chatDirectory) DropChannel(ctx context.Context, t integration.TenantID, c chats.Channel) error {
	if c.AccountID != 0 {
		return d.store.DropChatChannel(ctx, t, c.AccountID, c.ID)
	}
	all, err := d.store.ChatChannels(ctx, t)
	if err != nil {
		return err
	}
	for _, known := range all {
		if known.ID != c.ID {
			continue
		}
		if err := d.store.DropChatChannel(ctx, t, known.AccountID, known.ID); err != nil {
			return err
		}
	}
	return nil
}

func (d chatDirectory) Channel(ctx context.Context, t integration.TenantID, account, channel int64) (chats.Channel, bool, error) {
	c, err := d.store.ChatChannel(ctx, t, account, channel)
	if errors.Is(err, store.ErrNotFound) {
		return chats.Channel{}, false, nil
	}
	return chats.Channel{ID: c.ID, AccountID: c.AccountID, ChatChannelID: c.ChatChannelID, Type: c.Type, Name: c.Name, Status: c.Status}, err == nil, err
}

func (d chatDirectory) TenantsOfAccount(ctx context.Context, account int64) ([]integration.TenantID, error) {
	return d.store.TenantsOfAccount(ctx, account)
}

func (d chatDirectory) TenantsOf(ctx context.Context, app int64) ([]integration.TenantID, error) {
	return d.store.TenantsOfApp(ctx, app)
}

// sharedLogins are what the platform shows at the address of the installation's shared adapter.
func (a *App) sharedLogins() ([]webhooks.SecretHash, error) {
	var all []webhooks.SecretHash
	s := a.cfg.ChatAdapter
	if s.HookToken != "" {
		all = append(all, webhooks.BearerLogin(s.HookToken))
	}
	if s.HookLogin != "" && s.HookPassword != "" {
		all = append(all, webhooks.BasicLogin(s.HookLogin, s.HookPassword))
	}
	if s.Login != "" && len(all) == 0 {
		return nil, errors.New("OMNI_CHAT_ADAPTER_LOGIN needs OMNI_CHAT_ADAPTER_HOOK_TOKEN: without it the platform's chats could not be told from a stranger's")
	}
	return all, nil
}

// adapters fetches files of messages from the platform: by the tenant's own adapter, else by the installation's. It keeps their clients,
// which hold logins that cost to get.
type adapters struct {
	cfg       Config
	store     *store.Store
	transport http.RoundTripper

	mu      sync.Mutex
	clients map[integration.TenantID]adapterClient
}

type adapterClient struct {
	client *chatapi.Client
	saved  time.Time // of the access it was made with
}

// Open fetches one file.
func (a *adapters) Open(ctx context.Context, t integration.TenantID, f integration.File) (files.Payload, error) {
	client, err := a.client(ctx, t, f.Account)
	if err != nil {
		return files.Payload{}, err
	}
	return client.Resource(ctx, f)
}

// ours reports whether an account of the shared adapter is the tenant's: a webhook to the tenant's own address may name any.
func (a *adapters) ours(ctx context.Context, t integration.TenantID, account string) (bool, error) {
	all, err := a.store.ChatAccounts(ctx, t)
	return slices.ContainsFunc(all, func(c store.ChatAccount) bool { return c.Shared && strconv.FormatInt(c.ID, 10) == account }), err
}

func (a *adapters) client(ctx context.Context, t integration.TenantID, account string) (*chatapi.Client, error) {
	access, err := a.store.ChatAccess(ctx, t)
	if errors.Is(err, store.ErrNotFound) {
		s := a.cfg.ChatAdapter
		ours, err := a.ours(ctx, t, account)
		if s.Login == "" || err != nil || !ours {
			return nil, cmp.Or(err, files.ErrGone)
		}
		t, access = "", store.ChatAccess{URL: s.URL, Login: integration.Secret(s.Login), Password: s.Password}
	} else if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if had, ok := a.clients[t]; ok && had.saved.Equal(access.Saved) {
		return had.client, nil
	}
	client, err := chatapi.New(chatapi.Config{
		URL: cmp.Or(access.URL, chatapi.UIS), Username: string(access.Login), Password: access.Password, Transport: a.transport, Now: a.cfg.Now, Log: a.cfg.Log,
	})
	if err != nil {
		return nil, err
	}
	a.clients[t] = adapterClient{client, access.Saved}
	return client, nil
}

// fileLink is the address at which people in the portal open a conversation's file.
func (a *App) fileLink(t integration.TenantID, f integration.File, until time.Time) string {
	return files.Signer{Keys: a.keyring}.Link(a.cfg.PublicURL, t, f, until)
}

// makeFiles serves the files of conversations by their links.
func (a *App) makeFiles(context.Context) error {
	policy := outbound.Policy{AllowPrivate: a.cfg.AllowPrivate}
	own := &adapters{cfg: a.cfg, store: a.store, transport: policy.Transport(), clients: map[integration.TenantID]adapterClient{}}
	files.NewServer(files.Options{
		Links: files.Signer{Keys: a.keyring}, Now: a.cfg.Now, Log: a.cfg.Log,
		Opener: files.Origins{Addresses: files.NewAddresses(policy.Transport(), policy.Allowed), Resources: own},
	}).Mount(a.router)
	return nil
}
