package app_test

import (
	"encoding/json"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
	"omniconnector/webhooks/emulator/rpc"
)

// T-14.P4, «Синхронизация сотрудников»: the talker is found in the portal by hand, by email, by extension or by phone, in this
// order; an employee who is left out of the synchronisation is nobody's.
func TestTalkerIsFoundByHandEmailExtensionAndPhone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		set   func(s *integration.Settings)
		user  bitrix.User
		takes platform.Employee
		owner string
	}{
		{
			name: "by hand, over the email", set: func(s *integration.Settings) { s.Employees = []integration.Mapping{{Employee: 7001, User: 30}} },
			user: bitrix.User{ID: 30, Name: "Новая"}, takes: platform.Employee{ID: 7001, Email: "anna@shop.example"}, owner: "30",
		},
		{
			name:  "by email in other letters, over another's extension",
			user:  bitrix.User{ID: 30, Name: "Новая", Email: "Sveta@Shop.example"},
			takes: platform.Employee{ID: 7050, Name: "Светлова Света", Email: "sveta@shop.example", Extension: "101"}, owner: "30",
		},
		{
			name: "by extension", user: bitrix.User{ID: 30, Name: "Новая", Inner: "555"},
			takes: platform.Employee{ID: 7050, Name: "Светлова Света", Extension: "555"}, owner: "30",
		},
		{
			name: "by phone, written otherwise", user: bitrix.User{ID: 30, Name: "Новая", Mobile: "8 (900) 000-55-55"},
			takes: platform.Employee{ID: 7050, Name: "Светлова Света", Phone: "79000005555"}, owner: "30",
		},
		{
			name: "left out", set: func(s *integration.Settings) { s.Sync.Only = []integration.EmployeeID{7002} },
			user: bitrix.User{ID: 30, Name: "Новая"}, takes: platform.Employee{ID: 7001, Email: "anna@shop.example"}, owner: "9",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, w, p := whole(t, "", c.set)
			w.Portal.AddUser(c.user)
			hasten(t, a, p, "every/sync")
			play(t, w, w.Shop.Incoming(1, w.Began, "79000000001").Answered(c.takes, 5*time.Second, 30*time.Second))
			quiet(t, a, p)
			if got := w.Portal.Field(bitrix.Lead, leadOf(t, w, 1), "assignedById"); got != c.owner {
				t.Errorf("the lead is of %s, want %s", got, c.owner)
			}
		})
	}
}

// Law 4, R-9: of 120 users of the portal the second page fails: the old directory stays, the errand tells why, and the next time
// everybody is known.
func TestPortalUsersWhoseSecondPageFailsAreReadLater(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", nil)
	employeesCrowd(w, 120)
	w.Portal.FailNext("user.get", bitrix.Fault{Kind: bitrix.FaultError, Status: 500, Code: "INTERNAL_SERVER_ERROR", Text: "Internal server error", Skip: 1, Times: 1})
	sync := job(t, a, p, "every/sync").Action
	sync.After = time.Time{}
	if err := a.Store().Schedule(t.Context(), p.Tenant, p.Portal, []integration.Action{sync}); err != nil {
		t.Fatal(err)
	}
	failed := false
	eventually(t, "all users are known", func() bool {
		failed = failed || job(t, a, p, "every/sync").Err != nil
		d, err := a.Store().PortalDirectory(t.Context(), p.Tenant, p.Portal)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(d.Users); n != 6 && n != 120 {
			t.Fatalf("the directory holds half of the users: %d", n)
		}
		return len(d.Users) == 120
	})
	if w.Portal.FaultCounts()[bitrix.FaultError] != 1 {
		t.Fatal("no page failed")
	}
	last := platform.Employee{ID: 7050, Extension: "1119"}
	play(t, w, w.Shop.Incoming(1, w.Began, "79000000001").Answered(last, 5*time.Second, 30*time.Second))
	quiet(t, a, p)
	if got := w.Portal.Field(bitrix.Lead, leadOf(t, w, 1), "assignedById"); got != "219" {
		t.Errorf("the lead is of %s", got)
	}
}

// employeesCrowd makes the portal's users n; their extensions are 1000 more than their places.
func employeesCrowd(w *world.World, n int) {
	for i := 6; i < n; i++ {
		w.Portal.AddUser(bitrix.User{ID: int64(100 + i), Name: "Сотрудник", LastName: decimalOf(int64(i)), Inner: decimalOf(int64(1000 + i))})
	}
}

// Contract uis §4.1: an account of more employees than fit on a page is known whole, and a page that fails keeps the old one.
func TestMoreThanThousandEmployees(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", nil)
	*w.Shop = w.Shop.Crowd(1) // Crowd numbers from 8001
	count := func() int {
		d, err := a.Store().PortalCentre(t.Context(), p.Tenant, p.Portal)
		if err != nil {
			t.Fatal(err)
		}
		return len(d.Employees)
	}
	if n := count(); n != 5 {
		t.Fatalf("%d employees", n)
	}
	w.Platform.AddAccount(w.Shop.Crowd(1200))
	if err := w.ConnectPlatform(t.Context(), a.Store()); err != nil {
		t.Fatal(err)
	}
	hasten(t, a, p, "every/centre")
	if n := count(); n < 1205 {
		t.Errorf("%d employees are known", n)
	}
}

