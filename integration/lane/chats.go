package lane

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

const (
	// chatReach is how long ago a chat that is read may have begun: in a messenger it goes on for weeks. It fits one request of the
	// platform (contract uis §4, date_interval_limit_reached).
	chatReach = 80 * 24 * time.Hour
	// requestsOverlap is how far a sweep of offline requests looks back beyond the one before (contract uis §4.7).
	requestsOverlap = 10 * time.Minute
)

// chatWaits are the pauses before a chat is asked for again that the platform does not know yet (contract uis §6); the last one is repeated.
var chatWaits = []time.Duration{2 * time.Second, 10 * time.Second, time.Minute}

// readChats reads what the platform knows of chats: all of them in one request, and those that are over with their messages.
func (l *Lane) readChats(ctx context.Context, entries []Entry) ran {
	p, without := l.platform(ctx, entries, 0)
	if without != nil {
		return *without
	}
	now := l.cfg.Now()
	q := centre.Query{From: now.Add(-chatReach), Till: now.Add(time.Minute), Limit: len(entries)}
	for i := range entries {
		if do, ok := entries[i].Action.Do.(centre.ReadChat); ok && !slices.Contains(q.Sessions, do.Chat) {
			q.Sessions = append(q.Sessions, do.Chat)
		}
	}
	reports, _, failed := p.Chats(ctx, q)
	if failed != nil {
		return refused(entries, failed)
	}
	b := chatsRead{reports: map[string]*integration.Event{}}
	for i := range reports {
		if _, chat, ok := reports[i].Session.Communication(); ok && reports[i].Report.Chat != nil {
			b.reports[chat] = &reports[i]
		}
	}
	if ended := b.ended(entries); len(ended) > 0 {
		b.messages, b.failed = p.ChatMessages(ctx, ended)
	}
	return l.chatsTold(entries, &b)
}

// chatsRead is what the platform said of the chats of one run.
type chatsRead struct {
	reports  map[string]*integration.Event // by the chat's id
	messages map[string][]integration.Message
	failed   *crm.Error // why there are no messages
}

// ended are the chats whose messages are to be read: those of which all is wanted and whose end is known, or waited for in vain.
func (b *chatsRead) ended(entries []Entry) []string {
	var chats []string
	for i := range entries {
		do, ok := entries[i].Action.Do.(centre.ReadChat)
		if report := b.reports[do.Chat]; ok && do.Whole && report != nil && (over(report) || lastTry(&entries[i])) {
			chats = append(chats, do.Chat)
		}
	}
	return chats
}

func over(e *integration.Event) bool { return e.Report.Chat != nil && e.Report.Chat.Closed }

func lastTry(e *Entry) bool { return e.Attempts+1 >= rereadTries }

// chatsTold makes one event of each chat that is known, with its messages when all of it was wanted.
func (l *Lane) chatsTold(entries []Entry, b *chatsRead) ran {
	var r ran
	told := map[string]integration.Event{}
	for i := range entries {
		e := &entries[i]
		do, _ := e.Action.Do.(centre.ReadChat)
		event, err := b.chat(e, do)
		r.steps = append(r.steps, stepped{key: e.Action.Key, err: err})
		if had, twice := told[do.Chat]; err == nil && (!twice || had.Report.Chat.Messages == nil) {
			told[do.Chat] = event
		}
	}
	for i := range entries { // in the order of planning
		do, _ := entries[i].Action.Do.(centre.ReadChat)
		if event, ok := told[do.Chat]; ok {
			r.events = append(r.events, event)
			delete(told, do.Chat)
		}
	}
	r.events = l.reports(r.events)
	return r
}

// chat is the report that an entry waits for, or why it must wait on.
func (b *chatsRead) chat(e *Entry, do centre.ReadChat) (integration.Event, *crm.Error) {
	report := b.reports[do.Chat]
	messages := b.messages[do.Chat]
	switch {
	case report == nil && lastTry(e):
		return integration.Event{}, &crm.Error{Kind: crm.Skipped, Method: do.Name(), Text: "the platform does not know this chat"}
	case report == nil:
		return integration.Event{}, notYet(e, "the platform does not know this chat yet")
	case !do.Whole:
		return *report, nil
	case !over(report) && !lastTry(e):
		return integration.Event{}, notYet(e, "the platform does not know yet that this chat is over")
	case b.failed != nil:
		failed := *b.failed
		return integration.Event{}, &failed
	case len(messages) == 0 && spoken(report) && !lastTry(e):
		return integration.Event{}, notYet(e, "the platform does not know what was said yet")
	}
	return withMessages(report, messages), nil
}

// notYet has an entry tried again after its pause.
func notYet(e *Entry, text string) *crm.Error {
	wait := chatWaits[min(e.Attempts, len(chatWaits)-1)]
	return &crm.Error{Kind: crm.Unavailable, Method: e.Action.Do.Name(), Text: text, Wait: wait}
}

// spoken reports whether a chat has messages by the platform's own count.
func spoken(report *integration.Event) bool {
	count := report.Report.Params["messages_count"]
	return len(count) == 1 && count[0] != "0"
}

