package web

import (
	"crypto/sha256"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits hold one leaky bucket per caller, in this process.
type limits struct {
	now   func() time.Time
	every rate.Limit
	burst int

	mu      sync.Mutex
	buckets map[[sha256.Size]byte]*rate.Limiter
}

// maxBuckets bounds the memory that invented tokens can take; forgetting all buckets only lets
// everybody begin with a full one.
const maxBuckets = 20_000

func newLimits(now func() time.Time, perSecond float64, burst int) *limits {
	return &limits{now: now, every: rate.Limit(perSecond), burst: burst, buckets: map[[sha256.Size]byte]*rate.Limiter{}}
}

// allow takes one request out of the caller's bucket. Callers are known by a hash, so that no token stays in memory.
func (l *limits) allow(caller string) bool {
	key := sha256.Sum256([]byte(caller))
	l.mu.Lock()
	b, ok := l.buckets[key]
	if !ok {
		if len(l.buckets) >= maxBuckets {
			clear(l.buckets)
		}
		b = rate.NewLimiter(l.every, l.burst)
		l.buckets[key] = b
	}
	l.mu.Unlock()
	return b.AllowN(l.now(), 1)
}
