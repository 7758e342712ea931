package uis

import (
	"net/url"
	"strings"

	"github.com/tidwall/gjson"
)

// form reads key=value pairs. A value that parses as JSON is that value, anything else is text
// (contract uis §1.1). Line breaks separate too, and a forgotten & is put back.
func (f fields) form(raw string) {
	pairs := strings.FieldsFunc(raw, func(r rune) bool { return r == '&' || r == '\n' || r == '\r' })
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			continue
		}
		for ok {
			var rest string
			value, rest = forgotten(value)
			if v := formValue(unescape(value)); v.IsObject() {
				f.merge(v, 1) // the whole notification in one parameter
			} else {
				f.put(unescape(strings.TrimSpace(key)), v)
			}
			key, value, ok = strings.Cut(rest, "=")
		}
	}
}

// forgotten cuts a value where the next variable begins without an &: a template of a GET
// typed by hand (contract uis §1.1). Variables inside an address are the address's own.
func forgotten(value string) (own, rest string) {
	if !strings.Contains(value, "=") {
		return value, ""
	}
	if own, rest, ok := quoted(value); ok {
		return own, rest
	}
	from := 0
	if strings.Contains(value, "://") { // written plainly: its own = cannot be told from ours, but for a closing quote
		if from = strings.LastIndexByte(value, '"') + 1; from == 0 {
			return value, ""
		}
	}
	for at := from; ; {
		next := strings.IndexByte(value[at:], '=')
		if next < 0 {
			return value, ""
		}
		end := at + next
		for i := max(at, end-longestName); i < end; i++ { // the longest name first: campaign_id is a part of others
			inside := i > 0 && strings.IndexByte("?&/_.", value[i-1]) >= 0
			if !inside && known(value[i:end]) {
				return strings.TrimRight(value[:i], " ,;"), value[i:]
			}
		}
		at = end + 1
	}
}

// quoted cuts a value that is written in quotes where they close, when a variable follows: the platform writes texts so.
func quoted(value string) (own, rest string, ok bool) {
	for _, quote := range []string{`"`, "%22"} {
		inner, begins := strings.CutPrefix(value, quote)
		if !begins {
			continue
		}
		end := strings.Index(inner, quote)
		if end < 0 || strings.HasSuffix(inner[:end], `\`) || strings.HasSuffix(strings.ToUpper(inner[:end]), "%5C") {
			return "", "", false // an escaped quote: not for so simple a reading
		}
		own, rest = value[:len(quote)+end+len(quote)], inner[end+len(quote):]
		name, _, has := strings.Cut(rest, "=")
		return own, rest, has && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") == ""
	}
	return "", "", false
}

// longestName is longer than any variable of the platform, and keeps the search linear.
const longestName = 40

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

func formValue(text string) gjson.Result {
	text = strings.TrimSpace(text)
	if valid([]byte(text)) {
		return gjson.Parse(text)
	}
	return gjson.Result{Type: gjson.String, Str: text}
}
