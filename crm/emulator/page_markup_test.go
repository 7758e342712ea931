package emulator

import (
	"regexp"
	"strings"
	"testing"
)

func TestMarkupIsShownAndHTMLIsText(t *testing.T) {
	t.Parallel()
	const link = `<a rel="noopener noreferrer nofollow" href="`
	for text, want := range map[string]string{
		"[B]Анна:[/B] <b>да</b> & [i]нет[/I]":                   "<b>Анна:</b> &lt;b&gt;да&lt;/b&gt; &amp; <i>нет</i>",
		"[\u2060B]не тег[\u2060/B]":                             "[\u2060B]не тег[\u2060/B]",
		"[URL=https://x.test/a?b=1&c=\"2\"]файл[/URL]":          link + `https://x.test/a?b=1&amp;c=&#34;2&#34;">файл</a>`,
		"[url]http://x.test/[/url]":                             link + `http://x.test/">http://x.test/</a>`,
		"[URL=/crm/deal/details/7/]Сделка[/URL]":                link + `/p/acme/deal/7">Сделка</a>`,
		"[URL=javascript:alert(1)]x[/URL]":                      "[URL=javascript:alert(1)]x[/URL]",
		"[URL=//x.test/]x[/URL]":                                "[URL=//x.test/]x[/URL]",
		"[B][I]крест[/B] дальше[/I] [U]":                        "<b><i>крест</i></b> дальше[/I] <u></u>",
		"[B][B]раз[/B][/B] [IMG]x[/IMG][BR][s]y":                "<b>[B]раз</b>[/B] [IMG]x[/IMG]<br><s>y</s>",
		"[URL=https://x.test/\" onclick=\"alert(1)]x[/URL]</a>": link + `https://x.test/%22%20onclick=%22alert%281%29">x</a>&lt;/a&gt;`,
	} {
		if got := string(markup("acme", text)); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

var ownTags = regexp.MustCompile(`<br>|</?[bius]>|</a>|<a rel="noopener noreferrer nofollow" href="(?:https?://|/p/acme/)[^"<>]*">`)

func FuzzMarkup(f *testing.F) {
	f.Add("[B]a[/B][URL=https://x.test/]b[/URL]<script>")
	f.Add("[url][i]http://x[/url][/i][URL=/crm/lead/details/1/]\"'")
	f.Fuzz(func(t *testing.T, text string) {
		html := string(markup("acme", text))
		if rest := ownTags.ReplaceAllString(html, ""); strings.ContainsAny(rest, "<>") {
			t.Fatalf("not only our own tags: %s", html)
		}
		for _, tag := range []string{"b", "i", "u", "s", "a"} {
			opened := strings.Count(html, "<"+tag+">") + strings.Count(html, "<"+tag+" ")
			if opened != strings.Count(html, "</"+tag+">") {
				t.Fatalf("<%s> is not closed: %s", tag, html)
			}
		}
	})
}
