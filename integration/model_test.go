package integration_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// world is a CRM in a few lines: what plans do to it is compared between orders of arrival.
type world struct {
	Entities  map[string]crm.Fields // by kind and id, or by the key that made it
	Bound     map[string]bool       // whose timelines show the call's activity
	Completed bool
	Owner     crm.UserID `json:",omitempty"` // of the activity of a talk
	Processed map[int64]bool
	Recorded  bool
	Register  int // how often
	Finish    int
	Words     int // lines of the transcript

	added    bool // the activity is ours and not the portal's
	noted    map[string]bool
	finished crm.Finish
	done     map[integration.ActionKey]bool
}

func newWorld(known crm.Customer) *world {
	w := &world{
		Entities: map[string]crm.Fields{}, Bound: map[string]bool{}, Processed: map[int64]bool{}, noted: map[string]bool{}, done: map[integration.ActionKey]bool{},
	}
	for _, list := range [][]crm.Entity{known.Contacts, known.Companies, known.Leads, known.Deals} {
		for _, e := range list {
			w.Entities[fmt.Sprintf("%s/%d", e.Kind, e.ID)] = crm.Fields{
				Responsible: &e.Responsible, Stage: &e.Stage, Title: &e.Title, Custom: maps.Clone(e.Custom),
			}
		}
	}
	return w
}

// apply carries a plan out: an action's key once, as the ledger does.
func (w *world) apply(t failer, plan integration.Plan) {
	t.Helper()
	for _, a := range plan.Actions {
		if w.done[a.Key] {
			t.Errorf("%s is planned twice", a.Key)
			continue
		}
		w.done[a.Key] = true
		for _, r := range crm.Refs(a.Do) {
			if !w.done[integration.ActionKey(r.Of)] {
				t.Errorf("%s refers to %s, which was not planned before it", a.Key, r.Of)
			}
		}
		w.act(t, a)
	}
}

func (w *world) act(t failer, a integration.Action) {
	t.Helper()
	switch do := a.Do.(type) {
	case crm.Create:
		for name := range w.Entities {
			if strings.HasPrefix(name, "call:") && strings.HasSuffix(name, "/"+string(do.Kind)) {
				t.Errorf("a second %s is created", do.Kind)
			}
		}
		w.Entities[string(a.Key)] = do.Fields
	case crm.Update:
		w.update(t, do)
	case crm.Register:
		w.Register++
		if do.Entity != nil {
			w.Bound[name(do.Kind, *do.Entity)] = true
		}
	case crm.Finish:
		w.Finish++
		w.finished, w.Owner = do, do.User
		if do.Call.Call == "" && w.Register == 0 {
			t.Error("a call is finished that nobody registered")
		}
		if do.Call.Call != "" && w.Register > 0 {
			t.Error("a call is registered that the portal has registered itself")
		}
	case crm.AddActivity:
		w.added, w.Owner, w.Completed = true, do.User, do.Completed
		w.Bound[name(do.Kind, do.Entity)] = true
	case crm.SetActivity:
		w.activitySet(t, do)
	case crm.Comment:
		for line := range strings.SplitSeq(do.Text, "\n") {
			if w.noted[line] {
				t.Errorf("%q is noted twice", line)
			}
			w.noted[line] = true
		}
	case crm.Transcribe:
		if w.Finish == 0 {
			t.Error("the words of a call are told that is not finished")
		}
		w.Words += len(do.Lines)
	case centre.Reread: // of the platform, and not of the CRM
	case centre.Dial:
		t.Error("a call is dialled that goes on already")
	case crm.BindActivity:
		w.Bound[name(do.Kind, do.Entity)] = true
	case crm.AttachRecord:
		if w.Finish == 0 {
			t.Error("a record is attached to a call that is not finished")
		}
		w.Recorded = true
	}
}

func (w *world) activitySet(t failer, do crm.SetActivity) {
	t.Helper()
	if do.Activity.ID != 0 {
		w.Processed[do.Activity.ID] = true
		return
	}
	if w.added == strings.HasSuffix(do.Activity.Of, "/finish") {
		t.Errorf("%s is not where the activity came from", do.Activity.Of)
	}
	w.Completed = do.Completed
	if do.User != 0 {
		w.Owner = do.User
	}
}

