package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"omniconnector/integration/lane"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

func TestMorning(t *testing.T) {
	ctx := t.Context()
	w, err := world.New(world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	a, err := app.Open(ctx, app.Config{Listen: "127.0.0.1:0", Data: t.TempDir(), AllowPrivate: true, OAuthHosts: []string{"127.0.0.1"},
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), Lane: lane.Config{Poll: 100 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.Provision(ctx, a.Store(), world.Settings())
	if err != nil {
		t.Fatal(err)
	}
	run, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- a.Run(run) }()
	w.Notify(p.HookURL("http://"+a.Address()), p.Body, platform.JSON)
	played, err := w.Play(ctx, w.Morning(), 0)
	fmt.Println(played, err)
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		quiet, err := world.Quiet(ctx, a.Store(), p.Portal)
		if err != nil {
			t.Fatal(err)
		}
		if quiet {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	fmt.Println(w.Records())
	fmt.Println(w.Portal.Requests())
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
