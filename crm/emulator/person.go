package emulator

import (
	"errors"
	"net/http"
	"slices"
)

// Person changes records by hand, as an employee does in the portal: changes carry their id and the portal's time, and events go out
// with tokens of theirs. User 0 is a robot, whose events come without tokens (contract §3.2) and which no mandatory field stops.
type Person struct {
	portal *Portal
	user   int64
}

var errNoRecord = errors.New("emulator: no such record")

// As lets an employee work by hand; 0 is a robot.
func (p *Portal) As(user int64) Person { return Person{portal: p, user: user} }

// someone is the first administrator, who does by hand whatever nobody in particular does.
func (p *Portal) someone() Person {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.As(p.admin())
}

// Add seeds a record as a person in the portal would make it: fields under their camelCase or
// UF_ names; "fm" takes []any of Phone and Email. It panics on a field that does not exist,
// because a seed is code. Events are sent as for any other write, acting as the first administrator.
func (p *Portal) Add(k Kind, fields map[string]any) int64 { return p.someone().Add(k, fields) }

// Edit changes a record as the first administrator would. It reports a record that does not exist.
func (p *Portal) Edit(k Kind, id int64, fields map[string]any) error {
	return p.someone().Edit(k, id, fields)
}

// Remove deletes a record as the first administrator would.
func (p *Portal) Remove(k Kind, id int64) { p.someone().Remove(k, id) }

// Merge joins two records of a kind as the first administrator would; see [Person.Merge].
func (p *Portal) Merge(k Kind, into, from int64) error { return p.someone().Merge(k, into, from) }

// Convert makes a contact and a deal of a lead as the first administrator would; see [Person.Convert].
func (p *Portal) Convert(lead int64) (contact, deal int64, err error) {
	return p.someone().Convert(lead)
}

// Add makes a record; see [Portal.Add].
func (h Person) Add(k Kind, fields map[string]any) int64 {
	p := h.portal
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	c := p.seedChange(k, fields)
	c.unchecked = h.user == 0
	e, bad := p.create(k, c, h.user)
	if bad != nil {
		panic("emulator: " + bad.Error())
	}
	return e.ID
}

// Edit changes a record. It reports a record that does not exist and a mandatory field left empty.
func (h Person) Edit(k Kind, id int64, fields map[string]any) error {
	p := h.portal
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	e := p.entity(k, id)
	if e == nil {
		return errNoRecord
	}
	c := p.seedChange(k, fields)
	c.unchecked = h.user == 0
	if bad := p.update(e, c, h.user); bad != nil {
		return bad
	}
	return nil
}

// Remove deletes a record with its DELETE event; what does not exist is left alone.
func (h Person) Remove(k Kind, id int64) {
	p := h.portal
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	if e := p.entity(k, id); e != nil {
		p.remove(e, h.user)
	}
}

// Merge joins two records of a kind: numbers, links, activities, comments and fields that the surviving one lacks go over;
// the other one is deleted with its DELETE event (contract §5.4 mergeBatch, §5.10).
func (h Person) Merge(k Kind, into, from int64) error {
	p := h.portal
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	a, b := p.entity(k, into), p.entity(k, from)
	if a == nil || b == nil || a == b {
		return errNoRecord
	}
	return p.merge(a, b, h.user)
}

// Convert makes a contact and a deal of a lead and closes it: no REST method does that (contract §5.1).
// The lead's activities belong to all three afterwards. A lead that is already converted is reported.
func (h Person) Convert(lead int64) (contact, deal int64, err error) {
	p := h.portal
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	e := p.entity(Lead, lead)
	switch {
	case e == nil:
		return 0, 0, errNoRecord
	case e.str("stageSemanticId") == "S":
		return 0, 0, errors.New("emulator: the lead is already converted")
	}
	contact, deal = p.convertLead(e, h.user)
	for _, a := range p.sortedActivities() {
		if slices.Contains(a.Bindings, e.ref()) {
			a.bind(ref{Contact, contact})
			a.bind(ref{Deal, deal})
		}
	}
	return contact, deal, nil
}

func (a *activity) bind(r ref) {
	if r.ID != 0 && !slices.Contains(a.Bindings, r) {
		a.Bindings = append(a.Bindings, r)
	}
}

