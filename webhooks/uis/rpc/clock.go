package rpc

import (
	"slices"
	"time"
)

// around is how far from a moment a change of clocks matters to it.
const around = 3 * time.Hour

// outer writes an interval as the platform wants it, in the account's zone without an offset (contract uis, "Time"). Near a change
// of clocks it is wider by the change, because a local time is then said of two moments.
func outer(from, till time.Time, zone *time.Location) (dateFrom, dateTill string) {
	if whole := till.Truncate(time.Second); whole.Before(till) {
		till = whole.Add(time.Second)
	}
	return from.Add(-change(from, zone)).In(zone).Format(time.DateTime), till.Add(change(till, zone)).In(zone).Format(time.DateTime)
}

// change is by how much the clocks of a zone are changed around a moment, 0 nearly always.
func change(t time.Time, zone *time.Location) time.Duration {
	_, before := t.Add(-around).In(zone).Zone()
	_, after := t.Add(around).In(zone).Zone()
	return (time.Duration(after-before) * time.Second).Abs()
}

// twins are all moments that a zone's clocks call by the same local time: two in the hour that autumn repeats.
func twins(t time.Time, zone *time.Location) []time.Time {
	all := []time.Time{t}
	if d := change(t, zone); d != 0 && !t.IsZero() {
		for _, other := range []time.Time{t.Add(-d), t.Add(d)} {
			if other.In(zone).Format(time.DateTime) == t.In(zone).Format(time.DateTime) {
				all = append(all, other)
			}
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// lasted chooses among the readings of two local times those that fit best to how long the call took. Of two that fit alike it
// is the later one: calls are asked for when they have just ended, and those of the hour before were asked for in that hour.
func lasted(started, ended []time.Time, took time.Duration) (start, end time.Time) {
	start, end = started[0], ended[0]
	misfit := func(s, e time.Time) time.Duration {
		d := e.Sub(s) - took
		if e.Before(s) {
			d -= 24 * time.Hour // no call ends before it begins
		}
		return d.Abs()
	}
	for _, s := range started {
		for _, e := range ended {
			if misfit(s, e) <= misfit(start, end) {
				start, end = s, e
			}
		}
	}
	return start, end
}
