package bitrix24

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// ID is a number that the portal sends as 7, "7", 7.0, "", null, false or {} (contract §0.7);
// everything that is no number reads as 0.
type ID int64

// UnmarshalJSON never fails: an unreadable id is an absent one.
func (id *ID) UnmarshalJSON(b []byte) error {
	*id = 0
	s := strings.Trim(string(bytes.TrimSpace(b)), `"`)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		*id = ID(n)
	} else if f, err := strconv.ParseFloat(s, 64); err == nil && math.Abs(f) < 1<<53 {
		*id = ID(f)
	}
	return nil
}

// Flag is a truth value that the portal sends as true, "Y", "1", 1 or "true" (contract §0.7).
type Flag bool

// UnmarshalJSON never fails: what is not clearly true is false.
func (f *Flag) UnmarshalJSON(b []byte) error {
	switch strings.ToLower(strings.Trim(string(bytes.TrimSpace(b)), `"`)) {
	case "true", "y", "yes", "1":
		*f = true
	default:
		*f = false
	}
	return nil
}

// Text is a string that the portal may send as a number, null, false or {}.
type Text string

// UnmarshalJSON never fails: what is neither text nor number is empty.
func (t *Text) UnmarshalJSON(b []byte) error {
	*t = ""
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return nil
	}
	switch c := b[0]; {
	case c == '"':
		var s string
		if json.Unmarshal(b, &s) == nil {
			*t = Text(s)
		}
	case c == '-' || (c >= '0' && c <= '9'):
		*t = Text(b)
	}
	return nil
}

// Number is a count of seconds that the portal sends as a number or a string.
type Number float64

// UnmarshalJSON never fails: what is no finite number is 0.
func (n *Number) UnmarshalJSON(b []byte) error {
	*n = 0
	f, err := strconv.ParseFloat(strings.Trim(string(bytes.TrimSpace(b)), `"`), 64)
	if err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
		*n = Number(f)
	}
	return nil
}

// Date is a moment that the portal sends as ISO-8601 with offset, "", null or {} (contract §4.5).
type Date struct{ time.Time }

// UnmarshalJSON never fails: an unreadable date is an absent one.
func (d *Date) UnmarshalJSON(b []byte) error {
	d.Time = time.Time{}
	s := strings.Trim(string(bytes.TrimSpace(b)), `"`)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700"} {
		if at, err := time.Parse(layout, s); err == nil {
			d.Time = at.UTC()
			return nil
		}
	}
	return nil
}

// Maybe is an object or map that the portal sends as [], null, "" or false when it is empty (contract §0.7).
type Maybe[T any] struct{ V T }

// UnmarshalJSON reads an object and takes everything else for an empty one.
func (m *Maybe[T]) UnmarshalJSON(b []byte) error {
	var zero T
	m.V = zero
	if b = bytes.TrimSpace(b); len(b) == 0 || b[0] != '{' {
		return nil
	}
	return json.Unmarshal(b, &m.V)
}

// rows is a list that the portal may send as null, false, {} or an object of numbered rows.
type rows[T any] []T

func (r *rows[T]) UnmarshalJSON(b []byte) error {
	*r = nil
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return nil
	}
	switch b[0] {
	case '[':
		return json.Unmarshal(b, (*[]T)(r))
	case '{':
		var m map[string]T
		if err := json.Unmarshal(b, &m); err != nil {
			return err
		}
		for i := range len(m) {
			v, ok := m[strconv.Itoa(i)]
			if !ok {
				return nil // an object, but no list
			}
			*r = append(*r, v)
		}
	}
	return nil
}

// timing is what the portal measured of one method (contract §1.2).
type timing struct {
	Duration  Number `json:"duration"`
	Operating Number `json:"operating"`
	ResetAt   Number `json:"operating_reset_at"`
}

func (t timing) took() time.Duration { return seconds(t.Duration) }

func seconds(n Number) time.Duration {
	if n < 0 || n > 1e6 {
		return 0
	}
	return time.Duration(float64(n) * float64(time.Second))
}

// envelope is the answer to a REST call (contract §1.2). Failure is nil unless the key was there.
type envelope struct {
	Result      json.RawMessage `json:"result"`
	Failure     json.RawMessage `json:"error"`
	Description Text            `json:"error_description"`
	Time        Maybe[timing]   `json:"time"`
	// known are the secrets of this request, which an inner error may echo.
	known redactor
}

func (e envelope) failed() bool { return e.Failure != nil && string(e.Failure) != "null" }

// failure is one refusal: an object as a rule, a bare string at times (contract §1.7).
type failure struct{ code, text string }

func readFailure(b []byte) failure {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || b[0] != '{' {
		var code Text
		_ = code.UnmarshalJSON(b)
		return failure{code: string(code)}
	}
	var f struct {
		Error            json.RawMessage `json:"error"`
		Code             Text            `json:"code"`
		Message          Text            `json:"message"`
		ErrorDescription Text            `json:"error_description"`
	}
	if json.Unmarshal(b, &f) != nil {
		return failure{}
	}
	out := failure{code: string(f.Code), text: string(f.ErrorDescription)}
	if f.Error != nil {
		inner := readFailure(f.Error)
		out.code = inner.code
		if out.text == "" {
			out.text = inner.text
		}
	}
	if out.text == "" {
		out.text = string(f.Message)
	}
	return out
}
