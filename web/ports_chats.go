package web

import (
	"context"
	"time"

	"omniconnector/integration"
)

// ChatAccess is how a tenant's own adapter of the platform's Chat API is reached (contract uis §5.2).
type ChatAccess struct {
	URL      string
	Login    integration.Secret
	Password integration.Secret
	// Webhooks is by what the platform's webhooks prove themselves beside the secret in their address; empty: by that alone.
	Webhooks AuthScheme
	Saved    time.Time
}

// AuthScheme is a way of proving oneself (contract uis §5.1, webhook_auth).
type AuthScheme string

// The schemes.
const (
	AuthBasic  AuthScheme = "basic"
	AuthBearer AuthScheme = "bearer"
)

// WebhookLogin is what the platform's webhooks are to show; nothing when Scheme is empty.
type WebhookLogin struct {
	Scheme AuthScheme
	Login  string             // of AuthBasic
	Secret integration.Secret // its password, or the token of AuthBearer
}

// ChatAccount is an account of an adapter, as the platform told of it.
type ChatAccount struct {
	ID     int64
	AppID  int64 // the cabinet's number; 0 when not told
	Name   string
	Status string
	Shared bool // of the installation's shared adapter
}

// ChatChannel is a channel of an account.
type ChatChannel struct {
	ID            int64
	AccountID     int64
	ChatChannelID int64 // the same channel in the platform's directory; 0 when not told
	Type          string
	Name          string
	Status        string
}

// ChatAccesses keeps how tenants' own adapters are reached, with the secrets sealed, and what the platform told of accounts and channels.
type ChatAccesses interface {
	// SaveChatAccess stores the access instead of what was known. Without a login, webhooks go on proving themselves as before; of the
	// login only a hash is kept.
	SaveChatAccess(ctx context.Context, t integration.TenantID, a ChatAccess, login *WebhookLogin) error
	// ChatAccess answers ErrNotFound for a tenant without an adapter of its own.
	ChatAccess(ctx context.Context, t integration.TenantID) (ChatAccess, error)
	// DeleteChatAccess forgets the adapter, its accounts and channels; what came by the shared adapter stays.
	DeleteChatAccess(ctx context.Context, t integration.TenantID) error
	ChatAccounts(ctx context.Context, t integration.TenantID) ([]ChatAccount, error)
	ChatChannels(ctx context.Context, t integration.TenantID) ([]ChatChannel, error)
}

// ChatConnector proves the login of an adapter. Its errors are *crm.Error; any other is a defect.
type ChatConnector interface {
	CheckChats(ctx context.Context, a ChatAccess) error
}
