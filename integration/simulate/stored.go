package simulate

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// Stored is one session as the journal has it.
type Stored struct {
	Events  []integration.Event // those that were decided are looked at, in any order
	Plans   []StoredPlan
	Actions []integration.Action // those whose command cannot be read back may have none
	Memory  integration.Memory
}

// StoredPlan is one decision of the journal: which events it was made for, and when.
type StoredPlan struct {
	Events  []integration.EventID
	Outcome integration.Outcome
	At      time.Time
}

// Past is what the journal tells of the session. It is played until a moment, which is now: what the draft waits for has come by
// then, even where the session itself had nothing to wait for. Writes and Dialled are not the session's own, and are left to
// whoever knows the customer's other sessions.
func (s *Stored) Past(n Names, until time.Time) Past {
	p := Past{
		Until: until, Known: s.Memory.Known, AskedAt: s.Memory.AskedAt, Directory: n.Portal, Centre: n.Centre, Missed: s.missed(),
	}
	byID := make(map[integration.EventID]integration.Event, len(s.Events))
	for i := range s.Events {
		byID[s.Events[i].ID] = s.Events[i]
	}
	for _, plan := range slices.SortedStableFunc(slices.Values(s.Plans), func(a, b StoredPlan) int { return a.At.Compare(b.At) }) {
		step := Step{Now: plan.At}
		for _, id := range plan.Events {
			if e, ok := byID[id]; ok {
				step.Events = append(step.Events, e)
			}
		}
		slices.SortFunc(step.Events, func(a, b integration.Event) int { return cmp.Compare(a.ID, b.ID) })
		if len(step.Events) > 0 {
			p.Steps = append(p.Steps, step)
		}
	}
	return p
}

// missed are the calls that the session has answered for and that the CRM had not told of when it was asked.
func (s *Stored) missed() []int64 {
	var ids []int64
	for i := range s.Actions {
		set, ok := s.Actions[i].Do.(crm.SetActivity)
		if !ok || set.Activity.ID == 0 || !strings.Contains(string(s.Actions[i].Key), "/processed/") {
			continue
		}
		if s.Memory.Known == nil || !slices.Contains(s.Memory.Known.Missed, set.Activity.ID) {
			ids = append(ids, set.Activity.ID)
		}
	}
	return ids
}

// Effects are what the session was to leave in the CRM.
func (s *Stored) Effects(n Names) Effects {
	outcomes := make([]integration.Outcome, len(s.Plans))
	for i := range s.Plans {
		outcomes[i] = s.Plans[i].Outcome
	}
	return Describe(s.Actions, outcomes, n)
}

// Effects are what the replayed session would leave in the CRM.
func (r *Result) Effects(n Names) Effects { return Describe(r.Actions(), r.Outcomes(), n) }
