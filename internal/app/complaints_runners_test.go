package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// A lead that became a contact and a deal keeps its own key, and the client's next call goes to the contact and makes no second lead.
func TestComplaintLeadConversionKeepsTheClient(t *testing.T) {
	t.Parallel()
	s := complaint(t, nil)
	s.plays(t, answered(s.World, 1, complainant))
	lead := s.Portal.Calls()[0].Entity
	contact, _, err := s.Portal.Convert(lead)
	if err != nil {
		t.Fatal(err)
	}
	s.rest(t)
	s.plays(t, answered(s.World, 2, complainant))
	if key := s.Portal.Field(bitrix.Lead, lead, "originId"); key != "call:1/lead" {
		t.Errorf("the lead's key is %q", key)
	}
	if calls := s.Portal.Calls(); len(calls) != 2 || calls[1].Kind != bitrix.Contact || calls[1].Entity != contact {
		t.Errorf("calls %+v", calls)
	}
	if leads, contacts, deals := s.Portal.Count(bitrix.Lead), s.Portal.Count(bitrix.Contact), s.Portal.Count(bitrix.Deal); leads+contacts+deals != 3 {
		t.Errorf("%d leads, %d contacts, %d deals:\n%s", leads, contacts, deals, s.Records())
	}
	s.explained(t, "2", "open_exists")
}

// clicks switches calls by click on.
func clicks(s *integration.Settings) {
	s.Telephony.Click = integration.Click{On: true, Number: "74950000101", Override: true}
}

// A click whose event comes twice is one call; a click on another client's number right after is a call of its own, to that client.
func TestComplaintClickTwiceAndOnAnotherClient(t *testing.T) {
	t.Parallel()
	s := complaint(t, clicks)
	s.Portal.SetEvents(bitrix.EventKnobs{Seed: 1, Duplicate: 100})
	numbers := []string{"+79000000071", "+79000000072"}
	called := map[string]int64{} // contacts, by the call of the portal
	for _, number := range numbers {
		contact := s.Portal.Add(bitrix.Contact, map[string]any{"name": "Клиент " + number, "fm": []any{bitrix.Phone(number)}})
		id, err := s.Portal.ClickNumber(bitrix.NumberClick{ClientID: s.App.ClientID, User: 7, Phone: number, Kind: bitrix.Contact, ID: contact})
		if err != nil {
			t.Fatal(err)
		}
		called[id] = contact
	}
	s.rest(t)
	started := s.Platform.Started()
	if len(started) != 2 || started[0].Contact == started[1].Contact || started[0].External == started[1].External {
		t.Errorf("calls started: %+v", started)
	}
	calls := s.Portal.Calls()
	if len(calls) != 2 {
		t.Errorf("calls %+v", calls)
	}
	for _, c := range calls {
		if !c.Finished || c.Entity != called[c.ID] || c.Activity == 0 {
			t.Errorf("call %+v", c)
		}
	}
}

// A call whose end is never told does not stay "in progress": the platform's report ends it as it was, and where no
// platform is connected, silence does after the set time (T-0).
func TestComplaintGhostCallsEnd(t *testing.T) {
	t.Parallel()
	for name, connected := range map[string]bool{"by the platform's report": true, "by silence": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := complaint(t, nil)
			wait, want := 11*time.Minute, "status=200 duration=30" // a sweep comes every ten
			if connected {
				s.clock.Move(wait)
				s.until(t, "the first sweep", func() bool { return len(s.Platform.Requests("get.calls_report")) > 0 })
				s.rest(t)
			} else {
				wait, want = integration.DefaultSilence+time.Minute, "finished by=7 status="
				if err := s.app.Store().DeletePlatform(t.Context(), s.at.Tenant); err != nil {
					t.Fatal(err)
				}
			}
			call := s.Shop.Incoming(1, s.now(), complainant).Answered(s.Shop.Employees[0], 5*time.Second, 30*time.Second)
			s.plays(t, call.Only("call_incoming", "call_ringing", "call_talk_started"))
			wants(t, s.World, " open card=7", 1)
			s.clock.Move(wait)
			s.until(t, "the call's end", func() bool { return s.Portal.Calls()[0].Finished })
			s.rest(t)
			wants(t, s.World, want, 1)
			wants(t, s.World, " card=", 0)
			wants(t, s.World, "  activity call:1", 1)
		})
	}
}

