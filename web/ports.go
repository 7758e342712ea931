package web

import (
	"context"
	"errors"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
)

// What the ports answer, wrapped or bare. Any other error is a defect and is answered with 500.
var (
	// ErrNotFound means that the tenant has no such object.
	ErrNotFound = errors.New("not found")
	// ErrConflict means that somebody else changed the object meanwhile.
	ErrConflict = errors.New("changed meanwhile")
	// ErrDuplicate means that the name is taken.
	ErrDuplicate = errors.New("exists already")
	// ErrInvalid means that a value cannot be stored as it is.
	ErrInvalid = errors.New("invalid")
	// ErrAway means that storage does not answer now.
	ErrAway = errors.New("storage is away")
)

// Store is what the API and the page need of storage. Package web/storage makes one of
// internal/store. Every method is bound to one tenant; what another has is ErrNotFound.
type Store interface {
	Tenants
	Portals
	Codes
	Documents
	Versions
	Audits
	Hooks
	Journal
	Live
	Replays
	Gauges
	Activities
	Accesses
	ChatAccesses
	Errands
	Idempotency
}

// Scope is what an API token allows.
type Scope string

// The scopes of API tokens.
const (
	ScopeRead  Scope = "read"
	ScopeWrite Scope = "write" // and read
)

// Identity is whom a token speaks for.
type Identity struct {
	Tenant integration.Tenant
	Scope  Scope
	// Token is the id and name of the token, for the audit; never the token itself.
	Token string
	// Person is who works in the SaaS's cabinet, when the SaaS's own token says so (S-1).
	Person string
	// Portal and User are set for a person at the page inside a portal, who is kept to it.
	Portal integration.PortalID
	User   crm.UserID
}

// Tenants keeps tenants and their API tokens.
type Tenants interface {
	// CreateTenant answers ErrDuplicate for an id that is taken, ErrInvalid for one that cannot be.
	CreateTenant(ctx context.Context, id integration.TenantID, name string) (integration.Tenant, error)
	Tenant(ctx context.Context, id integration.TenantID) (integration.Tenant, error)
	// Tenants lists all tenants by id, after the given one.
	Tenants(ctx context.Context, after integration.TenantID, limit int) ([]integration.Tenant, error)
	SetTenantState(ctx context.Context, id integration.TenantID, state integration.TenantState) error
	// DeleteTenant hides a tenant at once and removes all that it has in small steps, for as long as ctx lasts: an error of ctx
	// leaves the rest to be removed in the background. ErrNotFound means that nothing is left.
	DeleteTenant(ctx context.Context, id integration.TenantID) error
	// IssueToken draws an API token; only its hash is kept. Its author goes into the audit, unless empty.
	IssueToken(ctx context.Context, t integration.TenantID, name string, scope Scope, author string) (integration.Secret, TokenInfo, error)
	// Tokens lists a tenant's API tokens, oldest first, without the tokens themselves.
	Tokens(ctx context.Context, t integration.TenantID) ([]TokenInfo, error)
	// RevokeToken ends an API token at once; repeating it changes nothing. Its author goes into the audit.
	RevokeToken(ctx context.Context, t integration.TenantID, id, author string) error
	// Recognise answers ErrNotFound for a token that is a stranger's, expired or revoked. It
	// compares in constant time.
	Recognise(ctx context.Context, token integration.Secret) (Identity, error)
}

// Connection is what a CRM account gave us.
type Connection struct {
	Name        string
	Endpoint    string // REST address, ends with /rest/
	OAuthURL    string
	MemberID    string
	ClientID    string
	Expires     time.Time // of Access
	Secret      integration.Secret
	Access      integration.Secret
	Refresh     integration.Secret
	Application integration.Secret
}

