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
	analyze            bool // PostgreSQL would come to it by itself
	events             int  // of the call
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
	return &past{db: db, analyze: driver == "pgx"}, err
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
	if !p.analyze {
		return nil
	}
	_, err = p.db.ExecContext(ctx, "ANALYZE")
	return err
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

// pastColumns are the columns of what is copied.
var pastColumns = map[string]string{
	"events": `tenant_id portal_id event_id source event_key kind session_id customer_key occurred_at received_at method content_type query body
		remote event state outcome`,
	"sessions": "tenant_id portal_id session_id customer_key settings_version memory closed deadline_at updated_at ending ended_at",
	"plans":    "tenant_id portal_id event_id session_id outcome reasons together_with created_at",
	"actions": `tenant_id portal_id action_key seq event_id session_id customer_key command body urgency touches until_at state attempts due_at
		send_by first_sent result error created_at updated_at again_at`,
}

// settled leaves out what the lane would still do, such as reading the call back from the platform.
var settled = map[string]string{"actions": " AND x.state = 'done'"}

// statement copies the call's rows of a table.
func (p *past) statement(table string, from, till int64) string {
	names := strings.Fields(pastColumns[table])
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = p.value(table, name)
	}
	return fmt.Sprintf(`INSERT INTO %s (%s) WITH RECURSIVE g(i) AS (SELECT CAST(%d AS bigint) UNION ALL SELECT i + 1 FROM g WHERE i < %d)
		SELECT %s FROM %s AS x CROSS JOIN g WHERE x.tenant_id = '%s' AND x.portal_id = '%s' AND x.session_id = '%s'%s`,
		table, strings.Join(names, ", "), from, till, strings.Join(values, ", "), table, p.tenant, p.portal, p.session, settled[table])
}

// value is what a column's copy has: the same, unless it tells which call it is, or when.
func (p *past) value(table, column string) string {
	const number = "CAST(920000000 + g.i AS text)"
	from := "x." + column
	switch column {
	case "session_id":
		return number
	case "event_id":
		return "CASE WHEN x.event_id = '' THEN '' ELSE CAST(100000000 + g.i AS text) || '-' || x.event_id END"
	case "event_key":
		return "x.event_key || '/' || CAST(g.i AS text)"
	case "together_with":
		return "'[]'" // the events that it names are the first call's
	case "seq":
		return "x.seq + 1000 * g.i"
	case "body":
		if table == "events" {
			return from // bytes, as they were received
		}
		fallthrough
	case "customer_key", "event", "memory", "reasons", "action_key", "touches":
		// The session and the number stand in texts as they do in columns.
		return fmt.Sprintf("replace(replace(%s, '%s', %s), '%s', '79' || CAST(100000000 + g.i %% %d AS text))",
			from, p.session, number, strings.TrimPrefix(p.customer, "+"), callers)
	case "occurred_at", "received_at", "updated_at", "created_at", "ended_at", "due_at", "first_sent":
		return fmt.Sprintf("CASE WHEN %s = 0 THEN 0 ELSE %s - (%d - g.i) * %d END", from, from, p.calls, p.gap)
	}
	return from
}
