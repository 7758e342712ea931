package rpc

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	platform "omniconnector/webhooks/emulator/rpc"
)

func withLogin(d *desk, cfg *Config) {
	login, password := d.access().User()
	cfg.Token, cfg.Login, cfg.Password = "", login, integration.Secret(password)
}

func TestALoginLastsAnHourAndIsRenewedAlone(t *testing.T) {
	t.Parallel()
	d := open(t, withLogin)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, e := d.location(t.Context()); e != nil {
				t.Error(e)
			}
		})
	}
	all.Wait()
	if n := d.asked(methodLogin); n != 1 {
		t.Errorf("%d logins for eight requests at once", n)
	}
	d.later(59*time.Minute + 30*time.Second)
	_, e := d.zoneName(t.Context())
	fine(t, e)
	if n := d.asked(methodLogin); n != 2 {
		t.Errorf("%d logins after an hour, want 2", n)
	}
	_, e = d.ask(t.Context(), d.call, request{method: methodListCalls})
	fine(t, e)
	if n := d.asked(methodLogin); n != 3 {
		t.Errorf("%d logins, want one more for the other interface", n)
	}
}

func TestARefusedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	d := open(t, withLogin)
	_, e := d.zoneName(t.Context())
	fine(t, e)
	d.access().DropSessions()
	_, e = d.zoneName(t.Context())
	fine(t, e)
	if n := d.asked(methodLogin); n != 2 {
		t.Errorf("%d logins, want 2", n)
	}
	d.fail(platform.Fault{Method: methodAccount, Mnemonic: "access_token_expired", Times: 9})
	if _, e = d.zoneName(t.Context()); kind(e) != crm.Denied || d.asked(methodLogin) != 3 {
		t.Errorf("got %v after %d logins, want a refusal after the third", e, d.asked(methodLogin))
	}
}

func TestAPermanentKeyThatIsRefusedNeedsAPerson(t *testing.T) {
	t.Parallel()
	for code, spoil := range map[string]func(*desk){
		"access_token_invalid": func(d *desk) { d.access().SetKeys() },
		"access_token_blocked": func(d *desk) { d.access().SetKeys(platform.Key{Token: d.access().Key(), Blocked: true}) },
		"access_token_expired": func(d *desk) { d.access().SetKeys(platform.Key{Token: d.access().Key(), Expires: eight}) },
		"account_inactive":     func(d *desk) { d.access().SetActive(false) },
		"ip_not_whitelisted": func(d *desk) {
			if err := d.access().Allow("192.0.2.0/24"); err != nil {
				d.t.Fatal(err)
			}
		},
		"forbidden": func(d *desk) {
			d.access().SetKeys(platform.Key{Token: d.access().Key(), Without: []string{platform.DataAPI}})
		},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			d := open(t, nil)
			spoil(d)
			_, e := d.Directory(t.Context())
			ru, en, ok := Words(code)
			if kind(e) != crm.Denied || e.Code != code || !ok || !strings.Contains(e.Text, ru) || !strings.Contains(e.Text, en) {
				t.Errorf("got %+v, want denied in both languages", e)
			}
			if n := d.asked(); n != 1 {
				t.Errorf("%d requests, want one", n)
			}
		})
	}
}

func TestAWrongPasswordIsDenied(t *testing.T) {
	t.Parallel()
	d := open(t, func(d *desk, cfg *Config) {
		withLogin(d, cfg)
		cfg.Password = "wrong-PASSWORD"
	})
	if _, e := d.Directory(t.Context()); kind(e) != crm.Denied || e.Code != "auth_error" {
		t.Errorf("got %v", e)
	}
}

func TestSecretsAreInNoErrorLogOrPrint(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	d := open(t, func(d *desk, cfg *Config) {
		withLogin(d, cfg)
		cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	_, e := d.Directory(t.Context())
	fine(t, e)
	token, _ := d.data.session.fresh(eight, "")
	said := log.String() + fmt.Sprintf("%v %+v %#v", d.Client, d.Client, d.Client)
	e = refused(request{method: "x"}, parse(`{"message":"token `+string(token)+` is bad","data":{"mnemonic":"odd"}}`), parse(`{}`), []string{string(token)}).Error
	said += e.Error()
	for _, secret := range []string{string(token), "api-password"} {
		if secret == "" || strings.Contains(said, secret) {
			t.Errorf("%q is in %s", secret, said)
		}
	}
	if !strings.Contains(log.String(), "get.employees") || !strings.Contains(e.Error(), "…") {
		t.Errorf("log %s, error %v", log.String(), e)
	}
}

func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Config){
		"no transport":         func(c *Config) { c.Transport = nil },
		"no clock":             func(c *Config) { c.Now = nil },
		"no credentials":       func(c *Config) { c.Token = "" },
		"half a login":         func(c *Config) { c.Token, c.Login = "", "x" },
		"no address":           func(c *Config) { c.DataURL = "" },
		"another scheme":       func(c *Config) { c.CallURL = "ftp://callapi.example/v4.0" },
		"a password in it":     func(c *Config) { c.CallURL = "https://u:p@callapi.example/v4.0" },
		"a query in it":        func(c *Config) { c.DataURL = UISData + "?access_token=SECRET" },
		"a word of no address": func(c *Config) { c.DataURL = "dataapi" },
	} {
		cfg := Config{DataURL: UISData, CallURL: UISCall, Token: "k", Transport: nobody{}, Now: func() time.Time { return eight }}
		if _, err := New(cfg); err != nil {
			t.Fatalf("the configuration itself: %v", err)
		}
		spoil(&cfg)
		if _, err := New(cfg); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
