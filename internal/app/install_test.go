package app_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/app"
	"omniconnector/internal/store"
	"omniconnector/internal/world"
)

const localApp = "local.cabinet"

// doorstep is an empty connector with two tenants, and a portal whose administrator has made a local application of it.
type doorstep struct {
	*testing.T
	app    *app.App
	base   string
	portal *bitrix.Portal
	token  map[integration.TenantID]string
}

func emptyConnector(t *testing.T, database string, more ...func(*app.Config)) *doorstep {
	t.Helper()
	w := newWorld(t, "elsewhere")
	a, _, _ := connectWith(t, database, t.TempDir(), world.Settings(), append(more, func(c *app.Config) {
		c.OAuthHosts = append(c.OAuthHosts, w.OAuthHost())
	}))
	s := &doorstep{T: t, app: a, base: "http://" + a.Address(), portal: w.Portal, token: map[integration.TenantID]string{}}
	for _, tenant := range []integration.TenantID{"shop", "rival"} {
		if _, err := a.Store().CreateTenant(t.Context(), tenant, "Кабинет "+string(tenant)); err != nil {
			t.Fatal(err)
		}
		token, _, err := a.Store().CreateSecret(t.Context(), tenant, store.NewSecret{Purpose: store.API, Name: "test", Scope: store.Write})
		if err != nil {
			t.Fatal(err)
		}
		s.token[tenant] = string(token)
	}
	s.portal.Install(bitrix.AppSpec{
		ClientID: localApp, Secret: "secret-of-the-application", Title: "Омниконнектор", Unfinished: true,
		Handler: s.base + "/app/bitrix24", InstallURL: s.base + "/app/bitrix24/install",
	})
	return s
}

// answer is what a request came to.
type answer struct {
	status int
	policy string
	text   string
}

func (s *doorstep) do(method, address, contentType, body string, headers ...string) answer {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, address, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	if cookies := resp.Header.Values("Set-Cookie"); len(cookies) > 0 {
		s.Errorf("%s sets cookies", address)
	}
	return answer{resp.StatusCode, resp.Header.Get("Content-Security-Policy"), string(text)}
}

// api asks the JSON API in a tenant's name.
func (s *doorstep) api(tenant integration.TenantID, method, path, body string) answer {
	s.Helper()
	return s.do(method, s.base+"/api/v1"+path, "application/json", body, "Authorization", "Bearer "+s.token[tenant])
}

// code draws a code in a tenant's cabinet, for an application with these keys.
func (s *doorstep) code(tenant integration.TenantID, secret string) string {
	s.Helper()
	got := s.api(tenant, "POST", "/portals/codes", fmt.Sprintf(`{"client_id":%q,"client_secret":%q}`, localApp, secret))
	var drawn struct{ Code string }
	if err := json.Unmarshal([]byte(got.text), &drawn); err != nil || got.status != 201 {
		s.Fatalf("draw a code: %d %s", got.status, got.text)
	}
	return drawn.Code
}

// open has somebody open the application in the portal's frame.
func (s *doorstep) open(o bitrix.Opening, change func(url.Values)) answer {
	s.Helper()
	o.ClientID = localApp
	opened, err := s.portal.Open(o)
	if err != nil {
		s.Fatal(err)
	}
	form := url.Values{}
	for name, value := range opened.Fields {
		form.Set(name, value)
	}
	if change != nil {
		change(form)
	}
	return s.do("POST", opened.Action, "application/x-www-form-urlencoded", form.Encode())
}

var sealedOpening = regexp.MustCompile(`name="opening" value="([^"]+)"`)

// enter types a code into the page that asked for it.
func (s *doorstep) enter(asked answer, code string) answer {
	s.Helper()
	found := sealedOpening.FindStringSubmatch(asked.text)
	if found == nil {
		s.Fatalf("the page asks for no code: %d\n%s", asked.status, asked.text)
	}
	return s.do("POST", s.base+"/app/bitrix24/connect", "application/x-www-form-urlencoded",
		url.Values{"opening": {html.UnescapeString(found[1])}, "code": {code}}.Encode())
}

const finishes = `src="frame.js"`

// installed lets the portal's administrator install the application with a code of the tenant's, and tells the portal.
func (s *doorstep) installed(tenant integration.TenantID) integration.Portal {
	s.Helper()
	got := s.enter(s.open(bitrix.Opening{}, nil), s.code(tenant, "secret-of-the-application"))
	if got.status != 200 || !strings.Contains(got.text, finishes) {
		s.Fatalf("install: %d\n%s", got.status, got.text)
	}
	s.portal.FinishInstall(localApp)
	p := s.connected(tenant)
	s.settled(p)
	return p
}

