package chats_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/webhooks"
	"omniconnector/webhooks/uis"
	"omniconnector/webhooks/uis/chats"
)

var errAway = errors.New("storage is away")

// registry is a Directory in memory.
type registry struct {
	mu       sync.Mutex
	accounts map[integration.TenantID]map[int64]chats.Account
	channels map[integration.TenantID]map[int64]chats.Channel
	apps     map[int64][]integration.TenantID
	away     bool
}

func (r *registry) do(f func()) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away {
		return errAway
	}
	f()
	return nil
}

func (r *registry) SaveAccount(_ context.Context, t integration.TenantID, a chats.Account) error {
	return r.do(func() {
		if r.accounts[t] == nil {
			r.accounts[t] = map[int64]chats.Account{}
		}
		r.accounts[t][a.ID] = a
	})
}

func (r *registry) DropAccount(_ context.Context, t integration.TenantID, a chats.Account) error {
	return r.do(func() { delete(r.accounts[t], a.ID) })
}

func (r *registry) SaveChannel(_ context.Context, t integration.TenantID, c chats.Channel) error {
	return r.do(func() {
		if r.channels[t] == nil {
			r.channels[t] = map[int64]chats.Channel{}
		}
		r.channels[t][c.ID] = c
	})
}

func (r *registry) DropChannel(_ context.Context, t integration.TenantID, c chats.Channel) error {
	return r.do(func() { delete(r.channels[t], c.ID) })
}

func (r *registry) Channel(_ context.Context, t integration.TenantID, account, channel int64) (c chats.Channel, ok bool, err error) {
	err = r.do(func() {
		c, ok = r.channels[t][channel]
		ok = ok && c.AccountID == account
	})
	return c, ok, err
}

func (r *registry) TenantsOfAccount(_ context.Context, account int64) (all []integration.TenantID, err error) {
	err = r.do(func() {
		for t, own := range r.accounts {
			if own[account].Shared {
				all = append(all, t)
			}
		}
	})
	return all, err
}

func (r *registry) TenantsOf(_ context.Context, app int64) (all []integration.TenantID, err error) {
	err = r.do(func() { all = r.apps[app] })
	return all, err
}

// shelf is an inbox in memory.
type shelf struct {
	mu   sync.Mutex
	kept []integration.Delivery
	err  error
}

func (s *shelf) Accept(_ context.Context, d integration.Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.kept = append(s.kept, d)
	}
	return s.err
}

// tenants is an Access in memory.
type tenants map[integration.TenantID]webhooks.HookAccess

func (a tenants) HookAccess(_ context.Context, t integration.TenantID) (webhooks.HookAccess, error) {
	access, ok := a[t]
	if !ok {
		return access, webhooks.ErrUnknownTenant
	}
	return access, nil
}

// bench is a receiver behind a real server, beside the receiver of notifications.
type bench struct {
	t         *testing.T
	address   string
	directory *registry
	shelf     *shelf
	later     time.Duration // how far the clock has gone on; changed between requests only
}

const (
	token  = "shop.PATHSECRETPATHSECRET"
	bearer = "Bearer SHAREDTOKENSHAREDTOKEN"
)

func basic(login, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(login+":"+password))
}

func setup(t *testing.T) *bench {
	t.Helper()
	gin.SetMode(gin.TestMode)
	path := []webhooks.SecretHash{webhooks.HashSecret("PATHSECRETPATHSECRET")}
	access := tenants{
		"shop": {PathSecrets: path, Portals: []integration.PortalID{"p1"}},
		"sis":  {PathSecrets: path, Portals: []integration.PortalID{"p2", "p3"}},
		"safe": {PathSecrets: path, Logins: []webhooks.SecretHash{webhooks.BasicLogin("omni", "PASSPASSPASS"), webhooks.BearerLogin("TOKTOKTOK").Until(noon)}},
	}
	b := &bench{t: t, shelf: &shelf{}, directory: &registry{
		accounts: map[integration.TenantID]map[int64]chats.Account{}, channels: map[integration.TenantID]map[int64]chats.Channel{},
		apps: map[int64][]integration.TenantID{5001: {"shop"}, 5002: {"sis"}, 5003: {"shop", "sis"}, 5004: {"erased"}},
	}}
	clock, id := func() time.Time { return noon.Add(b.later) }, func() integration.EventID { return "ev" }
	router := gin.New()
	webhooks.NewReceiver(webhooks.ReceiverOptions{Access: access, Sources: []webhooks.Source{uis.Source{}}, Inbox: b.shelf, Now: clock, NewID: id}).Mount(router)
	webhooks.NewRoutes(webhooks.RouteOptions{Access: access, Inquirers: []webhooks.Inquirer{uis.Source{}}, Inbox: b.shelf, Now: clock, Router: nobody{}}).Mount(router)
	chats.NewReceiver(chats.Options{
		Access: access, Directory: b.directory, Inbox: b.shelf, Now: clock, NewID: id,
		Shared: []webhooks.SecretHash{webhooks.BearerLogin("SHAREDTOKENSHAREDTOKEN"), webhooks.BasicLogin("all", "PASSPASSPASS")},
	}).Mount(router)
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	b.address = server.URL
	return b
}

