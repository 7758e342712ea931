package web

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

const (
	// searchReach bounds how far back a text is looked for, because no index helps.
	searchReach = 31 * 24 * time.Hour
	// shortestSearch is how much of a name or number must be given.
	shortestSearch = 2
)

// record is how people write a record of the CRM: "deal 12", «сделка №12».
var record = regexp.MustCompile(`^(?i)(lead|лид|deal|сделка|contact|контакт|company|компания)\s*[#№]?\s*([0-9]{1,18})$`)

var recordKinds = map[string]crm.Kind{
	"lead": crm.Lead, "лид": crm.Lead, "deal": crm.Deal, "сделка": crm.Deal,
	"contact": crm.Contact, "контакт": crm.Contact, "company": crm.Company, "компания": crm.Company,
}

// lookFor reads what a person looks for: a record, a number in any spelling, part of one, or any text. It reports false for
// what is too short.
func (f *EventFilter) lookFor(text string) bool {
	text = strings.TrimSpace(toValid(text))
	if m := record.FindStringSubmatch(text); m != nil {
		id, err := strconv.ParseInt(m[2], 10, 64)
		f.EntityKind, f.Entity = recordKinds[strings.ToLower(m[1])], id
		return err == nil && id > 0
	}
	if len([]rune(text)) < shortestSearch {
		return false
	}
	f.Text = text
	if strings.Trim(text, "+-() 0123456789") != "" {
		return true
	}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	if phone, problem := integration.ParsePhone(text, "RU"); problem == integration.PhoneFine {
		digits = strings.TrimPrefix(string(phone), "+7") // platforms write it with 7, with 8 or without
	}
	f.Text = digits
	return len(digits) >= shortestSearch
}
