package uis

import (
	"strings"

	"omniconnector/integration"
)

const (
	longestExtension = 5  // contract uis §0, "Phones"
	longestNumber    = 15 // E.164
)

// customer names whose work the event belongs to: the outside number in full, or the session
// when there is none: hidden callers, SIP logins, colleagues' extensions, our own numbers.
func customer(e *integration.Event) integration.CustomerKey {
	number := phone(e.Report.ClientNumber)
	switch {
	case number != "" && number != phone(e.Report.VirtualNumber):
		return integration.CustomerKey(number)
	case e.Kind == integration.SIPLost && e.Session == "":
		return integration.CustomerKey("sip:" + short(who(&e.Report)))
	}
	return integration.CustomerKey("session:" + string(e.Session))
}

// phone normalises a number as the contract says (§0, "Phones") to "+7…"; empty when it is none.
func phone(raw string) string {
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
