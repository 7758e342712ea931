package session

import (
	"strings"
	"time"

	"omniconnector/webhooks/emulator/table"
)

// Calls is what get.calls_report has: the groups of contract uis §4.2 and the fields of §4.3.
var Calls = join(
	table.Columns(table.Integer, "id"),
	table.Columns(table.Text, "start_time", "finish_time", "finish_reason", "direction"),
	table.Columns(table.Integer, "cpn_region_id"), table.Columns(table.Text, "cpn_region_name"),
	table.Columns(table.Integer, "cpn_country_id"), table.Columns(table.Text, "cpn_country_name", "properties"),
	table.Columns(table.Nested, "scenario_operations"),
	table.Columns(table.Integer, "scenario_id"), table.Columns(table.Text, "scenario_name", "source"),
	table.Columns(table.Flag, "is_lost", "is_transfer"),
	table.Columns(table.Text, "contact_phone_number", "virtual_phone_number", "operator_phone_number"),
	table.Columns(table.Integer, "wait_duration", "total_wait_duration", "talk_duration", "clean_talk_duration",
		"total_duration", "postprocess_duration", "lost_call_processing_duration"),
	table.Columns(table.List, "call_records", "wav_call_records", "voice_mail_records"),
	table.Columns(table.Text, "full_record_file_link"), table.Columns(table.Nested, "employees"),
	table.Columns(table.Integer, "first_answered_employee_id"), table.Columns(table.Text, "first_answered_employee_full_name"),
	table.Columns(table.Integer, "last_answered_employee_id"), table.Columns(table.Text, "last_answered_employee_full_name"),
	table.Columns(table.Integer, "last_answered_employee_rating"),
	table.Columns(table.Integer, "first_talked_employee_id"), table.Columns(table.Text, "first_talked_employee_full_name"),
	table.Columns(table.Integer, "last_talked_employee_id"), table.Columns(table.Text, "last_talked_employee_full_name"),
	table.Columns(table.Text, "auto_call_campaign_name"), table.Columns(table.Integer, "call_api_request_id"),
	table.Columns(table.Text, "call_api_external_id"),
	table.Columns(table.Integer, "contact_id"), table.Columns(table.Text, "contact_full_name"),
	Origin,
)

// Origin are the groups of contract uis §4.2, which calls, chats and offline requests share.
var Origin = join(traffic, visitor, place, shared)

// The groups of contract uis §4.2.
var (
	traffic = join(
		table.Columns(table.Text, "search_query", "search_engine", "referrer_domain", "referrer", "entrance_page",
			"communication_page_url", "gclid", "yclid", "ymclid", "ef_id", "channel",
			"utm_source", "utm_medium", "utm_term", "utm_content", "utm_campaign",
			"openstat_ad", "openstat_campaign", "openstat_service", "openstat_source",
			"eq_utm_source", "eq_utm_medium", "eq_utm_term", "eq_utm_content", "eq_utm_campaign", "eq_utm_referrer", "eq_utm_expid"),
		table.Columns(table.Integer, "source_id"), table.Columns(table.Text, "source_name", "source_new", "channel_new", "channel_code"),
	)
	visitor = join(
		table.Columns(table.Integer, "visitor_id", "person_id"), table.Columns(table.Text, "visitor_type"),
		table.Columns(table.Integer, "visitor_session_id", "visits_count", "visitor_first_campaign_id"),
		table.Columns(table.Text, "visitor_first_campaign_name", "visitor_city", "visitor_region", "visitor_country", "visitor_device"),
		table.Columns(table.Nested, "visitor_custom_properties", "segments"),
		table.Columns(table.Text, "ua_client_id", "ym_client_id"),
	)
	place = join(
		table.Columns(table.Integer, "site_id"), table.Columns(table.Text, "site_domain_name"),
		table.Columns(table.Integer, "campaign_id"), table.Columns(table.Text, "campaign_name"),
		table.Columns(table.Flag, "visit_other_campaign"),
	)
	shared = join(
		table.Columns(table.Integer, "communication_id"), table.Columns(table.Text, "communication_type"),
		table.Columns(table.Integer, "communication_number"), table.Columns(table.Text, "sale_date"),
		table.Columns(table.Integer, "sale_cost"), table.Columns(table.List, "attributes"),
		table.Columns(table.Nested, "tags"), table.Columns(table.Text, "ext_id"),
	)
)

