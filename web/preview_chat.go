package web

import (
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// chatNamed is what a record would be called that a conversation makes: it decides about one with somebody whom nobody knows, in a
// portal that makes leads and deals of whatever is said.
func chatNamed(m *mappings, chat *integration.Conversation, k crm.Kind, text string) (string, error) {
	const anybody crm.UserID = 1
	s, own := integration.Defaults(), m.settings
	s.AppName, s.Country, s.TimeZone, s.Language, s.OwnNumbers = own.AppName, own.Country, own.TimeZone, own.Language, own.OwnNumbers
	c := s.Conversations(chat.Kind)
	c.Enabled, c.WithoutContacts, c.Responsible.Default, c.Primary.Make = true, true, anybody, integration.MakeBoth
	c.Channels = append(c.Channels, chat.Channel)
	for _, known := range m.known.Centre.Channels {
		c.Channels = append(c.Channels, known.Type)
	}
	template := []integration.NameTemplate{{Text: text}}
	c.Names = integration.NameTemplates{Lead: template, Deal: template, Contact: template}
	if err := s.Compile(1); err != nil {
		return "", err
	}
	now := chat.OpenedAt
	if chat.ClosedAt.After(now) {
		now = chat.ClosedAt
	}
	plan := integration.Decide(integration.Facts{
		Now: now, Chat: chat, Settings: &s, Known: &crm.Customer{}, AskedAt: now, Centre: &m.known.Centre, Trigger: "preview",
		Directory: crm.Directory{Mode: crm.Classic, Users: []crm.User{{ID: anybody, Active: true}}},
	})
	if plan.Memory.Chat == nil || plan.Memory.Chat.Made[k] == nil {
		return "", refuse("nothing_named")
	}
	return plan.Memory.Chat.Made[k].Title, nil
}

// sampleChat is made of the examples of the catalogue.
func sampleChat(k integration.Communication) integration.Conversation {
	values := map[string][]string{}
	for _, v := range integration.ChatVariables() {
		values[v.Name] = []string{v.Example}
	}
	one := func(name string) string { return values[name][0] }
	at := time.Date(2026, time.May, 12, 9, 0, 0, 0, time.UTC)
	c := integration.Conversation{
		Session: integration.ChatSession(one("communication_id")), Kind: k, ID: one("communication_id"), OpenedAt: at, Described: true,
		Visitor: integration.Visitor{
			Name: one("visitor_name"), Company: one("visitor_company"), Phones: values["contact_phone_number"], Emails: values["visitor_email"],
		},
		Operators: []integration.Employee{{Name: one("employee_full_name")}}, Tags: values["tag_names"], Params: values,
		Messages: []integration.Message{{ID: "1", By: integration.ByVisitor, At: at, Text: one("first_message")}},
	}
	if k == integration.Offline {
		c.Session = integration.OfflineSession(c.ID)
		return c
	}
	c.Channel, c.ChannelName = one("chat_channel_type"), one("chat_channel_name")
	return c
}
