package settings_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/settings"
	"omniconnector/rules"
)

func TestFilterThatHidesMissedCallsIsWarnedOf(t *testing.T) {
	t.Parallel()
	s := settings.Example()
	s.Telephony.Incoming.Filter.Where = rules.Filter{Join: rules.Or, Of: []rules.Filter{
		{Parameter: integration.ParamEmployee, Mode: rules.Include, Values: []string{"11"}},
	}}
	warnings := settings.Warnings(s, known())
	if diff := cmp.Diff([]string{"/telephony/incoming/filter/where late_parameter"}, pointers(warnings)); diff != "" {
		t.Fatalf("warnings (-want +got):\n%s", diff)
	}
	if !strings.Contains(warnings[0].RU, "пропущенные звонки не будут зарегистрированы") {
		t.Errorf("the warning is %q", warnings[0].RU)
	}
	s.Telephony.Incoming.Filter.On = false
	if warnings := settings.Warnings(s, known()); len(warnings) != 0 {
		t.Errorf("a filter that is off is warned of: %v", pointers(warnings))
	}
}

// telephonyAlone is the example without conversations.
func telephonyAlone() *integration.Settings {
	s := settings.Example()
	s.Chats.Enabled, s.Offline.Enabled = false, false
	return s
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
		" no_centre",
		"/telephony/incoming/filter/where filter_empty",
		"/telephony/incoming/funnels/rules/2 never_wins",
		"/telephony/incoming/responsible/rules/1 never_wins",
		"/telephony/outgoing/responsible/rules rules_not_used",
	}
	if diff := cmp.Diff(want, pointers(settings.Warnings(s, settings.Directories{}))); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestWhatMakesSettingsInactiveOrFailIsWarnedOf(t *testing.T) {
	t.Parallel()
	required := func(k crm.Kind, fields ...crm.Field) func(*integration.Settings, *settings.Directories) {
		return func(_ *integration.Settings, d *settings.Directories) {
			d.Portal.Fields[k] = append(d.Portal.Fields[k], fields...)
		}
	}
	set := func(change func(*integration.Settings)) func(*integration.Settings, *settings.Directories) {
		return func(s *integration.Settings, _ *settings.Directories) { change(s) }
	}
	department := crm.Field{Name: "UF_CRM_1700000009", Title: "Отдел", Required: true}
	for name, c := range map[string]struct {
		change func(*integration.Settings, *settings.Directories)
		want   []string
	}{
		"T-1 another telephony": {set(func(s *integration.Settings) { s.Telephony.Other.On = true }), []string{"/telephony/other_telephony/on other_telephony"}},
		"T-1 without fields": {set(func(s *integration.Settings) {
			s.Telephony.Other.On, s.Telephony.Fields = true, integration.ExtraFields{}
		}), []string{"/telephony/other_telephony/on other_telephony", "/telephony/extra_fields other_without_fields"}},
		"T-6 the source is written twice": {func(s *integration.Settings, d *settings.Directories) {
			d.Portal.Fields[crm.Deal] = []crm.Field{{Name: "sourceDescription"}}
			s.Telephony.Fields.Deal = []integration.FieldPair{{Field: "sourceDescription", Parameter: "campaign_name"}}
		}, []string{"/telephony/extra_fields/deal/0/field source_twice"}},
		"T-10 records are off":        {set(func(s *integration.Settings) { s.Telephony.Records = false }), []string{"/telephony/records_with_filter records_off"}},
		"T-8 the number is off":       {set(func(s *integration.Settings) { s.Telephony.Click.Number = "74950000103" }), []string{"/telephony/click_to_call/number inactive_number"}},
		"T-14 a default is dismissed": {set(func(s *integration.Settings) { s.Telephony.Incoming.Responsible.Default = 9 }), []string{"/telephony/incoming/responsible/default inactive_user"}},
		"T-14 a rule's is dismissed":  {set(func(s *integration.Settings) { s.Telephony.Incoming.Responsible.Rules[0].User = 9 }), []string{"/telephony/incoming/responsible/rules/0/user inactive_user"}},
		"a mapped user is dismissed":  {set(func(s *integration.Settings) { s.Employees[1].User = 9 }), []string{"/employees/1/user inactive_mapping"}},
		"T-13 a rule closes at once": {set(func(s *integration.Settings) {
			s.Telephony.Incoming.Funnels.Rules[1].Funnel, s.Telephony.Incoming.Funnels.Rules[1].Stage = 0, "WON"
		}), []string{"/telephony/incoming/funnels/rules/1/stage closed_stage"}},
		"T-13 the default closes":                 {set(func(s *integration.Settings) { s.Telephony.Outgoing.Funnels.Stage = "WON" }), []string{"/telephony/outgoing/funnels/stage closed_stage"}},
		"S-3 a rule's stage is of another funnel": {set(func(s *integration.Settings) { s.Telephony.Incoming.Funnels.Rules[1].Stage = "WON" }), []string{"/telephony/incoming/funnels/rules/1/stage stage_of_other_funnel"}},
		"S-3 a rule's funnel is not there":        {set(func(s *integration.Settings) { s.Telephony.Incoming.Funnels.Rules[1].Funnel = 5 }), []string{"/telephony/incoming/funnels/rules/1/funnel unknown_funnel"}},
		"S-3 a rule's lead stage is not there":    {set(func(s *integration.Settings) { s.Telephony.Incoming.Funnels.Rules[0].Stage = "GONE" }), []string{"/telephony/incoming/funnels/rules/0/stage unknown_lead_stage"}},
		"S-3 defaults are not there": {set(func(s *integration.Settings) {
			s.Telephony.Outgoing.Funnels = integration.Funnels{LeadStage: "GONE", Stage: "GONE"}
			s.Telephony.Incoming.Funnels.Funnel = 5
		}), []string{
			"/telephony/incoming/funnels/funnel unknown_funnel",
			"/telephony/outgoing/funnels/lead_stage unknown_lead_stage", "/telephony/outgoing/funnels/stage unknown_stage",
		}},
		"S-3 a portal without leads does not look at their stages": {func(s *integration.Settings, d *settings.Directories) {
			d.Portal.Mode, d.Portal.LeadStages = crm.Simple, nil
			s.Telephony.Incoming.Funnels.LeadStage = "GONE"
		}, []string{}},
		"T-7 a campaign is not there": {set(func(s *integration.Settings) {
			s.Telephony.Incoming.Names.Deal[0].Where.Values = []string{"Банеры"}
		}), []string{"/telephony/incoming/names/deal/0/where/values/0 unknown_value"}},
		"T-7 a number in other spelling": {set(func(s *integration.Settings) {
			s.Telephony.Incoming.Responsible.Rules[0].Where.Values = []string{"+7 495 000-01-01"}
		}), []string{"/telephony/incoming/responsible/rules/0/where/values/0 unknown_value"}},
		"T-7 inside groups": {set(func(s *integration.Settings) { s.Telephony.Incoming.Filter.Where.Of[0].Values = []string{"Ад"} }), []string{"/telephony/incoming/filter/where/of/0/values/0 unknown_value"}},
		"T-7 sites that nobody tells": {set(func(s *integration.Settings) {
			s.Telephony.Incoming.Filter.Where.Of[0].Parameter = integration.ParamSite
		}), []string{}},
		"a mandatory field":                               {required(crm.Lead, department), []string{"/telephony/extra_fields/lead mandatory_field"}},
		"a mandatory field we fill":                       {required(crm.Lead, crm.Field{Name: "TITLE", Required: true}), []string{}},
		"a mandatory field of a kind that is not created": {required(crm.Deal, department), []string{}},
		"a mandatory field of a portal without leads": {func(_ *integration.Settings, d *settings.Directories) {
			d.Portal.Mode = crm.Simple
			d.Portal.Fields[crm.Contact] = append(d.Portal.Fields[crm.Contact], department)
		}, []string{"/telephony/extra_fields/contact mandatory_field"}},
		"fields of an old directory": {func(_ *integration.Settings, d *settings.Directories) { d.Portal.Fields = nil }, []string{"/telephony/extra_fields fields_not_loaded"}},
		"T-16 before the first sync": {func(_ *integration.Settings, d *settings.Directories) { *d = settings.Directories{} }, []string{" no_directory", " no_centre"}},
		"no platform and no need of it": {func(s *integration.Settings, d *settings.Directories) {
			*s, d.Centre = integration.Defaults(), centre.Directory{}
		}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, d := telephonyAlone(), known()
			c.change(s, &d)
			got := settings.Warnings(s, d)
			if diff := cmp.Diff(c.want, pointers(got)); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			for _, p := range got {
				if p.RU == "" || p.EN == "" || strings.ContainsAny(p.RU+p.EN, "{}") {
					t.Errorf("%s is not said: %q, %q", p.Code, p.RU, p.EN)
				}
			}
		})
	}
}

