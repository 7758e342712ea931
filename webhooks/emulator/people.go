package emulator

import (
	"fmt"
	"slices"
	"strings"
)

// Phone is one of an employee's numbers: E.164 digits, possibly with a suffix "...123", or a SIP login.
type Phone struct {
	Number   string
	Inactive bool
}

// Status is what an employee can be. Mnemonic is empty for those that the account invented.
type Status struct {
	ID             int64
	Name, Mnemonic string
	Color          string
	Deleted        bool
	Unselectable   bool
	Worktime       bool
	Protocols      []string // through which calls come: PSTN, SIP, SIP_TRUNK, FMC
}

// standard are the statuses that every account has, one that this one invented, and one it gave up.
var standard = []Status{
	{ID: 1, Name: "Доступен", Mnemonic: "available", Color: "#48b451", Worktime: true, Protocols: []string{"PSTN", "SIP", "SIP_TRUNK", "FMC"}},
	{ID: 2, Name: "Перерыв", Mnemonic: "break", Color: "#ffb803", Worktime: true},
	{ID: 3, Name: "Не беспокоить", Mnemonic: "do_not_disturb", Color: "#ef8640", Worktime: true},
	{ID: 4, Name: "Нет на месте", Mnemonic: "not_at_workplace", Color: "#ef8640"},
	{ID: 5, Name: "Нет на работе", Mnemonic: "not_at_work", Color: "#99acb7", Protocols: []string{"FMC"}},
	{ID: 6, Name: "Неизвестно", Mnemonic: "unknown", Color: "#99acb7", Unselectable: true},
	{ID: 21, Name: "Обед", Color: "#1179ad", Worktime: true},
	{ID: 22, Name: "Старый статус", Color: "#1179ad", Deleted: true},
}

// Crowd adds so many employees to the staff, numbered from 8001: more than fit on a page.
func (a Account) Crowd(n int) Account {
	a.Staff = slices.Clone(a.Staff)
	for i := range n {
		a.Staff = append(a.Staff, Employee{
			ID: 8001 + int64(i), Name: fmt.Sprintf("Толпинов %04d", i+1), Email: fmt.Sprintf("crowd%d@shop.example", i+1),
			Extension: itoa(20_000 + int64(i)), Phone: fmt.Sprintf("01%05d", i+1),
		})
	}
	return a
}

// everybody lists all employees.
func (a *Account) everybody() []Employee { return slices.Concat(a.Employees, a.Staff) }

// statuses are the account's, the usual ones when it has none.
func (a *Account) statuses() []Status {
	if len(a.Statuses) == 0 {
		return standard
	}
	return a.Statuses
}

func (a *Account) status(id int64) (Status, bool) {
	all := a.statuses()
	i := slices.IndexFunc(all, func(s Status) bool { return s.ID == id })
	if i < 0 {
		return Status{}, false
	}
	return all[i], true
}

func (a *Account) timezone() string {
	if a.Timezone != "" {
		return a.Timezone
	}
	return a.Location.String()
}

// person is an employee as the cabinet has them now: the Data API changes them, scripts do not.
type person struct {
	Employee
	last, first, patronymic string
	phones                  []line
	recording               string
	allowed                 map[string][]string // directions, by field
}

// line is a number with its id.
type line struct {
	id             int64
	number         string
	channels, dial int64
	active         bool
}

// directions are the fields of an employee that hold call directions.
var directions = []string{
	"in_external_allowed_call_directions", "in_internal_allowed_call_directions",
	"out_external_allowed_call_directions", "out_internal_allowed_call_directions",
}

// people makes what the cabinet has of an account's employees.
func (a *Account) people() []*person {
	var all []*person
	for _, e := range a.everybody() {
		p := &person{Employee: e, recording: "all", allowed: map[string][]string{}}
		if p.StatusID == 0 {
			p.StatusID = a.statuses()[0].ID
		}
		p.last, p.first, _ = strings.Cut(e.Name, " ")
		p.first, p.patronymic, _ = strings.Cut(p.first, " ")
		phones := e.Phones
		if len(phones) == 0 && e.Phone != "" {
			phones = []Phone{{Number: e.Phone}}
		}
		for i, n := range phones {
			p.phones = append(p.phones, line{e.ID*10 + int64(i), n.Number, 1, 30, !n.Inactive})
		}
		for i, d := range directions {
			p.allowed[d] = []string{[]string{"in", "out"}[i/2]}
		}
		all = append(all, p)
	}
	return all
}

func (p *person) full() string {
	return strings.Join(strings.Fields(p.last+" "+p.first+" "+p.patronymic), " ")
}

// active are the numbers that the Call API rings, in turn.
func (p *person) active() []string {
	var all []string
	for _, l := range p.phones {
		if l.active {
			all = append(all, l.number)
		}
	}
	return all
}

// person finds an employee; p.mu is held.
func (c *configured) person(id int64) *person {
	i := slices.IndexFunc(c.people, func(p *person) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return c.people[i]
}

// SetStatus changes an employee's status, as they would in their workplace.
func (p *Platform) SetStatus(app, id, status int64) {
	p.with(app, func(c *configured) {
		if who := c.person(id); who != nil {
			who.StatusID = status
		}
	})
}

// StatusOf is the status that an employee has now, 0 for none of that id.
func (p *Platform) StatusOf(app, id int64) (status int64) {
	p.with(app, func(c *configured) {
		if who := c.person(id); who != nil {
			status = who.StatusID
		}
	})
	return status
}
