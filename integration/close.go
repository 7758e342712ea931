package integration

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"omniconnector/crm"
)

// close finishes a call in the portal: what is now known better is corrected, the activity is
// written, and older missed calls are answered for (T-0.5, T-3, T-14).
func (d *decision) close() {
	m := d.memory
	m.Closed = true
	m.Missed = d.Call.Missed() && d.Call.Direction == crm.Incoming
	m.Completed, m.Ending = d.Call.Answered, d.ending()
	d.explainEnd()
	d.correct()
	d.takeOver()
	user := cmp.Or(d.activityOwner(true), m.Viewer) // a call that is registered must be finished, or its card hangs
	if !m.Registered || user == 0 {
		return
	}
	finish := crm.Finish{
		Call: d.callRef(), User: user, Duration: d.Call.Talk, Status: d.status(), Reason: d.Call.LostReason, Rating: d.Call.Rating,
	}
	d.act(d.key("finish"), UrgentActivity, finish, d.touchCall())
	if d.shown() {
		d.activity()
	}
	d.processed()
}

func (d *decision) explainEnd() {
	switch {
	case d.Call.Silent:
		d.because("T-0", "finished_silent", "minutes", decimal(int64(d.Settings.Silence().Minutes())))
	case d.Call.Answered:
		d.because("T-0", "finished_talked")
	default:
		d.because("T-0", "finished_missed")
	}
}

// status is the portal's code for how the call ended (contract bitrix24 §4.5).
func (d *decision) status() string {
	switch {
	case d.Call.Answered:
		return "200"
	case d.Call.Direction == crm.Incoming:
		return "304"
	}
	said := d.Call.Status + " " + d.Call.LostReason
	switch {
	case strings.Contains(said, "busy"):
		return "486"
	case strings.Contains(said, "not_exists"):
		return "404"
	}
	return "480"
}

// correct brings the created entity in line with what is known at the end; the same entity
// comes out as if all had been known at once. Each field is written only while it is as we
// left it: a person's edit wins (law 7).
func (d *decision) correct() {
	was := d.memory.Target
	if was == nil || d.plannedNow(d.key("create", string(was.Kind))) {
		return
	}
	now := d.target(false)
	ref := d.created(was.Kind)
	if now.Responsible != 0 && now.Responsible != was.Responsible {
		d.hand(was.Kind, ref, "responsible", was.Responsible, now.Responsible)
		if was.Companion != "" {
			d.hand(was.Companion, d.created(was.Companion), "responsible", was.Responsible, now.Responsible)
		}
		d.because("T-14", "moved", "field", "responsible", "value", d.name(now.Responsible))
		was.Responsible = now.Responsible
	}
	if now.Stage != was.Stage || now.Funnel != was.Funnel {
		fields := crm.Fields{Stage: &now.Stage}
		if was.Kind == crm.Deal {
			fields.Funnel = &now.Funnel
		}
		stage := was.Stage
		d.update(was.Kind, ref, "stage", crm.Guard{Stage: &stage}, fields)
		d.because("T-13", "moved", "field", "stage", "value", d.stageName(was.Kind, now.Funnel, now.Stage))
		was.Stage, was.Funnel = now.Stage, now.Funnel
	}
	d.rename(was.Kind, &was.Title, now.Title)
	if was.Companion != "" {
		d.rename(was.Companion, &was.CompanionTitle, d.title(was.Companion, false))
	}
}

// rename corrects a name whose template looks at what was not known at first.
func (d *decision) rename(k crm.Kind, was *string, now string) {
	if now == *was {
		return
	}
	title := *was
	d.update(k, d.created(k), "title", crm.Guard{Title: &title}, crm.Fields{Title: &now})
	d.because("T-12", "moved", "field", "title", "value", now)
	*was = now
}

// created points at an entity of this call's own making.
func (d *decision) created(k crm.Kind) crm.Ref {
	return crm.Ref{Of: string(d.key("create", string(k)))}
}

// hand gives an entity to another responsible, as long as the old one still is.
func (d *decision) hand(k crm.Kind, ref crm.Ref, what string, from, to crm.UserID) {
	d.update(k, ref, what, crm.Guard{Responsible: &from}, crm.Fields{Responsible: &to})
}

func (d *decision) update(k crm.Kind, ref crm.Ref, what string, guard crm.Guard, fields crm.Fields) {
	key := d.again("update", string(k), what)
	d.act(key, UrgentEntity, crm.Update{Kind: k, Entity: ref, If: guard, Fields: fields}, touchEntity(k, ref))
}

// again is a key for what may be asked for once at the end of a call, and once more for every late event.
func (d *decision) again(parts ...string) ActionKey {
	if d.late {
		parts = append(parts, string(d.Trigger))
	}
	return d.key(parts...)
}

func (d *decision) plannedNow(key ActionKey) bool {
	return slices.ContainsFunc(d.plan.Actions, func(a Action) bool { return a.Key == key })
}

