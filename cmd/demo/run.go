package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"omniconnector/integration/lane"
	"omniconnector/internal/app"
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
}

// Run plays until it is interrupted. A second run finds everything as it was left, and plays the
// same morning again: nothing happens twice.
func (r *run) Run(ctx context.Context, out io.Writer) error {
	w, err := world.New(world.Options{
		Dir: filepath.Join(r.Data, "world"), PortalAddress: r.Portal, PlatformAddress: r.Platform, Mode: modes[r.Mode], Latency: r.Latency,
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
	a, p, err := connector(ctx, w, app.Config{
		Listen: r.Listen, Data: r.Data, Database: r.Database, DemoTenant: world.Tenant, Log: slog.New(slog.NewJSONHandler(log, nil)),
	})
	if err != nil {
		return hint(err)
	}
	played := make(chan error, 1)
	go func() { played <- r.play(ctx, w, a, p, out) }()
	err = a.Run(ctx)
	return errors.Join(err, ignoreStop(<-played))
}

func (r *run) play(ctx context.Context, w *world.World, a *app.App, p world.Provisioned, out io.Writer) error {
	w.Notify(p.HookURL("http://"+a.Address()), p.Body, platform.JSON)
	fmt.Fprintf(out, "\n  Портал / portal      %s/\n  Коннектор / connector http://%s/\n  Платформа / platform  %s/   (журнал / log: %s)\n\n",
		w.Portal.Address(), a.Address(), w.PlatformURL, filepath.Join(r.Data, "connector.log"))
	fmt.Fprintf(out, "Идёт утро контакт-центра (в %g раз быстрее жизни). Ctrl-C останавливает; второй запуск найдёт всё на месте и сыграет то же утро: ничего не удвоится.\n", r.Speed)
	fmt.Fprintf(out, "A contact centre's morning goes by, %g times faster than life. Ctrl-C stops; run again: all is there, the same morning is played and nothing happens twice.\n", r.Speed)
	sum, err := w.Play(ctx, w.Morning(), r.Speed)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Утро закончилось: уведомлений %d. Новые звонки можно начать на странице платформы.\n", sum.Delivered)
	fmt.Fprintf(out, "The morning is over: %d notifications. Start more calls on the platform's page.\n", sum.Delivered)
	return nil
}

// connector starts the connector in a world and makes its tenant.
func connector(ctx context.Context, w *world.World, cfg app.Config) (*app.App, world.Provisioned, error) {
	cfg.AllowPrivate, cfg.OAuthHosts = true, []string{w.OAuthHost()}
	cfg.PublicURL = "http://" + cfg.Listen
	cfg.Lane = lane.Config{Poll: 250 * time.Millisecond}
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return nil, world.Provisioned{}, err
	}
	p, err := w.Provision(ctx, a.Store(), world.Settings())
	if err != nil {
		return nil, p, errors.Join(err, a.Close())
	}
	return a, p, nil
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
