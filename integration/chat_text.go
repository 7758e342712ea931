package integration

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// CommentLimit is how long a comment of a conversation may be, in bytes; what is more goes into the next one (C-7). Portals keep
	// comments in a column of 65,535 bytes.
	CommentLimit = 60_000
	// fileLife is how long the link to a file stays good.
	fileLife = 365 * 24 * time.Hour
)

// line is one line of a transcript: markup of ours before and after somebody's words. Only the words may be cut.
type line struct{ before, words, after string }

func (l *line) len() int { return len(l.before) + len(l.words) + len(l.after) }

// transcriptParts lays the conversation out into comments, each within the limit. A line that fits into a comment is not cut.
func (d *decision) transcriptParts() []string {
	l := layout{head: d.partHead}
	l.b.WriteString(l.head(0))
	for _, one := range d.transcriptLines() {
		if one.len() >= l.room() && (one.len() < CommentLimit-mostHead || l.room() < mostHead) {
			l.next()
		}
		l.b.WriteByte('\n')
		l.whole(one.before)
		l.cuttable(one.words)
		l.whole(one.after)
	}
	return append(l.parts, l.b.String())
}

// layout fills comments one after the other.
type layout struct {
	head  func(part int) string
	parts []string
	b     strings.Builder
}

// mostHead bounds the head of a comment, in bytes.
const mostHead = 2000

func (l *layout) room() int { return CommentLimit - l.b.Len() }

func (l *layout) next() {
	l.parts = append(l.parts, l.b.String())
	l.b.Reset()
	l.b.WriteString(l.head(len(l.parts)))
}

// whole writes what must not be cut; it is short.
func (l *layout) whole(s string) {
	if len(s) > l.room() {
		l.next()
		l.b.WriteByte('\n')
	}
	l.b.WriteString(s)
}

// cuttable writes words, and goes on in the next comment where one is full.
func (l *layout) cuttable(s string) {
	for {
		piece := s
		if len(s) > l.room() {
			piece = cut(s, l.room())
		}
		l.b.WriteString(piece)
		if s = s[len(piece):]; s == "" {
			return
		}
		l.next()
		l.b.WriteByte('\n')
	}
}

// cut takes at most n bytes of whole letters.
func cut(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// partHead begins a comment and tells what conversation it is of; the conversation's id makes the comment recognisable.
func (d *decision) partHead(part int) string {
	c := d.Chat
	head := "[B]" + plainText(d.channelName()) + "[/B]"
	if c.ChannelName != "" && c.Kind == Chat {
		head += " «" + plainText(oneLine(c.ChannelName)) + "»"
	}
	head += " № " + plainText(oneLine(c.ID)) + ", " + d.local(c.OpenedAt)[:len("2006-01-02 15:04")]
	if part > 0 {
		head += d.say(" (продолжение ", " (continued ") + decimal(int64(part+1)) + ")"
	}
	return head
}

// transcriptLines are what was said, in order.
func (d *decision) transcriptLines() []line {
	c := d.Chat
	var lines []line
	if c.Kind == Offline {
		lines = append(lines, d.requestLines()...)
	}
	for i := range c.Messages {
		m := &c.Messages[i]
		one := d.messageLine(m)
		if one.words == "" && one.after == "" && (m.By == BySystem || c.Kind == Offline) {
			continue // the platform notes some of its own steps without a word
		}
		if c.Kind == Chat {
			one.before = "[B]" + m.At.In(d.Settings.location()).Format("15:04:05") + " " + plainText(oneLine(d.speaker(m))) + ":[/B] "
		}
		lines = append(lines, one)
	}
	return lines
}

// messageLine is a message's words, with what became of it.
func (d *decision) messageLine(m *Message) line {
	var l line
	if m.Deleted {
		l.after = d.say("[I](сообщение удалено)[/I]", "[I](message deleted)[/I]")
	} else {
		l.words = plainText(m.Text)
		if m.File != nil {
			l.after = d.fileText(m)
		}
		if m.Edited {
			l.after += d.say(" [I](изменено)[/I]", " [I](edited)[/I]")
		}
	}
	if m.Status == "error" {
		l.after += d.say(" [I](не доставлено)[/I]", " [I](not delivered)[/I]")
	}
	if l.words != "" && l.after != "" && l.after[0] != ' ' {
		l.after = " " + l.after
	}
	return l
}

// requestLines tell who left an offline request, and where.
func (d *decision) requestLines() []line {
	c := d.Chat
	var lines []line
	add := func(ru, en, value string) {
		if value != "" {
			lines = append(lines, line{before: d.say(ru, en) + ": ", words: plainText(value)})
		}
	}
	add("Имя", "Name", c.Visitor.Name)
	add("Телефон", "Phone", strings.Join(c.Visitor.Phones, ", "))
	add("Email", "Email", strings.Join(c.Visitor.Emails, ", "))
	add("Форма", "Form", strings.Join(c.Params["form_name"], ", "))
	add("Страница", "Page", strings.Join(c.Params["communication_page_url"], ", "))
	return lines
}

// speaker names who wrote a message.
func (d *decision) speaker(m *Message) string {
	switch m.By {
	case ByVisitor:
		return d.visitorName()
	case ByOperator:
		if m.Operator.Name != "" {
			return m.Operator.Name
		}
		if d.Centre != nil {
			if e := d.Centre.Employee(m.Operator.ID); e != nil {
				return e.Name
			}
		}
		return d.say("Оператор", "Operator")
	case ByRobot:
		return d.say("Бот", "Bot")
	case BySystem:
	}
	return d.say("Система", "System")
}

// fileText points at a file; without an address of ours it is named.
func (d *decision) fileText(m *Message) string {
	name := oneLine(m.File.Name)
	if name == "" {
		name = d.say("файл", "file")
	}
	link := ""
	if d.FileLink != nil {
		link = d.FileLink(*m.File, m.At.Add(fileLife))
	}
	if link == "" {
		return "📎 " + plainText(name)
	}
	return "📎 [URL=" + link + "]" + plainText(name) + "[/URL]"
}

// plainText makes somebody's words safe in a comment: the portal takes no markup from them, they keep their lines to themselves, and what
// turns the direction of writing does not reach the next line. What people see stays what was written.
func plainText(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '[':
			b.WriteString("[\u2060") // a word joiner: no longer a tag, and not to be seen
		case r == '\n' || r == '\u2028' || r == '\u2029':
			b.WriteByte('\n')
		case r == '\t':
			b.WriteByte(' ')
		case r == '\r' || unicode.IsControl(r) || turnsWriting(r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// turnsWriting tells the invisible signs that change the direction of writing beyond their own words.
func turnsWriting(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}
