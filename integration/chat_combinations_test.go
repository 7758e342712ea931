package integration_test

import (
	"omniconnector/crm"
	"omniconnector/integration"
)

// makings are the choices for repeat conversations (C-5).
var makings = []integration.Making{
	integration.MakeLead, integration.MakeDeal, integration.MakeBoth, integration.MakeActivity, integration.MakeNothing,
}

// combinationOfChat is one way in which the tables of C-5 and C-10 meet.
type combinationOfChat struct {
	contact, company bool
	lead, deal       existence
	repeat           integration.Making
	priority         integration.Priority
	closedToo        bool // C-10
}

// customer is what the CRM has of the visitor.
func customer(c combinationOfChat) crm.Customer {
	var known crm.Customer
	if c.contact {
		known.Contacts = []crm.Entity{{Kind: crm.Contact, ID: 100, Responsible: carl}}
	}
	if c.company {
		known.Companies = []crm.Entity{{Kind: crm.Company, ID: 200, Responsible: cora}}
	}
	if c.lead != none {
		known.Leads = []crm.Entity{{Kind: crm.Lead, ID: 300, Responsible: lena, Stage: "NEW", Closed: c.lead == closed}}
	}
	if c.deal != none {
		known.Deals = []crm.Entity{{Kind: crm.Deal, ID: 400, Responsible: dan, Stage: "NEW", Closed: c.deal == closed}}
	}
	return known
}
