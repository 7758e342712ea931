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
	Channels  []Channel // where visitors write
	// Records is the base address of recordings: that of the server with Handler.
	Records string

	Name     string
	Timezone string // the IANA name of Location, which may not know its own
	// Staff are employees who take no part in Morning and Scenes: the Data API and the Call API know them.
	Staff     []Employee
	Statuses  []Status
	Blacklist []string // contacts that the Call API refuses to call
	Media     []int64  // ids of media files
}

// Employee is a person who answers calls.
type Employee struct {
	ID                            int64
	Name, Email, Extension, Phone string // Phone is the SIP line
	// Phones are tried in their order; the SIP line alone when there are none.
	Phones   []Phone
	CallerID string // the virtual number that the SIP line shows; the account's first when empty
	StatusID int64  // the account's first status when 0
	Groups   []Named
	Away     bool // calls_available is false
	NoChats  bool // lacks the right "Чаты и заявки"
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
		Name: "Магазин", Timezone: "Europe/Moscow",
		Employees: []Employee{
			{
				ID: 7001, Name: "Тестова Анна", Email: "anna@shop.example", Extension: "101", Phone: "0001234",
				Phones: []Phone{{Number: "0001234"}, {Number: "79000001001"}}, Groups: []Named{{11, "Продажи"}}, StatusID: 1,
			},
			{
				ID: 7002, Name: "Пробный Пётр", Email: "petr@shop.example", Extension: "102", Phone: "0001235",
				Phones: []Phone{{Number: "0001235"}, {Number: "79000001002", Inactive: true}}, CallerID: "74950000102",
				Groups: []Named{{11, "Продажи"}, {12, "Сервис"}}, StatusID: 1,
			},
			{
				ID: 7003, Name: "Примерова Ольга", Email: "olga@shop.example", Extension: "103", Phone: "0001236",
				Groups: []Named{{12, "Сервис"}}, StatusID: 2,
			},
			{
				ID: 7004, Name: "Образцов Илья", Email: "ilya@shop.example", Extension: "104", Phone: "0001237",
				Phones: []Phone{{Number: "0001237"}, {Number: "74950000000...123"}}, StatusID: 5, Away: true, NoChats: true,
			},
		},
		Staff: []Employee{{
			ID: 7009, Name: "Безномерова Вера", Email: "vera@shop.example",
			Phones: []Phone{{Number: "79000001009", Inactive: true}}, StatusID: 4,
		}},
		Statuses: standard, Blacklist: []string{"79000000666"}, Media: []int64{2201},
		Numbers: []string{"74950000101", "74950000102"},
		Scenarios: []Scenario{
			{301, "Основной", []Named{{3001, "Приветствие"}, {3005, "Переадресация"}}, []Named{{11, "Продажи"}, {12, "Сервис"}}},
			{302, "Нерабочее время", []Named{{3010, "Голосовая почта"}}, nil},
		},
		Sites:     []Site{{41, "shop.example"}, {42, "landing.shop.example"}},
		Campaigns: []Campaign{{76, "Баннеры", "Яндекс.РСЯ", "display"}, {77, "Поиск", "Яндекс.Директ", "cpc"}},
		Tags:      []Tag{{61, "Целевой"}, {62, "Спам"}},
		Channels:  channels(),
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
