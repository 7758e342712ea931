package lane

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// errand is how an action is carried out that is no command of a request to the portal: it needs several requests, or it
// goes to the telephony platform. It runs beside the lane's loop and reports back; what it does may be repeated, but for Dial.
type errand func(l *Lane, ctx context.Context, entries []Entry) ran

// errands are all of them, by command.
var errands = map[string]errand{
	crm.Sync{}.Name():              (*Lane).syncPortal,
	crm.Prepare{}.Name():           (*Lane).preparePortal,
	crm.Index{}.Name():             (*Lane).indexCustomers,
	crm.Refresh{}.Name():           (*Lane).refreshCustomers,
	centre.Sync{}.Name():           (*Lane).syncCentre,
	centre.Reread{}.Name():         (*Lane).rereadCalls,
	centre.Sweep{}.Name():          (*Lane).sweepCalls,
	centre.Import{}.Name():         (*Lane).importCalls,
	centre.ImportStatuses{}.Name(): (*Lane).importStatuses,
	centre.ReadChat{}.Name():       (*Lane).readChats,
	centre.SweepChats{}.Name():     (*Lane).sweepChats,
	centre.SweepRequests{}.Name():  (*Lane).sweepRequests,

	integration.Simulation{}.Name(): (*Lane).simulateCalls,
}

// isErrand reports whether an action goes another way than in a request to the portal.
func isErrand(c crm.Command) bool {
	_, dial := c.(centre.Dial)
	return dial || errands[c.Name()] != nil
}

// ran is an errand's report.
type ran struct {
	name    string
	entries []Entry
	steps   []stepped // what became of each entry
	events  []integration.Event
	// save stores what was read, in the lane's own turn and before the entries are settled.
	save func(ctx context.Context) error
	// suspend is set when the portal refuses us as a whole.
	suspend *crm.Error
}

// stepped is what became of one entry: done with a result, or to go on after a while, or failed.
type stepped struct {
	key    integration.ActionKey
	result any
	err    *crm.Error
	again  time.Duration // planned again after this; zero means settled
}

// together bounds how many errands of one kind share a run.
const together = 100

// takeErrands reads what was planned outside the lane: errands, and dead letters that were brought back.
func (l *Lane) takeErrands(ctx context.Context) error {
	now := l.cfg.Now()
	if now.Before(l.outsideAt) {
		return nil
	}
	l.outsideAt = now.Add(l.cfg.Poll)
	entries, err := l.cfg.Store.Outside(ctx, l.lease, l.queue.last, loadAtMost)
	if err != nil {
		return err
	}
	for i := range entries {
		if entries[i].State == StateSending {
			continue // it is under way here
		}
		l.queue.hasten(&entries[i])
		l.queue.add(entries[i])
	}
	return nil
}

