package rpc

import "time"

// Limits are the points of a tariff, per interface.
type Limits struct {
	Minute int `json:"minute"`
	Day    int `json:"day"`
}

// Usual are the limits of the contract's sample (§7.8); the vendor publishes none.
var Usual = Limits{Minute: 100, Day: 2000}

// points counts what was spent in the minute and the day of the clock.
type points struct {
	limits      Limits
	minute, day time.Time
	inMinute    int
	inDay       int
}

// Limit sets the points of one interface; what was spent stays spent.
func (a *Access) Limit(api string, l Limits) {
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	a.points[api].limits = l
}

// Spend uses up points without a request, as another integration of the same account would.
func (a *Access) Spend(api string, n int) {
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	p := a.points[api]
	p.turn(a.gate.now())
	p.inMinute, p.inDay = p.inMinute+n, p.inDay+n
}

// turn starts a new minute or day.
func (p *points) turn(now time.Time) {
	if m := now.Truncate(time.Minute); !m.Equal(p.minute) {
		p.minute, p.inMinute = m, 0
	}
	if d := now.Truncate(24 * time.Hour); !d.Equal(p.day) {
		p.day, p.inDay = d, 0
	}
}

// left tells whether a call can still be paid.
func (p *points) left(now time.Time) bool {
	p.turn(now)
	return p.inMinute < p.limits.Minute && p.inDay < p.limits.Day
}

// take pays for a call when it can be paid.
func (p *points) take(now time.Time) bool {
	if !p.left(now) {
		return false
	}
	p.inMinute, p.inDay = p.inMinute+1, p.inDay+1
	return true
}

func (a *Access) take(api string) bool {
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	return a.points[api].take(a.gate.now())
}

// giveBack returns the point of a call that failed: only successes are charged.
func (a *Access) giveBack(api string) {
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	p := a.points[api]
	p.inMinute, p.inDay = max(0, p.inMinute-1), max(0, p.inDay-1)
}

// told is the metadata of an answer; resets are in seconds.
func (p *points) told(now time.Time) map[string]any {
	p.turn(now)
	until := func(end time.Time) int64 { return int64((end.Sub(now) + time.Second - 1) / time.Second) }
	return map[string]any{
		"day_limit": p.limits.Day, "day_remaining": max(0, p.limits.Day-p.inDay), "day_reset": until(p.day.Add(24 * time.Hour)),
		"minute_limit": p.limits.Minute, "minute_remaining": max(0, p.limits.Minute-p.inMinute),
		"minute_reset": until(p.minute.Add(time.Minute)),
	}
}
