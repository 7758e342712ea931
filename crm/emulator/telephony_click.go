package emulator

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// NumberClick is an employee's click on a number, or a number typed into the portal's dial pad.
type NumberClick struct {
	ClientID string `json:"client_id"` // the application chosen for outgoing calls
	User     int64  `json:"user"`
	Phone    string `json:"phone"` // as it stands on the page; what follows a comma is the extension
	Line     string `json:"line"`  // LINE_NUMBER, "" when no line was chosen
	// Kind and ID are the record on whose page the number stands; 0 for the dial pad, where the portal looks for the number itself.
	Kind   Kind  `json:"-"`
	ID     int64 `json:"id"`
	Mobile bool  `json:"mobile"`
}

// Click is a click outside of any record's page. It tells the CALL_ID, "" when ClickNumber would tell an error.
func (p *Portal) Click(clientID string, user int64, phone, line string) string {
	id, err := p.ClickNumber(NumberClick{ClientID: clientID, User: user, Phone: phone, Line: line})
	if err != nil {
		return ""
	}
	return id
}

const callStart = "ONEXTERNALCALLSTART"

// ClickNumber is an employee's click on a number: the portal registers a call itself, without an EXTERNAL_CALL_ID, shows its card and
// sends ONEXTERNALCALLSTART to the application chosen, and to no other (contract §4.9). The card stays until finish. It tells the CALL_ID,
// or an error when the application is not bound to the event, as the portal does not offer it for calls then.
//
// From a deal's page the call belongs to the deal's client, whose number it is: a call cannot be bound to a deal (contract §4.2).
// Its activity hangs in the deal's timeline too.
func (p *Portal) ClickNumber(n NumberClick) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	in, u := p.install(n.ClientID), p.user(n.User)
	switch {
	case in == nil || !in.Finished || !in.bound(callStart):
		return "", errors.New("emulator: no application for outgoing calls: " + n.ClientID + " is not bound to " + callStart)
	case u == nil || u.Inactive:
		return "", errors.New("emulator: no such employee")
	case !phonePattern.MatchString(n.Phone):
		return "", errors.New("emulator: not a phone number")
	}
	number, extension := splitExtension(n.Phone)
	call := &phoneCall{
		ClientID: in.ClientID, AppID: in.ID, AppTitle: in.Title, Phone: number, Type: 1, UserID: u.ID, Line: n.Line,
		Start: p.now(), Internal: true,
	}
	call.Entity, call.Bound = p.clickedOn(n)
	if found := p.clients(number); call.Entity.ID == 0 && len(found) > 0 {
		call.Entity = found[0].ref()
	}
	p.enter(call)
	p.card(call, u.ID, true)
	p.callInit(call, u.ID)
	data := map[string]any{
		"PHONE_NUMBER": number, "PHONE_NUMBER_INTERNATIONAL": "+" + digits(number), "EXTENSION": extension, "USER_ID": u.ID,
		"CALL_LIST_ID": 0, "LINE_NUMBER": n.Line, "IS_MOBILE": n.Mobile, "CALL_ID": call.ID, "CRM_ENTITY_TYPE": "", "CRM_ENTITY_ID": 0,
	}
	if call.Entity.ID != 0 {
		data["CRM_ENTITY_TYPE"], data["CRM_ENTITY_ID"] = call.Entity.Kind.String(), call.Entity.ID
	}
	p.emitTo(in, callStart, u.ID, data)
	return call.ID, nil
}

// clickedOn is the client whose number stands on a page, and the deal whose page it is.
func (p *Portal) clickedOn(n NumberClick) (client ref, bound []ref) {
	e := p.entity(n.Kind, n.ID)
	switch {
	case e == nil:
		return ref{}, nil
	case e.Kind != Deal:
		return e.ref(), nil
	}
	bound = []ref{e.ref()}
	for _, r := range []ref{{Contact, e.int("contactId")}, {Company, e.int("companyId")}} {
		if p.entity(r.Kind, r.ID) != nil {
			return r, bound
		}
	}
	return ref{}, bound
}

func (in *install) bound(event string) bool {
	return slices.ContainsFunc(in.Handlers, func(h *handler) bool { return h.Event == event })
}

