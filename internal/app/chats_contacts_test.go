package app_test

import (
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	platform "omniconnector/webhooks/emulator"
)

// fromSite is a chat whose visitor leaves a card in the middle of it.
func (d *desk) fromSite(id int64, card platform.Card) platform.Script {
	anna := d.Shop.Employees[0]
	return d.chat(id, platform.WebChat, platform.Visitor{}).Says("Есть кровать?", "Дубовая").Assigned(anna).Answers(anna, "Есть").
		Card(card).Answers(anna, "Записала").Says("Спасибо").Closed("closed_by_visitor")
}

// C-14, off: nothing is created until contacts appear; then everything said so far goes over, and what comes goes to the same lead.
func TestChatWithoutContactsWaitsForThem(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		d := desked(t, staging{database: database})
		whole := d.fromSite(199000801, platform.Card{Name: "Павел", Phones: []string{"79000008001"}, Emails: []string{"Pavel@Example.test"}})
		first, rest := whole.Cut(5)
		d.tells(t, 199000801, first)
		wants(t, d.World, "originId=", 0)
		wants(t, d.World, "comment by", 0)
		card, end := rest.Cut(1)
		d.tells(t, 199000801, card.Repeated(2))
		d.says(t, "chat:199000801/lead", "Есть кровать?", "Дубовая", "Анна:[/B] Есть") // all of it, before anything else is said
		d.tells(t, 199000801, end)
		d.onePavel(t, "chat:199000801/lead")
	})
}

// onePavel fails the test unless Павел has one contact and one lead with everything that he said.
func (d *desk) onePavel(t *testing.T, lead string) {
	t.Helper()
	d.says(t, lead, "Есть кровать?", "Дубовая", "Записала", "Спасибо")
	wants(t, d.World, "\nlead ", 1)
	wants(t, d.World, "comment by", 1)
	if n := d.Portal.Count(bitrix.Contact); n != 1 {
		t.Errorf("%d contacts\n%s", n, d.Records())
	}
	for _, has := range []string{"phone mobile +79000008001", "email work pavel@example.test"} {
		if n := strings.Count(strings.ToLower(d.record(t, lead).lines), has); n != 1 {
			t.Errorf("the lead has %q %d times\n%s", has, n, d.Records())
		}
		for _, r := range d.filed(t) {
			if strings.HasPrefix(r.name, "contact ") && strings.Count(strings.ToLower(r.lines), has) != 1 {
				t.Errorf("the contact has not %q\n%s", has, d.Records())
			}
		}
	}
	number := ""
	for _, r := range d.filed(t) {
		if strings.HasPrefix(r.name, "contact ") {
			number = decimalOf(recordNumber(t, r.name))
		}
	}
	if !strings.Contains(d.record(t, lead).head, "contacts=["+number+"]") {
		t.Errorf("the lead is not of contact %s: %s", number, d.record(t, lead).head)
	}
}

// C-14, off: contacts that never come leave the chat in the journal.
func TestChatWithoutContactsToTheEnd(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	own := platform.Card{Name: "Кто-то", Phones: []string{"74950000101"}} // the tenant's own number is nobody's
	d.plays(t, d.fromSite(199000811, own))
	d.explained(t, chatNamed(199000811), "own_contact", "no_contacts")
	wants(t, d.World, "originId=", 0)
	wants(t, d.World, "comment by", 0)
}

// C-14, on: a lead is there at once and without a contact; contacts that come later are written to it and to no other.
func TestChatWithoutContactsMakesItsLeadAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		d := desked(t, staging{database: database, set: func(s *integration.Settings) { s.Chats.WithoutContacts = true }})
		whole := d.fromSite(199000821, platform.Card{Name: "Павел", Phones: []string{"79000008001"}, Emails: []string{"pavel@example.test"}})
		first, rest := whole.Cut(3)
		d.tells(t, 199000821, first)
		wants(t, d.World, "originId=chat:199000821/lead", 1)
		wants(t, d.World, "contact ", 0)
		d.tells(t, 199000821, rest.Repeated(2))
		d.onePavel(t, "chat:199000821/lead")
		d.clock.Move(2 * time.Minute)
		d.settles(t, 199000821)
		d.onePavel(t, "chat:199000821/lead")
	})
}

