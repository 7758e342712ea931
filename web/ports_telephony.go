package web

import (
	"context"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// Access is how a tenant's telephony platform is reached (contract uis §3, §4).
type Access struct {
	Source   string // the platform's name, "uis"
	DataURL  string
	CallURL  string
	Token    integration.Secret // or Login with Password
	Login    integration.Secret
	Password integration.Secret
	UserID   int64 // an agency's client; 0 for none
	AppID    int64 // the account, as the platform told it
	Saved    time.Time
}

// Accesses keeps how tenants' platforms are reached, with the secrets sealed.
type Accesses interface {
	// SavePlatform stores the access, instead of what was known.
	SavePlatform(ctx context.Context, t integration.TenantID, a Access) error
	// Platform answers ErrNotFound for a tenant that has connected none.
	Platform(ctx context.Context, t integration.TenantID) (Access, error)
	// DeletePlatform forgets the platform and what was read of it.
	DeletePlatform(ctx context.Context, t integration.TenantID) error
}

// PlatformAccount is what a telephony platform told of an access.
type PlatformAccount struct {
	Name     string    `json:"name"`
	AppID    int64     `json:"app_id" doc:"The account's number at the platform"`
	TimeZone string    `json:"time_zone" example:"Europe/Moscow"`
	Problems []Trouble `json:"problems" nullable:"false" doc:"What will not work with this access, and what to do about it"`
}

// Trouble is one thing that will not work, in both languages.
type Trouble struct {
	Code string `json:"code" example:"no_call_api"`
	RU   string `json:"ru"`
	EN   string `json:"en"`
}

// PlatformConnector asks a telephony platform who we are there. Its errors are *crm.Error; any other is a defect.
type PlatformConnector interface {
	// CheckPlatform proves an access, stored or not.
	CheckPlatform(ctx context.Context, a Access) (PlatformAccount, error)
}

// Scheduler plans errands of a tenant's portals. Repeating a request changes nothing while the errand waits.
type Scheduler interface {
	// PortalConnected plans what a portal needs that was just connected.
	PortalConnected(ctx context.Context, t integration.TenantID, p integration.PortalID) error
	// SettingsSaved plans what new settings make necessary.
	SettingsSaved(ctx context.Context, t integration.TenantID, p integration.PortalID, s *integration.Settings) error
	// PlatformConnected plans, for all portals of a tenant, what a platform that was just connected makes possible.
	PlatformConnected(ctx context.Context, t integration.TenantID) error
	// SyncPlatform asks for the platform's directory to be read anew, soon.
	SyncPlatform(ctx context.Context, t integration.TenantID, p integration.PortalID) error
	// Import asks for the calls of a range of the past and answers the errand's key.
	Import(ctx context.Context, t integration.TenantID, p integration.PortalID, from, till time.Time) (integration.ActionKey, error)
	// Simulate asks for calls of the past to be decided by a draft of the settings (S-2) and answers the errand's key.
	Simulate(ctx context.Context, t integration.TenantID, p integration.PortalID, do integration.Simulation) (integration.ActionKey, error)
	// Index asks for the index of customers to be made anew (T-2).
	Index(ctx context.Context, t integration.TenantID, p integration.PortalID) error
}

// Job is one errand of a portal: something done again and again, or once by request.
type Job struct {
	Key      integration.ActionKey
	Do       crm.Command // nil when it cannot be read any more
	State    lane.ActionState
	Attempts int
	DueAt    time.Time
	Result   []byte // how far it has come, or what the last run did
	Err      *crm.Error
	Updated  time.Time // when it was last asked for, begun, brought on or ended
}

// Errands reads what a portal's lane does besides calls, and what was refused for good.
type Errands interface {
	// Jobs lists errands, newest first.
	Jobs(ctx context.Context, t integration.TenantID, p integration.PortalID) ([]Job, error)
	// DeadLetters lists actions that were refused for good, latest first, of one portal or of all; cursors as in Journal.
	DeadLetters(ctx context.Context, t integration.TenantID, p integration.PortalID, cursor string, limit int) (rows []ActionRow, next string, err error)
	// Retry plans a dead letter again, with what was skipped because of it; who wanted it goes into the audit.
	Retry(ctx context.Context, t integration.TenantID, p integration.PortalID, k integration.ActionKey, author string) error
	// Dismiss settles a dead letter; author and note go into the audit.
	Dismiss(ctx context.Context, t integration.TenantID, p integration.PortalID, k integration.ActionKey, author, note string) error
}

// TokenInfo is what is known of an API token after it was shown.
type TokenInfo struct {
	ID      string
	Name    string
	Scope   Scope
	Created time.Time
	Expires time.Time // zero means never
	Revoked time.Time // zero means not
}
