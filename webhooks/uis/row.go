package uis

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"omniconnector/integration"
)

// Row is an object of the platform's answers, whose values are read as tolerantly as a notification's (contract uis §8).
type Row struct{ fields fields }

// mostColumns bounds what one row can make us hold.
const mostColumns = 500

// ReadRow takes the members of a JSON object that is known to be valid; anything else is a row without columns.
func ReadRow(object gjson.Result) Row {
	f := fields{}
	if object.IsObject() {
		object.ForEach(func(key, value gjson.Result) bool {
			if !nothing(value) && len(f) < mostColumns {
				f[key.Str] = value
			}
			return true
		})
	}
	return Row{f}
}

// Has reports whether a column says anything.
func (r Row) Has(column string) bool { _, ok := r.fields[column]; return ok }

// Text returns a scalar as text, empty when there is none; ids keep all their digits.
func (r Row) Text(column string) string {
	if v, ok := r.fields[column]; !ok || v.IsObject() || v.IsArray() {
		return ""
	}
	return r.fields.text(column)
}

// Number returns a whole number, 0 when there is none.
func (r Row) Number(column string) int64 { return whole(r.Text(column)) }

// Flag returns a truth, nil when it is not said.
func (r Row) Flag(column string) *bool { return r.fields.flag(column) }

// Seconds returns a duration, nil when it is not said or nobody can have talked that long.
func (r Row) Seconds(column string) *time.Duration { return r.fields.seconds(column) }

// Time returns a moment in UTC, zero when it is not said. Times without an offset are of the account's zone.
func (r Row) Time(column string, zone *time.Location) time.Time { return r.fields.time(column, zone) }

// List returns the scalars of a list, or a scalar as a list of one; objects in it are left out.
func (r Row) List(column string) []string {
	var out []string
	for _, text := range r.fields.list(column) {
		if text != "" && !strings.HasPrefix(text, "{") {
			out = append(out, text)
		}
	}
	return out
}

// Rows returns the objects of a list, or an object as a list of one.
func (r Row) Rows(column string) []Row {
	var out []Row
	v := r.fields[column]
	if v.IsObject() {
		return []Row{ReadRow(v)}
	}
	if !v.IsArray() {
		return nil
	}
	v.ForEach(func(_, item gjson.Result) bool {
		if item.IsObject() {
			out = append(out, ReadRow(item))
		}
		return len(out) < mostValues
	})
	return out
}

// Rating is the caller's score; a number nobody can give is 0, which is none.
func (r Row) Rating(column string) int { return score(r.Number(column)) }

// Customer names whose work a call is: the outside number in full, or the session when there is none.
func Customer(e *integration.Event) integration.CustomerKey { return customer(e) }

// Digest is a short name of texts, in any order, for keys of events.
func Digest(texts ...string) string { return digest(texts) }

// Valid reports whether a body is JSON that can be read without exhausting the stack.
func Valid(body []byte) bool { return valid(body) }
