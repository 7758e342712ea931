package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
)

// spec is what a child process is told, as JSON in its environment.
type spec struct {
	Listen, Control, Data, Database, OAuth string
	Portal                                 integration.PortalID
	// DieAt is the number of the step boundary at which the process kills itself; 0 for never.
	DieAt int64
}

const childEnv = "OMNI_CRASH_CHILD"

// TestMain is the connector when it is started as a child, and the tests otherwise.
func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		if err := child(text); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The times of a child are short, so that a test need not wait a minute for each doubt.
func quickLanes(step func(string)) lane.Config {
	return lane.Config{
		LeaseFor: 1500 * time.Millisecond, Poll: 50 * time.Millisecond, SendWithin: 500 * time.Millisecond,
		ExecutionLimit: 700 * time.Millisecond, RetryAfter: 50 * time.Millisecond, RetryAtMost: 300 * time.Millisecond, Step: step,
	}
}

// child is the connector with a way to kill itself at a step boundary.
func child(text string) error {
	var s spec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var steps atomic.Int64
	die := func(string) {
		if steps.Add(1) == s.DieAt {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // nothing more happens
		}
	}
	level := slog.LevelError
	if os.Getenv("OMNI_CRASH_LOG") != "" {
		level = slog.LevelInfo
	}
	a, err := app.Open(ctx, app.Config{
		Listen: s.Listen, Data: s.Data, Database: s.Database, AllowPrivate: true, OAuthHosts: []string{s.OAuth},
		Lane: quickLanes(die), Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})),
	})
	if err != nil {
		return err
	}
	go control(a, &s, &steps)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // until the test lets go
		stop()
	}()
	return a.Run(ctx)
}

// control answers the test's questions: whether everything is done, and how many steps there were.
func control(a *app.App, s *spec, steps *atomic.Int64) {
	mux := http.NewServeMux()
	mux.HandleFunc("/quiet", func(w http.ResponseWriter, r *http.Request) {
		quiet, err := world.Quiet(r.Context(), a.Store(), s.Portal)
		if err != nil || !quiet {
			w.WriteHeader(http.StatusConflict)
		}
	})
	mux.HandleFunc("/steps", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, steps.Load()) })
	if err := http.ListenAndServe(s.Control, mux); err != nil {
		fmt.Fprintln(os.Stderr, "child: control:", err)
		os.Exit(1)
	}
}
