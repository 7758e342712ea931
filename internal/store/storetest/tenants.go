package storetest

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
)

func (e *exam) tenantsLiveAndDie() {
	t := e.T
	ctx := t.Context()
	if _, err := e.s.CreateTenant(ctx, "acme", "again"); !errors.Is(err, store.ErrDuplicate) {
		t.Errorf("created twice: %v", err)
	}
	for _, bad := range []integration.TenantID{"A", "a.b", "a_b", "a b", "-a", "ü", integration.TenantID(strings.Repeat("a", 64))} {
		if _, err := e.s.CreateTenant(ctx, bad, ""); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("id %q: %v", bad, err)
		}
	}
	drawn, err := e.s.CreateTenant(ctx, "", "Имя\x00")
	e.must(err)
	got, err := e.s.Tenant(ctx, drawn.ID)
	if diff := cmp.Diff(drawn, got); diff != "" || err != nil || got.State != integration.TenantActive || !got.Created.Equal(e.Now()) {
		t.Errorf("tenant: %v, %v %s", got, err, diff)
	}
	var listed []integration.TenantID
	for after := integration.TenantID(""); ; {
		page, err := e.s.Tenants(ctx, after, 1)
		e.must(err)
		if len(page) == 0 {
			break
		}
		after = page[0].ID
		listed = append(listed, after)
	}
	if len(listed) != 2 {
		t.Errorf("listed %v", listed)
	}
	e.save(e.delivery("k", "s"))
	l := e.lease("a")
	e.must(e.s.SetTenantState(ctx, "acme", integration.TenantSuspended))
	if err := e.s.Renew(ctx, l, e.Now(), ttl); !errors.Is(err, lane.ErrLost) {
		t.Errorf("the lane of a suspended tenant goes on: %v", err)
	}
	e.save(e.delivery("k2", "s"))
	e.Advance(time.Minute)
	if got := e.claim("b"); len(got) != 0 {
		t.Errorf("a suspended tenant's lane was claimed: %v", got)
	}
	e.must(e.s.SetTenantState(ctx, "acme", integration.TenantActive))
	if waiting, err := e.s.Pending(ctx, e.lease("b"), "", 9); err != nil || len(waiting) != 2 {
		t.Errorf("after resuming: %v, %v", waiting, err)
	}
	for _, err := range []error{
		e.s.SetTenantState(ctx, "acme", "odd"), e.s.SetTimeZone(ctx, "acme", "Nowhere/Land"), e.s.SetTimeZone(ctx, "acme", ""),
	} {
		if !errors.Is(err, store.ErrInvalid) {
			t.Errorf("an odd value: %v", err)
		}
	}
	if err := e.s.SetTenantState(ctx, "nobody", integration.TenantActive); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a stranger's state: %v", err)
	}
}

