package settings

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"omniconnector/integration"
)

const (
	longestWait   = 7 * 24 * 60 * 60 // seconds, T-5
	longestSettle = 60 * 60          // seconds, T-1
	daysOfWeek    = 7
)

// telephony checks what both directions share.
func (c *checker) telephony(at string, t *integration.Telephony) {
	c.between(at+"/other_telephony/settle_seconds", t.Other.SettleSeconds, 0, longestSettle)
	c.between(at+"/responsible_after_seconds", t.ResponsibleAfter, 0, longestWait)
	c.text(at+"/click_to_call/number", t.Click.Number, longestCode)
	if t.Click.On {
		c.virtualNumber(at+"/click_to_call/number", t.Click.Number)
	}
	c.text(at+"/callback/number", t.Callback.Number, longestCode)
	if t.Callback.On {
		c.phone(at+"/callback/number", t.Callback.Number)
	}
	c.hours(at+"/working_hours", &t.Hours)
}

// virtualNumber checks a number to call from (T-8): the platform refuses one that is not the tenant's.
func (c *checker) virtualNumber(at, raw string) {
	if !c.centre.known() {
		c.phone(at, raw)
		return
	}
	if strings.TrimSpace(raw) == "" {
		c.say(at, "required")
		return
	}
	if _, ok := c.centre.number(onlyDigits(raw)); !ok {
		c.say(at, "unknown_number", verbatim(raw))
	}
}

// phone checks a number that must be there, with the code of its country: the platform dials its digits as they are.
func (c *checker) phone(at, raw string) {
	if strings.TrimSpace(raw) == "" {
		c.say(at, "required")
		return
	}
	phone, problem := integration.ParsePhone(raw, c.settings.Country)
	if problem != integration.PhoneFine || onlyDigits(string(phone)) != onlyDigits(raw) {
		c.say(at, "not_a_number", verbatim(raw))
	}
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// notANumber is sure of a national number only when the country is known.
func (c *checker) notANumber(raw string) bool {
	country := c.settings.Country
	sure := knownCountry(country) && !c.unreadable("/country")
	_, problem := integration.ParsePhone(raw, country)
	return problem != integration.PhoneFine && (sure || problem != integration.PhoneMalformed)
}

var timeOfDay = regexp.MustCompile(`^\d\d:\d\d$`)

func isTimeOfDay(s string) bool {
	_, err := time.Parse("15:04", s)
	return err == nil && timeOfDay.MatchString(s)
}

// hours checks the working hours; without days all hours are.
func (c *checker) hours(at string, h *integration.WorkingHours) {
	seen := map[int]bool{}
	for i, day := range h.Days {
		place := at + "/days/" + strconv.Itoa(i)
		c.between(place, day, 1, daysOfWeek)
		if seen[day] {
			c.say(place, "day_twice", count(day))
		}
		seen[day] = true
	}
	from, till := c.time(at+"/from", h.From), c.time(at+"/till", h.Till)
	if from && till && h.From >= h.Till {
		c.say(at+"/till", "ends_before_it_begins", verbatim(h.From))
	}
}

// time reports whether a text is a time of day.
func (c *checker) time(at, s string) bool {
	switch {
	case s == "":
		c.say(at, "required")
	case !isTimeOfDay(s):
		c.say(at, "time_of_day", verbatim(s))
	default:
		return true
	}
	return false
}
