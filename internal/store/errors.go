package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"omniconnector/integration/lane"
)

// What callers can act on. Other errors mean a defect.
var (
	// ErrNotFound means that the tenant has no such object.
	ErrNotFound = errors.New("not found")
	// ErrConflict means that somebody else changed the object meanwhile.
	ErrConflict = errors.New("changed meanwhile")
	// ErrDuplicate means that an object with this name or key exists already.
	ErrDuplicate = errors.New("exists already")
	// ErrInvalid means that a value cannot be stored as it is; the text says which.
	ErrInvalid = errors.New("invalid")
	// ErrAway means that the database does not answer or takes no writes now; what was being
	// written may or may not be stored.
	ErrAway = errors.New("storage is away")
	// ErrTaken means that another process works with the SQLite file.
	ErrTaken = errors.New("the database file is in use by another process")
)

// wrap names the step and turns a driver's or gorm's error into ours.
func wrap(step string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", step, outward(err))
}

// outward is the only door for errors of gorm and the drivers.
func outward(err error) error {
	for _, ours := range []error{ErrNotFound, ErrConflict, ErrDuplicate, ErrInvalid, ErrAway, ErrTaken, lane.ErrLost} {
		if errors.Is(err, ours) {
			return err
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return ErrNotFound
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return ErrDuplicate
	case errors.Is(err, context.Canceled):
		return err
	case away(err):
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	return err
}

// away tells whether the database as a whole is to blame, and not what was asked of it.
func away(err error) bool {
	for _, gone := range []error{
		context.DeadlineExceeded, driver.ErrBadConn, sql.ErrConnDone, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
	} {
		if errors.Is(err, gone) {
			return true
		}
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return awayState(pg.Code)
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		switch lite.Code() & 0xff { // the low byte is the kind, the rest its variant
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
			return true
		}
		return false
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	text := err.Error() // neither has a value to compare with
	return pgconn.SafeToRetry(err) || strings.Contains(text, "database is closed") || strings.Contains(text, "closed pool")
}

// awayState reads an SQLSTATE: connection errors, no resources (a full disk), operator's
// intervention (shutting down, starting up), broken disk, and a standby that takes no writes.
func awayState(code string) bool {
	for _, class := range []string{"08", "53", "57P", "58", "25006"} {
		if strings.HasPrefix(code, class) {
			return true
		}
	}
	return false
}
