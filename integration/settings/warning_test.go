package settings_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/settings"
	"omniconnector/rules"
)

func TestFilterThatHidesMissedCallsIsWarnedOf(t *testing.T) {
	t.Parallel()
	s := settings.Example()
	s.Telephony.Incoming.Filter.Where = rules.Filter{Join: rules.Or, Of: []rules.Filter{
		{Parameter: integration.ParamEmployee, Mode: rules.Include, Values: []string{"11"}},
	}}
	warnings := settings.Warnings(s, portal())
	if diff := cmp.Diff([]string{"/telephony/incoming/filter/where late_parameter"}, pointers(warnings)); diff != "" {
		t.Fatalf("warnings (-want +got):\n%s", diff)
	}
	if !strings.Contains(warnings[0].RU, "пропущенные звонки не будут зарегистрированы") {
		t.Errorf("the warning is %q", warnings[0].RU)
	}
	s.Telephony.Incoming.Filter.On = false
	if warnings := settings.Warnings(s, portal()); len(warnings) != 0 {
		t.Errorf("a filter that is off is warned of: %v", pointers(warnings))
	}
}

func TestRulesThatNeverWinAreWarnedOf(t *testing.T) {
	t.Parallel()
	s := settings.Example()
	in := &s.Telephony.Incoming
	in.Filter.Where = rules.Filter{}
	in.Funnels.Rules = []integration.FunnelRule{
		{Entity: crm.Lead, Stage: "NEW"}, {Entity: crm.Deal, Stage: "NEW"}, {Entity: crm.Lead, Stage: "NEW"},
	}
	in.Responsible.Rules = append([]integration.ResponsibleRule{{User: 1}}, in.Responsible.Rules...)
	s.Telephony.Outgoing.Responsible.Rules = []integration.ResponsibleRule{{User: 1}}
	want := []string{
		" no_directory",
		"/telephony/incoming/filter/where filter_empty",
		"/telephony/incoming/funnels/rules/2 never_wins",
		"/telephony/incoming/responsible/rules/1 never_wins",
		"/telephony/outgoing/responsible/rules rules_not_used",
	}
	if diff := cmp.Diff(want, pointers(settings.Warnings(s, crm.Directory{}))); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
