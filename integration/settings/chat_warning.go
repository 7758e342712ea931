package settings

import (
	"slices"
	"strings"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

// conversations warns of what is set for chats or offline requests; of a section that is off there is nothing to warn of.
func (l *linter) conversations(at string, s *integration.Conversations, k integration.Communication) {
	if !s.Enabled {
		return
	}
	words := integration.ChatWords(k)
	if k == integration.Chat {
		l.channels(at+"/channels", s)
	}
	if s.Filter.On {
		if len(rules.LateOf(s.Filter.Where, words)) > 0 {
			l.say(at+"/filter/where", "late_parameter")
		}
		l.callFilter(at+"/filter/where", s.Filter.Where, words)
	}
	l.responsible(at+"/responsible", &s.Responsible, words)
	l.chatFunnels(at+"/primary", s, &s.Primary, words)
	l.chatFunnels(at+"/repeat", s, &s.Repeat, words)
	l.names(at+"/names", &s.Names, words)
	l.chatFields(at+"/extra_fields", s)
	if s.WithoutContacts && k == integration.Chat && s.Create && slices.Contains(s.Channels, webChat) {
		l.say(at+"/without_contacts", "every_chat_primary")
	}
	eachFilterOf(at, s, func(at string, f *rules.Filter) { l.values(at, f, words) })
}

// webChat is the type of the chat on a site, whose visitors are often unknown (contract uis §5.1).
const webChat = "comagic"

// channels warns of chosen types that the platform has no channel of, or none that works (C-3). Who has chosen all types takes whatever
// there is, so that only what is switched off is told.
func (l *linter) channels(at string, s *integration.Conversations) {
	if len(l.centre.Channels) == 0 {
		return // before they were read, or a platform without chats
	}
	var absent, off []integration.Variable
	for _, t := range integration.ChannelTypes() {
		if !slices.Contains(s.Channels, t.Name) {
			continue
		}
		there, works := false, false
		for _, c := range l.centre.Channels {
			if c.Type == t.Name {
				there, works = true, works || c.Active
			}
		}
		switch {
		case !there:
			absent = append(absent, t)
		case !works:
			off = append(off, t)
		}
	}
	all := len(s.Channels) == len(integration.ChannelTypes())
	if len(absent) > 0 && (!all || len(absent) == len(s.Channels)) {
		l.say(at, "platform_lacks_channels", channelNames(absent))
	}
	if len(off) > 0 {
		l.say(at, "inactive_channels", channelNames(off))
	}
}

func channelNames(types []integration.Variable) said {
	var ru, en []string
	for _, t := range types {
		ru, en = append(ru, t.RU), append(en, t.EN)
	}
	return said{strings.Join(ru, ", "), strings.Join(en, ", ")}
}

// chatFunnels warns of where records begin, as funnels does for calls; stages that C-6 does not look at are let be.
func (l *linter) chatFunnels(at string, s *integration.Conversations, b *integration.Beginning, words []rules.Word) {
	made := l.dir.made(s, b)
	if slices.Contains(b.Make.Kinds(), crm.Lead) && len(made) > 0 && !slices.Contains(made, crm.Lead) {
		l.say(at+"/make", "becomes_deal")
	}
	of := &origin{b.LeadStage, b.Funnel, b.Stage}
	l.chatBegins(made, beginning{at: at, of: of}, b.LeadStage, b.Funnel, b.Stage)
	var list []ordered
	for i, r := range b.Rules {
		place := item(at+"/rules", i)
		result := l.chatBegins(made, beginning{at: place, of: of, rule: i + 1, name: r.Name}, r.LeadStage, r.Funnel, r.Stage)
		list = append(list, ordered{i, result, r.Where})
	}
	if len(made) > 0 {
		l.winning(at+"/rules", list, words)
	}
}

// chatBegins looks at one place for each kind that is made, and tells what a conversation gets by it.
func (l *linter) chatBegins(made []crm.Kind, b beginning, leadStage string, funnel int64, stage string) (result string) {
	places := make([]string, 0, len(made))
	for _, k := range made {
		own := b
		own.kind, own.stage, own.code = k, "/lead_stage", leadStage
		if k == crm.Deal {
			own.stage, own.funnel, own.code = "/stage", funnel, stage
		}
		l.begins(&own)
		places = append(places, string(k)+" "+decimal(own.funnel)+" "+own.code)
	}
	return strings.Join(places, ", ")
}

// chatFields warns of fields that are written twice, and of those that the portal requires and nobody fills.
func (l *linter) chatFields(at string, s *integration.Conversations) {
	made := append(l.dir.made(s, &s.Primary), l.dir.made(s, &s.Repeat)...)
	for _, k := range kindsOfEntity {
		if slices.Contains(made, k) {
			l.sourceTwice(at+"/"+string(k), s.Fields.For(k))
			l.mandatory(at, k, &s.Fields, true)
		}
	}
	if len(made) > 0 {
		l.mandatory(at, crm.Contact, &s.Fields, false)
	}
}

// mostNames bounds how many people one warning names.
const mostNames = 10

// operators warns of employees who work in chats and are nobody in the portal: what they take goes to others (C-1, C-4).
func (l *linter) operators() {
	s := l.settings
	if !s.Chats.Enabled && !s.Offline.Enabled || !l.dir.known() {
		return
	}
	var names []string
	for _, p := range integration.MapEmployees(s, l.dir.Users, l.centre.Employees) {
		e := l.centre.Employee(p.Employee)
		left := len(s.Sync.Only) > 0 && !slices.Contains(s.Sync.Only, p.Employee)
		if p.By == integration.ByNothing && e != nil && e.Chats && !left {
			names = append(names, e.Name)
		}
	}
	if len(names) == 0 {
		return
	}
	number := count(len(names))
	if len(names) > mostNames {
		names = append(names[:mostNames], "…")
	}
	l.say("/employees", "unmapped_operators", number, listed(names))
}
