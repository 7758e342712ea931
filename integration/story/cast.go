package story

import (
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// Began is when the calls of stories begin.
var Began = time.Date(2026, 5, 12, 7, 0, 0, 0, time.UTC)

// Portal users of stories: by their names one sees at once by which rule they were chosen.
const (
	Anna, Boris, Vera           crm.UserID = 1, 2, 3 // employees 7001, 7002, 7003
	InDefault, OutDefault, Ruth crm.UserID = 10, 11, 12
	Carl, Cora, Lena, Dan       crm.UserID = 21, 22, 23, 24 // of the contact, company, lead, deal
	Chloe                       crm.UserID = 13             // of conversations, by default
	Gone                        crm.UserID = 99             // dismissed; employee 7099
)

// Staff are the employees of the platform; 7777 is mapped to nobody.
var Staff = map[integration.EmployeeID]string{7001: "Anna", 7002: "Boris", 7003: "Vera", 7099: "Gone", 7777: "Unmapped"}

func users() []crm.User {
	return []crm.User{
		{ID: Anna, Name: "Anna", Active: true},
		{ID: Boris, Name: "Boris", Active: true},
		{ID: Vera, Name: "Vera", Active: true},
		{ID: InDefault, Name: "Default-In", Active: true},
		{ID: OutDefault, Name: "Default-Out", Active: true},
		{ID: Ruth, Name: "Ruth-of-the-rule", Active: true},
		{ID: Chloe, Name: "Chloe-by-default", Active: true},
		{ID: Carl, Name: "Carl-of-the-contact", Active: true},
		{ID: Cora, Name: "Cora-of-the-company", Active: true},
		{ID: Lena, Name: "Lena-of-the-lead", Active: true},
		{ID: Dan, Name: "Dan-of-the-deal", Active: true},
		{ID: Gone, Name: "Gone"},
	}
}

// Usual is a portal that works with leads and knows nobody.
func Usual() Portal {
	return Portal{
		Mode: crm.Classic, Users: users(),
		LeadStages: []crm.Stage{
			{Code: "NEW", Name: "New"}, {Code: "IN_PROCESS", Name: "In process"}, {Code: "JUNK", Name: "Junk", Closed: true},
		},
		Funnels: []crm.Funnel{
			{ID: 0, Name: "General", Stages: []crm.Stage{{Code: "NEW", Name: "New"}, {Code: "WON", Name: "Won", Closed: true}}},
			{ID: 3, Name: "Wholesale", Stages: []crm.Stage{{Code: "C3:NEW", Name: "Wholesale: new"}, {Code: "C3:WON", Name: "Won", Closed: true}}},
		},
	}
}

// Directory is the portal's directory as it was synchronised.
func (p *Portal) Directory() crm.Directory {
	d := crm.Directory{Mode: p.Mode, Users: p.Users, LeadStages: p.LeadStages, Funnels: p.Funnels}
	for kind, names := range p.Fields {
		if d.Fields == nil {
			d.Fields = map[crm.Kind][]crm.Field{}
		}
		d.Fields[kind] = []crm.Field{}
		for _, name := range names {
			d.Fields[kind] = append(d.Fields[kind], crm.Field{Name: name, Title: name})
		}
	}
	return d
}

// Settings are the defaults of a tenant who chose responsibles and mapped employees, not compiled yet.
func Settings() *integration.Settings {
	s := integration.Defaults()
	s.Telephony.Incoming.Responsible.Default = InDefault
	s.Telephony.Outgoing.Responsible.Default = OutDefault
	s.Chats.Enabled, s.Chats.Responsible.Default = true, Chloe
	s.Offline.Enabled, s.Offline.Responsible.Default = true, Chloe
	s.Employees = []integration.Mapping{
		{Employee: 7001, User: Anna}, {Employee: 7002, User: Boris}, {Employee: 7003, User: Vera}, {Employee: 7099, User: Gone},
	}
	return &s
}
