package app_test

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/app"
	"omniconnector/internal/testpg"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
	"omniconnector/webhooks/emulator/rpc"
)

// databases are the two that a connector runs on.
var databases = map[string]func(t *testing.T) string{
	"sqlite":   func(*testing.T) string { return "" },
	"postgres": func(t *testing.T) string { t.Helper(); return testpg.New(t) },
}

// onBoth runs a claim on both databases.
func onBoth(t *testing.T, claim func(t *testing.T, database string)) {
	t.Helper()
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claim(t, open(t))
		})
	}
}

const patience = 2 * time.Minute

// unmetered lets the connector ask the platform as often as a test that hurries everything makes it: waiting for points is another
// test's matter.
func unmetered(w *world.World) {
	for _, api := range []string{rpc.CallAPI, rpc.DataAPI} {
		w.Platform.Access(w.Shop.AppID).Limit(api, rpc.Limits{Minute: 1e6, Day: 1e6})
	}
}

// newWorld makes a world for a tenant.
func newWorld(t *testing.T, tenant integration.TenantID) *world.World {
	t.Helper()
	w, err := world.New(world.Options{Tenant: tenant, Retries: []time.Duration{10 * time.Millisecond, 10 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	unmetered(w)
	return w
}

// connect starts a connector for worlds; what it answers stops it and waits.
func connect(t *testing.T, database, dir string, worlds ...*world.World) (*app.App, []world.Provisioned, func()) {
	t.Helper()
	return connectWith(t, database, dir, world.Settings(), nil, worlds...)
}

// connectWith does it with settings of the tenants' own, and with changes of the configuration.
func connectWith(
	t *testing.T, database, dir string, settings integration.Settings, more []func(*app.Config), worlds ...*world.World,
) (*app.App, []world.Provisioned, func()) {
	t.Helper()
	cfg := app.Config{
		Listen: "127.0.0.1:0", Data: dir, Database: database, AllowPrivate: true,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: logLevel()})),
		Lane: lane.Config{
			Poll: 50 * time.Millisecond, RetryAfter: 30 * time.Millisecond, RetryAtMost: 100 * time.Millisecond,
			ExecutionLimit: 300 * time.Millisecond, SendWithin: 300 * time.Millisecond,
		},
	}
	for _, w := range worlds {
		cfg.OAuthHosts = append(cfg.OAuthHosts, w.OAuthHost())
	}
	for _, change := range more {
		change(&cfg)
	}
	a, err := app.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	var all []world.Provisioned
	for _, w := range worlds {
		p, err := w.Provision(t.Context(), a.Store(), settings)
		if err != nil {
			t.Fatal(err)
		}
		w.Notify(p.HookURL("http://"+a.Address()), p.Body, platform.JSON)
		all = append(all, p)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return a, all, stop
}

func play(t *testing.T, w *world.World, s platform.Script) {
	t.Helper()
	sum, err := w.Play(t.Context(), s, 0)
	if err != nil {
		t.Fatal(err)
	}
	if sum.Failed > 0 {
		t.Fatalf("%d notifications were not accepted", sum.Failed)
	}
}

func quiet(t *testing.T, a *app.App, p world.Provisioned) {
	t.Helper()
	if err := p.AwaitQuiet(t.Context(), a.Store(), patience); err != nil {
		left, _ := a.Store().Unfinished(t.Context(), lane.Lease{Tenant: p.Tenant, Portal: p.Portal}, 100)
		for _, e := range left {
			t.Logf("%s %s is %s, tried %d times, due %s: %v", e.Action.Key, e.Action.Do.Name(), e.State, e.Attempts, e.DueAt, e.Err)
		}
		t.Fatal(err)
	}
}

// answered is a call that Anna took, with its record.
func answered(w *world.World, session int64, client string) platform.Script {
	return w.Shop.Incoming(session, w.Began, client).Answered(w.Shop.Employees[0], 5*time.Second, 30*time.Second)
}

func wants(t *testing.T, w *world.World, text string, times int) {
	t.Helper()
	if n := strings.Count(w.Records(), text); n != times {
		t.Errorf("%q is there %d times, want %d:\n%s", text, n, times, w.Records())
	}
}

// T-0: two calls of one customer at the same moment make one lead, and a morning told in every encoding makes the same.
func TestTwoCallsAtOnceMakeOneLead(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, "shop")
		a, p, _ := connect(t, database, t.TempDir(), w)
		both := platform.Merge("both", answered(w, 1, "79000000001"), answered(w, 2, "79000000001"), answered(w, 3, "79000000001"))
		play(t, w, both.Repeated(2).Shuffled(7))
		quiet(t, a, p[0])
		wants(t, w, "\nlead ", 1)
		wants(t, w, "  activity ", 3)
		wants(t, w, "attached=1", 3)
	})
}

