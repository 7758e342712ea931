package web

import (
	"context"
	"crypto/rand"
	"time"

	"omniconnector/integration"
)

type replayCallIn struct {
	PortalPath
	Session integration.SessionID `path:"session" maxLength:"300"`
	Body    *struct {
		Request string `json:"request,omitempty" maxLength:"100" doc:"Names the order: repeated, it changes nothing; drawn when absent"`
	}
}

type replayIn struct {
	PortalPath
	Body struct {
		From    time.Time           `json:"from" doc:"Calls of which something was received at or after"`
		Till    time.Time           `json:"till" doc:"And before; at most a year after from"`
		Outcome integration.Outcome `json:"outcome,omitempty" enum:"planned,nothing,waiting,filtered,ignored,invalid,off" doc:"Only calls of which an event in the range came out so"`
		Request string              `json:"request,omitempty" maxLength:"100" doc:"Names the order: repeated, it changes nothing; drawn when absent"`
	}
}

type replayOut struct {
	Body struct {
		Request string `json:"request" doc:"The order's name"`
		Calls   int    `json:"calls" doc:"How many will be decided once more, soon, by the newest settings"`
		Running int    `json:"running" doc:"How many were left alone because they are under way"`
	}
}

func (a *API) replayCall(ctx context.Context, in *replayCallIn) (*replayOut, error) {
	o := ReplayOrder{Session: in.Session}
	if in.Body != nil {
		o.Request = in.Body.Request
	}
	out, err := a.replay(ctx, in.Portal, o)
	if err == nil && out.Body.Running > 0 {
		err = refuse("running")
	}
	return out, err
}

func (a *API) replayRange(ctx context.Context, in *replayIn) (*replayOut, error) {
	b := &in.Body
	wrong := mistakes{}
	switch {
	case !b.From.Before(b.Till):
		wrong.add("/till", "period")
	case b.Till.Sub(b.From) > longestImport:
		wrong.add("/from", "range_too_long")
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	return a.replay(ctx, in.Portal, ReplayOrder{Request: b.Request, From: b.From.UTC(), Till: b.Till.UTC(), Outcome: b.Outcome})
}

func (a *API) replay(ctx context.Context, portal integration.PortalID, o ReplayOrder) (*replayOut, error) {
	p, err := a.connected(ctx, portal)
	if err != nil {
		return nil, err
	}
	if o.Request == "" {
		o.Request = rand.Text()
	}
	o.Author, o.Quiet = author(ctx), integration.DefaultSilence
	count, err := a.cfg.Store.Replay(ctx, p.Tenant, p.ID, o)
	switch {
	case err != nil:
		return nil, err
	case count.TooMany:
		return nil, refuse("too_many_calls")
	}
	out := &replayOut{}
	out.Body.Request, out.Body.Calls, out.Body.Running = o.Request, count.Replayed, count.Running
	return out, nil
}
