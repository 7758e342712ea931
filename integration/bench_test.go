package integration_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

const manyRules = 1000

// manyRulesSettings have a thousand rules of T-14 and as many of T-13. Only the last of each holds for the test's call.
func manyRulesSettings(b *testing.B) *integration.Settings {
	b.Helper()
	s := testSettings()
	in := &s.Telephony.Incoming
	for i := range manyRules {
		number, campaign := fmt.Sprintf("7495%07d", i), fmt.Sprintf("Campaign %d", i)
		where := rules.Filter{Of: []rules.Filter{
			include(integration.ParamVirtualNumber, number),
			{Join: rules.Or, Of: []rules.Filter{include(integration.ParamCampaign, campaign), include(integration.ParamSite, "shop.example")}},
		}}
		in.Responsible.Rules = append(in.Responsible.Rules, integration.ResponsibleRule{Name: number, User: ruth, Where: where})
		in.Funnels.Rules = append(in.Funnels.Rules, integration.FunnelRule{Name: number, Entity: crm.Lead, Stage: "IN_PROCESS", Where: where})
	}
	if err := s.Compile(1); err != nil {
		b.Fatal(err)
	}
	return s
}

func manyRulesEvent() integration.Event {
	l := lifeOf{said: integration.Report{
		Direction: crm.Incoming, ClientNumber: "79261234567", VirtualNumber: fmt.Sprintf("7495%07d", manyRules-1),
		Params: map[string][]string{"campaign_name": {"Another"}, "site_domain_name": {"shop.example"}},
	}}
	e := l.add(integration.CallLost, 0)
	e.Report.Lost, e.Report.Wait = new(true), new(20*time.Second)
	return *e
}

// BenchmarkDecide1000Rules decides one call by a thousand rules of responsibles and a thousand of stages: folded, decided, explained.
func BenchmarkDecide1000Rules(b *testing.B) {
	settings, portal := manyRulesSettings(b), testPortal()
	events := []integration.Event{manyRulesEvent()}
	directory := portal.Directory()
	b.ReportAllocs()
	for b.Loop() {
		plan := integration.Decide(integration.Facts{
			Now: began, Call: integration.Fold(events), Settings: settings, Known: &crm.Customer{}, Directory: directory, Trigger: "e",
		})
		if plan.Memory.Target == nil || plan.Memory.Target.Responsible != ruth || plan.Memory.Target.Stage != "IN_PROCESS" {
			b.Fatalf("got %+v", plan.Memory.Target)
		}
	}
}

// handRule is one of the same rules as a programmer would write it for one tenant: no explanation, no vocabulary.
type handRule struct {
	numbers, campaigns, sites []string
	user                      crm.UserID
	stage                     string
}

func (r *handRule) holds(number, campaign, site string) bool {
	return slices.Contains(r.numbers, number) && (slices.Contains(r.campaigns, campaign) || slices.Contains(r.sites, site))
}

// BenchmarkHandWritten1000 is the bar: the same two thousand rules in a hand-written loop, and nothing else of a decision.
func BenchmarkHandWritten1000(b *testing.B) {
	list := make([]handRule, manyRules)
	for i := range list {
		list[i] = handRule{
			[]string{fmt.Sprintf("7495%07d", i)}, []string{fmt.Sprintf("Campaign %d", i)}, []string{"shop.example"}, ruth, "IN_PROCESS",
		}
	}
	e := manyRulesEvent()
	number, campaign, site := e.Report.VirtualNumber, e.Report.Params["campaign_name"][0], e.Report.Params["site_domain_name"][0]
	b.ReportAllocs()
	for b.Loop() {
		for range 2 { // responsibles, then stages
			i := slices.IndexFunc(list, func(r handRule) bool { return r.holds(number, campaign, site) })
			if i != manyRules-1 {
				b.Fatal(i)
			}
		}
	}
}

// BenchmarkDecideNoRules is what a decision costs without any rule.
func BenchmarkDecideNoRules(b *testing.B) {
	settings, portal := testSettings(), testPortal()
	if err := settings.Compile(1); err != nil {
		b.Fatal(err)
	}
	events := []integration.Event{manyRulesEvent()}
	directory := portal.Directory()
	b.ReportAllocs()
	for b.Loop() {
		integration.Decide(integration.Facts{
			Now: began, Call: integration.Fold(events), Settings: settings, Known: &crm.Customer{}, Directory: directory, Trigger: "e",
		})
	}
}
