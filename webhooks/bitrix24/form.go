package bitrix24

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	// mostPairs bounds what one body can make us hold; an event has about thirty.
	mostPairs = 1000
	// deepest is how far nested shapes are followed; events have three levels (contract §3.2).
	deepest = 8
)

// form is what an event says, under PHP's names: data[FIELDS][ID]. The portal sends forms; JSON and multipart are
// read as the forms they mean (contract §1.1).
type form []pair

type pair struct{ name, value string }

// parse reads a body by how it looks; only multipart is believed by its content type, which holds its boundary.
func parse(contentType string, body []byte) form {
	if kind, params, err := mime.ParseMediaType(contentType); err == nil && kind == "multipart/form-data" {
		return parseMultipart(body, params["boundary"])
	}
	if text := bytes.TrimSpace(body); bytes.HasPrefix(text, []byte("{")) {
		return parseJSON(text)
	}
	return parsePairs(string(body))
}

func parsePairs(text string) form {
	var f form
	for text != "" && len(f) < mostPairs {
		var one string
		one, text, _ = strings.Cut(text, "&")
		name, value, ok := strings.Cut(one, "=")
		if ok && name != "" {
			f = append(f, pair{unescape(name), unescape(value)})
		}
	}
	return f
}

// unescape keeps the text of what is badly escaped, as PHP does.
func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// parseMultipart reads the values and passes over files. What comes before a broken part stands.
func parseMultipart(body []byte, boundary string) form {
	var f form
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for len(f) < mostPairs {
		part, err := parts.NextPart()
		if err != nil {
			break
		}
		value, err := io.ReadAll(part)
		if err != nil {
			break
		}
		if part.FormName() != "" && part.FileName() == "" {
			f = append(f, pair{part.FormName(), string(value)})
		}
	}
	return f
}

func parseJSON(text []byte) form {
	var root map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber() // ids are larger than a float can hold
	if d.Decode(&root) != nil {
		return nil
	}
	var f form
	for _, k := range slices.Sorted(maps.Keys(root)) {
		f = f.flatten(k, root[k], deepest)
	}
	return f
}

// flatten adds a value of JSON as http_build_query would write it: no nulls, booleans as 1 and 0.
func (f form) flatten(name string, v any, deep int) form {
	if len(f) >= mostPairs || deep == 0 {
		return f
	}
	switch v := v.(type) {
	case string:
		return append(f, pair{name, v})
	case json.Number:
		return append(f, pair{name, v.String()})
	case bool:
		return append(f, pair{name, map[bool]string{true: "1", false: "0"}[v]})
	case []any:
		for i, item := range v {
			f = f.flatten(name+"["+strconv.Itoa(i)+"]", item, deep-1)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			f = f.flatten(name+"["+k+"]", v[k], deep-1)
		}
	}
	return f
}

// clean keeps out what a text column refuses.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.TrimSpace(strings.ReplaceAll(s, "\x00", ""))
}

// text is a variable's value. Of equal names the last wins, as in PHP.
func (f form) text(name string) string {
	for _, p := range slices.Backward(f) {
		if p.name == name {
			return clean(p.value)
		}
	}
	return ""
}

// data is a variable of the event's data.
func (f form) data(name string) string { return f.text("data[" + name + "]") }

// auth is a variable of the block that proves the sender.
func (f form) auth(name string) string { return f.text("auth[" + name + "]") }

const (
	masked = "[secret]"
	// shortestMasked keeps a very short token from blotting out the rest; real ones have 32 digits and more.
	shortestMasked = 16
)

// masked is the form without a single token, wherever one stands: the event's tokens open the portal for an hour,
// and the application's token proves every later event.
func (f form) masked() form {
	var pairs []string
	for _, p := range f {
		if token := clean(p.value); secret(p.name) && len(token) >= shortestMasked {
			pairs = append(pairs, token, masked)
		}
	}
	hide := strings.NewReplacer(pairs...)
	out := make(form, len(f))
	for i, p := range f {
		if out[i] = (pair{hide.Replace(clean(p.name)), hide.Replace(clean(p.value))}); secret(p.name) {
			out[i].value = masked
		}
	}
	return out
}

func secret(name string) bool { return strings.Contains(strings.ToLower(name), "token") }

// encode writes the form as the portal would.
func (f form) encode() []byte {
	var b strings.Builder
	for i, p := range f {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(brackets.Replace(url.QueryEscape(p.name)) + "=" + brackets.Replace(url.QueryEscape(p.value)))
	}
	return []byte(b.String())
}

// brackets stay readable in what people look at.
var brackets = strings.NewReplacer("%5B", "[", "%5D", "]")