// ownOf are the fields that a surviving record keeps as they are, filled or not.
var ownOf = []string{"assignedById", "opened", "stageId", "categoryId", "opportunity", "isManualOpportunity", "currencyId", "contactId", "companyId"}

// merge works as [Person.Merge] says; the portal is locked.
func (p *Portal) merge(into, from *entity, by int64) error {
	c := change{fields: map[string]any{}, unchecked: true}
	for _, name := range sortedKeys(from.Fields) {
		if f := byCamel[into.Kind][name]; f != nil && f.readOnly || slices.Contains(ownOf, name) {
			continue
		}
		if have := into.str(name); (have == "" || have == "0") && from.Fields[name] != nil {
			c.fields[name] = from.Fields[name]
		}
	}
	c.fm = func(e *entity) {
		for _, m := range from.FM {
			if !slices.ContainsFunc(e.FM, func(o multifield) bool { return communication(o.Type, o.Value) == communication(m.Type, m.Value) }) {
				p.addFM(e, m.Type, m.ValueType, m.Value)
			}
		}
	}
	c.links = []int64{}
	for _, id := range slices.Concat(into.Links, from.Links) {
		if !slices.Contains(c.links, id) {
			c.links = append(c.links, id)
		}
	}
	p.inherit(into.ref(), from.ref())
	if bad := p.update(into, c, by); bad != nil {
		return bad
	}
	p.remove(from, by)
	return nil
}

// inherit makes everything that pointed at one record point at another.
func (p *Portal) inherit(to, gone ref) {
	for _, k := range []Kind{Lead, Deal, Contact} {
		for _, e := range p.sorted(k) {
			single := "contactId"
			if k == Contact {
				single = "companyId"
			}
			if (gone.Kind == Contact && k != Contact || gone.Kind == Company && k == Contact) && slices.Contains(e.Links, gone.ID) {
				e.Links = replaced(e.Links, gone.ID, to.ID)
				e.Fields[single] = e.Links[0]
			}
			if gone.Kind == Company && k != Contact && e.int("companyId") == gone.ID {
				e.Fields["companyId"] = to.ID
			}
			if gone.Kind == Lead && e.int("leadId") == gone.ID {
				e.Fields["leadId"] = to.ID
			}
		}
	}
	for _, a := range p.state.Activities {
		a.Bindings = replaced(a.Bindings, gone, to)
		if own := (ref{Kind(phpInt(a.Fields["OWNER_TYPE_ID"])), phpInt(a.Fields["OWNER_ID"])}); own == gone {
			a.Fields["OWNER_ID"] = to.ID
		}
	}
	for _, m := range p.state.Comments {
		if m.Entity == gone {
			m.Entity = to
		}
	}
	for _, call := range p.state.Calls {
		if call.Entity == gone {
			call.Entity = to
		}
		call.Created, call.Bound = replaced(call.Created, gone, to), replaced(call.Bound, gone, to)
	}
}

// replaced puts one value in another's place; a value that is there already is not repeated.
func replaced[T comparable](list []T, gone, to T) []T {
	var out []T
	for _, v := range list {
		if v == gone {
			v = to
		}
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// crm.entity.mergeBatch (contract §5.4).
var crmMergeMethods = map[string]method{"crm.entity.mergebatch": {scope: "crm", run: mergeBatch}}

// The first id survives; the answer names those that do not exist any more.
func mergeBatch(c *call) (any, error) {
	in := arrayOf(c.in.get("params"))
	k, ids := Kind(phpInt(in.get("entityTypeId"))), arrayOf(in.get("entityIds")).values()
	if k.String() == "" {
		return nil, refuse(http.StatusBadRequest, "ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
	}
	if len(ids) < 2 {
		return nil, missing("entityIds")
	}
	into, gone := c.entity(k, phpInt(ids[0])), []any{}
	for _, v := range ids[1:] {
		from := c.entity(k, phpInt(v))
		if into == nil || from == nil || from == into {
			return map[string]any{"STATUS": "ERROR", "ENTITY_IDS": gone}, nil
		}
		if err := c.merge(into, from, c.actor.user.ID); err != nil {
			return nil, err
		}
		gone = append(gone, from.ID)
	}
	return map[string]any{"STATUS": "SUCCESS", "ENTITY_IDS": gone}, nil
}
