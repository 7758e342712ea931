package web_test

import (
	"net/http"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/web"
	"omniconnector/web/webtest"
)

// Nobody hears of another tenant, and a portal's user of another portal; their numbers go on all the same.
func TestStreamIsKeptToTenantAndPortal(t *testing.T) {
	t.Parallel()
	c := live(t, webtest.New(t), hasty)
	reader, _, portal := c.tenant("shop")
	foreign, _, _ := c.tenant("rival")
	second := string(c.Portal("shop", "second"))
	user := c.as(c.Inside("shop", integration.PortalID(portal), 7, false))
	streams := map[string]*listener{
		"the tenant's": reader.listen(""), "filtered": reader.listen("portal=" + portal), "a user's": user.listen(""),
		"a user's own": user.listen("portal=" + portal), "another tenant's": foreign.listen(""),
	}
	for _, s := range streams {
		s.want(t, "position")
	}
	if resp := user.open("portal=" + second); resp.StatusCode != http.StatusNotFound {
		t.Errorf("another portal: %d", resp.StatusCode)
	}
	c.save(c.Store, told("shop", second, "1"), told("shop", second, "2"))
	for name, s := range streams {
		switch name {
		case "the tenant's":
			s.want(t, "received")
			s.want(t, "received")
		case "another tenant's":
		default:
			if m := s.want(t, "position"); m.id != 2 {
				t.Errorf("%s: %+v", name, m)
			}
		}
	}
	c.save(c.Store, told("shop", portal, "3"))
	c.save(c.Store, told("rival", "p", "4"))
	for name, s := range streams {
		want := map[bool]string{true: "4", false: "3"}[name == "another tenant's"]
		if m := s.want(t, "received"); m.change(t).Event.Key != want {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// Streams end with what opened them.
func TestStreamEndsWithItsToken(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]struct {
		token func(c client) string
		now   func(c client, token string)
	}{
		"revoked": {
			func(c client) string { read, _ := c.Tenant("other"); return read },
			func(c client, _ string) {
				list, err := c.Web.Tokens(c.Context(), "other")
				if err != nil {
					c.Fatal(err)
				}
				for _, k := range list {
					if err := c.Web.RevokeToken(c.Context(), "other", k.ID, "test"); err != nil {
						c.Fatal(err)
					}
				}
			},
		},
		"embed token expired": {
			func(c client) string { return c.Embed("shop", "anna", web.ScopeRead, 10*time.Minute) },
			func(c client, _ string) { c.Advance(15 * time.Minute) },
		},
		"portal's session expired": {
			func(c client) string { return c.Inside("shop", c.Portal("shop", "m2"), 7, true) },
			func(c client, _ string) { c.Advance(2 * time.Hour) },
		},
		"tenant suspended": {
			func(c client) string { read, _ := c.Tenant("other"); return read },
			func(c client, _ string) {
				if err := c.Store.SetTenantState(c.Context(), "other", integration.TenantSuspended); err != nil {
					c.Fatal(err)
				}
			},
		},
		"tenant deleted": {
			func(c client) string { read, _ := c.Tenant("other"); return read },
			func(c client, _ string) {
				if err := c.Store.DeleteTenant(c.Context(), "other"); err != nil {
					c.Fatal(err)
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := live(t, webtest.New(t), hasty)
			c.tenant("shop")
			token := end.token(c)
			s := c.as(token).listen("")
			s.want(t, "position")
			for range 3 { // looked at and let be
				if line, err := s.lines.ReadString('\n'); err != nil {
					t.Fatal(line, err)
				}
			}
			end.now(c, token)
			s.ended(0)
			if resp := c.as(token).open(""); resp.StatusCode != http.StatusUnauthorized && resp.StatusCode != http.StatusForbidden {
				t.Errorf("opened again: %d", resp.StatusCode)
			}
		})
	}
}

func TestStreamsOfATenantAreBounded(t *testing.T) {
	t.Parallel()
	few := hasty
	few.PerTenant = 2
	c := live(t, webtest.New(t), few)
	reader, _, _ := c.tenant("shop")
	other, _, _ := c.tenant("other")
	first := reader.listen("")
	reader.listen("")
	a := reader.get("/api/v1/events/stream").want(t, 429)
	if code, _ := a.problem(t); code != "too_many_streams" || a.header.Get("Retry-After") == "" {
		t.Errorf("%s: %v", code, a.header)
	}
	other.listen("")
	first.Close()
	for status := 0; status != 200; { // until the server has noticed
		c.Advance(time.Second)
		resp := reader.open("")
		status = resp.StatusCode
		resp.Body.Close()
	}
}
