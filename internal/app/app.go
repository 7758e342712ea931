package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/crm/bitrix24"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/integration/settings"
	"omniconnector/internal/keyring"
	"omniconnector/internal/outbound"
	"omniconnector/internal/store"
	"omniconnector/webhooks"
	portalevents "omniconnector/webhooks/bitrix24"
	"omniconnector/webhooks/uis"
	"omniconnector/webhooks/uis/chats"
)

// App is one process of the connector.
type App struct {
	cfg      Config
	store    *store.Store
	spool    *webhooks.Spool
	intake   *webhooks.Intake
	routes   *webhooks.Routes
	engine   *lane.Engine
	owner    string // of the lanes that this process leases
	compiler *settings.Compiler
	centres  *centres
	portals  *portals
	metrics  *metrics
	router   *gin.Engine
	server   *http.Server
	listener net.Listener
	keyring  *keyring.Ring
	erase    chan struct{} // wakes finishDeletions
}

// Open prepares everything: it opens and migrates the database and takes the address to
// listen on, so that what fails fails here. Run starts the work.
func Open(ctx context.Context, cfg Config) (*App, error) {
	cfg = cfg.withDefaults()
	a := &App{cfg: cfg, metrics: newMetrics(), erase: make(chan struct{}, 1)}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"open storage", a.openStore},
		{"open spool", a.openSpool},
		{"listen", a.listen},
		{"make lanes", a.makeLanes},
		{"make receivers", a.makeReceivers},
		{"serve files", a.makeFiles},
		{"make pages", a.makeWeb},
	} {
		if err := step.do(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", step.name, err), a.Close())
		}
	}
	return a, nil
}

// shortestAdminToken is the least length of the operator's token.
const shortestAdminToken = 16

func (a *App) openStore(ctx context.Context) error {
	if n := len(a.cfg.AdminToken); n > 0 && n < shortestAdminToken {
		return fmt.Errorf("OMNI_ADMIN_TOKEN has %d characters: it opens everything and needs at least %d, such as `openssl rand -hex 24` draws",
			n, shortestAdminToken)
	}
	if a.cfg.AdminToken == "" && a.cfg.DemoTenant == "" {
		a.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "app.admin_token", slog.String("hint", "OMNI_ADMIN_TOKEN is not set: nobody can create tenants"))
	}
	var err error
	if a.keyring, err = a.keys(ctx); err != nil {
		return err
	}
	a.store, err = store.Open(ctx, store.Config{DSN: a.cfg.Database, Keys: a.keyring, Now: a.cfg.Now, Migrate: true})
	return err
}

// keys reads the ring from the configuration, or from a file that is made on first use.
func (a *App) keys(ctx context.Context) (*keyring.Ring, error) {
	if a.cfg.Keys != "" {
		return keyring.Parse(string(a.cfg.Keys))
	}
	if store.IsPostgres(a.cfg.Database) {
		a.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "app.keys", slog.String("hint",
			"OMNI_KEYS is not set: the key file in the data folder seals the tokens; every replica needs the same one"))
	}
	if err := os.MkdirAll(a.cfg.Data, 0o700); err != nil {
		return nil, err
	}
	return keyring.Load(filepath.Join(a.cfg.Data, "keys"))
}

func (a *App) openSpool(context.Context) error {
	if a.cfg.NoReceive {
		return nil
	}
	if err := os.MkdirAll(a.cfg.Data, 0o700); err != nil {
		return err
	}
	var err error
	a.spool, err = webhooks.OpenSpool(filepath.Join(a.cfg.Data, "spool"), a.cfg.SpoolLimit)
	return err
}

func (a *App) makeLanes(context.Context) error {
	policy := outbound.Policy{AllowPrivate: a.cfg.AllowPrivate}
	transport := policy.Transport()
	a.portals = &portals{cfg: a.cfg, store: a.store, policy: policy, transport: transport, clients: map[address]*bitrix24.Client{}}
	a.centres = &centres{cfg: a.cfg, store: a.store, transport: transport, clients: map[integration.TenantID]centreClient{}}
	a.compiler = &settings.Compiler{}
	c := a.cfg.Lane
	c.Store, c.Portals, c.Recordings = a.store, a.portals, outbound.NewRecordings(policy, a.cfg.RecordLimit)
	c.Platforms, c.Prepare, c.FileLink = a.centres, a.prepare(), a.fileLink
	c.Settings, c.Now, c.Log = a.compiler, a.cfg.Now, a.cfg.Log.With(slog.String("component", "lane"))
	observe := c.Observe
	c.Observe = func(r lane.Request) {
		a.metrics.observe(r)
		if observe != nil {
			observe(r)
		}
	}
	if c.Owner == "" {
		c.Owner = rand.Text()
	}
	a.owner = c.Owner
	a.engine = lane.NewEngine(c)
	return nil
}

