package integration

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

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

const (
	longestExtension = 5 // contract uis §0, "Phones"
	shortest         = 8 // digits of an international number; what is shorter is a local or a service number
	longest164       = 15
	longestText      = 200
)

// dialled is what is written after a number to reach one desk: it belongs to nobody's number.
var dialled = regexp.MustCompile(`(?i)(\.\.\.|[,;#]|\b(?:ext|x|доб)|доб).*$`)

// ParsePhone reads a number as platforms and people write it. Digits without a plus are tried as
// international first, because that is how the platform sends them, and then by the rules
// of country (two letters). Texts that are no number give an empty Phone and say why.
func ParsePhone(raw, country string) (Phone, PhoneProblem) {
	raw, country = strings.TrimSpace(raw), strings.ToUpper(country)
	if raw == "" || slices.Contains(hiddenCallers, strings.ToLower(raw)) {
		return "", PhoneAbsent
	}
	if len(raw) > longestText {
		return "", PhoneMalformed
	}
	raw = strings.Map(asciiDigit, raw)
	lower := strings.ToLower(raw)
	if strings.Contains(raw, "@") || strings.HasPrefix(lower, "sip:") {
		return "", PhoneName
	}
	text := strings.TrimPrefix(lower, "tel:")
	if strings.ContainsFunc(text, unusual) { // most numbers have nothing to cut off, and looking costs
		text = dialled.ReplaceAllString(text, "")
	}
	digits := onlyDigits(text)
	if strings.ContainsFunc(text, unicode.IsLetter) {
		if len(digits) < 10 {
			return "", PhoneName
		}
		text = strings.Map(withoutLetters, text) // never a vanity number: "моб. 8 926 …"
	}
	switch {
	case digits == "":
		return "", PhoneAbsent
	case len(digits) <= longestExtension:
		return "", PhoneExtension
	}
	if p := read(strings.TrimSpace(text), digits, country); p != "" {
		return p, PhoneFine
	}
	return "", PhoneMalformed
}

// read decides between the two readings of digits that may be international or national.
func read(text, digits, country string) Phone {
	if strings.HasPrefix(text, "+") || len(digits) < 11 {
		return parse(text, country, false)
	}
	if digits[0] == '8' {
		// The trunk prefix of Russia and its neighbours, and the beginning of East Asia's countries: eleven
		// digits are a Russian's own number, more are one only when that is certain.
		sure := len(digits) > 11 || country != "RU" && country != "KZ"
		if p := parse(text, country, sure); p != "" {
			return p
		}
	}
	if digits[0] != '0' {
		if p := parse("+"+digits, country, false); p != "" {
			return p
		}
	}
	if p := parse(text, country, false); p != "" {
		return p
	}
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		return parse("+"+rest, country, false)
	}
	return ""
}

// parse asks for a possible number, not a valid one, unless it must be sure: numbering plans grow
// faster than the tables that describe them, and a customer must not be lost to an old table.
func parse(text, country string, sure bool) Phone {
	number, err := phonenumbers.Parse(text, country)
	if err != nil || phonenumbers.IsPossibleNumberWithReason(number) != phonenumbers.IS_POSSIBLE {
		return ""
	}
	if sure && !phonenumbers.IsValidNumber(number) {
		return ""
	}
	number.Extension = nil
	p := phonenumbers.Format(number, phonenumbers.E164)
	if n := len(p) - 1; n < shortest || n > longest164 {
		return ""
	}
	if p == text { // read again it is the same
		return notInner(p)
	}
	// What reads differently the second time, like a row of zeros, is nobody's number.
	if again, err := phonenumbers.Parse(p, country); err != nil || phonenumbers.Format(again, phonenumbers.E164) != p {
		return ""
	}
	return notInner(p)
}

// notInner leaves out what only looks like a number.
func notInner(p string) Phone {
	if strings.HasPrefix(p, "+70") { // no number of the plan begins so, but inner SIP numbers do: "0001234567"
		return ""
	}
	return Phone(p)
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

// unusual tells a character that a number can do without.
func unusual(r rune) bool { return (r < '0' || r > '9') && !strings.ContainsRune("+ ()-", r) }

// asciiDigit turns the digits of other scripts, which keyboards of phones do produce, into ours.
func asciiDigit(r rune) rune {
	for _, zero := range []rune{'\uff10', '\u0660', '\u06f0'} {
		if r >= zero && r <= zero+9 {
			return '0' + r - zero
		}
	}
	return r
}

func withoutLetters(r rune) rune {
	if unicode.IsLetter(r) {
		return -1
	}
	return r
}
