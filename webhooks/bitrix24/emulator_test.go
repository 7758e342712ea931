package bitrix24_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/webhooks/bitrix24"
)

// account is an emulated portal whose events reach a receiver over HTTP.
type account struct {
	*emulator.Portal
	t    *testing.T
	app  emulator.Tokens
	desk *desk
	hook string
}

// keeper confirms updates as the contract says (§2.5): by the answer of the portal's app.info to the token of the event.
type keeper struct{ *account }

func (k keeper) Uninstalled(ctx context.Context, t integration.TenantID, p integration.PortalID, clean bool) error {
	return k.desk.Uninstalled(ctx, t, p, clean)
}

func (k keeper) Updated(ctx context.Context, t integration.TenantID, p integration.PortalID, u bitrix24.Update) error {
	if got := k.rest(ctx, "app.info", url.Values{"auth": {string(u.Access)}}); !u.Proven && !strings.Contains(got, `"CODE":"`+k.app.ClientID+`"`) {
		return bitrix24.ErrUnproven
	}
	k.desk.mu.Lock()
	k.desk.portals[k.MemberID()][0].Application = u.Application
	k.desk.mu.Unlock()
	return k.desk.did("%s/%s: updated", t, p)
}

func (k keeper) Installed(ctx context.Context, t integration.TenantID, p integration.PortalID, i bitrix24.Install) error {
	return k.desk.Installed(ctx, t, p, i)
}

func (k keeper) Renamed(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	return k.desk.Renamed(ctx, t, p)
}

func connect(t *testing.T) *account {
	t.Helper()
	cloud := emulator.New(emulator.WithSeed(7), emulator.WithClock(func() time.Time { return noon }))
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	cloud.SetBaseURL(server.URL)
	portal := cloud.NewPortal(emulator.PortalSpec{Name: "shop", Users: []emulator.User{
		{ID: 1, Name: "Анна", LastName: "Админова", Admin: true},
		{ID: 7, Name: "Олег", LastName: "Операторов"},
	}})
	a := &account{Portal: portal, t: t, app: portal.Install(emulator.AppSpec{ClientID: "app.1"}), desk: open(t)}
	a.desk.portals = map[string][]bitrix24.PortalAccess{portal.MemberID(): {{
		Tenant: "shop", Portal: "p1", State: integration.PortalOK, Application: integration.Secret(a.app.ApplicationToken),
	}}}
	a.serve()
	return a
}

// serve starts a receiver and binds the application's events to it.
func (a *account) serve() {
	a.t.Helper()
	o := a.desk.options()
	o.Lifecycle = keeper{a}
	engine := gin.New()
	bitrix24.NewReceiver(o).Mount(engine)
	server := httptest.NewServer(engine)
	a.t.Cleanup(server.Close)
	a.hook = server.URL + "/hooks/bitrix24"
	a.bind()
}

func (a *account) bind() {
	a.t.Helper()
	for _, event := range []string{
		"OnExternalCallStart", "OnExternalCallBackStart", "OnAppUpdate", "OnAppUninstall", "OnCrmActivityAdd",
		"OnCrmLeadAdd", "OnCrmLeadUpdate", "OnCrmLeadDelete", "OnCrmContactAdd", "OnCrmDealMoveToCategory",
	} {
		got := a.rest(a.t.Context(), "event.bind", url.Values{"auth": {a.app.AccessToken}, "event": {event}, "handler": {a.hook}})
		if !strings.Contains(got, `"result":true`) {
			a.t.Fatalf("bind %s: %s", event, got)
		}
	}
}

func (a *account) rest(ctx context.Context, method string, params url.Values) string {
	a.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.Endpoint()+method, strings.NewReader(params.Encode()))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	var raw json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&raw); err != nil {
		a.t.Fatal(err)
	}
	return string(raw)
}

