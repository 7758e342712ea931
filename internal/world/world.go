// Package world is the outside of a connector on one machine: an emulated Bitrix24, an
// emulated contact-centre platform with its morning, and a tenant who connects both. The demo,
// the end-to-end tests, the crash test and the figures all play in it. It never looks
// inside the connector.
package world

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"omniconnector/crm"
	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/rules"
	platform "omniconnector/webhooks/emulator"
)

// Options say what the world is like.
type Options struct {
	// Dir keeps the world's state between runs; empty keeps nothing.
	Dir string
	// PortalAddress and PlatformAddress are where the two sides listen; free ports when empty.
	PortalAddress, PlatformAddress string
	Mode                           bitrix.Mode // Classic when zero
	// Latency makes the portal as slow as real ones, times this; 0 answers at once.
	Latency float64
	Tariff  bitrix.Tariff
	Now     func() time.Time
	// Tenant is who uses the connector; Tenant the constant when empty.
	Tenant integration.TenantID
	// Retries of the platform; nil means as the contract assumes.
	Retries []time.Duration
	// Cloud are more options of the emulated vendor.
	Cloud []bitrix.Option
	// Showcase adds to a new world what the demo shows: more people and extra fields.
	Showcase bool
	// Connector is where the connector's pages inside the portal are; empty leaves the application without pages.
	Connector string
	// Offered leaves the application uninstalled in a new world: somebody installs it from the portal's page.
	Offered bool
	// CallSpeed is how fast calls go that the platform starts on our request; 0 tells of them at once.
	CallSpeed float64
}

// World is the outside.
type World struct {
	Tenant   integration.TenantID
	Cloud    *bitrix.Cloud
	Portal   *bitrix.Portal
	App      bitrix.Tokens // what connecting the portal needs
	Platform *platform.Platform
	Shop     *platform.Account
	// PlatformURL is where recordings and the platform's page are.
	PlatformURL string
	// Began is when the world was made first; the same after a restart from Dir.
	Began time.Time

	server  *http.Server
	hookURL string // where notifications go, once Notify has told
}

// Tenant is who uses the connector in a world that names nobody else.
const Tenant integration.TenantID = "shop"

// appID and appSecret are those of the connector as an application of the portal.
const (
	appID     = "local.omniconnector"
	appSecret = "emulated-client-secret"
)

// users of the portal: the first four answer calls, one is an administrator, one was dismissed.
func users() []bitrix.User {
	return []bitrix.User{
		{ID: 1, Name: "Мария", LastName: "Главная", Email: "maria@shop.example", Admin: true, Position: "Руководитель"},
		{ID: 7, Name: "Анна", LastName: "Тестова", Email: "anna@shop.example", Inner: "101", Position: "Менеджер"},
		{ID: 8, Name: "Пётр", LastName: "Пробный", Email: "petr@shop.example", Inner: "102", Position: "Менеджер"},
		{ID: 9, Name: "Ольга", LastName: "Примерова", Email: "olga@shop.example", Inner: "103", Position: "Менеджер"},
		{ID: 10, Name: "Илья", LastName: "Образцов", Email: "ilya@shop.example", Inner: "104", Position: "Стажёр"},
		{ID: 11, Name: "Николай", LastName: "Бывший", Email: "nikolay@shop.example", Inner: "105", Inactive: true},
	}
}

