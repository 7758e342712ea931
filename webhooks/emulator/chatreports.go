package emulator

import (
	"slices"
	"time"

	"omniconnector/webhooks/emulator/chat"
	"omniconnector/webhooks/emulator/rpc"
	"omniconnector/webhooks/emulator/table"
)

// chatMethods are the methods of the Data API that chats and offline requests need (contract uis §4.1, §4.5–4.7).
func (p *Platform) chatMethods() map[string]rpc.Method {
	dates := func(required bool) []rpc.Param {
		return append(table.Params(), rpc.Param{Name: "date_from", Kind: rpc.Text, Required: required},
			rpc.Param{Name: "date_till", Kind: rpc.Text, Required: required})
	}
	return map[string]rpc.Method{
		"get.chats_report": {Params: dates(true), Do: p.chatsReport},
		"get.chat_messages_report": {Params: append(dates(false), rpc.Param{Name: "chat_id", Kind: rpc.Integer},
			rpc.Param{Name: "chat_ids", Kind: rpc.List, Items: rpc.Integer}), Do: p.messagesReport},
		"get.offline_messages_report": {
			Params: append(dates(true), rpc.Param{Name: "include_tech_offline_messages", Kind: rpc.Flag}), Do: p.requestsReport,
		},
		"getobj.visitor":          {Params: []rpc.Param{{Name: "user_id", Kind: rpc.Integer}, {Name: "id", Kind: rpc.Integer, Required: true}}, Do: p.visitorOf},
		"upload.offline_messages": {Params: uploadParams, Do: p.uploadRequests},
	}
}

func (p *Platform) zone(app int64) (zone *time.Location) {
	p.with(app, func(c *configured) { zone = c.account.Location })
	return zone
}

func (p *Platform) chatsReport(r rpc.Request) (rpc.Answer, error) {
	from, till, err := interval(r.Params, p.zone(r.App))
	if err != nil {
		return rpc.Answer{}, err
	}
	q, err := table.Ask(chat.Chats, r.Params)
	if err != nil {
		return rpc.Answer{}, err
	}
	began := func(c *chat.Chat) bool { return !c.Begun().Before(from) && !c.Begun().After(till) }
	return q.Answer(p.chatsReported(r.App, began, func(c *chat.Chat) []table.Row { return []table.Row{c.Row()} })), nil
}

// messageDays is how many days get.chat_messages_report may span without a chat (contract uis §4.6).
const messageDays = 30

func (p *Platform) messagesReport(r rpc.Request) (rpc.Answer, error) {
	chats := integers(r.Params, "chat_ids")
	if r.Params.Has("chat_id") {
		chats = append(chats, r.Params.Int("chat_id"))
	}
	keep := func(c *chat.Chat) bool { return slices.Contains(chats, c.ID) }
	written := func(chat.Line) bool { return true }
	if r.Params.Has("date_from") || r.Params.Has("date_till") || len(chats) == 0 {
		for _, name := range []string{"date_from", "date_till"} {
			if !r.Params.Has(name) {
				return rpc.Answer{}, rpc.Fail("required_parameter_missed", name, nil)
			}
		}
		from, till, err := interval(r.Params, p.zone(r.App))
		if err != nil {
			return rpc.Answer{}, err
		}
		if len(chats) == 0 {
			if till.Sub(from) > messageDays*24*time.Hour {
				return rpc.Answer{}, &rpc.Error{
					Mnemonic: "date_interval_limit_reached", Field: "date_till", Value: r.Params.Text("date_till"),
					Params: map[string]any{"max_days": messageDays},
				}
			}
			keep = func(*chat.Chat) bool { return true }
		}
		written = func(l chat.Line) bool { return !l.At.Before(from) && !l.At.After(till) }
	}
	q, err := table.Ask(chat.Messages, r.Params)
	if err != nil {
		return rpc.Answer{}, err
	}
	return q.Answer(p.chatsReported(r.App, keep, func(c *chat.Chat) []table.Row { return c.MessageRows(written) })), nil
}

func integers(p rpc.Params, name string) []int64 {
	list, _ := p[name].([]any)
	var all []int64
	for _, item := range list {
		all = append(all, rpc.Params{"": item}.Int(""))
	}
	return all
}

func (p *Platform) requestsReport(r rpc.Request) (rpc.Answer, error) {
	from, till, err := interval(r.Params, p.zone(r.App))
	if err != nil {
		return rpc.Answer{}, err
	}
	q, err := table.Ask(chat.Requests, r.Params)
	if err != nil {
		return rpc.Answer{}, err
	}
	return q.Answer(p.requestsReported(r.App, from, till, r.Params.Flag("include_tech_offline_messages", false))), nil
}

// visitorOf is what the latest card says of a visitor (contract uis §4.1); before there is one, what their channel told.
func (p *Platform) visitorOf(r rpc.Request) (rpc.Answer, error) {
	id, found := r.Params.Int("id"), false
	var card Card
	for _, c := range p.Conversations(r.App) {
		if c.Visitor.ID != id {
			continue
		}
		found = true
		if c.Visitor.Phone != "" && len(card.Phones) == 0 {
			card.Phones = []string{c.Visitor.Phone}
		}
		if s := c.State(time.Time{}); s.Card != nil {
			card = *s.Card
		}
	}
	if !found {
		return rpc.Answer{}, rpc.Fail("entity_not_found", "id", id)
	}
	return rpc.Answer{Data: table.Row{
		"id": id, "name": text(card.Name), "phone_numbers": append([]string{}, card.Phones...), "emails": append([]string{}, card.Emails...), "properties": []any{},
	}}, nil
}
