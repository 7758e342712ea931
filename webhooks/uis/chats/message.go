package chats

import (
	"encoding/json"
	"net/http"

	"omniconnector/integration"
	"omniconnector/webhooks/uis"
)

// Speaker tells who wrote a message by the platform's word for its source (contract uis §4.6, §5.3). A word that nobody knows is a robot's:
// people have words of their own.
func Speaker(source string) integration.Speaker {
	switch source {
	case "visitor":
		return integration.ByVisitor
	case "operator":
		return integration.ByOperator
	case "system", "chat_channel":
		return integration.BySystem
	}
	return integration.ByRobot // chatbot, autoinvite, retention, form_text
}

// readMessage reads a new message, or what a known one has become. A change has no source, whether it comes as POST or as PATCH (v2).
func readMessage(w *webhook) error {
	source := w.row.Text("source")
	if w.method != http.MethodPost || source == "" {
		return readChange(w)
	}
	told, err := w.begin(integration.ChatMessage)
	if err != nil {
		return err
	}
	m, err := w.message()
	if err != nil {
		return err
	}
	m.By, m.At, m.ReplyTo, m.Status = Speaker(source), w.Event.At, decimal(w.row.Number("reply_to_id")), w.row.Text("status")
	if m.By == integration.ByOperator {
		m.Operator = w.operator()
		w.Event.Report.Employee = m.Operator
	}
	told.Message = m
	w.Event.Key += "|" + m.ID
	return nil
}

// readChange reads other words or another file of a message; when both are told to be nothing, it was taken back. It has no time
// of its own.
func readChange(w *webhook) error {
	told, err := w.begin(integration.ChatEdited)
	if err != nil {
		return err
	}
	m, err := w.message()
	if err != nil {
		return err
	}
	switch {
	case w.method == http.MethodDelete, w.tells("text") && w.tells("resource") && m.Text == "" && m.File == nil:
		*m = integration.Message{ID: m.ID, Edited: true, Deleted: true}
	case w.tells("text") || m.File != nil:
		m.Edited = true
	default: // what was sent with it changed, and nothing of the message
		w.Event.Kind, m.Status = integration.ChatStatus, w.row.Text("status")
	}
	told.Message = m
	w.Event.At = w.received // created_at, if told, is when the message was written
	w.Event.Key = string(w.Event.Kind) + w.Event.Key[len(integration.ChatEdited):] + "|" + m.ID + "|" + content(m)
	return nil
}

// message reads what new and changed messages share.
func (w *webhook) message() (*integration.Message, error) {
	id := decimal(w.row.Number("id"))
	if id == "" {
		return nil, unreadable("у сообщения нет id", "the message has no id")
	}
	return &integration.Message{ID: id, Text: w.words("text"), File: w.file()}, nil
}

// file is what was sent in a message, nil when nothing was.
func (w *webhook) file() *integration.File {
	all := w.row.Rows("resource")
	if len(all) == 0 {
		return nil
	}
	r := all[0]
	f := integration.File{
		ID: r.Text("id"), Token: r.Text("token"), Type: r.Text("type"), Name: r.Text("name"), Size: positive(r.Number("size")),
	}
	if f == (integration.File{}) {
		return nil
	}
	f.Account, f.Channel = decimal(w.AccountID), decimal(w.ChannelID)
	return &f
}

// content is a short name of all that something says.
func content(of any) string {
	text, err := json.Marshal(of)
	if err != nil {
		return "" // it has nothing that JSON lacks
	}
	return uis.Digest(string(text))
}
