package lane

import (
	"context"
	"errors"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/simulate"
)

// ErrLost means that the lane is leased by somebody else now: nothing was written, and
// this process must stop working in it at once.
var ErrLost = errors.New("the lane's lease was lost")

// Lease is the right to work in one portal's lane until it runs out.
type Lease struct {
	Tenant integration.TenantID
	Portal integration.PortalID
	Owner  string
	// Fence grows with every claim; a write with an older fence is refused with ErrLost.
	Fence int64
}

// ActionState is where an action is on its way.
type ActionState string

// The states of an action in the ledger.
const (
	StatePlanned ActionState = "planned" // may be sent when due
	StateSending ActionState = "sending" // intent stored; in doubt when its process is gone
	StateDoubt   ActionState = "doubt"   // sent, answer unknown: read back before repeating
	StateDone    ActionState = "done"
	StateFailed  ActionState = "failed" // refused or skipped for a reason that is not worth a dead letter
	StateDead    ActionState = "dead"   // refused for good; a person decides
)

// Settled reports whether nothing more will happen to the action by itself.
func (s ActionState) Settled() bool {
	return s == StateDone || s == StateFailed || s == StateDead
}

// Entry is one row of the action ledger.
type Entry struct {
	Seq      int64 // order of planning within the portal
	Action   integration.Action
	Session  integration.SessionID
	Customer integration.CustomerKey
	Event    integration.EventID // the event whose plan made it
	State    ActionState
	Attempts int
	DueAt    time.Time
	// SendBy is the last moment the current attempt may leave; checked right before the send.
	SendBy time.Time
	// FirstSent is when the first attempt was recorded; zero when none was.
	FirstSent time.Time
	Result    []byte // JSON of the command's result
	Err       *crm.Error
}

// Decided is one decision as it is recorded, in one transaction (R-3: stored before anything is done).
type Decided struct {
	Session  integration.SessionID
	Customer integration.CustomerKey
	// Events are the pending events that this decision consumed; the last one carries the plan,
	// the others are marked as decided together with it.
	Events []integration.EventID
	Plan   integration.Plan
	// Deadline is when the session is to be called silent (T-0); zero for never.
	Deadline time.Time
	// Ending is how the call came out at EndedAt; empty while it goes on, and for what is no call.
	Ending  integration.Ending
	EndedAt time.Time
	// Identities are the names under which the visitor of a conversation is known by now; empty for a call. Those that were stored with
	// earlier decisions stay.
	Identities []integration.CustomerKey
	At         time.Time
}

// SessionState is all events of a session, and what was decided for it so far.
type SessionState struct {
	Events []integration.Event
	Memory integration.Memory
}

// Change is one action's new state after an attempt or a look-up.
type Change struct {
	Key      integration.ActionKey
	State    ActionState
	Attempts int
	DueAt    time.Time
	SendBy   time.Time
	Result   []byte
	Err      *crm.Error
	At       time.Time
}

// Budget is the leaky bucket of a portal.
type Budget struct {
	PerSecond float64 // requests the portal forgets each second
	Burst     int     // requests it takes at once
}

// Ordinary is the bucket of a portal on any tariff but Enterprise, less a margin, because the portal forgets in steps.
func Ordinary() Budget { return Budget{PerSecond: 2, Burst: 40} }

