package settings

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"

	"omniconnector/crm"
	"omniconnector/integration"
)

// The lengths of texts, in characters. Bitrix24 keeps 255 of a title.
const (
	longestName     = 200
	longestTemplate = 1000
	longestCode     = 100
)

const mostSilence = 24 * 60 // minutes

// checker looks at what the decoder has read (T-16).
type checker struct {
	*notes
	settings *integration.Settings
	dir      directory
	centre   platform
}

func (c *checker) everything() {
	s := c.settings
	c.required("/app_name", s.AppName, longestName)
	c.place()
	c.numbers()
	c.employees()
	c.only()
	t := &s.Telephony
	c.telephony("/telephony", t)
	c.extraFields("/telephony/extra_fields", &t.Fields, ofCalls)
	c.calls("/telephony/incoming", &t.Incoming, crm.Incoming)
	c.calls("/telephony/outgoing", &t.Outgoing, crm.Outgoing)
	c.choice("/telephony/talker", string(t.Talker), string(integration.FirstTalker), string(integration.LastTalker))
	c.choice("/telephony/companion", string(t.Companion), string(crm.Contact), string(crm.Company))
	c.between("/telephony/silence_minutes", t.SilenceMinutes, 1, mostSilence)
	c.conversations("/chats", &s.Chats, integration.Chat)
	c.conversations("/offline", &s.Offline, integration.Offline)
}

func (c *checker) between(at string, n, least, most int) {
	if n < least || n > most {
		c.say(at, "out_of_range", count(least), count(most), count(n))
	}
}

// required checks a text that must be there.
func (c *checker) required(at, s string, longest int) {
	if strings.TrimSpace(s) == "" {
		c.say(at, "required")
		return
	}
	c.text(at, s, longest)
}

// text checks a text that may be there.
func (c *checker) text(at, s string, longest int) {
	if utf8.RuneCountInString(s) > longest {
		c.say(at, "text_too_long", count(longest))
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		c.say(at, "control_characters")
	}
}

func (c *checker) choice(at, got string, of ...string) {
	switch {
	case slices.Contains(of, got):
	case got == "":
		c.say(at, "required")
	default:
		c.say(at, "one_of", verbatim(got), listed(of))
	}
}

// place checks the time zone and the country.
func (c *checker) place() {
	zone := c.settings.TimeZone
	if strings.TrimSpace(zone) == "" {
		c.say("/time_zone", "required")
	} else if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
		c.say("/time_zone", "time_zone", verbatim(zone))
	}
	if country := c.settings.Country; country == "" {
		c.say("/country", "required")
	} else if !knownCountry(country) {
		c.say("/country", "country", verbatim(country))
	}
}

func knownCountry(code string) bool { return phonenumbers.GetSupportedRegions()[code] }

func (c *checker) numbers() {
	seen := map[integration.Phone]bool{}
	for i, raw := range c.settings.OwnNumbers {
		at := "/own_numbers/" + strconv.Itoa(i)
		phone, _ := integration.ParsePhone(raw, c.settings.Country)
		switch {
		case c.notANumber(raw):
			c.say(at, "not_a_number", verbatim(raw))
		case phone != "" && seen[phone]:
			c.say(at, "repeated_number", verbatim(raw))
		}
		seen[phone] = true
	}
}
