package integration

import (
	"cmp"
	"slices"
	"strings"

	"omniconnector/crm"
)

// existing is what the CRM has of the customer, chosen by the stated policy where there are several.
type existing struct {
	contact, company *crm.Entity
	lead, deal       *crm.Entity // the newest open one, else the newest closed one
}

// find chooses among what the CRM knows. Of several contacts with one number it takes the one with
// the newest open deal, else the earliest: the same one every time (peers §3.13).
func (d *decision) find() existing {
	k := d.Known
	e := existing{lead: newest(k.Leads), deal: newest(k.Deals), company: earliest(k.Companies)}
	e.contact = earliest(k.Contacts)
	var last int64
	for _, deal := range k.Deals {
		i := slices.IndexFunc(k.Contacts, func(c crm.Entity) bool { return c.ID == deal.Contact })
		if i >= 0 && !deal.Closed && deal.ID > last {
			last, e.contact = deal.ID, &k.Contacts[i]
		}
	}
	return e
}

func newest(list []crm.Entity) *crm.Entity {
	if len(list) == 0 {
		return nil
	}
	best := slices.MinFunc(list, func(a, b crm.Entity) int {
		return cmp.Or(cmp.Compare(bit(a.Closed), bit(b.Closed)), cmp.Compare(b.ID, a.ID))
	})
	return &best
}

func earliest(list []crm.Entity) *crm.Entity {
	if len(list) == 0 {
		return nil
	}
	best := slices.MinFunc(list, byID)
	return &best
}

func byID(a, b crm.Entity) int { return cmp.Compare(a.ID, b.ID) }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (e *existing) any() bool {
	return e.contact != nil || e.company != nil || e.lead != nil || e.deal != nil
}

// working is the open lead or deal that goes on, nil when all are closed.
func (e *existing) working() *crm.Entity {
	if e.deal != nil && !e.deal.Closed {
		return e.deal
	}
	if e.lead != nil && !e.lead.Closed {
		return e.lead
	}
	return nil
}

// owners are the responsibles of what exists, by contact → company → lead/deal (T-14, E table).
func (e *existing) owners() []candidate {
	var list []candidate
	row, seen := e.row(), map[*crm.Entity]bool{}
	for _, x := range []*crm.Entity{e.contact, e.company, e.working(), e.lead, e.deal} {
		if x != nil && x.Responsible != 0 && !seen[x] {
			seen[x] = true
			list = append(list, candidate{x.Responsible, row, "owner_" + string(x.Kind), nil, nil})
		}
	}
	return list
}

// row names the row of the E table that what exists falls into.
func (e *existing) row() string {
	contact, company, lead, deal := e.contact != nil, e.company != nil, e.lead != nil, e.deal != nil
	switch {
	case contact && company && lead && deal:
		return "T-14.E5"
	case contact && company && deal:
		return "T-14.E1"
	case contact && lead && !deal:
		return "T-14.E6"
	case contact && deal && !lead:
		return "T-14.E4"
	case company && deal && !contact:
		return "T-14.E2"
	case deal && !contact && !company && !lead:
		return "T-14.E3"
	case lead && !contact && !company && !deal:
		return "T-14.E7"
	}
	return "T-14" // by the precedence alone
}

// bound is the entity a registered call belongs to: the portal takes contact, company or lead only.
func (e *existing) bound() *Bound {
	for _, x := range []*crm.Entity{e.contact, e.company, e.lead} {
		if x != nil {
			return &Bound{x.Kind, crm.Ref{ID: x.ID}}
		}
	}
	return nil
}

// explainFound says what the number is known by.
func (d *decision) explainFound() {
	e := &d.existing
	if !e.any() {
		d.because("T-0", "primary", "phone", string(d.phone))
		return
	}
	var found []string
	for _, x := range []*crm.Entity{e.contact, e.company, e.lead, e.deal} {
		if x != nil {
			found = append(found, label(x))
		}
	}
	d.because("T-0", "repeat", "phone", string(d.phone), "found", strings.Join(found, ", "))
	if len(d.Known.Contacts) > 1 {
		ids := make([]string, len(d.Known.Contacts))
		for i, c := range slices.SortedFunc(slices.Values(d.Known.Contacts), byID) {
			ids[i] = decimal(c.ID)
		}
		d.because("T-0", "several_contacts", "ids", strings.Join(ids, ", "), "chosen", label(e.contact))
	}
}

// label names a record for a person: "deal 12".
func label(e *crm.Entity) string { return string(e.Kind) + " " + decimal(e.ID) }

