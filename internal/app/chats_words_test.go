package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/app"
	platform "omniconnector/webhooks/emulator"
)

// C-7: while a chat runs its words grow in one comment, in order; what was edited or taken back is marked, and files are named.
func TestTranscriptGrowsInOneComment(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		d := desked(t, staging{database: database})
		anna := d.Shop.Employees[0]
		c := d.chat(199000701, platform.WhatsApp, phoned("79000007001")).Says("Первое", "Второе").Assigned(anna).Answers(anna, "Третье с ошибкой").
			Says("Четвёртое").Edits(3, "Третье исправлено").Sends(platform.Photo("диван.png")).Says("Лишнее").Deletes(0).
			Answers(anna, "Пятое").Delivered(0, "error").Says("Шестое")
		whole := c.Closed("closed_by_operator")
		for from, steps := 0, []int{2, 2, 3, 4, len(whole.Steps)}; len(steps) > 0; steps = steps[1:] {
			part := whole
			part.Steps = whole.Steps[from:min(from+steps[0], len(whole.Steps))]
			part.Truth = nil
			from += len(part.Steps)
			d.tells(t, 199000701, part)
			if n := len(d.record(t, "chat:199000701/lead").comments); n != 1 {
				t.Fatalf("%d comments after %d steps\n%s", n, from, d.Records())
			}
		}
		lead := "chat:199000701/lead"
		d.says(t, lead, "Первое", "Второе", "Третье исправлено", "(изменено)", "Четвёртое", "диван.png", "(сообщение удалено)", "Пятое", "(не доставлено)", "Шестое")
		d.says(t, lead, "Тестова Анна:[/B] Третье", "Тестова Анна:[/B] Пятое")
		for _, gone := range []string{"с ошибкой", "Лишнее"} {
			wants(t, d.World, gone, 0)
		}
		if n := d.asked("crm.timeline.comment.add"); n != 1 {
			t.Errorf("%d comments were added", n)
		}
		before := d.Records()
		d.clock.Move(2 * time.Minute) // the whole chat is read from the platform
		d.rest(t)
		d.explained(t, chatNamed(199000701), "chat_reread")
		if after := d.Records(); after != before {
			t.Errorf("the platform's own report changed\n%s\nto\n%s", before, after)
		}
	})
}

// C-7: a huge chat goes on in further comments where one is full; every message is there once, in order, and no comment is cut.
func TestHugeTranscriptGoesOnInFurtherComments(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	c := d.chat(199000711, platform.WhatsApp, phoned("79000007011"))
	var words []string
	for i := range 24 {
		words = append(words, fmt.Sprintf("<%02d>", i))
		c.Says(words[i] + strings.Repeat("ящик ", 1000))
	}
	first, rest := c.Closed("closed_by_operator").Cut(10)
	d.tells(t, 199000711, first)
	d.tells(t, 199000711, rest)
	lead := d.record(t, "chat:199000711/lead")
	d.says(t, lead.name, words...)
	if len(lead.comments) != 4 { // 9,001 bytes a message
		t.Errorf("%d comments", len(lead.comments))
	}
	for i, text := range lead.comments {
		if len(text) > integration.CommentLimit {
			t.Errorf("comment %d has %d bytes", i, len(text))
		}
		if i > 0 && !strings.Contains(text, fmt.Sprintf("(продолжение %d)", i+1)) {
			t.Errorf("comment %d begins with %.100q", i, text)
		}
	}
	if n := strings.Count(strings.Join(lead.comments, ""), "ящик "); n != 24000 {
		t.Errorf("%d words of 24000", n)
	}
}

// C-7: what is said fast goes over in steps that the portal can bear, never a request for each message.
func TestTranscriptIsPaced(t *testing.T) {
	t.Parallel()
	pace := func(c *app.Config) { c.Lane.TranscriptPace = time.Minute }
	d := desked(t, staging{more: []func(*app.Config){pace}})
	c := d.chat(199000761, platform.WhatsApp, phoned("79000007061"))
	var words []string
	for i := range 40 {
		words = append(words, fmt.Sprintf("<%02d>", i))
		c.Says(words[i])
	}
	first, rest := c.Closed("closed_by_visitor").Cut(2)
	d.plays(t, first)
	d.says(t, "chat:199000761/lead", "<00>")
	most, end := rest.Cut(39)
	d.plays(t, most)
	d.explained(t, chatNamed(199000761), "transcript_paced")
	d.pass(t, time.Minute, chatNamed(199000761))
	d.says(t, "chat:199000761/lead", words...)
	d.plays(t, end)
	if n := d.asked("crm.timeline.comment.update"); n > 4 { // one step and no more, but for a machine that takes minutes
		t.Errorf("%d updates of the comment for %d messages", n, len(words))
	}
}

