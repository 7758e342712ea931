package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/integration/settings"
	"omniconnector/internal/keyring"
	"omniconnector/internal/store"
	"omniconnector/internal/world"
	"omniconnector/webhooks"
	platform "omniconnector/webhooks/emulator"
	"omniconnector/webhooks/uis"
)

// What is put into the inbox before the lanes start: calls of so many portals.
const (
	lanePortals   = 4
	laneCalls     = 250 // of each portal
	longLaneCalls = 2000
	// laneAtMost ends a run that is far from its goal; what was decided until then counts.
	laneAtMost = 20 * time.Second
)

// lanes measures the engine on a full inbox, with a portal that answers at once. In one order the notifications of all
// calls stand side by side, as they come in life, and each is decided by itself; in the other, that of a backlog, those of
// one call stand together and are decided together.
func (b *bench) lanes(ctx context.Context) (map[string]float64, error) {
	values := map[string]float64{}
	for _, run := range []struct {
		suffix   string
		postgres bool
		backlog  bool
	}{{"", true, false}, {"_sqlite", false, false}, {"_backlog", true, true}, {"_backlog_sqlite", false, true}} {
		var core, wall []float64
		for range max(1, b.Rounds/2) {
			r, err := b.laneRun(ctx, run.postgres, run.backlog)
			if err != nil {
				return nil, err
			}
			core, wall = append(core, r.perCore()), append(wall, r.perSecond())
			b.say("lanes%s: %d events, %v of CPU (%v the server's), %v", run.suffix, r.events, r.own+r.server, r.server, r.took.Round(time.Millisecond))
		}
		values["lane_events_per_second_core"+run.suffix] = median(core)
		if !run.backlog {
			values["lane_events_per_second_wall"+run.suffix] = median(wall)
		}
	}
	return values, nil
}

// laneResult is what one run came to.
type laneResult struct {
	events            int
	own, server, took time.Duration
}

func (r laneResult) perCore() float64   { return float64(r.events) / (r.own + r.server).Seconds() }
func (r laneResult) perSecond() float64 { return float64(r.events) / r.took.Seconds() }

func (b *bench) laneRun(ctx context.Context, onPostgres, backlog bool) (_ laneResult, err error) {
	st, err := b.openStore(ctx, onPostgres)
	if err != nil {
		return laneResult{}, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	portals, err := connectAll(ctx, st, lanePortals)
	if err != nil {
		return laneResult{}, err
	}
	calls := laneCalls
	if b.Long {
		calls = longLaneCalls
	}
	total, err := preload(ctx, st, portals, calls, backlog)
	if err != nil {
		return laneResult{}, err
	}
	watch := newWatched(st, total)
	engine := lane.NewEngine(lane.Config{
		Store: watch, Portals: everywhere{&instant{}}, Recordings: noRecordings{}, Settings: &settings.Compiler{}, Now: clock,
		Log: slog.New(slog.DiscardHandler), Owner: "bench",
	})
	server, err := b.serverCPU()
	if err != nil {
		return laneResult{}, err
	}
	own, from := ownCPU(), time.Now()
	running, stop := context.WithTimeout(ctx, laneAtMost)
	defer stop()
	context.AfterFunc(watch.all, stop) //nolint:contextcheck // the end of the work ends the run
	if err := engine.Run(running); err != nil {
		return laneResult{}, err
	}
	r := laneResult{events: int(watch.decided.Load()), own: ownCPU() - own, took: time.Since(from)}
	after, err := b.serverCPU()
	if onPostgres {
		r.server = after - server
	}
	if left := watch.open.Load(); err == nil && r.events == total && left != 0 {
		err = fmt.Errorf("%d actions were not settled", left)
	}
	return r, errors.Join(err, ctx.Err())
}

func (b *bench) openStore(ctx context.Context, onPostgres bool) (*store.Store, error) {
	dir, err := b.folder("store")
	if err != nil {
		return nil, err
	}
	dsn := filepath.Join(dir, "omniconnector.db")
	if onPostgres {
		if dsn, err = b.database(ctx); err != nil {
			return nil, err
		}
	}
	ring, err := keyring.New(keyring.Generate(1))
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Config{DSN: dsn, Keys: ring, Now: clock, Migrate: true})
}

// tenant names the n-th of many tenants.
func tenantOf(n int) integration.TenantID { return integration.TenantID(fmt.Sprintf("tenant%d", n)) }

// address is a portal of a tenant.
type address struct {
	tenant integration.TenantID
	portal integration.PortalID
}

