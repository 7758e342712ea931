package app_test

import (
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/world"
	"omniconnector/rules"
)

// C-16, contract uis §4.7: an offline request that is notified, and one that only the report knows, each make one contact and one lead with
// its words; told again by whichever way, they change nothing.
func TestOfflineRequestsComeOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		d := desked(t, staging{database: database})
		told := d.Shop.Request(880000001, d.now(), "Олег Дёмин", "79000020001", "Oleg@example.test", "Перезвоните после шести").Left()
		swept := d.Shop.Request(880000002, d.now(), "Вера", "79000020002", "", "Нужен шкаф").Left()
		play(t, d.World, told.Repeated(3))
		play(t, d.World, swept.Swallowed())
		d.rest(t)
		wants(t, d.World, "Перезвоните после шести", 1)
		wants(t, d.World, "Нужен шкаф", 0)
		d.clock.Move(2 * time.Minute)
		awaitRuns(t, d.app, d.at, "every/requests")
		d.says(t, "offline_message:880000001/lead", "Олег Дёмин", "79000020001", "Перезвоните после шести")
		d.says(t, "offline_message:880000002/lead", "Вера", "79000020002", "Нужен шкаф")
		before := d.Records()
		play(t, d.World, swept.Repeated(2))
		d.rest(t)
		d.clock.Move(2 * time.Minute)
		awaitRuns(t, d.app, d.at, "every/requests")
		if after := d.Records(); after != before {
			t.Errorf("told again, it changed\n%s\nto\n%s", before, after)
		}
		wants(t, d.World, "\nlead ", 2)
		wants(t, d.World, "notice to", 2)
		wants(t, d.World, "email work oleg@example.test", 2) // the lead's and the contact's
		if n := d.Portal.Count(bitrix.Contact); n != 2 {
			t.Errorf("%d contacts\n%s", n, d.Records())
		}
	})
}

// C-11, C-12, C-13, C-5: offline requests have settings of their own, apart from those of chats.
func TestOfflineRequestsHaveTheirOwnSettings(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{
		set: func(s *integration.Settings) {
			o := &s.Offline
			o.Primary = integration.Beginning{Make: integration.MakeDeal, LeadStage: "NEW", Funnel: 5, Stage: "C5:NEW"}
			o.Repeat.Make = integration.MakeActivity
			o.Responsible.Default = 9
			o.Names.Deal = []integration.NameTemplate{{Text: "{{form_name}}: {{visitor_name}}"}}
			o.Fields.Deal = []integration.FieldPair{{Field: "UF_CRM_FIRST", Parameter: integration.FirstCommunication}}
			o.Filter = integration.CallFilter{On: true, Where: rules.Filter{Parameter: integration.ParamFirstMessage, Mode: rules.Exclude, Values: []string{"Спам"}}}
			s.Chats.Enabled = false
		},
		seed: func(w *world.World) { w.Portal.AddUserField(bitrix.Deal, "UF_CRM_FIRST", "ID", false) },
	})
	leave := func(id int64, phone, text string) {
		t.Helper()
		r := d.Shop.Request(id, d.now(), "Олег", phone, "", text)
		r.FormName = "Обратный звонок"
		d.plays(t, r.Left())
	}
	leave(880000011, "79000020011", "Нужен шкаф")
	leave(880000012, "79000020012", "Спам")
	leave(880000013, "79000020011", "Ещё и стол")
	leave(880000014, "", "Без контактов")
	d.explained(t, "offline_message:880000012", "chat_filter_kept_out")
	d.explained(t, "offline_message:880000014", "no_contacts")
	deal := d.record(t, "offline_message:880000011/deal")
	for _, has := range []string{`"Обратный звонок: Олег"`, "assignedById=9", "categoryId=5", "stageId=C5:NEW", "UF_CRM_FIRST=offline_message:880000011"} {
		if !strings.Contains(deal.head, has) {
			t.Errorf("no %s in %s", has, deal.head)
		}
	}
	d.says(t, deal.name, "Нужен шкаф", "Ещё и стол")
	wants(t, d.World, "originId=offline_message:", 2) // the deal and its contact
	if n := strings.Count(deal.lines, "  activity "); n != 1 {
		t.Errorf("%d activities: %s", n, deal.lines)
	}
}
