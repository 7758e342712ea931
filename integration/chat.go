package integration

import (
	"strings"
	"time"

	"omniconnector/crm"
)

// Communication is a kind of conversation, in the platform's words (contract uis "Glossary").
type Communication string

// The two kinds of conversation.
const (
	Chat    Communication = "chat"
	Offline Communication = "offline_message" // «офлайн-заявка»: a form left on the site when nobody was there
)

// ChatSession and OfflineSession name the sessions of conversations; the names are also what «ID первой коммуникации» holds (C-13).
func ChatSession(id string) SessionID { return SessionID(string(Chat) + ":" + id) }

// OfflineSession names the session of an offline request.
func OfflineSession(id string) SessionID { return SessionID(string(Offline) + ":" + id) }

// VisitorSession names the session of what is told of a visitor and not of one chat.
func VisitorSession(visitor string) SessionID { return SessionID(visitorPrefix + visitor) }

const visitorPrefix = "visitor:"

// Communication says what kind of conversation a session is, and its id at the platform; ok is false for a call, a request of the
// portal, or a visitor.
func (s SessionID) Communication() (kind Communication, id string, ok bool) {
	prefix, id, found := strings.Cut(string(s), ":")
	if k := Communication(prefix); found && (k == Chat || k == Offline) {
		return k, id, true
	}
	return "", "", false
}

// Visitor is the visitor of a VisitorSession; ok is false for any other session.
func (s SessionID) Visitor() (id string, ok bool) { return strings.CutPrefix(string(s), visitorPrefix) }