// update keeps what a guard does not let be written. Extra fields of what was found are ours to overwrite (T-1, T-15).
func (w *world) update(t failer, do crm.Update) {
	t.Helper()
	extra := do.Fields.Custom
	do.Fields.Custom = nil
	if do.If.IsZero() && (!reflect.ValueOf(do.Fields).IsZero() || do.Entity.Of != "") {
		t.Errorf("an update of %s has no guard: a person's edit would be lost", do.Kind)
	}
	key := name(do.Kind, do.Entity)
	f, ok := w.Entities[key]
	if !ok {
		t.Errorf("an update of %s, which is not there", key)
		return
	}
	if do.If.Responsible != nil && *do.If.Responsible != *f.Responsible || do.If.Stage != nil && *do.If.Stage != *f.Stage ||
		do.If.Title != nil && *do.If.Title != *f.Title ||
		do.If.SourceDescription != nil && *do.If.SourceDescription != value(f.SourceDescription) || !holds(do.If.Custom, f.Custom) {
		body, _ := json.Marshal(do.If)
		t.Errorf("nobody edited %s, and still a guard does not hold: %s", key, body)
		return
	}
	if do.Fields.Responsible != nil {
		f.Responsible = do.Fields.Responsible
	}
	if do.Fields.Stage != nil {
		f.Stage = do.Fields.Stage
	}
	if do.Fields.Funnel != nil {
		f.Funnel = do.Fields.Funnel
	}
	if do.Fields.Title != nil {
		f.Title = do.Fields.Title
	}
	if do.Fields.SourceDescription != nil {
		f.SourceDescription = do.Fields.SourceDescription
	}
	if len(extra) > 0 {
		f.Custom = maps.Clone(f.Custom)
		if f.Custom == nil {
			f.Custom = map[string]string{}
		}
		maps.Copy(f.Custom, extra)
	}
	w.Entities[key] = f
}

func holds(guard, fields map[string]string) bool {
	for name, want := range guard {
		if fields[name] != want {
			return false
		}
	}
	return true
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func name(k crm.Kind, r crm.Ref) string {
	if r.Of != "" {
		return r.Of
	}
	return fmt.Sprintf("%s/%d", k, r.ID)
}

// state is what must not depend on the order of arrival.
func (w *world) state(t failer) string {
	t.Helper()
	if !w.Completed || len(w.Bound) == 0 { // whose the activity of a missed call is, is settled with its end
		w.Owner = 0
	}
	body, err := json.MarshalIndent(w, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// activity is how the call itself was reported, which an early end fixes for good.
func (w *world) activity() string {
	return fmt.Sprintf("user %d status %s", w.finished.User, w.finished.Status)
}

// circumstances are everything around a call's events.
type circumstances struct {
	settings  *integration.Settings
	known     crm.Customer
	directory crm.Directory
	centre    *centre.Directory
	newest    *integration.Settings // a replay is decided by them
}

// play lets batches of events arrive one after the other and applies each plan.
func (c *circumstances) play(t failer, batches ...[]integration.Event) *world {
	t.Helper()
	w := newWorld(c.known)
	var memory integration.Memory
	var events []integration.Event
	for i, batch := range batches {
		events = append(events, batch...)
		call := integration.Fold(events)
		remembered := integration.Replayed(&call, memory)
		facts := integration.Facts{
			Now: began.AddDate(0, 0, 1), Call: call, Settings: c.at(remembered), Directory: c.directory, Memory: remembered,
			Trigger: integration.EventID(fmt.Sprintf("arrival %d", i)), Centre: c.centre, RereadAfter: time.Minute,
		}
		for _, e := range batch { // a moment that was waited for
			if e.Kind == integration.CallDue {
				facts.Now = e.At
			}
		}
		if integration.Ask(facts) != nil {
			known := c.known
			facts.Known, facts.AskedAt = &known, facts.Now
		}
		plan := integration.Decide(facts)
		if remembered.Replay != memory.Replay {
			plan = plan.Without(func(k integration.ActionKey) bool { return w.done[k] })
		}
		w.apply(t, plan)
		memory = plan.Memory
	}
	return w
}

// at are the settings that a call is decided by.
func (c *circumstances) at(m integration.Memory) *integration.Settings {
	if c.newest != nil && (m.SettingsVersion == c.newest.Version() || m.SettingsVersion == 0 && m.Replay != "") {
		return c.newest
	}
	return c.settings
}

// one makes a batch of each event.
func one(events []integration.Event) [][]integration.Event {
	batches := make([][]integration.Event, len(events))
	for i := range events {
		batches[i] = events[i : i+1]
	}
	return batches
}

// toldAtTheEnd reports whether the events that arrived until the call was first known to be over
// told as much of who spoke as all of them.
func toldAtTheEnd(events []integration.Event) bool {
	all := integration.Fold(events)
	for i := range events {
		if c := integration.Fold(events[:i+1]); c.Finished {
			return c.Answered == all.Answered && slices.Equal(c.Talkers, all.Talkers) && slices.Equal(c.Rung, all.Rung) && c.Caller == all.Caller
		}
	}
	return true
}

// failer is what *testing.T and *rapid.T share.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Error(args ...any)
	Fatal(args ...any)
}
