package lane

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

const (
	// cardReach is how long after a conversation was heard of a visitor's card still reaches it, and conversationsAtMost how many.
	cardReach           = 30 * 24 * time.Hour
	conversationsAtMost = 20
	// knownAtMost bounds how many records of earlier conversations are looked at.
	knownAtMost = 20
	// operatingLimit is the portal's own time that one method may take in ten minutes (contract bitrix24 §1.5).
	operatingLimit = 480 * time.Second
)

// conversing gathers what only a decision about a conversation looks at.
func (l *Lane) conversing(s *session, f *integration.Facts) {
	s.keys = f.Identities()
	if !slices.Contains(s.keys, s.customer) { // the tenant's own number, told as the visitor's, would join strangers
		s.customer = integration.CustomerKey("session:" + string(s.id))
	}
	if len(s.keys) > 0 {
		s.customer = integration.Stronger(s.customer, s.keys[0])
	}
	f.Pace = l.pace()
	f.Unsent = slices.ContainsFunc(l.queue.order, func(e *Entry) bool { return e.Session == s.id && wordsOf(e.Action.Do) })
	f.Describes = !l.centre.SyncedAt.IsZero()
	if l.cfg.FileLink != nil {
		f.FileLink = func(file integration.File, until time.Time) string {
			return l.cfg.FileLink(l.lease.Tenant, file, until)
		}
	}
}

// wordsOf reports whether a command carries a conversation's words.
func wordsOf(c crm.Command) bool {
	switch c.(type) {
	case crm.Comment, crm.EditComment:
		return true
	}
	return false
}

// pace is the least time between two steps of a transcript (C-7): longer when much waits, and when a method has used up most of
// what the portal gives it.
func (l *Lane) pace() time.Duration {
	pace := l.cfg.TranscriptPace * time.Duration(1+len(l.queue.order)/50)
	var most time.Duration
	for _, m := range l.portal.Usage().Methods {
		most = max(most, m.Operating)
	}
	switch {
	case most > operatingLimit*8/10:
		pace *= 12
	case most > operatingLimit/2:
		pace *= 3
	}
	return min(pace, 10*time.Minute)
}

