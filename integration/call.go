package integration

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"omniconnector/crm"
)

// Call is one call session, folded from its events. The same events give the same
// Call in whatever order and however often they arrived.
type Call struct {
	Session   SessionID     `json:"session"`
	Direction crm.Direction `json:"direction"`
	Client    string        `json:"client"`  // the customer's number as the platform wrote it
	Virtual   string        `json:"virtual"` // the first virtual number that took the call (T-6)
	StartedAt time.Time     `json:"started_at"`
	EndedAt   time.Time     `json:"ended_at,omitzero"`

	Rung    []Employee `json:"rung,omitempty"`    // whose phones rang, in order
	Talkers []Employee `json:"talkers,omitempty"` // who really spoke, in order
	Caller  Employee   `json:"caller,omitzero"`   // who dialled, for outgoing calls
	// Showing is who should see the call's card now.
	Showing []Employee `json:"showing,omitempty"`
	// Answered tells that somebody spoke, even when we do not know who.
	Answered bool `json:"answered,omitempty"`
	Finished bool `json:"finished,omitempty"`
	// Silent tells that the call was finished by our own waiting and not by the platform (T-0).
	Silent   bool `json:"silent,omitempty"`
	Internal bool `json:"internal,omitempty"`
	Transfer bool `json:"transfer,omitempty"`

	Status     string        `json:"status,omitempty"`
	LostReason string        `json:"lost_reason,omitempty"`
	Talk       time.Duration `json:"talk,omitempty"`
	Wait       time.Duration `json:"wait,omitempty"`
	Total      time.Duration `json:"total,omitempty"`

	// Bare tells that the portal made no activity of the call where one was expected.
	Bare bool `json:"bare,omitempty"`
	// Told tells that the platform itself has reported the whole call (CallReport).
	Told bool `json:"told,omitempty"`
	// Imported tells that the call was read from the past on a person's order.
	Imported bool `json:"imported,omitempty"`
	// Replay is the key of the latest CallReplayed.
	Replay     string       `json:"replay,omitempty"`
	Transcript []crm.Spoken `json:"transcript,omitempty"`
	// Route is what the platform was answered when it asked whose client is calling (T-2).
	Route *Route `json:"route,omitempty"`
	// Request is what somebody in the portal asked for; the session is then a request and not yet a call (T-8, T-9).
	Request *CallRequest `json:"request,omitempty"`
	// Asked tells which request it is; Failed and FailedWhy that the platform could not carry it out, in words for people.
	Asked     EventKind `json:"asked,omitempty"`
	AskedAt   time.Time `json:"asked_at,omitzero"` // when the request was received
	Failed    string    `json:"failed,omitempty"`
	FailedWhy string    `json:"failed_why,omitempty"`

	Records    []string            `json:"records,omitempty"` // addresses
	ExternalID string              `json:"external_id,omitempty"`
	Rating     int                 `json:"rating,omitempty"`
	Tags       []string            `json:"tags,omitempty"`
	Params     map[string][]string `json:"params,omitempty"`
}

// Missed reports whether the call is over and nobody spoke.
func (c *Call) Missed() bool { return c.Finished && !c.Answered }

// RecordKey names a record by its address, without showing the address, which may hold a credential.
func RecordKey(url string) string {
	sum := sha256.Sum256([]byte(url))
	return hex.EncodeToString(sum[:6])
}
