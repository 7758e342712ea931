package simulate

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// Whether an activity says that they talked.
const (
	done = "done"
	open = "open"
)

// Names are both sides' directories, which give users, stages and employees their names.
type Names struct {
	Portal crm.Directory
	Centre *centre.Directory
}

// Describe says what a call's actions leave in the CRM, be they planned just now or read back from the ledger. What the portal
// made of them is not looked at: a refusal today says nothing of the settings.
func Describe(actions []integration.Action, outcomes []integration.Outcome, n Names) Effects {
	d := description{
		names: n, values: map[Subject]string{}, lists: map[What][]string{}, records: map[string]string{}, funnels: map[string]int64{},
	}
	for i := range actions {
		d.take(&actions[i])
	}
	d.set(Subject{What: Verdict}, string(verdict(actions, outcomes)))
	for what, list := range d.lists {
		slices.Sort(list)
		d.set(Subject{What: what}, strings.Join(slices.Compact(list), ", "))
	}
	out := make(Effects, 0, len(d.values))
	for _, s := range slices.SortedFunc(maps.Keys(d.values), Subject.order) {
		out = append(out, Effect{s, d.values[s]})
	}
	return out
}

// verdict is planned when anything is done in the CRM, else the last outcome that says something. To read the call from the
// platform afterwards is nothing that the settings decide.
func verdict(actions []integration.Action, outcomes []integration.Outcome) integration.Outcome {
	for i := range actions {
		if _, reads := actions[i].Do.(centre.Reread); !reads {
			return integration.Planned
		}
	}
	last := integration.Nothing
	for _, o := range outcomes {
		if o != integration.Planned && o != integration.Nothing && o != integration.Together && o != "" {
			last = o
		}
	}
	return last
}

// description gathers effects; later actions correct earlier ones.
type description struct {
	names   Names
	values  map[Subject]string
	lists   map[What][]string
	records map[string]string // by the key of the command that creates it
	funnels map[string]int64  // of records, as far as the call's own actions say
}

// set takes an effect in; an empty value says nothing.
func (d *description) set(s Subject, value string) {
	if value != "" {
		d.values[s] = value
	}
}

func (d *description) add(what What, values ...string) {
	d.lists[what] = append(d.lists[what], values...)
}

func (d *description) take(a *integration.Action) {
	switch do := a.Do.(type) {
	case crm.Create:
		d.create(a.Key, do)
	case crm.Update:
		d.fields(d.record(do.Kind, do.Entity), do.Kind, do.Fields)
	case crm.Register:
		if do.Show {
			d.add(Card, d.user(do.User))
		}
		if do.Entity != nil {
			d.add(Shown, d.record(do.Kind, *do.Entity))
		}
	case crm.ShowCard:
		for _, u := range do.Users {
			d.add(Card, d.user(u))
		}
	case crm.Comment:
		s := Subject{What: Note, Of: d.record(do.Kind, do.Entity)}
		d.set(s, strings.TrimPrefix(d.values[s]+"\n"+do.Text, "\n"))
	case centre.Dial:
		d.set(Subject{What: Dialled}, d.dialled(do))
	default:
		d.ending(a)
	}
}

// ending takes what finishes the call and what hangs on its activity.
func (d *description) ending(a *integration.Action) {
	switch do := a.Do.(type) {
	case crm.Finish:
		d.finish(a.Key, do)
	case crm.AddActivity:
		d.set(Subject{What: Activity}, d.user(do.User))
		d.set(Subject{What: Completed}, completed(do.Completed))
		d.add(Shown, d.record(do.Kind, do.Entity))
	case crm.SetActivity:
		if do.Activity.ID != 0 {
			d.add(Processed, strconv.FormatInt(do.Activity.ID, 10))
			return
		}
		d.set(Subject{What: Completed}, completed(do.Completed))
		if do.User != 0 {
			d.set(Subject{What: Activity}, d.user(do.User))
		}
	case crm.BindActivity:
		d.add(Shown, d.record(do.Kind, do.Entity))
	case crm.AttachRecord:
		d.set(Subject{What: Record}, "yes")
	case crm.Transcribe:
		d.set(Subject{What: Transcript}, "yes")
	default: // cards that are hidden, and what is asked of the platform, leave nothing in the CRM
	}
}

