package storetest

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/internal/store"
)

func (e *exam) drawCode(t integration.TenantID, client string, secret integration.Secret) integration.Secret {
	e.Helper()
	code, err := e.s.CreatePortalCode(e.Context(), t, store.NewPortalCode{
		ClientID: client, ClientSecret: secret, Expires: e.Now().Add(time.Hour), Author: "ann",
	})
	e.must(err)
	return code
}

// S-5: a code connects one portal, once, to the tenant that drew it.
func (e *exam) portalCodesConnectOnce() {
	t := e.T
	ctx := t.Context()
	code := e.drawCode("acme", "local.app", "code-secret")
	if strings.Count(string(code), "-") != 3 || len(code) != 19 {
		t.Errorf("code %q is not to be typed", string(code))
	}
	for _, table := range Dump(t, e.s) {
		if all := strings.Join(table, "\n"); strings.Contains(all, string(code)) || strings.Contains(all, "code-secret") {
			t.Errorf("a secret is to be seen:\n%s", all)
		}
	}
	typed := integration.Secret(strings.ToLower(strings.ReplaceAll(string(code), "-", " ")))
	got, err := e.s.PortalCode(ctx, typed)
	acme, tenantErr := e.s.Tenant(ctx, "acme")
	e.must(tenantErr)
	want := store.PortalCode{Tenant: acme, ClientID: "local.app", ClientSecret: "code-secret", Expires: e.Now().Add(time.Hour)}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("code: %v (-want +got):\n%s", err, diff)
	}
	c := store.Connection{MemberID: "member-7", Endpoint: "https://p.example/rest/", ClientID: "local.app", Access: "a", Refresh: "r", Application: "t"}
	var connected, refused atomic.Int64
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			p, err := e.s.ConnectByCode(ctx, typed, c, "bitrix24: user 1")
			switch {
			case err == nil && p.Tenant == "acme" && p.MemberID == "member-7" && p.State == integration.PortalOK:
				connected.Add(1)
			case errors.Is(err, store.ErrNotFound):
				refused.Add(1)
			default:
				t.Errorf("connect: %+v, %v", p, err)
			}
		})
	}
	wg.Wait()
	if connected.Load() != 1 || refused.Load() != 4 {
		t.Errorf("connected %d times, refused %d times", connected.Load(), refused.Load())
	}
	trail, err := e.s.AuditTrail(ctx, "acme", "", 9)
	if err != nil || len(trail) != 2 || trail[0].Verb != "portal.connected" || trail[0].Author != "bitrix24: user 1" || trail[1].Verb != "portal.code_drawn" {
		t.Errorf("audit: %+v, %v", trail, err)
	}
}

// A code ends with its time, its tenant's suspension and its use; another tenant's portal is not taken with it.
func (e *exam) portalCodesEnd() {
	t := e.T
	ctx := t.Context()
	none := func(why string, code integration.Secret) {
		t.Helper()
		if _, err := e.s.PortalCode(ctx, code); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", why, err)
		}
		if _, err := e.s.ConnectByCode(ctx, code, store.Connection{MemberID: "m"}, ""); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s, connecting: %v", why, err)
		}
	}
	none("invented", "AAAA-BBBB-CCCC-DDDD")
	none("empty", "")
	code := e.drawCode("acme", "", "")
	e.must(e.s.SetTenantState(ctx, "acme", integration.TenantSuspended))
	none("of a suspended tenant", code)
	e.must(e.s.SetTenantState(ctx, "acme", integration.TenantActive))
	e.connect("other", "member-9")
	theirs := store.Connection{MemberID: "member-9", Endpoint: "https://p.example/rest/", ClientID: "client", Access: "a", Refresh: "r"}
	if _, err := e.s.ConnectByCode(ctx, code, theirs, ""); !errors.Is(err, store.ErrDuplicate) {
		t.Errorf("a portal that another tenant has connected: %v", err)
	}
	theirs.ClientID = "another application"
	_, err := e.s.ConnectByCode(ctx, code, theirs, "") // what was refused spent nothing
	e.must(err)
	code = e.drawCode("acme", "", "")
	e.Advance(time.Hour)
	none("expired", code)
	e.drawCode("acme", "", "")
	if rows := Dump(t, e.s)["portal_codes"]; len(rows) != 1 {
		t.Errorf("expired codes are kept: %v", rows)
	}
	if _, err := e.s.CreatePortalCode(ctx, "nobody", store.NewPortalCode{Expires: e.Now().Add(time.Hour)}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a code of nobody: %v", err)
	}
}

// S-5: an erased portal is gone at once, then leaves no row behind but the audit; nothing else of the tenant is touched.
func (e *exam) erasuresLeaveNothing() {
	t := e.T
	ctx := t.Context()
	second := e.connect("acme", "member-2")
	first := e.portal
	fill(e)
	e.must(e.s.ErasePortal(ctx, "acme", first, "bitrix24: user 1"))
	if _, err := e.s.Portal(ctx, "acme", first); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an erased portal: %v", err)
	}
	if _, err := e.s.Credentials("acme", first).Token(ctx); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("its credentials: %v", err)
	}
	if list, err := e.s.Portals(ctx, "acme", "", 9); err != nil || len(list) != 1 || list[0].ID != second {
		t.Errorf("portals: %+v, %v", list, err)
	}
	if list, err := e.s.PortalsOf(ctx, "member-1"); err != nil || len(list) != 0 {
		t.Errorf("portals of the member: %+v, %v", list, err)
	}
	if got := e.claim("b"); len(got) != 0 {
		t.Errorf("claimed %+v", got)
	}
	again := store.Connection{MemberID: "member-1", Endpoint: "https://p.example/rest/", ClientID: "client", Access: "a", Refresh: "r"}
	if _, err := e.s.Connect(ctx, "acme", again); !errors.Is(err, store.ErrConflict) {
		t.Errorf("connected while it is erased: %v", err)
	}
	if err := e.s.ErasePortal(ctx, "acme", first, ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("erased twice: %v", err)
	}
	e.must(e.s.FinishErasures(ctx))
	e.must(e.s.FinishErasures(ctx))
	for table, rows := range Dump(t, e.s) {
		for _, r := range rows {
			if table != "audit" && table != "changes" && strings.Contains(r, string(first)) {
				t.Errorf("%s keeps %s", table, r)
			}
		}
	}
	if list, err := e.s.Secrets(ctx, "acme", store.API); err != nil || len(list) != 1 {
		t.Errorf("the tenant's own: %v, %v", list, err)
	}
	p, err := e.s.Connect(ctx, "acme", again)
	if err != nil || p.ID == first {
		t.Errorf("connected anew: %+v, %v", p, err)
	}
}
