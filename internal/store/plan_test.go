package store_test

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
	"omniconnector/internal/store/storetest"
)

// loaded opens a database with a backlog in four portals and asks for its plans.
type loaded struct {
	*testing.T
	s       *store.Store
	db      *sql.DB
	explain string
	lite    bool
}

const generator = "FROM (WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < 20000) SELECT i FROM g) AS g"

// onBoth runs a test on both databases, loaded.
func onBoth(t *testing.T, test func(loaded)) {
	t.Helper()
	for name, analyze := range map[string]bool{"sqlite": false, "postgres": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := loaded{T: t, lite: name == "sqlite", explain: "EXPLAIN (COSTS OFF) "}
			open := storetest.Postgres
			if l.lite {
				open, l.explain = storetest.SQLite, "EXPLAIN QUERY PLAN "
			}
			l.s = open(t, storetest.NewClock().Now)
			l.db = storetest.Raw(t, l.s)
			l.exec(`INSERT INTO tenants SELECT 't' || i, '', 'active', 'UTC', 0 ` + generator + ` WHERE i < 200`)
			l.exec(`INSERT INTO portals SELECT 't' || i, 'p', '', 'm', '', 'ok', '', 0, '', '', '', '', '', 0, 0, '', '', 0, 0, 0, 0 ` + generator + ` WHERE i < 200`)
			l.exec(`INSERT INTO lanes SELECT 't' || i, 'p', '', 0, 0, 0, 0, '', 1 ` + generator + ` WHERE i < 200`)
			l.exec(`INSERT INTO events SELECT 't' || (i % 4), 'p', 'e' || i, 'uis', 'k' || i, 'x', 's' || i, 'c' || i, 0, i, '', '', '', '', '', '{}',
				CASE WHEN i % 3 = 0 THEN 'pending' ELSE 'done' END, '' ` + generator)
			l.exec(`INSERT INTO actions SELECT 't' || (i % 4), 'p', 'k' || i, i, 'e' || i, 's' || i, 'c' || i, 'sync_directory', '{}', 0, '[]', 0,
				CASE WHEN i % 3 = 0 THEN 'planned' WHEN i % 7 = 0 THEN 'dead' ELSE 'done' END, 0, 0, 0, 0, '', '', 0, 0, 0 ` + generator)
			l.exec(`INSERT INTO sessions SELECT 't' || (i % 4), 'p', 's' || i, '', 0, '{}', i % 3 <> 0, CASE WHEN i % 3 = 0 THEN i ELSE 0 END, 0,
				CASE WHEN i % 3 = 0 THEN '' ELSE 'missed' END, CASE WHEN i % 3 = 0 THEN 0 ELSE i END ` + generator)
			l.exec(`INSERT INTO events SELECT 't' || (i % 4), 'p', 'z' || i, 'chat', 'k' || i, 'x', CASE WHEN i % 2 = 0 THEN 'chat:' ELSE 'offline_message:' END || i / 100,
				'c' || i, 0, i, '', '', '', '', '', '{}', 'done', '' ` + generator + ` WHERE i < 2000`)
			l.exec(`INSERT INTO identities SELECT 't' || (i % 4), 'p', 'c' || i % 8, 'chat:' || i, i ` + generator)
			l.exec(`INSERT INTO chat_accounts SELECT 't' || (i % 4), i, 0, 0, '', '', i % 2 = 0 ` + generator)
			l.exec(`INSERT INTO platforms SELECT 't' || i, '', '', '', '', '', '', 0, i, 0 ` + generator + ` WHERE i < 200`)
			l.exec(`INSERT INTO plans SELECT 't' || (i % 4), 'p', 'e' || i, 's' || i, '', '[]', '[]', 0 ` + generator)
			if analyze {
				l.exec("ANALYZE")
			}
			test(l)
		})
	}
}

func (l loaded) exec(query string) {
	l.Helper()
	if _, err := l.db.ExecContext(l.Context(), query); err != nil {
		l.Fatal(err)
	}
}

