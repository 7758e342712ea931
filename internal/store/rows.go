package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// micros writes a moment as the schema keeps it; 0 is none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant reads it back.
func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// maxKey bounds the keys that outsiders choose: an index takes about 2,700 bytes a row.
const maxKey = 256

// clean makes outsiders' text storable: PostgreSQL takes no NUL and no broken UTF-8.
func clean[T ~string](s T) T {
	if utf8.ValidString(string(s)) && strings.IndexByte(string(s), 0) < 0 {
		return s
	}
	return T(strings.ReplaceAll(strings.ToValidUTF8(string(s), "\uFFFD"), "\x00", "\uFFFD"))
}

// bounded makes outsiders' keys storable and indexable: the end of a long one is replaced
// by its hash, so that different keys stay different and equal ones equal.
func bounded[T ~string](s T) T {
	s = clean(s)
	if len(s) <= maxKey {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return T(strings.ToValidUTF8(string(s[:maxKey-40]), "")) + "…" + T(hex.EncodeToString(sum[:16]))
}

// compact writes a value of ours as JSON. Our own nouns always marshal.
func compact(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %T: %w", v, err)
	}
	return string(b), nil
}

// newID draws an id that is short enough for an address.
func newID() string { return strings.ToLower(rand.Text()[:16]) }

// of limits a query to a portal of a tenant.
func of(t integration.TenantID, p integration.PortalID) func(*gorm.DB) *gorm.DB {
	return func(db *gorm.DB) *gorm.DB { return db.Where("tenant_id = ? AND portal_id = ?", t, p) }
}

// held limits a query to a lease's portal.
func held(l lane.Lease) func(*gorm.DB) *gorm.DB { return of(l.Tenant, l.Portal) }

type tenantRow struct {
	TenantID  integration.TenantID
	Name      string
	State     integration.TenantState
	TimeZone  string
	CreatedAt int64 `gorm:"autoCreateTime:false"`
}

// TableName names the table for gorm.
func (tenantRow) TableName() string { return "tenants" }

type secretRow struct {
	TenantID  integration.TenantID
	SecretID  string
	Purpose   Purpose
	Name      string
	Scope     Scope
	Hash      []byte
	CreatedAt int64 `gorm:"autoCreateTime:false"`
	ExpiresAt int64
	RevokedAt int64
}

// TableName names the table for gorm.
func (secretRow) TableName() string { return "secrets" }

type portalRow struct {
	TenantID         integration.TenantID
	PortalID         integration.PortalID
	Name             string
	MemberID         string
	Endpoint         string
	State            integration.PortalState
	Why              string
	Since            int64
	ClientID         string
	ClientSecret     []byte
	AccessToken      []byte
	RefreshToken     []byte
	ApplicationToken []byte
	TokenVersion     int64
	TokenExpiresAt   int64
	OAuthURL         string `gorm:"column:oauth_url"`
	RefreshOwner     string
	RefreshUntil     int64
	RatePerSecond    float64
	Burst            int
	CreatedAt        int64 `gorm:"autoCreateTime:false"`
}

// TableName names the table for gorm.
func (portalRow) TableName() string { return "portals" }

type laneRow struct {
	TenantID    integration.TenantID
	PortalID    integration.PortalID
	Owner       string
	Fence       int64
	LeaseUntil  int64
	Tat         int64
	PausedUntil int64
	Why         string
	NextSeq     int64
}

// TableName names the table for gorm.
func (laneRow) TableName() string { return "lanes" }

type settingsRow struct {
	TenantID  integration.TenantID
	PortalID  integration.PortalID
	Version   int64
	Body      string
	Author    string
	CreatedAt int64 `gorm:"autoCreateTime:false"`
}

// TableName names the table for gorm.
func (settingsRow) TableName() string { return "settings" }

type directoryRow struct {
	TenantID integration.TenantID
	PortalID integration.PortalID
	Body     string
	SyncedAt int64
}

// TableName names the table for gorm.
func (directoryRow) TableName() string { return "directories" }

type auditRow struct {
	TenantID integration.TenantID
	AuditID  string
	PortalID integration.PortalID
	At       int64
	Author   string
	Verb     string
	Detail   string
}

// TableName names the table for gorm.
func (auditRow) TableName() string { return "audit" }

type eventRow struct {
	TenantID    integration.TenantID
	PortalID    integration.PortalID
	EventID     integration.EventID
	Source      string
	EventKey    string
	Kind        integration.EventKind
	SessionID   integration.SessionID
	CustomerKey integration.CustomerKey
	OccurredAt  int64
	ReceivedAt  int64
	Method      string
	ContentType string
	Query       string
	Body        []byte
	Remote      string
	Event       string
	State       string
	Outcome     integration.Outcome
}

// TableName names the table for gorm.
func (eventRow) TableName() string { return "events" }

type journalRow struct {
	TenantID   integration.TenantID
	LastNumber int64
}

// TableName names the table for gorm.
func (journalRow) TableName() string { return "journals" }

type changeRow struct {
	TenantID    integration.TenantID
	LastNumber  int64
	FirstNumber int64
	MadeAt      int64
	Body        string
}

// TableName names the table for gorm.
func (changeRow) TableName() string { return "changes" }

type sessionRow struct {
	TenantID        integration.TenantID
	PortalID        integration.PortalID
	SessionID       integration.SessionID
	CustomerKey     integration.CustomerKey
	SettingsVersion int64
	Memory          string
	Closed          bool
	DeadlineAt      int64
	UpdatedAt       int64 `gorm:"autoUpdateTime:false"`
	Ending          integration.Ending
	EndedAt         int64
}

// TableName names the table for gorm.
func (sessionRow) TableName() string { return "sessions" }

type planRow struct {
	TenantID     integration.TenantID
	PortalID     integration.PortalID
	EventID      integration.EventID
	SessionID    integration.SessionID
	Outcome      integration.Outcome
	Reasons      string
	TogetherWith string
	CreatedAt    int64 `gorm:"autoCreateTime:false"`
}

// TableName names the table for gorm.
func (planRow) TableName() string { return "plans" }

type actionRow struct {
	TenantID    integration.TenantID
	PortalID    integration.PortalID
	ActionKey   integration.ActionKey
	Seq         int64
	EventID     integration.EventID
	SessionID   integration.SessionID
	CustomerKey integration.CustomerKey
	Command     string
	Body        string
	Urgency     integration.Urgency
	Touches     string
	UntilAt     int64
	State       lane.ActionState
	Attempts    int
	DueAt       int64
	SendBy      int64
	FirstSent   int64
	Result      string
	Error       string
	CreatedAt   int64 `gorm:"autoCreateTime:false"`
	UpdatedAt   int64 `gorm:"autoUpdateTime:false"`
	AgainAt     int64
}

// TableName names the table for gorm.
func (actionRow) TableName() string { return "actions" }
