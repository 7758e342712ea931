package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"omniconnector/internal/store"
)

const (
	// pastDays is how long ago the first of the past calls was.
	pastDays = 62
	// decidedCalls of them, the newest, have their plans and actions too.
	decidedCalls = 20_000
	// callers share the past calls.
	callers = 200_000
	// perStatement bounds how many calls one statement copies.
	perStatement = 5_000
)

// past multiplies the only call of a stage, behind the store's back: events, sessions, plans and actions as they are stored, with other
// sessions, numbers and moments. The lanes would need hours for what they need not be measured at.
type past struct {
	db                 *sql.DB
	events             int // of the call
	session, customer  string
	tenant, portal     string
	newest, calls, gap int64 // microseconds
}

// openPast opens the database beside the store that has it.
func openPast(database string) (*past, error) {
	driver, name := "sqlite", "file:"+database+"?_pragma=busy_timeout(60000)&_pragma=synchronous(off)"
	if store.IsPostgres(database) {
		driver, name = "pgx", database
	}
	db, err := sql.Open(driver, name)
	return &past{db: db}, err
}

// fill makes so many events of the one call that the database has.
func (p *past) fill(ctx context.Context, events int) error {
	err := p.db.QueryRowContext(ctx, `SELECT tenant_id, portal_id, session_id, MAX(customer_key), COUNT(*), MAX(received_at) FROM events
		WHERE session_id <> '' GROUP BY tenant_id, portal_id, session_id`).
		Scan(&p.tenant, &p.portal, &p.session, &p.customer, &p.events, &p.newest)
	if err != nil {
		return fmt.Errorf("the call to multiply: %w", err)
	}
	p.calls = int64(events / p.events)
	p.gap = pastDays * 24 * time.Hour.Microseconds() / p.calls
	for from := int64(1); from <= p.calls; from += perStatement {
		till := min(from+perStatement-1, p.calls)
		if err := p.copy(ctx, from, till, till > p.calls-decidedCalls); err != nil {
			return err
		}
	}
	if _, err := p.db.ExecContext(ctx, "ANALYZE"); err != nil {
		return err
	}
	return nil
}

func (p *past) close() error { return p.db.Close() }

// copy copies the call once for each number of a range.
func (p *past) copy(ctx context.Context, from, till int64, decided bool) (err error) {
	tx, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	tables := []string{"events", "sessions"}
	if decided {
		tables = append(tables, "plans", "actions")
	}
	for _, table := range tables {
		if _, err := tx.ExecContext(ctx, p.statement(table, from, till)); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return tx.Commit()
}

// statement copies the call's rows of a table; every column comes as it is, unless it tells which call it is, or when.
func (p *past) statement(table string, from, till int64) string {
	const number, at = "CAST(920000000 + g.i AS text)", "%s - (%d - g.i) * %d"
	phone := fmt.Sprintf("'79' || CAST(100000000 + g.i %% %d AS text)", callers)
	// The session and the number stand in texts as they do in columns.
	renamed := func(column string) string {
		return fmt.Sprintf("replace(replace(%s, '%s', %s), '%s', %s)", column, p.session, number, strings.TrimPrefix(p.customer, "+"), phone)
	}
	moved := func(column string) string {
		return fmt.Sprintf("CASE WHEN %s = 0 THEN 0 ELSE "+at+" END", column, column, p.calls, p.gap)
	}
	event := "CASE WHEN x.event_id = '' THEN '' ELSE CAST(100000000 + g.i AS text) || '-' || x.event_id END"
	columns := map[string][][2]string{
		"events": {
			{"tenant_id", ""}, {"portal_id", ""}, {"event_id", event}, {"source", ""}, {"event_key", "x.event_key || '/' || CAST(g.i AS text)"}, {"kind", ""},
			{"session_id", number}, {"customer_key", renamed("x.customer_key")}, {"occurred_at", moved("x.occurred_at")}, {"received_at", moved("x.received_at")},
			{"method", ""}, {"content_type", ""}, {"query", ""}, {"body", ""}, {"remote", ""}, {"event", renamed("x.event")}, {"state", ""}, {"outcome", ""},
		},
		"sessions": {
			{"tenant_id", ""}, {"portal_id", ""}, {"session_id", number}, {"customer_key", renamed("x.customer_key")}, {"settings_version", ""},
			{"memory", renamed("x.memory")}, {"closed", ""}, {"deadline_at", ""}, {"updated_at", moved("x.updated_at")}, {"ending", ""},
			{"ended_at", moved("x.ended_at")},
		},
		"plans": {
			{"tenant_id", ""}, {"portal_id", ""}, {"event_id", event}, {"session_id", number}, {"outcome", ""}, {"reasons", renamed("x.reasons")},
			{"together_with", "'[]'"}, {"created_at", moved("x.created_at")},
		},
		"actions": {
			{"tenant_id", ""}, {"portal_id", ""}, {"action_key", renamed("x.action_key")}, {"seq", "x.seq + 1000 * g.i"}, {"event_id", event},
			{"session_id", number}, {"customer_key", renamed("x.customer_key")}, {"command", ""}, {"body", renamed("x.body")}, {"urgency", ""},
			{"touches", renamed("x.touches")}, {"until_at", ""}, {"state", ""}, {"attempts", ""}, {"due_at", moved("x.due_at")}, {"send_by", ""},
			{"first_sent", moved("x.first_sent")}, {"result", ""}, {"error", ""}, {"created_at", moved("x.created_at")}, {"updated_at", moved("x.updated_at")},
			{"again_at", ""},
		},
	}[table]
	var names, values []string
	for _, c := range columns {
		if names = append(names, c[0]); c[1] == "" {
			c[1] = "x." + c[0]
		}
		values = append(values, c[1])
	}
	return fmt.Sprintf(`INSERT INTO %s (%s) WITH RECURSIVE g(i) AS (SELECT CAST(%d AS bigint) UNION ALL SELECT i + 1 FROM g WHERE i < %d)
		SELECT %s FROM %s AS x CROSS JOIN g WHERE x.tenant_id = '%s' AND x.portal_id = '%s' AND x.session_id = '%s'`,
		table, strings.Join(names, ", "), from, till, strings.Join(values, ", "), table, p.tenant, p.portal, p.session)
}
