package integration

import (
	"cmp"
	"slices"

	"omniconnector/crm"
)

// choosePlaces says where the conversation's words go (C-5, C-9, C-10).
func (d *decision) choosePlaces(m *ChatMemory, making Making) {
	for _, k := range making.Kinds() {
		if x := d.existing.open(k); x != nil {
			m.put(k, crm.Ref{ID: x.ID})
		} else if m.Made[k] != nil {
			m.put(k, d.created(k))
		}
	}
	if len(making.Kinds()) == 0 {
		for _, x := range d.byPriority() {
			m.put(x.Kind, crm.Ref{ID: x.ID})
		}
	}
	d.copyToClient(m)
}

// put adds a record to those that take the words.
func (m *ChatMemory) put(k crm.Kind, ref crm.Ref) {
	if !slices.ContainsFunc(m.Places, func(p Place) bool { return p.Kind == k && p.Entity == ref }) {
		m.Places = append(m.Places, Place{Bound: Bound{k, ref}})
	}
}

// copyToClient has the words go to the contact or company that was found, too (C-9).
func (d *decision) copyToClient(m *ChatMemory) {
	x := cmp.Or(d.existing.contact, d.existing.company)
	if x == nil {
		return
	}
	if m.Client == nil {
		m.Client = &Bound{x.Kind, crm.Ref{ID: x.ID}}
	}
	if d.conversations().CopyToClient {
		m.put(x.Kind, crm.Ref{ID: x.ID})
		d.because("C-9", "copied", "entity", label(x))
	}
}

// byPriority are the person's records that take the words when nothing new does (C-5 «Приоритет добавления комментариев»): what is
// open goes before what is closed, whatever the priority (C-10), and the client stands in for both.
func (d *decision) byPriority() []*crm.Entity {
	e, priority := &d.existing, d.conversations().CommentTo
	order := []*crm.Entity{e.deal, e.lead}
	if priority == ToLeads {
		slices.Reverse(order)
	}
	order = slices.DeleteFunc(order, func(x *crm.Entity) bool { return x == nil })
	slices.SortStableFunc(order, func(a, b *crm.Entity) int { return bit(a.Closed) - bit(b.Closed) })
	if priority == ToBoth && len(order) == 2 && order[0].Closed == order[1].Closed {
		d.because("C-5", "comment_both", "deal", label(e.deal), "lead", label(e.lead))
		return order
	}
	for _, x := range append(order, e.contact, e.company) {
		if x == nil {
			continue
		}
		if x.Closed {
			d.because("C-10", "comment_to_closed", "entity", label(x))
		} else {
			d.because("C-5", "comment_to", "entity", label(x))
		}
		return []*crm.Entity{x}
	}
	return nil
}

// chatActivity plans the activity of a repeat conversation (C-5 «дело»), where its words go.
func (d *decision) chatActivity(m *ChatMemory) {
	at, c := m.Places[0], d.Chat
	user := d.chatOwner(false)
	if user == 0 {
		return
	}
	m.Active = true
	named := crm.Lead
	if at.Kind == crm.Deal {
		named = crm.Deal
	}
	do := crm.AddActivity{
		OriginID: string(d.key("activity")), Chat: true, Kind: at.Kind, Entity: at.Entity, User: user, Subject: d.chatTitle(named, false),
		Direction: crm.Incoming, StartedAt: c.OpenedAt, EndedAt: cmp.Or(c.ClosedAt, c.OpenedAt),
	}
	if c.Initiator == string(ByOperator) {
		do.Direction = crm.Outgoing
	}
	if len(d.phones) > 0 {
		do.Phone = string(d.phones[0])
	}
	d.act(d.key("activity"), UrgentActivity, do, touchEntity(at.Kind, at.Entity), string(d.key("activity")))
	d.because("C-5", "chat_activity", "user", d.name(user))
}

// notifyMade tells the responsible of the records that were made, once (C-8).
func (d *decision) notifyMade(m *ChatMemory) {
	if !d.conversations().Notify || m.Notified || d.Call.Imported || d.Chat.Imported {
		return // what happened long ago is no news
	}
	note := crm.Notify{Tag: string(d.key("made"))}
	touches := []string{note.Tag}
	for _, k := range []crm.Kind{crm.Deal, crm.Lead} {
		if t := m.Made[k]; t != nil {
			note.User = t.Responsible
			note.Links = append(note.Links, crm.Link{Kind: k, Entity: d.created(k), Title: t.Title})
			touches = append(touches, string(d.key("create", string(k))))
		}
	}
	if len(note.Links) == 0 {
		return
	}
	m.Notified = true
	note.Text = d.say("Создано по обращению: "+d.channelName(), "Made for a conversation: "+d.channelName())
	d.act(d.key("notify"), UrgentActivity, note, touches...)
	d.because("C-8", "notified", "user", d.name(note.User))
}

// say chooses between two languages of what is written into the portal.
func (d *decision) say(ru, en string) string {
	if d.Settings.language() == English {
		return en
	}
	return ru
}
