package app_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"omniconnector/crm"
	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
	"omniconnector/rules"
	platform "omniconnector/webhooks/emulator"
	"omniconnector/webhooks/emulator/rpc"
)

func decimalOf(n int64) string { return strconv.FormatInt(n, 10) }

// eventually waits for a condition.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !is() {
		select {
		case <-ctx.Done():
			t.Fatalf("not so in time: %s", what)
		case <-look.C:
		}
	}
}

// job finds an errand of a portal by its key.
func job(t *testing.T, a *app.App, p world.Provisioned, key integration.ActionKey) lane.Entry {
	t.Helper()
	all, err := a.Store().Jobs(t.Context(), p.Tenant, p.Portal)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.Entry.Action.Key == key {
			return e.Entry
		}
	}
	t.Fatalf("no errand %s", key)
	return lane.Entry{}
}

// truthClock is a clock that can be put forward.
type truthClock struct{ ahead atomic.Int64 }

func (c *truthClock) Now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *truthClock) forward(d time.Duration) { c.ahead.Add(int64(d)) }

// wholeAt is whole with a clock of the test's own, which both sides and the connector go by.
func wholeAt(
	t *testing.T, database string, set func(w *world.World, s *integration.Settings), more ...func(c *app.Config),
) (*app.App, *world.World, world.Provisioned, *truthClock) {
	t.Helper()
	clock := &truthClock{}
	a, w, p := wholeBy(t, database, clock, set, more...)
	return a, w, p, clock
}

