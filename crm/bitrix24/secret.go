package bitrix24

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a token or a password. It never prints itself; string(s) is the only way to the value.
type Secret string

const hidden = "[secret]"

// Format hides the value from every verb, %d and %x included.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// String hides the value.
func (Secret) String() string { return hidden }

// MarshalText hides the value from JSON, XML and map keys.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue hides the value from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }
