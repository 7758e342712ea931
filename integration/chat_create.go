package integration

import (
	"cmp"
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
	if len(kinds) == 0 && !m.Repeat {
		return // there is nobody to write to, and nothing is made
	}
	d.memory.OpenedAt = d.Now
	if len(kinds) > 0 {
		d.makeRecords(m, kinds)
	}
	d.choosePlaces(m, making, kinds)
	if making == MakeActivity && len(m.Places) > 0 {
		d.chatActivity(m)
	}
	d.notifyMade(m)
}

// explainVisitor says by what the visitor is known, or that nobody is.
func (d *decision) explainVisitor(m *ChatMemory) {
	m.Contacts = slices.Clone(d.contacts)
	by := strings.Join(d.contacts, ", ")
	if by == "" {
		m.Repeat = false
		d.because("C-14", "without_contacts")
		return
	}
	e := &d.existing
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
	d.because("C-5", "chat_repeat", "by", by, "found", strings.Join(found, ", "))
	if len(d.Known.Contacts) > 1 && e.contact != nil {
		ids := make([]string, len(d.Known.Contacts))
		for i, c := range slices.SortedFunc(slices.Values(d.Known.Contacts), byID) {
			ids[i] = decimal(c.ID)
		}
		d.because("C-5", "several_contacts", "ids", strings.Join(ids, ", "), "chosen", label(e.contact))
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
		if x := d.openOf(k); x != nil {
			d.because("C-5", "open_exists", "entity", label(x))
			continue
		}
		out = append(out, k)
	}
	return out
}

// openOf is the person's open record of a kind; nil when there is none.
func (d *decision) openOf(k crm.Kind) *crm.Entity {
	x := d.existing.lead
	if k == crm.Deal {
		x = d.existing.deal
	}
	if x == nil || x.Closed {
		return nil
	}
	return x
}

