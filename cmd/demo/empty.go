package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"omniconnector/integration"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
)

// empty is an installation in which nothing was done yet, beside a portal and a platform that know nothing of it: what the
// administrator's guide starts from.
type empty struct {
	Data     string  `default:"data/empty" help:"Where everything is kept between runs."`
	Database string  `help:"PostgreSQL address instead of embedded SQLite."`
	Listen   string  `default:"127.0.0.1:8080" help:"Address of the connector."`
	Portal   string  `default:"127.0.0.1:8081" help:"Address of the emulated portal."`
	Platform string  `default:"127.0.0.1:8082" help:"Address of the emulated platform."`
	Latency  float64 `default:"0.3" help:"How slow the emulated portal is, compared with a real one."`
	Told     bool    `hidden:"" help:"Print the addresses as JSON, for tests."`
}

// Run serves until it is interrupted.
func (e *empty) Run(ctx context.Context, out io.Writer) error {
	if err := os.MkdirAll(e.Data, 0o700); err != nil {
		return err
	}
	admin, err := drawn(filepath.Join(e.Data, "admin-token"))
	if err != nil {
		return err
	}
	cabinet, err := e.cabinet()
	if err != nil {
		return err
	}
	w, err := world.New(world.Options{ //nolint:contextcheck // scenes ask in their own time
		Dir: filepath.Join(e.Data, "world"), PortalAddress: e.Portal, PlatformAddress: e.Platform, Latency: e.Latency,
		Connector: "http://" + e.Listen, Offered: true, Showcase: true, CallSpeed: clickSpeed,
	})
	if err != nil {
		return hint(err)
	}
	defer w.Close() //nolint:errcheck // the state was written as it changed
	log, err := logFile(e.Data)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // a log
	lanes := soon
	lanes.Poll = cmp.Or(lanes.Poll, 250*time.Millisecond)
	a, err := app.Open(ctx, cabinet.into(app.Config{
		Listen: e.Listen, PublicURL: "http://" + e.Listen, Data: e.Data, Database: e.Database, AdminToken: admin, Lane: lanes,
		Log: slog.New(slog.NewJSONHandler(log, nil)), AllowPrivate: true, OAuthHosts: []string{w.OAuthHost()},
	}))
	if err != nil {
		return hint(err)
	}
	if err := e.tell(out, w, a, admin); err != nil {
		return errors.Join(err, a.Close())
	}
	return a.Run(ctx)
}

func (e *empty) tell(out io.Writer, w *world.World, a *app.App, admin integration.Secret) error {
	if e.Told {
		return json.NewEncoder(out).Encode(map[string]string{
			"connector": "http://" + a.Address(), "portal": w.Portal.Address(), "platform": w.PlatformURL, "admin": string(admin), "log": filepath.Join(e.Data, "connector.log"),
		})
	}
	_, err := fmt.Fprintf(out, emptyGuide, a.Address(), w.Portal.Address(), w.PlatformURL, admin, filepath.Join(e.Data, "connector.log"))
	return err
}

// cabinet is the SaaS that docs/api.md plays: its key is beside the operator's token.
func (e *empty) cabinet() (cabinet, error) {
	key, err := drawn(filepath.Join(e.Data, "cabinet-key"))
	return cabinet{EmbedKeys: "cabinet:hs256:" + base64.StdEncoding.EncodeToString([]byte(key)), EmbedIssuer: "cabinet.example"}, err
}

// drawn is a secret of the installation, drawn at the first start.
func drawn(file string) (integration.Secret, error) {
	had, err := os.ReadFile(file) // #nosec G304 -- a file of our own
	if err == nil {
		return integration.Secret(had), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	fresh := rand.Text() + rand.Text()
	return integration.Secret(fresh), os.WriteFile(file, []byte(fresh), 0o600)
}

const emptyGuide = `
  Коннектор / connector       http://%s/
  Портал / portal             %s/
  Платформа / platform        %s/cabinet
  Токен оператора / operator  %s
  Журнал / log                %s

Пустая установка: дальше — по docs/guide.ru.md.   An empty installation: go on with docs/guide.en.md.
Ctrl-C останавливает, второй запуск продолжает.   Ctrl-C stops, run again continues.

`