// New starts the world.
func New(o Options) (*World, error) {
	w := &World{Tenant: cmp.Or(o.Tenant, Tenant)}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	options := []bitrix.Option{bitrix.WithClock(now), bitrix.WithSeed(1)}
	if o.Latency > 0 {
		options = append(options, bitrix.WithLatency(o.Latency))
	}
	if o.Dir != "" {
		if err := os.MkdirAll(filepath.Join(o.Dir, "records"), 0o700); err != nil {
			return nil, err
		}
		options = append(options, bitrix.WithStateFile(filepath.Join(o.Dir, "portal.json")), bitrix.WithRecordDir(filepath.Join(o.Dir, "records")))
	}
	w.Cloud = bitrix.New(append(options, o.Cloud...)...)
	if err := w.restore(o, now); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	if _, err := w.Cloud.Listen(cmp.Or(o.PortalAddress, "127.0.0.1:0")); err != nil {
		return nil, errors.Join(fmt.Errorf("emulated portal: %w", err), w.Close())
	}
	w.App.Endpoint, w.App.TokenURL = w.Portal.Endpoint(), w.Cloud.TokenURL()
	if err := w.startPlatform(o, now); err != nil {
		return nil, errors.Join(fmt.Errorf("emulated platform: %w", err), w.Close())
	}
	return w, nil
}

// memory is what the world remembers beside the portal's own state.
type memory struct {
	Began time.Time `json:"began"`
}

// restore takes up the world where it was left, or makes a new one.
func (w *World) restore(o Options, now func() time.Time) error {
	w.Began = now().UTC().Truncate(time.Second)
	had := false
	if o.Dir != "" {
		var err error
		if had, err = w.Cloud.Restore(); err != nil {
			return fmt.Errorf("restore portal: %w", err)
		}
		if err := w.remember(filepath.Join(o.Dir, "world.json")); err != nil {
			return err
		}
	}
	if had {
		w.Portal = w.Cloud.Portals()[0]
		w.App = w.Portal.TokensFor(appID, 1)
		return nil
	}
	people := users()
	if o.Showcase {
		people = append(people, newcomers()...)
	}
	w.Portal = w.Cloud.NewPortal(bitrix.PortalSpec{
		Name: "shop", MemberID: memberOf(w.Tenant), Mode: cmp.Or(o.Mode, bitrix.Classic), Tariff: o.Tariff, Users: people,
		Funnels: []bitrix.Funnel{{ID: 5, Name: "Опт"}},
	})
	if o.Showcase {
		w.addFields()
	}
	spec := bitrix.AppSpec{ClientID: appID, Secret: appSecret, Title: "OMNI"}
	if o.Connector != "" {
		spec.Handler, spec.InstallURL = o.Connector+"/app/bitrix24", o.Connector+"/app/bitrix24/install"
	}
	w.App = w.Portal.Install(spec)
	if o.Offered {
		w.Portal.Uninstall(appID, false)
	}
	return nil
}

// memberOf is the vendor's key of a tenant's portal: 32 hexadecimal digits.
func memberOf(t integration.TenantID) string {
	sum := sha256.Sum256([]byte(t))
	return hex.EncodeToString(sum[:16])
}

