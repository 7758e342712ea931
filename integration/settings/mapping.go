package settings

import (
	"encoding/json"
	"fmt"
	"slices"

	"omniconnector/integration"
)

// Map gives a stored document in which an employee is mapped to a user by hand; a mapping without a user takes the
// employee's mapping out. The rest of the document stays as it is, right or wrong: it was checked when it was saved.
func Map(stored []byte, m integration.Mapping) ([]byte, error) {
	s := integration.Defaults()
	if err := json.Unmarshal(stored, &s); err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	i := slices.IndexFunc(s.Employees, func(had integration.Mapping) bool { return had.Employee == m.Employee })
	switch {
	case m.User == 0:
		s.Employees = slices.DeleteFunc(s.Employees, func(had integration.Mapping) bool { return had.Employee == m.Employee })
	case i >= 0:
		s.Employees[i].User = m.User
	default:
		s.Employees = append(s.Employees, m)
	}
	return Write(&s), nil
}
