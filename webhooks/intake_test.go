package webhooks_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

// box is an Inbox in memory, with the unique key of the real one.
type box struct {
	mu     sync.Mutex
	keys   map[string]int
	calls  int
	away   error
	poison map[string]error
	gate   chan struct{} // when set, each call takes one
}

func (b *box) SaveDeliveries(ctx context.Context, all []integration.Delivery) error {
	if b.gate != nil {
		select {
		case <-b.gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	if b.away != nil {
		return b.away
	}
	for _, d := range all {
		if err := b.poison[d.Event.Key]; err != nil {
			return err
		}
	}
	if b.keys == nil {
		b.keys = map[string]int{}
	}
	for _, d := range all {
		b.keys[string(d.Tenant)+d.Event.Key]++
	}
	return nil
}

func (b *box) set(away error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.away = away
}

func (b *box) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.keys)
}

func delivery(key string) integration.Delivery {
	return integration.Delivery{
		Tenant: "t", Portals: []integration.PortalID{"p"}, Event: integration.Event{Key: key, Kind: integration.CallLost, At: noon},
		Body: []byte("{}"), Received: noon,
	}
}

// start runs an intake inside a bubble until the test's function returns.
func start(t *testing.T, o webhooks.IntakeOptions) (*webhooks.Intake, func()) {
	t.Helper()
	o.Now = time.Now // the bubble's clock
	i := webhooks.NewIntake(o)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = i.Run(ctx) })
	return i, func() { cancel(); running.Wait() }
}

// acceptAll sends deliveries at once and returns each one's error.
func acceptAll(ctx context.Context, i *webhooks.Intake, keys ...string) map[string]error {
	out, mu, all := map[string]error{}, sync.Mutex{}, sync.WaitGroup{}
	for _, k := range keys {
		all.Go(func() {
			err := i.Accept(ctx, delivery(k))
			mu.Lock()
			defer mu.Unlock()
			out[k] = err
		})
	}
	all.Wait()
	return out
}

func keys(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("k%03d", i))
	}
	return out
}

func TestWhoWaitsTogetherIsCommittedTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, c := &box{gate: make(chan struct{})}, &tally{}
		var woken [][]integration.PortalID
		i, stop := start(t, webhooks.IntakeOptions{
			Inbox: b, Counter: c, Flushers: 1, Timeout: time.Hour,
			Woken: func(p []integration.PortalID) { woken = append(woken, p) },
		})
		defer stop()
		var first error
		go func() { first = i.Accept(t.Context(), delivery("first")) }()
		synctest.Wait() // the flusher is busy with it
		done := make(chan map[string]error)
		go func() { done <- acceptAll(t.Context(), i, keys(300)...) }()
		synctest.Wait()
		close(b.gate)
		for k, err := range <-done {
			if err != nil {
				t.Errorf("%s: %v", k, err)
			}
		}
		synctest.Wait()
		if first != nil || b.count() != 301 || c.n["commits"] != 3 { // 1 + 256 + 44
			t.Errorf("%d rows in %d commits, %v", b.count(), c.n["commits"], first)
		}
		if len(woken) != 3 || !slices.Equal(woken[1], []integration.PortalID{"p"}) {
			t.Errorf("woken %v", woken)
		}
	})
}

func TestAPoisonousRowFailsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bad := errors.New("value too long")
		b := &box{gate: make(chan struct{}), poison: map[string]error{"k007": bad, "k100": bad}}
		i, stop := start(t, webhooks.IntakeOptions{Inbox: b, Flushers: 1, Timeout: time.Hour})
		defer stop()
		done := make(chan map[string]error)
		go func() { done <- acceptAll(t.Context(), i, keys(200)...) }()
		synctest.Wait()
		close(b.gate)
		for k, err := range <-done {
			if _, poisonous := b.poison[k]; poisonous != errors.Is(err, bad) {
				t.Errorf("%s: %v", k, err)
			}
		}
		if b.count() != 198 {
			t.Errorf("%d rows", b.count())
		}
	})
}

func TestAFloodRefusesOnlyItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &box{gate: make(chan struct{})}
		i, stop := start(t, webhooks.IntakeOptions{Inbox: b, Flushers: 1, Depth: 10, Share: 6, Timeout: time.Hour})
		defer stop()
		done := make(chan map[string]error)
		go func() { done <- acceptAll(t.Context(), i, keys(20)...) }()
		synctest.Wait()
		other := delivery("other")
		other.Tenant = "neighbour"
		var neighbour error
		go func() { neighbour = i.Accept(t.Context(), other) }()
		synctest.Wait()
		close(b.gate)
		busy := 0
		for _, err := range <-done {
			if errors.Is(err, webhooks.ErrBusy) {
				busy++
			}
		}
		synctest.Wait()
		if busy != 14 || neighbour != nil || b.count() != 7 {
			t.Errorf("%d refused, the neighbour got %v, %d rows", busy, neighbour, b.count())
		}
	})
}

func TestWhoStopsWaitingDoesNotTakeTheDeliveryBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &box{gate: make(chan struct{})}
		i, stop := start(t, webhooks.IntakeOptions{Inbox: b, Timeout: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := i.Accept(ctx, delivery("k")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		close(b.gate)
		stop()
		if b.count() != 1 {
			t.Error("the delivery was lost")
		}
	})
}

func TestAStopCommitsWhatWaitsAndRefusesWhatComesAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &box{gate: make(chan struct{})}
		i, stop := start(t, webhooks.IntakeOptions{Inbox: b, Flushers: 1, Timeout: time.Hour})
		done := make(chan map[string]error)
		go func() { done <- acceptAll(t.Context(), i, keys(50)...) }()
		synctest.Wait()
		go close(b.gate)
		stop()
		for k, err := range <-done {
			if err != nil {
				t.Errorf("%s: %v", k, err)
			}
		}
		if err := i.Accept(t.Context(), delivery("late")); !errors.Is(err, webhooks.ErrBusy) || b.count() != 50 {
			t.Errorf("late got %v; %d rows", err, b.count())
		}
	})
}

func TestAwayWithoutASpoolIsAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &box{away: fmt.Errorf("dial: %w", webhooks.ErrStorageAway)}
		i, stop := start(t, webhooks.IntakeOptions{Inbox: b})
		defer stop()
		for range 2 {
			if err := i.Accept(t.Context(), delivery("k")); !errors.Is(err, webhooks.ErrStorageAway) {
				t.Errorf("got %v", err)
			}
		}
		if b.calls != 2 {
			t.Errorf("storage was asked %d times; without a spool it is always asked", b.calls)
		}
	})
}
