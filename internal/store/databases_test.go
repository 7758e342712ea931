package store_test

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm/schema"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/keyring"
	"omniconnector/internal/store"
	"omniconnector/internal/store/storetest"
	"omniconnector/internal/testpg"
	"omniconnector/migrations"
)

func TestBothDatabasesHaveOneSchema(t *testing.T) {
	t.Parallel()
	list := func(folder string) []string {
		files, err := fs.Glob(migrations.Files, folder+"/*.sql")
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for i, f := range files {
			files[i] = filepath.Base(f)
		}
		return files
	}
	if diff := cmp.Diff(list("postgres"), list("sqlite")); diff != "" {
		t.Errorf("migrations differ (-postgres +sqlite):\n%s", diff)
	}
	postgres := storetest.Columns(t, storetest.Postgres(t, time.Now))
	if diff := cmp.Diff(postgres, storetest.Columns(t, storetest.SQLite(t, time.Now))); diff != "" {
		t.Errorf("columns differ (-postgres +sqlite):\n%s", diff)
	}
	rows := map[string][]string{}
	for _, row := range store.Rows {
		parsed, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		rows[parsed.Table] = slices.Sorted(slices.Values(parsed.DBNames))
	}
	if diff := cmp.Diff(postgres, rows); diff != "" {
		t.Errorf("rows differ from tables (-tables +rows):\n%s", diff)
	}
	for table, columns := range postgres {
		if !slices.Contains(columns, "tenant_id") {
			t.Errorf("%s has no tenant", table)
		}
	}
}

