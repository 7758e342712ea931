package webhooks

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"omniconnector/integration"
)

// ErrStorageAway marks an error of an Inbox that says nothing of the rows: storage
// cannot be reached now. The deliveries go to the spool.
var ErrStorageAway = errors.New("storage is away")

// ErrBusy means that a delivery cannot be taken now; the sender should come again.
var ErrBusy = errors.New("intake is busy")

// Inbox stores deliveries.
type Inbox interface {
	// SaveDeliveries commits all of them or none, and nil means that they survive a crash.
	// A delivery whose (tenant, source, event key) is there already is no error and changes
	// nothing. Errors wrap ErrStorageAway when the rows are not to blame.
	SaveDeliveries(ctx context.Context, all []integration.Delivery) error
}

// IntakeOptions are what an Intake works with. Inbox and Now are required.
type IntakeOptions struct {
	Inbox Inbox
	Now   func() time.Time
	// Spool takes deliveries while storage is away; without it they are refused.
	Spool *Spool
	// Woken hears whose portals have new work, once per commit and after it. It must not block.
	Woken    func([]integration.PortalID)
	Counter  Counter
	Log      *slog.Logger
	Flushers int // commits under way at once; 2, and 1 suits SQLite
	Depth    int // deliveries that may wait; 8192
	Batch    int // deliveries in one commit; 256
	// Share is how many of Depth one tenant may take, so that its flood refuses only itself; half.
	Share   int
	Timeout time.Duration // of one commit; 3 s, below the platform's own patience (contract uis §6)
	// Pause is how long storage is left alone after it was found away; 1 s.
	Pause time.Duration
}

// Intake shares commits: whoever waits while one commit is under way goes into the
// next one together, and each gets an answer of its own. Nobody waits for a timer.
type Intake struct {
	o         IntakeOptions
	queue     chan *waiting
	awayUntil atomic.Int64 // Unix nanoseconds

	mu      sync.Mutex
	closed  bool
	waiting map[integration.TenantID]int
}

type waiting struct {
	delivery integration.Delivery
	done     chan error
}

