package page

import (
	"encoding/json"
	"strings"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
	"omniconnector/web"
)

// otherCall leads from a request of the portal to the platform's call that carries it out, and back (T-8, T-9).
type otherCall struct {
	Session integration.SessionID // empty when there is none
	Request bool                  // it is the request
}

// otherOf finds the other side: a request knows its call by the platform's answer, a call its request by the external id.
func otherOf(s *web.CallStory, c *integration.Call) otherCall {
	if c.Request == nil {
		if id, ok := strings.CutPrefix(c.ExternalID, "b24:"); ok {
			return otherCall{integration.ClickSession(id), true}
		}
		if id, ok := strings.CutPrefix(c.ExternalID, "cb:"); ok {
			return otherCall{integration.SessionID(id), true}
		}
		return otherCall{}
	}
	if a := dialOf(s); a != nil && a.State == lane.StateDone {
		var answer centre.Dialled
		if json.Unmarshal(a.Result, &answer) == nil {
			return otherCall{Session: integration.SessionID(answer.Session)}
		}
	}
	return otherCall{}
}

// dialOf is the action that starts a request's call; nil when none was planned.
func dialOf(s *web.CallStory) *web.ActionRow {
	for i := range s.Actions {
		if _, dial := s.Actions[i].Do.(centre.Dial); dial {
			return &s.Actions[i]
		}
	}
	return nil
}

// requestBadge is how a request stands.
func requestBadge(s *web.CallStory, c *integration.Call, l integration.Lang) badge {
	switch a := dialOf(s); {
	case c.Failed != "":
		return badge{"bad", say(l, "not_dialled")}
	case a == nil && len(s.Plans) == 0:
		return badge{"busy", say(l, "pending")}
	case a == nil:
		return badge{"quiet", say(l, "not_dialled")}
	case a.State == lane.StateDone:
		return badge{"good", say(l, "dialled")}
	case a.State.Settled():
		return badge{"bad", say(l, "not_dialled")}
	}
	return badge{"busy", say(l, "dialling")}
}

// requestFacts are what a request says of itself.
func requestFacts(r *integration.CallRequest, of *portal, l integration.Lang) []fact {
	if r == nil {
		return nil
	}
	out := []fact{{say(l, "line"), spoken(r.Line)}, {say(l, "text"), r.Text}}
	if r.User != 0 {
		out = append(out, fact{say(l, "asked_by"), of.user(r.User)})
	}
	if r.Entity != 0 {
		out = append(out, fact{say(l, "page_of"), of.link(r.Kind, r.Entity, false, l).Label})
	}
	return out
}

// about is whom an event is about: the employee of a call, the user of a request, the manager of a routing answer.
func about(e *integration.Event, of *portal, l integration.Lang) string {
	switch r := &e.Report; {
	case r.Request != nil && r.Request.User != 0:
		return of.user(r.Request.User)
	case r.Route != nil && len(r.Route.Phones) == 0:
		return say(l, "not_routed")
	case r.Route != nil:
		return strings.TrimSpace(say(l, "routed") + " " + of.employee(r.Route.Employee) + " (" + strings.Join(r.Route.Phones, ", ") + ")")
	case r.Employee.Name != "":
		return r.Employee.Name
	case r.Employee.ID != 0:
		return of.employee(r.Employee.ID)
	}
	return ""
}

// client is a customer's number as people write it, empty when it is hidden.
func client(raw string) string {
	if _, problem := integration.ParsePhone(raw, "RU"); problem == integration.PhoneAbsent {
		return ""
	}
	return spoken(raw)
}

// dialDetail says who is called, and from which number.
func dialDetail(d centre.Dial, of *portal) string {
	first := spoken(d.Operator)
	if d.Employee != 0 {
		first = of.employee(d.Employee)
	}
	return first + " → " + spoken(d.Client) + " (" + spoken(d.CallerID) + ")"
}

// activityDetail says of whom an added activity is.
func activityDetail(a crm.AddActivity, of *portal, l integration.Lang) string {
	return strings.ToLower(say(l, string(a.Kind))) + " → " + of.user(a.User)
}
