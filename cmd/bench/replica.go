package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/internal/app"
	"omniconnector/internal/keyring"
	"omniconnector/internal/store"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// serveConnector is a whole connector. It gives back what it does not use now and then, so that its size is what it needs.
func serveConnector(ctx context.Context, s spec, say func(ready)) error {
	a, err := app.Open(ctx, app.Config{
		Listen: "127.0.0.1:0", Data: s.Data, Database: s.Database, AllowPrivate: true, OAuthHosts: []string{s.OAuth},
	})
	if err != nil {
		return err
	}
	go func() {
		tidy := time.NewTicker(5 * time.Second)
		defer tidy.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tidy.C:
				debug.FreeOSMemory()
			}
		}
	}()
	say(ready{Address: a.Address()})
	return a.Run(ctx)
}

// keys draws a key ring for the replicas of one installation.
func keys() (*keyring.Ring, string, error) {
	text := keyring.Format(keyring.Generate(1))
	ring, err := keyring.Parse(text)
	return ring, text, err
}

// replica starts one process of an installation.
func (b *bench) replica(ctx context.Context, s spec, keyText string) (*process, error) {
	var err error
	s.Serve = "connector"
	if s.Data == "" {
		if s.Data, err = b.folder("replica"); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(filepath.Join(s.Data, "keys"), []byte(keyText), 0o600); err != nil {
		return nil, err
	}
	return b.spawn(ctx, s)
}

// kills is how often the takeover is timed.
const kills = 3

// takeover kills the process that works a lane, with calls just accepted, and times how long it takes until the other one
// sends the portal's next request. Leases are as long as in production.
func (b *bench) takeover(ctx context.Context) (_ map[string]float64, err error) {
	dsn, err := b.database(ctx)
	if err != nil {
		return nil, err
	}
	w, err := world.New(world.Options{Tariff: unlimited()}) //nolint:contextcheck // the world outlives whoever made it
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	ring, keyText, err := keys()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Config{DSN: dsn, Keys: ring, Now: clock, Migrate: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tenant, err := w.Provision(ctx, db, world.Settings())
	if err != nil {
		return nil, err
	}
	if err := db.SetBudget(ctx, world.Tenant, tenant.Portal, plenty()); err != nil {
		return nil, err
	}
	s := spec{Database: dsn, OAuth: w.OAuthHost()}
	working, err := b.replica(ctx, s, keyText)
	if err != nil {
		return nil, err
	}
	defer func() { working.kill() }()
	if err := world.AwaitQuiet(ctx, db, tenant.Portal, time.Minute); err != nil {
		return nil, err
	}
	var all []float64
	for n := range kills {
		waiting, err := b.replica(ctx, s, keyText)
		if err != nil {
			return nil, err
		}
		took, err := killed(ctx, w, tenant, working, n)
		working = waiting
		if err != nil {
			return nil, err
		}
		b.say("kill %d: work went on after %v", n+1, took.Round(time.Millisecond))
		all = append(all, took.Seconds())
	}
	return map[string]float64{"resume_after_kill_s": median(all)}, nil
}

// callsAtKill is how many calls come in right before the kill.
const callsAtKill = 20

func killed(ctx context.Context, w *world.World, tenant world.Provisioned, victim *process, n int) (time.Duration, error) {
	w.Notify(tenant.HookURL("http://"+victim.Address), tenant.Body, platform.JSON)
	for i := range callsAtKill {
		id := int64(n*callsAtKill + i)
		call := w.Shop.Incoming(firstSession+id, w.Began, fmt.Sprintf("7900%07d", id))
		script := call.Answered(w.Shop.Employees[0], usualWait, usualTalk)
		script.Steps = script.Steps[:2]
		if _, err := w.Play(ctx, script, 0); err != nil {
			return 0, err
		}
	}
	victim.kill()
	from, before := time.Now(), w.Portal.Requests().HTTP
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for w.Portal.Requests().HTTP == before {
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-look.C:
		}
	}
	return time.Since(from), nil
}

const (
	manyPortals = 10_000
	// lanesGone is when lanes without work have been given up: they are kept for half a minute.
	lanesGone = 45 * time.Second
)

// memory compares the size of a connector that holds ten thousand portals with that of one that holds one, after each
// portal's directory was read and its lane has nothing more to do.
func (b *bench) memory(ctx context.Context) (map[string]float64, error) {
	one, err := b.sizeWith(ctx, 1)
	if err != nil {
		return nil, err
	}
	many, err := b.sizeWith(ctx, manyPortals)
	if err != nil {
		return nil, err
	}
	b.say("%.1f MB with one portal, %.1f MB with %d", one/1024, many/1024, manyPortals)
	return map[string]float64{"memory_per_portal_kb": (many - one) / (manyPortals - 1)}, nil
}

// sizeWith answers kilobytes of resident memory.
func (b *bench) sizeWith(ctx context.Context, portals int) (_ float64, err error) {
	w, err := world.New(world.Options{Tariff: unlimited()}) //nolint:contextcheck // likewise
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	dir, err := b.folder("memory")
	if err != nil {
		return 0, err
	}
	ring, keyText, err := keys()
	if err != nil {
		return 0, err
	}
	s := spec{Data: dir, Database: filepath.Join(dir, "omniconnector.db"), OAuth: w.OAuthHost()}
	if err := fill(ctx, w, store.Config{DSN: s.Database, Keys: ring, Now: clock, Migrate: true}, portals); err != nil {
		return 0, err
	}
	before := w.Portal.Requests().HTTP
	p, err := b.replica(ctx, s, keyText)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	const perSync = 2
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for w.Portal.Requests().HTTP-before < perSync*portals {
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("%d of %d requests: %w", w.Portal.Requests().HTTP-before, perSync*portals, context.Cause(ctx))
		case <-look.C:
		}
	}
	if err := pause(ctx, lanesGone); err != nil {
		return 0, err
	}
	size, err := readStat(p.cmd.Process.Pid)
	return float64(size.residentPage) * float64(os.Getpagesize()) / 1024, err
}

// fill makes so many tenants, each with a portal of its own at the world's address, and a synchronisation to be done.
func fill(ctx context.Context, w *world.World, c store.Config, portals int) (err error) {
	st, err := store.Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	body, err := json.Marshal(world.Settings())
	if err != nil {
		return err
	}
	for n := range portals {
		t := tenantOf(n)
		if _, err := st.CreateTenant(ctx, t, string(t)); err != nil {
			return err
		}
		p, err := st.Connect(ctx, t, store.Connection{
			MemberID: string(t), Endpoint: w.App.Endpoint, OAuthURL: w.App.TokenURL, ClientID: w.App.ClientID,
			ClientSecret: integration.Secret(w.App.ClientSecret), Access: integration.Secret(w.App.AccessToken),
			Refresh: integration.Secret(w.App.RefreshToken), Application: integration.Secret(w.App.ApplicationToken),
		})
		if err != nil {
			return err
		}
		if _, err := st.SaveSettings(ctx, t, p.ID, 0, body, "bench"); err != nil {
			return err
		}
		sync := integration.Action{Key: "sync/first", Urgency: integration.UrgentSync, Do: crm.Sync{}}
		if err := st.Enqueue(ctx, t, p.ID, []integration.Action{sync}); err != nil {
			return err
		}
	}
	return nil
}