// NewIntake returns an Intake that works while Run does; it panics without an inbox or a clock.
func NewIntake(o IntakeOptions) *Intake {
	if o.Inbox == nil || o.Now == nil {
		panic("webhooks: an intake needs an inbox and a clock")
	}
	o.Flushers, o.Depth, o.Batch = cmp.Or(o.Flushers, 2), cmp.Or(o.Depth, 8192), cmp.Or(o.Batch, 256)
	o.Share = cmp.Or(o.Share, max(1, o.Depth/2))
	o.Timeout, o.Pause = cmp.Or(o.Timeout, 3*time.Second), cmp.Or(o.Pause, time.Second)
	if o.Counter == nil {
		o.Counter = uncounted{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Log = o.Log.With("component", "intake")
	if o.Woken == nil {
		o.Woken = func([]integration.PortalID) {}
	}
	return &Intake{o: o, queue: make(chan *waiting, o.Depth), waiting: map[integration.TenantID]int{}}
}

// Accept returns nil once the delivery is durable. A caller who stops waiting does not
// take the delivery back. ErrBusy means that it was not taken.
func (i *Intake) Accept(ctx context.Context, d integration.Delivery) error {
	w := &waiting{delivery: d, done: make(chan error, 1)}
	if err := i.enqueue(w); err != nil {
		return err
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (i *Intake) enqueue(w *waiting) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	tenant := w.delivery.Tenant
	if i.closed || i.waiting[tenant] >= i.o.Share {
		return ErrBusy
	}
	select {
	case i.queue <- w:
		i.waiting[tenant]++
		return nil
	default:
		return ErrBusy
	}
}

// Run commits what is accepted until ctx ends, and then what still waits. It replays
// the spool whenever storage allows.
func (i *Intake) Run(ctx context.Context) error {
	var flushers, replayer sync.WaitGroup
	work := context.WithoutCancel(ctx)
	for range i.o.Flushers {
		flushers.Go(func() { i.flush(work) })
	}
	if i.o.Spool != nil {
		replayer.Go(func() { i.replay(ctx) })
	}
	<-ctx.Done()
	i.mu.Lock()
	i.closed = true
	close(i.queue) // nobody sends: enqueue looks at closed under the same lock
	i.mu.Unlock()
	flushers.Wait()
	replayer.Wait()
	return nil
}

func (i *Intake) flush(ctx context.Context) {
	batch := make([]*waiting, 0, i.o.Batch)
	for first := range i.queue {
		batch = i.gather(append(batch[:0], first))
		i.commit(ctx, batch)
		clear(batch)
	}
}

// gather takes what waits already, and waits for nobody.
func (i *Intake) gather(batch []*waiting) []*waiting {
	for len(batch) < i.o.Batch {
		select {
		case w, ok := <-i.queue:
			if !ok {
				return batch
			}
			batch = append(batch, w)
		default:
			return batch
		}
	}
	return batch
}

// commit stores a batch. A batch that storage refuses is halved until the row to blame
// stands alone, so that it does not fail its neighbours.
func (i *Intake) commit(ctx context.Context, batch []*waiting) {
	all := make([]integration.Delivery, len(batch))
	for n, w := range batch {
		all[n] = w.delivery
	}
	err := i.save(ctx, all)
	switch {
	case err == nil:
		i.settle(batch, nil)
		i.o.Counter.Committed(len(all))
		i.wake(all)
	case errors.Is(err, ErrStorageAway):
		i.settle(batch, i.spool(ctx, all, err))
	case len(batch) == 1:
		i.o.Log.LogAttrs(ctx, slog.LevelError, "delivery.refused", slog.String("tenant_id", string(all[0].Tenant)),
			slog.String("event_id", string(all[0].Event.ID)), slog.String("error", err.Error()))
		i.settle(batch, err)
	default:
		half := len(batch) / 2
		i.commit(ctx, batch[:half])
		i.commit(ctx, batch[half:])
	}
}

// save asks the inbox, unless it was found away a moment ago: then the spool is
// quicker than another timeout.
func (i *Intake) save(ctx context.Context, all []integration.Delivery) error {
	if i.o.Spool != nil && i.o.Now().UnixNano() < i.awayUntil.Load() {
		return ErrStorageAway
	}
	return i.ask(ctx, all)
}

func (i *Intake) ask(ctx context.Context, all []integration.Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, i.o.Timeout)
	defer cancel()
	err := i.o.Inbox.SaveDeliveries(ctx, all)
	if err == nil {
		i.awayUntil.Store(0)
		return nil
	}
	if !errors.Is(err, ErrStorageAway) && errors.Is(err, context.DeadlineExceeded) {
		err = errors.Join(ErrStorageAway, err)
	}
	if errors.Is(err, ErrStorageAway) {
		i.awayUntil.Store(i.o.Now().Add(i.o.Pause).UnixNano())
	}
	return err
}

func (i *Intake) spool(ctx context.Context, all []integration.Delivery, away error) error {
	if i.o.Spool == nil {
		return away
	}
	if err := i.o.Spool.Append(all); err != nil {
		i.o.Log.LogAttrs(ctx, slog.LevelError, "spool.refused", slog.Int("deliveries", len(all)), slog.String("error", err.Error()))
		return err
	}
	i.countSpool()
	return nil
}

func (i *Intake) settle(batch []*waiting, err error) {
	i.mu.Lock()
	for _, w := range batch {
		if t := w.delivery.Tenant; i.waiting[t] > 1 {
			i.waiting[t]--
		} else {
			delete(i.waiting, t)
		}
	}
	i.mu.Unlock()
	for _, w := range batch {
		w.done <- err
	}
}

// wake tells each portal once, however many of the deliveries are its.
func (i *Intake) wake(all []integration.Delivery) {
	var portals []integration.PortalID
	for n := range all {
		portals = append(portals, all[n].Portals...)
	}
	slices.Sort(portals)
	if portals = slices.Compact(portals); len(portals) > 0 {
		i.o.Woken(portals)
	}
}
