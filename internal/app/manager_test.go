package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// Where the employees of the shop are called, by the users of the portal that they are.
var (
	annaLines = []string{"0001234", "79000001001"} // user 7
	petrLines = []string{"0001235"}                // user 8
)

// personalManager is a stage whose tenant has calls put through to personal managers.
func personalManager(t *testing.T, database string, seed func(w *world.World)) *stage {
	t.Helper()
	return staged(t, staging{database: database, seed: seed, set: func(s *integration.Settings) {
		s.Telephony.Manager = true
		s.Employees = []integration.Mapping{{Employee: 7009, User: 1}} // who has no active number
	}})
}

func (s *stage) routeURL() string { return s.at.HookURL("http://"+s.app.Address()) + "/route" }

// asks puts the scenario's question and waits until it is in the journal.
func (s *stage) asks(t *testing.T, session int64, client string) platform.Route {
	t.Helper()
	r := s.Platform.AskRoute(t.Context(), http.MethodPost, s.routeURL(), s.Shop.Incoming(session, s.now(), client))
	if r.Fallback {
		t.Fatalf("%s: no answer: %s", client, r.Problem)
	}
	s.until(t, "the question in the journal", func() bool {
		return slices.ContainsFunc(s.asked(t), func(e store.JournalEvent) bool {
			return e.Event.Session == integration.SessionID(strconv.FormatInt(session, 10)) && e.Event.Report.ClientNumber == client
		})
	})
	s.rest(t)
	return r
}

// asked are the questions in the tenant's journal.
func (s *stage) asked(t *testing.T) []store.JournalEvent {
	t.Helper()
	all, _, err := s.app.Store().Events(t.Context(), s.at.Tenant, store.JournalFilter{Kind: integration.RouteAsked}, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// routes fails the test unless the question is answered so; no phones is the platform's "no manager".
func (s *stage) routes(t *testing.T, session int64, client string, phones []string, reasons ...string) {
	t.Helper()
	r := s.asks(t, session, client)
	if !slices.Equal(r.Phones, phones) {
		t.Errorf("%s is put through to %v, want %v: %s", client, r.Phones, phones, s.why(t, strconv.FormatInt(session, 10)))
	}
	if none := r.Code != nil && *r.Code == 0; none == (len(phones) > 0) {
		t.Errorf("%s: the answer is %+v", client, r)
	}
	s.explained(t, strconv.FormatInt(session, 10), reasons...)
}

func ofUser(user int64, title string) map[string]any {
	return map[string]any{"title": title, "name": title, "assignedById": user}
}

// T-2: the index is read from the portal page by page, and answers contact → company → lead and deal; who was dismissed, is nobody at
// the platform, has no line or takes no calls is passed over, and the journal tells why.
func TestManagerIsFoundInTheIndex(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		s := personalManager(t, database, func(w *world.World) {
			add := func(k bitrix.Kind, phone string, user int64, more map[string]any) int64 {
				fields := ofUser(user, "Клиент")
				if k == bitrix.Contact {
					delete(fields, "title")
				}
				if k != bitrix.Contact && k != bitrix.Lead {
					delete(fields, "name")
				}
				if phone != "" {
					fields["fm"] = []any{bitrix.Phone(phone)}
				}
				maps.Copy(fields, more)
				return w.Portal.Add(k, fields)
			}
			for i := range 130 { // more than two pages
				add(bitrix.Contact, fmt.Sprintf("+7901000%04d", i), 7, nil)
			}
			add(bitrix.Contact, "8 (900) 000-02-01", 7, nil)
			add(bitrix.Company, "+79000000201", 8, nil)
			add(bitrix.Company, "+79000000202", 8, nil)
			add(bitrix.Lead, "+79000000202", 7, nil)
			add(bitrix.Lead, "+79000000203", 7, nil)
			dismissed := add(bitrix.Contact, "+79000000204", 11, nil)
			add(bitrix.Deal, "", 8, map[string]any{"contactId": dismissed})
			add(bitrix.Contact, "+79000000205", 1, nil) // without a line
			add(bitrix.Contact, "+79000000206", 10, nil)
			w.Portal.AddUser(bitrix.User{ID: 20, Name: "Без", LastName: "Платформы"})
			add(bitrix.Contact, "+79000000207", 20, nil)
			add(bitrix.Company, "+79000000207", 7, nil)
		})
		s.routes(t, 200, "79010000129", annaLines, "route_found")
		s.routes(t, 201, "79000000201", annaLines, "route_found")
		s.routes(t, 202, "79000000202", petrLines, "route_found")
		s.routes(t, 203, "79000000203", annaLines, "route_found")
		s.routes(t, 204, "79000000204", petrLines, "owner_inactive", "route_found")
		s.routes(t, 205, "79000000205", nil, "route_no_line", "route_nobody")
		s.routes(t, 206, "79000000206", nil, "route_not_taking", "route_nobody")
		s.routes(t, 207, "79000000207", annaLines, "route_unmapped", "route_found")
		s.routes(t, 208, "79000000999", nil, "route_unknown")
		if r := s.asks(t, 209, ""); len(r.Phones) > 0 {
			t.Errorf("a hidden number is put through to %v", r.Phones)
		}
		if calls := s.Portal.Calls(); len(calls) > 0 {
			t.Errorf("questions registered calls: %+v", calls)
		}
	})
}

