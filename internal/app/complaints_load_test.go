package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/integration/settings"
	"omniconnector/internal/app"
	"omniconnector/internal/store"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// fastClock goes faster than life, for limits that are counted in seconds.
type fastClock struct {
	began time.Time
	times time.Duration
}

func (c fastClock) Now() time.Time { return c.began.Add(time.Since(c.began) * c.times).UTC() }

// Many events one after the other: a portal's bucket of 50 requests that leaks two a second never runs over. It is four
// hundred and fifty events instead of ten thousand, by a clock that goes forty times as fast: enough that the bucket's own size does not
// suffice and the connector has to wait for it again and again.
func TestComplaint08NeverOverTheLimit(t *testing.T) {
	t.Parallel()
	clock := fastClock{time.Now(), 40}
	w, err := world.New(world.Options{Tenant: "shop", Now: clock.Now, Tariff: bitrix.Standard, Retries: []time.Duration{10 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	a, p, _ := connectWith(t, "", t.TempDir(), world.Settings(), []func(*app.Config){func(c *app.Config) {
		c.Now, c.Lane.LeaseFor, c.Lane.SendWithin, c.Lane.ExecutionLimit = clock.Now, time.Hour, time.Minute, 2*time.Minute
	}}, w)
	const calls = 32
	for i := range calls { // one by one, so that they cannot share requests
		script := answered(w, int64(i+1), fmt.Sprintf("790000002%02d", i))
		play(t, w, script.Repeated(2))
		quiet(t, a, p[0])
	}
	stats := w.Portal.Requests()
	if stats.LimitErrors > 0 || w.Portal.LimitErrors() > 0 || stats.OperatingErrors > 0 {
		t.Errorf("the portal refused: %+v", stats)
	}
	if stats.HTTP < 50+25 {
		t.Errorf("%d requests prove nothing", stats.HTTP)
	}
	if text := w.Records(); strings.Count(text, "\nlead ") != calls || strings.Count(text, "attached=1") != calls {
		t.Error("the portal lacks leads or records")
	}
}

// A portal that the vendor blocked hears nothing more, and the others go on.
func TestComplaint08OverloadStopsThatPortalAlone(t *testing.T) {
	t.Parallel()
	blocked, healthy := newWorld(t, "blocked"), newWorld(t, "healthy")
	a, p, _ := connect(t, "", t.TempDir(), blocked, healthy)
	quiet(t, a, p[0])
	blocked.Portal.FailNext("*", bitrix.Fault{Kind: bitrix.FaultOverload})
	play(t, blocked, answered(blocked, 1, complainant))
	state(t, a, p[0], integration.PortalBlocked)
	before := blocked.Portal.Requests().HTTP
	for i := range int64(5) {
		play(t, blocked, answered(blocked, 2+i, strconv.FormatInt(79000000010+i, 10)))
		play(t, healthy, answered(healthy, 2+i, strconv.FormatInt(79000000010+i, 10)))
	}
	quiet(t, a, p[1])
	if n := blocked.Portal.Requests().HTTP - before; n != 0 {
		t.Errorf("%d requests to a blocked portal", n)
	}
	wants(t, healthy, "attached=1", 5)
}

// Saving settings, by the API as tenants do, costs the portal five requests at most, also with everything switched on.
func TestComplaint08SavingSettingsIsCheap(t *testing.T) {
	t.Parallel()
	s := complaint(t, nil)
	for i := range 20 {
		s.Portal.Add(bitrix.Contact, map[string]any{"name": "К", "fm": []any{bitrix.Phone(fmt.Sprintf("+790000003%02d", i))}})
	}
	s.rest(t)
	token, _, err := s.app.Store().CreateSecret(t.Context(), s.at.Tenant, store.NewSecret{Purpose: store.API, Name: "t", Scope: store.Write})
	if err != nil {
		t.Fatal(err)
	}
	before := s.Portal.Requests().HTTP
	s.settings.Telephony.Manager, s.settings.Telephony.Click.On = true, true
	s.settings.Telephony.Click.Number = s.Shop.Numbers[0]
	address := "http://" + s.app.Address() + "/api/v1/portals/" + string(s.at.Portal) + "/settings"
	for version := range 5 {
		s.settings.AppName = fmt.Sprint("OMNI ", version)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, address, strings.NewReader(string(settings.Write(&s.settings))))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+string(token))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("If-Match", strconv.Quote(strconv.Itoa(version+1)))
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("saving answered %s", answer.Status)
		}
		s.rest(t)
	}
	if n := s.Portal.Requests().HTTP - before; n > 5 {
		t.Errorf("five saves cost %d requests", n)
	}
}

