package settings

import (
	"slices"
	"strconv"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

// funnels warns of stages that the portal does not have or that are closed, and of rules that never win.
func (l *linter) funnels(at string, f *integration.Funnels, words []rules.Word) {
	of := &origin{f.LeadStage, f.Funnel, f.Stage}
	l.begins(&beginning{at: at, stage: "/lead_stage", kind: crm.Lead, code: f.LeadStage, of: of})
	l.begins(&beginning{at: at, stage: "/stage", kind: crm.Deal, funnel: f.Funnel, code: f.Stage, of: of})
	lists := map[crm.Kind][]ordered{}
	for i := range f.Rules {
		r := &f.Rules[i]
		result := r.Stage
		if r.Entity != crm.Lead {
			result += " " + decimal(r.Funnel)
		}
		lists[r.Entity] = append(lists[r.Entity], ordered{i, result, r.Where})
		place := at + "/rules/" + strconv.Itoa(i)
		l.begins(&beginning{at: place, stage: "/stage", kind: r.Entity, funnel: r.Funnel, code: r.Stage, of: of, rule: i + 1, name: r.Name})
	}
	for _, k := range []crm.Kind{crm.Lead, crm.Deal} {
		l.winning(at+"/rules", lists[k], words)
	}
}

// origin is where records begin by default.
type origin struct {
	leadStage string
	funnel    int64
	stage     string
}

// beginning is one place of the settings that says where a record begins (T-13, C-6).
type beginning struct {
	at, stage string // pointers: of the place, and of its stage beneath it
	kind      crm.Kind
	funnel    int64
	code      string
	of        *origin
	rule      int    // from 1; 0 is the default
	name      string // of the rule
}

// begins warns of a stage that is not in its funnel, and of a closed one. When the funnel is not there, nothing is said of the stage.
func (l *linter) begins(b *beginning) {
	if b.kind == crm.Lead {
		if l.dir.Mode != crm.Simple { // a portal without leads does not look at it
			l.beginsAmong(b, l.dir.LeadStages, "unknown_lead_stage")
		}
		return
	}
	f, ok := l.dir.funnel(b.funnel)
	if !ok {
		if l.dir.known() {
			l.say(b.at+"/funnel", "unknown_funnel", b.whose(), count(b.funnel), l.instead(b))
		}
		return
	}
	if other, ok := l.dir.home(b.code); ok && !has(f.Stages, b.code) {
		l.say(b.at+b.stage, "stage_of_other_funnel", b.whose(), verbatim(b.code), l.instead(b), funnelName(f), funnelName(other))
		return
	}
	l.beginsAmong(b, f.Stages, "unknown_stage", funnelName(f))
}

// beginsAmong warns of a stage that is not among those it should be of, and of one in which new records would be closed at once.
func (l *linter) beginsAmong(b *beginning, stages []crm.Stage, code string, funnel ...said) {
	i := slices.IndexFunc(stages, func(s crm.Stage) bool { return s.Code == b.code })
	switch {
	case i < 0 && l.dir.known():
		l.say(b.at+b.stage, code, append([]said{b.whose(), verbatim(b.code), l.instead(b)}, funnel...)...)
	case i >= 0 && stages[i].Closed:
		l.say(b.at+b.stage, "closed_stage", stageName(stages[i]))
	}
}

// whose names the rule, or the default, that a warning is about.
func (b *beginning) whose() said {
	if b.rule == 0 {
		return said{"По умолчанию", "The default"}
	}
	n := strconv.Itoa(b.rule)
	if b.name != "" {
		n += " " + quoted(b.name)
	}
	return said{"Правило " + n, "Rule " + n}
}

// instead tells where records begin as long as the stage is not there, by what decides it for calls (T-13).
func (l *linter) instead(b *beginning) said {
	funnel, code := b.of.funnel, b.of.stage
	if b.kind == crm.Lead {
		funnel, code = 0, b.of.leadStage
	}
	gone := !has(l.stages(b.kind, funnel), code)
	funnel, code = integration.Begins(&l.dir.Directory, b.kind, funnel, code)
	name := l.stageWhere(b.kind, funnel, code)
	switch {
	case b.rule == 0:
		return said{"пока это так, записи начинают с первой открытой стадии: " + name[0], "until that is mended, records begin in the first open stage: " + name[1]}
	case gone:
		return said{
			"пока это так, записи начинают со стадии по умолчанию, а её тоже нет, поэтому с первой открытой: " + name[0],
			"until that is mended, records begin in the default stage, which is not there either, so in the first open one: " + name[1],
		}
	}
	return said{"пока это так, записи начинают со стадии по умолчанию: " + name[0], "until that is mended, records begin in the default stage: " + name[1]}
}

// stages are those of leads or of a funnel.
func (l *linter) stages(k crm.Kind, funnel int64) []crm.Stage {
	if k == crm.Lead {
		return l.dir.LeadStages
	}
	f, _ := l.dir.funnel(funnel)
	return f.Stages
}

// stageWhere is a stage by the portal's names, with its funnel.
func (l *linter) stageWhere(k crm.Kind, funnel int64, code string) said {
	name := verbatim(code)
	for _, s := range l.stages(k, funnel) {
		if s.Code == code {
			name = stageName(s)
		}
	}
	if f, ok := l.dir.funnel(funnel); ok && k != crm.Lead {
		in := funnelName(f)
		return said{name[0] + ", воронка " + in[0], name[1] + ", funnel " + in[1]}
	}
	return name
}

func stageName(s crm.Stage) said {
	if s.Name == "" {
		return verbatim(s.Code)
	}
	return verbatim(s.Name)
}