// wholeBy is wholeAt by a clock that has been set.
func wholeBy(
	t *testing.T, database string, clock *truthClock, set func(w *world.World, s *integration.Settings), more ...func(c *app.Config),
) (*app.App, *world.World, world.Provisioned) {
	t.Helper()
	w, err := world.New(world.Options{Tenant: "shop", Now: clock.Now, Retries: []time.Duration{10 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	unmetered(w)
	settings := world.Settings()
	if set != nil {
		set(w, &settings)
	}
	more = append(more, func(c *app.Config) { c.Now, c.Lane.LeaseFor = clock.Now, 24*time.Hour }) // a clock that is put forward takes no lease away
	a, p, _ := connectWith(t, database, t.TempDir(), settings, more, w)
	truthConnect(t, a, w, p[0])
	return a, w, p[0]
}

// truthConnect connects both sides and waits until their directories are read.
func truthConnect(t *testing.T, a *app.App, w *world.World, p world.Provisioned) {
	t.Helper()
	if err := w.ConnectPlatform(t.Context(), a.Store()); err != nil {
		t.Fatal(err)
	}
	if err := a.PortalConnected(t.Context(), p.Tenant, p.Portal); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the directories are read", func() bool {
		d, err := a.Store().PortalCentre(t.Context(), p.Tenant, p.Portal)
		if err != nil {
			t.Fatal(err)
		}
		return !d.SyncedAt.IsZero()
	})
	quiet(t, a, p)
}

// rereadSoon has a report that is not there yet asked for again without waiting a minute.
func rereadSoon(c *app.Config) { c.Lane.RereadAfter = 200 * time.Millisecond }

// ago is a call that ended some minutes ago, so that the platform is asked for the truth as soon as it is told.
func ago(w *world.World, session int64, client string) platform.Call {
	return w.Shop.Incoming(session, w.Began.Add(-5*time.Minute), client)
}

// untold takes variables out of all notifications of a script; what happened stays as it was.
func untold(s platform.Script, names ...string) platform.Script {
	s.Steps = slices.Clone(s.Steps)
	for i := range s.Steps {
		s.Steps[i].Vars = maps.Clone(s.Steps[i].Vars)
		for _, n := range names {
			if _, there := s.Steps[i].Vars[n]; there {
				s.Steps[i].Vars[n] = nil
			}
		}
	}
	return s
}

// Contract uis §8: everything that told of the talk was lost, so the call was closed as missed. The platform's report makes it a
// talked one: the activity is completed and with the talker, the lead is theirs, the record is attached.
func TestReportTurnsMissedCallIntoTalkedOne(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", func(s *integration.Settings) { s.Telephony.Incoming.Responsible.Rules = nil }, rereadSoon)
	script := ago(w, 1, "79000000001").Answered(w.Shop.Employees[1], 5*time.Second, 30*time.Second)
	script = untold(script.Without("call_talk_started", "call_talk_finished", "record_ready"),
		"is_lost", "call_status", "talk_time_duration", "first_talked_employee_id", "last_talked_employee_id", "employee_id",
		"employee_full_name", "employee_email", "employee_phone_number", "extension_phone_number")
	play(t, w, script)
	after(t, a, w, p)
	wants(t, w, "responsible=8 completed=Y", 1)
	wants(t, w, "completed=N", 0)
	wants(t, w, "attached=1", 1)
	if got := w.Portal.Field(bitrix.Lead, 1, "assignedById"); got != "8" {
		t.Errorf("the lead is of %s, want the talker\n%s", got, w.Records())
	}
	if got := w.Portal.Field(bitrix.Lead, 1, "stageId"); got != "IN_PROCESS" {
		t.Errorf("the lead is in %s, want the stage of the talker's rule", got)
	}
}

// Contract uis §8: where the call came from is known only a moment after the call. Funnel, name, source and extra fields follow;
// what a person changed in between stays.
func TestReportCorrectsWhatTheCallDidNotTell(t *testing.T) {
	t.Parallel()
	a, w, p, clock := wholeAt(t, "", truthSettings)
	late := []string{
		"campaign_id", "campaign_name", "source_name", "utm_source", "utm_medium", "site_id", "site_domain_name",
		"visitor_first_campaign_id", "visitor_first_campaign_name",
	}
	for session, client := range map[int64]string{1: "79000000001", 2: "79000000002"} {
		play(t, w, untold(w.Shop.Incoming(session, w.Began, client).Answered(w.Shop.Employees[0], 5*time.Second, 30*time.Second), late...))
	}
	quiet(t, a, p)
	edited := leadOf(t, w, 2)
	if got := w.Portal.Field(bitrix.Lead, edited, "stageId"); got != "NEW" {
		t.Fatalf("before the report the lead is in %s", got)
	}
	err := w.Portal.As(9).Edit(bitrix.Lead, edited, map[string]any{"title": "Ирина, диван", "ufCrmCampaign": "со слов клиента", "assignedById": 9})
	if err != nil {
		t.Fatal(err)
	}
	clock.forward(3 * time.Minute)
	quiet(t, a, p)
	for _, c := range []struct {
		session                             int64
		title, stage, owner, campaign, site string
	}{
		{1, "Поиск: +79000000001", "IN_PROCESS", "7", "Поиск", "shop.example"},
		{2, "Ирина, диван", "IN_PROCESS", "9", "со слов клиента", "shop.example"},
	} {
		lead := leadOf(t, w, c.session)
		for field, want := range map[string]string{
			"title": c.title, "stageId": c.stage, "assignedById": c.owner, "ufCrmCampaign": c.campaign, "ufCrmSite": c.site,
			"ufCrmFirst": "call:" + decimalOf(c.session),
		} {
			if got := w.Portal.Field(bitrix.Lead, lead, field); got != want {
				t.Errorf("call %d: %s is %q, want %q", c.session, field, got, want)
			}
		}
	}
	wants(t, w, "attached=1", 2)
}

// truthSettings look at what only the report tells: the campaign and the site.
func truthSettings(w *world.World, s *integration.Settings) {
	for _, f := range []string{"CAMPAIGN", "SITE", "FIRST", "TAGS"} {
		w.Portal.AddUserField(bitrix.Lead, "UF_CRM_"+f, f, false)
	}
	search := rules.Filter{Parameter: integration.ParamCampaign, Mode: rules.Include, Values: []string{"77"}}
	in := &s.Telephony.Incoming
	in.Responsible.Rules = nil
	in.Names.Lead = []integration.NameTemplate{{Text: "{{campaign_name}}: {{contact_phone_number}}", Where: search}}
	in.Funnels.Rules = []integration.FunnelRule{{Name: "Поиск", Entity: crm.Lead, Stage: "IN_PROCESS", Where: search}}
	s.Telephony.Fields.Lead = []integration.FieldPair{
		{Field: "UF_CRM_CAMPAIGN", Parameter: "campaign_name"},
		{Field: "UF_CRM_SITE", Parameter: "site_domain_name"},
		{Field: "UF_CRM_FIRST", Parameter: integration.FirstCommunication},
		{Field: "UF_CRM_TAGS", Parameter: "tag_names"},
	}
}

// leadOf is the portal's number of the lead that a call made.
func leadOf(t *testing.T, w *world.World, session int64) int64 {
	t.Helper()
	for id := int64(1); id <= int64(w.Portal.Count(bitrix.Lead))+5; id++ {
		if w.Portal.Field(bitrix.Lead, id, "originId") == "call:"+decimalOf(session)+"/lead" {
			return id
		}
	}
	t.Fatalf("call %d made no lead:\n%s", session, w.Records())
	return 0
}

// Law 1, R-9: a call of which every notification was swallowed reaches the CRM by the sweep, talked or missed, and once; the
// notifications that come after all change nothing.
func TestSwallowedCallComesByTheSweepOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		a, w, p, clock := wholeAt(t, database, func(_ *world.World, s *integration.Settings) { s.Telephony.ChatNotice = true })
		talked := w.Shop.Incoming(1, w.Began, "79000000001").Answered(w.Shop.Employees[0], 5*time.Second, 30*time.Second)
		lost := w.Shop.Incoming(2, w.Began, "79000000002").Lost(20*time.Second, w.Shop.Employees[2])
		out := w.Shop.Outgoing(3, w.Began, "79000000003").Spoken(w.Shop.Employees[3], 5*time.Second, 30*time.Second)
		for _, s := range []platform.Script{talked, lost, out} {
			play(t, w, s.Swallowed())
		}
		quiet(t, a, p)
		wants(t, w, "lead ", 0)
		clock.forward(7 * time.Minute)
		awaitRuns(t, a, p, "every/sweep") // the first one is due by now
		wants(t, w, "\nlead call:", 3)
		wants(t, w, "  activity ", 3)
		wants(t, w, "attached=1", 2)
		wants(t, w, "responsible=7 completed=Y", 1)
		wants(t, w, "responsible=9 completed=N", 1)
		wants(t, w, "responsible=10 completed=Y", 1)
		if cards := w.Portal.Cards(); len(cards) > 0 {
			t.Errorf("cards popped up for calls of the past: %+v", cards)
		}
		var swept centre.Swept
		if err := json.Unmarshal(job(t, a, p, "every/sweep").Result, &swept); err != nil || swept.Found != 3 {
			t.Errorf("the sweep tells %+v %v", swept, err)
		}
		before := w.Records()
		for _, s := range []platform.Script{talked.Shuffled(3), lost.Reversed(), out.Repeated(2)} {
			play(t, w, s)
		}
		quiet(t, a, p)
		clock.forward(7 * time.Minute)
		hasten(t, a, p, "every/sweep")
		if after := w.Records(); after != before {
			t.Errorf("the late notifications changed\n%s\nto\n%s", before, after)
		}
	})
}

