package storetest

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/internal/store"
)

var adapter = store.ChatAccess{
	URL: "https://chats.example/v1/adapter", Login: "adapter-login", Password: "adapter-password", AdapterID: 32, AccountID: 286001,
	Webhooks: store.BasicAuth("hook", "hook-password"),
}

// The access to a tenant's adapter is kept sealed, what webhooks bring only as a hash; both go with what was told by the adapter.
func (e *exam) chatAccessIsKeptSealed() {
	t, ctx := e.T, e.Context()
	if _, err := e.s.ChatAccess(ctx, "acme"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no adapter yet: %v", err)
	}
	e.must(e.s.SaveChatAccess(ctx, "acme", store.ChatAccess{URL: "https://old.example", Password: "old", Webhooks: store.BearerAuth("t")}))
	e.Advance(time.Minute)
	e.must(e.s.SaveChatAccess(ctx, "acme", adapter))
	got, err := e.s.ChatAccess(ctx, "acme")
	want := adapter
	want.Saved = e.Now()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("adapter: %v (-want +got):\n%s", err, diff)
	}
	for _, row := range Dump(t, e.s)["chat_access"] {
		for _, secret := range []string{string(adapter.Login), string(adapter.Password), "hook-password"} {
			if strings.Contains(row, secret) {
				t.Errorf("a secret is to be seen: %s", row)
			}
		}
	}
	hook, err := e.s.HookAccess(ctx, "acme")
	if err != nil || hook.Webhooks != store.BasicAuth("hook", "hook-password") {
		t.Errorf("the platform is not known: %+v, %v", hook.Webhooks, err)
	}
	for name, brought := range map[string]store.WebhookAuth{
		"a wrong password": store.BasicAuth("hook", "x"), "a wrong login": store.BasicAuth("x", "hook-password"), "nothing": {},
		"another scheme": store.BearerAuth("hook:hook-password"),
	} {
		if brought.Sum == hook.Webhooks.Sum {
			t.Errorf("%s is taken", name)
		}
	}
	open := adapter
	open.Webhooks = store.WebhookAuth{}
	e.must(e.s.SaveChatAccess(ctx, "acme", open))
	if hook, err = e.s.HookAccess(ctx, "acme"); err != nil || !hook.Webhooks.IsZero() {
		t.Errorf("something is still asked of webhooks: %+v, %v", hook.Webhooks, err)
	}
	for name, bad := range map[string]store.ChatAccess{
		"without an address": {}, "of another scheme": {URL: "x", Webhooks: store.WebhookAuth{Scheme: "Digest"}},
	} {
		if err := e.s.SaveChatAccess(ctx, "acme", bad); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("an adapter %s: %v", name, err)
		}
	}
	if err := e.s.SaveChatAccess(ctx, "nobody", adapter); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an adapter of nobody: %v", err)
	}
}

