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

// numbers are the digits of all spellings of the number that is searched for.
type numbers map[string]bool

func asked(phones []string) numbers {
	out := numbers{}
	for _, phone := range phones {
		for _, s := range spellings(digits(phone)) {
			out[s] = true
		}
	}
	return out
}

// international is the length from which on digits tell a number in any surroundings.
const international = 11

// stranger tells that none of a record's numbers can be the one that was searched for: how loosely the portal compares is
// not documented, and two countries may share the last ten digits (contract §5.4). People write several numbers or an
// extension into one field, so that a long number is looked for within. A record that tells no number is no stranger.
func (n numbers) stranger(phones []string) bool {
	if len(n) == 0 || len(phones) == 0 {
		return false
	}
	for _, phone := range phones {
		d := digits(phone)
		for s := range n {
			if d == s || len(s) >= international && strings.Contains(d, s) || len(s) > 0 && strings.HasPrefix(d, s) {
				return false
			}
		}
	}
	return true
}