// amend corrects a call that was closed before all was known, when a later event says more of it:
// the same comes out as if the end had come last (T-0). What the portal was told of the call
// itself stays, because a call cannot be finished twice.
func (d *decision) amend() {
	m := d.memory
	ending := d.ending()
	if ending == m.Ending {
		return
	}
	m.Ending, d.late = ending, true
	d.correct()
	if !d.Call.Answered {
		return
	}
	d.takeOver()
	if m.Completed {
		return
	}
	m.Completed, m.Missed = true, false
	if m.Registered && d.shown() {
		d.because("T-0", "answered_late")
		finish := crm.Ref{Of: string(d.key("finish"))}
		d.act(d.again("activity"), UrgentActivity, crm.SetActivity{Activity: finish, Completed: true}, d.touchCall())
	}
	d.processed()
}

// ending is a fingerprint of everything that corrections look at. A record or a rating that comes late is not in
// it, so that it does not move anything.
func (d *decision) ending() string {
	c := &d.Call
	body, err := json.Marshal([]any{c.StartedAt, c.Answered, c.Caller, c.Rung, c.Talkers, c.Virtual, c.Params, c.Tags})
	if err != nil {
		return ""
	}
	return RecordKey(string(body))
}

// takeOver hands the open lead or deal of a repeat call to the talker when a rule of T-14 holds (R2).
func (d *decision) takeOver() {
	w, m := d.existing.working(), d.memory
	if w == nil || d.Call.Direction != crm.Incoming {
		return
	}
	from, to := cmp.Or(m.TakenBy, w.Responsible), d.owners.talker.user
	if !d.Call.Answered || d.owners.rule.user == 0 || to == 0 || !d.active(to) {
		rule := "T-14.R1"
		if d.Call.Answered {
			rule = "T-14.R3"
		}
		d.because(rule, "keeps_owner", "entity", label(w))
		to = w.Responsible // also back again, when it turns out late that R2 does not hold
	} else {
		d.because("T-14.R2", "takes_over", "name", d.owners.ruleName, "entity", label(w), "user", d.name(to))
	}
	if to != from {
		d.hand(w.Kind, crm.Ref{ID: w.ID}, "takeover", from, to)
	}
	m.TakenBy = to
}

// shown reports whether there is an entity in whose timeline the call's activity is.
func (d *decision) shown() bool { return d.memory.Bound != nil || d.existing.working() != nil }

// activity makes the activity say how the call ended, and shows it wherever the customer's work goes on (E4).
func (d *decision) activity() {
	finish := crm.Ref{Of: string(d.key("finish"))}
	d.act(d.key("activity"), UrgentActivity, crm.SetActivity{Activity: finish, Completed: d.Call.Answered}, d.touchCall())
	bind := func(k crm.Kind, ref crm.Ref, rule, name string) {
		if b := d.memory.Bound; b != nil && b.Kind == k && b.Entity.ID == ref.ID && b.Entity.Of == ref.Of {
			return
		}
		d.act(d.key("bind", string(k)), UrgentActivity, crm.BindActivity{Activity: finish, Kind: k, Entity: ref}, d.touchCall())
		d.because(rule, "bound", "entity", name)
	}
	if t := d.memory.Target; t != nil {
		bind(t.Kind, d.created(t.Kind), d.createRule(), string(t.Kind))
		return
	}
	for _, x := range []*crm.Entity{d.existing.deal, d.existing.lead} {
		if x != nil && !x.Closed {
			bind(x.Kind, crm.Ref{ID: x.ID}, d.existing.row(), label(x))
		}
	}
}

// processed completes the customer's older missed calls after a talk («Обработано», T-3).
func (d *decision) processed() {
	if !d.Call.Answered || d.Call.Direction != crm.Incoming {
		return
	}
	older := slices.Concat(d.Known.Missed, d.Missed)
	slices.Sort(older)
	older = slices.Compact(older)
	for _, id := range older {
		d.act(d.key("processed", decimal(id)), UrgentActivity, crm.SetActivity{Activity: crm.Ref{ID: id}, Completed: true}, "activity/"+decimal(id))
	}
	if len(older) > 0 {
		d.because("T-3", "processed", "count", decimal(int64(len(older))))
	}
}

// records attaches the record of a finished call, one for the call: a second one would replace it (T-10).
func (d *decision) records() {
	m := d.memory
	for _, url := range d.Call.Records {
		key := RecordKey(url)
		if slices.Contains(m.Records, key) || !m.Registered {
			continue
		}
		m.Records = append(slices.Clone(m.Records), key)
		switch {
		case !d.Settings.Telephony.Records:
			d.because("T-10", "record_off")
		case len(m.Records) > 1:
			d.because("T-10", "record_second")
		default:
			name := "call-" + string(d.Call.Session) + "-" + key + extension(url)
			after := crm.Ref{Of: string(d.key("finish"))}
			d.act(d.key("record"), UrgentRecord, crm.AttachRecord{Call: d.callRef(), After: after, SourceURL: url, Filename: name}, string(d.key("record")))
			d.because("T-10", "record")
		}
	}
}

// extension is the record's format: the portal takes mp3 and wav only (contract bitrix24 §4.6).
func extension(url string) string {
	path, _, _ := strings.Cut(url, "?")
	if strings.HasSuffix(strings.ToLower(path), ".wav") || strings.Contains(path, "/wav/") {
		return ".wav"
	}
	return ".mp3"
}
