package app_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
	"omniconnector/rules"
)

// the import of a range of the past goes on where it stood after a restart; calls that are known stay as they are, records
// are attached, and nobody gets a card or a message in the chat about the past.
func TestImportOfThePastGoesOnAfterRestart(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		dir, w := t.TempDir(), newWorld(t, "shop")
		settings := world.Settings()
		settings.Telephony.ChatNotice = true
		settings.Telephony.Incoming.Filter = integration.CallFilter{On: true, Where: rules.Filter{
			Parameter: integration.ParamVirtualNumber, Mode: rules.Include, Values: []string{"74950000101"},
		}}
		a, ps, stop := connectWith(t, database, dir, settings, []func(*app.Config){rereadSoon}, w)
		truthConnect(t, a, w, ps[0])
		day := w.Began.Add(-48 * time.Hour)
		known := w.Shop.Incoming(1, day, "79000000001").Answered(w.Shop.Employees[0], 5*time.Second, 30*time.Second)
		play(t, w, known)
		quiet(t, a, ps[0])
		importable(t, w, day)
		before := w.Portal.Field(bitrix.Lead, 1, "title")
		if err := w.Portal.Edit(bitrix.Lead, 1, map[string]any{"title": "Ирина"}); err != nil {
			t.Fatal(err)
		}
		what := integration.Action{
			Key: "import/1", Urgency: integration.UrgentSync, Do: centre.Import{From: day.Add(-time.Hour), Till: day.Add(24 * time.Hour)},
		}
		asked := len(w.Platform.Requests("get.calls_report"))
		if err := a.Store().Schedule(t.Context(), "shop", ps[0].Portal, []integration.Action{what}); err != nil {
			t.Fatal(err)
		}
		at := func() (i centre.Imported) {
			if body := job(t, a, ps[0], "import/1").Result; len(body) > 0 {
				if err := json.Unmarshal(body, &i); err != nil {
					t.Fatal(err)
				}
			}
			return i
		}
		eventually(t, "the first page is read", func() bool { return at().Done > 0 })
		stop()
		a, ps, _ = connectWith(t, database, dir, settings, nil, w)
		eventually(t, "the import is over", func() bool { return job(t, a, ps[0], "import/1").State == lane.StateDone })
		quiet(t, a, ps[0])
		if got := at(); got.Done != 211 || got.Total != 211 {
			t.Errorf("progress %+v", got)
		}
		// The second page may have been under way when the process ended; the first was done for good.
		pages := map[string]int{}
		for _, r := range w.Platform.Requests("get.calls_report")[asked:] {
			pages[fmt.Sprint(r.Params["offset"])]++
		}
		if len(pages) != 2 || pages["0"] != 1 {
			t.Errorf("pages were read %v times, by offset; want the first once and the second", pages)
		}
		wants(t, w, "\nlead call:", 6)
		wants(t, w, "  activity ", 6)
		wants(t, w, "attached=1", 6)
		if got := w.Portal.Field(bitrix.Lead, 1, "title"); got != "Ирина" {
			t.Errorf("the title of the call that was known is %q, was %q", got, before)
		}
		for _, c := range w.Portal.Calls() {
			if c.External != "call:1" && len(c.Cards) > 0 {
				t.Errorf("call %s of the past popped up: %+v", c.External, c.Cards)
			}
		}
		if told := w.Portal.Chat(0); len(told) > 0 {
			t.Errorf("messages in the chat about calls of the past: %+v\n%s", told, w.Records())
		}
	})
}

// importable lets calls happen that nobody was told of: many that the tenant's filter keeps out, and five that it lets pass, of
// which the last is on the second page.
func importable(t *testing.T, w *world.World, day time.Time) {
	t.Helper()
	anna := w.Shop.Employees[0]
	for i := range int64(205) {
		c := w.Shop.Incoming(1000+i, day.Add(time.Duration(i+1)*time.Minute), "79000000500")
		c.Number = "74950000102"
		play(t, w, c.Answered(anna, time.Second, time.Second).Swallowed())
	}
	for i := range int64(5) {
		c := w.Shop.Incoming(2000+i, day.Add(time.Duration(i*60)*time.Minute+30*time.Second), "7900000060"+decimalOf(i))
		play(t, w, c.Answered(anna, 5*time.Second, 30*time.Second).Swallowed())
	}
}

// Contract uis §0 «Time»: notifications and reports are in the account's zone, whatever zone the tenant reads times in; the start of
// a call near midnight, and in the night when clocks change, is the same moment by both ways.
func TestAccountInAnotherTimeZone(t *testing.T) {
	t.Parallel()
	york, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for name, start := range map[string]time.Time{
		"before midnight":         time.Date(2026, 3, 3, 23, 58, 30, 0, york),
		"clocks go forward":       time.Date(2026, 3, 8, 1, 59, 30, 0, york),
		"first of the two hours":  time.Date(2026, 11, 1, 5, 30, 0, 0, time.UTC),
		"second of the two hours": time.Date(2026, 11, 1, 6, 30, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &truthClock{}
			clock.forward(time.Until(start.Add(5 * time.Minute)))
			a, w, p := wholeBy(t, "", clock, func(w *world.World, _ *integration.Settings) {
				w.Shop.Location, w.Shop.Timezone = york, "America/New_York"
			}, rereadSoon)
			one := w.Shop.Incoming(1, start, "79000000001").Answered(w.Shop.Employees[0], 5*time.Second, 2*time.Minute)
			two := w.Shop.Incoming(2, start.Add(time.Second), "79000000002").Answered(w.Shop.Employees[0], 5*time.Second, 2*time.Minute)
			play(t, w, one)
			quiet(t, a, p)
			play(t, w, two.Swallowed())
			hasten(t, a, p, "every/sweep")
			calls := w.Portal.Calls()
			if len(calls) != 2 {
				t.Fatalf("calls %+v\n%s", calls, w.Records())
			}
			for i, c := range calls {
				if want := start.Add(time.Duration(i) * time.Second); !c.Start.Truncate(time.Second).Equal(want) {
					t.Errorf("%s started at %s, want %s", c.External, c.Start.UTC(), want.UTC())
				}
			}
		})
	}
}