func (a *App) makeReceivers(context.Context) error {
	if a.cfg.NoReceive {
		return nil
	}
	flushers := 2
	if !store.IsPostgres(a.cfg.Database) {
		flushers = 1
	}
	a.intake = webhooks.NewIntake(webhooks.IntakeOptions{
		Inbox: inbox{a.store}, Now: a.cfg.Now, Spool: a.spool, Woken: a.woken, Counter: a.metrics, Log: a.cfg.Log,
		Flushers: flushers,
	})
	webhooks.NewReceiver(webhooks.ReceiverOptions{
		Access: access{a.store}, Sources: []webhooks.Source{uis.Source{}}, Inbox: a.intake, Now: a.cfg.Now, Counter: a.metrics,
		Log: a.cfg.Log,
	}).Mount(a.router)
	shared, err := a.sharedLogins()
	if err != nil {
		return err
	}
	chats.NewReceiver(chats.Options{
		Access: access{a.store}, Directory: chatDirectory{a.store}, Inbox: a.intake, Now: a.cfg.Now, Shared: shared, Counter: a.metrics, Log: a.cfg.Log,
	}).Mount(a.router)
	a.routes = webhooks.NewRoutes(webhooks.RouteOptions{
		Access: access{a.store}, Inquirers: []webhooks.Inquirer{uis.Source{}}, Inbox: a.intake, Now: a.cfg.Now, Counter: a.metrics,
		Router: &router{store: a.store, compiler: a.compiler, now: a.cfg.Now}, Log: a.cfg.Log,
	})
	a.routes.Mount(a.router)
	keeper := portalKeeper{a}
	portalevents.NewReceiver(portalevents.Options{
		Portals: keeper, Inbox: a.intake, Changes: keeper, Lifecycle: keeper, Now: a.cfg.Now, Counter: a.metrics, Log: a.cfg.Log,
	}).Mount(a.router)
	return nil
}

// recovered answers for a handler that panicked, and keeps what it held out of the log.
func (a *App) recovered(c *gin.Context, cause any) {
	a.cfg.Log.LogAttrs(c, slog.LevelError, "http.panic", slog.String("route", c.FullPath()), slog.String("type", fmt.Sprintf("%T", cause)))
	c.AbortWithStatus(http.StatusInternalServerError)
}

// woken tells the lanes of this process, and those of the others, of new work.
func (a *App) woken(portals []integration.PortalID) {
	a.engine.Wake(portals...)
	hints := make([]store.Wake, len(portals))
	for i, p := range portals {
		hints[i].Portal = p
	}
	a.store.Notify(hints...)
}

// hinted hears of work that another process accepted. An empty hint says that some may have been missed.
func (a *App) hinted(w store.Wake) {
	if w.Portal == "" {
		a.engine.Wake()
		return
	}
	a.engine.Wake(w.Portal)
}

func (a *App) listen(ctx context.Context) error {
	gin.SetMode(gin.ReleaseMode)
	a.router = gin.New()
	a.router.ContextWithFallback = true
	a.router.Use(gin.CustomRecoveryWithWriter(nil, a.recovered))
	var err error
	var lc net.ListenConfig
	a.listener, err = lc.Listen(ctx, "tcp", a.cfg.Listen)
	if err == nil && a.cfg.PublicURL == "" {
		a.cfg.PublicURL = "http://" + a.Address()
	}
	a.server = &http.Server{
		Handler: a.router, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	return err
}

// Address is where the HTTP server listens, "127.0.0.1:8080".
func (a *App) Address() string { return a.listener.Addr().String() }

// Store is the app's storage, for commands that prepare an installation.
func (a *App) Store() *store.Store { return a.store }

// Run works until ctx ends, then stops gracefully: no new requests, what was accepted is committed, requests to
// portals come home, leases are given back.
func (a *App) Run(ctx context.Context) error {
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var receiving, answering, working sync.WaitGroup
	failed := make(chan error, 4)
	start := func(group *sync.WaitGroup, name string, run func(context.Context) error) {
		group.Go(func() {
			if err := run(work); err != nil && work.Err() == nil {
				failed <- fmt.Errorf("%s: %w", name, err)
			}
		})
	}
	intake, stopIntake := context.WithCancel(work)
	defer stopIntake()
	asking, stopAsking := context.WithCancel(work)
	defer stopAsking()
	if a.intake != nil {
		start(&receiving, "intake", func(context.Context) error { return a.intake.Run(intake) })
		start(&answering, "routes", func(context.Context) error { return a.routes.Run(asking) })
	}
	if !a.cfg.NoWork {
		start(&working, "deletions", a.finishDeletions)
		start(&working, "lanes", a.engine.Run)
		start(&working, "listen", func(ctx context.Context) error {
			return a.store.Listen(ctx, a.hinted)
		})
	}
	go func() {
		if err := a.server.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serve: %w", err)
		}
	}()
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	return errors.Join(err, a.stop(context.WithoutCancel(ctx), []ending{{stopAsking, &answering}, {stopIntake, &receiving}, {stopWork, &working}}))
}

// graceful is how long open requests may finish.
const graceful = 10 * time.Second

// ending is one part of a process that is told to stop and waited for.
type ending struct {
	stop func()
	wait *sync.WaitGroup
}

// stop ends the parts one after the other: what feeds another goes first.
func (a *App) stop(ctx context.Context, parts []ending) error {
	ctx, cancel := context.WithTimeout(ctx, graceful)
	defer cancel()
	err := a.server.Shutdown(ctx)
	for _, p := range parts {
		p.stop()
		p.wait.Wait()
	}
	return errors.Join(err, a.Close())
}

// Close frees what Open took. Run does it by itself.
func (a *App) Close() error {
	var all []error
	if a.listener != nil {
		if err := a.listener.Close(); !errors.Is(err, net.ErrClosed) {
			all = append(all, err)
		}
	}
	if a.spool != nil {
		all = append(all, a.spool.Close())
	}
	if a.store != nil {
		all = append(all, a.store.Close())
	}
	return errors.Join(all...)
}
