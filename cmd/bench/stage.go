package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// stage is a connector at work in its own emulated world, in this process.
type stage struct {
	world     *world.World
	app       *app.App
	portal    world.Provisioned
	templates map[string]platform.Template
	client    *http.Client
	stop      func() error
	sessions  atomic.Int64
	now       func() time.Time // the set's; nil for the wall clock
	filled    float64          // records a second that went into the index of customers
	late      atomic.Int64     // questions about known customers that were answered with "no manager"
}

// set says what a stage is like.
type set struct {
	world    world.Options
	database string // SQLite in the stage's own folder when empty
	now      func() time.Time
	lane     lane.Config
	budget   lane.Budget // the portal's own; the ordinary one when zero
	// noRecords leaves the records of talks with the platform.
	noRecords bool
	// whole connects the telephony platform too, and lets clicks on numbers call.
	whole bool
	// staff is how many employees both sides have; those of the world when zero.
	staff int
	// customers are in the index of customers from the beginning, and managers are looked up in it.
	customers int
	// chats connects the platform's chats, whose transcripts go over then.
	chats integration.TranscriptMode
}

// play sets a stage up, and answers once the portal's directory was read.
func (b *bench) play(ctx context.Context, s set) (*stage, error) {
	dir, err := b.folder("stage")
	if err != nil {
		return nil, err
	}
	st := &stage{now: s.now, client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	s.world.Now = s.now
	if st.world, err = world.New(s.world); err != nil { //nolint:contextcheck // the world outlives whoever made it
		return nil, err
	}
	st.hire(s.staff)
	st.world.Platform.Records().Default(platform.Record{Size: 4 << 10}) // carrying records is not what is measured
	if err := st.start(ctx, s, dir); err != nil {
		return nil, errors.Join(err, st.world.Close())
	}
	if err := world.AwaitQuiet(ctx, st.app.Store(), st.portal.Portal, time.Minute); err != nil {
		return nil, errors.Join(fmt.Errorf("first synchronisation: %w", err), st.close())
	}
	if s.chats != "" {
		if err := st.world.ConnectChats(ctx, st.app.Store(), st.portal, "http://"+st.app.Address()); err != nil {
			return nil, errors.Join(err, st.close())
		}
	}
	return st, nil
}

func (st *stage) start(ctx context.Context, s set, dir string) error {
	var err error
	st.app, err = app.Open(ctx, app.Config{
		Listen: "127.0.0.1:0", Data: dir, Database: s.database, AllowPrivate: true, OAuthHosts: []string{st.world.OAuthHost()},
		Lane: s.lane, Now: s.now,
	})
	if err != nil {
		return err
	}
	store, settings := st.app.Store(), world.Settings()
	settings.Telephony.Records = !s.noRecords
	settings.Telephony.Click = integration.Click{On: s.whole, Number: st.world.Shop.Numbers[0], Override: true}
	settings.Telephony.Manager = s.customers > 0
	if s.chats != "" {
		settings.Chats.Transcript = s.chats
	}
	if st.portal, err = st.world.Provision(ctx, store, settings); err != nil {
		return errors.Join(err, st.app.Close())
	}
	if s.budget.Burst > 0 {
		if err := store.SetBudget(ctx, world.Tenant, st.portal.Portal, s.budget); err != nil {
			return errors.Join(err, st.app.Close())
		}
	}
	if s.whole {
		if err := errors.Join(st.world.ConnectPlatform(ctx, store), st.app.PortalConnected(ctx, world.Tenant, st.portal.Portal)); err != nil {
			return errors.Join(err, st.app.Close())
		}
	}
	if err := st.introduce(ctx, s.customers); err != nil {
		return errors.Join(err, st.app.Close())
	}
	st.templates = map[string]platform.Template{}
	for _, t := range platform.Templates(st.portal.HookURL("http://"+st.app.Address()), string(st.portal.Body), platform.JSON) {
		st.templates[t.Event] = t
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- st.app.Run(running) }()
	st.stop = func() error {
		stop()
		return <-ended
	}
	return nil
}

// hire gives the platform an account with more employees, and the portal users who are they.
func (st *stage) hire(staff int) {
	w := st.world
	if staff <= len(w.Shop.Employees) {
		return
	}
	account := platform.Shop(w.PlatformURL)
	account.AppID++
	for n := len(account.Employees) + 1; n <= staff; n++ {
		e := platform.Employee{
			ID: int64(7100 + n), Name: fmt.Sprintf("Новикова %d", n), Email: fmt.Sprintf("new%d@shop.example", n),
			Extension: strconv.Itoa(100 + n), Phone: strconv.Itoa(1300 + n),
		}
		account.Employees = append(account.Employees, e)
		w.Portal.AddUser(bitrix.User{ID: int64(100 + n), Name: e.Name, Email: e.Email, Inner: e.Extension})
	}
	w.Shop = w.Platform.AddAccount(account)
}

func (st *stage) close() error {
	st.client.CloseIdleConnections()
	return errors.Join(st.stop(), st.world.Close())
}

// firstSession is the platform's number of the first call.
const firstSession = 910_000_000

// call is an incoming call of a customer who never called before.
func (st *stage) call() platform.Call {
	n, start := st.sessions.Add(1), st.world.Began
	if st.now != nil {
		start = st.now()
	}
	return st.world.Shop.Incoming(firstSession+n, start, fmt.Sprintf("7900%07d", n))
}

// The usual call: somebody answers after nine seconds and talks for a minute and a half.
const (
	usualWait = 9 * time.Second
	usualTalk = 95 * time.Second
)

// answered is the usual call, taken by the only employee whose phone rings. Its steps are incoming, ringing, talk
// started, talk finished, finished and record ready.
func (st *stage) answered() platform.Script {
	c := st.call()
	staff := st.world.Shop.Employees
	return c.Answered(staff[int(c.Session)%len(staff)], usualWait, usualTalk)
}

// tell sends one notification, as the platform would.
func (st *stage) tell(ctx context.Context, step platform.Step) error {
	t := st.templates[step.Event].Render(step.Vars, nil)
	req, err := http.NewRequestWithContext(ctx, t.Method, t.URL, strings.NewReader(t.Body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", t.ContentType)
	answer, err := st.client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("notification %s: %s", step.Event, answer.Status)
	}
	return nil
}

// quiet waits until everything is decided and done.
func (st *stage) quiet(ctx context.Context) error {
	return world.AwaitQuiet(ctx, st.app.Store(), st.portal.Portal, 5*time.Minute)
}

// requests counts what reached the portal; uploads of records are not among them.
func (st *stage) requests() int { return st.world.Portal.Requests().HTTP }

// plenty is a budget that is never used up.
func plenty() lane.Budget { return lane.Budget{PerSecond: 1e6, Burst: 1e6} }

// pause waits on behalf of the world outside, whose events take time.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// portalOf is the address of a stage's lane.
func (st *stage) portalOf() (integration.TenantID, integration.PortalID) {
	return world.Tenant, st.portal.Portal
}
