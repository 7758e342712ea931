package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

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
	// The counters come last and in the order of tenants: two transactions that took them in different orders would wait for each
	// other for ever.
	insertTold = "WITH added AS (" + insertUnnest + ` RETURNING tenant_id, portal_id, event_id),
		told AS (SELECT tenant_id, COUNT(*) AS n, json_agg(json_build_object('k', 'received', 'p', portal_id, 'e', event_id)
			ORDER BY event_id, portal_id) AS body FROM added GROUP BY tenant_id),
		counted AS (INSERT INTO journals (tenant_id, last_number) SELECT tenant_id, n FROM told ORDER BY tenant_id
			ON CONFLICT (tenant_id) DO UPDATE SET last_number = journals.last_number + excluded.last_number RETURNING tenant_id, last_number)
		INSERT INTO changes (tenant_id, last_number, first_number, made_at, body)
		SELECT c.tenant_id, c.last_number, c.last_number - t.n + 1, $19::bigint, t.body::text
			FROM counted c JOIN told t ON t.tenant_id = c.tenant_id RETURNING tenant_id, last_number, first_number`
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
	insert := s.insertEvents
	if s.pool != nil {
		insert = s.unnest
	}
	told, err := insert(ctx, rows)
	if err != nil {
		return wrap("save deliveries", err)
	}
	s.told(ctx, told...)
	return nil
}

// unnest sends a column at a time.
func (s *Store) unnest(ctx context.Context, rows []eventRow) ([]tidings, error) {
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
	found, err := s.pool.Query(ctx, insertTold, append(args, micros(s.now()))...)
	if err != nil {
		return nil, err
	}
	told, err := pgx.CollectRows(found, func(r pgx.CollectableRow) (t tidings, err error) {
		var first int64
		err = r.Scan(&t.tenant, &t.last, &first)
		t.n = t.last - first + 1
		return t, err
	})
	if err == nil {
		s.grew(ctx, "events", n)
	}
	return told, err
}

// insertEvents repeats one prepared statement in one transaction: there is no network to save,
// and a statement with many rows would have to be parsed anew each time.
func (s *Store) insertEvents(ctx context.Context, rows []eventRow) ([]tidings, error) {
	if err := s.lite.prepare(ctx); err != nil {
		return nil, err
	}
	tx, err := s.lite.writes.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	added, err := s.lite.insertRows(ctx, tx, rows)
	if err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	told, err := s.tellArrivals(ctx, tx, added)
	if err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return told, tx.Commit()
}

// tellArrivals numbers new events, which are in the order of their tenants.
func (s *Store) tellArrivals(ctx context.Context, tx *sql.Tx, added []eventRow) ([]tidings, error) {
	var all []tidings
	for len(added) > 0 {
		t := added[0].TenantID
		n := slices.IndexFunc(added, func(r eventRow) bool { return r.TenantID != t })
		if n < 0 {
			n = len(added)
		}
		body, err := compact(arrivals(ChangeReceived, added[:n]))
		if err != nil {
			return nil, err
		}
		added = added[n:]
		one := tidings{tenant: t, n: int64(n)}
		if err := tx.QueryRowContext(ctx, takeNumbers+"last_number", t, n).Scan(&one.last); err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, insertChanges, t, one.last, one.last-one.n+1, micros(s.now()), body); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// insertRows answers the rows that were new.
func (f *sqliteFile) insertRows(ctx context.Context, tx *sql.Tx, rows []eventRow) ([]eventRow, error) {
	insert, ask := tx.StmtContext(ctx, f.insert), tx.StmtContext(ctx, f.known) //nolint:sqlclosecheck // closed with the transaction
	known := map[integration.TenantID]bool{}
	added := make([]eventRow, 0, len(rows))
	for i := range rows {
		tenant := rows[i].TenantID
		if _, asked := known[tenant]; !asked {
			var is bool
			if err := ask.QueryRowContext(ctx, tenant).Scan(&is); err != nil {
				return nil, err
			}
			known[tenant] = is
		}
		if !known[tenant] {
			continue
		}
		done, err := insert.ExecContext(ctx, rows[i].values()...)
		if err != nil {
			return nil, err
		}
		if n, err := done.RowsAffected(); err != nil {
			return nil, err
		} else if n > 0 {
			added = append(added, rows[i])
		}
	}
	return added, nil
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
