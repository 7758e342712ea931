package web

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/integration/simulate"
)

type simulateCallsIn struct {
	PortalPath
	Body struct {
		Settings *Draft     `json:"settings,omitempty" doc:"A draft; the newest settings when absent"`
		Last     int        `json:"last,omitempty" minimum:"1" maximum:"10000" doc:"How many calls at most, those that were decided last first; 100 when there is no range, else 10000"`
		From     *time.Time `json:"from,omitempty" doc:"Calls that were decided last at or after"`
		Till     *time.Time `json:"till,omitempty" doc:"Calls that were decided last before; now when absent"`
	}
}

type simulateCallsOut struct {
	Body struct {
		ID  string                `json:"id" doc:"Of the simulation"`
		Key integration.ActionKey `json:"key" doc:"Of the errand, in the list of jobs"`
	}
}

// How many past calls are simulated when nobody says, and at most.
const (
	usualSimulated = 100
	mostSimulated  = 10_000
)

// simulationKey begins the keys of simulations.
const simulationKey = "simulate/"

func (a *API) simulateCalls(ctx context.Context, in *simulateCallsIn) (*simulateCallsOut, error) {
	m, err := a.mappings(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	p, err := a.connected(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	do := integration.Simulation{Last: b.Last, Till: a.cfg.Now().UTC()}
	if b.From != nil || b.Till != nil {
		do.Last = cmp.Or(do.Last, mostSimulated)
	}
	do.Last = cmp.Or(do.Last, usualSimulated)
	if b.From != nil {
		do.From = b.From.UTC()
	}
	if b.Till != nil {
		do.Till = b.Till.UTC()
	}
	if !do.From.Before(do.Till) {
		return nil, mistake("/till", "period")
	}
	if b.Settings != nil {
		if _, err := a.draft(ctx, b.Settings, m); err != nil {
			return nil, err
		}
		do.Settings = b.Settings.body
	}
	out := &simulateCallsOut{}
	out.Body.Key, err = a.cfg.Scheduler.Simulate(ctx, p.Tenant, p.ID, do)
	out.Body.ID = strings.TrimPrefix(string(out.Body.Key), simulationKey)
	return out, err
}

type getSimulationIn struct {
	PortalPath
	Simulation string `path:"simulation" maxLength:"100"`
}

// KindView is how many calls would differ in one kind of effect.
type KindView struct {
	What  simulate.What `json:"what" example:"responsible"`
	Title string        `json:"title" doc:"In the language of Accept-Language"`
	Calls int           `json:"calls"`
}

// DifferingView is one call that would come out otherwise.
type DifferingView struct {
	Session     integration.SessionID `json:"session"`
	Differences []DifferenceView      `json:"differences" nullable:"false"`
	Assumed     bool                  `json:"assumed" doc:"The CRM was never asked for the customer of the call: nobody was taken to be known there"`
}

type getSimulationOut struct {
	Body struct {
		State    lane.ActionState `json:"state" enum:"planned,sending,doubt,done,failed,dead" doc:"It is over when done, failed or dead"`
		Progress Progress         `json:"progress"`
		Differ   int              `json:"differ" doc:"Calls that would come out otherwise"`
		Assumed  int              `json:"assumed" doc:"Calls whose customer the CRM was never asked for: nobody was taken to be known there"`
		Kinds    []KindView       `json:"kinds" nullable:"false" doc:"By kind of difference; one call may differ in several"`
		Calls    []DifferingView  `json:"calls" nullable:"false" doc:"The first 200 calls that would come out otherwise, those that were decided last first"`
		Error    *ErrorView       `json:"error,omitempty"`
	}
}

func (a *API) getSimulation(ctx context.Context, in *getSimulationIn) (*getSimulationOut, error) {
	t := caller(ctx).Tenant.ID
	if _, err := a.cfg.Store.Portal(ctx, t, in.Portal); err != nil {
		return nil, err
	}
	jobs, err := a.cfg.Store.Jobs(ctx, t, in.Portal)
	if err != nil {
		return nil, err
	}
	key := integration.ActionKey(simulationKey + in.Simulation)
	i := slices.IndexFunc(jobs, func(j Job) bool { return j.Key == key })
	if i < 0 {
		return nil, ErrNotFound
	}
	return simulationView(&jobs[i], speaks(ctx)), nil
}

func simulationView(j *Job, l integration.Lang) *getSimulationOut {
	var found simulate.Many
	if len(j.Result) > 0 && json.Unmarshal(j.Result, &found) != nil {
		found = simulate.Many{} // of a newer release
	}
	out := &getSimulationOut{}
	b := &out.Body
	b.State, b.Progress, b.Differ, b.Assumed = j.State, Progress{found.Done, found.Total}, found.Differ, found.Assumed
	b.Kinds = []KindView{}
	for _, w := range simulate.Whats() {
		if n := found.Kinds[w]; n > 0 {
			b.Kinds = append(b.Kinds, KindView{w, w.Title(l), n})
		}
	}
	b.Calls = each(found.Calls, func(d simulate.Differing) DifferingView {
		told := each(d.Differences, func(d simulate.Difference) DifferenceView { return differenceView(d, l) })
		return DifferingView{d.Session, told, d.Assumed}
	})
	if j.Err != nil {
		b.Error = errorView(j.Err)
	}
	return out
}
