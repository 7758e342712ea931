package app_test

import (
	"os/exec"
	"strings"
	"testing"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/internal/app"
	"omniconnector/internal/store"
)

// browse opens a page in a real browser until the test ends.
func browse(t *testing.T, address string) {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("there is no chromium: make browser installs it")
	}
	run := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--no-proxy-server", "--block-third-party-cookies", "--user-data-dir="+t.TempDir(), address)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = run.Process.Kill()
		_ = run.Wait() // it was killed
	})
}

// finished tells whether the portal knows the installation to be finished: it opens the application's own page then.
func (s *doorstep) finished() bool {
	s.Helper()
	opened, err := s.portal.Open(bitrix.Opening{ClientID: localApp})
	return err == nil && !strings.Contains(opened.Action, "/install")
}

// S-5: in a real browser, inside the portal's frame and without a third party's cookies, our page tells the portal that the installation is
// finished; the portal goes on to the application, whose scripts then work for the person.
func TestBrowserFinishesTheInstallationInTheFrame(t *testing.T) {
	t.Parallel()
	s := emptyConnector(t, "")
	p := s.installed("shop")
	s.portal.Reinstall(localApp)
	if s.finished() {
		t.Fatal("finished before anybody opened it")
	}
	browse(t, s.portal.Address()+"/app/"+localApp)
	eventually(t, "the installation is finished", s.finished)
	s.settled(p)
	s.once("finished in the browser")
}

// An installation with an application of the marketplace draws codes without keys, and its code is not its client_id.
func TestPortalOfTheMarketplaceInstallsItself(t *testing.T) {
	t.Parallel()
	s := emptyConnector(t, "", func(c *app.Config) {
		c.Bitrix24ClientID, c.Bitrix24Secret, c.Bitrix24Code = localApp, "secret-of-the-application", "maker.omniconnector"
	})
	got := s.api("shop", "POST", "/portals/codes", "{}")
	_, rest, _ := strings.Cut(got.text, `"code":"`)
	code, _, _ := strings.Cut(rest, `"`)
	if got.status != 201 || !strings.Contains(got.text, `"marketplace":true`) {
		t.Fatalf("draw a code: %d %s", got.status, got.text)
	}
	if got := s.enter(s.open(bitrix.Opening{}, nil), code); got.status != 200 {
		t.Fatalf("install: %d\n%s", got.status, got.text)
	}
	s.portal.FinishInstall(localApp)
	s.settled(s.connected("shop"))
	if got := s.open(bitrix.Opening{User: operator}, nil); got.status != 200 || !strings.Contains(got.text, `"admin":false`) {
		t.Errorf("an employee: %d\n%s", got.status, got.text)
	}
}

// A portal that was connected by its tokens alone learns its application token when an administrator opens the page; one that no longer
// takes our tokens gets those of the administrator.
func TestAdministratorsPageHealsAPortal(t *testing.T) {
	t.Parallel()
	s := emptyConnector(t, "")
	own := s.portal.TokensFor(localApp, administrator)
	s.portal.FinishInstall(localApp)
	p, err := s.app.Store().Connect(t.Context(), "shop", store.Connection{
		Name: "Имя", MemberID: own.MemberID, Endpoint: own.Endpoint, OAuthURL: own.TokenURL, ClientID: localApp,
		ClientSecret: "secret-of-the-application", Access: "dead", Refresh: "dead",
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.open(bitrix.Opening{User: operator}, nil); got.status != 403 {
		t.Errorf("an employee before: %d", got.status)
	}
	if got := s.open(bitrix.Opening{}, nil); got.status != 200 || sessionOf(t, got.text)["portal"].(map[string]any)["state"] != "ok" {
		t.Errorf("the administrator: %d\n%s", got.status, got.text)
	}
	s.settled(p)
	s.once("healed")
	if got := s.open(bitrix.Opening{User: operator}, nil); got.status != 200 {
		t.Errorf("an employee afterwards: %d", got.status)
	}
	s.portal.RevokeTokens()
	if got := s.api("shop", "POST", "/portals/"+string(p.ID)+"/sync", ""); got.status != 202 {
		t.Fatalf("sync: %d", got.status)
	}
	eventually(t, "the portal asks for authorisation", func() bool { return s.connected("shop").State == "reauthorise" })
	if got := s.open(bitrix.Opening{User: operator}, nil); got.status != 200 || sessionOf(t, got.text)["portal"].(map[string]any)["state"] != "reauthorise" {
		t.Errorf("an employee of a portal that refuses us: %d\n%s", got.status, got.text)
	}
	if got := s.open(bitrix.Opening{}, nil); sessionOf(t, got.text)["portal"].(map[string]any)["state"] != "ok" || s.connected("shop").Name != "Имя" {
		t.Errorf("healed: %s", got.text)
	}
}
