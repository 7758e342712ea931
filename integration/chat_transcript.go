package integration

import (
	"slices"
	"time"

	"omniconnector/crm"
)

// transcribeChat brings the conversation's words to every place where they go (C-7). While it runs they grow in steps that the portal
// can bear; at its end everything is there, in order and once. What is said in it is never taken for markup.
func (d *decision) transcribeChat(m *ChatMemory) {
	c := d.Chat
	if len(m.Places) == 0 || c.Kind == Chat && d.conversations().Transcript == AtEnd && !c.Closed {
		return
	}
	if until := d.Memory.DueAt; !c.Closed && !m.StepAt.IsZero() && until.After(d.Now) && !until.After(d.Now.Add(d.Pace)) {
		d.wake(until) // a step waits already: what else is said goes with it
		d.because("C-7", "transcript_paced", "at", d.local(until))
		return
	}
	parts := d.transcriptParts()
	if !stale(m, parts) {
		return
	}
	if next := d.nextStep(m, len(parts[len(parts)-1])); d.Now.Before(next) {
		d.wake(next)
		d.because("C-7", "transcript_paced", "at", d.local(next))
		return
	}
	m.StepAt = d.Now
	written := 0
	for i := range m.Places {
		written += d.writeParts(&m.Places[i], parts)
	}
	d.because("C-7", "transcript", "messages", decimal(int64(len(c.Messages))), "comments", decimal(int64(written)))
}

// stepBytes is how much text is written anew in a step without its costing more time: a comment of 60,000 bytes grows in steps eight
// times as long as the first ones, because each step sends and stores all of it.
const stepBytes = 8_000

// unsentWait is how long a step waits, at least, for the one before it, which the portal has not taken yet.
const unsentWait = 5 * time.Second

// longestUnsent bounds that wait, which grows with the portal's absence: looking costs an event each time.
const longestUnsent = 5 * time.Minute

// nextStep is when the transcript, whose last comment is so long, may grow next: at once when nothing was said there yet, and at the end.
func (d *decision) nextStep(m *ChatMemory, size int) time.Time {
	switch {
	case d.Chat.Closed || m.StepAt.IsZero():
		return time.Time{}
	case d.Unsent:
		return d.Now.Add(max(d.Pace, unsentWait, min(d.Now.Sub(m.StepAt)/2, longestUnsent)))
	}
	return m.StepAt.Add(d.Pace * time.Duration(1+size/stepBytes))
}

// stale reports whether any place lacks words, or has words too many.
func stale(m *ChatMemory, parts []string) bool {
	return slices.ContainsFunc(m.Places, func(p Place) bool {
		return !slices.EqualFunc(p.Parts, parts, func(had Part, text string) bool { return had.Sum == RecordKey(text) })
	})
}

// writeParts plans what makes a place's comments say what they should, and tells how many it changes. A comment that is not needed
// any more, because messages were taken back, is left with its head.
func (d *decision) writeParts(p *Place, parts []string) int {
	for len(parts) < len(p.Parts) {
		parts = append(parts, d.partHead(len(parts)))
	}
	where := string(p.Kind)
	if p.Entity.ID != 0 {
		where += "-" + decimal(p.Entity.ID)
	}
	written := 0
	for i, text := range parts {
		comment := d.key("comment", where, decimal(int64(i+1)))
		sum := RecordKey(text)
		switch {
		case i == len(p.Parts):
			p.Parts = append(p.Parts, Part{Sum: sum})
			d.act(comment, UrgentTranscript, crm.Comment{Kind: p.Kind, Entity: p.Entity, Text: text}, touchEntity(p.Kind, p.Entity), string(comment))
		case p.Parts[i].Sum != sum:
			p.Parts[i].Sum = sum
			p.Parts[i].Steps++
			edit := crm.EditComment{Comment: crm.Ref{Of: string(comment)}, Kind: p.Kind, Entity: p.Entity, Text: text}
			d.act(comment+ActionKey("/"+decimal(int64(p.Parts[i].Steps))), UrgentTranscript, edit, string(comment))
		default:
			continue
		}
		written++
	}
	return written
}
