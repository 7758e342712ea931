package integration

import (
	"time"

	"omniconnector/crm"
	"omniconnector/integration/centre"
)

// Outcome says how a decision came out. Every exit of Decide has a name.
type Outcome string

// The outcomes of a decision.
const (
	// Planned has actions to carry out.
	Planned Outcome = "planned"
	// Nothing is a known call about which the event changes nothing.
	Nothing Outcome = "nothing"
	// Waiting cannot be decided before an employee answers (T-7).
	Waiting Outcome = "waiting"
	// Filtered was kept out by the tenant's filter (T-7).
	Filtered Outcome = "filtered"
	// Ignored is no customer's call: internal, anonymous, our own number.
	Ignored Outcome = "ignored"
	// Invalid could not be read.
	Invalid Outcome = "invalid"
	// Together was decided together with a later event of the same call.
	Together Outcome = "together"
	// Off means that the telephony section of the portal is switched off.
	Off Outcome = "off"
)

// Outcomes lists every outcome.
func Outcomes() []Outcome {
	return []Outcome{Planned, Nothing, Waiting, Filtered, Ignored, Invalid, Together, Off}
}

// Urgency orders commands when the portal's budget is short; lower goes first.
type Urgency int

// The urgencies, most urgent first.
const (
	UrgentCard Urgency = iota
	UrgentAnswer
	UrgentEntity
	UrgentActivity
	UrgentRecord
	UrgentTranscript
	UrgentSync
)

// ActionKey is an action's natural key: the same decision about the same call
// always gives the same key, so that nothing is asked for twice.
type ActionKey string

// Action is one change of the CRM, as data, stored before it runs.
type Action struct {
	Key     ActionKey
	Urgency Urgency
	Do      crm.Command
	// Touches names what the action works on. Two actions that touch the same thing are
	// carried out in the order of their plans; others need not wait for each other.
	Touches []string
	// Until is the last moment at which the action still makes sense; zero means always.
	// A card is not popped up for a call that was answered minutes ago.
	Until time.Time
	// After is the first moment at which the action may run; zero means at once.
	After time.Time
}

// Plan is the answer to what happened to one call: what to do, and why.
type Plan struct {
	Outcome Outcome
	Reasons []Reason
	Actions []Action // in the order they must run
	// Memory is what the call's later decisions must know of this one.
	Memory Memory
	// Wake is when the call is to be decided again without another event, by a CallDue; zero for never (T-1, T-5).
	Wake time.Time
}

