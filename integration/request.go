package integration

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration/centre"
)

// How the platform's calls are recognised that were asked for in the portal: its external id begins so.
const (
	clickPrefix    = "b24:" // then the portal's id of the call (T-8)
	callbackPrefix = "cb:"  // then the session of the request (T-9)
)

const (
	// dialLife is how long after the click a call still makes sense: nobody waits longer at their phone.
	dialLife = 30 * time.Second
	// callbackLife is how long a client who asked to be called back is tried to be called.
	callbackLife = 10 * time.Minute
	// doubleClick is how soon after a click another one on the same number is taken for the same wish.
	doubleClick = 10 * time.Second
)

// ClickSession and CallbackSession name the sessions of requests; the platform's call has its own.
func ClickSession(callID string) SessionID { return SessionID("click:" + callID) }

// CallbackSession names the request that an event of the portal brought.
func CallbackSession(key string) SessionID { return SessionID("callback:" + key) }

// request carries out what somebody in the portal asked for: a call to a client.
func (d *decision) request() {
	d.Call.Direction = crm.Outgoing
	if d.Call.Asked == ClickToCall {
		d.click()
		return
	}
	d.callback()
}

// requestNeeds reports whether the customer must be known: a callback goes to whose client it is.
func (d *decision) requestNeeds() bool {
	t := &d.Settings.Telephony
	return d.Call.Asked == CallbackAsked && t.Enabled && !t.Other.On && t.Callback.On && d.Call.Failed == "" && !d.memoryClosed() && d.customer()
}

func (d *decision) memoryClosed() bool { return d.Memory.Closed }

// click starts a call for the employee who clicked on a number (T-8). The portal has registered it already and shows its
// card: whatever happens, the card is finished.
func (d *decision) click() {
	m, c := d.memory, &d.Call
	m.PortalCall = c.Request.CallID
	if m.Closed {
		return
	}
	if c.Failed != "" {
		m.Closed = true
		why := InLanguage(c.FailedWhy, d.Settings.language())
		d.because("T-8", "dial_failed", "why", strings.TrimSuffix(why, "."))
		d.refuse(c.Failed, why)
		return
	}
	if m.Registered { // the platform was asked already
		return
	}
	t := &d.Settings.Telephony
	switch {
	case !t.Enabled || !t.Click.On:
		d.reject("click_off")
		return
	case t.Other.On: // T-1: T-8 is inactive, though its own switch may be on
		d.reject("click_other")
		return
	case !d.customer():
		d.plan.Outcome = Nothing // the reason is told; the card is taken care of
		d.reject("click_number")
		return
	}
	if d.Centre == nil || d.Centre.SyncedAt.IsZero() {
		d.reject("route_no_centre")
		return
	}
	e := d.people().of(c.Request.User)
	switch {
	case e == nil:
		d.reject("click_unmapped", "user", d.name(c.Request.User))
		return
	case len(e.Reachable()) == 0:
		d.reject("click_no_phone", "employee", e.Name)
		return
	case d.clickedBefore(e.ID):
		d.reject("click_twice", "employee", e.Name)
		return
	}
	number, why := d.callerID(e)
	m.Registered, m.OpenedAt = true, d.Now
	d.act(d.key("dial"), UrgentCard, centre.Dial{
		ExternalID: clickPrefix + c.Request.CallID, Employee: e.ID, Client: string(d.phone), CallerID: number,
	}, d.touchCall())
	d.last().Until = c.AskedAt.Add(dialLife)
	d.because("T-8", "dial", "employee", e.Name, "phone", string(d.phone))
	d.because("T-8", why, "number", number)
}

// callerID is the number that the client sees: the tenant's, or that of the line chosen in the portal, or of the employee's
// SIP line (T-8).
func (d *decision) callerID(e *centre.Employee) (number, why string) {
	t := &d.Settings.Telephony
	own := onlyDigits(t.Click.Number)
	line := onlyDigits(d.Call.Request.Line)
	switch {
	case t.Click.Override:
		return own, "caller_id_override"
	case line != "" && slices.ContainsFunc(d.Centre.Numbers, func(n centre.Number) bool { return n.Number == line }):
		return line, "caller_id_line"
	case e.CallerID != "":
		return onlyDigits(e.CallerID), "caller_id_sip"
	}
	return own, "caller_id_default"
}

func (d *decision) clickedBefore(e EmployeeID) bool {
	return slices.ContainsFunc(d.Dialled, func(o Dialled) bool {
		return o.Employee == e && o.Session != d.Call.Session && d.Now.Sub(o.At) < doubleClick
	})
}

