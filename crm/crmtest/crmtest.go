// Package crmtest is the exam that every crm.Portal passes: what the ledger and
// the lanes rely on, put as claims. It knows the port only; a Harness gives it an
// account to work on and the means to be a person in it and to make it misbehave.
// It never looks at how an adapter does things.
package crmtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
)

// Fault is a way in which the account's next request goes wrong.
type Fault string

// The faults of the exam.
const (
	Limit        Fault = "limit"         // refused for too many requests
	CutAfter     Fault = "cut_after"     // executed, then the connection is cut
	CutHalf      Fault = "cut_half"      // half of it executed, then the connection is cut
	Garbage      Fault = "garbage"       // executed, answered with what is no answer
	Truncated    Fault = "truncated"     // executed, the answer ends in the middle
	FrontServer  Fault = "front_server"  // executed, answered by a page of the front server
	Overload     Fault = "overload"      // blocked by the vendor's hand
	Revoked      Fault = "revoked"       // we are no longer allowed in
	ExpiredToken Fault = "expired_token" // the access token is too old
	Rename       Fault = "rename"        // the account has another address from now on
)

// Harness is an account with one client, fresh for each claim.
type Harness struct {
	Portal crm.Portal
	// Users are two active employees.
	Users [2]crm.UserID
	// OpenStage and WonStage are codes of the general funnel, OpenLead and JunkLead of leads.
	OpenStage, WonStage, OpenLead, JunkLead string

	// Beside returns a client of the same account in another process.
	Beside func(t *testing.T) crm.Portal
	// Next makes the next request go wrong.
	Next func(Fault)
	// NextMethod makes the next command of this kind fail as a mistake of ours, its neighbours not.
	NextMethod func(crm.Command)
	// Edit is a person giving a record to somebody else.
	Edit func(kind crm.Kind, id int64, responsible crm.UserID)
	// Count counts records of a kind.
	Count func(crm.Kind) int
	// Refreshes counts token refreshes, Requests HTTP requests.
	Refreshes, Requests func() int
	// Calls counts finished calls, Shown the cards on the user's screen.
	Calls func() int
	Shown func(crm.UserID) int
	// Record tells how often a record was attached to any call, and the last one's SHA-256.
	Record func() (times int, sum string)
	// Transcripts counts the transcripts that were attached to any call, Notes the messages that finished calls posted.
	Transcripts, Notes func() int
	// Click is an employee's click on a number in the account, which registers the call by itself and tells its id. It
	// takes an account that reports ONEXTERNALCALLSTART.
	Click func(user crm.UserID, phone string) string
	// Fill is a person writing into a text field of a record, by the name that commands know; Remove deletes a record.
	Fill   func(kind crm.Kind, id int64, field, value string)
	Remove func(kind crm.Kind, id int64)
	// AddField adds a custom text field, "UF_CRM_CITY", mandatory or not.
	AddField func(kind crm.Kind, name, title string, mandatory bool)
	// Comments are the texts in a record's timeline.
	Comments func(kind crm.Kind, id int64) []string
	// Reach is how a record is reached: "PHONE MOBILE +7…", "IM TELEGRAM @anna", in the order of their addition; Clients are the
	// contacts of a lead or deal, the primary one first; Open counts the activities of a record that are to be done.
	Reach   func(kind crm.Kind, id int64) []string
	Clients func(kind crm.Kind, id int64) []int64
	Open    func(kind crm.Kind, id int64) int
	// Merge is a person making two records one, RemoveComment deleting a comment.
	Merge         func(kind crm.Kind, into, from int64)
	RemoveComment func(id int64)
	// Notices are the texts in a user's notification centre, oldest first.
	Notices func(crm.UserID) []string
	// Bind has the account report an event to an address, as an earlier version of ours did.
	Bind func(event, address string)
	// Handlers tells "EVENT address" of all that is bound, Lines "number name" of all lines; both sorted.
	Handlers, Lines func() []string
	// Workday begins, pauses or ends an employee's working day; NoWorkdays takes them from the tariff.
	Workday    func(crm.UserID, crm.Presence)
	NoWorkdays func()
	// Advance moves the clock.
	Advance func(time.Duration)
}

