// Package story reads calls that are told in a text file, a txtar that a product person can write, and
// plays them through the decision step by step: for the stories of package integration and for
// `omniconnector explain`. It touches no portal and no database.
package story

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"omniconnector/crm"
	"omniconnector/integration"
)

// Story is one file: a few lines why it exists, what is set, what the CRM has, what happens, what is wanted.
type Story struct {
	// Why are the lines at the top.
	Why string
	// Lang is the language in which it is told.
	Lang integration.Lang
	// Want is what the file says should be told; Archive is the whole file.
	Want    string
	Archive *txtar.Archive

	settings *integration.Settings
	newest   *integration.Settings // saved after the calls began; a replay is decided by them
	portal   Portal
	centre   Centre
	chat     *Conversation // nil for a story of calls
	steps    []step
}

// Portal is what the CRM is like; what a story does not say is as in Usual.
type Portal struct {
	Mode       crm.Mode     `json:"mode"`
	Users      []crm.User   `json:"users"`
	LeadStages []crm.Stage  `json:"lead_stages"`
	Funnels    []crm.Funnel `json:"funnels"`
	// Fields are the names of the text fields of each kind; a kind that is not there was never read.
	Fields map[crm.Kind][]string `json:"fields"`
	Find   crm.Customer          `json:"find"`
	// FindLater is what every question but the first is answered; the same as Find when not said.
	FindLater *crm.Customer `json:"find_later"`
	// Writes are our own changes of the customer's records.
	Writes []Write `json:"writes"`
	// MissedSince are the customer's own missed calls that ended after the CRM was asked.
	MissedSince []int64 `json:"missed_since"`
	// Late are the users at the last step: somebody was dismissed meanwhile.
	Late []crm.User `json:"late_users"`
}

// Write is a change of ours of a record, by the portal's clock; Before is not said for one without a guard.
type Write struct {
	Kind   crm.Kind  `json:"kind"`
	ID     int64     `json:"id"`
	Before time.Time `json:"before"`
	After  time.Time `json:"after"`
}

// step is what arrives together and is decided together, or a question whose client is calling.
type step struct {
	title  string
	events []integration.Event
	now    time.Time
	asked  *question
}

// question is what the platform asks during its scenario (T-2).
type question struct {
	Client  string `json:"client"`
	Virtual string `json:"virtual"`
}

// ErrStory means that a file is no story; the error says which section is wrong, and why.
var ErrStory = errors.New("not a story")

// Read reads a story. Fixtures are read strictly: a key that nothing knows is an error.
func Read(text []byte, lang integration.Lang) (*Story, error) {
	archive := txtar.Parse(text)
	s := &Story{Why: strings.TrimSpace(string(archive.Comment)), Lang: lang, Archive: archive, settings: Settings(), newest: Settings(), portal: Usual()}
	if s.Why == "" {
		return nil, fmt.Errorf("%w: it does not say why it exists", ErrStory)
	}
	var common commonEvent
	for _, f := range archive.Files {
		if err := s.section(f, &common); err != nil {
			return nil, fmt.Errorf("%w: section %q: %w", ErrStory, f.Name, err)
		}
	}
	if len(s.steps) == 0 {
		return nil, fmt.Errorf("%w: there is no section \"step 1\" or \"route\": nothing happens", ErrStory)
	}
	s.portal.name()
	for i, settings := range []*integration.Settings{s.settings, s.newest} {
		if err := settings.Compile(int64(i + 1)); err != nil {
			return nil, fmt.Errorf("%w: settings: %w", ErrStory, err)
		}
	}
	return s, nil
}

func (s *Story) section(f txtar.File, common *commonEvent) error {
	switch {
	case f.Name == "settings.yaml":
		return errors.Join(strict(f.Data, s.settings), strict(f.Data, s.newest))
	case f.Name == "newest.yaml":
		return strict(f.Data, s.newest)
	case f.Name == "crm.yaml":
		var own Portal // apart, because JSON would fill the default users' fields in
		err := strict(f.Data, &own)
		s.portal = own.or(s.portal)
		return err
	case f.Name == "centre.yaml":
		s.centre.Synced = true
		return strict(f.Data, &s.centre)
	case f.Name == "call.yaml":
		return strict(f.Data, common)
	case f.Name == "chat.yaml":
		s.chat = &Conversation{}
		return strict(f.Data, s.chat)
	case strings.HasPrefix(f.Name, "route"):
		q := question{Client: "79261234567", Virtual: "74950000101"}
		s.steps = append(s.steps, step{title: f.Name, asked: &q})
		return strict(f.Data, &q)
	case strings.HasPrefix(f.Name, "step"):
		next, err := readStep(f, *common, s.chat, len(s.steps))
		s.steps = append(s.steps, next)
		return err
	case f.Name == "want":
		s.Want = string(f.Data)
		return nil
	}
	return errors.New("unknown")
}

// or takes what a fixture does not say from another.
func (p Portal) or(other Portal) Portal {
	if p.Mode == "" {
		p.Mode = other.Mode
	}
	if p.Users == nil {
		p.Users = other.Users
	}
	if p.LeadStages == nil {
		p.LeadStages = other.LeadStages
	}
	if p.Funnels == nil {
		p.Funnels = other.Funnels
	}
	return p
}

// name fills in the kinds of what the CRM finds.
func (p *Portal) name() {
	if p.FindLater == nil {
		p.FindLater = &p.Find
	}
	for _, known := range []*crm.Customer{&p.Find, p.FindLater} {
		for kind, list := range map[crm.Kind][]crm.Entity{
			crm.Contact: known.Contacts, crm.Company: known.Companies, crm.Lead: known.Leads, crm.Deal: known.Deals,
		} {
			for i := range list {
				list[i].Kind = kind
			}
		}
	}
}
