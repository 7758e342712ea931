package integration

import (
	"omniconnector/crm"
)

// shown reports whether there is an entity in whose timeline the call's activity is to be.
func (d *decision) shown() bool {
	return (d.memory.Bound != nil || d.existing.working() != nil) && !d.withheld()
}

// activity makes the activity say how the call ended, and shows it wherever the customer's work goes on (E4).
func (d *decision) activity(user crm.UserID) {
	if d.unbound() {
		d.add(user)
		return
	}
	finish := crm.Ref{Of: string(d.key("finish"))}
	d.act(d.key("activity"), UrgentActivity, crm.SetActivity{Activity: finish, Completed: d.Call.Answered}, d.touchCall())
	bind := func(k crm.Kind, ref crm.Ref, rule, name string) {
		if b := d.memory.Bound; b != nil && b.Kind == k && b.Entity.ID == ref.ID && b.Entity.Of == ref.Of {
			return
		}
		d.act(d.key("bind", string(k)), UrgentActivity, crm.BindActivity{Activity: finish, Kind: k, Entity: ref}, d.touchCall())
		d.because(rule, "bound", "entity", name)
	}
	if t := d.memory.Target; t != nil {
		bind(t.Kind, d.created(t.Kind), d.createRule(), string(t.Kind))
		return
	}
	for _, x := range []*crm.Entity{d.existing.deal, d.existing.lead} {
		if x != nil && !x.Closed {
			bind(x.Kind, crm.Ref{ID: x.ID}, d.existing.row(), label(x))
		}
	}
}

// unbound reports whether the portal has bound the call to nothing, so that its finish makes no activity: it binds calls to
// contacts, companies and leads, and those that it registers itself only to what it finds by the number
// (contract bitrix24 §4.3).
func (d *decision) unbound() bool {
	if d.memory.PortalCall != "" {
		return d.existing.bound() == nil
	}
	return d.memory.Bound == nil && d.memory.Target == nil
}

// add makes the activity of a call that the portal has bound to nothing: its only record is a deal without a client (E3), or
// one that was created after the click on a number (T-8).
func (d *decision) add(user crm.UserID) {
	c, m := &d.Call, d.memory
	key, rule, code := d.key("activity"), "T-14.E3", "activity_added"
	if m.PortalCall != "" {
		rule, code = "T-8", "activity_added_click"
	}
	a := crm.AddActivity{
		OriginID: string(key), User: user, Subject: d.subject(), Phone: string(d.phone), Direction: c.Direction,
		StartedAt: c.StartedAt, EndedAt: c.EndedAt, Completed: c.Answered,
	}
	if a.EndedAt.IsZero() { // it never came about
		a.EndedAt = c.StartedAt
	}
	var entity string
	if t := m.Target; t != nil {
		a.Kind, a.Entity, entity = t.Kind, d.created(t.Kind), string(t.Kind)
	} else {
		w := d.existing.working()
		a.Kind, a.Entity, entity = w.Kind, crm.Ref{ID: w.ID}, label(w)
	}
	m.Added = true
	d.act(key, UrgentActivity, a, d.touchCall())
	d.because(rule, code, "entity", entity)
	if b := m.Bound; b != nil && b.Kind != a.Kind {
		d.act(d.key("bind", string(b.Kind)), UrgentActivity, crm.BindActivity{Activity: d.activityRef(), Kind: b.Kind, Entity: b.Entity}, d.touchCall())
		d.because(d.createRule(), "bound", "entity", string(b.Kind))
	}
}

// supply adds the activity that the portal did not make although the call has a record: the record was refused when the call was
// registered, or was deleted meanwhile (T-3: the activity is always made).
func (d *decision) supply() {
	m, c := d.memory, &d.Call
	if !c.Bare || m.Added || m.Supplied || !m.Registered || m.ActivityUser == 0 {
		return
	}
	kind, ref, ok := d.noted()
	if !ok {
		return
	}
	m.Supplied = true
	key := d.key("activity", "supplied")
	d.act(key, UrgentActivity, crm.AddActivity{
		OriginID: string(key), Kind: kind, Entity: ref, User: m.ActivityUser, Subject: d.subject(), Phone: string(d.phone),
		Direction: c.Direction, StartedAt: c.StartedAt, EndedAt: c.EndedAt, Completed: c.Answered,
	}, d.touchCall())
	d.because("T-3", "activity_supplied", "kind", string(kind))
}

// subject names an activity that we add, as the portal names its own.
func (d *decision) subject() string {
	words := map[crm.Direction]map[Lang]string{
		crm.Incoming: {Russian: "Входящий звонок", English: "Incoming call"},
		crm.Outgoing: {Russian: "Исходящий звонок", English: "Outgoing call"},
	}
	return words[d.Call.Direction][d.Settings.language()] + " " + string(d.phone)
}

// activityRef points at the call's activity: the portal's, or one that we added.
func (d *decision) activityRef() crm.Ref {
	switch {
	case d.memory.Added:
		return crm.Ref{Of: string(d.key("activity"))}
	case d.memory.Supplied:
		return crm.Ref{Of: string(d.key("activity", "supplied"))}
	}
	return crm.Ref{Of: string(d.key("finish"))}
}