// What the platform tells of accounts and channels is kept by what it names; what it does not say stays as it is known.
func (e *exam) chatsAreDirected() {
	t, ctx := e.T, e.Context()
	account := store.ChatAccount{ID: 286001, AppID: 5001, AdapterID: 32, Name: "Магазин", Status: "active", Shared: true}
	channel := store.ChatChannel{ID: 35801, AccountID: 286001, ChatChannelID: 74001, Type: "whatsapp", Name: "WA\x00", Status: "active"}
	for range 2 {
		e.must(e.s.SaveChatAccount(ctx, "acme", account))
		e.must(e.s.SaveChatChannel(ctx, "acme", channel))
	}
	e.must(e.s.SaveChatAccount(ctx, "acme", store.ChatAccount{ID: 286001, Status: "disabled"}))
	e.must(e.s.SaveChatChannel(ctx, "acme", store.ChatChannel{AccountID: 286001, ID: 35801, Name: "WhatsApp"}))
	e.must(e.s.SaveChatChannel(ctx, "acme", store.ChatChannel{AccountID: 286002, ID: 35801, Type: "avito"}))
	account.Status, channel.Name = "disabled", "WhatsApp"
	accounts, err := e.s.ChatAccounts(ctx, "acme")
	if diff := cmp.Diff([]store.ChatAccount{account}, accounts); diff != "" || err != nil {
		t.Errorf("accounts: %v (-want +got):\n%s", err, diff)
	}
	channels, err := e.s.ChatChannels(ctx, "acme")
	if diff := cmp.Diff([]store.ChatChannel{channel, {AccountID: 286002, ID: 35801, Type: "avito"}}, channels); diff != "" || err != nil {
		t.Errorf("channels: %v (-want +got):\n%s", err, diff)
	}
	if got, err := e.s.ChatChannel(ctx, "acme", 286001, 35801); err != nil || got != channel {
		t.Errorf("the channel: %+v, %v", got, err)
	}
	if _, err := e.s.ChatChannel(ctx, "acme", 286001, 1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a channel that nobody told of: %v", err)
	}
	for range 2 { // repeated, it is no error
		e.must(e.s.DropChatChannel(ctx, "acme", 286002, 35801))
		e.must(e.s.DropChatAccount(ctx, "acme", 1))
	}
	if _, err := e.s.ChatChannel(ctx, "acme", 286001, 35801); err != nil {
		t.Errorf("another's channel is dropped: %v", err)
	}
	e.must(e.s.DropChatAccount(ctx, "acme", 286001))
	for _, table := range []string{"chat_accounts", "chat_channels"} {
		if left := Dump(t, e.s)[table]; len(left) != 0 {
			t.Errorf("a dropped account leaves %v", left)
		}
	}
	for _, err := range []error{e.s.SaveChatAccount(ctx, "nobody", account), e.s.SaveChatChannel(ctx, "nobody", channel)} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("told of nobody: %v", err)
		}
	}
}

// A webhook of the shared adapter finds its tenants by what the platform vouches for, and by nothing that a tenant claims.
func (e *exam) chatsFindTheirTenants() {
	t, ctx := e.T, e.Context()
	e.connect("other", "member-9")
	e.connect("leaving", "member-9")
	for tenant, shared := range map[integration.TenantID]bool{"acme": true, "other": false, "leaving": true} {
		e.must(e.s.SaveChatAccount(ctx, tenant, store.ChatAccount{ID: 286001, Shared: shared}))
		e.must(e.s.SaveChatChannel(ctx, tenant, store.ChatChannel{ID: 1, AccountID: 286001}))
		access := platform
		access.AppID = 5001
		if tenant == "other" {
			access.AppID = 0
		}
		e.must(e.s.SavePlatform(ctx, tenant, access))
	}
	e.must(e.s.SaveChatAccount(ctx, "acme", store.ChatAccount{ID: 286001})) // by its own address: the platform's word stays
	ask := func(what string, want ...integration.TenantID) {
		t.Helper()
		byAccount, err := e.s.TenantsOfAccount(ctx, 286001)
		e.must(err)
		byApp, err := e.s.TenantsOfApp(ctx, 5001)
		e.must(err)
		if !slices.Equal(byAccount, want) || !slices.Equal(byApp, want) {
			t.Errorf("%s: by account %v, by app %v, want %v", what, byAccount, byApp, want)
		}
	}
	ask("both", "acme", "leaving")
	_, err := Raw(t, e.s).ExecContext(ctx, "UPDATE tenants SET state = 'deleting' WHERE tenant_id = 'leaving'")
	e.must(err)
	ask("one is being deleted", "acme")
	if none, err := e.s.TenantsOfApp(ctx, 0); err != nil || len(none) != 0 {
		t.Errorf("of no number: %v, %v", none, err)
	}
	for _, tenant := range []integration.TenantID{"acme", "other"} {
		e.must(e.s.SaveChatAccess(ctx, tenant, adapter))
		e.must(e.s.DeleteChatAccess(ctx, tenant))
		if err := e.s.DeleteChatAccess(ctx, tenant); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("deleted twice: %v", err)
		}
	}
	ask("an own adapter takes nothing of the shared one with it", "acme")
	accounts, err := e.s.ChatAccounts(ctx, "other")
	e.must(err)
	channels, err := e.s.ChatChannels(ctx, "other")
	e.must(err)
	if kept, err := e.s.ChatChannels(ctx, "acme"); err != nil || len(accounts)+len(channels) != 0 || len(kept) != 1 {
		t.Errorf("left of an adapter: %v, %v; of the shared one: %v, %v", accounts, channels, kept, err)
	}
}
