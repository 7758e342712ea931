package integration

import (
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
)

// note tells in the record's timeline what has no place in the portal's own activity: the caller's rating, tags, a missed call
// outside of working hours. What comes late is told when it comes, and nothing is told twice.
func (d *decision) note() {
	m := d.memory
	if !d.Settings.Telephony.Notes || !m.Registered {
		return
	}
	var fresh []string
	for _, line := range d.noteLines() {
		if !slices.Contains(m.Noted, line) {
			fresh = append(fresh, line)
		}
	}
	kind, ref, ok := d.noted()
	if len(fresh) == 0 || !ok {
		return
	}
	m.Noted = append(slices.Clone(m.Noted), fresh...)
	// The call's number makes the text its own: a comment in doubt is recognised by it.
	head := "Звонок " + string(d.Call.Session)
	if d.Settings.language() == English {
		head = "Call " + string(d.Call.Session)
	}
	text := strings.Join(append([]string{head}, fresh...), "\n")
	d.act(d.again("note"), UrgentTranscript, crm.Comment{Kind: kind, Entity: ref, Text: text}, d.touchCall())
	d.because("T-0.5", "noted", "text", strings.Join(fresh, "; "))
}

// noted is the record in whose timeline the note is written: where the work goes on.
func (d *decision) noted() (crm.Kind, crm.Ref, bool) {
	m := d.memory
	switch w := d.existing.working(); {
	case m.Target != nil:
		return m.Target.Kind, d.created(m.Target.Kind), true
	case w != nil:
		return w.Kind, crm.Ref{ID: w.ID}, true
	case m.Bound != nil:
		return m.Bound.Kind, m.Bound.Entity, true
	}
	return "", crm.Ref{}, false
}

func (d *decision) noteLines() []string {
	c, lang := &d.Call, d.Settings.language()
	say := func(ru, en, value string) string {
		if lang == English {
			return en + value
		}
		return ru + value
	}
	var lines []string
	if c.Missed() && c.Direction == crm.Incoming && !d.Settings.working(c.StartedAt) {
		lines = append(lines, say("Звонок поступил вне рабочего времени: ", "The call came outside of working hours: ", d.local(c.StartedAt)))
	}
	if c.Rating > 0 {
		lines = append(lines, say("Оценка клиента: ", "The customer's rating: ", decimal(int64(c.Rating))))
	}
	if len(c.Tags) > 0 {
		lines = append(lines, say("Теги: ", "Tags: ", strings.Join(c.Tags, ", ")))
	}
	return lines
}

// working reports whether a moment is within the tenant's working hours; without any days set, it always is.
func (s *Settings) working(at time.Time) bool {
	h := &s.Telephony.Hours
	if len(h.Days) == 0 || h.From == "" || h.Till == "" {
		return true
	}
	at = at.In(s.location())
	day := int(at.Weekday())
	if day == 0 {
		const sunday = 7
		day = sunday
	}
	clock := at.Format("15:04")
	return slices.Contains(h.Days, day) && clock >= h.From && clock < h.Till
}

// transcript passes on the words of the talk, once.
func (d *decision) transcript() {
	m := d.memory
	if len(d.Call.Transcript) == 0 || m.Transcribed || !m.Registered {
		return
	}
	m.Transcribed = true
	after := crm.Ref{Of: string(d.key("finish"))}
	d.act(d.key("transcript"), UrgentTranscript, crm.Transcribe{Call: d.callRef(), After: after, Lines: d.Call.Transcript}, string(d.key("transcript")))
	d.because("T-0.5", "transcribed")
}
