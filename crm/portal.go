package crm

import (
	"context"
	"encoding/json"
	"io"
	"time"
)

// Outcome is what became of one command.
type Outcome struct {
	Key string
	// Result is the command's result type (Made, Registered…), nil when it has none.
	Result any
	// Err is nil when the command was carried out; its Kind says what to do next.
	Err *Error
	// Took is the portal's own time for the command, for packing and for the operating budget.
	Took time.Duration
}

// Answers gives the stored results of commands that were carried out by earlier requests, by key.
type Answers map[string]json.RawMessage

// Portal is one connected CRM account. Its methods are safe for concurrent use.
type Portal interface {
	// Fit says how many of the first chains go into one request: by number of
	// commands and by the portal's own measured times. A chain is a list of calls
	// that refer to each other and is never split. It is at least 1 when chains is
	// not empty.
	Fit(chains [][]Call) int
	// Perform sends the chains in one request and reports one outcome per call, in
	// order. Refs to earlier requests are resolved from answers. The error of a
	// request that failed as a whole is repeated in every outcome.
	Perform(ctx context.Context, chains [][]Call, answers Answers) []Outcome
	// LookUp reads back by natural key whether commands that are in doubt were carried
	// out. An outcome without error means done, NotFound means that nothing of it is there;
	// it changes nothing.
	LookUp(ctx context.Context, calls []Call, answers Answers) []Outcome
	// Upload streams a record to the address that AttachRecord gave. Size is -1 when unknown.
	Upload(ctx context.Context, to UploadTo, filename string, size int64, record io.Reader) *Error
	// Directory reads the portal's whole directory (several requests; charge is called
	// before each). A page that fails fails it all, so that the old directory stays.
	Directory(ctx context.Context, charge func(context.Context) error) (Directory, *Error)
	// Prepare has the portal report its events to us and know our lines (several requests; charge is called before each).
	Prepare(ctx context.Context, charge func(context.Context) error, p Prepare) *Error
	// Presence tells of users' working days (several requests, as above). A portal whose tariff does not know them
	// answers nothing of anybody, without an error.
	Presence(ctx context.Context, charge func(context.Context) error, users []UserID) (map[UserID]Presence, *Error)
	// Usage reports what the portal said of its limits last.
	Usage() Usage
}

// Usage is how much of a portal's patience is used up.
type Usage struct {
	Methods []MethodUsage `json:"methods,omitempty"`
}

// MethodUsage is the operating time of one method in the portal's ten-minute window (contract §1.5).
type MethodUsage struct {
	Method      string        `json:"method"`
	Operating   time.Duration `json:"operating"`
	ResetAt     time.Time     `json:"reset_at,omitzero"`
	PausedUntil time.Time     `json:"paused_until,omitzero"`
}
