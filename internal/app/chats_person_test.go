package app_test

import (
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	platform "omniconnector/webhooks/emulator"
)

// onePerson fails the test unless the portal has one lead and as many contacts.
func (d *desk) onePerson(t *testing.T, contacts int) {
	t.Helper()
	if leads, people := d.Portal.Count(bitrix.Lead), d.Portal.Count(bitrix.Contact); leads != 1 || people != contacts {
		t.Errorf("%d leads, want 1; %d contacts, want %d\n%s", leads, people, contacts, d.Records())
	}
}

// C-16: two chats of one person at once make one contact and one lead, which has the words of both.
func TestTwoChatsAtOnceMakeOneLead(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		d := desked(t, staging{database: database})
		first := d.chat(199001001, platform.WhatsApp, phoned("79000010001")).Says("Раз", "Два").Closed("closed_by_visitor")
		second := d.chat(199001002, platform.VK, platform.Visitor{Phone: "79000010001", User: "id77"}).Says("Три", "Четыре").Closed("closed_by_visitor")
		play(t, d.World, platform.Merge("both", first, second).Repeated(2).Shuffled(3))
		d.settles(t, 199001001, 199001002)
		d.onePerson(t, 1)
		for _, r := range d.filed(t) {
			if all := strings.Join(r.comments, "\n"); strings.HasPrefix(r.name, "lead ") {
				for _, word := range []string{"Раз", "Два", "Три", "Четыре"} {
					if strings.Count(all, word) != 1 {
						t.Errorf("%q is there %d times: %s", word, strings.Count(all, word), all)
					}
				}
			}
		}
		wants(t, d.World, "comment by", 2)
		wants(t, d.World, "notice to", 1)
	})
}

// C-16: a call, a chat and an offline request of one number within a second are one person with one lead, whoever comes first.
func TestCallChatAndRequestOfOneNumber(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		d := desked(t, staging{database: database})
		anna := d.Shop.Employees[0]
		for i, first := range []string{"call", "chat", "request"} {
			phone, id := "7900001100"+decimalOf(int64(i)), int64(199001100+10*i)
			at := d.now()
			leads, people := d.Portal.Count(bitrix.Lead), d.Portal.Count(bitrix.Contact)
			all := map[string]platform.Script{
				"call":    d.Shop.Incoming(id, at, phone).Answered(anna, time.Second, 5*time.Second),
				"chat":    d.chat(id+1, platform.WhatsApp, phoned(phone)).Says("Пишу и звоню").Closed("closed_by_visitor"),
				"request": d.Shop.Request(id+2, at, "Ирина", phone, "", "Перезвоните").Left(),
			}
			steps := []platform.Script{all[first]}
			for _, name := range []string{"request", "chat", "call"} {
				if name != first {
					steps = append(steps, all[name].Later(500*time.Millisecond))
				}
			}
			play(t, d.World, platform.Merge("one person", steps...).Repeated(2))
			d.settles(t, id+1)
			if n := d.Portal.Count(bitrix.Lead) - leads; n != 1 {
				t.Errorf("%s first: %d leads\n%s", first, n, d.Records())
			}
			if n := d.Portal.Count(bitrix.Contact) - people; n > 1 || n == 0 && first != "call" { // a call alone makes a lead without a contact (T-3)
				t.Errorf("%s first: %d contacts\n%s", first, n, d.Records())
			}
		}
		wants(t, d.World, "Пишу и звоню", 3)
		wants(t, d.World, "Перезвоните", 3)
		wants(t, d.World, "finished by=7 status=200", 3)
	})
}

