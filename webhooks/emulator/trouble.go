package emulator

import (
	"fmt"
	"hash/fnv"
	"slices"
)

// Trouble is how notifications go wrong. Shares are of 1; which notifications they hit depends on
// Seed and the notification alone, so that a run can be repeated. Disorder is the script's business:
// Script.Shuffled, Script.Reversed.
type Trouble struct {
	Seed      uint64
	Lose      float64 // never sent
	Duplicate float64 // sent twice, whatever the answer
	// Unresolved variables stay in the text as {{name}}; LeaveAbsent does so with all that the event lacks.
	Unresolved  []string
	LeaveAbsent bool
}

func (t Trouble) leave(name string, absent bool) bool {
	return absent && t.LeaveAbsent || slices.Contains(t.Unresolved, name)
}

// hits decides about one notification.
func (t Trouble) hits(what string, share float64, s Step) bool {
	if share <= 0 {
		return false
	}
	h := fnv.New64a()
	_, _ = h.Write(fmt.Appendf(nil, "%d|%s|%s|%v|%v|%v|%d", t.Seed, what, s.Event,
		s.Vars["call_session_id"], s.Vars["leg_id"], s.Vars["file_link"], s.Due))
	if s.act != nil {
		_, _ = h.Write(fmt.Appendf(nil, "|%v|%v", s.Vars["chat_id"], s.Vars["message_id"]))
	}
	return dice(h.Sum64()).Float64() < share
}
