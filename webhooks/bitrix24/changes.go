package bitrix24

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

// Changes hears that records of a portal are not what they were (contract §5.10).
type Changes interface {
	// MarkStale makes the index of customers read the records again. Repeating is harmless.
	MarkStale(ctx context.Context, t integration.TenantID, p integration.PortalID, changed []integration.Record) error
}

// movedToFunnel comes in the place of an update when a deal changes its funnel (contract §5.3).
const movedToFunnel = "ONCRMDEALMOVETOCATEGORY"

// changed tells whose change an event reports, if it is one of the four kinds'.
func changed(f form, name string) (integration.Record, bool) {
	rest, ok := strings.CutPrefix(name, "ONCRM")
	if !ok {
		return integration.Record{}, false
	}
	for _, what := range []string{"ADD", "UPDATE", "DELETE", "MOVETOCATEGORY"} {
		kind, ok := strings.CutSuffix(rest, what)
		if ok && (what != "MOVETOCATEGORY" || name == movedToFunnel) {
			return record(kind, f.text("data[FIELDS][ID]"))
		}
	}
	return integration.Record{}, false
}

// marking is how long a change may take to be noted.
const marking = 3 * time.Second

// mark notes a change for every portal that proved itself. One that cannot be noted is counted and let go: the portal
// never repeats an event (contract §3.2), so that asking it to come again means nothing; and the index does not hang
// on it, because every call reads its customer's records anew and the weekly index reads all of them.
func (r *Receiver) mark(ctx context.Context, portals []PortalAccess, of integration.Record) webhooks.Outcome {
	ctx, cancel := context.WithTimeout(ctx, marking)
	defer cancel()
	outcome := webhooks.Accepted
	for _, p := range portals {
		if err := r.o.Changes.MarkStale(ctx, p.Tenant, p.Portal, []integration.Record{of}); err != nil {
			outcome = Unmarked
			r.log.LogAttrs(ctx, slog.LevelWarn, "portal_event.unmarked", slog.String("tenant_id", string(p.Tenant)),
				slog.String("portal_id", string(p.Portal)), slog.String("error", err.Error()))
		}
	}
	return outcome
}