// Store is what a lane needs from storage. Every method that writes checks the lease's
// fence and answers ErrLost when it is no longer the newest.
type Store interface {
	// Claim leases up to limit lanes that have unfinished work, of tenants that are active and
	// portals that take work, and that nobody holds. Readiness is derived from unfinished rows.
	Claim(ctx context.Context, owner string, now time.Time, ttl time.Duration, limit int) ([]Lease, error)
	// Renew keeps a lease for another ttl.
	Renew(ctx context.Context, l Lease, now time.Time, ttl time.Duration) error
	// Release gives a lease back at once.
	Release(ctx context.Context, l Lease) error

	// Pending lists the portal's undecided events after the given id, oldest first.
	Pending(ctx context.Context, l Lease, after integration.EventID, limit int) ([]integration.Event, error)
	// Sessions gives what is known of sessions, by id, at the price of one question.
	Sessions(ctx context.Context, l Lease, ids []integration.SessionID) (map[integration.SessionID]SessionState, error)
	// Overdue lists sessions whose deadline has passed and that are not closed or asked to be woken, and when the next deadline is; zero when
	// there is none.
	Overdue(ctx context.Context, l Lease, now time.Time, limit int) (due []Overdue, next time.Time, err error)
	// Unfinished lists actions that are not settled, in the order of planning.
	Unfinished(ctx context.Context, l Lease, limit int) ([]Entry, error)
	// Outside lists what was planned from outside the lane: all unsettled errands, and other unsettled actions with a greater
	// number than after, in the order of planning.
	Outside(ctx context.Context, l Lease, after int64, limit int) ([]Entry, error)
	// History lists a customer's settled actions of the named commands, newest first.
	History(ctx context.Context, l Lease, c integration.CustomerKey, commands []string, since time.Time, limit int) ([]Entry, error)
	// Known lists what was created and commented, and is done, in other conversations whose visitor had any of these names, the newest
	// first: of the conversations that were heard of last, when there are many. Nothing is found of a call.
	Known(ctx context.Context, l Lease, keys []integration.CustomerKey, except integration.SessionID, limit int) ([]Entry, error)
	// Conversing lists the conversations whose visitor had a name and that were decided since then, the one that was heard of last
	// first. Moments are known to a minute.
	Conversing(ctx context.Context, l Lease, key integration.CustomerKey, since time.Time, limit int) ([]integration.SessionID, error)
	// Answers gives the stored results of actions that are done, by key; others are left out.
	// States gives the state of every key that exists.
	Answers(ctx context.Context, l Lease, keys []integration.ActionKey) (crm.Answers, map[integration.ActionKey]ActionState, error)

	// Record stores decisions: plans, actions, memory, events consumed; an action whose key exists
	// already is left as it is. It answers the entries that were added.
	Record(ctx context.Context, l Lease, decided []Decided) ([]Entry, error)
	// Begin stores the intent to send and charges the portal's bucket for one request, in one
	// transaction. When the bucket is empty or the portal is paused nothing is stored and wait is positive.
	// Keys may be empty: reads are charged too.
	Begin(ctx context.Context, l Lease, keys []integration.ActionKey, now, sendBy time.Time, b Budget) (wait time.Duration, err error)
	// Settle stores what became of actions.
	Settle(ctx context.Context, l Lease, changes []Change) error
	// Pause leaves the whole portal alone until then.
	Pause(ctx context.Context, l Lease, until time.Time, why string) error
	// Suspend marks the portal as refusing us, with the reason for its tenant.
	Suspend(ctx context.Context, l Lease, state integration.PortalState, why string, now time.Time) error

	// Settings gives the settings document at a version; version 0 is the newest.
	Settings(ctx context.Context, l Lease, version int64) (integration.Document, error)
	// Directory gives the portal's synchronised directory, and when it was read.
	Directory(ctx context.Context, l Lease) (crm.Directory, error)
	// SaveDirectory replaces it.
	SaveDirectory(ctx context.Context, l Lease, d crm.Directory) error
	// Append stores events of our own making in the inbox. One whose key is there already is left out; it answers how
	// many were new.
	Append(ctx context.Context, l Lease, events []integration.Event) (added int, err error)

	// Schedule plans errands from anywhere, without a lease: one that is settled is planned anew, one that waits becomes due
	// no later than asked.
	Schedule(ctx context.Context, t integration.TenantID, p integration.PortalID, errands []integration.Action) error
	// Centre gives the platform's directory; its SyncedAt is zero when it was never read.
	Centre(ctx context.Context, l Lease) (centre.Directory, error)
	// SaveCentre replaces it.
	SaveCentre(ctx context.Context, l Lease, d centre.Directory) error

	// Learn brings the index of customers up to date (T-2): what is known of records, and which of them are gone.
	// A record that was marked as changed no later than its Asked is fresh again, when it is known Whole.
	Learn(ctx context.Context, l Lease, known []Known, gone []integration.Record) error
	// Suspect marks as changed what was asked last before a moment, so that it is read or found gone, and schedules a Refresh
	// when there is any.
	Suspect(ctx context.Context, l Lease, before time.Time) error
	// Lived lists sessions of calls with all their history, those that were decided last first, and how many there are from the cursor
	// on; requests of the portal are no calls.
	Lived(ctx context.Context, l Lease, q LivedQuery) (calls []simulate.Lived, left int, err error)
	// Stale lists records that the portal said were changed and that were not read since, oldest first.
	Stale(ctx context.Context, l Lease, limit int) ([]integration.Record, error)
}

// LivedQuery says which sessions to list: those that were decided last between From, inclusive, and Till, and that come after the
// cursor when it is set.
type LivedQuery struct {
	From, Till time.Time
	After      simulate.Cursor
	Limit      int
}

// Overdue is a session whose deadline has passed.
type Overdue struct {
	Session integration.SessionID
	// At is the deadline.
	At time.Time
	// Waits tells that the decision itself asked to be woken; otherwise nothing was heard of the call for too long.
	Waits bool
}

// Known is what is known of a record for the index of customers.
type Known struct {
	Entity crm.Entity
	// Phones are numbers of it; with Whole set they are all it has.
	Phones []integration.Phone
	Whole  bool
	// Asked is when the portal was asked.
	Asked time.Time
}
