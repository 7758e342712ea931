package chats

import (
	"context"

	"omniconnector/integration"
)

// Account is an account of the platform's adapter: a tenant's cabinet as the Chat API names it (contract uis §5.2).
type Account struct {
	ID int64
	// AppID is the account's number in the cabinet (context.app_id); 0 means "not said".
	AppID int64
	// AdapterID is the adapter that the account belongs to; 0 means "not said".
	AdapterID int64
	Name      string
	Status    string // "active" and whatever else the platform says
	// Shared tells that it came by the installation's shared address, where the platform itself vouches for it. What comes by a
	// tenant's own address is that tenant's word only, and never says whose an account is (TenantsOfAccount).
	Shared bool
}

// Channel is a channel of an account, as the Chat API names it (contract uis §5.2).
type Channel struct {
	ID        int64 // unique within the adapter
	AccountID int64
	// ChatChannelID is the same channel in the platform's Data API (context.chat_channel_id); 0 means "not said".
	ChatChannelID int64
	Type          string // "whatsapp", in the platform's words
	Name          string
	Status        string
}

// Directory keeps the accounts and channels that the platform told of. Every method works within one tenant, except for the two that
// find tenants. An error means that it cannot be told or kept now, and the platform is asked to come again.
type Directory interface {
	// SaveAccount makes or replaces an account by its ID; what is zero or empty in it leaves what is known.
	SaveAccount(ctx context.Context, tenant integration.TenantID, a Account) error
	// DropAccount forgets an account and its channels; one that is not there is no error. Only ID is looked at.
	DropAccount(ctx context.Context, tenant integration.TenantID, a Account) error
	// SaveChannel makes or replaces a channel by AccountID and ID; what is zero or empty in it leaves what is known.
	SaveChannel(ctx context.Context, tenant integration.TenantID, c Channel) error
	// DropChannel forgets a channel; one that is not there is no error. Only AccountID and ID are looked at; AccountID 0 is whichever has it.
	DropChannel(ctx context.Context, tenant integration.TenantID, c Channel) error
	// Channel finds one channel; ok is false when the platform has not told of it.
	Channel(ctx context.Context, tenant integration.TenantID, accountID, channelID int64) (c Channel, ok bool, err error)
	// TenantsOfAccount are the tenants that have a known account of the shared adapter: only those saved as Shared.
	TenantsOfAccount(ctx context.Context, accountID int64) ([]integration.TenantID, error)
	// TenantsOf are the tenants whose account in the cabinet has this number; only those whose number was verified with the
	// platform itself, so that nobody receives another's chats by typing a number.
	TenantsOf(ctx context.Context, appID int64) ([]integration.TenantID, error)
}
