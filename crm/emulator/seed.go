package emulator

import (
	"errors"
	"time"
)

// Phone is a number in Add's "fm".
type Phone string

// Email is an address in Add's "fm".
type Email string

// Add seeds a record as a person in the portal would make it: fields under their camelCase or
// UF_ names; "fm" takes []any of Phone and Email. It panics on a field that does not exist,
// because a seed is code. Events are sent as for any other write, acting as the first administrator.
func (p *Portal) Add(k Kind, fields map[string]any) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	e, bad := p.create(k, p.seedChange(k, fields), p.admin())
	if bad != nil {
		panic("emulator: " + bad.Error())
	}
	return e.ID
}

// Edit changes a record as a person in the portal would. It reports a record that does not exist.
func (p *Portal) Edit(k Kind, id int64, fields map[string]any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	e := p.entity(k, id)
	if e == nil {
		return errors.New("emulator: no such record")
	}
	if bad := p.update(e, p.seedChange(k, fields), p.admin()); bad != nil {
		return bad
	}
	return nil
}

// Remove deletes a record as a person in the portal would.
func (p *Portal) Remove(k Kind, id int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	if e := p.entity(k, id); e != nil {
		p.remove(e, p.admin())
	}
}

// A misspelt field in a seed would silently test nothing, so it stops the test instead.
func (p *Portal) seedChange(k Kind, fields map[string]any) change {
	out := change{fields: map[string]any{}}
	for _, name := range sortedKeys(fields) {
		v := fields[name]
		if name == "fm" {
			items, _ := v.([]any)
			out.fm = func(e *entity) {
				for _, item := range items {
					switch item := item.(type) {
					case Phone:
						p.addFM(e, "PHONE", "WORK", string(item))
					case Email:
						p.addFM(e, "EMAIL", "WORK", string(item))
					}
				}
			}
			continue
		}
		stored := name
		if f := byCamel[k][name]; f != nil {
			stored = f.camel
		} else if f := p.userField(k, name); f != nil {
			stored = f.Name
		}
		kind := p.fieldKind(k, name)
		if kind == "" {
			panic("emulator: a " + k.String() + " has no field " + name)
		}
		out.fields[stored] = p.cast(kind, fromGo(v))
	}
	return out
}

// Field is one field of a record under its camelCase or UF_ name, as text; "" when there is no such record or field.
func (p *Portal) Field(k Kind, id int64, name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.entity(k, id)
	if e == nil {
		return ""
	}
	v, _ := p.itemValue(e, name)
	return phpString(v)
}

// Count is the number of records of a kind.
func (p *Portal) Count(k Kind) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.state.Entities[k])
}

// Click is an employee's click on a number: the portal registers a call itself, shows its card and
// sends ONEXTERNALCALLSTART to the application (contract §4.9). It tells the CALL_ID.
func (p *Portal) Click(clientID string, user int64, phone, line string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	in := p.install(clientID)
	if in == nil {
		return ""
	}
	call := &phoneCall{
		ClientID: in.ClientID, AppID: in.ID, AppTitle: in.Title, Phone: phone, Type: 1, UserID: user, Line: line,
		Start: p.now(), Internal: true,
	}
	data := map[string]any{
		"PHONE_NUMBER": phone, "PHONE_NUMBER_INTERNATIONAL": "+" + digits(phone), "EXTENSION": "", "USER_ID": user, "CALL_LIST_ID": 0,
		"LINE_NUMBER": line, "IS_MOBILE": 0, "CRM_ENTITY_TYPE": "", "CRM_ENTITY_ID": 0,
	}
	if found := p.clients(phone); len(found) > 0 {
		call.Entity = found[0].ref()
		data["CRM_ENTITY_TYPE"], data["CRM_ENTITY_ID"] = call.Entity.Kind.String(), call.Entity.ID
	}
	p.enter(call)
	data["CALL_ID"] = call.ID
	p.card(call, user, true)
	p.emit("ONEXTERNALCALLSTART", user, data)
	return call.ID
}

// Callback is a visitor's callback form: nothing is registered, the application is only told (contract §4.9).
func (p *Portal) Callback(phone, text, line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.emit("ONEXTERNALCALLBACKSTART", 0, map[string]any{
		"PHONE_NUMBER": phone, "TEXT": text, "VOICE": "", "CRM_ENTITY_TYPE": "", "CRM_ENTITY_ID": 0, "LINE_NUMBER": line,
	})
}

// Card is a call card that is on an employee's screen.
type Card struct {
	User   int64     `json:"user"`
	CallID string    `json:"call_id"`
	Phone  string    `json:"phone"`
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
				out = append(out, Card{User: u.ID, CallID: call.ID, Phone: call.Phone, Since: since})
			}
		}
	}
	return out
}
