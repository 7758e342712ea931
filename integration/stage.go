package integration

import (
	"slices"

	"omniconnector/crm"
	"omniconnector/rules"
)

// stage chooses funnel and stage: those of the first rule that holds, else, and when the portal no longer has them, the default (T-13).
func (d *decision) stage(k crm.Kind, explain bool) (funnel int64, stage string) {
	var check *rules.Check
	note := func(code string, args ...string) {
		if explain {
			d.because("T-13", code, args...).Check = check
		}
	}
	f := &d.Settings.Calls(d.Call.Direction).Funnels
	won := d.Settings.funnelRule(&d.Call, k)
	for _, l := range won.lost {
		check = l.check
		note(l.code(), "name", titled(f.Rules[l.number].Name, l.number))
	}
	check = won.check
	if i := won.number; i >= 0 {
		r := f.Rules[i]
		if hasStage(&d.Directory, k, r.Funnel, r.Stage) {
			note("funnel_rule", "name", titled(r.Name, i), "stage", d.stageName(k, r.Funnel, r.Stage))
			return r.Funnel, r.Stage
		}
		note("funnel_vanished", "name", titled(r.Name, i), "stage", r.Stage)
	}
	check = nil
	funnel, stage = f.Funnel, f.Stage
	if k == crm.Lead {
		funnel, stage = 0, f.LeadStage
	}
	if !hasStage(&d.Directory, k, funnel, stage) {
		note("default_vanished", "stage", stage)
	}
	funnel, stage = Begins(&d.Directory, k, funnel, stage)
	note("funnel_default", "stage", d.stageName(k, funnel, stage))
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
