package integration

import "slices"

// Replayed gives what is remembered of a call to a decision that a person asked for once more (S-2 "replay"): whoever gathers
// the facts calls it before choosing the settings. What was kept out so far is forgotten, with the version of its settings, so
// that the newest ones decide. What was closed in the CRM stays: the newest settings may add what is missing, this once. A request
// of the portal and a call that is still under way are not decided anew. Without a new replay memory comes back as it is.
func Replayed(c *Call, m Memory) Memory {
	if m.Began != 0 { // a replay that failed for a defect of ours has left it
		m.SettingsVersion, m.Began = m.Began, 0
	}
	if c.Replay == "" || c.Replay == m.Replay {
		return m
	}
	m.Replay = c.Replay
	switch done := m.Registered || m.Target != nil || m.Verdict == Planned; {
	case c.Request != nil:
	case !done && m.Known == nil: // a click's call that was kept out was at most released in the portal (T-8)
		return Memory{Replay: c.Replay, Replayed: true}
	case done && m.Closed:
		m.Began, m.SettingsVersion, m.Records, m.Replayed = m.SettingsVersion, 0, nil, true
	default: // of another telephony, whose changes were looked for in their time (T-1), or under way
	}
	return m
}

// others reports whether another telephony owns the tenant's calls (T-1); a call that we have closed ourselves stays ours.
func (d *decision) others() bool {
	t := &d.Settings.Telephony
	return t.Enabled && t.Other.On && (!d.Memory.Replayed || d.Memory.Verdict != Planned)
}

// missing adds on a replay what settings kept back when the call was closed: its activity (T-10).
func (d *decision) missing() {
	m := d.memory
	if !m.Replayed || m.Registered || d.withheld() || !d.Call.Finished || d.portalCall() != "" {
		return
	}
	if d.register(); m.Registered {
		d.finish()
	}
}

// Without leaves out of a replay's plan what the ledger has already, by its natural key, whatever became of it there: nothing is
// done twice, and a dead letter stays one.
func (p Plan) Without(known func(ActionKey) bool) Plan {
	if len(p.Actions) == 0 {
		return p
	}
	p.Actions = slices.DeleteFunc(slices.Clone(p.Actions), func(a Action) bool { return known(a.Key) })
	if len(p.Actions) == 0 && p.Outcome == Planned {
		p.Outcome = Nothing
		p.Reasons = append(slices.Clone(p.Reasons), Reason{Rule: "T-0", Code: "nothing_new"})
	}
	return p
}
