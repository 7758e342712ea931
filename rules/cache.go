package rules

import (
	"container/list"
	"errors"
	"sync"
)

// Cache keeps what was compiled from a portal's settings, by settings version, so that a version is compiled once and
// calls in flight can finish by the version they began with (T-16). It is safe for concurrent use.
type Cache[T any] struct {
	mu      sync.Mutex
	most    int
	entries map[version]*list.Element // of *entry[T]
	recent  *list.List                // the most recently used first
}

type version struct {
	portal string
	number int64
}

// entry is filled once; ready is closed when it is.
type entry[T any] struct {
	version version
	ready   chan struct{}
	value   T
	err     error
}

// NewCache makes a cache of at most so many versions; the least recently used goes first.
func NewCache[T any](most int) *Cache[T] {
	return &Cache[T]{most: max(most, 1), entries: make(map[version]*list.Element), recent: list.New()}
}

var errBuildPanicked = errors.New("the compiler panicked")

// Get returns what build makes of a portal's settings version. However many ask at once, build runs once; an error goes to
// all who waited and is not kept.
func (c *Cache[T]) Get(portal string, settings int64, build func() (T, error)) (T, error) {
	e, mine := c.entry(version{portal, settings})
	if !mine {
		<-e.ready
		return e.value, e.err
	}
	e.err = errBuildPanicked // stays only if build does not return
	defer func() {
		if e.err != nil {
			c.drop(e)
		}
		close(e.ready)
	}()
	e.value, e.err = build()
	return e.value, e.err
}

// entry finds or adds an entry; mine tells the caller to fill it.
func (c *Cache[T]) entry(v version) (e *entry[T], mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.entries[v]; ok {
		c.recent.MoveToFront(at)
		return at.Value.(*entry[T]), false
	}
	e = &entry[T]{version: v, ready: make(chan struct{})}
	c.entries[v] = c.recent.PushFront(e)
	if c.recent.Len() > c.most {
		oldest := c.recent.Remove(c.recent.Back()).(*entry[T])
		delete(c.entries, oldest.version)
	}
	return e, true
}

func (c *Cache[T]) drop(e *entry[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.entries[e.version]; ok && at.Value == any(e) {
		c.recent.Remove(at)
		delete(c.entries, e.version)
	}
}

// Len is how many versions are kept.
func (c *Cache[T]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.recent.Len()
}
