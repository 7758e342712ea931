package web_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// maker makes up values by their schemas.
type maker struct {
	k   *contract
	r   *rand.Rand // nil: always the same
	few bool       // only what is required
}

func (m *maker) n(most int) int {
	if m.r == nil {
		return 0
	}
	return m.r.IntN(most)
}

// value is one that fits a schema.
func (m *maker) value(s map[string]any, depth int) any {
	s = m.k.schema(s)
	if list, ok := s["enum"].([]any); ok {
		return list[m.n(len(list))]
	}
	switch kindOf(s) {
	case "object":
		return m.object(s, depth)
	case "array":
		out := []any{}
		items, ok := s["items"].(map[string]any)
		least := bound(s, "minItems", 0)
		for range least + m.n(3) {
			if ok && depth > 0 {
				out = append(out, m.value(items, depth-1))
			}
		}
		return out
	case "string":
		return m.string(s)
	case "integer", "number":
		low := bound(s, "minimum", 0)
		return low + m.n(max(1, min(bound(s, "maximum", low+1000)-low, 1_000_000)))
	case "boolean":
		return m.n(2) == 1
	}
	return m.hostile()
}

func (m *maker) object(s map[string]any, depth int) any {
	out := map[string]any{}
	required, _ := s["required"].([]any)
	properties, _ := s["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		wanted := slices.Contains(required, any(name))
		if wanted || !m.few && depth > 0 && m.n(2) == 1 {
			out[name] = m.value(properties[name].(map[string]any), depth-1)
		}
	}
	return out
}

func (m *maker) string(s map[string]any) string {
	switch {
	case s["format"] == "date-time":
		return "2026-0" + string(rune('1'+m.n(9))) + "-01T00:00:00Z"
	case s["pattern"] != nil:
		return "a" + strings.Repeat("b", m.n(10))
	}
	least, most := bound(s, "minLength", 0), bound(s, "maxLength", 40)
	if texts, ok := s["examples"].([]any); ok && m.n(3) == 0 {
		if text, is := texts[0].(string); is {
			return text
		}
	}
	return strings.Repeat("ж", max(least, min(most, 1+m.n(12))))
}

func bound(s map[string]any, name string, otherwise int) int {
	if n, ok := s[name].(json.Number); ok {
		if v, err := n.Int64(); err == nil {
			return int(v)
		}
	}
	return otherwise
}

func kindOf(s map[string]any) string {
	switch kind := s["type"].(type) {
	case string:
		return kind
	case []any:
		return kind[0].(string)
	}
	return ""
}

// hostile are values that somebody careless or mean sends.
func (m *maker) hostile() any {
	texts := []any{
		"", " ", "\x00", "null", "' OR 1=1 --", `"><script>alert(1)</script>`, "../../etc/passwd", "%00", "%n%s", "{{app_name", "\u202e\u0000\ufeff",
		"😀" + strings.Repeat("e\u0301", 50), strings.Repeat("x", 300), strings.Repeat("ы", 5000), "2026-13-45T99:99:99Z", "0001-01-01T00:00:00Z",
		"9999-12-31T23:59:59.999999999Z", "1e309", "-0", "+7 900 000-00-01", "*", `"1"`, `\`, "\n\r\t",
	}
	others := []any{
		nil, true, false, 0, -1, 1, 1.5, -1e300, 1e300, json.Number("123456789012345678901234567890"), json.Number("9223372036854775807"),
		json.Number("-9223372036854775808"),
		[]any{},
		map[string]any{},
		[]any{nil},
		[]any{[]any{}},
		map[string]any{"": nil},
		map[string]any{"$ref": "#"},
		map[string]any{"of": []any{map[string]any{"of": []any{}}}},
		slices.Repeat([]any{"a"}, 2000), nested(60),
	}
	all := slices.Concat(texts, others)
	return all[m.n(len(all))]
}

func nested(depth int) any {
	var v any = []any{}
	for range depth {
		v = map[string]any{"of": []any{v}}
	}
	return v
}

// broken changes something somewhere in a value.
func (m *maker) broken(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := maps.Clone(x)
		names := slices.Sorted(maps.Keys(out))
		switch {
		case len(names) == 0 || m.n(8) == 0:
			out[[]string{"unknown", "", "a/b~c", "__proto__", "Id", "ID"}[m.n(6)]] = m.hostile()
		case m.n(8) == 0:
			delete(out, names[m.n(len(names))])
		case m.n(12) == 0:
			return m.hostile()
		default:
			name := names[m.n(len(names))]
			out[name] = m.broken(out[name])
		}
		return out
	case []any:
		if len(x) == 0 || m.n(6) == 0 {
			return m.hostile()
		}
		out := slices.Clone(x)
		i := m.n(len(out))
		if m.n(6) == 0 {
			return append(out, m.hostile())
		}
		out[i] = m.broken(out[i])
		return out
	}
	return m.hostile()
}

// spoilt breaks the text of a document.
func (m *maker) spoilt(text string) string {
	cut := m.n(len(text) + 1)
	switch m.n(8) {
	case 0:
		return text[:cut]
	case 1:
		return text[:cut] + "\xff\xfe" + text[cut:]
	case 2:
		return "\ufeff" + text
	case 3:
		return strings.Repeat("[", 20_000)
	case 4:
		return text + text
	case 5:
		return ""
	case 6:
		return `{"a":1,"a":2}`
	}
	return strings.Repeat(" ", 1<<20) + text
}
