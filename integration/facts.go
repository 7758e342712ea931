package integration

import (
	"time"

	"omniconnector/crm"
	"omniconnector/integration/centre"
)

// Facts is everything a decision may look at: no clock, no database, no network.
type Facts struct {
	Now  time.Time
	Call Call // folded from all events of the session so far
	// Chat is the conversation instead, when the session is one.
	Chat     *Conversation
	Settings *Settings // compiled, at the version the call began with
	// Known is what the CRM answered for the customer; nil means not asked.
	Known     *crm.Customer
	AskedAt   time.Time
	Directory crm.Directory
	// Centre is the platform's directory; its SyncedAt is zero for a tenant whose platform is not connected.
	Centre *centre.Directory
	Memory Memory
	// RereadAfter is how long after its end a call is read from the platform; 0 for never.
	RereadAfter time.Duration
	// Trigger is the newest event of those that are being decided; it names what may happen
	// several times in one call, like showing a card.
	Trigger EventID
	// Pace is the least time between two steps in which a transcript grows, by what the portal can bear now (C-7).
	Pace time.Duration
	// Unsent tells that a step of this conversation's transcript is still on its way.
	Unsent bool
	// FileLink gives the address at which people in the portal can open a file of the conversation until a moment; empty when there is
	// none. The same file and moment always give the same address: comments are compared by their text.
	FileLink func(f File, until time.Time) string
	// Describes tells that the platform can be asked for what its notifications lack.
	Describes bool
	// Missed are activities of the customer's own missed calls that were made since Known was asked.
	Missed []int64
	// Dialled are the calls that we lately asked the platform to start for this customer, newest first (T-8: double clicks).
	Dialled []Dialled
	// Writes are our own changes of the customer's records, by record (T-1: what tells them from other people's).
	Writes map[Record][]Write
}

// Dialled is a call that we asked the platform to start.
type Dialled struct {
	At       time.Time
	Employee EmployeeID
	Session  SessionID // of the request: the click's, not the platform's
}

// Record names an entity of the CRM.
type Record struct {
	Kind crm.Kind
	ID   int64
}

// Write is one change of ours, by the portal's clock: the record's time of change before it, when known, and after it.
type Write struct{ Before, After time.Time }
