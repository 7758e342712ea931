package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration/lane"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// quietRepeats is how many calls of each kind are told.
const quietRepeats = 21

// quietly is a stage on a clock set by hand, where one call at a time comes in and the connector finishes with each
// notification before the next, as in life, where seconds lie between them.
type quietly struct {
	*stage
	clock   hands
	clicked chan platform.Script // what the platform does with a number that was clicked
}

// spent is what one call took: requests to the portal, uploads of records apart, and requests to the platform,
// each of which costs a point of its tariff.
type spent struct{ requests, points float64 }

// quietCalls counts the requests of each kind of call. The platform is connected as in production; what is done again and
// again, whatever happens, was done before and comes no more.
func (b *bench) quietCalls(ctx context.Context) (_ map[string]float64, err error) {
	q := &quietly{clicked: make(chan platform.Script, 1)}
	const never = 10 * 365 * 24 * time.Hour
	q.stage, err = b.play(ctx, set{
		world: world.Options{Tariff: unlimited()}, budget: plenty(), now: q.clock.now, whole: true, staff: eight,
		lane: lane.Config{Poll: 10 * time.Millisecond, LeaseFor: never, SweepEvery: never, StatusesEvery: never, SyncEvery: never},
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, q.close()) }()
	q.world.Platform.Decide(q.world.Shop.AppID, q.takeDown)
	if err := q.later(ctx); err != nil {
		return nil, err
	}
	values := map[string]float64{}
	for _, kind := range q.kinds() {
		var requests, points []float64
		for range quietRepeats {
			cost, err := q.measure(ctx, kind.play)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", kind.name, err)
			}
			requests, points = append(requests, cost.requests), append(points, cost.points)
		}
		values["requests_per_call_"+kind.name], values["platform_points_per_call_"+kind.name] = median(requests), median(points)
		b.say("%s: %.0f–%.0f requests, the last call's %s", kind.name, slices.Min(requests), slices.Max(requests), q.carried())
	}
	values["platform_points_per_call"] = values["platform_points_per_call_quiet"]
	return values, nil
}

// kind is one kind of call, and how it happens.
type kind struct {
	name string
	play func(ctx context.Context) error
}

func (q *quietly) kinds() []kind {
	told := func(name string, script func() platform.Script) kind {
		return kind{name, func(ctx context.Context) error { return q.live(ctx, script()) }}
	}
	staff := q.world.Shop.Employees
	return []kind{
		told("quiet", func() platform.Script { return recordKnown(q.answered()) }),
		told("quiet_known", q.knownCustomer),
		told("quiet_late_record", q.answered),
		told("missed", func() platform.Script { return q.call().Lost(usualWait, staff[0]) }),
		told("ring_group", func() platform.Script { return q.ring(3, 1) }),
		told("queue_of_eight", func() platform.Script { return q.ring(eight, 5) }),
		told("transfer", func() platform.Script {
			return recordKnown(q.call().Transferred(staff[0], staff[1], usualWait, usualTalk, usualTalk))
		}),
		{"click", q.click},
	}
}

// measure lets one call happen and tells what it took, until the platform was asked for the whole of it.
func (q *quietly) measure(ctx context.Context, play func(context.Context) error) (spent, error) {
	asked := q.asked()
	q.world.Portal.ResetCounters()
	if err := play(ctx); err != nil {
		return spent{}, err
	}
	if err := q.later(ctx); err != nil {
		return spent{}, err
	}
	return spent{requests: float64(q.requests()), points: float64(q.asked() - asked)}, nil
}

// later is when the connector has nothing to do any more for a call that just ended: the platform was asked for the
// whole of it.
func (q *quietly) later(ctx context.Context) error {
	q.clock.forward(5 * time.Minute)
	return q.quiet(ctx)
}

