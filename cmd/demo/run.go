package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"omniconnector/integration/lane"
	"omniconnector/internal/app"
	"omniconnector/internal/store"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// run is the demo to watch.
type run struct {
	Data     string  `default:"data/demo" help:"Where everything is kept between runs."`
	Database string  `help:"PostgreSQL address instead of embedded SQLite."`
	Listen   string  `default:"127.0.0.1:8080" help:"Address of the connector."`
	Portal   string  `default:"127.0.0.1:8081" help:"Address of the emulated portal."`
	Platform string  `default:"127.0.0.1:8082" help:"Address of the emulated platform."`
	Speed    float64 `default:"12" help:"How many times faster than life the morning goes; 0 is at once."`
	Mode     string  `default:"classic" enum:"classic,simple" help:"CRM with leads (classic) or without (simple); of a new portal."`
	Latency  float64 `default:"0.3" help:"How slow the emulated portal is, compared with a real one."`
	Told     bool    `hidden:"" help:"Print the addresses as JSON once the morning is over, for tests."`

	Cabinet cabinet `embed:""`
}

// Run plays until it is interrupted. A second run finds everything as it was left, and plays the
// same morning again: nothing happens twice.
func (r *run) Run(ctx context.Context, out io.Writer) error {
	w, err := world.New(world.Options{ //nolint:contextcheck // scenes ask in their own time
		Dir: filepath.Join(r.Data, "world"), PortalAddress: r.Portal, PlatformAddress: r.Platform, Mode: modes[r.Mode],
		Latency: r.Latency, Showcase: true, CallSpeed: clickSpeed, Connector: "http://" + r.Listen,
	})
	if err != nil {
		return hint(err)
	}
	defer w.Close() //nolint:errcheck // the state was written as it changed
	log, err := logFile(r.Data)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // a log
	a, p, err := connector(ctx, w, r.Cabinet.into(app.Config{
		Listen: r.Listen, PublicURL: "http://" + r.Listen, Data: r.Data, Database: r.Database, DemoTenant: world.Tenant, Log: slog.New(slog.NewJSONHandler(log, nil)), Lane: soon,
	}))
	if err != nil {
		return hint(err)
	}
	if err := token(ctx, a.Store(), filepath.Join(r.Data, "token")); err != nil {
		return errors.Join(err, a.Close())
	}
	played := make(chan error, 1)
	go func() { played <- r.play(ctx, w, a, p, out) }()
	err = a.Run(ctx)
	return errors.Join(err, ignoreStop(<-played))
}

func (r *run) play(ctx context.Context, w *world.World, a *app.App, p world.Provisioned, out io.Writer) error {
	w.Notify(p.HookURL("http://"+a.Address()), p.Body, platform.JSON)
	if !r.Told {
		r.greet(out, w, a)
	}
	if err := chats(ctx, w, a, p); err != nil {
		return err
	}
	sum, err := w.Play(ctx, platform.Merge("morning", w.Morning(), w.Conversations(w.Began)), r.Speed)
	if err != nil {
		return err
	}
	if r.Told {
		if err := p.AwaitQuiet(ctx, a.Store(), time.Minute); err != nil {
			return err
		}
		token, err := os.ReadFile(filepath.Join(r.Data, "token"))
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(map[string]string{
			"connector": "http://" + a.Address(), "portal": w.Portal.Address(), "platform": w.PlatformURL, "token": strings.TrimSpace(string(token)), "log": filepath.Join(r.Data, "connector.log"),
		})
	}
	fmt.Fprintf(out, "Утро закончилось: уведомлений %d. / The morning is over: %d notifications.\n", sum.Delivered, sum.Delivered)
	return nil
}

// chats connects the platform's chats once the connector answers: the platform tells it of the account at once.
func chats(ctx context.Context, w *world.World, a *app.App, p world.Provisioned) error {
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		err := w.ConnectChats(ctx, a.Store(), p, "http://"+a.Address())
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-look.C:
		}
	}
}

func (r *run) greet(out io.Writer, w *world.World, a *app.App) {
	fmt.Fprintf(out, guide, w.Portal.Address(), a.Address(), w.PlatformURL, filepath.Join(r.Data, "token"), filepath.Join(r.Data, "connector.log"), r.Speed)
}

const guide = `
  Портал / portal           %s/
  Коннектор / connector     http://%s/
  Платформа / platform      %s/
  Токен API / API token     %s   (журнал / log: %s)

Идёт утро контакт-центра, в %g раз быстрее жизни. Попробуйте сами:
  - в портале откройте лид и щёлкните по номеру: платформа позвонит сотруднику, затем клиенту; в «Звонках» — «Обратный звонок»;
  - на странице платформы начните звонок: queue-of-eight, transfer, lost-notifications (найдёт сверка), route-question (кто менеджер);
  - на странице коннектора откройте звонок: что пришло, что решено и почему, что сделано в портале.
Ctrl-C останавливает; второй запуск найдёт всё на месте и сыграет то же утро: ничего не удвоится. make fresh забывает всё.

A contact centre's morning goes by, faster than life. In the portal open a lead and click its number, or ask for a callback in "Calls";
on the platform's page start more calls; the connector's page says what came in, what was decided and why. Ctrl-C stops; run again:
all is there and nothing happens twice; make fresh forgets it.

`

// clickSpeed is how much faster than life calls go that the platform starts: a talk of a minute is watched in a quarter of it.
const clickSpeed = 4

// soon makes what is read from the platform afterwards visible while somebody watches.
var soon = lane.Config{RereadAfter: 20 * time.Second, RereadEvery: 20 * time.Second, SweepEvery: 30 * time.Second}

// token writes an API token of the demo's tenant where the reader of the manual finds it; the one of the start before is void.
func token(ctx context.Context, st *store.Store, file string) error {
	const name = "demo"
	had, err := st.Secrets(ctx, world.Tenant, store.API)
	if err != nil {
		return err
	}
	for _, s := range had {
		if s.Name != name {
			continue
		}
		if err := st.RevokeSecret(ctx, world.Tenant, s.ID, ""); err != nil {
			return err
		}
	}
	fresh, _, err := st.CreateSecret(ctx, world.Tenant, store.NewSecret{Purpose: store.API, Name: name, Scope: store.Write})
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(string(fresh)+"\n"), 0o600)
}

// connector starts the connector in a world and makes its tenant, who has connected both sides.
func connector(ctx context.Context, w *world.World, cfg app.Config) (*app.App, world.Provisioned, error) {
	cfg.AllowPrivate, cfg.OAuthHosts = true, []string{w.OAuthHost()}
	cfg.Lane.Poll = cmp.Or(cfg.Lane.Poll, 250*time.Millisecond)
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return nil, world.Provisioned{}, err
	}
	p, err := provision(ctx, w, a)
	if err != nil {
		return nil, p, errors.Join(err, a.Close())
	}
	return a, p, nil
}

func provision(ctx context.Context, w *world.World, a *app.App) (world.Provisioned, error) {
	settings := world.ShowcaseSettings()
	p, err := w.Provision(ctx, a.Store(), settings)
	if err != nil {
		return p, err
	}
	if err := w.ConnectPlatform(ctx, a.Store()); err != nil {
		return p, err
	}
	if err := a.PortalConnected(ctx, p.Tenant, p.Portal); err != nil {
		return p, err
	}
	return p, a.SettingsSaved(ctx, p.Tenant, p.Portal, &settings)
}

func logFile(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, "connector.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) // #nosec G304 -- our own folder
}

// hint says what to do about an address that is taken.
func hint(err error) error {
	if !errors.Is(err, syscall.EADDRINUSE) {
		return err
	}
	return fmt.Errorf("%w\n(порт занят? задайте другой: bin/demo run --listen … --portal … --platform …; "+
		"address taken? choose others with the same flags)", err)
}

func ignoreStop(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
