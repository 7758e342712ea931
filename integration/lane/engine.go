package lane

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"omniconnector/integration"
)

// Engine claims lanes that have work and runs each in a goroutine of its own, so that a slow
// portal holds nobody else up.
type Engine struct {
	cfg  Config
	wake chan struct{}

	mu    sync.Mutex
	lanes map[address]*Lane
	// failed counts how often a lane broke, one time after another.
	failed map[address]int
}

// address names a lane.
type address struct {
	tenant integration.TenantID
	portal integration.PortalID
}

// NewEngine makes an engine; Run starts it.
func NewEngine(cfg Config) *Engine {
	return &Engine{cfg: cfg.withDefaults(), wake: make(chan struct{}, 1), lanes: map[address]*Lane{}, failed: map[address]int{}}
}

// Wake tells that portals have new work; without naming any, that somebody may have. It is a hint: without it
// the work is found by polling.
func (e *Engine) Wake(portals ...integration.PortalID) {
	e.mu.Lock()
	missing := len(portals)
	for at, l := range e.lanes {
		if len(portals) == 0 || slices.Contains(portals, at.portal) {
			l.Wake()
			missing--
		}
	}
	e.mu.Unlock()
	if missing <= 0 && len(portals) > 0 {
		return
	}
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, then lets requests in flight come home and gives all leases back.
func (e *Engine) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	poll := time.NewTicker(e.cfg.Poll)
	defer poll.Stop()
	for {
		if err := e.claim(ctx, &running); err != nil && ctx.Err() == nil {
			e.cfg.Log.LogAttrs(ctx, slog.LevelError, "lane.claim", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-e.wake:
		case <-poll.C:
		}
	}
}

// claim leases lanes with work and starts them.
func (e *Engine) claim(ctx context.Context, running *sync.WaitGroup) error {
	e.mu.Lock()
	room := e.cfg.Lanes - len(e.lanes)
	e.mu.Unlock()
	if room <= 0 {
		return nil
	}
	leases, err := e.cfg.Store.Claim(ctx, e.cfg.Owner, e.cfg.Now(), e.cfg.LeaseFor, room)
	if err != nil {
		return err
	}
	for _, lease := range leases {
		at := address{lease.Tenant, lease.Portal}
		l := newLane(e.cfg, lease)
		e.mu.Lock()
		e.lanes[at] = l
		e.mu.Unlock()
		running.Go(func() {
			e.run(ctx, l)
			e.mu.Lock()
			if e.lanes[at] == l {
				delete(e.lanes, at)
			}
			e.mu.Unlock()
		})
	}
	return nil
}

func (e *Engine) run(ctx context.Context, l *Lane) {
	log := e.cfg.Log.With(slog.String("tenant_id", string(l.lease.Tenant)), slog.String("portal_id", string(l.lease.Portal)))
	err := l.Run(ctx)
	switch {
	case errors.Is(err, ErrLost):
		log.LogAttrs(ctx, slog.LevelWarn, "lane.lost")
		return // somebody else has it: there is nothing to give back
	case err != nil && ctx.Err() == nil:
		log.LogAttrs(ctx, slog.LevelError, "lane.failed", slog.Any("error", err))
		e.rest(ctx, address{l.lease.Tenant, l.lease.Portal})
	default:
		e.mu.Lock()
		delete(e.failed, address{l.lease.Tenant, l.lease.Portal})
		e.mu.Unlock()
	}
	give := context.WithoutCancel(ctx)
	give, cancel := context.WithTimeout(give, e.cfg.LeaseFor)
	defer cancel()
	if err := e.cfg.Store.Release(give, l.lease); err != nil && !errors.Is(err, ErrLost) {
		log.LogAttrs(ctx, slog.LevelWarn, "lane.release", slog.Any("error", err))
	}
}

// longestRest bounds how long a broken lane is left alone.
const longestRest = 30 * time.Second

// rest keeps a broken lane's lease for a while, longer each time, so that it does not spin.
func (e *Engine) rest(ctx context.Context, at address) {
	e.mu.Lock()
	e.failed[at]++
	pause := min(e.cfg.Poll<<min(e.failed[at], 8), longestRest)
	e.mu.Unlock()
	timer := time.NewTimer(min(pause, e.cfg.LeaseFor))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
