package integration

import (
	"slices"
	"strings"
	"unicode"
)

// CustomerOf names the customer of a visitor by the strongest thing that is known of them: a phone number, an email, an account in a
// messenger, else the visitor's own id. Numbers without a country code are read by the rules of country.
func CustomerOf(v *Visitor, country string) CustomerKey {
	keys := identities(v, country)
	if len(keys) == 0 {
		return ""
	}
	return keys[0]
}

// identities are all the names under which a visitor may be known, the strongest first.
func identities(v *Visitor, country string) []CustomerKey {
	var keys []CustomerKey
	for _, raw := range v.Phones {
		if p, problem := ParsePhone(raw, country); problem == PhoneFine {
			keys = append(keys, CustomerKey(p))
		}
	}
	for _, m := range v.Emails {
		if e := ParseEmail(m); e != "" {
			keys = append(keys, CustomerKey("mail:"+e))
		}
	}
	for _, m := range v.Messengers {
		if m.Value != "" {
			keys = append(keys, CustomerKey("im:"+m.Network+":"+strings.ToLower(m.Value)))
		}
	}
	if v.ID != "" {
		keys = append(keys, CustomerKey(visitorPrefix+v.ID))
	}
	return distinct(keys)
}

// distinct keeps the first of what is there several times.
func distinct(keys []CustomerKey) []CustomerKey {
	var out []CustomerKey
	for _, k := range keys {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// Identities are all the names under which the conversation's visitor may be known, the strongest first: whoever shares one of them is
// the same person (C-16). The tenant's own numbers by its settings are nobody's.
func (c *Conversation) Identities(s *Settings) []CustomerKey {
	f := Facts{Chat: c, Settings: s}
	return f.Identities()
}

// Identities are those of the conversation's visitor, without the tenant's own numbers by its settings and by the platform.
func (f *Facts) Identities() []CustomerKey {
	d := decision{Facts: *f}
	return slices.DeleteFunc(identities(&f.Chat.Visitor, f.Settings.Country), func(k CustomerKey) bool {
		return strings.HasPrefix(string(k), "+") && d.ours(Phone(k))
	})
}

// Stronger chooses between two names of one customer: a number wins over an email, that over an account in a messenger, that over a
// visitor's id, and what was there before over its like.
func Stronger(had, other CustomerKey) CustomerKey {
	if had == "" || other != "" && strength(other) < strength(had) {
		return other
	}
	return had
}

func strength(k CustomerKey) int {
	for i, prefix := range []string{"+", "mail:", "im:", visitorPrefix} {
		if strings.HasPrefix(string(k), prefix) {
			return i
		}
	}
	return 9 // a session of its own
}

// ParseEmail brings an address to the form in which it is compared: lower case, no blanks. Empty means that it is none.
func ParseEmail(raw string) string {
	e := strings.ToLower(strings.TrimSpace(raw))
	at := strings.LastIndexByte(e, '@')
	if at <= 0 || at == len(e)-1 || len(e) > 254 || strings.ContainsAny(e, " ,;<>\"\uFFFD") || strings.ContainsFunc(e, unicode.IsControl) {
		return ""
	}
	return e
}