// create decides whether the call makes a lead or deal, and which (T-3, T-4).
func (d *decision) create() {
	e := &d.existing
	d.memory.Bound = e.bound()
	if !d.Settings.Calls(d.Call.Direction).Create {
		d.because(d.createRule(), "create_off")
		return
	}
	if w := e.working(); w != nil {
		d.because(d.createRule(), "open_exists", "entity", label(w))
		return
	}
	if e.any() && (e.lead != nil || e.deal != nil) {
		d.because(d.createRule(), "all_closed")
	}
	target := d.target(true)
	if target.Responsible == 0 {
		return
	}
	remembered := target
	d.memory.Target = &remembered
	companion := d.companion(&target)
	origin := OriginID(d.Call.Session, target.Kind)
	fields := d.fields(&target)
	fields.Contact, fields.Company = d.links(companion)
	if target.Kind == crm.Lead {
		fields.Phones = []string{string(d.phone)}
	}
	d.act(d.key("create", string(target.Kind)), UrgentEntity, crm.Create{Kind: target.Kind, OriginID: origin, Fields: fields},
		string(d.key("create", string(target.Kind))))
	d.because(d.createRule(), "create_"+string(target.Kind), "title", target.Title)
	if d.memory.Bound == nil && target.Kind == crm.Lead {
		d.memory.Bound = &Bound{crm.Lead, crm.Ref{Of: string(d.key("create", "lead"))}}
	}
}

func (d *decision) createRule() string {
	if d.Call.Direction == crm.Outgoing {
		return "T-4"
	}
	return "T-3"
}

// companion creates the contact or company of a deal whose customer is not known yet (T-3).
func (d *decision) companion(t *Target) *Bound {
	if t.Companion == "" {
		return nil
	}
	key := d.key("create", string(t.Companion))
	title, owner := t.CompanionTitle, t.Responsible
	source := "CALL"
	d.act(key, UrgentEntity, crm.Create{
		Kind: t.Companion, OriginID: OriginID(d.Call.Session, t.Companion),
		Fields: crm.Fields{
			Title: &title, Responsible: &owner, Source: &source, Phones: []string{string(d.phone)}, Custom: d.extra(t.Companion),
		},
	}, string(key))
	d.because(d.createRule(), "create_companion", "kind", string(t.Companion), "title", t.CompanionTitle)
	b := &Bound{t.Companion, crm.Ref{Of: string(key)}}
	d.memory.Bound = b
	return b
}

// links are the customer of a new lead or deal: what was found, else what is being created.
func (d *decision) links(companion *Bound) (contact, company *crm.Ref) {
	e := &d.existing
	if e.contact != nil {
		contact = &crm.Ref{ID: e.contact.ID}
		d.because(d.createRule(), "link", "entity", label(e.contact))
	}
	if e.company != nil {
		company = &crm.Ref{ID: e.company.ID}
		d.because(d.createRule(), "link", "entity", label(e.company))
	}
	if companion != nil {
		ref := companion.Entity
		ref.Optional = true // a deal without its contact is better than no deal
		if companion.Kind == crm.Company {
			company = &ref
		} else {
			contact = &ref
		}
	}
	return contact, company
}

// target is the entity as the settings want it by what is known now.
func (d *decision) target(explain bool) Target {
	t := Target{Kind: crm.Lead}
	if d.Directory.Mode == crm.Simple {
		t.Kind = crm.Deal
		if d.existing.contact == nil && d.existing.company == nil {
			t.Companion = cmp.Or(d.Settings.Telephony.Companion, crm.Contact)
		}
	}
	t.Responsible = d.entityOwner(explain)
	if d.Settings.Telephony.SourceNumber {
		t.SourceDescription = onlyDigits(d.Call.Virtual)
	}
	t.Funnel, t.Stage = d.stage(t.Kind, explain)
	t.Title = d.title(t.Kind, explain)
	if t.Companion != "" {
		t.CompanionTitle = d.title(t.Companion, false)
	}
	return t
}

// fields are a target's columns for the CRM.
func (d *decision) fields(t *Target) crm.Fields {
	source := "CALL"
	f := crm.Fields{Title: &t.Title, Responsible: &t.Responsible, Stage: &t.Stage, Source: &source}
	if t.Kind == crm.Deal {
		f.Funnel = &t.Funnel
	}
	if t.SourceDescription != "" {
		f.SourceDescription = &t.SourceDescription
		d.because("T-6", "source_number", "number", t.SourceDescription)
	}
	f.Custom = d.extra(t.Kind)
	return f
}

func titled(name string, i int) string {
	if name != "" {
		return name
	}
	return "№ " + decimal(int64(i+1))
}
