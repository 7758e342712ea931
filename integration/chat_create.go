package integration

import (
	"slices"
	"strings"

	"omniconnector/crm"
)

// openChat chooses what the conversation makes and where its words go (C-2, C-5, C-10).
func (d *decision) openChat(m *ChatMemory) {
	s := d.conversations()
	d.explainVisitor(m)
	begin := &s.Primary
	if m.Repeat {
		begin = &s.Repeat
	}
	making := d.making(begin)
	kinds := d.wanted(making)
	if len(kinds) > 0 {
		d.makeRecords(m, kinds)
	}
	d.choosePlaces(m, making)
	if len(m.Places) == 0 {
		return // there is nobody to write to, and nothing is made
	}
	d.memory.OpenedAt = d.Now
	if making == MakeActivity {
		d.chatActivity(m)
	}
	d.notifyMade(m)
	d.tellClient(m)
	if s.Create {
		d.found()
	}
}

// explainVisitor says by what the visitor is known, or that nobody is.
func (d *decision) explainVisitor(m *ChatMemory) {
	m.Contacts = slices.Clone(d.contacts)
	by := strings.Join(d.contacts, ", ")
	e := &d.existing
	if by == "" && !e.any() {
		m.Repeat = false
		d.because("C-14", "without_contacts")
		return
	}
	if m.Repeat = e.any(); !m.Repeat {
		d.because("C-5", "chat_primary", "by", by)
		return
	}
	var found []string
	for _, x := range []*crm.Entity{e.contact, e.company, e.lead, e.deal} {
		if x != nil {
			found = append(found, label(x))
		}
	}
	if by == "" {
		d.because("C-5", "chat_returned", "found", strings.Join(found, ", "))
	} else {
		d.because("C-5", "chat_repeat", "by", by, "found", strings.Join(found, ", "))
	}
	if len(d.Known.Contacts) > 1 && e.contact != nil {
		ids := make([]string, len(d.Known.Contacts))
		for i, c := range slices.SortedFunc(slices.Values(d.Known.Contacts), byID) {
			ids[i] = decimal(c.ID)
		}
		d.because("C-5", "chat_several", "ids", strings.Join(ids, ", "), "chosen", label(e.contact))
	}
}

// making is what the settings want, in the words of the portal's mode.
func (d *decision) making(b *Beginning) Making {
	if !d.conversations().Create {
		d.because("C-2", "chat_create_off")
		return MakeNothing
	}
	if d.Directory.Mode == crm.Simple && (b.Make == MakeLead || b.Make == MakeBoth) {
		d.because("C-5", "no_leads")
		return MakeDeal
	}
	return b.Make
}

// wanted are the kinds of record that are made: not those of which the person has an open one already, because two conversations
// of one person never make two leads.
func (d *decision) wanted(making Making) []crm.Kind {
	var out []crm.Kind
	for _, k := range making.Kinds() {
		if x := d.existing.open(k); x != nil {
			d.because("C-5", "open_exists", "entity", label(x))
			continue
		}
		out = append(out, k)
	}
	return out
}

// open is the person's open lead or deal; nil when there is none.
func (e *existing) open(k crm.Kind) *crm.Entity {
	x := e.lead
	if k == crm.Deal {
		x = e.deal
	}
	if x == nil || x.Closed {
		return nil
	}
	return x
}

// makeRecords plans the new records, and the contact they belong to.
func (d *decision) makeRecords(m *ChatMemory, kinds []crm.Kind) {
	contact, company := d.client(m)
	for i, k := range kinds {
		t := d.chatTarget(m, k, i == 0)
		if t.Responsible == 0 {
			return
		}
		own := t
		m.Made[k] = &own
		fields := d.chatFields(&t)
		fields.Contact, fields.Company = contact, company
		if k == crm.Lead {
			d.reachable(&fields, d.contacts)
		}
		key := d.key("create", string(k))
		d.act(key, UrgentEntity, crm.Create{Kind: k, OriginID: d.origin(k), Fields: fields}, string(key))
		d.because("C-5", "chat_create_"+string(k), "title", t.Title)
	}
}

