package web

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"omniconnector/integration"
)

// Streams bounds the live journal; zero fields have defaults.
type Streams struct {
	// PerTenant is how many streams a tenant may have open at once in this process, 50.
	PerTenant int
	// Poll is how often the database is asked for what other processes have committed, 1 s; one question a tenant, none without streams.
	Poll time.Duration
	// Beat is how often a stream that has nothing to tell shows that it is alive, 15 s.
	Beat time.Duration
	// Check is how often it is looked at whether the reader may still read, 30 s.
	Check time.Duration
	// Patience is how long one write may take before a slow reader is cut, 10 s.
	Patience time.Duration
}

func (s Streams) withDefaults() Streams {
	return Streams{
		PerTenant: cmp.Or(s.PerTenant, 50), Poll: cmp.Or(s.Poll, time.Second), Beat: cmp.Or(s.Beat, 15*time.Second),
		Check: cmp.Or(s.Check, 30*time.Second), Patience: cmp.Or(s.Patience, 10*time.Second),
	}
}

// feeds are the tenants whose journal somebody watches in this process.
type feeds struct {
	store Live
	cfg   Streams
	log   *slog.Logger

	mu  sync.Mutex
	all map[integration.TenantID]*feed
}

// feed reads one tenant's changes once for all its streams, and keeps the newest of them. Streams read at their own pace; one that
// is further behind asks storage by itself.
type feed struct {
	of      *feeds
	tenant  integration.TenantID
	streams int // guarded by feeds.mu
	stop    context.CancelFunc
	done    chan struct{}
	broken  chan struct{} // closed when numbers do not go on; streams end and begin anew

	mu      sync.Mutex
	started bool
	recent  []Change // all that are shown of (first, through]
	first   int64
	through int64
	news    chan struct{} // closed when there is something new
}

const (
	feedPage = 500
	feedKept = 1000
	// feedPause gathers what is committed in quick succession.
	feedPause = 50 * time.Millisecond
	// askTime is how long storage may take for one answer.
	askTime = 10 * time.Second
)

// join answers the tenant's feed, or false when it has too many streams. Whoever joined must leave.
func (s *feeds) join(ctx context.Context, t integration.TenantID) (*feed, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.all[t]
	if f != nil && f.streams >= s.cfg.PerTenant {
		return nil, false
	}
	if f == nil || closed(f.broken) {
		ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
		f = &feed{
			of: s, tenant: t, stop: stop, done: make(chan struct{}), broken: make(chan struct{}), news: make(chan struct{}),
		}
		s.all[t] = f
		go f.run(ctx)
	}
	f.streams++
	return f, true
}

// leave ends the feed with its last stream, and waits for that.
func (s *feeds) leave(f *feed) {
	s.mu.Lock()
	f.streams--
	last := f.streams == 0
	if last && s.all[f.tenant] == f {
		delete(s.all, f.tenant)
	}
	s.mu.Unlock()
	if last {
		f.stop()
		<-f.done
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (f *feed) run(ctx context.Context) {
	defer close(f.done)
	hints, stop := f.of.store.Watch(f.tenant)
	defer stop()
	tick := time.NewTicker(f.of.cfg.Poll)
	defer tick.Stop()
	away := false
	for {
		more, err := f.read(ctx)
		if ctx.Err() != nil || closed(f.broken) {
			return
		}
		if err != nil && !away {
			f.of.log.LogAttrs(ctx, slog.LevelWarn, "stream.read", slog.String("tenant_id", string(f.tenant)), slog.Any("error", err))
		}
		away = err != nil
		if more {
			continue
		}
		select {
		case <-time.After(feedPause):
		case <-ctx.Done():
			return
		}
		select {
		case <-hints:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// read takes in a page of what is new, and tells whether there may be more.
func (f *feed) read(ctx context.Context) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if !f.started { // only this goroutine changes it
		last, err := f.of.store.LastChange(ctx, f.tenant)
		if err != nil {
			return false, err
		}
		f.take(Changes{Through: last}, last)
		return true, nil
	}
	page, err := f.of.store.Changes(ctx, f.tenant, f.through, feedPage)
	switch {
	case err != nil:
		return false, err
	case page.Reset:
		close(f.broken)
		return false, nil
	case page.Through == f.through:
		return false, nil
	}
	f.take(page, f.first)
	return true, nil
}

// take adds a page and tells the streams.
func (f *feed) take(page Changes, first int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.started, f.first, f.through = true, first, page.Through
	f.recent = append(f.recent, page.List...)
	if surplus := len(f.recent) - feedKept; surplus > 0 {
		f.first = f.recent[surplus-1].Number
		f.recent = slices.Clone(f.recent[surplus:])
	}
	close(f.news)
	f.news = make(chan struct{})
}

// awaited is closed when something new has been read after the call.
func (f *feed) awaited() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.news
}

// page answers what is kept after a number, or false when storage must be asked.
func (f *feed) page(after int64, limit int) (Changes, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case !f.started || after < f.first:
		return Changes{}, false
	case after >= f.through:
		return Changes{Through: after}, true
	}
	from, found := slices.BinarySearchFunc(f.recent, after, func(c Change, n int64) int { return cmp.Compare(c.Number, n) })
	if found {
		from++
	}
	if len(f.recent)-from <= limit {
		return Changes{List: slices.Clone(f.recent[from:]), Through: f.through}, true
	}
	list := slices.Clone(f.recent[from : from+limit])
	return Changes{List: list, Through: list[limit-1].Number}, true
}
