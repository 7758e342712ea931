package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/world"
	"omniconnector/rules"
	platform "omniconnector/webhooks/emulator"
)

// seeded adds records of a person: "contact lead deal", a closed one with a minus before it. What it gives are their names, by those words.
func (d *desk) seeded(phone, words string) map[string]string {
	names, contact := map[string]string{}, int64(0)
	for word := range strings.FieldsSeq(words) {
		fields := map[string]any{"title": "Было раньше"}
		if contact != 0 {
			fields["contactId"] = contact
		}
		kind, closed := strings.CutPrefix(strings.TrimRight(word, "0123456789"), "-")
		var id int64
		switch kind {
		case "contact":
			contact = d.person(bitrix.Contact, phone, map[string]any{"name": "Ирина"})
			id = contact
		case "lead":
			if closed {
				fields["stageId"] = "JUNK"
			}
			id = d.person(bitrix.Lead, phone, fields)
		case "deal":
			if closed {
				fields["stageId"] = "LOSE"
			}
			id = d.Portal.Add(bitrix.Deal, fields)
		}
		names[kind+" "+decimalOf(id)] = word
	}
	return names
}

// C-5, C-9, C-10: each choice for a repeat chat, with each priority: what is made, and which of the person's records get the words. Each
// record has them once, in one comment.
func TestRepeatChatsGoWhereTheyShould(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	closed := func(c *integration.Conversations) { c.Closed = true }
	copied := func(c *integration.Conversations) { c.CopyToClient = true }
	for i, c := range []struct {
		make       integration.Making
		to         integration.Priority
		has, want  string // records before; records with the words, sorted
		activities int
		set        func(c *integration.Conversations)
	}{
		{integration.MakeLead, integration.ToDeals, "contact", "new-lead", 0, nil},
		{integration.MakeDeal, integration.ToDeals, "contact", "new-deal", 0, nil},
		{integration.MakeBoth, integration.ToDeals, "contact", "new-deal new-lead", 0, nil},
		{integration.MakeLead, integration.ToDeals, "contact lead deal", "lead", 0, nil}, // two conversations never make two leads
		{integration.MakeDeal, integration.ToLeads, "contact lead deal", "deal", 0, nil},
		{integration.MakeBoth, integration.ToDeals, "contact deal", "deal new-lead", 0, nil},
		{integration.MakeActivity, integration.ToDeals, "contact lead deal", "deal", 1, nil},
		{integration.MakeActivity, integration.ToLeads, "contact lead deal", "lead", 1, nil},
		{integration.MakeActivity, integration.ToBoth, "contact lead deal", "deal lead", 1, nil},
		{integration.MakeActivity, integration.ToBoth, "contact", "contact", 1, nil},
		{integration.MakeNothing, integration.ToDeals, "contact lead deal", "deal", 0, nil},
		{integration.MakeNothing, integration.ToLeads, "contact lead deal", "lead", 0, nil},
		{integration.MakeNothing, integration.ToBoth, "contact lead deal", "deal lead", 0, nil},
		{integration.MakeNothing, integration.ToDeals, "contact lead", "lead", 0, nil},
		{integration.MakeNothing, integration.ToLeads, "contact deal", "deal", 0, nil},
		{integration.MakeNothing, integration.ToBoth, "contact", "contact", 0, nil},
		{integration.MakeNothing, integration.ToDeals, "contact deal1 deal2", "deal2", 0, nil},
		{integration.MakeNothing, integration.ToDeals, "", "new-lead", 0, nil}, // nothing found: primary after all
		{integration.MakeNothing, integration.ToDeals, "contact deal", "contact deal", 0, copied},
		{integration.MakeLead, integration.ToDeals, "contact", "contact new-lead", 0, copied},
		{integration.MakeNothing, integration.ToDeals, "contact -deal", "contact", 0, nil}, // C-10 off: closed ones are invisible
		{integration.MakeNothing, integration.ToDeals, "-lead", "new-lead", 0, nil},
		{integration.MakeNothing, integration.ToDeals, "contact -deal", "-deal", 0, closed},
		{integration.MakeNothing, integration.ToDeals, "-lead", "-lead", 0, closed},
		{integration.MakeActivity, integration.ToLeads, "contact -lead deal", "deal", 1, closed},
		{integration.MakeNothing, integration.ToDeals, "contact -deal1 -deal2", "-deal2", 0, closed},
		{integration.MakeNothing, integration.ToDeals, "contact lead -deal", "lead", 0, closed}, // open before closed
		{integration.MakeDeal, integration.ToDeals, "contact -deal", "new-deal", 0, closed},
	} {
		phone, id := "7900000"+decimalOf(int64(2000+i)), int64(199000200+i)
		names := d.seeded("+"+phone, c.has)
		before := d.settings.Chats
		d.sets(t, func(s *integration.Settings) {
			s.Chats.Repeat.Make, s.Chats.CommentTo = c.make, c.to
			if c.set != nil {
				c.set(&s.Chats)
			}
		})
		anna := d.Shop.Employees[0]
		d.plays(t, d.chat(id, platform.WhatsApp, phoned(phone)).Says("Есть диван?").Assigned(anna).Answers(anna, "Есть").Closed("closed_by_operator"))
		d.settings.Chats = before
		for _, kind := range []string{"lead", "deal"} {
			if r := d.record(t, chatNamed(id)+"/"+kind); r.name != "" {
				names[r.name] = "new-" + kind
			}
		}
		var got []string
		activities := 0
		for _, r := range d.filed(t) {
			word, own := names[r.name]
			if !own {
				continue
			}
			activities += strings.Count(r.lines, "\n  activity") + strings.Count(r.lines[:min(len(r.lines), 11)], "  activity ")
			if len(r.comments) == 0 {
				continue
			}
			got = append(got, word)
			if len(r.comments) != 1 || strings.Count(r.comments[0], "Есть диван?") != 1 {
				t.Errorf("%d. %s has %q", i, r.name, r.comments)
			}
		}
		slices.Sort(got)
		if text := strings.Join(got, " "); text != c.want || activities != c.activities {
			t.Errorf("%d. %s %s, with %q: words in %q, want %q; %d activities, want %d\n%s", i, c.make, c.to, c.has, text, c.want, activities, c.activities,
				d.why(t, chatNamed(id)))
		}
	}
}

