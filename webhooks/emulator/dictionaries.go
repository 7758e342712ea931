package emulator

import (
	"slices"

	"omniconnector/webhooks/emulator/table"
)

// dictionary is a get method of contract uis §4.1.
type dictionary struct {
	schema table.Schema
	rows   func(*configured) []table.Row // under the platform's lock; rows are new
}

func columns(parts ...table.Schema) table.Schema { return slices.Concat(parts...) }

var (
	ints   = func(names ...string) table.Schema { return table.Columns(table.Integer, names...) }
	texts  = func(names ...string) table.Schema { return table.Columns(table.Text, names...) }
	flags  = func(names ...string) table.Schema { return table.Columns(table.Flag, names...) }
	lists  = func(names ...string) table.Schema { return table.Columns(table.List, names...) }
	nested = func(names ...string) table.Schema { return table.Columns(table.Nested, names...) }
)

// dictionaries by method.
var dictionaries = map[string]dictionary{
	"get.account": {columns(ints("app_id"), texts("name", "timezone")), accountRows},
	"get.employees": {columns(
		ints("id"), texts("login", "first_name", "last_name", "patronymic", "full_name", "email", "status"), ints("status_id"),
		flags("calls_available"), lists(directions...), texts("call_recording"), ints("schedule_id"), texts("schedule_name"),
		nested("coach", "groups", "phone_numbers", "extension", "operator"),
	), employeeRows},
	"get.statuses": {columns(
		ints("id"), texts("name", "mnemonic", "description", "color"), flags("is_deleted"), lists(directions...),
		lists("allowed_phone_protocols"), flags("is_select_allowed", "is_worktime", "is_auto_out_calls_ready"),
	), statusRows},
	"get.group_employees": {columns(
		ints("id"), texts("name"), nested("members", "phone_numbers"), texts("group_phone_number"), flags("queue_enabled"), ints("channels_count"),
	), groupRows},
	"get.sip_lines": {columns(
		ints("id"), texts("phone_number", "type"), ints("channels_count", "dial_time"), texts("billing_state", "physical_state", "virtual_phone_number", "status"),
		ints("employee_id"), texts("employee_full_name"), lists("ip_addresses"),
	), sipRows},
	"get.virtual_numbers": {columns(
		ints("id", "child_customer_id"), texts("virtual_phone_number", "redirection_phone_number", "activation_date", "status", "category", "type",
			"comment", "name"), nested("campaigns", "scenarios"),
	), numberRows},
	"get.sites": {columns(
		ints("id"), texts("domain_name", "name", "default_phone_number"), nested("default_scenario"), texts("app_key", "site_key", "creation_date", "state"),
		ints("target_call_min_duration", "second_communication_period"), nested("site_blocks", "connected_integrations"), ints("child_customer_id", "parent_id"),
	), siteRows},
	"get.campaigns": {columns(
		ints("id"), texts("name", "description", "status", "type", "engine"), ints("site_id"), texts("site_domain_name", "creation_time"), ints("costs"),
		texts("static_utm_source", "static_utm_medium", "static_utm_campaign", "static_utm_term", "static_utm_content"),
		nested("site_blocks", "campaign_conditions"),
	), campaignRows},
	"get.scenarios": {columns(
		ints("id"), texts("name"), lists("virtual_phone_numbers"), nested("sites", "campaigns"),
		table.Schema{{Name: "operations", Kind: table.Nested, Asked: true}},
	), scenarioRows},
	"get.communication_sources": {columns(
		ints("id"), texts("name", "description"), ints("source_id"), texts("source_name"), nested("filter"), ints("priority"), texts("state", "entity"),
	), sourceRows},
	"get.chat_channels": {columns(
		ints("id"), texts("name", "type", "status"), ints("group_id"), texts("group_name"), ints("employee_id"), texts("employee_full_name", "channel_external_id"),
	), channelRows},
	"get.tags": {columns(ints("id"), texts("name"), flags("is_system")), tagRows},
}

func accountRows(c *configured) []table.Row {
	name := c.account.Name
	if name == "" {
		name = "Account " + itoa(c.account.AppID)
	}
	return []table.Row{{"app_id": c.account.AppID, "name": name, "timezone": c.account.timezone()}}
}

