package web

import (
	"context"
	"time"

	"omniconnector/integration"
)

// Origin is how a version of settings came about, for the audit.
type Origin struct {
	Author string
	Verb   string
	Detail map[string]any // more of it, without secrets
}

// The verbs of the audit that this package writes.
const (
	verbExported = "settings.exported"
	verbImported = "settings.imported"
	verbRestored = "settings.restored"
)

// Versions keeps the history of settings.
type Versions interface {
	// Versions lists a portal's versions without their bodies, newest first, below a version (0: from the newest).
	Versions(ctx context.Context, t integration.TenantID, p integration.PortalID, below int64, limit int) ([]integration.Document, error)
	// SaveSettingsFrom is SaveSettings for a version that was restored or imported.
	SaveSettingsFrom(ctx context.Context, t integration.TenantID, p integration.PortalID, expected int64, body []byte, from Origin) (int64, error)
}

// AuditRow is who did what to a tenant's settings or journal.
type AuditRow struct {
	ID     string
	Portal integration.PortalID // empty: the tenant as a whole
	At     time.Time
	Author string
	Verb   string
	Detail []byte // JSON without secrets
}

// Audits keeps who did what.
type Audits interface {
	// Audit records what changed nothing, such as an export; ID and At are drawn.
	Audit(ctx context.Context, t integration.TenantID, r AuditRow) error
	// AuditTrail lists newest first, before the row with the given id (empty: from the newest). A cursor that is no id
	// is ErrInvalid.
	AuditTrail(ctx context.Context, t integration.TenantID, before string, limit int) ([]AuditRow, error)
}
