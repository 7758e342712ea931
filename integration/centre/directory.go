package centre

import "time"

// EmployeeID is the platform's id of an employee; 0 means nobody.
type EmployeeID int64

// Directory is the platform's own vocabulary: who works there, and what filters and settings may name. Lists are in the
// platform's order.
type Directory struct {
	// TimeZone is the IANA name of the account's zone, in which the platform writes times.
	TimeZone  string     `json:"time_zone,omitempty"`
	Employees []Employee `json:"employees"`
	Numbers   []Number   `json:"numbers"` // virtual numbers
	Scenarios []Scenario `json:"scenarios,omitempty"`
	Groups    []Named    `json:"groups,omitempty"`
	Sites     []Named    `json:"sites,omitempty"`
	Campaigns []Named    `json:"campaigns,omitempty"`
	Sources   []Named    `json:"sources,omitempty"`
	Tags      []Named    `json:"tags,omitempty"`
	Statuses  []Status   `json:"statuses,omitempty"`
	// Channels are where chats come from (C-3).
	Channels []Channel `json:"channels,omitempty"`
	SyncedAt time.Time `json:"synced_at,omitzero"`
}

// Named is something with an id and a name.
type Named struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Channel is a way in which visitors write. Type is the platform's word: "whatsapp", "comagic" for the chat on a site (contract uis §5.1).
type Channel struct {
	Named
	Type   string `json:"type"`
	Active bool   `json:"active"`
}

// Scenario is a routing scenario with its operations.
type Scenario struct {
	Named
	Operations []Named `json:"operations,omitempty"`
}

// Number is a virtual number of the tenant, digits only.
type Number struct {
	Number string `json:"number"`
	Name   string `json:"name,omitempty"`
	Active bool   `json:"active"`
}

// Status is a working status that employees choose. Kind is the platform's word for a standard one:
// "available", "break", "not_at_work"… (contract uis §4.1), empty for a tenant's own.
type Status struct {
	Named
	Kind string `json:"kind,omitempty"`
}

// Employee is a person of the contact centre.
type Employee struct {
	ID        EmployeeID `json:"id"`
	Name      string     `json:"name"` // full name, as events name it
	LastName  string     `json:"last_name,omitempty"`
	Email     string     `json:"email,omitempty"`
	Extension string     `json:"extension,omitempty"`
	Phones    []Phone    `json:"phones,omitempty"` // by priority
	Status    int64      `json:"status,omitempty"`
	// Takes tells that external calls may be put through to the employee; Calls that the employee may call out.
	Takes bool `json:"takes"`
	Calls bool `json:"calls"`
	// CallerID is the virtual number that clients see when the employee calls from a SIP line; empty when there is none.
	CallerID string `json:"caller_id,omitempty"`
	// Chats tells that the employee has the right «Чаты и заявки».
	Chats bool `json:"chats,omitempty"`
	// SIP tells that the employee has a working SIP line (T-9).
	SIP bool `json:"sip,omitempty"`
}

// Phone is one of an employee's numbers as the platform writes it: digits, a SIP login or an extension.
type Phone struct {
	Number string `json:"number"`
	Active bool   `json:"active"`
	// ID, Channels and DialTime are sent back unchanged when the employee is updated (contract uis §4.1).
	ID       int64 `json:"id,omitempty"`
	Channels int   `json:"channels,omitempty"`
	DialTime int   `json:"dial_time,omitempty"`
}

// Reachable lists the numbers at which the employee can be called now, by priority.
func (e *Employee) Reachable() []string {
	var numbers []string
	for _, p := range e.Phones {
		if p.Active && p.Number != "" {
			numbers = append(numbers, p.Number)
		}
	}
	return numbers
}

// Employee finds somebody by id; nil when there is nobody.
func (d *Directory) Employee(id EmployeeID) *Employee {
	for i := range d.Employees {
		if d.Employees[i].ID == id && id != 0 {
			return &d.Employees[i]
		}
	}
	return nil
}