// Memory is what was decided for a call so far. It is stored with the plan, so that
// nothing is decided twice.
type Memory struct {
	// SettingsVersion is the version the call began with; it finishes by it (T-16).
	SettingsVersion int64 `json:"settings_version"`
	// Known is what the CRM answered before the first decision, at AskedAt.
	Known   *crm.Customer `json:"known,omitempty"`
	AskedAt time.Time     `json:"asked_at,omitzero"`
	// Target is what the created entity looks like by the decisions so far; nil when none was created.
	Target *Target `json:"target,omitempty"`
	// Registered tells that the portal was told of the call.
	Registered bool `json:"registered,omitempty"`
	// Viewer is the user for whom it was registered.
	Viewer crm.UserID `json:"viewer,omitempty"`
	// Bound is the entity the registered call belongs to in the portal.
	Bound *Bound `json:"bound,omitempty"`
	// Showing are the users whose cards are up.
	Showing []crm.UserID `json:"showing,omitempty"`
	// Closed tells that the call was finished in the portal, or needs nothing more.
	Closed bool `json:"closed,omitempty"`
	// Missed tells that it was closed as a missed incoming call.
	Missed bool `json:"missed,omitempty"`
	// Completed tells that the activity says that they talked.
	Completed bool `json:"completed,omitempty"`
	// Ending is a fingerprint of what was known when the call was closed or corrected last.
	Ending string `json:"ending,omitempty"`
	// TakenBy is who got the existing lead or deal by R2 of T-14.
	TakenBy crm.UserID `json:"taken_by,omitempty"`
	// Records are the keys of records that were planned to be attached.
	Records []string `json:"records,omitempty"`
	// Verdict is how the call's filter was decided, once it was.
	Verdict Outcome `json:"verdict,omitempty"`
	// OpenedAt is when the call was opened in the CRM: T-5 counts from it.
	OpenedAt time.Time `json:"opened_at,omitzero"`
	// DueAt is the moment for which the decision waits; zero when for none.
	DueAt time.Time `json:"due_at,omitzero"`
	// PortalCall is the portal's id of a call that it registered by itself (T-8).
	PortalCall string `json:"portal_call,omitempty"`
	// Orphaned tells that the portal's own call was finished beside ours, because it was told too late.
	Orphaned bool `json:"orphaned,omitempty"`
	// Added tells that the activity was added by us beside the portal's finish.
	Added bool `json:"added,omitempty"`
	// Supplied tells that the activity was added afterwards, because the portal had made none.
	Supplied bool `json:"supplied,omitempty"`
	// ActivityUser is who the activity was given to.
	ActivityUser crm.UserID `json:"activity_user,omitempty"`
	// Written are the extra fields as we wrote them, by record and field (T-15).
	Written map[string]map[string]string `json:"written,omitempty"`
	// Noted are the lines that were told of the call in a note.
	Noted []string `json:"noted,omitempty"`
	// Transcribed tells that the words of the talk were passed on.
	Transcribed bool `json:"transcribed,omitempty"`
	// Replay is the key of the replay that was decided last (S-2).
	Replay string `json:"replay,omitempty"`
	// Began is the version the call began with, while a replay looks with the newest settings at what it left out.
	Began int64 `json:"began,omitempty"`
	// Replayed tells that a replay decided anew: the call is one of the past, and nobody is told of it.
	Replayed bool `json:"replayed,omitempty"`
	// Chat is what was decided for a conversation beside the rest.
	Chat *ChatMemory `json:"chat,omitempty"`
	// Told tells that the reasons of a routing answer are in the journal (T-2).
	Told bool `json:"told,omitempty"`
}

// Target is an entity as a call's settings want it.
type Target struct {
	Kind        crm.Kind   `json:"kind"`
	Title       string     `json:"title"`
	Funnel      int64      `json:"funnel,omitempty"`
	Stage       string     `json:"stage,omitempty"`
	Responsible crm.UserID `json:"responsible"`
	// Companion is the contact or company created beside a deal.
	Companion crm.Kind `json:"companion,omitempty"`
	// CompanionTitle is its name.
	CompanionTitle string `json:"companion_title,omitempty"`
	// SourceDescription is «Дополнительно об источнике» (T-6).
	SourceDescription string `json:"source_description,omitempty"`
}

// Bound is a reference to an entity of a known kind.
type Bound struct {
	Kind   crm.Kind `json:"kind"`
	Entity crm.Ref  `json:"entity"`
}

// Late says what is left of an action at a moment: a registration after its time no longer
// pops up a card, and a card after its time is not shown at all.
func Late(a Action, now time.Time) (left Action, drop bool) {
	if a.Until.IsZero() || !now.After(a.Until) {
		return a, false
	}
	switch do := a.Do.(type) {
	case crm.Register:
		do.Show = false
		a.Do, a.Until = do, time.Time{}
		return a, false
	case crm.ShowCard, crm.HideCard, centre.Dial:
		return a, true
	default:
		return a, false
	}
}

// Defect is the plan for a call that could not be decided because of a mistake of ours: nothing is done, what was decided
// before stays, and the journal says so. The event can be replayed once the mistake is mended.
func Defect(m Memory) Plan {
	return Plan{Outcome: Invalid, Memory: m, Reasons: []Reason{{Rule: "R-4", Code: "defect"}}}
}

// ReadCommand reads an action's command back from the ledger by its name, be it the CRM's or the platform's.
func ReadCommand(name string, body []byte) (crm.Command, error) {
	if name == (Simulation{}).Name() {
		return readSimulation(body)
	}
	if errand, ok, err := centre.Decode(name, body); ok {
		return errand, err
	}
	return crm.Decode(name, body)
}
