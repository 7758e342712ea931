package web

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzLookFor(f *testing.F) {
	for _, text := range []string{"deal 12", "Сделка №12", "8 (900) 000-00-01", "+7 900", "Анна", "910000001", "deal 99999999999999999999", " ", "%_\\", "\xff\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var found EventFilter
		ok := found.lookFor(text)
		switch {
		case !utf8.ValidString(found.Text) || found.Text != strings.TrimSpace(found.Text):
			t.Errorf("%q is looked for as %q", text, found.Text)
		case ok && (found.Text == "") == (found.Entity == 0):
			t.Errorf("%q is looked for as %+v: neither a text nor a record, or both", text, found)
		case found.Entity != 0 && found.EntityKind == "":
			t.Errorf("%q: a record of no kind", text)
		}
	})
}
