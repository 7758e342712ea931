package lane

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// Lane is the work of one portal while this process holds its lease. One goroutine owns all of
// its state; requests run beside it and report back.
type Lane struct {
	cfg   Config
	lease Lease
	log   *slog.Logger
	wake  chan struct{}

	portal crm.Portal
	budget Budget

	queue *queue
	// questions are reads that wait to be sent.
	questions []question
	sessions  map[integration.SessionID]*session
	last      integration.EventID // the newest pending event that was read
	more      bool                // storage holds more pending events than were read

	directory   crm.Directory
	directoryAt time.Time
	mistrusted  time.Time // when a refusal last had the directory read anew
	centre      centre.Directory
	centreAt    time.Time
	settings    map[int64]*integration.Settings
	newest      int64
	newestAt    time.Time

	back     chan any // reports of flights, uploads and reads
	flights  int      // requests under way
	urgent   int      // of them, those that carry urgent work only
	uploads  int
	carriers chan struct{} // one place for each upload that travels
	turns    chan struct{} // the upload whose turn at the bucket it is
	pressing atomic.Bool   // urgent work waits for the bucket
	// wished are the customers whom somebody in the portal wants called, as decided in this turn.
	wished map[integration.CustomerKey]bool
	// running are the kinds of errand that are under way; errandsOut counts them and calls being started.
	running    map[string]bool
	errandsOut int
	readAt     map[string]time.Time // kinds of errand that share a request are not run before
	notBefore  time.Time            // the portal is left alone until then
	// shareUntil is until when urgent work waits for urgent work in flight, because the bucket is half empty.
	shareUntil time.Time
	failures   int // requests that failed as a whole, one after another
	closing    bool
	stopped    <-chan struct{} // closed when the lane is to stop

	lookAt time.Time // when storage is asked for new events without having been told of any
	// outsideAt is when storage is asked for what was planned outside the lane without having been told of it.
	outsideAt time.Time
	renewAt   time.Time
	// overdueAt is when storage is asked for sessions whose deadline has passed.
	overdueAt time.Time
	idleFrom  time.Time
}

func newLane(cfg Config, lease Lease) *Lane {
	return &Lane{
		cfg: cfg, lease: lease, wake: make(chan struct{}, 1), queue: newQueue(),
		sessions: map[integration.SessionID]*session{}, running: map[string]bool{}, wished: map[integration.CustomerKey]bool{}, readAt: map[string]time.Time{}, settings: map[int64]*integration.Settings{},
		back: make(chan any, 64), carriers: make(chan struct{}, uploadsAtOnce), turns: make(chan struct{}, 1),
		log: cfg.Log.With(slog.String("tenant_id", string(lease.Tenant)), slog.String("portal_id", string(lease.Portal)),
			slog.Int64("fence", lease.Fence)),
	}
}

// Wake tells the lane of new work.
func (l *Lane) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Run works until the lane has been idle for a while, the lease is lost, or ctx ends; then
// requests in flight are waited for.
func (l *Lane) Run(ctx context.Context) error {
	l.stopped = ctx.Done()
	if err := l.begin(ctx); err != nil {
		return err
	}
	work, cancel := context.WithCancel(context.WithoutCancel(ctx)) // requests outlive the order to stop
	defer cancel()
	for {
		if !l.closing {
			if err := l.turn(work); err != nil {
				return err
			}
		}
		if l.flights+l.uploads+l.errandsOut == 0 && (l.closing || l.idle()) {
			return nil
		}
		if err := l.wait(ctx, work); err != nil {
			return err
		}
	}
}