// Contract uis §8: a report that is not there yet is asked for again, and nobody waits for it.
func TestReportThatIsLateIsAskedForAgain(t *testing.T) {
	t.Parallel()
	a, w, p, clock := wholeAt(t, "", truthSettings)
	w.Platform.DelayReports(w.Shop.AppID, 150*time.Second)
	play(t, w, untold(answered(w, 1, "79000000001"), "campaign_id", "campaign_name"))
	quiet(t, a, p)
	wants(t, w, "attached=1", 1)
	asked := func(n int) {
		t.Helper()
		eventually(t, "the report was asked for "+decimalOf(int64(n))+" times", func() bool {
			return len(w.Platform.Requests("get.calls_report")) >= n
		})
	}
	clock.forward(36*time.Second + time.Minute)
	asked(1)
	if got := w.Portal.Field(bitrix.Lead, leadOf(t, w, 1), "stageId"); got != "NEW" {
		t.Fatalf("the lead is in %s already", got)
	}
	play(t, w, answered(w, 2, "79000000002")) // nothing else is held up
	eventually(t, "the next call is in the CRM", func() bool { return w.Portal.Count(bitrix.Lead) == 2 })
	clock.forward(time.Minute)
	asked(2)
	clock.forward(2 * time.Minute)
	asked(3)
	quiet(t, a, p)
	if got := w.Portal.Field(bitrix.Lead, leadOf(t, w, 1), "stageId"); got != "IN_PROCESS" {
		t.Errorf("the lead is in %s", got)
	}
}

