package store_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
	"omniconnector/internal/store/storetest"
)

// indexed leases the lane of a new portal.
func indexed(tb testing.TB, s *store.Store, now time.Time) lane.Lease {
	tb.Helper()
	if _, err := s.CreateTenant(tb.Context(), "acme", ""); err != nil {
		tb.Fatal(err)
	}
	p, err := s.Connect(tb.Context(), "acme", store.Connection{MemberID: "m"})
	if err != nil {
		tb.Fatal(err)
	}
	index := integration.Action{Key: "index", Do: crm.Index{}}
	if err := s.Schedule(tb.Context(), "acme", p.ID, []integration.Action{index}); err != nil {
		tb.Fatal(err)
	}
	leases, err := s.Claim(tb.Context(), "o", now, time.Hour, 1)
	if err != nil || len(leases) != 1 {
		tb.Fatal(leases, err)
	}
	return leases[0]
}

// numberOf is the number of the i-th customer.
func numberOf(i int) integration.Phone { return integration.Phone(fmt.Sprintf("+79%09d", i)) }

// learn fills an index with customers: of three records one is a contact with a number, one a deal of it, and one a
// company, a lead, or a deal of the company.
func learn(ctx context.Context, s *store.Store, l lane.Lease, customers int, asked time.Time) error {
	const batch = 5000
	for from := 0; from < customers; from += batch {
		var known []lane.Known
		for i := from + 1; i <= min(from+batch, customers); i++ {
			id := int64(i)
			contact := crm.Entity{Kind: crm.Contact, ID: id, Responsible: 7, Company: id, Title: "Анна Петрова"}
			deal := crm.Entity{Kind: crm.Deal, ID: id, Responsible: 7, Contact: id, Title: "Заказ", Stage: "NEW", Closed: i%2 == 0}
			known = append(known,
				lane.Known{Entity: contact, Asked: asked, Whole: true, Phones: []integration.Phone{numberOf(i)}},
				lane.Known{Entity: deal, Asked: asked})
			switch i % 4 {
			case 0:
				known = append(known, lane.Known{
					Entity: crm.Entity{Kind: crm.Company, ID: id}, Asked: asked, Whole: true, Phones: []integration.Phone{numberOf(i)},
				}, lane.Known{Entity: crm.Entity{Kind: crm.Deal, ID: id + 1e9, Company: id}, Asked: asked})
			case 1:
				known = append(known, lane.Known{
					Entity: crm.Entity{Kind: crm.Lead, ID: id}, Asked: asked, Whole: true, Phones: []integration.Phone{numberOf(i)},
				})
			}
		}
		if err := s.Learn(ctx, l, known, nil); err != nil {
			return err
		}
	}
	return nil
}

// T-2: whose client is calling is found by indexes alone, whatever the planner thinks of the tables: fresh ones, and
// ones that it knows.
func TestCustomersAreFoundByIndexes(t *testing.T) {
	t.Parallel()
	const customers = 10_000
	walks := regexp.MustCompile(`Seq Scan on customer|SCAN (c|customers|customer_phones)\b|TEMP B-TREE|Sort Key: (customers\.)?closed|` +
		`\(tenant_id=\? AND portal_id=\?\)$|Index Cond: \(\(tenant_id = '[^']*'::text\) AND \(portal_id = '[^']*'::text\)\)$`)
	for name, open := range map[string]storetest.Open{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := storetest.NewClock()
			l := loaded{T: t, s: open(t, clock.Now), lite: name == "sqlite", explain: "EXPLAIN (COSTS OFF) "}
			if l.lite {
				l.explain = "EXPLAIN QUERY PLAN "
			}
			l.db = storetest.Raw(t, l.s)
			lease := indexed(t, l.s, clock.Now())
			if err := learn(t.Context(), l.s, lease, customers, clock.Now()); err != nil {
				t.Fatal(err)
			}
			var seen []string
			store.Trace(l.s, func(sql string) { seen = append(seen, sql) })
			l.askCustomers(lease, clock.Now())
			asked := 0
			for _, known := range []bool{false, true} {
				if known {
					l.exec("ANALYZE")
				}
				for _, query := range seen {
					if !strings.Contains(query, "customer") || strings.Contains(query, "customer_key") {
						continue
					}
					asked++
					for _, line := range l.plan(query) {
						if walks.MatchString(line) && !strings.Contains(query, "stale_at > 0") { // few rows, in their order
							t.Errorf("%s\nwalks: %s", query, strings.Join(l.plan(query), "\n       "))
							break
						}
					}
				}
			}
			if asked < 20 {
				t.Errorf("only %d statements were looked at", asked)
			}
		})
	}
}

// askCustomers does everything that is done for one event of a portal, or one call.
func (l loaded) askCustomers(lease lane.Lease, now time.Time) {
	l.Helper()
	ctx := l.Context()
	c, err := l.s.Customer(ctx, lease.Tenant, lease.Portal, []integration.Phone{numberOf(4000)})
	if err != nil || len(c.Contacts) != 1 || len(c.Companies) != 1 || len(c.Leads) != 0 || len(c.Deals) != 2 {
		l.Errorf("customer: %+v, %v", c, err)
	}
	record := []integration.Record{{Kind: crm.Contact, ID: 4000}}
	if err := l.s.MarkStale(ctx, lease.Tenant, lease.Portal, record); err != nil {
		l.Error(err)
	}
	if stale, err := l.s.Stale(ctx, lease, 50); err != nil || len(stale) != 1 {
		l.Errorf("stale: %v, %v", stale, err)
	}
	fresh := lane.Known{
		Entity: crm.Entity{Kind: crm.Contact, ID: 4000}, Phones: []integration.Phone{"+79990000000"}, Whole: true, Asked: now,
	}
	if err := l.s.Learn(ctx, lease, []lane.Known{fresh}, []integration.Record{{Kind: crm.Lead, ID: 4001}}); err != nil {
		l.Error(err)
	}
}
