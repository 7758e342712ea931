package webtest

import (
	"maps"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// Anna and Peter are employees whom the example's settings map to portal users.
func anna(more map[string]any) map[string]any {
	return person(11, "Тестова Анна", "101", more)
}

func peter(more map[string]any) map[string]any {
	return person(12, "Примеров Пётр", "102", more)
}

func person(id int, name, extension string, more map[string]any) map[string]any {
	vars := map[string]any{"employee_id": id, "employee_full_name": name, "extension_phone_number": extension}
	maps.Copy(vars, more)
	return vars
}

// Morning plays calls of every sort: one that became a lead, one missed, one filtered, a repeat
// one, an outgoing one, one with a refusal of the portal, one at work, an internal one, one with
// hostile names and a notification that cannot be read.
func (w *World) Morning(t integration.TenantID, p integration.PortalID) {
	w.Helper()
	const shop, main = "74950000101", "74950000102"
	second := time.Second
	ads := map[string]any{"campaign_name": "Поиск", "source_name": "Яндекс.Директ", "site_domain_name": "shop.example"}
	base := Story{Tenant: t, Portal: p}
	play := func(s Story) {
		s.Tenant, s.Portal = base.Tenant, base.Portal
		w.Advance(2 * time.Minute)
		w.Play(s)
	}
	play(Story{Session: 910000001, Client: "79000000001", Virtual: shop, Steps: []Step{
		{Event: "call_incoming", Vars: ads},
		{Event: "call_ringing", Gap: 2 * second, Vars: anna(map[string]any{"leg_id": 1})},
		{Event: "call_talk_started", Gap: 7 * second, Vars: anna(map[string]any{"leg_ids": []int{1, 2}})},
		{Event: "call_finished", Gap: 94 * second, Vars: anna(map[string]any{
			"is_lost": false, "talk_time_duration": 94, "wait_time_duration": 9, "total_time_duration": 103, "last_talked_employee_id": 11,
		})},
		{Event: "record_ready", Gap: 20 * second, Vars: map[string]any{"file_link": "https://records.example/a1.mp3?token=1234"}},
	}})
	play(Story{Session: 910000002, Client: "79000000002", Virtual: main, Steps: []Step{
		{Event: "call_incoming"},
		{Event: "call_ringing", Gap: 2 * second, Vars: peter(map[string]any{"leg_id": 1})},
		{Event: "call_lost", Gap: 30 * second, Vars: map[string]any{"is_lost": true, "lost_reason": "Сотрудник не ответил", "employee_ids": []int{12}, "wait_time_duration": 32}},
		{Event: "call_finished", Gap: second, Vars: map[string]any{"is_lost": true, "wait_time_duration": 32, "total_time_duration": 32}},
	}})
	play(Story{Session: 910000003, Client: "79000000003", Virtual: main, Steps: []Step{
		{Event: "call_incoming", Vars: map[string]any{"source_name": "Спам"}},
		{Event: "call_finished", Gap: 4 * second, Vars: map[string]any{"is_lost": true, "source_name": "Спам"}},
	}})
	play(Story{Session: 910000004, Client: "79000000004", Virtual: shop, Known: &crm.Customer{
		Contacts: []crm.Entity{{Kind: crm.Contact, ID: 301, Title: "Ирина Петрова", Responsible: 7}},
		Deals:    []crm.Entity{{Kind: crm.Deal, ID: 401, Title: "Диван", Responsible: 7, Stage: "NEW", Contact: 301}},
		Missed:   []int64{55},
	}, Steps: []Step{
		{Event: "call_incoming"},
		{Event: "call_talk_started", Gap: 5 * second, Vars: anna(map[string]any{"leg_ids": []int{1, 2}})},
		{Event: "call_finished", Gap: 61 * second, Vars: anna(map[string]any{"is_lost": false, "talk_time_duration": 61, "last_talked_employee_id": 11})},
	}})
	play(Story{Session: 910000005, Client: "79000000005", Virtual: main, Out: true, Steps: []Step{
		{Event: "call_outgoing", Vars: peter(nil)},
		{Event: "call_talk_started", Gap: 9 * second, Vars: peter(map[string]any{"leg_ids": []int{1, 2}})},
		{Event: "call_finished", Gap: 40 * second, Vars: peter(map[string]any{"is_lost": false, "talk_time_duration": 40, "last_talked_employee_id": 12})},
	}})
	w.odd(play, main)
}

// odd plays what does not go well.
func (w *World) odd(play func(Story), main string) {
	w.Helper()
	second := time.Second
	hostile := `<script>alert("x")</script>`
	refused := &crm.Error{Kind: crm.Invalid, Method: "crm.item.add", Code: "CRM_FIELD_ERROR_REQUIRED", Text: "Обязательное поле «Отдел» не заполнено"}
	play(Story{Session: 910000006, Client: "79000000006", Virtual: main, Refuse: map[string]*crm.Error{"create": refused}, Steps: []Step{
		{Event: "call_incoming"},
		{Event: "call_ringing", Gap: 2 * second, Vars: anna(map[string]any{"leg_id": 1})},
	}})
	away := &crm.Error{Kind: crm.Unavailable, Method: "batch", Code: "503", Text: "Service Temporarily Unavailable"}
	play(Story{Session: 910000007, Client: "79000000007", Virtual: main, Refuse: map[string]*crm.Error{"create": away, "register_call": away}, Steps: []Step{
		{Event: "call_incoming"},
		{Event: "call_ringing", Gap: 2 * second, Vars: anna(map[string]any{"leg_id": 1})},
	}})
	play(Story{Session: 910000008, Client: "101", Virtual: main, Steps: []Step{{Event: "call_incoming", Vars: map[string]any{"is_internal": true}}}})
	play(Story{Session: 910000009, Client: "79000000009", Virtual: main, Known: &crm.Customer{
		Contacts: []crm.Entity{{Kind: crm.Contact, ID: 666, Title: hostile, Responsible: 1}},
	}, Steps: []Step{
		{Event: "call_incoming", Vars: map[string]any{"contact_full_name": hostile, "campaign_name": `"><img src=x onerror=alert(1)>`}},
		{Event: "call_ringing", Gap: second, Vars: person(13, hostile, "103", map[string]any{"leg_id": 1})},
	}})
	play(Story{Client: "", Steps: []Step{{Event: "call_finished", Raw: `{"event": "call_finished", "call_session_id": <b>oops</b>`}}})
	play(Story{Session: 910000010, Client: "79000000010", Virtual: main, Stall: true, Steps: []Step{
		{Event: "call_incoming"},
		{Event: "call_ringing", Gap: second, Vars: peter(map[string]any{"leg_id": 1})},
	}})
}
