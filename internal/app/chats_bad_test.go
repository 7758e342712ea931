package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
	platform "omniconnector/webhooks/emulator"
)

// hostile is what people, and those who are none, write into a chat.
var hostile = []string{
	"[B]жирно[/B] [URL=https://evil.example/x]клик[/URL] [url]https://evil.example/y[/url] [I][/B]",
	`<script>alert("x")</script><img src=x onerror=alert(1)> &lt;b&gt; </div>`,
	"👍🏽 👩‍👩‍👧‍👦 Zalgo: z̷͍͝a̵", "\u202eгнилан\u202c и дальше, שלום עולם, مرحبا",
	"$result[0] {{name}} #DEAL_ID# %s %!d(MISSING) \\n \"кавычки\" 'и' `такие`", "строка\nза строкой\r\n\tс отступом\u2028и ещё\x00\x07конец",
	"crm.lead.delete?id=1&halt=1", "\xff\xfeне юникод",
}

// Bad input: markup, HTML, signs that turn the writing round: all of it is shown as text in the portal, and nothing of it is followed.
func TestHostileWordsAreShownAsText(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{set: func(s *integration.Settings) {
		s.Chats.Names.Lead = []integration.NameTemplate{{Text: "{{visitor_name}}: {{first_message}}"}}
	}})
	name := "<b>Ирина</b> [B]x[/B]\u202e " + strings.Repeat("я", 300)
	c := d.chat(199002001, platform.WhatsApp, phoned("79000021001")).Says(hostile...).Card(platform.Card{Name: name, Phones: []string{"79000021001"}})
	d.plays(t, c.Sends(platform.Document(`"><script>alert(2)</script>[/URL][B].txt`)).Closed("closed_by_operator"))
	lead := d.record(t, "chat:199002001/lead")
	all := strings.Join(lead.comments, "\n")
	seen := strings.ReplaceAll(all, "\u2060", "") // what nobody sees
	for _, word := range []string{"👍🏽 👩‍👩‍👧‍👦", "שלום עולם", "{{name}} #DEAL_ID# %s %!d(MISSING)", "crm.lead.delete?id=1&halt=1", "строка\nза строкой", "не юникод"} {
		if strings.Count(seen, word) != 1 {
			t.Errorf("%q is there %d times in %q", word, strings.Count(seen, word), seen)
		}
	}
	for _, never := range []string{"[URL=https://evil", "[url]https://evil", "[B]жирно", "\u202e", "\x00", "\x07"} {
		if strings.Contains(all, never) {
			t.Errorf("%q is in %q", never, all)
		}
	}
	_, page := fetched(t, d.Portal.Address()+"/lead/"+decimalOf(recordNumber(t, lead.name)))
	if !strings.Contains(page, "жирно") || !strings.Contains(page, "crm.lead.delete") {
		t.Fatalf("the page does not show the words: %s", short(page))
	}
	for _, never := range []string{"<script>alert", "<img src=x", "<b>жирно", "<b>Ирина", `href="https://evil.example`} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %s", never)
		}
	}
	wants(t, d.World, "comment by", 1)
	vanishedLetters(t, d.app, d.at, 0)
}

// Bad input: ten files in one moment, each told twice, are ten lines in their order.
func TestTenFilesInOneMoment(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	var files []platform.File
	var names []string
	for i := range 10 {
		names = append(names, fmt.Sprintf("фото %02d.png", i))
		files = append(files, platform.Photo(names[i]))
	}
	d.plays(t, d.chat(199002011, platform.WhatsApp, phoned("79000021011")).Sends(files...).Closed("closed_by_visitor").Repeated(2).Shuffled(4))
	d.settles(t, 199002011)
	d.says(t, "chat:199002011/lead", names...)
	wants(t, d.World, "comment by", 1)
}

// Bad input: a message of 100,000 letters goes over whole, in as many comments as it needs.
func TestEndlessMessageGoesOverWhole(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	long := strings.Repeat("ж", 99_999) + "🦆"
	d.plays(t, d.chat(199002021, platform.WhatsApp, phoned("79000021021")).Says("Начало", long, "Конец").Closed("closed_by_visitor"))
	lead := d.record(t, "chat:199002021/lead")
	d.says(t, lead.name, "Начало", "🦆", "Конец")
	for i, text := range lead.comments {
		if len(text) > integration.CommentLimit {
			t.Errorf("comment %d has %d bytes", i, len(text))
		}
	}
	if n := strings.Count(strings.Join(lead.comments, ""), "ж"); n < 99_999 || n > 99_999+10 || len(lead.comments) < 4 { // «продолжение» has one, too
		t.Errorf("%d letters in %d comments", n, len(lead.comments))
	}
}

// Bad input: messages before their chat, after its close, and of a chat that is said to be closed twice.
func TestMessagesOutOfTheirChat(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	whole := d.chat(199002031, platform.WhatsApp, phoned("79000021031")).Says("Раз", "Два", "Три", "Четыре").Closed("closed_by_visitor")
	part := func(steps ...int) platform.Script {
		p := whole
		p.Truth, p.Steps = nil, nil
		for _, i := range steps {
			p.Steps = append(p.Steps, whole.Steps[i])
		}
		return p
	}
	d.tells(t, 199002031, part(1)) // nothing but a message: no chat, no number
	d.tells(t, 199002031, part(0, 5, 5))
	d.tells(t, 199002031, part(3))
	d.clock.Move(5 * time.Minute)
	d.tells(t, 199002031, part(4, 2, 5, 0))
	d.says(t, "chat:199002031/lead", "Раз", "Два", "Три", "Четыре")
	d.onePerson(t, 1)
	wants(t, d.World, "comment by", 1)
}

// Bad input: the card of a visitor with the tenant's own number is no customer's, and joins no two people.
func TestCardWithTheTenantsOwnNumber(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	for i, phone := range []string{"79000021041", "79000021042"} {
		id := int64(199002041 + i)
		own := platform.Card{Name: "Клиент " + decimalOf(int64(i)), Phones: []string{"+7 (495) 000-01-01", "74950000102"}}
		d.plays(t, d.chat(id, platform.WhatsApp, phoned(phone)).Says("Раз").Card(own).Says("Два").Closed("closed_by_visitor"))
		d.says(t, chatNamed(id)+"/lead", "Раз", "Два")
		d.explained(t, chatNamed(id), "own_contact")
	}
	wants(t, d.World, "phone mobile +7495", 0)
	wants(t, d.World, "\nlead ", 2)
}
