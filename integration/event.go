package integration

import (
	"time"

	"omniconnector/crm"
)

// EventKind says what happened, in the platform-neutral words of contract §1.2.
type EventKind string

// The kinds of event of a call.
const (
	CallIncoming     EventKind = "call_incoming"      // a call reached a virtual number
	CallOutgoing     EventKind = "call_outgoing"      // an employee started a call
	CallRinging      EventKind = "call_ringing"       // an employee's phone rings
	CallLegOut       EventKind = "call_leg_out"       // a leg is dialled
	CallTalkStarted  EventKind = "call_talk_started"  // two legs are connected
	CallTalkFinished EventKind = "call_talk_finished" // a talk, not yet the call, ended
	CallFinished     EventKind = "call_finished"      // the session ended
	CallLost         EventKind = "call_lost"          // the session ended and nobody spoke
	RecordReady      EventKind = "record_ready"       // a record of the talk can be fetched
	VoicemailReady   EventKind = "voicemail_ready"    // the caller left a message
	FaxReceived      EventKind = "fax_received"
	TagSet           EventKind = "tag_set" // somebody marked the communication
	SIPLost          EventKind = "sip_registration_lost"
	// CallReport is what the platform knows of an ended call when it is asked (contract uis §4.3).
	CallReport EventKind = "call_report"
	// RouteAsked is the platform's question whose client is calling, with the answer it was given (T-2).
	RouteAsked EventKind = "route_asked"
	// ClickToCall is an employee's click on a number in the portal (T-8).
	ClickToCall EventKind = "click_to_call"
	// CallbackAsked is a client's wish to be called back, left in a form of the portal (T-9).
	CallbackAsked EventKind = "callback_asked"
	// CallDialled and DialFailed are our own: what became of a call that we asked the platform to start.
	CallDialled EventKind = "call_dialled"
	DialFailed  EventKind = "dial_failed"
	// ActivityMissing is our own: the portal finished the call and made no activity where one was expected.
	ActivityMissing EventKind = "activity_missing"
	// CallSilent is our own: nothing was heard of a session for too long (T-0).
	CallSilent EventKind = "call_silent"
	// CallDue is our own: the moment has come for which a decision has waited (T-1, T-5).
	CallDue EventKind = "call_due"
	// CallReplayed is our own: a person wants the session to be decided once more, by the newest settings (S-2).
	CallReplayed EventKind = "call_replayed"
	// The kinds of event of a conversation: a chat (contract uis §5.3), or an offline request.
	ChatOpened   EventKind = "chat_opened"
	ChatAssigned EventKind = "chat_assigned" // an operator took it, or got it
	ChatMessage  EventKind = "chat_message"
	ChatEdited   EventKind = "chat_message_edited" // a message got other words or another file, or was taken back
	ChatStatus   EventKind = "chat_message_status"
	ChatClosed   EventKind = "chat_closed"
	// VisitorCard is what is known of a visitor, whichever chats they have; its session is VisitorSession.
	VisitorCard EventKind = "visitor_card"
	// ChatReport is what the platform knows of a chat when it is asked (contract uis §4.5).
	ChatReport     EventKind = "chat_report"
	OfflineRequest EventKind = "offline_request" // a form left on the site when nobody was there
	// RecordGone is our own: a record of the conversation was deleted or merged in the CRM.
	RecordGone EventKind = "record_gone"
	// Unreadable is an authentic delivery that could not be read; it is kept as evidence.
	Unreadable EventKind = "invalid"
)

// EventKinds lists every kind a source may send for calls.
func EventKinds() []EventKind {
	return []EventKind{
		CallIncoming, CallOutgoing, CallRinging, CallLegOut, CallTalkStarted, CallTalkFinished,
		CallFinished, CallLost, RecordReady, VoicemailReady, FaxReceived, TagSet, SIPLost,
	}
}

// ChatKinds lists every kind a source may send for conversations.
func ChatKinds() []EventKind {
	return []EventKind{
		ChatOpened, ChatAssigned, ChatMessage, ChatEdited, ChatStatus, ChatClosed, VisitorCard, ChatReport, OfflineRequest,
	}
}