// reject ends a click that leads to no call, and tells the employee why.
func (d *decision) reject(code string, args ...string) {
	d.memory.Closed = true
	reason := d.because("T-8", code, args...)
	status := "OTHER"
	switch code {
	case "click_number":
		status = "404"
	case "click_twice":
		status = "603-S"
	}
	d.refuse(status, reason.Sentence(d.Settings.language()))
}

// refuse finishes the portal's call with a failure that its card shows (T-8).
func (d *decision) refuse(status, why string) {
	d.act(d.key("finish"), UrgentAnswer, crm.Finish{
		Call: d.callRef(), User: d.Call.Request.User, Status: status, Reason: why,
	}, d.touchCall())
}

// callback calls a client back who asked for it in a form of the portal (T-9).
func (d *decision) callback() {
	m, t := d.memory, &d.Settings.Telephony
	switch {
	case m.Closed:
		return
	case d.Call.Failed != "":
		d.uncalled()
		return
	case m.OpenedAt.IsZero() && (!t.Enabled || t.Other.On || !t.Callback.On):
		m.Closed = true
		d.end(Ignored, "T-9", "callback_off")
		return
	case !m.OpenedAt.IsZero():
		return
	case !d.customer():
		m.Closed = true
		return
	}
	if d.Known == nil {
		d.Known = &crm.Customer{}
	}
	m.Known, m.AskedAt, m.OpenedAt = d.Known, d.AskedAt, d.Now
	d.existing = d.find()
	d.explainFound()
	dial := centre.Dial{ExternalID: callbackPrefix + string(d.Call.Session), Client: string(d.phone), CallerID: d.callbackLine()}
	if e := d.callbackEmployee(); e != nil {
		dial.Employee = e.ID
		if e.CallerID != "" {
			dial.CallerID = onlyDigits(e.CallerID)
		}
		d.because("T-9", "callback_employee", "employee", e.Name, "phone", string(d.phone))
	} else {
		dial.Operator = onlyDigits(t.Callback.Number)
		d.because("T-9", "callback_number", "number", dial.Operator, "phone", string(d.phone))
	}
	d.act(d.key("dial"), UrgentAnswer, dial, d.touchCall())
	d.last().Until = d.Call.AskedAt.Add(callbackLife)
}

// callbackLine is the number that a client who asked for a call sees when the employee's line has none: the number of the
// settings may be anybody's, and the platform calls from the tenant's own only (contract uis §3.1).
func (d *decision) callbackLine() string {
	t := &d.Settings.Telephony
	number := onlyDigits(t.Callback.Number)
	if d.Centre == nil {
		return number
	}
	own := func(number string) bool {
		return slices.ContainsFunc(d.Centre.Numbers, func(n centre.Number) bool { return n.Active && n.Number == number })
	}
	if click := onlyDigits(t.Click.Number); !own(number) && own(click) {
		return click
	}
	if i := slices.IndexFunc(d.Centre.Numbers, func(n centre.Number) bool { return n.Active }); !own(number) && i >= 0 {
		return d.Centre.Numbers[i].Number
	}
	return number
}

// callbackEmployee is the employee to call first: whose client it is, by T-14's precedence, mapped and with a SIP line.
func (d *decision) callbackEmployee() *centre.Employee {
	if d.Centre == nil {
		return nil
	}
	for _, c := range d.existing.owners() {
		e := d.people().of(c.user)
		switch {
		case !d.active(c.user):
			d.because("T-9", "owner_inactive", "user", d.name(c.user))
		case e == nil:
			d.because("T-9", "callback_unmapped", "user", d.name(c.user))
		case !e.SIP || len(e.Reachable()) == 0:
			d.because("T-9", "callback_no_sip", "employee", e.Name)
		default:
			return e
		}
	}
	return nil
}