func (s *doorstep) connected(tenant integration.TenantID) integration.Portal {
	s.Helper()
	all, err := s.app.Store().Portals(s.Context(), tenant, "", 9)
	if err != nil || len(all) != 1 {
		s.Fatalf("portals of %s: %+v, %v", tenant, all, err)
	}
	return all[0]
}

// settled waits until all events have come and everything was done.
func (s *doorstep) settled(p integration.Portal) {
	s.Helper()
	if err := s.portal.Drain(s.Context()); err != nil {
		s.Fatal(err)
	}
	quiet(s.T, s.app, world.Provisioned{Tenant: p.Tenant, Portal: p.ID})
}

// once checks that the portal reports every event once and shows every page once.
func (s *doorstep) once(when string) {
	s.Helper()
	bound := s.portal.Handlers(localApp)
	for _, event := range []string{"ONEXTERNALCALLSTART", "ONEXTERNALCALLBACKSTART", "ONAPPUPDATE", "ONAPPUNINSTALL", "ONAPPINSTALL", "ONCRMDEALUPDATE"} {
		if n := len(slices.DeleteFunc(slices.Clone(bound), func(b string) bool { return b != event+" "+s.base+"/hooks/bitrix24" })); n != 1 {
			s.Errorf("%s: %s is bound %d times", when, event, n)
		}
	}
	var pages []string
	for _, p := range s.portal.Placements(localApp) {
		pages = append(pages, p.Code+" "+p.Handler)
	}
	slices.Sort(pages)
	if want := []string{"CALL_CARD " + s.base + "/app/bitrix24", "LEFT_MENU " + s.base + "/app/bitrix24"}; !slices.Equal(pages, want) {
		s.Errorf("%s: pages %q", when, pages)
	}
}

// S-5: an administrator installs the application with a code of the tenant's cabinet; nobody else's word connects anything.
func TestPortalInstallsItselfByACode(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		s := emptyConnector(t, database)
		asked := s.open(bitrix.Opening{}, nil)
		origin, _, _ := strings.Cut(s.portal.Address(), "/p/")
		if asked.status != 200 || !strings.HasSuffix(asked.policy, "frame-ancestors "+origin) || !strings.Contains(asked.text, "Введите код подключения") {
			t.Fatalf("first page: %d %s\n%s", asked.status, asked.policy, asked.text)
		}
		code := s.code("shop", "secret-of-the-application")
		for name, c := range map[string]struct {
			page answer
			code string
			says string
		}{
			"an invented code":                     {asked, "AAAA-BBBB-CCCC-DDDD", "Такого кода нет"},
			"no code":                              {asked, "", "Такого кода нет"},
			"a stranger's code with other keys":    {asked, s.code("rival", "another secret"), "Портал не подтвердил приложение"},
			"an employee who is no administrator":  {s.open(bitrix.Opening{User: operator}, nil), code, "устанавливает администратор"},
			"another portal's name over our token": {s.open(bitrix.Opening{}, func(f url.Values) { f.Set("member_id", strings.Repeat("0", 32)) }), code, "Портал не подтвердил приложение"},
			"an invented token": {
				s.open(bitrix.Opening{}, func(f url.Values) { f.Set("AUTH_ID", "x"); f.Set("REFRESH_ID", "y") }), code, "Портал не подтвердил приложение",
			},
		} {
			if got := s.enter(c.page, c.code); got.status != 422 || !strings.Contains(got.text, c.says) {
				t.Errorf("%s: %d\n%s", name, got.status, got.text)
			}
		}
		for _, tenant := range []integration.TenantID{"shop", "rival"} {
			if all, err := s.app.Store().Portals(t.Context(), tenant, "", 9); err != nil || len(all) > 0 {
				t.Errorf("%s has %+v, %v", tenant, all, err)
			}
		}
		got := s.enter(asked, strings.ToLower(strings.ReplaceAll(code, "-", " ")))
		if got.status != 200 || !strings.Contains(got.text, finishes) || !strings.Contains(got.text, `data-portal="`+origin+`"`) {
			t.Fatalf("the right code: %d\n%s", got.status, got.text)
		}
		if got := s.enter(asked, code); got.status != 422 {
			t.Errorf("the code works twice: %d", got.status)
		}
		if strings.Contains(asked.text+got.text, "secret-of-the-application") {
			t.Error("a secret is in a page")
		}
		p := s.connected("shop")
		s.portal.FinishInstall(localApp)
		s.settled(p)
		s.once("installed")
		if got := s.api("shop", "GET", "/portals/"+string(p.ID), ""); !strings.Contains(got.text, `"setup":{"state":"done"}`) {
			t.Errorf("the portal's state: %s", got.text)
		}
		if got := s.open(bitrix.Opening{Placement: "LEFT_MENU"}, nil); got.status != 200 || !strings.Contains(got.text, `"placement":"LEFT_MENU"`) {
			t.Errorf("the left menu: %d\n%s", got.status, got.text)
		}
		s.portal.ExpireAccessTokens()
		if got := s.api("shop", "POST", "/portals/"+string(p.ID)+"/test", ""); got.status != 200 {
			t.Errorf("the pair that is stored is not the portal's: %d %s", got.status, got.text)
		}
	})
}

