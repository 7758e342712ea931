package story

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// session is what is known of one of the story's sessions: a click and the call that it led to are two.
type session struct {
	events []integration.Event
	memory integration.Memory
	// planned is the ledger: the keys of what was planned so far.
	planned map[integration.ActionKey]bool
}

func (s *session) remember(plan *integration.Plan) {
	s.memory = stored(plan.Memory)
	for _, a := range plan.Actions {
		s.planned[a.Key] = true
	}
}

// Decision is one decision of a story: what had happened, what it looked at, and how it came out.
type Decision struct {
	Events []integration.Event
	Facts  integration.Facts
	Plan   integration.Plan
}

// Tell plays the steps one after the other, as the lane does: fold, ask when a question is due, decide, remember.
func (s *Story) Tell() (text string, plans []integration.Plan) {
	text, told := s.tell()
	for i := range told {
		plans = append(plans, told[i].Plan)
	}
	return text, plans
}

// Decisions are those that Tell makes.
func (s *Story) Decisions() []Decision {
	_, told := s.tell()
	return told
}

func (s *Story) tell() (text string, told []Decision) {
	var b strings.Builder
	sessions, questions := map[integration.SessionID]*session{}, 0
	directory := s.portal.Directory()
	for i, step := range s.steps {
		if i == len(s.steps)-1 && s.portal.Late != nil {
			directory.Users = s.portal.Late
		}
		fmt.Fprintf(&b, "# %s\n", step.title)
		if step.asked != nil {
			b.WriteString(s.answer(s.route(step.asked.Client, step.asked.Virtual, directory)))
			continue
		}
		own := sessions[step.events[0].Session]
		if own == nil {
			own = &session{planned: map[integration.ActionKey]bool{}}
			sessions[step.events[0].Session] = own
		}
		own.events = append(own.events, s.routed(step.events, directory)...)
		facts := s.facts(own, step, directory)
		if facts.Memory.Known == nil || facts.Chat != nil {
			if find := integration.Ask(facts); find != nil {
				b.WriteString(asked(find))
				known := s.portal.Find
				if questions++; questions > 1 {
					known = *s.portal.FindLater
				}
				facts.Known, facts.AskedAt = &known, facts.Now
			}
		}
		plan := integration.Decide(facts)
		if facts.Memory.Replay != own.memory.Replay {
			plan = plan.Without(func(k integration.ActionKey) bool { return own.planned[k] })
		}
		own.remember(&plan)
		told = append(told, Decision{step.events, facts, plan})
		b.WriteString(plan.Text(s.Lang))
	}
	return b.String(), told
}

// Routes are the answers to the story's questions whose client is calling.
func (s *Story) Routes() []integration.Route {
	var routes []integration.Route
	for _, step := range s.steps {
		if step.asked != nil {
			routes = append(routes, s.route(step.asked.Client, step.asked.Virtual, s.portal.Directory()))
		}
	}
	return routes
}

func (s *Story) facts(own *session, now step, directory crm.Directory) integration.Facts {
	f := integration.Facts{
		Now: now.now, Directory: directory, Centre: s.centre.directory(), RereadAfter: time.Duration(s.centre.Reread) * time.Second,
		Trigger: now.events[len(now.events)-1].ID, Missed: s.portal.MissedSince, Dialled: s.centre.dialled(now.now),
	}
	if _, _, ok := own.events[0].Session.Communication(); ok {
		cmp.Or(s.chat, &Conversation{}).facts(&f, own.events)
	} else {
		f.Call = integration.Fold(own.events)
	}
	f.Memory = integration.Replayed(&f.Call, own.memory)
	f.Settings = s.at(f.Memory)
	for _, w := range s.portal.Writes {
		if f.Writes == nil {
			f.Writes = map[integration.Record][]integration.Write{}
		}
		record := integration.Record{Kind: w.Kind, ID: w.ID}
		f.Writes[record] = append(f.Writes[record], integration.Write{Before: w.Before, After: w.After})
	}
	return f
}

// at are the settings that a call is decided by: those it began with, or the newest on a replay.
func (s *Story) at(m integration.Memory) *integration.Settings {
	if m.SettingsVersion == s.newest.Version() || m.SettingsVersion == 0 && m.Replay != "" {
		return s.newest
	}
	return s.settings
}

// routed fills in what the platform was answered where a story does not say it.
func (s *Story) routed(events []integration.Event, directory crm.Directory) []integration.Event {
	for i := range events {
		if r := &events[i].Report; events[i].Kind == integration.RouteAsked && r.Route == nil {
			route := s.route(r.ClientNumber, r.VirtualNumber, directory)
			r.Route = &route
		}
	}
	return events
}

func (s *Story) route(client, virtual string, directory crm.Directory) integration.Route {
	return integration.RouteTo(integration.RouteFacts{
		Client: client, Virtual: virtual, Settings: s.settings, Known: s.portal.Find, Portal: directory, Centre: s.centre.directory(),
	})
}

// answer tells a route: where the call is put through to, and why.
func (s *Story) answer(r integration.Route) string {
	var b strings.Builder
	to := "nobody"
	if len(r.Phones) > 0 {
		to = fmt.Sprintf("%s (employee %d, user %d)", strings.Join(r.Phones, ", "), r.Employee, r.User)
	}
	fmt.Fprintf(&b, "answer %s\nwhy\n", to)
	for _, reason := range r.Reasons {
		fmt.Fprintf(&b, "  %-8s %s\n", reason.Rule, reason.Sentence(s.Lang))
	}
	return b.String()
}

func asked(find *crm.Find) string {
	by := slices.Concat(find.Phones, find.Emails)
	for _, named := range []struct {
		kind crm.Kind
		ids  []int64
	}{{crm.Contact, find.Contacts}, {crm.Company, find.Companies}, {crm.Lead, find.Leads}, {crm.Deal, find.Deals}} {
		for _, id := range named.ids {
			by = append(by, fmt.Sprintf("%s %d", named.kind, id))
		}
	}
	text := []string{strings.TrimSpace("ask " + strings.Join(by, ", "))}
	for _, k := range []crm.Kind{crm.Contact, crm.Company, crm.Lead, crm.Deal} {
		if names := find.Custom[k]; len(names) > 0 {
			text = append(text, fmt.Sprintf("%s's %s", k, strings.Join(names, ", ")))
		}
	}
	return strings.Join(text, "; ") + "\n"
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
