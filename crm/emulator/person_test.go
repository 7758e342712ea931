package emulator_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm/emulator"
)

// told are events as "NAME id user", the user empty when no token came.
func told(events []url.Values) []string {
	out := []string{}
	for _, e := range events {
		user := e.Get("auth[user_id]")
		if e.Get("auth[access_token]") == "" {
			user = "-"
		}
		out = append(out, strings.Join([]string{e.Get("event"), e.Get("data[FIELDS][ID]"), user}, " "))
	}
	return out
}

func TestEveryChangeIsToldWithWhoDidIt(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t, emulator.PortalSpec{}), newSink(t)
	for _, k := range []string{"LEAD", "DEAL", "CONTACT", "COMPANY"} {
		w.bind(s, "ONCRM"+k+"ADD", "ONCRM"+k+"UPDATE", "ONCRM"+k+"DELETE")
	}
	for i, k := range []emulator.Kind{emulator.Lead, emulator.Deal, emulator.Contact, emulator.Company} {
		field := map[emulator.Kind]string{emulator.Contact: "name"}[k]
		if field == "" {
			field = "title"
		}
		id := w.portal.As(7).Add(k, m{field: "A"})
		if err := w.portal.As(0).Edit(k, id, m{field: "B"}); err != nil {
			t.Fatal(err)
		}
		w.call("crm.item.update", m{"entityTypeId": int(k), "id": id, "fields": m{field: "C"}})
		w.portal.As(7).Remove(k, id)
		name := "ONCRM" + []string{"LEAD", "DEAL", "CONTACT", "COMPANY"}[i]
		want := []string{name + "ADD 1 7", name + "UPDATE 1 -", name + "UPDATE 1 1", name + "DELETE 1 7"}
		if diff := cmp.Diff(want, told(s.taken(w))); diff != "" {
			t.Error(diff)
		}
	}
}

func TestDatesAndAuthorsAreThoseOfWhoeverWrote(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	id := w.portal.As(7).Add(emulator.Deal, m{"title": "D"})
	check := func(created, updated string, createdBy, updatedBy int64) {
		t.Helper()
		a := w.call("crm.item.get", m{"entityTypeId": 2, "id": id})
		want := []any{"2026-03-10T" + created + "+03:00", "2026-03-10T" + updated + "+03:00", createdBy, updatedBy}
		got := []any{a.str("item", "createdTime"), a.str("item", "updatedTime"), a.num("item", "createdBy"), a.num("item", "updatedBy")}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	check("12:00:00", "12:00:00", 7, 7)
	w.clock.Advance(10 * time.Minute)
	w.call("crm.item.update", m{"entityTypeId": 2, "id": id, "fields": m{"title": "E"}})
	check("12:00:00", "12:10:00", 7, 1)
	w.clock.Advance(10 * time.Minute)
	if err := w.portal.As(7).Edit(emulator.Deal, id, m{"title": "F"}); err != nil {
		t.Fatal(err)
	}
	check("12:00:00", "12:20:00", 7, 7)
	if err := w.portal.Edit(emulator.Deal, 99, m{"title": "F"}); err == nil {
		t.Error("a record that does not exist was edited")
	}
}

func TestMergeMovesEverythingToTheSurvivor(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t, emulator.PortalSpec{}), newSink(t)
	a := w.portal.Add(emulator.Contact, m{"name": "A", "fm": []any{emulator.Phone("+79160000001")}})
	b := w.portal.Add(emulator.Contact, m{
		"name": "B", "post": "директор", "assignedById": 7,
		"fm": []any{emulator.Phone("+79160000002"), emulator.Phone("8 916 000-00-01"), emulator.Email("b@x.test")},
	})
	w.portal.Add(emulator.Deal, m{"title": "D", "contactIds": []int64{b, a}})
	call := w.register(m{"PHONE_NUMBER": "+79160000002"})
	w.call("telephony.externalCall.finish", m{"CALL_ID": call.str("CALL_ID"), "USER_ID": 7, "DURATION": 5, "ADD_TO_CHAT": 0})
	w.call("crm.timeline.comment.add", m{"fields": m{"ENTITY_ID": b, "ENTITY_TYPE": "contact", "COMMENT": "hi"}})
	w.bind(s, "ONCRMCONTACTUPDATE", "ONCRMCONTACTDELETE")
	if err := w.portal.As(7).Merge(emulator.Contact, a, b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ONCRMCONTACTUPDATE 1 7", "ONCRMCONTACTDELETE 2 7"}, told(s.taken(w))); diff != "" {
		t.Error(diff)
	}
	want := strings.TrimLeft(`
deal 1 "D" assignedById=1 stageId=NEW contacts=[1]
contact 1 assignedById=1 name=A post=директор
  phone work +79160000001
  phone work +79160000002
  email work b@x.test
  activity 1 "Входящий звонок от +79160000002" responsible=7 completed=Y direction=1 provider=VOXIMPLANT_CALL call=session-1
  comment by 1: "hi"
call session-1 +79160000002 type=2 line=74950000000 user=7 client=contact:1 finished by=7 status=200 duration=5 activity=1
chat of 7: Начат: Входящий звонок от +79160000002
`, "\n")
	if diff := cmp.Diff(want, w.portal.Records()); diff != "" {
		t.Error(diff)
	}
	found := w.call("crm.duplicate.findbycomm", m{"type": "PHONE", "values": []any{"+79160000002"}})
	if found.at("CONTACT", 0) != 1.0 || found.at("CONTACT", 1) != nil {
		t.Errorf("found: %s", found.Raw)
	}
	if got := w.call("crm.item.get", m{"entityTypeId": 3, "id": b}); got.Code != "NOT_FOUND" {
		t.Errorf("the merged one: %s", got.Raw)
	}
	if err := w.portal.Merge(emulator.Contact, a, b); err == nil {
		t.Error("merged twice")
	}
}