// T-2: events of the portal keep the index true: a new responsible answers the next question, who was deleted or merged away answers none.
func TestManagerFollowsThePortal(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		s := personalManager(t, database, nil)
		s.routes(t, 211, "79000000211", nil, "route_unknown")
		ira := s.person(bitrix.Contact, "+79000000211", map[string]any{"name": "Ирина", "assignedById": 7})
		s.rest(t)
		s.routes(t, 212, "79000000211", annaLines, "route_found")
		s.edit(t, bitrix.Contact, ira, map[string]any{"assignedById": int64(8)})
		s.rest(t)
		s.routes(t, 213, "79000000211", petrLines, "route_found")
		twin := s.person(bitrix.Contact, "+79000000212", map[string]any{"name": "Ира", "assignedById": 7})
		s.rest(t)
		s.routes(t, 214, "79000000212", annaLines, "route_found")
		if err := s.Portal.As(7).Merge(bitrix.Contact, ira, twin); err != nil {
			t.Fatal(err)
		}
		s.rest(t)
		s.routes(t, 215, "79000000212", petrLines, "route_found") // the number went over to the one that is left
		s.Portal.As(7).Remove(bitrix.Contact, ira)
		s.rest(t)
		s.routes(t, 216, "79000000211", nil, "route_unknown")
		s.routes(t, 217, "79000000212", nil, "route_unknown")
	})
}

// T-2: an event that the portal lost is made good by the customer's next call, of which the portal is asked anyway.
func TestManagerIsLearntFromCalls(t *testing.T) {
	t.Parallel()
	s := personalManager(t, "", nil)
	s.Portal.SetEvents(bitrix.EventKnobs{Drop: 100})
	contact := s.person(bitrix.Contact, "+79000000221", map[string]any{"name": "Ирина", "assignedById": 8})
	s.Portal.Add(bitrix.Deal, map[string]any{"title": "Заказ", "contactId": contact, "assignedById": 7})
	s.rest(t)
	s.routes(t, 221, "79000000221", nil, "route_unknown")
	s.plays(t, s.Shop.Incoming(222, s.now(), "79000000221").Answered(s.Shop.Employees[0], 5*time.Second, 10*time.Second))
	s.routes(t, 223, "79000000221", petrLines, "route_found")
}

// T-2: what a call creates is somebody's client too: the next question finds them.
func TestManagerOfACreatedLead(t *testing.T) {
	t.Parallel()
	s := personalManager(t, "", nil)
	s.plays(t, s.Shop.Incoming(225, s.now(), "79000000225").Answered(s.Shop.Employees[1], 5*time.Second, 10*time.Second))
	wants(t, s.World, "lead call:225/lead", 1)
	s.routes(t, 226, "79000000225", petrLines, "route_found")
}

