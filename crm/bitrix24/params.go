package bitrix24

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// params are a method's parameters: values are nil (left out), strings, numbers, bools,
// slices and params again.
type params map[string]any

// encode writes a batch command as PHP's http_build_query does (contract §1.7): nested
// keys in brackets, lists numbered, booleans 1 and 0, nil left out, everything escaped
// once. The order is fixed, so that equal commands are equal text.
func encode(method string, p params) string {
	var q []string
	flatten(&q, "", map[string]any(p))
	if len(q) == 0 {
		return method
	}
	return method + "?" + strings.Join(q, "&")
}

func flatten(q *[]string, prefix string, v any) {
	put := func(s string) { *q = append(*q, url.QueryEscape(prefix)+"="+url.QueryEscape(s)) }
	under := func(key string) string {
		if prefix == "" {
			return key
		}
		return prefix + "[" + key + "]"
	}
	switch v := v.(type) {
	case nil:
	case params:
		flatten(q, prefix, map[string]any(v))
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			flatten(q, under(k), v[k])
		}
	case []any:
		for i, e := range v {
			flatten(q, under(strconv.Itoa(i)), e)
		}
	case []string:
		for i, e := range v {
			flatten(q, under(strconv.Itoa(i)), e)
		}
	case bool:
		if v {
			put("1")
		} else {
			put("0")
		}
	case reference:
		put(string(v))
	case blend:
		put(v.text())
	case string:
		put(harmless(v))
	default:
		put(fmt.Sprint(v))
	}
}

// harmless keeps text of a customer or of a settings template from reaching into other commands' results.
func harmless(s string) string { return strings.ReplaceAll(s, "$result[", "$result [") }

// commands is the batch's cmd map. It keeps its order in JSON, because the portal executes in that order.
type commands []command

// command is one REST method with its parameters.
type command struct {
	method string
	params params
}

// key names the i-th command of a batch. It sorts as it counts, for readers that lose the order of a map.
func key(i int) string { return fmt.Sprintf("c%02d", i) }

// reference is a `$result[…]` that the portal resolves while it executes the batch (contract §1.7).
// One that cannot be resolved is passed on to the method as this very text.
type reference string

// result refers to a value of the i-th command's result.
func result(i int, path ...string) reference {
	return reference("$result[" + strings.Join(slices.Concat([]string{key(i)}, path), "][") + "]")
}

// blend is text with references in it: strings are people's and harmless, references are resolved where they stand.
type blend []any

func (b blend) text() string {
	var out strings.Builder
	for _, part := range b {
		switch part := part.(type) {
		case reference:
			out.WriteString(string(part))
		default:
			out.WriteString(harmless(fmt.Sprint(part)))
		}
	}
	return out.String()
}

// list makes a parameter of a slice of anything.
func list[T any](vs []T) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v
	}
	return out
}

// MarshalJSON writes {"c00":"method?query",…} in order.
func (cs commands) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, c := range cs {
		if i > 0 {
			b.WriteByte(',')
		}
		text, err := json.Marshal(encode(c.method, c.params))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", key(i), text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
