package web

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/integration/settings"
	"omniconnector/integration/simulate"
	"omniconnector/rules"
)

// Draft is a settings document that is not saved. It is read raw: package settings reports more than a schema can.
type Draft struct{ body json.RawMessage }

// UnmarshalJSON keeps the document as it is.
func (d *Draft) UnmarshalJSON(body []byte) error {
	d.body = slices.Clone(body)
	return nil
}

// Schema says that any object is read; its mistakes are told as those of a document that is saved.
func (Draft) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "A settings document, checked as when it is saved"}
}

// ToldEvent is an event that somebody writes by hand.
type ToldEvent struct {
	Kind   integration.EventKind `json:"kind" maxLength:"50" example:"call_incoming"`
	At     *time.Time            `json:"at,omitempty" doc:"A second after the event before when absent; the first one happens now"`
	Report integration.Report    `json:"report,omitzero" doc:"What the event says, as the journal shows it"`
}

type simulateIn struct {
	PortalPath
	Body struct {
		Settings *Draft                `json:"settings,omitempty" doc:"A draft; the newest settings when absent"`
		Session  integration.SessionID `json:"session,omitempty" maxLength:"200" doc:"A stored call to decide once more"`
		Events   []ToldEvent           `json:"events,omitempty" minItems:"1" maxItems:"100" doc:"A made-up call instead of a stored one, in the order of arrival"`
		Known    *crm.Customer         `json:"known,omitempty" doc:"What the CRM has of a made-up call's customer; nothing when absent"`
	}
}

// EffectView is one thing that a call leaves in the CRM.
type EffectView struct {
	simulate.Effect

	Sentence string `json:"sentence" doc:"In the language of Accept-Language"`
}

// DifferenceView is one effect that is not the same.
type DifferenceView struct {
	simulate.Difference

	Title     string `json:"title" doc:"What is not the same, in the language of Accept-Language" example:"Responsible (new record)"`
	WasText   string `json:"was_text" doc:"What it was, in words; empty when there was nothing"`
	WouldText string `json:"would_text" doc:"What it would be, in words; empty when there would be nothing"`
	Sentence  string `json:"sentence" doc:"All of it, in the language of Accept-Language"`
}

func differenceView(d simulate.Difference, l integration.Lang) DifferenceView {
	v := DifferenceView{Difference: d, Title: d.Label(l), Sentence: d.Sentence(l)}
	if d.Was != "" {
		v.WasText = d.Text(d.Was, l)
	}
	if d.Would != "" {
		v.WouldText = d.Text(d.Would, l)
	}
	return v
}

type simulateOut struct {
	Body struct {
		Compared    Compared         `json:"compared_with" enum:"stored,newest,nothing" doc:"What really happened, or what the newest settings would do with a made-up call; nothing when those were asked for"`
		Assumed     bool             `json:"assumed" doc:"The CRM was never asked for the customer of the call: nobody was taken to be known there"`
		Waits       *time.Time       `json:"waits_until,omitempty" doc:"The moment for which the decision still waits"`
		Effects     []EffectView     `json:"effects" nullable:"false" doc:"What the call would leave in the CRM"`
		Was         []EffectView     `json:"was" nullable:"false" doc:"What it is compared with"`
		Differences []DifferenceView `json:"differences" nullable:"false"`
		Plans       []PlanView       `json:"plans" nullable:"false" doc:"The decisions with their reasons, in order"`
	}
}

// Compared says what a simulation is compared with.
type Compared string

// What simulations are compared with.
const (
	WithStored  Compared = "stored"
	WithNewest  Compared = "newest"
	WithNothing Compared = "nothing"
)

