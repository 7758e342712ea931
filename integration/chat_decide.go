package integration

import (
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration/centre"
)

const (
	// describeAfter is when the platform is asked for a chat's attributes, which it knows a moment after its beginning (contract uis §6).
	describeAfter = 2 * time.Second
	// mostRounds bounds how often records of one conversation are looked for anew after they were found to be gone.
	mostRounds = 5
)

// askChat says what must be known of the visitor before the conversation goes on.
func (d *decision) askChat() *crm.Find {
	if !d.chatPasses() || !d.chatBegins() || !d.chatAsks() {
		return nil
	}
	find := &crm.Find{Emails: d.emails, Custom: d.fieldsToRead()}
	for _, p := range d.phones {
		find.Phones = append(find.Phones, p.Spellings()...)
	}
	for _, r := range d.suspects() { // is it really gone, or only our comment?
		switch r.Kind {
		case crm.Lead:
			find.Leads = append(find.Leads, r.ID)
		case crm.Deal:
			find.Deals = append(find.Deals, r.ID)
		case crm.Contact:
			find.Contacts = append(find.Contacts, r.ID)
		case crm.Company:
			find.Companies = append(find.Companies, r.ID)
		}
	}
	return find
}

// chatAsks reports whether the CRM is to be asked: at first, when contacts appear and nobody is known yet (C-14), and when what was
// known is gone.
func (d *decision) chatAsks() bool {
	m := d.Memory.Chat
	switch {
	case d.Known != nil:
		return false
	case len(d.suspects()) > 0:
		return true
	case len(d.contacts) == 0:
		return d.seeks()
	}
	return m == nil || len(m.Asked) == 0 || m.Client == nil && len(d.newContacts(m.Asked)) > 0
}

// newContacts are those that are not in a list.
func (d *decision) newContacts(known []string) []string {
	return slices.DeleteFunc(slices.Clone(d.contacts), func(c string) bool { return slices.Contains(known, c) })
}

// conversation decides what a chat or an offline request makes of the CRM (C-1 … C-14).
func (d *decision) conversation() {
	m := d.chatMemory()
	d.memory.DueAt = time.Time{}
	m.Sought = m.Sought || d.Known != nil
	if m.Rereading && !d.Chat.Closed { // it was taken for over, and was not
		m.Rereading = false
		m.Reopened++
	}
	if !d.chatPasses() || !d.chatBegins() {
		d.describe()
		if d.plan.Outcome == Ignored { // nothing was said, or by nobody, as far as notifications told
			d.rereadChat(m)
		}
		return
	}
	d.describe()
	d.lose(m)
	d.reknow(m)
	d.existing = d.usable()
	switch {
	case d.memory.OpenedAt.IsZero():
		d.openChat(m)
	case d.Memory.Began == 0: // a replay looks with other settings at what was done: that stays
		d.late = true
		d.learnContacts(m)
		d.correctChat(m)
	}
	d.transcribeChat(m)
	if !d.Chat.Closed {
		d.memory.Closed = false // whoever writes after a long silence opens it again
		return
	}
	if !d.memory.Closed {
		d.closeChat(m)
	}
	d.completeActivity(m)
}

// chatMemory is the conversation's own memory, apart from the stored one.
func (d *decision) chatMemory() *ChatMemory {
	var m ChatMemory
	if had := d.memory.Chat; had != nil {
		m = *had
		m.Made = make(map[crm.Kind]*Target, len(had.Made))
		for k, t := range had.Made {
			own := *t
			m.Made[k] = &own
		}
		m.Places = slices.Clone(had.Places)
		for i := range m.Places {
			m.Places[i].Parts = slices.Clone(m.Places[i].Parts)
		}
	} else {
		m.Made = map[crm.Kind]*Target{}
	}
	d.memory.Chat = &m
	return &m
}

// conversations is what is set for this kind of conversation.
func (d *decision) conversations() *Conversations { return d.Settings.Conversations(d.Chat.Kind) }

// wake has the conversation decided again at a moment.
func (d *decision) wake(at time.Time) {
	if d.memory != nil && (d.plan.Wake.IsZero() || at.Before(d.plan.Wake)) {
		d.plan.Wake, d.memory.DueAt = at, at
	}
}

// describe has the platform asked for what its notifications lack, beside everything else.
func (d *decision) describe() {
	m, c := d.memory.Chat, d.Chat
	kept := d.plan.Outcome == Off || d.plan.Outcome == Filtered || c.Imported
	if kept || c.Kind != Chat || c.Described || m.Describing || !d.Describes {
		return
	}
	m.Describing = true
	d.act(d.key("describe"), UrgentEntity, centre.ReadChat{Chat: c.ID})
	d.last().After = c.OpenedAt.Add(describeAfter)
	d.because("C-11", "chat_describe")
}

