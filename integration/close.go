package integration

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration/centre"
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
	d.found()
	if !m.Registered {
		d.processed()
		return
	}
	d.finish()
	d.processed()
	d.note()
}

// finish ends the call in the portal, with its activity.
func (d *decision) finish() {
	m := d.memory
	user := cmp.Or(d.activityOwner(true), m.Viewer, d.anybody()) // a call that is registered must be finished, or its card hangs
	if user == 0 {
		return
	}
	m.ActivityUser = user
	finish := crm.Finish{
		Call: d.callRef(), User: user, Duration: d.Call.Talk, Status: d.status(), Reason: d.excuse(), Rating: d.Call.Rating,
		Notice: d.notice(),
	}
	d.act(d.key("finish"), UrgentActivity, finish, d.touchCall())
	if d.shown() {
		d.activity(user)
	}
}

// noticeLife is how long after its end a call is still news to an employee.
const noticeLife = time.Hour

// notice reports whether the employee is told of the call in the portal's chat: incoming calls only, and not those of
// long ago (T-11).
func (d *decision) notice() bool {
	c := &d.Call
	if !d.Settings.Telephony.ChatNotice || c.Direction != crm.Incoming || c.Imported || d.Now.Sub(c.EndedAt) > noticeLife+d.delay() {
		return false
	}
	d.because("T-11", "chat_notice")
	return true
}

// holds reports whether the end of the call waits because the responsible is to change later (T-5): the card is
// taken away, and the rest follows when the time has come.
func (d *decision) holds() bool {
	m := d.memory
	due := m.OpenedAt.Add(d.delay())
	if !d.Now.Before(due) || !d.changesHands() {
		m.DueAt = time.Time{}
		return false
	}
	if m.Registered && !m.Closed && len(m.Showing) > 0 {
		d.act(d.key("hide", "end"), UrgentAnswer, crm.HideCard{Call: d.callRef(), Users: m.Showing}, d.touchCall())
		d.last().Until = d.Now.Add(cardLife)
		m.Showing = nil
	}
	if m.DueAt.IsZero() {
		d.because("T-5", "responsible_later", "at", d.local(due))
	}
	m.DueAt, d.plan.Wake = due, due
	return true
}

// delay is N of T-5; a call of the past has waited long enough.
func (d *decision) delay() time.Duration {
	if d.Call.Imported {
		return 0
	}
	return time.Duration(d.Settings.Telephony.ResponsibleAfter) * time.Second
}

// delayed reports whether a new entity still goes to the default responsible (T-5).
func (d *decision) delayed() bool {
	began := d.memory.OpenedAt
	if began.IsZero() {
		began = d.Now
	}
	return d.delay() > 0 && d.Now.Before(began.Add(d.delay()))
}

// changesHands reports whether the end of the call gives something to another responsible.
func (d *decision) changesHands() bool {
	if t := d.memory.Target; t != nil && d.choose(ofEntity, d.entityChain(), false) != t.Responsible {
		return true
	}
	w := d.existing.working()
	return w != nil && d.takes() && d.owners.talker.user != cmp.Or(d.memory.TakenBy, w.Responsible)
}

// takes reports whether R2 of T-14 gives the open lead or deal to the talker.
func (d *decision) takes() bool {
	to := d.owners.talker.user
	return d.Call.Direction == crm.Incoming && d.Call.Answered && d.owners.rule.user != 0 && to != 0 && d.active(to)
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
	if now.SourceDescription != "" && now.SourceDescription != was.SourceDescription {
		old, number := was.SourceDescription, now.SourceDescription
		d.update(was.Kind, ref, "source", crm.Guard{SourceDescription: &old}, crm.Fields{SourceDescription: &number})
		d.because("T-6", "source_number", "number", number)
		was.SourceDescription = number
	}
	d.complete(was.Kind)
	if was.Companion != "" {
		d.rename(was.Companion, &was.CompanionTitle, d.title(was.Companion, false))
		d.complete(was.Companion)
	}
}

// rename corrects a name whose template looks at what was not known at first.
func (d *decision) rename(k crm.Kind, was *string, now string) {
	if now == *was {
		return
	}
	title := *was
	d.update(k, d.created(k), "title", crm.Guard{Title: &title}, crm.Fields{Title: &now})
	d.because(d.rule("T-12", "C-12"), "moved", "field", "title", "value", now)
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
	d.supply()
	ending := d.ending()
	if ending == m.Ending || d.holds() { // what comes late waits like the end itself (T-5)
		return
	}
	m.Ending, d.late = ending, true
	d.correct()
	d.found()
	d.note()
	if !d.Call.Answered {
		return
	}
	d.takeOver()
	was := m.Completed
	m.Completed, m.Missed = true, false
	user := d.choose(ofActivity, d.activityChain(), false)
	if moved := user != 0 && user != m.ActivityUser; m.Registered && d.shown() && (moved || !was) {
		set := crm.SetActivity{Activity: d.activityRef(), Completed: true}
		if !was {
			d.because("T-0", "answered_late")
		}
		if moved {
			set.User, m.ActivityUser = user, user
			d.because("T-14", "activity_moved", "user", d.name(user))
		}
		d.act(d.again("activity"), UrgentActivity, set, d.touchCall())
	}
	if !was {
		d.processed()
	}
}

// ending is a fingerprint of everything that corrections look at. A record that comes late is not in it, so that it
// does not move anything.
func (d *decision) ending() string {
	c := &d.Call
	body, err := json.Marshal([]any{
		c.StartedAt, c.Answered, c.Caller, c.Rung, c.Talkers, c.Virtual, c.Params, c.Tags, c.Rating, c.Talk, c.Wait, c.Total,
		c.EndedAt, c.LostReason,
	})
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
	if !d.takes() {
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

// reread has the platform asked for the whole call once it knows the truth (contract uis §8).
func (d *decision) reread() {
	if d.Centre == nil || d.Centre.SyncedAt.IsZero() || d.RereadAfter <= 0 || d.Call.Told {
		return
	}
	d.act(d.key("truth"), UrgentSync, centre.Reread{Session: string(d.Call.Session)}, string(d.key("truth")))
	d.last().After = d.Call.EndedAt.Add(d.RereadAfter)
	d.because("T-0", "reread")
}

// processed completes the customer's older missed calls after a talk («Обработано», T-3).
func (d *decision) processed() {
	if !d.Call.Answered || d.Call.Direction != crm.Incoming || d.memory.Replayed {
		return // a replayed call is no answer to what was missed after it
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
		case d.withheld(): // registered by the portal itself, after a click
			d.because("T-10", "activity_withheld")
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
