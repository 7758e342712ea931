// Package testpg runs a throw-away private PostgreSQL for tests and benchmarks: one
// cluster per test process, listening on a socket in its own folder only, and one
// database per test. TEST_POSTGRES_DSN names a server to use instead. A missing
// PostgreSQL fails the test and says how to install it: it is never skipped.
package testpg

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// shared is the cluster of this test process. Nobody stops it: it ends with the process.
var shared = sync.OnceValues(func() (*Cluster, error) {
	if dsn := os.Getenv("TEST_POSTGRES_DSN"); dsn != "" {
		return &Cluster{dsn: dsn, borrowed: true, stop: func() error { return nil }}, nil
	}
	return Start(Options{})
})

// New makes an empty database for one test, which is dropped when the test ends, and answers its DSN.
func New(tb testing.TB) string {
	tb.Helper()
	return database(tb, func(ctx context.Context, c *Cluster) (string, func() error, error) { return c.Database(ctx) })
}

// Prepared makes a database like New that prepare has filled. On a server of our own it fills one
// for all tests of the process, which are given copies: that is ten times faster than migrating
// each. Prepare must leave no connection behind; one name always goes with one prepare.
func Prepared(tb testing.TB, name string, prepare func(ctx context.Context, dsn string) error) string {
	tb.Helper()
	return database(tb, func(ctx context.Context, c *Cluster) (string, func() error, error) {
		if c.borrowed {
			dsn, drop, err := c.Database(ctx)
			if err == nil {
				err = prepare(ctx, dsn)
			}
			return dsn, drop, err
		}
		once, _ := templates.LoadOrStore(name, sync.OnceValues(func() (string, error) {
			dsn, _, err := c.Database(ctx)
			if err != nil {
				return "", err
			}
			return dsn, prepare(ctx, dsn)
		}))
		template, err := once.(func() (string, error))()
		if err != nil {
			return "", nil, err
		}
		config, err := pgx.ParseConfig(template)
		if err != nil {
			return "", nil, err
		}
		return c.create(ctx, " TEMPLATE "+config.Database)
	})
}

var templates sync.Map

func database(tb testing.TB, fill func(context.Context, *Cluster) (string, func() error, error)) string {
	tb.Helper()
	c, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), time.Minute)
	defer cancel()
	dsn, drop, err := fill(ctx, c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := drop(); err != nil {
			tb.Error(err)
		}
	})
	return dsn
}

// Options say how a cluster runs.
type Options struct {
	// Durable keeps fsync on, for measurements; tests need no disk.
	Durable bool
}

// Cluster is a running server of our own.
type Cluster struct {
	dsn  string
	stop func() error
	// borrowed tells that the server is somebody's, who keeps it.
	borrowed bool
}

// DSN connects to the cluster's maintenance database.
func (c *Cluster) DSN() string { return c.dsn }

// Stop ends the cluster at once and removes its folder.
func (c *Cluster) Stop() error { return c.stop() }

// Database makes an empty database and tells how to drop it, whoever is still connected.
func (c *Cluster) Database(ctx context.Context) (dsn string, drop func() error, err error) {
	return c.create(ctx, "")
}

func (c *Cluster) create(ctx context.Context, like string) (dsn string, drop func() error, err error) {
	name := "test_" + strings.ToLower(rand.Text()[:12])
	if err := c.exec(ctx, "CREATE DATABASE "+name+like); err != nil {
		return "", nil, fmt.Errorf("make test database: %w", err)
	}
	config, err := pgx.ParseConfig(c.dsn)
	if err != nil {
		return "", nil, err
	}
	dsn = fmt.Sprintf("host=%s port=%d user=%s dbname=%s sslmode=disable", config.Host, config.Port, config.User, name)
	if config.Password != "" {
		dsn += fmt.Sprintf(" password='%s'", strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(config.Password))
	}
	return dsn, func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		return c.exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	}, nil
}

func (c *Cluster) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, c.dsn)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is lost with it
	_, err = conn.Exec(ctx, sql)
	return err
}
