package chat

import (
	"slices"
	"time"

	"omniconnector/webhooks/emulator/session"
	"omniconnector/webhooks/emulator/table"
)

// Request is an offline request: a form that was left on the site when nobody was there.
type Request struct {
	App, ID            int64
	Location           *time.Location
	At                 time.Time
	Text, Name, Email  string
	Phone              string // digits
	FormType, FormName string
	Properties         string
	Group, Employee    session.Named
	Status             string // not_processed, processing, processed
	Ordinal            int64
	External           string // ext_id
	Visit              session.Visit
	Tags               []session.Mark
	Technical          bool // shown only with include_tech_offline_messages
}

// Requests is what get.offline_messages_report has: the groups of contract uis §4.2 and the fields of §4.7.
var Requests = slices.Concat(
	table.Columns(table.Integer, "id"), table.Columns(table.Text, "date_time", "text", "status", "process_time", "form_type", "form_name", "properties"),
	table.Columns(table.Integer, "group_id"), table.Columns(table.Text, "group_name"), table.Columns(table.Integer, "employee_id"),
	table.Columns(table.Text, "employee_full_name", "employee_answer_message", "employee_comment"), table.Columns(table.Integer, "visitor_phone_number"),
	table.Columns(table.Text, "visitor_email", "visitor_name"), table.Columns(table.Flag, "is_agree_to_process_personal_data", "is_agree_to_mailing"),
	session.Origin,
)

// Row is the request's row in get.offline_messages_report.
func (r *Request) Row() table.Row {
	status := r.Status
	if status == "" {
		status = "not_processed"
	}
	form := r.FormType
	if form == "" {
		form = "Стандартная"
	}
	row := table.Row{
		"id": r.ID, "date_time": session.Stamp(r.At, r.Location), "text": text(r.Text), "status": status, "form_type": form,
		"form_name": text(r.FormName), "properties": text(r.Properties), "visitor_phone_number": Number(r.Phone), "visitor_email": text(r.Email),
		"visitor_name": text(r.Name), "is_agree_to_process_personal_data": true, "is_agree_to_mailing": false,
		"communication_id": r.ID, "communication_type": "offline_message", "communication_number": r.Ordinal, "ext_id": text(r.External),
		"attributes": []string{}, "tags": session.Tags(r.Tags, r.Location), "visitor_custom_properties": []any{}, "segments": []any{},
	}
	session.Pair(row, "group_id", "group_name", r.Group)
	session.Pair(row, "employee_id", "employee_full_name", r.Employee)
	r.Visit.Row(row)
	return row
}
