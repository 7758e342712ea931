package uis

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

// offlineParams go on under their own names beside the shared ones. What changes while the request is processed is not among them: the
// event is the request as it was left.
var offlineParams = append(strings.Fields(`
	form_type form_name properties group_id group_name is_agree_to_process_personal_data is_agree_to_mailing`), shared...)

// OfflineColumns are what OfflineRow reads (contract uis §4.7).
func OfflineColumns() []string {
	return slices.Concat(strings.Fields(`
		id date_time text employee_id employee_full_name visitor_phone_number visitor_email visitor_name`), offlineParams, marks)
}

// OfflineRow makes the event of an offline request from its row in the platform's report, or from a notification with the same keys
// (contract uis §7.20): the event is the same either way, but for Received. Times are of the account's zone; a request that does not say
// when it was left was left when it was received. The error is a *webhooks.ReadingError.
func OfflineRow(row Row, zone *time.Location, received time.Time) (integration.Event, error) {
	n := cmp.Or(row.Number("id"), row.Number("communication_id"))
	if n <= 0 {
		return integration.Event{}, unreadable("нет id заявки", "the request has no id")
	}
	id := strconv.FormatInt(n, 10)
	at := row.Time("date_time", zone)
	if at.IsZero() {
		at = received.UTC()
	}
	told := &integration.ChatTold{Initiator: string(integration.ByVisitor), Visitor: integration.Visitor{Name: row.Text("visitor_name")}}
	if visitor := row.Number("visitor_id"); visitor > 0 {
		told.Visitor.ID = strconv.FormatInt(visitor, 10)
	}
	if phone := row.Phone("visitor_phone_number"); phone != "" {
		told.Visitor.Phones = []string{phone}
	}
	if email := row.Text("visitor_email"); email != "" {
		told.Visitor.Emails = []string{email}
	}
	if text := row.Text("text"); text != "" {
		told.Message = &integration.Message{ID: id, By: integration.ByVisitor, At: at, Text: text}
	}
	e := integration.Event{
		Source: Name, Kind: integration.OfflineRequest, Session: integration.OfflineSession(id), At: at, Received: received.UTC(),
		Key: string(integration.OfflineRequest) + "|" + id,
		Report: integration.Report{
			StartedAt: at, Employee: integration.Employee{ID: integration.EmployeeID(row.Number("employee_id")), Name: row.Text("employee_full_name")},
			Tags: row.Tags(), Params: row.Params(offlineParams), Chat: told,
		},
	}
	e.Customer = Visitor(&told.Visitor, e.Session)
	return e, nil
}

// Visitor names whose work a conversation is: its visitor by the strongest thing known of them, or the session when nothing is.
func Visitor(v *integration.Visitor, s integration.SessionID) integration.CustomerKey {
	return cmp.Or(integration.CustomerOf(v, webhooks.NumbersOf), integration.CustomerKey("session:"+string(s)))
}