// simulateCall decides a call by a draft, by the code that decides calls, and touches nothing (S-2).
func (a *API) simulateCall(ctx context.Context, in *simulateIn) (*simulateOut, error) {
	m, err := a.mappings(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	if (in.Body.Session == "") == (len(in.Body.Events) == 0) {
		return nil, mistake("", "session_or_events")
	}
	if _, _, chat := in.Body.Session.Communication(); chat {
		return nil, mistake("/session", "no_call")
	}
	draft, err := a.draft(ctx, in.Body.Settings, m)
	if err != nil {
		return nil, err
	}
	names := simulate.Names{Portal: m.known.Portal, Centre: &m.known.Centre}
	var past simulate.Past
	var was simulate.Effects
	out := &simulateOut{}
	if in.Body.Session != "" {
		past, was, err = a.remembered(ctx, in, draft, names)
		out.Body.Compared = WithStored
	} else {
		past, err = a.madeUp(in, names)
		if out.Body.Compared = WithNothing; err == nil && in.Body.Settings != nil {
			newest := simulate.Replay(past, m.settings)
			out.Body.Compared, was = WithNewest, newest.Effects(names)
		}
	}
	if err != nil {
		return nil, err
	}
	out.tell(simulate.Replay(past, draft), was, names, speaks(ctx))
	return out, nil
}

// draft are the settings to decide by.
func (a *API) draft(ctx context.Context, d *Draft, m *mappings) (*integration.Settings, error) {
	if d == nil {
		return m.settings, nil
	}
	s, problems, err := a.read(ctx, d.body, m.known)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, &refusal{code: "invalid", problems: each(problems, func(p settings.Problem) rules.Problem {
			p.Pointer = "/settings" + p.Pointer
			return p
		})}
	}
	if err := s.Compile(m.document.Version + 1); err != nil {
		return nil, fmt.Errorf("compile a draft: %w", err)
	}
	return s, nil
}

// remembered is a stored call, and what it was to leave in the CRM.
func (a *API) remembered(
	ctx context.Context, in *simulateIn, draft *integration.Settings, n simulate.Names,
) (simulate.Past, simulate.Effects, error) {
	story, err := a.cfg.Store.Call(ctx, caller(ctx).Tenant.ID, in.Portal, in.Body.Session)
	if err != nil {
		return simulate.Past{}, nil, err
	}
	stored := story.stored()
	past := stored.Past(n, a.cfg.Now())
	if len(past.Steps) == 0 {
		return past, nil, mistake("/session", "unknown_session")
	}
	if clicked := story.Fold().Request != nil; clicked || draft.Telephony.Other.On {
		around, err := a.around(ctx, &story)
		if err != nil {
			return past, nil, err
		}
		past.Dialled, past.Writes = lane.DialledOf(around), lane.WritesOf(around)
	}
	return past, stored.Effects(n), nil
}

// stored is the story as package simulate reads it. What the platform told of no call, and what cannot be read, is no part of it.
func (s *CallStory) stored() simulate.Stored {
	out := simulate.Stored{Memory: s.Memory, Events: each(s.Events, func(r EventRow) integration.Event { return r.Event })}
	for _, p := range s.Plans {
		out.Plans = append(out.Plans, simulate.StoredPlan{Events: append(slices.Clone(p.Together), p.Event), Outcome: p.Outcome, At: p.At})
	}
	for i := range s.Actions {
		out.Actions = append(out.Actions, integration.Action{Key: s.Actions[i].Key, Do: s.Actions[i].Do})
	}
	return out
}

// Of the customer's other sessions a decision looks at those of late: at calls that were started for a double click (T-8), and
// at our own changes during the call (T-1).
const (
	lately       = time.Hour
	mostSessions = 20
)

