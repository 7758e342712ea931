package app

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"

	"omniconnector/integration"
	"omniconnector/web"
	"omniconnector/web/inside"
	"omniconnector/web/storage"
	"omniconnector/web/ui"
)

// makeUI mounts the web UI, at its own address and inside portals.
func (a *App) makeUI(sessions *inside.Sessions) error {
	shown, err := ui.New(ui.Config{FrameAncestors: a.cfg.FrameAncestors, Guest: a.guest()})
	if err != nil {
		return err
	}
	shown.Mount(a.router)
	visited := inside.Page{
		Portals: visitors{a}, Sessions: sessions, Now: a.cfg.Now, Log: a.cfg.Log,
		Index: func(session []byte) ([]byte, error) { return shown.Index("../ui/", session) }, Policy: ui.Policy,
	}
	visited.Mount(a.router)
	return nil
}

// guest lets a person at this machine into the demo without signing in; nobody else, and nobody when it is no demo.
func (a *App) guest() func(*http.Request) (integration.Secret, error) {
	if a.cfg.DemoTenant == "" {
		return nil
	}
	var mu sync.Mutex
	var token integration.Secret
	return func(r *http.Request) (integration.Secret, error) {
		if !local(r) {
			return "", nil
		}
		mu.Lock()
		defer mu.Unlock()
		if token != "" {
			return token, nil
		}
		var err error
		token, _, err = storage.New(a.store).IssueToken(r.Context(), a.cfg.DemoTenant, "demo", web.ScopeWrite, "demo")
		return token, err
	}
}

// local reports whether a person at this machine asks, and not a page elsewhere through their browser or a proxy.
func local(r *http.Request) bool {
	for _, header := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} {
		if r.Header.Get(header) != "" {
			return false
		}
	}
	return loopback(r.RemoteAddr) && loopback(r.Host)
}

func loopback(address string) bool {
	name := address
	if h, _, err := net.SplitHostPort(address); err == nil {
		name = h
	}
	ip, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return name == "localhost" || err == nil && ip.IsLoopback()
}
