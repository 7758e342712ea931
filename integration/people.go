package integration

import (
	"slices"
	"strings"

	"omniconnector/crm"
	"omniconnector/integration/centre"
)

// By says how an employee was found to be a portal user.
type By string

// The ways of mapping, strongest first; what is mapped by hand is never overruled.
const (
	ByHand      By = "hand"
	ByEmail     By = "email"
	ByExtension By = "extension"
	ByPhone     By = "phone"
	ByNothing   By = "" // nobody fits
)

// Pair is an employee of the platform and the portal user they are.
type Pair struct {
	Employee EmployeeID
	User     crm.UserID
	By       By
}

// MapEmployees joins the platform's employees with the portal's users: by hand, else by email, extension or
// phone. An employee that nobody fits has User 0.
func MapEmployees(s *Settings, users []crm.User, employees []centre.Employee) []Pair {
	p := people{s, users, &centre.Directory{Employees: employees}}
	pairs := make([]Pair, len(employees))
	for i := range employees {
		user, by := p.user(Employee{ID: employees[i].ID})
		pairs[i] = Pair{employees[i].ID, user, by}
	}
	return pairs
}

// people are both sides' directories with what the tenant mapped by hand.
type people struct {
	settings *Settings
	users    []crm.User
	centre   *centre.Directory // nil when the platform is not connected
}

// user finds the portal user of an employee, whom an event may name in part only.
func (p people) user(e Employee) (crm.UserID, By) {
	for _, m := range p.settings.Employees {
		if m.Employee == e.ID && e.ID != 0 {
			return m.User, ByHand
		}
	}
	if !p.chosen(e.ID) {
		return 0, ByNothing
	}
	phones := []string{e.Phone}
	if known := p.employee(e.ID); known != nil {
		fill(&e.Email, known.Email)
		fill(&e.Extension, known.Extension)
		phones = append(phones, known.Reachable()...)
	}
	for _, way := range []struct {
		by   By
		same func(u *crm.User) bool
	}{
		{ByEmail, func(u *crm.User) bool { return e.Email != "" && strings.EqualFold(u.Email, e.Email) }},
		{ByExtension, func(u *crm.User) bool { return e.Extension != "" && u.Inner == e.Extension }},
		{ByPhone, func(u *crm.User) bool { return p.share(phones, u.Phones) }},
	} {
		i := slices.IndexFunc(p.users, func(u crm.User) bool { return way.same(&u) })
		if i >= 0 {
			return p.users[i].ID, way.by
		}
	}
	return 0, ByNothing
}

// chosen reports whether an employee takes part in the synchronisation.
func (p people) chosen(id EmployeeID) bool {
	only := p.settings.Sync.Only
	return len(only) == 0 || id == 0 || slices.Contains(only, id)
}

func (p people) employee(id EmployeeID) *centre.Employee {
	if p.centre == nil {
		return nil
	}
	return p.centre.Employee(id)
}

// of finds the employee that a portal user is; nil when there is none. What email, extension or phone suggest counts only
// when the employee is nobody else's by a stronger sign.
func (p people) of(id crm.UserID) *centre.Employee {
	for _, m := range p.settings.Employees {
		if e := p.employee(m.Employee); m.User == id && e != nil {
			return e
		}
	}
	i := slices.IndexFunc(p.users, func(u crm.User) bool { return u.ID == id })
	if i < 0 || p.centre == nil {
		return nil
	}
	u := &p.users[i]
	for j := range p.centre.Employees {
		e := &p.centre.Employees[j]
		alike := e.Email != "" && strings.EqualFold(u.Email, e.Email) || e.Extension != "" && u.Inner == e.Extension ||
			p.share(e.Reachable(), u.Phones)
		if !alike {
			continue
		}
		if found, _ := p.user(Employee{ID: e.ID}); found == id {
			return e
		}
	}
	return nil
}

// share reports whether two lists of numbers, however they are written, have one in common.
func (p people) share(a, b []string) bool {
	for _, x := range a {
		if slices.ContainsFunc(b, func(y string) bool { return p.same(x, y) }) {
			return true
		}
	}
	return false
}

// tail is how many last digits are compared first: reading a number costs more than all the rest.
const tail = 6

func (p people) same(a, b string) bool {
	x, y := onlyDigits(a), onlyDigits(b)
	if len(x) < tail || len(y) < tail || x[len(x)-tail:] != y[len(y)-tail:] {
		return false
	}
	one, _ := ParsePhone(a, p.settings.Country)
	other, _ := ParsePhone(b, p.settings.Country)
	return one != "" && one == other
}
