package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"omniconnector/integration/lane"
)

// cardCalls is how many calls are timed, and cardEvery how often one comes: more than any portal takes for long, and no
// more than a connector with budget in hand is never late for.
const (
	cardCalls = 400
	cardEvery = 25 * time.Millisecond
)

// cards measures how long it takes from the moment a notification is read to the moment when the first request for its
// card leaves: commit, wake-up, decision. The portal answers after its usual times and its budget is not the limit.
func (b *bench) cards(ctx context.Context) (map[string]float64, error) {
	embedded, err := b.cardWaits(ctx, "")
	if err != nil {
		return nil, err
	}
	dsn, err := b.database(ctx)
	if err != nil {
		return nil, err
	}
	served, err := b.cardWaits(ctx, dsn)
	return map[string]float64{
		"card_first_byte_p99_ms": quantile(embedded, 0.99), "card_first_byte_p50_ms": median(embedded),
		"card_first_byte_p99_ms_postgres": quantile(served, 0.99),
	}, err
}

// cardWaits answers the waits in milliseconds.
func (b *bench) cardWaits(ctx context.Context, database string) (_ []float64, err error) {
	var mu sync.Mutex
	var waits []float64
	observe := func(r lane.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.CardWait > 0 {
			waits = append(waits, float64(r.CardWait)/float64(time.Millisecond))
		}
	}
	s := set{world: ordinary(), database: database, budget: plenty(), lane: lane.Config{Observe: observe}}
	s.world.Tariff = unlimited()
	st, err := b.play(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	next := time.NewTicker(cardEvery)
	defer next.Stop()
	for range cardCalls {
		for _, step := range st.answered().Steps[:2] {
			if err := st.tell(ctx, step); err != nil {
				return nil, err
			}
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-next.C:
		}
	}
	if err := st.settled(ctx); err != nil {
		return nil, err
	}
	mu.Lock()
	defer mu.Unlock()
	return waits, nil
}
