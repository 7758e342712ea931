package settings

import (
	"slices"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

const mostChatSilence = 720 // hours

// conversations checks the section of chats or of offline requests (C-2 … C-14). Of a section that is off only the form is checked: what
// it refers to is looked for when it is switched on.
func (c *checker) conversations(at string, s *integration.Conversations, k integration.Communication) {
	own := *c
	if !s.Enabled {
		own.dir, own.centre = directory{}, platform{}
	}
	own.section(at, s, k)
}

func (c *checker) section(at string, s *integration.Conversations, k integration.Communication) {
	words := integration.ChatWords(k)
	c.channels(at+"/channels", s.Channels, s.Enabled && k == integration.Chat)
	c.filter(at+"/filter/where", s.Filter.Where, words)
	if s.Responsible.Default != 0 || s.Enabled && s.Create { // without new records nobody is made responsible
		c.user(at+"/responsible/default", s.Responsible.Default)
	}
	c.owners(at+"/responsible", &s.Responsible, words)
	primary := []string{string(integration.MakeLead), string(integration.MakeDeal), string(integration.MakeBoth)}
	c.choice(at+"/primary/make", string(s.Primary.Make), primary...)
	c.beginning(at+"/primary", &s.Primary, c.dir.made(s, &s.Primary), words)
	c.choice(at+"/repeat/make", string(s.Repeat.Make), append(primary, string(integration.MakeActivity), string(integration.MakeNothing))...)
	c.beginning(at+"/repeat", &s.Repeat, c.dir.made(s, &s.Repeat), words)
	c.choice(at+"/comment_to", string(s.CommentTo), string(integration.ToDeals), string(integration.ToLeads), string(integration.ToBoth))
	c.choice(at+"/transcript", string(s.Transcript), string(integration.AtStart), string(integration.AtEnd))
	c.names(at+"/names", &s.Names, ofConversations, words)
	c.extraFields(at+"/extra_fields", &s.Fields, ofConversations)
	c.between(at+"/silence_hours", s.SilenceHours, 1, mostChatSilence)
}

// channels checks the types of channel that are processed (C-3); offline requests have none, and whatever is chosen for them is kept.
func (c *checker) channels(at string, chosen []string, needed bool) {
	if needed && len(chosen) == 0 {
		c.say(at, "no_channels")
	}
	known, seen := namesOf(integration.ChannelTypes()), map[string]bool{}
	for i, t := range chosen {
		c.choice(item(at, i), t, known...)
		if seen[t] {
			c.say(item(at, i), "repeated_channel", verbatim(t))
		}
		seen[t] = true
	}
}

// made are the kinds of record that a choice of C-5 makes in this portal.
func (d directory) made(s *integration.Conversations, b *integration.Beginning) []crm.Kind {
	kinds := b.Make.Kinds()
	switch {
	case !s.Create:
		return nil
	case d.Mode == crm.Simple && len(kinds) > 0:
		return []crm.Kind{crm.Deal}
	}
	return kinds
}

// beginning checks where records begin: what is not made needs no stage (C-6).
func (c *checker) beginning(at string, b *integration.Beginning, made []crm.Kind, words []rules.Word) {
	c.stages(at, b.LeadStage, b.Stage, made)
	for i := range b.Rules {
		r, place := &b.Rules[i], item(at+"/rules", i)
		c.text(place+"/name", r.Name, longestName)
		c.stages(place, r.LeadStage, r.Stage, made)
		c.filter(place+"/where", r.Where, words)
	}
}

func (c *checker) stages(at, ofLead, ofDeal string, made []crm.Kind) {
	c.stage(at+"/lead_stage", ofLead, slices.Contains(made, crm.Lead))
	c.stage(at+"/stage", ofDeal, slices.Contains(made, crm.Deal))
}

func (c *checker) stage(at, code string, needed bool) {
	if needed {
		c.required(at, code, longestCode)
		return
	}
	c.text(at, code, longestCode)
}
