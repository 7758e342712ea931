package integration

import (
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
	d.explainEnd()
	d.correct()
	d.takeOver()
	user := d.activityOwner(true)
	if !m.Registered || user == 0 {
		return
	}
	finish := crm.Finish{
		Call: d.callRef(), User: user, Duration: d.Call.Talk, Status: d.status(), Reason: d.Call.LostReason, Rating: d.Call.Rating,
	}
	d.act(d.key("finish"), UrgentActivity, finish, d.touchCall())
	if m.Bound != nil {
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
	ref := crm.Ref{Of: string(d.key("create", string(was.Kind)))}
	if now.Responsible != 0 && now.Responsible != was.Responsible {
		d.hand(was.Kind, ref, "responsible", was.Responsible, now.Responsible)
		if was.Companion != "" {
			companion := crm.Ref{Of: string(d.key("create", string(was.Companion)))}
			d.hand(was.Companion, companion, "responsible", was.Responsible, now.Responsible)
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
	d.rename(was, &now, ref)
}

// rename corrects names whose templates look at what was not known at first.
func (d *decision) rename(was, now *Target, ref crm.Ref) {
	if now.Title != was.Title {
		title := was.Title
		d.update(was.Kind, ref, "title", crm.Guard{Title: &title}, crm.Fields{Title: &now.Title})
		d.because("T-12", "moved", "field", "title", "value", now.Title)
		was.Title = now.Title
	}
	if was.Companion != "" {
		now.CompanionTitle = d.title(was.Companion, false)
		if now.CompanionTitle != was.CompanionTitle {
			title := was.CompanionTitle
			companion := crm.Ref{Of: string(d.key("create", string(was.Companion)))}
			d.update(was.Companion, companion, "title", crm.Guard{Title: &title}, crm.Fields{Title: &now.CompanionTitle})
			was.CompanionTitle = now.CompanionTitle
		}
	}
}

// hand gives an entity to another responsible, as long as the old one still is.
func (d *decision) hand(k crm.Kind, ref crm.Ref, what string, from, to crm.UserID) {
	d.update(k, ref, what, crm.Guard{Responsible: &from}, crm.Fields{Responsible: &to})
}

func (d *decision) update(k crm.Kind, ref crm.Ref, what string, guard crm.Guard, fields crm.Fields) {
	d.act(d.key("update", string(k), what), UrgentEntity, crm.Update{Kind: k, Entity: ref, If: guard, Fields: fields}, touchEntity(k, ref))
}

func (d *decision) plannedNow(key ActionKey) bool {
	return slices.ContainsFunc(d.plan.Actions, func(a Action) bool { return a.Key == key })
}

// takeOver hands the open lead or deal of a repeat call to the talker when a rule of T-14 holds (R2).
func (d *decision) takeOver() {
	w := d.existing.working()
	if w == nil || d.Call.Direction != crm.Incoming {
		return
	}
	to := d.owners.talker.user
	if !d.Call.Answered || d.owners.rule.user == 0 || to == 0 || !d.active(to) {
		rule := "T-14.R1"
		if d.Call.Answered {
			rule = "T-14.R3"
		}
		d.because(rule, "keeps_owner", "entity", label(w))
		return
	}
	d.because("T-14.R2", "takes_over", "name", d.owners.ruleName, "entity", label(w), "user", d.name(to))
	if to != w.Responsible {
		d.hand(w.Kind, crm.Ref{ID: w.ID}, "takeover", w.Responsible, to)
	}
}

// activity makes the activity say how the call ended, and shows it wherever the customer's work goes on (E4).
func (d *decision) activity() {
	finish := crm.Ref{Of: string(d.key("finish"))}
	d.act(d.key("activity"), UrgentActivity, crm.SetActivity{Activity: finish, Completed: d.Call.Answered}, d.touchCall())
	bind := func(k crm.Kind, ref crm.Ref, name string) {
		b := d.memory.Bound
		if b.Kind == k && b.Entity.ID == ref.ID && b.Entity.Of == ref.Of {
			return
		}
		d.act(d.key("bind", string(k)), UrgentActivity, crm.BindActivity{Activity: finish, Kind: k, Entity: ref}, d.touchCall())
		d.because("T-14.E4", "bound", "entity", name)
	}
	if t := d.memory.Target; t != nil {
		bind(t.Kind, crm.Ref{Of: string(d.key("create", string(t.Kind)))}, string(t.Kind))
		return
	}
	for _, x := range []*crm.Entity{d.existing.deal, d.existing.lead} {
		if x != nil && !x.Closed {
			bind(x.Kind, crm.Ref{ID: x.ID}, label(x))
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
		m.Records = append(m.Records, key)
		switch {
		case !d.Settings.Telephony.Records:
			d.because("T-10", "record_off")
		case len(m.Records) > 1:
			d.because("T-10", "record_second")
		default:
			name := "call-" + string(d.Call.Session) + "-" + key + extension(url)
			d.act(d.key("record"), UrgentRecord, crm.AttachRecord{Call: d.callRef(), SourceURL: url, Filename: name}, string(d.key("record")))
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
