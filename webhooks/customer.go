package webhooks

import "strings"

const (
	longestExtension = 5  // contract uis §0, "Phones"
	longestNumber    = 15 // E.164
)

// Number normalises a telephone number as the contract says (uis §0, "Phones") to "+7…"; it is empty when the text is none: a
// SIP login, an extension, a word for "hidden". Every source makes its customer keys of it, so that a click in the
// portal and the platform's call that follows are one customer's work.
func Number(raw string) string {
	raw, _, _ = strings.Cut(raw, "...") // post-dial suffix
	raw = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(raw)), "tel:")
	var found strings.Builder
	for _, r := range raw {
		switch {
		case r >= '0' && r <= '9':
			found.WriteRune(r)
		case r == '@' || r == '*' || r == '#' || r == '_' || r >= 'a' && r <= 'z' || r >= 'а' && r <= 'я':
			return "" // a SIP login, or a word for "hidden"
		}
	}
	digits := found.String()
	switch {
	case len(digits) <= longestExtension || len(digits) > longestNumber:
		return ""
	case digits[0] == '0': // no country has such a code: an inner SIP number
		return ""
	case len(digits) == 10:
		return "+7" + digits
	case len(digits) == 11 && digits[0] == '8':
		return "+7" + digits[1:]
	}
	return "+" + digits
}
