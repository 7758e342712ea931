package bitrix24_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/crm/bitrix24"
	"omniconnector/crm/crmtest"
	"omniconnector/crm/emulator"
)

// store keeps a pair of tokens for several clients, as the database does for several processes.
type store struct {
	mu, lease sync.Mutex
	token     bitrix24.Token
	moved     []string
}

func (s *store) Token(context.Context) (bitrix24.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token, nil
}

func (s *store) Refresh(
	ctx context.Context, stale bitrix24.Token, exchange func(context.Context, bitrix24.Secret) (bitrix24.Token, error),
) (bitrix24.Token, error) {
	s.lease.Lock()
	defer s.lease.Unlock()
	now, err := s.Token(ctx)
	if err != nil || now.Version > stale.Version {
		return now, err
	}
	next, err := exchange(ctx, now.Refresh)
	if err != nil {
		return bitrix24.Token{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	next.Version = now.Version + 1
	s.token = next
	return next, nil
}

func (s *store) Moved(_ context.Context, endpoint string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved = append(s.moved, endpoint)
	return nil
}

// clock is a virtual clock.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is an emulated portal with our application installed in it.
type world struct {
	clock  *clock
	cloud  *emulator.Cloud
	portal *emulator.Portal
	store  *store
	host   string
}

func newWorld(t *testing.T, spec emulator.PortalSpec, opts ...emulator.Option) *world {
	t.Helper()
	w := &world{clock: &clock{now: time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)}}
	w.cloud = emulator.New(append([]emulator.Option{emulator.WithClock(w.clock.Now), emulator.WithSeed(1)}, opts...)...)
	srv := httptest.NewServer(w.cloud)
	t.Cleanup(srv.Close)
	w.cloud.SetBaseURL(srv.URL)
	w.host = strings.TrimPrefix(srv.URL, "http://")
	if spec.Users == nil {
		spec.Users = []emulator.User{
			{ID: 1, Name: "Анна", Admin: true, Inner: "101"},
			{ID: 7, Name: "Олег", LastName: "П", Inner: "107", Mobile: "+79990000007"},
			{ID: 8, Name: "Уволен", Inactive: true},
		}
	}
	w.portal = w.cloud.NewPortal(spec)
	app := w.portal.Install(emulator.AppSpec{ClientID: "local.app", Secret: "very-secret"})
	w.store = &store{token: bitrix24.Token{
		Access: bitrix24.Secret(app.AccessToken), Refresh: bitrix24.Secret(app.RefreshToken), Endpoint: app.Endpoint,
		MemberID: app.MemberID, Expires: app.Expires, Version: 1, ServerEndpoint: app.ServerEndpoint, OAuthURL: app.TokenURL,
		ClientID: app.ClientID, ClientSecret: bitrix24.Secret(app.ClientSecret),
	}}
	return w
}

// client is one process's.
func (w *world) client(t *testing.T) *bitrix24.Client {
	t.Helper()
	c, err := bitrix24.New(bitrix24.Config{
		Credentials: w.store, Now: w.clock.Now, OAuthHosts: []string{w.host}, Allowed: func(*url.URL) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) fail(f crmtest.Fault) {
	batch := map[crmtest.Fault]emulator.FaultKind{
		crmtest.Limit: emulator.FaultLimit, crmtest.CutAfter: emulator.FaultCutAfter, crmtest.CutHalf: emulator.FaultCutHalf,
		crmtest.Garbage: emulator.FaultNonsense, crmtest.Truncated: emulator.FaultTruncated,
		crmtest.FrontServer: emulator.FaultHTMLAfter, crmtest.Overload: emulator.FaultOverload, crmtest.Rename: emulator.FaultRename,
	}
	switch f {
	case crmtest.Revoked:
		w.portal.RevokeTokens()
	case crmtest.ExpiredToken:
		w.portal.ExpireAccessTokens()
	default:
		w.portal.FailNext("batch", emulator.Fault{Kind: batch[f], Name: "renamed"})
	}
}

func TestTheAdapterPassesTheExamOfPortals(t *testing.T) {
	t.Parallel()
	crmtest.Run(t, func(t *testing.T) crmtest.Harness {
		t.Helper()
		w := newWorld(t, emulator.PortalSpec{Name: "acme", Mode: emulator.Classic, Tariff: emulator.Tariff{Burst: 1000, PerSecond: 1000}})
		return w.person(t, crmtest.Harness{
			Portal: w.client(t), Users: [2]crm.UserID{1, 7},
			OpenStage: "NEW", WonStage: "WON", OpenLead: "NEW", JunkLead: "JUNK",
			Beside: func(t *testing.T) crm.Portal { t.Helper(); return w.client(t) },
			Next:   w.fail,
			NextMethod: func(crm.Command) {
				w.portal.FailNext("crm.item.add", emulator.Fault{Kind: emulator.FaultError, Status: 400, Code: "CRM_FIELD_ERROR_VALUE_NOT_VALID", Text: "bad"})
			},
			Edit: func(kind crm.Kind, id int64, responsible crm.UserID) {
				if err := w.portal.Edit(emulated[kind], id, map[string]any{"assignedById": int64(responsible)}); err != nil {
					t.Error(err)
				}
			},
			Count:     func(kind crm.Kind) int { return w.portal.Count(emulated[kind]) },
			Refreshes: func() int { return w.portal.Requests().Refreshes },
			Requests:  func() int { return w.portal.Requests().HTTP },
			Calls: func() int {
				n := 0
				for _, c := range w.portal.Calls() {
					if c.Finished {
						n++
					}
				}
				return n
			},
			Shown: func(u crm.UserID) int {
				n := 0
				for _, c := range w.portal.Cards() {
					if c.User == int64(u) {
						n++
					}
				}
				return n
			},
			Record: func() (times int, sum string) {
				for _, c := range w.portal.Calls() {
					if c.Record != nil {
						times, sum = times+c.Record.Attached, c.Record.SHA256
					}
				}
				return times, sum
			},
			Advance: w.clock.Advance,
		})
	})
}