// nobody is a Router that finds none.
type nobody struct{}

func (nobody) Route(context.Context, integration.TenantID, webhooks.Question) (integration.Route, integration.PortalID, error) {
	return integration.Route{}, "", nil
}

// send returns the status and what is answered.
func (b *bench) send(method, path, login, body string) (int, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.address+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if login != "" {
		req.Header.Set("Authorization", login)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// want sends and expects a status.
func (b *bench) want(status int, method, path, login, body string) {
	b.t.Helper()
	if got, text := b.send(method, path, login, body); got != status {
		b.t.Errorf("%s %s: %d %s, want %d", method, path, got, text, status)
	}
}

func TestATenantsOwnAdapterIsKeptBeforeItIsAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.want(200, "POST", "/hooks/uis/"+token+"/chats/account", "", account)
	b.want(200, "POST", "/hooks/uis/"+token+"/chats/channel", "", channel)
	b.want(200, "POST", "/hooks/uis/"+token+"/chats/chat?x=PATHSECRETPATHSECRET", "Bearer whatever", opened)
	if a := b.directory.accounts["shop"][286001]; a.AppID != 5001 || a.Shared {
		t.Errorf("account %+v", a)
	}
	if len(b.shelf.kept) != 1 {
		t.Fatalf("%d deliveries", len(b.shelf.kept))
	}
	d := b.shelf.kept[0]
	told := d.Event.Report.Chat
	if d.Tenant != "shop" || !cmp.Equal(d.Portals, []integration.PortalID{"p1"}) || d.Event.ID != "ev" || d.Event.Source != "uis" || d.Event.Received != noon ||
		told.Channel != "whatsapp" || told.ChannelName != "WA магазин" || told.ChannelID != 74001 || d.Event.Customer != "+79000000008" {
		t.Errorf("kept %+v %+v", d, told)
	}
	if string(d.Body) != opened || d.Query != "x=[secret]" || d.Method != http.MethodPost {
		t.Errorf("evidence %s ? %s", d.Body, d.Query)
	}
	b.want(200, "DELETE", "/hooks/uis/"+token+"/chats/channel/35801", "", channel)
	b.want(200, "PATCH", "/hooks/uis/"+token+"/chats/chat", "", assigned)
	if c := b.shelf.kept[1].Event.Report.Chat.Channel; c != "" {
		t.Errorf("a channel that was dropped is still %s", c)
	}
}

func TestNeighboursKeepTheirAddresses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.want(200, "POST", "/hooks/uis/"+token+"/call_incoming", "", `{"event":"call_incoming","call_session_id":1,"contact_phone_number":"79000000001"}`)
	b.want(200, "POST", "/hooks/uis/"+token+"/offline_message", "", `{"id":330000001,"text":"Перезвоните"}`)
	b.want(200, "POST", "/hooks/uis/"+token, "", `{"event":"call_incoming","call_session_id":2,"contact_phone_number":"79000000001"}`)
	b.want(200, "GET", "/hooks/uis/"+token+"/route?numa=79000000001&call_session_id=3", "", "")
	b.want(200, "POST", "/hooks/uis/"+token+"/chats/message/", "", photo)
	b.want(404, "POST", "/hooks/other/"+token+"/chats/message", "", photo)
	var kinds []string
	for _, d := range b.shelf.kept {
		kinds = append(kinds, string(d.Event.Kind))
	}
	want := []string{"call_incoming", "offline_request", "call_incoming", "chat_message"}
	if !cmp.Equal(kinds, want) {
		t.Errorf("kept %v, want %v", kinds, want)
	}
}

func TestWhoMayNotComeIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	own, shared := "/hooks/uis/"+token+"/chats/chat", "/adapter/uis/chat"
	safe := "/hooks/uis/safe.PATHSECRETPATHSECRET/chats/chat"
	for name, c := range map[string]struct {
		status              int
		method, path, login string
		body                string
	}{
		"a wrong secret":          {401, "POST", "/hooks/uis/shop.WRONG/chats/chat", "", opened},
		"a stranger":              {401, "POST", "/hooks/uis/nobody.PATHSECRETPATHSECRET/chats/chat", "", opened},
		"no login":                {401, "POST", safe, "", opened},
		"a wrong password":        {401, "POST", safe, basic("omni", "wrong"), opened},
		"an expired token":        {401, "POST", safe, "Bearer TOKTOKTOK", opened},
		"a password as a token":   {401, "POST", safe, "Bearer omni:PASSPASSPASS", opened},
		"no shared login":         {401, "POST", shared, "", opened},
		"a wrong shared login":    {401, "POST", shared, "Bearer PATHSECRETPATHSECRET", opened},
		"Basic that is no base64": {401, "POST", shared, "Basic %%%", opened},
		"another method":          {405, "GET", own, "", ""},
		"another method, shared":  {405, "PUT", shared, bearer, opened},
		"another platform":        {404, "POST", "/adapter/other/chat", bearer, opened},
		"too large":               {413, "POST", own, "", `{"x":"` + strings.Repeat("x", chats.MaxBody) + `"}`},
		"whose it is unknown":     {400, "POST", shared, bearer, "no JSON"},
		"an account unknown here": {404, "POST", shared, bearer, strings.ReplaceAll(opened, "5001", "5999")},
		"an erased tenant's":      {404, "POST", shared, bearer, strings.ReplaceAll(opened, "5001", "5004")},
	} {
		if got, text := b.send(c.method, c.path, c.login, c.body); got != c.status || got != 405 && !strings.Contains(text, " / ") {
			t.Errorf("%s: %d %s", name, got, text)
		}
	}
	if len(b.shelf.kept)+len(b.directory.accounts) != 0 {
		t.Errorf("kept %+v", b.shelf.kept)
	}
	b.want(200, "POST", safe, basic("omni", "PASSPASSPASS"), opened)
	b.want(200, "POST", shared, "bearer SHAREDTOKENSHAREDTOKEN", opened)
	b.want(200, "POST", shared, basic("all", "PASSPASSPASS"), opened)
}

func TestTheSharedAdapterServesEachTenantItsOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	of := func(app, body string) string { return strings.ReplaceAll(body, `"app_id":5001`, `"app_id":`+app) }
	b.want(200, "POST", "/adapter/uis/account", bearer, account)
	b.want(200, "POST", "/adapter/uis/channel", bearer, channel)
	b.want(200, "POST", "/adapter/uis/message", bearer, photo)
	b.want(200, "POST", "/adapter/uis/message", bearer, of("5002", photo))
	b.want(200, "POST", "/adapter/uis/message/", bearer, of("5003", photo))
	nameless := strings.Replace(photo, `"context":{"app_id":5001,"chat_channel_id":74001}`, `"context":null`, 1)
	b.want(200, "POST", "/adapter/uis/message", bearer, nameless)
	type got struct {
		Tenant  integration.TenantID
		Channel string
		Portals int
	}
	var all []got
	for _, d := range b.shelf.kept {
		all = append(all, got{d.Tenant, d.Event.Report.Chat.Channel, len(d.Portals)})
	}
	want := []got{{"shop", "whatsapp", 1}, {"sis", "", 2}, {"shop", "whatsapp", 1}, {"sis", "", 2}, {"shop", "whatsapp", 1}}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestNobodyGetsAnothersChatsByClaimingTheAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.want(200, "POST", "/hooks/uis/sis.PATHSECRETPATHSECRET/chats/account", "", account)
	nameless := strings.Replace(photo, `"context":{"app_id":5001,"chat_channel_id":74001}`, `"context":null`, 1)
	b.want(404, "POST", "/adapter/uis/message", bearer, nameless)
	if len(b.shelf.kept) != 0 {
		t.Errorf("kept for %s", b.shelf.kept[0].Tenant)
	}
}

func TestWhatIsAuthenticAndCannotBeReadIsKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.want(200, "POST", "/hooks/uis/"+token+"/chats/message", "", "no JSON")
	b.want(200, "POST", "/adapter/uis/chat/transfer", bearer, closed)
	for _, d := range b.shelf.kept {
		if d.Tenant != "shop" || d.Event.Kind != integration.Unreadable || d.Event.Problem == "" || len(d.Portals) != 0 || len(d.Body) == 0 || d.Event.Received != noon {
			t.Errorf("kept %+v", d)
		}
	}
	if len(b.shelf.kept) != 2 {
		t.Errorf("%d kept", len(b.shelf.kept))
	}
}

func TestWhatCannotBeStoredIsNotAnsweredWith200(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.want(200, "POST", "/adapter/uis/channel", bearer, channel)
	b.want(200, "POST", "/adapter/uis/chat", bearer, opened)
	b.directory.away = true
	b.later = time.Minute // what is remembered is old
	b.want(503, "POST", "/adapter/uis/account", bearer, account)
	b.want(503, "POST", "/adapter/uis/chat", bearer, strings.ReplaceAll(opened, "5001", "5002")) // not known yet
	b.want(200, "POST", "/adapter/uis/chat", bearer, opened)                                     // known: the inbox decides
	b.want(200, "POST", "/hooks/uis/"+token+"/chats/message", "", strings.ReplaceAll(photo, "35801", "35802"))
	b.shelf.err = webhooks.ErrBusy
	b.want(503, "POST", "/adapter/uis/chat", bearer, opened)
	if n := len(b.shelf.kept); n != 3 {
		t.Errorf("%d kept", n)
	}
}