// visitors adds to conversations what their visitors' cards tell, which come without naming a chat.
func (l *Lane) visitors(ctx context.Context, sessions []*session) error {
	wanted := map[integration.SessionID][]*session{}
	var ids []integration.SessionID
	for _, s := range sessions {
		if _, _, ok := s.id.Communication(); !ok {
			continue
		}
		for i := range s.events {
			told := s.events[i].Report.Chat
			if told == nil || told.Visitor.ID == "" {
				continue
			}
			id := integration.VisitorSession(told.Visitor.ID)
			if !slices.Contains(wanted[id], s) {
				wanted[id] = append(wanted[id], s)
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	states, err := l.cfg.Store.Sessions(ctx, l.lease, ids)
	if err != nil {
		return fmt.Errorf("load visitors' cards: %w", err)
	}
	for id, all := range wanted {
		for _, s := range all {
			s.cards = append(s.cards, states[id].Events...)
		}
	}
	return nil
}

// passCard gives a visitor's card to the conversations that the visitor has: each is decided once more.
func (l *Lane) passCard(ctx context.Context, s *session, visitor string) (*Decided, error) {
	now := l.cfg.Now()
	ids, err := l.cfg.Store.Conversing(ctx, l.lease, integration.CustomerKey(integration.VisitorSession(visitor)), now.Add(-cardReach), conversationsAtMost)
	if err != nil {
		return nil, fmt.Errorf("look for the visitor's conversations: %w", err)
	}
	undecided := l.undecidedOf(visitor)
	var events []integration.Event
	for _, card := range s.events {
		if !slices.Contains(s.pending, card.ID) {
			continue
		}
		for _, o := range undecided {
			o.cards = append(o.cards, card)
		}
		for _, id := range ids {
			e := card
			e.ID, e.Session, e.Key, e.Received = newEventID(), id, card.Key+"|"+string(id), now
			events = append(events, e)
		}
	}
	if err := l.append(ctx, events); err != nil {
		return nil, err
	}
	return &Decided{
		Session: s.id, Customer: s.customer, Events: s.pending, Plan: integration.PassCard(len(ids), s.memory), At: now,
	}, nil
}

// undecidedOf are the visitor's conversations that were loaded before a card came and are not decided yet, because the CRM is being asked:
// storage does not know whose they are.
func (l *Lane) undecidedOf(visitor string) []*session {
	var all []*session
	for _, s := range l.sessions {
		told := func(e integration.Event) bool { return e.Report.Chat != nil && e.Report.Chat.Visitor.ID == visitor }
		if _, _, ok := s.id.Communication(); ok && s.loaded && slices.ContainsFunc(s.events, told) {
			all = append(all, s)
		}
	}
	return all
}

// outdated reports whether more names of the visitor became known since the CRM was asked by the others.
func (s *session) outdated() bool {
	return slices.ContainsFunc(s.keys, func(k integration.CustomerKey) bool { return !slices.Contains(s.askedBy, k) })
}

// meeting reports whether another conversation of the person has entities on the way, under whatever name it was planned (C-16).
func (l *Lane) meeting(ctx context.Context, s *session) (bool, error) {
	if !l.queue.creatingIn(nil, s.id) {
		return false, nil
	}
	for _, name := range s.names() {
		ids, err := l.cfg.Store.Conversing(ctx, l.lease, name, time.Time{}, conversationsAtMost)
		if err != nil {
			return false, fmt.Errorf("look for the person's conversations: %w", err)
		}
		if len(ids) > 0 && l.queue.creatingIn(ids, s.id) {
			return true, nil
		}
	}
	return false, nil
}

// known names to a question the records of the person's earlier conversations, whatever name they had then.
func (l *Lane) known(ctx context.Context, s *session, find *crm.Find) error {
	if len(s.keys) == 0 {
		return nil
	}
	earlier, err := l.cfg.Store.Known(ctx, l.lease, s.keys, s.id, knownAtMost)
	if err != nil {
		return fmt.Errorf("load the person's earlier conversations: %w", err)
	}
	for i := range earlier {
		kind, id := recordOf(&earlier[i])
		name(find, kind, id)
	}
	return nil
}

// recordOf is the record that a done action made or wrote to; 0 when it is not known by its id.
func recordOf(e *Entry) (crm.Kind, int64) {
	switch do := e.Action.Do.(type) {
	case crm.Create:
		var made crm.Made
		if json.Unmarshal(e.Result, &made) == nil {
			return do.Kind, made.ID
		}
	case crm.Comment:
		return do.Kind, do.Entity.ID
	}
	return "", 0
}

// name adds a record to those a question asks for.
func name(find *crm.Find, kind crm.Kind, id int64) {
	add := func(list *[]int64) {
		if id != 0 && !slices.Contains(*list, id) {
			*list = append(*list, id)
		}
	}
	switch kind {
	case crm.Deal:
		add(&find.Deals)
	case crm.Lead:
		add(&find.Leads)
	case crm.Contact:
		add(&find.Contacts)
	case crm.Company:
		add(&find.Companies)
	}
}

// gone makes an event of every record of a conversation that the CRM no longer has: the decision looks for another (C-16).
func (l *Lane) gone(changes []Change) []integration.Event {
	var events []integration.Event
	for i := range changes {
		c, e := &changes[i], l.queue.entries[changes[i].Key]
		if e == nil || c.Err == nil || c.Err.Kind != crm.NotFound || !c.State.Settled() {
			continue
		}
		if _, _, ok := e.Session.Communication(); !ok {
			continue
		}
		kind, ref, ok := entityOf(e.Action.Do)
		if ok && ref.ID == 0 {
			var made crm.Made
			ok = json.Unmarshal(l.queue.answers[ref.Of], &made) == nil
			ref.ID = made.ID
		}
		if !ok || ref.ID == 0 {
			continue
		}
		key := string(integration.RecordGone) + "|" + string(e.Session) + "|" + string(kind) + "|" + strconv.FormatInt(ref.ID, 10)
		event := ownEvent(integration.RecordGone, e.Session, key, l.cfg.Now())
		event.Customer = e.Customer
		event.Report.Chat = &integration.ChatTold{Gone: []integration.Record{{Kind: kind, ID: ref.ID}}}
		events = append(events, event)
	}
	return events
}

// entityOf is the record that a command writes to.
func entityOf(c crm.Command) (crm.Kind, crm.Ref, bool) {
	switch do := c.(type) {
	case crm.Comment:
		return do.Kind, do.Entity, true
	case crm.EditComment:
		return do.Kind, do.Entity, true
	case crm.Update:
		return do.Kind, do.Entity, true
	case crm.AddActivity:
		return do.Kind, do.Entity, true
	}
	return "", crm.Ref{}, false
}
