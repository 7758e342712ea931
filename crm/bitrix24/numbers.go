package bitrix24

import "strings"

// foreign leaves our own virtual numbers out: a customer found by them would be everybody,
// and a contact that has one would swallow every caller without a number.
func (c *Client) foreign(phones []string) []string {
	own := map[string]bool{}
	for _, number := range c.own() {
		for _, s := range spellings(digits(number)) {
			own[s] = true
		}
	}
	out := make([]string, 0, len(phones))
	seen := map[string]bool{}
	for _, phone := range phones {
		phone = strings.TrimSpace(phone)
		if d := digits(phone); d == "" || own[d] || seen[phone] {
			continue
		}
		seen[phone] = true
		out = append(out, phone)
	}
	return out
}

// spellings are the digits of one number as people in its country write them. Only Russia's
// and Kazakhstan's 8 is spelt out: elsewhere equal endings belong to different people.
func spellings(d string) []string {
	if len(d) == 11 && (d[0] == '7' || d[0] == '8') {
		return []string{"7" + d[1:], "8" + d[1:], d[1:]}
	}
	return []string{d}
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