// S-5: re-installing, updating and renaming leave one portal whose events and pages are bound once.
func TestPortalLivesOn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		s := emptyConnector(t, database)
		p := s.installed("shop")
		s.once("installed")

		s.portal.Reinstall(localApp)
		forged := s.open(bitrix.Opening{}, func(f url.Values) { f.Set("AUTH_ID", "x"); f.Set("REFRESH_ID", "y") })
		if sealedOpening.FindString(forged.text) == "" || strings.Contains(forged.text, finishes) {
			t.Errorf("a forged installation: %d\n%s", forged.status, forged.text)
		}
		if got := s.open(bitrix.Opening{User: operator}, nil); got.status != 403 {
			t.Errorf("an employee installs again: %d", got.status)
		}
		if got := s.open(bitrix.Opening{}, nil); got.status != 200 || !strings.Contains(got.text, finishes) {
			t.Fatalf("installed again: %d\n%s", got.status, got.text)
		}
		s.portal.FinishInstall(localApp)
		s.settled(p)
		s.once("installed again")

		s.portal.UpdateApp(localApp, "2")
		s.settled(p)
		s.once("updated")

		s.portal.Rename("renamed")
		if got := s.open(bitrix.Opening{}, nil); got.status != 200 || !strings.Contains(got.text, `id="session"`) {
			t.Errorf("after a rename: %d\n%s", got.status, got.text)
		}
		if now := s.connected("shop"); now.Endpoint != s.portal.Endpoint() || now.ID != p.ID {
			t.Errorf("the page's rename: %+v", now)
		}
		s.portal.Rename("renamed-again")
		s.portal.Add(bitrix.Lead, map[string]any{"title": "Лид"}) // its event says where the portal is
		eventually(t, "the event's rename is followed", func() bool { return s.connected("shop").Endpoint == s.portal.Endpoint() })
		s.settled(p)
		s.once("renamed")
	})
}

// S-5: without clean-up the settings and the journal stay for the next installation; with it nothing does. A connected portal is not
// taken by another tenant.
func TestPortalIsUninstalled(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		s := emptyConnector(t, database)
		p := s.installed("shop")
		ctx := t.Context()
		if _, err := s.app.Store().SaveSettings(ctx, "shop", p.ID, 0, []byte(`{"kept":true}`), "test"); err != nil {
			t.Fatal(err)
		}
		s.portal.Uninstall(localApp, false)
		if err := s.portal.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		if now := s.connected("shop"); now.State != integration.PortalGone {
			t.Errorf("without clean-up: %+v", now)
		}
		s.portal.Reinstall(localApp)
		again := s.installed("shop")
		if d, err := s.app.Store().Document(ctx, "shop", again.ID, 0); err != nil || again.ID != p.ID || string(d.Body) != `{"kept":true}` {
			t.Errorf("installed again: %+v %+v, %v", again, d, err)
		}

		other := s.portal.Install(bitrix.AppSpec{ClientID: localApp, Secret: "secret-of-the-application", Unfinished: true, Handler: s.base + "/app/bitrix24"})
		if other.AccessToken == "" {
			t.Fatal("not installed")
		}
		asked := s.open(bitrix.Opening{}, nil) // on the application's own page, where a new application token proves nothing
		if asked.status != 403 || sealedOpening.MatchString(asked.text) {
			t.Errorf("an unknown application token: %d\n%s", asked.status, asked.text)
		}
		s.portal.Install(bitrix.AppSpec{
			ClientID: localApp, Secret: "secret-of-the-application", Unfinished: true, Handler: s.base + "/app/bitrix24", InstallURL: s.base + "/app/bitrix24/install",
		})
		stolen := s.enter(s.open(bitrix.Opening{}, func(f url.Values) { f.Set("REFRESH_ID", "") }), s.code("rival", "secret-of-the-application"))
		if stolen.status != 422 {
			t.Errorf("taken without a pair: %d", stolen.status)
		}
		if got := s.open(bitrix.Opening{}, nil); got.status != 200 || !strings.Contains(got.text, finishes) {
			t.Fatalf("its own tenant: %d\n%s", got.status, got.text)
		}
		s.portal.FinishInstall(localApp)
		s.settled(p)

		s.portal.Uninstall(localApp, true)
		if err := s.portal.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		if got := s.api("shop", "GET", "/portals/"+string(p.ID), ""); got.status != 404 {
			t.Errorf("after clean-up: %d %s", got.status, got.text)
		}
		s.portal.Reinstall(localApp)
		eventually(t, "everything of the portal is gone", func() bool {
			return s.enter(s.open(bitrix.Opening{}, nil), s.code("shop", "secret-of-the-application")).status == 200
		})
		fresh := s.connected("shop")
		if d, err := s.app.Store().Document(ctx, "shop", fresh.ID, 0); err != nil || fresh.ID == p.ID || d.Version != 0 {
			t.Errorf("a new beginning: %+v %+v, %v", fresh, d, err)
		}
	})
}

