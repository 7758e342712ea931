package uis

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

// deepest is how far nested shapes are followed; the known ones have one level (contract uis §1.3).
const deepest = 3

// open finds the variables of a request, whatever it claims to be: the body first,
// then the query, which fills in what the body does not say (contract uis §8).
func (f fields) open(r webhooks.Request) error {
	body := trim(r.Body)
	var problem error
	if len(body) > 0 {
		problem = f.body(body)
	}
	if r.Query != "" {
		f.form(r.Query)
	}
	switch {
	case len(f) > 0 || problem != nil:
	case len(body) == 0 && r.Query == "":
		problem = unreadable("пустое уведомление", "the notification is empty")
	default:
		problem = unreadable("в уведомлении нет ни одной переменной платформы", "none of the platform's variables is in the notification")
	}
	return problem
}

// trim cuts the byte order mark and the space around a body.
func trim(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
}

// body reads JSON by how it looks, and a form else.
func (f fields) body(body []byte) error {
	switch body[0] {
	case '{', '[', '"':
		if f.json(body) {
			return nil
		}
		return unreadable("тело похоже на JSON, но не разбирается: проверьте шаблон", "the body looks like JSON but is not: check the template")
	}
	if bytes.IndexByte(body, '=') < 0 {
		return unreadable("тело не JSON и не форма", "the body is neither JSON nor a form")
	}
	f.form(string(body))
	return nil
}

// json reads an object, the only object of a list, or either as a quoted text.
func (f fields) json(body []byte) bool {
	text := resolve(body)
	if !valid(text) {
		if text = unquoteTwice(text); !valid(text) {
			return false
		}
	}
	v := gjson.ParseBytes(text)
	if v.Type == gjson.String {
		inner := resolve([]byte(strings.TrimSpace(v.Str)))
		if !valid(inner) {
			return false
		}
		v = gjson.ParseBytes(inner)
	}
	if v.IsArray() {
		list := v.Array()
		if len(list) != 1 {
			return false
		}
		v = list[0]
	}
	if !v.IsObject() {
		return false
	}
	f.merge(v, 0)
	return true
}

// mostNested bounds the recursion of the parser, which a body of brackets alone would exhaust.
const mostNested = 64

func valid(text []byte) bool {
	if bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) > mostNested && nesting(text) > mostNested {
		return false
	}
	return gjson.ValidBytes(text)
}

// nesting tells how deep the brackets outside quotes go.
func nesting(text []byte) int {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
			deepest = max(deepest, depth)
		case c == ']' || c == '}':
			depth--
		}
	}
	return deepest
}

// merge takes the members of an object. Nested objects are flattened into the root, whose own
// members win (contract uis §1.3, "Nested convention"). The visitor's free properties stay one value.
func (f fields) merge(object gjson.Result, depth int) {
	var nested []gjson.Result
	object.ForEach(func(key, value gjson.Result) bool {
		if value.IsObject() && key.Str != "visitor_custom_properties" {
			nested = append(nested, value)
			return true
		}
		f.put(key.Str, value)
		return true
	})
	if depth == deepest {
		return
	}
	for _, n := range nested {
		f.merge(n, depth+1)
	}
}

// resolve makes bare placeholders null: a variable that the event does not have may stay in the text
// as {{name}} (contract uis §1.1). Inside quotes they are text, and read as nothing later.
func resolve(text []byte) []byte {
	if !bytes.Contains(text, []byte("{{")) {
		return text
	}
	out := make([]byte, 0, len(text))
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\' && i+1 < len(text):
			out = append(out, c, text[i+1])
			i++
		case c == '"':
			quoted = !quoted
			out = append(out, c)
		case !quoted && c == '{':
			n := placeholder(text[i:])
			if n == 0 {
				out = append(out, c)
				break
			}
			out = append(out, "null"...)
			i += n - 1
		default:
			out = append(out, c)
		}
	}
	return out
}

// placeholder tells how long the {{name}} at the beginning of text is, 0 when there is none.
func placeholder(text []byte) int {
	if !bytes.HasPrefix(text, []byte("{{")) {
		return 0
	}
	end := bytes.Index(text, []byte("}}"))
	if end < 0 {
		return 0
	}
	name := bytes.TrimSpace(text[2:end])
	if len(name) == 0 || bytes.ContainsFunc(name, func(r rune) bool { return !isWord(r) && r != '.' }) {
		return 0
	}
	return end + 2
}

func isWord(c rune) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// twice is a value that got quotes from the platform and from the author of the template,
// who wrote "{{x}}" instead of {{x}}.
var twice = regexp.MustCompile(`:(\s*)""([^"\\]+)""(\s*[,}\]])`)

func unquoteTwice(text []byte) []byte { return twice.ReplaceAll(text, []byte(`:$1"$2"$3`)) }

// secretIn looks for the template's secret in a body that cannot be read otherwise, so that it
// can be kept as evidence when it is authentic.
func secretIn(body []byte) integration.Secret {
	if m := looseSecret.FindSubmatch(body); m != nil {
		return integration.Secret(m[1])
	}
	return ""
}

var looseSecret = regexp.MustCompile(`"secret"\s*:\s*"([^"\\]*)"`)
