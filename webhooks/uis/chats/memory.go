package chats

import (
	"context"
	"sync"
	"time"
)

const (
	// fresh is how long an answer of storage is used without asking again.
	fresh = 5 * time.Second
	// patience is how long a request waits for storage; the sender has 5 s (contract uis §6).
	patience = 2 * time.Second
	// mostKnown bounds what is kept.
	mostKnown = 20_000
)

// memory keeps answers of storage, so that a webhook costs no query and an outage does not turn those away who are known. That
// something is not there is never kept: it may come the next moment.
type memory[K comparable, V any] struct {
	now func() time.Time

	mu    sync.Mutex
	known map[K]answer[V]
}

type answer[V any] struct {
	value V
	at    time.Time
}

func newMemory[K comparable, V any](now func() time.Time) *memory[K, V] {
	return &memory[K, V]{now: now, known: map[K]answer[V]{}}
}

// get returns what is known, or asks. While the question cannot be answered, the old answer stands.
func (m *memory[K, V]) get(ctx context.Context, key K, ask func(context.Context) (V, bool, error)) (V, bool, error) {
	m.mu.Lock()
	old, known := m.known[key]
	m.mu.Unlock()
	if known && m.now().Sub(old.at) < fresh {
		return old.value, true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	value, ok, err := ask(ctx)
	if err != nil {
		return old.value, known, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.known, key)
	if ok {
		if len(m.known) >= mostKnown {
			clear(m.known)
		}
		m.known[key] = answer[V]{value, m.now()}
	}
	return value, ok, nil
}

// forget makes the next one ask.
func (m *memory[K, V]) forget(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.known, key)
}
