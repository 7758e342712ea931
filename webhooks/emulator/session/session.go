package session

import (
	"slices"
	"time"
)

// Named is anything with an id and a name; the zero one is nothing.
type Named struct {
	ID   int64
	Name string
}

// Session is one call.
type Session struct {
	App, ID          int64
	Location         *time.Location
	Start, Finish    time.Time
	Direction        string // in, out
	Source           string
	FinishReason     string
	Internal, Lost   bool
	Transfer         bool
	Client, Number   string // digits, or what the other side calls itself
	External         string // given to the Call API
	Request          int64  // of the Call API
	Wait, Talk       time.Duration
	Scenario         Named
	Operations       []Named
	Group            Named
	Contact          Named
	Visit            Visit
	Legs             []Leg
	Voicemail        []Record
	RecordsAt, Whole string // the address of recordings, and of the one of the whole call
}

// Visit is where an incoming call came from. The zero Visit is a call without a visitor.
type Visit struct {
	Visitor, Communication int64
	Site, Campaign, First  Named
	Source, UTM, Medium    string
	// What only a visit of a site has.
	UTMCampaign, Term, Content, Query string
	Referrer, Page, Entrance          string
}

// Leg is one participant's part of a call.
type Leg struct {
	ID                  int64
	Employee            Named // none of the other side
	Phone               string
	Calling, Called     string
	Operator            bool
	Start, Connect, End time.Time // Connect is zero when nobody answered
	Talked, Transferred bool
	FinishReason        string
	Record              Record
}

// Record is a recording; the zero one is none.
type Record struct {
	Hash  string
	Ready time.Time
}

// Mark is a tag that was set on a session.
type Mark struct {
	App, Session int64
	At           time.Time
	Tag          Named
}

// View is how much of a session is visible.
type View struct {
	Reached  time.Time // by the clock of the call: what happens later is not known yet
	Finished bool
	Marks    []Mark
}

// Leg returns the leg with an id, new when there is none.
func (s *Session) Leg(id int64) *Leg {
	i := slices.IndexFunc(s.Legs, func(l Leg) bool { return l.ID == id })
	if i < 0 {
		s.Legs = append(s.Legs, Leg{ID: id})
		i = len(s.Legs) - 1
	}
	return &s.Legs[i]
}

// stamp writes a time as the Data API does: of the account's zone, without offset, with
// milliseconds when there are any. The zero time is null.
func (s *Session) stamp(t time.Time) any { return Stamp(t, s.Location) }

// Stamp writes a time of any communication so.
func Stamp(t time.Time, zone *time.Location) any {
	if t.IsZero() {
		return nil
	}
	layout := "2006-01-02 15:04:05"
	if t.Nanosecond() >= int(time.Millisecond) {
		layout += ".000"
	}
	return t.In(zone).Format(layout)
}

// operators are the legs of the account's side that were answered, in that order; those that talked, or all.
func (s *Session) operators(until time.Time, talked bool) []Leg {
	var all []Leg
	for _, l := range s.Legs {
		if l.Operator && !l.Connect.IsZero() && !l.Connect.After(until) && (l.Talked || !talked) {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(a, b Leg) int { return a.Connect.Compare(b.Connect) })
	return all
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Pair puts an id and a name into a row, nulls for nothing.
func Pair(row map[string]any, id, name string, n Named) {
	if row[id], row[name] = nil, nil; n.ID != 0 {
		row[id], row[name] = n.ID, n.Name
	}
}

// Started is the start as the interfaces print it.
func (s *Session) Started() any { return s.stamp(s.Start) }