// C-4: of what exists, then the operator, then the rule, then the default; and a person's change of responsible stays.
func TestWhoIsResponsibleForAChat(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{set: func(s *integration.Settings) {
		avito := rules.Filter{Parameter: integration.ParamChannel, Mode: rules.Include, Values: []string{platform.Avito}}
		s.Chats.Responsible.Rules = []integration.ResponsibleRule{{Name: "Авито", User: 10, Where: avito}}
		s.Chats.Repeat.Make = integration.MakeLead
	}})
	petr := d.Shop.Employees[1]
	d.person(bitrix.Contact, "+79000003001", map[string]any{"name": "Ирина", "assignedById": int64(9)})
	for id, c := range map[int64]struct {
		channel, phone, want string
		taken                bool
	}{
		199000301: {platform.Avito, "79000003001", "9", true}, 199000302: {platform.Avito, "79000003002", "8", true},
		199000303: {platform.Avito, "79000003003", "10", false}, 199000304: {platform.VK, "79000003004", "1", false},
	} {
		chat := d.chat(id, c.channel, phoned(c.phone)).Says("Добрый день")
		if c.taken {
			chat.Assigned(petr).Answers(petr, "Слушаю")
		}
		d.plays(t, chat.Closed("closed_by_timeout"))
		if r := d.record(t, chatNamed(id)+"/lead"); !strings.Contains(r.head, " assignedById="+c.want+" ") {
			t.Errorf("chat %d: want %s: %s", id, c.want, r.head)
		}
	}
	whole := d.chat(199000305, platform.VK, phoned("79000003005")).Says("Добрый день").Assigned(petr).Answers(petr, "Слушаю").Closed("closed_by_operator")
	first, rest := whole.Cut(2)
	d.plays(t, first)
	lead := d.record(t, "chat:199000305/lead")
	if !strings.Contains(lead.head, " assignedById=1 ") {
		t.Fatalf("begins with %s", lead.head)
	}
	d.edit(t, bitrix.Lead, recordNumber(t, lead.name), map[string]any{"assignedById": int64(9)})
	d.plays(t, rest)
	d.field(t, bitrix.Lead, recordNumber(t, lead.name), "assignedById", "9")
	if contact := d.record(t, "chat:199000305/contact"); !strings.Contains(contact.head, " assignedById=8 ") { // nobody touched it: the operator's
		t.Errorf("the contact: %s", contact.head)
	}
}