// Two tenants' codes for one portal and one application: the second is refused as long as the first has it.
func TestConnectedPortalIsNotTaken(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		s := emptyConnector(t, database)
		asked := s.open(bitrix.Opening{}, nil)
		p := s.installed("shop")
		if got := s.enter(asked, s.code("rival", "secret-of-the-application")); got.status != 422 || !strings.Contains(got.text, "уже подключён к другому кабинету") {
			t.Errorf("taken: %d\n%s", got.status, got.text)
		}
		if got := s.api("shop", "DELETE", "/portals/"+string(p.ID), ""); got.status != 204 {
			t.Fatalf("disconnect: %d", got.status)
		}
		if got := s.installed("rival"); got.Tenant != "rival" {
			t.Errorf("given: %+v", got)
		}
	})
}

// The page's token is renewed as long as the portal vouches for the same person.
func TestSessionInsideAPortalIsRenewed(t *testing.T) {
	t.Parallel()
	s := emptyConnector(t, "")
	s.installed("shop")
	session := func(user int64) map[string]any {
		t.Helper()
		return sessionOf(t, s.open(bitrix.Opening{User: user}, nil).text)
	}
	fresh := func(user int64) string {
		t.Helper()
		return fmt.Sprintf(`{"auth_id":%q,"expires_in":3600}`, s.portal.TokensFor(localApp, user).AccessToken)
	}
	admin := session(administrator)
	if admin["door"] != "portal" || admin["renew"] != "app/bitrix24/session" || admin["lang"] != "ru" || admin["placement"] != "DEFAULT" {
		t.Errorf("session: %v", admin)
	}
	renew := func(token, body string) answer {
		t.Helper()
		return s.do("POST", s.base+"/"+admin["renew"].(string), "application/json", body, "Authorization", "Bearer "+token)
	}
	token := admin["token"].(string)
	for name, c := range map[string]struct {
		token, body string
		status      int
	}{
		"a fresh token of the same person":    {token, fresh(administrator), 200},
		"a session that lives":                {token, "{}", 200},
		"no body at all":                      {token, "", 200},
		"another person's token":              {token, fresh(operator), 401},
		"a token the portal does not know":    {token, `{"auth_id":"invented"}`, 401},
		"no session":                          {"invented", fresh(administrator), 401},
		"no session, but an API token":        {s.token["shop"], fresh(administrator), 401},
		"a session that was tampered with":    {token + "A", fresh(administrator), 401},
		"a person who lost the right remains": {session(operator)["token"].(string), fresh(operator), 200},
	} {
		got := renew(c.token, c.body)
		if got.status != c.status {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
		if c.status != 200 {
			continue
		}
		var next struct{ Token string }
		if err := json.Unmarshal([]byte(got.text), &next); err != nil {
			t.Fatal(err)
		}
		if me := s.do("GET", s.base+"/api/v1/me", "application/json", "", "Authorization", "Bearer "+next.Token); me.status != 200 {
			t.Errorf("%s: the new token: %d", name, me.status)
		}
	}
}
