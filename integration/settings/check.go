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
}

func (c *checker) everything() {
	s := c.settings
	c.required("/app_name", s.AppName, longestName)
	c.place()
	c.numbers()
	c.employees()
	t := &s.Telephony
	c.calls("/telephony/incoming", &t.Incoming, crm.Incoming)
	c.calls("/telephony/outgoing", &t.Outgoing, crm.Outgoing)
	c.choice("/telephony/talker", string(t.Talker), string(integration.FirstTalker), string(integration.LastTalker))
	c.choice("/telephony/companion", string(t.Companion), string(crm.Contact), string(crm.Company))
	if t.SilenceMinutes < 1 || t.SilenceMinutes > mostSilence {
		c.say("/telephony/silence_minutes", "out_of_range", count(1), count(mostSilence), count(t.SilenceMinutes))
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
	country := c.settings.Country
	sure := knownCountry(country) && !c.unreadable("/country") // else national numbers cannot be judged
	seen := map[integration.Phone]bool{}
	for i, raw := range c.settings.OwnNumbers {
		at := "/own_numbers/" + strconv.Itoa(i)
		phone, problem := integration.ParsePhone(raw, country)
		switch {
		case problem != integration.PhoneFine && (sure || problem != integration.PhoneMalformed):
			c.say(at, "not_a_number", verbatim(raw))
		case phone != "" && seen[phone]:
			c.say(at, "repeated_number", verbatim(raw))
		}
		seen[phone] = true
	}
}

func (c *checker) employees() {
	seen := map[integration.EmployeeID]bool{}
	for i, m := range c.settings.Employees {
		at := "/employees/" + strconv.Itoa(i)
		switch {
		case m.Employee <= 0:
			c.say(at+"/employee", "required")
		case seen[m.Employee]:
			c.say(at+"/employee", "repeated_mapping", count(m.Employee))
		}
		seen[m.Employee] = true
		c.user(at+"/user", m.User, false)
	}
}

// user checks a reference to a user of the portal; one who is to be given work must be active.
func (c *checker) user(at string, id crm.UserID, active bool) {
	if id <= 0 {
		c.say(at, "required")
		return
	}
	if !c.dir.known() {
		return
	}
	switch u, ok := c.dir.user(id); {
	case !ok:
		c.say(at, "unknown_user", count(id))
	case active && !u.Active:
		c.say(at, "inactive_user", userName(u))
	}
}