// live tells a call in its own time. The platform knows what happened.
func (q *quietly) live(ctx context.Context, s platform.Script) error {
	if _, err := q.world.Platform.Play(ctx, s.Swallowed(), 0); err != nil {
		return err
	}
	for _, moment := range together(s) {
		q.clock.until(moment[0].Steps[0].At)
		if err := q.tellAll(ctx, moment, 0); err != nil {
			return err
		}
		if err := q.quiet(ctx); err != nil {
			return err
		}
	}
	return nil
}

// takeDown lets a clicked call happen without a word, so that its steps can be told one by one.
func (q *quietly) takeDown(platform.Started) platform.Outcome {
	return platform.Outcome{Tell: func(s platform.Script) platform.Script {
		q.clicked <- s
		return s.Swallowed()
	}}
}

// click is a call to a contact whose number an employee clicked on.
func (q *quietly) click(ctx context.Context) error {
	phone := "+" + q.call().Client
	contact := q.world.Portal.Add(bitrix.Contact, map[string]any{"name": "Ирина", "assignedById": 7, "fm": []any{bitrix.Phone(phone)}})                //nolint:contextcheck // the portal acts of itself
	_, err := q.world.Portal.ClickNumber(bitrix.NumberClick{ClientID: q.world.App.ClientID, User: 7, Phone: phone, Kind: bitrix.Contact, ID: contact}) //nolint:contextcheck // likewise
	if err != nil {
		return err
	}
	select {
	case s := <-q.clicked:
		if err := q.quiet(ctx); err != nil {
			return err
		}
		return q.live(ctx, recordKnown(s))
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// asked counts the requests to the platform.
func (q *quietly) asked() int {
	all := q.world.Platform.Requests()
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1].Number
}

// carried writes which methods each request of the last call had.
func (q *quietly) carried() string {
	var text strings.Builder
	last := -1
	for _, c := range q.world.Portal.Commands() {
		if c.Request != last {
			fmt.Fprintf(&text, " | %d:", c.Request)
			last = c.Request
		}
		text.WriteString(" " + c.Method)
	}
	return text.String()
}

// together are the steps of a script by moment: phones that ring at once are told of at once. Each step is a script.
func together(s platform.Script) [][]platform.Script {
	var moments [][]platform.Script
	for i, step := range s.Steps {
		one := platform.Script{Name: s.Name, Steps: []platform.Step{step}}
		if i > 0 && step.Due == s.Steps[i-1].Due {
			last := len(moments) - 1
			moments[last] = append(moments[last], one)
			continue
		}
		moments = append(moments, []platform.Script{one})
	}
	return moments
}

// recordKnown lets the last event of a call name its records, so that no later one need do so.
func recordKnown(s platform.Script) platform.Script {
	var records []any
	for _, step := range s.Steps {
		if step.Event == "record_ready" {
			records = append(records, step.Vars["file_link"])
		}
	}
	s = s.Without("record_ready")
	for i, step := range s.Steps {
		if step.Event == "call_finished" {
			s.Steps[i].Vars = maps.Clone(step.Vars)
			s.Steps[i].Vars["record_file_links"] = records
		}
	}
	return s
}

// knownCustomer is a call of somebody who is a contact with an open deal.
func (st *stage) knownCustomer() platform.Script {
	c := st.call()
	contact := st.world.Portal.Add(bitrix.Contact, map[string]any{
		"name": "Пётр", "assignedById": 7, "fm": []any{bitrix.Phone("+" + c.Client)},
	})
	st.world.Portal.Add(bitrix.Deal, map[string]any{"title": "Диван", "assignedById": 7, "contactId": contact, "stageId": "NEW"})
	return recordKnown(c.Answered(st.world.Shop.Employees[0], usualWait, usualTalk))
}

// eight is how many phones ring in the largest queue.
const eight = 8

// ring is a call that rings so many employees at once, whose cards are shown and hidden; one of them takes it.
func (st *stage) ring(phones, taker int) platform.Script {
	staff := st.world.Shop.Employees
	return recordKnown(st.call().Ring(staff[:phones], staff[taker], usualWait, usualTalk))
}
