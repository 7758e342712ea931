package web

import (
	"context"
	"strings"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

type listEventsIn struct {
	Portal   integration.PortalID    `query:"portal" maxLength:"200"`
	Session  integration.SessionID   `query:"session" maxLength:"200" doc:"One call"`
	Customer integration.CustomerKey `query:"customer" maxLength:"200" doc:"Whose work it belongs to, as events tell it"`
	Phone    string                  `query:"phone" maxLength:"50" doc:"The customer's number, in any spelling" example:"8 900 000-00-01"`
	Kind     integration.EventKind   `query:"kind" maxLength:"50" example:"call_lost"`
	Outcome  integration.Outcome     `query:"outcome" maxLength:"50" example:"filtered"`
	Text     string                  `query:"text" maxLength:"100" doc:"A number in any spelling or part of it, part of a name, a session, or a record like 'deal 12'; looks at the last 31 days when since is absent" example:"deal 12"`
	Action   lane.ActionState        `query:"action" enum:"dead,failed" doc:"Only events of which an action was refused: dead for good, or failed for a reason that nobody need decide about"`
	Since    time.Time               `query:"since" doc:"Received at or after"`
	Until    time.Time               `query:"until" doc:"Received before"`
	Cursor   string                  `query:"cursor" maxLength:"2000" doc:"The next of the page before"`
	Limit    int                     `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type listEventsOut struct {
	Body struct {
		Events []EventView `json:"events" nullable:"false"`
		Next   string      `json:"next" doc:"What to send as cursor; empty at the end"`
	}
}

func (a *API) listEvents(ctx context.Context, in *listEventsIn) (*listEventsOut, error) {
	f := EventFilter{
		Portal: in.Portal, Session: in.Session, Customer: in.Customer, Kind: in.Kind, Outcome: in.Outcome, Since: in.Since, Until: in.Until,
	}
	l := speaks(ctx)
	f.State = in.Action
	if !f.Since.IsZero() && !f.Until.IsZero() && f.Until.Before(f.Since) {
		return nil, wrongParameter("query.until", "period", l)
	}
	if in.Phone != "" {
		phone, problem := integration.ParsePhone(in.Phone, "RU")
		if problem != integration.PhoneFine {
			return nil, wrongParameter("query.phone", "phone", l)
		}
		f.Customer = integration.CustomerKey(phone)
	}
	if in.Text != "" {
		if !f.lookFor(in.Text) {
			return nil, wrongParameter("query.text", "search_too_short", l)
		}
		if f.Since.IsZero() {
			f.Since = a.cfg.Now().Add(-searchReach)
		}
	}
	rows, next, err := a.cfg.Store.Events(ctx, caller(ctx).Tenant.ID, f, in.Cursor, in.Limit)
	if err != nil {
		return nil, badCursor(err, l)
	}
	out := &listEventsOut{}
	out.Body.Events, out.Body.Next = each(rows, eventView), next
	return out, nil
}

type getEventIn struct {
	Event  integration.EventID  `path:"event" maxLength:"200"`
	Portal integration.PortalID `query:"portal" maxLength:"200" doc:"Where several portals took it; the first one when absent"`
}

// WholeEventView is everything that is known of one event.
type WholeEventView struct {
	EventView
	Delivery DeliveryView `json:"delivery"`
	Plan     *PlanView    `json:"plan,omitempty" doc:"Absent while pending"`
	Actions  []ActionView `json:"actions" nullable:"false"`
}

type getEventOut struct{ Body WholeEventView }

func (a *API) getEvent(ctx context.Context, in *getEventIn) (*getEventOut, error) {
	w, err := FindEvent(ctx, a.cfg.Store, caller(ctx).Tenant.ID, in.Portal, in.Event)
	if err != nil {
		return nil, err
	}
	l := speaks(ctx)
	v := WholeEventView{
		EventView: eventView(w.EventRow), Delivery: deliveryView(w.Delivery), Actions: each(w.Actions, actionView),
	}
	if w.Plan != nil {
		plan := planView(*w.Plan, l)
		v.Plan = &plan
	}
	return &getEventOut{v}, nil
}

// FindEvent gives an event of the named portal, or of the first one that has it.
func FindEvent(
	ctx context.Context, s Store, t integration.TenantID, p integration.PortalID, id integration.EventID,
) (WholeEvent, error) {
	if p != "" {
		return s.Event(ctx, t, p, id)
	}
	portals, err := Everywhere(ctx, s, t)
	if err != nil {
		return WholeEvent{}, err
	}
	for _, p := range append(portals, "") {
		w, err := s.Event(ctx, t, p, id)
		if !isNotFound(err) {
			return w, err
		}
	}
	return WholeEvent{}, ErrNotFound
}

// Everywhere lists the ids of all portals that a tenant ever connected.
func Everywhere(ctx context.Context, s Portals, t integration.TenantID) ([]integration.PortalID, error) {
	const page, most = 200, 5
	var all []integration.PortalID
	for range most {
		after := integration.PortalID("")
		if len(all) > 0 {
			after = all[len(all)-1]
		}
		list, err := s.Portals(ctx, t, after, page)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			all = append(all, p.ID)
		}
		if len(list) < page {
			break
		}
	}
	return all, nil
}

type getCallIn struct {
	Session integration.SessionID `path:"session" maxLength:"200"`
}

// CallView is the story of one call in one portal.
type CallView struct {
	Portal  integration.PortalID `json:"portal"`
	Call    integration.Call     `json:"call" doc:"What all events together say"`
	Memory  integration.Memory   `json:"memory" doc:"What was known and decided so far"`
	Events  []EventView          `json:"events" nullable:"false" doc:"Oldest first"`
	Plans   []PlanView           `json:"plans" nullable:"false"`
	Actions []ActionView         `json:"actions" nullable:"false"`
}

type getCallOut struct {
	Body struct {
		Session integration.SessionID `json:"session"`
		Calls   []CallView            `json:"calls" nullable:"false" doc:"One for each portal that took the call"`
	}
}

func (a *API) getCall(ctx context.Context, in *getCallIn) (*getCallOut, error) {
	stories, err := FindCall(ctx, a.cfg.Store, caller(ctx).Tenant.ID, in.Session)
	if err != nil {
		return nil, err
	}
	l := speaks(ctx)
	out := &getCallOut{}
	out.Body.Session = in.Session
	out.Body.Calls = each(stories, func(s CallStory) CallView {
		return CallView{
			Portal: s.Portal, Call: s.Fold(), Memory: s.Memory, Events: each(s.Events, eventView),
			Plans:   each(s.Plans, func(p PlanRow) PlanView { return planView(p, l) }),
			Actions: each(s.Actions, actionView),
		}
	})
	return out, nil
}

// FindCall gives the stories of a call in all portals that took it, or ErrNotFound.
func FindCall(ctx context.Context, s Store, t integration.TenantID, id integration.SessionID) ([]CallStory, error) {
	portals, err := Everywhere(ctx, s, t)
	if err != nil {
		return nil, err
	}
	var found []CallStory
	for _, p := range append(portals, "") {
		story, err := s.Call(ctx, t, p, id)
		if err != nil {
			return nil, err
		}
		if len(story.Events) > 0 {
			found = append(found, story)
		}
	}
	if len(found) == 0 {
		return nil, ErrNotFound
	}
	return found, nil
}

// Fold merges the story's events into one call.
func (s *CallStory) Fold() integration.Call {
	return integration.Fold(each(s.Events, func(r EventRow) integration.Event { return r.Event }))
}

// toValid replaces what is not UTF-8.
func toValid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
