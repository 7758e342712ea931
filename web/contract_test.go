package web_test

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// contract is the served OpenAPI document, by which requests are made up and answers are judged.
type contract struct {
	doc      map[string]any
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
	routes   []promise
}

// promise is one operation of the document.
type promise struct {
	method, path, id string
	at               string // JSON pointer of the operation
	parameters       []parameter
	body             map[string]any // schema; nil when it takes none
	answers          map[string]any
}

type parameter struct {
	name, in string
	schema   map[string]any
}

const document = "mem:///openapi.json"

func (c client) contract(tb testing.TB) *contract {
	tb.Helper()
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(c.get("/api/openapi.json").want(tb, 200).body))
	if err != nil {
		tb.Fatal(err)
	}
	k := &contract{doc: parsed.(map[string]any), compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	k.compiler.DefaultDraft(jsonschema.Draft2020)
	k.compiler.AssertFormat()
	if err := k.compiler.AddResource(document, parsed); err != nil {
		tb.Fatal(err)
	}
	for path, item := range k.doc["paths"].(map[string]any) {
		for method, of := range item.(map[string]any) {
			k.routes = append(k.routes, promised(method, path, of.(map[string]any)))
		}
	}
	slices.SortFunc(k.routes, func(a, b promise) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return k
}

func promised(method, path string, of map[string]any) promise {
	p := promise{
		method: strings.ToUpper(method), path: path, id: of["operationId"].(string), answers: of["responses"].(map[string]any),
		at: "/paths/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(path) + "/" + method,
	}
	list, _ := of["parameters"].([]any)
	for _, one := range list {
		x := one.(map[string]any)
		p.parameters = append(p.parameters, parameter{x["name"].(string), x["in"].(string), x["schema"].(map[string]any)})
	}
	if b, ok := of["requestBody"].(map[string]any); ok {
		p.body = b["content"].(map[string]any)["application/json"].(map[string]any)["schema"].(map[string]any)
	}
	return p
}

// endless tells that the answer is a stream.
func (p *promise) endless() bool {
	for _, of := range p.answers {
		content, _ := of.(map[string]any)["content"].(map[string]any)
		if content["text/event-stream"] != nil {
			return true
		}
	}
	return false
}

// schema follows references.
func (k *contract) schema(s map[string]any) map[string]any {
	for {
		ref, ok := s["$ref"].(string)
		if !ok {
			return s
		}
		s = k.doc["components"].(map[string]any)["schemas"].(map[string]any)[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
	}
}

// judge compares an answer with what is promised: never a 5xx, a declared content type, a body of the declared form.
func (k *contract) judge(p *promise, a answer) error {
	if a.status >= 500 {
		return fmt.Errorf("status %d", a.status)
	}
	name := "default"
	if a.status < 300 {
		name = strconv.Itoa(a.status)
	}
	declared, ok := p.answers[name].(map[string]any)
	if !ok {
		return fmt.Errorf("status %d is not declared", a.status)
	}
	content, _ := declared["content"].(map[string]any)
	if len(content) == 0 {
		if a.body != "" {
			return fmt.Errorf("a body where none is declared: %s", a.body)
		}
		return nil
	}
	kind, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil || content[kind] == nil {
		return fmt.Errorf("content type %q is not declared", a.header.Get("Content-Type"))
	}
	if !strings.HasSuffix(kind, "json") {
		return nil
	}
	at := p.at + "/responses/" + name + "/content/" + strings.ReplaceAll(kind, "/", "~1") + "/schema"
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(a.body))
	if err == nil {
		err = k.compile(at).Validate(value)
	}
	if err == nil && a.status >= 400 {
		err = sound(value.(map[string]any), a)
	}
	return err
}

func (k *contract) compile(at string) *jsonschema.Schema {
	s, ok := k.compiled[at]
	if !ok {
		s = k.compiler.MustCompile(document + "#" + (&url.URL{Path: at}).EscapedPath())
		k.compiled[at] = s
	}
	return s
}

// sound tells what is wrong with a problem document beyond its form.
func sound(problem map[string]any, a answer) error {
	if fmt.Sprint(problem["status"]) != strconv.Itoa(a.status) || problem["title"] == "" || problem["detail"] == "" {
		return fmt.Errorf("an incomplete problem: %s", a.body)
	}
	list, _ := problem["errors"].([]any)
	if len(list) == 0 && a.status == http.StatusUnprocessableEntity && problem["code"] != "portal_refuses" &&
		problem["code"] != "portal_other" && problem["code"] != "platform_refuses" && problem["code"] != "key_reused" && problem["code"] != "too_many_calls" {
		return fmt.Errorf("nothing says which field is meant: %s", a.body)
	}
	for _, one := range list {
		e := one.(map[string]any)
		pointer, _ := e["pointer"].(string)
		if pointer != "" && !strings.HasPrefix(pointer, "/") || e["message"] == "" || e["code"] == "" {
			return fmt.Errorf("an incomplete mistake: %v", e)
		}
	}
	return nil
}

// asked is one request that was made up.
type asked struct {
	method, path string
	body         *string
	headers      []string
}

func (r asked) String() string {
	body := "no body"
	if r.body != nil {
		body = *r.body
	}
	const shown = 1500
	if len(body) > shown {
		body = body[:shown] + "…"
	}
	return fmt.Sprintf("%s %s %q\n%s", r.method, r.path, r.headers, body)
}

func (c client) ask(r asked) answer {
	c.Helper()
	if r.body == nil {
		return c.do(r.method, r.path, nil, r.headers...)
	}
	return c.do(r.method, r.path, *r.body, r.headers...)
}

func asJSON(tb testing.TB, v any) string {
	tb.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}