func TestMergedCompanyKeepsItsContactsAndDeals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	into, from := w.portal.Add(emulator.Company, m{"title": "A"}), w.portal.Add(emulator.Company, m{"title": "B"})
	w.portal.Add(emulator.Contact, m{"name": "C", "companyId": from})
	w.portal.Add(emulator.Deal, m{"title": "D", "companyId": from})
	got := w.call("crm.entity.mergeBatch", m{"params": m{"entityTypeId": 4, "entityIds": []any{into, from}}})
	if got.str("STATUS") != "SUCCESS" || got.at("ENTITY_IDS", 0) != 2.0 {
		t.Errorf("merge: %s", got.Raw)
	}
	if w.portal.Field(emulator.Contact, 1, "companyId") != "1" || w.portal.Field(emulator.Deal, 1, "companyId") != "1" || w.portal.Count(emulator.Company) != 1 {
		t.Errorf("records:\n%s", w.portal.Records())
	}
}

func TestConvertedLeadIsClosedAndLeavesItsCallsToItsHeirs(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t, emulator.PortalSpec{}), newSink(t)
	lead := w.portal.Add(emulator.Lead, m{"title": "L", "name": "Ann", "sourceId": "WEB", "fm": []any{emulator.Phone("+79161234567")}})
	call := w.register(nil)
	w.call("telephony.externalCall.finish", m{"CALL_ID": call.str("CALL_ID"), "USER_ID": 7, "DURATION": 5, "ADD_TO_CHAT": 0})
	w.bind(s, "ONCRMCONTACTADD", "ONCRMDEALADD", "ONCRMLEADUPDATE")
	contact, deal, err := w.portal.As(7).Convert(lead)
	if err != nil || contact != 1 || deal != 1 {
		t.Fatal(contact, deal, err)
	}
	if diff := cmp.Diff([]string{"ONCRMCONTACTADD 1 7", "ONCRMDEALADD 1 7", "ONCRMLEADUPDATE 1 7"}, told(s.taken(w))); diff != "" {
		t.Error(diff)
	}
	got := w.call("crm.item.get", m{"entityTypeId": 1, "id": lead})
	if got.str("item", "stageSemanticId") != "S" || got.num("item", "updatedBy") != 7 || got.num("item", "contactId") != 1 {
		t.Errorf("lead: %s", got.Raw)
	}
	if n := strings.Count(w.portal.Records(), "  activity 1 "); n != 3 {
		t.Errorf("the call hangs in %d timelines:\n%s", n, w.portal.Records())
	}
	if w.portal.Field(emulator.Deal, 1, "leadId") != "1" || w.portal.Field(emulator.Deal, 1, "contactId") != "1" {
		t.Errorf("records:\n%s", w.portal.Records())
	}
	if _, _, err := w.portal.Convert(lead); err == nil {
		t.Error("converted twice")
	}
}

func TestNewVersionTakesHandlersAndChangesTheApplicationToken(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t, emulator.PortalSpec{}), newSink(t)
	w.bind(s, "ONAPPUPDATE", "ONCRMLEADADD")
	now := w.portal.UpdateApp("app.1", "2")
	got := s.taken(w)
	if len(got) != 1 {
		t.Fatalf("events: %v", got)
	}
	e := got[0]
	want := []string{"ONAPPUPDATE", "2", "1", now.ApplicationToken, now.AccessToken, now.RefreshToken}
	have := []string{e.Get("event"), e.Get("data[VERSION]"), e.Get("data[PREVIOUS_VERSION]"), e.Get("auth[application_token]"), e.Get("auth[access_token]"), e.Get("auth[refresh_token]")}
	if diff := cmp.Diff(want, have); diff != "" || now.ApplicationToken == w.app.ApplicationToken {
		t.Error(diff)
	}
	if left := w.call("event.get", nil); len(left.Result.([]any)) != 0 {
		t.Errorf("handlers: %s", left.Raw)
	}
	if got := w.call("app.info", nil); got.str("VERSION") != "2" {
		t.Errorf("app.info: %s", got.Raw)
	}
	w.bind(s, "ONCRMLEADADD") // the same handler again is no duplicate now
	if got := w.call("event.unbind", m{"event": "onCrmLeadAdd"}); got.num("count") != 1 {
		t.Errorf("unbind: %s", got.Raw)
	}
}
