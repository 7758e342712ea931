package main

import (
	"sync/atomic"
	"time"
)

// clock is the wall clock.
func clock() time.Time { return time.Now().UTC() }

// hands are those of a clock that goes on by itself and can be put forward.
type hands struct{ ahead atomic.Int64 }

func (h *hands) now() time.Time { return clock().Add(time.Duration(h.ahead.Load())) }

// forward puts the clock forward; what is less than nothing leaves it.
func (h *hands) forward(by time.Duration) { h.ahead.Add(int64(max(by, 0))) }

// until puts the clock forward to a moment.
func (h *hands) until(at time.Time) { h.forward(at.Sub(h.now())) }