// open opens one more store on a database, as another process would.
func open(t *testing.T, dsn string, now func() time.Time) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{DSN: dsn, Keys: storetest.Keys(t), Now: now, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// account adds a tenant with a portal.
func account(t *testing.T, s *store.Store) integration.PortalID {
	t.Helper()
	if _, err := s.CreateTenant(t.Context(), "acme", ""); err != nil {
		t.Fatal(err)
	}
	p, err := s.Connect(t.Context(), "acme", store.Connection{MemberID: "m", Access: "a1", Refresh: "r1"})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func delivery(p integration.PortalID) []integration.Delivery {
	return []integration.Delivery{{
		Tenant: "acme", Portals: []integration.PortalID{p}, Received: time.Unix(1, 0),
		Event: integration.Event{Source: "uis", Key: "k", Kind: integration.CallIncoming, Session: "s"},
	}}
}

func TestProcessesStartTogether(t *testing.T) {
	t.Parallel()
	dsn := testpg.New(t)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			s, err := store.Open(t.Context(), store.Config{DSN: dsn, Keys: storetest.Keys(t), Now: time.Now, Migrate: true})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// Two processes share one PostgreSQL: lanes, the bucket, tokens and wake-ups.
func TestProcessesShareOnePostgres(t *testing.T) {
	t.Parallel()
	dsn, clock := storetest.PostgresDSN(t), storetest.NewClock()
	both := []*store.Store{open(t, dsn, clock.Now), open(t, dsn, clock.Now)}
	p := account(t, both[0])
	ctx := t.Context()
	if a, err := both[1].HookAccess(ctx, "acme"); err != nil || len(a.Portals) != 1 {
		t.Fatal(a, err)
	}
	if err := both[0].SetTenantState(ctx, "acme", integration.TenantSuspended); err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Second)
	if a, err := both[1].HookAccess(ctx, "acme"); err != nil || a.State != integration.TenantSuspended {
		t.Errorf("a change of another process is not seen after a second: %+v, %v", a, err)
	}
	if err := both[0].SetTenantState(ctx, "acme", integration.TenantActive); err != nil {
		t.Fatal(err)
	}
	if err := both[0].SaveDeliveries(ctx, delivery(p)); err != nil {
		t.Fatal(err)
	}
	var leases, granted, exchanges atomic.Int64
	var wg sync.WaitGroup
	for i := range 20 {
		s := both[i%2]
		wg.Go(func() {
			got, err := s.Claim(ctx, "owner", clock.Now(), time.Minute, 5)
			leases.Add(int64(len(got)))
			wait, err2 := s.Charge(ctx, "acme", p, clock.Now(), lane.Budget{PerSecond: 2, Burst: 7})
			if wait == 0 {
				granted.Add(1)
			}
			token, err3 := s.Credentials("acme", p).Refresh(ctx, 1, func(context.Context, store.Token) (store.Token, error) {
				exchanges.Add(1)
				return store.Token{Access: "a2", Refresh: "r2"}, nil
			})
			if err := errors.Join(err, err2, err3); err != nil || token.Refresh != "r2" {
				t.Error(token, err)
			}
		})
	}
	wg.Wait()
	if leases.Load() != 1 || granted.Load() != 7 || exchanges.Load() != 1 {
		t.Errorf("%d leases, %d granted, %d exchanges, want 1, 7, 1", leases.Load(), granted.Load(), exchanges.Load())
	}
}

func TestWakesReachOtherProcesses(t *testing.T) {
	t.Parallel()
	dsn := storetest.PostgresDSN(t)
	from, to := open(t, dsn, time.Now), open(t, dsn, time.Now)
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan store.Wake, 1000)
	ended := make(chan error)
	go func() { ended <- to.Listen(ctx, func(w store.Wake) { heard <- w }) }()
	if w := <-heard; w != (store.Wake{}) {
		t.Errorf("the first wake is %v", w)
	}
	want := map[store.Wake]bool{}
	for range 50 { // many hints become few messages
		for _, p := range []integration.PortalID{"a", "b", "c", "☎ '\"\\"} {
			w := store.Wake{Tenant: "acme", Portal: p}
			want[w] = true
			from.Notify(w)
		}
	}
	for len(want) > 0 {
		select {
		case w := <-heard:
			delete(want, w)
		case <-time.After(10 * time.Second):
			t.Fatalf("not heard: %v", want)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A database that is away is told from rows that are to blame, and known tenants keep access.
func TestAwayIsToldFromBlame(t *testing.T) {
	t.Parallel()
	cluster, err := testpg.Start(testpg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dsn, _, err := cluster.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clock := storetest.NewClock()
	s, err := store.Open(t.Context(), store.Config{DSN: dsn, Keys: storetest.Keys(t), Now: clock.Now, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	p := account(t, s)
	if _, err := s.HookAccess(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.SaveDeliveries(canceled, delivery(p)); errors.Is(err, store.ErrAway) || !errors.Is(err, context.Canceled) {
		t.Errorf("given up by the caller: %v", err)
	}
	if err := cluster.Stop(); err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Hour)
	for name, err := range map[string]error{
		"SaveDeliveries": s.SaveDeliveries(t.Context(), delivery(p)),
		"again":          s.SaveDeliveries(t.Context(), delivery(p)),
		"Ping":           s.Ping(t.Context()),
		"SetBudget":      s.SetBudget(t.Context(), "acme", p, lane.Budget{}),
	} {
		if !errors.Is(err, store.ErrAway) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if a, err := s.HookAccess(t.Context(), "acme"); err != nil || len(a.Portals) != 1 {
		t.Errorf("a known tenant is refused: %+v, %v", a, err)
	}
	if _, err := s.HookAccess(t.Context(), "other"); !errors.Is(err, store.ErrAway) {
		t.Errorf("an unknown tenant: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := store.Open(t.Context(), store.Config{DSN: dsn, Keys: storetest.Keys(t), Now: clock.Now}); !errors.Is(err, store.ErrAway) {
		t.Errorf("Open: %v", err)
	}
}

func TestOneProcessHasTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "файл базы #1?.db")
	config := store.Config{DSN: "sqlite:" + path, Keys: storetest.Keys(t), Now: time.Now, Migrate: true}
	s, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	p := account(t, s)
	_, err = store.Open(t.Context(), config)
	if !errors.Is(err, store.ErrTaken) || !strings.Contains(err.Error(), "занят другим процессом") || !strings.Contains(err.Error(), path) {
		t.Errorf("opened twice: %v", err)
	}
	if err := s.SaveDeliveries(t.Context(), delivery(p)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveDeliveries(t.Context(), delivery(p)); !errors.Is(err, store.ErrAway) {
		t.Errorf("after Close: %v", err)
	}
	again, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if leases, err := again.Claim(t.Context(), "o", time.Now(), time.Minute, 1); err != nil || len(leases) != 1 {
		t.Errorf("after opening again: %v, %v", leases, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	again.Notify(store.Wake{Tenant: "acme", Portal: p})
	if err := again.Listen(ctx, func(store.Wake) { t.Error("woken") }); err != nil {
		t.Error(err)
	}
}

// A key that is retired takes no access to a platform or to an adapter with it: what it sealed is sealed anew when it is read.
func TestPlatformsOutliveTheirKey(t *testing.T) {
	t.Parallel()
	old, fresh := keyring.Generate(1), keyring.Generate(2)
	dsn := filepath.Join(t.TempDir(), "store.db")
	want := store.PlatformAccess{Source: "uis", Token: "token", Login: "login", Password: "password"}
	chats := store.ChatAccess{URL: "https://chats.example", Login: "login", Password: "password", Webhooks: store.BearerAuth("token")}
	for i, keys := range [][]keyring.Key{{old}, {fresh, old}, {fresh}} {
		ring, err := keyring.New(keys...)
		if err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), store.Config{DSN: dsn, Keys: ring, Now: storetest.NewClock().Now, Migrate: true})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			account(t, s)
			if err := s.SavePlatform(t.Context(), "acme", want); err != nil {
				t.Fatal(err)
			}
			if err := s.SaveChatAccess(t.Context(), "acme", chats); err != nil {
				t.Fatal(err)
			}
		}
		adapter, err := s.ChatAccess(t.Context(), "acme")
		chats.Saved = adapter.Saved
		if diff := cmp.Diff(chats, adapter); diff != "" || err != nil {
			t.Errorf("with keys %v: %v (-want +got):\n%s", keys, err, diff)
		}
		got, err := s.Platform(t.Context(), "acme")
		want.Saved = got.Saved
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("with keys %v: %v (-want +got):\n%s", keys, err, diff)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