// A portal whose custom field must be filled in, and is not, refuses our lead: the call is kept and the tenant is told which field it is; once that
// is mended, the refused command goes through. With an extra field set (T-15) nothing is refused to begin with.
func TestComplaintMandatoryFieldRefusesOurLead(t *testing.T) {
	t.Parallel()
	const field = "UF_CRM_BRANCH"
	seed := func(w *world.World) { w.Portal.AddUserField(bitrix.Lead, field, "Филиал", true) }
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		s := staged(t, staging{seed: seed})
		s.plays(t, answered(s.World, 1, complainant))
		wants(t, s.World, "status=200 duration=30", 1)
		wants(t, s.World, "attached=1", 1)
		dead, _, err := s.app.Store().DeadLetters(t.Context(), s.at.Tenant, s.at.Portal, "", 10)
		if err != nil || len(dead) != 1 || !strings.Contains(fmt.Sprint(dead[0].Entry.Err), "Филиал") {
			t.Fatalf("dead letters %+v, %v", dead, err)
		}
		s.Portal.SetMandatory(bitrix.Lead, field, false)
		if err := s.app.Store().Retry(t.Context(), s.at.Tenant, s.at.Portal, dead[0].Entry.Action.Key, "test"); err != nil {
			t.Fatal(err)
		}
		s.until(t, "the lead", func() bool { return s.Portal.Count(bitrix.Lead) == 1 })
		s.rest(t)
		noDeadLetters(t, s)
	})
	t.Run("filled in", func(t *testing.T) {
		t.Parallel()
		s := staged(t, staging{seed: seed, set: func(set *integration.Settings) {
			set.Telephony.Fields.Lead = []integration.FieldPair{{Field: field, Parameter: "virtual_phone_number"}}
		}})
		s.plays(t, answered(s.World, 1, complainant))
		wants(t, s.World, "lead call:1/lead", 1)
		wants(t, s.World, field+"=74950000101", 1)
		noDeadLetters(t, s)
	})
}

// An employee whom nobody in the portal is: the call is the default responsible's, the journal says so, and colleagues are not affected.
func TestComplaintUnmappedEmployee(t *testing.T) {
	t.Parallel()
	s := complaint(t, func(set *integration.Settings) { set.Telephony.Incoming.Responsible.Rules = nil })
	stranger := platform.Employee{ID: 7990, Name: "Чужой Сергей", Email: "nobody@elsewhere.example", Extension: "990"}
	s.plays(t, s.Shop.Incoming(1, s.Began, complainant).Ring([]platform.Employee{stranger, s.Shop.Employees[0]}, stranger, 5*time.Second, 30*time.Second))
	s.plays(t, answered(s.World, 2, "79000000002"))
	wants(t, s.World, "finished by=1 status=200", 1)
	wants(t, s.World, "finished by=7 status=200", 1)
	s.explained(t, "1", "owner_unmapped", "owner_default_in")
}

