package page

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/rules"
	"omniconnector/web"
)

// story is one call from top to bottom.
type story struct {
	Summary summary
	Portal  string
	Others  []integration.PortalID
	Facts   []fact
	CameIn  []cameIn
	Known   known
	Decided []decided
	Done    []done
	Pending bool
}

// fact is one line of the head.
type fact struct{ Name, Value string }

// cameIn is one notification.
type cameIn struct {
	Clock, After, Kind, Employee, Problem string
	Body, Format                          string
	Exact                                 bool
	Remote                                string
}

// known is what the CRM answered.
type known struct {
	Asked    bool
	Clock    string
	Entities []entity
	Missed   int
}

type entity struct {
	Link        link
	Title       string
	Responsible string
	State       badge
}

// decided is one plan.
type decided struct {
	Clock, Event string
	Badge        badge
	Quiet        bool
	Reasons      []reason
}

type reason struct {
	Rule, Sentence string
	Check          *check
}

// check is one node of a filter.
type check struct {
	Mark     string // yes, no, unknown
	Sentence string
	Of       []check
}

// done is one action.
type done struct {
	Name, Detail string
	Badge        badge
	Clock        string
	Attempts     int
	Again        string
	Link         *link
	Words        string // the portal's own
	Body, Result string
}

func (p *Page) call(c *gin.Context) {
	l, t := language(c), signedIn(c).tenant.ID
	stories, err := web.FindCall(c.Request.Context(), p.cfg.Store, t, integration.SessionID(c.Param("session")))
	if err != nil {
		p.fail(c, err)
		return
	}
	chosen := &stories[0]
	var others []integration.PortalID
	for i := range stories {
		if asked := integration.PortalID(c.Query("portal")); asked != "" && stories[i].Portal == asked {
			chosen = &stories[i]
		}
	}
	for i := range stories {
		if &stories[i] != chosen {
			others = append(others, stories[i].Portal)
		}
	}
	s, err := p.story(c.Request.Context(), t, chosen, l)
	if err != nil {
		p.fail(c, err)
		return
	}
	s.Others = others
	p.show(c, http.StatusOK, "call.html", s.Summary.Client, s)
}

func (p *Page) story(ctx context.Context, t integration.TenantID, s *web.CallStory, l integration.Lang) (*story, error) {
	of, err := p.portalOf(ctx, t, s.Portal)
	if err == nil {
		err = p.name(ctx, t, of)
	}
	if err != nil {
		return nil, err
	}
	call := s.Fold()
	out := &story{
		Summary: summarise(s, of, l), Portal: of.name, Facts: facts(&call, of, l), Known: knownOf(&s.Memory, of, l),
		Decided: decidedOf(s, of, l),
	}
	out.Summary.Day = dayTitle(out.Summary.At, p.cfg.Now().In(of.zone), l)
	for i := range s.Events {
		in, err := p.cameIn(ctx, t, s, i, of, l)
		if err != nil {
			return nil, err
		}
		out.CameIn = append(out.CameIn, in)
		out.Pending = out.Pending || s.Events[i].Pending
	}
	for i := range s.Actions {
		out.Done = append(out.Done, doneOf(&s.Actions[i], of, l))
	}
	return out, nil
}

