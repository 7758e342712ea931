// Package story reads calls that are told in a text file, a txtar that a product person can write, and
// plays them through the decision step by step: for the stories of package integration and for
// `omniconnector explain`. It touches no portal and no database.
package story

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	portal   Portal
	steps    []step
}

// Portal is what the CRM is like; what a story does not say is as in Usual.
type Portal struct {
	Mode       crm.Mode     `json:"mode"`
	Users      []crm.User   `json:"users"`
	LeadStages []crm.Stage  `json:"lead_stages"`
	Funnels    []crm.Funnel `json:"funnels"`
	Find       crm.Customer `json:"find"`
	// MissedSince are the customer's own missed calls that ended after the CRM was asked.
	MissedSince []int64 `json:"missed_since"`
	// Late are the users at the last step: somebody was dismissed meanwhile.
	Late []crm.User `json:"late_users"`
}

// step is what arrives together and is decided together.
type step struct {
	title  string
	events []integration.Event
}

// ErrStory means that a file is no story; the error says which section is wrong, and why.
var ErrStory = errors.New("not a story")

// Read reads a story. Fixtures are read strictly: a key that nothing knows is an error.
func Read(text []byte, lang integration.Lang) (*Story, error) {
	archive := txtar.Parse(text)
	s := &Story{Why: strings.TrimSpace(string(archive.Comment)), Lang: lang, Archive: archive, settings: Settings(), portal: Usual()}
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
		return nil, fmt.Errorf("%w: there is no section \"step 1\": nothing happens", ErrStory)
	}
	s.portal.name()
	if err := s.settings.Compile(1); err != nil {
		return nil, fmt.Errorf("%w: settings: %w", ErrStory, err)
	}
	return s, nil
}

func (s *Story) section(f txtar.File, common *commonEvent) error {
	switch {
	case f.Name == "settings.yaml":
		return strict(f.Data, s.settings)
	case f.Name == "crm.yaml":
		var own Portal // apart, because JSON would fill the default users' fields in
		err := strict(f.Data, &own)
		s.portal = own.or(s.portal)
		return err
	case f.Name == "call.yaml":
		return strict(f.Data, common)
	case strings.HasPrefix(f.Name, "step"):
		next, err := readStep(f, *common, len(s.steps))
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
	for kind, list := range map[crm.Kind][]crm.Entity{
		crm.Contact: p.Find.Contacts, crm.Company: p.Find.Companies, crm.Lead: p.Find.Leads, crm.Deal: p.Find.Deals,
	} {
		for i := range list {
			list[i].Kind = kind
		}
	}
}

// Tell plays the steps one after the other, as the lane does: fold, ask when a question is due, decide, remember.
func (s *Story) Tell() (text string, plans []integration.Plan) {
	var b strings.Builder
	var events []integration.Event
	var memory integration.Memory
	directory := s.portal.Directory()
	for i, step := range s.steps {
		if i == len(s.steps)-1 && s.portal.Late != nil {
			directory.Users = s.portal.Late
		}
		events = append(events, step.events...)
		last := slices.MaxFunc(step.events, func(a, b integration.Event) int { return a.At.Compare(b.At) })
		facts := integration.Facts{
			Now: last.At.Add(time.Second), Call: integration.Fold(events), Settings: s.settings, Directory: directory,
			Memory: memory, Trigger: step.events[len(step.events)-1].ID, Missed: s.portal.MissedSince,
		}
		fmt.Fprintf(&b, "# %s\n", step.title)
		if memory.Known == nil {
			if find := integration.Ask(facts); find != nil {
				fmt.Fprintf(&b, "ask %s\n", strings.Join(find.Phones, ", "))
				known := s.portal.Find
				facts.Known, facts.AskedAt = &known, facts.Now
			}
		}
		plan := integration.Decide(facts)
		memory = stored(plan.Memory)
		plans = append(plans, plan)
		b.WriteString(plan.Text(s.Lang))
	}
	return b.String(), plans
}

// stored is a memory as it comes back from storage.
func stored(m integration.Memory) integration.Memory {
	var back integration.Memory
	body, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(body, &back)
	}
	if err != nil {
		panic(err) // a memory that cannot be stored is a defect of its type
	}
	return back
}