// Portals keeps connected accounts, with their secrets sealed.
type Portals interface {
	// Connect stores an account; one that the tenant had before, by MemberID, keeps its id.
	Connect(ctx context.Context, t integration.TenantID, c Connection) (integration.Portal, error)
	Portals(ctx context.Context, t integration.TenantID, after integration.PortalID, limit int) ([]integration.Portal, error)
	Portal(ctx context.Context, t integration.TenantID, p integration.PortalID) (integration.Portal, error)
	SetPortalState(ctx context.Context, t integration.TenantID, p integration.PortalID, s integration.PortalState, why string) error
	// SetBudget sets the portal's own limits; zero values mean the installation's.
	SetBudget(ctx context.Context, t integration.TenantID, p integration.PortalID, b lane.Budget) error
}

// Documents keeps settings and directories.
type Documents interface {
	// Document gives the settings at a version; 0 is the newest, and its Version is 0 when none were saved.
	Document(ctx context.Context, t integration.TenantID, p integration.PortalID, version int64) (integration.Document, error)
	// SaveSettings stores the version after the expected one, or answers ErrConflict.
	SaveSettings(ctx context.Context, t integration.TenantID, p integration.PortalID, expected int64, body []byte, author string) (int64, error)
	// PortalDirectory gives an empty directory before the first synchronisation.
	PortalDirectory(ctx context.Context, t integration.TenantID, p integration.PortalID) (crm.Directory, error)
	// PortalCentre gives the platform's directory as the portal knows it, empty before the first synchronisation.
	PortalCentre(ctx context.Context, t integration.TenantID, p integration.PortalID) (centre.Directory, error)
}

// Which names one of the two secrets of webhooks.
type Which string

// The two secrets of webhooks.
const (
	HookPath Which = "path" // in the address
	HookBody Which = "body" // in the template
)

// HookSecret is what is known of a secret after it was shown.
type HookSecret struct {
	Which   Which
	Created time.Time
	Expires time.Time // zero means never
}

// Hooks keeps the secrets of webhooks.
type Hooks interface {
	// RotateHook draws a secret; the ones before it end after overlap. The path's secret is answered as
	// the whole segment of the address.
	RotateHook(ctx context.Context, t integration.TenantID, w Which, overlap time.Duration) (integration.Secret, error)
	// HookSecrets lists those that are valid.
	HookSecrets(ctx context.Context, t integration.TenantID) ([]HookSecret, error)
}

// EventFilter says which events to list. Zero fields are not looked at.
type EventFilter struct {
	Portal   integration.PortalID
	Session  integration.SessionID
	Customer integration.CustomerKey
	Kind     integration.EventKind
	Outcome  integration.Outcome
	Since    time.Time // of receipt, inclusive
	Until    time.Time // exclusive
	// Text is looked for in what an event says, its session and its customer.
	Text string
	// EntityKind and Entity keep the calls that knew a record of the CRM or made it.
	EntityKind crm.Kind
	Entity     int64
	// State keeps events of which an action came to it: dead, failed.
	State lane.ActionState
	// Communication keeps chats or offline requests; "call" keeps what is neither, nor a visitor's card.
	Communication integration.Communication
}

// EventRow is one event as the journal lists it.
type EventRow struct {
	Portal  integration.PortalID // empty: kept in the journal only
	Event   integration.Event
	Pending bool // not decided yet; Outcome is empty then
	Outcome integration.Outcome
}

// PlanRow is what was decided, and why.
type PlanRow struct {
	Event    integration.EventID // the last event it was made for
	Outcome  integration.Outcome
	Reasons  []integration.Reason
	Together []integration.EventID // the other events it was made for
	At       time.Time
}

// ActionRow is one action and what became of it.
type ActionRow struct {
	Portal  integration.PortalID
	Event   integration.EventID // whose plan made it
	Session integration.SessionID
	Key     integration.ActionKey
	Command string
	// Do is the command read back; nil when it cannot be read any more. Body is as it was stored.
	Do       crm.Command
	Body     []byte
	Urgency  integration.Urgency
	Until    time.Time
	State    lane.ActionState
	Attempts int
	DueAt    time.Time
	Sent     time.Time // first attempt
	Result   []byte
	Err      *crm.Error
	Created  time.Time
	Updated  time.Time
}

