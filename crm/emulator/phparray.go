package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// array is PHP's array: an ordered map which is a list when its keys happen to
// be 0..n-1. Order matters: a batch runs its commands in the order they came.
// Values are nil, bool, int64, float64, string or *array.
type array struct {
	keys []string
	vals map[string]any
	next int64
}

func newArray() *array { return &array{vals: map[string]any{}} }

// listOf makes a list; pairs makes a map.
func listOf(vs ...any) *array {
	a := newArray()
	for _, v := range vs {
		a.push(v)
	}
	return a
}

func (a *array) len() int {
	if a == nil {
		return 0
	}
	return len(a.keys)
}

func (a *array) get(key string) any {
	if a == nil {
		return nil
	}
	return a.vals[key]
}

func (a *array) has(key string) bool {
	if a == nil {
		return false
	}
	_, ok := a.vals[key]
	return ok
}

// Numeric keys move the counter that push continues from, as in PHP.
func (a *array) set(key string, v any) {
	if _, ok := a.vals[key]; !ok {
		a.keys = append(a.keys, key)
		if n, err := strconv.ParseInt(key, 10, 64); err == nil && n >= a.next && n < 1<<62 {
			a.next = n + 1
		}
	}
	a.vals[key] = v
}

func (a *array) push(v any) { a.set(strconv.FormatInt(a.next, 10), v) }

// isList tells whether PHP's json_encode would write this as a list.
func (a *array) isList() bool {
	if a == nil {
		return true
	}
	for i, k := range a.keys {
		if k != strconv.Itoa(i) {
			return false
		}
	}
	return true
}

// values are the values in order, whatever the keys are.
func (a *array) values() []any {
	if a == nil {
		return nil
	}
	out := make([]any, len(a.keys))
	for i, k := range a.keys {
		out[i] = a.vals[k]
	}
	return out
}

// MarshalJSON writes what json_encode would: an empty array is [] (contract §0.7).
func (a *array) MarshalJSON() ([]byte, error) {
	if a.isList() {
		vs := a.values()
		if vs == nil {
			return []byte("[]"), nil
		}
		return json.Marshal(vs)
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, k := range a.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(k)
		if err != nil {
			return nil, err
		}
		val, err := json.Marshal(a.vals[k])
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(val)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON keeps the order of keys, which encoding/json would lose.
func (a *array) UnmarshalJSON(data []byte) error {
	v, err := decodeJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	got, ok := v.(*array)
	if !ok {
		return fmt.Errorf("array: got %T", v)
	}
	*a = *got
	return nil
}

// maxNesting is PHP's default limit for json_decode and request variables.
const maxNesting = 64

// A second value after the first is an error: half of one request must not pass for a whole one.
func decodeJSON(r io.Reader) (any, error) {
	d := json.NewDecoder(r)
	d.UseNumber()
	v, err := decodeValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("json: more than one value")
	}
	return v, nil
}

func decodeValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxNesting {
		return nil, errors.New("json: nested too deep")
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		a := newArray()
		for d.More() {
			key := ""
			if t == '{' {
				k, err := d.Token()
				if err != nil {
					return nil, err
				}
				key, _ = k.(string)
			}
			v, err := decodeValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			if t == '{' {
				a.set(key, v)
			} else {
				a.push(v)
			}
		}
		_, err := d.Token()
		return a, err
	case json.Number:
		if n, err := strconv.ParseInt(t.String(), 10, 64); err == nil {
			return n, nil
		}
		f, err := t.Float64()
		return f, err
	default:
		return t, nil
	}
}

// phpString, phpInt, phpFloat and phpBool are PHP's casts; text that is no number
// becomes its leading number or 0, which is how an unresolved $result ends up as 0.
func phpString(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		if v {
			return "1"
		}
		return ""
	case int64:
		return strconv.FormatInt(v, 10)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case *array:
		return "Array"
	}
	return ""
}

func phpFloat(v any) float64 {
	switch v := v.(type) {
	case bool:
		if v {
			return 1
		}
		return 0
	case int64:
		return float64(v)
	case int:
		return float64(v)
	case float64:
		return v
	case string:
		s := strings.TrimSpace(v)
		end := 0
		for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.' || end == 0 && (s[end] == '-' || s[end] == '+')) {
			end++
		}
		f, err := strconv.ParseFloat(s[:end], 64)
		if err != nil {
			return 0
		}
		return f
	case *array:
		if v.len() > 0 {
			return 1
		}
	}
	return 0
}

func phpInt(v any) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case int:
		return int64(v)
	case string:
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil {
			return n
		}
	}
	return int64(phpFloat(v))
}

// phpBool takes the spellings of true that the vendor takes (contract §0.7).
func phpBool(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v == "1" || strings.EqualFold(v, "Y") || strings.EqualFold(v, "true")
	}
	return false
}

// fromGo turns plain Go values, as seeds are written, into PHP ones.
func fromGo(v any) any {
	switch v := v.(type) {
	case nil, bool, int64, float64, string, *array:
		return v
	case int:
		return int64(v)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	out, err := decodeJSON(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	return out
}

// arrayOf is v as an array; a scalar becomes a list of one, nothing an empty list.
func arrayOf(v any) *array {
	switch v := v.(type) {
	case *array:
		if v != nil {
			return v
		}
	case nil:
	default:
		return listOf(v)
	}
	return newArray()
}