// run starts what is due: each kind of errand one at a time, and calls at once.
func (l *Lane) run(ctx context.Context) error {
	now := l.cfg.Now()
	due := map[string][]Entry{}
	var dials []*Entry
	for _, e := range l.queue.order {
		if e.DueAt.After(now) || l.queue.flying[e.Action.Key] || e.State == StateSending || !isErrand(e.Action.Do) {
			continue
		}
		if _, dial := e.Action.Do.(centre.Dial); dial {
			dials = append(dials, e)
			continue
		}
		name := e.Action.Do.Name()
		if !l.running[name] && len(due[name]) < together && (ofPlatform(name) || !now.Before(l.notBefore)) {
			due[name] = append(due[name], *e)
		}
	}
	for name, entries := range due {
		switch {
		case !shared(name):
			entries = entries[:1]
		case now.Before(l.readAt[name]):
			continue
		default:
			l.readAt[name] = now.Add(l.readEvery(name))
		}
		if err := l.begun(ctx, name, entries); err != nil {
			return err
		}
		go l.errand(ctx, name, entries)
	}
	for _, e := range dials {
		if err := l.dial(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// shared reports whether errands of a kind are carried out together, so that they share one request.
func shared(name string) bool {
	return name == (centre.Reread{}).Name() || name == (centre.ReadChat{}).Name()
}

// readEvery is the least time between two runs of such a kind: each costs points, however many errands share it.
func (l *Lane) readEvery(name string) time.Duration {
	if name == (centre.ReadChat{}).Name() {
		return l.cfg.ChatsEvery
	}
	return l.cfg.RereadEvery
}

func ofPlatform(name string) bool {
	_, platform, _ := centre.Decode(name, []byte("{}"))
	return platform
}

// begun marks errands as under way, also in storage: one that is asked for again meanwhile is planned again when it ends.
func (l *Lane) begun(ctx context.Context, name string, entries []Entry) error {
	changes := make([]Change, len(entries))
	for i := range entries {
		changes[i] = change(&entries[i], StateSending, l.cfg.Now())
	}
	if err := l.settle(ctx, changes); err != nil {
		return err
	}
	l.running[name] = true
	l.errandsOut++
	for i := range entries {
		l.queue.flying[entries[i].Action.Key] = true
	}
	return nil
}

// errand carries one kind out and reports back. A defect in it costs the errand a try and not the portal its lane.
func (l *Lane) errand(ctx context.Context, name string, entries []Entry) {
	l.cfg.Step("errand")
	report := contained(ctx, l, "errand", func() ran { return errands[name](l, ctx, entries) }, func() ran {
		return refused(entries, &crm.Error{Kind: crm.Unavailable, Method: name, Text: defectText})
	})
	l.cfg.Step("errand done")
	report.name, report.entries = name, entries
	l.back <- report
}

// refused reports that a run failed for all its entries.
func refused(entries []Entry, err *crm.Error) ran {
	var r ran
	for i := range entries {
		r.steps = append(r.steps, stepped{key: entries[i].Action.Key, err: err})
	}
	name := entries[0].Action.Do.Name()
	// One command that is refused, such as the name of a line, is no reason to stop all calls; a directory that may not be read is.
	all := err.Whole || name == crm.Sync{}.Name()
	if (err.Kind == crm.Denied || err.Kind == crm.Overloaded) && all && !ofPlatform(name) {
		r.suspend = err
	}
	return r
}

// periodic reports whether an errand is done again and again: it never settles.
func periodic(k integration.ActionKey) bool {
	return strings.HasPrefix(string(k), "every/") || k == "index"
}

// ended reports the end of a run; a periodic errand is planned for its next one.
func (l *Lane) ended(e *Entry, result any, every time.Duration) stepped {
	s := stepped{key: e.Action.Key, result: result}
	if periodic(e.Action.Key) {
		s.again = every
	}
	return s
}

// ran takes an errand's report home: what was read is stored first, so that a crash in between only repeats the run.
func (l *Lane) ran(ctx context.Context, r *ran) error {
	l.errandsOut--
	l.running[r.name] = false
	for i := range r.entries {
		delete(l.queue.flying, r.entries[i].Action.Key)
	}
	if err := l.append(ctx, r.events); err != nil {
		return err
	}
	now := l.cfg.Now()
	if r.save != nil {
		if err := r.save(ctx); err != nil {
			return err
		}
	}
	l.cfg.Step("errand stored")
	if r.suspend != nil {
		if err := l.suspend(ctx, r.suspend, now); err != nil {
			return err
		}
	}
	changes := make([]Change, 0, len(r.steps))
	for _, s := range r.steps {
		if e := l.queue.entries[s.key]; e != nil {
			changes = append(changes, l.step(e, s, now))
		}
	}
	return l.settle(ctx, changes)
}

// step turns what became of an entry into its next state.
func (l *Lane) step(e *Entry, s stepped, now time.Time) Change {
	c := change(e, StatePlanned, now)
	if s.result != nil {
		if body, err := json.Marshal(s.result); err == nil {
			c.Result = body
		}
	}
	if s.err != nil {
		e.Attempts++
		c.Attempts, c.Err = e.Attempts, s.err
		if e.FirstSent.IsZero() {
			e.FirstSent = now
		}
		c.DueAt = now.Add(max(s.err.Wait, s.again, l.backoff(e.Attempts)))
		switch {
		case periodic(e.Action.Key):
			return c
		case s.err.Kind == crm.Skipped:
			c.State = StateFailed
			return c
		case s.err.Kind == crm.Invalid || s.err.Kind == crm.NotFound:
			c.State = StateDead
			return c
		}
		return l.giveUp(e, c, now)
	}
	c.Err, c.Attempts, e.Attempts, e.FirstSent = nil, 0, 0, time.Time{}
	if s.again > 0 {
		c.DueAt = now.Add(s.again)
		return c
	}
	c.State = StateDone
	return c
}

// platform opens the tenant's contact centre for an errand. Without one there is nothing to do: a periodic errand looks again
// later, another one is over.
func (l *Lane) platform(ctx context.Context, entries []Entry, every time.Duration) (Platform, *ran) {
	if l.cfg.Platforms != nil {
		p, err := l.cfg.Platforms.Platform(ctx, l.lease.Tenant)
		if err == nil {
			return p, nil
		}
		if !errors.Is(err, ErrNoPlatform) {
			r := refused(entries, &crm.Error{Kind: crm.Unavailable, Method: "platform", Text: err.Error()})
			return nil, &r
		}
	}
	r := refused(entries, &crm.Error{Kind: crm.Skipped, Method: "platform", Text: ErrNoPlatform.Error()})
	for i := range r.steps {
		r.steps[i].again = every
	}
	return nil, &r
}

// newestSettings gives the settings that errands go by, from beside the lane's loop.
func (l *Lane) newestSettings(ctx context.Context) (*integration.Settings, error) {
	doc, err := l.cfg.Store.Settings(ctx, l.lease, 0)
	if err != nil || doc.Version == 0 {
		return integration.Unset(), err
	}
	return l.cfg.Settings.Compile(l.lease.Tenant, l.lease.Portal, doc)
}
