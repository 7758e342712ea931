package rpc

import (
	"cmp"
	"context"
	"slices"

	"omniconnector/crm"
	"omniconnector/integration/centre"
	"omniconnector/webhooks/uis"
)

const (
	methodEmployees = "get.employees"
	methodUpdate    = "update.employees"
)

// employeeColumns are what is asked of an employee; they are named, because the platform shows less when they are not.
var employeeColumns = []string{
	"id", "first_name", "last_name", "full_name", "email", "status_id", "calls_available",
	"in_external_allowed_call_directions", "out_external_allowed_call_directions", "phone_numbers", "extension",
	"operator",
}

func readEmployee(row uis.Row) centre.Employee {
	e := centre.Employee{
		ID: centre.EmployeeID(row.Number("id")), Name: row.Text("full_name"), LastName: row.Text("last_name"), Email: row.Text("email"),
		Phones: readPhones(row), Status: row.Number("status_id"),
		Takes: allowed(row, "in"), Calls: allowed(row, "out"),
	}
	if available := row.Flag("calls_available"); available != nil && !*available {
		e.Takes = false
	}
	for _, extension := range row.Rows("extension") {
		e.Extension = cmp.Or(e.Extension, extension.Text("extension_phone_number"))
	}
	for _, operator := range row.Rows("operator") {
		enabled := operator.Flag("operator_chat_enabled")
		e.Chats = e.Chats || enabled != nil && *enabled
	}
	if e.Name == "" {
		e.Name = cmp.Or(e.LastName, row.Text("first_name"))
	}
	return e
}

// allowed tells whether external calls of a direction are allowed to an employee. The platform has two lists of external
// directions (contract uis §4.1); what either allows is allowed, and so is everything where neither is told.
func allowed(row uis.Row, direction string) bool {
	told := false
	for _, column := range []string{"in_external_allowed_call_directions", "out_external_allowed_call_directions"} {
		told = told || row.Has(column)
		if slices.Contains(row.List(column), direction) {
			return true
		}
	}
	return !told
}

func readPhones(row uis.Row) []centre.Phone {
	var all []centre.Phone
	for _, p := range row.Rows("phone_numbers") {
		phone := centre.Phone{
			Number: p.Text("phone_number"), Active: p.Text("status") != "inactive", ID: p.Number("phone_id"),
			Channels: int(p.Number("channels_count")), DialTime: int(p.Number("dial_time")),
		}
		if phone.Number != "" {
			all = append(all, phone)
		}
	}
	return all
}

// outOfOrder are the words of a SIP line's states that mean that nobody can call from it; unknown words mean nothing.
var outOfOrder = []string{"inactive", "disabled", "disable", "deleted", "blocked", "locked", "manual_lock", "limit_lock", "off", "error"}

// readLines tells which employees have a SIP line and which number their clients see (T-8, T-9).
func readLines(d *centre.Directory, rows []uis.Row) {
	for _, row := range rows {
		who := d.Employee(centre.EmployeeID(row.Number("employee_id")))
		if who == nil || slices.Contains(outOfOrder, row.Text("status")) || slices.Contains(outOfOrder, row.Text("billing_state")) {
			continue
		}
		who.SIP = true
		if row.Text("type") != "in" { // a line that only takes calls shows no number
			who.CallerID = cmp.Or(who.CallerID, digits(row.Text("virtual_phone_number")))
		}
	}
}

// SetStatus gives an employee another working status. The platform wants the last name and all phones with it and replaces what it
// has by them (contract uis §4.1), so that they are read just before: an old directory would undo what somebody changed
// since. It costs two points, or one when the employee has the status already.
func (c *Client) SetStatus(ctx context.Context, e *centre.Employee, status int64) *crm.Error {
	answer, err := c.look(ctx, methodEmployees, employeeColumns, params{"filter": equals("id", int64(e.ID)), "limit": 1})
	if err != nil {
		return err
	}
	row := answer.row()
	if row.Number("id") != int64(e.ID) {
		return &crm.Error{Kind: crm.NotFound, Method: methodEmployees, Code: "employee_not_found", Text: text(crm.NotFound, "employee_not_found", "")}
	}
	if row.Number("status_id") == status {
		return nil
	}
	now := readEmployee(row)
	phones := []params{}
	for _, p := range now.Phones {
		phones = append(phones, sentBack(p))
	}
	_, err = c.ask(ctx, c.data, request{method: methodUpdate, writes: true, params: params{
		"id": int64(e.ID), "last_name": cmp.Or(now.LastName, e.LastName, now.Name), "phone_numbers": phones, "status_id": status,
	}})
	return err
}

// sentBack is a phone as it was read; what the platform did not tell is not told to it either.
func sentBack(p centre.Phone) params {
	out := params{"phone_number": p.Number, "status": "active"}
	if !p.Active {
		out["status"] = "inactive"
	}
	if p.ID != 0 {
		out["phone_id"] = p.ID
	}
	if p.Channels != 0 {
		out["channels_count"] = p.Channels
	}
	if p.DialTime != 0 {
		out["dial_time"] = p.DialTime
	}
	return out
}
