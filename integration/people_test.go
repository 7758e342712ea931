package integration_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// TestEmployeesAreMappedByTheStrongestSign joins both sides' people: by hand, else by email, extension or phone.
func TestEmployeesAreMappedByTheStrongestSign(t *testing.T) {
	t.Parallel()
	users := []crm.User{
		{ID: 1, Name: "Anna", Email: "anna@example.com", Inner: "101", Phones: []string{"8 (903) 111-00-01"}, Active: true},
		{ID: 2, Name: "Boris", Email: "boris@example.com", Inner: "102", Phones: []string{"+79031110002"}, Active: true},
		{ID: 3, Name: "Nobody's", Active: true}, // neither email nor extension nor phone
	}
	phones := func(numbers ...string) []centre.Phone {
		var list []centre.Phone
		for _, n := range numbers {
			list = append(list, centre.Phone{Number: n, Active: true})
		}
		return list
	}
	for name, c := range map[string]struct {
		employee centre.Employee
		hand     []integration.Mapping
		only     []integration.EmployeeID
		user     crm.UserID
		by       integration.By
	}{
		"by hand before everything": {
			employee: centre.Employee{ID: 7, Email: "anna@example.com", Extension: "101"}, hand: []integration.Mapping{{Employee: 7, User: 2}},
			user: 2, by: integration.ByHand,
		},
		"by hand although the synchronisation leaves them out": {
			employee: centre.Employee{ID: 7}, hand: []integration.Mapping{{Employee: 7, User: 2}}, only: []integration.EmployeeID{8},
			user: 2, by: integration.ByHand,
		},
		"somebody else is mapped by hand": {
			employee: centre.Employee{ID: 7, Extension: "101"}, hand: []integration.Mapping{{Employee: 8, User: 2}}, user: 1, by: integration.ByExtension,
		},
		"email in other letters": {employee: centre.Employee{ID: 7, Email: "Anna@Example.COM"}, user: 1, by: integration.ByEmail},
		"email before extension": {employee: centre.Employee{ID: 7, Email: "anna@example.com", Extension: "102"}, user: 1, by: integration.ByEmail},
		"extension before phone": {
			employee: centre.Employee{ID: 7, Extension: "101", Phones: phones("79031110002")}, user: 1, by: integration.ByExtension,
		},
		"phone however it is written":            {employee: centre.Employee{ID: 7, Phones: phones("79031110001")}, user: 1, by: integration.ByPhone},
		"the second phone":                       {employee: centre.Employee{ID: 7, Phones: phones("sip1", "89031110002")}, user: 2, by: integration.ByPhone},
		"a phone that is switched off":           {employee: centre.Employee{ID: 7, Phones: []centre.Phone{{Number: "79031110001"}}}},
		"an empty extension matches nobody":      {employee: centre.Employee{ID: 7}},
		"an unknown email":                       {employee: centre.Employee{ID: 7, Email: "vera@example.com"}},
		"another country with the same digits":   {employee: centre.Employee{ID: 7, Phones: phones("+19031110001")}},
		"the synchronisation leaves them out":    {employee: centre.Employee{ID: 7, Extension: "101"}, only: []integration.EmployeeID{8}},
		"the synchronisation is limited to them": {employee: centre.Employee{ID: 7, Extension: "101"}, only: []integration.EmployeeID{7}, user: 1, by: integration.ByExtension},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := integration.Defaults()
			s.Employees, s.Sync.Only = c.hand, c.only
			want := []integration.Pair{{Employee: 7, User: c.user, By: c.by}}
			if diff := cmp.Diff(want, integration.MapEmployees(&s, users, []centre.Employee{c.employee})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestACallIsNotStartedTooLate drops what nobody waits for any more (T-8, T-9): a dial, and cards; a registration only loses its card.
func TestACallIsNotStartedTooLate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   crm.Command
		late time.Duration
		left crm.Command // nil when it is dropped
	}{
		"a dial in time":          {centre.Dial{Client: "+79261234567"}, 0, centre.Dial{Client: "+79261234567"}},
		"a dial too late":         {centre.Dial{Client: "+79261234567"}, time.Second, nil},
		"a card too late":         {crm.ShowCard{}, time.Second, nil},
		"a registration too late": {crm.Register{User: 1, Show: true}, time.Second, crm.Register{User: 1}},
		"a finish is never late":  {crm.Finish{User: 1}, time.Second, crm.Finish{User: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			left, drop := integration.Late(integration.Action{Do: c.do, Until: began}, began.Add(c.late))
			if drop != (c.left == nil) {
				t.Fatalf("dropped: %v", drop)
			}
			if diff := cmp.Diff(c.left, left.Do); !drop && diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
