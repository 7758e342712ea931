package integration

import (
	"slices"

	"omniconnector/crm"
)

// learnContacts writes contacts that appeared since to the records of this conversation, and not to others (C-14). Somebody whom the
// CRM knows by them becomes the client; otherwise a contact is made.
func (d *decision) learnContacts(m *ChatMemory) {
	fresh := d.newContacts(m.Contacts)
	if len(fresh) == 0 {
		return
	}
	m.Contacts = append(m.Contacts, fresh...)
	if m.Made[crm.Lead] != nil {
		var f crm.Fields
		d.reachable(&f, fresh)
		d.update(crm.Lead, d.created(crm.Lead), "contacts", crm.Guard{}, f)
		d.because("C-14", "contacts_added", "contacts", listOf(fresh), "entity", string(crm.Lead))
	}
	if m.Client != nil {
		var f crm.Fields
		d.reachable(&f, fresh)
		d.update(m.Client.Kind, m.Client.Entity, "contacts", crm.Guard{}, f)
		d.because("C-14", "contacts_added", "contacts", listOf(fresh), "entity", string(m.Client.Kind))
		return
	}
	if m.Made[crm.Lead] == nil && m.Made[crm.Deal] == nil {
		return // nothing was made that could have a client
	}
	contact, company := d.client(m)
	for _, k := range []crm.Kind{crm.Lead, crm.Deal} {
		if m.Made[k] != nil && (contact != nil || company != nil) {
			d.update(k, d.created(k), "client", crm.Guard{}, crm.Fields{Contact: contact, Company: company})
		}
	}
}

func listOf(list []string) string {
	text := ""
	for _, s := range list {
		if text != "" {
			text += ", "
		}
		text += s
	}
	return text
}

// correctChat brings what the conversation made in line with what is known by now: who took it, its attributes, its tags. Each field is
// written only while it is as we left it: a person's edit wins (law 7).
func (d *decision) correctChat(m *ChatMemory) {
	for _, k := range kinds {
		was := m.Made[k]
		if was == nil || d.plannedNow(d.key("create", string(k))) {
			continue
		}
		d.correctOne(m, was)
		d.complete(k)
	}
	d.found()
}

func (d *decision) correctOne(m *ChatMemory, was *Target) {
	k := was.Kind
	owner := d.chatOwner(false)
	if owner != 0 && owner != was.Responsible {
		d.hand(k, d.created(k), "responsible", was.Responsible, owner)
		d.because("C-4", "moved", "field", "responsible", "value", d.name(owner))
		was.Responsible = owner
	}
	d.rename(k, &was.Title, d.chatTitle(k, false))
	if k == crm.Contact {
		return
	}
	funnel, stage := d.chatStage(m, k, false)
	if funnel == was.Funnel && stage == was.Stage {
		return
	}
	fields := crm.Fields{Stage: &stage}
	if k == crm.Deal {
		fields.Funnel = &funnel
	}
	had := was.Stage
	d.update(k, d.created(k), "stage", crm.Guard{Stage: &had}, fields)
	d.because("C-6", "moved", "field", "stage", "value", d.stageName(k, funnel, stage))
	was.Stage, was.Funnel = stage, funnel
}

// Identities are all the names under which the conversation's visitor may be known, the strongest first: whoever shares one of them is
// the same person (C-16).
func (c *Conversation) Identities(s *Settings) []CustomerKey {
	return slices.Compact(identities(&c.Visitor, s.Country))
}