// a portal that the vendor blocked gets no request more, and its neighbour does not notice (law 4).
func TestBlockedPortalStopsAloneAndGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		blocked, healthy := newWorld(t, "blocked"), newWorld(t, "healthy")
		a, p, _ := connect(t, database, t.TempDir(), blocked, healthy)
		quiet(t, a, p[0])
		blocked.Portal.FailNext("*", bitrix.Fault{Kind: bitrix.FaultOverload})
		play(t, blocked, answered(blocked, 1, "79000000001"))
		play(t, healthy, answered(healthy, 1, "79000000001"))
		quiet(t, a, p[1])
		wants(t, healthy, "lead call:1/lead", 1)
		state(t, a, p[0], integration.PortalBlocked)
		before := blocked.Portal.Requests().HTTP
		play(t, blocked, answered(blocked, 2, "79000000002"))
		play(t, healthy, answered(healthy, 2, "79000000002"))
		quiet(t, a, p[1])
		if after := blocked.Portal.Requests().HTTP; after != before {
			t.Errorf("%d requests to a blocked portal", after-before)
		}
		blocked.Portal.LiftOverload()
		if err := a.Store().SetPortalState(t.Context(), p[0].Tenant, p[0].Portal, integration.PortalOK, ""); err != nil {
			t.Fatal(err)
		}
		quiet(t, a, p[0])
		wants(t, blocked, "lead call:", 2)
	})
}

// state waits for a portal's state.
func state(t *testing.T, a *app.App, p world.Provisioned, want integration.PortalState) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		portal, err := a.Store().Portal(ctx, p.Tenant, p.Portal)
		if err != nil {
			t.Fatal(err)
		}
		if portal.State == want {
			if portal.Why == "" {
				t.Error("the tenant is not told why")
			}
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("state %s, want %s", portal.State, want)
		case <-look.C:
		}
	}
}

// The events of a suspended tenant are kept, and have their effect when the tenant is active again.
func TestEventsOfASuspendedTenantWait(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, "shop")
		a, p, _ := connect(t, database, t.TempDir(), w)
		quiet(t, a, p[0])
		if err := a.Store().SetTenantState(t.Context(), "shop", integration.TenantSuspended); err != nil {
			t.Fatal(err)
		}
		play(t, w, answered(w, 1, "79000000001"))
		if err := a.Store().SetTenantState(t.Context(), "shop", integration.TenantActive); err != nil {
			t.Fatal(err)
		}
		quiet(t, a, p[0])
		wants(t, w, "lead call:1/lead", 1)
		wants(t, w, "attached=1", 1)
	})
}

// T-10: a record that is late, then refused twice, then cut, is attached once.
func TestLateAndFailingRecordIsAttachedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "shop")
	a, p, _ := connect(t, "", t.TempDir(), w)
	w.Platform.Records().Set(1, 0, platform.Record{Late: 2, Faults: []platform.Fault{platform.Broken, platform.Reset, platform.Page, platform.Empty, platform.Cut}, Size: 3 << 20})
	play(t, w, answered(w, 1, "79000000001"))
	quiet(t, a, p[0])
	wants(t, w, "attached=1", 1)
	if n := w.Portal.Requests().Uploads; n != 1 {
		t.Logf("%d uploads were begun; only a whole one counts", n)
	}
}

// Contract §2: a token that expires and a portal that moves in the middle of a morning change nothing.
func TestExpiryAndRenameInTheMiddleOfACallChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "shop")
	a, p, _ := connect(t, "", t.TempDir(), w)
	quiet(t, a, p[0])
	script := answered(w, 1, "79000000001")
	for i, step := range script.Steps {
		switch i {
		case 1:
			w.Portal.ExpireAccessTokens()
		case 3:
			w.Portal.Rename("renamed")
		}
		play(t, w, platform.Script{Name: script.Name, Steps: []platform.Step{step}})
		quiet(t, a, p[0])
	}
	wants(t, w, "lead call:1/lead", 1)
	wants(t, w, "  activity ", 1)
	wants(t, w, "attached=1", 1)
	if n := w.Portal.Requests().Refreshes; n == 0 {
		t.Error("no token was refreshed")
	}
}

// a graceful stop gives the lease back, and the next process goes on at once with what is left.
func TestStoppedProcessLeavesItsWorkToTheNext(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		dir := t.TempDir()
		w := newWorld(t, "shop")
		a, p, stop := connect(t, database, dir, w)
		quiet(t, a, p[0])
		w.Platform.Records().Set(1, 0, platform.Record{Late: 1 << 20}) // a record that is never ready keeps the work unfinished
		script := answered(w, 1, "79000000001")
		play(t, w, script)
		stop()
		w.Platform.Records().Set(1, 0, platform.Record{})
		b, p, _ := connect(t, database, dir, w)
		quiet(t, b, p[0])
		wants(t, w, "lead call:1/lead", 1)
		wants(t, w, "attached=1", 1)
	})
}

func logLevel() slog.Level {
	if os.Getenv("OMNI_TEST_LOG") != "" {
		return slog.LevelInfo
	}
	return slog.LevelError
}
