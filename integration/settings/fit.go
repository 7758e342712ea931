package settings

import (
	"slices"
	"strconv"
	"strings"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// Mapping says by hand what things of a file are in the target portal: ids of the file to ids of the portal.
type Mapping struct {
	Users      map[string]string              `json:"users,omitempty"`
	Employees  map[string]string              `json:"employees,omitempty"`
	Funnels    map[string]string              `json:"funnels,omitempty"`
	Stages     map[string]string              `json:"stages,omitempty"`
	LeadStages map[string]string              `json:"lead_stages,omitempty"`
	Fields     map[crm.Kind]map[string]string `json:"fields,omitempty"`
}

func (m Mapping) of(x named) string {
	switch x.thing {
	case User:
		return m.Users[x.id]
	case Employee:
		return m.Employees[x.id]
	case Funnel:
		return m.Funnels[x.id]
	case Stage:
		return m.Stages[x.id]
	case LeadStage:
		return m.LeadStages[x.id]
	case Field:
		return m.Fields[x.kind][x.id]
	}
	return ""
}

// By says how a thing was found in the target portal.
type By string

// The ways of finding a thing, the stronger first.
const (
	ByMapping By = "mapping" // by hand
	BySame    By = "same"    // the file comes from this portal, or id and name agree
	ByEmail   By = "email"
	ByName    By = "name"
)

// Match is a thing of a file that the target portal has.
type Match struct {
	Thing    Thing
	From, To string
	Name     string
	By       By
}

// Lack is a thing of a file that the target portal does not have, or has several of by that name.
type Lack struct {
	Thing       Thing
	ID          string
	Name, Email string
	Pointers    []string // in the settings
}

// Fitted is a file's settings in the ids of the target portal. With lacks Body is nil: nothing is applied by half.
type Fitted struct {
	Body     []byte
	Matches  []Match
	Lacks    []Lack
	Problems []Problem // of the lacks, for people
}

// Fit translates a file's settings for a portal. Problems are those of a document that cannot be read; whether the result
// is right there, Read tells.
func (f *File) Fit(portal integration.PortalID, to Directories, by Mapping) (Fitted, []Problem) {
	s, read := decoded(f.Settings)
	if len(read.problems) > 0 {
		return Fitted{}, read.problems
	}
	t := fitter{file: f, same: portal != "" && f.Portal.ID == portal, dir: directory{to.Portal}, centre: to.Centre, by: by, found: map[named]*Match{}}
	n := newNotes()
	var out Fitted
	for _, r := range references(s) {
		if r.thing == LeadStage && t.dir.Mode == crm.Simple {
			continue // a portal without leads does not look at it
		}
		match, seen := t.found[r.named]
		if !seen {
			match = t.match(r.named)
			t.found[r.named] = match
			if match != nil {
				out.Matches = append(out.Matches, *match)
			}
		}
		switch {
		case match != nil:
			r.set(match.To)
		case !r.soft:
			out.lacks(f, r)
			name, _, _ := f.Names.name(r.named)
			n.say(r.at, "lacks_"+string(r.thing), verbatim(strings.TrimSpace(name+" ("+r.id+")")))
		}
	}
	out.Problems = n.problems
	if len(out.Lacks) == 0 {
		out.Body = Write(s)
	}
	return out, nil
}

func (out *Fitted) lacks(f *File, r reference) {
	name, email, _ := f.Names.name(r.named)
	l := Lack{Thing: r.thing, ID: r.id, Name: name, Email: email}
	i := slices.IndexFunc(out.Lacks, func(had Lack) bool {
		return had.Thing == l.Thing && had.ID == l.ID && had.Name == l.Name
	})
	if i < 0 {
		i, out.Lacks = len(out.Lacks), append(out.Lacks, l)
	}
	out.Lacks[i].Pointers = append(out.Lacks[i].Pointers, r.at)
}

// fitter finds the things of one file in one portal.
type fitter struct {
	file   *File
	same   bool // the file comes from this portal
	dir    directory
	centre centre.Directory
	by     Mapping
	found  map[named]*Match
}

// match finds a thing; nil when the portal does not have it, or has several that it could be.
func (t *fitter) match(x named) *Match {
	name, email, known := t.file.Names.name(x)
	m := &Match{Thing: x.thing, From: x.id, Name: name}
	if m.To = t.by.of(x); m.To != "" {
		m.By = ByMapping
		if _, err := strconv.ParseInt(m.To, 10, 64); err != nil && (x.thing == User || x.thing == Employee || x.thing == Funnel) {
			return nil // no id of such a thing
		}
		if t.misplaced(x, m.To) {
			return nil // what is said by hand is wrong, and would only be a warning of the settings (S-3)
		}
		return m
	}
	if t.same {
		m.To, m.By = x.id, BySame
		return m
	}
	all := t.candidates(x)
	for _, c := range all {
		if known && c.id == x.id && c.name == name && strings.EqualFold(c.email, email) {
			m.To, m.By = c.id, BySame
			return m
		}
	}
	if m.To = only(all, func(c candidate) bool { return email != "" && strings.EqualFold(c.email, email) }); m.To != "" {
		m.By = ByEmail
		return m
	}
	if m.To = only(all, func(c candidate) bool { return name != "" && strings.EqualFold(c.name, name) }); m.To != "" {
		m.By = ByName
		return m
	}
	return nil
}

// misplaced reports whether a funnel or stage that a mapping names is not in the target portal.
func (t *fitter) misplaced(x named, to string) bool {
	if !t.dir.known() || x.thing != Funnel && x.thing != Stage && x.thing != LeadStage {
		return false
	}
	return !slices.ContainsFunc(t.candidates(x), func(c candidate) bool { return c.id == to })
}

// candidate is a thing of the target portal.
type candidate struct{ id, name, email string }

// only is the id of the one candidate that fits; empty when none or several do.
func only(all []candidate, fits func(candidate) bool) string {
	id := ""
	for _, c := range all {
		switch {
		case !fits(c):
		case id != "":
			return ""
		default:
			id = c.id
		}
	}
	return id
}

// candidates are what a thing could be. Dismissed users are none: nothing would be assigned to them.
func (t *fitter) candidates(x named) []candidate {
	var all []candidate
	switch x.thing {
	case User:
		for _, u := range t.dir.Users {
			if u.Active {
				all = append(all, candidate{decimal(int64(u.ID)), u.Name, u.Email})
			}
		}
	case Employee:
		for _, e := range t.centre.Employees {
			all = append(all, candidate{decimal(int64(e.ID)), e.Name, e.Email})
		}
	case Funnel:
		for _, f := range t.dir.Funnels {
			all = append(all, candidate{decimal(f.ID), f.Name, ""})
		}
	case Stage:
		if f, ok := t.target(x.funnel); ok {
			all = stages(f.Stages)
		}
	case LeadStage:
		all = stages(t.dir.LeadStages)
	case Field:
		for _, f := range t.dir.Fields[x.kind] {
			all = append(all, candidate{f.Name, f.Title, ""})
		}
	}
	return all
}

// target is the portal's funnel for one of the file.
func (t *fitter) target(id int64) (crm.Funnel, bool) {
	m := t.match(named{thing: Funnel, id: decimal(id)})
	if m == nil {
		return crm.Funnel{}, false
	}
	i := slices.IndexFunc(t.dir.Funnels, func(f crm.Funnel) bool { return decimal(f.ID) == m.To })
	if i < 0 {
		return crm.Funnel{}, false
	}
	return t.dir.Funnels[i], true
}

func stages(list []crm.Stage) []candidate {
	all := make([]candidate, 0, len(list))
	for _, s := range list {
		all = append(all, candidate{s.Code, s.Name, ""})
	}
	return all
}
