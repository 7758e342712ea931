package simulate

import (
	"cmp"
	"slices"
	"strings"

	"omniconnector/integration"
)

// What names a kind of effect.
type What string

// The kinds of effect, in the order in which they are told. Those up to Note are of a record, the rest of the call itself.
const (
	Verdict     What = "verdict" // in, or what kept the call out: an integration.Outcome
	Dialled     What = "dialled" // whom the platform was asked to connect
	Created     What = "created" // the kind of the new record
	Title       What = "title"
	Responsible What = "responsible"
	Funnel      What = "funnel"
	Stage       What = "stage"
	Source      What = "source" // «Дополнительно об источнике»
	Link        What = "link"   // the client of a new record
	Field       What = "field"  // an extra field; Name says which
	Note        What = "note"
	Card        What = "card"     // who saw the call's card
	Ended       What = "ended"    // how the portal was told that the call ended
	Told        What = "told"     // why a clicked call failed, in the card's words
	Activity    What = "activity" // whose it is
	Completed   What = "completed"
	Shown       What = "shown" // the records in which the activity is shown
	Notice      What = "notice"
	Processed   What = "processed" // older missed calls that are answered for
	Record      What = "record"
	Transcript  What = "transcript"
	Released    What = "released" // the portal's own call, finished beside ours
)

// ranks is the order of kinds.
var ranks = func() map[What]int {
	order := []What{
		Verdict, Dialled, Created, Title, Responsible, Funnel, Stage, Source, Link, Field, Note, Card, Ended, Told, Activity,
		Completed, Shown, Notice, Processed, Record, Transcript, Released,
	}
	m := make(map[What]int, len(order))
	for i, w := range order {
		m[w] = i
	}
	return m
}()

// Whats lists all kinds of effect in their order.
func Whats() []What {
	all := make([]What, len(ranks))
	for w, i := range ranks {
		all[i] = w
	}
	return all
}

// The records that effects are of, besides those that the CRM had before, which are named "deal 12".
const (
	New       = "new"       // the lead or deal that the call creates
	Companion = "companion" // the contact or company created beside it
)

// Subject says what an effect is about.
type Subject struct {
	What What   `json:"what"`
	Of   string `json:"of,omitempty"`   // New, Companion or an older record; empty for the call itself
	Name string `json:"name,omitempty"` // of an extra field, as the portal names it
}

// order tells what happens with the call first, then its new records, older ones, and the rest of the call.
func (s Subject) order(o Subject) int {
	return cmp.Or(cmp.Compare(s.place(), o.place()), cmp.Compare(s.Of, o.Of), cmp.Compare(ranks[s.What], ranks[o.What]), cmp.Compare(s.Name, o.Name))
}

func (s Subject) place() int {
	for i, is := range []bool{s.What == Verdict || s.What == Dialled, s.Of == New, s.Of == Companion, s.Of != ""} {
		if is {
			return i
		}
	}
	return ranks[Released]
}

// Effect is one thing that a call leaves in the CRM.
type Effect struct {
	Subject

	// Value is for programs as for people: names of users and stages, kinds of records, outcomes, "yes"; Text translates it.
	Value string `json:"value"`
}

// Effects are everything that a call leaves in the CRM, in a steady order.
type Effects []Effect

// of is the value of a subject; empty when the call leaves no such thing.
func (e Effects) of(s Subject) string {
	i, ok := slices.BinarySearchFunc(e, s, func(e Effect, s Subject) int { return e.order(s) })
	if !ok {
		return ""
	}
	return e[i].Value
}

// Difference is one effect that is not the same; Was or Would is empty for what is not there.
type Difference struct {
	Subject

	Was   string `json:"was"`
	Would string `json:"would"`
}

// Compare lists what is not the same, in the order of effects.
func Compare(was, would Effects) []Difference {
	var out []Difference
	for _, e := range was {
		if now := would.of(e.Subject); now != e.Value {
			out = append(out, Difference{e.Subject, e.Value, now})
		}
	}
	for _, e := range would {
		if was.of(e.Subject) == "" {
			out = append(out, Difference{e.Subject, "", e.Value})
		}
	}
	slices.SortFunc(out, func(a, b Difference) int { return a.order(b.Subject) })
	return out
}

// Label names the subject to a person: "Responsible (new record)".
func (s Subject) Label(l integration.Lang) string {
	text := labels[s.What].in(l)
	if s.Name != "" {
		text += " " + s.Name
	}
	if s.Of != "" {
		text += " (" + record(s.Of, l) + ")"
	}
	return text
}

// Text is a value of the subject in a person's words.
func (s Subject) Text(value string, l integration.Lang) string {
	switch s.What {
	case Verdict, Ended, Completed:
		if said, ok := values[s.What][value]; ok {
			return said.in(l)
		}
	case Created, Link, Shown:
		parts := strings.Split(value, ", ")
		for i := range parts {
			parts[i] = record(parts[i], l)
		}
		return strings.Join(parts, ", ")
	case Notice, Record, Transcript, Released:
		return yes.in(l)
	default:
	}
	return value
}

// Sentence says the effect to a person.
func (e Effect) Sentence(l integration.Lang) string { return e.Label(l) + ": " + e.Text(e.Value, l) }

// Sentence says the difference to a person.
func (d Difference) Sentence(l integration.Lang) string {
	was, would := absent.in(l), absent.in(l)
	if d.Was != "" {
		was = d.Text(d.Was, l)
	}
	if d.Would != "" {
		would = d.Text(d.Would, l)
	}
	if l == integration.Russian {
		return d.Label(l) + ": было — " + was + ", стало бы — " + would
	}
	return d.Label(l) + ": was " + was + ", would be " + would
}
