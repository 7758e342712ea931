package app_test

import (
	"slices"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/store"
	platform "omniconnector/webhooks/emulator"
)

// heard waits until a conversation has so many events of a kind.
func (d *desk) heard(t *testing.T, session string, kind integration.EventKind, n int) {
	t.Helper()
	d.until(t, session+" has heard of "+string(kind), func() bool {
		got := 0
		for _, e := range d.journal(t, session).Events {
			if e.Event.Kind == kind {
				got++
			}
		}
		return got >= n
	})
}

// C-16: the tenant's own number on the cards of two visitors, who have nothing else in common, does not make them one person.
func TestTheTenantsOwnNumberJoinsNoStrangers(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	for i, mail := range []string{"a@example.test", "b@example.test"} {
		id := int64(199004001 + i)
		own := platform.Card{Name: mail, Phones: []string{"+7 (495) 000-01-01"}, Emails: []string{mail}}
		d.tells(t, id, d.chat(id, platform.WebChat, platform.Visitor{ID: 9200004001 + int64(i)}).Says("Раз").Card(own).Says("Два").Closed("closed_by_visitor"))
		d.says(t, chatNamed(id)+"/lead", "Раз", "Два")
	}
	wants(t, d.World, "\nlead ", 2)
}

// C-16, R-4: the portal puts the contact of a chat off; the lead that hangs on it comes after it, and a request of the same person under
// another name waits for both.
func TestPersonOfTwoNamesWhileThePortalPutsWorkOff(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	chat, request := int64(199004011), "offline_message:199004012"
	d.Portal.FailNext("crm.item.add", bitrix.Fault{Kind: bitrix.FaultError, Times: 1 << 30, Status: 429, Code: "OPERATION_TIME_LIMIT", Text: "busy"})
	card := platform.Card{Name: "Олег", Phones: []string{"79000040011"}, Emails: []string{"oleg@example.test"}}
	play(t, d.World, d.chat(chat, platform.WebChat, platform.Visitor{ID: 9200004011}).Says("Раз").Card(card).Says("Два").Script())
	d.until(t, "the portal puts it off", func() bool { return d.Portal.FaultCounts()[bitrix.FaultError] > 0 })
	play(t, d.World, d.Shop.Request(199004012, d.now(), "Олег", "", "oleg@example.test", "Перезвоните").Left())
	d.heard(t, request, integration.OfflineRequest, 1)
	d.Portal.ClearFaults()
	d.clock.Move(20 * time.Minute)
	d.until(t, "the request is in the portal", func() bool { return len(d.journal(t, request).Actions) > 0 })
	d.settles(t, chat)
	d.onePerson(t, 1)
	d.says(t, chatNamed(chat)+"/lead", "Раз", "Два", "Перезвоните")
}

// C-16: a number that is told while the CRM is asked by the visitor's address is asked for, too.
func TestNumberThatIsToldWhileTheCRMIsAsked(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	d.tells(t, 199004021, d.chat(199004021, platform.WhatsApp, phoned("79000040021")).Says("Раньше").Closed("closed_by_visitor"))
	d.clock.Move(24 * time.Hour)
	answer, asked := make(chan struct{}), d.asked("crm.duplicate.findbycomm")
	d.Portal.FailNext("crm.duplicate.findbycomm", bitrix.Fault{Kind: bitrix.FaultSlowAnswer, Times: 1 << 30, Until: answer}) // however often it is asked
	mail := platform.Card{Name: "Олег", Emails: []string{"oleg@example.test"}}
	whole := mail
	whole.Phones = []string{"79000040021"}
	all := d.chat(199004022, platform.WebChat, platform.Visitor{ID: 9200004022}).Says("Раз").Card(mail).Card(whole).Says("Два").Closed("closed_by_visitor")
	card := func(s platform.Step) bool { return s.Event == string(integration.VisitorCard) }
	first, rest := all.Cut(slices.IndexFunc(all.Steps, card) + 1)
	play(t, d.World, first)
	d.until(t, "the CRM is asked", func() bool { return d.asked("crm.duplicate.findbycomm") > asked })
	second, end := rest.Cut(1)
	play(t, d.World, second)
	d.until(t, "both cards were passed on", func() bool {
		events := d.journal(t, "visitor:9200004022").Events
		return len(events) == 2 && !slices.ContainsFunc(events, func(e store.JournalEvent) bool { return e.Pending })
	})
	close(answer)
	d.settles(t, 199004022)
	d.tells(t, 199004022, end)
	d.onePerson(t, 1)
	d.says(t, "chat:199004021/lead", "Раньше", "Раз", "Два")
}

// C-7: a text of a comment that the portal refused, and that a person has sent again later, does not undo a newer one.
func TestRefusedTextDoesNotComeBackOverANewerOne(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	const id = 199004031
	first, rest := d.chat(id, platform.WhatsApp, phoned("79000040031")).Says("Раз", "Два", "Три", "Четыре").Script().Cut(2)
	d.tells(t, id, first)
	d.Portal.FailNext("crm.timeline.comment.update", bitrix.Fault{Kind: bitrix.FaultError, Status: 400, Code: "ERROR_CORE", Text: "no"})
	second, third := rest.Cut(1)
	d.tells(t, id, second)
	d.tells(t, id, third)
	letters, _, err := d.app.Store().DeadLetters(t.Context(), d.at.Tenant, d.at.Portal, "", 10)
	if err != nil || len(letters) != 1 {
		t.Fatalf("%d dead letters, want 1 (%v)", len(letters), err)
	}
	if err := d.app.Store().Retry(t.Context(), d.at.Tenant, d.at.Portal, letters[0].Entry.Action.Key, "test"); err != nil {
		t.Fatal(err)
	}
	d.rest(t)
	d.says(t, chatNamed(id)+"/lead", "Раз", "Два", "Три", "Четыре")
	vanishedLetters(t, d.app, d.at, 0)
}
