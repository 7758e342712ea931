package integration

import (
	"time"

	"omniconnector/crm"
)

// Facts is everything a decision may look at: no clock, no database, no network.
type Facts struct {
	Now      time.Time
	Call     Call      // folded from all events of the session so far
	Settings *Settings // compiled, at the version the call began with
	// Known is what the CRM answered for the customer; nil means not asked.
	Known     *crm.Customer
	AskedAt   time.Time
	Directory crm.Directory
	Memory    Memory
	// Trigger is the newest event of those that are being decided; it names what may happen
	// several times in one call, like showing a card.
	Trigger EventID
	// Missed are activities of the customer's own missed calls that were made since Known was asked.
	Missed []int64
}
