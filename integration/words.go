package integration

import (
	"slices"

	"omniconnector/crm"
	"omniconnector/rules"
)

// The parameters a filter of calls may name (T-7).
const (
	ParamVirtualNumber rules.Parameter = "virtual_number"
	ParamLastOperation rules.Parameter = "last_operation"
	ParamScenario      rules.Parameter = "scenario"
	ParamGroup         rules.Parameter = "group"
	ParamEmployee      rules.Parameter = "employee"
	ParamCampaign      rules.Parameter = "campaign"
	ParamFirstCampaign rules.Parameter = "first_campaign"
	ParamSite          rules.Parameter = "site"
	ParamSource        rules.Parameter = "source"
)

// behind says which of the platform's variables hold a parameter: its id and its name,
// so that a tenant may write either.
var behind = map[rules.Parameter][]string{
	ParamLastOperation: {"last_scenario_operation_id", "last_scenario_operation_name"},
	ParamScenario:      {"scenario_id", "scenario_name"},
	ParamGroup:         {"visitor_group_id", "visitor_group_name"},
	ParamCampaign:      {"campaign_id", "campaign_name"},
	ParamFirstCampaign: {"visitor_first_campaign_id", "visitor_first_campaign_name"},
	ParamSite:          {"site_id", "site_domain_name"},
	ParamSource:        {"source_id", "source_name", "source_new"},
}

// LateParams are known only once an employee has answered (T-7).
func LateParams() []rules.Parameter {
	return []rules.Parameter{ParamEmployee, ParamGroup, ParamLastOperation}
}

// Words is the vocabulary of filters for calls of a direction, in the manual's order (T-7).
func Words(d crm.Direction) []rules.Word {
	number := rules.Word{Parameter: ParamVirtualNumber, Kind: rules.Text, Example: "74950000101", LabelRU: "Виртуальный номер", LabelEN: "Virtual number"}
	employee := rules.Word{Parameter: ParamEmployee, Kind: rules.List, LabelRU: "Сотрудник", LabelEN: "Employee"}
	if d == crm.Outgoing {
		return []rules.Word{number, employee}
	}
	employee.Late = true
	return []rules.Word{
		number,
		{Parameter: ParamLastOperation, Kind: rules.List, LabelRU: "Последняя операция сценария", LabelEN: "Last scenario operation", Late: true},
		{Parameter: ParamScenario, Kind: rules.List, LabelRU: "Сценарий ВАТС", LabelEN: "Scenario"},
		{Parameter: ParamGroup, Kind: rules.List, LabelRU: "Выбранная посетителем группа", LabelEN: "Group chosen by the visitor", Late: true},
		employee,
		{Parameter: ParamCampaign, Kind: rules.List, LabelRU: "Рекламная кампания", LabelEN: "Campaign"},
		{Parameter: ParamFirstCampaign, Kind: rules.List, LabelRU: "Первая рекламная кампания", LabelEN: "First campaign"},
		{Parameter: ParamSite, Kind: rules.List, LabelRU: "Сайт", LabelEN: "Site"},
		{Parameter: ParamSource, Kind: rules.List, LabelRU: "Источник", LabelEN: "Source"},
	}
}

// subject is what the filters of a call look at. For an incoming call the employee is the
// first who answered, so that a later transfer does not undo what was decided.
func subject(c *Call) rules.Subject {
	s := rules.Subject{}
	if digits := onlyDigits(c.Virtual); digits != "" {
		s[ParamVirtualNumber] = []string{digits}
	}
	for p, variables := range behind {
		for _, v := range variables {
			for _, value := range c.Params[v] {
				if !slices.Contains(s[p], value) {
					s[p] = append(s[p], value)
				}
			}
		}
	}
	who := c.Caller
	if c.Direction != crm.Outgoing {
		who = Employee{}
		if len(c.Talkers) > 0 {
			who = c.Talkers[0]
		}
	}
	if who.ID != 0 {
		s[ParamEmployee] = append(s[ParamEmployee], decimal(int64(who.ID)))
	}
	if who.Name != "" {
		s[ParamEmployee] = append(s[ParamEmployee], who.Name)
	}
	return s
}

// lateOf are the parameters that only an answer tells, as long as there was none. A call that
// ended without one has them for rules no more than while it rang.
func lateOf(c *Call) []rules.Parameter {
	if c.Direction == crm.Outgoing || c.Answered {
		return nil
	}
	return LateParams()
}

// notYet are the parameters of a call that may still become known.
func notYet(c *Call) []rules.Parameter {
	if c.Finished {
		return nil
	}
	return lateOf(c)
}
