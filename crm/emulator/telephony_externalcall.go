package emulator

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// phoneCall is a call registered in the portal, from its card to its record (contract §4).
type phoneCall struct {
	ID         string
	N          int64 // ordinal, also the statistics row
	ClientID   string
	AppID      int64
	AppTitle   string
	External   string
	Phone      string
	Type       int64
	UserID     int64
	Line       string
	Start      time.Time
	Registered time.Time
	Repeats    int // further registrations answered with this call
	Source     string
	Entity     ref
	Created    []ref
	// Internal calls were registered by the portal itself for a click on a number (contract §4.9).
	Internal bool
	// Bound are further records whose timeline the call's activity belongs to: the deal on whose page the number was clicked.
	Bound   []ref
	Showing map[int64]time.Time
	Shown   []CardEvent

	Finished   bool
	FinishedAt time.Time
	FinishUser int64
	Duration   int64
	Status     string
	Reason     string
	Cost       float64
	Currency   string
	Vote       int64
	Activity   int64
	ChatNotes  int
	Record     *record
	Transcript []transcriptLine
	// TranscriptID is the latest transcript's, 0 for none.
	TranscriptID int64
	Transcribe   int // how often a transcript was attached
}

// CardEvent is a call card appearing or going away on an employee's screen.
type CardEvent struct {
	At    time.Time `json:"at"`
	User  int64     `json:"user"`
	Shown bool      `json:"shown"`
}

var externalCallMethods = map[string]method{
	"telephony.externalcall.register":          {scope: "telephony", appOnly: true, run: callRegister},
	"telephony.externalcall.show":              {scope: "telephony", run: callShow},
	"telephony.externalcall.hide":              {scope: "telephony", run: callHide},
	"telephony.externalcall.finish":            {scope: "telephony", appOnly: true, run: callFinish},
	"telephony.externalcall.searchcrmentities": {scope: "telephony", run: searchEntities},
}

// repeatWindow is how long the same registration answers the same call (contract §4.2).
const repeatWindow = 30 * time.Minute

var phonePattern = regexp.MustCompile(`^\+?[\d\s()\-.,;#*]*\d[\d\s()\-.,;#*]*$`)

// callUser finds who a call belongs to, by USER_ID or USER_PHONE_INNER.
func (c *call) callUser() (*User, *apiError) {
	id, inner := phpInt(c.in.get("USER_ID")), phpString(c.in.get("USER_PHONE_INNER"))
	if id == 0 && inner == "" {
		return nil, core("USER_ID or USER_PHONE_INNER should be set")
	}
	u := c.user(id)
	if id == 0 {
		u = c.userByInner(inner)
	}
	if u == nil || u.Inactive {
		return nil, core("User is not found or is not active")
	}
	return u, nil
}

// Any repetition within 30 minutes is answered, not refused: EXTERNAL_CALL_ID is what keeps
// two physical calls of one pair of numbers apart (contract §4.2).
func callRegister(c *call) (any, error) {
	u, bad := c.callUser()
	if bad != nil {
		return nil, bad
	}
	phone, kind := strings.TrimSpace(phpString(c.in.get("PHONE_NUMBER"))), phpInt(c.in.get("TYPE"))
	if kind < 1 || kind > 5 {
		return nil, core("Unknown TYPE")
	}
	if !phonePattern.MatchString(phone) {
		return nil, core("Unsupported phone number format")
	}
	start := c.now()
	if s := phpString(c.in.get("CALL_START_DATE")); s != "" {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return nil, core("CALL_START_DATE should be in the ISO-8601 format")
		}
		start = t.In(c.cloud.opt.zone)
	}
	call := &phoneCall{
		ClientID: c.actor.install.ClientID, AppID: c.actor.install.ID, AppTitle: c.actor.install.Title,
		External: phpString(c.in.get("EXTERNAL_CALL_ID")), Phone: phone, Type: kind, UserID: u.ID,
		Line: phpString(c.in.get("LINE_NUMBER")), Start: start, Source: phpString(c.in.get("CRM_SOURCE")),
	}
	show := !c.in.has("SHOW") || phpBool(c.in.get("SHOW"))
	if old := c.repeatOf(call); old != nil {
		// The same id comes back even when that call is finished; its second finish then fails (contract §4.2 [S]).
		old.Repeats++
		if show && !old.Finished {
			c.card(old, u.ID, true)
		}
		return registered(old, ""), nil
	}
	trouble := c.bindCall(call)
	c.enter(call)
	if show {
		c.card(call, u.ID, true)
	}
	if c.toChat() {
		c.chatNote(call, u.ID, callBegun(call))
	}
	c.callInit(call, u.ID)
	return registered(call, trouble), nil
}

