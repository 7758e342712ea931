package settings

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// FileFormat and FileVersion say what an exported file is. A file of a later version is refused: it may mean what this
// release does not know.
const (
	FileFormat  = "omniconnector/settings"
	FileVersion = 1
)

// File is settings on their way to another portal (S-2): the document, and the names of all it refers to.
type File struct {
	Format   string          `json:"format"`
	Version  int             `json:"format_version"`
	Exported time.Time       `json:"exported_at,omitzero"`
	Portal   FilePortal      `json:"portal"`
	Saved    int64           `json:"settings_version"` // of the document in its portal
	Names    Names           `json:"names"`
	Settings json.RawMessage `json:"settings"`
}

// FilePortal is where a file comes from. What comes back into the same portal keeps its ids.
type FilePortal struct {
	ID   integration.PortalID `json:"id"`
	Name string               `json:"name"`
}

// Names are what the ids of a file stand for, as far as the directories told.
type Names struct {
	Users      []NamedUser     `json:"users,omitempty"`
	Employees  []NamedEmployee `json:"employees,omitempty"`
	Funnels    []NamedFunnel   `json:"funnels,omitempty"`
	LeadStages []NamedStage    `json:"lead_stages,omitempty"`
	Fields     []NamedField    `json:"fields,omitempty"`
}

// NamedUser is a user of the portal.
type NamedUser struct {
	ID    crm.UserID `json:"id"`
	Name  string     `json:"name"`
	Email string     `json:"email,omitempty"`
}

// NamedEmployee is an employee of the telephony platform.
type NamedEmployee struct {
	ID    integration.EmployeeID `json:"id"`
	Name  string                 `json:"name"`
	Email string                 `json:"email,omitempty"`
}

// NamedFunnel is a funnel with those of its stages that are referred to.
type NamedFunnel struct {
	ID     int64        `json:"id"`
	Name   string       `json:"name"`
	Stages []NamedStage `json:"stages,omitempty"`
}

// NamedStage is a stage.
type NamedStage struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// NamedField is a text field of a kind of entity.
type NamedField struct {
	Kind  crm.Kind `json:"kind"`
	Name  string   `json:"name"`
	Title string   `json:"title"`
}

// Export makes a file of a stored document.
func Export(d integration.Document, from FilePortal, known Directories, at time.Time) (*File, error) {
	tree, err := whole(d.Body)
	if err != nil {
		return nil, err
	}
	f := &File{
		Format: FileFormat, Version: FileVersion, Exported: at.UTC(), Portal: from, Saved: d.Version, Settings: tree.json(),
	}
	s := integration.Defaults()
	if err := json.Unmarshal(f.Settings, &s); err != nil {
		return nil, err
	}
	seen := map[named]bool{}
	for _, r := range references(&s) {
		if !seen[r.named] {
			seen[r.named] = true
			f.Names.add(r.named, known)
		}
	}
	return f, nil
}

// add names a thing, when a directory has it.
func (n *Names) add(x named, known Directories) {
	dir := directory{known.Portal}
	id, _ := strconv.ParseInt(x.id, 10, 64)
	switch x.thing {
	case User:
		if u, ok := dir.user(crm.UserID(id)); ok {
			n.Users = append(n.Users, NamedUser{u.ID, u.Name, u.Email})
		}
	case Employee:
		if e := known.Centre.Employee(integration.EmployeeID(id)); e != nil {
			n.Employees = append(n.Employees, NamedEmployee{e.ID, e.Name, e.Email})
		}
	case Funnel:
		if f, ok := dir.funnel(id); ok {
			n.funnel(f)
		}
	case Stage:
		if f, ok := dir.funnel(x.funnel); ok {
			if s, ok := stageOf(f.Stages, x.id); ok {
				to := n.funnel(f)
				to.Stages = append(to.Stages, s)
			}
		}
	case LeadStage:
		if s, ok := stageOf(dir.LeadStages, x.id); ok {
			n.LeadStages = append(n.LeadStages, s)
		}
	case Field:
		for _, f := range known.Portal.Fields[x.kind] {
			if f.Name == x.id {
				n.Fields = append(n.Fields, NamedField{x.kind, f.Name, f.Title})
			}
		}
	}
}

// funnel gives a funnel's place in the list, which it gets when it has none.
func (n *Names) funnel(f crm.Funnel) *NamedFunnel {
	i := slices.IndexFunc(n.Funnels, func(had NamedFunnel) bool { return had.ID == f.ID })
	if i < 0 {
		i, n.Funnels = len(n.Funnels), append(n.Funnels, NamedFunnel{ID: f.ID, Name: f.Name})
	}
	return &n.Funnels[i]
}

func stageOf(stages []crm.Stage, code string) (NamedStage, bool) {
	for _, s := range stages {
		if s.Code == code {
			return NamedStage{s.Code, s.Name}, true
		}
	}
	return NamedStage{}, false
}

// name is what a file calls a thing, and a person's email.
func (n *Names) name(x named) (name, email string, ok bool) {
	id, _ := strconv.ParseInt(x.id, 10, 64)
	switch x.thing {
	case User:
		for _, u := range n.Users {
			if int64(u.ID) == id {
				return u.Name, u.Email, true
			}
		}
	case Employee:
		for _, e := range n.Employees {
			if int64(e.ID) == id {
				return e.Name, e.Email, true
			}
		}
	case Funnel, Stage:
		for _, f := range n.Funnels {
			if x.thing == Funnel && f.ID == id {
				return f.Name, "", true
			}
			if x.thing == Stage && f.ID == x.funnel {
				return nameOf(f.Stages, x.id)
			}
		}
	case LeadStage:
		return nameOf(n.LeadStages, x.id)
	case Field:
		for _, f := range n.Fields {
			if f.Kind == x.kind && f.Name == x.id {
				return f.Title, "", true
			}
		}
	}
	return "", "", false
}

func nameOf(stages []NamedStage, code string) (name, email string, ok bool) {
	for _, s := range stages {
		if s.Code == code {
			return s.Name, "", true
		}
	}
	return "", "", false
}

// JSON writes the file.
func (f *File) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(f)
	return b.Bytes(), err
}
