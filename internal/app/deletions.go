package app

import (
	"context"
	"log/slog"
	"time"
)

// deletionsEvery is how soon a process takes over a tenant's deletion that another one began and did not end.
const deletionsEvery = time.Minute

// finishDeletions ends what the operator's request began, and what a portal's administrator asked when the application was removed
// (S-5): whoever asked is not kept waiting for a large tenant, and a process may die on the way. Several processes at once only share
// the work.
func (a *App) finishDeletions(ctx context.Context) error {
	ticks := time.NewTicker(deletionsEvery)
	defer ticks.Stop()
	for {
		if err := a.store.FinishDeletions(ctx); err != nil && ctx.Err() == nil {
			a.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "tenants.deletion", slog.Any("error", err))
		}
		if err := a.store.FinishErasures(ctx); err != nil && ctx.Err() == nil {
			a.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "portals.erasure", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.erase:
		case <-ticks.C:
		}
	}
}
