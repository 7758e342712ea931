package uis

import "strings"

// params are the variables that go on under their own names, for filters and templates
// (contract uis §1.3). What is not here stays in the raw body.
var params = set(`
	app_id tp_project communication_id communication_type communication_number
	scenario_id scenario_name last_scenario_operation_id last_scenario_operation_name
	campaign_id campaign_name site_id site_domain_name source_id source_name source_new
	channel channel_new channel_code search_query search_engine referrer referrer_domain
	entrance_page communication_page_url gclid yclid ymclid ef_id cm_id
	person_id visits_count segments ua_client_id ym_client_id sale_date sale_cost
	contact_id contact_full_name contact_group_ids calling_phone_number called_phone_number
	call_source call_status finish_reason operator_rating tag_ids tag_names attributes file_duration`)

// families are prefixes of such variables.
var families = []string{"visitor_", "utm_", "eq_utm_", "openstat_", "cpn_region_"}

// others are the variables with a place of their own in an event.
var others = set(`
	schema event secret notification_name notification_mnemonic notification_time notification_timestamp
	call_session_id external_id direction is_internal is_lost lost_reason is_transfer start_time
	virtual_phone_number contact_phone_number leg_id leg_ids
	employee_id employee_full_name employee_phone_number extension_phone_number employee_email
	employee_ids noanswered_employee_full_names first_talked_employee_id last_talked_employee_id
	wait_time_duration talk_time_duration total_time_duration file_link record_file_links
	call_record_duration`)

// ofRequests are the keys of offline requests (contract uis §4.7) that are no variables of the platform. They are too short to be looked
// for where an & was forgotten: "id" ends many other names.
var ofRequests = set(`
	id date_time text form_type form_name group_id group_name properties
	is_agree_to_process_personal_data is_agree_to_mailing visit_other_campaign ext_id tags segments`)

func set(names string) map[string]bool {
	out := map[string]bool{}
	for name := range strings.FieldsSeq(names) {
		out[name] = true
	}
	return out
}

// isParam reports whether a variable goes on under its own name.
func isParam(name string) bool {
	if params[name] {
		return true
	}
	for _, prefix := range families {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// known reports whether a name is one of the platform's variables.
func known(name string) bool {
	return others[name] || isParam(name) && !strings.ContainsFunc(name, func(r rune) bool { return !isWord(r) })
}
