package webhooks

import "omniconnector/integration"

// NumbersOf is the country by whose rules numbers without a country code are read here, where the tenant's settings are not known yet:
// the platform's own (contract uis §0, "Phones").
const NumbersOf = "RU"

// Number normalises a telephone number to "+7…"; it is empty when the text is none: a SIP login, an extension, a word for "hidden". Every
// source makes its customer keys of it, so that a click in the portal and the platform's call that follows are one customer's
// work. It reads numbers as decisions do: two spellings that are one customer there must be kept in order here.
func Number(raw string) string {
	number, _ := integration.ParsePhone(raw, NumbersOf)
	return string(number)
}
