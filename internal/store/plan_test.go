package store_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"omniconnector/internal/store"
	"omniconnector/internal/store/storetest"
)

// TestClaimHopsOverBacklogs proves by the database's own plan that asking for work costs the
// same with a backlog: it only ever looks at one row of a portal in a partial index.
func TestClaimHopsOverBacklogs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		open          storetest.Open
		explain, lock string
	}{
		"sqlite":   {storetest.SQLite, "EXPLAIN QUERY PLAN ", ""},
		"postgres": {storetest.Postgres, "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ", "FOR UPDATE OF l SKIP LOCKED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := storetest.NewClock()
			s := c.open(t, clock.Now)
			db := storetest.Raw(t, s)
			backlog := "FROM (WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < 20000) SELECT i FROM g) AS g"
			for _, fill := range []string{
				`INSERT INTO tenants SELECT 't' || i, '', 'active', 'UTC', 0 ` + backlog + ` WHERE i < 200`,
				`INSERT INTO portals SELECT 't' || i, 'p', '', 'm', '', 'ok', '', 0, '', '', '', '', '', 0, 0, '', '', 0, 0, 0, 0 ` + backlog + ` WHERE i < 200`,
				`INSERT INTO lanes SELECT 't' || i, 'p', '', 0, 0, 0, 0, '', 1 ` + backlog + ` WHERE i < 200`,
				`INSERT INTO events SELECT 't' || (i % 4), 'p', 'e' || i, 'uis', 'k' || i, 'x', 's' || i, '', 0, i, '', '', '', '', '', '{}',
					CASE WHEN i % 3 = 0 THEN 'pending' ELSE 'done' END, '' ` + backlog,
				`INSERT INTO actions SELECT 't' || (i % 4), 'p', 'e' || i, i, 'e' || i, '', '', 'x', '{}', 0, '[]', 0,
					CASE WHEN i % 3 = 0 THEN 'planned' ELSE 'done' END, 0, 0, 0, 0, '', '', 0, 0 ` + backlog,
				`INSERT INTO sessions SELECT 't' || (i % 4), 'p', 's' || i, '', 0, '{}', i % 3 <> 0, 1, 0 ` + backlog,
			} {
				if _, err := db.ExecContext(t.Context(), fill); err != nil {
					t.Fatal(err)
				}
			}
			query := strings.Replace(c.explain+store.ClaimQuery, "/*lock*/", c.lock, 1)
			for i := 1; name == "postgres" && strings.Contains(query, "?"); i++ {
				query = strings.Replace(query, "?", fmt.Sprintf("$%d", i), 1)
			}
			rows, err := db.QueryContext(t.Context(), query, 5, 5, 5, 5, 100, "owner", 9, 5)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			for rows.Next() {
				line, ids := "", 0
				if name == "postgres" {
					err = rows.Scan(&line)
				} else {
					err = rows.Scan(&ids, &ids, &ids, &line)
				}
				if err != nil {
					t.Fatal(err)
				}
				if backlogTable.MatchString(line) && !oneRow.MatchString(line) {
					t.Errorf("reads more than a hop: %s", line)
				}
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

var (
	backlogTable = regexp.MustCompile(`(on|SCAN|SEARCH) (events|actions|sessions)\b`)
	// A scan in the order of the index stands under LIMIT 1; PostgreSQL tells how many rows it really read.
	oneRow = regexp.MustCompile(`SCAN .* USING (COVERING )?INDEX (events_pending|actions_due|sessions_deadline)$|` +
		`SEARCH .* INDEX (events_pending|actions_due|sessions_deadline) \((tenant_id=\? AND portal_id>\?|tenant_id>\?)\)|` +
		`Index (Only )?Scan using (events_pending|actions_due|sessions_deadline) .* rows=[01] `)
)
