package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// EventQuery says which part of the journal to list.
type EventQuery struct {
	Portal   integration.PortalID      `query:"portal" maxLength:"200"`
	Session  integration.SessionID     `query:"session" maxLength:"200" doc:"One call"`
	Customer integration.CustomerKey   `query:"customer" maxLength:"200" doc:"Whose work it belongs to, as events tell it"`
	Phone    string                    `query:"phone" maxLength:"50" doc:"The customer's number, in any spelling" example:"8 900 000-00-01"`
	Kind     integration.EventKind     `query:"kind" maxLength:"50" example:"call_lost"`
	Outcome  integration.Outcome       `query:"outcome" maxLength:"50" example:"filtered"`
	Text     string                    `query:"text" maxLength:"100" doc:"A number in any spelling or part of it, part of a name, a session, or a record like 'deal 12'; looks at the last 31 days when since is absent" example:"deal 12"`
	Action   lane.ActionState          `query:"action" enum:"dead,failed" doc:"Only events of which an action was refused: dead for good, or failed for a reason that nobody need decide about"`
	What     integration.Communication `query:"communication" enum:"call,chat,offline_message" doc:"Only calls, chats or offline requests"`
	Since    time.Time                 `query:"since" doc:"Received at or after"`
	Until    time.Time                 `query:"until" doc:"Received before"`
	Cursor   string                    `query:"cursor" maxLength:"2000" doc:"The next of the page before"`
	Limit    int                       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type listEventsIn struct {
	EventQuery
}

type listEventsOut struct {
	Body struct {
		Events []EventView `json:"events" nullable:"false"`
		Next   string      `json:"next" doc:"What to send as cursor; empty at the end"`
	}
}

func (a *API) listEvents(ctx context.Context, in *listEventsIn) (*listEventsOut, error) {
	l := speaks(ctx)
	f, err := a.filter(ctx, &in.EventQuery)
	if err != nil {
		return nil, err
	}
	if in.Text != "" && f.Since.IsZero() {
		f.Since = a.cfg.Now().Add(-searchReach)
	}
	rows, next, err := a.cfg.Store.Events(ctx, caller(ctx).Tenant.ID, f, in.Cursor, in.Limit)
	if err != nil {
		return nil, badCursor(err, l)
	}
	out := &listEventsOut{}
	out.Body.Events, out.Body.Next = each(rows, func(r EventRow) EventView { return eventView(r, l) }), next
	return out, nil
}

// filter reads what is asked for, within what the caller may see.
func (a *API) filter(ctx context.Context, in *EventQuery) (EventFilter, error) {
	l := speaks(ctx)
	f := EventFilter{
		Session: in.Session, Customer: in.Customer, Kind: in.Kind, Outcome: in.Outcome, Since: in.Since, Until: in.Until, State: in.Action,
		Communication: in.What,
	}
	var err error
	if f.Portal, err = own(ctx, in.Portal); err != nil {
		return f, err
	}
	if !f.Since.IsZero() && !f.Until.IsZero() && f.Until.Before(f.Since) {
		return f, wrongParameter("query.until", "period", l)
	}
	if in.Phone != "" {
		phone, problem := integration.ParsePhone(in.Phone, "RU")
		if problem != integration.PhoneFine {
			return f, wrongParameter("query.phone", "phone", l)
		}
		f.Customer = integration.CustomerKey(phone)
	}
	if in.Text != "" && !f.lookFor(in.Text) {
		return f, wrongParameter("query.text", "search_too_short", l)
	}
	return f, nil
}

type getEventIn struct {
	Event  integration.EventID  `path:"event" maxLength:"200"`
	Portal integration.PortalID `query:"portal" maxLength:"200" doc:"Where several portals took it; the first one when absent"`
}

// WholeEventView is everything that is known of one event.
type WholeEventView struct {
	EventView
	Place    PlaceView    `json:"place" doc:"The portal that took it"`
	About    string       `json:"about" doc:"Whom it is about: an employee, a user of the portal, the answer to the platform's question"`
	Delivery DeliveryView `json:"delivery"`
	Plan     *PlanView    `json:"plan,omitempty" doc:"Absent while pending"`
	Actions  []ActionView `json:"actions" nullable:"false"`
}

type getEventOut struct{ Body WholeEventView }

func (a *API) getEvent(ctx context.Context, in *getEventIn) (*getEventOut, error) {
	portal, err := own(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	w, err := FindEvent(ctx, a.cfg.Store, caller(ctx).Tenant.ID, portal, in.Event)
	if err != nil {
		return nil, err
	}
	of, err := a.known(ctx, w.Portal)
	if err != nil {
		return nil, err
	}
	l := speaks(ctx)
	v := WholeEventView{
		EventView: eventView(w.EventRow, l), Place: of.view(), About: of.about(&w.Event, l), Delivery: deliveryView(w.Delivery),
		Actions: each(w.Actions, func(r ActionRow) ActionView { return of.actionView(r, l) }),
	}
	if w.Plan != nil {
		plan := planView(*w.Plan, of.names, l)
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

// ToldEventView is one event of a call, with whom it is about.
type ToldEventView struct {
	EventView
	About string `json:"about" doc:"Whom it is about: an employee, a user of the portal, the answer to the platform's question"`
}

// CallView is the story of one call in one portal, from top to bottom: came in, known, decided, done.
type CallView struct {
	Portal integration.PortalID `json:"portal"`
	Place  PlaceView            `json:"place"`
	Row    CallRow              `json:"row" doc:"The call in a line"`
	Facts  []FactView           `json:"facts" nullable:"false" doc:"What is worth knowing at a glance"`
	Call   integration.Call     `json:"call" doc:"What all events together say"`
	// Conversation is absent for a call.
	Conversation *ConversationView  `json:"conversation,omitempty" doc:"Of a chat or an offline request: what was said, and where it is in the CRM"`
	Memory       integration.Memory `json:"memory" doc:"What was known and decided so far"`
	Events       []ToldEventView    `json:"events" nullable:"false" doc:"Oldest first"`
	Known        *KnownView         `json:"known,omitempty" doc:"What the CRM had of the customer; absent when it was not asked"`
	Plans        []PlanView         `json:"plans" nullable:"false"`
	Actions      []ActionView       `json:"actions" nullable:"false"`
}

type getCallOut struct {
	Body struct {
		Session integration.SessionID `json:"session"`
		Calls   []CallView            `json:"calls" nullable:"false" doc:"One for each portal that took the call"`
	}
}

func (a *API) getCall(ctx context.Context, in *getCallIn) (*getCallOut, error) {
	portal, err := own(ctx, "")
	if err != nil {
		return nil, err
	}
	var only []integration.PortalID
	if portal != "" {
		only = append(only, portal)
	}
	stories, err := FindCall(ctx, a.cfg.Store, caller(ctx).Tenant.ID, in.Session, only...)
	if err != nil {
		return nil, err
	}
	out := &getCallOut{}
	out.Body.Session = in.Session
	for i := range stories {
		of, err := a.known(ctx, stories[i].Portal)
		if err != nil {
			return nil, err
		}
		out.Body.Calls = append(out.Body.Calls, of.callView(&stories[i], a.fileLinks(ctx), speaks(ctx)))
	}
	return out, nil
}

func (o *place) callView(s *CallStory, file func(integration.File) string, l integration.Lang) CallView {
	kinds := map[integration.EventID]integration.EventKind{}
	for i := range s.Events {
		kinds[s.Events[i].Event.ID] = s.Events[i].Event.Kind
	}
	call := s.Fold()
	facts := o.factsOf(&call, l)
	if chat := s.FoldChat(); chat != nil {
		facts = o.chatFacts(chat, l)
	}
	return CallView{
		Portal: s.Portal, Place: o.view(), Row: rowOf(s, o, l), Facts: facts, Call: call, Conversation: o.conversationView(s, file, l), Memory: s.Memory, Known: o.knownOf(&s.Memory, l),
		Events: each(s.Events, func(r EventRow) ToldEventView { return ToldEventView{eventView(r, l), o.about(&r.Event, l)} }),
		Plans: each(s.Plans, func(p PlanRow) PlanView {
			v := planView(p, o.names, l)
			v.Title = kindTitle(kinds[p.Event], l)
			return v
		}),
		Actions: each(s.Actions, func(r ActionRow) ActionView { return o.actionView(r, l) }),
	}
}

// FindCall gives the stories of a call in the portals that took it, only the named ones if there are any, or ErrNotFound.
func FindCall(
	ctx context.Context, s Store, t integration.TenantID, id integration.SessionID, only ...integration.PortalID,
) ([]CallStory, error) {
	if len(only) == 0 {
		portals, err := Everywhere(ctx, s, t)
		if err != nil {
			return nil, err
		}
		only = slices.Concat(portals, []integration.PortalID{""})
	}
	var found []CallStory
	for _, p := range only {
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
