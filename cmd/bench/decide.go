package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/internal/world"
	"omniconnector/rules"
)

// began is when the decided call came.
var began = time.Date(2026, 5, 12, 7, 0, 0, 0, time.UTC)

// winner is whom the last of all rules gives the call to; no other rule holds for it.
const winner crm.UserID = 7

// virtual is the number that rule i wants.
func virtual(i int) string { return fmt.Sprintf("7495%07d", i) }

// rulesSettings have so many rules for responsibles: a virtual number, and one of a campaign and a site.
func rulesSettings(count int) (*integration.Settings, error) {
	s := world.Settings()
	for i := range count {
		s.Telephony.Incoming.Responsible.Rules = append(s.Telephony.Incoming.Responsible.Rules, integration.ResponsibleRule{
			Name: virtual(i), User: winner, Where: rules.Filter{Of: []rules.Filter{
				{Parameter: integration.ParamVirtualNumber, Mode: rules.Include, Values: []string{virtual(i)}},
				{Join: rules.Or, Of: []rules.Filter{
					{Parameter: integration.ParamCampaign, Mode: rules.Include, Values: []string{fmt.Sprintf("Campaign %d", i)}},
					{Parameter: integration.ParamSite, Mode: rules.Include, Values: []string{"shop.example"}},
				}},
			}},
		})
	}
	return &s, s.Compile(1)
}

// theEvent is a call that nobody took, to the number of the last rule; the whole of a call is decided by it at once.
func theEvent(count int) integration.Event {
	lost, wait := true, 20*time.Second
	return integration.Event{
		ID: "e", Source: "uis", Key: "call_lost|501", Kind: integration.CallLost, Session: "501", Customer: "+79261234567", At: began, Received: began,
		Report: integration.Report{
			Direction: crm.Incoming, ClientNumber: "79261234567", VirtualNumber: virtual(max(count-1, 0)), StartedAt: began, Lost: &lost, Wait: &wait,
			Params: map[string][]string{"campaign_name": {"Another"}, "site_domain_name": {"shop.example"}},
		},
	}
}

func theDirectory() crm.Directory {
	return crm.Directory{
		Mode: crm.Classic, SyncedAt: began,
		Users: []crm.User{
			{ID: 1, Name: "Мария", Active: true, Admin: true},
			{ID: winner, Name: "Анна", Email: "anna@shop.example", Inner: "101", Active: true},
		},
		LeadStages: []crm.Stage{{Code: "NEW", Name: "Новый"}, {Code: "CONVERTED", Name: "Успех", Closed: true}},
		Funnels:    []crm.Funnel{{Name: "Общая", Stages: []crm.Stage{{Code: "NEW", Name: "Новая"}}}},
	}
}

// decider decides the event by so many rules: folded, decided, explained.
func decider(count int) (func() error, error) {
	s, err := rulesSettings(count)
	if err != nil {
		return nil, err
	}
	directory := theDirectory()
	events := []integration.Event{theEvent(count)}
	want := winner
	if count == 0 {
		want = s.Telephony.Incoming.Responsible.Default
	}
	return func() error {
		plan := integration.Decide(integration.Facts{
			Now: began, Call: integration.Fold(events), Settings: s, Known: &crm.Customer{}, Directory: directory, Trigger: "e",
		})
		if plan.Memory.Target == nil || plan.Memory.Target.Responsible != want {
			return errors.New("the decision is not what the last rule says")
		}
		return nil
	}, nil
}

// handRule is one of the rules as a programmer would write it for one tenant: no vocabulary, no explanation.
type handRule struct {
	numbers, campaigns, sites []string
	user                      crm.UserID
}

func (r *handRule) holds(number, campaign, site string) bool {
	return slices.Contains(r.numbers, number) && (slices.Contains(r.campaigns, campaign) || slices.Contains(r.sites, site))
}

// handWritten walks the same rules, and does nothing else of a decision.
func handWritten(count int) func() error {
	list := make([]handRule, count)
	for i := range list {
		list[i] = handRule{[]string{virtual(i)}, []string{fmt.Sprintf("Campaign %d", i)}, []string{"shop.example"}, winner}
	}
	e := theEvent(count)
	number, campaign, site := e.Report.VirtualNumber, e.Report.Params["campaign_name"][0], e.Report.Params["site_domain_name"][0]
	return func() error {
		if i := slices.IndexFunc(list, func(r handRule) bool { return r.holds(number, campaign, site) }); i != count-1 {
			return fmt.Errorf("rule %d holds", i)
		}
		return nil
	}
}

// slice is how long one contestant runs at a time.
const slice = 60 * time.Millisecond

// decisions times one decision by a thousand rules against walking them, and by ten thousand against one, by turns.
func (b *bench) decisions(ctx context.Context) (map[string]float64, error) {
	runs := map[string]func() error{"hand": handWritten(1000)}
	for name, count := range map[string]int{"none": 0, "one": 1, "thousand": 1000, "ten": 10_000} {
		run, err := decider(max(count, 0))
		if err != nil {
			return nil, err
		}
		runs[name] = run
	}
	took := map[string][]float64{}
	for range 4*b.Rounds + 1 {
		for name, run := range runs {
			each, err := timed(run)
			if err != nil {
				return nil, err
			}
			took[name] = append(took[name], each)
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	b.say("us: %.1f by hand; by %d rules %.1f, 1 %.1f, 1000 %.1f, 10000 %.1f", median(took["hand"]), 0,
		median(took["none"]), median(took["one"]), median(took["thousand"]), median(took["ten"]))
	ratio := func(one, other string) float64 {
		each := make([]float64, len(took[one]))
		for i := range each {
			each[i] = took[one][i] / took[other][i]
		}
		return median(each)
	}
	return map[string]float64{
		"decide_1000_rules_ratio": ratio("thousand", "hand"),
		"decide_1000_rules_us":    median(took["thousand"]),
		"decide_no_rules_us":      median(took["none"]),
		"rules_10000_over_1":      ratio("ten", "one"),
	}, nil
}

// timed runs something over and over for a while; the answer is microseconds for each time.
func timed(run func() error) (float64, error) {
	count := 0
	from := time.Now()
	for time.Since(from) < slice {
		for range 10 {
			if err := run(); err != nil {
				return 0, err
			}
			count++
		}
	}
	return float64(time.Since(from)) / float64(time.Microsecond) / float64(count), nil
}
