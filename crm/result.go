package crm

import "time"

// Indexed is how far an Index has come: it is stored after each page, so that it goes on where it stopped.
type Indexed struct {
	After map[Kind]int64 `json:"after,omitempty"` // the last id read, by kind
	Ended map[Kind]bool  `json:"ended,omitempty"`
	Done  int            `json:"done"`
	// Began is when the run began: what it did not come upon may be gone.
	Began time.Time `json:"began,omitzero"`
}

// Made is the result of Create. At is the record's time of change, by the portal's clock.
type Made struct {
	ID int64     `json:"id"`
	At time.Time `json:"at,omitzero"`
}

// Updated is the result of Update. Kept tells that a guard did not hold, so that the
// person's edit was kept and nothing was written.
type Updated struct {
	Kept bool `json:"kept,omitempty"`
	// Before and After are the record's times of change around our write, by the portal's clock: what tells our own
	// changes from other people's (T-1). Each is zero when nothing told it: Before when the record was not looked at, After when nothing was written.
	Before time.Time `json:"before,omitzero"`
	After  time.Time `json:"after,omitzero"`
}

// Notified is the result of Notify; an id of 0 means that the portal told nobody.
type Notified struct {
	ID int64 `json:"id"`
}

// Commented is the result of Comment and EditComment.
type Commented struct {
	ID int64 `json:"id"`
}

// Listed is the result of List.
type Listed struct {
	Entities []Entity `json:"entities"`
	More     bool     `json:"more,omitempty"`
}

// Registered is the result of Register.
type Registered struct {
	CallID string `json:"call_id"`
}

// Finished is the result of Finish. Activity is 0 when the portal made none,
// which it does for a call bound to nobody (contract §4.3).
type Finished struct {
	Activity int64 `json:"activity,omitempty"`
}

// UploadTo is the result of AttachRecord. The address carries its own credential and is
// never stored or logged. Have means that the portal has the record already.
type UploadTo struct {
	URL   string `json:"-"`
	Field string `json:"-"`
	Have  bool   `json:"have,omitempty"`
}
