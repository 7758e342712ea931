package emulator

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"sort"
	"strings"
)

// maxBody is how much one request may carry: the docs name no limit (contract §1.1 [E]).
const maxBody = 100 << 20

var errMalformed = errors.New("malformed request")

// parseForm reads application/x-www-form-urlencoded as PHP does: fields[FM][0][VALUE]=… becomes nested arrays.
// A pair that cannot be unescaped keeps its raw text, as in PHP.
func parseForm(query string) *array {
	out := newArray()
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if pair == "" {
			continue
		}
		key, val, _ := strings.Cut(pair, "=")
		setForm(out, unescape(key), unescape(val))
	}
	return out
}

func unescape(s string) string {
	u, err := url.QueryUnescape(s)
	if err != nil {
		return s
	}
	return u
}

// setForm puts one variable where its bracketed name says.
func setForm(root *array, name string, val any) {
	name = strings.TrimLeft(name, " ")
	top, rest := name, ""
	if i := strings.IndexByte(name, '['); i > 0 {
		top, rest = name[:i], name[i:]
		// A bracket that never closes is a part of the name: "filter[>=ID]=5" sent without escaping loses its filter.
		if !strings.Contains(rest, "]") {
			top, rest = top+"_"+rest[1:], ""
		}
	}
	if top == "" {
		return
	}
	// PHP cannot have dots and spaces in the names of variables; inner keys keep them.
	top = strings.NewReplacer(".", "_", " ", "_").Replace(top)
	path := []string{top}
	for strings.HasPrefix(rest, "[") && len(path) <= maxNesting {
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			break
		}
		path = append(path, rest[1:end])
		rest = rest[end+1:]
	}
	at := root
	for i, key := range path {
		last := i == len(path)-1
		if last {
			if key == "" && i > 0 {
				at.push(val)
			} else {
				at.set(key, val)
			}
			return
		}
		var child *array
		if key != "" || i == 0 {
			child, _ = at.get(key).(*array)
		}
		if child == nil {
			child = newArray()
			if key == "" && i > 0 {
				at.push(child)
			} else {
				at.set(key, child)
			}
		}
		at = child
	}
}

// encodeForm writes nested arrays the way http_build_query does, for events (contract §3.2).
func encodeForm(a *array) string {
	var b strings.Builder
	writeForm(&b, "", a)
	return b.String()
}

// Everything becomes text on the way: booleans 1 and 0, nulls vanish, empty arrays too (contract §1.1).
func writeForm(b *strings.Builder, prefix string, a *array) {
	for _, k := range a.keys {
		name := url.QueryEscape(k)
		if prefix != "" {
			name = prefix + "%5B" + name + "%5D"
		}
		v := a.vals[k]
		switch v := v.(type) {
		case nil:
			continue // http_build_query leaves nulls out
		case *array:
			writeForm(b, name, v)
			continue
		case bool:
			if b.Len() > 0 {
				b.WriteByte('&')
			}
			b.WriteString(name + "=")
			if v {
				b.WriteByte('1')
			} else {
				b.WriteByte('0')
			}
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name + "=" + url.QueryEscape(phpString(v)))
	}
}

// readParams merges query and body, the body winning (contract §1.1).
func readParams(r *http.Request) (*array, error) {
	out := parseForm(r.URL.RawQuery)
	if r.Body == nil || r.Method == http.MethodGet {
		return out, nil
	}
	kind, attrs, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	body := http.MaxBytesReader(nil, r.Body, maxBody)
	var in *array
	switch kind {
	case "multipart/form-data":
		in, err = readMultipart(multipart.NewReader(body, attrs["boundary"]))
	case "application/json":
		in, err = readJSON(body)
	default:
		var raw []byte
		raw, err = io.ReadAll(body)
		// Some clients forget the header; what starts with a brace is read as JSON all the same.
		if trimmed := strings.TrimSpace(string(raw)); kind == "" && strings.HasPrefix(trimmed, "{") {
			in, err = readJSON(strings.NewReader(trimmed))
		} else {
			in = parseForm(string(raw))
		}
	}
	if err != nil {
		return out, err
	}
	for _, k := range in.keys {
		out.set(k, in.vals[k])
	}
	return out, nil
}

// An empty body is no parameters; anything but an object or list is malformed.
func readJSON(r io.Reader) (*array, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, errMalformed
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return newArray(), nil
	}
	v, err := decodeJSON(bytes.NewReader(data))
	if err != nil {
		return nil, errMalformed
	}
	a, ok := v.(*array)
	if !ok {
		return nil, errMalformed
	}
	return a, nil
}

// Files in ordinary requests are taken as text fields: methods that take files want base64 (contract §4.6).
func readMultipart(m *multipart.Reader) (*array, error) {
	out := newArray()
	for {
		part, err := m.NextPart()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, errMalformed
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, errMalformed
		}
		setForm(out, part.FormName(), string(data))
	}
}

// sortedKeys gives the keys of a map in order, so that what is derived from it is the same every time.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