func join(parts ...table.Schema) table.Schema {
	var all table.Schema
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// Call is the row of the session in get.calls_report.
func (s *Session) Call(v View) table.Row {
	row := table.Row{
		"id": s.ID, "start_time": s.stamp(s.Start), "direction": s.Direction, "source": s.Source,
		"is_lost": false, "is_transfer": s.Transfer, "contact_phone_number": text(s.Client),
		"virtual_phone_number": text(s.Number), "call_api_external_id": text(s.External),
		"communication_id": s.ID, "communication_type": "call",
		"scenario_operations": operations(s.Operations), "employees": s.employees(v.Reached),
		"tags": Tags(v.Marks, s.Location), "attributes": s.attributes(v), "visitor_custom_properties": []any{}, "segments": []any{},
	}
	if strings.HasPrefix(s.Client, "7") {
		row["cpn_country_id"], row["cpn_country_name"] = int64(7), "Россия"
	}
	if s.Request != 0 {
		row["call_api_request_id"] = s.Request
	}
	Pair(row, "scenario_id", "scenario_name", s.Scenario)
	Pair(row, "contact_id", "contact_full_name", s.Contact)
	s.Visit.Row(row)
	s.talked(row, v.Reached)
	s.recorded(row, v.Reached)
	if v.Finished {
		s.finished(row)
	}
	return row
}

// finished are the fields that are known at the end.
func (s *Session) finished(row table.Row) {
	row["finish_time"], row["finish_reason"], row["is_lost"] = s.stamp(s.Finish), text(s.FinishReason), s.Lost
	row["wait_duration"], row["total_wait_duration"] = seconds(s.Wait), seconds(s.Wait)
	row["talk_duration"], row["clean_talk_duration"] = seconds(s.Talk), seconds(s.Talk)
	row["total_duration"], row["postprocess_duration"] = seconds(s.Finish.Sub(s.Start)), int64(0)
}

// talked are the first and the last employee who answered, and who talked.
func (s *Session) talked(row table.Row, until time.Time) {
	for how, all := range map[string][]Leg{
		"answered": s.operators(until, false), "talked": s.operators(until, true),
	} {
		var first, last Leg
		if len(all) > 0 {
			first, last = all[0], all[len(all)-1]
			row["operator_phone_number"] = text(last.Phone)
		}
		Pair(row, "first_"+how+"_employee_id", "first_"+how+"_employee_full_name", first.Employee)
		Pair(row, "last_"+how+"_employee_id", "last_"+how+"_employee_full_name", last.Employee)
	}
}

// employees are all whose phones rang.
func (s *Session) employees(until time.Time) []table.Row {
	all := []table.Row{}
	at := map[int64]table.Row{}
	for _, l := range s.Legs {
		if !l.Operator || l.Employee.ID == 0 || l.Start.After(until) {
			continue
		}
		row := at[l.Employee.ID]
		if row == nil {
			row = table.Row{
				"employee_id": l.Employee.ID, "employee_full_name": l.Employee.Name, "is_answered": false, "is_talked": false,
			}
			at[l.Employee.ID] = row
			all = append(all, row)
		}
		if !l.Connect.IsZero() && !l.Connect.After(until) {
			row["is_answered"] = true
			row["is_talked"] = l.Talked
		}
	}
	return all
}

func (s *Session) recorded(row table.Row, until time.Time) {
	hashes, mail := []string{}, []string{}
	for _, l := range s.Legs {
		if l.Record.Hash != "" && !l.Record.Ready.After(until) {
			hashes = append(hashes, l.Record.Hash)
		}
	}
	for _, r := range s.Voicemail {
		if !r.Ready.After(until) {
			mail = append(mail, r.Hash)
		}
	}
	row["call_records"], row["wav_call_records"], row["voice_mail_records"] = hashes, hashes, mail
	switch {
	case len(hashes) == 1:
		row["full_record_file_link"] = s.address(hashes[0])
	case len(hashes) > 1:
		row["full_record_file_link"] = s.RecordsAt + s.Whole
	}
}

// address is where a recording is fetched.
func (s *Session) address(hash string) string {
	return s.RecordsAt + Path(s.ID, hash)
}

func operations(all []Named) []table.Row {
	rows := []table.Row{}
	for _, o := range all {
		rows = append(rows, table.Row{"id": o.ID, "name": o.Name})
	}
	return rows
}

// Tags are the tags of a communication as the reports have them.
func Tags(marks []Mark, zone *time.Location) []table.Row {
	rows := []table.Row{}
	for _, m := range marks {
		rows = append(rows, table.Row{
			"tag_id": m.Tag.ID, "tag_name": m.Tag.Name, "tag_type": "manual", "tag_change_time": Stamp(m.At, zone),
			"tag_user_id": nil, "tag_user_login": nil, "tag_employee_id": nil, "tag_employee_full_name": nil,
		})
	}
	return rows
}

func (s *Session) attributes(v View) []string {
	all := []string{}
	if s.Visit.Communication == 1 {
		all = append(all, "first")
	}
	if v.Finished && s.Lost {
		all = append(all, "lost")
	}
	return all
}

// Row puts in what the reports know of where somebody came from, when a visitor did.
func (v Visit) Row(row table.Row) {
	Pair(row, "site_id", "site_domain_name", v.Site)
	Pair(row, "campaign_id", "campaign_name", v.Campaign)
	Pair(row, "visitor_first_campaign_id", "visitor_first_campaign_name", v.First)
	for name, value := range map[string]string{
		"source_name": v.Source, "utm_source": v.UTM, "utm_medium": v.Medium, "utm_campaign": v.UTMCampaign, "utm_term": v.Term,
		"utm_content": v.Content, "search_query": v.Query, "referrer": v.Referrer, "communication_page_url": v.Page, "entrance_page": v.Entrance,
	} {
		row[name] = text(value)
	}
	if v.Communication != 0 {
		row["communication_number"] = v.Communication
	}
	if v.Visitor == 0 {
		row["visitor_type"] = "Не заполнен"
		return
	}
	row["visitor_id"], row["person_id"], row["visitor_session_id"] = v.Visitor, v.Visitor, v.Visitor+1
	row["visitor_type"], row["visits_count"], row["visitor_device"] = "Новый", int64(1), "desktop"
	row["visitor_city"], row["visitor_region"], row["visitor_country"] = "Москва", "Москва", "Россия"
	row["visit_other_campaign"] = false
	switch v.Medium {
	case "cpc":
		row["channel"], row["source_new"] = "paid", "Контекстная реклама"
	case "display":
		row["channel"], row["source_new"] = "display", "Медийная реклама"
	default:
		row["channel"] = "direct"
	}
}
