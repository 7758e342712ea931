package storetest

import (
	"maps"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// activityIsTold: what goes on in a portal, what ended there since a moment, and what was refused.
func (e *exam) activityIsTold() {
	t, ctx := e.T, e.Context()
	began := e.Now()
	nothing, err := e.s.Activity(ctx, "acme", e.portal, began, 2)
	e.must(err)
	if nothing.Heard || nothing.Open != 0 || len(nothing.Ended) != 0 || nothing.Dead != 0 || len(nothing.Latest) != 0 {
		t.Errorf("of an idle portal: %+v", nothing)
	}
	names := []integration.SessionID{"s1", "s2", "s3", "s4", "s5", "s6"}
	var ids []integration.EventID
	for _, name := range names {
		ids = append(ids, e.save(e.delivery("k"+string(name), name))...)
		e.Advance(time.Second)
	}
	l := e.lease("a")
	decided := func(i int, ending integration.Ending, at time.Time, deadline time.Duration) lane.Decided {
		d := e.planned(names[i], ids[i:i+1])
		d.Plan.Memory.Closed, d.Ending, d.EndedAt = ending != "", ending, at
		if deadline != 0 {
			d.Deadline = e.Now().Add(deadline)
		}
		return d
	}
	gone := decided(5, integration.EndingTalked, time.Time{}, 0) // its end has no time of its own
	gone.Plan.Actions = e.planned("s6", nil, "dead").Plan.Actions
	e.record(l, decided(0, integration.EndingMissed, began.Add(-time.Second), 0), decided(1, integration.EndingMissed, began, 0),
		decided(2, "", time.Time{}, time.Hour), decided(3, "", time.Time{}, 3*time.Hour), decided(4, "", time.Time{}, 2*time.Hour), gone)
	e.must(e.s.Settle(ctx, l, []lane.Change{{Key: "dead", State: lane.StateDead, At: e.Now()}}))
	got, err := e.s.Activity(ctx, "acme", e.portal, began, 2)
	e.must(err)
	if want := map[integration.Ending]int{integration.EndingMissed: 1, integration.EndingTalked: 1}; !maps.Equal(got.Ended, want) {
		t.Errorf("ended %v, want %v", got.Ended, want)
	}
	if !got.Heard || got.Open != 3 || got.Dead != 1 || len(got.Latest) != 2 || got.Latest[0].Session != "s4" || got.Latest[1].Session != "s5" {
		t.Fatalf("activity: %+v", got)
	}
	if told := got.Latest[0].Events; len(told) != 1 || told[0].Session != "s4" || told[0].ID != ids[3] {
		t.Errorf("events of the latest call: %+v", told)
	}
	late := e.save(e.delivery("late", "s4")) // the call is over: it goes on no more and is counted once
	d := e.planned("s4", late)
	d.Plan.Memory.Closed, d.Ending = true, integration.EndingNoReply
	e.record(l, d)
	if got, err = e.s.Activity(ctx, "acme", e.portal, began, 2); err != nil || got.Open != 2 || got.Ended[integration.EndingNoReply] != 1 {
		t.Errorf("afterwards: %+v %v", got, err)
	}
}
