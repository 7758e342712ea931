package storetest

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
)

// strangersSeeNothing asks every method for one tenant's objects in another tenant's name. A method
// must be listed here, or the exam fails.
func (e *exam) strangersSeeNothing() {
	t := e.T
	ids := fill(e)
	l := e.lease("victim")
	e.connect("stranger", "member-9")
	ways := strangerWays(e, l, ids)
	for m := range reflect.TypeFor[*store.Store]().Methods() {
		if _, listed := ways[m.Name]; !listed {
			t.Errorf("%s has no way for a stranger to try it: add it to strangerWays", m.Name)
		}
		delete(ways, m.Name)
	}
	for name := range ways {
		t.Errorf("%s is no method any more", name)
	}
	ways = strangerWays(e, l, ids)
	before := Dump(t, e.s)
	for name, way := range ways {
		if way == nil {
			continue
		}
		shown, err := way(t.Context())
		switch {
		case errors.Is(err, store.ErrNotFound), errors.Is(err, lane.ErrLost):
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case shown != nil && !empty(reflect.ValueOf(shown)):
			t.Errorf("%s shows a stranger %+v", name, shown)
		}
	}
	// The same event for the same portal, but in the stranger's name, is another one.
	foreign := e.delivery("k1", "s1")
	foreign.Tenant, foreign.Event.ID = "stranger", ids[0]
	e.save(foreign)
	after := Dump(t, e.s)
	for table, rows := range before {
		mine := func(rows []string) (out []string) {
			for _, r := range rows {
				if strings.Contains(r, "tenant_id=acme ") {
					out = append(out, r)
				}
			}
			return out
		}
		if diff := cmp.Diff(mine(rows), mine(after[table])); diff != "" {
			t.Errorf("strangers changed %s (-before +after):\n%s", table, diff)
		}
	}
}

// empty tells that an answer holds nothing; numbers and times count as nothing.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Pointer, reflect.Interface:
		return v.IsNil() || empty(v.Elem())
	case reflect.Struct:
		for _, f := range v.Fields() {
			if !empty(f) {
				return false
			}
		}
		return true
	default:
		return v.IsZero()
	}
}

type way func(ctx context.Context) (any, error)

// strangerWays are the ways of a stranger who knows every id and even the lease. Nil
// marks methods that have no tenant, with the reason.
func strangerWays(e *exam, victim lane.Lease, ids []integration.EventID) map[string]way {
	const t = integration.TenantID("stranger")
	p, l := e.portal, victim
	l.Tenant = t
	secrets, err := e.s.Secrets(e.Context(), "acme", store.API)
	e.must(err)
	ways := map[string]way{
		"Open": nil, "Migrate": nil, "Ping": nil, "Close": nil, // the database as a whole
		"Notify": nil, "Listen": nil, "Watch": nil, // hints name portals and carry nothing of them
		"CreateTenant": nil, "Tenants": nil, // the operator's
		"PortalsOf":        nil,                      // says why
		"TenantsOfAccount": nil, "TenantsOfApp": nil, // likewise
		"APIToken":      nil,                        // the token names its tenant; apiTokensOpenAndEnd
		"PortalCode":    nil,                        // the code names its tenant; portalCodesEnd
		"ConnectByCode": nil, "FinishErasures": nil, // likewise; the installation's own
		"Claim":        nil,                     // answers leases of all tenants to the installation's own lanes
		"DeleteTenant": nil, "SetTimeZone": nil, // the tenant is the object
		"FinishDeletions": nil, // the installation's own, of all tenants
		"SetTenantState":  nil, "SavePlatform": nil, "SaveChatAccess": nil, "SaveChatAccount": nil, "SaveChatChannel": nil, "CreateSecret": nil, "Connect": nil, "CreatePortalCode": nil, "SaveDeliveries": nil,
	}
	delete(ways, "Open") // a function
	for _, more := range []map[string]way{strangerReads(e.s, t, p, l, ids), strangerWrites(e, t, p, l, ids, secrets[0].ID)} {
		maps.Copy(ways, more)
	}
	return ways
}

