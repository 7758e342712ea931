package store

import (
	"context"

	"gorm.io/gorm"

	"omniconnector/integration"
)

type chatAccountRow struct {
	TenantID  integration.TenantID
	AccountID int64
	AppID     int64
	AdapterID int64
	Name      string
	Status    string
	Shared    bool
}

// TableName names the table for gorm.
func (chatAccountRow) TableName() string { return "chat_accounts" }

type chatChannelRow struct {
	TenantID      integration.TenantID
	AccountID     int64
	ChannelID     int64
	ChatChannelID int64
	Type          string
	Name          string
	Status        string
}

// TableName names the table for gorm.
func (chatChannelRow) TableName() string { return "chat_channels" }

// ChatAccount is an account of an adapter of the Chat API, as the platform told of it (contract uis §5.2).
type ChatAccount struct {
	ID        int64
	AppID     int64 // the cabinet's number; 0 for not told
	AdapterID int64 // 0 for not told
	Name      string
	Status    string
	// Shared tells that it came by the installation's own address, where the platform vouches for it.
	Shared bool
}

// ChatChannel is a channel of such an account.
type ChatChannel struct {
	ID            int64 // unique within the adapter
	AccountID     int64
	ChatChannelID int64 // the same channel in the Data API; 0 for not told
	Type          string
	Name          string
	Status        string
}

// What is not told leaves what is known, and what was shared once stays so.
const (
	saveChatAccount = `INSERT INTO chat_accounts (tenant_id, account_id, app_id, adapter_id, name, status, shared) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, account_id) DO UPDATE SET
		app_id = CASE WHEN excluded.app_id <> 0 THEN excluded.app_id ELSE chat_accounts.app_id END,
		adapter_id = CASE WHEN excluded.adapter_id <> 0 THEN excluded.adapter_id ELSE chat_accounts.adapter_id END,
		name = CASE WHEN excluded.name <> '' THEN excluded.name ELSE chat_accounts.name END,
		status = CASE WHEN excluded.status <> '' THEN excluded.status ELSE chat_accounts.status END,
		shared = chat_accounts.shared OR excluded.shared`
	saveChatChannel = `INSERT INTO chat_channels (tenant_id, account_id, channel_id, chat_channel_id, type, name, status) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, account_id, channel_id) DO UPDATE SET
		chat_channel_id = CASE WHEN excluded.chat_channel_id <> 0 THEN excluded.chat_channel_id ELSE chat_channels.chat_channel_id END,
		type = CASE WHEN excluded.type <> '' THEN excluded.type ELSE chat_channels.type END,
		name = CASE WHEN excluded.name <> '' THEN excluded.name ELSE chat_channels.name END,
		status = CASE WHEN excluded.status <> '' THEN excluded.status ELSE chat_channels.status END`
)

// SaveChatAccount stores an account by its ID; what is zero or empty in it leaves what is known, and Shared is never taken back.
// ErrNotFound means no such tenant.
func (s *Store) SaveChatAccount(ctx context.Context, t integration.TenantID, a ChatAccount) error {
	return s.tellChats(ctx, "save chat account", t, saveChatAccount, clean(t), a.ID, a.AppID, a.AdapterID, clean(a.Name), clean(a.Status), a.Shared)
}

// SaveChatChannel stores a channel by AccountID and ID; what is zero or empty in it leaves what is known. ErrNotFound means no such
// tenant; the account need not be known.
func (s *Store) SaveChatChannel(ctx context.Context, t integration.TenantID, c ChatChannel) error {
	return s.tellChats(ctx, "save chat channel", t, saveChatChannel,
		clean(t), c.AccountID, c.ID, c.ChatChannelID, clean(c.Type), clean(c.Name), clean(c.Status))
}

func (s *Store) tellChats(ctx context.Context, step string, t integration.TenantID, query string, args ...any) error {
	return wrap(step, s.tx(ctx, func(tx *gorm.DB) error {
		if err := knownTenant(tx, t); err != nil {
			return err
		}
		return tx.Exec(query, args...).Error
	}))
}

