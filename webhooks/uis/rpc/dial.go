package rpc

import (
	"context"
	"strconv"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

const (
	methodEmployeeCall = "start.employee_call"
	methodSimpleCall   = "start.simple_call"
	methodListCalls    = "list.calls"
)

// Dial starts a call: the employee's phones ring first, or Operator's, and then the client's (contract uis §3.1, §3.2; T-8, T-9).
// It costs one point of the Call API. An answer that does not come is Ambiguous: look with Dialled.
func (c *Client) Dial(ctx context.Context, d centre.Dial) (integration.SessionID, *crm.Error) {
	r := request{method: methodEmployeeCall, writes: true, params: params{
		"first_call": "employee", "switch_at_once": true, "early_switching": true, "show_virtual_phone_number": false,
		"virtual_phone_number": digits(d.CallerID), "contact": digits(d.Client), "direction": "out", "external_id": d.ExternalID,
		"employee": params{"id": int64(d.Employee)},
	}}
	if d.Operator != "" {
		r.method, r.params = methodSimpleCall, params{
			"first_call": "operator", "switch_at_once": true, "operator": digits(d.Operator), "operator_confirmation": "any",
			"virtual_phone_number": digits(d.CallerID), "contact": digits(d.Client), "direction": "out", "external_id": d.ExternalID,
		}
	}
	answer, e := c.ask(ctx, c.call, r)
	if e != nil {
		return "", e
	}
	if id := answer.row().Number("call_session_id"); id > 0 {
		return sessionID(id), nil
	}
	return "", strange(r, "call_session_id")
}

// Dialled looks for a call by its external id: among those that go on, and in the report of those that started since. NotFound
// means that neither has it; a call that ended just now may be missing for a minute or two (contract uis §8). It costs one point
// of the Call API, and one of the Data API when the call does not go on; another one when the account's zone is not known yet.
func (c *Client) Dialled(ctx context.Context, externalID string, since time.Time) (integration.SessionID, *crm.Error) {
	if externalID == "" {
		return "", absent(methodListCalls)
	}
	running, e := c.ask(ctx, c.call, request{method: methodListCalls})
	if e != nil && !notBought(e) { // the package that lists calls is sold apart from the one that starts them
		return "", e
	}
	for _, row := range running.rows() {
		if id := row.Number("call_session_id"); id > 0 && row.Text("external_id") == externalID {
			return sessionID(id), nil
		}
	}
	zone, e := c.location(ctx)
	if e != nil {
		return "", e
	}
	from, till := outer(since, c.now().Add(time.Minute), zone)
	answer, e := c.ask(ctx, c.data, request{method: methodCalls, params: params{
		"date_from": from, "date_till": till, "include_ongoing_calls": true, "limit": mostRows,
		"fields": []string{"id", "start_time", "call_api_external_id"}, "filter": equals("call_api_external_id", externalID),
	}})
	if e != nil {
		return "", e
	}
	for _, row := range answer.rows() {
		if id := row.Number("id"); id > 0 && row.Text("call_api_external_id") == externalID {
			return sessionID(id), nil
		}
	}
	return "", absent(methodCalls)
}

// notBought tells refusals that mean that the account lacks a part of the platform, or the user the right to it.
func notBought(e *crm.Error) bool {
	switch e.Code {
	case "component_disabled", "method_component_disabled", "parameter_component_disabled", "forbidden", "method_not_found":
		return true
	}
	return false
}

func sessionID(id int64) integration.SessionID {
	return integration.SessionID(strconv.FormatInt(id, 10))
}

// digits writes a number as the platform does: without a plus (contract uis §0, "Phones").
func digits(number string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
}