// C-1: whom the tenant mapped by hand counts before email and phone; an operator whose user was dismissed leaves the chat to the next in order.
func TestOperatorsOfChatsAreMapped(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{set: func(s *integration.Settings) {
		s.Employees = []integration.Mapping{{Employee: 7001, User: 10}, {Employee: 7002, User: 11}}
	}})
	for i, want := range []string{"10", "1", "9"} { // by hand; by hand, and dismissed: the default; by email
		who, id := d.Shop.Employees[i], int64(199000350+i)
		d.plays(t, d.chat(id, platform.WhatsApp, phoned("7900000350"+decimalOf(int64(i)))).Assigned(who).Says("Добрый день").Answers(who, "Слушаю").Closed("closed_by_operator"))
		if r := d.record(t, chatNamed(id)+"/lead"); !strings.Contains(r.head, " assignedById="+want+" ") {
			t.Errorf("taken by %s: want %s: %s", who.Name, want, r.head)
		}
	}
	d.explained(t, chatNamed(199000351), "owner_inactive")
}

// C-6, C-12: primary and repeat chats begin in stages of their own, by rules of their own, and are named by the first template that fits.
func TestStagesAndNamesOfChats(t *testing.T) {
	t.Parallel()
	of := func(channel string) rules.Filter {
		return rules.Filter{Parameter: integration.ParamChannel, Mode: rules.Include, Values: []string{channel}}
	}
	d := desked(t, staging{set: func(s *integration.Settings) {
		s.Chats.Primary = integration.Beginning{
			Make: integration.MakeBoth, LeadStage: "NEW", Stage: "PREPARATION",
			Rules: []integration.ChatFunnelRule{
				{Name: "Не авито", LeadStage: "IN_PROCESS", Funnel: 5, Stage: "C5:NEW", Where: rules.Filter{Join: rules.And, Of: []rules.Filter{
					{Parameter: integration.ParamChannel, Mode: rules.Exclude, Values: []string{platform.Avito, platform.VK}},
				}}},
			},
		}
		s.Chats.Repeat = integration.Beginning{
			Make: integration.MakeBoth, LeadStage: "PROCESSED", Stage: "EXECUTING",
			Rules: []integration.ChatFunnelRule{{Name: "ВК", LeadStage: "NEW", Stage: "FINAL_INVOICE", Where: of(platform.VK)}},
		}
		s.Chats.Names.Lead = []integration.NameTemplate{
			{Text: "{{channel_name}}, {{first_message}}", Where: of(platform.WhatsApp)}, {Text: "{{chat_channel_name}} № {{communication_id}}"},
		}
		s.Chats.Names.Contact = []integration.NameTemplate{{Text: "Клиент {{contact_phone_number}}"}}
	}})
	for i, c := range []struct{ channel, has, lead, stage, funnel, title string }{
		{platform.WhatsApp, "", "IN_PROCESS", "C5:NEW", "5", "WhatsApp, Есть диван?"},
		{platform.Avito, "", "", "PREPARATION", "0", "Авито № 199000401"},
		{platform.Avito, "contact", "PROCESSED", "EXECUTING", "0", "Авито № 199000402"},
		{platform.VK, "contact", "", "FINAL_INVOICE", "0", "Группа ВКонтакте № 199000403"},
	} {
		phone, id := "7900000400"+decimalOf(int64(i)), int64(199000400+i)
		d.seeded("+"+phone, c.has)
		d.plays(t, d.chat(id, c.channel, phoned(phone)).Says("Есть диван?").Closed("closed_by_timeout"))
		lead, deal := d.record(t, chatNamed(id)+"/lead"), d.record(t, chatNamed(id)+"/deal")
		for _, want := range []struct {
			head, word string
		}{{lead.head, `"` + c.title + `"`}, {lead.head, "stageId=" + firstOf(c.lead, "NEW")}, {deal.head, "stageId=" + c.stage}} {
			if !strings.Contains(want.head, want.word) {
				t.Errorf("%d. want %s: %s", i, want.word, want.head)
			}
		}
		if c.funnel != "0" && !strings.Contains(deal.head, "categoryId="+c.funnel) {
			t.Errorf("%d. want funnel %s: %s", i, c.funnel, deal.head)
		}
	}
	wants(t, d.World, "name=\"Клиент +79000004000\"", 1)
}

func firstOf(texts ...string) string {
	i := slices.IndexFunc(texts, func(s string) bool { return s != "" })
	return texts[i]
}

