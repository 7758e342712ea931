// Package storetest is the exam of storage: what every database behind internal/store must
// keep and refuse. Run takes it on one database; SQLite and Postgres open throw-away ones, which
// other packages' tests use too.
package storetest

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/keyring"
	"omniconnector/internal/store"
	"omniconnector/internal/testpg"
)

// Open opens an empty, migrated database that goes with the test.
type Open func(tb testing.TB, now func() time.Time) *store.Store

// SQLite opens a file in the test's own folder.
func SQLite(tb testing.TB, now func() time.Time) *store.Store {
	tb.Helper()
	return open(tb, filepath.Join(tb.TempDir(), "store.db"), now)
}

// Postgres opens a database of the private server (internal/testpg).
func Postgres(tb testing.TB, now func() time.Time) *store.Store {
	tb.Helper()
	return open(tb, PostgresDSN(tb), now)
}

// PostgresDSN makes an empty, migrated database for tests that open it themselves, or several times.
func PostgresDSN(tb testing.TB) string {
	tb.Helper()
	return testpg.Prepared(tb, "store", func(ctx context.Context, dsn string) error {
		s, err := store.Open(ctx, store.Config{DSN: dsn, Keys: Keys(tb), Now: NewClock().Now, Migrate: true})
		if err != nil {
			return err
		}
		return s.Close()
	})
}

func open(tb testing.TB, dsn string, now func() time.Time) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), store.Config{DSN: dsn, Keys: Keys(tb), Now: now, MaxConns: 8, Migrate: true, ChangesKept: ChangesKept})
	if err != nil {
		tb.Fatal(err)
	}
	opened.Store(s, dsn)
	tb.Cleanup(func() {
		opened.Delete(s)
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// Keys is a key ring that is the same in all tests, so that a second process can open what the first sealed.
func Keys(tb testing.TB) *keyring.Ring {
	tb.Helper()
	r, err := keyring.New(keyring.Key{ID: 1, Secret: []byte("a key of tests, never of a server")[:keyring.KeySize]})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// Clock is a clock that only moves when told.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts on a Monday morning.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Exam is one database under examination, with a tenant and a portal in it.
type exam struct {
	*testing.T
	*Clock
	s      *store.Store
	tenant integration.TenantID
	portal integration.PortalID
}

// setup opens a fresh database.
func setup(t *testing.T, open Open) *exam {
	t.Helper()
	e := &exam{T: t, Clock: NewClock(), tenant: "acme"}
	e.s = open(t, e.Now)
	e.portal = e.connect(e.tenant, "member-1")
	return e
}

// connect adds the tenant if needed, and a portal.
func (e *exam) connect(t integration.TenantID, member string) integration.PortalID {
	e.Helper()
	if _, err := e.s.Tenant(e.Context(), t); err != nil {
		_, err := e.s.CreateTenant(e.Context(), t, "Tenant "+string(t))
		e.must(err)
	}
	p, err := e.s.Connect(e.Context(), t, store.Connection{
		Name: "Portal", MemberID: member, Endpoint: "https://" + member + ".example/rest/", OAuthURL: "https://oauth.example",
		ClientID: "client", ClientSecret: "client-secret", Access: "access-1", Refresh: "refresh-1", Application: "app-token",
		Expires: e.Now().Add(time.Hour),
	})
	e.must(err)
	return p.ID
}

func (e *exam) must(err error) {
	e.Helper()
	if err != nil {
		e.Fatal(err)
	}
}

const ttl = 15 * time.Second

// claim leases everything that is ready.
func (e *exam) claim(owner string) []lane.Lease {
	e.Helper()
	leases, err := e.s.Claim(e.Context(), owner, e.Now(), ttl, 100)
	e.must(err)
	return leases
}

// lease leases the exam's one portal, for which there must be work.
func (e *exam) lease(owner string) lane.Lease {
	e.Helper()
	for _, l := range e.claim(owner) {
		if l.Tenant == e.tenant && l.Portal == e.portal {
			return l
		}
	}
	e.Fatal("the lane was not claimed")
	return lane.Lease{}
}

// delivery makes a delivery for the exam's portal.
func (e *exam) delivery(key string, session integration.SessionID) integration.Delivery {
	return integration.Delivery{
		Tenant: e.tenant, Portals: []integration.PortalID{e.portal}, Event: e.event(key, session),
		Method: "POST", ContentType: "application/json", Query: "a=1", Body: []byte(`{"key":"` + key + `"}`),
		Remote: "203.0.113.7", Received: e.Now(),
	}
}

func (e *exam) event(key string, session integration.SessionID) integration.Event {
	return integration.Event{
		ID: integration.EventID(uuid.Must(uuid.NewV7()).String()), Source: "uis", Key: key, Kind: integration.CallIncoming,
		Session: session, Customer: "+79001112233", At: e.Now(), Received: e.Now(),
		Report: integration.Report{Direction: crm.Incoming, ClientNumber: "+7 900 111-22-33"},
	}
}

// save stores deliveries and answers their event ids.
func (e *exam) save(all ...integration.Delivery) []integration.EventID {
	e.Helper()
	e.must(e.s.SaveDeliveries(e.Context(), all))
	ids := make([]integration.EventID, 0, len(all))
	for _, d := range all {
		ids = append(ids, d.Event.ID)
	}
	return ids
}

// planned makes a decision with actions of the given keys.
func (e *exam) planned(session integration.SessionID, events []integration.EventID, keys ...integration.ActionKey) lane.Decided {
	d := lane.Decided{
		Session: session, Customer: "+79001112233", Events: events, At: e.Now(),
		Plan: integration.Plan{Outcome: integration.Planned, Memory: integration.Memory{SettingsVersion: 1, Registered: true}},
	}
	for _, k := range keys {
		d.Plan.Actions = append(d.Plan.Actions, integration.Action{
			Key: k, Urgency: integration.UrgentEntity, Touches: []string{"call:" + string(session)},
			Do: crm.Create{Kind: crm.Lead, OriginID: string(k), Fields: crm.Fields{Phones: []string{"+79001112233"}}},
		})
	}
	return d
}

// record stores decisions under a lease.
func (e *exam) record(l lane.Lease, d ...lane.Decided) []lane.Entry {
	e.Helper()
	added, err := e.s.Record(e.Context(), l, d)
	e.must(err)
	return added
}

// keys names the actions of entries, in order.
func keys(entries []lane.Entry) []integration.ActionKey {
	out := make([]integration.ActionKey, 0, len(entries))
	for _, e := range entries {
		out = append(out, e.Action.Key)
	}
	return out
}

var budget = lane.Budget{PerSecond: 2, Burst: 50}

// numbered makes names that sort by their number.
func numbered(prefix string, n int) string { return fmt.Sprintf("%s-%04d", prefix, n) }
