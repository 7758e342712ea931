//go:build unix

package store_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
	"omniconnector/internal/store/storetest"
	"omniconnector/internal/testpg"
)

// opened opens both databases as they are in production: with their disk.
func opened(b *testing.B, name string) (*store.Store, integration.PortalID) {
	b.Helper()
	dsn := b.TempDir() + "/bench.db"
	if name == "postgres" {
		c, err := testpg.Start(testpg.Options{Durable: true})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Stop() })
		if dsn, _, err = c.Database(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	s, err := store.Open(b.Context(), store.Config{DSN: dsn, Keys: storetest.Keys(b), Now: time.Now, Migrate: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	if _, err := s.CreateTenant(b.Context(), "acme", ""); err != nil {
		b.Fatal(err)
	}
	p, err := s.Connect(b.Context(), "acme", store.Connection{MemberID: "m"})
	if err != nil {
		b.Fatal(err)
	}
	return s, p.ID
}

func deliveries(p integration.PortalID, n int) []integration.Delivery {
	body := fmt.Appendf(nil, `{"notification":"call","text":"%0600d"}`, 1)
	all := make([]integration.Delivery, n)
	for i := range all {
		id := uuid.Must(uuid.NewV7()).String()
		all[i] = integration.Delivery{
			Tenant: "acme", Portals: []integration.PortalID{p}, Received: time.Now(), Method: "POST", ContentType: "application/json",
			Body: body, Event: integration.Event{
				ID: integration.EventID(id), Source: "uis", Key: id, Kind: integration.CallIncoming, At: time.Now(), Received: time.Now(),
				Session: integration.SessionID(id[:30]), Customer: integration.CustomerKey("+7" + id[24:]),
			},
		}
	}
	return all
}

// BenchmarkSaveDeliveries stores events in groups; the figure is for one event.
func BenchmarkSaveDeliveries(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		for _, group := range []int{1, 16, 64, 256} {
			b.Run(fmt.Sprintf("%s/%d", name, group), func(b *testing.B) {
				s, p := opened(b, name)
				all := deliveries(p, group*max(b.N/group, 1))
				b.ResetTimer()
				before := cpu()
				for i := 0; i < len(all); i += group {
					if err := s.SaveDeliveries(b.Context(), all[i:i+group]); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(len(all)), "cpu-ns/op")
			})
		}
	}
}

// cpu is what this process used, without the server: less disturbed by neighbours than the wall clock.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLane takes events through a lane fifty at a time, with two actions each; the
// figure is for one event.
func BenchmarkLane(b *testing.B) {
	const batch = 50
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			s, p := opened(b, name)
			all := deliveries(p, batch*max(b.N/batch, 1))
			for i := 0; i < len(all); i += batch {
				if err := s.SaveDeliveries(b.Context(), all[i:i+batch]); err != nil {
					b.Fatal(err)
				}
			}
			leases, err := s.Claim(b.Context(), "o", time.Now(), time.Hour, 1)
			if err != nil || len(leases) != 1 {
				b.Fatal(leases, err)
			}
			b.ResetTimer()
			before := cpu()
			for range len(all) / batch {
				walk(b, s, leases[0], batch)
			}
			b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(len(all)), "cpu-ns/op")
		})
	}
}

func walk(b *testing.B, s *store.Store, l lane.Lease, batch int) {
	b.Helper()
	events, err := s.Pending(b.Context(), l, "", batch)
	if err != nil || len(events) != batch {
		b.Fatal(len(events), err)
	}
	var all []lane.Decided
	var changes []lane.Change
	var keys []integration.ActionKey
	ids := make([]integration.SessionID, 0, len(events))
	for _, e := range events {
		ids = append(ids, e.Session)
	}
	if _, err := s.Sessions(b.Context(), l, ids); err != nil {
		b.Fatal(err)
	}
	for _, e := range events {
		d := lane.Decided{Session: e.Session, Customer: e.Customer, Events: []integration.EventID{e.ID}, At: time.Now()}
		for _, k := range []string{"/lead", "/call"} {
			key := integration.ActionKey(string(e.Session) + k)
			d.Plan.Actions = append(d.Plan.Actions, integration.Action{Key: key, Do: crm.Create{Kind: crm.Lead}})
			keys = append(keys, key)
			changes = append(changes, lane.Change{Key: key, State: lane.StateDone, Result: []byte(`{"id":1}`), At: time.Now()})
		}
		all = append(all, d)
	}
	if _, err := s.Record(b.Context(), l, all); err != nil {
		b.Fatal(err)
	}
	budget := lane.Budget{PerSecond: 1e6, Burst: 1e6}
	if _, err := s.Begin(b.Context(), l, keys, time.Now(), time.Now(), budget); err != nil {
		b.Fatal(err)
	}
	if err := s.Settle(b.Context(), l, changes); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkCustomer asks whose client a number is (T-2) among a hundred thousand customers.
func BenchmarkCustomer(b *testing.B) {
	const customers = 100_000
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			s, p := opened(b, name)
			if err := s.Schedule(b.Context(), "acme", p, []integration.Action{{Key: "index", Do: crm.Index{}}}); err != nil {
				b.Fatal(err)
			}
			leases, err := s.Claim(b.Context(), "o", time.Now(), time.Hour, 1)
			if err != nil || len(leases) != 1 {
				b.Fatal(leases, err)
			}
			start := time.Now()
			if err := learn(b.Context(), s, leases[0], customers, time.Now()); err != nil {
				b.Fatal(err)
			}
			b.Logf("learned %d customers in %v", customers, time.Since(start))
			i := 0
			for b.Loop() {
				i = (i + 7919) % customers
				c, err := s.Customer(b.Context(), "acme", p, []integration.Phone{numberOf(i + 1)})
				if err != nil || len(c.Deals) == 0 {
					b.Fatal(c, err)
				}
			}
		})
	}
}