// bindings lists the addresses that the portal reports an event to.
func bindings(t *testing.T, s *stage, event string) []string {
	t.Helper()
	token := s.Portal.TokensFor(s.App.ClientID, 1).AccessToken
	answer, err := http.Get(s.Portal.Endpoint() + "event.get?auth=" + token)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var list struct {
		Result []struct{ Event, Handler string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, b := range list.Result {
		if b.Event == event {
			all = append(all, b.Handler)
		}
	}
	return all
}

// An address written with a slash at its end and without, connecting again and a new version of the application leave one handler, and a
// click is heard once.
func TestComplaintReinstallBindsOnce(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	at := func(public string) func(c *app.Config) {
		return func(c *app.Config) { c.Listen, c.PublicURL = address, public }
	}
	s := complaint(t, clicks, at("http://"+address))
	once := func(when string) {
		t.Helper()
		if all := bindings(t, s, "ONEXTERNALCALLSTART"); len(all) != 1 || strings.Contains(strings.TrimPrefix(all[0], "http://"), "//") {
			t.Errorf("%s: handlers %q", when, all)
		}
	}
	once("connected")
	s.connect(t)
	once("connected again")
	s.more = append(s.more, at("http://"+address+"/"))
	s.restart(t)
	s.connect(t)
	once("with a slash")
	s.Portal.UpdateApp(s.App.ClientID, "2")
	s.until(t, "the new version's handlers", func() bool { return len(bindings(t, s, "ONEXTERNALCALLSTART")) > 0 })
	s.rest(t)
	once("a new version")
	if id := s.Portal.Click(s.App.ClientID, 7, "+79000000077", ""); id == "" {
		t.Fatal("no click")
	}
	s.rest(t)
	if started := s.Platform.Started(); len(started) != 1 {
		t.Errorf("calls started: %+v", started)
	}
}

// Times that the platform writes in its own zone are the same moments in the portal: no call is in the future.
func TestComplaintTimeZones(t *testing.T) {
	t.Parallel()
	const zone = "Asia/Vladivostok"
	s := staged(t, staging{
		set:  func(set *integration.Settings) { set.TimeZone = zone },
		seed: func(w *world.World) { w.Shop.Location, w.Shop.Timezone = time.FixedZone(zone, 10*60*60), zone },
	})
	if err := s.app.Store().SetTimeZone(t.Context(), s.at.Tenant, zone); err != nil {
		t.Fatal(err)
	}
	s.restart(t)
	s.plays(t, answered(s.World, 1, complainant))
	calls := s.Portal.Calls()
	if len(calls) != 1 || !calls[0].Start.Equal(s.Began) {
		t.Errorf("calls %+v, began %s", calls, s.Began)
	}
	events := s.journal(t, "1").Events
	if len(events) == 0 || events[0].Event.At.Sub(s.Began).Abs() > time.Minute {
		t.Errorf("the journal has %+v", events)
	}
}

// logged counts what is written to a log.
type logged struct {
	mu             sync.Mutex
	total, longest int
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range bytes.Lines(p) {
		l.longest = max(l.longest, len(line))
	}
	l.total += len(p)
	return len(p), nil
}

// Answers with long lists do not go to the log, whatever its level: one line stays a line.
func TestComplaintLogOfHugeAnswers(t *testing.T) {
	t.Parallel()
	var log logged
	s := staged(t, staging{
		set: func(set *integration.Settings) { set.Telephony.Manager = true },
		seed: func(w *world.World) {
			for i := range 300 {
				w.Portal.AddUser(bitrix.User{Name: strings.Repeat("Имя", 60), Email: fmt.Sprintf("u%d@shop.example", i)})
				w.Portal.Add(bitrix.Contact, map[string]any{"name": strings.Repeat("Имя", 60), "fm": []any{bitrix.Phone(fmt.Sprintf("+7900001%04d", i))}})
			}
		},
		more: []func(c *app.Config){func(c *app.Config) {
			c.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		}},
	})
	s.Portal.FailNext("crm.item.list", bitrix.Fault{Kind: bitrix.FaultNonsense})
	s.plays(t, answered(s.World, 1, complainant))
	s.stop()
	if log.total == 0 || log.longest > 2<<10 || log.total > 128<<10 {
		t.Errorf("%d bytes were logged, a line of %d", log.total, log.longest)
	}
}
