package integration

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/rules"
)

// compiled is what Decide needs of settings, made once for a version.
type compiled struct {
	location *time.Location
	own      map[Phone]bool // the tenant's own numbers
	incoming direction
	outgoing direction
	chats    conversations
	offline  conversations
}

// direction holds the compiled filters of one direction's calls, in the order of their rules.
type direction struct {
	filter      *rules.Matcher // nil when the filter is off or empty
	late        bool           // the filter names what only an answer tells (T-7)
	named       bool           // the filter names employee or last operation (T-10)
	names       map[crm.Kind]*rules.Set
	leadFunnels *rules.Set
	leadRules   []int // index in Funnels.Rules of each filter in leadFunnels
	dealFunnels *rules.Set
	dealRules   []int
	responsible *rules.Set
}

// Compile makes settings ready to decide with. Its errors join every filter that does not
// compile; package integration/settings says them to people with their pointers.
func (s *Settings) Compile(version int64) error {
	location, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return fmt.Errorf("time zone: %w", err)
	}
	c := &compiled{location: location, own: map[Phone]bool{}}
	for _, raw := range s.OwnNumbers {
		if p, _ := ParsePhone(raw, s.Country); p != "" {
			c.own[p] = true
		}
	}
	inErr := c.incoming.compile(&s.Telephony.Incoming, Words(crm.Incoming))
	outErr := c.outgoing.compile(&s.Telephony.Outgoing, Words(crm.Outgoing))
	chatErr := c.chats.compile(&s.Chats, ChatWords(Chat))
	offlineErr := c.offline.compile(&s.Offline, ChatWords(Offline))
	if err := errors.Join(inErr, outErr, chatErr, offlineErr); err != nil {
		return err
	}
	s.version, s.compiled = version, c
	return nil
}

func (d *direction) compile(c *Calls, words []rules.Word) error {
	var problems []error
	note := func(what string, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", what, err))
		}
	}
	var err error
	if c.Filter.On && !c.Filter.Where.Empty() {
		d.filter, err = rules.Compile(c.Filter.Where, words)
		note("call filter", err)
		d.late = len(rules.LateOf(c.Filter.Where, words)) > 0
		uses := c.Filter.Where.Uses()
		d.named = slices.Contains(uses, ParamEmployee) || slices.Contains(uses, ParamLastOperation)
	}
	d.names = map[crm.Kind]*rules.Set{}
	for _, k := range []crm.Kind{crm.Lead, crm.Deal, crm.Contact, crm.Company} {
		filters := []rules.Filter{}
		for _, t := range c.Names.For(k) {
			filters = append(filters, t.Where)
		}
		d.names[k], err = rules.CompileSet(filters, words)
		note("names of "+string(k), err)
	}
	var leads, deals []rules.Filter
	for i, r := range c.Funnels.Rules {
		if r.Entity == crm.Lead {
			leads, d.leadRules = append(leads, r.Where), append(d.leadRules, i)
		} else {
			deals, d.dealRules = append(deals, r.Where), append(d.dealRules, i)
		}
	}
	d.leadFunnels, err = rules.CompileSet(leads, words)
	note("stages of leads", err)
	d.dealFunnels, err = rules.CompileSet(deals, words)
	note("funnels", err)
	owners := []rules.Filter{}
	for _, r := range c.Responsible.Rules {
		owners = append(owners, r.Where)
	}
	d.responsible, err = rules.CompileSet(owners, words)
	note("responsible", err)
	return errors.Join(problems...)
}

func (s *Settings) of(d crm.Direction) *direction {
	if d == crm.Outgoing {
		return &s.compiled.outgoing
	}
	return &s.compiled.incoming
}

func (s *Settings) location() *time.Location { return s.compiled.location }

// filters is the compiled call filter of a direction; nil when every call passes.
func (s *Settings) filters(d crm.Direction) *rules.Matcher { return s.of(d).filter }

// responsibleRule is the first rule of T-14 that holds.
func (s *Settings) responsibleRule(c *Call) choice {
	return choose(s.of(c.Direction).responsible, subject(c), notYet(c), nil)
}

// nameTemplate is the first template of T-12 that holds.
func (s *Settings) nameTemplate(c *Call, k crm.Kind) choice {
	return choose(s.of(c.Direction).names[k], subject(c), notYet(c), nil)
}

// funnelRule is the first rule of T-13 for a kind that holds.
func (s *Settings) funnelRule(c *Call, k crm.Kind) choice {
	d := s.of(c.Direction)
	if k == crm.Lead {
		return choose(d.leadFunnels, subject(c), notYet(c), d.leadRules)
	}
	return choose(d.dealFunnels, subject(c), notYet(c), d.dealRules)
}

// choice is which of a list of rules won, and why; number is -1 when none did.
type choice struct {
	number int // index in the tenant's list
	check  *rules.Check
	// lost are the rules before it, or all, that did not hold: the first few of them.
	lost []lostRule
}

type lostRule struct {
	number int
	check  *rules.Check
}

// lost says how a rule lost: it may hold yet, once more is known, or it does not.
func (d *decision) lost(l lostRule) string {
	switch {
	case !l.check.Undecided:
		return "rule_failed"
	case d.Chat != nil:
		return "chat_rule_not_yet"
	}
	return "rule_not_yet"
}

// lostAtMost bounds how many rules that did not hold an explanation shows.
const lostAtMost = 5

// choose asks a set and explains; numbers translates the set's indexes to the tenant's, nil when they are the same.
func choose(set *rules.Set, s rules.Subject, unknown []rules.Parameter, numbers []int) choice {
	number := func(i int) int {
		if numbers != nil {
			return numbers[i]
		}
		return i
	}
	won, ok := set.First(s)
	ch := choice{number: -1}
	before := set.Len()
	if ok {
		ch.number, before = number(won), won
		if check := set.Explain(won, s).Root; check.Name != "" || check.Parameter != "" || check.Expression != "" || len(check.Of) > 0 {
			ch.check = &check // a rule without conditions has nothing to tell
		}
	}
	for i := range min(before, lostAtMost) {
		check := set.Explain(i, s, unknown...).Root
		ch.lost = append(ch.lost, lostRule{number(i), &check})
	}
	return ch
}
