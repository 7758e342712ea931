package storetest

import (
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
)

var office = centre.Directory{
	TimeZone: "Europe/Moscow", Employees: []centre.Employee{{ID: 7, Name: "Анна", Takes: true}},
	Numbers: []centre.Number{{Number: "74950000000", Active: true}}, SyncedAt: time.Date(2026, 11, 23, 8, 0, 0, 123000, time.UTC),
}

var platform = store.PlatformAccess{
	Source: "uis", DataURL: "https://data.example", CallURL: "https://call.example", Token: "platform-token", Login: "platform-login",
	Password: "platform-password", UserID: 11, AppID: 12,
}

// known is knowledge of a record with all its numbers.
func known(asked time.Time, kind crm.Kind, id int64, phones ...integration.Phone) lane.Known {
	return lane.Known{Entity: crm.Entity{Kind: kind, ID: id, Responsible: 3, Title: "Имя"}, Phones: phones, Whole: true, Asked: asked}
}