// Run holds every claim against a fresh account each.
func Run(t *testing.T, fresh func(t *testing.T) Harness) {
	t.Helper()
	claims := []struct {
		name  string
		claim func(*testing.T, *exam)
	}{
		{"what is created is found by every spelling of its number", foundBySpelling},
		{"a stranger finds nothing", strangerFindsNothing},
		{"deals of strangers are not found by records without links", strangersDeals},
		{"closedness is the stage's meaning", closedness},
		{"open deals are found among many closed ones", openAmongMany},
		{"what is created is found by its origin and only then", originLookUp},
		{"a guarded update is applied while the guard holds", guardHolds},
		{"a guarded update keeps a person's edit", guardKeeps},
		{"phones are added and replace none", phonesAdded},
		{"a call is registered, shown, hidden, finished and recorded", callFlow},
		{"a missed call stays open until it is completed", missedCall},
		{"a chain in one request refers to its own records", chainInOneRequest},
		{"a chain over several requests refers by answers", chainOverRequests},
		{"an invalid command leaves its neighbours alone", invalidNeighbour},
		{"what hangs on a failed command is skipped or done, never in doubt", dependents},
		{"registering again gives the same call", registerAgain},
		{"binding and completing may be repeated", repeatable},
		{"a record is attached once", attachOnce},
		{"a limit is limited and nothing happens", limited},
		{"lost answers are ambiguous and the look tells", ambiguous},
		{"half a request is ambiguous and the look tells which half", half},
		{"a revoked access is denied", denied},
		{"an overload is overloaded", overloaded},
		{"an expired token costs one refresh for a hundred parallel requests", oneRefresh},
		{"two processes share their tokens", twoProcesses},
		{"a renamed account is followed", renamed},
		{"as many chains fit as the request takes", fits},
		{"the directory is complete", directory},
		{"the directory offers text fields", textFields},
		{"a refusal names the mandatory field", mandatoryField},
		{"a call that the account registered goes on by its own id", clickedCall},
		{"a finished call posts a message when it is asked to", notice},
		{"a transcript is attached once", transcribeOnce},
		{"an activity of a record without a client is made once", activityOnce},
		{"an activity hangs on what its own request made", activityInChain},
		{"a comment is written once", commentOnce},
		{"a comment's text is replaced, again and again", commentEdited},
		{"a comment that is gone cannot be edited", commentGone},
		{"a user is told once", notified},
		{"a user is told of what the same request makes", notifiedInChain},
		{"an activity of a conversation is made once", chatActivity},
		{"whoever has an address is found by it", foundByMail},
		{"records that are known are found as long as they are there", foundByIDs},
		{"a record is made with all by which its person is reached", reachable},
		{"a record is given what it lacks and nothing twice", lackingAdded},
		{"a client is linked later and takes nobody's place", clientLinked},
		{"a field is filled in while nobody has", emptyGuards},
		{"what is found tells who changed it when, and custom fields", foundDetails},
		{"customers are read page by page with their numbers", pagesOfCustomers},
		{"a record that is gone is not found", readOne},
		{"the same ending in another country is another number", countries},
		{"the account is prepared once", prepared},
		{"working days are told where there are any", workdays},
	}
	for _, c := range claims {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			h := fresh(t)
			c.claim(t, &exam{Harness: h, t: t, answers: crm.Answers{}})
		})
	}
}

// exam is a harness with the ledger's part of the work: keys and stored answers.
type exam struct {
	Harness
	t       *testing.T
	answers crm.Answers
	serial  int
}

func (x *exam) key() string { x.serial++; return fmt.Sprintf("k%03d", x.serial) }

// perform sends chains and stores the answers as the ledger does.
func (x *exam) perform(chains ...[]crm.Call) []crm.Outcome {
	x.t.Helper()
	outs := x.Portal.Perform(x.t.Context(), chains, x.answers)
	var calls int
	for _, chain := range chains {
		calls += len(chain)
	}
	if len(outs) != calls {
		x.t.Fatalf("%d outcomes for %d calls", len(outs), calls)
	}
	x.store(outs)
	return outs
}

func (x *exam) store(outs []crm.Outcome) {
	x.t.Helper()
	for _, o := range outs {
		if o.Err != nil {
			continue
		}
		b, err := json.Marshal(o.Result)
		if err != nil {
			x.t.Fatal(err)
		}
		x.answers[o.Key] = b
	}
}

// do carries one command out and expects it to succeed.
func (x *exam) do(c crm.Command) any {
	x.t.Helper()
	o := x.perform([]crm.Call{{Key: x.key(), Do: c}})[0]
	if o.Err != nil {
		x.t.Fatalf("%s: %v", c.Name(), o.Err)
	}
	return o.Result
}

func (x *exam) create(kind crm.Kind, origin string, f crm.Fields) int64 {
	x.t.Helper()
	return result[crm.Made](x.t, x.do(crm.Create{Kind: kind, OriginID: origin, Fields: f})).ID
}

func (x *exam) find(phones ...string) crm.Customer {
	x.t.Helper()
	return result[crm.Customer](x.t, x.do(crm.Find{Phones: phones}))
}

func result[T any](t *testing.T, v any) T {
	t.Helper()
	got, ok := v.(T)
	if !ok {
		t.Fatalf("the result is a %T, want %T", v, got)
	}
	return got
}

func (x *exam) want(o crm.Outcome, kind crm.ErrorKind) {
	x.t.Helper()
	got := crm.ErrorKind("")
	if o.Err != nil {
		got = o.Err.Kind
	}
	if got != kind {
		x.t.Errorf("%s: got %q (%v), want %q", o.Key, got, o.Err, kind)
	}
}

func (x *exam) equal(what string, want, got any) {
	x.t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		x.t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func ids(es []crm.Entity) []int64 {
	out := []int64{}
	for _, e := range es {
		out = append(out, e.ID)
	}
	return out
}

const (
	phone   = "+79161234567"
	another = "+74951230000"
)

// spellings are those that the integration asks for.
var spellings = []string{phone, "79161234567", "89161234567", "8 (916) 123-45-67"}

// register announces a call and remembers its key.
func (x *exam) register(external string, entity *crm.Ref) string {
	x.t.Helper()
	key := x.key()
	r := crm.Register{
		ExternalID: external, User: x.Users[0], Phone: phone, Direction: crm.Incoming,
		StartedAt: time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC), Line: another, Show: true,
	}
	if entity != nil {
		r.Kind, r.Entity = crm.Contact, entity
	}
	if o := x.perform([]crm.Call{{Key: key, Do: r}})[0]; o.Err != nil {
		x.t.Fatal(o.Err)
	}
	return key
}

// finish ends a call and remembers its key.
func (x *exam) finish(call, status string, talked time.Duration) (key string, activity int64) {
	x.t.Helper()
	key = x.key()
	o := x.perform([]crm.Call{{Key: key, Do: crm.Finish{Call: crm.Ref{Of: call}, User: x.Users[0], Duration: talked, Status: status}}})[0]
	if o.Err != nil {
		x.t.Fatal(o.Err)
	}
	return key, result[crm.Finished](x.t, o.Result).Activity
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func sumOf(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// free is a limiter that lets everything through and counts.
func free(n *int) func(context.Context) error {
	return func(context.Context) error { *n++; return nil }
}
