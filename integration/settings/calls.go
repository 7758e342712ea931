package settings

import (
	"errors"
	"strconv"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

// calls checks the settings of one direction.
func (c *checker) calls(at string, calls *integration.Calls, d crm.Direction) {
	words := integration.Words(d)
	c.filter(at+"/filter/where", calls.Filter.Where, words)
	c.names(at+"/names", &calls.Names, ofCalls, words)
	c.funnels(at+"/funnels", &calls.Funnels, words)
	c.responsible(at+"/responsible", &calls.Responsible, words)
}

// filter carries over what package rules says; a filter without conditions lets everything pass (T-7).
func (c *checker) filter(at string, f rules.Filter, words []rules.Word) {
	c.filterNames(at, &f)
	_, err := rules.Compile(f, words)
	if err == nil {
		return
	}
	invalid, ok := errors.AsType[*rules.InvalidError](err)
	if !ok {
		c.say(at, "filter")
		return
	}
	for _, p := range invalid.Problems {
		c.carry(p.Under(at))
	}
}

func (c *checker) filterNames(at string, f *rules.Filter) {
	c.text(at+"/name", f.Name, longestName)
	for i := range f.Of {
		c.filterNames(at+"/of/"+strconv.Itoa(i), &f.Of[i])
	}
}

// vocabulary is what names and extra fields may be made of.
type vocabulary struct {
	check      func(template string) error
	variables  func() []integration.Variable
	parameters func() []integration.Variable
}

var (
	ofCalls         = vocabulary{integration.CheckTemplate, integration.Variables, integration.Parameters}
	ofConversations = vocabulary{integration.CheckChatTemplate, integration.ChatVariables, integration.ChatParameters}
)

func namesOf(catalogue []integration.Variable) []string {
	var names []string
	for _, v := range catalogue {
		names = append(names, v.Name)
	}
	return names
}

// names checks the templates of every kind of entity.
func (c *checker) names(at string, n *integration.NameTemplates, v vocabulary, words []rules.Word) {
	for _, k := range kindsOfEntity {
		for i, t := range n.For(k) {
			place := item(at+"/"+string(k), i)
			c.required(place+"/text", t.Text, longestTemplate)
			c.template(place+"/text", t.Text, v)
			c.filter(place+"/where", t.Where, words)
		}
	}
}

// CheckTemplate tells what is wrong with one name template of calls (T-12), with the given pointer.
func CheckTemplate(pointer, text string) []Problem { return checkTemplate(pointer, text, ofCalls) }

// CheckChatTemplate is CheckTemplate for conversations (C-12).
func CheckChatTemplate(pointer, text string) []Problem {
	return checkTemplate(pointer, text, ofConversations)
}

func checkTemplate(pointer, text string, v vocabulary) []Problem {
	c := checker{notes: newNotes()}
	c.template(pointer, text, v)
	return c.problems
}

func (c *checker) template(at, text string, v vocabulary) {
	err := v.check(text)
	if err == nil {
		return
	}
	unknown, ok := errors.AsType[*integration.UnknownVariableError](err)
	if !ok {
		c.say(at, "template_open")
		return
	}
	if meant := closest(unknown.Name, namesOf(v.variables())); meant != "" {
		c.say(at, "unknown_variable_near", verbatim(unknown.Name), verbatim(meant))
		return
	}
	c.say(at, "unknown_variable", verbatim(unknown.Name))
}

// funnels checks what must be there. What the portal has not, or no longer, is a warning (S-3): calls go on with a default (T-13).
func (c *checker) funnels(at string, f *integration.Funnels, words []rules.Word) {
	if c.dir.Mode != crm.Simple { // a portal without leads does not look at it
		c.required(at+"/lead_stage", f.LeadStage, longestCode)
	}
	c.required(at+"/stage", f.Stage, longestCode)
	for i := range f.Rules {
		r := &f.Rules[i]
		place := at + "/rules/" + strconv.Itoa(i)
		c.text(place+"/name", r.Name, longestName)
		c.choice(place+"/entity", string(r.Entity), string(crm.Lead), string(crm.Deal))
		c.required(place+"/stage", r.Stage, longestCode)
		c.filter(place+"/where", r.Where, words)
	}
}

func (c *checker) responsible(at string, r *integration.Responsible, words []rules.Word) {
	c.user(at+"/default", r.Default)
	c.owners(at, r, words)
}

// owners checks the rules of the responsible.
func (c *checker) owners(at string, r *integration.Responsible, words []rules.Word) {
	for i := range r.Rules {
		place := at + "/rules/" + strconv.Itoa(i)
		c.text(place+"/name", r.Rules[i].Name, longestName)
		c.user(place+"/user", r.Rules[i].User)
		c.filter(place+"/where", r.Rules[i].Where, words)
	}
}