// ChatTold is what one event says of a conversation.
type ChatTold struct {
	// Channel is the channel's type in the platform's words, "whatsapp"; ChannelID is its id in the platform's directory.
	Channel     string  `json:"channel,omitempty"`
	ChannelID   int64   `json:"channel_id,omitempty"`
	ChannelName string  `json:"channel_name,omitempty"`
	Initiator   string  `json:"initiator,omitempty"` // visitor, operator, autoinvite…
	Visitor     Visitor `json:"visitor,omitzero"`
	// Message is a new message, or what a known one has become.
	Message *Message `json:"message,omitempty"`
	// Messages are all that the platform keeps, told by a report of a chat that is over.
	Messages []Message `json:"messages,omitempty"`
	// Closed tells that the chat is over, for the platform's Reason: "closed_by_operator".
	Closed bool   `json:"closed,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Gone are records that the CRM no longer has (RecordGone).
	Gone []Record `json:"gone,omitempty"`
}

// Visitor is who writes, as far as the platform knows.
type Visitor struct {
	ID         string          `json:"id,omitempty"`
	Name       string          `json:"name,omitempty"`
	Company    string          `json:"company,omitempty"`
	Comment    string          `json:"comment,omitempty"`
	Phones     []string        `json:"phones,omitempty"` // as the platform writes them
	Emails     []string        `json:"emails,omitempty"`
	Messengers []crm.Messenger `json:"messengers,omitempty"`
}

// Speaker says who wrote a message.
type Speaker string

// Who may write. Robots are the platform's: automatic invitations, scenarios.
const (
	ByVisitor  Speaker = "visitor"
	ByOperator Speaker = "operator"
	BySystem   Speaker = "system"
	ByRobot    Speaker = "robot"
)

// Message is one message of a conversation.
type Message struct {
	ID       string    `json:"id"`
	By       Speaker   `json:"by,omitempty"` // empty in a change of a known message
	Operator Employee  `json:"operator,omitzero"`
	At       time.Time `json:"at,omitzero"`
	Text     string    `json:"text,omitempty"`
	File     *File     `json:"file,omitempty"`
	ReplyTo  string    `json:"reply_to,omitempty"`
	Status   string    `json:"status,omitempty"` // accepted, sent, delivered, read, error
	// Edited and Deleted tell what became of it after it was sent.
	Edited  bool `json:"edited,omitempty"`
	Deleted bool `json:"deleted,omitempty"`
}

// File is something sent in a message. Where it is kept is told by its ids, or by an address.
type File struct {
	Account string `json:"account,omitempty"` // of the adapter (contract uis §5.2), as are Channel, ID and Token
	Channel string `json:"channel,omitempty"`
	ID      string `json:"id,omitempty"`
	Token   string `json:"token,omitempty"` // opens nothing without the adapter's own login
	URL     string `json:"url,omitempty"`
	Type    string `json:"type,omitempty"` // photo, video, audio, voice, document
	Name    string `json:"name,omitempty"`
	Size    int64  `json:"size,omitempty"`
}

// Conversation is a chat or an offline request, folded from its events. The same events give the same Conversation in whatever
// order and however often they arrived.
type Conversation struct {
	Session     SessionID     `json:"session"`
	Kind        Communication `json:"kind"`
	ID          string        `json:"id"`
	Channel     string        `json:"channel,omitempty"`
	ChannelID   int64         `json:"channel_id,omitempty"`
	ChannelName string        `json:"channel_name,omitempty"`
	Initiator   string        `json:"initiator,omitempty"`
	OpenedAt    time.Time     `json:"opened_at"`
	// Closed tells that it is over: by the platform's word, or, when Silent is set, by our own waiting.
	Closed   bool      `json:"closed,omitempty"`
	Silent   bool      `json:"silent,omitempty"`
	ClosedAt time.Time `json:"closed_at,omitzero"`
	Reason   string    `json:"reason,omitempty"`
	Visitor  Visitor   `json:"visitor,omitzero"`
	// Operators took the chat, in order.
	Operators []Employee `json:"operators,omitempty"`
	// Messages are in the order in which they were written.
	Messages []Message `json:"messages,omitempty"`
	Tags     []string  `json:"tags,omitempty"`
	// Described tells that the platform's own report of it has come; Told that one came after its end.
	Described bool                `json:"described,omitempty"`
	Told      bool                `json:"told,omitempty"`
	Params    map[string][]string `json:"params,omitempty"`
	Gone      []Record            `json:"gone,omitempty"`
	Imported  bool                `json:"imported,omitempty"`
	Replay    string              `json:"replay,omitempty"` // the key of the latest CallReplayed
}

// ChatMemory is what was decided for a conversation so far.
type ChatMemory struct {
	// Asked are the contacts by which the CRM was asked.
	Asked []string `json:"asked,omitempty"`
	// Sought tells that the CRM was asked for what the visitor's earlier conversations left.
	Sought bool `json:"sought,omitempty"`
	// Repeat tells that somebody was found; C-6 has its funnels by it.
	Repeat bool `json:"repeat,omitempty"`
	// Made are the records that the conversation created, as they look by the decisions so far.
	Made map[crm.Kind]*Target `json:"made,omitempty"`
	// Client is the contact or company it belongs to; nil while there is none.
	Client *Bound `json:"client,omitempty"`
	// Contacts are those that were written to the CRM.
	Contacts []string `json:"contacts,omitempty"`
	// Places are where its words go.
	Places []Place `json:"places,omitempty"`
	// Notified and Active tell that the responsible was notified (C-8), and that an activity was planned (C-5).
	Notified bool `json:"notified,omitempty"`
	Active   bool `json:"active,omitempty"`
	// Completed tells that the activity was marked as done.
	Completed bool `json:"completed,omitempty"`
	// StepAt is when the transcript grew last. Rounds is how often records of it were found to be gone and looked for anew, Lost which.
	StepAt time.Time `json:"step_at,omitzero"`
	Rounds int       `json:"rounds,omitempty"`
	Lost   []Record  `json:"lost,omitempty"`
	// Describing tells that the platform was asked for the chat's attributes, Rereading that it was asked for all of it.
	Describing bool `json:"describing,omitempty"`
	Rereading  bool `json:"rereading,omitempty"`
	// Reopened is how often it went on after that: at its next end the platform is asked again.
	Reopened int `json:"reopened,omitempty"`
}

// Place is a record whose timeline has the words of a conversation, in one comment or, by the portal's limit of size, in several (C-7).
type Place struct {
	Bound

	Parts []Part `json:"parts,omitempty"`
}

// Part is one comment: a fingerprint of its text as it was planned last, and how often it was planned.
type Part struct {
	Sum   string `json:"sum"`
	Steps int    `json:"steps"`
}