// Event is one thing that happened, normalised. What the sender did not say is zero.
type Event struct {
	ID       EventID     `json:"id"`
	Source   string      `json:"source"` // "uis"
	Key      string      `json:"key"`    // the same for every repetition of the event
	Kind     EventKind   `json:"kind"`
	Session  SessionID   `json:"session,omitempty"`
	Customer CustomerKey `json:"customer,omitempty"`
	At       time.Time   `json:"at"`       // when it happened, UTC; the time of receipt when not told
	Received time.Time   `json:"received"` // UTC
	Report   Report      `json:"report"`
	// Problem tells why an authentic delivery could not be read (Kind Unreadable).
	Problem string `json:"problem,omitempty"`
}

// CallRequest is a wish of the portal's people or visitors to be connected (T-8, T-9).
type CallRequest struct {
	// CallID is the portal's own id of the call it has registered; a callback has none.
	CallID string     `json:"call_id,omitempty"`
	User   crm.UserID `json:"user,omitempty"` // who clicked
	// Line is the number chosen in the portal to call from.
	Line string `json:"line,omitempty"`
	// Kind and Entity are the record from whose page it came, or that the form made.
	Kind   crm.Kind `json:"kind,omitempty"`
	Entity int64    `json:"entity,omitempty"`
	Text   string   `json:"text,omitempty"` // what the visitor wrote
}

// Report is what one event says of its call or conversation. Empty means "not said", never "no".
type Report struct {
	Direction crm.Direction `json:"direction,omitempty"`
	// ClientNumber and VirtualNumber are as the platform wrote them.
	ClientNumber  string    `json:"client_number,omitempty"`
	VirtualNumber string    `json:"virtual_number,omitempty"`
	StartedAt     time.Time `json:"started_at,omitzero"`

	Leg      string   `json:"leg,omitempty"`
	Legs     []string `json:"legs,omitempty"`
	Employee Employee `json:"employee,omitzero"` // whom this event is about
	// Tried are the employees whose phones rang in vain, by id or by full name.
	Tried      []EmployeeID `json:"tried,omitempty"`
	TriedNames []string     `json:"tried_names,omitempty"`

	FirstTalked EmployeeID `json:"first_talked,omitempty"`
	LastTalked  EmployeeID `json:"last_talked,omitempty"`
	Lost        *bool      `json:"lost,omitempty"`
	LostReason  string     `json:"lost_reason,omitempty"`
	Status      string     `json:"status,omitempty"`
	Internal    bool       `json:"internal,omitempty"`
	Transfer    bool       `json:"transfer,omitempty"`

	Wait  *time.Duration `json:"wait,omitempty"`
	Talk  *time.Duration `json:"talk,omitempty"`
	Total *time.Duration `json:"total,omitempty"`

	Records    []string `json:"records,omitempty"`     // addresses of records
	ExternalID string   `json:"external_id,omitempty"` // our id given to the platform's call API
	CallSource string   `json:"call_source,omitempty"`
	Rating     int      `json:"rating,omitempty"`
	Tags       []string `json:"tags,omitempty"`

	// Rung and Talkers are everybody whose phone rang and who spoke, in order. Only a report of the whole call
	// tells them (CallReport).
	Rung    []Employee `json:"rung,omitempty"`
	Talkers []Employee `json:"talkers,omitempty"`
	// EndedAt is when the call ended, told by a report of the whole call.
	EndedAt    time.Time    `json:"ended_at,omitzero"`
	Transcript []crm.Spoken `json:"transcript,omitempty"`
	// Imported tells that the call was read from the past on a person's order: nobody is told of it any more.
	Imported bool `json:"imported,omitempty"`

	// Chat is what an event of a conversation says; Employee, Tags and Params are beside it.
	Chat *ChatTold `json:"chat,omitempty"`

	// Request is what a person or visitor of the portal asked for (ClickToCall, CallbackAsked).
	Request *CallRequest `json:"request,omitempty"`
	// Route is what was answered to the platform's question (RouteAsked).
	Route *Route `json:"route,omitempty"`

	// Params are the other values the event names, by the platform's variable
	// (contract uis §1.3: "scenario_id", "utm_source"), as text: ids in decimal.
	// Filters and templates look at them through Words and Variables.
	Params map[string][]string `json:"params,omitempty"`
}

// Employee is a person of the contact centre as the platform names them.
type Employee struct {
	ID        EmployeeID `json:"id,omitempty"`
	Name      string     `json:"name,omitempty"`
	Email     string     `json:"email,omitempty"`
	Extension string     `json:"extension,omitempty"`
	Phone     string     `json:"phone,omitempty"`
}

// IsZero reports whether the event named nobody.
func (e Employee) IsZero() bool { return e == Employee{} }