func (e *exam) deletionReallyDeletes() {
	t := e.T
	ctx := t.Context()
	fill(e)
	before := Dump(t, e.s)
	for table := range Columns(t, e.s) {
		if len(before[table]) == 0 {
			t.Errorf("the exam has no row in %s, so that its deletion is not examined", table)
		}
	}
	e.tenant, e.portal = "other", e.connect("other", "member-1")
	fill(e)
	lost := e.claim("again")
	both := Dump(t, e.s)
	e.must(e.s.DeleteTenant(ctx, "other"))
	after := Dump(t, e.s)
	for table, rows := range after {
		for _, row := range rows {
			if strings.Contains(row, "tenant_id=other") {
				t.Errorf("%s: %s", table, row)
			}
		}
		if len(rows)*2 != len(both[table]) {
			t.Errorf("%s: %d of %d rows are left, want half", table, len(rows), len(both[table]))
		}
	}
	if err := e.s.DeleteTenant(ctx, "other"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	e.save(e.delivery("late", "s")) // as from a spool
	for _, l := range lost {
		if l.Tenant == "other" {
			if _, err := e.s.Append(ctx, l, []integration.Event{e.event("late", "s")}); !errors.Is(err, lane.ErrLost) {
				t.Errorf("the deleted tenant's lane writes: %v", err)
			}
		}
	}
	if diff := cmp.Diff(after, Dump(t, e.s)); diff != "" {
		t.Errorf("something came back (-deleted +now):\n%s", diff)
	}
}

// deletionsAreFinished: a process died in the middle of a deletion; the tenant stays hidden, and any process ends what was begun.
func (e *exam) deletionsAreFinished() {
	t := e.T
	ctx := t.Context()
	fill(e)
	e.tenant, e.portal = "other", e.connect("other", "member-1")
	fill(e)
	before := Dump(t, e.s)
	for table, rows := range before {
		before[table] = slices.DeleteFunc(rows, func(r string) bool { return strings.Contains(r, "tenant_id=other ") })
	}
	_, err := Raw(t, e.s).ExecContext(ctx, "UPDATE tenants SET state = 'deleting' WHERE tenant_id = 'other'")
	e.must(err)
	if _, err := e.s.Tenant(ctx, "other"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a tenant that is being deleted is shown: %v", err)
	}
	if _, err := e.s.CreateTenant(ctx, "other", ""); !errors.Is(err, store.ErrDuplicate) {
		t.Errorf("its id is given again before it is gone: %v", err)
	}
	e.must(e.s.FinishDeletions(ctx))
	if diff := cmp.Diff(before, Dump(t, e.s)); diff != "" {
		t.Errorf("it is not as if the tenant had never been (-want +got):\n%s", diff)
	}
	e.tenant, e.portal = "other", e.connect("other", "member-1")
	fill(e)
	before = Dump(t, e.s)
	e.must(e.s.FinishDeletions(ctx))
	if diff := cmp.Diff(before, Dump(t, e.s)); diff != "" {
		t.Errorf("a new tenant of the same id is deleted too (-want +got):\n%s", diff)
	}
}

// fill puts at least one row into every table for the exam's tenant.
func fill(e *exam) []integration.EventID {
	e.Helper()
	ctx := e.Context()
	_, _, err := e.s.CreateSecret(ctx, e.tenant, store.NewSecret{Purpose: store.API, Name: "ci"})
	e.must(err)
	_, err = e.s.SaveSettings(ctx, e.tenant, e.portal, 0, []byte(`{"a":1}`), "ann")
	e.must(err)
	ids := e.save(e.delivery("k1", "s1"), e.delivery("k2", "s1"), e.delivery("open", "s2"))
	l := e.lease("filler-" + string(e.tenant))
	d := e.planned("s1", ids[:2], "a1", "a2")
	d.Deadline = e.Now().Add(-time.Minute)
	d.Plan.Reasons = []integration.Reason{{Rule: "T-3", Code: "created", Args: map[string]string{"of": "entity"}}}
	e.record(l, d)
	e.must(e.s.SaveDirectory(ctx, l, directory))
	e.must(e.s.SaveCentre(ctx, l, office))
	e.must(e.s.SavePlatform(ctx, e.tenant, platform))
	e.must(e.s.SaveChatAccess(ctx, e.tenant, adapter))
	e.must(e.s.SaveChatAccount(ctx, e.tenant, store.ChatAccount{ID: 1, Name: "Shop"}))
	e.must(e.s.SaveChatChannel(ctx, e.tenant, store.ChatChannel{ID: 2, AccountID: 1, Name: "WA"}))
	e.record(l, e.conversation(integration.ChatSession("1"), []integration.CustomerKey{"+79001112233"}, "chat/lead"))
	e.done(l, "chat/lead")
	e.drawCode(e.tenant, "local.app", "code-secret")
	e.must(e.s.KeepAnswer(ctx, e.claimKey(e.tenant, "k1"), created))
	e.claimKey(e.tenant, "k2")
	e.must(e.s.Learn(ctx, l, []lane.Known{known(e.Now(), crm.Contact, 1, "+79001112233")}, nil))
	e.must(e.s.Settle(ctx, l, []lane.Change{{Key: "a2", State: lane.StateDead, Attempts: 3, At: e.Now()}}))
	e.must(e.s.Release(ctx, l))
	return ids
}

// secretsAreAudited: who draws or ends a secret is told in the audit, once, without the secret.
func (e *exam) secretsAreAudited() {
	t := e.T
	ctx := t.Context()
	shown, info, err := e.s.CreateSecret(ctx, "acme", store.NewSecret{Purpose: store.API, Name: "ci", Scope: store.Write, Author: "ann"})
	e.must(err)
	e.must(e.s.RevokeSecret(ctx, "acme", info.ID, "bob"))
	e.must(e.s.RevokeSecret(ctx, "acme", info.ID, "eve"))
	if err := e.s.RevokeSecret(ctx, "acme", "unknown", "eve"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an unknown secret: %v", err)
	}
	_, _, err = e.s.CreateSecret(ctx, "acme", store.NewSecret{Purpose: store.HookPath, Name: "quiet"})
	e.must(err)
	rows, err := e.s.AuditTrail(ctx, "acme", "", 9)
	e.must(err)
	var told []string
	for _, r := range rows {
		told = append(told, r.Author+" "+r.Verb+" "+string(r.Detail))
	}
	detail := `{"id":"` + info.ID + `","name":"ci","scope":"write"}`
	if diff := cmp.Diff([]string{"bob token.revoked " + detail, "ann token.created " + detail}, told); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
	if _, random, _ := strings.Cut(strings.TrimPrefix(string(shown), "oc_"), "_"); strings.Contains(strings.Join(told, ""), random) {
		t.Error("the audit shows the secret")
	}
}

func (e *exam) secretsOpenAndEnd() {
	t := e.T
	ctx := t.Context()
	path, info, err := e.s.CreateSecret(ctx, "acme", store.NewSecret{Purpose: store.HookPath, Name: "uis"})
	e.must(err)
	body, _, err := e.s.CreateSecret(ctx, "acme", store.NewSecret{Purpose: store.HookBody})
	e.must(err)
	if !strings.HasPrefix(string(path), "acme.") || strings.Contains(string(body), ".") {
		t.Errorf("secrets look odd: %q %q", string(path), string(body))
	}
	access := func() store.HookAccess {
		t.Helper()
		a, err := e.s.HookAccess(ctx, "acme")
		e.must(err)
		return a
	}
	a := access()
	if a.State != integration.TenantActive || a.Location.String() != store.DefaultTimeZone || len(a.Portals) != 1 || a.Portals[0] != e.portal {
		t.Errorf("access: %+v", a)
	}
	if !opens(a.PathSecrets, strings.TrimPrefix(string(path), "acme.")) || !opens(a.BodySecrets, string(body)) {
		t.Error("the secrets do not open")
	}
	e.Advance(time.Millisecond)
	second, _, err := e.s.RotateSecret(ctx, "acme", info.ID, time.Hour)
	e.must(err)
	a = access()
	if len(a.PathSecrets) != 2 || !a.PathSecrets[0].Expires.Equal(e.Now().Add(time.Hour)) {
		t.Errorf("while rotating: %+v", a.PathSecrets)
	}
	e.must(e.s.SetTimeZone(ctx, "acme", "Asia/Omsk"))
	e.must(e.s.SetTenantState(ctx, "acme", integration.TenantSuspended))
	if a = access(); a.Location.String() != "Asia/Omsk" || a.State != integration.TenantSuspended {
		t.Errorf("a change is not seen at once: %+v", a)
	}
	e.Advance(time.Hour)
	if a = access(); len(a.PathSecrets) != 1 || !opens(a.PathSecrets, strings.TrimPrefix(string(second), "acme.")) {
		t.Errorf("after rotating: %+v", a.PathSecrets)
	}
	listed, err := e.s.Secrets(ctx, "acme", store.HookPath)
	e.must(err)
	if len(listed) != 2 || listed[0].ID != info.ID || listed[1].Name != "uis" {
		t.Fatalf("listed: %+v", listed)
	}
	e.must(e.s.RevokeSecret(ctx, "acme", listed[1].ID, ""))
	e.must(e.s.RevokeSecret(ctx, "acme", listed[1].ID, ""))
	if a = access(); len(a.PathSecrets) != 0 {
		t.Errorf("after revoking: %+v", a.PathSecrets)
	}
	if _, err := e.s.HookAccess(ctx, "nobody"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a stranger's access: %v", err)
	}
	for table, rows := range Dump(t, e.s) {
		for _, row := range rows {
			for _, secret := range []string{string(body), strings.TrimPrefix(string(path), "acme."), "access-1", "refresh-1", "client-secret", "app-token"} {
				if strings.Contains(row, secret) {
					t.Errorf("%s shows a secret: %s", table, row)
				}
			}
		}
	}
}

func (e *exam) apiTokensOpenAndEnd() {
	t := e.T
	ctx := t.Context()
	e.connect("other", "m")
	token, info, err := e.s.CreateSecret(ctx, "acme", store.NewSecret{
		Purpose: store.API, Name: "ci", Scope: store.Write, Expires: e.Now().Add(time.Hour),
	})
	e.must(err)
	hook, _, err := e.s.CreateSecret(ctx, "acme", store.NewSecret{Purpose: store.HookPath})
	e.must(err)
	got, err := e.s.APIToken(ctx, token)
	e.must(err)
	if diff := cmp.Diff(info, got.Secret); diff != "" || got.Tenant.ID != "acme" || info.Scope != store.Write {
		t.Errorf("token: %+v %s", got, diff)
	}
	_, random, _ := strings.Cut(strings.TrimPrefix(string(token), "oc_"), "_")
	_, random2, _ := strings.Cut(string(hook), ".")
	for _, bad := range []string{"", "oc_", "oc_acme", "oc_acme_", "oc_acme_x", "oc_other_" + random, "oc_nobody_" + random, "oc_acme_" + random2, random} {
		if _, err := e.s.APIToken(ctx, integration.Secret(bad)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("token %q: %v", bad, err)
		}
	}
	e.Advance(time.Hour)
	if _, err := e.s.APIToken(ctx, token); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an expired token: %v", err)
	}
	for _, n := range []store.NewSecret{{Purpose: "odd"}, {Purpose: store.API, Scope: "odd"}} {
		if _, _, err := e.s.CreateSecret(ctx, "acme", n); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%+v: %v", n, err)
		}
	}
}
