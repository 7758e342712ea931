package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	msqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteFile is an open SQLite file. One connection writes, because SQLite takes one
// writer at a time and waiting in our queue is fairer than polling its lock; others read.
type sqliteFile struct {
	lock   *os.File
	reads  *sql.DB
	writes *sql.DB
	mu     sync.Mutex
	insert *sql.Stmt // of the inbox, prepared on first use like the next
	known  *sql.Stmt
}

const readers = 4

func (s *Store) openSQLite(ctx context.Context, c Config) error {
	path := strings.TrimPrefix(strings.TrimPrefix(c.DSN, "sqlite:"), "file:")
	// The lock goes first: two processes that open a new file at once may break it.
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return err
	}
	s.lite = &sqliteFile{lock: lock}
	// FULL: a commit survives the loss of power. Group commit makes it cost nothing (reliability-performance §2.5).
	pragmas := url.Values{"_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"temp_store(MEMORY)", "cache_size(-16000)",
	}}
	name := "file:" + (&url.URL{Path: path}).EscapedPath() + "?"
	if s.lite.writes, err = sql.Open("sqlite", name+pragmas.Encode()+"&_txlock=immediate"); err != nil {
		return err
	}
	s.lite.writes.SetMaxOpenConns(1)
	if err := s.lite.writes.PingContext(ctx); err != nil { // makes the file before readers come
		return err
	}
	pragmas.Add("_pragma", "query_only(1)")
	if s.lite.reads, err = sql.Open("sqlite", name+pragmas.Encode()); err != nil {
		return err
	}
	s.lite.reads.SetMaxOpenConns(readers)
	s.lite.reads.SetMaxIdleConns(readers)
	s.writes = s.lite.writes
	if s.db, err = gorm.Open(dialector{sqlite.Dialector{Conn: s.lite.writes}}, gormConfig(true)); err != nil {
		return err
	}
	s.ro, err = gorm.Open(dialector{sqlite.Dialector{Conn: s.lite.reads}}, gormConfig(true))
	return err
}

func (f *sqliteFile) close() error {
	var all []error
	for _, stmt := range []*sql.Stmt{f.insert, f.known} {
		if stmt != nil {
			all = append(all, stmt.Close())
		}
	}
	if f.reads != nil {
		all = append(all, f.reads.Close())
	}
	if f.writes != nil {
		all = append(all, f.writes.Close())
	}
	return errors.Join(append(all, f.lock.Close())...)
}

// dialector teaches gorm the error codes of the pure-Go driver.
type dialector struct{ sqlite.Dialector }

// Translate turns a repeated key into gorm's error for it.
func (d dialector) Translate(err error) error {
	if e, ok := errors.AsType[*msqlite.Error](err); ok {
		switch e.Code() {
		case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE:
			return gorm.ErrDuplicatedKey
		}
	}
	return err
}

// taken explains to whoever starts the second process what to do, in both languages.
func taken(path string, cause error) error {
	return fmt.Errorf("%w: %s: файл базы данных занят другим процессом; остановите его или возьмите PostgreSQL, "+
		"если нужно несколько процессов (stop it, or use PostgreSQL for several processes): %w",
		ErrTaken, strings.TrimSuffix(path, ".lock"), cause)
}
