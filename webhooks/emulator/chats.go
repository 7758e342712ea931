package emulator

import (
	"cmp"
	"slices"
	"time"

	"omniconnector/webhooks/emulator/chat"
	"omniconnector/webhooks/emulator/session"
	"omniconnector/webhooks/emulator/table"
)

// conversation is a conversation that began: the script's, with what people and adapters added.
type conversation struct {
	script  *chat.Chat
	added   []chat.Act
	reached time.Time // by the times of the script
	opened  time.Time // by the platform's clock
	ended   time.Time // likewise; zero while it goes on
}

// now is the conversation as far as it has come.
func (t *conversation) now() *chat.Chat {
	c := *t.script
	c.Acts = nil
	for _, a := range t.script.Acts {
		if !a.At.After(t.reached) {
			c.Acts = append(c.Acts, a)
		}
	}
	c.Acts = append(c.Acts, t.added...)
	slices.SortStableFunc(c.Acts, func(a, b chat.Act) int { return a.At.Compare(b.At) })
	return &c
}

// over tells whether the script has closed it.
func (t *conversation) over() bool {
	for i := range t.script.Acts {
		if a := &t.script.Acts[i]; a.What == chat.Closed && !a.At.After(t.reached) {
			return true
		}
	}
	return false
}

// conversations are what an account's reports of chats are made of.
type conversations struct {
	all      map[int64]*conversation
	order    []int64
	requests []*chat.Request
	asked    map[int64]bool // requests, by id
	shown    map[int64]time.Time
	delay    time.Duration
}

func newConversations() conversations {
	return conversations{all: map[int64]*conversation{}, asked: map[int64]bool{}, shown: map[int64]time.Time{}}
}

// witnessChats lets conversations come true up to a moment of theirs; p.mu is held.
func (p *Platform) witnessChats(t *Truth, until time.Time) {
	for _, c := range t.Chats {
		if of := p.accounts[c.App]; of != nil && !until.Before(c.Begun()) {
			of.chats.reach(c, until, p.o.Now())
		}
	}
	for _, r := range t.Requests {
		if of := p.accounts[r.App]; of != nil && !until.Before(r.At) {
			of.chats.ask(r, p.o.Now())
		}
	}
}

func (c *conversations) reach(script *chat.Chat, until, now time.Time) *conversation {
	t := c.all[script.ID]
	if t == nil {
		t = &conversation{opened: now}
		c.all[script.ID] = t
		if c.order = append(c.order, script.ID); len(c.order) > remembered {
			delete(c.all, c.order[0])
			c.order = c.order[1:]
		}
	}
	t.script = script
	if until.After(t.reached) {
		t.reached = until
	}
	if t.ended.IsZero() && t.over() {
		t.ended = now
	}
	return t
}

func (c *conversations) ask(r *chat.Request, now time.Time) {
	if c.asked[r.ID] {
		return
	}
	c.asked[r.ID], c.shown[r.ID] = true, now
	if c.requests = append(c.requests, r); len(c.requests) > remembered {
		delete(c.asked, c.requests[0].ID)
		delete(c.shown, c.requests[0].ID)
		c.requests = c.requests[1:]
	}
}

// visible is a conversation as the reports have it: what came last may be too fresh.
func (c *conversations) visible(t *conversation, now time.Time) *chat.Chat {
	if now.Before(t.opened.Add(c.delay)) {
		return nil
	}
	seen := t.now()
	if !t.ended.IsZero() && now.Before(t.ended.Add(c.delay)) {
		seen.Acts = slices.DeleteFunc(seen.Acts, func(a chat.Act) bool { return a.What == chat.Closed })
	}
	return seen
}

// DelayChats keeps chats out of the account's reports for so long after they were opened, their ends for so long after they were
// closed, and offline requests for so long after they were left; by Options.Now, and not at all unless told.
func (p *Platform) DelayChats(app int64, d time.Duration) {
	p.with(app, func(c *configured) { c.chats.delay = d })
}

// Conversations are the account's chats as far as they have come, in the order in which they became known.
func (p *Platform) Conversations(app int64) (all []*chat.Chat) {
	p.with(app, func(c *configured) {
		for _, id := range c.chats.order {
			all = append(all, c.chats.all[id].now())
		}
	})
	return all
}

// chatsReported makes rows of what the reports know of an account's chats that keep picks, by their beginning.
func (p *Platform) chatsReported(app int64, keep func(*chat.Chat) bool, rows func(*chat.Chat) []table.Row) []table.Row {
	var seen []*chat.Chat
	p.with(app, func(c *configured) {
		for _, id := range c.chats.order {
			if one := c.chats.visible(c.chats.all[id], p.o.Now()); one != nil && keep(one) {
				seen = append(seen, one)
			}
		}
	})
	slices.SortStableFunc(seen, func(a, b *chat.Chat) int { return cmp.Or(a.Begun().Compare(b.Begun()), cmp.Compare(a.ID, b.ID)) })
	var all []table.Row
	for _, one := range seen {
		all = append(all, rows(one)...)
	}
	return all
}

// requestsReported are the rows of the requests that were left in an interval, in the order of time.
func (p *Platform) requestsReported(app int64, from, till time.Time, technical bool) []table.Row {
	var seen []*chat.Request
	p.with(app, func(c *configured) {
		for _, r := range c.chats.requests {
			fresh := p.o.Now().Before(c.chats.shown[r.ID].Add(c.chats.delay))
			if !fresh && !r.At.Before(from) && !r.At.After(till) && (technical || !r.Technical) {
				seen = append(seen, r)
			}
		}
	})
	slices.SortStableFunc(seen, func(a, b *chat.Request) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	var all []table.Row
	for _, r := range seen {
		all = append(all, r.Row())
	}
	return all
}

// channelRows are the account's channels as get.chat_channels has them.
func channelRows(c *configured) []table.Row {
	var all []table.Row
	for _, one := range c.account.Channels {
		row := table.Row{
			"id": one.ID, "name": one.Name, "type": one.Type, "status": cmp.Or(one.Status, "active"), "channel_external_id": text(one.External),
		}
		session.Pair(row, "group_id", "group_name", one.Group)
		all = append(all, row)
	}
	return all
}
