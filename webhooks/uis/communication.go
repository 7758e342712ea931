package uis

import (
	"slices"
	"strconv"
	"strings"
)

// shared are the columns that every kind of communication has (contract uis §4.2).
var shared = strings.Fields(`
	search_query search_engine referrer_domain referrer entrance_page communication_page_url gclid yclid ymclid ef_id channel
	utm_source utm_medium utm_term utm_content utm_campaign openstat_ad openstat_campaign openstat_service openstat_source
	eq_utm_source eq_utm_medium eq_utm_term eq_utm_content eq_utm_campaign eq_utm_referrer eq_utm_expid
	source_id source_name source_new channel_new channel_code
	visitor_id person_id visitor_type visitor_session_id visits_count visitor_first_campaign_id visitor_first_campaign_name
	visitor_city visitor_region visitor_country visitor_device ua_client_id ym_client_id
	site_id site_domain_name campaign_id campaign_name visit_other_campaign
	communication_id communication_type communication_number sale_date sale_cost attributes ext_id`)

// marks are the columns of what people and the platform mark a communication and its visitor with (contract uis §4.2).
var marks = []string{"tags", "segments", "visitor_custom_properties"}

// Shared are the columns that every kind of communication has and whose values go on under their own names (contract uis §4.2).
func Shared() []string { return slices.Clone(shared) }

// Marks are the columns that Row.Params reads besides the ones it is given.
func Marks() []string { return slices.Clone(marks) }

// Params are the values of some columns under their own names, as notifications name them (contract uis §1.3, §4.2), with the marks of
// the communication, so that filters and templates need not know where a value came from. It is never nil.
func (r Row) Params(columns []string) map[string][]string {
	out := map[string][]string{}
	put := func(name, value string) {
		if value != "" {
			out[name] = append(out[name], value)
		}
	}
	for _, column := range columns {
		for _, value := range r.List(column) {
			put(column, value)
		}
	}
	for _, id := range r.tagged("tag_id", "tag_ids") {
		put("tag_ids", id)
	}
	for _, name := range r.Tags() {
		put("tag_names", name)
	}
	for _, segment := range r.Rows("segments") {
		put("segments", segment.Text("segment_name"))
	}
	for _, property := range r.Rows("visitor_custom_properties") {
		if value := property.Text("property_value"); value != "" {
			put("visitor_custom_properties", property.Text("property_name")+": "+value)
		}
	}
	return out
}

// Tags are the names of the tags that somebody put on the communication.
func (r Row) Tags() []string { return r.tagged("tag_name", "tag_names") }

// tagged are the tags' ids or names: reports have a list of tags, notifications a list of each.
func (r Row) tagged(column, variable string) []string {
	var out []string
	for _, tag := range r.Rows("tags") {
		if text := tag.Text(column); text != "" {
			out = append(out, text)
		}
	}
	if out == nil {
		return r.List(variable)
	}
	return out
}

// Phone returns a telephone number as the platform writes it; reports write some as numbers (contract uis §4.5, §4.7).
func (r Row) Phone(column string) string {
	if n := r.Number(column); n > 0 {
		return strconv.FormatInt(n, 10)
	}
	return r.Text(column)
}
