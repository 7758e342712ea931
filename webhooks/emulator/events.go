package emulator

import "strings"

// Events lists the events that notifications can be configured for: those of calls, and offline requests. Of chats
// the Chat API tells (contract uis §5.3).
func Events() []string {
	return []string{
		"call_incoming", "call_outgoing", "call_ringing", "call_leg_out", "call_talk_started", "call_talk_finished",
		"call_finished", "call_lost", "record_ready", "voicemail_ready", "fax_received", "tag_set", "sip_registration_lost",
		offlineEvent,
	}
}

// The variables of contract §1.3, by what they tell of.
const (
	ofAll      = `app_id notification_mnemonic notification_time notification_timestamp`
	ofCalls    = ` call_session_id external_id direction call_source virtual_phone_number contact_phone_number`
	ofContacts = ` contact_id contact_full_name communication_number`
	ofEmployee = ` employee_id employee_full_name employee_phone_number extension_phone_number employee_email`
	ofVisitors = ` site_id site_domain_name campaign_id campaign_name visitor_first_campaign_id visitor_first_campaign_name
		source_name utm_source utm_medium visitor_id`
	ofScenario = ` scenario_id scenario_name`
)

var ofEvents = map[string]string{
	"call_incoming":      ofAll + ofCalls + ofContacts + ofScenario + ofVisitors + ` start_time is_internal`,
	"call_outgoing":      ofAll + ofCalls + ofContacts + ofEmployee + ` start_time is_internal`,
	"call_ringing":       ofAll + ofCalls + ofEmployee + ` leg_id`,
	"call_leg_out":       ofAll + ofCalls + ` leg_id calling_phone_number called_phone_number`,
	"call_talk_started":  ofAll + ofCalls + ofEmployee + ` leg_ids`,
	"call_talk_finished": ofAll + ofCalls + ofEmployee + ` leg_ids talk_time_duration`,
	"call_finished": ofAll + ofCalls + ofContacts + ofEmployee + ofScenario + ofVisitors + ` start_time is_lost is_transfer is_internal
		first_talked_employee_id last_talked_employee_id last_scenario_operation_id last_scenario_operation_name
		visitor_group_id visitor_group_name wait_time_duration talk_time_duration total_time_duration
		call_status tag_names record_file_links`,
	"call_lost": ofAll + ofCalls + ofContacts + ofScenario + ofVisitors + ` start_time is_lost lost_reason employee_ids
		noanswered_employee_full_names wait_time_duration`,
	"record_ready":          ofAll + ofCalls + ofEmployee + ` file_link file_duration tag_ids tag_names`,
	"voicemail_ready":       ofAll + ofCalls + ` file_link file_duration`,
	"fax_received":          ofAll + ofCalls + ` file_link`,
	"tag_set":               ofAll + ` communication_type communication_id tag_ids tag_names contact_phone_number`,
	"sip_registration_lost": ofAll + ofEmployee,
	offlineEvent: ofAll + ofVisitors + ` communication_type communication_id communication_number id date_time text status form_type form_name
		visitor_name visitor_phone_number visitor_email group_id group_name employee_id employee_full_name utm_campaign`,
}

// offlineEvent is an offline request; contract uis §1.2 proposes the name.
const offlineEvent = "offline_message"

func variables(event string) []string { return strings.Fields(ofEvents[event]) }
