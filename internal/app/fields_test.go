package app_test

import (
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/world"
	"omniconnector/rules"
)

// fieldsOf adds the fields of these tests to a kind and pairs them.
func fieldsOf(w *world.World, k bitrix.Kind) []integration.FieldPair {
	for _, f := range []string{"SITE", "FIRST", "TALK"} {
		w.Portal.AddUserField(k, "UF_CRM_"+f, f, false)
	}
	return []integration.FieldPair{
		{Field: "UF_CRM_SITE", Parameter: "site_domain_name"},
		{Field: "UF_CRM_FIRST", Parameter: integration.FirstCommunication},
		{Field: "UF_CRM_TALK", Parameter: "talk_time_duration"},
	}
}

func fieldsOfAll(w *world.World, s *integration.Settings) {
	f := &s.Telephony.Fields
	f.Lead, f.Deal, f.Contact, f.Company = fieldsOf(w, bitrix.Lead), fieldsOf(w, bitrix.Deal), fieldsOf(w, bitrix.Contact), fieldsOf(w, bitrix.Company)
}

// fieldsHave checks the extra fields of the first record of a kind.
func fieldsHave(t *testing.T, w *world.World, k bitrix.Kind, site, first, talk string) {
	t.Helper()
	for field, want := range map[string]string{"ufCrmSite": site, "ufCrmFirst": first, "ufCrmTalk": talk} {
		if got := w.Portal.Field(k, 1, field); got != want {
			t.Errorf("%s 1: %s is %q, want %q\n%s", k, field, got, want, w.Records())
		}
	}
}

// T-15: what a call creates gets its extra fields: a lead, or a deal and its contact or company.
func TestExtraFieldsOfWhatIsCreated(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		mode      bitrix.Mode
		companion crm.Kind
		kinds     []bitrix.Kind
	}{
		{"lead", bitrix.Classic, crm.Contact, []bitrix.Kind{bitrix.Lead}},
		{"deal and contact", bitrix.Simple, crm.Contact, []bitrix.Kind{bitrix.Deal, bitrix.Contact}},
		{"deal and company", bitrix.Simple, crm.Company, []bitrix.Kind{bitrix.Deal, bitrix.Company}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, w, p, _ := wholeAt(t, "", func(w *world.World, s *integration.Settings) {
				w.Portal.SetMode(c.mode)
				fieldsOfAll(w, s)
				s.Telephony.Companion = c.companion
			})
			play(t, w, answered(w, 1, "79000000001"))
			quiet(t, a, p)
			for _, k := range c.kinds {
				fieldsHave(t, w, k, "shop.example", "call:1", "30")
			}
			if err := w.Portal.Edit(c.kinds[0], 1, map[string]any{"ufCrmSite": "со слов"}); err != nil {
				t.Fatal(err)
			}
			play(t, w, answered(w, 2, "79000000001")) // without «Обновлять всегда» a found record keeps its fields
			quiet(t, a, p)
			fieldsHave(t, w, c.kinds[0], "со слов", "call:1", "30")
		})
	}
}

// T-15: with «Обновлять всегда» three calls bring the fields of the first record found up to date, contact before company before
// lead, and «ID первой коммуникации» is written by the first of them only.
func TestExtraFieldsAlwaysAndTheFirstCommunicationOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		has     []bitrix.Kind
		written bitrix.Kind
	}{
		{"contact", []bitrix.Kind{bitrix.Contact, bitrix.Company, bitrix.Lead}, bitrix.Contact},
		{"company", []bitrix.Kind{bitrix.Company, bitrix.Lead}, bitrix.Company},
		{"lead", []bitrix.Kind{bitrix.Lead}, bitrix.Lead},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, w, p, _ := wholeAt(t, "", func(w *world.World, s *integration.Settings) {
				fieldsOfAll(w, s)
				s.Telephony.Fields.Always = true
				s.Telephony.Incoming.Create = false
			})
			for _, k := range c.has {
				name := map[bitrix.Kind]string{bitrix.Contact: "name", bitrix.Company: "title", bitrix.Lead: "title"}[k]
				w.Portal.Add(k, map[string]any{name: "x", "fm": []any{bitrix.Phone("8 (900) 000-00-01")}})
			}
			for session := int64(1); session <= 3; session++ {
				call := w.Shop.Incoming(session, w.Began.Add(time.Duration(session)*time.Second), "79000000001")
				call.Site = w.Shop.Sites[session%2]
				play(t, w, call.Answered(w.Shop.Employees[0], 5*time.Second, time.Duration(session)*10*time.Second))
				quiet(t, a, p)
				fieldsHave(t, w, c.written, call.Site.Domain, "call:1", decimalOf(session*10))
			}
			for _, k := range c.has[1:] {
				fieldsHave(t, w, k, "", "", "")
			}
		})
	}
}

