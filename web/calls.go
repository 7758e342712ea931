package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

type listCallsIn struct {
	EventQuery
	Sessions []integration.SessionID `query:"sessions,explode" maxItems:"50" doc:"Only these calls, in one answer; nothing else but the portal is looked at then"`
}

// PlaceView names a portal where calls are told.
type PlaceView struct {
	ID       integration.PortalID `json:"id"`
	Name     string               `json:"name"`
	TimeZone string               `json:"time_zone" doc:"Of the portal's settings, an IANA name" example:"Europe/Moscow"`
}

func (o *place) view() PlaceView { return PlaceView{o.id, o.name, o.zone} }

type listCallsOut struct {
	Body struct {
		Calls   []CallRow   `json:"calls" nullable:"false" doc:"Newest first by when they were first heard of; a page may be short, and even empty, before the end"`
		Portals []PlaceView `json:"portals" nullable:"false" doc:"Those of the calls"`
		Next    string      `json:"next" doc:"What to send as cursor; empty at the end"`
	}
}

// listCalls is the journal by calls: each is listed once, where it was first heard of, and found by any of its events.
func (a *API) listCalls(ctx context.Context, in *listCallsIn) (*listCallsOut, error) {
	l := speaks(ctx)
	f, err := a.filter(ctx, &in.EventQuery)
	if err != nil {
		return nil, err
	}
	var stories []CallStory
	var next string
	if len(in.Sessions) > 0 {
		stories, err = a.stories(ctx, f.Portal, in.Sessions)
	} else {
		stories, next, err = a.cfg.Store.Calls(ctx, caller(ctx).Tenant.ID, f, in.Cursor, in.Limit)
	}
	if err != nil {
		return nil, badCursor(err, l)
	}
	out := &listCallsOut{}
	b := &out.Body
	b.Next, b.Calls, b.Portals = next, make([]CallRow, 0, len(stories)), []PlaceView{}
	places := map[integration.PortalID]*place{}
	for i := range stories {
		s := &stories[i]
		of := places[s.Portal]
		if of == nil {
			if of, err = a.place(ctx, s.Portal); err != nil {
				return nil, err
			}
			places[s.Portal] = of
			b.Portals = append(b.Portals, of.view())
		}
		if s.Events[0].Event.Session == "" {
			b.Calls = append(b.Calls, noticeOf(s.Events[0], l))
			continue
		}
		b.Calls = append(b.Calls, rowOf(s, of, l))
	}
	return out, nil
}

// stories gives the calls that a page shows already, anew: in one portal, or in all that have them.
func (a *API) stories(ctx context.Context, p integration.PortalID, ids []integration.SessionID) ([]CallStory, error) {
	t, portals := caller(ctx).Tenant.ID, []integration.PortalID{p}
	if p == "" {
		var err error
		if portals, err = Everywhere(ctx, a.cfg.Store, t); err != nil {
			return nil, err
		}
		portals = append(portals, "")
	}
	var all []CallStory
	for _, p := range portals {
		some, err := a.cfg.Store.Stories(ctx, t, p, ids)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b CallStory) int { return b.Events[0].Event.Received.Compare(a.Events[0].Event.Received) })
	return all, nil
}

// own is the only portal that the caller may see; empty when that is every portal of the tenant. It answers ErrNotFound when
// another one is asked for.
func own(ctx context.Context, asked integration.PortalID) (integration.PortalID, error) {
	who := caller(ctx)
	if who.Portal != "" && asked != "" && asked != who.Portal {
		return "", ErrNotFound
	}
	if who.Portal != "" {
		return who.Portal, nil
	}
	return asked, nil
}

// FactView is one thing worth knowing of a call at a glance.
type FactView struct {
	Code  string `json:"code" example:"talk"`
	Name  string `json:"name" doc:"In the language of Accept-Language"`
	Value string `json:"value"`
}

// factsOf are what is worth knowing of a call at a glance.
func (o *place) factsOf(c *integration.Call, l integration.Lang) []FactView {
	var source []string
	for _, v := range []string{"campaign_name", "source_name", "site_domain_name"} {
		source = append(source, c.Params[v]...)
	}
	facts := [][2]string{
		{"virtual", dialled(c.Virtual)},
		{"employee", spokeOf(c)},
		{"talk", lasting(c.Talk)},
		{"wait", lasting(c.Wait)},
		{"source", strings.Join(source, ", ")},
		{"reason", c.LostReason},
	}
	if r := c.Request; r != nil {
		facts = append(facts, [2]string{"line", dialled(r.Line)}, [2]string{"text", r.Text})
		if r.User != 0 {
			facts = append(facts, [2]string{"asked_by", o.user(r.User)})
		}
		if r.Entity != 0 {
			facts = append(facts, [2]string{"page", o.link(r.Kind, r.Entity, false, l).Label})
		}
	}
	facts = slices.DeleteFunc(facts, func(f [2]string) bool { return f[1] == "" })
	return each(facts, func(f [2]string) FactView { return FactView{f[0], factNames[f[0]].in(l), f[1]} })
}

// RecordView is one record that the CRM had of the customer.
type RecordView struct {
	Link        LinkView   `json:"link"`
	Title       string     `json:"title"`
	Responsible string     `json:"responsible" doc:"The portal user's name; empty when nobody is"`
	Badge       *BadgeView `json:"badge,omitempty" doc:"Of a lead or a deal: open or closed"`
}

// KnownView is what the CRM answered before the first decision.
type KnownView struct {
	At      *time.Time   `json:"at,omitempty"`
	Records []RecordView `json:"records" nullable:"false" doc:"Contacts, companies, leads and deals; none: a primary call"`
	Missed  int          `json:"missed" doc:"Missed calls of the customer that nobody had answered for yet"`
}

// knownOf is nil when the CRM was not asked.
func (o *place) knownOf(m *integration.Memory, l integration.Lang) *KnownView {
	if m.Known == nil {
		return nil
	}
	k := &KnownView{At: instant(m.AskedAt), Records: []RecordView{}, Missed: len(m.Known.Missed)}
	for _, group := range []struct {
		kind crm.Kind
		list []crm.Entity
	}{{crm.Contact, m.Known.Contacts}, {crm.Company, m.Known.Companies}, {crm.Lead, m.Known.Leads}, {crm.Deal, m.Known.Deals}} {
		for _, e := range group.list {
			one := RecordView{Link: o.link(group.kind, e.ID, false, l), Title: e.Title}
			if e.Responsible != 0 {
				one.Responsible = o.user(e.Responsible)
			}
			if group.kind == crm.Lead || group.kind == crm.Deal {
				state := shadeOpen.in(l)
				if e.Closed {
					state = shadeClosed.in(l)
				}
				one.Badge = &state
			}
			k.Records = append(k.Records, one)
		}
	}
	return k
}
