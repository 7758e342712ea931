package integration

import (
	"strings"

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
		d.addContacts(crm.Lead, d.created(crm.Lead), fresh)
	}
	if m.Client != nil {
		if d.conversations().Create {
			d.addContacts(m.Client.Kind, m.Client.Entity, fresh)
		}
		return
	}
	if m.Made[crm.Lead] != nil || m.Made[crm.Deal] != nil { // what was made gets a client
		contact, company := d.client(m)
		for _, k := range []crm.Kind{crm.Lead, crm.Deal} {
			if m.Made[k] != nil && (contact != nil || company != nil) {
				d.update(k, d.created(k), "client", crm.Guard{}, crm.Fields{Contact: contact, Company: company})
			}
		}
	}
	d.copyToClient(m)
	d.tellClient(m)
}

// tellClient writes to a client that was found by one contact of the visitor what else is known (C-5). A number or an address alone
// is there already: the client was found by it.
func (d *decision) tellClient(m *ChatMemory) {
	known := len(d.contacts) == 1 && len(d.phones)+len(d.emails) == 1
	if m.Client == nil || m.Client.Entity.ID == 0 || known || len(d.contacts) == 0 || !d.conversations().Create {
		return
	}
	d.addContacts(m.Client.Kind, m.Client.Entity, d.contacts)
}

// addContacts writes contacts of the visitor where the record lacks them; a person's own stay.
func (d *decision) addContacts(k crm.Kind, ref crm.Ref, which []string) {
	var f crm.Fields
	d.reachable(&f, which)
	ref.Optional = false // without the record there is nothing to write to
	d.update(k, ref, "contacts", crm.Guard{}, f)
	d.because("C-14", "contacts_added", "contacts", strings.Join(which, ", "), "entity", string(k))
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
	if d.conversations().Create {
		d.found()
	}
}

func (d *decision) correctOne(m *ChatMemory, was *Target) {
	k := was.Kind
	owner := d.chatOwner(false)
	if owner != 0 && owner != was.Responsible {
		d.hand(k, d.created(k), "responsible", was.Responsible, owner)
		d.once("C-4", "moved", "field", "responsible", "value", d.name(owner))
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
	d.once("C-6", "moved", "field", "stage", "value", d.stageName(k, funnel, stage))
	was.Stage, was.Funnel = stage, funnel
}
