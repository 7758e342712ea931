package emulator

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"omniconnector/webhooks/emulator/chat"
)

// Step is one notification of a script.
type Step struct {
	Due   time.Duration // when it is sent, from the start of the script
	At    time.Time     // when the event happens, by the platform
	App   int64
	Event string
	Vars  Vars
	truth *Truth    // of the call it tells of: a step may be sent without its script
	act   *chat.Act // of the chat it tells of
	chat  *chat.Chat
}

// Script is what happens, in the order in which it is told.
type Script struct {
	Name  string
	Start time.Time
	Steps []Step
	// Truth is what happens, told or not.
	Truth *Truth
}

// Merge plays several scripts side by side, each from its own start.
func Merge(name string, scripts ...Script) Script {
	out := Script{Name: name}
	for _, s := range scripts {
		if out.Start.IsZero() || s.Start.Before(out.Start) {
			out.Start = s.Start
		}
	}
	for _, s := range scripts {
		for _, step := range s.Steps {
			step.Due += s.Start.Sub(out.Start)
			out.Steps = append(out.Steps, step)
		}
	}
	slices.SortStableFunc(out.Steps, func(a, b Step) int { return cmp.Compare(a.Due, b.Due) })
	out.Truth = merged(scripts)
	return out
}

// Only keeps the steps of some events: a platform that tells no more.
func (s Script) Only(events ...string) Script {
	return s.keep(func(_ int, step Step) bool { return slices.Contains(events, step.Event) })
}

// OnlyFinal keeps the last word: the platform lost the others.
func (s Script) OnlyFinal() Script { return s.Only("call_finished") }

// Without drops the steps of some events.
func (s Script) Without(events ...string) Script {
	return s.keep(func(_ int, step Step) bool { return !slices.Contains(events, step.Event) })
}

// Lossy drops a share of the steps, the same ones for the same seed.
func (s Script) Lossy(seed uint64, share float64) Script {
	r := dice(seed)
	return s.keep(func(int, Step) bool { return r.Float64() >= share })
}

func (s Script) keep(which func(int, Step) bool) Script {
	out := s
	out.Steps = nil
	for i, step := range s.Steps {
		if which(i, step) {
			out.Steps = append(out.Steps, step)
		}
	}
	return out
}

// Repeated tells everything n times, one right after the other.
func (s Script) Repeated(n int) Script {
	out := s
	out.Steps = nil
	for _, step := range s.Steps {
		for range n {
			out.Steps = append(out.Steps, step)
		}
	}
	return out
}

// Reversed tells the last event first.
func (s Script) Reversed() Script {
	return s.reorder(func(steps []Step) { slices.Reverse(steps) })
}

// Shuffled tells the events in another order, the same one for the same seed.
func (s Script) Shuffled(seed uint64) Script {
	r := dice(seed)
	return s.reorder(func(steps []Step) {
		r.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	})
}

// reorder changes which event is told when; the events keep the times at which they happened.
func (s Script) reorder(change func([]Step)) Script {
	out := s
	out.Steps = slices.Clone(s.Steps)
	change(out.Steps)
	for i := range out.Steps {
		out.Steps[i].Due = s.Steps[i].Due
	}
	return out
}

// Later moves a script.
func (s Script) Later(d time.Duration) Script {
	out := s
	out.Start = s.Start.Add(d)
	return out
}

// Delayed tells some events so much later, all of them when none is named.
func (s Script) Delayed(d time.Duration, events ...string) Script {
	out := s
	out.Steps = slices.Clone(s.Steps)
	for i := range out.Steps {
		if len(events) == 0 || slices.Contains(events, out.Steps[i].Event) {
			out.Steps[i].Due += d
		}
	}
	slices.SortStableFunc(out.Steps, func(a, b Step) int { return cmp.Compare(a.Due, b.Due) })
	return out
}

// Cut plays a script in two parts: the first n steps, and the rest. What happens, happens with its step, not by itself.
func (s Script) Cut(n int) (first, rest Script) {
	first, rest = s, s
	first.Truth, rest.Truth = nil, nil
	n = min(max(n, 0), len(s.Steps))
	first.Steps, rest.Steps = slices.Clone(s.Steps[:n]), slices.Clone(s.Steps[n:])
	return first, rest
}

func dice(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, seed)) // #nosec G404 -- it must repeat, not surprise
}
