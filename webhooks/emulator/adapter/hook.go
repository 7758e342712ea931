package adapter

import (
	"maps"
	"net/http"
	"strconv"
	"time"

	"omniconnector/webhooks/emulator/chat"
)

// Hook is a webhook to send: Path goes to the end of the adapter's URL.
type Hook struct {
	Method, Path string
	Body         map[string]any
}

// frame is how long a visitor's message lets an employee write freely on WABA.
const frame = 24 * time.Hour

// Hook tells the adapter of an act of a chat (contract uis §5.3); ok is false when it is not told: of what it did itself, of
// what its version lacks, of channels that are not attached.
func (a Adapter) Hook(c Connection, of *chat.Chat, act *chat.Act) (h Hook, ok bool) {
	line, attached := c.Of(of.Channel.ID)
	if !attached || a.Disabled || act.Adapter == a.ID {
		return h, false
	}
	within := map[string]any{"app_id": c.App, "chat_channel_id": line.Channel.ID}
	h = Hook{http.MethodPost, "", map[string]any{"context": within, "account_id": c.ID, "channel_id": line.ID}}
	if act.What != chat.Carded {
		h.Body["chat_id"] = of.ID
	}
	switch act.What {
	case chat.Opened:
		h.Path = "/chat"
		h.tells(map[string]any{
			"visitor_id": of.Visitor.ID, "visitor_phone": text(of.Visitor.Phone), "operator_id": number(act.Employee.ID),
			"initiator": of.Initiator, "created_at": Stamp(act.At),
		})
	case chat.Assigned:
		h.Path = "/chat/operator"
		if a.Version == V2 {
			h.Method, h.Path = http.MethodPatch, "/chat"
		}
		h.Body["operator_id"] = number(act.Employee.ID)
	case chat.Written:
		h.Path = "/message"
		m := act.Message
		h.tells(map[string]any{
			"id": m.ID, "source": m.Source, "operator_id": number(act.Employee.ID), "reply_to_id": number(m.ReplyTo), "text": m.Text, "created_at": Stamp(act.At),
			"status": text(m.Status), "resource": Resource(m.File), "system_message_mnemonic": text(m.Mnemonic),
		})
		if of.Channel.Type == "waba" && m.Source == "visitor" && a.Version == V2 {
			within["conversation_frame_ts"] = act.At.Add(frame).Unix()
		}
	case chat.Edited:
		h.Path = "/message"
		h.tells(map[string]any{"id": act.Message.ID, "text": act.Message.Text, "resource": Resource(act.Message.File)})
	case chat.Deleted:
		h.Path = "/message"
		h.tells(map[string]any{"id": act.Message.ID, "text": nil, "resource": nil})
	case chat.Statused:
		h.Path = "/message/status"
		h.tells(map[string]any{"message_id": act.Message.ID, "status": act.Message.Status})
	case chat.Carded:
		h.Path = "/visitor/card"
		h.tells(map[string]any{"visitor_id": of.Visitor.ID, "visitor_card": card(act.Card)})
	case chat.Closed:
		h.Path = "/chat/close"
		h.Body["reason"] = act.Reason
		if act.Employee.ID != 0 {
			h.Body["operator_id"] = act.Employee.ID
		}
	default:
		return h, false
	}
	return h, a.Version == V2 || act.What != chat.Edited && act.What != chat.Deleted
}

func (h *Hook) tells(members map[string]any) { maps.Copy(h.Body, members) }

// Account tells that an account was connected (POST), changed (PATCH) or left (DELETE).
func (c Connection) Account(method string) Hook {
	return Hook{method, ending(method, "/account", c.ID), map[string]any{
		"id": c.ID, "name": c.Name, "adapter_id": c.Adapter, "client_id": 1, "context": map[string]any{"app_id": c.App}, "status": status(method),
	}}
}

// Channel tells of a channel of a connection, likewise.
func (c Connection) Channel(method string, l Line) Hook {
	return Hook{method, ending(method, "/channel", l.ID), map[string]any{
		"id": l.ID, "name": l.Channel.Name, "type": l.Channel.Type, "account_id": c.ID,
		"context": map[string]any{"app_id": c.App, "chat_channel_id": l.Channel.ID}, "status": status(method),
	}}
}

func ending(method, of string, id int64) string {
	if method == http.MethodPost {
		return of
	}
	return of + "/" + strconv.FormatInt(id, 10)
}

func status(method string) string {
	if method == http.MethodDelete {
		return "deleted"
	}
	return "active"
}

func card(c chat.Card) map[string]any {
	return map[string]any{
		"name": text(c.Name), "company": text(c.Company), "comment": text(c.Comment),
		"phones": append([]string{}, c.Phones...), "emails": append([]string{}, c.Emails...),
	}
}

// Resource is a file as the Chat API writes it, nil for none.
func Resource(f *chat.File) any {
	if f == nil {
		return nil
	}
	return map[string]any{"id": f.ID, "token": f.Token, "type": f.Type, "name": f.Name, "size": f.Length()}
}

// Stamp writes a time as the Chat API does.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-07:00") }

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func number(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}