func strangerReads(s *store.Store, t integration.TenantID, p integration.PortalID, l lane.Lease, ids []integration.EventID) map[string]way {
	return map[string]way{
		"Tenant":           func(ctx context.Context) (any, error) { return only(s.Tenant(ctx, "nobody")) },
		"Secrets":          func(ctx context.Context) (any, error) { return s.Secrets(ctx, t, store.API) },
		"HookAccess":       func(ctx context.Context) (any, error) { a, err := s.HookAccess(ctx, t); return a.PathSecrets, err },
		"Portals":          func(ctx context.Context) (any, error) { return except(s.Portals(ctx, t, "", 9)) },
		"Portal":           func(ctx context.Context) (any, error) { return s.Portal(ctx, t, p) },
		"Budget":           func(ctx context.Context) (any, error) { return s.Budget(ctx, t, p) },
		"ApplicationToken": func(ctx context.Context) (any, error) { return s.ApplicationToken(ctx, t, p, "app-token") },
		"Credentials":      func(ctx context.Context) (any, error) { return s.Credentials(t, p).Token(ctx) },
		"Document":         func(ctx context.Context) (any, error) { return s.Document(ctx, t, p, 1) },
		"Versions":         func(ctx context.Context) (any, error) { return s.Versions(ctx, t, p, 0, 9) },
		"PortalDirectory":  func(ctx context.Context) (any, error) { return s.PortalDirectory(ctx, t, p) },
		"Activity": func(ctx context.Context) (any, error) {
			a, err := s.Activity(ctx, t, p, time.Time{}, 9)
			return append([]any{a.Open, a.Dead, a.Heard}, a.Latest)[:min(a.Open+a.Dead+len(a.Ended)+len(a.Latest), 1)], err
		},
		"AuditTrail": func(ctx context.Context) (any, error) { return s.AuditTrail(ctx, t, "", 9) },
		"LastChange": func(ctx context.Context) (any, error) { return s.LastChange(ctx, t) },
		"Changes": func(ctx context.Context) (any, error) {
			page, err := s.Changes(ctx, t, 0, 9)
			return page.List, err
		},
		"Pace":           func(ctx context.Context) (any, error) { return s.Pace(ctx, t, p, time.Time{}) },
		"LaneStatus":     func(ctx context.Context) (any, error) { return s.LaneStatus(ctx, t, p) },
		"Event":          func(ctx context.Context) (any, error) { return s.Event(ctx, t, p, ids[0]) },
		"SessionJournal": func(ctx context.Context) (any, error) { return s.SessionJournal(ctx, t, p, "s1") },
		"SessionJournals": func(ctx context.Context) (any, error) {
			all, err := s.SessionJournals(ctx, t, p, []integration.SessionID{"s1"})
			return all["s1"].Events, err
		},
		"Calls": func(ctx context.Context) (any, error) {
			list, _, err := s.Calls(ctx, t, store.JournalFilter{Portal: p}, "", 9)
			return list, err
		},
		"Events": func(ctx context.Context) (any, error) {
			list, _, err := s.Events(ctx, t, store.JournalFilter{Portal: p}, "", 9)
			return list, err
		},
		"DeadLetters": func(ctx context.Context) (any, error) {
			list, _, err := s.DeadLetters(ctx, t, p, "", 9)
			return list, err
		},
		"Pending": func(ctx context.Context) (any, error) { return s.Pending(ctx, l, "", 9) },
		"Session": func(ctx context.Context) (any, error) {
			events, memory, err := s.Session(ctx, l, "s1")
			return []any{events, memory}[:min(len(events), 1)], err
		},
		"Sessions": func(ctx context.Context) (any, error) {
			all, err := s.Sessions(ctx, l, []integration.SessionID{"s1"})
			return all["s1"].Events, err
		},
		"Overdue": func(ctx context.Context) (any, error) {
			due, next, err := s.Overdue(ctx, l, time.Unix(1e10, 0), 9)
			return []any{due, next.Unix()}[:min(len(due), 1)], err
		},
		"Customer": func(ctx context.Context) (any, error) {
			return s.Customer(ctx, t, p, []integration.Phone{"+79001112233"})
		},
		"ClaimKey": func(ctx context.Context) (any, error) {
			_, answer, err := s.ClaimKey(ctx, t, "k1", request)
			return answer, err
		},
		"Platform":     func(ctx context.Context) (any, error) { return s.Platform(ctx, t) },
		"PortalCentre": func(ctx context.Context) (any, error) { return s.PortalCentre(ctx, t, p) },
		"Jobs":         func(ctx context.Context) (any, error) { return s.Jobs(ctx, t, p) },
		"Busy":         func(ctx context.Context) (any, error) { return s.Busy(ctx, t, p, time.Unix(1e10, 0)) },
		"Centre":       func(ctx context.Context) (any, error) { return s.Centre(ctx, l) },
		"Suspect":      func(ctx context.Context) (any, error) { return nil, s.Suspect(ctx, l, time.Unix(1e10, 0)) },
		"Lived":        func(ctx context.Context) (any, error) { return lived(ctx, s, l) },
		"Stale":        func(ctx context.Context) (any, error) { return s.Stale(ctx, l, 9) },
		"Unfinished":   func(ctx context.Context) (any, error) { return s.Unfinished(ctx, l, 9) },
		"Outside":      func(ctx context.Context) (any, error) { return s.Outside(ctx, l, 0, 9) },
		"History": func(ctx context.Context) (any, error) {
			return s.History(ctx, l, "+79001112233", []string{"create"}, time.Time{}, 9)
		},
		"Known": func(ctx context.Context) (any, error) {
			return s.Known(ctx, l, []integration.CustomerKey{"+79001112233"}, "", 9)
		},
		"Conversing": func(ctx context.Context) (any, error) {
			return s.Conversing(ctx, l, "+79001112233", time.Time{}, 9)
		},
		"ChatAccess":   func(ctx context.Context) (any, error) { return s.ChatAccess(ctx, t) },
		"ChatAccounts": func(ctx context.Context) (any, error) { return s.ChatAccounts(ctx, t) },
		"ChatChannels": func(ctx context.Context) (any, error) { return s.ChatChannels(ctx, t) },
		"ChatChannel":  func(ctx context.Context) (any, error) { return s.ChatChannel(ctx, t, 1, 2) },
		"Answers": func(ctx context.Context) (any, error) {
			_, states, err := s.Answers(ctx, l, []integration.ActionKey{"a1", "a2"})
			return states, err
		},
		"Settings":  func(ctx context.Context) (any, error) { return s.Settings(ctx, l, 0) },
		"Directory": func(ctx context.Context) (any, error) { return s.Directory(ctx, l) },
	}
}

