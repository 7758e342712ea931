package lane

import (
	"context"
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// SyncKey is the key of the errand that reads the portal's directory again and again.
const SyncKey integration.ActionKey = "every/sync"

// trusted is how old the portal's directory may be for a refusal not to be blamed on it.
const trusted = 5 * time.Minute

// mistrust has the portal's directory read anew when something was refused for good by an old one: a user, funnel or field
// that vanished since would cost the next calls as much as this one, for up to a day (T-13, T-14).
func (l *Lane) mistrust(ctx context.Context, changes []Change) error {
	dead := slices.ContainsFunc(changes, func(c Change) bool {
		e := l.queue.entries[c.Key]
		return c.State == StateDead && e != nil && !isErrand(e.Action.Do)
	})
	now := l.cfg.Now()
	if !dead || now.Sub(l.directory.SyncedAt) < trusted || now.Sub(l.mistrusted) < trusted {
		return nil
	}
	l.mistrusted = now
	again := integration.Action{Key: SyncKey, Urgency: integration.UrgentSync, Do: crm.Sync{}}
	return l.cfg.Store.Schedule(ctx, l.lease.Tenant, l.lease.Portal, []integration.Action{again})
}
