package crm

import "time"

// Ref points at a record: by its id when that is known, else by the key of the
// command that makes it, earlier in the same request or already answered.
type Ref struct {
	ID int64  `json:"id,omitempty"`
	Of string `json:"of,omitempty"`
	// Optional refs are dropped when the command they point at failed for good.
	Optional bool `json:"optional,omitempty"`
	// Call is the portal's own id of a call that it registered by itself, as after a click on a number (T-8).
	Call string `json:"call,omitempty"`
}

// Command is one thing asked of the CRM, as data.
type Command interface {
	// Name is the command's stable name in the ledger and the journal.
	Name() string
}

// Call is one command with its key, unique within the tenant's portal.
type Call struct {
	Key string
	Do  Command
}

// Find asks for everything known of a person, by phone number, email and records known from before, in one request (T-0.1, C-5).
// It changes nothing. Result: Customer.
type Find struct {
	// Phones are all the spellings of one number to look for.
	Phones []string `json:"phones"`
	// Deals are ids that are known to be this customer's from before.
	Deals []int64 `json:"deals,omitempty"`
	// Leads, Contacts and Companies likewise.
	Leads     []int64 `json:"leads,omitempty"`
	Contacts  []int64 `json:"contacts,omitempty"`
	Companies []int64 `json:"companies,omitempty"`
	// Emails are addresses of the same person.
	Emails []string `json:"emails,omitempty"`
	// Custom are custom fields to read along, by kind (T-15: «ID первой коммуникации» is written where it is empty).
	Custom map[Kind][]string `json:"custom,omitempty"`
}

// Create makes an entity, once for ever for one OriginID. Result: Made.
type Create struct {
	Kind     Kind   `json:"kind"`
	OriginID string `json:"origin_id"` // our natural key
	Fields   Fields `json:"fields"`
}

// Update writes fields of an entity, as long as every field of If still holds:
// a person's edit wins over ours (law 7). Result: Updated.
type Update struct {
	Kind   Kind   `json:"kind"`
	Entity Ref    `json:"entity"`
	If     Guard  `json:"if,omitzero"`
	Fields Fields `json:"fields"`
}

// Guard is what must still be true for an Update to be carried out. Nil fields are not looked at.
type Guard struct {
	Responsible *UserID `json:"responsible,omitempty"`
	Stage       *string `json:"stage,omitempty"`
	Title       *string `json:"title,omitempty"`
	// SourceDescription is «Дополнительно об источнике» (T-6).
	SourceDescription *string `json:"source_description,omitempty"`
	// Custom are custom fields and what they must hold; "" means empty (T-15).
	Custom map[string]string `json:"custom,omitempty"`
	// Present asks for nothing but the record: its time of change before the write becomes known (T-1).
	Present bool `json:"present,omitempty"`
}

// IsZero reports whether nothing is looked at.
func (g Guard) IsZero() bool {
	return !g.Present && g.Responsible == nil && g.Stage == nil && g.Title == nil && g.SourceDescription == nil && len(g.Custom) == 0
}

// Direction is who called whom.
type Direction string

// The two directions of a call.
const (
	Incoming Direction = "in"
	Outgoing Direction = "out"
)

// Register announces a call to the portal, which shows its card to User when Show
// is set. ExternalID is the natural key until the call is finished. Result: Registered.
type Register struct {
	ExternalID string    `json:"external_id"`
	User       UserID    `json:"user"`
	Phone      string    `json:"phone"` // E.164
	Direction  Direction `json:"direction"`
	StartedAt  time.Time `json:"started_at"`
	Line       string    `json:"line,omitempty"` // our virtual number
	Show       bool      `json:"show"`
	Source     string    `json:"source,omitempty"`
	// Callback tells that the customer asked to be called by a form of the portal (T-9).
	Callback bool `json:"callback,omitempty"`
	// Kind and Entity bind the call to a record; a deal cannot be named here (contract §4.2).
	Kind   Kind `json:"kind,omitempty"`
	Entity *Ref `json:"entity,omitempty"`
}

// ShowCard shows the call's card to users. Result: nil.
type ShowCard struct {
	Call  Ref      `json:"call"`
	Users []UserID `json:"users"`
}

// HideCard takes the call's card away from users. Result: nil.
type HideCard struct {
	Call  Ref      `json:"call"`
	Users []UserID `json:"users"`
}

// Finish ends a registered call: the portal writes the activity with User
// responsible for it. Result: Finished.
type Finish struct {
	Call     Ref           `json:"call"`
	User     UserID        `json:"user"`
	Duration time.Duration `json:"duration"` // talk time
	Status   string        `json:"status"`   // contract §4.5: 200, 304, 603…
	Reason   string        `json:"reason,omitempty"`
	Rating   int           `json:"rating,omitempty"` // 1..5, 0 when not given
	// Notice posts a message of the call into the employee's chat in the portal (T-11).
	Notice bool `json:"notice,omitempty"`
}

