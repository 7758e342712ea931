package uis

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"omniconnector/integration"
)

// Variant is a way to write a template. JSON is the one to recommend.
type Variant string

// The variants a tenant may choose from.
const (
	AsJSON Variant = "json"
	AsForm Variant = "form"
	AsGet  Variant = "get" // for accounts whose notifications can only be GET
)

// Template is one notification to be entered in the platform's cabinet, which has no
// interface for it (contract uis §1.1). It holds the tenant's secrets: show it to the
// tenant, and never log it.
type Template struct {
	Event       integration.EventKind
	Word        string // the event's name in the address and the body
	Variant     Variant
	RU, EN      string // the event's title in the cabinet
	Method      string
	URL         string
	ContentType string
	Body        string
}

// What a connector wants to hear, in the order of the cabinet. The variables are those of contract uis §1.3;
// what an event does not have comes as null or as {{name}}, and both are read as nothing.
const (
	ofAll      = `app_id notification_mnemonic notification_time notification_timestamp`
	ofCall     = ` call_session_id external_id direction is_internal call_source start_time virtual_phone_number contact_phone_number`
	ofContact  = ` contact_id contact_full_name communication_number cpn_region_id cpn_region_name`
	ofEmployee = ` employee_id employee_full_name employee_phone_number extension_phone_number`
	ofScenario = ` scenario_id scenario_name`
	ofVisitor  = ` site_id site_domain_name campaign_id campaign_name visitor_first_campaign_id visitor_first_campaign_name
		source_id source_name source_new channel search_query search_engine referrer referrer_domain entrance_page
		communication_page_url utm_source utm_medium utm_term utm_content utm_campaign eq_utm_source eq_utm_medium
		eq_utm_term eq_utm_content eq_utm_campaign openstat_ad openstat_campaign openstat_service openstat_source
		gclid yclid ymclid visitor_id visitor_session_id person_id visitor_type visits_count visitor_city visitor_region
		visitor_country visitor_device visitor_browser_name ua_client_id ym_client_id`
	ofTags = ` tag_ids tag_names`
	ofEnd  = ` is_lost is_transfer lost_reason call_status first_talked_employee_id last_talked_employee_id
		last_scenario_operation_id last_scenario_operation_name visitor_group_id visitor_group_name
		wait_time_duration talk_time_duration total_time_duration operator_rating record_file_links attributes` + ofTags
)

var wanted = []struct {
	event     integration.EventKind
	ru, en    string
	variables string
}{
	{integration.CallIncoming, "Входящий звонок на виртуальный номер", "Inbound call on a virtual phone number", ofAll + ofCall + ofContact + ofScenario + ofVisitor},
	{integration.CallRinging, "Ожидание ответа", "Waiting for the answer", ofAll + ofCall + ofEmployee + ` leg_id`},
	{integration.CallLegOut, "Исходящее плечо", "Outgoing leg", ofAll + ofCall + ofEmployee + ` leg_id calling_phone_number called_phone_number`},
	{integration.CallOutgoing, "Исходящий звонок", "Outbound call", ofAll + ofCall + ofContact + ofEmployee},
	{integration.CallTalkStarted, "Начало разговора", "Talk started", ofAll + ofCall + ofEmployee + ` leg_ids`},
	{integration.CallTalkFinished, "Окончание разговора", "Talk finished", ofAll + ofCall + ofEmployee + ` leg_ids talk_time_duration`},
	{integration.CallFinished, "Завершение звонка", "Call finished", ofAll + ofCall + ofContact + ofEmployee + ofScenario + ofEnd + ofVisitor},
	{
		integration.CallLost, "Потерянный звонок", "Lost call",
		ofAll + ofCall + ofContact + ofScenario + ofVisitor + ofTags +
			` is_lost lost_reason call_status employee_ids noanswered_employee_full_names wait_time_duration total_time_duration`,
	},
	{integration.RecordReady, "Записанный разговор", "Call recording completed", ofAll + ofCall + ofEmployee + ofTags + ` file_link file_duration operator_rating`},
	{integration.VoicemailReady, "Голосовое сообщение", "Voice message", ofAll + ofCall + ` file_link file_duration`},
	{integration.FaxReceived, "Принятый факс", "Fax received", ofAll + ofCall + ` file_link`},
	{integration.TagSet, "Проставление тега", "Tag set", ofAll + ofCall + ofTags + ` communication_type communication_id operator_rating`},
	{
		integration.OfflineRequest, "Офлайн-заявка", "Offline message",
		ofAll + ` id date_time text communication_id communication_type communication_number form_type form_name group_id group_name properties
			visitor_name visitor_phone_number visitor_email employee_id employee_full_name visit_other_campaign ext_id
			is_agree_to_process_personal_data is_agree_to_mailing` + ofTags + ofVisitor,
	},
	{integration.SIPLost, "Потеря регистрации SIP-линии", "SIP line registration lost", ofAll + ofEmployee},
}

// Templates prints what a tenant pastes into the cabinet, every event in every variant. The base is the public
// address of the installation, token the tenant's (webhooks.Token); without a body secret none is asked for.
func Templates(base, token string, bodySecret integration.Secret) []Template {
	address := strings.TrimRight(base, "/") + "/hooks/" + Name + "/" + token + "/"
	all := make([]Template, 0, 3*len(wanted))
	for _, v := range []Variant{AsJSON, AsForm, AsGet} {
		for _, w := range wanted {
			t := Template{Event: w.event, Word: word(w.event), Variant: v, RU: w.ru, EN: w.en, Method: http.MethodPost, URL: address + word(w.event)}
			names := strings.Fields(w.variables)
			switch v {
			case AsJSON:
				t.ContentType, t.Body = "application/json", jsonBody(word(w.event), string(bodySecret), names)
			case AsForm:
				t.ContentType, t.Body = "application/x-www-form-urlencoded", pairs(word(w.event), string(bodySecret), names)
			case AsGet:
				t.Method, t.URL = http.MethodGet, t.URL+"?"+pairs(word(w.event), string(bodySecret), names)
			}
			all = append(all, t)
		}
	}
	return all
}

// word is an event's name in addresses and templates: the platform calls a request by another name than we do.
func word(k integration.EventKind) string {
	if k == integration.OfflineRequest {
		return string(integration.Offline)
	}
	return string(k)
}

// jsonBody writes placeholders without quotes, because the platform puts in JSON (contract uis §1.1).
func jsonBody(event, secret string, names []string) string {
	var b strings.Builder
	b.WriteString("{\n  \"schema\": 1,\n  \"event\": " + quote(event))
	if secret != "" {
		b.WriteString(",\n  \"secret\": " + quote(secret))
	}
	for _, n := range names {
		b.WriteString(",\n  " + quote(n) + ": {{" + n + "}}")
	}
	b.WriteString("\n}")
	return b.String()
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string is always JSON
	}
	return string(text)
}

func pairs(event, secret string, names []string) string {
	all := []string{"event=" + event}
	if secret != "" {
		all = append(all, "secret="+url.QueryEscape(secret))
	}
	for _, n := range names {
		all = append(all, n+"={{"+n+"}}")
	}
	return strings.Join(all, "&")
}