func (w *World) remember(path string) error {
	m := memory{Began: w.Began}
	text, err := os.ReadFile(path) // #nosec G304 -- a file of our own
	switch {
	case err == nil:
		if err := json.Unmarshal(text, &m); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		w.Began = m.Began
		return nil
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	if text, err = json.Marshal(m); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

func (w *World) startPlatform(o Options, now func() time.Time) error {
	listener, err := net.Listen("tcp", cmp.Or(o.PlatformAddress, "127.0.0.1:0")) //nolint:noctx // binding does not wait
	if err != nil {
		return err
	}
	w.PlatformURL = "http://" + listener.Addr().String()
	options := platform.Options{Now: now, Retries: o.Retries, CallSpeed: o.CallSpeed}
	shop := platform.Shop(w.PlatformURL)
	if o.Dir != "" {
		options.FirstStarted = now().Unix() // a call of an earlier start is never numbered again
	}
	if o.Showcase {
		shop.Staff = append(shop.Staff, queueStaff()...)
	}
	w.Platform = platform.New(options)
	w.Shop = w.Platform.AddAccount(shop)
	w.Platform.AddScenes(w.Shop)
	if o.Showcase {
		w.addScenes(now)
	}
	w.server = &http.Server{Handler: w.Platform.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = w.server.Serve(listener) }()
	return nil
}

// Notify tells the platform where notifications of an encoding go.
func (w *World) Notify(hookURL string, secret integration.Secret, e platform.Encoding) {
	w.hookURL = hookURL
	w.Platform.Configure(w.Shop.AppID, platform.Templates(hookURL, string(secret), e)...)
}

// OAuthHost is the host that may receive the application's secret, as the connector's OAuthHosts want it.
func (w *World) OAuthHost() string { return strings.TrimPrefix(w.Cloud.BaseURL(), "http://") }

// Morning is the script of a contact centre's morning, the same for the same world.
func (w *World) Morning() platform.Script {
	return platform.Morning(w.Shop, w.Began, 910000001)
}

// Conversations are chats and offline requests of an hour that begins at a moment, the same for the same moment.
func (w *World) Conversations(from time.Time) platform.Script {
	return platform.Merge("conversations", platform.Conversations(w.Shop, from, 199000001)...)
}

// Play tells the platform's script to whoever was configured.
func (w *World) Play(ctx context.Context, s platform.Script, speed float64) (platform.Played, error) {
	return w.Platform.Play(ctx, s, speed)
}

// Close stops both sides.
func (w *World) Close() error {
	var all []error
	if w.server != nil {
		all = append(all, w.server.Close())
	}
	if w.Platform != nil {
		w.Platform.Close()
	}
	if w.Cloud != nil {
		all = append(all, w.Cloud.Close())
	}
	return errors.Join(all...)
}

// Settings are what the tenant of this world sets: everything on, and a rule of each kind, so that reasons show conditions.
func Settings() integration.Settings {
	s := integration.Defaults()
	s.AppName = "OMNI"
	s.OwnNumbers = []string{"74950000101", "74950000102"}
	is := func(p rules.Parameter, m rules.Mode, values ...string) rules.Filter {
		return rules.Filter{Parameter: p, Mode: m, Values: values}
	}
	s.Telephony.Hours.Days = nil // the morning begins at whatever hour it is played
	in, out := &s.Telephony.Incoming, &s.Telephony.Outgoing
	in.Responsible.Default, out.Responsible.Default = 1, 1
	for _, c := range []*integration.Conversations{&s.Chats, &s.Offline} {
		c.Enabled, c.Responsible.Default = true, 1
	}
	in.Responsible.Rules = []integration.ResponsibleRule{
		{Name: "Ночные звонки", User: 10, Where: is(integration.ParamScenario, rules.Include, "Нерабочее время")},
		{Name: "Реклама в поиске", User: 9, Where: rules.Filter{Join: rules.And, Of: []rules.Filter{
			is(integration.ParamCampaign, rules.Include, "Поиск"), is(integration.ParamGroup, rules.Exclude, "Сервис"),
		}}},
	}
	fromSite := is(integration.ParamSite, rules.Include, "shop.example")
	in.Names.Lead = []integration.NameTemplate{{Text: "{{contact_phone_number}} с сайта {{site_domain_name}}", Where: fromSite}}
	in.Names.Deal = in.Names.Lead
	in.Funnels.Rules = []integration.FunnelRule{
		{Name: "Чужие сайты", Entity: crm.Lead, Stage: "PROCESSED", Where: is(integration.ParamSite, rules.Exclude, "shop.example", "landing.shop.example")},
		{Name: "Ответил Пётр", Entity: crm.Lead, Stage: "IN_PROCESS", Where: is(integration.ParamEmployee, rules.Include, "7002")},
		{Name: "Ответил Пётр", Entity: crm.Deal, Funnel: 5, Stage: "C5:NEW", Where: is(integration.ParamEmployee, rules.Include, "7002")},
	}
	return s
}

// NewSecret draws a secret for a test.
func NewSecret() integration.Secret { return integration.Secret(rand.Text()) }
