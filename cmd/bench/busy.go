package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration/lane"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// swift is how slow the busy portal is, compared with the sample times of the vendor's manual that the emulator tells
// and the adapter packs by: with those themselves (a finish takes 2.3 s) the method's own budget of 480 s in ten
// minutes would end everything at 0.35 calls a second, whatever the connector does.
const swift = 0.05

// ordinary is an ordinary portal, 50 requests at once and 2 a second, whose methods' own budget is not the limit.
func ordinary() world.Options {
	return world.Options{Latency: swift, Cloud: []bitrix.Option{bitrix.WithOperatingLimit(0)}}
}

// How many calls come at once, short and long form.
const (
	burst     = 300
	longBurst = 1000
)

// busyCalls counts the portal's requests when many customers call at once. The portal has the large bucket: each record's
// upload is a request of its own, and through the ordinary one those of so many calls would take minutes. A smaller
// bucket only makes requests fuller.
func (b *bench) busyCalls(ctx context.Context) (_ map[string]float64, err error) {
	calls := burst
	if b.Long {
		calls = longBurst
	}
	s := set{world: ordinary(), budget: lane.Budget{PerSecond: bitrix.Enterprise.PerSecond, Burst: 240}}
	s.world.Tariff = bitrix.Enterprise
	st, err := b.play(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	before := st.world.Portal.Requests()
	scripts := make([]platform.Script, calls)
	for i := range scripts {
		scripts[i] = st.answered()
	}
	for n := range scripts[0].Steps { // everybody's first notification, then everybody's second…
		if err := st.tellAll(ctx, scripts, n); err != nil {
			return nil, err
		}
	}
	if err := st.settled(ctx); err != nil {
		return nil, err
	}
	after := st.world.Portal.Requests()
	if after.LimitErrors > 0 {
		return nil, fmt.Errorf("%d requests were refused for the portal's limit", after.LimitErrors)
	}
	if err := st.finishedAll(calls); err != nil {
		return nil, err
	}
	b.say("%d calls: %d requests, %d commands %v", calls, after.HTTP-before.HTTP, after.Commands-before.Commands, after.Methods)
	return map[string]float64{
		"requests_per_call_busy": float64(after.HTTP-before.HTTP) / float64(calls),
		"commands_per_call_busy": float64(after.Commands-before.Commands) / float64(calls),
	}, nil
}

// tellers is how many notifications the platform sends at once.
const tellers = 16

// tellAll sends the n-th notification of every script.
func (st *stage) tellAll(ctx context.Context, scripts []platform.Script, n int) error {
	var wg sync.WaitGroup
	failed := make([]error, tellers)
	for t := range tellers {
		wg.Go(func() {
			for i := t; i < len(scripts) && failed[t] == nil; i += tellers {
				failed[t] = st.tell(ctx, scripts[i].Steps[n])
			}
		})
	}
	wg.Wait()
	return errors.Join(failed...)
}

// settled waits like quiet, but looks seldom: looking costs what is being measured.
func (st *stage) settled(ctx context.Context) error {
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		quiet, err := world.Quiet(ctx, st.app.Store(), st.portal.Portal)
		if quiet || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-look.C:
		}
	}
}

// finishMethod ends a call in the portal, once for each.
const finishMethod = "telephony.externalcall.finish"

// finishedAll makes sure that a figure is of calls that really came to their end.
func (st *stage) finishedAll(calls int) error {
	if n := st.world.Portal.Requests().Methods[finishMethod]; n != calls {
		return fmt.Errorf("%d of %d calls were finished in the portal", n, calls)
	}
	return nil
}