// «Импорт статусов»: the working day of the portal sets the status at the platform, once for every change; what a person chose
// at the platform stays until the working day changes.
func TestStatusesFollowTheWorkingDay(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", func(s *integration.Settings) { s.Sync.Statuses = true })
	status := func(employee int64) int64 { return w.Platform.StatusOf(w.Shop.AppID, employee) }
	run := func() centre.Statuses {
		hasten(t, a, p, "every/statuses")
		var did lane.Presences
		if err := json.Unmarshal(job(t, a, p, "every/statuses").Result, &did); err != nil {
			t.Fatal(err)
		}
		return did.Statuses
	}
	const available, pause, away, own = 1, 2, 5, 4
	for user, workday := range map[int64]string{7: "OPENED", 8: "PAUSED", 9: "CLOSED", 10: "OPENED"} {
		w.Portal.SetPresence(user, bitrix.Presence{Workday: workday})
	}
	if did := run(); did.Looked != 4 || len(w.Platform.Requests("update.employees")) != 3 {
		t.Errorf("first %+v", did)
	}
	for employee, want := range map[int64]int64{7001: available, 7002: pause, 7003: away, 7004: available} {
		if got := status(employee); got != want {
			t.Errorf("%d has status %d, want %d", employee, got, want)
		}
	}
	w.Platform.SetStatus(w.Shop.AppID, 7001, own)
	if did := run(); did.Changed != 0 || status(7001) != own {
		t.Errorf("%+v: what a person chose was overruled: %d", did, status(7001))
	}
	w.Portal.SetPresence(7, bitrix.Presence{Workday: "CLOSED"})
	w.Portal.SetPresence(8, bitrix.Presence{Workday: "OPENED"})
	if did := run(); did.Changed != 2 || status(7001) != away || status(7002) != available {
		t.Errorf("%+v %d %d", did, status(7001), status(7002))
	}
	asked := len(w.Platform.Requests("update.employees"))
	run()
	if n := len(w.Platform.Requests("update.employees")); n != asked {
		t.Errorf("%d changes without a change", n-asked)
	}
}

// «Импорт статусов»: switched off, or on a tariff without working time, nothing is asked of the platform and nothing fails.
func TestStatusesAreLeftAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ on, timeman bool }{"switched off": {false, true}, "no working time": {true, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, w, p := whole(t, "", func(s *integration.Settings) { s.Sync.Statuses = c.on })
			w.Portal.SetTimeman(c.timeman)
			hasten(t, a, p, "every/statuses")
			if n := len(w.Platform.Requests("update.employees")); n != 0 {
				t.Errorf("%d statuses were set", n)
			}
			if e := job(t, a, p, "every/statuses"); e.State != lane.StatePlanned || e.Err != nil && e.Err.Text == "" {
				t.Errorf("%+v", e)
			}
			play(t, w, answered(w, 1, "79000000001"))
			quiet(t, a, p)
			wants(t, w, "attached=1", 1)
		})
	}
}

// both directories are read again by themselves, and the errands tell when they are due and what failed last.
func TestDirectoriesAreReadAgainByThemselves(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", nil, func(c *app.Config) { c.Lane.SyncEvery = 200 * time.Millisecond })
	w.Portal.AddUser(bitrix.User{ID: 30, Name: "Новая", Inner: "555"})
	known := func() bool {
		d, err := a.Store().PortalDirectory(t.Context(), p.Tenant, p.Portal)
		if err != nil {
			t.Fatal(err)
		}
		return len(d.Users) == 7
	}
	eventually(t, "the new user is known", known)
	asked := len(w.Platform.Requests("get.employees"))
	eventually(t, "the platform is asked again", func() bool { return len(w.Platform.Requests("get.employees")) > asked })
	if err := w.Platform.Fail(rpc.Fault{API: rpc.DataAPI, Method: "get.employees", Times: 1, Mnemonic: "internal_error"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the errand tells what failed", func() bool {
		e := job(t, a, p, "every/centre")
		return e.Err != nil && e.Err.Text != ""
	})
	eventually(t, "it went well again", func() bool { return job(t, a, p, "every/centre").Err == nil })
	for _, key := range []integration.ActionKey{"every/sync", "every/centre", "every/sweep", "every/statuses"} {
		if e := job(t, a, p, key); e.DueAt.IsZero() {
			t.Errorf("%s has no next run: %+v", key, e)
		}
	}
}

// «Импорт статусов»: an employee whose status the platform refuses to change keeps nobody else's back, and nobody's status is
// set twice for one change of the working day.
func TestStatusThatIsRefusedConcernsOneEmployee(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", func(s *integration.Settings) { s.Sync.Statuses = true })
	for user, workday := range map[int64]string{7: "PAUSED", 8: "PAUSED", 9: "CLOSED", 10: "OPENED"} {
		w.Portal.SetPresence(user, bitrix.Presence{Workday: workday})
	}
	if err := w.Platform.Fail(rpc.Fault{API: rpc.DataAPI, Method: "update.employees", Mnemonic: "invalid_parameter_value"}); err != nil {
		t.Fatal(err)
	}
	hasten(t, a, p, "every/statuses")
	var set []string
	statuses := func() []string {
		set = nil
		for _, e := range w.Shop.Employees {
			set = append(set, decimalOf(w.Platform.StatusOf(w.Shop.AppID, e.ID)))
		}
		return set
	}
	if got := statuses(); got[1] != "2" || got[2] != "5" || got[3] != "1" {
		t.Errorf("statuses are %v", got)
	}
	if e := job(t, a, p, "every/statuses"); e.Err == nil || e.Err.Text == "" {
		t.Errorf("the errand does not tell of the refusal: %+v", e)
	}
	w.Platform.SetStatus(w.Shop.AppID, 7002, 21)
	hasten(t, a, p, "every/statuses")
	if got := statuses(); got[0] != "2" || got[1] != "21" {
		t.Errorf("statuses are %v, want the refused one set and a person's choice kept", got)
	}
	if e := job(t, a, p, "every/statuses"); e.Err != nil {
		t.Errorf("%+v", e.Err)
	}
}
