package storage

import (
	"context"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
	"omniconnector/web"
)

// Replay has calls decided once more.
func (s Store) Replay(
	ctx context.Context, t integration.TenantID, p integration.PortalID, o web.ReplayOrder,
) (web.ReplayCount, error) {
	count, err := s.in.Replay(ctx, t, p, store.ReplayOrder(o))
	return web.ReplayCount(count), outward(err)
}

// Gauge tells how a portal's lane is doing.
func (s Store) Gauge(ctx context.Context, t integration.TenantID, p integration.PortalID, since time.Time) (web.Gauge, error) {
	budget, err := s.in.Budget(ctx, t, p)
	if err != nil {
		return web.Gauge{}, outward(err)
	}
	if budget.PerSecond <= 0 {
		budget = lane.Ordinary()
	}
	status, err := s.in.LaneStatus(ctx, t, p)
	if err != nil {
		return web.Gauge{}, outward(err)
	}
	pace, err := s.in.Pace(ctx, t, p, since)
	if err != nil {
		return web.Gauge{}, outward(err)
	}
	return web.Gauge{
		Budget: budget, BusyUntil: status.BusyUntil, PausedUntil: status.PausedUntil, Why: status.Why, Owner: status.Owner,
		Events: status.Pending, OldestEvent: status.Oldest, Actions: pace.Queue, OldestAction: pace.Oldest, Cards: pace.Cards,
	}, nil
}
