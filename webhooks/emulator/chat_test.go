package emulator

import (
	"testing"
	"time"

	"omniconnector/webhooks/emulator/chat"
	"omniconnector/webhooks/emulator/rpc"
	"omniconnector/webhooks/emulator/table"
)

// dated are the rows of a report of the Data API over the day of the tests.
func (d *desk) dated(method string, more object) []object {
	d.t.Helper()
	return d.ask(rpc.DataAPI, method, day(more)).rows(d.t)
}

func TestReportsKnowAChatFromItsOpeningOn(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	anna, petr := d.shop.Employees[0], d.shop.Employees[1]
	c := d.shop.Chat(199000001, eight, d.shop.Channel(WhatsApp), Visitor{ID: 9100000002, Phone: "79000000008", User: "79000000008"})
	c.Says("Здравствуйте").Sends(File{Type: "photo", Name: "photo.png", Text: "Вот фото"}).Assigned(anna).Answers(anna, "Смотрим").
		Assigned(petr).Answers(petr, "Пора").Edits(0, "Готово").Says("Спасибо", "Лишнее").Deletes(0).Tagged(d.shop.Tags[0])
	script := c.Closed("closed_by_operator")
	first, rest := script.Cut(2)

	d.play(first)
	row := d.dated("get.chats_report", nil)[0]
	if row["status"] != "new" || row["employee_id"] != nil || row["messages_count"] != 1.0 || row["duration"] != nil || row["date_time"] != "2026-05-12 08:00:00" {
		t.Errorf("new chat %v", row)
	}
	d.play(rest)
	row = d.dated("get.chats_report", object{"filter": object{"field": "id", "operator": "in", "value": []int64{199000001}}})[0]
	for name, want := range map[string]any{
		"status": "succeed", "employee_id": 7002.0, "is_transfer": true, "release_cause": "closed_by_operator", "visitor_phone_number": 79000000008.0,
		"duration": "40", "messages_count": 6.0, "employee_messages_count": 2.0, "chat_channel_id": 74001.0, "chat_channel_type": "whatsapp",
		"employee_raiting": nil, "site_id": nil, "communication_id": 199000001.0, "answer_time": 12.0,
	} {
		if row[name] != want {
			t.Errorf("%s is %v, want %v", name, row[name], want)
		}
	}
	if tags := row["tags"].([]any); len(tags) != 1 || tags[0].(object)["tag_name"] != "Целевой" {
		t.Errorf("tags %v", tags)
	}
	messages := d.ask(rpc.DataAPI, "get.chat_messages_report", object{"chat_ids": []int64{199000001, 1}}).rows(t)
	if len(messages) != 5 || messages[3]["text"] != "Готово" || messages[3]["employee_id"] != 7002.0 || messages[0]["source"] != "visitor" {
		t.Fatalf("messages %v", messages)
	}
	if r := messages[1]["resource"].(object); r["file_name"] != "photo.png" || r["mime_type"] != "image/png" || r["size"].(float64) < 100 {
		t.Errorf("resource %v", r)
	}
}