// facts are what is worth knowing of a call at a glance.
func facts(c *integration.Call, of *portal, l integration.Lang) []fact {
	var source []string
	for _, v := range []string{"campaign_name", "source_name", "site_domain_name"} {
		source = append(source, c.Params[v]...)
	}
	var out []fact
	for _, f := range append([]fact{
		{say(l, "virtual"), spoken(c.Virtual)},
		{say(l, "employee"), employee(c)},
		{say(l, "talk"), lasting(c.Talk)},
		{say(l, "wait"), lasting(c.Wait)},
		{say(l, "source"), strings.Join(source, ", ")},
		{say(l, "portal"), of.name},
		{say(l, "session"), string(c.Session)},
	}, requestFacts(c.Request, of, l)...) {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	return out
}

// lasting writes a duration as 1:34.
func lasting(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	d = d.Round(time.Second)
	if d >= time.Hour {
		return fmt.Sprintf("%d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

func (p *Page) cameIn(ctx context.Context, t integration.TenantID, s *web.CallStory, i int, of *portal, l integration.Lang) (cameIn, error) {
	e := &s.Events[i].Event
	whole, err := p.cfg.Store.Event(ctx, t, s.Portal, e.ID)
	if err != nil {
		return cameIn{}, err
	}
	in := cameInOf(e, whole.Delivery, of, l)
	if first := s.Events[0].Event.At; i > 0 {
		in.After = "+" + lasting(e.At.Sub(first))
		if in.After == "+" {
			in.After = "+0:00"
		}
	}
	return in, nil
}

func cameInOf(e *integration.Event, d integration.Delivery, of *portal, l integration.Lang) cameIn {
	in := cameIn{
		Clock: e.At.In(of.zone).Format("15:04:05"), Kind: kindWord(e.Kind, l), Employee: about(e, of, l),
		Problem: problemIn(e.Problem, l), Body: string(d.Body), Format: d.ContentType, Exact: utf8.Valid(d.Body), Remote: d.Remote,
	}
	if !in.Exact {
		in.Body = strings.ToValidUTF8(in.Body, "\uFFFD")
	}
	if in.Body == "" {
		in.Body = d.Query
	}
	return in
}

// problemIn takes one language of a problem that the journal keeps as "русский / English".
func problemIn(text string, l integration.Lang) string {
	if text == "" {
		return ""
	}
	ru, en, both := strings.Cut(text, " / ")
	if both && l == integration.English {
		ru = en
	}
	first, size := utf8.DecodeRuneInString(ru)
	return string(unicode.ToUpper(first)) + ru[size:]
}

func knownOf(m *integration.Memory, of *portal, l integration.Lang) known {
	if m.Known == nil {
		return known{}
	}
	k := known{Asked: true, Missed: len(m.Known.Missed)}
	if !m.AskedAt.IsZero() {
		k.Clock = m.AskedAt.In(of.zone).Format("15:04:05")
	}
	for _, group := range []struct {
		kind crm.Kind
		list []crm.Entity
	}{{crm.Contact, m.Known.Contacts}, {crm.Company, m.Known.Companies}, {crm.Lead, m.Known.Leads}, {crm.Deal, m.Known.Deals}} {
		for _, e := range group.list {
			one := entity{Link: of.link(group.kind, e.ID, false, l), Title: e.Title}
			if e.Responsible != 0 {
				one.Responsible = of.user(e.Responsible)
			}
			if group.kind == crm.Lead || group.kind == crm.Deal {
				one.State = badge{"good", say(l, "open")}
				if e.Closed {
					one.State = badge{"quiet", say(l, "closed")}
				}
			}
			k.Entities = append(k.Entities, one)
		}
	}
	return k
}

func decidedOf(s *web.CallStory, of *portal, l integration.Lang) []decided {
	kinds := map[integration.EventID]integration.EventKind{}
	for _, e := range s.Events {
		kinds[e.Event.ID] = e.Event.Kind
	}
	var out []decided
	for _, plan := range s.Plans {
		d := decided{
			Clock: plan.At.In(of.zone).Format("15:04:05"), Event: kindWord(kinds[plan.Event], l), Badge: outcomeBadge(plan.Outcome, l),
			Quiet: plan.Outcome == integration.Nothing || plan.Outcome == integration.Together,
		}
		for _, r := range plan.Reasons {
			one := reason{Rule: r.Rule, Sentence: r.Sentence(l)}
			if r.Check != nil {
				tree := checkOf(r.Check, of, l)
				one.Check = &tree
			}
			d.Reasons = append(d.Reasons, one)
		}
		out = append(out, d)
	}
	return out
}

func checkOf(c *rules.Check, of *portal, l integration.Lang) check {
	out := check{Mark: "no", Sentence: c.Sentence(string(l), of.names)}
	switch {
	case c.Undecided:
		out.Mark = "unknown"
	case c.Passed:
		out.Mark = "yes"
	}
	for i := range c.Of {
		out.Of = append(out.Of, checkOf(&c.Of[i], of, l))
	}
	return out
}

func doneOf(a *web.ActionRow, of *portal, l integration.Lang) done {
	d := done{
		Name: commandWord(a.Command, l), Badge: actionBadge(a, l), Attempts: a.Attempts, Body: pretty(web.CommandBody(*a)), Result: pretty(a.Result),
		Clock: a.Updated.In(of.zone).Format("15:04:05"), Detail: detail(a.Do, of, l),
	}
	if kind, id, ok := made(a); ok {
		made := of.link(kind, id, true, l)
		d.Link = &made
	}
	if !a.State.Settled() && a.Attempts > 0 && !a.DueAt.IsZero() {
		d.Again = a.DueAt.In(of.zone).Format("15:04:05")
	}
	if a.Err != nil {
		d.Words = wordsOf(a.Err)
	}
	return d
}

// wordsOf are a portal's own words, what it said to people first.
func wordsOf(e *crm.Error) string {
	switch {
	case e.Text == "" && e.Code == "":
		return string(e.Kind)
	case e.Text == "":
		return e.Code
	case e.Code == "":
		return e.Text
	}
	return e.Text + " (" + e.Code + ")"
}

// detail says what an action works on.
func detail(do crm.Command, of *portal, l integration.Lang) string {
	users := func(ids []crm.UserID) string {
		names := []string{}
		for _, id := range ids {
			names = append(names, of.user(id))
		}
		return strings.Join(names, ", ")
	}
	switch do := do.(type) {
	case crm.Create:
		text := strings.ToLower(say(l, string(do.Kind)))
		if do.Fields.Title != nil {
			text += " «" + *do.Fields.Title + "»"
		}
		return text
	case crm.Update:
		return strings.ToLower(say(l, string(do.Kind))) + fieldsOf(do.Fields, of)
	case crm.Register:
		return spoken(do.Phone) + " → " + of.user(do.User)
	case crm.ShowCard:
		return users(do.Users)
	case crm.HideCard:
		return users(do.Users)
	case crm.Finish:
		return strings.TrimSpace(of.user(do.User) + " " + lasting(do.Duration))
	case crm.SetActivity:
		if do.Completed {
			return say(l, "completed")
		}
		return say(l, "not_completed")
	case crm.BindActivity:
		return strings.ToLower(say(l, string(do.Kind)))
	case crm.AddActivity:
		return activityDetail(do, of, l)
	case crm.Comment:
		return "«" + do.Text + "»"
	case centre.Dial:
		return dialDetail(do, of)
	default:
		return ""
	}
}

// fieldsOf names what a change writes.
func fieldsOf(f crm.Fields, of *portal) string {
	switch {
	case f.Responsible != nil:
		return " → " + of.user(*f.Responsible)
	case f.Title != nil:
		return " → «" + *f.Title + "»"
	case f.Stage != nil:
		return " → " + *f.Stage
	}
	return ""
}

// pretty indents JSON; anything else is shown as it is.
func pretty(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	var v any
	if json.Unmarshal(body, &v) != nil {
		return strings.ToValidUTF8(string(body), "\uFFFD")
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if e.Encode(v) != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}