// withMessages is a report of all of a chat. It says more than the report alone, so that it has another key; and it is told at the end
// of what it tells, so that it folds last.
func withMessages(report *integration.Event, messages []integration.Message) integration.Event {
	e := *report
	if len(messages) == 0 || e.Report.Chat == nil {
		return e
	}
	told := *e.Report.Chat
	told.Messages = messages
	e.Report.Chat = &told
	if last := messages[len(messages)-1].At; told.Closed && last.After(e.At) {
		e.At = last
	}
	if text, err := json.Marshal(messages); err == nil {
		e.Key += "|" + integration.RecordKey(string(text))
	}
	return e
}

// sweepChats reads the chats that began lately, so that one whose every notification was lost still reaches the CRM, and one whose end
// was not told is ended. Nothing is asked while chats are off: it costs the tenant's points.
func (l *Lane) sweepChats(ctx context.Context, entries []Entry) ran {
	p, without := l.conversed(ctx, entries, l.cfg.SweepEvery, func(s *integration.Settings) bool { return s.Chats.Enabled })
	if without != nil {
		return *without
	}
	fresh := func(ctx context.Context, page []integration.Event, now time.Time) ([]integration.Event, int, *crm.Error) {
		return l.unheardChats(ctx, p, page, now)
	}
	return l.sweep(ctx, &entries[0], sweeping{read: p.Chats, fresh: fresh, overlap: l.cfg.SweepOverlap, every: l.cfg.SweepEvery})
}

// unheardChats keeps of a page the chats that were not reported before, and those that are over while nothing told so; what was missed
// of their messages comes with them. What happened just now is left to its notifications, and to the next sweep.
func (l *Lane) unheardChats(
	ctx context.Context, p Platform, page []integration.Event, now time.Time,
) (fresh []integration.Event, unheard int, err *crm.Error) {
	states, err := l.heard(ctx, page)
	if err != nil {
		return nil, 0, err
	}
	var missed []string
	for i := range page {
		heard := states[page[i].Session].Events
		endMissed := over(&page[i]) && !slices.ContainsFunc(heard, func(e integration.Event) bool { return over(&e) })
		described := slices.ContainsFunc(heard, func(e integration.Event) bool { return e.Kind == integration.ChatReport })
		if now.Sub(page[i].At) < l.cfg.RereadAfter || described && !endMissed {
			continue
		}
		if len(heard) == 0 {
			unheard++
		}
		if _, chat, ok := page[i].Session.Communication(); ok && (endMissed || len(heard) == 0) {
			missed = append(missed, chat)
		}
		fresh = append(fresh, page[i])
	}
	if len(missed) == 0 {
		return fresh, unheard, nil
	}
	messages, err := p.ChatMessages(ctx, missed)
	if err != nil {
		return nil, 0, err
	}
	for i := range fresh {
		_, chat, _ := fresh[i].Session.Communication()
		fresh[i] = withMessages(&fresh[i], messages[chat])
	}
	return fresh, unheard, nil
}

// sweepRequests reads the offline requests that came lately. Nothing is asked while they are off.
func (l *Lane) sweepRequests(ctx context.Context, entries []Entry) ran {
	p, without := l.conversed(ctx, entries, l.cfg.RequestsEvery, func(s *integration.Settings) bool { return s.Offline.Enabled })
	if without != nil {
		return *without
	}
	return l.sweep(ctx, &entries[0], sweeping{read: p.Requests, fresh: l.unheardRequests, overlap: requestsOverlap, every: l.cfg.RequestsEvery})
}

// unheardRequests keeps of a page the requests that neither a notification nor a sweep has told of.
func (l *Lane) unheardRequests(ctx context.Context, page []integration.Event, _ time.Time) (fresh []integration.Event, unheard int, err *crm.Error) {
	states, err := l.heard(ctx, page)
	if err != nil {
		return nil, 0, err
	}
	for i := range page {
		told := func(e integration.Event) bool { return e.Kind == integration.OfflineRequest }
		if !slices.ContainsFunc(states[page[i].Session].Events, told) {
			fresh = append(fresh, page[i])
		}
	}
	return fresh, len(fresh), nil
}

// conversed opens the contact centre for a sweep of conversations. While the tenant has them switched off a sweep only notes the time, so
// that it does not begin in the past when they are switched on.
func (l *Lane) conversed(ctx context.Context, entries []Entry, every time.Duration, on func(*integration.Settings) bool) (Platform, *ran) {
	settings, err := l.newestSettings(ctx)
	if err != nil {
		r := refused(entries, &crm.Error{Kind: crm.Unavailable, Method: "settings", Text: err.Error()})
		return nil, &r
	}
	if !on(settings) {
		idle := centre.Swept{Till: l.cfg.Now(), Found: progress[centre.Swept](&entries[0]).Found}
		return nil, &ran{steps: []stepped{l.ended(&entries[0], idle, every)}}
	}
	return l.platform(ctx, entries, l.cfg.SyncEvery)
}
