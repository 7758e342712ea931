package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
)

// opens tells whether one of the hashes is the secret's.
func opens(all []store.SecretHash, secret string) bool {
	for _, h := range all {
		if h.Sum == sha256.Sum256([]byte(secret)) {
			return true
		}
	}
	return false
}

var directory = crm.Directory{
	Mode: crm.Classic, Users: []crm.User{{ID: 1, Name: "Анна", Active: true}}, LeadStages: []crm.Stage{{Code: "NEW", Name: "Новый"}},
	SyncedAt: time.Date(2026, 11, 23, 8, 0, 0, 123000, time.UTC),
}

func (e *exam) portalsConnectAgain() {
	t := e.T
	ctx := t.Context()
	first, err := e.s.Portal(ctx, "acme", e.portal)
	e.must(err)
	if first.MemberID != "member-1" || first.State != integration.PortalOK || first.Name != "Portal" {
		t.Errorf("portal: %+v", first)
	}
	e.must(e.s.SetPortalState(ctx, "acme", e.portal, integration.PortalBlocked, "тариф"))
	blocked, err := e.s.Portal(ctx, "acme", e.portal)
	if err != nil || blocked.State != integration.PortalBlocked || blocked.Why != "тариф" || !blocked.Since.Equal(e.Now()) {
		t.Errorf("blocked: %+v, %v", blocked, err)
	}
	again, err := e.s.Connect(ctx, "acme", store.Connection{
		MemberID: "member-1", Endpoint: "https://renamed.example/rest/", Access: "access-9", Refresh: "refresh-9",
	})
	e.must(err)
	if again.ID != e.portal || again.State != integration.PortalOK || again.Why != "" || again.Name != "Portal" {
		t.Errorf("again: %+v", again)
	}
	token, err := e.s.Credentials("acme", e.portal).Token(ctx)
	e.must(err)
	want := store.Token{
		Access: "access-9", Refresh: "refresh-9", Endpoint: "https://renamed.example/rest/", MemberID: "member-1",
		Version: 2, ClientID: "client", ClientSecret: "client-secret",
	}
	if diff := cmp.Diff(want, token); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
	for given, want := range map[integration.Secret]bool{"app-token": true, "app-toker": false, "": false} {
		if got, err := e.s.ApplicationToken(ctx, "acme", e.portal, given); err != nil || got != want {
			t.Errorf("application token %q: %v, %v", string(given), got, err)
		}
	}
	other := e.connect("other", "member-1")
	e.must(e.s.SetTenantState(ctx, "other", integration.TenantSuspended))
	e.must(e.s.SetPortalState(ctx, "other", other, integration.PortalBlocked, ""))
	all, err := e.s.PortalsOf(ctx, "member-1")
	e.must(err)
	wantAll := []store.PortalAccess{
		{Tenant: "acme", TenantState: integration.TenantActive, Portal: e.portal, PortalState: integration.PortalOK, Endpoint: "https://renamed.example/rest/", Application: "app-token"},
		{Tenant: "other", TenantState: integration.TenantSuspended, Portal: other, PortalState: integration.PortalBlocked, Endpoint: "https://member-1.example/rest/", Application: "app-token"},
	}
	if diff := cmp.Diff(wantAll, all); diff != "" {
		t.Errorf("portals of a member (-want +got):\n%s", diff)
	}
	if none, err := e.s.PortalsOf(ctx, "member-9"); err != nil || len(none) != 0 {
		t.Errorf("portals of nobody: %v, %v", none, err)
	}
	second := e.connect("acme", "member-2")
	page, err := e.s.Portals(ctx, "acme", min(e.portal, second), 9)
	if err != nil || len(page) != 1 || page[0].ID != max(e.portal, second) {
		t.Errorf("page: %v, %v", page, err)
	}
	mine := lane.Budget{PerSecond: 4.5, Burst: 240}
	e.must(e.s.SetBudget(ctx, "acme", e.portal, mine))
	if got, err := e.s.Budget(ctx, "acme", e.portal); err != nil || got != mine {
		t.Errorf("budget: %v, %v", got, err)
	}
	if _, err := e.s.Connect(ctx, "nobody", store.Connection{MemberID: "m"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a stranger connects: %v", err)
	}
	for _, err := range []error{
		e.s.SetPortalState(ctx, "acme", e.portal, "odd", ""), e.s.SetBudget(ctx, "acme", e.portal, lane.Budget{Burst: -1}),
	} {
		if !errors.Is(err, store.ErrInvalid) {
			t.Errorf("an odd value: %v", err)
		}
	}
}

// A portal that refuses us takes no work until it is ok again; then it goes on.
func (e *exam) suspendedPortalsWait() {
	t := e.T
	ctx := t.Context()
	for _, state := range []integration.PortalState{integration.PortalReauthorise, integration.PortalBlocked, integration.PortalGone} {
		ids := e.save(e.delivery(string(state), "s"))
		l := e.lease("a")
		e.must(e.s.Suspend(ctx, l, state, "why", e.Now()))
		e.must(e.s.Release(ctx, l))
		if got := e.claim("b"); len(got) != 0 {
			t.Errorf("%s: claimed %v", state, got)
		}
		e.must(e.s.SetPortalState(ctx, "acme", e.portal, integration.PortalOK, ""))
		l = e.lease("b")
		if waiting, err := e.s.Pending(ctx, l, "", 9); err != nil || len(waiting) != 1 {
			t.Errorf("%s: %v, %v", state, waiting, err)
		}
		e.record(l, e.planned("s", ids))
		e.must(e.s.Release(ctx, l))
	}
	e.save(e.delivery("paused", "s"))
	l := e.lease("a")
	e.must(e.s.Pause(ctx, l, e.Now().Add(time.Minute), "limit"))
	e.must(e.s.Release(ctx, l))
	if status, err := e.s.LaneStatus(ctx, "acme", e.portal); err != nil || status.Why != "limit" || status.Pending != 1 ||
		!status.Oldest.Equal(e.Now()) || !status.PausedUntil.Equal(e.Now().Add(time.Minute)) {
		t.Errorf("status: %+v, %v", status, err)
	}
	if got := e.claim("b"); len(got) != 0 {
		t.Errorf("a paused lane was claimed: %v", got)
	}
	e.Advance(time.Minute)
	e.lease("b")
}

// Of all who find the pair stale, one exchanges it.
func (e *exam) refreshIsSingleFlight() {
	t := e.T
	const askers = 20
	var exchanges atomic.Int64
	var wg sync.WaitGroup
	for range askers {
		wg.Go(func() {
			token, err := e.s.Credentials("acme", e.portal).Refresh(t.Context(), 1, func(_ context.Context, old store.Token) (store.Token, error) {
				exchanges.Add(1)
				if old.Refresh != "refresh-1" || old.ClientSecret != "client-secret" {
					t.Errorf("exchanged %+v", old)
				}
				return store.Token{Access: "access-2", Refresh: "refresh-2", Expires: e.Now().Add(time.Hour)}, nil
			})
			if err != nil || token.Access != "access-2" || token.Refresh != "refresh-2" || token.Version != 2 || token.MemberID != "member-1" {
				t.Errorf("refresh: %+v, %v", token, err)
			}
		})
	}
	wg.Wait()
	if n := exchanges.Load(); n != 1 {
		t.Errorf("%d exchanges, want 1", n)
	}
}

func (e *exam) refreshSurvivesFailures() {
	t := e.T
	c := e.s.Credentials("acme", e.portal)
	broken := errors.New("the vendor is away")
	fails := func(context.Context, store.Token) (store.Token, error) { return store.Token{}, broken }
	if _, err := c.Refresh(t.Context(), 1, fails); !errors.Is(err, broken) {
		t.Errorf("refresh: %v", err)
	}
	renewed := func(context.Context, store.Token) (store.Token, error) {
		return store.Token{Access: "a2", Refresh: "r2", Endpoint: "https://new.example/"}, nil
	}
	// A caller that gives up in mid-exchange must not lose the pair that came of it.
	ctx, cancel := context.WithCancel(t.Context())
	got, err := c.Refresh(ctx, 1, func(ctx context.Context, old store.Token) (store.Token, error) {
		cancel()
		return renewed(ctx, old)
	})
	if err != nil || got.Access != "a2" || got.Version != 2 || got.Endpoint != "https://new.example/" {
		t.Errorf("given up: %+v, %v", got, err)
	}
	if got, err := c.Refresh(t.Context(), 1, fails); err != nil || got.Version != 2 {
		t.Errorf("an old version asks: %+v, %v", got, err)
	}
	// A process that died in mid-exchange: others wait for its lease to run out.
	if _, err := Raw(t, e.s).ExecContext(t.Context(), "UPDATE portals SET refresh_owner = 'dead', refresh_until = "+
		"(SELECT MAX(created_at) FROM portals) + 10000000"); err != nil {
		t.Fatal(err)
	}
	short, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if _, err := c.Refresh(short, 2, renewed); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while another exchanges: %v", err)
	}
	e.Advance(11 * time.Second)
	if got, err := c.Refresh(t.Context(), 2, renewed); err != nil || got.Version != 3 {
		t.Errorf("after the lease: %+v, %v", got, err)
	}
	e.must(c.Moved(t.Context(), "https://moved.example/"))
	if got, err := c.Token(t.Context()); err != nil || got.Endpoint != "https://moved.example/" {
		t.Errorf("moved: %+v, %v", got, err)
	}
}

