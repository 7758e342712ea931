package emulator

import (
	"omniconnector/webhooks/emulator/table"
)

// since is when everything of an account was made.
const since = "2020-01-15"

func sipRows(c *configured) []table.Row {
	var all []table.Row
	for _, p := range c.people {
		if p.Phone == "" {
			continue
		}
		caller := p.CallerID
		if caller == "" {
			caller = c.account.Numbers[0]
		}
		all = append(all, table.Row{
			"id": p.ID*10 + 9, "phone_number": p.Phone, "type": "in_out", "channels_count": int64(1), "dial_time": int64(30),
			"billing_state": "active", "physical_state": "online", "virtual_phone_number": caller, "status": "active",
			"employee_id": p.ID, "employee_full_name": p.full(),
		})
	}
	return all
}

// numberRows ties every number to the account's first scenario and its last campaign.
func numberRows(c *configured) []table.Row {
	var all []table.Row
	a := &c.account
	for i, n := range a.Numbers {
		campaigns, scenarios := []table.Row{}, []table.Row{}
		if i == 0 {
			last, site := a.Campaigns[len(a.Campaigns)-1], a.Sites[0]
			campaigns = append(campaigns, table.Row{
				"campaign_id": last.ID, "campaign_name": last.Name, "site_id": site.ID, "site_domain_name": site.Domain, "site_blocks": []any{},
			})
		}
		scenarios = append(scenarios, table.Row{
			"scenario_id": a.Scenarios[0].ID, "scenario_name": a.Scenarios[0].Name, "call_processing_rule_id": int64(8000 + i), "is_active": true,
		})
		all = append(all, table.Row{
			"id": int64(1001 + i), "virtual_phone_number": n, "activation_date": since, "status": "active", "category": "usual",
			"type": worded(i == 0, "call_tracking", "va"), "campaigns": campaigns, "scenarios": scenarios,
		})
	}
	return all
}

func siteRows(c *configured) []table.Row {
	var all []table.Row
	first := c.account.Scenarios[0]
	for _, s := range c.account.Sites {
		all = append(all, table.Row{
			"id": s.ID, "domain_name": s.Domain, "name": s.Domain, "default_phone_number": c.account.Numbers[0],
			"default_scenario": table.Row{"scenario_id": first.ID, "scenario_name": first.Name},
			"site_key":         siteKey(s), "creation_date": since, "state": "work", "target_call_min_duration": int64(30),
			"second_communication_period": int64(7776000), "site_blocks": []any{}, "connected_integrations": []any{},
		})
	}
	return all
}

func campaignRows(c *configured) []table.Row {
	var all []table.Row
	site := c.account.Sites[0]
	for _, one := range c.account.Campaigns {
		all = append(all, table.Row{
			"id": one.ID, "name": one.Name, "status": "active", "type": "basic", "engine": text(one.Source), "site_id": site.ID,
			"site_domain_name": site.Domain, "creation_time": since + " 00:00:00", "costs": int64(0), "static_utm_medium": text(one.Medium),
			"site_blocks": []any{}, "campaign_conditions": []any{},
		})
	}
	return all
}

// scenarioRows gives the account's numbers, sites and campaigns to its first scenario.
func scenarioRows(c *configured) []table.Row {
	var all []table.Row
	a := &c.account
	for i, s := range a.Scenarios {
		row := table.Row{
			"id": s.ID, "name": s.Name, "virtual_phone_numbers": []string{}, "sites": []table.Row{}, "campaigns": []table.Row{},
			"operations": pairs("id", "name", s.Operations),
		}
		if i == 0 {
			row["virtual_phone_numbers"] = append([]string{}, a.Numbers...)
			sites, campaigns := []Named{}, []Named{}
			for _, s := range a.Sites {
				sites = append(sites, Named{s.ID, s.Domain})
			}
			for _, one := range a.Campaigns {
				campaigns = append(campaigns, Named{one.ID, one.Name})
			}
			row["sites"], row["campaigns"] = pairs("site_id", "site_domain_name", sites), pairs("campaign_id", "campaign_name", campaigns)
		}
		all = append(all, row)
	}
	return all
}

// sourceRows are the sources of the account's campaigns.
func sourceRows(c *configured) []table.Row {
	var all []table.Row
	for i, one := range c.account.Campaigns {
		if one.Source != "" {
			all = append(all, table.Row{
				"id": int64(501 + i), "name": one.Source, "source_id": int64(501 + i), "source_name": one.Source, "filter": table.Row{},
				"priority": int64(i + 1), "state": "active", "entity": "call",
			})
		}
	}
	return all
}

func tagRows(c *configured) []table.Row {
	var all []table.Row
	for _, t := range c.account.Tags {
		all = append(all, table.Row{"id": t.ID, "name": t.Name, "is_system": false})
	}
	return all
}