// T-2: the scenario may ask by GET, by form and by JSON, and what it asks is one event of the call that follows.
func TestManagerIsAskedInEveryWay(t *testing.T) {
	t.Parallel()
	s := personalManager(t, "", func(w *world.World) {
		w.Portal.Add(bitrix.Contact, map[string]any{"name": "Ирина", "assignedById": 8, "fm": []any{bitrix.Phone("+79000000231")}})
	})
	for i, method := range []string{http.MethodGet, http.MethodPost} {
		r := s.Platform.AskRoute(t.Context(), method, s.routeURL(), s.Shop.Incoming(int64(231+i), s.now(), "79000000231"))
		if r.Fallback || !slices.Equal(r.Phones, petrLines) {
			t.Errorf("%s: %+v", method, r)
		}
	}
	body := `{"call_session_id":233,"start_time":"` + s.now().Format(time.DateTime) + `","numa":"79000000231","numb":"74950000101"}`
	res, err := http.Post(s.routeURL(), "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var r platform.Route
	if err := json.NewDecoder(res.Body).Decode(&r); err != nil || res.StatusCode != http.StatusOK || !slices.Equal(r.Phones, petrLines) {
		t.Errorf("JSON: %d %+v %v", res.StatusCode, r, err)
	}
	for i := range 3 {
		session := strconv.Itoa(231 + i)
		s.until(t, "the question of "+session, func() bool { return s.why(t, session) != "" })
		s.explained(t, session, "route_found")
	}
}

// T-2: the switch, and another telephony, end the forwarding: the answer is "no manager".
func TestManagerSwitchedOff(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]func(s *integration.Settings){
		"the switch":        func(s *integration.Settings) { s.Telephony.Manager = false },
		"the section":       func(s *integration.Settings) { s.Telephony.Enabled = false },
		"another telephony": func(s *integration.Settings) { s.Telephony.Other.On = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := staged(t, staging{
				set: func(s *integration.Settings) { s.Telephony.Manager = true; off(s) },
				seed: func(w *world.World) {
					w.Portal.Add(bitrix.Contact, map[string]any{"name": "Ирина", "assignedById": 8, "fm": []any{bitrix.Phone("+79000000241")}})
				},
			})
			s.routes(t, 241, "79000000241", nil, "route_off")
		})
	}
}

// T-2: questions are answered while the portal is down or blocked, without one request to it; when the call comes and nobody
// takes it, it is the manager's whom it was addressed to.
func TestManagerIsKnownWhileThePortalIsDown(t *testing.T) {
	t.Parallel()
	s := personalManager(t, "", func(w *world.World) {
		gone := w.Portal.Add(bitrix.Contact, map[string]any{"name": "Ирина", "assignedById": 11, "fm": []any{bitrix.Phone("+79000000251")}})
		w.Portal.Add(bitrix.Deal, map[string]any{"title": "Заказ", "contactId": gone, "assignedById": 8})
	})
	s.Portal.FailNext("*", bitrix.Fault{Kind: bitrix.FaultOverload})
	play(t, s.World, answered(s.World, 250, "79000000250"))
	state(t, s.app, s.at, integration.PortalBlocked)
	before := s.Portal.Requests().HTTP
	var slowest time.Duration
	for i := range 50 {
		r := s.Platform.AskRoute(t.Context(), http.MethodGet, s.routeURL(), s.Shop.Incoming(int64(260+i), s.now(), "79000000251"))
		if r.Fallback || !slices.Equal(r.Phones, petrLines) {
			t.Fatalf("question %d: %+v", i, r)
		}
		slowest = max(slowest, r.Took)
	}
	if n := s.Portal.Requests().HTTP - before; n != 0 {
		t.Errorf("%d requests to the portal", n)
	}
	t.Logf("the slowest of 50 answers took %v", slowest)
	s.Portal.LiftOverload()
	if err := s.app.Store().SetPortalState(t.Context(), s.at.Tenant, s.at.Portal, integration.PortalOK, ""); err != nil {
		t.Fatal(err)
	}
	s.rest(t)
	s.plays(t, s.Shop.Incoming(260, s.now(), "79000000251").Lost(20*time.Second, s.Shop.Employees[1]))
	wants(t, s.World, `responsible=8 completed=N`, 2) // in the contact and in the deal
	s.explained(t, "260", "route_found", "owner_inactive")
	wants(t, s.World, "finished by=8 status=304", 1)
}
