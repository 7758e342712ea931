package settings

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

// Warnings tell what the tenant should know of settings that may be saved (S-3): missed calls that
// will not be registered (T-7), rules that can never win or take calls from one another, filters that keep nothing or
// everything out, stages and funnels that the portal does not have (T-13), people who were dismissed, mandatory fields that nobody fills, and what could not be checked.
func Warnings(s *integration.Settings, known Directories) []Problem {
	l := linter{newNotes(), s, directory{known.Portal}, platform{known.Centre}, map[rules.Parameter]map[string]string{}}
	l.notChecked()
	l.people()
	l.telephony("/telephony", &s.Telephony)
	in, out := &s.Telephony.Incoming, &s.Telephony.Outgoing
	if in.Filter.On && len(rules.LateOf(in.Filter.Where, integration.Words(crm.Incoming))) > 0 {
		l.say("/telephony/incoming/filter/where", "late_parameter")
	}
	l.direction("/telephony/incoming", in, crm.Incoming)
	l.direction("/telephony/outgoing", out, crm.Outgoing)
	if len(out.Responsible.Rules) > 0 {
		l.say("/telephony/outgoing/responsible/rules", "rules_not_used")
	}
	l.conversations("/chats", &s.Chats, integration.Chat)
	l.conversations("/offline", &s.Offline, integration.Offline)
	return l.problems
}

// linter looks at settings that are right in themselves.
type linter struct {
	*notes
	settings *integration.Settings
	dir      directory
	centre   platform
	spelt    map[rules.Parameter]map[string]string // what spellings was asked for before
}

// notChecked says what was not looked up, when something would have been.
func (l *linter) notChecked() {
	if !l.dir.known() {
		l.say("", "no_directory")
	} else if l.dir.Fields == nil {
		l.fieldsNotLoaded()
	}
	if !l.centre.known() && l.needsCentre() {
		l.say("", "no_centre")
	}
}

func (l *linter) fieldsNotLoaded() {
	s := l.settings
	if pairs(&s.Telephony.Fields) > 0 {
		l.say("/telephony/extra_fields", "fields_not_loaded")
	}
	for at, c := range sections(s) {
		if c.Enabled && pairs(&c.Fields) > 0 {
			l.say(at+"/extra_fields", "fields_not_loaded")
		}
	}
}

// sections are those of conversations, by their pointers.
func sections(s *integration.Settings) iter.Seq2[string, *integration.Conversations] {
	return func(yield func(string, *integration.Conversations) bool) {
		_ = yield("/chats", &s.Chats) && yield("/offline", &s.Offline)
	}
}

func pairs(f *integration.ExtraFields) int {
	n := 0
	for _, k := range kindsOfEntity {
		n += len(f.For(k))
	}
	return n
}

// needsCentre reports whether the settings name something of the platform, or ask it to do something.
func (l *linter) needsCentre() bool {
	s, t := l.settings, &l.settings.Telephony
	needs := t.Click.On || t.Callback.On || t.Manager || s.Sync.Statuses || len(s.Sync.Only) > 0 || len(s.Employees) > 0
	for _, calls := range []*integration.Calls{&t.Incoming, &t.Outgoing} {
		eachFilter("", calls, func(_ string, f *rules.Filter) { needs = needs || len(f.Uses()) > 0 })
	}
	return needs || s.Chats.Enabled || s.Offline.Enabled
}

func (l *linter) people() {
	for i, m := range l.settings.Employees {
		l.dismissed("/employees/"+strconv.Itoa(i)+"/user", m.User, "inactive_mapping")
	}
	l.operators()
}

func (l *linter) dismissed(at string, id crm.UserID, code string) {
	if u, ok := l.dir.user(id); ok && !u.Active {
		l.say(at, code, userName(u))
	}
}

// telephony warns of switches that undo each other, and of the platform's numbers.
func (l *linter) telephony(at string, t *integration.Telephony) {
	if t.Other.On {
		l.say(at+"/other_telephony/on", "other_telephony")
		if pairs(&t.Fields) == 0 {
			l.say(at+"/extra_fields", "other_without_fields")
		}
	}
	if t.RecordsFiltered && !t.Records {
		l.say(at+"/records_with_filter", "records_off")
	}
	if n, ok := l.centre.number(onlyDigits(t.Click.Number)); ok && t.Click.On && !n.Active {
		l.say(at+"/click_to_call/number", "inactive_number", verbatim(n.Number))
	}
	for _, k := range l.created() {
		l.mandatory(at+"/extra_fields", k, &t.Fields, t.SourceNumber)
	}
	for _, k := range kindsOfEntity {
		if t.SourceNumber {
			l.sourceTwice(at+"/extra_fields/"+string(k), t.Fields.For(k))
		}
	}
}

// sourceTwice warns of an extra field that T-6, or every record of a conversation, writes too.
func (l *linter) sourceTwice(at string, pairs []integration.FieldPair) {
	for i, p := range pairs {
		if spelling(p.Field) == sourceDescription {
			l.say(at+"/"+strconv.Itoa(i)+"/field", "source_twice")
		}
	}
}

// created lists the kinds of entity that calls may create (T-3, T-4).
func (l *linter) created() []crm.Kind {
	t := &l.settings.Telephony
	switch {
	case !t.Enabled || t.Other.On || !t.Incoming.Create && !t.Outgoing.Create:
		return nil
	case l.dir.Mode == crm.Simple:
		return []crm.Kind{crm.Deal, t.Companion}
	}
	return []crm.Kind{crm.Lead}
}

// mandatory warns of fields that the portal requires and nobody fills; source tells that «Дополнительно об источнике» is.
func (l *linter) mandatory(at string, k crm.Kind, extra *integration.ExtraFields, source bool) {
	fields, _ := l.dir.fields(k)
	for _, f := range fields {
		mapped := slices.ContainsFunc(extra.For(k), func(p integration.FieldPair) bool { return p.Field == f.Name })
		if f.Required && !mapped && !filled(f.Name, source) {
			title := f.Title
			if title == "" {
				title = f.Name
			}
			l.say(at+"/"+string(k), "mandatory_field", verbatim(title))
		}
	}
}

// filled reports whether an entity that we create has the field without a setting, however the portal spells it.
func filled(field string, source bool) bool {
	switch spelling(field) {
	case "title", "name":
		return true
	case sourceDescription:
		return source
	}
	return false
}

// sourceDescription is «Дополнительно об источнике» (T-6).
const sourceDescription = "sourcedescription"

func spelling(field string) string { return strings.ToLower(strings.ReplaceAll(field, "_", "")) }
