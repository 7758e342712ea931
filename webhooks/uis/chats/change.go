package chats

import (
	"cmp"
	"net/http"
)

// readAccount reads that an account was connected to the adapter, changed or disconnected.
func readAccount(w *webhook) error {
	id := cmp.Or(w.id, positive(w.row.Number("id")))
	if id == 0 {
		return unreadable("нет id аккаунта", "the account has no id")
	}
	w.AccountID, w.Gone = id, w.method == http.MethodDelete
	w.Account = &Account{
		ID: id, AppID: w.AppID, AdapterID: positive(w.row.Number("adapter_id")), Name: w.row.Text("name"), Status: w.row.Text("status"),
	}
	return nil
}

// readChannel reads that a channel was attached to an account, changed or detached.
func readChannel(w *webhook) error {
	id := cmp.Or(w.id, positive(w.row.Number("id")))
	switch {
	case id == 0:
		return unreadable("нет id канала", "the channel has no id")
	case w.AccountID == 0 && w.method != http.MethodDelete:
		return unreadable("нет account_id канала", "the channel has no account_id")
	}
	w.ChannelID, w.Gone = id, w.method == http.MethodDelete
	w.Channel = &Channel{
		ID: id, AccountID: w.AccountID, ChatChannelID: w.ChatChannelID, Type: w.row.Text("type"), Name: w.row.Text("name"),
		Status: w.row.Text("status"),
	}
	return nil
}
