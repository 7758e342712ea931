package app_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/integration/settings"
	"omniconnector/integration/simulate"
	"omniconnector/internal/world"
)

// S-2: settings are tried on what really happened, and neither side hears of it.
func TestSimulationOfPastCallsAsksNobody(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", nil)
	for i := range int64(5) {
		call := w.Shop.Incoming(910_000_100+i, w.Began, fmt.Sprintf("7900000010%d", i))
		play(t, w, call.Answered(w.Shop.Employees[0], 5*time.Second, 30*time.Second))
	}
	quiet(t, a, p)
	portal, platform := w.Portal.Requests().HTTP, len(w.Platform.Requests())

	changed := world.Settings()
	changed.Telephony.Incoming.Names.Lead = []integration.NameTemplate{{Text: "Lead of the draft"}}
	for name, draft := range map[string]json.RawMessage{"same": nil, "draft": settings.Write(&changed)} {
		key := integration.ActionKey("simulate/" + name)
		err := a.Store().Schedule(t.Context(), p.Tenant, p.Portal, []integration.Action{{
			Key: key, Urgency: integration.UrgentSync, Do: integration.Simulation{Settings: draft, Last: 4, Till: time.Now().Add(time.Minute)},
		}})
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "the simulation is over", func() bool { return job(t, a, p, key).State == lane.StateDone })
		var got simulate.Many
		if err := json.Unmarshal(job(t, a, p, key).Result, &got); err != nil {
			t.Fatal(err)
		}
		want := 0
		if draft != nil {
			want = 4
		}
		if got.Done != 4 || got.Total != 4 || got.Differ != want || len(got.Calls) != want || got.Kinds[simulate.Title] != want || got.Assumed != 0 {
			t.Errorf("%s: %+v, want %d calls to differ", name, got, want)
		}
	}
	if n, m := w.Portal.Requests().HTTP-portal, len(w.Platform.Requests())-platform; n != 0 || m != 0 {
		t.Errorf("%d requests went to the portal and %d to the platform", n, m)
	}
}
