package store

import (
	"sync"

	"omniconnector/integration"
)

// watchers are told of tenants whose journal was changed by this process.
type watchers struct {
	mu  sync.Mutex
	all map[integration.TenantID]map[chan struct{}]bool
}

// Watch tells on a channel when this process has committed changes of a tenant's journal, once for any number of them. It is
// a hint: what other processes commit is found by asking. The caller stops it.
func (s *Store) Watch(t integration.TenantID) (news <-chan struct{}, stop func()) {
	w, c := &s.watchers, make(chan struct{}, 1)
	t = clean(t)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = map[integration.TenantID]map[chan struct{}]bool{}
	}
	if w.all[t] == nil {
		w.all[t] = map[chan struct{}]bool{}
	}
	w.all[t][c] = true
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.all[t], c)
		if len(w.all[t]) == 0 {
			delete(w.all, t)
		}
	}
}

func (w *watchers) wake(t integration.TenantID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.all[t] {
		select {
		case c <- struct{}{}:
		default: // it has a hint already
		}
	}
}
