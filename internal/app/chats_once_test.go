package app_test

import (
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	platform "omniconnector/webhooks/emulator"
)

// C-16, C-7: told twice, in any order, with parts lost, or not at all: the same contact, lead and words come out, each once, and one notice.
func TestChatsHoweverTheyAreTold(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		d := desked(t, staging{database: database, set: func(s *integration.Settings) { s.Chats.Primary.Make = integration.MakeBoth }})
		anna := d.Shop.Employees[0]
		begun := d.now()
		ways := map[string]func(platform.Script) platform.Script{
			"straight":            func(s platform.Script) platform.Script { return s },
			"thrice":              func(s platform.Script) platform.Script { return s.Repeated(3) },
			"shuffled":            func(s platform.Script) platform.Script { return s.Repeated(2).Shuffled(1) },
			"shuffled otherwise":  func(s platform.Script) platform.Script { return s.Shuffled(5) },
			"reversed":            func(s platform.Script) platform.Script { return s.Repeated(2).Reversed() },
			"half of it lost":     func(s platform.Script) platform.Script { return s.Lossy(3, 0.5) },
			"without the opening": func(s platform.Script) platform.Script { return s.Without("chat_opened") },
			"the end alone":       func(s platform.Script) platform.Script { return s.Only("chat_closed") },
			"messages alone":      func(s platform.Script) platform.Script { return s.Only("chat_message") },
			"swallowed":           platform.Script.Swallowed,
		}
		chats, said := map[string]int64{}, map[string]string{}
		for name, way := range ways {
			id := 199000900 + int64(len(chats))
			chats[name] = id
			c := d.Shop.Chat(id, begun, d.Shop.Channel(platform.WhatsApp), phoned("79000009"+decimalOf(id-199000900+100)))
			c.Pace = time.Second
			play(t, d.World, way(c.Says("Раз", "Два").Assigned(anna).Answers(anna, "Три", "Четыре").Says("Пять").Answers(anna, "Шесть").Closed("closed_by_operator")))
		}
		d.rest(t)
		d.clock.Move(11 * time.Minute)
		awaitRuns(t, d.app, d.at, "every/chats")
		for _, id := range chats {
			d.settles(t, id)
		}
		d.clock.Move(2 * time.Minute)
		d.rest(t)
		for name, id := range chats {
			phone := "+79000009" + decimalOf(id-199000900+100)
			for _, kind := range []string{"/lead", "/deal"} {
				d.says(t, chatNamed(id)+kind, "Раз", "Два", "Три", "Четыре", "Пять", "Шесть")
				r := d.record(t, chatNamed(id)+kind)
				if len(r.comments) != 1 {
					t.Errorf("%s: %s has %d comments", name, r.name, len(r.comments))
					continue
				}
				said[name] = strings.NewReplacer(decimalOf(id), "ID", phone, "PHONE").Replace(r.comments[0])
			}
			wants(t, d.World, "originId="+chatNamed(id)+"/contact ", 1)
		}
		for name, text := range said {
			if text != said["straight"] {
				t.Errorf("%s:\n%s\nwant\n%s", name, text, said["straight"])
			}
		}
		for kind, n := range map[bitrix.Kind]int{bitrix.Lead: len(ways), bitrix.Deal: len(ways), bitrix.Contact: len(ways)} {
			if got := d.Portal.Count(kind); got != n {
				t.Errorf("%d of %s, want %d", got, kind, n)
			}
		}
		if n := len(d.Portal.Notices(0)); n != len(ways) {
			t.Errorf("%d notices, want %d", n, len(ways))
		}
		vanishedLetters(t, d.app, d.at, 0)
		before := d.Records()
		d.clock.Move(11 * time.Minute)
		awaitRuns(t, d.app, d.at, "every/chats")
		if after := d.Records(); after != before {
			t.Errorf("the next sweep changed\n%s\nto\n%s", short(before), short(after))
		}
	})
}

// C-16, R-2: the process is stopped in mid-chat, what comes meanwhile is only taken in, and the next process goes on: all of it, once.
func TestChatOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		d := desked(t, staging{database: database})
		anna := d.Shop.Employees[0]
		whole := d.chat(199000951, platform.WhatsApp, phoned("79000009051")).Says("Раз", "Два").Assigned(anna).Answers(anna, "Три").
			Says("Четыре", "Пять").Answers(anna, "Шесть").Says("Семь").Closed("closed_by_visitor")
		first, rest := whole.Cut(3)
		play(t, d.World, first) // and nobody waits for its effect
		d.receiving(t)
		d.readdress()
		middle, rest := rest.Cut(4)
		play(t, d.World, middle.Repeated(2))
		d.restart(t)
		d.settles(t, 199000951)
		d.says(t, "chat:199000951/lead", "Раз", "Два", "Три", "Четыре", "Пять")
		d.restart(t)
		d.tells(t, 199000951, middle) // once more
		d.tells(t, 199000951, rest)
		d.says(t, "chat:199000951/lead", "Раз", "Два", "Три", "Четыре", "Пять", "Шесть", "Семь")
		wants(t, d.World, "\nlead ", 1)
		wants(t, d.World, "comment by", 1)
		wants(t, d.World, "notice to", 1)
		if n := d.Portal.Count(bitrix.Contact); n != 1 {
			t.Errorf("%d contacts", n)
		}
	})
}

// C-16, R-1: random misbehaviour of the portal in a chat of many messages costs nothing and doubles nothing.
func TestChatWithAPortalInABadMood(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	d.Portal.SetMischief(bitrix.Mischief{Seed: 7, Percent: map[bitrix.FaultKind]float64{
		bitrix.FaultLimit: 8, bitrix.FaultCutBefore: 6, bitrix.FaultCutAfter: 6, bitrix.FaultHTMLAfter: 6, bitrix.FaultCutHalf: 6, bitrix.FaultNonsense: 6,
		bitrix.FaultTruncated: 6, bitrix.FaultExpiredToken: 3,
	}})
	var words []string
	c := d.chat(199000961, platform.WhatsApp, phoned("79000009061"))
	for i := range 20 {
		words = append(words, "«"+decimalOf(int64(i))+"»")
		c.Says(words[i])
	}
	whole := c.Closed("closed_by_visitor")
	for from := 0; from < len(whole.Steps); from += 4 {
		part := whole
		part.Truth, part.Steps = nil, whole.Steps[from:min(from+4, len(whole.Steps))]
		d.tells(t, 199000961, part)
	}
	d.Portal.ClearFaults()
	d.clock.Move(2 * time.Minute)
	d.settles(t, 199000961)
	d.says(t, "chat:199000961/lead", words...)
	wants(t, d.World, "comment by", 1)
	wants(t, d.World, "\nlead ", 1)
	wants(t, d.World, "notice to", 1)
	if n := d.Portal.Count(bitrix.Contact); n != 1 {
		t.Errorf("%d contacts\n%s", n, d.Records())
	}
}
