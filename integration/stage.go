package integration

import (
	"slices"

	"omniconnector/crm"
	"omniconnector/rules"
)

// stage chooses funnel and stage: those of the first rule that holds, else, and when the portal no longer has them, the default (T-13).
func (d *decision) stage(k crm.Kind, explain bool) (funnel int64, stage string) {
	f := &d.Settings.Calls(d.Call.Direction).Funnels
	won := d.Settings.funnelRule(&d.Call, k)
	c := funnelChoice{rule: "T-13", lost: won.lost, number: won.number, check: won.check, funnel: f.Funnel, stage: f.Stage}
	c.name = func(i int) string { return titled(f.Rules[i].Name, i) }
	if k == crm.Lead {
		c.funnel, c.stage = 0, f.LeadStage
	}
	if i := won.number; i >= 0 {
		c.ruleFunnel, c.ruleStage = f.Rules[i].Funnel, f.Rules[i].Stage
	}
	return d.beginning(k, c, explain)
}

// funnelChoice is what was found for where a record begins: the rule that won, if any, and the default.
type funnelChoice struct {
	rule       string // "T-13" or "C-6"
	lost       []lostRule
	number     int // of the rule; -1 when none won
	check      *rules.Check
	name       func(number int) string
	ruleFunnel int64
	ruleStage  string
	funnel     int64 // the defaults
	stage      string
}

// beginning is where a record begins: as the rule says, else, and when the portal no longer has its stage, by default (T-13, C-6).
func (d *decision) beginning(k crm.Kind, c funnelChoice, explain bool) (funnel int64, stage string) {
	note := func(check *rules.Check, code string, args ...string) {
		if explain {
			d.because(c.rule, code, args...).Check = check
		}
	}
	for _, l := range c.lost {
		note(l.check, d.lost(l), "name", c.name(l.number))
	}
	if c.number >= 0 {
		if hasStage(&d.Directory, k, c.ruleFunnel, c.ruleStage) {
			note(c.check, "funnel_rule", "name", c.name(c.number), "stage", d.stageName(k, c.ruleFunnel, c.ruleStage))
			return c.ruleFunnel, c.ruleStage
		}
		note(c.check, "funnel_vanished", "name", c.name(c.number), "stage", c.ruleStage)
	}
	if !hasStage(&d.Directory, k, c.funnel, c.stage) {
		note(nil, "default_vanished", "stage", c.stage)
	}
	funnel, stage = Begins(&d.Directory, k, c.funnel, c.stage)
	note(nil, "funnel_default", "stage", d.stageName(k, funnel, stage))
	return funnel, stage
}

// Begins gives where a record begins for which funnel and stage are set as the default: there, or, when the portal no longer has
// them, in the first open stage of that funnel, else of the general one (T-13). The funnel of a lead is 0.
func Begins(d *crm.Directory, k crm.Kind, funnel int64, stage string) (int64, string) {
	if hasStage(d, k, funnel, stage) {
		return funnel, stage
	}
	for _, f := range []int64{funnel, 0} {
		stages := stagesOf(d, k, f)
		if i := slices.IndexFunc(stages, func(s crm.Stage) bool { return !s.Closed }); i >= 0 {
			return f, stages[i].Code
		}
	}
	return 0, "NEW" // which every portal begins with
}

// stagesOf are the stages of leads, or of a funnel; nil when the portal has no such funnel.
func stagesOf(d *crm.Directory, k crm.Kind, funnel int64) []crm.Stage {
	if k == crm.Lead {
		return d.LeadStages
	}
	for i := range d.Funnels {
		if d.Funnels[i].ID == funnel {
			return d.Funnels[i].Stages
		}
	}
	return nil
}

// hasStage reports whether the portal has a stage. Before the first synchronisation nothing is known, and then nothing is refused.
func hasStage(d *crm.Directory, k crm.Kind, funnel int64, stage string) bool {
	if len(d.LeadStages) == 0 && len(d.Funnels) == 0 {
		return true
	}
	return slices.ContainsFunc(stagesOf(d, k, funnel), func(s crm.Stage) bool { return s.Code == stage })
}

func (d *decision) stageName(k crm.Kind, funnel int64, stage string) string {
	for _, s := range stagesOf(&d.Directory, k, funnel) {
		if s.Code == stage {
			return s.Name
		}
	}
	return stage
}
