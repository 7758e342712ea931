package chats

import (
	"net/http"
	"time"

	"omniconnector/integration"
	"omniconnector/webhooks/uis"
)

// begin makes the event of a chat; its key is continued by what tells it from others of its kind.
func (w *webhook) begin(k integration.EventKind) (*integration.ChatTold, error) {
	chat := decimal(w.row.Number("chat_id"))
	if chat == "" {
		return nil, unreadable("нет chat_id", "no chat_id")
	}
	told := &integration.ChatTold{ChannelID: w.ChatChannelID}
	told.Visitor.ID = decimal(w.row.Number("visitor_id"))
	w.Event = integration.Event{
		Kind: k, Key: string(k) + "|" + chat, Session: integration.ChatSession(chat), At: w.happened(),
		Report: integration.Report{Chat: told},
	}
	if w.AppID > 0 {
		w.Event.Report.Params = map[string][]string{"app_id": {decimal(w.AppID)}}
	}
	w.Event.Customer = uis.Visitor(&told.Visitor, w.Event.Session)
	return told, nil
}

// happened is when it happened; most webhooks do not tell, and are sent at once.
func (w *webhook) happened() time.Time {
	if at := w.row.Time("created_at", time.UTC); !at.IsZero() {
		return at
	}
	return w.received
}

// operator is the employee that a webhook names.
func (w *webhook) operator() integration.Employee {
	return integration.Employee{ID: integration.EmployeeID(positive(w.row.Number("operator_id")))}
}

// readChat reads that a chat began, or (v2, PATCH) that it has another operator.
func readChat(w *webhook) error {
	if w.method == http.MethodPatch {
		return readAssigned(w)
	}
	told, err := w.begin(integration.ChatOpened)
	if err != nil {
		return err
	}
	told.Initiator = w.row.Text("initiator")
	w.Event.Report.Employee = w.operator()
	if phone := w.row.Phone("visitor_phone"); phone != "" {
		told.Visitor.Phones = []string{phone}
	}
	if email := w.row.Text("visitor_email"); email != "" {
		told.Visitor.Emails = []string{email}
	}
	for _, key := range []string{"visitor_username", "chat_username", "chat_user_id"} {
		if w.account == "" {
			w.account = w.row.Text(key)
		}
	}
	w.Event.Customer = uis.Visitor(&told.Visitor, w.Event.Session)
	return nil
}

// readAssigned reads that an operator took a chat or got it. It has no time: the same operator once more is no news.
func readAssigned(w *webhook) error {
	if _, err := w.begin(integration.ChatAssigned); err != nil {
		return err
	}
	w.Event.Report.Employee = w.operator()
	w.Event.Key += "|" + decimal(w.row.Number("operator_id"))
	return nil
}

// readClosed reads that a chat is over. It is so once: who writes afterwards begins another chat (contract uis §5.4).
func readClosed(w *webhook) error {
	told, err := w.begin(integration.ChatClosed)
	if err != nil {
		return err
	}
	told.Closed, told.Reason = true, w.row.Text("reason")
	w.Event.Report.Employee = w.operator()
	return nil
}

// readStatus reads how far a message got.
func readStatus(w *webhook) error {
	told, err := w.begin(integration.ChatStatus)
	if err != nil {
		return err
	}
	id := decimal(w.row.Number("message_id"))
	if id == "" {
		return unreadable("нет message_id", "no message_id")
	}
	told.Message = &integration.Message{ID: id, Status: w.row.Text("status")}
	w.Event.Key += "|" + id + "|" + told.Message.Status
	return nil
}

// readCard reads what is known of a visitor.
func readCard(w *webhook) error {
	id := decimal(w.row.Number("visitor_id"))
	if id == "" {
		return unreadable("нет visitor_id", "no visitor_id")
	}
	v := integration.Visitor{ID: id}
	if cards := w.row.Rows("visitor_card"); len(cards) > 0 {
		c := cards[0]
		v.Name, v.Company, v.Comment = c.Text("name"), c.Text("company"), c.Text("comment")
		v.Phones, v.Emails = c.List("phones"), c.List("emails")
	}
	w.Event = integration.Event{
		Kind: integration.VisitorCard, Session: integration.VisitorSession(id), At: w.happened(),
		Key:    string(integration.VisitorCard) + "|" + id + "|" + content(v),
		Report: integration.Report{Chat: &integration.ChatTold{Visitor: v}},
	}
	w.Event.Customer = uis.Visitor(&v, w.Event.Session)
	return nil
}