// plan answers the lines of a statement's plan.
func (l loaded) plan(query string, args ...any) []string {
	l.Helper()
	rows, err := l.db.QueryContext(l.Context(), l.explain+query, args...)
	if err != nil {
		l.Fatal(query, err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		line, id := "", 0
		into := []any{&line}
		if l.lite {
			into = []any{&id, &id, &id, &line}
		}
		if err := rows.Scan(into...); err != nil {
			l.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		l.Fatal(err)
	}
	return lines
}

// Asking for work costs the same with a backlog: it only looks at one row of a portal in a partial index.
func TestClaimHopsOverBacklogs(t *testing.T) {
	t.Parallel()
	big := regexp.MustCompile(`(on|SCAN|SEARCH) (events|actions|sessions)\b`)
	// A scan in the order of the index stands under LIMIT 1; PostgreSQL tells how many rows it really read.
	oneRow := regexp.MustCompile(`SCAN .* USING (COVERING )?INDEX (events_pending|actions_due|sessions_deadline)$|` +
		`SEARCH .* INDEX (events_pending|actions_due|sessions_deadline) \((tenant_id=\? AND portal_id>\?|tenant_id>\?)\)|` +
		`Index (Only )?Scan using (events_pending|actions_due|sessions_deadline) .* rows=[01] `)
	onBoth(t, func(l loaded) {
		query := store.ClaimQuery
		if !l.lite {
			l.explain = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) "
			query = strings.Replace(query, "/*lock*/", "FOR UPDATE OF l SKIP LOCKED", 1)
			for i := 1; strings.Contains(query, "?"); i++ {
				query = strings.Replace(query, "?", fmt.Sprintf("$%d", i), 1)
			}
		}
		for _, line := range l.plan(query, 5, 5, 5, 5, 100, "owner", 9, 5) {
			if big.MatchString(line) && !oneRow.MatchString(line) {
				l.Errorf("reads more than a hop: %s", line)
			}
		}
	})
}

// What a lane or a page does for one event costs the same at any size: every statement finds
// its rows by an index, and none walks through a whole portal.
func TestStatementsUseIndexes(t *testing.T) {
	t.Parallel()
	walks := regexp.MustCompile(`Seq Scan on (events|actions|sessions|plans|identities|chat_accounts)|SCAN (events|actions|sessions|plans|identities|a|p)\b|TEMP B-TREE FOR ORDER BY$|` +
		// only the portal, or a part of it, in an index of all its rows
		`\(tenant_id=\? AND portal_id=\?\)$|Index Cond: \(\(tenant_id = '[^']*'::text\) AND \(portal_id = '[^']*'::text\)\)$`)
	partial := regexp.MustCompile(`(events_pending|actions_unfinished|actions_due|actions_dead|actions_own|actions_jobs|sessions_deadline|events_chats|events_requests)\b`)
	ofConversations := regexp.MustCompile(`FROM events .*\(\(session_id >= '`)
	onBoth(t, func(l loaded) {
		var mu sync.Mutex
		var seen []string
		store.Trace(l.s, func(sql string) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, sql)
		})
		l.use()
		mu.Lock()
		defer mu.Unlock()
		for _, query := range seen {
			if !regexp.MustCompile(`\b(events|actions|sessions|plans|identities|chat_accounts|platforms)\b`).MatchString(query) || strings.HasPrefix(query, "WITH RECURSIVE") {
				continue
			}
			lines := l.plan(query)
			if told := strings.Join(lines, "\n       "); ofConversations.MatchString(query) && !regexp.MustCompile("events_(chats|requests|customer)").MatchString(told) {
				l.Errorf("%s\nlooks for conversations among all events: %s", query, told)
			}
			for i, line := range lines {
				using := strings.Join(lines[max(i-1, 0):i+1], " ")
				if walks.MatchString(line) && !partial.MatchString(using) {
					l.Errorf("%s\nwalks: %s", query, strings.Join(lines, "\n       "))
					break
				}
			}
		}
	})
}

