package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/internal/world"
)

// Forty calls at once, with hundreds of commands, on a token that has just expired are one exchange: a refresh token can be
// used once.
func TestComplaint18ExpiryUnderLoadIsOneRefresh(t *testing.T) {
	t.Parallel()
	s := complaint(t, nil)
	unlimited(t, s)
	before, asked := s.Portal.Requests(), s.Cloud.OAuthRequests()
	s.Portal.ExpireAccessTokens()
	var all sync.WaitGroup
	for i := range int64(40) {
		all.Go(func() { play(t, s.World, answered(s.World, i+1, strconv.FormatInt(79000001000+i, 10)).OnlyFinal()) })
	}
	all.Wait()
	s.rest(t)
	now := s.Portal.Requests()
	if n, m := now.Refreshes-before.Refreshes, s.Cloud.OAuthRequests()-asked; n != 1 || m != 1 {
		t.Errorf("%d refreshes by %d requests", n, m)
	}
	if n := now.Commands - before.Commands; n < 200 || len(s.Portal.Calls()) != 40 {
		t.Errorf("%d commands, %d calls", n, len(s.Portal.Calls()))
	}
}

// A process that is stopped while its tokens are exchanged leaves the newest pair to the next one.
func TestComplaint18RestartDuringRefreshKeepsTheNewestPair(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		s := staged(t, staging{database: database})
		before, asked := s.Portal.Requests().Refreshes, s.Cloud.OAuthRequests()
		answer := make(chan struct{})
		s.Cloud.FailNextToken(bitrix.Fault{Kind: bitrix.FaultSlow, Until: answer})
		s.Portal.ExpireAccessTokens()
		play(t, s.World, answered(s.World, 1, complainant))
		s.until(t, "an exchange under way", func() bool { return s.Cloud.OAuthRequests() > asked })
		stopped := make(chan struct{})
		go func() { defer close(stopped); s.stop() }()
		s.until(t, "a stop under way", func() bool { return !reachable(s.app.Address()) })
		close(answer)
		<-stopped
		s.start(t)
		s.rest(t)
		wants(t, s.World, "attached=1", 1)
		if n := s.Portal.Requests().Refreshes - before; n != 1 {
			t.Errorf("%d refreshes", n)
		}
		portal, err := s.app.Store().Portal(t.Context(), s.at.Tenant, s.at.Portal)
		if err != nil || portal.State != integration.PortalOK {
			t.Errorf("the portal is %s (%s), %v", portal.State, portal.Why, err)
		}
	})
}

// reachable reports whether somebody listens.
func reachable(address string) bool {
	answer, err := http.Get("http://" + address + "/")
	if err == nil {
		_ = answer.Body.Close()
	}
	return err == nil
}

// A portal that got another name answers 302; what was posted arrives there whole, and later requests go there at once.
func TestComplaint18RenameKeepsThePostedBody(t *testing.T) {
	t.Parallel()
	s := complaint(t, nil)
	s.Portal.Rename("renamed")
	s.plays(t, answered(s.World, 1, complainant))
	wants(t, s.World, "lead call:1/lead", 1)
	wants(t, s.World, "phone mobile +79000000001", 1)
	wants(t, s.World, "attached=1", 1)
	first := s.Portal.Requests().Redirects
	if first == 0 {
		t.Error("nothing was redirected")
	}
	s.plays(t, answered(s.World, 2, "79000000002"))
	wants(t, s.World, "attached=1", 2)
	if n := s.Portal.Requests().Redirects - first; n != 0 {
		t.Errorf("%d more requests went to the old name", n)
	}
	if unknown := s.Portal.UnknownMethods(); len(unknown) > 0 {
		t.Errorf("a redirect spoilt %v", unknown)
	}
}

