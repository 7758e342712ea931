package lane

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// Portals opens the CRM of a lane.
type Portals interface {
	// Open gives a portal's client and its bucket. An error leaves the lane for later.
	Open(ctx context.Context, t integration.TenantID, p integration.PortalID) (crm.Portal, Budget, error)
}

// Recordings fetches records of talks from where the platform keeps them.
type Recordings interface {
	// Fetch opens a record; size is -1 when unknown. ErrNotReady means that it may appear later.
	Fetch(ctx context.Context, url string) (record io.ReadCloser, size int64, err error)
}

// Settings reads a portal's settings document, compiled; implementations cache by version.
type Settings interface {
	// Compile makes a document ready to decide with.
	Compile(t integration.TenantID, p integration.PortalID, d integration.Document) (*integration.Settings, error)
}

// Config is what an engine of lanes is made of. Zero durations and numbers take defaults.
type Config struct {
	Store      Store
	Portals    Portals
	Recordings Recordings
	Settings   Settings
	Now        func() time.Time
	Log        *slog.Logger
	Owner      string // unique per process

	// LeaseFor is how long a lease lasts without a heartbeat: after kill -9 another process takes over then.
	LeaseFor time.Duration
	// Poll is how often storage is asked for work that no wake-up told of.
	Poll time.Duration
	// IdleFor is how long an idle lane is kept.
	IdleFor time.Duration
	// SendWithin is how long after the stored intent a request may still leave.
	SendWithin time.Duration
	// ExecutionLimit is how long the portal may still be carrying out a request that left (its 60 s plus a
	// margin): only after it "absent" is believed.
	ExecutionLimit time.Duration
	// RetryAfter is the first step of the back-off; it doubles up to RetryAtMost.
	RetryAfter  time.Duration
	RetryAtMost time.Duration
	// GiveUpAfter is when an action becomes a dead letter.
	GiveUpAfter time.Duration
	// Lanes is how many lanes a process works in at once.
	Lanes int
	// Step, when set, is told before and after each boundary of the work; crash tests die there.
	Step func(name string)
	// Observe, when set, is told of every request to a portal.
	Observe func(Request)
}

// Request is what was sent to a portal in one HTTP request.
type Request struct {
	Tenant   integration.TenantID
	Portal   integration.PortalID
	Calls    int
	Urgent   bool
	Took     time.Duration
	Failed   crm.ErrorKind // empty when the request as a whole went through
	CardWait time.Duration // longest time from an event's acceptance to the send, of calls for the card
}

func (c Config) withDefaults() Config {
	c.LeaseFor = cmp.Or(c.LeaseFor, 10*time.Second)
	c.Poll = cmp.Or(c.Poll, time.Second)
	c.IdleFor = cmp.Or(c.IdleFor, 30*time.Second)
	c.SendWithin = cmp.Or(c.SendWithin, 5*time.Second)
	c.ExecutionLimit = cmp.Or(c.ExecutionLimit, 65*time.Second)
	c.RetryAfter = cmp.Or(c.RetryAfter, 2*time.Second)
	c.RetryAtMost = cmp.Or(c.RetryAtMost, 10*time.Minute)
	c.GiveUpAfter = cmp.Or(c.GiveUpAfter, 72*time.Hour)
	c.Lanes = cmp.Or(c.Lanes, 1000)
	if c.Step == nil {
		c.Step = func(string) {}
	}
	if c.Observe == nil {
		c.Observe = func(Request) {}
	}
	return c
}