// splitExtension takes what follows a comma, semicolon or hash off a number (contract §4.9 EXTENSION).
func splitExtension(phone string) (number, extension string) {
	i := strings.IndexAny(phone, ",;#")
	if i <= 0 {
		return strings.TrimSpace(phone), ""
	}
	return strings.TrimSpace(phone[:i]), digits(phone[i+1:])
}

// Callback is a visitor's callback form: the portal makes its lead — a contact and a deal where there are no leads — as a form does,
// with no employee behind it, registers no call and sends ONEXTERNALCALLBACKSTART (contract §4.9). A line that an application
// has added tells that application only. It tells the record named in the event: the lead, or the contact.
func (p *Portal) Callback(phone, text, line string) (Kind, int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	r := p.formFilled(phone)
	data := map[string]any{
		"PHONE_NUMBER": phone, "TEXT": text, "VOICE": "ruinternalfemale", "CRM_ENTITY_TYPE": r.Kind.String(), "CRM_ENTITY_ID": r.ID, "LINE_NUMBER": line,
	}
	const event = "ONEXTERNALCALLBACKSTART"
	owners := slices.DeleteFunc(slices.Clone(p.state.Installs), func(in *install) bool { return p.lineOf(in.ClientID, line) == nil })
	if len(owners) == 0 {
		owners = p.state.Installs
	}
	for _, in := range owners {
		p.emitTo(in, event, 0, data)
	}
	return r.Kind, r.ID
}

// A form does not ask for the fields that people must fill in; a contact with this number is used again.
func (p *Portal) formFilled(phone string) ref {
	fields := func(title string) map[string]any {
		return map[string]any{title: `Заполнение CRM-формы "Обратный звонок"`, "sourceId": "CALLBACK", "webformId": int64(1)}
	}
	number := func(e *entity) { p.addFM(e, "PHONE", "WORK", phone) }
	var known int64
	if ids := p.byCommunication("PHONE", phone, Contact); len(ids) > 0 {
		known = ids[0]
	}
	if p.state.Mode == Classic {
		f := fields("title")
		if known != 0 {
			f["contactId"] = known
		}
		lead, _ := p.create(Lead, change{fields: f, fm: number, unchecked: true}, 0) // nothing is checked, so nothing is refused
		return lead.ref()
	}
	if known == 0 {
		f := fields("sourceDescription")
		f["name"] = "Без имени"
		contact, _ := p.create(Contact, change{fields: f, fm: number, unchecked: true}, 0) // likewise
		known = contact.ID
	}
	f := fields("title")
	f["contactId"] = known
	_, _ = p.create(Deal, change{fields: f, unchecked: true}, 0) // likewise
	return ref{Contact, known}
}

// CardMessage is what a clicked call's card says to its employee when the call did not come about: what finish gave as
// STATUS_CODE and FAILED_REASON (contract §4.5, §4.9).
type CardMessage struct {
	User   int64     `json:"user"`
	CallID string    `json:"call_id"`
	Phone  string    `json:"phone"`
	Status string    `json:"status"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// CardMessages lists the failures of clicked calls that their employees were told of, oldest first.
func (p *Portal) CardMessages() []CardMessage {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cardMessages()
}

func (p *Portal) cardMessages() []CardMessage {
	out := []CardMessage{}
	for _, c := range p.state.Calls {
		if c.Internal && c.Finished && !c.success() {
			out = append(out, CardMessage{User: c.UserID, CallID: c.ID, Phone: c.Phone, Status: c.Status, Reason: c.Reason, At: c.FinishedAt})
		}
	}
	return out
}

// Card is a call card that is on an employee's screen.
type Card struct {
	User   int64     `json:"user"`
	CallID string    `json:"call_id"`
	Phone  string    `json:"phone"`
	Line   string    `json:"line,omitempty"`      // LINE_NUMBER
	Name   string    `json:"line_name,omitempty"` // the line's LINE_NAME
	Since  time.Time `json:"since"`
}

// Cards lists the call cards on screens now, oldest first.
func (p *Portal) Cards() []Card {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cards()
}

func (p *Portal) cards() []Card {
	out := []Card{}
	for _, call := range p.state.Calls {
		for _, u := range p.state.Users {
			if since, ok := call.Showing[u.ID]; ok {
				out = append(out, Card{User: u.ID, CallID: call.ID, Phone: call.Phone, Line: call.Line, Name: p.lineName(call), Since: since})
			}
		}
	}
	return out
}
