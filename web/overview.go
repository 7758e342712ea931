package web

import (
	"context"
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// CallNow is one call that goes on.
type CallNow struct {
	Session   integration.SessionID `json:"session"`
	Direction crm.Direction         `json:"direction" enum:"in,out,"`
	Phone     string                `json:"phone" doc:"The customer's, in E.164 where it can be read as a number"`
	Employee  string                `json:"employee" doc:"Who talks, or whose phone rings; empty when not told"`
	Answered  bool                  `json:"answered"`
	Since     time.Time             `json:"since"`
}

// NowView is what happens now.
type NowView struct {
	Calls  int       `json:"calls" doc:"Calls under way; exact up to 50"`
	Latest []CallNow `json:"latest" nullable:"false" doc:"Those that were heard of last, at most five"`
}

// TodayView counts the calls that ended today.
type TodayView struct {
	Since time.Time `json:"since" doc:"Midnight in the portal's time zone"`
	Calls int       `json:"calls"`
	Ended EndedView `json:"ended"`
}

// ChatsView tells how chats and offline requests do.
type ChatsView struct {
	Now        int `json:"now" doc:"Chats under way"`
	Served     int `json:"served" doc:"Chats that ended today, and an operator wrote"`
	Unanswered int `json:"unanswered" doc:"Chats that ended today without a word of an operator's"`
	Requests   int `json:"requests" doc:"Offline requests of today"`
	LeftOut    int `json:"left_out" doc:"Chats and requests of today that were not passed on: by the filter, without contacts, switched off, unreadable"`
	// Unheard are sections that are on, and of which nothing was ever heard.
	Unheard []integration.Communication `json:"unheard" nullable:"false" enum:"chat,offline_message" doc:"Sections that are on while nothing was ever heard of them"`
	On      bool                        `json:"on" doc:"The chats or the offline requests are switched on"`
}

// EndedView counts calls by how they came out.
type EndedView struct {
	Talked   int `json:"talked"`
	Missed   int `json:"missed" doc:"Incoming, and nobody took them"`
	NoReply  int `json:"no_reply" doc:"Outgoing, and the customer did not take them"`
	Filtered int `json:"filtered" doc:"Kept out by the filter"`
	Ignored  int `json:"ignored" doc:"No customers' calls: internal, without a number, own numbers"`
	Off      int `json:"off" doc:"The telephony section was switched off"`
	Invalid  int `json:"invalid" doc:"Could not be decided"`
}

// SavedView tells which settings are in force.
type SavedView struct {
	Version int64      `json:"version" doc:"0: none were saved yet"`
	At      *time.Time `json:"at,omitempty"`
	Author  string     `json:"author,omitempty"`
}

// PortalOverview is how one portal does.
type PortalOverview struct {
	Portal      PortalView  `json:"portal"`
	Now         NowView     `json:"now"`
	Today       TodayView   `json:"today"`
	Chats       ChatsView   `json:"chats"`
	Cards       CardsView   `json:"cards"`
	Queue       QueueView   `json:"queue"`
	DeadLetters int         `json:"dead_letters" doc:"Up to 10000"`
	Failing     []JobView   `json:"failing_jobs" nullable:"false" doc:"Errands whose last run failed"`
	Settings    SavedView   `json:"settings"`
	Employees   PeopleView  `json:"employees"`
	Steps       []FirstStep `json:"steps" nullable:"false" doc:"What is to be done before calls get into the CRM, in order"`
}

// PeopleView counts the platform's employees.
type PeopleView struct {
	All     int `json:"all"`
	Without int `json:"without_user" doc:"Of them, nobody of the portal"`
}

type portalOverviewOut struct{ Body PortalOverview }

func (a *API) getPortalOverview(ctx context.Context, in *PortalPath) (*portalOverviewOut, error) {
	p, err := a.cfg.Store.Portal(ctx, caller(ctx).Tenant.ID, in.Portal)
	if err != nil {
		return nil, err
	}
	platform, err := a.hasPlatform(ctx)
	if err != nil {
		return nil, err
	}
	view, err := a.overview(ctx, p, platform)
	if err != nil {
		return nil, err
	}
	return &portalOverviewOut{*view}, nil
}

type overviewIn struct {
	After string `query:"after" maxLength:"200" doc:"The next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"20" default:"10"`
}

type overviewOut struct {
	Body struct {
		Platform bool             `json:"platform" doc:"The telephony platform is connected"`
		Portals  []PortalOverview `json:"portals" nullable:"false"`
		Steps    []FirstStep      `json:"steps" nullable:"false" doc:"What the tenant as a whole has to do first; without a portal, all that there is to do"`
		Next     string           `json:"next" doc:"What to send as after; empty at the end"`
	}
}

func (a *API) getOverview(ctx context.Context, in *overviewIn) (*overviewOut, error) {
	list, err := a.cfg.Store.Portals(ctx, caller(ctx).Tenant.ID, integration.PortalID(in.After), in.Limit)
	if err != nil {
		return nil, err
	}
	out := &overviewOut{}
	b := &out.Body
	if b.Platform, err = a.hasPlatform(ctx); err != nil {
		return nil, err
	}
	b.Portals = make([]PortalOverview, 0, len(list))
	for _, p := range list {
		one, err := a.overview(ctx, p, b.Platform)
		if err != nil {
			return nil, err
		}
		b.Portals = append(b.Portals, *one)
	}
	l := speaks(ctx)
	b.Steps = []FirstStep{step(stepPortal, len(list) > 0 || in.After != "", l), step(stepPlatform, b.Platform, l)}
	if len(list) == 0 && in.After == "" {
		b.Steps = append(b.Steps, stepsAhead(l)...)
	}
	if len(list) == in.Limit {
		b.Next = string(list[len(list)-1].ID)
	}
	return out, nil
}

func (a *API) hasPlatform(ctx context.Context) (bool, error) {
	_, err := a.cfg.Store.Platform(ctx, caller(ctx).Tenant.ID)
	if isNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

const (
	callsLooked = 50 // at most so many calls are folded for one portal
	callsListed = 5
)

// overview counts; of what it counts it reads only the latest calls.
func (a *API) overview(ctx context.Context, p integration.Portal, platform bool) (*PortalOverview, error) {
	m, err := a.mappings(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	now := a.cfg.Now()
	since := midnight(now, m)
	activity, err := a.cfg.Store.Activity(ctx, p.Tenant, p.ID, since, callsLooked)
	if err != nil {
		return nil, err
	}
	gauge, err := a.cfg.Store.Gauge(ctx, p.Tenant, p.ID, now.Add(-time.Hour))
	if err != nil {
		return nil, err
	}
	jobs, err := a.cfg.Store.Jobs(ctx, p.Tenant, p.ID)
	if err != nil {
		return nil, err
	}
	v := &PortalOverview{
		Portal: portalView(p), Now: nowView(&activity), Today: todayView(since, activity.Ended), DeadLetters: activity.Dead,
		Chats:    chatsView(&activity, m),
		Cards:    CardsView{len(gauge.Cards), percentile(gauge.Cards, 50), percentile(gauge.Cards, 95)},
		Queue:    QueueView{gauge.Events, age(gauge.OldestEvent, now), gauge.Actions, age(gauge.OldestAction, now)},
		Settings: SavedView{m.document.Version, instant(m.document.Created), m.document.Author},
		Failing:  failing(jobs, speaks(ctx)),
	}
	for _, pair := range integration.MapEmployees(m.settings, m.known.Portal.Users, m.known.Centre.Employees) {
		v.Employees.All++
		if pair.By == integration.ByNothing {
			v.Employees.Without++
		}
	}
	v.Steps = stepsOf(v, m, platform, activity.Heard, speaks(ctx))
	return v, nil
}

// midnight is when the day began where the portal's people are.
func midnight(now time.Time, m *mappings) time.Time {
	zone := integration.Defaults().TimeZone
	if m.document.Version != 0 {
		zone = m.settings.TimeZone
	}
	at, err := time.LoadLocation(zone)
	if err != nil {
		at = time.UTC
	}
	year, month, day := now.In(at).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, at).UTC()
}

// nowView folds the calls that go on. A request is no call yet, and one that is over only waits for its moment (T-5).
func nowView(activity *Activity) NowView {
	v := NowView{Calls: activity.Open, Latest: []CallNow{}}
	for _, open := range activity.Latest {
		c := integration.Fold(open.Events)
		if c.Request != nil || c.Finished {
			v.Calls--
			continue
		}
		if len(v.Latest) < callsListed {
			v.Latest = append(v.Latest, callNow(open.Session, &c))
		}
	}
	return v
}

func callNow(id integration.SessionID, c *integration.Call) CallNow {
	v := CallNow{Session: id, Direction: c.Direction, Phone: c.Client, Answered: c.Answered, Since: c.StartedAt.UTC()}
	if phone, problem := integration.ParsePhone(c.Client, "RU"); problem == integration.PhoneFine {
		v.Phone = string(phone)
	}
	for _, list := range [][]integration.Employee{c.Talkers, {c.Caller}, c.Rung} {
		for _, who := range slices.Backward(list) {
			if v.Employee == "" {
				v.Employee = who.Name
			}
		}
	}
	return v
}

func todayView(since time.Time, ended map[integration.Ending]int) TodayView {
	v := TodayView{Since: since, Ended: EndedView{
		Talked: ended[integration.EndingTalked], Missed: ended[integration.EndingMissed], NoReply: ended[integration.EndingNoReply],
		Filtered: ended[integration.EndingFiltered], Ignored: ended[integration.EndingIgnored], Off: ended[integration.EndingOff],
		Invalid: ended[integration.EndingInvalid],
	}}
	for _, n := range ended {
		v.Calls += n
	}
	return v
}

func chatsView(activity *Activity, m *mappings) ChatsView {
	n := activity.Conversations
	v := ChatsView{
		Now: activity.OpenChats, Served: n[integration.EndingServed], Unanswered: n[integration.EndingUnanswered], Requests: n[integration.EndingRequest],
		Unheard: []integration.Communication{},
	}
	for _, ending := range []integration.Ending{integration.EndingFiltered, integration.EndingIgnored, integration.EndingOff, integration.EndingInvalid} {
		v.LeftOut += n[ending]
	}
	if m.document.Version == 0 {
		return v
	}
	chats, offline := m.settings.Chats.Enabled, m.settings.Offline.Enabled
	v.On = chats || offline
	if chats && !activity.ChatsHeard {
		v.Unheard = append(v.Unheard, integration.Chat)
	}
	if offline && !activity.RequestsHeard {
		v.Unheard = append(v.Unheard, integration.Offline)
	}
	return v
}

// failing are the errands that somebody should look at.
func failing(jobs []Job, l integration.Lang) []JobView {
	out := []JobView{}
	for _, j := range jobs {
		if j.Err != nil {
			out = append(out, jobView(j, l))
		}
	}
	return out
}
