package page

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
	"omniconnector/web"
)

// summary is one call in one line.
type summary struct {
	Session   integration.SessionID
	Portal    integration.PortalID
	At        time.Time
	Clock     string // hours, minutes and seconds where the tenant is
	Day       string
	Direction crm.Direction
	Client    string
	Virtual   string
	Employee  string
	Badge     badge
	Ended     badge // talked or missed; empty while the call goes on
	Sentence  string
	Links     []link
	Asked     string    // which request of the portal's people or visitors this is; empty for a call
	Other     otherCall // the call of a request, the request of a call
	order     time.Time // in the list
	settled   bool      // nothing more will happen by itself
}

// summarise tells a call in one line.
func summarise(s *web.CallStory, of *portal, l integration.Lang) summary {
	c := s.Fold()
	at := c.StartedAt.In(of.zone)
	out := summary{
		Session: c.Session, Portal: s.Portal, At: at, Clock: at.Format("15:04:05"), Direction: c.Direction,
		Client: client(c.Client), Virtual: spoken(c.Virtual), Employee: employee(&c), Badge: badgeOf(s, l), Ended: endOf(&c, l),
		Sentence: sentence(s, l), Links: linksOf(s, of, l), Other: otherOf(s, &c), order: at,
	}
	if c.Request != nil {
		out.Asked, out.Badge, out.Ended = say(l, string(c.Asked)), requestBadge(s, &c, l), badge{}
	}
	if len(s.Events) > 0 && s.Events[0].Event.Received.Before(at) {
		out.order = s.Events[0].Event.Received // a clock ahead of ours does not keep a call on top
	}
	out.settled = (c.Finished || c.Request != nil && out.Other.Session != "") && !slices.ContainsFunc(s.Events, func(e web.EventRow) bool { return e.Pending }) &&
		!slices.ContainsFunc(s.Actions, func(a web.ActionRow) bool { return !a.State.Settled() })
	return out
}

// employee is who spoke, or whose phone rang.
func employee(c *integration.Call) string {
	for _, list := range [][]integration.Employee{c.Talkers, {c.Caller}, c.Rung} {
		for _, who := range slices.Backward(list) {
			switch {
			case who.Name != "":
				return who.Name
			case who.Extension != "":
				return who.Extension
			}
		}
	}
	return ""
}

func endOf(c *integration.Call, l integration.Lang) badge {
	switch {
	case c.Answered && c.Finished:
		return badge{"good", strings.TrimSpace(say(l, "talked") + " " + lasting(c.Talk))}
	case c.Answered:
		return badge{"good", say(l, "talking")}
	case c.Finished && c.Direction == crm.Outgoing:
		return badge{"bad", say(l, "no_reply")}
	case c.Finished:
		return badge{"bad", say(l, "missed")}
	}
	return badge{}
}

// badgeOf is how the call stands now, the worst first.
func badgeOf(s *web.CallStory, l integration.Lang) badge {
	busy, retrying := false, false
	for i := range s.Actions {
		a := &s.Actions[i]
		if a.State == lane.StateDead {
			return badge{"bad", say(l, "refused")}
		}
		if _, later := a.Do.(centre.Reread); later && a.Attempts <= 1 {
			continue // that the call will be compared with the platform changes nothing of what the CRM has
		}
		busy = busy || !a.State.Settled()
		retrying = retrying || !a.State.Settled() && a.Attempts > 1
	}
	switch {
	case retrying:
		return badge{"busy", say(l, "retrying")}
	case busy:
		return badge{"busy", say(l, "at_work")}
	case len(s.Actions) > 0:
		return badge{"good", say(l, "in_crm")}
	}
	for _, plan := range slices.Backward(s.Plans) {
		if o := plan.Outcome; o != integration.Nothing && o != integration.Together {
			return outcomeBadge(o, l)
		}
	}
	if s.Portal == "" {
		return badge{"quiet", say(l, "no_portal")}
	}
	if len(s.Plans) == 0 {
		return badge{"busy", say(l, "pending")}
	}
	return outcomeBadge(integration.Nothing, l)
}

// telling are the reasons that say best what became of a call, the best first.
var telling = []string{
	"dial_failed", "callback_failed", "click_off", "click_other", "click_number", "click_unmapped", "click_no_phone", "click_twice", "callback_off",
	"callback_employee", "callback_number", "dial", "fields_updated", "other_nothing_found", "other_nothing_changed", "other_settles", "other_waits",
	"owner_nobody", "filter_kept_out", "filter_no_answer", "internal", "own_number", "no_number", "extension", "sip_name", "malformed", "off", "unset",
	"create_lead", "create_deal", "open_exists", "create_off", "repeat", "primary", "wait_filter", "wait_ring", "wait_number", "wait_direction",
}

// sentence is what the portal said when it refused, and else the most telling reason of all plans of a call.
func sentence(s *web.CallStory, l integration.Lang) string {
	for i := range s.Actions {
		switch a := &s.Actions[i]; {
		case a.Err == nil:
		case a.State == lane.StateDead:
			return say(l, "portal_refused") + ": " + wordsOf(a.Err)
		case !a.State.Settled():
			return say(l, "portal_retry") + ": " + wordsOf(a.Err)
		}
	}
	best, rank := "", len(telling)
	for i := range s.Plans {
		for _, r := range s.Plans[i].Reasons {
			at := slices.Index(telling, r.Code)
			if at >= 0 && at < rank || best == "" && r.Code != "together" && r.Code != "nothing_new" {
				best = r.Sentence(l)
				if at >= 0 {
					rank = at
				}
			}
		}
	}
	return best
}

// linksOf are the records that the call made, and those it was put to.
func linksOf(s *web.CallStory, of *portal, l integration.Lang) []link {
	var links []link
	add := func(k crm.Kind, id int64, made bool) {
		if id != 0 && !slices.ContainsFunc(links, func(x link) bool { return x.Kind == k && x.ID == id }) {
			links = append(links, of.link(k, id, made, l))
		}
	}
	for i := range s.Actions {
		if kind, id, ok := made(&s.Actions[i]); ok {
			add(kind, id, true)
		}
	}
	if b := s.Memory.Bound; b != nil && s.Memory.Registered {
		add(b.Kind, b.Entity.ID, false)
	}
	for i := range s.Actions {
		if do, ok := s.Actions[i].Do.(crm.BindActivity); ok && s.Actions[i].State == lane.StateDone {
			add(do.Kind, do.Entity.ID, false)
		}
	}
	return links
}

// made reads what a creating action made.
func made(a *web.ActionRow) (crm.Kind, int64, bool) {
	do, ok := a.Do.(crm.Create)
	var result crm.Made
	if !ok || a.State != lane.StateDone || json.Unmarshal(a.Result, &result) != nil {
		return "", 0, false
	}
	return do.Kind, result.ID, true
}

// actionBadge is an action's state; a change that was not written, because a person had changed the record meanwhile (T-5),
// is not told as done.
func actionBadge(a *web.ActionRow, l integration.Lang) badge {
	_, update := a.Do.(crm.Update)
	var result crm.Updated
	if update && a.State == lane.StateDone && json.Unmarshal(a.Result, &result) == nil && result.Kept {
		return badge{"quiet", say(l, "kept")}
	}
	return stateBadge(a.State, l)
}
