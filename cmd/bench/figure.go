package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// measurement finds out one or more figures in one go.
type measurement struct {
	name string
	run  func(b *bench, ctx context.Context) (map[string]float64, error)
}

// figure is one line of the output.
type figure struct {
	name, unit string
	goal       goal
	long       bool // needs minutes
	from       *measurement
}

// goal is what spec 50 wants; without a sign it wants nothing of the figure.
type goal struct {
	sign  string
	value float64
}

func atMost(v float64) goal  { return goal{"≤", v} }
func atLeast(v float64) goal { return goal{"≥", v} }

func (g goal) met(v float64) bool {
	if g.sign == "≤" {
		return v <= g.value
	}
	return v >= g.value
}

// table lists the figures in the order of spec 50; those without a goal stand below the one they explain.
func table() []figure {
	var (
		none     goal
		quiet    = &measurement{"requests of a quiet lane", (*bench).quietCalls}
		busy     = &measurement{"requests of a busy lane", (*bench).busyCalls}
		steady   = &measurement{"calls a second on one portal", (*bench).steadyCalls}
		card     = &measurement{"way of a call's card", (*bench).cards}
		intake   = &measurement{"intake", (*bench).intake}
		lanes    = &measurement{"throughput of lanes", (*bench).lanes}
		decide   = &measurement{"decisions by many rules", (*bench).decisions}
		lookup   = &measurement{"whose client is calling, 100,000 known", (*bench).lookups}
		lookupsM = &measurement{"whose client is calling, 1,000,000 known", (*bench).lookupsLong}
		api      = &measurement{"the API, 100,000 events", (*bench).api}
		apiM     = &measurement{"the API, 1,000,000 events", (*bench).apiLong}
		paint    = &measurement{"the first page in a browser", (*bench).paint}
		orders   = &measurement{"orders of arrival", (*bench).permutations}
		idle     = &measurement{"an idle portal", (*bench).idle}
		memory   = &measurement{"memory of idle portals", (*bench).memory}
		start    = &measurement{"start", (*bench).start}
		takeover = &measurement{"work after kill -9", (*bench).takeover}
		chats    = &measurement{"requests of a conversation", (*bench).quietChats}
		stream   = &measurement{"messages a second on one portal", (*bench).streamedChats}
		open     = &measurement{"memory of open conversations", (*bench).openChats}
	)
	return append([]figure{
		{"requests_per_call_quiet", "requests", atMost(3), false, quiet},
		{"requests_per_call_quiet_known", "requests", none, false, quiet},
		{"requests_per_call_quiet_late_record", "requests", none, false, quiet},
		{"requests_per_call_missed", "requests", none, false, quiet},
		{"requests_per_call_ring_group", "requests", none, false, quiet},
		{"requests_per_call_queue_of_eight", "requests", none, false, quiet},
		{"requests_per_call_transfer", "requests", none, false, quiet},
		{"requests_per_call_click", "requests", none, false, quiet},
		{"platform_points_per_call", "points", none, false, quiet},
		{"platform_points_per_call_click", "points", none, false, quiet},
		{"requests_per_call_busy", "requests", atMost(0.25), false, busy},
		{"commands_per_call_busy", "commands", none, false, busy},
		{"requests_per_call_steady", "requests", none, false, steady},
		{"calls_per_second_portal", "calls/s", atLeast(5), false, steady},
		{"calls_per_second_portal_records", "calls/s", none, false, steady},
		{"calls_per_second_operating", "calls/s", none, false, steady},
		{"limit_errors", "errors", atMost(0), false, steady},
		{"card_first_byte_p99_ms", "ms", atMost(25), false, card},
		{"card_first_byte_p50_ms", "ms", none, false, card},
		{"card_first_byte_p99_ms_postgres", "ms", none, false, card},
		{"intake_ratio_postgres", "ratio", atLeast(0.5), false, intake},
		{"intake_ratio_postgres_cpu", "ratio", none, false, intake},
		{"intake_ratio_sqlite", "ratio", atLeast(0.3), false, intake},
		{"intake_ratio_sqlite_cpu", "ratio", none, false, intake},
		{"intake_group_gain", "ratio", atLeast(2.5), false, intake},
		{"intake_group_gain_cpu", "ratio", none, false, intake},
		{"intake_per_second_bare", "requests/s", none, false, intake},
		{"intake_per_second_postgres", "requests/s", none, false, intake},
		{"intake_per_second_sqlite", "requests/s", none, false, intake},
		{"intake_cpu_us_bare", "us", none, false, intake},
		{"intake_cpu_us_postgres", "us", none, false, intake},
		{"intake_cpu_us_sqlite", "us", none, false, intake},
		{"lane_events_per_second_core", "events/s", atLeast(5000), false, lanes},
		{"lane_events_per_second_core_sqlite", "events/s", none, false, lanes},
		{"lane_events_per_second_core_backlog", "events/s", none, false, lanes},
		{"lane_events_per_second_core_backlog_sqlite", "events/s", none, false, lanes},
		{"lane_events_per_second_wall", "events/s", none, false, lanes},
		{"lane_events_per_second_wall_sqlite", "events/s", none, false, lanes},
		{"decide_1000_rules_ratio", "ratio", atMost(3), false, decide},
		{"decide_1000_rules_us", "us", atMost(200), false, decide},
		{"decide_no_rules_us", "us", none, false, decide},
		{"permutations_tried", "orders", none, false, orders},
		{"manager_lookup_p99_ms", "ms", atMost(10), true, lookupsM},
		{"manager_lookup_p50_ms", "ms", none, true, lookupsM},
		{"manager_lookup_bare_p99_ms", "ms", none, true, lookupsM},
		{"manager_lookup_late", "answers", atMost(0), true, lookupsM},
		{"manager_lookup_full_p99_ms", "ms", none, true, lookupsM},
		{"manager_lookup_full_p50_ms", "ms", none, true, lookupsM},
		{"index_fill_per_second", "records/s", none, true, lookupsM},
		{"manager_lookup_p99_ms_postgres", "ms", atMost(10), true, lookupsM},
		{"manager_lookup_p50_ms_postgres", "ms", none, true, lookupsM},
		{"manager_lookup_bare_p99_ms_postgres", "ms", none, true, lookupsM},
		{"manager_lookup_late_postgres", "answers", atMost(0), true, lookupsM},
		{"manager_lookup_full_p99_ms_postgres", "ms", none, true, lookupsM},
		{"manager_lookup_full_p50_ms_postgres", "ms", none, true, lookupsM},
		{"index_fill_per_second_postgres", "records/s", none, true, lookupsM},
		{"manager_lookup_p99_ms_100k", "ms", atMost(10), false, lookup},
		{"manager_lookup_p50_ms_100k", "ms", none, false, lookup},
		{"manager_lookup_bare_p99_ms_100k", "ms", none, false, lookup},
		{"manager_lookup_late_100k", "answers", atMost(0), false, lookup},
		{"manager_lookup_full_p99_ms_100k", "ms", none, false, lookup},
		{"manager_lookup_full_p50_ms_100k", "ms", none, false, lookup},
		{"index_fill_per_second_100k", "records/s", none, false, lookup},
		{"manager_lookup_p99_ms_100k_postgres", "ms", atMost(10), false, lookup},
		{"manager_lookup_p50_ms_100k_postgres", "ms", none, false, lookup},
		{"manager_lookup_bare_p99_ms_100k_postgres", "ms", none, false, lookup},
		{"manager_lookup_late_100k_postgres", "answers", atMost(0), false, lookup},
		{"manager_lookup_full_p99_ms_100k_postgres", "ms", none, false, lookup},
		{"manager_lookup_full_p50_ms_100k_postgres", "ms", none, false, lookup},
		{"index_fill_per_second_100k_postgres", "records/s", none, false, lookup},
		{"idle_requests_per_hour", "requests", atMost(0), false, idle},
		{"memory_per_portal_kb", "kB", atMost(50), true, memory},
		{"start_ready_ms", "ms", atMost(1000), false, start},
		{"start_ready_ms_again", "ms", none, false, start},
		{"resume_after_kill_s", "s", atMost(15), true, takeover},
		{"ui_bundle_js_gzip_kb", "kB", none, false, paint},
		{"ui_bundle_css_gzip_kb", "kB", none, false, paint},
		{"ui_first_paint_ms", "ms", none, false, paint},
		{"ui_first_rows_ms", "ms", none, false, paint},
		{"intake_gain_over_gorm", "ratio", atLeast(4), false, intake},
		{"rules_10000_over_1", "ratio", atMost(2), false, decide},
		{"chat_requests_online", "requests", none, false, chats},
		{"chat_requests_online_slow", "requests", none, false, chats},
		{"chat_requests_at_end", "requests", none, false, chats},
		{"platform_points_per_chat_online", "points", none, false, chats},
		{"platform_points_per_chat_online_slow", "points", none, false, chats},
		{"platform_points_per_chat_at_end", "points", none, false, chats},
		{"chat_messages_per_second_portal", "messages/s", none, false, stream},
		{"chat_requests_online_busy", "requests", none, false, stream},
		{"chat_message_lag_p50_s", "s", none, false, stream},
		{"chat_message_lag_p99_s", "s", none, false, stream},
		{"chat_last_message_lag_s", "s", none, false, stream},
		{"chat_limit_errors", "errors", atMost(0), false, stream},
		{"chat_memory_open", "bytes", none, false, open},
		{"chat_events_per_second_core_sqlite", "events/s", none, false, open},
	}, append(apiFigures("", true, apiM), apiFigures("_100k", false, api)...)...)
}

