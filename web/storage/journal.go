package storage

import (
	"context"

	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/web"
)

// Events lists events, newest first.
func (s Store) Events(
	ctx context.Context, t integration.TenantID, f web.EventFilter, cursor string, limit int,
) ([]web.EventRow, string, error) {
	rows, next, err := s.in.Events(ctx, t, store.JournalFilter(f), store.Cursor(cursor), limit)
	return each(rows, eventRow), string(next), outward(err)
}

// Calls lists calls, each with its story.
func (s Store) Calls(
	ctx context.Context, t integration.TenantID, f web.EventFilter, cursor string, limit int,
) ([]web.CallStory, string, error) {
	rows, next, err := s.in.Calls(ctx, t, store.JournalFilter(f), store.Cursor(cursor), limit)
	if err != nil {
		return nil, "", outward(err)
	}
	sessions := map[integration.PortalID][]integration.SessionID{}
	for _, r := range rows {
		if r.Event.Session != "" {
			sessions[r.Portal] = append(sessions[r.Portal], r.Event.Session)
		}
	}
	told := map[integration.PortalID]map[integration.SessionID]store.SessionJournal{}
	for portal, ids := range sessions {
		if told[portal], err = s.in.SessionJournals(ctx, t, portal, ids); err != nil {
			return nil, "", outward(err)
		}
	}
	stories := make([]web.CallStory, 0, len(rows))
	for _, r := range rows {
		if j := told[r.Portal][r.Event.Session]; len(j.Events) > 0 {
			stories = append(stories, callStory(r.Portal, j))
		} else {
			stories = append(stories, web.CallStory{Portal: r.Portal, Events: []web.EventRow{eventRow(r)}})
		}
	}
	return stories, string(next), nil
}

// Stories gives many calls of a portal.
func (s Store) Stories(
	ctx context.Context, t integration.TenantID, p integration.PortalID, ids []integration.SessionID,
) ([]web.CallStory, error) {
	told, err := s.in.SessionJournals(ctx, t, p, ids)
	if err != nil {
		return nil, outward(err)
	}
	var stories []web.CallStory
	for _, id := range ids {
		if j := told[id]; len(j.Events) > 0 {
			stories = append(stories, callStory(p, j))
			delete(told, id)
		}
	}
	return stories, nil
}

// Event gives one event whole.
func (s Store) Event(
	ctx context.Context, t integration.TenantID, p integration.PortalID, id integration.EventID,
) (web.WholeEvent, error) {
	w, err := s.in.Event(ctx, t, p, id)
	if err != nil {
		return web.WholeEvent{}, outward(err)
	}
	out := web.WholeEvent{EventRow: eventRow(w.JournalEvent), Delivery: w.Delivery, Actions: each(w.Actions, actionRow)}
	if w.Plan != nil {
		plan := planRow(*w.Plan)
		out.Plan = &plan
	}
	return out, nil
}

// Call gives everything about one call.
func (s Store) Call(
	ctx context.Context, t integration.TenantID, p integration.PortalID, id integration.SessionID,
) (web.CallStory, error) {
	j, err := s.in.SessionJournal(ctx, t, p, id)
	if err != nil {
		return web.CallStory{}, outward(err)
	}
	return callStory(p, j), nil
}

func callStory(p integration.PortalID, j store.SessionJournal) web.CallStory {
	return web.CallStory{
		Portal: p, Events: each(j.Events, eventRow), Plans: each(j.Plans, planRow), Actions: each(j.Actions, actionRow),
		Memory: j.Memory,
	}
}

func eventRow(e store.JournalEvent) web.EventRow {
	return web.EventRow{Portal: e.Portal, Event: e.Event, Pending: e.Pending, Outcome: e.Outcome}
}

func planRow(p store.JournalPlan) web.PlanRow {
	return web.PlanRow{Event: p.Event, Outcome: p.Outcome, Reasons: p.Reasons, Together: p.Together, At: p.At}
}

func actionRow(a store.JournalAction) web.ActionRow {
	e := a.Entry
	return web.ActionRow{
		Portal: a.Portal, Event: e.Event, Session: e.Session, Key: e.Action.Key, Command: a.Command, Do: e.Action.Do, Body: a.Body,
		Urgency: e.Action.Urgency, Until: e.Action.Until, State: e.State, Attempts: e.Attempts, DueAt: e.DueAt, Sent: e.FirstSent,
		Result: e.Result, Err: e.Err, Created: a.Created, Updated: a.Updated,
	}
}

func each[A, B any](list []A, f func(A) B) []B {
	out := make([]B, 0, len(list))
	for _, a := range list {
		out = append(out, f(a))
	}
	return out
}
