package app_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/app"
	"omniconnector/internal/store"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// handClock goes by itself, and ahead as far as a test moves it by hand.
type handClock struct{ ahead atomic.Int64 }

// Now is the same moment for the connector and both emulated sides.
func (c *handClock) Now() time.Time { return time.Now().UTC().Add(time.Duration(c.ahead.Load())) }

// Move makes it later. Requests in flight would be late then, so the connector is quiet first.
func (c *handClock) Move(d time.Duration) { c.ahead.Add(int64(d)) }

// stage is a connector between both sides, by one clock that a test moves.
type stage struct {
	*world.World
	app   *app.App
	at    world.Provisioned
	clock *handClock
	stop  func()

	database, dir string
	address       string // where the first process listened, and the next ones do
	settings      integration.Settings
	more          []func(*app.Config)
}

// staging is what a stage is made of; everything may be left out.
type staging struct {
	database string
	mode     bitrix.Mode
	set      func(s *integration.Settings)
	seed     func(w *world.World) // what is there before the directories are read
	more     []func(c *app.Config)
}

// staged starts a connector whose tenant has connected both sides, and waits until the directories are read.
func staged(t *testing.T, o staging) *stage {
	t.Helper()
	clock := &handClock{}
	w, err := world.New(world.Options{Tenant: "shop", Mode: o.mode, Now: clock.Now, Retries: []time.Duration{10 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	unmetered(w)
	s := &stage{World: w, clock: clock, database: o.database, dir: t.TempDir(), settings: world.Settings(), more: o.more}
	if o.set != nil {
		o.set(&s.settings)
	}
	if o.seed != nil {
		o.seed(w)
	}
	s.start(t)
	if err := w.ConnectPlatform(t.Context(), s.app.Store()); err != nil {
		t.Fatal(err)
	}
	s.connect(t)
	return s
}

// start starts a process on the same data.
func (s *stage) start(t *testing.T) {
	t.Helper()
	more := append([]func(*app.Config){func(c *app.Config) {
		c.Now, c.Lane.LeaseFor = s.clock.Now, time.Hour // a clock that is moved takes no lease away
		c.Listen = cmp.Or(s.address, c.Listen)
	}}, s.more...)
	a, p, stop := connectWith(t, s.database, s.dir, s.settings, more, s.World)
	s.app, s.at, s.stop, s.address = a, p[0], stop, a.Address()
}

// connect plans what a connected portal needs, and waits until it is done.
func (s *stage) connect(t *testing.T) {
	t.Helper()
	if err := s.app.PortalConnected(t.Context(), s.at.Tenant, s.at.Portal); err != nil {
		t.Fatal(err)
	}
	if err := s.app.SettingsSaved(t.Context(), s.at.Tenant, s.at.Portal, &s.settings); err != nil {
		t.Fatal(err)
	}
	s.rest(t)
}

// restart stops the process and starts the next one on the same data.
func (s *stage) restart(t *testing.T) {
	t.Helper()
	s.stop()
	s.start(t)
}

// receiving stops the process and starts one that takes events in and does nothing about them.
func (s *stage) receiving(t *testing.T) {
	t.Helper()
	working := s.more
	s.stop()
	s.more = append(slices.Clone(working), func(c *app.Config) { c.NoWork = true })
	s.start(t)
	s.more = working
}

// rest waits until both sides have said everything and the connector has done everything that is due.
func (s *stage) rest(t *testing.T) {
	t.Helper()
	after(t, s.app, s.World, s.at)
}

// plays tells a script and waits until it had its effect.
func (s *stage) plays(t *testing.T, script platform.Script) {
	t.Helper()
	play(t, s.World, script)
	s.rest(t)
}

// now is the moment at which a call may begin: platforms and portals tell whole seconds.
func (s *stage) now() time.Time { return s.clock.Now().Truncate(time.Second) }

// journal is everything that is known of a session.
func (s *stage) journal(t *testing.T, session string) store.SessionJournal {
	t.Helper()
	j, err := s.app.Store().SessionJournal(t.Context(), s.at.Tenant, s.at.Portal, integration.SessionID(session))
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// until waits for something that nobody reports.
func (s *stage) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s\n%s", what, s.Records())
		case <-look.C:
		}
	}
}

// pass moves the clock and waits until the decision that waited for it was taken, and had its effect.
func (s *stage) pass(t *testing.T, d time.Duration, session string) {
	t.Helper()
	s.rest(t)
	s.clock.Move(d)
	s.until(t, "the decision of "+session, func() bool { return s.journal(t, session).Memory.DueAt.IsZero() })
	s.rest(t)
}

// why are the reasons of a session's decisions in the journal, by code.
func (s *stage) why(t *testing.T, session string) string {
	t.Helper()
	var all []string
	for _, plan := range s.journal(t, session).Plans {
		for _, r := range plan.Reasons {
			all = append(all, r.Code)
		}
	}
	return strings.Join(all, " ")
}

// explained fails the test when the journal does not tell these reasons of a session.
func (s *stage) explained(t *testing.T, session string, codes ...string) {
	t.Helper()
	had := " " + s.why(t, session) + " "
	for _, code := range codes {
		if !strings.Contains(had, " "+code+" ") {
			t.Errorf("the journal of %s does not tell %q:%s", session, code, had)
		}
	}
}
