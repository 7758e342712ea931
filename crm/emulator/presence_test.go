package emulator_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm/emulator"
)

func TestPresenceTellsTheWorkdayAndTheMessengerApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	seen := time.Date(2026, 3, 10, 8, 0, 0, 0, time.UTC)
	w.portal.SetPresence(7, emulator.Presence{Workday: "PAUSED", Away: true, Status: "dnd", LastSeen: seen})
	w.portal.SetPresence(1, emulator.Presence{Workday: "OPENED"})

	users := w.call("user.get", m{"FILTER": m{"ID": 7}})
	if users.str(0, "IS_ONLINE") != "N" || users.str(0, "LAST_ACTIVITY_DATE") != "2026-03-10T11:00:00+03:00" {
		t.Errorf("user.get: %s", users.Raw)
	}
	if got := w.call("user.get", m{"FILTER": m{"IS_ONLINE": "Y"}}); got.Total != 1 || got.str(0, "ID") != "1" {
		t.Errorf("online: %s", got.Raw)
	}
	day := w.call("timeman.status", m{"USER_ID": 7})
	if day.str("STATUS") != "PAUSED" || day.at("ACTIVE") != false {
		t.Errorf("timeman: %s", day.Raw)
	}
	w.clock.Advance(30 * time.Minute)
	w.portal.SetPresence(7, emulator.Presence{Workday: "OPENED"})
	w.clock.Advance(20 * time.Minute)
	if day := w.call("timeman.status", m{"USER_ID": 7}); day.str("STATUS") != "OPENED" || day.str("TIME_START") != "2026-03-10T12:30:00+03:00" || day.str("DURATION") != "00:20:00" {
		t.Errorf("timeman: %s", day.Raw)
	}
	w.portal.SetPresence(7, emulator.Presence{Away: true, Status: "away"})
	card := w.call("im.user.get", m{"ID": 7})
	if card.str("status") != "away" || card.str("idle") == "" || card.str("phones", "inner_phone") != "107" || card.at("phones", "work_phone") != false {
		t.Errorf("im.user.get: %s", card.Raw)
	}
	list := w.call("im.user.list.get", m{"ID": []any{1, "7", 99}})
	if list.str("1", "status") != "online" || list.str("7", "name") != "Олег Операторов" || list.at("99") != nil {
		t.Errorf("im.user.list.get: %s", list.Raw)
	}
}

func TestWorkingTimeIsAFeatureOfThePlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{NoTimeman: true})
	w.portal.Add(emulator.Contact, m{"name": "A", "fm": []any{emulator.Phone("+79161234567")}})
	if a := w.call("timeman.status", nil); a.Status != 404 || a.Code != "ERROR_METHOD_NOT_FOUND" {
		t.Errorf("without: %s", a.Raw)
	}
	search := func() string {
		return w.call("telephony.externalCall.searchCrmEntities", m{"PHONE_NUMBER": "+79161234567"}).str(0, "ASSIGNED_BY", "TIMEMAN_STATUS")
	}
	if got := search(); got != "NOT_INSTALLED" {
		t.Errorf("search: %s", got)
	}
	if got := w.call("method.get", m{"name": "timeman.status"}); got.at("isExisting") != false {
		t.Errorf("method.get: %s", got.Raw)
	}
	w.portal.SetTimeman(true)
	w.portal.SetPresence(1, emulator.Presence{Workday: "EXPIRED"})
	if a := w.call("timeman.status", nil); a.str("STATUS") != "EXPIRED" || search() != "EXPIRED" {
		t.Errorf("with: %s", a.Raw)
	}
	if got := w.portal.UnknownMethods(); len(got) != 0 {
		t.Errorf("a method of another plan is not unknown: %v", got)
	}
}

func TestOnlyAdministratorsSeeOthersWorkday(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	w.app = w.portal.TokensFor("app.1", 7)
	if a := w.call("timeman.status", m{"USER_ID": 1}); a.Status != 403 {
		t.Errorf("another's: %s", a.Raw)
	}
	if a := w.call("timeman.status", nil); a.str("STATUS") != "OPENED" {
		t.Errorf("one's own: %s", a.Raw)
	}
	w.call("im.user.status.set", m{"STATUS": "dnd"})
	if a := w.call("im.user.get", nil); a.str("status") != "dnd" || a.num("id") != 7 {
		t.Errorf("status: %s", a.Raw)
	}
}

func TestSecondPageOfUsersFailsAlone(t *testing.T) {
	t.Parallel()
	spec := emulator.PortalSpec{}
	for id := int64(1); id <= 120; id++ {
		spec.Users = append(spec.Users, emulator.User{ID: id, Name: "U", Admin: id == 1})
	}
	fault := emulator.Fault{Kind: emulator.FaultError, Status: 500, Code: "INTERNAL_SERVER_ERROR", Skip: 1}
	rows := func(v any) int { list, _ := v.([]any); return len(list) }
	want := []int{50, 0, 20}

	w := newWorld(t, spec)
	w.portal.FailNext("user.get", fault)
	var single []int
	for start := 0; start < 120; start += 50 {
		single = append(single, rows(w.call("user.get", m{"start": start}).Result))
	}
	if diff := cmp.Diff(want, single); diff != "" {
		t.Errorf("singly: %s", diff)
	}
	w.portal.FailNext("user.get", fault)
	b := w.call("batch", m{"cmd": m{"a": "user.get?start=0", "b": "user.get?start=50", "c": "user.get?start=100"}})
	if diff := cmp.Diff(want, []int{rows(b.at("result", "a")), rows(b.at("result", "b")), rows(b.at("result", "c"))}); diff != "" {
		t.Errorf("in a batch: %s", diff)
	}
}
