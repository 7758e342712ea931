package crm

import (
	"encoding/json"
	"fmt"
	"time"
)

// Ref points at a record: by its id when that is known, else by the key of the
// command that makes it, earlier in the same request or already answered.
type Ref struct {
	ID int64  `json:"id,omitempty"`
	Of string `json:"of,omitempty"`
	// Optional refs are dropped when the command they point at failed for good.
	Optional bool `json:"optional,omitempty"`
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

// Find asks for everything known of a phone number, in one request (T-0.1).
// It changes nothing. Result: Customer.
type Find struct {
	// Phones are all the spellings of one number to look for.
	Phones []string `json:"phones"`
	// Deals are ids that are known to be this customer's from before.
	Deals []int64 `json:"deals,omitempty"`
	// Leads likewise.
	Leads []int64 `json:"leads,omitempty"`
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
}

// SetActivity completes or reopens an activity. Result: nil.
type SetActivity struct {
	Activity  Ref  `json:"activity"` // a Finish's key, or an id
	Completed bool `json:"completed"`
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

// Made is the result of Create.
type Made struct {
	ID int64 `json:"id"`
}

// Updated is the result of Update. Kept tells that a guard did not hold, so that the
// person's edit was kept and nothing was written.
type Updated struct {
	Kept bool `json:"kept,omitempty"`
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

// Name is "find_customer".
func (Find) Name() string { return "find_customer" }

// Name is "create".
func (Create) Name() string { return "create" }

// Name is "update".
func (Update) Name() string { return "update" }

// Name is "register_call".
func (Register) Name() string { return "register_call" }

// Name is "show_card".
func (ShowCard) Name() string { return "show_card" }

// Name is "hide_card".
func (HideCard) Name() string { return "hide_card" }

// Name is "finish_call".
func (Finish) Name() string { return "finish_call" }

// Name is "set_activity".
func (SetActivity) Name() string { return "set_activity" }

// Name is "bind_activity".
func (BindActivity) Name() string { return "bind_activity" }

// Name is "attach_record".
func (AttachRecord) Name() string { return "attach_record" }

// Name is "sync_directory".
func (Sync) Name() string { return "sync_directory" }

// Refs lists the commands that c points at, in the order of its fields.
func Refs(c Command) []Ref {
	var refs []Ref
	add := func(r *Ref) {
		if r != nil && r.Of != "" {
			refs = append(refs, *r)
		}
	}
	fields := func(f *Fields) { add(f.Contact); add(f.Company) }
	switch c := c.(type) {
	case Create:
		fields(&c.Fields)
	case Update:
		add(&c.Entity)
		fields(&c.Fields)
	case Register:
		add(c.Entity)
	case ShowCard:
		add(&c.Call)
	case HideCard:
		add(&c.Call)
	case Finish:
		add(&c.Call)
	case SetActivity:
		add(&c.Activity)
	case BindActivity:
		add(&c.Activity)
		add(&c.Entity)
	case AttachRecord:
		add(&c.Call)
		add(&c.After)
	}
	return refs
}

// Decode reads a command back from the ledger by its name. An unknown name or
// a damaged body is an error: an action we cannot read is never guessed at.
func Decode(name string, body []byte) (Command, error) {
	switch name {
	case Find{}.Name():
		return decode[Find](name, body)
	case Create{}.Name():
		return decode[Create](name, body)
	case Update{}.Name():
		return decode[Update](name, body)
	case Register{}.Name():
		return decode[Register](name, body)
	case ShowCard{}.Name():
		return decode[ShowCard](name, body)
	case HideCard{}.Name():
		return decode[HideCard](name, body)
	case Finish{}.Name():
		return decode[Finish](name, body)
	case SetActivity{}.Name():
		return decode[SetActivity](name, body)
	case BindActivity{}.Name():
		return decode[BindActivity](name, body)
	case AttachRecord{}.Name():
		return decode[AttachRecord](name, body)
	case Sync{}.Name():
		return decode[Sync](name, body)
	}
	return nil, fmt.Errorf("unknown command %q", name)
}

func decode[C Command](name string, body []byte) (Command, error) {
	var c C
	if err := json.Unmarshal(body, &c); err != nil {
		return nil, fmt.Errorf("command %s: %w", name, err)
	}
	return c, nil
}
