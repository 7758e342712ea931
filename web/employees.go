package web

import (
	"context"
	"slices"
	"strconv"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/settings"
)

// EmployeeView is an employee of the platform and the portal user they are.
type EmployeeView struct {
	Employee PersonView `json:"employee"`
	User     *UserView  `json:"user" doc:"Null when nobody fits"`
	By       string     `json:"by" enum:"hand,email,extension,phone,none" doc:"How they were found to be one"`
}

// PersonView is an employee as the platform knows them.
type PersonView struct {
	ID        centre.EmployeeID `json:"id"`
	Name      string            `json:"name"`
	Email     string            `json:"email"`
	Extension string            `json:"extension"`
	Phones    []string          `json:"phones" nullable:"false" doc:"At which the employee can be called now, by priority"`
	Takes     bool              `json:"takes" doc:"External calls may be put through"`
	SIP       bool              `json:"sip" doc:"Has a working SIP line"`
	Status    string            `json:"status" doc:"The working status by name; empty when not told"`
	Known     bool              `json:"known" doc:"False: mapped by hand, and the platform has nobody of this id"`
}

// UserView is a user of the portal.
type UserView struct {
	ID     crm.UserID `json:"id"`
	Name   string     `json:"name"`
	Email  string     `json:"email"`
	Active bool       `json:"active"`
	Known  bool       `json:"known" doc:"False: mapped by hand, and the portal has nobody of this id"`
}

type employeesOut struct {
	ETag string `header:"ETag" doc:"The version of the settings, which hold what is mapped by hand"`
	Body struct {
		Employees []EmployeeView `json:"employees" nullable:"false" doc:"All of the platform, and those mapped by hand that it no longer has"`
		Users     []UserView     `json:"users" nullable:"false" doc:"Active users of the portal who are nobody of the platform"`
		Portal    *time.Time     `json:"portal_synced_at,omitempty"`
		Platform  *time.Time     `json:"platform_synced_at,omitempty"`
	}
}

