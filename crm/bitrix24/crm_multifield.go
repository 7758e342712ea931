package bitrix24

import (
	"slices"
	"strconv"
	"strings"

	"omniconnector/crm"
)

// Old lists are the only ones that are filtered by a messenger's name, and by an exact one alone (contract §5.3).
var oldLists = map[crm.Kind]string{crm.Lead: "crm.lead.list", crm.Contact: "crm.contact.list", crm.Company: "crm.company.list"}

// maxAdded is how many values one Update adds at most: each takes three commands of the request's fifty.
const maxAdded = 12

// value is one number, address or messenger of a record (contract §5.2).
type value struct {
	comm  string // PHONE, EMAIL or IM
	sort  string
	text  string
	alike []string // how else it may be written
}

// row is a value as crm.item takes it.
func (v value) row() params { return params{"typeId": v.comm, "valueType": v.sort, "value": v.text} }

// reach are the values that a command gives to a record, each once. Deals have none, and our own numbers are nobody's.
func (c *Client) reach(kind crm.Kind, f *crm.Fields) []value {
	if kind == crm.Deal {
		return nil
	}
	var out []value
	for _, phone := range c.foreign(f.Phones) {
		alike := spellings(digits(phone))
		if !slices.ContainsFunc(out, func(v value) bool { return slices.Contains(v.alike, digits(phone)) }) {
			out = append(out, value{"PHONE", valueType(kind, phone), phone, append([]string{phone}, alike...)})
		}
	}
	for _, email := range mailboxes(f.Emails) {
		out = append(out, value{"EMAIL", "WORK", email, []string{email}})
	}
	for _, m := range f.Messengers {
		v := value{comm: "IM", sort: networkType(m.Network), text: strings.TrimSpace(m.Value)}
		if v.text != "" && !slices.ContainsFunc(out, func(o value) bool { return o.comm == v.comm && o.text == v.text }) {
			out = append(out, v)
		}
	}
	return out
}

// mailboxes are e-mail addresses in lower case, each once.
func mailboxes(emails []string) []string {
	var out []string
	for _, e := range emails {
		if e = strings.ToLower(strings.TrimSpace(e)); e != "" && !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}

// valueType calls Russian mobile numbers of people MOBILE and everything else WORK.
func valueType(kind crm.Kind, phone string) string {
	if kind != crm.Company && strings.HasPrefix(phone, "+79") {
		return "MOBILE"
	}
	return "WORK"
}

// networkType is the portal's word for the platform's channel (contract §5.2).
func networkType(network string) string {
	switch network {
	case "telegram", "telegram_private":
		return "TELEGRAM"
	case "vkontakte_groups":
		return "VK"
	case "viber":
		return "VIBER"
	}
	return "OTHER"
}

// lacked compiles the addition of a value to a record that lacks it: who has it, the record unless it is among them, and the patch of
// that. The portal itself compares, so that a repetition adds nothing, however late the first try was carried out. First is
// the place of the first of the three commands, record what names the record.
func (v value) lacked(kind crm.Kind, record any, first int) commands {
	have := command{methodFindByComm, params{"type": v.comm, "values": list(v.alike), "entity_type": searchName(kind)}}
	owners := []any{int64(0)}
	if v.comm == "IM" {
		have = command{oldLists[kind], params{
			"filter": params{"ID": record, "IM": v.text}, "select": list([]string{"ID"}), "start": -1,
		}}
		owners = append(owners, result(first, "0", "ID"))
	} else {
		for i := range maxValues {
			owners = append(owners, result(first, searchName(kind), strconv.Itoa(i)))
		}
	}
	without := params{"entityTypeId": entityType(kind), "filter": params{"=id": record, "!@id": owners}, "select": list([]string{"id"}), "start": -1}
	patch := params{"entityTypeId": entityType(kind), "id": result(first+1, "items", "0", "id"), "fields": params{"fm": params{"n0": v.row()}}}
	return commands{have, {methodItemList, without}, {methodItemUpdate, patch}}
}

// searchName is a kind's name in searches by number (contract §5.4).
func searchName(kind crm.Kind) string { return strings.ToUpper(string(kind)) }
