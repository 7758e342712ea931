package settings

import (
	"strconv"

	"omniconnector/crm"
	"omniconnector/integration"
)

// employees checks what is mapped by hand.
func (c *checker) employees() {
	seen := map[integration.EmployeeID]bool{}
	for i, m := range c.settings.Employees {
		at := "/employees/" + strconv.Itoa(i)
		c.employee(at+"/employee", m.Employee, seen[m.Employee])
		seen[m.Employee] = true
		c.user(at+"/user", m.User)
	}
}

// only checks whom the synchronisation is limited to.
func (c *checker) only() {
	seen := map[integration.EmployeeID]bool{}
	for i, id := range c.settings.Sync.Only {
		c.employee("/sync/only/"+strconv.Itoa(i), id, seen[id])
		seen[id] = true
	}
}

// employee checks a reference to somebody of the platform.
func (c *checker) employee(at string, id integration.EmployeeID, repeated bool) {
	switch {
	case id <= 0:
		c.say(at, "required")
	case repeated:
		c.say(at, "repeated_employee", count(id))
	case c.centre.known() && c.centre.Employee(id) == nil:
		c.say(at, "unknown_employee", count(id))
	}
}

// user checks a reference to a user of the portal. That one is dismissed is a warning (S-3): it happens long after saving.
func (c *checker) user(at string, id crm.UserID) {
	if id <= 0 {
		c.say(at, "required")
		return
	}
	if !c.dir.known() {
		return
	}
	if _, ok := c.dir.user(id); !ok {
		c.say(at, "unknown_user", count(id))
	}
}