// uncalled leaves a missed call in the CRM when a client who asked for it could not be called, so that somebody does.
func (d *decision) uncalled() {
	m := d.memory
	m.Closed = true
	why := InLanguage(d.Call.FailedWhy, d.Settings.language())
	d.because("T-9", "callback_failed", "why", strings.TrimSuffix(why, "."))
	if !d.customer() || m.OpenedAt.IsZero() {
		return
	}
	d.Known = m.Known
	d.existing = d.find()
	d.formed()
	d.owners = d.ownership()
	m.Bound = d.existing.bound()
	user := d.activityOwner(true)
	if user == 0 {
		return
	}
	r := crm.Register{
		ExternalID: d.touchCall(), User: user, Phone: string(d.phone), Direction: crm.Outgoing, StartedAt: d.Call.StartedAt, Callback: true,
	}
	if b := m.Bound; b != nil && b.Kind != crm.Deal {
		ref := b.Entity
		r.Kind, r.Entity = b.Kind, &ref
	}
	m.Registered = true
	d.act(d.key("register"), UrgentEntity, r, d.touchCall())
	d.act(d.key("finish"), UrgentActivity, crm.Finish{Call: d.callRef(), User: user, Status: "480", Reason: why}, d.touchCall())
	if d.shown() {
		d.activity(user)
	}
}

// formed takes the record that the form made for what is found, when nothing is found by the number: a call that is bound to
// nothing would be seen by nobody.
func (d *decision) formed() {
	r := d.Call.Request
	if d.existing.any() || r.Entity == 0 {
		return
	}
	e := &crm.Entity{Kind: r.Kind, ID: r.Entity}
	switch r.Kind {
	case crm.Contact:
		d.existing.contact = e
	case crm.Company:
		d.existing.company = e
	case crm.Lead:
		d.existing.lead = e
	case crm.Deal:
		d.existing.deal = e
	}
}

// portalCall is the portal's own id of the call that a platform's session carries out; empty when the portal does not
// know of it.
func (d *decision) portalCall() string {
	id, _ := strings.CutPrefix(d.Call.ExternalID, clickPrefix)
	if id == d.Call.ExternalID {
		return ""
	}
	return id
}

// adopt goes on with a call that the portal has registered itself, and whose card it shows (T-8).
func (d *decision) adopt() {
	m := d.memory
	m.PortalCall, m.Registered = d.portalCall(), true
	m.Viewer = d.userOf(d.Call.Caller)
	if m.Viewer != 0 {
		m.Showing = []crm.UserID{m.Viewer}
	}
	d.because("T-8", "adopted")
}

// orphan finishes the portal's own call when it was told too late that ours is the same: its card must not hang (T-8).
func (d *decision) orphan() {
	m, id := d.memory, d.portalCall()
	if id == "" || m.PortalCall != "" || m.Orphaned || !m.Closed {
		return
	}
	m.Orphaned = true
	user := cmp.Or(m.ActivityUser, m.Viewer, d.userOf(d.Call.Caller), d.Settings.Calls(crm.Outgoing).Responsible.Default, d.anybody())
	d.because("T-8", "released")
	d.act(d.key("finish", "portal"), UrgentActivity, crm.Finish{
		Call: crm.Ref{Call: id}, User: user, Duration: d.Call.Talk, Status: d.status(), Reason: d.excuse(),
	}, d.touchCall())
}

// release finishes a call that the portal registered itself and that the tenant's settings keep out: its card must not hang.
func (d *decision) release() {
	id := d.portalCall()
	m := d.memory
	if id == "" || !d.Call.Finished || m.PortalCall != "" || m.Registered {
		return
	}
	m.PortalCall, m.Closed = id, m.Closed || !d.Settings.Telephony.Other.On // another telephony's fields are still to come
	user := cmp.Or(d.userOf(d.Call.Caller), d.Settings.Calls(crm.Outgoing).Responsible.Default, d.anybody())
	d.because("T-8", "released")
	d.act(d.key("finish"), UrgentActivity, crm.Finish{
		Call: d.callRef(), User: user, Duration: d.Call.Talk, Status: d.status(), Reason: d.excuse(),
	}, d.touchCall())
}

// excuse is what a clicked call's card says when nobody was reached (T-8); other calls have no card by then. The platform's
// words are a code (contract uis §4.3 finish_reason).
func (d *decision) excuse() string {
	c := &d.Call
	if c.Answered || d.portalCall() == "" && d.memory.PortalCall == "" {
		return c.LostReason
	}
	said := strings.TrimSpace(c.Status + " " + c.LostReason)
	if said == "" { // the platform did not tell
		return ""
	}
	code := "click_client_silent"
	employee := strings.Contains(said, "operator") || strings.Contains(said, "employee")
	switch busy := strings.Contains(said, "busy"); {
	case employee && busy:
		code = "click_employee_busy"
	case employee:
		code = "click_employee_silent"
	case busy:
		code = "click_client_busy"
	}
	return d.because("T-8", code).Sentence(d.Settings.language())
}
