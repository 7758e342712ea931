package web_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/web/webtest"
)

// limit is a value at a declared limit, or one beyond it.
type limit struct {
	at     []any // path in the body; empty for a parameter
	name   string
	value  any
	beyond string // the code of the mistake; empty at the limit
}

var codeOfLimit = map[string]string{
	"maxLength": "too_long", "minLength": "too_short", "maximum": "out_of_range", "minimum": "out_of_range", "enum": "one_of", "maxItems": "wrong_length",
}

func (l limit) pointer() string {
	var b strings.Builder
	for _, step := range l.at {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(fmt.Sprint(step)))
	}
	return b.String()
}

// limitsOf lists what a schema bounds, at the limit and one beyond.
func limitsOf(s map[string]any) []limit {
	var all []limit
	add := func(name string, at, beyond any) {
		all = append(all, limit{name: name, value: at}, limit{name: name, value: beyond, beyond: codeOfLimit[name]})
	}
	number := func(name string) (int, bool) {
		n, ok := s[name].(json.Number)
		if !ok {
			return 0, false
		}
		v, err := n.Int64()
		return int(v), err == nil
	}
	fill := func(n int) string { return strings.Repeat("ж", max(n, 0)) } // a letter of two bytes: limits count letters
	if n, ok := number("maxLength"); ok && s["pattern"] == nil && s["format"] == nil {
		add("maxLength", fill(n), fill(n+1))
	}
	if n, ok := number("minLength"); ok && n > 0 && s["pattern"] == nil {
		add("minLength", fill(n), fill(n-1))
	}
	if n, ok := number("maximum"); ok {
		add("maximum", n, n+1)
	}
	if n, ok := number("minimum"); ok {
		add("minimum", n, n-1)
	}
	if list, ok := s["enum"].([]any); ok {
		if text, is := list[0].(string); is {
			add("enum", text, text+"x")
		}
	}
	return all
}

// limits walks a body's schema.
func (k *contract) limits(s map[string]any, at []any, depth int) []limit {
	s = k.schema(s)
	var all []limit
	for _, l := range limitsOf(s) {
		l.at = slices.Clone(at)
		all = append(all, l)
	}
	properties, _ := s["properties"].(map[string]any)
	if depth > 6 {
		return all
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		all = append(all, k.limits(properties[name].(map[string]any), append(slices.Clone(at), name), depth+1)...)
	}
	if items, ok := s["items"].(map[string]any); ok {
		if n, is := s["maxItems"].(json.Number); is {
			most, _ := n.Int64()
			element := (&maker{k: k, few: true}).value(items, 9)
			all = append(all, limit{at: slices.Clone(at), name: "maxItems", value: slices.Repeat([]any{element}, int(most))},
				limit{at: slices.Clone(at), name: "maxItems", value: slices.Repeat([]any{element}, int(most)+1), beyond: codeOfLimit["maxItems"]})
		}
		all = append(all, k.limits(items, append(slices.Clone(at), 0), depth+1)...)
	}
	return all
}

// with puts a value into a body, with what must be around it.
func (k *contract) with(s map[string]any, body any, at []any, value any) any {
	if len(at) == 0 {
		return value
	}
	s = k.schema(s)
	m := &maker{k: k, few: true}
	if name, ok := at[0].(string); ok {
		had, _ := body.(map[string]any)
		if had == nil {
			had, _ = m.value(s, 9).(map[string]any)
		}
		out := maps.Clone(had)
		if out == nil {
			out = map[string]any{}
		}
		out[name] = k.with(s["properties"].(map[string]any)[name].(map[string]any), had[name], at[1:], value)
		return out
	}
	return []any{k.with(s["items"].(map[string]any), nil, at[1:], value)}
}

// Every declared limit of every route is kept: at the limit a value is taken, one beyond it is refused by name.
func TestDeclaredLimitsAreKeptOnEveryRoute(t *testing.T) {
	t.Parallel()
	c := setup(t)
	k := c.contract(t)
	_, writer, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	event, session := writer.ids()
	tried := 0
	for _, p := range k.routes {
		if p.endless() {
			continue
		}
		who := writer
		if strings.Contains(p.path, "/tenants") {
			who = c.as(webtest.AdminToken)
		}
		o := operation{p.method, p.path}
		path := o.of(portal, event, session)
		if p.id == "delete-tenant" || p.id == "suspend-tenant" || p.id == "disconnect-portal" {
			path = strings.NewReplacer("shop", "ghost", portal, "ghost").Replace(path)
		}
		base := o.body()
		if base == nil && p.body != nil {
			base = (&maker{k: k, few: true}).value(p.body, 9)
		}
		check := func(l limit, field string, r asked) {
			c.Advance(time.Second)
			tried++
			a := who.ask(r)
			if err := k.judge(&p, a); err != nil {
				t.Errorf("%s: %v", r, err)
				return
			}
			found := mistakeAt(t, a, field)
			switch {
			case l.beyond == "" && found == codeOfLimit[l.name]:
				t.Errorf("%s %s: a value at the limit (%s) is refused as %s", p.method, field, l.name, found)
			case l.beyond != "" && found != l.beyond:
				t.Errorf("%s: %d: a value beyond the limit of %s (%s) is told as %q, want %q\n%s", r, a.status, field, l.name, found, l.beyond, a.body)
			}
		}
		for _, x := range p.parameters {
			for _, l := range limitsOf(x.schema) {
				r := asked{method: p.method, path: path}
				if base != nil {
					body := text(t, base)
					r.body = &body
				}
				value := fmt.Sprint(l.value)
				switch x.in {
				case "query":
					r.path += "?" + url.Values{x.name: {value}}.Encode()
				case "path":
					if value == "" {
						continue // another route, or none
					}
					r.path = replaced(p.path, path, x.name, value)
				default:
					continue // Idempotency-Key has its own tests
				}
				check(l, x.in+"."+x.name, r)
			}
		}
		if p.body == nil || k.free(p.body) {
			continue
		}
		plain, _ := base.(map[string]any)
		for _, l := range k.limits(p.body, nil, 0) {
			body := asJSON(t, k.with(p.body, anyOf(plain), l.at, l.value))
			check(l, l.pointer(), asked{method: p.method, path: path, body: &body, headers: []string{"If-Match", "*"}})
		}
	}
	if tried < 250 {
		t.Errorf("only %d values were tried", tried)
	}
	t.Logf("%d values at and beyond limits", tried)
}

// free tells that a body is a settings document, which package settings reads and bounds by itself.
func (k *contract) free(s map[string]any) bool { return s["$ref"] == "#/components/schemas/Settings" }

func anyOf(m map[string]any) any {
	if m == nil {
		return nil
	}
	return m
}

func text(tb testing.TB, body any) string {
	tb.Helper()
	if s, ok := body.(string); ok {
		return s
	}
	return asJSON(tb, body)
}

// replaced puts a value in the place of one parameter of a path that is filled already.
func replaced(template, path, name, value string) string {
	templates, parts := strings.Split(template, "/"), strings.Split(path, "/")
	for i, part := range templates {
		if part == "{"+name+"}" {
			parts[i] = url.PathEscape(value)
		}
	}
	return strings.Join(parts, "/")
}

// mistakeAt is the code of the mistake that an answer tells of a field.
func mistakeAt(tb testing.TB, a answer, field string) string {
	tb.Helper()
	if a.status != 422 {
		return ""
	}
	_, list := a.problem(tb)
	for _, one := range list {
		if at, code, _ := strings.Cut(one, " "); at == field {
			return code
		}
	}
	return ""
}