// SetActivity completes or reopens an activity, and gives it to User unless that is 0. Result: nil.
type SetActivity struct {
	Activity  Ref    `json:"activity"` // the key of a Finish or an AddActivity, or an id
	Completed bool   `json:"completed"`
	User      UserID `json:"user,omitempty"`
}

// AddActivity makes the activity of a call whose entity the portal cannot bind a call to, a deal without a client
// (contract §4.3), or of a conversation (C-5). OriginID is the natural key. Result: Finished.
type AddActivity struct {
	OriginID string `json:"origin_id"`
	// Chat tells that it is of a chat or an offline request, and not of a call.
	Chat      bool      `json:"chat,omitempty"`
	Kind      Kind      `json:"kind"`
	Entity    Ref       `json:"entity"`
	User      UserID    `json:"user"`
	Subject   string    `json:"subject"`
	Phone     string    `json:"phone,omitempty"` // E.164; a chat may have none
	Direction Direction `json:"direction"`
	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at"`
	Completed bool      `json:"completed"`
}

// Comment writes a comment into an entity's timeline. It has no natural key of its own: a comment in doubt is looked for
// among the entity's newest by its text. Result: Commented.
type Comment struct {
	Kind   Kind   `json:"kind"`
	Entity Ref    `json:"entity"`
	Text   string `json:"text"`
}

// EditComment gives a comment another text; repeating it changes nothing. Result: Commented. NotFound means that the comment, or
// the record it belonged to, is gone.
type EditComment struct {
	Comment Ref    `json:"comment"` // the key of a Comment, or its id
	Kind    Kind   `json:"kind"`
	Entity  Ref    `json:"entity"` // to which it belongs
	Text    string `json:"text"`
}

// Notify tells a user of records in the portal's own notification centre (C-8). Tag is the natural key: a repeated one replaces
// the earlier notice. Result: Notified.
type Notify struct {
	User  UserID `json:"user"`
	Tag   string `json:"tag"`
	Text  string `json:"text"` // as plain text: what the portal would take for markup is shown as it is written
	Links []Link `json:"links,omitempty"`
}

// Link points a person at a record.
type Link struct {
	Kind   Kind   `json:"kind"`
	Entity Ref    `json:"entity"`
	Title  string `json:"title"`
}

// Transcribe adds the words of the talk to a finished call. Result: nil.
type Transcribe struct {
	Call Ref `json:"call"`
	// After is the Finish that must have been carried out before (contract §4.7).
	After Ref      `json:"after"`
	Lines []Spoken `json:"lines"`
}

// Spoken is one utterance of a talk; From and To count from its beginning.
type Spoken struct {
	Client bool          `json:"client,omitempty"`
	From   time.Duration `json:"from"`
	To     time.Duration `json:"to"`
	Text   string        `json:"text"`
}

// List reads a page of entities by ascending id, with their numbers. It changes nothing. Result: Listed.
type List struct {
	Kind  Kind  `json:"kind"`
	After int64 `json:"after,omitempty"` // ids greater than this
}

// Read reads one entity with its numbers. It changes nothing. Result: Entity; NotFound means that it was deleted or merged.
type Read struct {
	Kind Kind  `json:"kind"`
	ID   int64 `json:"id"`
}

// BindActivity shows an activity in one more entity's timeline. Result: nil.
type BindActivity struct {
	Activity Ref  `json:"activity"`
	Kind     Kind `json:"kind"`
	Entity   Ref  `json:"entity"`
}

// AttachRecord asks where to put the record of a finished call; the bytes go
// there by Portal.Upload, outside the request. Result: UploadTo.
type AttachRecord struct {
	Call Ref `json:"call"`
	// After is the Finish that must have been carried out before (contract §4.6).
	After     Ref    `json:"after"`
	SourceURL string `json:"source_url"`
	Filename  string `json:"filename"`
}

// Sync reads the portal's directory. It changes nothing. Result: Directory.
type Sync struct{}

// Prepare tells the portal where to report its events, once each, which lines employees may call from, and which pages of ours it shows.
// Repeating it changes nothing; addresses of ours from before are taken off.
type Prepare struct {
	Handler string   `json:"handler"` // address
	Events  []string `json:"events"`  // in the vendor's words, "ONEXTERNALCALLSTART"
	Lines   []Line   `json:"lines,omitempty"`
	// Pages are all that the portal shows of ours; others at our addresses are taken off. None: pages are left alone.
	Pages []Page `json:"pages,omitempty"`
}

// Page is a page of ours at a place inside the portal.
type Page struct {
	Place   string `json:"place"`   // in the vendor's words, "LEFT_MENU"
	Address string `json:"address"` // where the portal posts its opening
	RU      string `json:"ru"`      // titles
	EN      string `json:"en"`
}

// Line is a number that employees may choose to call from in the portal.
type Line struct {
	Number string `json:"number"`
	Name   string `json:"name,omitempty"`
}

// Index reads all customers of the portal into our own index of responsibles, page by page (T-2).
type Index struct{}

// Refresh reads anew what the portal said was changed (T-2).
type Refresh struct{}
