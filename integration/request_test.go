package integration_test

import (
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// TestARequestIsCarriedOutOnceInEveryOrder lets a click or a callback, its repetition, its failure, the silence and a replay arrive in every
// order: at most one call is asked for, and the portal's call is finished once at most, always when it failed (T-8, T-9).
func TestARequestIsCarriedOutOnceInEveryOrder(t *testing.T) {
	t.Parallel()
	anna := centre.Employee{ID: 7001, Phones: []centre.Phone{{Number: "101", Active: true}}, SIP: true, Takes: true}
	s := testSettings()
	s.Telephony.Click = integration.Click{On: true, Number: "74950000101"}
	s.Telephony.Callback = integration.Callback{On: true, Number: "74950000199"}
	if err := s.Compile(1); err != nil {
		t.Fatal(err)
	}
	portal := testPortal()
	for kind, asked := range map[integration.EventKind]integration.CallRequest{
		integration.ClickToCall: {CallID: "c1", User: 1}, integration.CallbackAsked: {Kind: crm.Lead, Entity: 300},
	} {
		event := func(kind integration.EventKind, key string, after time.Duration) integration.Event {
			at := began.Add(after)
			return integration.Event{ID: integration.EventID(key), Key: key, Kind: kind, Session: "click:c1", At: at, Received: at}
		}
		first, again := event(kind, "first", 0), event(kind, "again", time.Second)
		first.Report = integration.Report{ClientNumber: "79261234567", Request: &asked}
		again.Report = first.Report
		failed := event(integration.DialFailed, "failed", 2*time.Second)
		failed.Report.LostReason = "No active number."
		events := []integration.Event{first, again, failed, event(integration.CallSilent, "silent", 2*time.Hour), event(integration.CallReplayed, "replay", 3*time.Hour)}
		permutations(len(events), 0, func(order []int) bool {
			done := playRequest(t, s, portal.Directory(), &anna, arranged(events, order))
			if done["dial"] > 1 || done["finish_call"] > 1 || done["register_call"] > 1 || kind == integration.ClickToCall && done["finish_call"] != 1 {
				t.Errorf("%s in order %v: %v", kind, order, done)
			}
			return true
		})
	}
}

// playRequest lets events arrive one by one and counts what is asked for.
func playRequest(
	t *testing.T, s *integration.Settings, portal crm.Directory, e *centre.Employee, events []integration.Event,
) map[string]int {
	t.Helper()
	done, keys := map[string]int{}, map[integration.ActionKey]bool{}
	var memory integration.Memory
	for i := range events {
		call := integration.Fold(events[:i+1])
		plan := integration.Decide(integration.Facts{
			Now: began.Add(time.Minute), Call: call, Settings: s, Directory: portal, Memory: integration.Replayed(&call, memory),
			Centre: &centre.Directory{Employees: []centre.Employee{*e}, SyncedAt: began}, Trigger: events[i].ID,
		})
		for _, a := range plan.Actions {
			if keys[a.Key] {
				t.Errorf("%s is planned twice", a.Key)
			}
			keys[a.Key] = true
			done[a.Do.Name()]++
		}
		memory = plan.Memory
	}
	return done
}