// reknow takes the CRM's answer over, and remembers what was asked.
func (d *decision) reknow(m *ChatMemory) {
	if d.Known != nil {
		d.memory.Known, d.memory.AskedAt = d.Known, d.AskedAt
		m.Asked = slices.Clone(d.contacts)
		return
	}
	if d.Known = d.memory.Known; d.Known == nil {
		d.Known = &crm.Customer{}
		d.memory.Known = d.Known
	}
}

// usable is what is known of the visitor, without what is closed when the tenant does not want it (C-10).
func (d *decision) usable() existing {
	k := *d.Known
	there := func(list []crm.Entity) []crm.Entity {
		return slices.DeleteFunc(slices.Clone(list), func(e crm.Entity) bool {
			return e.Closed && !d.conversations().Closed
		})
	}
	k.Leads, k.Deals = there(k.Leads), there(k.Deals)
	known := d.Known
	d.Known = &k
	e := d.find()
	d.Known = known
	return e
}

// suspects are records of the conversation that a write did not find and that were not looked for since.
func (d *decision) suspects() []Record {
	m := d.Memory.Chat
	if m == nil || m.Rounds >= mostRounds {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.Chat.Gone), func(r Record) bool { return slices.Contains(m.Lost, r) })
}

// lose takes leave of records that are gone from the CRM: deleted, or merged into others. As long as the words have another place
// nothing else changes; otherwise the conversation begins anew with what is there, and its words go over once more. A record that is
// still there has only lost our comment, by a person's hand: that is left so (law 7).
func (d *decision) lose(m *ChatMemory) {
	suspects := d.suspects()
	if len(suspects) == 0 || d.Known == nil {
		return
	}
	m.Lost = append(slices.Clone(m.Lost), suspects...)
	gone := slices.DeleteFunc(suspects, func(r Record) bool {
		return slices.ContainsFunc(slices.Concat(d.Known.Leads, d.Known.Deals, d.Known.Contacts, d.Known.Companies), func(e crm.Entity) bool {
			return e.Kind == r.Kind && e.ID == r.ID
		})
	})
	if len(gone) == 0 {
		d.because("C-16", "comment_gone")
		d.Known = nil // what was known before counts
		return
	}
	labels := make([]string, len(gone))
	for i, r := range gone {
		labels[i] = label(&crm.Entity{Kind: r.Kind, ID: r.ID})
		m.Places = slices.DeleteFunc(m.Places, func(p Place) bool { return p.Kind == r.Kind && (p.Entity.ID == r.ID || p.Entity.ID == 0) })
		delete(m.Made, r.Kind)
		if c := m.Client; c != nil && c.Kind == r.Kind && (c.Entity.ID == r.ID || c.Entity.ID == 0) {
			m.Client = nil
		}
	}
	d.because("C-16", "record_gone", "records", strings.Join(labels, ", "))
	if len(m.Places) > 0 {
		d.Known = nil
		return
	}
	*m = ChatMemory{
		Rounds: m.Rounds + 1, Lost: m.Lost, Made: map[crm.Kind]*Target{}, Client: m.Client, Describing: m.Describing, Rereading: m.Rereading,
		Reopened: m.Reopened,
	}
	d.memory.OpenedAt, d.memory.Closed, d.memory.Written = time.Time{}, false, nil
}

// closeChat ends a conversation: whatever was said is over there by now, and a minute later the platform is asked for all of it.
func (d *decision) closeChat(m *ChatMemory) {
	c := d.Chat
	d.memory.Closed, d.memory.DueAt = true, time.Time{}
	if c.Kind == Chat && len(m.Places) > 0 {
		d.because("C-7", "chat_closed", "messages", decimal(int64(len(c.Said()))))
	}
	d.rereadChat(m)
}

// rereadChat has the whole chat read from the platform when it is over, once: a notification may have been lost.
func (d *decision) rereadChat(m *ChatMemory) {
	c := d.Chat
	if c.Kind == Chat && c.Closed && d.Describes && !m.Rereading && d.RereadAfter > 0 && !c.Told && !c.Imported {
		m.Rereading = true
		key := d.key("reread")
		if m.Reopened > 0 {
			key = d.key("reread", decimal(int64(m.Reopened)))
		}
		d.act(key, UrgentTranscript, centre.ReadChat{Chat: c.ID, Whole: true})
		d.last().After = c.ClosedAt.Add(d.RereadAfter)
		d.because("C-7", "chat_reread")
	}
}

// completeActivity marks the activity of a conversation as done when it is over and an operator wrote, once.
func (d *decision) completeActivity(m *ChatMemory) {
	if !m.Active || m.Completed || !d.Chat.Answered() {
		return
	}
	m.Completed = true
	activity := string(d.key("activity"))
	d.act(d.key("activity", "done"), UrgentActivity, crm.SetActivity{Activity: crm.Ref{Of: activity}, Completed: true}, activity)
	d.because("C-5", "chat_activity_done")
}