// happened is what the receiver did about all that the portal has sent by now.
func (a *account) happened() (kept []integration.Delivery, done []string) {
	a.t.Helper()
	if err := a.Drain(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
	a.desk.mu.Lock()
	defer a.desk.mu.Unlock()
	kept, done = a.desk.kept, a.desk.done
	a.desk.kept, a.desk.done = nil, nil
	return kept, done
}

func TestT8AClickInTheEmulatedPortalBecomesAnEvent(t *testing.T) {
	t.Parallel()
	a := connect(t)
	contact := a.Add(emulator.Contact, map[string]any{"name": "Пётр", "fm": []any{emulator.Phone("8 900 000-00-01")}})
	a.happened()
	a.SetEvents(emulator.EventKnobs{Duplicate: 100})
	id, err := a.ClickNumber(emulator.NumberClick{
		ClientID: "app.1", User: 7, Phone: "+7 900 000-00-01", Line: "74950000101", Kind: emulator.Contact, ID: contact,
	})
	if err != nil {
		t.Fatal(err)
	}
	kept, _ := a.happened()
	want := integration.Event{
		ID: "ev-1", Source: "bitrix24", Kind: integration.ClickToCall, Key: "click|" + id, Session: integration.SessionID("click:" + id),
		Customer: "+79000000001", At: noon, Received: noon,
		Report: integration.Report{Direction: "out", ClientNumber: "+79000000001", Request: &integration.CallRequest{
			CallID: id, User: 7, Line: "74950000101", Kind: "contact", Entity: contact,
		}},
	}
	if len(kept) != 2 {
		t.Fatalf("kept %d deliveries, want the event and its repetition", len(kept))
	}
	for _, k := range kept {
		if diff := cmp.Diff(want, k.Event); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
		if strings.Contains(string(k.Body), a.app.ApplicationToken) || !strings.Contains(string(k.Body), "auth[access_token]=[secret]") {
			t.Errorf("kept %s", k.Body)
		}
	}
}

func TestT9ACallbackFormInTheEmulatedPortalBecomesAnEvent(t *testing.T) {
	t.Parallel()
	a := connect(t)
	kind, id := a.Callback("89000000002", "Перезвоните, пожалуйста", "74950000102")
	kept, done := a.happened()
	if len(kept) != 1 || kind != emulator.Lead {
		t.Fatalf("kept %+v", kept)
	}
	e := kept[0].Event
	want := integration.Report{ClientNumber: "89000000002", Request: &integration.CallRequest{
		Line: "74950000102", Kind: "lead", Entity: id, Text: "Перезвоните, пожалуйста",
	}}
	if diff := cmp.Diff(want, e.Report); diff != "" || e.Kind != integration.CallbackAsked || e.Customer != "+79000000002" {
		t.Errorf("%s of %s, want -, got +:\n%s", e.Kind, e.Customer, diff)
	}
	if diff := cmp.Diff([]string{"shop/p1: stale [{lead 1}]"}, done); diff != "" {
		t.Errorf("the form's lead: want -, got +:\n%s", diff)
	}
}

func TestChangesInTheEmulatedPortalMakeTheIndexDoubt(t *testing.T) {
	t.Parallel()
	a := connect(t)
	lead := a.As(7).Add(emulator.Lead, map[string]any{"title": "L"})
	if err := a.As(0).Edit(emulator.Lead, lead, map[string]any{"title": "L2"}); err != nil { // a robot: no tokens
		t.Fatal(err)
	}
	a.Remove(emulator.Lead, lead)
	_, done := a.happened()
	if diff := cmp.Diff([]string{"shop/p1: stale [{lead 1}]", "shop/p1: stale [{lead 1}]", "shop/p1: stale [{lead 1}]"}, done); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestAnUpdateOfTheApplicationIsConfirmedByTheEmulatedPortal(t *testing.T) {
	t.Parallel()
	a := connect(t)
	a.UpdateApp("app.1", "2")
	if _, done := a.happened(); !cmp.Equal(done, []string{"shop/p1: updated"}) {
		t.Fatalf("did %v, counted %v", done, a.desk.counted)
	}
	a.bind()
	a.Add(emulator.Lead, map[string]any{"title": "L"}) // proven by the new token
	if _, done := a.happened(); !cmp.Equal(done, []string{"shop/p1: stale [{lead 1}]"}) {
		t.Errorf("did %v, counted %v", done, a.desk.counted)
	}
	stranger := a.Install(emulator.AppSpec{ClientID: "app.2"})
	w := a.desk.post(a.hook, "event=ONAPPUPDATE&auth[access_token]="+stranger.AccessToken+proof(a.MemberID(), stranger.ApplicationToken))
	if _, done := a.happened(); w != http.StatusUnauthorized || len(done) > 0 {
		t.Errorf("another application's update: got %d, did %v", w, done)
	}
}

func TestTheEndOfTheInstallationIsHeardOnce(t *testing.T) {
	t.Parallel()
	a := connect(t)
	a.Uninstall("app.1", true)
	if _, done := a.happened(); !cmp.Equal(done, []string{"shop/p1: uninstalled, clean true"}) {
		t.Errorf("did %v, counted %v", done, a.desk.counted)
	}
	a.desk.portals[a.MemberID()][0].State = integration.PortalGone
	if w := a.desk.post(a.hook, clicked+proof(a.MemberID(), a.app.ApplicationToken)); w != http.StatusUnauthorized {
		t.Errorf("an event of a portal that is gone: got %d", w)
	}
}
