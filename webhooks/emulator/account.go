package emulator

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Account is a customer of the platform.
type Account struct {
	AppID     int64
	Project   string
	Location  *time.Location // times in notifications are of this zone
	Employees []Employee
	Numbers   []string // virtual numbers, digits only
	Scenarios []Scenario
	Sites     []Site
	Campaigns []Campaign
	Tags      []Tag
	// Records is the base address of recordings: that of the server with Handler.
	Records string
}

// Employee is a person who answers calls.
type Employee struct {
	ID                            int64
	Name, Email, Extension, Phone string // Phone is the SIP line
}

// Scenario is how calls are routed.
type Scenario struct {
	ID         int64
	Name       string
	Operations []Named // the last one taken is told when the call ends
	Groups     []Named // which a caller may choose
}

// Site is where the visitor was.
type Site struct {
	ID     int64
	Domain string
}

// Campaign is what brought the visitor.
type Campaign struct {
	ID                   int64
	Name, Source, Medium string
}

// Tag is a mark that employees set.
type Tag = Named

// Named is anything with an id and a name.
type Named struct {
	ID   int64
	Name string
}

// Shop is the account of the contract's examples (§7), with a few more people. Times are
// Moscow's, without needing a time zone database.
func Shop(records string) Account {
	return Account{
		AppID: 5001, Project: "uis", Location: time.FixedZone("MSK", 3*60*60), Records: records,
		Employees: []Employee{
			{7001, "Тестова Анна", "anna@shop.example", "101", "0001234"},
			{7002, "Пробный Пётр", "petr@shop.example", "102", "0001235"},
			{7003, "Примерова Ольга", "olga@shop.example", "103", "0001236"},
			{7004, "Образцов Илья", "ilya@shop.example", "104", "0001237"},
		},
		Numbers: []string{"74950000101", "74950000102"},
		Scenarios: []Scenario{
			{301, "Основной", []Named{{3001, "Приветствие"}, {3005, "Переадресация"}}, []Named{{11, "Продажи"}, {12, "Сервис"}}},
			{302, "Нерабочее время", []Named{{3010, "Голосовая почта"}}, nil},
		},
		Sites:     []Site{{41, "shop.example"}, {42, "landing.shop.example"}},
		Campaigns: []Campaign{{76, "Баннеры", "Яндекс.РСЯ", "display"}, {77, "Поиск", "Яндекс.Директ", "cpc"}},
		Tags:      []Tag{{61, "Целевой"}, {62, "Спам"}},
	}
}

// check refuses an account that scripts could not use.
func (a *Account) check() error {
	switch {
	case a.AppID == 0:
		return errors.New("an account needs an AppID")
	case len(a.Employees) == 0 || len(a.Numbers) == 0 || len(a.Scenarios) == 0 || len(a.Sites) == 0 || len(a.Campaigns) == 0:
		return fmt.Errorf("account %d needs an employee, a number, a scenario, a site and a campaign", a.AppID)
	case slices.ContainsFunc(a.Scenarios, func(s Scenario) bool { return len(s.Operations) == 0 }):
		return fmt.Errorf("account %d has a scenario without operations", a.AppID)
	}
	return nil
}
