package integration

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a telephone number in E.164 ("+79000000001"); empty is no number.
type Phone string

// PhoneProblem says why a text is no customer's number.
type PhoneProblem string

// The reasons why a text is not a number to look for in a CRM.
const (
	PhoneFine      PhoneProblem = ""
	PhoneAbsent    PhoneProblem = "absent"    // nothing, or hidden by the caller
	PhoneExtension PhoneProblem = "extension" // five digits or fewer: a colleague's phone
	PhoneName      PhoneProblem = "name"      // a SIP login
	PhoneMalformed PhoneProblem = "malformed" // digits, but of no country's plan
	PhoneOurs      PhoneProblem = "ours"      // one of the tenant's own virtual numbers
)

// hiddenCallers are what exchanges write for a caller who withholds the number.
var hiddenCallers = []string{"anonymous", "unknown", "unavailable", "restricted", "private", "hidden", "none", "null"}

const longestExtension = 5 // contract uis §0, "Phones"

// ParsePhone reads a number as platforms and people write it. Digits without a plus are tried as
// international first, because that is how the platform sends them, and then by the rules
// of country (two letters). Texts that are no number give an empty Phone and say why.
func ParsePhone(raw, country string) (Phone, PhoneProblem) {
	raw = strings.TrimSpace(raw)
	if head, _, cut := strings.Cut(raw, "..."); cut { // post-dial suffix
		raw = head
	}
	if raw == "" || slices.Contains(hiddenCallers, strings.ToLower(raw)) {
		return "", PhoneAbsent
	}
	if strings.ContainsFunc(raw, isLetter) && !strings.HasPrefix(strings.ToLower(raw), "tel:") {
		if digits := onlyDigits(strings.Split(strings.ToLower(raw), "доб")[0]); len(digits) < 10 || strings.Contains(raw, "@") {
			return "", PhoneName
		}
	}
	digits := onlyDigits(raw)
	switch {
	case digits == "":
		return "", PhoneAbsent
	case len(digits) <= longestExtension:
		return "", PhoneExtension
	}
	if !strings.HasPrefix(raw, "+") && len(digits) >= 11 && !strings.HasPrefix(digits, "0") && !(digits[0] == '8' && country == "RU") {
		if p := parse("+"+digits, country); p != "" {
			return p, PhoneFine
		}
	}
	if p := parse(raw, country); p != "" {
		return p, PhoneFine
	}
	return "", PhoneMalformed
}

// parse asks for a possible number, not a valid one: numbering plans grow faster than
// the tables that describe them, and a customer must not be lost to an old table.
func parse(text, country string) Phone {
	number, err := phonenumbers.Parse(text, country)
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return ""
	}
	number.Extension = nil
	return Phone(phonenumbers.Format(number, phonenumbers.E164))
}

// Spellings lists the ways a CRM may hold the number, the most telling first (T-0.1).
func (p Phone) Spellings() []string {
	if p == "" {
		return nil
	}
	all := []string{string(p), strings.TrimPrefix(string(p), "+")}
	number, err := phonenumbers.Parse(string(p), "")
	if err != nil {
		return all
	}
	national := phonenumbers.Format(number, phonenumbers.NATIONAL)
	if number.GetCountryCode() == 7 {
		all = append(all, "8"+onlyDigits(string(p))[1:])
	}
	all = append(all, phonenumbers.Format(number, phonenumbers.INTERNATIONAL), national, onlyDigits(national))
	var out []string
	for _, s := range all {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func isLetter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 'а' && r <= 'я' || r >= 'А' && r <= 'Я'
}
