package integration

import (
	"omniconnector/crm"
	"omniconnector/integration/centre"
)

// Route is the answer to the question whose client is calling (T-2). Nobody found is a Route without Phones.
type Route struct {
	User     crm.UserID `json:"user,omitempty"` // the responsible in the portal
	Employee EmployeeID `json:"employee,omitempty"`
	Phones   []string   `json:"phones,omitempty"` // where to put the call through, by priority; digits or a SIP login
	Reasons  []Reason   `json:"reasons,omitempty"`
}

// RouteFacts is everything that the answer may look at: our own index and directories, never the portal.
type RouteFacts struct {
	Client   string // the caller's number as the platform wrote it
	Virtual  string // the number called
	Settings *Settings
	Known    crm.Customer // from the index of customers
	Portal   crm.Directory
	Centre   *centre.Directory
}

// RouteTo answers whose client is calling: the responsible of the contact, else of the company, else of the deal or lead, as
// long as they work in the portal and can be called at the platform (T-2).
func RouteTo(f RouteFacts) Route {
	d := decision{Facts: Facts{
		Settings: f.Settings, Directory: f.Portal, Centre: f.Centre, Known: &f.Known,
		Call: Call{Client: f.Client, Virtual: f.Virtual, Direction: crm.Incoming, Finished: true},
	}}
	r := Route{}
	if e := d.manager(); e != nil {
		r.Employee, r.Phones = e.ID, e.Reachable()
		r.User, _ = d.people().user(Employee{ID: e.ID})
	}
	r.Reasons = d.plan.Reasons
	return r
}

// ClientPhone reads the number that a routing question asks about; empty when it is nobody's.
func ClientPhone(raw string, s *Settings) Phone {
	p, _ := ParsePhone(raw, s.Country)
	return p
}

// manager is the employee to put the call through to; nil when the scenario is to go on without.
func (d *decision) manager() *centre.Employee {
	t := &d.Settings.Telephony
	switch {
	case !t.Enabled || t.Other.On || !t.Manager:
		d.because("T-2", "route_off")
		return nil
	case !d.customer():
		return nil
	case d.Centre == nil || d.Centre.SyncedAt.IsZero():
		d.because("T-2", "route_no_centre")
		return nil
	}
	d.existing = d.find()
	owners := d.existing.owners()
	if len(owners) == 0 {
		d.because("T-2", "route_unknown", "phone", string(d.phone))
		return nil
	}
	d.explainFound()
	asked := map[crm.UserID]bool{}
	for _, c := range owners {
		if asked[c.user] {
			continue
		}
		asked[c.user] = true
		e := d.people().of(c.user)
		switch {
		case !d.active(c.user):
			d.because("T-2", "owner_inactive", "user", d.name(c.user))
		case e == nil:
			d.because("T-2", "route_unmapped", "user", d.name(c.user))
		case len(e.Reachable()) == 0:
			d.because("T-2", "route_no_line", "employee", e.Name)
		case !e.Takes:
			d.because("T-2", "route_not_taking", "employee", e.Name)
		default:
			d.because("T-2", "route_found", "user", d.name(c.user), "employee", e.Name)
			return e
		}
	}
	d.because("T-2", "route_nobody")
	return nil
}

// routed tells in the journal what the platform was answered, once.
func (d *decision) routed() {
	if r := d.Call.Route; r != nil && !d.memory.Told {
		d.plan.Reasons = append(d.plan.Reasons, r.Reasons...)
		d.memory.Told = true
	}
}