func employeeRows(c *configured) []table.Row {
	var all []table.Row
	for _, p := range c.people {
		status, _ := c.account.status(p.StatusID)
		deprecated := status.Mnemonic
		if deprecated == "" {
			deprecated = "unknown" // the old field knows the standard ones only
		}
		row := table.Row{
			"id": p.ID, "login": text(p.Email), "first_name": text(p.first), "last_name": p.last, "patronymic": text(p.patronymic),
			"full_name": p.full(), "email": text(p.Email), "status": deprecated, "status_id": p.StatusID,
			"calls_available": !p.Away, "call_recording": p.recording,
			"coach":  table.Row{"coach_id": nil, "coach_full_name": nil, "coach_always_enabled": false},
			"groups": pairs("group_id", "group_name", p.Groups), "phone_numbers": p.lines(),
			"extension": table.Row{}, "operator": c.operator(p),
		}
		if p.Extension != "" {
			row["extension"] = table.Row{
				"extension_phone_number": p.Extension, "extension_voice_mail_enabled": false, "extension_queue_enabled": false,
			}
		}
		for _, d := range directions {
			row[d] = slices.Clone(p.allowed[d])
		}
		all = append(all, row)
	}
	return all
}

func (p *person) lines() []table.Row {
	all := []table.Row{}
	for _, l := range p.phones {
		all = append(all, table.Row{
			"phone_id": l.id, "phone_number": l.number, "channels_count": l.channels, "dial_time": l.dial, "status": worded(l.active, "active", "inactive"),
		})
	}
	return all
}

// operator is an employee's part in chats.
func (c *configured) operator(p *person) table.Row {
	if p.NoChats {
		return table.Row{"operator_chat_enabled": false, "operator_offline_message_enabled": false}
	}
	var sites []Named
	for _, s := range c.account.Sites {
		sites = append(sites, Named{s.ID, s.Domain})
	}
	return table.Row{
		"operator_login": text(p.Email), "operator_display_name": p.full(), "operator_position_id": nil, "operator_position_name": nil,
		"operator_offline_message_enabled": true, "operator_invite_to_chat_enabled": true, "operator_chat_enabled": true,
		"operator_chats_available": !p.Away, "operator_sites": pairs("site_id", "site_domain_name", sites),
	}
}

func statusRows(c *configured) []table.Row {
	var all []table.Row
	for _, s := range c.account.statuses() {
		row := table.Row{
			"id": s.ID, "name": s.Name, "mnemonic": text(s.Mnemonic), "description": nil, "color": text(s.Color), "is_deleted": s.Deleted,
			"allowed_phone_protocols": append([]string{}, s.Protocols...), "is_select_allowed": !s.Unselectable, "is_worktime": s.Worktime, "is_auto_out_calls_ready": false,
		}
		for i, d := range directions {
			row[d] = []string{}
			if i/2 == 1 || len(s.Protocols) > 0 {
				row[d] = []string{[]string{"in", "out"}[i/2]}
			}
		}
		all = append(all, row)
	}
	return all
}

// groupRows are the groups that employees are in and callers can choose.
func groupRows(c *configured) []table.Row {
	var groups []Named
	add := func(all []Named) {
		for _, g := range all {
			if !slices.Contains(groups, g) {
				groups = append(groups, g)
			}
		}
	}
	for _, s := range c.account.Scenarios {
		add(s.Groups)
	}
	for _, p := range c.people {
		add(p.Groups)
	}
	var all []table.Row
	for _, g := range groups {
		members, phones := []table.Row{}, []table.Row{}
		for _, p := range c.people {
			if !slices.Contains(p.Groups, g) {
				continue
			}
			members = append(members, table.Row{"employee_id": p.ID, "employee_full_name": p.full()})
			for _, l := range p.phones {
				phones = append(phones, table.Row{"employee_phone_number": l.number, "employee_id": p.ID, "available": l.active})
			}
		}
		all = append(all, table.Row{
			"id": g.ID, "name": g.Name, "members": members, "phone_numbers": phones, "queue_enabled": false, "channels_count": int64(1),
		})
	}
	return all
}

func pairs(id, name string, all []Named) []table.Row {
	rows := []table.Row{}
	for _, n := range all {
		rows = append(rows, table.Row{id: n.ID, name: n.Name})
	}
	return rows
}

func worded(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}
