package web

import (
	"context"
	"encoding/json"
	"log/slog"

	"omniconnector/integration"
)

// recorded are the verbs of the audit by operation: whatever a person changes or asks for leaves a row (S-2). Operations that are
// not here write theirs together with the change, in storage.
var recorded = map[string]string{
	"create-tenant": "tenant.created", "suspend-tenant": "tenant.suspended", "resume-tenant": "tenant.resumed",
	"connect-portal": "portal.connected", "disconnect-portal": "portal.disconnected", "test-portal": "portal.tested",
	"sync-portal": "portal.sync_asked", "index-portal": "portal.index_asked", "import-calls": "calls.import_asked", "simulate-calls": "calls.simulated",
	"connect-platform": "platform.connected", "disconnect-platform": "platform.disconnected", "test-platform": "platform.tested",
	"connect-chats": "chats.connected", "disconnect-chats": "chats.disconnected",
	"rotate-hook": "hook.drawn",
}

// about is a request or an answer that knows of whom it is.
type about interface {
	about() (integration.TenantID, integration.PortalID)
}

func (p *PortalPath) about() (integration.TenantID, integration.PortalID) { return "", p.Portal }

func (p *TenantPath) about() (integration.TenantID, integration.PortalID) { return p.Tenant, "" }

func (o *createTenantOut) about() (integration.TenantID, integration.PortalID) {
	return o.Body.Tenant.ID, ""
}

func (o *connectPortalOut) about() (integration.TenantID, integration.PortalID) {
	return "", o.Body.Portal.ID
}

// record writes the row of what was done. What was done stays done when the row cannot be written: that is told in the log.
func (a *API) record(ctx context.Context, operation string, parts ...any) {
	verb := recorded[operation]
	if verb == "" {
		return
	}
	tenant, portal := caller(ctx).Tenant.ID, integration.PortalID("")
	for _, part := range parts {
		if known, ok := part.(about); ok {
			t, p := known.about()
			if t != "" {
				tenant = t
			}
			if p != "" {
				portal = p
			}
		}
	}
	row := AuditRow{Portal: portal, Author: author(ctx), Verb: verb, Detail: json.RawMessage("{}")}
	if err := a.cfg.Store.Audit(ctx, tenant, row); err != nil {
		a.log.LogAttrs(ctx, slog.LevelError, "audit.failed", slog.String("operation", operation), slog.String("tenant_id", string(tenant)), slog.Any("error", err))
	}
}
