package webhooks

import (
	"context"
	"errors"
	"sync"
	"time"

	"omniconnector/integration"
)

// mostRemembered bounds the memory that strangers who guess tenants can take.
const mostRemembered = 50_000

// patience is how long a request waits for storage to tell of a tenant; the sender has 5 s (contract uis §6).
const patience = 2 * time.Second

// Remembered answers for an Access from memory, so that a request costs no query
// and an outage of storage does not turn known tenants away.
type Remembered struct {
	access Access
	fresh  time.Duration
	now    func() time.Time

	mu    sync.Mutex
	known map[integration.TenantID]memory
}

type memory struct {
	access  HookAccess
	err     error // nil or ErrUnknownTenant
	checked time.Time
}

// Remember wraps an Access. A secret that was revoked elsewhere is believed for fresh at most;
// in the same process Forget makes the change seen at once.
func Remember(a Access, fresh time.Duration, now func() time.Time) *Remembered {
	return &Remembered{access: a, fresh: fresh, now: now, known: map[integration.TenantID]memory{}}
}

// HookAccess returns what is remembered, asking again when that is old. While the
// question cannot be answered, the old answer stands.
func (r *Remembered) HookAccess(ctx context.Context, tenant integration.TenantID) (HookAccess, error) {
	now := r.now()
	r.mu.Lock()
	m, known := r.known[tenant]
	if known && now.Sub(m.checked) < r.fresh {
		r.mu.Unlock()
		return m.access, m.err
	}
	if known { // the others go on with the old answer while this one asks
		m.checked = now
		r.known[tenant] = m
	}
	r.mu.Unlock()

	ask, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	access, err := r.access.HookAccess(ask, tenant)
	if err != nil && !errors.Is(err, ErrUnknownTenant) {
		if known {
			return m.access, m.err
		}
		return HookAccess{}, err
	}
	r.keep(tenant, memory{access: access, err: err, checked: now})
	return access, err
}

// Forget makes the next request of the tenant ask again: after a rotation.
func (r *Remembered) Forget(tenant integration.TenantID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, tenant)
}

func (r *Remembered) keep(tenant integration.TenantID, m memory) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= mostRemembered {
		for t, old := range r.known { // strangers first; they are the ones without bound
			if old.err != nil {
				delete(r.known, t)
			}
		}
		if m.err != nil && len(r.known) >= mostRemembered {
			return
		}
	}
	r.known[tenant] = m
}
