package world

import (
	"context"
	"net/http"
	"slices"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	platform "omniconnector/webhooks/emulator"
)

// The extra fields of a showcase (T-15).
const (
	firstField    = "UF_CRM_OMNI_FIRST"
	campaignField = "UF_CRM_OMNI_CAMPAIGN"
)

// addFields adds the extra fields to every kind of record, so that the portal's page shows what was written.
func (w *World) addFields() {
	for _, k := range []bitrix.Kind{bitrix.Lead, bitrix.Deal, bitrix.Contact, bitrix.Company} {
		w.Portal.AddUserField(k, firstField, "ID первой коммуникации", false)
		w.Portal.AddUserField(k, campaignField, "Рекламная кампания", false)
	}
}

// newcomers are users of the portal for a queue of eight; queueStaff are the same people at the platform.
func newcomers() []bitrix.User {
	return []bitrix.User{
		{ID: 12, Name: "Нина", LastName: "Макетова", Email: "nina@shop.example", Inner: "106", Position: "Оператор"},
		{ID: 13, Name: "Олег", LastName: "Эталонов", Email: "oleg@shop.example", Inner: "107", Position: "Оператор"},
		{ID: 14, Name: "Лидия", LastName: "Черновикова", Email: "lidia@shop.example", Inner: "108", Position: "Оператор"},
		{ID: 15, Name: "Егор", LastName: "Примеров", Email: "egor@shop.example", Inner: "109", Position: "Оператор"},
	}
}

func queueStaff() []platform.Employee {
	return []platform.Employee{
		{ID: 7005, Name: "Макетова Нина", Email: "nina@shop.example", Extension: "106", Phone: "0001241", StatusID: 1},
		{ID: 7006, Name: "Эталонов Олег", Email: "oleg@shop.example", Extension: "107", Phone: "0001242", StatusID: 1},
		{ID: 7007, Name: "Черновикова Лидия", Email: "lidia@shop.example", Extension: "108", Phone: "0001243", StatusID: 1},
		{ID: 7008, Name: "Примеров Егор", Email: "egor@shop.example", Extension: "109", Phone: "0001244", StatusID: 1},
	}
}

// ShowcaseSettings are Settings with both sides' features on: personal manager, click to call, callback, extra fields, the note
// in the chat. They need a world with a Showcase and a connected platform.
func ShowcaseSettings() integration.Settings {
	s := Settings()
	t := &s.Telephony
	t.Manager, t.ChatNotice = true, true
	t.Click = integration.Click{On: true, Number: "74950000101", Override: true}
	t.Callback = integration.Callback{On: true, Number: "74950000102"}
	pairs := []integration.FieldPair{
		{Field: firstField, Parameter: integration.FirstCommunication}, {Field: campaignField, Parameter: "campaign_name"},
	}
	t.Fields = integration.ExtraFields{Lead: pairs, Deal: pairs, Contact: pairs, Company: pairs}
	s.Sync.Daily = true
	s.Telephony.SilenceMinutes = 5 // a call that the emulated platform forgot when the demo was stopped rings no longer than that
	return s
}

// addScenes offers what the platform's own scenes do not show: a long queue, a call that nobody told us of, and the question whose
// client is calling.
func (w *World) addScenes(now func() time.Time) {
	call := func(n int64, client string) platform.Call { // numbered by the clock, like those of the platform's own scenes
		at := now()
		return w.Shop.Incoming(at.Unix()%10_000_000*100+90+n, at, client)
	}
	w.Platform.AddScene("queue-of-eight", func() platform.Script {
		all := slices.Concat(w.Shop.Employees, queueStaff())
		return call(1, "79000000021").Ring(all, all[5], 15*time.Second, 12*time.Second)
	})
	w.Platform.AddScene("lost-notifications", func() platform.Script {
		return call(2, "79000000022").Answered(w.Shop.Employees[1], 5*time.Second, 10*time.Second).Swallowed()
	})
	w.Platform.AddScene("route-question", func() platform.Script { return w.routed(call(3, "79000000001")) })
}

// routed asks the connector whose client is calling and puts the call through to the one it names. Without an answer the
// scenario goes on by itself: all are rung.
func (w *World) routed(c platform.Call) platform.Script {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	told := w.Platform.AskRoute(ctx, http.MethodGet, w.hookURL+"/route", c)
	for _, e := range w.Shop.Employees {
		if slices.Contains(told.Phones, e.Phone) {
			return c.Answered(e, 4*time.Second, 10*time.Second)
		}
	}
	return c.Ring(w.Shop.Employees, w.Shop.Employees[0], 6*time.Second, 10*time.Second)
}
