package crm

import (
	"errors"
	"fmt"
	"time"
)

// ErrorKind says what to do about an error.
type ErrorKind string

// The kinds of error.
const (
	// Limited was refused before execution; it may be sent again after Wait.
	Limited ErrorKind = "limited"
	// Unavailable was refused or never arrived, so nothing was executed.
	Unavailable ErrorKind = "unavailable"
	// Ambiguous may or may not have been executed: look up before repeating.
	Ambiguous ErrorKind = "ambiguous"
	// Invalid will be refused however often it is sent: a dead letter.
	Invalid ErrorKind = "invalid"
	// NotFound means the record is not there (any more).
	NotFound ErrorKind = "not_found"
	// Denied means the portal refuses us altogether: suspend it and tell the tenant.
	Denied ErrorKind = "denied"
	// Overloaded means the vendor blocked the portal by hand: stop completely and alarm.
	Overloaded ErrorKind = "overloaded"
	// Skipped was not sent because something it depends on failed.
	Skipped ErrorKind = "skipped"
)

// Error is a CRM's refusal or failure. It never holds a secret or an address.
type Error struct {
	Kind ErrorKind `json:"kind"`
	// Method is the vendor's method that failed.
	Method string `json:"method,omitempty"`
	// Code and Text are the portal's own words.
	Code string `json:"code,omitempty"`
	Text string `json:"text,omitempty"`
	// Wait is how long to leave the method or portal alone; 0 when not told.
	Wait time.Duration `json:"wait,omitempty"`
	// Whole tells that the request failed as a whole and not this command alone.
	Whole bool `json:"whole,omitempty"`
}

// Error reads "crm.item.add: limited (QUERY_LIMIT_EXCEEDED): text".
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s", e.Method, e.Kind)
	if e.Code != "" {
		s += " (" + e.Code + ")"
	}
	if e.Text != "" {
		s += ": " + e.Text
	}
	return s
}

// KindOf reports what to do about err. What is not a CRM's error may have
// happened after the CRM acted, so it is Ambiguous.
func KindOf(err error) ErrorKind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Ambiguous
}
