package app_test

import (
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/world"
	"omniconnector/rules"
	platform "omniconnector/webhooks/emulator"
)

// C-2, C-3, C-11: what keeps a conversation out keeps it in the journal, and says why; words go where the switch of creation lets them.
func TestChatsThatTheSettingsKeepOut(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	known := d.person(bitrix.Contact, "+79000001001", map[string]any{"name": "Ирина"})
	for i, c := range []struct {
		rule, channel, phone string
		set                  func(c *integration.Conversations)
		why                  string
	}{
		{"C-3 section off", platform.WhatsApp, "79000001000", func(c *integration.Conversations) { c.Enabled = false }, "chats_off"},
		{"C-3 channel", platform.TelegramBot, "79000001000", func(c *integration.Conversations) { c.Channels = []string{platform.WhatsApp} }, "channel_off"},
		{"C-3 no channel at all", platform.WhatsApp, "79000001000", func(c *integration.Conversations) { c.Channels = nil }, "channel_off"},
		{"C-11 first message", platform.WhatsApp, "79000001000", func(c *integration.Conversations) {
			c.Filter = integration.CallFilter{On: true, Where: rules.Filter{Parameter: integration.ParamFirstMessage, Mode: rules.Exclude, Values: []string{"Есть диван?"}}}
		}, "chat_filter_kept_out"},
		{"C-2 nobody known", platform.WhatsApp, "79000001000", func(c *integration.Conversations) { c.Create = false }, "chat_create_off"},
		{"C-2 known", platform.WhatsApp, "79000001001", func(c *integration.Conversations) { c.Create = false }, "chat_create_off"},
	} {
		before := d.settings.Chats
		d.sets(t, func(s *integration.Settings) { c.set(&s.Chats) })
		id := int64(199000100 + i)
		d.plays(t, d.chat(id, c.channel, phoned(c.phone)).Says("Есть диван?", "Синий").Closed("closed_by_visitor"))
		wants(t, d.World, "originId=chat:", 0)
		if why := d.why(t, chatNamed(id)); !strings.Contains(" "+why+" ", " "+c.why+" ") {
			t.Errorf("%s: the journal tells %s", c.rule, why)
		}
		d.settings.Chats = before
	}
	d.says(t, "contact "+decimalOf(known), "Есть диван?", "Синий")
	wants(t, d.World, "notice to", 0)
	wants(t, d.World, "comment by", 1)
	d.sets(t, func(*integration.Settings) {}) // all as before: the gates alone kept them out
	d.plays(t, d.chat(199000150, platform.TelegramBot, phoned("79000001000")).Says("Есть диван?").Closed("closed_by_visitor"))
	wants(t, d.World, "originId=chat:199000150/lead", 1)
}

// C-3: a chat of a channel that nobody has told of waits for its name, and is kept out when it ends without one.
func TestChatOfAnUnknownChannelWaits(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	where := `{"context":{"app_id":5001,"chat_channel_id":79999},"account_id":286001,"channel_id":99999,"chat_id":199000160,`
	told := d.clock.Now().Format(time.RFC3339)
	d.hook(t, "/chat", where+`"visitor_id":9100000160,"visitor_phone":"79000001060","initiator":"visitor","created_at":"`+told+`"}`)
	d.hook(t, "/message", where+`"id":1,"source":"visitor","text":"Ау","created_at":"`+told+`","status":"accepted"}`)
	d.rest(t)
	d.explained(t, chatNamed(199000160), "wait_channel")
	d.hook(t, "/chat/close", where+`"reason":"closed_by_visitor"}`)
	d.rest(t)
	d.explained(t, chatNamed(199000160), "channel_off")
	wants(t, d.World, "originId=", 0)
}

// siteFilter lets chats of one site through; nobody has to have contacts.
func siteFilter(mode rules.Mode) func(s *integration.Settings) {
	return func(s *integration.Settings) {
		s.Chats.WithoutContacts = true
		s.Chats.Filter = integration.CallFilter{On: true, Where: rules.Filter{Parameter: integration.ParamSite, Mode: mode, Values: []string{"shop.example"}}}
	}
}

// C-11: a filter that looks at the site waits for the platform's answer, and no longer than a few seconds: then it decides without.
func TestChatWaitsForTheSiteAndNotForLong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		mode  rules.Mode
		late  time.Duration // the platform's reports
		move  time.Duration // until the decision
		leads int
	}{
		{"told in time", rules.Include, 0, 3 * time.Second, 1},
		{"told in time, kept out", rules.Exclude, 0, 3 * time.Second, 0},
		{"never told, not the site", rules.Include, time.Hour, 16 * time.Second, 0},
		{"never told, not the excluded one", rules.Exclude, time.Hour, 16 * time.Second, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := desked(t, staging{set: siteFilter(c.mode)})
			d.Platform.DelayChats(d.Shop.AppID, c.late)
			play(t, d.World, d.chat(199000170, platform.WebChat, platform.Visitor{}).Says("Есть кровать?").Script())
			told := func(code string) bool { return strings.Contains(d.why(t, chatNamed(199000170)), code) }
			d.until(t, "the first look", func() bool { return told("wait_attributes") })
			d.clock.Move(c.move)
			d.until(t, "the decision", func() bool { return told("chat_filter_passed") || told("chat_filter_kept_out") })
			if got := told("chat_filter_passed"); got != (c.leads > 0) {
				t.Errorf("passed %v: %s", got, d.why(t, chatNamed(199000170)))
			}
			d.until(t, "its lead", func() bool { return d.Portal.Count(bitrix.Lead) == c.leads })
		})
	}
}

