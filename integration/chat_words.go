package integration

import (
	"errors"
	"fmt"
	"slices"

	"omniconnector/crm"
	"omniconnector/rules"
)

// The parameters that only a filter of conversations may name (C-11); it shares campaign, site, source, group and employee with calls.
const (
	ParamChannel      rules.Parameter = "channel"
	ParamTag          rules.Parameter = "tag"
	ParamPage         rules.Parameter = "page"
	ParamReferrer     rules.Parameter = "referrer"
	ParamFirstMessage rules.Parameter = "first_message"
	ParamLastMessage  rules.Parameter = "last_message"
	ParamUTMSource    rules.Parameter = "utm_source"
	ParamUTMMedium    rules.Parameter = "utm_medium"
	ParamUTMCampaign  rules.Parameter = "utm_campaign"
	ParamUTMTerm      rules.Parameter = "utm_term"
	ParamUTMContent   rules.Parameter = "utm_content"
)

// chatBehind says which of the platform's variables hold a parameter of conversations.
var chatBehind = map[rules.Parameter][]string{
	ParamSite: {"site_id", "site_domain_name"}, ParamSource: {"source_id", "source_name", "source_new"},
	ParamCampaign: {"campaign_id", "campaign_name"}, ParamFirstCampaign: {"visitor_first_campaign_id", "visitor_first_campaign_name"},
	ParamGroup: {"group_id", "group_name"}, ParamPage: {"communication_page_url"}, ParamReferrer: {"referrer", "referrer_domain"},
	ParamUTMSource: {"utm_source"}, ParamUTMMedium: {"utm_medium"}, ParamUTMCampaign: {"utm_campaign"},
	ParamUTMTerm: {"utm_term"}, ParamUTMContent: {"utm_content"},
}

// described are the parameters that the notifications of a chat lack: the platform tells them when it is asked (contract uis §6).
func described() []rules.Parameter {
	return []rules.Parameter{
		ParamSite, ParamSource, ParamCampaign, ParamFirstCampaign, ParamGroup, ParamPage, ParamReferrer,
		ParamUTMSource, ParamUTMMedium, ParamUTMCampaign, ParamUTMTerm, ParamUTMContent,
	}
}

// ChatWords is the vocabulary of filters for conversations of a kind (C-11). What becomes known only while a chat goes on is late.
func ChatWords(k Communication) []rules.Word {
	chat := k == Chat
	words := []rules.Word{
		{Parameter: ParamSite, Kind: rules.List, LabelRU: "Сайт", LabelEN: "Site"},
		{Parameter: ParamSource, Kind: rules.List, LabelRU: "Источник", LabelEN: "Source"},
		{Parameter: ParamCampaign, Kind: rules.List, LabelRU: "Рекламная кампания", LabelEN: "Campaign"},
		{Parameter: ParamFirstCampaign, Kind: rules.List, LabelRU: "Первая рекламная кампания", LabelEN: "First campaign"},
		{Parameter: ParamUTMSource, Kind: rules.Text, Example: "yandex", LabelRU: "utm_source", LabelEN: "utm_source"},
		{Parameter: ParamUTMMedium, Kind: rules.Text, Example: "cpc", LabelRU: "utm_medium", LabelEN: "utm_medium"},
		{Parameter: ParamUTMCampaign, Kind: rules.Text, Example: "may", LabelRU: "utm_campaign", LabelEN: "utm_campaign"},
		{Parameter: ParamUTMTerm, Kind: rules.Text, Example: "диван", LabelRU: "utm_term", LabelEN: "utm_term"},
		{Parameter: ParamUTMContent, Kind: rules.Text, Example: "banner", LabelRU: "utm_content", LabelEN: "utm_content"},
		{Parameter: ParamEmployee, Kind: rules.List, LabelRU: "Оператор", LabelEN: "Operator", Late: chat},
		{Parameter: ParamGroup, Kind: rules.List, LabelRU: "Группа операторов", LabelEN: "Operator group", Late: chat},
		{Parameter: ParamTag, Kind: rules.List, LabelRU: "Тег", LabelEN: "Tag", Late: chat},
		{Parameter: ParamPage, Kind: rules.Text, Example: "/contacts", LabelRU: "Страница посетителя", LabelEN: "Visitor's page"},
		{Parameter: ParamReferrer, Kind: rules.Text, Example: "yandex.ru", LabelRU: "Откуда пришёл посетитель", LabelEN: "Referrer"},
		{Parameter: ParamFirstMessage, Kind: rules.Text, Example: "доставка", LabelRU: "Текст первого сообщения", LabelEN: "First message"},
	}
	if !chat {
		return words
	}
	last := rules.Word{
		Parameter: ParamLastMessage, Kind: rules.Text, Example: "спасибо", LabelRU: "Текст последнего сообщения", LabelEN: "Last message", Late: true,
	}
	return append([]rules.Word{{Parameter: ParamChannel, Kind: rules.List, LabelRU: "Канал", LabelEN: "Channel"}}, append(words, last)...)
}

