package integration

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"omniconnector/crm"
)

const (
	// CommentLimit is how long a comment of a conversation may be, in bytes; what is more goes into the next one (C-7). Portals keep
	// comments in a column of 65,535 bytes.
	CommentLimit = 60_000
	// fileLife is how long the link to a file stays good.
	fileLife = 365 * 24 * time.Hour
)

// transcribeChat brings the conversation's words to every place where they go (C-7). While it runs they grow in steps that the portal
// can bear; at its end everything is there, in order and once. What is said in it is never taken for markup.
func (d *decision) transcribeChat(m *ChatMemory) {
	c := d.Chat
	if len(m.Places) == 0 || c.Kind == Chat && d.conversations().Transcript == AtEnd && !c.Closed {
		return
	}
	parts := d.transcriptParts()
	if !d.stale(m, parts) {
		return
	}
	if !c.Closed && !m.StepAt.IsZero() {
		if next := m.StepAt.Add(d.Pace); d.Unsent || d.Now.Before(next) {
			d.wake(later(next, d.Now.Add(time.Second)))
			return
		}
	}
	m.StepAt = d.Now
	written := 0
	for i := range m.Places {
		written += d.writeParts(&m.Places[i], parts)
	}
	d.because("C-7", "transcript", "messages", decimal(int64(len(c.Messages))), "comments", decimal(int64(written)))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// stale reports whether any place lacks words.
func (d *decision) stale(m *ChatMemory, parts []string) bool {
	return slices.ContainsFunc(m.Places, func(p Place) bool {
		if len(p.Parts) < len(parts) {
			return true
		}
		for i, text := range parts {
			if p.Parts[i].Sum != RecordKey(text) {
				return true
			}
		}
		return false
	})
}

// writeParts plans what makes a place's comments say what they should, and tells how many it changes.
func (d *decision) writeParts(p *Place, parts []string) int {
	written := 0
	where := string(p.Kind)
	if p.Entity.ID != 0 {
		where += "-" + decimal(p.Entity.ID)
	}
	for i, text := range parts {
		comment := d.key("comment", where, decimal(int64(i+1)))
		sum := RecordKey(text)
		switch {
		case i == len(p.Parts):
			p.Parts = append(p.Parts, Part{Sum: sum})
			d.act(comment, UrgentTranscript, crm.Comment{Kind: p.Kind, Entity: p.Entity, Text: text}, touchEntity(p.Kind, p.Entity), string(comment))
		case p.Parts[i].Sum != sum:
			p.Parts[i].Sum = sum
			p.Parts[i].Steps++
			edit := crm.EditComment{Comment: crm.Ref{Of: string(comment)}, Kind: p.Kind, Entity: p.Entity, Text: text}
			d.act(comment+ActionKey("/"+decimal(int64(p.Parts[i].Steps))), UrgentTranscript, edit, string(comment))
		default:
			continue
		}
		written++
	}
	return written
}

// transcriptParts lays the conversation out into comments, each within the limit.
func (d *decision) transcriptParts() []string {
	lines := d.transcriptLines()
	head := d.transcriptHead()
	var parts []string
	var b strings.Builder
	b.WriteString(head)
	for _, line := range lines {
		for len(line) > 0 {
			room := CommentLimit - b.Len() - 1
			if len(line) > room && (room < CommentLimit/10 || len(line) <= CommentLimit-len(head)-64) {
				parts = append(parts, b.String())
				b.Reset()
				b.WriteString(head + " " + d.say("(продолжение ", "(continued ") + decimal(int64(len(parts)+1)) + ")")
				continue
			}
			piece := line
			if len(piece) > room {
				piece = cut(line, room)
			}
			b.WriteByte('\n')
			b.WriteString(piece)
			line = line[len(piece):]
		}
	}
	return append(parts, b.String())
}

// cut takes at most n bytes of whole letters.
func cut(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// transcriptHead tells what conversation it is; its id makes the comment recognisable.
func (d *decision) transcriptHead() string {
	c := d.Chat
	head := "[B]" + plainText(d.channelName()) + "[/B]"
	if c.ChannelName != "" && c.Kind == Chat {
		head += " «" + plainText(c.ChannelName) + "»"
	}
	return head + " № " + plainText(c.ID) + ", " + d.local(c.OpenedAt)[:len("2006-01-02 15:04")]
}

// transcriptLines are what was said, in order.
func (d *decision) transcriptLines() []string {
	c := d.Chat
	var lines []string
	if c.Kind == Offline {
		lines = append(lines, d.requestLines()...)
	}
	for i := range c.Messages {
		m := &c.Messages[i]
		if m.By == BySystem && m.Text == "" && m.File == nil {
			continue
		}
		line := "[B]" + m.At.In(d.Settings.location()).Format("15:04:05") + " " + plainText(d.speaker(m)) + ":[/B] "
		if c.Kind == Offline {
			line = ""
		}
		switch {
		case m.Deleted:
			line += d.say("[I](сообщение удалено)[/I]", "[I](message deleted)[/I]")
		default:
			line += plainText(m.Text)
			if m.File != nil {
				line = strings.TrimRight(line, " ") + " " + d.fileText(m)
			}
			if m.Edited {
				line += d.say(" [I](изменено)[/I]", " [I](edited)[/I]")
			}
		}
		if m.Status == "error" {
			line += d.say(" [I](не доставлено)[/I]", " [I](not delivered)[/I]")
		}
		lines = append(lines, line)
	}
	return lines
}

// requestLines tell who left an offline request, and where.
func (d *decision) requestLines() []string {
	c := d.Chat
	var lines []string
	add := func(ru, en, value string) {
		if value != "" {
			lines = append(lines, d.say(ru, en)+": "+plainText(value))
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
	name := m.File.Name
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
		case r == '\n':
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
