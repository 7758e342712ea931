package uis

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

// event makes the event of a notification's variables.
func event(f fields, r webhooks.Request) (integration.Event, error) {
	k, err := kind(f, r.Event)
	if err != nil {
		return integration.Event{}, err
	}
	zone := cmp.Or(r.Location, time.UTC)
	if k == integration.OfflineRequest {
		return request(f, zone, r.Received)
	}
	session, err := session(f, k)
	if err != nil {
		return integration.Event{}, err
	}
	e := integration.Event{
		Kind: k, Session: session, Report: report(f, k, zone),
		At: happened(f, zone, r.Received),
	}
	e.Key = key(f, &e)
	e.Customer = customer(&e)
	return e, nil
}

// request makes the event of an offline request. It has one event however often it is told of, so that a notification that only names it is
// not taken for it: the sweep reads it whole.
func request(f fields, zone *time.Location, received time.Time) (integration.Event, error) {
	e, err := OfflineRow(Row{f}, zone, happened(f, zone, received))
	if err != nil {
		return integration.Event{}, err
	}
	told := e.Report.Chat
	if told.Message == nil && len(told.Visitor.Phones)+len(told.Visitor.Emails) == 0 {
		return integration.Event{}, unreadable("в уведомлении о заявке нет ни текста, ни контактов: она будет прочитана из Data API",
			"the notification of the request has neither words nor contacts: it will be read from the Data API")
	}
	return e, nil
}

// session finds the call. For calls the communication's id is the same (contract uis, "Identifiers").
func session(f fields, k integration.EventKind) (integration.SessionID, error) {
	id := f.text("call_session_id")
	if id == "" {
		if kind := f.text("communication_type"); kind != "" && kind != "call" {
			kind = shorten(kind)
			return "", unreadable("уведомление не о звонке, а о «"+kind+"»", "about a "+kind+", not a call")
		}
		id = f.text("communication_id")
	}
	n := whole(id)
	switch {
	case n > 0:
		return integration.SessionID(strconv.FormatInt(n, 10)), nil
	case k == integration.SIPLost:
		return "", nil
	case id == "":
		return "", unreadable("нет call_session_id", "no call_session_id")
	}
	return "", unreadable("call_session_id не число", "call_session_id is not a number")
}

// misled is a difference between the two times of an event that only a wrong zone explains.
const misled = 15 * time.Minute

// happened is the time of the event. The epoch second is coarser, and is believed when the
// account's zone is wrong or the hour is the one that autumn repeats.
func happened(f fields, zone *time.Location, received time.Time) time.Time {
	at, epoch := f.time("notification_time", zone), f.time("notification_timestamp", zone)
	switch {
	case at.IsZero() && epoch.IsZero():
		return received.UTC()
	case at.IsZero():
		return epoch
	case !epoch.IsZero() && at.Sub(epoch).Abs() >= misled:
		return epoch
	}
	return at
}

// started is when the call began. Only its local time is told: when the epoch second shows that the zone is wrong, it is as
// wrong here as for the event itself. In the night when clocks change it may not be, and nothing begins after what tells of it.
func started(f fields, zone *time.Location) time.Time {
	start, at, epoch := f.time("start_time", zone), f.time("notification_time", zone), f.time("notification_timestamp", zone)
	shift := at.Sub(epoch)
	if start.IsZero() || at.IsZero() || epoch.IsZero() || shift.Abs() < misled {
		return start
	}
	if moved := start.Add(-shift.Round(misled)); !moved.After(epoch.Add(time.Second)) {
		return moved
	}
	return start
}

func report(f fields, k integration.EventKind, zone *time.Location) integration.Report {
	r := integration.Report{
		ClientNumber: f.text("contact_phone_number"), VirtualNumber: f.text("virtual_phone_number"),
		StartedAt: started(f, zone),
		Leg:       f.text("leg_id"), Legs: f.list("leg_ids"),
		Employee: integration.Employee{
			ID: employee(f, "employee_id"), Name: f.text("employee_full_name"), Email: f.text("employee_email"),
			Extension: f.text("extension_phone_number"), Phone: f.text("employee_phone_number"),
		},
		TriedNames:  f.list("noanswered_employee_full_names"),
		FirstTalked: employee(f, "first_talked_employee_id"), LastTalked: employee(f, "last_talked_employee_id"),
		Lost: f.flag("is_lost"), LostReason: f.text("lost_reason"), Status: f.text("call_status"),
		Internal: said(f.flag("is_internal")), Transfer: said(f.flag("is_transfer")),
		Wait: f.seconds("wait_time_duration"), Talk: f.seconds("talk_time_duration"), Total: f.seconds("total_time_duration"),
		Records: records(f), ExternalID: f.text("external_id"), CallSource: f.text("call_source"),
		Rating: score(f.number("operator_rating")), Tags: f.list("tag_names"), Params: named(f),
	}
	switch f.text("direction") {
	case "in", "incoming", "inbound":
		r.Direction = "in"
	case "out", "outgoing", "outbound":
		r.Direction = "out"
	}
	for _, id := range f.numbers("employee_ids") {
		r.Tried = append(r.Tried, integration.EmployeeID(id))
	}
	implied(&r, k)
	return r
}

// implied fills in what the kind of event says by itself.
func implied(r *integration.Report, k integration.EventKind) {
	switch k {
	case integration.CallIncoming, integration.CallLost, integration.VoicemailReady:
		r.Direction = cmp.Or(r.Direction, "in")
	case integration.CallOutgoing:
		r.Direction = cmp.Or(r.Direction, "out")
	default:
	}
	if k == integration.CallLost && r.Lost == nil {
		lost := true
		r.Lost = &lost
	}
}

func employee(f fields, key string) integration.EmployeeID {
	return integration.EmployeeID(f.number(key))
}

// score is what a caller gave; a number nobody can give is none.
func score(n int64) int {
	if n > 0 && n <= 100 {
		return int(n)
	}
	return 0
}

func said(b *bool) bool { return b != nil && *b }

// records are the addresses in either variable.
func records(f fields) []string {
	var out []string
	for _, link := range slices.Concat(f.list("file_link"), f.list("record_file_links")) {
		if link != "" && !slices.Contains(out, link) {
			out = append(out, link)
		}
	}
	return out
}

// named are the variables that keep their names.
func named(f fields) map[string][]string {
	var out map[string][]string
	for name := range f {
		if !isParam(name) {
			continue
		}
		if values := f.list(name); len(values) > 0 {
			if out == nil {
				out = make(map[string][]string, len(f)/2)
			}
			out[name] = values
		}
	}
	return out
}
