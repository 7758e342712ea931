package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"omniconnector/integration"
)

// eventColumns are in the order of the values of eventRow.values.
var eventColumns = []string{
	"tenant_id", "portal_id", "event_id", "source", "event_key", "kind", "session_id", "customer_key", "occurred_at",
	"received_at", "method", "content_type", "query", "body", "remote", "event", "state", "outcome",
}

// onlyKnown drops what came for a tenant that is gone, as a late replay of a spool may.
const onlyKnown = ` WHERE EXISTS (SELECT 1 FROM tenants c WHERE c.tenant_id = d.tenant_id AND c.state <> 'deleting')
	ON CONFLICT DO NOTHING`

var (
	insertColumns = "INSERT INTO events (" + strings.Join(eventColumns, ", ") + ") SELECT d.* FROM "
	// One constant text, so that its plan is kept; one round trip, one commit.
	insertUnnest = insertColumns + `unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
		$8::text[], $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::bytea[], $15::text[],
		$16::text[], $17::text[], $18::text[]) AS d(` + strings.Join(eventColumns, ", ") + ")" + onlyKnown
	insertOne = insertColumns + "(SELECT ? AS " + strings.Join(eventColumns, ", ? AS ") + ") AS d" + onlyKnown
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
	return err
}

// insertEvents repeats one prepared statement in one transaction: there is no network to save,
// and a statement with many rows would have to be parsed anew each time.
func (f *sqliteFile) insertEvents(ctx context.Context, rows []eventRow) error {
	insert, err := f.prepared(ctx)
	if err != nil {
		return err
	}
	tx, err := f.writes.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	stmt := tx.StmtContext(ctx, insert)
	for i := 0; err == nil && i < len(rows); i++ {
		_, err = stmt.ExecContext(ctx, rows[i].values()...)
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// prepared keeps the statement for the one connection that writes.
func (f *sqliteFile) prepared(ctx context.Context) (*sql.Stmt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var err error
	if f.insert == nil {
		f.insert, err = f.writes.PrepareContext(ctx, insertOne)
	}
	return f.insert, err
}

func (r *eventRow) values() []any {
	return []any{
		string(r.TenantID), string(r.PortalID), string(r.EventID), r.Source, r.EventKey, string(r.Kind), string(r.SessionID),
		string(r.CustomerKey), r.OccurredAt, r.ReceivedAt, r.Method, r.ContentType, r.Query, r.Body, r.Remote, r.Event,
		r.State, string(r.Outcome),
	}
}