// DropChatAccount forgets an account with its channels; one that is not there is no error.
func (s *Store) DropChatAccount(ctx context.Context, t integration.TenantID, account int64) error {
	return wrap("drop chat account", s.tx(ctx, func(tx *gorm.DB) error {
		for _, row := range []any{&chatChannelRow{}, &chatAccountRow{}} {
			if err := tx.Where("tenant_id = ? AND account_id = ?", clean(t), account).Delete(row).Error; err != nil {
				return err
			}
		}
		return nil
	}))
}

// DropChatChannel forgets a channel; one that is not there is no error.
func (s *Store) DropChatChannel(ctx context.Context, t integration.TenantID, account, channel int64) error {
	err := s.write(ctx).Where("tenant_id = ? AND account_id = ? AND channel_id = ?", clean(t), account, channel).Delete(&chatChannelRow{}).Error
	return wrap("drop chat channel", err)
}

// ChatChannel gives a channel, or ErrNotFound.
func (s *Store) ChatChannel(ctx context.Context, t integration.TenantID, account, channel int64) (ChatChannel, error) {
	var r chatChannelRow
	err := s.read(ctx).Where("tenant_id = ? AND account_id = ? AND channel_id = ?", clean(t), account, channel).Take(&r).Error
	return r.channel(), wrap("chat channel", err)
}

// ChatAccounts lists what is known of a tenant's accounts, by ID.
func (s *Store) ChatAccounts(ctx context.Context, t integration.TenantID) ([]ChatAccount, error) {
	var rows []chatAccountRow
	err := s.read(ctx).Where("tenant_id = ?", clean(t)).Order("account_id").Limit(chatsListed).Find(&rows).Error
	return each(rows, chatAccountRow.account), wrap("chat accounts", err)
}

// ChatChannels lists what is known of a tenant's channels, by account and ID.
func (s *Store) ChatChannels(ctx context.Context, t integration.TenantID) ([]ChatChannel, error) {
	var rows []chatChannelRow
	err := s.read(ctx).Where("tenant_id = ?", clean(t)).Order("account_id, channel_id").Limit(chatsListed).Find(&rows).Error
	return each(rows, chatChannelRow.channel), wrap("chat channels", err)
}

// chatsListed bounds what is listed of a tenant's accounts and channels.
const chatsListed = 1000

// A webhook of the shared adapter names an account or a cabinet, and no tenant. The two questions below answer it without one, like
// PortalsOf does; the caller has proved that the platform asks.
const (
	tenantsOfAccount = `SELECT a.tenant_id FROM chat_accounts a CROSS JOIN tenants c
		WHERE a.account_id = ? AND a.shared AND c.tenant_id = a.tenant_id AND c.state <> 'deleting' ORDER BY a.tenant_id LIMIT 100`
	tenantsOfApp = `SELECT p.tenant_id FROM platforms p CROSS JOIN tenants c
		WHERE p.app_id = ? AND p.app_id > 0 AND c.tenant_id = p.tenant_id AND c.state <> 'deleting' ORDER BY p.tenant_id LIMIT 100`
)

// TenantsOfAccount lists the tenants that have a known account of the shared adapter.
func (s *Store) TenantsOfAccount(ctx context.Context, account int64) ([]integration.TenantID, error) {
	return s.tenantsBy(ctx, "tenants of account", tenantsOfAccount, account)
}

// TenantsOfApp lists the tenants whose platform said that its account has this number when its access was proved.
func (s *Store) TenantsOfApp(ctx context.Context, app int64) ([]integration.TenantID, error) {
	return s.tenantsBy(ctx, "tenants of app", tenantsOfApp, app)
}

func (s *Store) tenantsBy(ctx context.Context, step, query string, id int64) ([]integration.TenantID, error) {
	found := []integration.TenantID{}
	err := s.read(ctx).Raw(query, id).Scan(&found).Error
	return found, wrap(step, err)
}

func (r chatAccountRow) account() ChatAccount {
	return ChatAccount{ID: r.AccountID, AppID: r.AppID, AdapterID: r.AdapterID, Name: r.Name, Status: r.Status, Shared: r.Shared}
}

func (r chatChannelRow) channel() ChatChannel {
	return ChatChannel{ID: r.ChannelID, AccountID: r.AccountID, ChatChannelID: r.ChatChannelID, Type: r.Type, Name: r.Name, Status: r.Status}
}