// T-15, T-16: a field that somebody deletes in the portal between two synchronisations costs its value and nothing else; then the
// journal tells of it.
func TestExtraFieldThatVanishes(t *testing.T) {
	t.Parallel()
	a, w, p, _ := wholeAt(t, "", fieldsOfAll)
	script := answered(w, 1, "79000000001")
	play(t, w, script.Only("call_incoming", "call_ringing"))
	quiet(t, a, p)
	w.Portal.RemoveCustomField(bitrix.Lead, "UF_CRM_TALK")
	w.Portal.RemoveCustomField(bitrix.Lead, "UF_CRM_FIRST")
	play(t, w, script.Without("call_incoming", "call_ringing"))
	quiet(t, a, p)
	wants(t, w, "UF_CRM_SITE=shop.example", 1)
	wants(t, w, "attached=1", 1)
	for _, l := range vanishedLetters(t, a, p, 1) { // the value that came too late, in the portal's own words
		if !strings.Contains(string(l.Entry.Action.Key), "field/UF_CRM_TALK") || !strings.Contains(l.Entry.Err.Text, "UF_CRM_TALK") {
			t.Errorf("%s: %v", l.Entry.Action.Key, l.Entry.Err)
		}
	}
	hasten(t, a, p, "every/sync")
	play(t, w, answered(w, 3, "79000000003"))
	quiet(t, a, p)
	wants(t, w, "UF_CRM_SITE=shop.example", 2)
	if why := vanishedWhy(t, a, p, "3"); !strings.Contains(why, "field_vanished") {
		t.Errorf("the journal tells %s", why)
	}
}

// T-12, T-13: rules hold by the platform's id and by its name alike, the first that holds wins, and what none names gets the default.
func TestNamesAndStagesByIDAndByName(t *testing.T) {
	t.Parallel()
	is := func(p rules.Parameter, values ...string) rules.Filter {
		return rules.Filter{Parameter: p, Mode: rules.Include, Values: values}
	}
	rule := func(stage string, where rules.Filter) integration.FunnelRule {
		return integration.FunnelRule{Entity: crm.Lead, Stage: stage, Where: where}
	}
	byID, byName := is(integration.ParamCampaign, "77"), is(integration.ParamCampaign, "Поиск")
	for _, c := range []struct {
		name         string
		funnels      []integration.FunnelRule
		names        []integration.NameTemplate
		stage, title string
	}{
		{"campaign by id", []integration.FunnelRule{rule("IN_PROCESS", byID)}, []integration.NameTemplate{{Text: "A {{campaign_name}}", Where: byID}}, "IN_PROCESS", "A Поиск"},
		{"campaign by name", []integration.FunnelRule{rule("IN_PROCESS", byName)}, []integration.NameTemplate{{Text: "A {{campaign_name}}", Where: byName}}, "IN_PROCESS", "A Поиск"},
		{
			"the first wins",
			[]integration.FunnelRule{rule("PROCESSED", is(integration.ParamSite, "41")), rule("IN_PROCESS", byID)},
			[]integration.NameTemplate{{Text: "{{site_domain_name}}", Where: is(integration.ParamSite, "41")}, {Text: "B"}},
			"PROCESSED", "shop.example",
		},
		{
			"operation by name",
			[]integration.FunnelRule{rule("PROCESSED", is(integration.ParamLastOperation, "Переадресация"))},
			[]integration.NameTemplate{{Text: "{{employee_full_name}}", Where: is(integration.ParamEmployee, "7001")}},
			"PROCESSED", "Тестова Анна",
		},
		{
			"source by name",
			[]integration.FunnelRule{rule("PROCESSED", is(integration.ParamSource, "Яндекс.Директ"))},
			[]integration.NameTemplate{{Text: "[{{visitor_group_name}}]", Where: is(integration.ParamFirstCampaign, "Баннеры")}},
			"PROCESSED", "[]",
		},
		{
			"none",
			[]integration.FunnelRule{rule("PROCESSED", is(integration.ParamCampaign, "78"))},
			[]integration.NameTemplate{{Text: "A", Where: is(integration.ParamCampaign, "Поис")}},
			"NEW",
			"Входящий звонок на номер +79000000001 из приложения OMNI",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, w, p := whole(t, "", func(s *integration.Settings) {
				s.Telephony.Incoming.Funnels.Rules, s.Telephony.Incoming.Names.Lead = c.funnels, c.names
			})
			play(t, w, answered(w, 1, "79000000001"))
			quiet(t, a, p)
			lead := leadOf(t, w, 1)
			if got := w.Portal.Field(bitrix.Lead, lead, "stageId"); got != c.stage {
				t.Errorf("stage %s, want %s", got, c.stage)
			}
			if got := w.Portal.Field(bitrix.Lead, lead, "title"); got != c.title {
				t.Errorf("title %q, want %q", got, c.title)
			}
		})
	}
}