// C-16: somebody in a messenger without a number is recognised in the next chat, and elsewhere by the number that its card tells.
func TestMessengerWithoutANumberIsRecognised(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		d := desked(t, staging{database: database})
		marina := func(visitor int64) platform.Visitor {
			return platform.Visitor{ID: visitor, User: "501000033", Username: "marina_k"}
		}
		d.tells(t, 199001201, d.chat(199001201, platform.TelegramBot, marina(9200001201)).Says("Раз").Closed("closed_by_visitor"))
		d.onePerson(t, 1)
		wants(t, d.World, "originId=chat:199001201/lead", 1)
		d.clock.Move(24 * time.Hour)
		next, card := d.chat(199001202, platform.TelegramPrivate, marina(9200001202)).Says("Два").
			Card(platform.Card{Name: "Марина", Phones: []string{"79000012001"}}).Closed("closed_by_visitor").Cut(2)
		d.tells(t, 199001202, next) // the platform tells the account when it is asked, a moment after the beginning
		d.tells(t, 199001202, card)
		d.onePerson(t, 1)
		d.says(t, "chat:199001201/lead", "Раз", "Два")
		d.tells(t, 199001203, d.chat(199001203, platform.WhatsApp, phoned("79000012001")).Says("Три").Closed("closed_by_visitor"))
		d.onePerson(t, 1)
		d.says(t, "chat:199001201/lead", "Раз", "Два", "Три")
	})
}

// C-5, C-14: a visitor of the site left a number once. The next chat tells none, and is a repeat one all the same: nobody waits for
// contacts. A stranger without any is still waited for.
func TestReturningVisitorWithoutContacts(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	known, silent := phoned("79000012031"), platform.Visitor{}
	known.ID, silent.ID = 9200001231, 9200001231
	d.tells(t, 199001231, d.chat(199001231, platform.WebChat, known).Says("Раз").Closed("closed_by_visitor"))
	d.clock.Move(24 * time.Hour)
	d.tells(t, 199001232, d.chat(199001232, platform.WebChat, silent).Says("Снова я").Closed("closed_by_visitor"))
	d.onePerson(t, 1)
	d.says(t, "chat:199001231/lead", "Раз", "Снова я")
	d.tells(t, 199001233, d.chat(199001233, platform.WebChat, platform.Visitor{ID: 9200001233}).Says("Впервые").Closed("closed_by_visitor"))
	d.onePerson(t, 1)
	wants(t, d.World, "Впервые", 0)
}

// C-16: the lead is deleted in mid-chat: the words, all of them, find the person's next record, and nobody is doubled.
func TestLeadThatIsDeletedInMidChat(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		d := desked(t, staging{database: database, set: func(s *integration.Settings) { s.Chats.Repeat.Make = integration.MakeLead }})
		first, rest := d.chat(199001301, platform.WhatsApp, phoned("79000013001")).Says("Раз", "Два", "Три").Says("Четыре").Closed("closed_by_visitor").Cut(3)
		d.tells(t, 199001301, first)
		gone := d.record(t, "chat:199001301/lead")
		d.Portal.Remove(bitrix.Lead, recordNumber(t, gone.name))
		d.tells(t, 199001301, rest)
		d.settles(t, 199001301)
		d.explained(t, chatNamed(199001301), "record_gone")
		d.onePerson(t, 1)
		for _, r := range d.filed(t) {
			if strings.HasPrefix(r.name, "lead ") {
				d.says(t, r.name, "Раз", "Два", "Три", "Четыре")
			}
		}
		wants(t, d.World, "comment by", 1)
		vanishedLetters(t, d.app, d.at, 0)
	})
}