// makeRecords plans the new records, and the contact they belong to.
func (d *decision) makeRecords(m *ChatMemory, kinds []crm.Kind) {
	contact, company := d.client(m)
	for _, k := range kinds {
		t := d.chatTarget(m, k, true)
		if t.Responsible == 0 {
			continue
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
// contacts there is none (C-14).
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
	if m.Client != nil || len(d.contacts) == 0 {
		return contact, company
	}
	ref := d.makeContact(m)
	return ref, nil
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
		if slices.Contains(which, m.Network+":"+m.Value) {
			f.Messengers = append(f.Messengers, m)
		}
	}
}

// chatTarget is a record as the settings want it by what is known now.
func (d *decision) chatTarget(m *ChatMemory, k crm.Kind, explain bool) Target {
	t := Target{Kind: k, Responsible: d.chatOwner(explain)}
	t.Funnel, t.Stage = d.chatStage(m, k, explain)
	t.Title = d.chatTitle(k, explain)
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

// chatSource is the source's code in the dictionary that every portal begins with (contract bitrix24 §5.5).
func (d *decision) chatSource() *string {
	code := "OTHER"
	switch {
	case d.Chat.Kind == Offline:
		code = "WEBFORM"
	case d.Chat.Channel == "comagic":
		code = "WEB"
	case d.Chat.Channel == "email":
		code = "EMAIL"
	}
	return &code
}

// chatOwner chooses the responsible (C-4): of what exists, then the operator who took the chat, then the first rule that holds, then the default.
func (d *decision) chatOwner(explain bool) crm.UserID {
	s := &d.conversations().Responsible
	chain := d.existing.owners()
	for i := range chain {
		chain[i].rule = "C-4"
	}
	chain = append(chain, d.employee(d.Chat.Operator(), "C-4", "owner_operator"))
	won := choose(d.Settings.conversationsOf(d.Chat.Kind).responsible, chatSubject(d.Chat), d.chatNotYet(), nil)
	if explain {
		for _, l := range won.lost {
			d.because("C-4", l.code(), "name", titled(s.Rules[l.number].Name, l.number)).Check = l.check
		}
	}
	if won.number >= 0 {
		r := s.Rules[won.number]
		chain = append(chain, candidate{r.User, "C-4", "owner_rule", []string{"name", titled(r.Name, won.number)}, won.check})
	}
	return d.choose(ofEntity, append(chain, candidate{s.Default, "C-4", "owner_default_chat", nil, nil}), explain)
}

// chatStage chooses funnel and stage (C-6).
func (d *decision) chatStage(m *ChatMemory, k crm.Kind, explain bool) (funnel int64, stage string) {
	s, compiled := d.conversations(), d.Settings.conversationsOf(d.Chat.Kind)
	b, set := &s.Primary, compiled.primary
	if m.Repeat {
		b, set = &s.Repeat, compiled.repeat
	}
	won := choose(set, chatSubject(d.Chat), d.chatNotYet(), nil)
	f := funnelChoice{rule: "C-6", lost: won.lost, number: won.number, check: won.check, funnel: b.Funnel, stage: b.Stage}
	f.name = func(i int) string { return titled(b.Rules[i].Name, i) }
	if k == crm.Lead {
		f.funnel, f.stage = 0, b.LeadStage
	}
	if i := won.number; i >= 0 {
		f.ruleFunnel, f.ruleStage = b.Rules[i].Funnel, b.Rules[i].Stage
		if k == crm.Lead {
			f.ruleFunnel, f.ruleStage = 0, b.Rules[i].LeadStage
		}
	}
	return d.beginning(k, f, explain)
}

// chatTitle names a record: the first template whose filter holds, else the default (C-12).
func (d *decision) chatTitle(k crm.Kind, explain bool) string {
	s := d.conversations()
	won := choose(d.Settings.conversationsOf(d.Chat.Kind).names[k], chatSubject(d.Chat), d.chatNotYet(), nil)
	text := ""
	if won.number >= 0 {
		text = s.Names.For(k)[won.number].Text
	}
	fallback := DefaultChatName
	switch {
	case k == crm.Contact || k == crm.Company:
		fallback = DefaultVisitorName
	case d.Chat.Kind == Offline:
		fallback = DefaultOfflineName
	}
	return d.named("C-12", text, won.number, won.check, fallback, explain)
}

// choosePlaces says where the conversation's words go (C-5, C-9, C-10).
func (d *decision) choosePlaces(m *ChatMemory, making Making, kinds []crm.Kind) {
	e := &d.existing
	put := func(k crm.Kind, ref crm.Ref) {
		if !slices.ContainsFunc(m.Places, func(p Place) bool { return p.Kind == k && p.Entity == ref }) {
			m.Places = append(m.Places, Place{Bound: Bound{k, ref}})
		}
	}
	for _, k := range kinds {
		if m.Made[k] != nil {
			put(k, d.created(k))
		}
	}
	for _, k := range making.Kinds() { // of these the person has an open one
		if x := d.openOf(k); x != nil {
			put(k, crm.Ref{ID: x.ID})
		}
	}
	if len(making.Kinds()) == 0 {
		for _, x := range d.byPriority() {
			put(x.Kind, crm.Ref{ID: x.ID})
		}
	}
	if m.Client == nil {
		if x := cmp.Or(e.contact, e.company); x != nil {
			m.Client = &Bound{x.Kind, crm.Ref{ID: x.ID}}
		}
	}
	if d.conversations().CopyToClient {
		if x := cmp.Or(e.contact, e.company); x != nil {
			put(x.Kind, crm.Ref{ID: x.ID})
			d.because("C-9", "copied", "entity", label(x))
		}
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
	do := crm.AddActivity{
		OriginID: string(d.key("activity")), Chat: true, Kind: at.Kind, Entity: at.Entity, User: user, Subject: d.chatTitle(crm.Lead, false),
		Direction: crm.Incoming, StartedAt: c.OpenedAt, EndedAt: cmp.Or(c.ClosedAt, c.OpenedAt),
	}
	if len(d.phones) > 0 {
		do.Phone = string(d.phones[0])
	}
	d.act(d.key("activity"), UrgentActivity, do, touchEntity(at.Kind, at.Entity), string(d.key("activity")))
	d.because("C-5", "chat_activity", "user", d.name(user))
}

// notifyMade tells the responsible of the records that were made, once (C-8).
func (d *decision) notifyMade(m *ChatMemory) {
	if !d.conversations().Notify || m.Notified {
		return
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
