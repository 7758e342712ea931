package integration

import (
	"omniconnector/crm"
)

// Route is the answer to the question whose client is calling (T-2). Nobody found is a Route without Phones.
type Route struct {
	User     crm.UserID `json:"user,omitempty"` // the responsible in the portal
	Employee EmployeeID `json:"employee,omitempty"`
	Phones   []string   `json:"phones,omitempty"` // where to put the call through, by priority
	Reasons  []Reason   `json:"reasons,omitempty"`
}