// S-3, T-13: a warning of what the portal has no more names the rule or the default, the stage and the funnel, and where records begin
// meanwhile, which is what decides it for calls.
func TestWarningOfAVanishedStageTellsWhatHappensMeanwhile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(in *integration.Funnels)
		ru, en string
	}{
		"a rule's stage": {
			func(in *integration.Funnels) { in.Rules[1].Name, in.Rules[1].Stage = "Опт", "C1:GONE" },
			"Правило 2 «Опт»: стадии «C1:GONE» в воронке «Магазин» нет; пока это так, записи начинают со стадии по умолчанию: «NEW», воронка «Общая». Выберите стадию этой воронки или синхронизируйте справочник.",
			"Rule 2 «Опт»: funnel «Магазин» has no stage «C1:GONE»; until that is mended, records begin in the default stage: «NEW», funnel «Общая». Choose a stage of this funnel, or synchronise the directory.",
		},
		"a rule's stage is of another funnel": {
			func(in *integration.Funnels) { in.Rules[1].Name, in.Rules[1].Stage = "", "WON" },
			"Правило 2: стадия «WON» — из воронки «Общая», а выбрана воронка «Магазин»; пока это так, записи начинают со стадии по умолчанию: «NEW», воронка «Общая». Выберите стадию этой воронки.",
			"Rule 2: stage «WON» is of funnel «Общая», but funnel «Магазин» is chosen; until that is mended, records begin in the default stage: «NEW», funnel «Общая». Choose a stage of this funnel.",
		},
		"a rule's funnel": {
			func(in *integration.Funnels) { in.Rules[1].Name, in.Rules[1].Funnel = "", 5 },
			"Правило 2: воронки 5 в портале нет; пока это так, записи начинают со стадии по умолчанию: «NEW», воронка «Общая». Выберите другую или синхронизируйте справочник.",
			"Rule 2: the portal has no funnel 5; until that is mended, records begin in the default stage: «NEW», funnel «Общая». Choose another, or synchronise the directory.",
		},
		"the default funnel": {
			func(in *integration.Funnels) { in.Funnel, in.Stage = 5, "C5:NEW" },
			"По умолчанию: воронки 5 в портале нет; пока это так, записи начинают с первой открытой стадии: «NEW», воронка «Общая». Выберите другую или синхронизируйте справочник.",
			"The default: the portal has no funnel 5; until that is mended, records begin in the first open stage: «NEW», funnel «Общая». Choose another, or synchronise the directory.",
		},
		"the default stage of a funnel that is there": {
			func(in *integration.Funnels) { in.Funnel, in.Stage = 1, "C1:GONE" },
			"По умолчанию: стадии «C1:GONE» в воронке «Магазин» нет; пока это так, записи начинают с первой открытой стадии: «C1:NEW», воронка «Магазин». Выберите стадию этой воронки или синхронизируйте справочник.",
			"The default: funnel «Магазин» has no stage «C1:GONE»; until that is mended, records begin in the first open stage: «C1:NEW», funnel «Магазин». Choose a stage of this funnel, or synchronise the directory.",
		},
		"the default stage of leads": {
			func(in *integration.Funnels) { in.LeadStage = "GONE" },
			"По умолчанию: стадии лидов «GONE» в портале нет; пока это так, записи начинают с первой открытой стадии: «NEW». Выберите другую или синхронизируйте справочник.",
			"The default: the portal has no lead stage «GONE»; until that is mended, records begin in the first open stage: «NEW». Choose another, or synchronise the directory.",
		},
		"a rule's and the default": {
			func(in *integration.Funnels) {
				in.LeadStage, in.Rules[0].Name, in.Rules[0].Stage = "GONE", "", "LOST"
			},
			"Правило 1: стадии лидов «LOST» в портале нет; пока это так, записи начинают со стадии по умолчанию, а её тоже нет, поэтому с первой открытой: «NEW». Выберите другую или синхронизируйте справочник.",
			"Rule 1: the portal has no lead stage «LOST»; until that is mended, records begin in the default stage, which is not there either, so in the first open one: «NEW». Choose another, or synchronise the directory.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := settings.Example()
			c.change(&s.Telephony.Incoming.Funnels)
			all := settings.Warnings(s, known())
			if len(all) == 0 {
				t.Fatal("no warning")
			}
			if diff := cmp.Diff(c.ru+"\n"+c.en, all[len(all)-1].RU+"\n"+all[len(all)-1].EN); diff != "" {
				t.Errorf("said (-want +got):\n%s", diff)
			}
		})
	}
}
