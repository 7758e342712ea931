package simulate

import (
	"maps"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// Lived is a stored session and when it was decided last.
type Lived struct {
	Stored

	Session  integration.SessionID
	Customer integration.CustomerKey
	Updated  time.Time
}

// Cursor is where a list of sessions stands: the last one that was seen.
type Cursor struct {
	Updated time.Time             `json:"updated,omitzero"`
	Session integration.SessionID `json:"session,omitempty"`
}

// Many is what a simulation of many calls has found so far.
type Many struct {
	Done  int `json:"done"`
	Total int `json:"total"`
	// Differ counts calls that would come out otherwise, Kinds counts them by kind of difference, and Assumed counts those whose
	// customer the CRM was never asked for.
	Differ  int          `json:"differ"`
	Kinds   map[What]int `json:"kinds,omitempty"`
	Assumed int          `json:"assumed,omitempty"`
	// Calls are the first calls that would differ, the newest first.
	Calls []Differing `json:"calls,omitempty"`
	// After is where it goes on.
	After Cursor `json:"after,omitzero"`
}

// Differing is a call that would come out otherwise.
type Differing struct {
	Session     integration.SessionID `json:"session"`
	Differences []Difference          `json:"differences"`
	// Assumed tells that nobody was taken to be known of its customer, because the CRM was never asked.
	Assumed bool `json:"assumed,omitempty"`
}

// mostDiffering bounds how many calls are listed, and longestValue how much of a value is.
const (
	mostDiffering = 200
	longestValue  = 300
)

// Add decides one more call by the settings, as far as it has come until a moment, and counts what would differ. Writes are our
// own changes of its customer's records.
func (m Many) Add(l *Lived, s *integration.Settings, n Names, writes map[integration.Record][]integration.Write, until time.Time) Many {
	m.Done++
	m.After = Cursor{l.Updated, l.Session}
	past := l.Past(n, until)
	if len(past.Steps) == 0 {
		return m
	}
	past.Writes = writes
	r := Replay(past, s)
	differences := Compare(l.Effects(n), r.Effects(n))
	if r.Assumed {
		m.Assumed++
	}
	if len(differences) == 0 {
		return m
	}
	m.Differ++
	kinds := maps.Clone(m.Kinds)
	if kinds == nil {
		kinds = map[What]int{}
	}
	seen := map[What]bool{}
	for i := range differences {
		d := &differences[i]
		if !seen[d.What] {
			seen[d.What] = true
			kinds[d.What]++
		}
		d.Was, d.Would = clipped(d.Was), clipped(d.Would)
	}
	m.Kinds = kinds
	if len(m.Calls) < mostDiffering {
		m.Calls = append(m.Calls, Differing{l.Session, differences, r.Assumed})
	}
	return m
}

func clipped(s string) string {
	if r := []rune(s); len(r) > longestValue {
		return string(r[:longestValue]) + "…"
	}
	return s
}

// Title names a kind of effect to a person.
func (w What) Title(l integration.Lang) string { return labels[w].in(l) }

// Owned lists the names of commands whose results tell our own changes of records (T-1).
func Owned() []string { return []string{crm.Create{}.Name(), crm.Update{}.Name()} }
