package app_test

import (
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/app"
	"omniconnector/internal/store"
	"omniconnector/internal/world"
	"omniconnector/rules"
)

// vanishedLetters checks how many dead letters there are, and gives them.
func vanishedLetters(t *testing.T, a *app.App, p world.Provisioned, want int) []store.JournalAction {
	t.Helper()
	letters, _, err := a.Store().DeadLetters(t.Context(), p.Tenant, p.Portal, "", 50)
	if err != nil {
		t.Fatal(err)
	}
	if len(letters) != want {
		t.Errorf("%d dead letters, want %d: %+v", len(letters), want, letters)
	}
	return letters
}

// vanishedWhy are the reasons of a session's decisions, by code.
func vanishedWhy(t *testing.T, a *app.App, p world.Provisioned, session integration.SessionID) string {
	t.Helper()
	j, err := a.Store().SessionJournal(t.Context(), p.Tenant, p.Portal, session)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, plan := range j.Plans {
		for _, r := range plan.Reasons {
			all = append(all, r.Code)
		}
	}
	return strings.Join(all, " ")
}

// T-13, T-14: a funnel is deleted and a user dismissed between two synchronisations. No call is lost before the connector hears of
// it; after it, defaults are used and the journal says why; when they are back, so are the rules.
func TestFunnelAndUserThatVanish(t *testing.T) {
	t.Parallel()
	a, w, p, clock := wholeAt(t, "", func(w *world.World, s *integration.Settings) {
		w.Portal.SetMode(bitrix.Simple)
		in := &s.Telephony.Incoming
		every := rules.Filter{Parameter: integration.ParamScenario, Mode: rules.Include, Values: []string{"301"}}
		in.Responsible.Rules = []integration.ResponsibleRule{{Name: "Все", User: 10, Where: every}}
		in.Funnels.Rules = []integration.FunnelRule{{Name: "Опт", Entity: crm.Deal, Funnel: 5, Stage: "C5:NEW", Where: every}}
	}, rereadSoon)
	lost := func(session int64) {
		t.Helper()
		play(t, w, w.Shop.Incoming(session, w.Began.Add(time.Duration(session)*time.Second), "7900000000"+decimalOf(session)).Lost(20*time.Second))
		quiet(t, a, p)
	}
	deal := func(session int64, funnel, owner string) {
		t.Helper()
		if f, o := w.Portal.Field(bitrix.Deal, session, "categoryId"), w.Portal.Field(bitrix.Deal, session, "assignedById"); f != funnel || o != owner {
			t.Errorf("deal %d is in funnel %s of %s, want %s of %s\n%s", session, f, o, funnel, owner, w.Records())
		}
	}
	lost(1)
	deal(1, "5", "10")
	w.Portal.DeleteFunnel(5)
	w.Portal.SetUser(10, func(u *bitrix.User) { u.Inactive = true })
	clock.forward(10 * time.Minute)
	lost(2)
	// The portal refuses to register a call for somebody dismissed. That is told, and has the directory read at once and not tomorrow.
	wants(t, w, "originId=call:2/deal", 1)
	if letters := vanishedLetters(t, a, p, 1); !strings.Contains(letters[0].Entry.Err.Text, "not active") {
		t.Errorf("the letter tells %v", letters[0].Entry.Err)
	}
	eventually(t, "the directory is read again", func() bool {
		d, err := a.Store().PortalDirectory(t.Context(), p.Tenant, p.Portal)
		return err == nil && len(d.Funnels) == 1
	})
	quiet(t, a, p)
	lost(3)
	deal(3, "0", "1")
	if why := vanishedWhy(t, a, p, "3"); !strings.Contains(why, "funnel_vanished") || !strings.Contains(why, "owner_inactive") {
		t.Errorf("the journal tells %s", why)
	}
	w.Portal.AddFunnel(bitrix.Funnel{ID: 5, Name: "Опт"})
	w.Portal.SetUser(10, func(u *bitrix.User) { u.Inactive = false })
	hasten(t, a, p, "every/sync")
	lost(4)
	deal(4, "5", "10")
}

