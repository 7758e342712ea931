package chats

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"omniconnector/integration"
	"omniconnector/webhooks"
	"omniconnector/webhooks/uis"
)

// Webhook is what one request of the Chat API says: an event of a conversation, or a change of the directory.
type Webhook struct {
	// AppID and AccountID tell whose it is; 0 means "not said".
	AppID, AccountID int64
	// ChannelID is the channel as the adapter knows it, ChatChannelID as the Data API does; 0 means "not said".
	ChannelID, ChatChannelID int64
	// Event is what happened in a conversation; it has no Kind when the webhook changes the directory.
	Event integration.Event
	// Account and Channel are what the directory must learn, or forget when Gone is set.
	Account *Account
	Channel *Channel
	Gone    bool

	account string // the visitor's account in the channel's messenger
}

// webhook is one request while it is read.
type webhook struct {
	Webhook

	method   string
	path     string // the segments that name the event: "chat/close"
	id       int64  // of an account or channel that the path names
	object   gjson.Result
	row      uis.Row
	received time.Time
}

// readers are the webhooks by their paths (contract uis §5.3).
var readers = map[string]func(*webhook) error{
	"account": readAccount, "channel": readChannel, "chat": readChat, "chat/operator": readAssigned, "chat/close": readClosed,
	"message": readMessage, "message/status": readStatus, "visitor/card": readCard,
}

// Read reads a webhook of either version; path is what follows the adapter's address. The error is a *webhooks.ReadingError; whose the
// webhook is, is told with it as far as it can be read. It returns everything but what only the channel tells: see On.
func Read(r webhooks.Request, path string) (Webhook, error) {
	w := webhook{method: r.Method, received: r.Received.UTC()}
	w.split(path)
	if err := w.open(r.Body); err != nil {
		return w.Webhook, err
	}
	w.whose()
	read, ok := readers[w.path]
	if !ok {
		name := []rune(strings.ToValidUTF8(path, "?"))
		name = name[:min(len(name), longestQuote)]
		return w.Webhook, unreadable("неизвестное событие чатов «"+string(name)+"»", "unknown chat event "+string(name))
	}
	if err := read(&w); err != nil {
		w.Event = integration.Event{}
		return w.Webhook, err
	}
	return w.Webhook, nil
}

const longestQuote = 40

// split takes the id off the path of an account or channel.
func (w *webhook) split(path string) {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	if len(parts) == 2 && (parts[0] == "account" || parts[0] == "channel") {
		if id, err := strconv.ParseInt(parts[1], 10, 64); err == nil && id > 0 {
			w.id, parts = id, parts[:1]
		}
	}
	w.path = strings.Join(parts, "/")
}

// open reads the body. Who deletes may send none: the path says what.
func (w *webhook) open(body []byte) error {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 && w.method == http.MethodDelete && w.id > 0 {
		return nil
	}
	if !uis.Valid(body) {
		return unreadable("тело не JSON", "the body is not JSON")
	}
	if w.object = gjson.ParseBytes(body); !w.object.IsObject() {
		return unreadable("тело не объект JSON", "the body is not a JSON object")
	}
	w.row = uis.ReadRow(w.object)
	return nil
}

// whose reads what all webhooks have.
func (w *webhook) whose() {
	w.AccountID, w.ChannelID = positive(w.row.Number("account_id")), positive(w.row.Number("channel_id"))
	if all := w.row.Rows("context"); len(all) > 0 {
		w.AppID, w.ChatChannelID = positive(all[0].Number("app_id")), positive(all[0].Number("chat_channel_id"))
	}
}

// On completes an event with what the directory knows of its channel; the zero Channel is one that is not known.
func (w *Webhook) On(c Channel) {
	e := &w.Event
	if e.Report.Chat == nil {
		return
	}
	told := e.Report.Chat
	if e.Kind != integration.VisitorCard { // a card is the visitor's, whichever channels they write to
		told.Channel, told.ChannelName = c.Type, c.Name
		if told.ChannelID == 0 {
			told.ChannelID = c.ChatChannelID
		}
	}
	if w.account != "" && len(told.Visitor.Messengers) == 0 {
		told.Visitor.ReachedBy(network(c.Type, w.account), w.account)
	}
	e.Customer = uis.Visitor(&told.Visitor, e.Session)
}

// network is the messenger that an account belongs to; empty when the account says no more than the visitor's number or address does. A
// name with "@" is Telegram's (contract uis §5.2).
func network(channel, account string) string {
	switch channel {
	case "whatsapp", "waba", "sms", "email", "comagic":
		return ""
	case "":
		if strings.HasPrefix(account, "@") {
			return "telegram"
		}
		return ""
	}
	return channel
}

// words returns a text as it was written: whatever a person writes, "null" and "{{name}}" too, are words.
func (w *webhook) words(key string) string {
	v := w.object.Get(key)
	if v.Type != gjson.String {
		return w.row.Text(key)
	}
	text := v.Str
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	return strings.ReplaceAll(text, "\x00", "") // text columns refuse it
}

// tells reports whether a key is there at all, be it null.
func (w *webhook) tells(key string) bool { return w.object.Get(key).Exists() }

// decimal is an id as text, empty for none.
func decimal(id int64) string {
	if id <= 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func positive(id int64) int64 { return max(0, id) }

func unreadable(ru, en string) error { return &webhooks.ReadingError{RU: ru, EN: en} }

// own is a copy whose event may be completed without changing another tenant's.
func (w Webhook) own() Webhook {
	if told := w.Event.Report.Chat; told != nil {
		mine := *told
		w.Event.Report.Chat = &mine
	}
	return w
}