// around lists what we did for the customer shortly before a call and during it, in all sessions.
func (a *API) around(ctx context.Context, story *CallStory) ([]lane.Entry, error) {
	first, last := story.Events[0].Event, story.Plans[len(story.Plans)-1].At
	sessions := []integration.SessionID{first.Session}
	for i := range story.Events {
		c := story.Events[i].Event.Customer
		if c == "" {
			continue
		}
		rows, _, err := a.cfg.Store.Events(ctx, caller(ctx).Tenant.ID, EventFilter{
			Portal: story.Portal, Customer: c, Since: first.Received.Add(-lately), Until: last.Add(time.Second),
		}, "", maxAround)
		if err != nil {
			return nil, err
		}
		for k := range rows {
			if id := rows[k].Event.Session; id != "" && !slices.Contains(sessions, id) && len(sessions) < mostSessions {
				sessions = append(sessions, id)
			}
		}
		break
	}
	var entries []lane.Entry
	for _, id := range sessions {
		other := story
		if id != first.Session {
			read, err := a.cfg.Store.Call(ctx, caller(ctx).Tenant.ID, story.Portal, id)
			if err != nil {
				return nil, err
			}
			other = &read
		}
		for i := range other.Actions {
			r := &other.Actions[i]
			entries = append(entries, lane.Entry{
				Action: integration.Action{Key: r.Key, Do: r.Do}, State: r.State, Session: r.Session, FirstSent: r.Sent, DueAt: r.DueAt, Result: r.Result,
			})
		}
	}
	return entries, nil
}

const maxAround = 200

// madeUp is a call that somebody writes by hand.
func (a *API) madeUp(in *simulateIn, n simulate.Names) (simulate.Past, error) {
	const session = "simulated"
	p := simulate.Past{Known: in.Body.Known, Directory: n.Portal, Centre: n.Centre}
	if p.Known == nil {
		p.Known = &crm.Customer{}
	}
	var wrong mistakes
	at := a.cfg.Now().UTC()
	for i, told := range in.Body.Events {
		switch {
		case told.At != nil:
			at = told.At.UTC()
		case i > 0:
			at = at.Add(time.Second)
		}
		if !slices.Contains(tellable(), told.Kind) {
			wrong.add(fmt.Sprintf("/events/%d/kind", i), "one_of")
		}
		id := integration.EventID(fmt.Sprintf("event-%03d", i))
		step := simulate.Step{Now: at, Events: []integration.Event{{
			ID: id, Source: "simulate", Key: string(id), Kind: told.Kind, Session: session, At: at, Received: at, Report: told.Report,
		}}}
		if i == 0 {
			p.AskedAt = at
		}
		if last := len(p.Steps) - 1; last >= 0 && at.Before(p.Steps[last].Now) { // told late
			step.Now, step.Events[0].Received = p.Steps[last].Now, p.Steps[last].Now
		}
		p.Steps = append(p.Steps, step)
	}
	return p, wrong.err()
}

// tellable are the kinds of event that a made-up call may have.
func tellable() []integration.EventKind {
	return append(integration.EventKinds(), integration.CallReport, integration.CallSilent, integration.CallDue)
}

func (o *simulateOut) tell(r simulate.Result, was simulate.Effects, n simulate.Names, l integration.Lang) {
	b := &o.Body
	would := r.Effects(n)
	view := func(e simulate.Effect) EffectView { return EffectView{e, e.Sentence(l)} }
	b.Effects, b.Was, b.Differences = each(would, view), each(was, view), []DifferenceView{}
	if b.Compared != WithNothing {
		b.Differences = each(simulate.Compare(was, would), func(d simulate.Difference) DifferenceView { return differenceView(d, l) })
	}
	b.Assumed, b.Waits = r.Assumed, instant(r.Wake)
	var names rules.Names
	if n.Centre != nil {
		names = settings.Called(*n.Centre, l)
	}
	b.Plans = each(r.Decisions, func(d simulate.Decision) PlanView {
		row := PlanRow{Outcome: d.Plan.Outcome, Reasons: d.Plan.Reasons, At: d.Now}
		for i := range d.Events {
			if row.Event = d.Events[i].ID; i < len(d.Events)-1 {
				row.Together = append(row.Together, row.Event)
			}
		}
		return planView(row, names, l)
	})
}
