package emulator

import (
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// markupTag is a tag that comments and notices are documented to show; all others are text (contract §8.1).
var markupTag = regexp.MustCompile(`(?i)\[(/?)(b|i|u|s|br|url)(?:=([^\]\n]*))?\]`)

// ownPage is a record's address inside the portal.
var ownPage = regexp.MustCompile(`^/crm/(lead|deal|contact|company)/details/([0-9]+)/?$`)

// markup shows a comment's or a notice's text as the portal does: its few tags work, HTML is text, and a tag that was never opened or
// leads to no page is text as well.
func markup(portal, text string) template.HTML {
	m := &marking{portal: portal, text: text}
	from := 0
	for _, at := range markupTag.FindAllStringSubmatchIndex(text, -1) {
		m.escape(text[from:at[0]])
		from = at[1]
		value := ""
		if at[6] >= 0 {
			value = text[at[6]:at[7]]
		}
		if !m.tag(strings.ToLower(text[at[4]:at[5]]), at[3] > at[2], value, at[1]) {
			m.escape(text[at[0]:at[1]])
		}
	}
	m.escape(text[from:])
	for len(m.open) > 0 {
		m.shut()
	}
	return template.HTML(m.out.String()) //nolint:gosec // everything but our own tags was escaped
}

// marking is a text on its way to HTML.
type marking struct {
	portal, text string
	out          strings.Builder
	open         []string // HTML tags
}

func (m *marking) escape(s string) { m.out.WriteString(template.HTMLEscapeString(s)) }

func (m *marking) shut() {
	last := len(m.open) - 1
	m.out.WriteString("</" + m.open[last] + ">")
	m.open = m.open[:last]
}

// tag writes a tag that ends at a place in the text; false tells that it is none.
func (m *marking) tag(name string, closing bool, value string, end int) bool {
	html := map[string]string{"url": "a", "br": "br"}[name]
	if html == "" {
		html = name
	}
	switch {
	case html == "br":
		m.out.WriteString("<br>")
	case closing && !slices.Contains(m.open, html), !closing && slices.Contains(m.open, html):
		return false
	case closing:
		for m.open[len(m.open)-1] != html { // crossed tags end together
			m.shut()
		}
		m.shut()
	case html == "a":
		if value == "" {
			value, _, _ = strings.Cut(m.text[end:], "[")
		}
		address := m.address(value)
		if address == "" {
			return false
		}
		m.out.WriteString(`<a rel="noopener noreferrer nofollow" href="` + template.HTMLEscapeString(address) + `">`)
		m.open = append(m.open, html)
	default:
		m.out.WriteString("<" + html + ">")
		m.open = append(m.open, html)
	}
	return true
}

// address is where a link leads: to a record of this portal or out to the web; "" is nowhere.
func (m *marking) address(link string) string {
	if own := ownPage.FindStringSubmatch(link); own != nil {
		return "/p/" + m.portal + "/" + own[1] + "/" + own[2]
	}
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}
