package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration/lane"
	platform "omniconnector/webhooks/emulator"
)

const (
	// atOnce is how many calls are under way at any moment: enough that something always waits for the portal.
	atOnce = 120
	// warmUp is how long the lane works before anything is counted.
	warmUp     = 8 * time.Second
	counted    = 20 * time.Second
	longWindow = 2 * time.Minute
)

// steadyCalls finds how many calls a second one ordinary portal takes for as long as one likes. There are always as many
// calls under way; where one ends the next begins, so that nothing piles up and the portal is what they wait for. The
// upload of a record is a request of its own for every call, which no batch can share: the figure is without records, and
// another one is with them.
func (b *bench) steadyCalls(ctx context.Context) (map[string]float64, error) {
	without, err := b.steadyRun(ctx, steady{window: counted, ended: finished, exhaust: lane.Ordinary().Burst, noRecords: true})
	if err != nil {
		return nil, err
	}
	// A lane at rest between calls and records leaves half of the bucket to calls.
	with, err := b.steadyRun(ctx, steady{window: counted, ended: uploads, exhaust: lane.Ordinary().Burst / 2})
	if err != nil {
		return nil, fmt.Errorf("with records: %w", err)
	}
	return map[string]float64{
		"calls_per_second_portal": without.perSecond, "calls_per_second_portal_records": with.perSecond,
		"calls_per_second_operating": without.operating, "requests_per_call_steady": without.requests,
		"limit_errors": float64(without.refused + with.refused),
	}, nil
}

// steady is one run.
type steady struct {
	window    time.Duration
	ended     func(bitrix.Stats) int // how many calls came to their end
	exhaust   int                    // requests that are used up before
	noRecords bool
}

func finished(s bitrix.Stats) int { return s.Methods[finishMethod] }
func uploads(s bitrix.Stats) int  { return s.Uploads }

// steadied is what it came to.
type steadied struct {
	perSecond, requests, operating float64
	refused                        int
}

func (b *bench) steadyRun(ctx context.Context, s steady) (_ steadied, err error) {
	if b.Long {
		s.window = longWindow
	}
	st, err := b.play(ctx, set{world: ordinary(), noRecords: s.noRecords})
	if err != nil {
		return steadied{}, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	if err := st.exhaust(ctx, s.exhaust); err != nil {
		return steadied{}, err
	}
	telling, hangUp := context.WithCancel(ctx)
	defer hangUp()
	lines := st.lines(telling, s.ended)
	if err := pause(ctx, warmUp); err != nil {
		return steadied{}, err
	}
	first, from := st.world.Portal.Requests(), time.Now()
	if err := pause(ctx, s.window); err != nil {
		return steadied{}, err
	}
	last, took := st.world.Portal.Requests(), time.Since(from)
	hangUp()
	if err := lines(); err != nil {
		return steadied{}, err
	}
	calls := float64(s.ended(last) - s.ended(first))
	b.say("%.0f calls in %v: %d requests, %d commands, %d uploads", calls, took.Round(time.Millisecond),
		last.HTTP-first.HTTP, last.Commands-first.Commands, last.Uploads-first.Uploads)
	if calls == 0 {
		return steadied{}, errors.New("no call came to its end")
	}
	operating, err := st.operatingCeiling(ctx, first.Methods, last.Methods, calls)
	return steadied{
		perSecond: calls / took.Seconds(), requests: float64(last.HTTP-first.HTTP) / calls, operating: operating, refused: last.LimitErrors,
	}, err
}

// exhaust uses up so many requests that a rested portal takes at once: of our bucket and of its own.
func (st *stage) exhaust(ctx context.Context, requests int) error {
	for range requests {
		tenant, portal := st.portalOf()
		wait, err := st.app.Store().Charge(ctx, tenant, portal, time.Now(), lane.Ordinary())
		if err != nil || wait > 0 {
			return err
		}
		if err := st.ask(ctx, "app.info"); err != nil {
			return err
		}
	}
	return nil
}

// ask calls one method of the portal past the connector; a refusal of the method is no error.
func (st *stage) ask(ctx context.Context, method string) error {
	form := url.Values{"auth": {st.world.App.AccessToken}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, st.world.Portal.Endpoint()+method, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := st.client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// lines keeps calls under way until telling ends; each then comes to its end. What it answers waits for that.
func (st *stage) lines(telling context.Context, ended func(bitrix.Stats) int) (wait func() error) {
	var wg sync.WaitGroup
	failed := make(chan error, 1)
	living := context.WithoutCancel(telling)
	live := func() {
		if err := st.live(living, st.answered()); err != nil {
			select {
			case failed <- err:
			default: // one is enough
			}
		}
	}
	wg.Go(func() {
		look := time.NewTicker(50 * time.Millisecond)
		defer look.Stop()
		for telling.Err() == nil {
			open := int(st.sessions.Load()) - ended(st.world.Portal.Requests())
			for range max(0, atOnce-open) {
				wg.Go(live)
			}
			select {
			case <-look.C:
			case <-telling.Done():
			}
		}
	})
	return func() error {
		wg.Wait()
		select {
		case err := <-failed:
			return err
		default:
			return nil
		}
	}
}

// A call of the steady stream is short, so that one can be waited for; what it asks of the portal is the same.
var moments = map[string]time.Duration{
	"call_incoming": 0, "call_ringing": 100 * time.Millisecond, "call_talk_started": time.Second,
	"call_talk_finished": 4 * time.Second, "call_finished": 4 * time.Second, "record_ready": 5 * time.Second,
}

// live tells a call step by step in its own time.
func (st *stage) live(ctx context.Context, s platform.Script) error {
	var now time.Duration
	for _, step := range s.Steps {
		if d := moments[step.Event] - now; d > 0 {
			if err := pause(ctx, d); err != nil {
				return err
			}
			now += d
		}
		if err := st.tell(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

// The portal's own budget for each method, by the vendor's example: 480 s in ten minutes.
const budgetPerSecond = 480.0 / 600

// operatingCeiling is how many calls a second the budgets of the methods would allow, if these took as long as in the
// vendor's manual: of all methods, the one that is used up first counts.
func (st *stage) operatingCeiling(ctx context.Context, first, last map[string]int, calls float64) (float64, error) {
	st.world.Portal.ResetLimits()
	ceiling := math.Inf(1)
	for method := range last {
		perCall := float64(last[method]-first[method]) / calls
		if perCall == 0 {
			continue
		}
		if err := st.ask(ctx, method); err != nil {
			return 0, err
		}
		log := st.world.Portal.RequestLog()
		if seconds := log[len(log)-1].Seconds; seconds > 0 {
			ceiling = min(ceiling, budgetPerSecond/(perCall*seconds))
		}
	}
	return ceiling, nil
}
