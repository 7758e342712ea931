// Package store keeps everything durable in PostgreSQL or in an embedded SQLite file:
// tenants, portals with their sealed tokens, access to telephony platforms, settings, the
// inbox, plans, the ledger of actions, the lanes' leases and the index of customers. Every method is scoped by tenant; rows are private and
// nothing of gorm or a driver leaves the package. The path of a delivery into the inbox
// goes past gorm, because it is the hot one. It knows no business rules and no HTTP.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"omniconnector/integration/lane"
	"omniconnector/internal/keyring"
	"omniconnector/migrations"
)

var _ lane.Store = (*Store)(nil)

// Config says which database to open. DSN, Keys and Now are required.
type Config struct {
	// DSN is a PostgreSQL URL or its "host=… dbname=…" form; anything else is the path of an
	// SQLite file, with or without "sqlite:" before it.
	DSN string
	// Keys seal the portals' tokens.
	Keys *keyring.Ring
	Now  func() time.Time
	// MaxConns bounds the connections to PostgreSQL, 16 when zero; one more listens for wake-ups.
	MaxConns int
	// ChangesKept is how many changes of a tenant's journal are kept for readers that were away, about; 50,000 when zero.
	ChangesKept int64
	// Migrate brings the schema up to date on opening.
	Migrate bool
}

// Store is an open database. Its methods are safe for concurrent use.
type Store struct {
	db     *gorm.DB // writes
	ro     *gorm.DB // reads; the same as db on PostgreSQL
	writes *sql.DB
	pool   *pgxpool.Pool // PostgreSQL only
	lite   *sqliteFile   // SQLite only
	keys   *keyring.Ring
	now    func() time.Time
	hooks  *hookCache
	wakes  *wakes
	stats  statistics

	watchers    watchers
	changesKept int64
}

const defaultChangesKept = 50_000

// Open connects to the database. ErrAway means that it does not answer, ErrTaken that
// another process has the SQLite file.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.DSN == "" || c.Keys == nil || c.Now == nil {
		return nil, errors.New("open store: DSN, Keys and Now are required")
	}
	s := &Store{keys: c.Keys, now: c.Now, wakes: newWakes(), changesKept: cmp.Or(c.ChangesKept, defaultChangesKept)}
	s.hooks = newHookCache(c.Now)
	open := s.openSQLite
	if IsPostgres(c.DSN) {
		open = s.openPostgres
	}
	err := open(ctx, c)
	if err == nil && c.Migrate {
		err = s.Migrate(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", outward(err)), s.Close())
	}
	return s, nil
}

// IsPostgres reports whether a database address names a PostgreSQL and not an SQLite file.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") ||
		strings.Contains(dsn, "host=") || strings.Contains(dsn, "dbname=")
}

// gormConfig is the same for both databases. Errors are returned and not logged, so that
// no values reach a log; single statements need no transaction around them.
func gormConfig(prepare bool) *gorm.Config {
	return &gorm.Config{
		TranslateError: true, SkipDefaultTransaction: true, DisableAutomaticPing: true, Logger: logger.Discard,
		PrepareStmt: prepare, PrepareStmtMaxSize: 300,
	}
}

// Migrate brings the schema up to date. Processes that start at once wait for each other.
func (s *Store) Migrate(ctx context.Context) error {
	dialect, folder := goose.DialectSQLite3, "sqlite"
	if s.pool != nil {
		dialect, folder = goose.DialectPostgres, "postgres"
	}
	files, err := fs.Sub(migrations.Files, folder)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	provider, err := goose.NewProvider(dialect, s.writes, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	err = s.exclusive(ctx, func() error {
		_, err := provider.Up(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("migrate: %w", outward(err))
	}
	return nil
}

// lockID names the migration lock among the advisory locks of a database.
const lockID = 0x6f6d6e69

// exclusive keeps other processes out. An SQLite file is held by one process anyway.
func (s *Store) exclusive(ctx context.Context, f func() error) error {
	if s.pool == nil {
		return f()
	}
	c, err := s.writes.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // the lock is given back explicitly
	if _, err := c.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lockID); err != nil {
		return err
	}
	err = f()
	_, unlock := c.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", lockID)
	return cmp.Or(err, unlock)
}

// Ping reports ErrAway when the database does not answer.
func (s *Store) Ping(ctx context.Context) error {
	return wrap("ping", s.writes.PingContext(ctx))
}

// Close waits for running statements and closes the database.
func (s *Store) Close() error {
	var all []error
	s.wakes.close()
	s.stats.close()
	if s.lite != nil {
		all = append(all, s.lite.close())
	}
	if s.pool != nil {
		all = append(all, s.writes.Close())
		s.pool.Close()
	}
	return errors.Join(all...)
}

// tx runs f in one transaction. An error of f rolls it back and is answered as it is.
func (s *Store) tx(ctx context.Context, f func(tx *gorm.DB) error) error {
	return s.db.WithContext(ctx).Transaction(f)
}

func (s *Store) read(ctx context.Context) *gorm.DB { return s.ro.WithContext(ctx) }

func (s *Store) write(ctx context.Context) *gorm.DB { return s.db.WithContext(ctx) }
