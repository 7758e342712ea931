package centre

import (
	"encoding/json"
	"fmt"
	"time"
)

// Errand is one thing asked of the platform, as data: an action like any other, stored before it runs.
type Errand interface {
	// Name is the errand's stable name in the ledger and the journal.
	Name() string
}

// Dial starts a call: first the employee, or Operator when there is none, then the client (T-8, T-9; contract uis §3.1, §3.2).
// ExternalID is the natural key: the platform names it in everything it tells of the call. Result: Dialled.
type Dial struct {
	ExternalID string     `json:"external_id"`
	Employee   EmployeeID `json:"employee,omitempty"`
	// Operator is a number to call instead of an employee's.
	Operator string `json:"operator,omitempty"`
	Client   string `json:"client"` // E.164
	// CallerID is the virtual number that the client sees, digits only.
	CallerID string `json:"caller_id"`
}

// Reread reads one ended call whole: what the platform knows of it a minute later is the truth (contract uis §8).
type Reread struct {
	Session string `json:"session"`
}

// Sweep reads the calls that ended lately, again and again, so that one whose every notification was lost still
// reaches the CRM.
type Sweep struct{}

// ReadChat reads what the platform knows of a chat: the attributes that its notifications lack, and once it is over all its
// messages (contract uis §4.5, §4.6).
type ReadChat struct {
	Chat string `json:"chat"`
	// Whole asks for the messages too.
	Whole bool `json:"whole,omitempty"`
}

// SweepChats reads the chats that went on lately, again and again, so that one whose every notification was lost still reaches the CRM.
type SweepChats struct{}

// SweepRequests reads the offline requests that came lately, again and again (contract uis §4.7): for most tenants nothing else tells of them.
type SweepRequests struct{}

// Import reads the calls of a range of the past once, page by page. Result: Imported, also after each page.
type Import struct {
	From time.Time `json:"from"`
	Till time.Time `json:"till"`
}

// Sync reads the platform's directory. Result: none; the directory is stored.
type Sync struct{}

// ImportStatuses sets the statuses of mapped employees by their working day in the portal («Импорт статусов»).
type ImportStatuses struct{}

// Dialled is the result of Dial: the platform's session of the call.
type Dialled struct {
	Session string `json:"session"`
}

// Swept is how far a Sweep, SweepChats or SweepRequests has come.
type Swept struct {
	Till  time.Time `json:"till"`
	Found int       `json:"found"` // what no notification told of, ever
}

// Imported is how far an Import has come.
type Imported struct {
	Done  int `json:"done"`
	Total int `json:"total"`
}

// Statuses is what the last ImportStatuses did.
type Statuses struct {
	Looked  int `json:"looked"`
	Changed int `json:"changed"`
}

// Name is "dial".
func (Dial) Name() string { return "dial" }

// Name is "reread_call".
func (Reread) Name() string { return "reread_call" }

// Name is "sweep_calls".
func (Sweep) Name() string { return "sweep_calls" }

// Name is "read_chat".
func (ReadChat) Name() string { return "read_chat" }

// Name is "sweep_chats".
func (SweepChats) Name() string { return "sweep_chats" }

// Name is "sweep_requests".
func (SweepRequests) Name() string { return "sweep_requests" }

// Name is "import_calls".
func (Import) Name() string { return "import_calls" }

// Name is "sync_centre".
func (Sync) Name() string { return "sync_centre" }

// Name is "import_statuses".
func (ImportStatuses) Name() string { return "import_statuses" }

// Decode reads an errand back from the ledger by its name; ok is false for a name that is no errand's.
func Decode(name string, body []byte) (e Errand, ok bool, err error) {
	read, ok := readers[name]
	if !ok {
		return nil, false, nil
	}
	e, err = read(name, body)
	return e, true, err
}

var readers = map[string]func(name string, body []byte) (Errand, error){
	Dial{}.Name(): decode[Dial], Reread{}.Name(): decode[Reread], Sweep{}.Name(): decode[Sweep],
	ReadChat{}.Name(): decode[ReadChat], SweepChats{}.Name(): decode[SweepChats], SweepRequests{}.Name(): decode[SweepRequests],
	Import{}.Name(): decode[Import], Sync{}.Name(): decode[Sync], ImportStatuses{}.Name(): decode[ImportStatuses],
}

func decode[E Errand](name string, body []byte) (Errand, error) {
	var e E
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, fmt.Errorf("errand %s: %w", name, err)
	}
	return e, nil
}

// Query says which calls, chats or offline requests to read.
type Query struct {
	// From and Till bound when they began; both are needed (contract uis §4.3).
	From, Till time.Time
	// Sessions limits the answer to these, by the platform's own ids; empty means all.
	Sessions []string
	// Offset and Limit page through the answer, by ascending start.
	Offset, Limit int
}
