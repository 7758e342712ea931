package session

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"omniconnector/webhooks/emulator/table"
)

// Legs is what get.call_legs_report has (contract uis §4.4).
var Legs = join(
	table.Columns(table.Integer, "id", "call_session_id"), table.Columns(table.List, "call_records", "wav_call_records"),
	table.Columns(table.Text, "start_time", "connect_time"), table.Columns(table.Integer, "duration", "total_duration"),
	table.Columns(table.Text, "finish_reason", "finish_reason_description", "virtual_phone_number",
		"calling_phone_number", "called_phone_number", "direction"),
	table.Columns(table.Flag, "is_transfered", "is_operator", "is_coach", "is_failed", "is_talked"), //nolint:misspell // sic
	table.Columns(table.Integer, "employee_id"), table.Columns(table.Text, "employee_full_name", "employee_phone_number"),
	table.Columns(table.Integer, "employee_rating"),
	table.Columns(table.Integer, "scenario_id"), table.Columns(table.Text, "scenario_name"),
	table.Columns(table.Integer, "action_id"), table.Columns(table.Text, "action_name"),
	table.Columns(table.Integer, "group_id"), table.Columns(table.Text, "group_name"),
	table.Columns(table.Integer, "contact_id"), table.Columns(table.Text, "contact_full_name", "contact_phone_number"),
)

// LegRows are the rows of the session in get.call_legs_report, in the order of dialling.
func (s *Session) LegRows(v View) []table.Row {
	var rows []table.Row
	for _, l := range s.Legs {
		if !l.Start.After(v.Reached) {
			rows = append(rows, s.leg(l, v))
		}
	}
	return rows
}

func (s *Session) leg(l Leg, v View) table.Row {
	row := table.Row{
		"id": l.ID, "call_session_id": s.ID, "start_time": s.stamp(l.Start),
		"virtual_phone_number": text(s.Number), "calling_phone_number": text(l.Calling), "called_phone_number": text(l.Called),
		"direction": l.direction(s), "is_transfered": l.Transferred, "is_operator": l.Operator, "is_coach": false, //nolint:misspell // sic
		"employee_phone_number": nil, "contact_phone_number": text(s.Client),
		"is_failed": false, "is_talked": false,
	}
	Pair(row, "employee_id", "employee_full_name", l.Employee)
	Pair(row, "scenario_id", "scenario_name", s.Scenario)
	Pair(row, "contact_id", "contact_full_name", s.Contact)
	if l.Operator {
		row["employee_phone_number"] = text(l.Phone)
		Pair(row, "group_id", "group_name", s.Group)
		if n := len(s.Operations); n > 0 {
			Pair(row, "action_id", "action_name", s.Operations[n-1])
		}
	}
	connected := !l.Connect.IsZero() && !l.Connect.After(v.Reached)
	if connected {
		row["connect_time"], row["is_talked"] = s.stamp(l.Connect), l.Talked
	}
	if l.ended(v) {
		row["duration"], row["total_duration"] = int64(0), seconds(l.End.Sub(l.Start))
		if connected {
			row["duration"] = seconds(l.End.Sub(l.Connect))
		}
		row["is_failed"] = !connected
		row["finish_reason"], row["finish_reason_description"] = text(l.FinishReason), text(described[l.FinishReason])
	}
	if l.Record.Hash != "" && !l.Record.Ready.After(v.Reached) {
		row["call_records"], row["wav_call_records"] = []string{l.Record.Hash}, []string{l.Record.Hash}
	}
	return row
}

// direction is in for who calls the platform and out for whom the platform calls.
func (l Leg) direction(s *Session) string {
	if !l.Operator && s.Direction == "in" && l.Calling == s.Client {
		return "in"
	}
	return "out"
}

func (l Leg) ended(v View) bool { return v.Finished || !l.End.IsZero() && !l.End.After(v.Reached) }

// State is how list.calls words what a leg is doing (contract uis §3.3).
func (l Leg) State(v View) string {
	switch {
	case l.ended(v):
		return "Разъединено"
	case l.Connect.IsZero() || l.Connect.After(v.Reached):
		return "Дозвон"
	case l.Operator || l.Talked:
		return "Разговор"
	default:
		return "На очереди"
	}
}

var described = map[string]string{
	"subscriber_disconnects": "Абонент разорвал соединение", "operator_disconnects": "Сотрудник разорвал соединение",
	"transfer_disconnects": "Соединение разорвано при переводе", "operator_not_responsible": "Сотрудник не ответил",
	"operator_busy": "Сотрудник занят", "subscriber_busy": "Абонент занят", "subscriber_not_responsible": "Абонент не ответил",
	"no_success_operator_call": "Дозвон до сотрудника не состоялся", "no_success_subscriber_call": "Дозвон до абонента не состоялся",
}

// Hash is the name of a session's n-th recording.
func Hash(session int64, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%d", session, n))
	return hex.EncodeToString(sum[:6])
}

// Path is where a recording is served.
func Path(session int64, hash string) string { return fmt.Sprintf("/records/%d/%s", session, hash) }

// Known is the time by which everything of the session has happened, its recordings included.
func (s *Session) Known() time.Time {
	last := s.Finish
	for _, l := range s.Legs {
		if l.Record.Ready.After(last) {
			last = l.Record.Ready
		}
	}
	for _, r := range s.Voicemail {
		if r.Ready.After(last) {
			last = r.Ready
		}
	}
	return last
}
