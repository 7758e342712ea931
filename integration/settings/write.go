package settings

import (
	"bytes"
	"encoding/json"
	"reflect"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

// Write writes settings as a document: every field is there, in the order of the manual, and an
// empty list is []. Equal settings give equal bytes, and Read gives the same settings back.
func Write(s *integration.Settings) []byte {
	whole := *s
	fillLists(reflect.ValueOf(&whole).Elem())
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(&whole); err != nil {
		panic("settings: " + err.Error()) // texts, numbers and lists always encode
	}
	return b.Bytes()
}

// fillLists replaces lists that are nil. The lists of others are copied and not changed.
func fillLists(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range v.Fields() {
			if f.CanSet() {
				fillLists(f)
			}
		}
	case reflect.Slice:
		filled := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(filled, v)
		for i := range filled.Len() {
			fillLists(filled.Index(i))
		}
		v.Set(filled)
	default:
	}
}

// Defaults is the document a new portal starts from. It cannot be saved as it is: only the
// tenant knows the two default responsibles.
func Defaults() []byte {
	s := integration.Defaults()
	return Write(&s)
}

// Example is a document that uses every field, for the manual and the API's reference.
func Example() *integration.Settings {
	s := integration.Defaults()
	s.OwnNumbers = []string{"74950000101", "74950000102"}
	s.Employees = []integration.Mapping{{Employee: 11, User: 1}, {Employee: 12, User: 7}}
	toShop := rules.Filter{Parameter: integration.ParamVirtualNumber, Mode: rules.Include, Values: []string{"74950000101"}}
	fromAds := rules.Filter{Parameter: integration.ParamCampaign, Mode: rules.Include, Values: []string{"Поиск", "Баннеры"}}
	notSpam := rules.Filter{Parameter: integration.ParamSource, Mode: rules.Exclude, Values: []string{"Спам"}}

	in := &s.Telephony.Incoming
	in.Filter = integration.CallFilter{On: true, Where: rules.Filter{Join: rules.And, Of: []rules.Filter{notSpam}}}
	in.Names.Lead = []integration.NameTemplate{{Text: "Магазин: {{contact_phone_number}}", Where: toShop}}
	in.Names.Deal = []integration.NameTemplate{{Text: "Реклама {{campaign_name}}: {{contact_phone_number}}", Where: fromAds}}
	in.Funnels.Rules = []integration.FunnelRule{
		{Name: "Реклама", Entity: crm.Lead, Stage: "IN_PROCESS", Where: fromAds},
		{Name: "Магазин", Entity: crm.Deal, Funnel: 1, Stage: "C1:NEW", Where: toShop},
	}
	in.Responsible = integration.Responsible{Default: 1, Rules: []integration.ResponsibleRule{{Name: "Магазин", User: 7, Where: toShop}}}
	t := &s.Telephony
	t.Outgoing.Responsible.Default = 1
	s.Sync = integration.Sync{Daily: true, Only: []integration.EmployeeID{11, 12, 13}, Statuses: true}
	t.Manager, t.ChatNotice, t.ResponsibleAfter = true, true, 300
	t.Click = integration.Click{On: true, Number: "74950000101", Override: true}
	t.Callback = integration.Callback{On: true, Number: "74950000199"}
	t.Fields = integration.ExtraFields{
		Always: true,
		Lead: []integration.FieldPair{
			{Field: "UF_CRM_1700000001", Parameter: "source_name"}, {Field: "UF_CRM_1700000002", Parameter: "first_communication_id"},
		},
		Contact: []integration.FieldPair{{Field: "UF_CRM_1700000003", Parameter: "first_communication_id"}},
	}
	exampleOfConversations(&s, fromAds)
	return &s
}

// exampleOfConversations fills the sections of chats and offline requests.
func exampleOfConversations(s *integration.Settings, fromAds rules.Filter) {
	onWhatsApp := rules.Filter{Parameter: integration.ParamChannel, Mode: rules.Include, Values: []string{"whatsapp", "waba"}}
	fromYandex := rules.Filter{Parameter: integration.ParamUTMSource, Mode: rules.Include, Values: []string{"yandex"}}
	c := &s.Chats
	c.Enabled, c.Channels = true, []string{"whatsapp", "waba", "telegram", webChat}
	c.Responsible = integration.Responsible{Default: 1, Rules: []integration.ResponsibleRule{{Name: "WhatsApp", User: 7, Where: onWhatsApp}}}
	c.Primary.Rules = []integration.ChatFunnelRule{{Name: "Реклама", LeadStage: "IN_PROCESS", Funnel: 1, Stage: "C1:NEW", Where: fromAds}}
	c.Repeat.Make, c.CommentTo, c.CopyToClient, c.Closed = integration.MakeActivity, integration.ToBoth, true, true
	c.Names.Lead = []integration.NameTemplate{{Text: "WhatsApp: {{visitor}}", Where: onWhatsApp}}
	c.Fields = integration.ExtraFields{
		Lead:    []integration.FieldPair{{Field: "UF_CRM_1700000001", Parameter: "chat_channel_name"}},
		Contact: []integration.FieldPair{{Field: "UF_CRM_1700000003", Parameter: "first_communication_id"}},
	}
	o := &s.Offline
	o.Enabled, o.Primary.Make = true, integration.MakeBoth
	o.Filter = integration.CallFilter{On: true, Where: rules.Filter{Join: rules.And, Of: []rules.Filter{fromYandex}}}
	o.Responsible.Default = 1
	o.Names.Deal = []integration.NameTemplate{{Text: "{{form_name}}: {{visitor}}"}}
}
