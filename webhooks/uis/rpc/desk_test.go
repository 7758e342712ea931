package rpc

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/webhooks/emulator"
	platform "omniconnector/webhooks/emulator/rpc"
)

// eight is the morning of the tests: 8:00 in Moscow.
var eight = time.Date(2026, 5, 12, 5, 0, 0, 0, time.UTC)

// desk is a client and the emulated platform that it asks over HTTP, by one clock that the test moves.
type desk struct {
	*Client
	t    *testing.T
	is   *emulator.Platform
	shop *emulator.Account
	web  *httptest.Server

	mu  sync.Mutex
	now time.Time
}

// open starts a desk; change, when not nil, changes the client's configuration.
func open(t *testing.T, change func(*desk, *Config)) *desk {
	t.Helper()
	return openFor(t, func(*emulator.Account) {}, change)
}

func openFor(t *testing.T, account func(*emulator.Account), change func(*desk, *Config)) *desk {
	t.Helper()
	d := &desk{t: t, now: eight}
	d.is = emulator.New(emulator.Options{Now: d.time, Wait: func(context.Context, time.Duration) error { return nil }})
	d.web = httptest.NewServer(d.is.Handler())
	t.Cleanup(d.web.Close)
	t.Cleanup(d.is.Close)
	shop := emulator.Shop(d.web.URL)
	account(&shop)
	d.shop = d.is.AddAccount(shop)
	cfg := Config{
		DataURL: emulator.DataAPIURL(d.web.URL), CallURL: emulator.CallAPIURL(d.web.URL),
		Token: integration.Secret(d.access().Key()), Transport: http.DefaultTransport, Now: d.time,
	}
	if change != nil {
		change(d, &cfg)
	}
	d.Client = client(t, cfg)
	return d
}

func client(t *testing.T, cfg Config) *Client {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (d *desk) time() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *desk) later(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

func (d *desk) access() *platform.Access { return d.is.Access(d.shop.AppID) }

func (d *desk) play(s emulator.Script) {
	d.t.Helper()
	if _, err := d.is.Play(d.t.Context(), s, 0); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) fail(f platform.Fault) {
	d.t.Helper()
	if err := d.is.Fail(f); err != nil {
		d.t.Fatal(err)
	}
}

// asked counts the requests of some methods, or of all.
func (d *desk) asked(methods ...string) int { return len(d.is.Requests(methods...)) }

func fine(t *testing.T, e *crm.Error) {
	t.Helper()
	if e != nil {
		t.Fatalf("%v", e)
	}
}

func kind(e *crm.Error) crm.ErrorKind {
	if e == nil {
		return "none"
	}
	return e.Kind
}
