package integration

import "omniconnector/crm"

// Ending says how a call or a conversation that is over came out, in one word, for counting.
type Ending string

// The endings of calls. Conversations share those that tell why nothing was done.
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
	// EndingOff came while its section of the settings was switched off.
	EndingOff Ending = "off"
	// EndingInvalid could not be decided.
	EndingInvalid Ending = "invalid"
)

// The endings of conversations.
const (
	// EndingServed is a chat in which an operator wrote.
	EndingServed Ending = "served"
	// EndingUnanswered is a chat that ended without a word of an operator's.
	EndingUnanswered Ending = "unanswered"
	// EndingRequest is an offline request, which nobody can answer where it was left.
	EndingRequest Ending = "request"
)

// Endings lists every ending.
func Endings() []Ending {
	return []Ending{
		EndingTalked, EndingMissed, EndingNoReply, EndingFiltered, EndingIgnored, EndingOff, EndingInvalid,
		EndingServed, EndingUnanswered, EndingRequest,
	}
}

// EndingOf tells how a call came out, by its newest decision; empty for one that goes on, and for what is no call but a request.
func EndingOf(c *Call, o Outcome) Ending {
	switch {
	case c.Session == "" || c.Request != nil || !c.Finished:
		return ""
	case leftOut(o) != "":
		return leftOut(o)
	case c.Answered:
		return EndingTalked
	case c.Direction == crm.Outgoing:
		return EndingNoReply
	}
	return EndingMissed
}

// ChatEndingOf tells how a conversation came out, by its newest decision; empty for one that goes on.
func ChatEndingOf(c *Conversation, o Outcome) Ending {
	switch {
	case !c.Closed:
		return ""
	case leftOut(o) != "":
		return leftOut(o)
	case c.Kind == Offline:
		return EndingRequest
	case c.Answered():
		return EndingServed
	}
	return EndingUnanswered
}

// leftOut is the ending of what nothing is done for; empty for any other.
func leftOut(o Outcome) Ending {
	switch o {
	case Filtered:
		return EndingFiltered
	case Ignored:
		return EndingIgnored
	case Off:
		return EndingOff
	case Invalid:
		return EndingInvalid
	default:
		return ""
	}
}