// chatSubject is what the filters of a conversation look at.
func chatSubject(c *Conversation) rules.Subject {
	s := rules.Subject{}
	add := func(p rules.Parameter, values ...string) {
		for _, v := range values {
			if v != "" && !slices.Contains(s[p], v) {
				s[p] = append(s[p], v)
			}
		}
	}
	add(ParamChannel, c.Channel, c.ChannelName)
	if c.ChannelID != 0 {
		add(ParamChannel, decimal(c.ChannelID))
	}
	for p, variables := range chatBehind {
		for _, v := range variables {
			add(p, c.Params[v]...)
		}
	}
	if who := c.Operator(); who.ID != 0 || who.Name != "" {
		if who.ID != 0 {
			add(ParamEmployee, decimal(int64(who.ID)))
		}
		add(ParamEmployee, who.Name)
	}
	add(ParamTag, c.Tags...)
	said := c.Said()
	if i := slices.IndexFunc(said, func(m Message) bool { return m.By == ByVisitor }); i >= 0 {
		add(ParamFirstMessage, said[i].Text)
	}
	if len(said) > 0 && c.Closed {
		add(ParamLastMessage, said[len(said)-1].Text)
	}
	return s
}

// chatNotYet are the parameters of a conversation that may still become known.
func (d *decision) chatNotYet() []rules.Parameter {
	c := d.Chat
	var out []rules.Parameter
	if d.awaited() {
		out = append(out, described()...)
	}
	if c.Closed {
		return out
	}
	if c.Operator().IsZero() {
		out = append(out, ParamEmployee)
	}
	if len(c.Params["group_id"])+len(c.Params["group_name"]) == 0 && !slices.Contains(out, ParamGroup) {
		out = append(out, ParamGroup)
	}
	return append(out, ParamTag, ParamLastMessage)
}

// conversations holds the compiled filters of one kind of conversation.
type conversations struct {
	filter      *rules.Matcher // nil when the filter is off or empty
	names       map[crm.Kind]*rules.Set
	primary     *rules.Set
	repeat      *rules.Set
	responsible *rules.Set
	uses        []rules.Parameter // by any of them
}

func (v *conversations) compile(c *Conversations, words []rules.Word) error {
	var problems []error
	set := func(what string, filters []rules.Filter) *rules.Set {
		for _, f := range filters {
			v.uses = append(v.uses, f.Uses()...)
		}
		out, err := rules.CompileSet(filters, words)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", what, err))
		}
		return out
	}
	if c.Filter.On && !c.Filter.Where.Empty() {
		var err error
		if v.filter, err = rules.Compile(c.Filter.Where, words); err != nil {
			problems = append(problems, fmt.Errorf("filter: %w", err))
		}
		v.uses = append(v.uses, c.Filter.Where.Uses()...)
	}
	v.names = map[crm.Kind]*rules.Set{}
	for _, k := range kinds {
		var filters []rules.Filter
		for _, t := range c.Names.For(k) {
			filters = append(filters, t.Where)
		}
		v.names[k] = set("names of "+string(k), filters)
	}
	var owners []rules.Filter
	for _, r := range c.Responsible.Rules {
		owners = append(owners, r.Where)
	}
	v.responsible = set("responsible", owners)
	v.primary = set("funnels of primary conversations", c.Primary.filters())
	v.repeat = set("funnels of repeat conversations", c.Repeat.filters())
	return errors.Join(problems...)
}

func (b *Beginning) filters() []rules.Filter {
	var out []rules.Filter
	for _, r := range b.Rules {
		out = append(out, r.Where)
	}
	return out
}

// conversationsOf gives the compiled filters of a kind of conversation.
func (s *Settings) conversationsOf(k Communication) *conversations {
	if k == Offline {
		return &s.compiled.offline
	}
	return &s.compiled.chats
}
