package emulator

import (
	"context"
	"sync"
	"time"
)

// Played sums up a script that was played.
type Played struct {
	Delivered int `json:"delivered"` // notifications that were accepted
	Failed    int `json:"failed"`    // that were not, after all retries
	Lost      int `json:"lost"`      // that trouble kept from being sent
}

func (a *Played) add(all []Sent) {
	for _, s := range all {
		switch {
		case s.Delivered:
			a.Delivered++
		case s.Lost:
			a.Lost++
		default:
			a.Failed++
		}
	}
}

// Play tells a script. Speed 1 takes as long as it takes in life, 60 makes an hour a minute;
// a slow receiver does not hold up what happens later. Speed 0 waits for nothing but the
// receiver: each notification is sent when the one before is settled. The error is
// that of ctx, or names an account that does not exist.
func (p *Platform) Play(ctx context.Context, s Script, speed float64) (Played, error) {
	return p.playWhile(ctx, ctx, s, speed)
}

// playWhile plays while going lasts; what is being sent by then is settled all the same.
func (p *Platform) playWhile(ctx, going context.Context, s Script, speed float64) (Played, error) {
	if speed <= 0 {
		return p.playAtOnce(ctx, going, s)
	}
	var (
		sum       Played
		mu        sync.Mutex
		all       sync.WaitGroup
		bad       error
		last      time.Duration
		happening = p.moments(s)
	)
	for _, step := range s.Steps {
		if pause := time.Duration(float64(step.Due-last) / speed); pause > 0 {
			if err := p.o.Wait(going, pause); err != nil {
				mu.Lock()
				bad = err
				mu.Unlock()
				break
			}
			last = step.Due
		}
		happening.until(p, s.Start.Add(step.Due))
		all.Go(func() {
			sent, err := p.Notify(ctx, step)
			mu.Lock()
			defer mu.Unlock()
			sum.add(sent)
			if err != nil {
				bad = err
			}
		})
	}
	all.Wait()
	if bad == nil {
		bad = p.silently(going, happening, s.Start.Add(last), speed)
	}
	return sum, bad
}

// silently lets happen what the script does not tell of, when it is due.
func (p *Platform) silently(ctx context.Context, m *moments, now time.Time, speed float64) error {
	for len(m.at) > 0 {
		if pause := time.Duration(float64(m.at[0].Sub(now)) / speed); pause > 0 {
			if err := p.o.Wait(ctx, pause); err != nil {
				return err
			}
			now = m.at[0]
		}
		m.until(p, m.at[0])
	}
	return nil
}

func (p *Platform) playAtOnce(ctx, going context.Context, s Script) (Played, error) {
	var sum Played
	happening := p.moments(s)
	for _, step := range s.Steps {
		if err := going.Err(); err != nil {
			return sum, context.Cause(going)
		}
		happening.until(p, s.Start.Add(step.Due))
		sent, err := p.Notify(ctx, step)
		sum.add(sent)
		if err != nil {
			return sum, err
		}
	}
	happening.until(p, time.Time{})
	return sum, nil
}
