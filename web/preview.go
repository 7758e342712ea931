package web

import (
	"context"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/settings"
)

type previewIn struct {
	PortalPath
	Body struct {
		Text      string                `json:"text" minLength:"1" maxLength:"1000" doc:"The template"`
		Of        topic                 `json:"of,omitempty" enum:"incoming,outgoing,chat,offline_message" doc:"What the template is for; calls of the direction when absent"`
		Direction crm.Direction         `json:"direction,omitempty" enum:"in,out" default:"in" doc:"Of the sample; not looked at beside of; a stored call has its own"`
		Entity    crm.Kind              `json:"entity" enum:"lead,deal,contact,company"`
		Session   integration.SessionID `json:"session,omitempty" maxLength:"200" doc:"A stored call or conversation to name; a sample when absent"`
	}
}

type previewOut struct {
	Body struct {
		Name   string `json:"name" doc:"What the entity would be called; the default name where the template gives nothing"`
		Sample bool   `json:"sample" doc:"It was made of the examples of the catalogue and not of what is stored"`
	}
}

// previewTemplate has a decision made about the call or the conversation, with the template in force, and tells the name (T-12, C-12).
func (a *API) previewTemplate(ctx context.Context, in *previewIn) (*previewOut, error) {
	m, err := a.mappings(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	of := in.Body.Of.or(in.Body.Direction)
	kind, conversation := of.communication()
	check := settings.CheckTemplate
	if conversation {
		check = settings.CheckChatTemplate
	}
	if problems := check("/text", in.Body.Text); len(problems) > 0 {
		return nil, &refusal{code: "invalid", problems: problems}
	}
	story, err := a.toName(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &previewOut{}
	out.Body.Sample = story == nil
	if conversation {
		chat := sampleChat(kind)
		if story != nil {
			chat = *story.FoldChat()
		}
		out.Body.Name, err = chatNamed(m, &chat, in.Body.Entity, in.Body.Text)
		return out, err
	}
	call := sampleCall(of.direction())
	if story != nil {
		call = story.Fold()
	}
	out.Body.Name, err = callNamed(m.settings, call, in.Body.Entity, in.Body.Text)
	return out, err
}

// toName gives the stored call or conversation that is to be named; nil for a sample. What is of another kind than the template is not
// known here.
func (a *API) toName(ctx context.Context, in *previewIn) (*CallStory, error) {
	if in.Body.Session == "" {
		return nil, nil //nolint:nilnil // a sample is no story
	}
	kind, _, chat := in.Body.Session.Communication()
	if wanted, conversation := in.Body.Of.communication(); chat != conversation || chat && kind != wanted {
		return nil, mistake("/session", "unknown_session")
	}
	story, err := a.cfg.Store.Call(ctx, caller(ctx).Tenant.ID, in.Portal, in.Body.Session)
	if err != nil {
		return nil, err
	}
	if len(story.Events) == 0 {
		return nil, mistake("/session", "unknown_session")
	}
	return &story, nil
}

// callNamed is what an entity would be called that a call makes.
func callNamed(own *integration.Settings, call integration.Call, k crm.Kind, text string) (string, error) {
	plan, err := named(own, call, k, text)
	if err != nil {
		return "", err
	}
	switch target := plan.Memory.Target; {
	case target == nil:
		return "", refuse("nothing_created")
	case k == target.Companion:
		return target.CompanionTitle, nil
	default:
		return target.Title, nil
	}
}

// named decides about a first call of a customer whom nobody knows, in a portal that creates an entity of the kind.
func named(own *integration.Settings, call integration.Call, k crm.Kind, text string) (integration.Plan, error) {
	const anybody crm.UserID = 1
	s := integration.Defaults()
	s.AppName, s.Country, s.TimeZone, s.OwnNumbers = own.AppName, own.Country, own.TimeZone, own.OwnNumbers
	t := &s.Telephony
	t.Companion = crm.Contact
	if k == crm.Company {
		t.Companion = crm.Company
	}
	template := []integration.NameTemplate{{Text: text}}
	for _, calls := range []*integration.Calls{&t.Incoming, &t.Outgoing} {
		calls.Responsible.Default = anybody
		calls.Names = integration.NameTemplates{Lead: template, Deal: template, Contact: template, Company: template}
	}
	if err := s.Compile(1); err != nil {
		return integration.Plan{}, err
	}
	dir := crm.Directory{Mode: crm.Simple, Users: []crm.User{{ID: anybody, Active: true}}}
	if k == crm.Lead {
		dir.Mode = crm.Classic
	}
	now := call.StartedAt
	if call.EndedAt.After(now) {
		now = call.EndedAt
	}
	return integration.Decide(integration.Facts{
		Now: now, Call: call, Settings: &s, Known: &crm.Customer{}, AskedAt: now, Directory: dir, Trigger: "preview",
	}), nil
}

// sampleCall is made of the examples of the catalogue.
func sampleCall(d crm.Direction) integration.Call {
	values := map[string][]string{}
	for _, v := range integration.Variables() {
		values[v.Name] = []string{v.Example}
	}
	one := func(name string) string { return strings.Join(values[name], "") }
	who := integration.Employee{Name: one("employee_full_name")}
	c := integration.Call{
		Session: integration.SessionID(one("call_session_id")), Direction: d, Client: one("contact_phone_number"), Virtual: one("virtual_phone_number"),
		StartedAt: time.Date(2026, time.May, 12, 7, 0, 0, 0, time.UTC), Answered: true, Finished: true,
		Talkers: []integration.Employee{who}, Tags: values["tag_names"], Params: values,
	}
	if d == crm.Outgoing {
		c.Caller = who
	}
	c.EndedAt = c.StartedAt.Add(time.Minute)
	return c
}
