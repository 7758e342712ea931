package web

import (
	"context"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// ChangeKind says what changed of an event in the journal.
type ChangeKind string

// The kinds of changes.
const (
	ChangeReceived ChangeKind = "received" // the event is new
	ChangeReplayed ChangeKind = "replayed" // the event is new: a person wants its call decided once more
	ChangeDecided  ChangeKind = "decided"  // it has an outcome and a plan; its actions are planned
	ChangeActed    ChangeKind = "acted"    // actions of its plan came to another state
)

// ChangedAction is an action in the state that it came to.
type ChangedAction struct {
	Key     integration.ActionKey `json:"key"`
	Command string                `json:"command" example:"register_call"`
	State   lane.ActionState      `json:"state" enum:"planned,sending,doubt,done,failed,dead"`
}

// Change is one change of what the journal shows.
type Change struct {
	// Number grows by one with each change of the tenant. Whoever has seen a number never finds a smaller one later.
	Number  int64
	Kind    ChangeKind
	Row     EventRow // as it is now, which may be ahead of the change
	Actions []ChangedAction
}

// Changes is a page of changes in the order of their numbers.
type Changes struct {
	List []Change
	// Through is the number up to which the page tells.
	Through int64
	// Reset tells that the reader's number is not kept any more, or never was: the journal is to be read anew, and then
	// changes from Through on.
	Reset bool
}

// Live tells what the journal shows anew.
type Live interface {
	// LastChange is the number of the newest change, 0 before the first.
	LastChange(ctx context.Context, t integration.TenantID) (int64, error)
	// Changes lists up to limit changes after a number.
	Changes(ctx context.Context, t integration.TenantID, after int64, limit int) (Changes, error)
	// Watch tells when this process has committed changes of the tenant's, until it is stopped. It is a hint: changes of
	// other processes are found by asking.
	Watch(t integration.TenantID) (news <-chan struct{}, stop func())
}
