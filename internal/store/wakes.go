package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"omniconnector/integration"
)

// Wake says that a portal has work now. It is a hint: whoever misses it finds the work by Claim.
type Wake struct {
	Tenant integration.TenantID `json:"t"`
	Portal integration.PortalID `json:"p"`
}

const (
	wakeChannel = "omniconnector_wake"
	// wakeEvery bounds how often the database is told: a notification costs it a lock of all commits.
	wakeEvery = 100 * time.Millisecond
	// wakeBatch keeps a message below PostgreSQL's 8,000 bytes.
	wakeBatch = 20
	// wakeLimit bounds what waits while the database is away; Claim finds the rest.
	wakeLimit = 10_000
	// listenAgain is the pause before listening is tried again.
	listenAgain = time.Second
)

// wakes collects hints until they are sent.
type wakes struct {
	mu      sync.Mutex
	waiting map[Wake]bool
	sending bool
	closed  bool
	done    sync.WaitGroup
}

func newWakes() *wakes { return &wakes{waiting: map[Wake]bool{}} }

// Notify tells other processes on the same database that portals have work. It returns at
// once: hints are gathered, sent on their own and never in a transaction of somebody's
// work. On SQLite there is nobody to tell.
func (s *Store) Notify(all ...Wake) {
	if s.pool == nil || len(all) == 0 {
		return
	}
	w := s.wakes
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, one := range all {
		if len(w.waiting) < wakeLimit {
			w.waiting[one] = true
		}
	}
	if !w.sending && !w.closed {
		w.sending = true
		w.done.Go(s.sendWakes)
	}
}

// sendWakes sends what waits, the first at once, until nothing does.
func (s *Store) sendWakes() {
	for {
		batch := s.wakes.take()
		if len(batch) == 0 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		text, err := json.Marshal(batch)
		if err == nil {
			_, err = s.pool.Exec(ctx, "SELECT pg_notify($1, $2)", wakeChannel, string(text))
		}
		cancel()
		if err != nil {
			continue // a hint is not worth a repetition: the work is found by Claim
		}
		s.wakes.pause()
	}
}

// take empties up to a message's worth; when nothing waits the sender ends.
func (w *wakes) take() []Wake {
	w.mu.Lock()
	defer w.mu.Unlock()
	var batch []Wake
	for one := range w.waiting {
		if len(batch) == wakeBatch {
			break
		}
		batch = append(batch, one)
		delete(w.waiting, one)
	}
	w.sending = len(batch) > 0
	return batch
}

// pause lets hints gather, unless a message's worth waits already or the store closes.
func (w *wakes) pause() {
	w.mu.Lock()
	full := len(w.waiting) >= wakeBatch || w.closed
	w.mu.Unlock()
	if !full {
		<-time.After(wakeEvery)
	}
}

// close forgets what waits and waits for the sender.
func (w *wakes) close() {
	w.mu.Lock()
	w.closed = true
	clear(w.waiting)
	w.mu.Unlock()
	w.done.Wait()
}

// Listen calls wake for every hint of other processes until the context ends, on a connection
// of its own, and connects again when that is lost. After every connecting it calls
// wake with an empty Wake: hints may have been missed. On SQLite it only waits.
func (s *Store) Listen(ctx context.Context, wake func(Wake)) error {
	for s.pool != nil && ctx.Err() == nil {
		err := s.listen(ctx, wake)
		if err != nil && ctx.Err() == nil && !errors.Is(outward(err), ErrAway) {
			return wrap("listen", err)
		}
		select {
		case <-time.After(listenAgain):
		case <-ctx.Done():
		}
	}
	<-ctx.Done()
	return nil
}

func (s *Store) listen(ctx context.Context, wake func(Wake)) error {
	pooled, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := pooled.Hijack()                      // a listening connection must not go back
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it may be lost already
	if _, err := conn.Exec(ctx, "LISTEN "+wakeChannel); err != nil {
		return err
	}
	wake(Wake{})
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("listen: %w", err)
		}
		var batch []Wake
		if json.Unmarshal([]byte(n.Payload), &batch) != nil {
			continue // somebody else's message on our channel
		}
		for _, one := range batch {
			wake(one)
		}
	}
}