// C-16: the contact that has the words is merged into another in mid-chat: its comment goes with it, and on; it is there once.
func TestContactThatIsMergedInMidChat(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	into := d.Portal.Add(bitrix.Contact, map[string]any{"name": "Ирина", "fm": []any{bitrix.Phone("+79000014009")}})
	from := d.person(bitrix.Contact, "+79000014001", map[string]any{"name": "Ира"})
	first, rest := d.chat(199001401, platform.WhatsApp, phoned("79000014001")).Says("Раз", "Два", "Три").Closed("closed_by_visitor").Cut(3)
	d.tells(t, 199001401, first)
	d.says(t, "contact "+decimalOf(from), "Раз", "Два")
	if err := d.Portal.Merge(bitrix.Contact, into, from); err != nil {
		t.Fatal(err)
	}
	d.tells(t, 199001401, rest)
	d.settles(t, 199001401)
	d.says(t, "contact "+decimalOf(into), "Раз", "Два", "Три")
	wants(t, d.World, "comment by", 1)
	d.tells(t, 199001402, d.chat(199001402, platform.WhatsApp, phoned("79000014001")).Says("Снова").Closed("closed_by_visitor"))
	d.says(t, "contact "+decimalOf(into), "Раз", "Два", "Три", "Снова")
	if n := d.Portal.Count(bitrix.Contact); n != 1 {
		t.Errorf("%d contacts\n%s", n, d.Records())
	}
	vanishedLetters(t, d.app, d.at, 0)
}

// C-16: the chat's own lead is merged into an older one in mid-chat: the words go on there, and no other lead is made.
func TestLeadThatIsMergedInMidChat(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	older := d.Portal.Add(bitrix.Lead, map[string]any{"title": "Было раньше"})
	first, rest := d.chat(199001411, platform.WhatsApp, phoned("79000014011")).Says("Раз", "Два", "Три").Closed("closed_by_visitor").Cut(3)
	d.tells(t, 199001411, first)
	if err := d.Portal.Merge(bitrix.Lead, older, recordNumber(t, d.record(t, "chat:199001411/lead").name)); err != nil {
		t.Fatal(err)
	}
	d.tells(t, 199001411, rest)
	d.settles(t, 199001411)
	d.onePerson(t, 1)
	d.says(t, "lead "+decimalOf(older), "Раз", "Два", "Три")
	wants(t, d.World, "comment by", 1)
	vanishedLetters(t, d.app, d.at, 0)
}

// C-16: the contact is deleted in mid-chat while the lead has the words: they stay there, and go on.
func TestContactThatIsDeletedInMidChat(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{set: func(s *integration.Settings) { s.Chats.CopyToClient, s.Chats.Repeat.Make = true, integration.MakeLead }})
	contact := d.person(bitrix.Contact, "+79000014021", map[string]any{"name": "Ирина"})
	first, rest := d.chat(199001421, platform.WhatsApp, phoned("79000014021")).Says("Раз", "Два", "Три").Closed("closed_by_visitor").Cut(3)
	d.tells(t, 199001421, first)
	d.says(t, "contact "+decimalOf(contact), "Раз", "Два")
	d.Portal.Remove(bitrix.Contact, contact)
	d.tells(t, 199001421, rest)
	d.settles(t, 199001421)
	d.says(t, "chat:199001421/lead", "Раз", "Два", "Три")
	d.onePerson(t, 0)
	wants(t, d.World, "comment by", 1)
	vanishedLetters(t, d.app, d.at, 0)
}

// C-5, C-16: one number on several contacts: the one with an open deal is taken, the journal tells why, and nothing is made.
func TestNumberOfSeveralContacts(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	for range 2 {
		d.person(bitrix.Contact, "+79000015001", map[string]any{"name": "Тёзка"})
	}
	chosen := d.person(bitrix.Contact, "+79000015001", map[string]any{"name": "Ирина"})
	deal := d.Portal.Add(bitrix.Deal, map[string]any{"title": "Диван", "contactId": chosen})
	d.sets(t, func(s *integration.Settings) { s.Chats.CopyToClient = true })
	d.plays(t, d.chat(199001501, platform.WhatsApp, phoned("79000015001")).Says("Раз").Closed("closed_by_visitor"))
	d.explained(t, chatNamed(199001501), "chat_several")
	d.says(t, "contact "+decimalOf(chosen), "Раз")
	d.says(t, "deal "+decimalOf(deal), "Раз")
	wants(t, d.World, "originId=", 0)
	wants(t, d.World, "comment by", 2)
}