// toChat is ADD_TO_CHAT, which is on when it is not given (contract §4.2, §4.5).
func (c *call) toChat() bool { return !c.in.has("ADD_TO_CHAT") || phpBool(c.in.get("ADD_TO_CHAT")) }

// callInit tells of every registration, the portal's own included (contract §4.9).
func (p *Portal) callInit(call *phoneCall, by int64) {
	p.emit("ONVOXIMPLANTCALLINIT", by, map[string]any{
		"CALL_ID": call.ID, "CALL_TYPE": call.Type, "PHONE_NUMBER": call.Phone, "CALLER_ID": call.Line, "REST_APP_ID": call.AppID,
	})
}

// enter gives a call its id and files it.
func (p *Portal) enter(call *phoneCall) {
	call.N = p.id("call")
	call.Registered = p.now()
	call.ID = fmt.Sprintf("externalCall.%s.%d", p.cloud.hex32(), call.Registered.Unix())
	call.Showing = map[int64]time.Time{}
	p.state.Calls = append(p.state.Calls, call)
	p.fileCall(call)
}

// By id for the rest of its life, by the caller's key for the question "did I register this?" (contract §4.2).
func (p *Portal) fileCall(call *phoneCall) {
	p.index.calls[call.ID] = call
	if call.External != "" {
		p.index.ext[call.External] = append(p.index.ext[call.External], call)
	}
}

// repeatOf finds the call that this registration repeats: same application, number, type and user,
// same line and external id where given; CRM fields and start date are no part of the key.
func (p *Portal) repeatOf(n *phoneCall) *phoneCall {
	since := p.now().Add(-repeatWindow)
	rows := p.state.Calls
	if n.External != "" {
		rows = p.index.ext[n.External]
	}
	for _, o := range slices.Backward(rows) {
		if !o.Registered.After(since) {
			break
		}
		if o.ClientID == n.ClientID && !o.Internal && o.Type == n.Type && o.UserID == n.UserID && digits(o.Phone) == digits(n.Phone) &&
			(n.Line == "" || o.Line == n.Line) && (n.External == "" || o.External == n.External) {
			return o
		}
	}
	return nil
}

// CRM_CREATED_LEAD repeats what CRM_CREATED_ENTITIES says, for leads only (contract §4.2).
func registered(call *phoneCall, trouble string) any {
	created := []any{}
	var lead any
	for _, r := range call.Created {
		created = append(created, map[string]any{"ENTITY_TYPE": r.Kind.String(), "ENTITY_ID": r.ID})
		if r.Kind == Lead {
			lead = r.ID
		}
	}
	out := map[string]any{
		"CALL_ID": call.ID, "CRM_CREATED_LEAD": lead, "CRM_CREATED_ENTITIES": created,
		"CRM_ENTITY_TYPE": nil, "CRM_ENTITY_ID": nil,
	}
	if call.Entity.ID != 0 {
		out["CRM_ENTITY_TYPE"], out["CRM_ENTITY_ID"] = call.Entity.Kind.String(), call.Entity.ID
	}
	if trouble != "" {
		out["LEAD_CREATION_ERROR"] = trouble
	}
	return out
}

// card shows or hides a call's card on a screen and keeps the history.
func (p *Portal) card(call *phoneCall, user int64, show bool) {
	_, showing := call.Showing[user]
	if show == showing {
		return
	}
	if show {
		call.Showing[user] = p.now()
	} else {
		delete(call.Showing, user)
	}
	call.Shown = append(call.Shown, CardEvent{At: p.now(), User: user, Shown: show})
}

func callShow(c *call) (any, error) { return c.turnCard(true) }

func callHide(c *call) (any, error) { return c.turnCard(false) }

// turnCard answers false, not an error, for a call that is not there (contract §4.4).
func (c *call) turnCard(show bool) (any, error) {
	call := c.index.calls[phpString(c.in.get("CALL_ID"))]
	if call == nil || call.Finished {
		return false, nil
	}
	users := arrayOf(c.in.get("USER_ID")).values()
	if len(users) == 0 {
		users = []any{call.UserID}
	}
	for _, u := range users {
		c.card(call, phpInt(u), show)
	}
	return true, nil
}