// a mandatory field refuses our lead: a dead letter in the portal's own words, on whichever database. A later call of the same
// customer and others are not held up. When the tenant has mended it, Retry brings the lead, and the next call belongs to it.
func TestMandatoryFieldRefusesTheLeadUntilItIsMended(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		a, w, p := whole(t, database, nil)
		w.Portal.AddUserField(bitrix.Lead, "UF_CRM_REGION", "Регион", true)
		play(t, w, answered(w, 1, "79000000001"))
		quiet(t, a, p)
		wants(t, w, "originId=call:1/lead", 0)
		letters := vanishedLetters(t, a, p, 1)
		if len(letters) != 1 {
			t.FailNow()
		}
		if e := letters[0].Entry; e.Action.Key != "call:1/create/lead" || e.Err == nil || !strings.Contains(e.Err.Text, "Регион") {
			t.Fatalf("the letter tells %+v", e)
		}
		w.Portal.Add(bitrix.Contact, map[string]any{"name": "Ирина", "fm": []any{bitrix.Phone("+79000000002")}})
		w.Portal.SetMandatory(bitrix.Lead, "UF_CRM_REGION", false)
		play(t, w, answered(w, 2, "79000000002"))
		quiet(t, a, p)
		wants(t, w, "originId=call:2/lead", 1)
		if err := a.Store().Retry(t.Context(), p.Tenant, p.Portal, letters[0].Entry.Action.Key, "test"); err != nil {
			t.Fatal(err)
		}
		quiet(t, a, p)
		vanishedLetters(t, a, p, 0)
		wants(t, w, "originId=call:1/lead", 1)
		wants(t, w, `"Входящий звонок +79000000001" responsible=7 completed=Y`, 1) // the portal made none, because it had nothing to bind the call to
		wants(t, w, "attached=1", 2)
		play(t, w, answered(w, 3, "79000000001"))
		quiet(t, a, p)
		wants(t, w, "originId=call:3/lead", 0)
		wants(t, w, "  activity call:3 ", 1)
	})
}

// while the letter of a customer's first call lies there, their next call makes its own lead, or finds none: it does not wait.
func TestDeadLetterDoesNotBlockTheCustomer(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", nil)
	w.Portal.AddUserField(bitrix.Lead, "UF_CRM_REGION", "Регион", true)
	play(t, w, answered(w, 1, "79000000001"))
	quiet(t, a, p)
	w.Portal.SetMandatory(bitrix.Lead, "UF_CRM_REGION", false)
	play(t, w, answered(w, 2, "79000000001"))
	quiet(t, a, p)
	wants(t, w, "originId=call:2/lead", 1)
	wants(t, w, "  activity call:2 ", 1)
	vanishedLetters(t, a, p, 1)
}

// T-0.1: numbers of two countries with the same last ten digits are two customers.
func TestTwoCountriesWithTheSameLastDigits(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", nil)
	w.Portal.Add(bitrix.Contact, map[string]any{"name": "John", "assignedById": 10, "fm": []any{bitrix.Phone("+1 916 555 01 01")}})
	play(t, w, answered(w, 1, "79165550101"))
	quiet(t, a, p)
	play(t, w, answered(w, 2, "19165550101"))
	quiet(t, a, p)
	wants(t, w, "originId=call:1/lead", 1)
	wants(t, w, "originId=call:2/lead", 1)
	if got := w.Portal.Field(bitrix.Lead, leadOf(t, w, 1), "contactId"); got != "" && got != "0" {
		t.Errorf("the Russian caller became contact %s\n%s", got, w.Records())
	}
	if got := w.Portal.Field(bitrix.Lead, leadOf(t, w, 2), "contactId"); got != "1" {
		t.Errorf("the American caller is of contact %q, want John\n%s", got, w.Records())
	}
}

// T-14.E3: the contact of a deal was deleted, so that the deal is all there is of the customer: the portal makes no activity for it by
// itself, and the connector does, once, with the record.
func TestActivityOfADealAlone(t *testing.T) {
	t.Parallel()
	a, w, p, _ := wholeAt(t, "", func(w *world.World, _ *integration.Settings) { w.Portal.SetMode(bitrix.Simple) })
	play(t, w, answered(w, 1, "79000000001"))
	quiet(t, a, p)
	w.Portal.Remove(bitrix.Contact, 1)
	play(t, w, w.Shop.Incoming(2, w.Began.Add(time.Minute), "79000000001").Lost(20*time.Second, w.Shop.Employees[1]).Repeated(2))
	quiet(t, a, p)
	if n := w.Portal.Count(bitrix.Deal); n != 1 {
		t.Errorf("%d deals\n%s", n, w.Records())
	}
	wants(t, w, "responsible=7 completed=N", 1)
	play(t, w, w.Shop.Incoming(3, w.Began.Add(2*time.Minute), "79000000001").Answered(w.Shop.Employees[1], 5*time.Second, 30*time.Second))
	quiet(t, a, p)
	wants(t, w, "responsible=8 completed=Y", 1)
	wants(t, w, "completed=N", 0) // the talk has answered for the missed call
}
