package integration_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"omniconnector/integration"
)

// replay is a wish of a person that the call be decided once more.
func replay(n int) []integration.Event {
	at := began.AddDate(0, 0, 1).Add(time.Duration(n) * time.Minute)
	key := fmt.Sprintf("replay|%d", n)
	return []integration.Event{{
		ID: integration.EventID(key), Source: "api", Key: key, Kind: integration.CallReplayed, Session: "501", At: at, Received: at,
	}}
}

// S-2: however often and whenever after its end a call is replayed, the CRM is the same as after one replay. The newest settings may
// be others than those of the call; a call that they do not find kept out is the same as without any replay.
func TestReplaysLeaveTheCRMOfOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := life().Draw(t, "life")
		c, newer := around().Draw(t, "before"), around().Draw(t, "newest")
		c.changed(events)
		if rapid.Bool().Draw(t, "kept out at first") {
			out := include(integration.ParamVirtualNumber, "74950000999")
			c.settings.Telephony.Incoming.Filter = integration.CallFilter{On: true, Where: out}
			c.settings.Telephony.Outgoing.Filter = integration.CallFilter{On: true, Where: out}
			if err := c.settings.Compile(1); err != nil {
				t.Fatal(err)
			}
		}
		if c.newest = newer.settings; c.newest.Compile(2) != nil {
			t.Fatal("newest settings")
		}
		batches := append(one(events), due())
		want := c.play(t, append(slices.Clone(batches), replay(0))...).state(t)
		var often [][]integration.Event
		for i := range batches {
			often = append(often, batches[i])
			if !integration.Fold(slices.Concat(batches[:i+1]...)).Finished {
				continue // a call under way is not replayed
			}
			for n := range rapid.IntRange(0, 3).Draw(t, "replays") {
				often = append(often, replay(1+10*i+n))
			}
		}
		if often = append(often, replay(1000)); !toldAtTheEnd(events) {
			return // who has the activity is settled by what was known when the call was closed
		}
		if diff := cmp.Diff(want, c.play(t, often...).state(t)); diff != "" {
			t.Fatalf("after many replays (-one +many)\n%s", diff)
		}
	})
}

// T-16: after a replay that failed for a defect, what comes late is decided by the version that the call began with.
func TestDefectOfAReplayLeavesTheVersion(t *testing.T) {
	t.Parallel()
	c := integration.Fold(replay(1))
	closed := integration.Memory{SettingsVersion: 7, Verdict: integration.Planned, Registered: true, Closed: true}
	again := integration.Replayed(&c, closed)
	if again.SettingsVersion != 0 {
		t.Errorf("the replay is decided by version %d, want the newest", again.SettingsVersion)
	}
	if later := integration.Replayed(&c, integration.Defect(again).Memory); later.SettingsVersion != 7 {
		t.Errorf("what comes late is decided by version %d, want 7", later.SettingsVersion)
	}
}
