package web

import (
	"context"
	"time"

	"omniconnector/crm"
)

// BucketView is the portal's leaky bucket of requests, as we keep it.
type BucketView struct {
	PerSecond float64 `json:"per_second" doc:"Requests that come back each second"`
	Burst     int     `json:"burst" doc:"Requests when it is full"`
	Left      int     `json:"left" doc:"Requests that may be sent at once"`
}

// PauseView tells that the whole portal is left alone.
type PauseView struct {
	Until time.Time `json:"until"`
	Why   string    `json:"why"`
}

// MethodView is what a method used up of the portal's operating time.
type MethodView struct {
	Method      string     `json:"method"`
	Seconds     float64    `json:"seconds" doc:"Of the portal's window of ten minutes"`
	Reset       *time.Time `json:"reset,omitempty" doc:"When the window ends"`
	PausedUntil *time.Time `json:"paused_until,omitempty" doc:"The method is left alone until then"`
}

// OperatingView is what the portal said of its operating time.
type OperatingView struct {
	Known   bool         `json:"known" doc:"False when another process works for the portal, or nothing was asked of it yet"`
	Methods []MethodView `json:"methods" nullable:"false" doc:"The dearest first; a method that is not here used nothing in its window"`
}

// QueueView is what waits.
type QueueView struct {
	Events     int     `json:"events" doc:"Received and not decided, up to 10000"`
	EventAge   float64 `json:"event_age" doc:"Seconds since the oldest of them was received"`
	Actions    int     `json:"actions" doc:"Due or under way and not settled, up to 10000; periodic errands are left out"`
	ActionsAge float64 `json:"action_age" doc:"Seconds since the oldest of them was planned"`
}

// CardsView is how soon cards popped up.
type CardsView struct {
	Count int     `json:"count" doc:"Cards of the last hour"`
	P50   float64 `json:"p50" doc:"Seconds from the receipt of an event to the request that shows the card, for half of them"`
	P95   float64 `json:"p95" doc:"For 95 of a hundred"`
}

type limitsOut struct {
	Body struct {
		Bucket    BucketView    `json:"bucket"`
		Paused    *PauseView    `json:"paused,omitempty" doc:"Absent when the portal is not left alone"`
		Operating OperatingView `json:"operating"`
		Queue     QueueView     `json:"queue"`
		Cards     CardsView     `json:"cards"`
	}
}

func (a *API) getLimits(ctx context.Context, in *PortalPath) (*limitsOut, error) {
	t, now := caller(ctx).Tenant.ID, a.cfg.Now()
	if _, err := a.cfg.Store.Portal(ctx, t, in.Portal); err != nil {
		return nil, err
	}
	g, err := a.cfg.Store.Gauge(ctx, t, in.Portal, now.Add(-time.Hour))
	if err != nil {
		return nil, err
	}
	out := &limitsOut{}
	b := &out.Body
	b.Bucket = bucketView(&g, now)
	if g.PausedUntil.After(now) {
		b.Paused = &PauseView{g.PausedUntil, g.Why}
	}
	usage, known := a.cfg.Meter.Usage(t, in.Portal, g.Owner)
	b.Operating = OperatingView{known, each(usage.Methods, methodView)}
	b.Queue = QueueView{g.Events, age(g.OldestEvent, now), g.Actions, age(g.OldestAction, now)}
	b.Cards = CardsView{len(g.Cards), percentile(g.Cards, 50), percentile(g.Cards, 95)}
	return out, nil
}

// bucketView counts the requests that the bucket has room for: BusyUntil is one interval later for every request that is in it.
func bucketView(g *Gauge, now time.Time) BucketView {
	v := BucketView{PerSecond: g.Budget.PerSecond, Burst: g.Budget.Burst, Left: g.Budget.Burst}
	if busy := g.BusyUntil.Sub(now).Seconds() * g.Budget.PerSecond; busy > 0 {
		v.Left = max(0, int(float64(v.Burst)-busy))
	}
	return v
}

func methodView(m crm.MethodUsage) MethodView {
	return MethodView{Method: m.Method, Seconds: m.Operating.Seconds(), Reset: instant(m.ResetAt), PausedUntil: instant(m.PausedUntil)}
}

func age(oldest, now time.Time) float64 {
	if oldest.IsZero() {
		return 0
	}
	return max(0, now.Sub(oldest).Seconds())
}

// percentile is the least of the values, which ascend, that so many of a hundred do not exceed; 0 of none.
func percentile(values []time.Duration, of int) float64 {
	if len(values) == 0 {
		return 0
	}
	return values[(len(values)*of+99)/100-1].Seconds()
}
