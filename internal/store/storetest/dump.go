package storetest

import (
	"database/sql"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"omniconnector/internal/store"
)

// opened remembers where a store's data lies, so that an exam can look behind its back.
var opened sync.Map // of *store.Store to DSN

// Raw opens the database of a store that SQLite or Postgres opened, past the store.
func Raw(tb testing.TB, s *store.Store) *sql.DB {
	tb.Helper()
	dsn, ok := opened.Load(s)
	if !ok {
		tb.Fatal("the store was not opened by this package")
	}
	file := url.URL{Scheme: "file", Opaque: (&url.URL{Path: dsn.(string)}).EscapedPath(), RawQuery: "_pragma=busy_timeout(10000)"} // a test's name may hold #
	driver, name := "sqlite", file.String()
	if strings.Contains(dsn.(string), "dbname=") {
		driver, name = "pgx", dsn.(string)
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() }) //nolint:errcheck // a test's own
	return db
}

// Columns lists the columns of every table, except those of the migration tool.
func Columns(tb testing.TB, s *store.Store) map[string][]string {
	tb.Helper()
	db := Raw(tb, s)
	query := `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'`
	if dsn, _ := opened.Load(s); !strings.Contains(dsn.(string), "dbname=") {
		query = `SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'`
	}
	rows, err := db.QueryContext(tb.Context(), query)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	columns := map[string][]string{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			tb.Fatal(err)
		}
		if !strings.HasPrefix(table, "goose") && !strings.HasPrefix(table, "sqlite_") {
			columns[table] = append(columns[table], column)
		}
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	for _, c := range columns {
		slices.Sort(c)
	}
	return columns
}

// Dump shows every row of every table as text.
func Dump(tb testing.TB, s *store.Store) map[string][]string {
	tb.Helper()
	db := Raw(tb, s)
	all := map[string][]string{}
	for table, columns := range Columns(tb, s) {
		all[table] = dump(tb, db, table, columns)
	}
	return all
}

func dump(tb testing.TB, db *sql.DB, table string, columns []string) []string {
	tb.Helper()
	rows, err := db.QueryContext(tb.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+table) // #nosec G202 -- the database's own names
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var out []string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			tb.Fatal(err)
		}
		var b strings.Builder
		for i, v := range values {
			value := *v.(*any)
			if bytes, ok := value.([]byte); ok {
				value = string(bytes)
			}
			fmt.Fprintf(&b, "%s=%v ", columns[i], value)
		}
		out = append(out, b.String())
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	slices.Sort(out)
	return out
}
