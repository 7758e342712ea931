package integration

import (
	"time"

	"omniconnector/crm"
)

// other serves a tenant whose calls another telephony owns (T-1): nothing is created or registered; when the call and a short
// while after it are over, the extra fields are written into those records that other people changed meanwhile.
func (d *decision) other() {
	if !d.otherCall() {
		return
	}
	if ready := d.settled(); d.Now.Before(ready) {
		d.end(Waiting, "T-1", "other_settles", "at", d.local(ready))
		d.plan.Wake, d.memory.DueAt = ready, ready
		return
	}
	d.memory.DueAt, d.late = time.Time{}, d.memory.Closed
	if d.Known == nil {
		d.Known = d.Memory.Known
	}
	if d.Known == nil {
		d.Known = &crm.Customer{}
	}
	d.memory.Known, d.memory.Closed = d.Known, true
	if d.memory.AskedAt.IsZero() {
		d.memory.AskedAt = d.AskedAt
	}
	found, changed := 0, 0
	for _, list := range [][]crm.Entity{d.Known.Contacts, d.Known.Companies, d.Known.Leads, d.Known.Deals} {
		for i := range list {
			found++
			if d.changedByOthers(&list[i]) {
				changed++
				d.overwrite(&list[i])
			}
		}
	}
	switch {
	case found == 0:
		d.because("T-1", "other_nothing_found", "phone", string(d.phone))
	case changed == 0:
		d.because("T-1", "other_nothing_changed", "phone", string(d.phone))
	}
}

// otherCall walks the gates that are left under T-1: T-2…T-14 are inactive, the call filter among them.
func (d *decision) otherCall() bool {
	if !d.called() || !d.customer() {
		return false
	}
	if !d.Call.Finished {
		return d.end(Waiting, "T-1", "other_waits")
	}
	return true
}

// otherNeeds reports whether the customer must be asked for now.
func (d *decision) otherNeeds() bool { return d.otherCall() && !d.Now.Before(d.settled()) }

// settled is when the other telephony has done its changes.
func (d *decision) settled() time.Time { return d.Call.EndedAt.Add(d.Settings.Settle()) }

// changedByOthers reports whether somebody else changed a record between the start of the call and a short while after its
// end. Our own writes are recognised by the time of change they left, and looked behind.
func (d *decision) changedByOthers(e *crm.Entity) bool {
	at := lookBehind(e.Updated, d.Writes[Record{e.Kind, e.ID}])
	within := !at.Before(d.Call.StartedAt) && !at.After(d.settled())
	switch {
	case within:
		d.because("T-1", "other_changed", "entity", label(e), "at", d.local(at))
	default:
		d.because("T-1", "other_unchanged", "entity", label(e))
	}
	return within
}

// lookBehind is when a record was changed last, our own writes apart. Several of them may bear one time, because the portal
// tells whole seconds: what was before the first of them counts.
func lookBehind(at time.Time, own []Write) time.Time {
	for range own {
		before := at
		for _, w := range own {
			if w.After.Equal(at) && w.Before.Before(before) {
				before = w.Before
			}
		}
		if before.Equal(at) {
			break
		}
		at = before
	}
	return at
}