// WholeEvent is everything that is known of one event.
type WholeEvent struct {
	EventRow
	Delivery integration.Delivery
	Plan     *PlanRow // nil while it is pending, or when none was made
	Actions  []ActionRow
}

// CallStory is everything that is known of one call in one portal.
type CallStory struct {
	Portal  integration.PortalID
	Events  []EventRow // oldest first
	Plans   []PlanRow
	Actions []ActionRow
	Memory  integration.Memory
}

// Journal reads what happened and why.
type Journal interface {
	// Events lists newest first; the cursor is empty at the beginning and after the end. A cursor that is
	// not one of its own is ErrInvalid.
	Events(ctx context.Context, t integration.TenantID, f EventFilter, cursor string, limit int) (rows []EventRow, next string, err error)
	// Event gives one event; an empty portal asks for one that no portal took.
	Event(ctx context.Context, t integration.TenantID, p integration.PortalID, id integration.EventID) (WholeEvent, error)
	// Calls lists calls, newest first by their first events, and events of no call among them, each a story of that event alone. The
	// portal, the customer and the time are looked for in the first event, the rest in any event of the call, all in the same one. A
	// page may be short, and even empty, before the end.
	Calls(ctx context.Context, t integration.TenantID, f EventFilter, cursor string, limit int) (stories []CallStory, next string, err error)
	// Stories gives of one portal's sessions those that something is known of.
	Stories(ctx context.Context, t integration.TenantID, p integration.PortalID, ids []integration.SessionID) ([]CallStory, error)
	// Call is empty for a session that nothing is known of.
	Call(ctx context.Context, t integration.TenantID, p integration.PortalID, s integration.SessionID) (CallStory, error)
}

// Account is what a CRM told of a connection.
type Account struct {
	MemberID  string     `json:"member_id"`
	User      crm.UserID `json:"user" doc:"Whose token it is"`
	Admin     bool       `json:"admin" doc:"Background work needs an administrator's token"`
	Installed bool       `json:"installed"`
	Scopes    []string   `json:"scopes" nullable:"false" doc:"Granted permissions"`
	Missing   []string   `json:"missing" nullable:"false" doc:"Permissions that are needed and not granted"`
}

// Connector asks a CRM who we are there. Its errors are *crm.Error; any other is a defect.
type Connector interface {
	// Check proves credentials that are not stored yet. The connection comes back as it is to be stored:
	// its tokens may have been exchanged on the way.
	Check(ctx context.Context, c Connection) (Account, Connection, error)
	// Test proves those of a stored portal.
	Test(ctx context.Context, t integration.TenantID, p integration.PortalID) (Account, error)
	// Sync asks for the directory to be read anew, soon; repeating it changes nothing.
	Sync(ctx context.Context, t integration.TenantID, p integration.PortalID) error
}

// HookTemplate is one notification to set up at a source.
type HookTemplate struct {
	Source      string `json:"source" example:"uis"`
	Variant     string `json:"variant" example:"json" doc:"How the notification is written: json, form or get"`
	Event       string `json:"event" example:"call_finished" doc:"The event's name in the address and the body"`
	TitleRU     string `json:"title_ru"`
	TitleEN     string `json:"title_en"`
	Method      string `json:"method" example:"POST"`
	URL         string `json:"url"`
	ContentType string `json:"content_type"`
	Body        string `json:"body" doc:"What to paste as the notification's body"`
}

// Platforms prints what a tenant pastes into the sources' settings.
type Platforms interface {
	// Templates lists the notifications of all sources. base is the public address of the connector
	// without a slash at the end, segment and secret what RotateHook drew, or placeholders.
	Templates(base, segment, secret string) []HookTemplate
}
