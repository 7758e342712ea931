package integration_test

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"omniconnector/crm"
	"omniconnector/integration"
)

// written are the comments that a conversation of these messages gets, part by part.
func written(t failer, messages ...integration.Message) []string {
	t.Helper()
	c := chatAround(t, testSettings())
	c.known = crm.Customer{Contacts: []crm.Entity{{Kind: crm.Contact, ID: 100, Responsible: carl}}}
	l := chatLife{session: "chat:1", said: integration.ChatTold{Channel: "whatsapp", Visitor: integration.Visitor{Name: "Irina", Phones: []string{"79261234567"}}}}
	for i := range messages {
		l.add(integration.ChatMessage).Message = &messages[i]
	}
	l.add(integration.ChatClosed).Closed = true
	w := c.play(t, l.events)
	return w.comments("contact/100")
}

// spoken takes heads and the names of speakers off, so that words are left: those of each line of ours, joined.
func spoken(parts []string) string {
	var b strings.Builder
	for _, part := range parts {
		_, words, _ := strings.Cut(part, "\n")
		b.WriteString(words)
	}
	return prefix.ReplaceAllString(b.String(), "")
}

var prefix = regexp.MustCompile(`\n?\[B\]\d\d:\d\d:\d\d [^\n:]*:\[/B\] `)

// TestWordsOfAnyLengthAreLaidOutWhole makes sure that every part is within the limit and that the parts together have every word once.
func TestWordsOfAnyLengthAreLaidOutWhole(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"letters":   strings.Repeat("abcdefghij", 10_000),
		"Cyrillic":  strings.Repeat("Здравствуйте! ", 7_200),
		"emoji":     strings.Repeat("👩‍👩‍👧‍👦🙂", 12_500),
		"RTL":       strings.Repeat("שלום עולם ", 10_000),
		"brackets":  strings.Repeat("[B]", 34_000),
		"one line":  "Hello",
		"newlines":  strings.Repeat("a\n", 50_000),
		"no letter": strings.Repeat(" ", 100_000) + "x",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			messages := []integration.Message{
				{ID: "1", By: integration.ByVisitor, At: began.Add(time.Second), Text: "First"},
				{ID: "2", By: integration.ByVisitor, At: began.Add(2 * time.Second), Text: text},
				{ID: "3", By: integration.ByOperator, At: began.Add(3 * time.Second), Text: "Last"},
			}
			parts := written(t, messages...)
			checkParts(t, parts)
			if got, want := strings.ReplaceAll(spoken(parts), "\u2060", ""), "First"+text+"Last"; got != want {
				t.Errorf("%d letters are told as %d: %.60q…", len(want), len(got), got)
			}
		})
	}
}

func checkParts(t failer, parts []string) {
	t.Helper()
	if len(parts) == 0 {
		t.Error("nothing is written")
	}
	for i, part := range parts {
		if len(part) > integration.CommentLimit {
			t.Errorf("part %d has %d bytes", i+1, len(part))
		}
		if !utf8.ValidString(part) {
			t.Errorf("part %d is no valid text", i+1)
		}
		if !strings.Contains(part, "№ 1,") {
			t.Errorf("part %d does not tell its conversation: %.80q", i+1, part)
		}
		if strings.Count(part, "[B]") != strings.Count(part, "[/B]") || strings.Count(part, "[I]") != strings.Count(part, "[/I]") {
			t.Errorf("part %d has markup of ours that was cut", i+1)
		}
	}
}

// TestManyMessagesAreLaidOutInOrder draws messages of all lengths.
func TestManyMessagesAreLaidOutInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var messages []integration.Message
		var want strings.Builder
		for i := range rapid.IntRange(1, 8).Draw(t, "messages") {
			text := rapid.SampledFrom([]string{"я", "ab", "🙂", "[b", "x"}).Draw(t, "letter")
			text = strings.Repeat(text, rapid.SampledFrom([]int{1, 10, 3_000, 14_990, 20_000}).Draw(t, "length"))
			messages = append(messages, integration.Message{
				ID: string(rune('a' + i)), By: integration.ByVisitor, At: began.Add(time.Duration(i) * time.Second), Text: text,
			})
			want.WriteString(text)
		}
		parts := written(t, messages...)
		checkParts(t, parts)
		if got := strings.ReplaceAll(spoken(parts), "\u2060", ""); got != want.String() {
			t.Fatalf("%d letters are told as %d", want.Len(), len(got))
		}
	})
}

var (
	ourMarkup = regexp.MustCompile(`\[/?[BI]\]`)
	anyMarkup = regexp.MustCompile(`\[[\p{L}/*]`)
)

// FuzzWordsAreNeverMarkup makes sure that no tag of anybody's survives, in words, names, and names of files.
func FuzzWordsAreNeverMarkup(f *testing.F) {
	for _, text := range []string{
		"Hello", "[B]bold[/B]", "[[B]]", "[\u2060B]", "[\x00b]", "[\u202Eb]", "[\r\nurl=x]", "[*]", "[/", "[", "<b>", "\xff\xfe[b]", "[\u200bB]", "\u2028[b]",
	} {
		f.Add(text, text, text)
	}
	f.Fuzz(func(t *testing.T, text, name, file string) {
		c := chatAround(t, testSettings())
		c.known = crm.Customer{Contacts: []crm.Entity{{Kind: crm.Contact, ID: 100, Responsible: carl}}}
		l := chatLife{session: "chat:1", said: integration.ChatTold{Channel: "whatsapp", ChannelName: name, Visitor: integration.Visitor{Name: name, Phones: []string{"79261234567"}}}}
		l.add(integration.ChatMessage).Message = &integration.Message{ID: "1", By: integration.ByVisitor, At: began, Text: text, File: &integration.File{Name: file}}
		l.add(integration.ChatClosed).Closed = true
		for _, part := range c.play(t, l.events).comments("contact/100") {
			if !utf8.ValidString(part) || len(part) > integration.CommentLimit {
				t.Fatalf("%d bytes of text that is not valid or too long", len(part))
			}
			for _, r := range part {
				if r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0 {
					t.Fatalf("%U turns what follows", r)
				}
			}
			if rest := ourMarkup.ReplaceAllString(part, ""); anyMarkup.MatchString(rest) {
				t.Fatalf("a tag is left in %q", part)
			}
			if n := len(ourMarkup.FindAllString(part, -1)); n != 4 {
				t.Fatalf("%d tags look like ours in %q", n, part)
			}
		}
	})
}