func TestTheStatusOfAChat(t *testing.T) { // contract uis §4.5
	t.Parallel()
	shop := Shop("")
	anna := shop.Employees[0]
	begin := func() *Chat { return shop.Chat(1, eight, shop.Channel(WebChat), Visitor{}) }
	for name, c := range map[string]struct {
		script Script
		want   string
	}{
		"new":                        {begin().Says("?").Script(), "new"},
		"accepted":                   {begin().Says("?").Assigned(anna).Script(), "active"},
		"never accepted":             {begin().Says("?").Closed("visitor_disconnected"), "lost"},
		"no word of the operator":    {begin().Says("?").Assigned(anna).Closed("closed_by_timeout"), "lost"},
		"two-way":                    {begin().Says("?").Assigned(anna).Answers(anna, "!").Closed("closed_by_operator"), "succeed"},
		"no word of the visitor":     {begin().Assigned(anna).Answers(anna, "!").Closed("closed_by_operator"), "refused"},
		"an invitation nobody heeds": {begin().Told("autoinvite", "", "Помочь?").Closed("invite_rejected"), "refused"},
	} {
		if got := c.script.Truth.Chats[0].Row()["status"]; got != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

func TestAttributesOfAChatComeLateWhenToldSo(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.DelayChats(d.shop.AppID, 10*time.Second)
	d.play(d.shop.Chat(199000002, eight, d.shop.Channel(WebChat), Visitor{}).Says("Есть диван?").Closed("visitor_disconnected"))
	if rows := d.dated("get.chats_report", nil); len(rows) != 0 {
		t.Fatalf("too early: %v", rows)
	}
	d.later(10 * time.Second)
	row := d.dated("get.chats_report", nil)[0]
	if row["site_domain_name"] != "shop.example" || row["campaign_name"] != "Поиск" || row["utm_campaign"] != "may" || row["visitor_phone_number"] != nil || row["status"] != "lost" {
		t.Errorf("%v", row)
	}
}

func TestOfflineRequests(t *testing.T) { // contract uis §4.7
	t.Parallel()
	d := open(t, nil)
	r := d.shop.Request(330000001, eight, "Олег", "79000000009", "oleg@example.test", "Перезвоните")
	r.Group = Named{12, "Продажи"}
	d.play(r.Left().Repeated(2))
	technical := d.shop.Request(330000002, eight, "", "79000000010", "", "")
	technical.Technical = true
	d.play(technical.Left().Swallowed())
	if got := d.to.got(); len(got) != 2 {
		t.Fatalf("notified %q", got)
	}
	rows := d.dated("get.offline_messages_report", nil)
	if len(rows) != 1 || rows[0]["visitor_phone_number"] != 79000000009.0 || rows[0]["status"] != "not_processed" || rows[0]["form_type"] != "Стандартная" ||
		rows[0]["group_name"] != "Продажи" || rows[0]["campaign_id"] != 77.0 {
		t.Errorf("rows %v", rows)
	}
	if rows := d.dated("get.offline_messages_report", object{"include_tech_offline_messages": true}); len(rows) != 2 {
		t.Errorf("with technical ones %v", rows)
	}
	up := object{"date_time": "2026-05-12 09:00:00", "email": "a@example.test", "message": "Каталог?", "ext_id": "x-1", "site_id": 41}
	d.ask(rpc.DataAPI, "upload.offline_messages", object{"offline_messages": []object{up}})
	up["date_time"] = "вчера"
	if a := d.ask(rpc.DataAPI, "upload.offline_messages", object{"offline_messages": []object{up}}); a.Error == nil {
		t.Error("a date that is none was taken")
	}
	if rows := d.dated("get.offline_messages_report", object{"filter": object{"field": "ext_id", "operator": "=", "value": "x-1"}}); len(rows) != 1 || rows[0]["form_type"] != "DataAPI" {
		t.Errorf("uploaded %v", rows)
	}
}

func TestEveryReportOfChatsAnswersWithItsFields(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.play(d.shop.Conversation(199000003, eight, d.shop.Channel(WABA), Visitor{Phone: "79000000011"}, 20))
	d.play(d.shop.Request(330000003, eight, "", "79000000011", "", "").Left())
	for method, schema := range map[string]table.Schema{
		"get.chats_report": chat.Chats, "get.chat_messages_report": chat.Messages, "get.offline_messages_report": chat.Requests,
	} {
		for _, row := range d.dated(method, nil) {
			for _, f := range schema {
				value, there := row[f.Name]
				if !there || !fits(f.Kind, value) {
					t.Errorf("%s: %s is %v (%t)", method, f.Name, value, there)
				}
				delete(row, f.Name)
			}
			if len(row) > 0 {
				t.Errorf("%s: more: %v", method, row)
			}
		}
	}
	if rows := d.dated("get.chat_messages_report", nil); len(rows) != 20 {
		t.Errorf("%d messages", len(rows))
	}
}
