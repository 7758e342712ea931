package rpc

import (
	"slices"
	"strings"
	"unicode"

	"omniconnector/integration"
	"omniconnector/webhooks/uis"
)

var (
	// withoutAccount are the channels whose visitors have no account that anybody could be found by (contract uis §5.1).
	withoutAccount = []string{"", "comagic", "email", "sms", "whatsapp", "waba", "offline_message", "dataapi", "yandex.dialogs"}
	// byNumber are those in which a telephone number is the account.
	byNumber = []string{"sms", "whatsapp", "waba"}
	// byUsername are those whose people know each other by the chosen name of their account.
	byUsername = []string{"telegram", "telegram_private", "instagram"}
)

// visitor is what a chat's row tells of who writes: what chat_user_id and chat_username are depends on the channel (contract uis §4.5).
// The account is one, so that the CRM gets no two of the same person.
func visitor(row uis.Row) integration.Visitor {
	var v integration.Visitor
	if id := row.Number("visitor_id"); id > 0 {
		v.ID = decimal(id)
	} else if all := row.List("visitor_ids"); len(all) == 1 {
		v.ID = all[0]
	}
	if phone := row.Phone("visitor_phone_number"); phone != "" {
		v.Phones = []string{phone}
	}
	if group := row.Flag("is_group_chat"); group != nil && *group {
		return v // the account is the group's
	}
	channel, id, name := row.Text("chat_channel_type"), row.Text("chat_user_id"), row.Text("chat_username")
	if naming(name) {
		v.Name = name
	}
	switch {
	case channel == "email":
		v.Emails = first(integration.ParseEmail(id), integration.ParseEmail(name))
	case slices.Contains(byNumber, channel) || strings.HasPrefix(channel, "sms_"):
		if number := account(id); len(v.Phones) == 0 && dialable(number) {
			v.Phones = []string{number}
		}
	case slices.Contains(withoutAccount, channel):
	case slices.Contains(byUsername, channel) && plainAccount(name), id == "" && plainAccount(name):
		v.ReachedBy(channel, name)
	case id != "":
		v.ReachedBy(channel, id)
	}
	return v
}

// first is the first text that says something, as a list.
func first(texts ...string) []string {
	for _, t := range texts {
		if t != "" {
			return []string{t}
		}
	}
	return nil
}

// naming tells a person's name from an account's: it has letters, and blanks or letters that no account has.
func naming(name string) bool {
	return !strings.Contains(name, "@") && strings.ContainsFunc(name, unicode.IsLetter) &&
		strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r > unicode.MaxASCII && unicode.IsLetter(r) })
}

// plainAccount tells what can be the name of an account.
func plainAccount(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r > unicode.MaxASCII || unicode.IsControl(r) })
}

// account is a messenger's id without its host: "79000000008@c.us".
func account(id string) string {
	before, _, _ := strings.Cut(id, "@")
	return strings.TrimPrefix(before, "+")
}

// dialable tells a full telephone number, digits only.
func dialable(number string) bool {
	const fewest, most = 10, 15
	return len(number) >= fewest && len(number) <= most && digits(number) == number
}