// begin opens the portal and takes over what an earlier owner left behind.
func (l *Lane) begin(ctx context.Context) error {
	now := l.cfg.Now()
	l.renewAt, l.idleFrom = now.Add(l.cfg.LeaseFor/3), now
	portal, budget, err := l.cfg.Portals.Open(ctx, l.lease.Tenant, l.lease.Portal)
	if err != nil {
		return fmt.Errorf("open portal: %w", err)
	}
	l.portal, l.budget = portal, budget
	entries, err := l.cfg.Store.Unfinished(ctx, l.lease, loadAtMost)
	if err != nil {
		return fmt.Errorf("load unfinished actions: %w", err)
	}
	var doubts []Change
	for i := range entries {
		if entries[i].State == StateSending { // its process died between intent and answer
			state := StateDoubt
			if errands[entries[i].Action.Do.Name()] != nil {
				state = StatePlanned // what an errand does may be repeated
			}
			entries[i].State, entries[i].DueAt = state, now
			doubts = append(doubts, change(&entries[i], state, now))
		}
	}
	if len(doubts) > 0 {
		if err := l.cfg.Store.Settle(ctx, l.lease, doubts); err != nil {
			return fmt.Errorf("mark actions in doubt: %w", err)
		}
	}
	l.queue.add(entries...)
	return nil
}

// loadAtMost bounds how many unfinished actions a lane holds in memory at once.
const loadAtMost = 20_000

// turn does everything that can be done now.
func (l *Lane) turn(ctx context.Context) error {
	if err := l.renew(ctx); err != nil {
		return err
	}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"find overdue sessions", l.overdue},
		{"take events", l.take},
		{"take errands", l.takeErrands},
		{"decide", l.decide},
		{"resolve doubts", l.resolve},
		{"send", l.send},
		{"run errands", l.run},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	l.queue.forget()
	return nil
}

func (l *Lane) renew(ctx context.Context) error {
	now := l.cfg.Now()
	if now.Before(l.renewAt) {
		return nil
	}
	if err := l.cfg.Store.Renew(ctx, l.lease, now, l.cfg.LeaseFor); err != nil {
		return fmt.Errorf("renew lease: %w", err)
	}
	l.renewAt = now.Add(l.cfg.LeaseFor / 3)
	return nil
}

// idle reports whether nothing has been there to do for a while.
func (l *Lane) idle() bool {
	now := l.cfg.Now()
	if l.undecided() || l.more {
		l.idleFrom = now
		return false
	}
	if len(l.queue.order) > 0 && l.queue.next().Sub(now) <= l.cfg.IdleFor {
		return false // what waits for a far moment needs no lane: the claim finds it when it is due
	}
	return now.Sub(l.idleFrom) >= l.cfg.IdleFor
}

// wait sleeps until a report, a wake-up or the next due moment.
func (l *Lane) wait(ctx, work context.Context) error {
	timer := time.NewTimer(l.until())
	defer timer.Stop()
	stopped := ctx.Done()
	if l.closing {
		stopped = nil
	}
	select {
	case <-stopped:
		l.closing = true
		return nil
	case report := <-l.back:
		if err := l.receive(work, report); err != nil {
			return err
		}
		for { // take all that came home meanwhile, to store it together
			select {
			case report := <-l.back:
				if err := l.receive(work, report); err != nil {
					return err
				}
			default:
				return nil
			}
		}
	case <-l.wake:
		l.more, l.outsideAt = true, time.Time{}
		return nil
	case <-timer.C:
		return nil
	}
}

// until is how long nothing is due.
func (l *Lane) until() time.Duration {
	now := l.cfg.Now()
	next := l.renewAt
	earlier := func(t time.Time) {
		if !t.IsZero() && t.After(now) && t.Before(next) {
			next = t
		}
	}
	earlier(l.queue.next())
	earlier(l.notBefore)
	earlier(l.shareUntil)
	earlier(l.lookAt)
	earlier(l.overdueAt)
	earlier(now.Add(l.cfg.Poll))
	return max(next.Sub(now), time.Millisecond)
}

// change starts a change of an entry's state.
func change(e *Entry, s ActionState, now time.Time) Change {
	return Change{Key: e.Action.Key, State: s, Attempts: e.Attempts, DueAt: e.DueAt, SendBy: e.SendBy, Err: e.Err, Result: e.Result, At: now}
}
