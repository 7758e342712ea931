package uis

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"omniconnector/integration"
)

// fields are the variables of one notification.
type fields map[string]gjson.Result

// aliases are the names under which integrators write the same thing (contract uis §1.3).
var aliases = map[string]string{"call_record_duration": "file_duration"}

// mostFields and mostValues bound what one body can make us hold.
const (
	mostFields = 300
	mostValues = 1000
)

// put keeps the first value of a variable that says something. Names nobody knows stay in the raw body.
func (f fields) put(key string, value gjson.Result) {
	if name, ok := aliases[key]; ok {
		key = name
	}
	if !known(key) && !ofRequests[key] || nothing(value) || len(f) >= mostFields {
		return
	}
	if _, there := f[key]; !there {
		f[key] = value
	}
}

// nothing reports whether a value is how the platform writes "not known".
func nothing(v gjson.Result) bool {
	switch v.Type {
	case gjson.Null:
		return true
	case gjson.String:
		s := strings.TrimSpace(v.Str)
		return s == "" || s == "null" || placeholder([]byte(s)) == len(s)
	default:
		return false
	}
}

// secret is the template's constant.
func (f fields) secret() integration.Secret {
	if v := f["secret"]; v.Type == gjson.String {
		return integration.Secret(v.Str)
	}
	return integration.Secret(f["secret"].Raw)
}

// text returns a scalar as text; numbers keep the digits they were written with, for ids
// are larger than a float can hold.
func (f fields) text(key string) string { return text(f[key]) }

func text(v gjson.Result) string {
	if v.Type == gjson.String {
		return clean(v.Str)
	}
	return clean(v.Raw)
}

// clean keeps out what a text column refuses.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.TrimSpace(strings.ReplaceAll(s, "\x00", ""))
}

// list returns the values of a list, or a scalar as a list of one.
func (f fields) list(key string) []string {
	v, ok := f[key]
	if !ok {
		return nil
	}
	if v.Type == gjson.String && strings.HasPrefix(v.Str, "[") && valid([]byte(v.Str)) {
		v = gjson.Parse(v.Str)
	}
	if !v.IsArray() {
		return []string{text(v)}
	}
	var out []string
	v.ForEach(func(_, item gjson.Result) bool {
		if !nothing(item) {
			out = append(out, text(item))
		}
		return len(out) < mostValues
	})
	return out
}

// number returns a whole number, 0 when there is none.
func (f fields) number(key string) int64 { return whole(f.text(key)) }

// exact is how far a float tells whole numbers apart.
const exact = 1 << 53

func whole(s string) int64 {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	if x, err := strconv.ParseFloat(s, 64); err == nil && x == math.Trunc(x) && math.Abs(x) < exact {
		return int64(x)
	}
	return 0
}

// numbers returns the whole numbers of a list.
func (f fields) numbers(key string) []int64 {
	var out []int64
	for _, s := range f.list(key) {
		if n := whole(s); n != 0 {
			out = append(out, n)
		}
	}
	return out
}

// flag returns a truth, nil when it is not said.
func (f fields) flag(key string) *bool {
	var yes bool
	switch strings.ToLower(f.text(key)) {
	case "true", "1", "yes", "да":
		yes = true
	case "false", "0", "no", "нет":
	default:
		return nil
	}
	return &yes
}

// longestCall is the end of what is believed of a duration.
const longestCall = 7 * 24 * time.Hour

// seconds returns a duration, nil when it is not said.
func (f fields) seconds(key string) *time.Duration {
	s := f.text(key)
	if s == "" {
		return nil
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t, err := time.Parse(time.TimeOnly, s)
		if err != nil {
			return nil
		}
		x = t.Sub(t.Truncate(24 * time.Hour)).Seconds()
	}
	if !(x >= 0 && x <= longestCall.Seconds()) { // NaN is neither
		return nil
	}
	d := time.Duration(math.Round(x*1000)) * time.Millisecond
	return &d
}

// layouts are how times are written (contract uis §0), the usual first; fractions of a second are taken by all.
var layouts = []string{time.DateTime, time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00"}

// time returns a moment in UTC, zero when it is not said. Times without an offset are of the account's zone.
func (f fields) time(key string, zone *time.Location) time.Time {
	s := f.text(key)
	if s == "" {
		return time.Time{}
	}
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return plausible(t)
		}
	}
	switch n := whole(s); {
	case n > 1e11:
		return plausible(time.UnixMilli(n))
	case n > 0:
		return plausible(time.Unix(n, 0))
	}
	return time.Time{}
}

// plausible drops a time that no call had, which nothing behind could write either.
func plausible(t time.Time) time.Time {
	if y := t.UTC().Year(); y < 2000 || y > 2100 {
		return time.Time{}
	}
	return t.UTC()
}
