// Package webtest is the world in which package web and its page are tested: the real store on
// SQLite, real settings, notifications as the platform sends them, and decisions made by the
// real Decide. Only the CRM is a small fake. It is for tests and never part of the program.
package webtest

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/settings"
	"omniconnector/internal/store"
	"omniconnector/internal/store/storetest"
	"omniconnector/web"
	"omniconnector/web/storage"
	"omniconnector/webhooks/uis"
)

// AdminToken is the operator's in every world.
const AdminToken = "admin-of-the-tests" //nolint:gosec // it opens nothing but tests

// World is one installation.
type World struct {
	testing.TB
	*storetest.Clock
	Store   *store.Store
	Web     storage.Store
	Portals *Portals
	Errands *Errands
	Logger  *slog.Logger
	Streams web.Streams // of the API's live journal

	compiler settings.Compiler
	next     int64 // the CRM's next id
	known    map[integration.CustomerKey]*crm.Customer
}

// New makes an empty installation.
func New(tb testing.TB) *World {
	tb.Helper()
	clock := storetest.NewClock()
	s := storetest.SQLite(tb, clock.Now)
	return &World{
		TB: tb, Clock: clock, Store: s, Web: storage.New(s), Portals: &Portals{}, Errands: &Errands{s}, Logger: slog.New(slog.NewTextHandler(tb.Output(), nil)),
		next: 1200, known: map[integration.CustomerKey]*crm.Customer{},
	}
}

// API is the JSON API of the world.
func (w *World) API() *web.API {
	w.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: "tests_total", Help: "One line."}))
	a, err := web.New(web.Config{
		Embed: w.cabinet(), Sessions: w.sessions(), Store: w.Web, Connector: w.Portals, Platform: Telephony{}, Scheduler: w.Errands, Platforms: Platforms{}, Chats: Telephony{}, SharedChats: true, Meter: w.Portals, AdminToken: AdminToken, PublicURL: PublicURL,
		Ready: w.Web.Ping, Gatherer: registry, Now: w.Now, Log: w.Logger, Version: "test", Streams: w.Streams,
	})
	w.must(err)
	return a
}

// Tenant adds a tenant with a token of each scope.
func (w *World) Tenant(id integration.TenantID) (read, write string) {
	w.Helper()
	ctx := w.Context()
	_, err := w.Store.CreateTenant(ctx, id, "Клиент "+string(id))
	w.must(err)
	r, _, err := w.Web.IssueToken(ctx, id, "reader", web.ScopeRead, "")
	w.must(err)
	wr, _, err := w.Web.IssueToken(ctx, id, "writer", web.ScopeWrite, "")
	w.must(err)
	return string(r), string(wr)
}

// Portal connects a portal, with its directory and the example's settings.
func (w *World) Portal(t integration.TenantID, member string) integration.PortalID {
	w.Helper()
	ctx := w.Context()
	p, err := w.Web.Connect(ctx, t, web.Connection{
		Name: member + ".bitrix24.example", MemberID: member, Endpoint: "https://" + member + ".bitrix24.example/rest/",
		ClientID: "client", Secret: "client-secret", Access: "access", Refresh: "refresh", Application: "application",
	})
	w.must(err)
	body, err := json.Marshal(Directory())
	w.must(err)
	_, err = storetest.Raw(w, w.Store).ExecContext(ctx,
		"INSERT INTO directories (tenant_id, portal_id, body, synced_at) VALUES ($1, $2, $3, $4)", t, p.ID, string(body), w.Now().UnixMicro())
	w.must(err)
	body, err = json.Marshal(Centre())
	w.must(err)
	_, err = storetest.Raw(w, w.Store).ExecContext(ctx,
		"INSERT INTO centres (tenant_id, portal_id, body, synced_at) VALUES ($1, $2, $3, $4)", t, p.ID, string(body), w.Now().UnixMicro())
	w.must(err)
	_, err = w.Store.SaveSettings(ctx, t, p.ID, 0, settings.Write(Settings()), "test")
	w.must(err)
	return p.ID
}

// Settings are those of every portal of the world: the example, with responsibles set at once, because nobody waits here.
func Settings() *integration.Settings {
	s := settings.Example()
	s.Telephony.ResponsibleAfter = 0
	return s
}