// apiFigures are those of one size, on both databases.
func apiFigures(size string, long bool, from *measurement) (all []figure) {
	for _, on := range []string{"", "_postgres"} {
		for _, name := range []string{"settings_read", "settings_save", "journal", "journal_phone", "journal_text", "journal_text_nothing", "overview"} {
			for _, of := range []string{"_p99_ms", "_p50_ms"} {
				all = append(all, figure{"api_" + name + of + size + on, "ms", goal{}, long, from})
			}
		}
		all = append(all, figure{"simulate_events_per_second" + size + on, "events/s", goal{}, long, from})
	}
	return all
}

// wanted reports whether a figure was asked for. Naming one also asks for what needs minutes.
func (f *figure) wanted(only []string, long bool) bool {
	if len(only) == 0 {
		return long || !f.long
	}
	return slices.ContainsFunc(only, func(name string) bool { return strings.HasPrefix(f.name, name) })
}

// line is how a figure is printed.
func (f *figure) line(v float64) string {
	text := fmt.Sprintf("%s %s %s", f.name, number(v), f.unit)
	if f.goal.sign == "" {
		return text
	}
	verdict := "not met"
	if f.goal.met(v) {
		verdict = "met"
	}
	return fmt.Sprintf("%s   # goal %s %s, %s", text, f.goal.sign, number(f.goal.value), verdict)
}

// number writes three figures that mean something, and no power of ten.
func number(v float64) string {
	digits := 3
	for limit := 1.0; digits > 0 && v >= limit; limit *= 10 {
		digits--
	}
	text := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// median is the middle one; it is 0 of nothing.
func median(all []float64) float64 { return quantile(all, 0.5) }

// quantile is the smallest value that at least the share q of all are not above.
func quantile(all []float64, q float64) float64 {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