// a limit, a closed whitelist and an outage of the Data API put the truth off, tell why among the errands, and hold
// nothing else up.
func TestTroubleOfTheDataAPIPutsTheTruthOff(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]struct{ begin, mend func(w *world.World) error }{
		"whitelist": {
			func(w *world.World) error { return w.Platform.Access(w.Shop.AppID).Allow("192.0.2.0/24") },
			func(w *world.World) error { return w.Platform.Access(w.Shop.AppID).Allow("0.0.0.0/0", "::/0") },
		},
		"limit": {
			func(w *world.World) error {
				w.Platform.Access(w.Shop.AppID).Limit(rpc.DataAPI, rpc.Usual)
				w.Platform.Access(w.Shop.AppID).Spend(rpc.DataAPI, rpc.Usual.Minute)
				return nil
			},
			func(*world.World) error { return nil }, // a minute ends by itself
		},
		"outage": {
			func(w *world.World) error {
				return w.Platform.Fail(rpc.Fault{API: rpc.DataAPI, Way: rpc.Page, Status: 502, Times: 1000})
			},
			func(w *world.World) error { w.Platform.Mend(); return nil },
		},
		"cut answers": {
			func(w *world.World) error {
				return w.Platform.Fail(rpc.Fault{API: rpc.DataAPI, Way: rpc.Cut, Times: 1000})
			},
			func(w *world.World) error { w.Platform.Mend(); return nil },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, w, p, clock := wholeAt(t, "", truthSettings)
			play(t, w, untold(answered(w, 1, "79000000001"), "campaign_id", "campaign_name"))
			quiet(t, a, p)
			clock.forward(36*time.Second + time.Minute)
			if err := trouble.begin(w); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the platform refused", func() bool {
				return slices.ContainsFunc(w.Platform.Requests(), func(e rpc.Entry) bool { return e.Result != "ok" })
			})
			play(t, w, answered(w, 2, "79000000002"))
			eventually(t, "the next call is in the CRM", func() bool {
				return strings.Count(w.Records(), "attached=1") == 2
			})
			sweepFails(t, a, p)
			if err := trouble.mend(w); err != nil {
				t.Fatal(err)
			}
			clock.forward(2 * time.Minute)
			quiet(t, a, p)
			if got := w.Portal.Field(bitrix.Lead, leadOf(t, w, 1), "stageId"); got != "IN_PROCESS" {
				t.Errorf("the lead is in %s, want what the report says", got)
			}
			eventually(t, "the sweep goes on", func() bool { return job(t, a, p, "every/sweep").Err == nil })
		})
	}
}

// sweepFails has a sweep run and waits for it to tell why it could not.
func sweepFails(t *testing.T, a *app.App, p world.Provisioned) {
	t.Helper()
	sweep := job(t, a, p, "every/sweep").Action
	sweep.After = time.Time{}
	if err := a.Store().Schedule(t.Context(), p.Tenant, p.Portal, []integration.Action{sweep}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the sweep tells what is wrong", func() bool {
		e := job(t, a, p, "every/sweep")
		return e.Err != nil && e.Err.Text != "" && e.State == lane.StatePlanned
	})
}
