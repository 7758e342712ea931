package web

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
)

// What names the side whose directory is to be read.
type What string

// The sides of a synchronisation.
const (
	WhatPortal   What = "portal"
	WhatPlatform What = "platform"
	WhatAll      What = "all"
)

type syncIn struct {
	PortalPath
	Body *struct {
		What What `json:"what,omitempty" enum:"portal,platform,all" default:"portal" doc:"Whose directory to read; the portal's when absent"`
	}
}

func (a *API) syncPortal(ctx context.Context, in *syncIn) (*struct{}, error) {
	p, err := a.connected(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	what := WhatPortal
	if in.Body != nil && in.Body.What != "" {
		what = in.Body.What
	}
	if what != WhatPortal {
		if _, err := a.connectedPlatform(ctx); err != nil {
			return nil, err
		}
		if err := a.cfg.Scheduler.SyncPlatform(ctx, p.Tenant, p.ID); err != nil {
			return nil, err
		}
	}
	if what != WhatPlatform {
		err = a.cfg.Connector.Sync(ctx, p.Tenant, p.ID)
	}
	return &struct{}{}, err
}

func (a *API) indexPortal(ctx context.Context, in *PortalPath) (*struct{}, error) {
	p, err := a.connected(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	return &struct{}{}, a.cfg.Scheduler.Index(ctx, p.Tenant, p.ID)
}

type importIn struct {
	PortalPath
	Body struct {
		From time.Time `json:"from" doc:"Calls that started at or after"`
		Till time.Time `json:"till" doc:"Calls that started before; not in the future, and at most a year after from"`
	}
}

type importOut struct {
	Body struct {
		Key integration.ActionKey `json:"key" doc:"Of the errand, in the list of jobs"`
	}
}

// longestImport is a year, with its leap day.
const longestImport = 366 * 24 * time.Hour

func (a *API) importCalls(ctx context.Context, in *importIn) (*importOut, error) {
	p, err := a.connected(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	from, till := in.Body.From.UTC(), in.Body.Till.UTC()
	wrong := mistakes{}
	switch {
	case !from.Before(till):
		wrong.add("/till", "period")
	case till.Sub(from) > longestImport:
		wrong.add("/from", "period_too_long")
	}
	if till.After(a.cfg.Now()) {
		wrong.add("/till", "future")
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if _, err := a.connectedPlatform(ctx); err != nil {
		return nil, err
	}
	out := &importOut{}
	out.Body.Key, err = a.cfg.Scheduler.Import(ctx, p.Tenant, p.ID, from, till)
	return out, err
}

// JobView is one errand of a portal and how far it has come.
type JobView struct {
	Key      integration.ActionKey `json:"key" example:"every/sync"`
	Kind     string                `json:"kind" example:"sync_centre" doc:"What is done; empty when a newer release planned it"`
	Title    string                `json:"title" doc:"In the language of Accept-Language"`
	Periodic bool                  `json:"periodic" doc:"It is done again and again"`
	State    lane.ActionState      `json:"state" enum:"planned,sending,doubt,done,failed,dead"`
	Due      *time.Time            `json:"due,omitempty" doc:"When it runs next; absent when it is over"`
	Updated  *time.Time            `json:"updated,omitempty" doc:"When it was last asked for, begun, brought on or ended"`
	Attempts int                   `json:"attempts"`
	Progress *Progress             `json:"progress,omitempty" doc:"Absent when nothing is counted"`
	Outcome  json.RawMessage       `json:"outcome,omitempty" doc:"What the last run answered"`
	Error    *ErrorView            `json:"error,omitempty" doc:"The last failure, in the other side's own words"`
	Message  string                `json:"message,omitempty" doc:"What the failure means and what to do"`
}

// Progress is how far an errand has come.
type Progress struct {
	Done  int `json:"done"`
	Total int `json:"total,omitempty" doc:"Absent while nobody knows"`
}

type jobsOut struct {
	Body struct {
		Jobs []JobView `json:"jobs" nullable:"false" doc:"Newest first, at most 200"`
	}
}

func (a *API) listJobs(ctx context.Context, in *PortalPath) (*jobsOut, error) {
	t := caller(ctx).Tenant.ID
	if _, err := a.cfg.Store.Portal(ctx, t, in.Portal); err != nil {
		return nil, err
	}
	list, err := a.cfg.Store.Jobs(ctx, t, in.Portal)
	if err != nil {
		return nil, err
	}
	l := speaks(ctx)
	out := &jobsOut{}
	out.Body.Jobs = each(list, func(j Job) JobView { return jobView(j, l) })
	return out, nil
}

// periodic begins the keys of what is done again and again.
const periodic = "every/"

func jobView(j Job, l integration.Lang) JobView {
	v := JobView{
		Key: j.Key, Periodic: strings.HasPrefix(string(j.Key), periodic), State: j.State, Attempts: j.Attempts, Progress: progressOf(j),
		Updated: instant(j.Updated),
	}
	if j.Do != nil {
		v.Kind = j.Do.Name()
	}
	v.Title = jobTitles[v.Kind].in(l)
	if !j.State.Settled() {
		v.Due = instant(j.DueAt)
	}
	_, simulation := j.Do.(integration.Simulation) // its many calls are told by get-simulation
	if len(j.Result) > 0 && !simulation {
		v.Outcome = object(j.Result)
	}
	if j.Err != nil {
		v.Error, v.Message = errorView(j.Err), hint(v.Kind, j.Err, l)
	}
	return v
}

// progressOf counts what an errand's result counts.
func progressOf(j Job) *Progress {
	var counts struct{ Done, Total, Found, Looked int }
	if len(j.Result) == 0 || json.Unmarshal(j.Result, &counts) != nil {
		return nil
	}
	switch j.Do.(type) {
	case centre.Import, crm.Index, integration.Simulation:
		return &Progress{counts.Done, counts.Total}
	case centre.Sweep, centre.SweepChats, centre.SweepRequests:
		return &Progress{Done: counts.Found}
	case centre.ImportStatuses:
		return &Progress{counts.Looked, counts.Looked}
	}
	return nil
}

var jobTitles = map[string]phrase{
	crm.Sync{}.Name():               {"Справочник портала", "The portal's directory"},
	crm.Prepare{}.Name():            {"Подписка на события портала и линии для звонков", "The portal's events and lines to call from"},
	crm.Index{}.Name():              {"Индекс клиентов портала", "Index of the portal's customers"},
	crm.Refresh{}.Name():            {"Изменённые записи портала", "Changed records of the portal"},
	centre.Sync{}.Name():            {"Справочник платформы телефонии", "The telephony platform's directory"},
	centre.Sweep{}.Name():           {"Поиск пропущенных уведомлений", "Looking for lost notifications"},
	centre.SweepChats{}.Name():      {"Поиск пропущенных чатов", "Looking for lost chats"},
	centre.SweepRequests{}.Name():   {"Чтение офлайн-заявок", "Reading offline requests"},
	centre.ReadChat{}.Name():        {"Сверка чата с платформой", "Comparing a chat with the platform"},
	centre.Import{}.Name():          {"Импорт истории звонков", "Import of past calls"},
	centre.ImportStatuses{}.Name():  {"Импорт статусов сотрудников", "Import of employees' statuses"},
	integration.Simulation{}.Name(): {"Проверка настроек на прошлых звонках", "Settings tried on past calls"},
	centre.Dial{}.Name():            {"Звонок через платформу", "A call through the platform"},
	centre.Reread{}.Name():          {"Сверка звонка с платформой", "Comparing a call with the platform"},
	"":                              {"Задание более новой версии", "An errand of a newer release"},
}
