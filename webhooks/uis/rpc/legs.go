package rpc

import (
	"cmp"
	"context"
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/webhooks/uis"
)

const methodLegs = "get.call_legs_report"

// legColumns are what is asked of a leg (contract uis §4.4).
var legColumns = []string{
	"id", "call_session_id", "start_time", "connect_time", "is_operator", "is_coach", "is_talked",
	"employee_id", "employee_full_name", "employee_phone_number", "employee_rating", "action_id", "action_name", "group_id", "group_name",
}

// leg is one participant's part of a call.
type leg struct {
	id              int64
	started, joined time.Time
	employed        bool // of an employee who is not there as a coach
	talked          bool
	who             integration.Employee
	rating          int
	action, group   centre.Named
}

func readLeg(row uis.Row, zone *time.Location) leg {
	is := func(column string) bool { flag := row.Flag(column); return flag != nil && *flag }
	l := leg{
		id: row.Number("id"), started: row.Time("start_time", zone), joined: row.Time("connect_time", zone), talked: is("is_talked"),
		who: integration.Employee{
			ID: integration.EmployeeID(row.Number("employee_id")), Name: row.Text("employee_full_name"), Phone: row.Text("employee_phone_number"),
		},
		rating: row.Rating("employee_rating"),
		action: centre.Named{ID: row.Number("action_id"), Name: row.Text("action_name")},
		group:  centre.Named{ID: row.Number("group_id"), Name: row.Text("group_name")},
	}
	l.employed = l.who.ID != 0 && !is("is_coach")
	return l
}

// legs reads the legs of those calls that had employees: who rang and spoke in which order, and which group the caller chose,
// only they tell. One request serves all calls that started within three months.
func (c *Client) legs(ctx context.Context, calls []call, zone *time.Location) (map[int64][]leg, *crm.Error) {
	calls = slices.DeleteFunc(slices.Clone(calls), func(one call) bool {
		return len(one.row.Rows("employees")) == 0 && one.row.Number("last_talked_employee_id") == 0
	})
	slices.SortFunc(calls, func(a, b call) int { return a.started.Compare(b.started) })
	all := map[int64][]leg{}
	for len(calls) > 0 {
		n := 1
		for n < len(calls) && calls[n].ended.Sub(calls[0].started) <= longestSpan {
			n++
		}
		if e := c.legsOf(ctx, calls[:n], zone, all); e != nil {
			return nil, e
		}
		calls = calls[n:]
	}
	for _, legs := range all {
		slices.SortFunc(legs, func(a, b leg) int { return cmp.Or(a.started.Compare(b.started), cmp.Compare(a.id, b.id)) })
	}
	return all, nil
}

// legsOf adds the legs of calls that are in the order of their start.
func (c *Client) legsOf(ctx context.Context, calls []call, zone *time.Location, all map[int64][]leg) *crm.Error {
	ids := make([]int64, len(calls))
	till := calls[0].ended
	for i, one := range calls {
		ids[i] = one.id
		if one.ended.After(till) {
			till = one.ended
		}
	}
	// A leg never starts before its call; a second more, because the two may be rounded differently.
	from, until := outer(calls[0].started.Add(-time.Second), till.Add(time.Second), zone)
	for offset := 0; offset <= deepestOffset; offset += mostRows {
		answer, e := c.look(ctx, methodLegs, legColumns, params{
			"date_from": from, "date_till": until, "limit": mostRows, "offset": offset, "filter": among("call_session_id", ids),
			"sort": []params{{"field": "start_time", "order": "asc"}, {"field": "id", "order": "asc"}},
		})
		if e != nil {
			return e
		}
		rows := answer.rows()
		for _, row := range rows {
			session := row.Number("call_session_id")
			all[session] = append(all[session], readLeg(row, zone))
		}
		if len(rows) < mostRows {
			break
		}
	}
	return nil
}

// rated is the score that a caller gave last.
func rated(legs []leg) int {
	for _, l := range slices.Backward(legs) {
		if l.rating > 0 {
			return l.rating
		}
	}
	return 0
}

// rung are the employees whose phones rang, in order.
func rung(legs []leg) []integration.Employee {
	var all []integration.Employee
	for _, l := range legs {
		if l.employed {
			all = joining(all, l.who)
		}
	}
	return all
}

// talked are the employees who spoke, in the order in which they took the call.
func talked(legs []leg) []integration.Employee {
	spoke := slices.DeleteFunc(slices.Clone(legs), func(l leg) bool { return !l.employed || !l.talked })
	slices.SortStableFunc(spoke, func(a, b leg) int {
		return cmp.Or(cmp.Or(a.joined, a.started).Compare(cmp.Or(b.joined, b.started)), cmp.Compare(a.id, b.id))
	})
	return rung(spoke)
}

// joining adds an employee, or completes the one that is there.
func joining(all []integration.Employee, who integration.Employee) []integration.Employee {
	if who.ID == 0 {
		return all
	}
	for i := range all {
		if e := &all[i]; e.ID == who.ID {
			e.Name, e.Phone = cmp.Or(e.Name, who.Name), cmp.Or(e.Phone, who.Phone)
			return all
		}
	}
	return append(all, who)
}