// chatKey is an action's natural key within the conversation: its session is unlike a call's, and after records were lost everything
// has keys of its own.
func (d *decision) chatKey(parts ...string) ActionKey {
	key := string(d.Chat.Session) + "/"
	if m := d.memory.Chat; m.Rounds > 0 {
		key += decimal(int64(m.Rounds+1)) + "/"
	}
	return ActionKey(key + strings.Join(parts, "/"))
}

// origin is the natural key of a record that the conversation makes: "chat:199000001/lead".
func (d *decision) origin(k crm.Kind) string { return string(d.key(string(k))) }

// client is whose the new records are: what was found, else a contact that is made of what is known of the visitor. Without
// anything to reach the visitor by there is none (C-14).
func (d *decision) client(m *ChatMemory) (contact, company *crm.Ref) {
	e := &d.existing
	if e.company != nil {
		company = &crm.Ref{ID: e.company.ID}
		m.Client = &Bound{crm.Company, *company}
		d.because("C-5", "link", "entity", label(e.company))
	}
	if e.contact != nil {
		contact = &crm.Ref{ID: e.contact.ID}
		m.Client = &Bound{crm.Contact, *contact}
		d.because("C-5", "link", "entity", label(e.contact))
	}
	switch c := m.Client; {
	case contact == nil && c != nil && c.Kind == crm.Contact: // of a record that is gone, and itself still there
		ref := c.Entity
		contact = &ref
	case c == nil && len(d.contacts) > 0:
		contact = d.makeContact(m)
	}
	return contact, company
}

// makeContact plans a contact of the visitor; a record without it is better than none, so the pointer to it is optional.
func (d *decision) makeContact(m *ChatMemory) *crm.Ref {
	t := Target{Kind: crm.Contact, Responsible: d.chatOwner(false), Title: d.chatTitle(crm.Contact, false)}
	if t.Responsible == 0 {
		return nil
	}
	key := d.key("create", string(crm.Contact))
	fields := crm.Fields{Title: &t.Title, Responsible: &t.Responsible, Source: d.chatSource(), Custom: d.extra(crm.Contact)}
	d.reachable(&fields, d.contacts)
	d.act(key, UrgentEntity, crm.Create{Kind: crm.Contact, OriginID: d.origin(crm.Contact), Fields: fields}, string(key))
	d.because("C-5", "chat_create_contact", "title", t.Title)
	m.Made[crm.Contact] = &t
	m.Client = &Bound{crm.Contact, crm.Ref{Of: string(key), Optional: true}}
	ref := m.Client.Entity
	return &ref
}

// reachable writes contacts of the visitor into a record.
func (d *decision) reachable(f *crm.Fields, which []string) {
	for _, p := range d.phones {
		if slices.Contains(which, string(p)) {
			f.Phones = append(f.Phones, string(p))
		}
	}
	for _, e := range d.emails {
		if slices.Contains(which, e) {
			f.Emails = append(f.Emails, e)
		}
	}
	for _, m := range d.Chat.Visitor.Messengers {
		if slices.Contains(which, account(m)) {
			f.Messengers = append(f.Messengers, m)
		}
	}
}

// chatTarget is a record as the settings want it by what is known now; the first one explains whose it is.
func (d *decision) chatTarget(m *ChatMemory, k crm.Kind, first bool) Target {
	t := Target{Kind: k, Responsible: d.chatOwner(first)}
	t.Funnel, t.Stage = d.chatStage(m, k, true)
	t.Title = d.chatTitle(k, true)
	t.SourceDescription = d.channelName()
	return t
}

// chatFields are a target's columns for the CRM.
func (d *decision) chatFields(t *Target) crm.Fields {
	f := crm.Fields{
		Title: &t.Title, Responsible: &t.Responsible, Stage: &t.Stage, Source: d.chatSource(), SourceDescription: &t.SourceDescription,
		Custom: d.extra(t.Kind),
	}
	if t.Kind == crm.Deal {
		f.Funnel = &t.Funnel
	}
	return f
}