// C-14, on: the card of somebody known makes them the client of the lead that is there.
func TestCardOfSomebodyKnownInMidChat(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{set: func(s *integration.Settings) { s.Chats.WithoutContacts, s.Chats.CopyToClient = true, true }})
	known := d.person(bitrix.Contact, "+79000008001", map[string]any{"name": "Павел", "assignedById": int64(9)})
	first, rest := d.fromSite(199000831, platform.Card{Phones: []string{"8 900 000-80-01"}, Emails: []string{"pavel@example.test"}}).Cut(3)
	d.tells(t, 199000831, first)
	d.plays(t, rest)
	d.onePavelKnown(t, known)
	// Every new chat without contacts is primary (C-14): whoever left a card is known by it, whoever did not makes another lead.
	nobody := d.chat(199000832, platform.WebChat, platform.Visitor{}).Says("А стол?").Closed("closed_by_visitor")
	d.plays(t, nobody)
	wants(t, d.World, "\nlead ", 2)
	d.explained(t, chatNamed(199000832), "without_contacts")
}

func (d *desk) onePavelKnown(t *testing.T, known int64) {
	t.Helper()
	wants(t, d.World, "\nlead ", 1)
	if n := d.Portal.Count(bitrix.Contact); n != 1 {
		t.Errorf("%d contacts\n%s", n, d.Records())
	}
	if head := d.record(t, "chat:199000831/lead").head; !strings.Contains(head, "contacts=["+decimalOf(known)+"]") {
		t.Errorf("the lead is of nobody: %s", head)
	}
	d.says(t, "chat:199000831/lead", "Есть кровать?", "Спасибо")
	d.says(t, "contact "+decimalOf(known), "Есть кровать?", "Спасибо") // C-9: the copy has what was said before, too
	if lines := d.record(t, "contact "+decimalOf(known)).lines; !strings.Contains(lines, "pavel@example.test") {
		t.Errorf("the contact did not get the address: %s", lines)
	}
}

// C-14, C-16: a card is of the visitor and not of one chat: it opens both of two that wait for contacts, which make one lead; and it may
// come before the chat.
func TestCardIsOfAllChatsOfTheVisitor(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		d := desked(t, staging{database: database})
		who := platform.Visitor{ID: 9_100_000_841}
		card := platform.Card{Name: "Павел", Phones: []string{"79000008001"}}
		first, _ := d.chat(199000841, platform.WebChat, who).Says("Раз").Closed("closed_by_visitor").Cut(2)
		second, rest := d.chat(199000842, platform.WebChat, who).Says("Два").Card(card).Says("Три").Closed("closed_by_visitor").Cut(2)
		play(t, d.World, first)
		play(t, d.World, second)
		d.settles(t, 199000841, 199000842)
		wants(t, d.World, "originId=", 0)
		play(t, d.World, rest.Repeated(2))
		d.settles(t, 199000841, 199000842)
		d.onePerson(t, 1)
		wants(t, d.World, "comment by", 2)
		for _, word := range []string{"Раз", "Два", "Три"} {
			wants(t, d.World, " "+word, 1)
		}
		early := d.chat(199000843, platform.WebChat, platform.Visitor{ID: 9_100_000_843}).Card(platform.Card{Phones: []string{"79000008003"}}).Says("Четыре")
		whole := early.Closed("closed_by_visitor")
		cardFirst := whole
		cardFirst.Truth, cardFirst.Steps = nil, whole.Steps[1:2]
		d.plays(t, cardFirst)
		d.explained(t, "visitor:9100000843", "card_kept")
		d.plays(t, whole.Without("visitor_card"))
		d.says(t, "chat:199000843/lead", "Четыре")
		wants(t, d.World, "originId=chat:199000843/contact", 1)
	})
}