func only(x integration.Tenant, err error) (any, error) { return x, err }

// except leaves out the stranger's own portal.
func except(all []integration.Portal, err error) (any, error) {
	var out []integration.Portal
	for _, p := range all {
		if p.Tenant != "stranger" {
			out = append(out, p)
		}
	}
	return out, err
}

func strangerWrites(
	e *exam, t integration.TenantID, p integration.PortalID, l lane.Lease, ids []integration.EventID, secret string,
) map[string]way {
	s := e.s
	ways := map[string]way{
		"RotateSecret": func(ctx context.Context) (any, error) {
			_, _, err := s.RotateSecret(ctx, t, secret, 0)
			return nil, err
		},
		"RevokeSecret": func(ctx context.Context) (any, error) { return nil, s.RevokeSecret(ctx, t, secret, "") },
		"SetPortalState": func(ctx context.Context) (any, error) {
			return nil, s.SetPortalState(ctx, t, p, integration.PortalGone, "")
		},
		"ErasePortal": func(ctx context.Context) (any, error) { return nil, s.ErasePortal(ctx, t, p, "") },
		"SetBudget":   func(ctx context.Context) (any, error) { return nil, s.SetBudget(ctx, t, p, budget) },
		"SaveSettings": func(ctx context.Context) (any, error) {
			_, err := s.SaveSettings(ctx, t, p, 1, []byte("{}"), "")
			return nil, err
		},
		"SaveSettingsFrom": func(ctx context.Context) (any, error) {
			_, err := s.SaveSettingsFrom(ctx, t, p, 1, []byte("{}"), store.Origin{Verb: "settings.imported"})
			return nil, err
		},
		"Audit": func(ctx context.Context) (any, error) {
			return nil, s.Audit(ctx, store.AuditEntry{Tenant: "nobody", Portal: p, Verb: "x"})
		},
		"Charge": func(ctx context.Context) (any, error) {
			_, err := s.Charge(ctx, t, p, e.Now(), budget)
			return nil, err
		},
		"Enqueue": func(ctx context.Context) (any, error) {
			return nil, s.Enqueue(ctx, t, p, []integration.Action{{Key: "a1", Do: crm.Sync{}}})
		},
		"RenewApplication": func(ctx context.Context) (any, error) {
			return nil, s.RenewApplication(ctx, t, p, "stolen")
		},
		"Replay": func(ctx context.Context) (any, error) {
			return s.Replay(ctx, t, p, store.ReplayOrder{Request: "r", Session: "s1"})
		},
		"Retry":   func(ctx context.Context) (any, error) { return nil, s.Retry(ctx, t, p, "a2", "test") },
		"Dismiss": func(ctx context.Context) (any, error) { return nil, s.Dismiss(ctx, t, p, "a2", "test", "") },
		"Schedule": func(ctx context.Context) (any, error) {
			return nil, s.Schedule(ctx, t, p, []integration.Action{{Key: "index", Do: crm.Sync{}}})
		},
		"MarkStale": func(ctx context.Context) (any, error) {
			return nil, s.MarkStale(ctx, t, p, []integration.Record{{Kind: crm.Contact, ID: 1}})
		},
		"KeepAnswer": func(ctx context.Context) (any, error) {
			return nil, s.KeepAnswer(ctx, store.Claim{Tenant: t, Key: "k2", At: e.Now()}, created)
		},
		"ReleaseKey": func(ctx context.Context) (any, error) {
			return nil, s.ReleaseKey(ctx, store.Claim{Tenant: t, Key: "k2", At: e.Now()})
		},
		"DeleteChatAccess": func(ctx context.Context) (any, error) { return nil, s.DeleteChatAccess(ctx, t) },
		"DropChatAccount":  func(ctx context.Context) (any, error) { return nil, s.DropChatAccount(ctx, t, 1) },
		"DropChatChannel":  func(ctx context.Context) (any, error) { return nil, s.DropChatChannel(ctx, t, 1, 2) },
		"DeletePlatform":   func(ctx context.Context) (any, error) { return nil, s.DeletePlatform(ctx, t) },
		"Prune":            func(ctx context.Context) (any, error) { return s.Prune(ctx, t, e.Now().Add(time.Hour), 9) },
	}
	for name, write := range fencedWrites(e, ids) {
		ways[name] = func(ctx context.Context) (any, error) { return nil, write(ctx, l) }
	}
	return ways
}
