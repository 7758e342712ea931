package rpc

import (
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/webhooks/uis"
)

// callColumns is everything that is asked of a call: what has a place in a report, and what goes on by its name.
var callColumns = append(strings.Fields(`
	id start_time finish_time finish_reason direction source is_lost is_transfer contact_phone_number virtual_phone_number
	wait_duration total_wait_duration talk_duration clean_talk_duration total_duration call_records full_record_file_link
	employees first_talked_employee_id first_talked_employee_full_name last_talked_employee_id last_talked_employee_full_name
	last_answered_employee_rating call_api_external_id scenario_operations`), slices.Concat(uis.Marks(), namedColumns)...)

// namedColumns go on as parameters of the report, under the names that notifications use (contract uis §1.3, §4.2, §4.3).
var namedColumns = append(strings.Fields(`
	cpn_region_id cpn_region_name cpn_country_id cpn_country_name properties scenario_id scenario_name
	auto_call_campaign_name call_api_request_id contact_id contact_full_name`), uis.Shared()...)

// call is a row of the report with what is needed to place it.
type call struct {
	id             int64
	started, ended time.Time
	row            uis.Row
}

// readCall places a row in time. It is not ok for a call that has no id or no start, goes on still, or started outside
// of the range, which is asked for more widely than needed.
func readCall(row uis.Row, zone *time.Location, from, till time.Time) (one call, ok bool) {
	one = call{id: row.Number("id"), row: row}
	start, end := row.Time("start_time", zone), row.Time("finish_time", zone)
	took := seconds(row, "total_duration")
	if end.IsZero() && took != nil && row.Has("finish_reason") {
		end = start.Add(*took)
	}
	if one.id <= 0 || start.IsZero() || end.IsZero() {
		return one, false
	}
	var within []time.Time
	for _, t := range twins(start, zone) {
		if !t.Before(from) && t.Before(till) {
			within = append(within, t)
		}
	}
	if len(within) == 0 {
		return one, false
	}
	var long time.Duration
	if took != nil {
		long = *took
	}
	one.started, one.ended = lasted(within, twins(end, zone), long)
	return one, true
}

// seconds is the first of some columns that says a duration.
func seconds(row uis.Row, columns ...string) *time.Duration {
	for _, column := range columns {
		if d := row.Seconds(column); d != nil {
			return d
		}
	}
	return nil
}

// event makes the report of a call. Its key changes with what is known of the call, so that a report that says more than the
// one before is not taken for a repetition.
func (c *Client) event(one call, legs []leg) integration.Event {
	e := integration.Event{
		Source: uis.Name, Kind: integration.CallReport, Session: sessionID(one.id), At: one.ended, Received: c.now().UTC(),
		Report: c.report(one, legs),
	}
	e.Key = "report|" + string(e.Session) + "|" + content(&e.Report)
	e.Customer = uis.Customer(&e)
	return e
}

func (c *Client) report(one call, legs []leg) integration.Report {
	row := one.row
	r := integration.Report{
		ClientNumber: row.Text("contact_phone_number"), VirtualNumber: row.Text("virtual_phone_number"),
		StartedAt: one.started, EndedAt: one.ended, Lost: row.Flag("is_lost"),
		Wait: seconds(row, "wait_duration", "total_wait_duration"), Talk: seconds(row, "talk_duration", "clean_talk_duration"),
		Total: seconds(row, "total_duration"), Records: c.records(one),
		ExternalID: row.Text("call_api_external_id"), CallSource: row.Text("source"), Rating: row.Rating("last_answered_employee_rating"),
		Tags: row.Tags(),
	}
	if transfer := row.Flag("is_transfer"); transfer != nil {
		r.Transfer = *transfer
	}
	switch direction := row.Text("direction"); direction {
	case "in", "out":
		r.Direction = crm.Direction(direction)
	}
	if lost(&r) {
		r.LostReason = row.Text("finish_reason")
	}
	if r.Rating == 0 {
		r.Rating = rated(legs)
	}
	people(&r, row, legs)
	r.Params = named(one, &r, legs)
	return r
}

func lost(r *integration.Report) bool { return r.Lost != nil && *r.Lost }

// records are the addresses of a call's record: the one of the whole call when there is one, because the portal shows
// one record per call (T-10), or those of its talks.
func (c *Client) records(one call) []string {
	if whole := one.row.Text("full_record_file_link"); address(whole) {
		return []string{whole}
	}
	var all []string
	for _, hash := range one.row.List("call_records") {
		switch {
		case address(hash):
			all = append(all, hash)
		case c.media != "" && plain(hash):
			all = append(all, c.media+"/"+string(sessionID(one.id))+"/"+hash)
		}
	}
	return all
}

func address(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// plain tells a hash from what would change the address it becomes a part of.
func plain(hash string) bool {
	return hash != "" && !strings.ContainsFunc(hash, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}
