package web

import (
	"context"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// ReplayOrder is a person's wish that calls be decided once more: one session, or all that something was heard of in a range.
type ReplayOrder struct {
	// Request names the order: repeated, it changes nothing.
	Request string
	Author  string // for the audit
	Session integration.SessionID
	// From is inclusive and Till exclusive; they are moments of receipt.
	From, Till time.Time
	// Outcome keeps of a range the calls of which an event there had it.
	Outcome integration.Outcome
	// Quiet is for how long nothing must have been heard of a call whose end was never told.
	Quiet time.Duration
}

// ReplayCount is what became of an order.
type ReplayCount struct {
	Replayed int
	Running  int // left alone, because they are under way
	// TooMany tells that one order takes fewer calls; nothing was done then.
	TooMany bool
}

// Replays has calls decided once more.
type Replays interface {
	// Replay answers ErrNotFound for one session that nothing is known of.
	Replay(ctx context.Context, t integration.TenantID, p integration.PortalID, o ReplayOrder) (ReplayCount, error)
}

// Gauge is what storage knows of a portal's limits and of its lane.
type Gauge struct {
	Budget lane.Budget
	// BusyUntil is when the bucket will be empty again.
	BusyUntil   time.Time
	PausedUntil time.Time
	Why         string // of the pause
	Owner       string // the process that works in the lane; empty for none
	// Events are not decided yet, the oldest was received at OldestEvent; both up to a limit of counting.
	Events      int
	OldestEvent time.Time
	// Actions are due or under way, the oldest was planned at OldestAction.
	Actions      int
	OldestAction time.Time
	// Cards are the times from the receipt of an event to the first attempt to show its card, in ascending order.
	Cards []time.Duration
}

// Gauges tells how portals' lanes are doing.
type Gauges interface {
	// Gauge looks at the cards of what was received since then.
	Gauge(ctx context.Context, t integration.TenantID, p integration.PortalID, since time.Time) (Gauge, error)
}

// Meter tells what a portal itself said of its patience, as far as this process was told.
type Meter interface {
	// Usage is unknown, false, when another process works in the portal's lane, which owner names, or nobody asked the portal yet.
	Usage(t integration.TenantID, p integration.PortalID, owner string) (crm.Usage, bool)
}