func (e *exam) settingsHaveVersions() {
	t := e.T
	ctx := t.Context()
	if d, err := e.s.Document(ctx, "acme", e.portal, 0); err != nil || d.Version != 0 || len(d.Body) != 0 {
		t.Errorf("no settings yet: %+v, %v", d, err)
	}
	var saved, refused atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := e.s.SaveSettings(ctx, "acme", e.portal, 0, []byte(`{"имя":"\u0000"}`), "ann")
			switch {
			case err == nil:
				saved.Add(1)
			case errors.Is(err, store.ErrConflict):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if saved.Load() != 1 || refused.Load() != 7 {
		t.Errorf("saved %d times, refused %d times", saved.Load(), refused.Load())
	}
	e.Advance(time.Minute)
	v, err := e.s.SaveSettings(ctx, "acme", e.portal, 1, []byte(`{"v":2}`), "bob")
	e.must(err)
	for version, body := range map[int64]string{0: `{"v":2}`, 1: `{"имя":"\u0000"}`, 2: `{"v":2}`} {
		if d, err := e.s.Document(ctx, "acme", e.portal, version); err != nil || string(d.Body) != body {
			t.Errorf("version %d: %+v, %v", version, d, err)
		}
	}
	if _, err := e.s.Document(ctx, "acme", e.portal, 3); !errors.Is(err, store.ErrNotFound) || v != 2 {
		t.Errorf("version 3: %v", err)
	}
	if _, err := e.s.SaveSettings(ctx, "acme", "nothing", 0, nil, ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("settings of no portal: %v", err)
	}
	versions, err := e.s.Versions(ctx, "acme", e.portal, 0, 9)
	if err != nil || len(versions) != 2 || versions[0].Author != "bob" || len(versions[0].Body) != 0 || !versions[0].Created.Equal(e.Now()) {
		t.Errorf("versions: %+v, %v", versions, err)
	}
	if older, err := e.s.Versions(ctx, "acme", e.portal, 2, 9); err != nil || len(older) != 1 || older[0].Version != 1 {
		t.Errorf("older: %+v, %v", older, err)
	}
	e.must(e.s.Audit(ctx, store.AuditEntry{Tenant: "acme", Author: "eve", Verb: "export", Detail: []byte(`{}`)}))
	trail, err := e.s.AuditTrail(ctx, "acme", "", 2)
	if err != nil || len(trail) != 2 || trail[0].Author != "eve" || trail[1].Verb != "settings.saved" || string(trail[1].Detail) != `{"version":2}` {
		t.Fatalf("trail: %+v, %v", trail, err)
	}
	if rest, err := e.s.AuditTrail(ctx, "acme", trail[1].ID, 9); err != nil || len(rest) != 1 || rest[0].Author != "ann" {
		t.Errorf("rest: %+v, %v", rest, err)
	}
	from := store.Origin{Author: "ann", Verb: "settings.restored", Detail: map[string]any{"from": 1}}
	if _, err := e.s.SaveSettingsFrom(ctx, "acme", e.portal, 1, []byte(`{}`), from); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a stale restoring: %v", err)
	}
	third, err := e.s.SaveSettingsFrom(ctx, "acme", e.portal, 2, []byte(`{"v":3}`), from)
	e.must(err)
	trail, err = e.s.AuditTrail(ctx, "acme", "", 1)
	if err != nil || third != 3 || trail[0].Verb != "settings.restored" || trail[0].Author != "ann" || string(trail[0].Detail) != `{"from":1,"version":3}` {
		t.Errorf("restored: %d, %+v, %v", third, trail, err)
	}
	l := func() lane.Lease { e.save(e.delivery("k", "s")); return e.lease("a") }()
	if d, err := e.s.Directory(ctx, l); err != nil || !d.SyncedAt.IsZero() {
		t.Errorf("no directory yet: %+v, %v", d, err)
	}
	e.must(e.s.SaveDirectory(ctx, l, crm.Directory{}))
	e.must(e.s.SaveDirectory(ctx, l, directory))
	got, err := e.s.Directory(ctx, l)
	if diff := cmp.Diff(directory, got); diff != "" || err != nil {
		t.Errorf("directory: %v (-want +got):\n%s", err, diff)
	}
}