// C-7, at the end: nothing goes over before the chat is closed, and then all of it in one comment.
func TestTranscriptAtTheEnd(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{set: func(s *integration.Settings) { s.Chats.Transcript = integration.AtEnd }})
	anna := d.Shop.Employees[0]
	first, rest := d.chat(199000721, platform.WhatsApp, phoned("79000007021")).Says("Раз", "Два").Assigned(anna).Answers(anna, "Три").
		Edits(2, "Два с половиной").Closed("closed_by_operator").Cut(5)
	d.tells(t, 199000721, first)
	wants(t, d.World, "originId=chat:199000721/lead", 1)
	d.silent(t, "chat:199000721/lead")
	d.tells(t, 199000721, rest)
	d.says(t, "chat:199000721/lead", "Раз", "Два с половиной", "Три")
	wants(t, d.World, "comment by", 1)
	if n := d.asked("crm.timeline.comment.add") + d.asked("crm.timeline.comment.update"); n != 1 {
		t.Errorf("%d requests for one comment", n)
	}
}

// C-7: messages that come late take their place, also after the chat is over.
func TestLateMessagesTakeTheirPlace(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	whole := d.chat(199000731, platform.WhatsApp, phoned("79000007031")).Says("Раз", "Два", "Три", "Четыре").Closed("closed_by_visitor")
	part := func(steps ...int) platform.Script {
		p := whole
		p.Truth, p.Steps = nil, nil
		for _, i := range steps {
			p.Steps = append(p.Steps, whole.Steps[i])
		}
		return p
	}
	d.tells(t, 199000731, part(0, 1, 4))
	d.says(t, "chat:199000731/lead", "Раз", "Четыре")
	d.tells(t, 199000731, part(3))
	d.says(t, "chat:199000731/lead", "Раз", "Три", "Четыре")
	d.tells(t, 199000731, part(5))
	d.tells(t, 199000731, part(2))
	d.says(t, "chat:199000731/lead", "Раз", "Два", "Три", "Четыре")
	wants(t, d.World, "comment by", 1)
}

// C-7, C-16, R-4: the portal is away for an hour in mid-chat, before or after it did what it was asked: all words come, in order and once.
func TestPortalAwayInMidChat(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]bitrix.FaultKind{"refuses": bitrix.FaultLimit, "does nothing": bitrix.FaultHTMLBefore, "answers in vain": bitrix.FaultHTMLAfter} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, database string) {
				t.Helper()
				awayInMidChat(t, database, kind)
			})
		})
	}
}

func awayInMidChat(t *testing.T, database string, kind bitrix.FaultKind) {
	t.Helper()
	d := desked(t, staging{database: database})
	anna := d.Shop.Employees[0]
	whole := d.chat(199000741, platform.WhatsApp, phoned("79000007041")).Says("Раз", "Два").Assigned(anna).Answers(anna, "Три").
		Says("Четыре", "Пять").Answers(anna, "Шесть").Closed("closed_by_operator")
	first, rest := whole.Cut(2)
	d.tells(t, 199000741, first)
	middle, end := rest.Cut(4)
	d.Portal.FailNext("*", bitrix.Fault{Kind: kind, Times: 1 << 30})
	play(t, d.World, middle)
	d.clock.Move(6 * time.Second)
	failed := func() int { return d.Portal.FaultCounts()[kind] }
	d.until(t, "the portal is away", func() bool { return failed() > 0 })
	d.clock.Move(time.Hour)
	seen := failed()
	d.until(t, "the portal is away still", func() bool { return failed() > seen })
	play(t, d.World, end)
	d.Portal.ClearFaults()
	d.clock.Move(2 * time.Minute) // whatever waits for the portal
	d.settles(t, 199000741)
	d.says(t, "chat:199000741/lead", "Раз", "Два", "Три", "Четыре", "Пять", "Шесть")
	wants(t, d.World, "comment by", 1)
	wants(t, d.World, "\nlead ", 1)
	vanishedLetters(t, d.app, d.at, 0)
}

// C-7, R-3: the portal wrote the comment, and its answer was lost: the comment is found, and goes on growing.
func TestAnswerToTheFirstCommentIsLost(t *testing.T) {
	t.Parallel()
	for _, kind := range []bitrix.FaultKind{bitrix.FaultCutAfter, bitrix.FaultTruncated, bitrix.FaultNonsense} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			d := desked(t, staging{})
			first, rest := d.chat(199000751, platform.WhatsApp, phoned("79000007051")).Says("Раз", "Два", "Три").Closed("closed_by_visitor").Cut(2)
			d.Portal.FailNext("crm.timeline.comment.add", bitrix.Fault{Kind: kind, Times: 1})
			d.tells(t, 199000751, first)
			d.tells(t, 199000751, rest)
			d.says(t, "chat:199000751/lead", "Раз", "Два", "Три")
			wants(t, d.World, "comment by", 1)
			wants(t, d.World, "\nlead ", 1)
		})
	}
}
