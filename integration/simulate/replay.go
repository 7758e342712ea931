package simulate

import (
	"fmt"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// Step is events that were decided together, and when.
type Step struct {
	Events []integration.Event
	Now    time.Time
}

// Past is one session with everything that its settings do not change: what happened, in the order of acceptance, and what was
// known by then.
type Past struct {
	Steps []Step
	// Known is what the CRM answered at AskedAt; nil means that it was never asked, and that nobody is known.
	Known     *crm.Customer
	AskedAt   time.Time
	Directory crm.Directory
	Centre    *centre.Directory
	// Missed, Dialled and Writes are as in integration.Facts.
	Missed  []int64
	Dialled []integration.Dialled
	Writes  map[integration.Record][]integration.Write
	// Until is the moment to which the session is played; what waits for later goes on waiting. Zero plays everything.
	Until time.Time
}

// Decision is one plan of a replay, and what it was made for.
type Decision struct {
	Step

	Plan integration.Plan
}

// Result is how a session comes out.
type Result struct {
	Decisions []Decision
	// Assumed tells that a decision wanted to know the customer, whom the CRM was never asked for: nobody was taken to be known.
	Assumed bool
	// Wake is the moment for which the session still waits; zero when for none.
	Wake time.Time
}

// Actions are the actions of all plans, in order.
func (r *Result) Actions() []integration.Action {
	var all []integration.Action
	for i := range r.Decisions {
		all = append(all, r.Decisions[i].Plan.Actions...)
	}
	return all
}

// Outcomes are the outcomes of all plans, in order.
func (r *Result) Outcomes() []integration.Outcome {
	all := make([]integration.Outcome, len(r.Decisions))
	for i := range r.Decisions {
		all[i] = r.Decisions[i].Plan.Outcome
	}
	return all
}

// Replay takes a session through fold, ask and decide step by step, as a lane does, with a memory of its own. A moment that a
// decision waits for comes when it is due, unless the past itself tells how it came (T-1, T-5).
func Replay(p Past, s *integration.Settings) Result {
	r := replay{past: &p, settings: s}
	for i, step := range p.Steps {
		if !r.toldOf(p.Steps[i:]) {
			r.wait(step.Now)
		}
		r.decide(step)
	}
	r.wait(p.Until)
	return r.Result
}

// replay is one Replay at work.
type replay struct {
	Result

	past     *Past
	settings *integration.Settings
	events   []integration.Event
	memory   integration.Memory
}

// toldOf reports whether the past tells of a call that was woken at or after the moment that is waited for: then it is decided
// as late as it really was.
func (r *replay) toldOf(rest []Step) bool {
	for i := range rest {
		for k := range rest[i].Events {
			if e := &rest[i].Events[k]; e.Kind == integration.CallDue && !e.At.Before(r.Wake) {
				return true
			}
		}
	}
	return false
}

// mostWaits bounds how often one call is woken: a decision that waits for ever is a defect, and must not hang us.
const mostWaits = 20

// wait lets the moments come that are waited for, as long as they are before a moment; zero is never reached.
func (r *replay) wait(until time.Time) {
	for range mostWaits {
		due := r.Wake
		if due.IsZero() || !until.IsZero() && !due.Before(until) {
			return
		}
		id := fmt.Sprintf("due-%d", due.UnixMicro())
		r.decide(Step{Now: due, Events: []integration.Event{{
			ID: integration.EventID(id), Source: "simulate", Key: id, Kind: integration.CallDue, Session: r.session(), At: due, Received: due,
		}}})
		if !r.Wake.After(due) {
			return
		}
	}
}

func (r *replay) session() integration.SessionID {
	if len(r.events) == 0 {
		return ""
	}
	return r.events[0].Session
}

// decide is one decision, as a lane makes it.
func (r *replay) decide(step Step) {
	if len(step.Events) == 0 {
		return
	}
	r.events = append(r.events, step.Events...)
	p := r.past
	f := integration.Facts{
		Now: step.Now, Call: integration.Fold(r.events), Settings: r.settings, Directory: p.Directory, Centre: p.Centre,
		Memory: r.memory, Trigger: step.Events[len(step.Events)-1].ID, Dialled: p.Dialled, Writes: p.Writes,
	}
	if r.memory.Known == nil && integration.Ask(f) != nil {
		f.Known, f.AskedAt = p.Known, p.AskedAt
		if f.Known == nil {
			f.Known, f.AskedAt, r.Assumed = &crm.Customer{}, step.Now, true
		}
	}
	if f.Call.Finished && !r.memory.Closed {
		f.Missed = p.Missed
	}
	plan := decided(f)
	r.memory, r.Wake = plan.Memory, plan.Wake
	r.Decisions = append(r.Decisions, Decision{step, plan})
}

// decided is Decide; a defect of ours costs the simulated call its effect as it would the real one.
func decided(f integration.Facts) (plan integration.Plan) {
	defer func() {
		if recover() != nil {
			plan = integration.Defect(f.Memory)
		}
	}()
	return integration.Decide(f)
}
