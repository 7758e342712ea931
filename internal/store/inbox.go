package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"omniconnector/integration"
)

// eventColumns are in the order of the values of eventRow.values.
var eventColumns = []string{
	"tenant_id", "portal_id", "event_id", "source", "event_key", "kind", "session_id", "customer_key", "occurred_at",
	"received_at", "method", "content_type", "query", "body", "remote", "event", "state", "outcome",
}

// known drops what came for a tenant that is gone, as a late replay of a spool may.
const known = "EXISTS (SELECT 1 FROM tenants c WHERE c.tenant_id = %s AND c.state <> 'deleting')"

var (
	insertEvents = "INSERT INTO events (" + strings.Join(eventColumns, ", ") + ") "
	// One constant text, so that its plan is kept; one round trip, one commit.
	insertUnnest = insertEvents + `SELECT d.* FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
		$6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::bytea[],
		$15::text[], $16::text[], $17::text[], $18::text[]) AS d(` + strings.Join(eventColumns, ", ") + ") WHERE " +
		fmt.Sprintf(known, "d.tenant_id") + " ON CONFLICT DO NOTHING"
	// A statement that can only make one row spares SQLite the journal that would undo half of it.
	insertOne = insertEvents + "VALUES (?" + strings.Repeat(", ?", len(eventColumns)-1) + // #nosec G202 -- names of ours
		") ON CONFLICT DO NOTHING"
	isKnown = "SELECT " + fmt.Sprintf(known, "?") // #nosec G202 -- names of ours
)

// SaveDeliveries commits all deliveries in one transaction, or none. One whose event is known
// already, by its key, is left out silently: the first stays. ErrAway means that the rows are
// not to blame; after any other error some row is, and halves may be tried.
func (s *Store) SaveDeliveries(ctx context.Context, all []integration.Delivery) error {
	rows := make([]eventRow, 0, len(all))
	for _, d := range all {
		more, err := newEventRows(d)
		if err != nil {
			return wrap("save deliveries", err)
		}
		rows = append(rows, more...)
	}
	if len(rows) == 0 {
		return nil
	}
	sortKeys(rows)
	if s.pool != nil {
		return wrap("save deliveries", s.unnest(ctx, rows))
	}
	return wrap("save deliveries", s.lite.insertEvents(ctx, rows))
}

// unnest sends a column at a time.
func (s *Store) unnest(ctx context.Context, rows []eventRow) error {
	n := len(rows)
	text := make([][]string, len(eventColumns))
	numbers := make([][]int64, len(eventColumns))
	bodies := make([][]byte, 0, n)
	for _, r := range rows {
		for i, v := range r.values() {
			switch v := v.(type) {
			case string:
				text[i] = append(text[i], v)
			case int64:
				numbers[i] = append(numbers[i], v)
			case []byte:
				bodies = append(bodies, v)
			}
		}
	}
	args := make([]any, len(eventColumns))
	for i := range args {
		switch {
		case text[i] != nil:
			args[i] = text[i]
		case numbers[i] != nil:
			args[i] = numbers[i]
		default:
			args[i] = bodies
		}
	}
	_, err := s.pool.Exec(ctx, insertUnnest, args...)
	if err == nil {
		s.grew(ctx, "events", n)
	}
	return err
}

// insertEvents repeats one prepared statement in one transaction: there is no network to save,
// and a statement with many rows would have to be parsed anew each time.
func (f *sqliteFile) insertEvents(ctx context.Context, rows []eventRow) error {
	if err := f.prepare(ctx); err != nil {
		return err
	}
	tx, err := f.writes.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f.insertRows(ctx, tx, rows); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (f *sqliteFile) insertRows(ctx context.Context, tx *sql.Tx, rows []eventRow) error {
	insert, ask := tx.StmtContext(ctx, f.insert), tx.StmtContext(ctx, f.known) //nolint:sqlclosecheck // closed with the transaction
	known := map[integration.TenantID]bool{}
	for i := range rows {
		tenant := rows[i].TenantID
		if _, asked := known[tenant]; !asked {
			var is bool
			if err := ask.QueryRowContext(ctx, tenant).Scan(&is); err != nil {
				return err
			}
			known[tenant] = is
		}
		if !known[tenant] {
			continue
		}
		if _, err := insert.ExecContext(ctx, rows[i].values()...); err != nil {
			return err
		}
	}
	return nil
}

// prepare makes the statements for the one connection that writes, once.
func (f *sqliteFile) prepare(ctx context.Context) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.insert == nil {
		if f.insert, err = f.writes.PrepareContext(ctx, insertOne); err != nil {
			return err
		}
	}
	if f.known == nil {
		f.known, err = f.writes.PrepareContext(ctx, isKnown)
	}
	return err
}

func (r *eventRow) values() []any {
	return []any{
		string(r.TenantID), string(r.PortalID), string(r.EventID), r.Source, r.EventKey, string(r.Kind), string(r.SessionID),
		string(r.CustomerKey), r.OccurredAt, r.ReceivedAt, r.Method, r.ContentType, r.Query, r.Body, r.Remote, r.Event,
		r.State, string(r.Outcome),
	}
}
