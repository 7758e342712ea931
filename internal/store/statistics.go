package store

import (
	"context"
	"sync"
	"time"
)

// statistics has PostgreSQL look at tables that have just begun to fill. Without statistics it
// takes every tenant for a tiny one and walks through whole portals; its own autovacuum
// only comes by every minute, which is a long time for a busy beginning.
type statistics struct {
	mu     sync.Mutex
	tables map[string]*growth
	closed bool
	done   sync.WaitGroup
}

// growth is how many rows this process stored in a table, and at how many it is to be looked at.
type growth struct{ rows, next int }

const (
	analyzeFirst   = 100
	analyzeFactor  = 10
	analyzeLast    = 100_000 // from here on autovacuum is soon enough
	analyzeTimeout = 30 * time.Second
)

// grew counts stored rows, and has the table looked at after a hundred of them, a thousand and so on.
func (s *Store) grew(ctx context.Context, table string, rows int) {
	c := &s.stats
	if s.pool == nil || rows == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tables == nil {
		c.tables = map[string]*growth{}
	}
	g := c.tables[table]
	if g == nil {
		g = &growth{next: analyzeFirst}
		c.tables[table] = g
	}
	g.rows += rows
	if c.closed || g.next > analyzeLast || g.rows < g.next {
		return
	}
	for g.next <= g.rows {
		g.next *= analyzeFactor
	}
	known := g.rows
	ctx = context.WithoutCancel(ctx)
	c.done.Go(func() { s.analyze(ctx, table, known) })
}

// analyze looks at a table that was smaller than this when it was last looked at. A failure
// only leaves it to autovacuum.
func (s *Store) analyze(ctx context.Context, table string, rows int) {
	ctx, cancel := context.WithTimeout(ctx, analyzeTimeout)
	defer cancel()
	var stale bool
	err := s.pool.QueryRow(ctx, "SELECT reltuples < $1 FROM pg_class WHERE oid = $2::regclass", rows, table).Scan(&stale)
	if err == nil && stale {
		_, err = s.pool.Exec(ctx, "ANALYZE "+table)
	}
	_ = err
}

func (c *statistics) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.done.Wait()
}
