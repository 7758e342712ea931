package main

import (
	"context"
	"errors"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration/lane"
)

// unlimited is a portal that never says that it is too much.
func unlimited() bitrix.Tariff { return bitrix.Tariff{Name: "unlimited", Burst: 1e9, PerSecond: 1e6} }

// directory are the methods of a synchronisation, which is scheduled and does not count.
var directory = map[string]bool{
	"crm.settings.mode.get": true, "crm.status.list": true, "crm.category.list": true, "user.get": true, "scope": true, "profile": true,
}

// idle lets an hour go by on the clock of a connector that has nothing to do, in steps of a minute, each long enough for
// it to look around; the requests it sends meanwhile are counted. A few seconds by the wall clock come before.
func (b *bench) idle(ctx context.Context) (_ map[string]float64, err error) {
	var hands hands
	st, err := b.play(ctx, set{now: hands.now, lane: lane.Config{Poll: 10 * time.Millisecond}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	for _, step := range recordKnown(st.answered()).Steps { // a lane that never worked is no lane
		if err := st.tell(ctx, step); err != nil {
			return nil, err
		}
	}
	if err := st.settled(ctx); err != nil {
		return nil, err
	}
	before := st.requests()
	if err := pause(ctx, 3*time.Second); err != nil {
		return nil, err
	}
	for range 60 {
		hands.forward(time.Minute)
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return nil, err
		}
	}
	requests := st.unscheduled(before)
	return map[string]float64{"idle_requests_per_hour": float64(requests)}, nil
}

// unscheduled counts the requests since then that did more than read the directory.
func (st *stage) unscheduled(since int) int {
	found := map[int]bool{}
	for _, c := range st.world.Portal.Commands() {
		if c.Request > since && !directory[c.Method] {
			found[c.Request] = true
		}
	}
	return len(found)
}
