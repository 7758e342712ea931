package rpc

import (
	"encoding/json"
	"slices"
	"strconv"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/webhooks/uis"
)

// people fills in who rang and who spoke: as the legs tell it, completed by the call's own row, which knows no order.
// Answered is what is not lost (contract uis §4.3).
func people(r *integration.Report, row uis.Row, legs []leg) {
	first, last := employee(row, "first_talked_employee"), employee(row, "last_talked_employee")
	all, spoke := rung(legs), talked(legs)
	if len(spoke) == 0 {
		spoke = joining(spoke, first)
	}
	for _, e := range row.Rows("employees") {
		who := employee(e, "employee")
		all = joining(all, who)
		if talks := e.Flag("is_talked"); talks != nil && *talks && who.ID != last.ID { // the last one comes last
			spoke = joining(spoke, who)
		}
	}
	spoke = joining(joining(spoke, first), last)
	for i, who := range spoke {
		if at := slices.IndexFunc(all, func(e integration.Employee) bool { return e.ID == who.ID }); at >= 0 {
			spoke[i] = joining([]integration.Employee{who}, all[at])[0]
		}
	}
	if r.Direction == crm.Outgoing {
		if all = append(all, spoke...); len(all) > 0 {
			r.Employee = all[0] // who dialled
		}
	} else {
		r.Rung = all
	}
	if lost(r) {
		return
	}
	r.Talkers, r.FirstTalked, r.LastTalked = spoke, first.ID, last.ID
	if len(spoke) == 0 {
		return
	}
	if r.FirstTalked == 0 {
		r.FirstTalked = spoke[0].ID
	}
	if r.LastTalked == 0 {
		r.LastTalked = spoke[len(spoke)-1].ID
	}
	if r.Direction != crm.Outgoing {
		r.Employee = spoke[len(spoke)-1] // as the final notification has it (contract uis §1.3)
	}
}

func employee(row uis.Row, prefix string) integration.Employee {
	return integration.Employee{ID: integration.EmployeeID(row.Number(prefix + "_id")), Name: row.Text(prefix + "_full_name")}
}

// named are the values that go on under the names of the notifications' variables (contract uis §1.3, §1.5), so that filters
// and templates need not know where a value came from.
func named(one call, r *integration.Report, legs []leg) map[string][]string {
	row, out := one.row, one.row.Params(namedColumns)
	put := into(out)
	put("finish_reason", row.Text("finish_reason"))
	put("call_source", r.CallSource)
	if r.Rating != 0 {
		put("operator_rating", strconv.Itoa(r.Rating))
	}
	operation(put, row, legs)
	for _, l := range legs { // the first group is the one that the caller chose, others were tried after it
		if l.group.ID != 0 || l.group.Name != "" {
			put("visitor_group_id", decimal(l.group.ID))
			put("visitor_group_name", l.group.Name)
			break
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// into adds values under names; what says nothing is left out.
func into(out map[string][]string) func(name string, values ...string) {
	return func(name string, values ...string) {
		for _, value := range values {
			if value != "" {
				out[name] = append(out[name], value)
			}
		}
	}
}

// operation names the last operation of the scenario, by the call's row or else by its last leg (contract uis §1.5).
func operation(put func(string, ...string), row uis.Row, legs []leg) {
	id, name := "", ""
	if all := row.Rows("scenario_operations"); len(all) > 0 {
		last := all[len(all)-1]
		id, name = last.Text("id"), last.Text("name")
	}
	for i := len(legs) - 1; i >= 0 && id == "" && name == ""; i-- {
		id, name = decimal(legs[i].action.ID), legs[i].action.Name
	}
	put("last_scenario_operation_id", id)
	put("last_scenario_operation_name", name)
}

// decimal is empty for no id.
func decimal(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// content is a short name of all that a report says.
func content(r *integration.Report) string {
	text, err := json.Marshal(r)
	if err != nil {
		return "" // it has nothing that JSON lacks
	}
	return uis.Digest(string(text))
}
