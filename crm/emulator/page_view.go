package emulator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

type portalView struct {
	Name, Title, MemberID      string
	Classic                    bool
	Leads, Deals, Contacts     int
	Companies, Calls           int
	Level, Burst               int
	HTTP, Commands, LimitError int
	Faults                     int
	Messages                   int
	Overloaded                 bool
	Menu                       []appLink // what applications have put into the left menu
}

type appLink struct{ ClientID, Title string }

// Numbers for the frame of every page, read under one lock so that they agree.
func (p *Portal) view() portalView {
	name := p.Name()
	faults := 0
	for _, n := range p.FaultCounts() {
		faults += n
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &p.state
	v := portalView{
		Name: name, Title: s.Title, MemberID: p.memberID, Classic: s.Mode == Classic, Leads: len(s.Entities[Lead]),
		Deals: len(s.Entities[Deal]), Contacts: len(s.Entities[Contact]), Companies: len(s.Entities[Company]), Calls: len(s.Calls),
		Burst: int(s.Tariff.Burst), HTTP: p.stats.HTTP, Commands: p.stats.Commands, LimitError: p.stats.LimitErrors, Faults: faults,
		Overloaded: s.Overloaded, Messages: len(s.Chat) + len(s.Notices),
	}
	if v.Title == "" {
		v.Title = name
	}
	for _, in := range s.Installs {
		for _, at := range in.Placements {
			if at.Code == "LEFT_MENU" && in.Finished {
				v.Menu = append(v.Menu, appLink{in.ClientID, cmp.Or(at.Title, in.Title)})
			}
		}
	}
	now := p.cloud.opt.clock()
	for _, b := range p.bucket {
		v.Level = max(v.Level, int(b.level-now.Sub(b.at).Seconds()*s.Tariff.PerSecond))
	}
	return v
}

type personView struct {
	ID   int64
	Name string
}

func (p *Portal) person(id int64) personView {
	if u := p.user(id); u != nil {
		return personView{id, u.fullName()}
	}
	return personView{id, "#" + itoa(id)}
}

// cardView is a call card on somebody's screen.
type cardView struct {
	User     personView
	Phone    string
	Incoming bool
	Client   *itemView
	Seconds  int64
	Line     string
	LineName string
}

// Cards are what the demo is watched for: who is being called, by whom, since when.
func (p *Portal) cardViews() []cardView {
	var out []cardView
	for _, c := range p.cards() {
		call := p.index.calls[c.CallID]
		v := cardView{
			User: p.person(c.User), Phone: c.Phone, Incoming: call.incoming(), Line: call.Line, LineName: c.Name,
			Seconds: max(0, int64(p.now().Sub(c.Since).Seconds())),
		}
		if e := p.entity(call.Entity.Kind, call.Entity.ID); e != nil {
			item := p.itemView(e)
			v.Client = &item
		}
		out = append(out, v)
	}
	return out
}

// itemView is a record on a board or in a list.
type itemView struct {
	Kind, Name, Phone, Email, Client, Source string
	ID                                       int64
	Owner                                    personView
	Created                                  string
	Money                                    float64
	Missed, Activities                       int
	Companies                                string
}

// A record as a board shows it; a deal borrows its contact's number, having none itself.
func (p *Portal) itemView(e *entity) itemView {
	v := itemView{
		Kind: lower(e.Kind.String()), ID: e.ID, Name: e.name(), Owner: p.person(e.int("assignedById")),
		Created: e.str("createdTime"), Money: phpFloat(e.Fields["opportunity"]), Source: p.sourceName(e.str("sourceId")),
	}
	if v.Name == "" {
		v.Name = "№" + itoa(e.ID)
	}
	v.Phone, v.Email = firstOf(e, "PHONE"), firstOf(e, "EMAIL")
	if c := p.entity(Contact, e.int("contactId")); c != nil && e.Kind != Contact {
		v.Client = c.name()
		if v.Phone == "" {
			v.Phone = firstOf(c, "PHONE")
		}
	}
	if e.Kind == Contact {
		if o := p.entity(Company, e.int("companyId")); o != nil {
			v.Companies = o.name()
		}
	}
	return v
}

func firstOf(e *entity, kind string) string {
	for _, m := range e.FM {
		if m.Type == kind {
			return m.Value
		}
	}
	return ""
}

func (p *Portal) sourceName(id string) string {
	for _, s := range p.state.Statuses {
		if s.EntityID == "SOURCE" && s.StatusID == id {
			return s.Name
		}
	}
	return id
}

type boardView struct {
	Kind    string
	Funnels []funnelView
	Columns []columnView
}

type funnelView struct {
	ID      int64
	Name    string
	Current bool
}

type columnView struct {
	Name, Class string
	Count, More int
	Money       float64
	Items       []itemView
}

// perColumn keeps a board readable; what is older is only counted.
const perColumn = 60

// Newest first in each column, since that is what a reader waits for.
func (p *Portal) board(k Kind, funnel int64) boardView {
	v := boardView{Kind: lower(k.String())}
	if k == Deal {
		for _, f := range p.state.Funnels {
			v.Funnels = append(v.Funnels, funnelView{f.ID, f.Name, f.ID == funnel})
		}
	}
	missed, all := p.activityCounts()
	at := map[string]int{}
	for i, s := range p.stages(k, funnel) {
		class := fmt.Sprintf("s%d", i%5)
		switch s.Semantics {
		case "S":
			class = "won"
		case "F":
			class = "lost"
		}
		at[s.StatusID] = i
		v.Columns = append(v.Columns, columnView{Name: s.Name, Class: class})
	}
	for _, e := range slices.Backward(p.sorted(k)) {
		if k == Deal && e.int("categoryId") != funnel {
			continue
		}
		i, ok := at[e.str("stageId")]
		if !ok {
			continue
		}
		c := &v.Columns[i]
		c.Count++
		c.Money += phpFloat(e.Fields["opportunity"])
		if len(c.Items) >= perColumn {
			c.More++
			continue
		}
		item := p.itemView(e)
		item.Missed, item.Activities = missed[e.ref()], all[e.ref()]
		c.Items = append(c.Items, item)
	}
	return v
}

// One walk for all records instead of one each: boards are drawn at every change.
func (p *Portal) activityCounts() (open, all map[ref]int) {
	open, all = map[ref]int{}, map[ref]int{}
	for _, a := range p.state.Activities {
		for _, r := range a.Bindings {
			all[r]++
			if a.Fields["COMPLETED"] != "Y" {
				open[r]++
			}
		}
	}
	return open, all
}

type peopleView struct {
	Kind  string
	Items []itemView
	More  int
}

func (p *Portal) people(k Kind) peopleView {
	v := peopleView{Kind: lower(k.String())}
	missed, all := p.activityCounts()
	for _, e := range slices.Backward(p.sorted(k)) {
		if len(v.Items) >= 300 {
			v.More++
			continue
		}
		item := p.itemView(e)
		item.Missed, item.Activities = missed[e.ref()], all[e.ref()]
		v.Items = append(v.Items, item)
	}
	return v
}

type callView struct {
	N                  int64
	Phone, Line, Label string
	Incoming, Finished bool
	Success            bool
	Status, Reason     string
	Vote               int64
	Operator           personView
	Client             *itemView
	Start              string
	Duration           int64
	Record             *record
	Playable           bool
	Transcript         []transcriptLine
}

type callListView struct {
	Total, Answered, Missed, Records int
	Average                          int64
	Items                            []callView
}

func (p *Portal) callView(c *phoneCall) callView {
	v := callView{
		N: c.N, Phone: c.Phone, Line: c.Line, Label: c.label(), Incoming: c.incoming(), Finished: c.Finished, Success: c.success(),
		Status: c.Status, Reason: c.Reason, Vote: c.Vote, Operator: p.person(c.UserID), Start: stamp(c.Start), Duration: c.Duration, Record: c.Record,
		Playable: c.Record != nil && c.Record.Path != "", Transcript: c.Transcript,
	}
	if c.Finished {
		v.Operator = p.person(c.FinishUser)
	}
	if e := p.entity(c.Entity.Kind, c.Entity.ID); e != nil {
		item := p.itemView(e)
		v.Client = &item
	}
	return v
}

// Statistics as the portal's own report counts them: a call without an answer is missed or not reached.
func (p *Portal) callList() callListView {
	var v callListView
	var talk int64
	for _, c := range slices.Backward(p.state.Calls) {
		v.Total++
		switch {
		case c.Finished && c.success():
			v.Answered++
			talk += c.Duration
		case c.Finished:
			v.Missed++
		}
		if c.Record != nil {
			v.Records++
		}
		if len(v.Items) < 200 {
			v.Items = append(v.Items, p.callView(c))
		}
	}
	if v.Answered > 0 {
		v.Average = talk / int64(v.Answered)
	}
	return v
}

type logPage struct {
	Stats    Stats
	Requests []requestView
	Faults   []Applied
}

type requestView struct {
	Request
	List []Command
}

func (p *Portal) logView() logPage {
	v := logPage{Stats: p.stats}
	byRequest := map[int][]Command{}
	for _, c := range p.log.commands[max(0, len(p.log.commands)-1500):] {
		byRequest[c.Request] = append(byRequest[c.Request], c)
	}
	for _, r := range slices.Backward(p.log.requests) {
		if len(v.Requests) == 100 {
			break
		}
		v.Requests = append(v.Requests, requestView{r, byRequest[r.Seq]})
	}
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	v.Faults = slices.Clone(p.faults.applied[max(0, len(p.faults.applied)-20):])
	slices.Reverse(v.Faults)
	return v
}

func initials(name string) string {
	var out []rune
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		out = append(out, []rune(w)[0])
		if len(out) == 2 {
			break
		}
	}
	return strings.ToUpper(string(out))
}

// clockText is a moment as people read it: the day only when it is not obvious from the date itself.
func clockText(v any) string {
	t, ok := v.(time.Time)
	if !ok {
		var err error
		if t, err = time.Parse(time.RFC3339, fmt.Sprint(v)); err != nil {
			return ""
		}
	}
	return t.Format("02.01 15:04")
}

func lengthText(seconds int64) string { return fmt.Sprintf("%d:%02d", seconds/60, seconds%60) }

func moneyText(v float64) string {
	s, out := fmt.Sprintf("%.0f", v), ""
	for len(s) > 3 {
		out = "\u00a0" + s[len(s)-3:] + out
		s = s[:len(s)-3]
	}
	return s + out + "\u00a0₽"
}
