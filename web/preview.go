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
		Direction crm.Direction         `json:"direction,omitempty" enum:"in,out" default:"in" doc:"Of the sample; a stored call has its own"`
		Entity    crm.Kind              `json:"entity" enum:"lead,deal,contact,company"`
		Session   integration.SessionID `json:"session,omitempty" maxLength:"200" doc:"A stored call to name; a sample when absent"`
	}
}

type previewOut struct {
	Body struct {
		Name   string `json:"name" doc:"What the entity would be called; the default name where the template gives nothing"`
		Sample bool   `json:"sample" doc:"It was made of the examples of the catalogue and not of a call"`
	}
}

// previewTemplate has a decision made about the call, with the template in force, and tells the name (T-12).
func (a *API) previewTemplate(ctx context.Context, in *previewIn) (*previewOut, error) {
	m, err := a.mappings(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	if problems := settings.CheckTemplate("/text", in.Body.Text); len(problems) > 0 {
		return nil, &refusal{code: "invalid", problems: problems}
	}
	call := sampleCall(in.Body.Direction)
	if in.Body.Session != "" {
		story, err := a.cfg.Store.Call(ctx, caller(ctx).Tenant.ID, in.Portal, in.Body.Session)
		if err != nil {
			return nil, err
		}
		if len(story.Events) == 0 {
			return nil, mistake("/session", "unknown_session")
		}
		call = story.Fold()
	}
	plan, err := named(m.settings, call, in.Body.Entity, in.Body.Text)
	if err != nil {
		return nil, err
	}
	target := plan.Memory.Target
	if target == nil {
		return nil, refuse("nothing_created")
	}
	out := &previewOut{}
	out.Body.Name, out.Body.Sample = target.Title, in.Body.Session == ""
	if in.Body.Entity == target.Companion {
		out.Body.Name = target.CompanionTitle
	}
	return out, nil
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
