package integration

import "omniconnector/crm"

// Ending says how a call that is over came out, in one word, for counting.
type Ending string

// The endings of calls.
const (
	// EndingTalked means that somebody spoke.
	EndingTalked Ending = "talked"
	// EndingMissed is an incoming call that nobody took.
	EndingMissed Ending = "missed"
	// EndingNoReply is an outgoing call that the customer did not take.
	EndingNoReply Ending = "no_reply"
	// EndingFiltered was kept out by the tenant's filter (T-7).
	EndingFiltered Ending = "filtered"
	// EndingIgnored was no customer's call: internal, anonymous, our own number.
	EndingIgnored Ending = "ignored"
	// EndingOff came while the telephony section was switched off.
	EndingOff Ending = "off"
	// EndingInvalid could not be decided.
	EndingInvalid Ending = "invalid"
)

// Endings lists every ending.
func Endings() []Ending {
	return []Ending{EndingTalked, EndingMissed, EndingNoReply, EndingFiltered, EndingIgnored, EndingOff, EndingInvalid}
}

// EndingOf tells how a call came out, by its newest decision; empty for one that goes on, and for what is no call but a request.
func EndingOf(c *Call, o Outcome) Ending {
	switch {
	case c.Session == "" || c.Request != nil || !c.Finished:
		return ""
	case o == Filtered:
		return EndingFiltered
	case o == Ignored:
		return EndingIgnored
	case o == Off:
		return EndingOff
	case o == Invalid:
		return EndingInvalid
	case c.Answered:
		return EndingTalked
	case c.Direction == crm.Outgoing:
		return EndingNoReply
	}
	return EndingMissed
}