func (a *API) listEmployees(ctx context.Context, in *PortalPath) (*employeesOut, error) {
	m, err := a.mappings(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	out := &employeesOut{ETag: etag(m.document.Version)}
	out.Body.Employees = m.all()
	out.Body.Users = m.strangers(out.Body.Employees)
	out.Body.Portal, out.Body.Platform = instant(m.known.Portal.SyncedAt), instant(m.known.Centre.SyncedAt)
	return out, nil
}

// mappings are both sides of a portal and its newest settings.
type mappings struct {
	known    settings.Directories
	document integration.Document
	settings *integration.Settings
}

func (a *API) mappings(ctx context.Context, p integration.PortalID) (*mappings, error) {
	known, err := a.directories(ctx, p)
	if err != nil {
		return nil, err
	}
	t := caller(ctx).Tenant.ID
	d, err := a.cfg.Store.Document(ctx, t, p, 0)
	if err != nil {
		return nil, err
	}
	m := &mappings{known: known, document: d, settings: integration.Unset()}
	if d.Version != 0 {
		m.settings, err = a.compiler.Compile(t, p, d)
	}
	return m, err
}

// all lists the platform's employees in its order, then those that it no longer has.
func (m *mappings) all() []EmployeeView {
	people := m.known.Centre.Employees
	views := each(integration.MapEmployees(m.settings, m.known.Portal.Users, people), m.view)
	for _, hand := range m.settings.Employees {
		if m.known.Centre.Employee(hand.Employee) == nil {
			views = append(views, m.view(integration.Pair{Employee: hand.Employee, User: hand.User, By: integration.ByHand}))
		}
	}
	return views
}

// one finds an employee; nil when neither side has them.
func (m *mappings) one(id centre.EmployeeID) *EmployeeView {
	all := m.all()
	i := slices.IndexFunc(all, func(v EmployeeView) bool { return v.Employee.ID == id })
	if i < 0 {
		return nil
	}
	return &all[i]
}

func (m *mappings) view(p integration.Pair) EmployeeView {
	v := EmployeeView{Employee: PersonView{ID: p.Employee, Phones: []string{}}, By: "none"}
	if e := m.known.Centre.Employee(p.Employee); e != nil {
		v.Employee = PersonView{
			ID: e.ID, Name: e.Name, Email: e.Email, Extension: e.Extension, Phones: listed(e.Reachable()), Takes: e.Takes, SIP: e.SIP,
			Status: m.status(e.Status), Known: true,
		}
	}
	if p.By != integration.ByNothing {
		user := m.user(p.User)
		v.By, v.User = string(p.By), &user
	}
	return v
}

func (m *mappings) status(id int64) string {
	for _, s := range m.known.Centre.Statuses {
		if s.ID == id {
			return s.Name
		}
	}
	return ""
}

func (m *mappings) user(id crm.UserID) UserView {
	for _, u := range m.known.Portal.Users {
		if u.ID == id {
			return userView(u)
		}
	}
	return UserView{ID: id}
}

func userView(u crm.User) UserView {
	return UserView{ID: u.ID, Name: u.Name, Email: u.Email, Active: u.Active, Known: true}
}

// strangers are active users whom no employee is.
func (m *mappings) strangers(all []EmployeeView) []UserView {
	out := []UserView{}
	for _, u := range m.known.Portal.Users {
		mapped := slices.ContainsFunc(all, func(v EmployeeView) bool { return v.User != nil && v.User.ID == u.ID })
		if u.Active && !mapped {
			out = append(out, userView(u))
		}
	}
	return out
}

// EmployeePath is an employee of the platform in an address.
type EmployeePath struct {
	PortalPath
	Employee string `path:"employee" maxLength:"50" doc:"The platform's id of the employee"`
}

type mapEmployeeIn struct {
	EmployeePath
	IfMatch string `header:"If-Match" doc:"The version of the settings; the newest when absent"`
	Body    struct {
		User crm.UserID `json:"user" minimum:"1" doc:"The portal's id of the user"`
	}
}

type unmapEmployeeIn struct {
	EmployeePath
	IfMatch string `header:"If-Match" doc:"The version of the settings; the newest when absent"`
}

type mapEmployeeOut struct {
	ETag string `header:"ETag" doc:"The version of the settings after it"`
	Body EmployeeView
}

func (a *API) mapEmployee(ctx context.Context, in *mapEmployeeIn) (*mapEmployeeOut, error) {
	return a.setMapping(ctx, in.EmployeePath, in.IfMatch, in.Body.User)
}

// unmapEmployee takes a mapping by hand out; email, extension or phone may find the user again.
func (a *API) unmapEmployee(ctx context.Context, in *unmapEmployeeIn) (*mapEmployeeOut, error) {
	return a.setMapping(ctx, in.EmployeePath, in.IfMatch, 0)
}

// setMapping saves the next version of the settings with one mapping changed; without a user it is taken out.
func (a *API) setMapping(ctx context.Context, at EmployeePath, match string, user crm.UserID) (*mapEmployeeOut, error) {
	m, err := a.mappings(ctx, at.Portal)
	if err != nil {
		return nil, err
	}
	id, err := m.find(at.Employee)
	if err != nil {
		return nil, err
	}
	switch {
	case m.document.Version == 0: // a document that nobody chose would switch the telephony on
		return nil, refuse("no_settings")
	case !matches(match, etag(m.document.Version)):
		return nil, refuse("stale")
	case user != 0 && len(m.known.Portal.Users) > 0 && !m.user(user).Known:
		return nil, mistake("/user", "unknown_user")
	}
	if had := m.byHand(id); had == user {
		return m.answer(id), nil
	}
	body, err := settings.Map(m.document.Body, integration.Mapping{Employee: id, User: user})
	if err != nil {
		return nil, err
	}
	who := caller(ctx)
	if _, err := a.cfg.Store.SaveSettings(ctx, who.Tenant.ID, at.Portal, m.document.Version, body, author(ctx)); err != nil {
		return nil, err
	}
	if m, err = a.mappings(ctx, at.Portal); err != nil {
		return nil, err
	}
	return m.answer(id), nil
}

// find reads an employee of an address: one of the platform, or, as long as it was not read, anybody.
func (m *mappings) find(text string) (centre.EmployeeID, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	id := centre.EmployeeID(n)
	if err != nil || n <= 0 || len(m.known.Centre.Employees) > 0 && m.one(id) == nil {
		return 0, ErrNotFound
	}
	return id, nil
}

// byHand is whom an employee was mapped to by hand; 0 for nobody.
func (m *mappings) byHand(id centre.EmployeeID) crm.UserID {
	for _, hand := range m.settings.Employees {
		if hand.Employee == id {
			return hand.User
		}
	}
	return 0
}

func (m *mappings) answer(id centre.EmployeeID) *mapEmployeeOut {
	out := &mapEmployeeOut{ETag: etag(m.document.Version), Body: m.view(integration.Pair{Employee: id})}
	if v := m.one(id); v != nil {
		out.Body = *v
	}
	return out
}