// connectAll makes tenants with a portal each, whose settings are saved and whose directory is to be read.
func connectAll(ctx context.Context, st *store.Store, count int) ([]address, error) {
	body, err := json.Marshal(world.Settings())
	if err != nil {
		return nil, err
	}
	all := make([]address, count)
	for n := range all {
		t := tenantOf(n)
		if _, err := st.CreateTenant(ctx, t, string(t)); err != nil {
			return nil, err
		}
		p, err := st.Connect(ctx, t, store.Connection{MemberID: string(t), Access: "a", Refresh: "r"})
		if err != nil {
			return nil, err
		}
		if _, err := st.SaveSettings(ctx, t, p.ID, 0, body, "bench"); err != nil {
			return nil, err
		}
		sync := integration.Action{Key: "sync/first", Urgency: integration.UrgentSync, Do: crm.Sync{}}
		if err := st.Enqueue(ctx, t, p.ID, []integration.Action{sync}); err != nil {
			return nil, err
		}
		all[n] = address{t, p.ID}
	}
	return all, nil
}

// preload puts the notifications of whole calls into the inbox, read as the receiver reads them.
func preload(ctx context.Context, st *store.Store, portals []address, calls int, backlog bool) (int, error) {
	steps := deliveries(calls)
	total := 0
	save := func(at address, some []integration.Delivery) error {
		for i := range some {
			some[i].Tenant, some[i].Portals = at.tenant, []integration.PortalID{at.portal}
			some[i].Event.ID = integration.EventID(uuid.Must(uuid.NewV7()).String())
		}
		total += len(some)
		return st.SaveDeliveries(ctx, some)
	}
	for _, at := range portals {
		all := make([]integration.Delivery, 0, len(steps)*calls)
		for i := range len(steps) * calls {
			if backlog {
				all = append(all, steps[i%len(steps)][i/len(steps)])
			} else {
				all = append(all, steps[i/calls][i%calls])
			}
		}
		for len(all) > 0 {
			n := min(256, len(all))
			if err := save(at, all[:n]); err != nil {
				return 0, err
			}
			all = all[n:]
		}
	}
	return total, nil
}

// deliveries are the notifications of so many calls, by step and call.
func deliveries(calls int) [][]integration.Delivery {
	templates := map[string]platform.Template{}
	for _, t := range platform.Templates("http://127.0.0.1/hooks/uis/x", "", platform.JSON) {
		templates[t.Event] = t
	}
	shop, now := platform.Shop("http://127.0.0.1"), clock()
	var steps [][]integration.Delivery
	for n := range calls {
		call := shop.Incoming(firstSession+int64(n), now, fmt.Sprintf("7900%07d", n))
		for i, step := range call.Answered(shop.Employees[n%len(shop.Employees)], usualWait, usualTalk).Steps {
			r := templates[step.Event].Render(step.Vars, nil)
			read, err := uis.Source{}.Read(webhooks.Request{
				Method: r.Method, Event: step.Event, ContentType: r.ContentType, Body: []byte(r.Body), Received: now, Location: shop.Location,
			})
			if err != nil {
				panic(err) // the platform's own templates
			}
			read.Event.Source, read.Event.Received = uis.Name, now
			if i == len(steps) {
				steps = append(steps, nil)
			}
			steps[i] = append(steps[i], integration.Delivery{
				Event: read.Event, Method: r.Method, ContentType: r.ContentType, Body: []byte(r.Body), Remote: "127.0.0.1", Received: now,
			})
		}
	}
	return steps
}

// watchedStore counts what lanes decide and settle, and tells when all is done.
type watchedStore struct {
	lane.Store
	total   int64
	decided atomic.Int64
	open    atomic.Int64 // actions that were planned and not settled
	all     context.Context
	done    context.CancelFunc
}

func newWatched(st lane.Store, total int) *watchedStore {
	w := &watchedStore{Store: st, total: int64(total)}
	w.all, w.done = context.WithCancel(context.Background())
	return w
}

// Record counts the events of decisions, and the actions that came of them.
func (w *watchedStore) Record(ctx context.Context, l lane.Lease, all []lane.Decided) ([]lane.Entry, error) {
	entries, err := w.Store.Record(ctx, l, all)
	if err == nil {
		w.open.Add(int64(len(entries)))
		for i := range all {
			w.decided.Add(int64(len(all[i].Events)))
		}
		w.look()
	}
	return entries, err
}

// Settle counts settled actions; the first synchronisation of the directory was planned by nobody here.
func (w *watchedStore) Settle(ctx context.Context, l lane.Lease, changes []lane.Change) error {
	err := w.Store.Settle(ctx, l, changes)
	if err == nil {
		for _, c := range changes {
			if c.State.Settled() && c.Key != "sync/first" {
				w.open.Add(-1)
			}
		}
		w.look()
	}
	return err
}

func (w *watchedStore) look() {
	if w.decided.Load() == w.total && w.open.Load() == 0 {
		w.done()
	}
}