// A second finish finds no call, whoever asks: that refusal is how a client learns that its first one worked (contract §4.5).
func callFinish(c *call) (any, error) {
	id, ok := c.in.get("CALL_ID").(string)
	if !ok || id == "" {
		return nil, refuse(http.StatusBadRequest, "INVALID_ARGUMENT", "CALL_ID must be a string")
	}
	call := c.index.calls[id]
	if call == nil || call.Finished || call.ClientID != c.actor.install.ClientID {
		return nil, blank("Call is not found. Call should be registered before finishing.")
	}
	u, bad := c.callUser()
	if bad != nil {
		return nil, bad
	}
	call.Finished, call.FinishedAt, call.FinishUser = true, c.now(), u.ID
	call.Duration = max(0, phpInt(c.in.get("DURATION")))
	call.Status = phpString(c.in.get("STATUS_CODE"))
	if call.Status == "" {
		call.Status = "304"
		if call.Duration > 0 {
			call.Status = "200"
		}
	}
	call.Reason = phpString(c.in.get("FAILED_REASON"))
	call.Cost, call.Currency = phpFloat(c.in.get("COST")), phpString(c.in.get("COST_CURRENCY"))
	if vote := phpInt(c.in.get("VOTE")); vote >= 1 && vote <= 5 {
		call.Vote = vote
	}
	for user := range call.Showing {
		c.card(call, user, false)
	}
	if c.toChat() {
		c.chatNote(call, u.ID, callEnded(call))
	}
	// Only what this call itself created changes hands; other records keep their owner (contract §0.11).
	for _, r := range call.Created {
		if e := c.entity(r.Kind, r.ID); e != nil && e.int("assignedById") != u.ID {
			_ = c.update(e, change{fields: map[string]any{"assignedById": u.ID}}, u.ID) // no mandatory field is touched
		}
	}
	c.callActivity(call)
	out := c.statistic(call)
	c.emit("ONVOXIMPLANTCALLEND", u.ID, map[string]any{
		"CALL_ID": call.ID, "CALL_TYPE": call.Type, "PHONE_NUMBER": call.Phone, "PORTAL_NUMBER": "REST_APP:" + itoa(call.AppID),
		"PORTAL_USER_ID": u.ID, "CALL_DURATION": call.Duration, "CALL_START_DATE": stamp(call.Start),
		"COST": call.Cost, "COST_CURRENCY": call.Currency, "CALL_FAILED_CODE": call.Status,
		"CALL_FAILED_REASON": call.Reason, "CRM_ACTIVITY_ID": call.Activity,
	})
	return out, nil
}

func (call *phoneCall) success() bool { return call.Status == "200" }

func (call *phoneCall) incoming() bool { return call.Type == 2 || call.Type == 3 }

// statistic is finish's answer: its date comes out as an empty object (contract §4.5).
func (p *Portal) statistic(call *phoneCall) map[string]any {
	state := int64(0)
	if call.success() {
		state = 1
	}
	out := map[string]any{
		"ID": call.N, "CALL_ID": call.ID, "EXTERNAL_CALL_ID": nil, "PORTAL_USER_ID": call.FinishUser,
		"PHONE_NUMBER": strings.TrimPrefix(call.Phone, "+"), "PORTAL_NUMBER": call.Line, "INCOMING": itoa(call.Type),
		"CALL_DURATION": call.Duration, "CALL_START_DATE": map[string]any{}, "CALL_STATUS": state, "CALL_VOTE": call.Vote,
		"COST": call.Cost, "COST_CURRENCY": call.Currency, "CALL_FAILED_CODE": call.Status, "CALL_FAILED_REASON": call.Reason,
		"REST_APP_ID": itoa(call.AppID), "REST_APP_NAME": call.AppTitle, "CRM_ACTIVITY_ID": nil, "COMMENT": nil,
		"CRM_ENTITY_TYPE": nil, "CRM_ENTITY_ID": nil,
	}
	if call.External != "" {
		out["EXTERNAL_CALL_ID"] = call.External
	}
	if call.Activity != 0 {
		out["CRM_ACTIVITY_ID"] = call.Activity
	}
	if call.Entity.ID != 0 {
		out["CRM_ENTITY_TYPE"], out["CRM_ENTITY_ID"] = call.Entity.Kind.String(), call.Entity.ID
	}
	return out
}