// One page of employees that fails leaves the map of employees as it was; and there are more than one page's fifty.
func TestComplaint09FailedPageOfUsersLeavesTheMap(t *testing.T) {
	t.Parallel()
	s := staged(t, staging{seed: func(w *world.World) {
		for i := range int64(120) {
			w.Portal.AddUser(bitrix.User{ID: 101 + i, Name: fmt.Sprint("Сотрудник ", i), Inner: strconv.FormatInt(500+i, 10)})
		}
	}})
	known := func() []crm.User {
		d, err := s.app.Store().PortalDirectory(t.Context(), s.at.Tenant, s.at.Portal)
		if err != nil {
			t.Fatal(err)
		}
		return d.Users
	}
	before := known()
	if len(before) < 126 || before[len(before)-1].Inner != "619" {
		t.Fatalf("%d users are known", len(before))
	}
	s.Portal.SetUser(220, func(u *bitrix.User) { u.Name = "Переименован" }) // seen by whoever reads the last page
	s.Portal.FailNext("user.get", bitrix.Fault{Kind: bitrix.FaultError, Skip: 1, Times: 1000})
	s.connect(t)
	s.until(t, "a page that fails", func() bool { return len(s.Portal.Faults()) > 0 })
	if now := known(); len(now) != len(before) || now[len(now)-1].Name != before[len(before)-1].Name {
		t.Fatalf("%d users are left of %d", len(now), len(before))
	}
	// The last of them all still sees the cards of their calls.
	last := platform.Employee{ID: 7999, Name: "Сотрудник 119", Extension: "619"}
	s.plays(t, s.Shop.Incoming(1, s.Began, complainant).Answered(last, 5*time.Second, 30*time.Second))
	wants(t, s.World, "finished by=220 status=200", 1)
	s.Portal.ClearFaults()
	s.until(t, "the whole list", func() bool { return strings.Contains(known()[len(before)-1].Name, "Переименован") })
}

// Employees and users without an extension are not each other: a call that nobody's extension took, as voicemail is, stays with the
// default responsible.
func TestComplaint09EmptyExtensionMatchesNobody(t *testing.T) {
	t.Parallel()
	s := staged(t, staging{set: func(set *integration.Settings) { set.Telephony.Incoming.Responsible.Rules = nil }, seed: func(w *world.World) {
		w.Portal.AddUser(bitrix.User{ID: 300, Name: "Новенький"}) // no extension, no email, no phone
	}})
	nameless := platform.Employee{ID: 7998, Name: "Без номера"}
	s.plays(t, s.Shop.Incoming(1, s.Began, complainant).Answered(nameless, 5*time.Second, 30*time.Second))
	s.plays(t, s.Shop.Incoming(2, s.Began, "79000000002").Voicemail(5*time.Second, 20*time.Second))
	if text := s.Records(); strings.Contains(text, "=300") {
		t.Errorf("the user without an extension got\n%s", text)
	}
	wants(t, s.World, " assignedById=1 ", 2)
	s.explained(t, "1", "owner_unmapped")
	calls := s.Portal.Calls()
	if i := slices.IndexFunc(calls, func(c bitrix.Call) bool { return c.User != 1 }); len(calls) != 2 || i >= 0 {
		t.Errorf("calls %+v", calls)
	}
}
