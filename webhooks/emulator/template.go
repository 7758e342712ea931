package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Vars are the values of an event's variables. A nil value is known to be nothing.
type Vars map[string]any

// Template is one notification as an administrator configured it: for which event, and
// what to send where. URL and Body may hold {{variables}}.
type Template struct {
	Event       string
	Method      string
	URL         string
	ContentType string
	Body        string
	// Bare leaves out the JSON encoding of values in forms and queries: some accounts do.
	Bare bool
}

// Rendered is a notification ready to be sent.
type Rendered struct {
	Method, URL, ContentType, Body string
	Headers                        map[string]string
}

var placeholder = regexp.MustCompile(`\{\{([a-z0-9_]+)\}\}`)

const formType = "application/x-www-form-urlencoded"

// Render fills in a template (contract §1.1): a value becomes its JSON encoding, so that texts
// come with quotes; in forms and queries that is percent-encoded. Variables that
// leave names stay as they are; what is absent is null.
func (t Template) Render(v Vars, leave func(name string, absent bool) bool) Rendered {
	r := Rendered{Method: t.Method, ContentType: t.ContentType}
	r.URL = t.fill(t.URL, v, leave, true)
	r.Body = t.fill(t.Body, v, leave, strings.HasPrefix(t.ContentType, formType) && !looksJSON(t.Body))
	return r
}

func looksJSON(body string) bool { return strings.HasPrefix(strings.TrimSpace(body), "{") }

func (t Template) fill(text string, v Vars, leave func(string, bool) bool, escape bool) string {
	return placeholder.ReplaceAllStringFunc(text, func(match string) string {
		name := match[2 : len(match)-2]
		value, there := v[name]
		out := match
		switch {
		case leave != nil && leave(name, !there):
		case escape && t.Bare:
			out = bare(value)
		default:
			out = encode(value)
		}
		if escape {
			return url.QueryEscape(out)
		}
		return out
	})
}

// encode is the vendor's encoder: JSON, with letters left as they are.
func encode(value any) string {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(fmt.Sprintf("emulator: a variable that cannot be JSON: %v", err)) // a script's mistake
	}
	return strings.TrimSuffix(buf.String(), "\n")
}

func bare(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return encode(v)
	}
}

// Encoding is a way in which administrators write templates.
type Encoding string

// The encodings seen in the wild (contract §1.1, §1.3).
const (
	JSON        Encoding = "json"         // POST, application/json
	Text        Encoding = "text"         // POST, JSON in text/plain
	Mislabelled Encoding = "mislabelled"  // POST, JSON that calls itself a form
	Nested      Encoding = "nested"       // POST, JSON with contact_info, employee_info, …
	Form        Encoding = "form"         // POST, values in JSON quotes
	Get         Encoding = "get"          // GET, values in JSON quotes
	BareGet     Encoding = "bare_get"     // GET, bare values
	CarelessGet Encoding = "careless_get" // GET typed by hand, with an & missing here and there
)

// Encodings lists all of them.
func Encodings() []Encoding {
	return []Encoding{JSON, Text, Mislabelled, Nested, Form, Get, BareGet, CarelessGet}
}

// Templates is the whole set for an account that writes them one way. The base is the
// receiver's address with the token; the event is added as the last segment. An
// empty secret is left out.
func Templates(base, secret string, e Encoding) []Template {
	var all []Template
	for _, event := range Events() {
		all = append(all, written(strings.TrimSuffix(base, "/")+"/"+event, event, secret, e))
	}
	return all
}

func written(address, event, secret string, e Encoding) Template {
	t := Template{Event: event, Method: http.MethodPost, URL: address, ContentType: "application/json"}
	names := variables(event)
	switch e {
	case Text:
		t.ContentType = "text/plain; charset=utf-8"
	case Mislabelled:
		t.ContentType = formType
	case Nested:
		t.Body = nestedBody(event, secret, names)
	case Form:
		t.ContentType, t.Body = formType, query(event, secret, names, 0)
	case Get, BareGet, CarelessGet:
		careless := 0
		if e == CarelessGet {
			careless = 5
		}
		t.Method, t.ContentType, t.Bare = http.MethodGet, "", e == BareGet
		t.URL += "?" + query(event, secret, names, careless)
		return t
	default:
	}
	if t.Body == "" {
		t.Body = flatBody(event, secret, names)
	}
	return t
}

// literals are the constants of a body.
func literals(event, secret string) string {
	out := `"event":` + encode(event)
	if secret != "" {
		out += `,"secret":` + encode(secret)
	}
	return out
}

func flatBody(event, secret string, names []string) string {
	return "{" + literals(event, secret) + members(names, nil) + "}"
}

// members writes the variables that one group of the nested shape takes, or all.
func members(names []string, only map[string]bool) string {
	var b strings.Builder
	for _, n := range names {
		if only == nil || only[n] {
			fmt.Fprintf(&b, `,%s:{{%s}}`, encode(n), n)
		}
	}
	return b.String()
}

// groups are the objects of the nested shape, with what each holds.
var groups = []struct {
	name  string
	holds map[string]bool
}{
	{"contact_info", names("contact_phone_number communication_number contact_id contact_full_name")},
	{"employee_info", names("employee_full_name employee_id extension_phone_number employee_email")},
	{"call_info", names("call_source scenario_name talk_time_duration total_time_duration wait_time_duration tag_names call_status external_id")},
	{"call_record_file_info", names("file_link file_duration")},
}

func names(list string) map[string]bool {
	out := map[string]bool{}
	for n := range strings.FieldsSeq(list) {
		out[n] = true
	}
	return out
}

func nestedBody(event, secret string, all []string) string {
	var out strings.Builder
	out.WriteString("{" + literals(event, secret))
	root := names(strings.Join(all, " "))
	for _, g := range groups {
		if inner := members(all, g.holds); inner != "" {
			out.WriteString("," + encode(g.name) + ":{" + strings.TrimPrefix(inner, ",") + "}")
		}
		for n := range g.holds {
			delete(root, n)
		}
	}
	return out.String() + members(all, root) + "}"
}

// query writes key={{key}} pairs, forgetting every n-th & when careless is n. The & before a
// constant is never forgotten: nobody could tell the two apart.
func query(event, secret string, names []string, careless int) string {
	var out strings.Builder
	out.WriteString("event=" + url.QueryEscape(event))
	if secret != "" {
		out.WriteString("&secret=" + url.QueryEscape(secret))
	}
	for i, n := range names {
		if careless == 0 || i == 0 || i%careless != 0 {
			out.WriteString("&")
		}
		out.WriteString(n + "={{" + n + "}}")
	}
	return out.String()
}