// Two applications in one portal have a token each: one's events never count for the other, and a renewed token of one
// is no trouble for the other.
func TestComplaint18TwoApplicationsTwoTokens(t *testing.T) {
	t.Parallel()
	s := complaint(t, func(set *integration.Settings) {
		set.Telephony.Click = integration.Click{On: true, Number: "74950000101", Override: true}
	})
	second := s.Portal.Install(bitrix.AppSpec{ClientID: "local.second", Secret: "s2", Title: "Second"})
	if second.ApplicationToken == s.App.ApplicationToken {
		t.Fatal("one token for both")
	}
	st := s.app.Store()
	if _, err := st.CreateTenant(t.Context(), "neighbour", "Сосед"); err != nil {
		t.Fatal(err)
	}
	theirs, err := st.Connect(t.Context(), "neighbour", store.Connection{
		Name: "second", MemberID: second.MemberID, Endpoint: second.Endpoint, OAuthURL: second.TokenURL, ClientID: second.ClientID,
		ClientSecret: integration.Secret(second.ClientSecret), Access: integration.Secret(second.AccessToken),
		Refresh: integration.Secret(second.RefreshToken), Application: integration.Secret(second.ApplicationToken),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.app.PortalConnected(t.Context(), "neighbour", theirs.ID); err != nil {
		t.Fatal(err)
	}
	quiet(t, s.app, world.Provisioned{Tenant: "neighbour", Portal: theirs.ID})
	events := func(tenant integration.TenantID) int {
		list, _, err := st.Events(t.Context(), tenant, store.JournalFilter{}, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	// Each application's own click reaches its own tenant.
	if id := s.Portal.Click(s.App.ClientID, 7, "+79000000077", ""); id == "" {
		t.Fatal("no click")
	}
	s.rest(t)
	if len(s.Platform.Started()) != 1 || events("neighbour") != 0 {
		t.Errorf("started %+v; the neighbour heard of %d", s.Platform.Started(), events("neighbour"))
	}
	ours := events(s.at.Tenant)
	if id := s.Portal.Click(second.ClientID, 7, "+79000000078", ""); id == "" {
		t.Fatal("no click")
	}
	s.rest(t)
	if n := events("neighbour"); n != 1 || events(s.at.Tenant) != ours {
		t.Errorf("the neighbour heard of %d, we of %d more", n, events(s.at.Tenant)-ours)
	}
	// A token of neither is refused, and the expiry of one's tokens leaves the other's in use.
	forged := url.Values{
		"event": {"ONEXTERNALCALLSTART"}, "data[CALL_ID]": {"forged"}, "data[PHONE_NUMBER]": {"79000000079"}, "data[USER_ID]": {"7"},
		"auth[member_id]": {second.MemberID}, "auth[application_token]": {"of nobody"},
	}
	answer, err := http.PostForm("http://"+s.app.Address()+"/hooks/bitrix24", forged)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode < 400 || events("neighbour") != 1 || events(s.at.Tenant) != ours {
		t.Errorf("a forged event was answered with %s", answer.Status)
	}
	s.plays(t, answered(s.World, 1, complainant))
	wants(t, s.World, "lead call:1/lead", 1)
}

// A record that was deleted or merged between two calls is not held on to: the next call asks anew and goes to what is there now, also with
// the index of customers switched on (T-2).
func TestComplaint19DeletedOrMergedRecordHeals(t *testing.T) {
	t.Parallel()
	for name, manager := range map[string]bool{"asking": false, "with the index": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := complaint(t, func(set *integration.Settings) { set.Telephony.Manager = manager })
			contact := s.Portal.Add(bitrix.Contact, map[string]any{"name": "Ирина", "fm": []any{bitrix.Phone("+79000000001")}})
			twin := s.Portal.Add(bitrix.Contact, map[string]any{"name": "Ирина П.", "fm": []any{bitrix.Phone("+79000000009")}})
			s.rest(t)
			s.plays(t, answered(s.World, 1, complainant))
			wants(t, s.World, fmt.Sprintf("client=contact %d ", contact), 1)
			if err := s.Portal.Merge(bitrix.Contact, twin, contact); err != nil {
				t.Fatal(err)
			}
			s.rest(t)
			s.plays(t, answered(s.World, 2, complainant))
			wants(t, s.World, fmt.Sprintf("client=contact %d ", twin), 2) // the portal moved the first one's
			s.Portal.Remove(bitrix.Contact, twin)
			for lead := range int64(s.Portal.Count(bitrix.Lead)) {
				s.Portal.Remove(bitrix.Lead, lead+1)
			}
			s.rest(t)
			s.plays(t, answered(s.World, 3, complainant))
			wants(t, s.World, "lead call:3/lead", 1)
			wants(t, s.World, "attached=1", 3)
			noDeadLetters(t, s)
		})
	}
}

// A record that is deleted or merged away while the call goes on costs the call nothing that is not the record's own: it is finished, its
// record attached, no command is stuck, and the next call goes to what is there then. The activity goes where the record went: to
// the surviving one after a merge, and nowhere when somebody deleted it.
func TestComplaint19RecordGoneDuringTheCall(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]func(s *stage, lead, other int64) error{
		"deleted": func(s *stage, lead, _ int64) error { s.Portal.Remove(bitrix.Lead, lead); return nil },
		"merged":  func(s *stage, lead, other int64) error { return s.Portal.Merge(bitrix.Lead, other, lead) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := complaint(t, nil)
			other := s.Portal.Add(bitrix.Lead, map[string]any{"title": "Другой", "fm": []any{bitrix.Phone("+79000000009")}})
			s.rest(t)
			script := s.Shop.Incoming(1, s.Began, complainant).Transferred(s.Shop.Employees[0], s.Shop.Employees[1], 5*time.Second, 10*time.Second, 10*time.Second)
			ring, rest := script, script
			ring.Steps, rest.Steps = script.Steps[:3], script.Steps[3:]
			s.plays(t, ring)
			calls := s.Portal.Calls()
			if len(calls) != 1 || calls[0].Kind != bitrix.Lead {
				t.Fatalf("calls %+v", calls)
			}
			if err := gone(s, calls[0].Entity, other); err != nil {
				t.Fatal(err)
			}
			s.rest(t)
			s.plays(t, rest)
			wants(t, s.World, "status=200 duration=20", 1)
			wants(t, s.World, "attached=1", 1)
			wants(t, s.World, "  activity call:1", map[string]int{"deleted": 0, "merged": 1}[name])
			s.plays(t, answered(s.World, 2, complainant))
			wants(t, s.World, "attached=1", 2)
			if text := s.Records(); !strings.Contains(text, "activity call:2") {
				t.Errorf("the next call has no activity:\n%s", text)
			}
			noDeadLetters(t, s)
		})
	}
}

// noDeadLetters fails the test when anything was refused for good.
func noDeadLetters(t *testing.T, s *stage) {
	t.Helper()
	dead, _, err := s.app.Store().DeadLetters(t.Context(), s.at.Tenant, s.at.Portal, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dead {
		t.Errorf("dead letter %s: %v", d.Entry.Action.Key, d.Entry.Err)
	}
}
