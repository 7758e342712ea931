package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
	"omniconnector/internal/app"
	"omniconnector/internal/keyring"
	"omniconnector/internal/store"
	"omniconnector/webhooks"
	"omniconnector/webhooks/uis"
)

// benchTenant has the portal to which the load is reported.
const benchTenant integration.TenantID = "bench"

// serveBare is the bar: the same framework reads the body and answers.
func serveBare(ctx context.Context, _ spec, say func(ready)) error {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.POST("/hooks/:source/:token/:event", func(c *gin.Context) {
		if _, err := io.ReadAll(c.Request.Body); err != nil {
			c.Status(http.StatusBadRequest)
			return
		}
		c.Data(http.StatusOK, "application/json; charset=utf-8", []byte(`{"accepted":true}`))
	})
	return listen(ctx, router, ready{Path: "bench.none"}, say)
}

// serveGroup is the connector itself; nobody works its lanes, so that intake is all there is to measure.
func serveGroup(ctx context.Context, s spec, say func(ready)) error {
	a, err := app.Open(ctx, app.Config{Listen: "127.0.0.1:0", Data: s.Data, Database: s.Database, NoWork: true})
	if err != nil {
		return err
	}
	r, err := provision(ctx, a.Store())
	if err != nil {
		return errors.Join(err, a.Close())
	}
	r.Address = a.Address()
	say(r)
	return a.Run(ctx)
}

// aPoolful is how many commits are under way at once when every request has its own: all the connections there are.
const aPoolful = 16

// serveSingle is the same receiver with a transaction for each request.
func serveSingle(ctx context.Context, s spec, say func(ready)) error {
	return serveReceiver(ctx, s, say, func(st *store.Store) (webhooks.Acceptor, func(context.Context) error, error) {
		intake := webhooks.NewIntake(webhooks.IntakeOptions{Inbox: inbox{st}, Now: clock, Flushers: aPoolful, Batch: 1})
		return intake, intake.Run, nil
	})
}

// acceptorOf makes what takes deliveries, and what must run meanwhile.
type acceptorOf func(*store.Store) (webhooks.Acceptor, func(context.Context) error, error)

// serveReceiver is the connector's receiver in front of another inbox.
func serveReceiver(ctx context.Context, s spec, say func(ready), inFront acceptorOf) (err error) {
	ring, err := keyring.Load(filepath.Join(s.Data, "keys"))
	if err != nil {
		return err
	}
	st, err := store.Open(ctx, store.Config{DSN: s.Database, Keys: ring, Now: clock, Migrate: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	r, err := provision(ctx, st)
	if err != nil {
		return err
	}
	to, work, err := inFront(st)
	if err != nil {
		return err
	}
	var working sync.WaitGroup
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	var worked error
	working.Go(func() { worked = work(running) })
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.ContextWithFallback = true
	router.Use(gin.Recovery())
	webhooks.NewReceiver(webhooks.ReceiverOptions{
		Access: access{st}, Sources: []webhooks.Source{uis.Source{}}, Inbox: to, Now: clock,
	}).Mount(router)
	err = listen(ctx, router, r, say)
	stop()
	working.Wait()
	return errors.Join(err, worked)
}

// listen serves on a free port until ctx ends.
func listen(ctx context.Context, h http.Handler, r ready, say func(ready)) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	r.Address = l.Addr().String()
	say(r)
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return server.Shutdown(stopping)
}

// provision makes a tenant with a connected portal, to whom the load is reported.
func provision(ctx context.Context, st *store.Store) (ready, error) {
	if _, err := st.CreateTenant(ctx, benchTenant, "bench"); err != nil {
		return ready{}, err
	}
	if _, err := st.Connect(ctx, benchTenant, store.Connection{MemberID: "bench", Endpoint: "http://127.0.0.1:1/rest/", Access: "a", Refresh: "r"}); err != nil {
		return ready{}, err
	}
	path, _, err := st.CreateSecret(ctx, benchTenant, store.NewSecret{Purpose: store.HookPath, Name: "bench"})
	if err != nil {
		return ready{}, err
	}
	body, _, err := st.CreateSecret(ctx, benchTenant, store.NewSecret{Purpose: store.HookBody, Name: "bench"})
	return ready{Path: string(path), Body: string(body)}, err
}

// inbox is the store as the receiver wants it.
type inbox struct{ store *store.Store }

func (i inbox) SaveDeliveries(ctx context.Context, all []integration.Delivery) error {
	return i.store.SaveDeliveries(ctx, all)
}

// access tells the receiver who may report events.
type access struct{ store *store.Store }

func (a access) HookAccess(ctx context.Context, t integration.TenantID) (webhooks.HookAccess, error) {
	had, err := a.store.HookAccess(ctx, t)
	out := webhooks.HookAccess{State: had.State, Portals: had.Portals, Location: had.Location}
	for _, h := range had.PathSecrets {
		out.PathSecrets = append(out.PathSecrets, webhooks.SecretHash{Sum: h.Sum, Expires: h.Expires})
	}
	for _, h := range had.BodySecrets {
		out.BodySecrets = append(out.BodySecrets, webhooks.SecretHash{Sum: h.Sum, Expires: h.Expires})
	}
	return out, err
}
