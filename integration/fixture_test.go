package integration_test

import (
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

// began is when the calls of tests begin.
var began = time.Date(2026, 5, 12, 7, 0, 0, 0, time.UTC)

// Portal users of tests: by their names one sees at once by which rule they were chosen.
const (
	anna, boris, vera           crm.UserID = 1, 2, 3 // employees 7001, 7002, 7003
	inDefault, outDefault, ruth crm.UserID = 10, 11, 12
	carl, cora, lena, dan       crm.UserID = 21, 22, 23, 24 // of the contact, company, lead, deal
	gone                        crm.UserID = 99             // dismissed; employee 7099
)

// staff are the employees of the platform; 7777 is mapped to nobody.
var staff = map[integration.EmployeeID]string{7001: "Anna", 7002: "Boris", 7003: "Vera", 7099: "Gone", 7777: "Unmapped"}

func testUsers() []crm.User {
	return []crm.User{
		{ID: anna, Name: "Anna", Active: true},
		{ID: boris, Name: "Boris", Active: true},
		{ID: vera, Name: "Vera", Active: true},
		{ID: inDefault, Name: "Default-In", Active: true},
		{ID: outDefault, Name: "Default-Out", Active: true},
		{ID: ruth, Name: "Ruth-of-the-rule", Active: true},
		{ID: carl, Name: "Carl-of-the-contact", Active: true},
		{ID: cora, Name: "Cora-of-the-company", Active: true},
		{ID: lena, Name: "Lena-of-the-lead", Active: true},
		{ID: dan, Name: "Dan-of-the-deal", Active: true},
		{ID: gone, Name: "Gone"},
	}
}

// testPortal is a portal that works with leads and knows nobody.
func testPortal() portalFixture {
	return portalFixture{
		Mode: crm.Classic, Users: testUsers(),
		LeadStages: []crm.Stage{
			{Code: "NEW", Name: "New"}, {Code: "IN_PROCESS", Name: "In process"}, {Code: "JUNK", Name: "Junk", Closed: true},
		},
		Funnels: []crm.Funnel{
			{ID: 0, Name: "General", Stages: []crm.Stage{{Code: "NEW", Name: "New"}, {Code: "WON", Name: "Won", Closed: true}}},
			{ID: 3, Name: "Wholesale", Stages: []crm.Stage{{Code: "C3:NEW", Name: "Wholesale: new"}, {Code: "C3:WON", Name: "Won", Closed: true}}},
		},
	}
}

func (p *portalFixture) directory() crm.Directory {
	return crm.Directory{Mode: p.Mode, Users: p.Users, LeadStages: p.LeadStages, Funnels: p.Funnels}
}

// testSettings are the defaults of a tenant who chose responsibles and mapped employees, not compiled yet.
func testSettings() *integration.Settings {
	s := integration.Defaults()
	s.Telephony.Incoming.Responsible.Default = inDefault
	s.Telephony.Outgoing.Responsible.Default = outDefault
	s.Employees = []integration.Mapping{
		{Employee: 7001, User: anna}, {Employee: 7002, User: boris}, {Employee: 7003, User: vera}, {Employee: 7099, User: gone},
	}
	return &s
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func include(p rules.Parameter, values ...string) rules.Filter {
	return rules.Filter{Parameter: p, Mode: rules.Include, Values: values}
}
