package store

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm"

	"omniconnector/crm"
)

// search limits the journal to what holds a text, is about a record, or went wrong. Nothing of it has an index: the database walks the
// journal in its order, so that a caller bounds the time.
func (f JournalFilter) search(db *gorm.DB) *gorm.DB {
	if f.Text != "" {
		db = holding(db, f.Text)
	}
	if f.Entity != 0 {
		db = about(db, f.EntityKind, f.Entity)
	}
	if f.State != "" {
		db = db.Where(`EXISTS (SELECT 1 FROM actions a WHERE a.tenant_id = events.tenant_id AND a.portal_id = events.portal_id
			AND a.session_id = events.session_id AND a.session_id <> '' AND a.event_id = events.event_id AND a.state = ?)`, clean(f.State))
	}
	return db
}

// holding looks for a text in what an event says, its session and its customer. SQLite knows the case of Latin letters only, so
// that the usual ways of writing a word are tried.
func holding(db *gorm.DB, text string) *gorm.DB {
	var where []string
	var args []any
	for _, one := range spellings(clean(text)) {
		pattern := "%" + escaped(one) + "%"
		where = append(where, `event LIKE ? ESCAPE '\' OR session_id LIKE ? ESCAPE '\' OR customer_key LIKE ? ESCAPE '\'`)
		args = append(args, pattern, pattern, pattern)
	}
	return db.Where("("+strings.Join(where, " OR ")+")", args...)
}

// spellings are a text as it is, in small and in capital letters, and with a capital.
func spellings(text string) []string {
	lower := strings.ToLower(text)
	first, size := utf8.DecodeRuneInString(lower)
	all := []string{text}
	for _, one := range []string{lower, strings.ToUpper(text), string(unicode.ToUpper(first)) + lower[size:]} {
		if one != all[0] && one != all[len(all)-1] {
			all = append(all, one)
		}
	}
	return all
}

// escaped makes a text a pattern that means itself.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

// about looks for calls that knew a record or made it. Both are JSON of our own, whose spelling is known.
func about(db *gorm.DB, k crm.Kind, id int64) *gorm.DB {
	kind := escaped(clean(string(k)))
	known, made := fmt.Sprintf(`%%"kind":"%s","id":%d`, kind, id), `%"kind":"`+kind+`",%`
	result := fmt.Sprintf(`{"id":%d`, id)
	const same = "%[1]s.tenant_id = events.tenant_id AND %[1]s.portal_id = events.portal_id AND %[1]s.session_id = events.session_id AND "
	return db.Where(fmt.Sprintf("(EXISTS (SELECT 1 FROM sessions s WHERE "+same+`(s.memory LIKE ? ESCAPE '\' OR s.memory LIKE ? ESCAPE '\'))`, "s")+
		fmt.Sprintf(" OR EXISTS (SELECT 1 FROM actions a WHERE "+same+`a.session_id <> '' AND a.command = ? AND a.body LIKE ? ESCAPE '\'
		AND (a.result LIKE ? OR a.result = ?)))`, "a"), known+",%", known+"}%", crm.Create{}.Name(), made, result+",%", result+"}")
}