// Directory is what every portal of the world has; the example's settings refer to it.
func Directory() crm.Directory {
	return crm.Directory{
		Mode: crm.Classic,
		Users: []crm.User{
			{ID: 1, Name: "Анна Тестова", Active: true},
			{ID: 7, Name: "Пётр Примеров", Active: true},
			{ID: 9, Name: "Уволен Уволенов"},
			{ID: 21, Name: "Вера Верина", Email: "Vera@shop.example", Active: true},
			{ID: 22, Name: "Нина Новая", Active: true},
		},
		LeadStages: []crm.Stage{{Code: "NEW", Name: "Новый"}, {Code: "IN_PROCESS", Name: "В работе"}},
		Funnels: []crm.Funnel{
			{ID: 0, Name: "Общая", Stages: []crm.Stage{{Code: "NEW", Name: "Новая"}, {Code: "WON", Closed: true}}},
			{ID: 1, Name: "Магазин", Stages: []crm.Stage{{Code: "C1:NEW", Name: "Новая"}}},
		},
		Sources: []crm.Stage{{Code: "CALL", Name: "Звонок"}},
		Fields: map[crm.Kind][]crm.Field{
			crm.Lead:    {{Name: "UF_CRM_1700000001", Title: "Источник звонка"}, {Name: "UF_CRM_1700000002", Title: "ID первой коммуникации"}},
			crm.Contact: {{Name: "UF_CRM_1700000003", Title: "ID первой коммуникации"}},
			crm.Deal:    {}, crm.Company: {},
		},
	}
}

func (w *World) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func newID() integration.EventID { return integration.EventID(uuid.Must(uuid.NewV7()).String()) }

// Portals is the CRM as the API needs it: it refuses the client secret "wrong", is away for "away",
// answers for another account when it is "other", and gives new tokens to all others.
type Portals struct{ Synced []integration.PortalID }

// Check proves credentials.
func (p *Portals) Check(_ context.Context, c web.Connection) (web.Account, web.Connection, error) {
	switch string(c.Secret) {
	case "wrong":
		return web.Account{}, c, &crm.Error{Kind: crm.Denied, Method: "oauth/token", Code: "invalid_client", Text: "Client not found"}
	case "away":
		return web.Account{}, c, &crm.Error{Kind: crm.Unavailable, Method: "profile", Text: "connection refused"}
	}
	c.Access, c.Refresh = "access-after-exchange", "refresh-after-exchange"
	a := account(c.MemberID)
	if string(c.Secret) == "other" {
		a.MemberID = "somebody-else"
	}
	return a, c, nil
}

// Test proves the credentials of a stored portal.
func (p *Portals) Test(context.Context, integration.TenantID, integration.PortalID) (web.Account, error) {
	return account("member"), nil
}

// Usage is known of portals in whose lanes nobody else works.
func (p *Portals) Usage(_ integration.TenantID, _ integration.PortalID, owner string) (crm.Usage, bool) {
	return crm.Usage{Methods: []crm.MethodUsage{{Method: "crm.item.add", Operating: 90 * time.Second}}}, owner == ""
}

// Sync remembers that it was asked for.
func (p *Portals) Sync(_ context.Context, _ integration.TenantID, id integration.PortalID) error {
	p.Synced = append(p.Synced, id)
	return nil
}

func account(member string) web.Account {
	return web.Account{MemberID: member, User: 1, Admin: true, Installed: true, Scopes: []string{"crm", "telephony", "user"}, Missing: []string{}}
}

// Platforms prints the templates of the real source.
type Platforms struct{}

// Templates prints what to paste.
func (Platforms) Templates(base, segment, secret string) []web.HookTemplate {
	var out []web.HookTemplate
	for _, t := range uis.Templates(base, segment, integration.Secret(secret)) {
		out = append(out, web.HookTemplate{
			Source: uis.Name, Variant: string(t.Variant), Event: t.Word, TitleRU: t.RU, TitleEN: t.EN,
			Method: t.Method, URL: t.URL, ContentType: t.ContentType, Body: t.Body,
		})
	}
	return out
}

// Moscow is where the platform's accounts are.
var Moscow = func() *time.Location {
	l, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		panic(err)
	}
	return l
}()
