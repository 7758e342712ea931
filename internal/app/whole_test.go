package app_test

import (
	"context"
	"testing"

	"omniconnector/integration"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
)

// whole starts a connector whose tenant has connected both sides, and waits until the directories are read.
func whole(t *testing.T, database string, set func(s *integration.Settings), more ...func(c *app.Config)) (*app.App, *world.World, world.Provisioned) {
	t.Helper()
	w := newWorld(t, "shop")
	settings := world.Settings()
	if set != nil {
		set(&settings)
	}
	a, p, _ := connectWith(t, database, t.TempDir(), settings, more, w)
	if err := w.ConnectPlatform(t.Context(), a.Store()); err != nil {
		t.Fatal(err)
	}
	if err := a.PortalConnected(t.Context(), p[0].Tenant, p[0].Portal); err != nil {
		t.Fatal(err)
	}
	quiet(t, a, p[0])
	return a, w, p[0]
}

// after waits until both emulated sides have said everything and the connector has done everything.
func after(t *testing.T, a *app.App, w *world.World, p world.Provisioned) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range 3 { // an event of one side may make the connector ask the other, which then has something to tell
		if err := w.Portal.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		quiet(t, a, p)
		if err := w.Platform.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		quiet(t, a, p)
	}
}