func (d *description) create(key integration.ActionKey, do crm.Create) {
	of := New
	if do.Kind == crm.Contact || do.Kind == crm.Company {
		of = Companion
	}
	d.records[string(key)] = of
	d.set(Subject{What: Created, Of: of}, string(do.Kind))
	d.fields(of, do.Kind, do.Fields)
}

func (d *description) fields(of string, k crm.Kind, f crm.Fields) {
	at := func(w What) Subject { return Subject{What: w, Of: of} }
	if f.Title != nil {
		d.set(at(Title), *f.Title)
	}
	if f.Responsible != nil {
		d.set(at(Responsible), d.user(*f.Responsible))
	}
	if f.Funnel != nil && k == crm.Deal {
		d.funnels[of] = *f.Funnel
		d.set(at(Funnel), d.funnel(*f.Funnel))
	}
	if f.Stage != nil {
		d.set(at(Stage), d.stage(k, d.funnels[of], *f.Stage))
	}
	if f.SourceDescription != nil {
		d.set(at(Source), *f.SourceDescription)
	}
	var clients []string
	if f.Contact != nil {
		clients = append(clients, d.record(crm.Contact, *f.Contact))
	}
	if f.Company != nil {
		clients = append(clients, d.record(crm.Company, *f.Company))
	}
	d.set(at(Link), strings.Join(clients, ", "))
	for name, value := range f.Custom {
		d.set(Subject{What: Field, Of: of, Name: name}, value)
	}
}

func (d *description) finish(key integration.ActionKey, do crm.Finish) {
	if strings.HasSuffix(string(key), "/finish/portal") {
		d.set(Subject{What: Released}, "yes")
		return
	}
	d.set(Subject{What: Activity}, d.user(do.User))
	d.set(Subject{What: Ended}, do.Status)
	d.set(Subject{What: Told}, do.Reason)
	if do.Notice {
		d.set(Subject{What: Notice}, "yes")
	}
}

func completed(yes bool) string {
	if yes {
		return done
	}
	return open
}

// record names what a reference points at.
func (d *description) record(k crm.Kind, ref crm.Ref) string {
	if of, ok := d.records[ref.Of]; ok && ref.Of != "" {
		return of
	}
	if ref.ID == 0 {
		return string(k)
	}
	return string(k) + " " + strconv.FormatInt(ref.ID, 10)
}

func (d *description) user(id crm.UserID) string {
	for i := range d.names.Portal.Users {
		if u := &d.names.Portal.Users[i]; u.ID == id && u.Name != "" {
			return u.Name
		}
	}
	if id == 0 {
		return ""
	}
	return "№ " + strconv.FormatInt(int64(id), 10)
}

func (d *description) funnel(id int64) string {
	for i := range d.names.Portal.Funnels {
		if f := &d.names.Portal.Funnels[i]; f.ID == id && f.Name != "" {
			return f.Name
		}
	}
	return "№ " + strconv.FormatInt(id, 10)
}

func (d *description) stage(k crm.Kind, funnel int64, code string) string {
	stages := d.names.Portal.LeadStages
	if k == crm.Deal {
		stages = nil
		for i := range d.names.Portal.Funnels {
			if f := &d.names.Portal.Funnels[i]; f.ID == funnel {
				stages = f.Stages
			}
		}
	}
	for _, s := range stages {
		if s.Code == code && s.Name != "" {
			return s.Name
		}
	}
	return code
}

// dialled names whom the platform connects: the employee, the client, the number that the client sees.
func (d *description) dialled(do centre.Dial) string {
	who := do.Operator
	if do.Employee != 0 {
		who = "№ " + strconv.FormatInt(int64(do.Employee), 10)
		if d.names.Centre != nil {
			if e := d.names.Centre.Employee(do.Employee); e != nil && e.Name != "" {
				who = e.Name
			}
		}
	}
	return who + " → " + do.Client + " (" + do.CallerID + ")"
}
