package integration

import (
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/integration/centre"
	"omniconnector/rules"
)

// describeWait is how long a chat waits for attributes that a rule looks at; without such a rule it does not wait.
const describeWait = 15 * time.Second

// chatPasses walks the gates that keep a conversation out of the CRM: the section's switch, its channel, the wait for something to
// be said, and the tenant's filter.
func (d *decision) chatPasses() bool {
	d.nameSides()
	d.readContacts()
	if d.Memory.Verdict == Planned {
		return true
	}
	s, c := d.conversations(), d.Chat
	switch {
	case !s.Enabled && c.Kind == Offline:
		return d.end(Off, "C-11", "offline_off")
	case !s.Enabled:
		return d.end(Off, "C-3", "chats_off")
	case c.Kind == Chat && c.Channel == "" && !c.Closed:
		return d.end(Waiting, "C-16", "wait_channel")
	case c.Kind == Chat && !slices.Contains(s.Channels, c.Channel):
		return d.end(Filtered, "C-3", "channel_off", "channel", d.channelName())
	case c.Kind == Chat && len(c.Said()) == 0 && c.Closed:
		return d.end(Ignored, "C-16", "chat_empty")
	case c.Kind == Chat && len(c.Said()) == 0:
		return d.end(Waiting, "C-16", "wait_message")
	}
	return d.awaitsDescription() && d.chatFilter()
}

// nameSides looks up in the platform's directory what its notifications name by an id only: the channel and the operators.
func (d *decision) nameSides() {
	if d.Centre == nil {
		return
	}
	own := *d.Chat
	i := slices.IndexFunc(d.Centre.Channels, func(ch centre.Channel) bool { return ch.ID == own.ChannelID && ch.ID != 0 })
	if i >= 0 {
		fill(&own.Channel, d.Centre.Channels[i].Type)
		fill(&own.ChannelName, d.Centre.Channels[i].Name)
	}
	own.Operators = slices.Clone(own.Operators)
	for i := range own.Operators {
		if e := d.Centre.Employee(own.Operators[i].ID); e != nil {
			fill(&own.Operators[i].Name, e.Name)
		}
	}
	d.Chat = &own
}

// awaitsDescription lets a chat wait for attributes that a rule looks at, and no longer than a few seconds.
func (d *decision) awaitsDescription() bool {
	c := d.Chat
	looked := slices.ContainsFunc(d.Settings.conversationsOf(c.Kind).uses, func(p rules.Parameter) bool {
		return slices.Contains(described(), p) && len(chatSubject(c)[p]) == 0
	})
	if !looked || !d.awaited() {
		return true
	}
	d.wake(c.OpenedAt.Add(describeWait))
	return d.end(Waiting, "C-11", "wait_attributes")
}

// awaited reports whether the platform may still tell a chat's attributes in time.
func (d *decision) awaited() bool {
	c := d.Chat
	return c.Kind == Chat && d.Describes && !c.Described && d.Now.Before(c.OpenedAt.Add(describeWait))
}

// chatFilter asks the tenant's filter (C-11).
func (d *decision) chatFilter() bool {
	m := d.Settings.conversationsOf(d.Chat.Kind).filter
	if m == nil {
		d.because("C-11", "chat_filter_off")
		return d.accept()
	}
	v := m.Match(chatSubject(d.Chat), d.chatNotYet()...)
	switch {
	case v.Undecided:
		d.end(Waiting, "C-11", "wait_chat_filter")
	case v.Passed:
		d.because("C-11", "chat_filter_passed").Check = &v.Root
		return d.accept()
	default:
		d.end(Filtered, "C-11", "chat_filter_kept_out")
	}
	d.plan.Reasons[len(d.plan.Reasons)-1].Check = &v.Root
	return false
}

// readContacts reads the visitor's contacts; the tenant's own numbers are nobody's.
func (d *decision) readContacts() {
	d.phones, d.emails, d.contacts = nil, nil, nil
	v := &d.Chat.Visitor
	for _, raw := range v.Phones {
		p, problem := ParsePhone(raw, d.Settings.Country)
		if problem == PhoneFine && d.ours(p) {
			d.once("C-5", "own_contact", "number", raw)
			continue
		}
		if problem == PhoneFine && !slices.Contains(d.phones, p) {
			d.phones = append(d.phones, p)
		}
	}
	for _, raw := range v.Emails {
		if e := ParseEmail(raw); e != "" && !slices.Contains(d.emails, e) {
			d.emails = append(d.emails, e)
		}
	}
	for _, p := range d.phones {
		d.contacts = append(d.contacts, string(p))
	}
	d.contacts = append(d.contacts, d.emails...)
	for _, m := range v.Messengers {
		d.contacts = append(d.contacts, account(m))
	}
}

// chatBegins reports whether there is somebody to make records of (C-14), or whose records take the words: a visitor who tells no
// contacts this time may be known by an earlier conversation.
func (d *decision) chatBegins() bool {
	switch {
	case !d.Memory.OpenedAt.IsZero() || len(d.contacts) > 0 || d.conversations().WithoutContacts:
		return true
	case d.memory == nil && d.seeks() || d.returns():
		return true
	case d.Chat.Closed:
		return d.end(Ignored, "C-14", "no_contacts")
	}
	return d.end(Waiting, "C-14", "wait_contacts")
}

// seeks reports whether it is to be asked what the visitor's earlier conversations left in the CRM.
func (d *decision) seeks() bool {
	m := d.Memory.Chat
	return d.Chat.Visitor.ID != "" && len(d.contacts) == 0 && !d.conversations().WithoutContacts && d.Known == nil && (m == nil || !m.Sought)
}

// returns reports whether a visitor without contacts is known by an earlier conversation, by records that may be used (C-10).
func (d *decision) returns() bool {
	if len(d.contacts) > 0 || d.Known == nil {
		return false
	}
	e := d.usable()
	return e.any()
}

// account names an account in a messenger among other contacts.
func account(m crm.Messenger) string { return m.Network + ":" + m.Value }
