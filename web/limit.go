package web

import (
	"crypto/sha256"
	"strconv"
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

// quota is what a caller has left after a request.
type quota struct {
	ok        bool
	limit     int // requests that a full bucket takes at once
	remaining int
	reset     time.Duration // until the bucket is full
	retry     time.Duration // until a refused request would be taken
}

// take takes one request out of the caller's bucket. Callers are known by a hash, so that no token stays in memory.
func (l *limits) take(caller string) quota {
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
	now := l.now()
	q := quota{ok: b.AllowN(now, 1), limit: l.burst}
	left := b.TokensAt(now)
	q.remaining = max(0, int(left))
	q.reset = l.until(float64(l.burst) - left)
	if !q.ok {
		q.retry = l.until(1 - left)
	}
	return q
}

// until is how long it takes for so many requests to come back.
func (l *limits) until(requests float64) time.Duration {
	return max(0, time.Duration(requests/float64(l.every)*float64(time.Second)))
}

// headers are how programs learn of it (the RateLimit header fields of the HTTP APIs working group, in their widespread
// form of three fields).
func (q quota) headers(set func(name, value string)) {
	set("RateLimit-Limit", strconv.Itoa(q.limit))
	set("RateLimit-Remaining", strconv.Itoa(q.remaining))
	set("RateLimit-Reset", seconds(q.reset))
}

// seconds rounds up: whoever comes after them is not too early.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
