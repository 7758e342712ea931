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

// section is a document in which only a section of conversations is of interest.
func section(name, text string) string {
	return `{"telephony": {"incoming": {"responsible": {"default": 1}}, "outgoing": {"responsible": {"default": 1}}}, "` + name + `": {` + text + `}}`
}

func TestConversationsAreReadStrictly(t *testing.T) {
	t.Parallel()
	on := func(more string) string {
		return section("chats", `"enabled": true, "responsible": {"default": 1}`+more)
	}
	requests := func(more string) string {
		return section("offline", `"enabled": true, "responsible": {"default": 1}`+more)
	}
	const pair, filter = `{"field": "UF_CRM_1700000001", "parameter": `, `"filter": {"where": {"mode": "include", "values": ["a"], "parameter": `
	for name, c := range map[string]struct {
		doc  string
		want []string
	}{
		"C-2 off, as before there were chats":        {section("chats", ``), nil},
		"C-2 nothing is made":                        {section("chats", `"enabled": true, "create": false`), nil},
		"C-2 nothing is made, by a ghost":            {section("chats", `"enabled": true, "create": false, "responsible": {"default": 404}`), []string{"/chats/responsible/default unknown_user"}},
		"C-3 no channel":                             {on(`, "channels": []`), []string{"/chats/channels no_channels"}},
		"C-3 no channel, but off":                    {section("chats", `"channels": []`), nil},
		"C-3 requests have no channels":              {requests(`, "channels": []`), nil},
		"C-3 a channel is unknown":                   {on(`, "channels": ["whatsap"]`), []string{"/chats/channels/0 one_of"}},
		"C-3 a channel is chosen twice":              {on(`, "channels": ["sms", "sms"]`), []string{"/chats/channels/1 repeated_channel"}},
		"C-3 a channel is a number":                  {on(`, "channels": [5]`), []string{"/chats/channels/0 wrong_type"}},
		"C-4 no responsible":                         {section("chats", `"enabled": true`), []string{"/chats/responsible/default required"}},
		"C-4 a ghost of a section that is off":       {section("chats", `"responsible": {"default": 404, "rules": [{"user": 404}]}`), nil},
		"C-4 rules have ghosts and nobody":           {section("chats", `"enabled": true, "responsible": {"default": 1, "rules": [{"user": 404}, {}]}`), []string{"/chats/responsible/rules/0/user unknown_user", "/chats/responsible/rules/1/user required"}},
		"C-5 nothing is chosen":                      {on(`, "primary": {"make": ""}`), []string{"/chats/primary/make required"}},
		"C-5 primary makes an activity":              {on(`, "primary": {"make": "activity"}`), []string{"/chats/primary/make one_of"}},
		"C-5 repeat makes an activity":               {on(`, "repeat": {"make": "activity"}`), nil},
		"C-5 repeat makes a contact":                 {on(`, "repeat": {"make": "contact"}`), []string{"/chats/repeat/make one_of"}},
		"C-5 comments go nowhere":                    {on(`, "comment_to": "contacts"`), []string{"/chats/comment_to one_of"}},
		"C-6 a lead needs the stage of leads":        {on(`, "primary": {"make": "lead", "lead_stage": "", "stage": "", "rules": [{}]}`), []string{"/chats/primary/lead_stage required", "/chats/primary/rules/0/lead_stage required"}},
		"C-6 a deal needs the stage of deals":        {on(`, "primary": {"make": "deal", "lead_stage": "", "stage": "", "rules": [{}]}`), []string{"/chats/primary/stage required", "/chats/primary/rules/0/stage required"}},
		"C-6 both need both":                         {on(`, "repeat": {"make": "lead_and_deal", "rules": [{}]}`), []string{"/chats/repeat/rules/0/lead_stage required", "/chats/repeat/rules/0/stage required"}},
		"C-6 nothing needs none":                     {on(`, "repeat": {"make": "nothing", "lead_stage": "", "stage": "", "rules": [{}]}`), nil},
		"C-6 a stage that is not looked at is short": {on(`, "repeat": {"stage": "` + strings.Repeat("я", 101) + `"}`), []string{"/chats/repeat/stage text_too_long"}},
		"C-6 a rule's filter is looked at":           {on(`, "repeat": {"rules": [{"where": {"parameter": "direction", "mode": "include", "values": ["a"]}}]}`), []string{"/chats/repeat/rules/0/where/parameter unknown_parameter"}},
		"C-7 at another time":                        {on(`, "transcript": "later"`), []string{"/chats/transcript one_of"}},
		"C-11 chats have channels":                   {on(`, ` + filter + `"channel"}}`), nil},
		"C-11 requests have none":                    {requests(`, ` + filter + `"channel"}}`), []string{"/offline/filter/where/parameter unknown_parameter"}},
		"C-11 requests have no last message":         {requests(`, ` + filter + `"last_message"}}`), []string{"/offline/filter/where/parameter unknown_parameter"}},
		"C-11 off is still read":                     {section("offline", filter+`"colour"}}`), []string{"/offline/filter/where/parameter unknown_parameter"}},
		"C-12 a variable of chats":                   {on(`, "names": {"lead": [{"text": "{{visitor}}"}]}`), nil},
		"C-12 a variable of calls":                   {on(`, "names": {"lead": [{"text": "{{scenario_name}}"}]}`), []string{"/chats/names/lead/0/text unknown_variable"}},
		"C-12 a misspelt variable":                   {on(`, "names": {"deal": [{"text": "{{visitr}}"}]}`), []string{"/chats/names/deal/0/text unknown_variable_near"}},
		"C-12 an empty name":                         {requests(`, "names": {"contact": [{"text": " "}]}`), []string{"/offline/names/contact/0/text required"}},
		"C-13 a parameter of chats":                  {on(`, "extra_fields": {"lead": [` + pair + `"messages_count"}]}`), nil},
		"C-13 a parameter of calls":                  {on(`, "extra_fields": {"lead": [` + pair + `"talk_time_duration"}]}`), []string{"/chats/extra_fields/lead/0/parameter unknown_communication"}},
		"C-13 the portal has no such field":          {on(`, "extra_fields": {"deal": [` + pair + `"visitor"}]}`), []string{"/chats/extra_fields/deal/0/field unknown_text_field"}},
		"C-13 nor has it while the section is off":   {section("chats", `"extra_fields": {"deal": [`+pair+`"visitor"}]}`), nil},
		"a chat is silent for no time":               {on(`, "silence_hours": 0`), []string{"/chats/silence_hours out_of_range"}},
		"a chat is silent for more than a month":     {on(`, "silence_hours": 721`), []string{"/chats/silence_hours out_of_range"}},
		"a field is misspelt":                        {on(`, "transcipt": "end"`), []string{"/chats/transcipt unknown_field_near"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := settings.Read([]byte(c.doc), known())
			if diff := cmp.Diff(append([]string{}, c.want...), pointers(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s\n%s", diff, c.doc)
			}
			said(t, problems)
		})
	}
}

// said checks that problems are told in both languages, with their arguments.
func said(t *testing.T, problems []settings.Problem) {
	t.Helper()
	for _, p := range problems {
		if p.RU == "" || p.EN == "" || p.RU == p.EN || strings.Contains(p.RU+p.EN, "{0}") {
			t.Errorf("%s %s is not said in both languages: %q, %q", p.Pointer, p.Code, p.RU, p.EN)
		}
	}
}

// C-6: in a portal without leads the deal's stage is what counts, whatever is to be made.
func TestPortalWithoutLeadsNeedsTheDealsStageForChats(t *testing.T) {
	t.Parallel()
	dir := known()
	dir.Portal.Mode, dir.Portal.LeadStages = crm.Simple, nil
	doc := section("chats", `"enabled": true, "responsible": {"default": 1}, "primary": {"make": "lead", "lead_stage": "", "stage": ""}`)
	_, problems := settings.Read([]byte(doc), dir)
	if diff := cmp.Diff([]string{"/chats/primary/stage required"}, pointers(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// withChannels is the platform with channels of the example's types: WABA is switched off, nothing is of Telegram.
func withChannels() settings.Directories {
	d := known()
	channel := func(id int64, kind, name string, active bool) centre.Channel {
		return centre.Channel{Named: centre.Named{ID: id, Name: name}, Type: kind, Active: active}
	}
	d.Centre.Channels = []centre.Channel{
		channel(71, "whatsapp", "WA магазин", true), channel(72, "waba", "WABA", false), channel(73, "comagic", "Чат", true),
		channel(74, "comagic", "Старый чат", false), channel(75, "viber", "Viber", true),
	}
	return d
}

func TestWhatConversationsWillNotDoIsWarnedOf(t *testing.T) {
	t.Parallel()
	set := func(change func(c *integration.Conversations)) func(*integration.Settings, *settings.Directories) {
		return func(s *integration.Settings, _ *settings.Directories) { change(&s.Chats) }
	}
	for name, c := range map[string]struct {
		change func(*integration.Settings, *settings.Directories)
		want   []string
	}{
		"nothing to warn of": {set(func(*integration.Conversations) {}), nil},
		"off": {set(func(c *integration.Conversations) {
			c.Enabled, c.Responsible.Default, c.Primary.LeadStage, c.WithoutContacts = false, 9, "GONE", true
		}), nil},
		"C-1 operators are nobody": {func(_ *integration.Settings, d *settings.Directories) {
			for i := range d.Centre.Employees {
				d.Centre.Employees[i].Chats = true
			}
			d.Centre.Employees = append(d.Centre.Employees, centre.Employee{ID: 14, Name: "Борисов Борис", Chats: true})
		}, []string{"/employees unmapped_operators"}},
		"C-1 those who are left out are let be": {func(_ *integration.Settings, d *settings.Directories) {
			d.Centre.Employees = append(d.Centre.Employees, centre.Employee{ID: 14, Name: "Борисов Борис", Chats: true})
		}, nil},
		"C-3 types that the platform lacks, or has switched off": {func(_ *integration.Settings, d *settings.Directories) {
			*d = withChannels()
		}, []string{"/chats/channels platform_lacks_channels", "/chats/channels inactive_channels"}},
		"C-3 all types are chosen": {func(s *integration.Settings, d *settings.Directories) {
			*d = withChannels()
			s.Chats.Channels = integration.Defaults().Chats.Channels
		}, []string{"/chats/channels inactive_channels"}},
		"C-3 of all types none is there": {func(s *integration.Settings, d *settings.Directories) {
			*d = withChannels()
			s.Chats.Channels, s.Chats.Responsible.Rules, s.Chats.Names.Lead = integration.Defaults().Chats.Channels, nil, nil
			d.Centre.Channels = d.Centre.Channels[4:]
		}, []string{"/chats/channels platform_lacks_channels"}},
		"C-4 a default is dismissed": {set(func(c *integration.Conversations) { c.Responsible.Default = 9 }), []string{"/chats/responsible/default inactive_user"}},
		"C-4 a rule never wins": {set(func(c *integration.Conversations) {
			c.Responsible.Rules = append(c.Responsible.Rules, c.Responsible.Rules[0])
		}), []string{"/chats/responsible/rules/1 shadowed"}},
		"C-5 a lead becomes a deal":     {func(s *integration.Settings, d *settings.Directories) { *s, d.Portal.Mode = chatsAlone(), crm.Simple }, []string{"/chats/primary/make becomes_deal"}},
		"C-6 a stage of leads vanished": {set(func(c *integration.Conversations) { c.Primary.Rules[0].LeadStage = "GONE" }), []string{"/chats/primary/rules/0/lead_stage unknown_lead_stage"}},
		"C-6 what is not made may vanish": {set(func(c *integration.Conversations) {
			c.Primary.Stage, c.Repeat.LeadStage, c.Repeat.Funnel = "GONE", "GONE", 8
		}), nil},
		"C-6 a funnel vanished":         {set(func(c *integration.Conversations) { c.Repeat.Make, c.Repeat.Funnel = integration.MakeDeal, 8 }), []string{"/chats/repeat/funnel unknown_funnel"}},
		"C-6 a stage closes at once":    {set(func(c *integration.Conversations) { c.Primary.Make, c.Primary.Stage = integration.MakeBoth, "WON" }), []string{"/chats/primary/stage closed_stage"}},
		"C-6 a rule contradicts itself": {set(func(c *integration.Conversations) { c.Primary.Rules[0].Where = impossible() }), []string{"/chats/primary/rules/0 contradictory"}},
		"C-6 rules of what is not made": {set(func(c *integration.Conversations) { c.Repeat.Rules = []integration.ChatFunnelRule{{}, {}} }), nil},
		"C-11 the filter is empty":      {set(func(c *integration.Conversations) { c.Filter.On = true }), []string{"/chats/filter/where filter_empty"}},
		"C-11 the filter keeps all out": {set(func(c *integration.Conversations) { c.Filter = integration.CallFilter{On: true, Where: impossible()} }), []string{"/chats/filter/where filter_contradictory"}},
		"C-11 the filter waits for somebody": {set(func(c *integration.Conversations) {
			c.Filter = integration.CallFilter{On: true, Where: include(integration.ParamEmployee, "11")}
		}), []string{"/chats/filter/where late_parameter"}},
		"C-11 the channel is not there": {func(s *integration.Settings, d *settings.Directories) {
			*d = withChannels()
			s.Chats.Channels = []string{"whatsapp"}
			s.Chats.Primary.Rules[0].Where = include(integration.ParamChannel, "WA магазин", "71", "whatsapp", "Whatsapp")
		}, []string{"/chats/primary/rules/0/where/values/3 unknown_value"}},
		"C-12 a name never wins": {set(func(c *integration.Conversations) {
			c.Names.Deal = []integration.NameTemplate{{Text: "a"}, {Text: "b"}}
		}), []string{"/chats/names/deal/1 never_wins"}},
		"C-13 a mandatory field": {func(s *integration.Settings, d *settings.Directories) {
			*s = chatsAlone()
			d.Portal.Fields[crm.Lead] = append(d.Portal.Fields[crm.Lead], crm.Field{Name: "UF_CRM_9", Required: true})
		}, []string{"/chats/extra_fields/lead mandatory_field"}},
		"C-13 the channel is written twice": {func(s *integration.Settings, d *settings.Directories) {
			d.Portal.Fields[crm.Lead] = append(d.Portal.Fields[crm.Lead], crm.Field{Name: "sourceDescription"})
			s.Chats.Fields.Lead[0].Field = "sourceDescription"
		}, []string{"/chats/extra_fields/lead/0/field source_twice"}},
		"C-14 every chat of a site is primary": {set(func(c *integration.Conversations) { c.WithoutContacts = true }), []string{"/chats/without_contacts every_chat_primary"}},
		"C-14 no chat of a site":               {set(func(c *integration.Conversations) { c.WithoutContacts, c.Channels = true, []string{"sms"} }), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, d := settings.Example(), known()
			c.change(s, &d)
			got := settings.Warnings(s, d)
			if diff := cmp.Diff(append([]string{}, c.want...), pointers(got)); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			said(t, got)
			for _, p := range got {
				if strings.HasPrefix(p.Pointer, "/chats") && strings.Contains(p.RU, "звон") {
					t.Errorf("%s speaks of calls: %s", p.Code, p.RU)
				}
			}
		})
	}
}

// chatsAlone is the example without anything but chats.
func chatsAlone() integration.Settings {
	s := *settings.Example()
	s.Telephony.Enabled, s.Offline.Enabled = false, false
	return s
}

// impossible fits nothing.
func impossible() rules.Filter {
	where := include(integration.ParamSite, "a")
	never := where
	never.Mode = rules.Exclude
	return rules.Filter{Join: rules.And, Of: []rules.Filter{where, never}}
}

// S-2: what is not looked at must not keep the rest out of another portal; what is made there must be found.
func TestConversationsThatAreOffDoNotKeepSettingsOut(t *testing.T) {
	t.Parallel()
	s := settings.Example()
	s.Chats.Responsible.Default, s.Chats.Primary.LeadStage, s.Chats.Fields.Lead[0].Field = 9, "LOST", "UF_CRM_404"
	if out, _ := exported(t, s, here()).Fit("there", elsewhere(), settings.Mapping{}); len(out.Lacks) != 3 {
		t.Errorf("lacks: %+v", out.Lacks)
	}
	s.Chats.Enabled = false
	out, problems := exported(t, s, here()).Fit("there", elsewhere(), settings.Mapping{})
	if len(problems)+len(out.Lacks) > 0 {
		t.Fatalf("%v, %+v", problems, out.Lacks)
	}
	if _, wrong := settings.Read(out.Body, elsewhere()); len(wrong) > 0 {
		t.Errorf("it is not right there: %v", wrong)
	}
}

// A document saved before there were conversations is read with both sections off (integration.Defaults).
func TestOldDocumentHasConversationsOff(t *testing.T) {
	t.Parallel()
	s, problems := settings.Read([]byte(section("sync", "")), known())
	if problems != nil {
		t.Fatal(problems)
	}
	want := integration.Defaults()
	if diff := cmp.Diff([]integration.Conversations{want.Chats, want.Offline}, []integration.Conversations{s.Chats, s.Offline}); diff != "" || s.Chats.Enabled || s.Offline.Enabled {
		t.Errorf("sections (-want +got):\n%s", diff)
	}
}

func TestValuesOfFiltersAreCalledByTheirNames(t *testing.T) {
	t.Parallel()
	names := settings.Called(withChannels().Centre, integration.Russian)
	for value, want := range map[string]string{"71": "WA магазин", "comagic": "Чат на сайте", "other": ""} {
		if got := names(integration.ParamChannel, value); got != want {
			t.Errorf("%q is called %q, want %q", value, got, want)
		}
	}
}