// use calls everything that is called for each event.
func (l loaded) use() {
	l.Helper()
	ctx, s, now := l.Context(), l.s, time.UnixMicro(10)
	leases, err := s.Claim(ctx, "o", now, time.Hour, 100)
	i := slices.IndexFunc(leases, func(l lane.Lease) bool { return l.Tenant == "t1" })
	if err != nil || i < 0 {
		l.Fatal(leases, err)
	}
	lease := leases[i]
	try := func(err error) {
		l.Helper()
		if err != nil {
			l.Error(err)
		}
	}
	_, err = s.Pending(ctx, lease, "e2", 100)
	try(err)
	_, err = s.Sessions(ctx, lease, []integration.SessionID{"s1", "s5", "s9", "none"})
	try(err)
	_, _, err = s.Session(ctx, lease, "s1")
	try(err)
	_, _, err = s.Overdue(ctx, lease, now, 100)
	try(err)
	_, err = s.Unfinished(ctx, lease, 100)
	try(err)
	_, err = s.History(ctx, lease, "c5", []string{"create", "finish_call"}, time.Time{}, 20)
	try(err)
	_, err = s.Known(ctx, lease, []integration.CustomerKey{"c1", "c5"}, "chat:5", 20)
	try(err)
	_, err = s.Conversing(ctx, lease, "c1", now, 20)
	try(err)
	_, err = s.TenantsOfAccount(ctx, 6)
	try(err)
	_, err = s.TenantsOfApp(ctx, 6)
	try(err)
	_, _, err = s.Answers(ctx, lease, []integration.ActionKey{"k1", "k5"})
	try(err)
	_, err = s.Record(ctx, lease, []lane.Decided{
		{Session: "s9", Events: []integration.EventID{"e9", "e21"}, Identities: []integration.CustomerKey{"c1", "c9"}, At: now, Plan: integration.Plan{
			Outcome: integration.Planned, Actions: []integration.Action{{Key: "new", Do: crm.Sync{}}, {Key: "k9", Do: crm.Sync{}}},
		}},
	})
	try(err)
	budget := lane.Budget{PerSecond: 100, Burst: 100}
	_, err = s.Begin(ctx, lease, []integration.ActionKey{"new", "k9"}, now, now, budget)
	try(err)
	try(s.Settle(ctx, lease, []lane.Change{{Key: "new", State: lane.StateDone}, {Key: "k9", State: lane.StateDead}}))
	_, err = s.Append(ctx, lease, []integration.Event{{Source: "own", Key: "x"}})
	try(err)
	for _, f := range []store.JournalFilter{{}, {Session: "s1", Portal: "p"}, {Customer: "c1"}, {Since: now}} {
		_, cursor, err := s.Events(ctx, "t1", f, "", 1)
		try(err)
		_, _, err = s.Events(ctx, "t1", f, cursor, 1)
		try(err)
	}
	for _, f := range []store.JournalFilter{
		{},
		{Customer: "c1"},
		{Kind: "x"},
		{State: lane.StateDead},
		{Communication: store.Calls},
		{Communication: integration.Chat},
		{Communication: integration.Offline, Portal: "p"},
		{Communication: integration.Offline, Customer: "c1"},
	} {
		_, _, err = s.Calls(ctx, "t1", f, "", 1)
		try(err)
	}
	_, err = s.SessionJournals(ctx, "t1", "p", []integration.SessionID{"s1", "s5"})
	try(err)
	_, err = s.Changes(ctx, "t1", 0, 2)
	try(err)
	_, err = s.Event(ctx, "t1", "p", "e5")
	try(err)
	_, err = s.SessionJournal(ctx, "t1", "p", "s5")
	try(err)
	_, _, err = s.DeadLetters(ctx, "t1", "", "", 2)
	try(err)
	try(s.Retry(ctx, "t1", "p", "k49", "test"))
	_, err = s.Jobs(ctx, "t1", "p")
	try(err)
	_, err = s.Busy(ctx, "t1", "p", now)
	try(err)
	try(s.Schedule(ctx, "t1", "p", []integration.Action{{Key: "k9", Do: crm.Sync{}}, {Key: "own", Do: crm.Sync{}}}))
	_, err = s.LaneStatus(ctx, "t1", "p")
	try(err)
	_, err = s.Activity(ctx, "t1", "p", time.UnixMicro(19_000), 50)
	try(err)
	_, err = s.Prune(ctx, "t1", time.UnixMicro(20), 3)
	try(err)
}

// A database that has just begun to fill gets statistics at once.
func TestFreshPostgresIsLookedAt(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t, time.Now)
	p := account(t, s)
	for i := range 20 {
		var all []integration.Delivery
		for j := range 10 {
			d := delivery(p)[0]
			d.Event.Key = fmt.Sprint(i, "/", j)
			all = append(all, d)
		}
		if err := s.SaveDeliveries(t.Context(), all); err != nil {
			t.Fatal(err)
		}
	}
	db := storetest.Raw(t, s)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		var known int
		err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_stats WHERE tablename = 'events' AND attname = 'tenant_id'").Scan(&known)
		if err != nil {
			t.Fatal(err)
		}
		if known == 1 {
			return
		}
		<-tick.C
	}
	t.Error("it was never analyzed")
}