// C-5: a portal without leads gets a deal where a lead was wanted, with its contact, and the words.
func TestChatInAPortalWithoutLeads(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{mode: bitrix.Simple})
	d.plays(t, d.chat(199000551, platform.WhatsApp, phoned("79000005051")).Says("Есть диван?").Closed("closed_by_visitor"))
	d.explained(t, chatNamed(199000551), "no_leads")
	d.says(t, "chat:199000551/deal", "Есть диван?")
	wants(t, d.World, "originId=chat:199000551/contact", 1)
	if n := d.Portal.Count(bitrix.Lead); n != 0 {
		t.Errorf("%d leads\n%s", n, d.Records())
	}
}

// C-8: the responsible is told once of what was made, with links to all of it, whatever is said afterwards; and of nothing that was found.
func TestNoticeOfWhatAChatMade(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{set: func(s *integration.Settings) { s.Chats.Primary.Make = integration.MakeBoth }})
	anna := d.Shop.Employees[0]
	whole := d.chat(199000501, platform.WhatsApp, phoned("79000005001")).Says("Есть [B]диван[/B]?").Assigned(anna).Answers(anna, "Есть").Says("Беру").Closed("closed_by_operator")
	first, rest := whole.Cut(2)
	d.tells(t, 199000501, first)
	d.tells(t, 199000501, rest.Repeated(2))
	d.plays(t, d.chat(199000502, platform.WhatsApp, phoned("79000005001")).Says("И кресло").Closed("closed_by_operator"))
	told := d.Portal.Notices(0)
	if len(told) != 1 || told[0].User != 1 {
		t.Fatalf("notices: %+v", told)
	}
	for _, kind := range []string{"lead", "deal"} {
		number := strings.Fields(d.record(t, "chat:199000501/"+kind).name)[1]
		if link := "[URL=/crm/" + kind + "/details/" + number + "/]"; strings.Count(told[0].Text, link) != 1 {
			t.Errorf("no link %s in %q", link, told[0].Text)
		}
	}
	d.sets(t, func(s *integration.Settings) { s.Chats.Notify = false })
	d.plays(t, d.chat(199000503, platform.WhatsApp, phoned("79000005003")).Says("Есть кресло?").Closed("closed_by_operator"))
	wants(t, d.World, "originId=chat:199000503/lead", 1)
	if n := len(d.Portal.Notices(0)); n != 1 {
		t.Errorf("%d notices, want the first one", n)
	}
}

// C-13: created records have their fields and «ID первой коммуникации»; with «обновлять всегда» a found one is brought up to date, and its
// first communication stays the first.
func TestFieldsOfChats(t *testing.T) {
	t.Parallel()
	pairs := []integration.FieldPair{
		{Field: "UF_CRM_FIRST", Parameter: integration.FirstCommunication},
		{Field: "UF_CRM_CHANNEL", Parameter: "chat_channel_type"},
		{Field: "UF_CRM_COUNT", Parameter: "messages_count"},
	}
	d := desked(t, staging{
		set: func(s *integration.Settings) {
			s.Chats.Fields = integration.ExtraFields{Always: true, Lead: pairs, Deal: pairs, Contact: pairs, Company: pairs}
			s.Chats.Primary.Make = integration.MakeDeal
		},
		seed: func(w *world.World) {
			for _, k := range []bitrix.Kind{bitrix.Lead, bitrix.Deal, bitrix.Contact, bitrix.Company} {
				for _, f := range []string{"FIRST", "CHANNEL", "COUNT"} {
					w.Portal.AddUserField(k, "UF_CRM_"+f, f, false)
				}
			}
		},
	})
	d.plays(t, d.chat(199000601, platform.WhatsApp, phoned("79000006001")).Says("Раз", "Два").Closed("closed_by_operator"))
	for _, k := range []bitrix.Kind{bitrix.Deal, bitrix.Contact} {
		for field, want := range map[string]string{"ufCrmFirst": "chat:199000601", "ufCrmChannel": "whatsapp", "ufCrmCount": "2"} {
			d.field(t, k, 1, field, want)
		}
	}
	d.clock.Move(time.Second)
	d.plays(t, d.chat(199000602, platform.TelegramBot, phoned("79000006001")).Says("Раз", "Два", "Три").Closed("closed_by_operator"))
	for field, want := range map[string]string{"ufCrmFirst": "chat:199000601", "ufCrmChannel": "telegram", "ufCrmCount": "3"} {
		d.field(t, bitrix.Contact, 1, field, want)
	}
	d.field(t, bitrix.Deal, 1, "ufCrmChannel", "whatsapp") // the first of what was found is brought up to date, and only that
}