// C-4, C-6, C-11, C-12, C-13: attributes that come when the lead is there correct its stage, responsible, name and fields; what a person
// changed stays.
func TestLateAttributesCorrectWhatWasMade(t *testing.T) {
	t.Parallel()
	site := rules.Filter{Parameter: integration.ParamSite, Mode: rules.Include, Values: []string{"shop.example"}}
	d := desked(t, staging{
		set: func(s *integration.Settings) {
			s.Chats.Primary.Rules = []integration.ChatFunnelRule{{Name: "Сайт", LeadStage: "IN_PROCESS", Stage: "NEW", Where: site}}
			s.Chats.Responsible.Rules = []integration.ResponsibleRule{{Name: "Сайт", User: 10, Where: site}}
			s.Chats.Names.Lead = []integration.NameTemplate{{Text: "{{campaign_name}}: {{visitor}}", Where: site}}
			s.Chats.Fields.Lead = []integration.FieldPair{
				{Field: "UF_CRM_CAMPAIGN", Parameter: "campaign_name"}, {Field: "UF_CRM_UTM", Parameter: "utm_source"}, {Field: "UF_CRM_FIRST", Parameter: integration.FirstCommunication},
			}
		},
		seed: func(w *world.World) {
			for _, f := range []string{"CAMPAIGN", "UTM", "FIRST"} {
				w.Portal.AddUserField(bitrix.Lead, "UF_CRM_"+f, f, false)
			}
		},
	})
	d.Platform.DelayChats(d.Shop.AppID, 150*time.Second) // known by the last time the platform is asked, and not by the moves before
	for i, phone := range []string{"79000001081", "79000001082"} {
		play(t, d.World, d.chat(199000181+int64(i), platform.WebChat, platform.Visitor{Phone: phone}).Says("Есть кровать?").Script())
	}
	d.until(t, "both wait", func() bool {
		return strings.Contains(d.why(t, chatNamed(199000181)), "chat_describe") && strings.Contains(d.why(t, chatNamed(199000182)), "chat_describe")
	})
	d.clock.Move(16 * time.Second)
	d.until(t, "two leads", func() bool { return d.Portal.Count(bitrix.Lead) == 2 })
	leads := map[int64]int64{}
	for id := int64(1); id <= 2; id++ {
		leads[map[string]int64{"chat:199000181/lead": 199000181, "chat:199000182/lead": 199000182}[d.Portal.Field(bitrix.Lead, id, "originId")]] = id
		d.field(t, bitrix.Lead, id, "stageId", "NEW")
		d.field(t, bitrix.Lead, id, "assignedById", "1")
		d.field(t, bitrix.Lead, id, "ufCrmCampaign", "")
	}
	d.edit(t, bitrix.Lead, leads[199000182], map[string]any{"title": "Кровать", "assignedById": 9, "ufCrmUtm": "со слов"})
	d.clock.Move(3 * time.Minute)
	d.until(t, "the attributes", func() bool {
		return d.Portal.Field(bitrix.Lead, leads[199000181], "stageId") == "IN_PROCESS" && d.Portal.Field(bitrix.Lead, leads[199000182], "stageId") == "IN_PROCESS"
	})
	d.rest(t)
	for _, c := range []struct {
		chat                  int64
		title, owner, utm, id string
	}{
		{199000181, "Поиск: +79000001081", "10", "yandex", "chat:199000181"},
		{199000182, "Кровать", "9", "со слов", "chat:199000182"},
	} {
		lead := leads[c.chat]
		for field, want := range map[string]string{
			"title": c.title, "assignedById": c.owner, "ufCrmCampaign": "Поиск", "ufCrmUtm": c.utm, "ufCrmFirst": c.id, "stageId": "IN_PROCESS",
		} {
			d.field(t, bitrix.Lead, lead, field, want)
		}
	}
	if d.Portal.Count(bitrix.Contact) != 2 {
		t.Errorf("contacts:\n%s", d.Records())
	}
}

// C-11: a filter that names what is known only at the end, the last message or a tag, decides then: everything said goes over at once.
func TestFilterOfTheEndDecidesAtTheEnd(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{set: func(s *integration.Settings) {
		s.Chats.Filter = integration.CallFilter{On: true, Where: rules.Filter{Parameter: integration.ParamLastMessage, Mode: rules.Include, Values: []string{"Беру"}}}
	}})
	for i, last := range []string{"Беру", "Не надо"} {
		id := int64(199000190 + i)
		first, rest := d.chat(id, platform.WhatsApp, phoned("7900000109"+decimalOf(int64(i)))).Says("Есть диван?", last).Closed("closed_by_visitor").Cut(3)
		d.plays(t, first)
		d.explained(t, chatNamed(id), "wait_chat_filter")
		wants(t, d.World, "originId="+chatNamed(id)+"/", 0)
		d.plays(t, rest)
	}
	d.says(t, "chat:199000190/lead", "Есть диван?", "Беру")
	wants(t, d.World, "originId=chat:199000191/", 0)
}
