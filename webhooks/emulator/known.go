package emulator

import (
	"slices"
	"time"

	"omniconnector/webhooks/emulator/chat"
	"omniconnector/webhooks/emulator/session"
	"omniconnector/webhooks/emulator/table"
)

// known is a call that began, with how much of it has happened.
type known struct {
	session  *session.Session
	reached  time.Time // by the times of the call
	finished bool
	shown    time.Time // from when it is in reports, by the platform's clock
	tags     []session.Mark
}

// remembered is how many calls the reports go back.
const remembered = 100_000

// calls is what an account's reports are made of.
type calls struct {
	all   map[int64]*known
	order []int64
	tags  map[int64][]session.Mark // of calls that are not known yet
}

// witness lets an account's calls come true up to a moment of theirs.
func (p *Platform) witness(t *Truth, until time.Time) {
	if t == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range t.Calls {
		if c := p.accounts[s.App]; c != nil && !until.Before(s.Start) {
			c.calls.reach(s, until, p.o.Now().Add(c.delay))
		}
	}
	for _, m := range t.Marks {
		if c := p.accounts[m.App]; c != nil && !until.Before(m.At) {
			c.calls.mark(m)
		}
	}
	p.witnessChats(t, until)
}

func (c *calls) reach(s *session.Session, until, shown time.Time) {
	k := c.all[s.ID]
	if k == nil {
		k = &known{tags: c.tags[s.ID]}
		delete(c.tags, s.ID)
		c.all[s.ID] = k
		if c.order = append(c.order, s.ID); len(c.order) > remembered {
			delete(c.all, c.order[0])
			c.order = c.order[1:]
		}
	}
	k.session = s
	if until.After(k.reached) {
		k.reached = until
	}
	if !k.finished && !until.Before(s.Finish) {
		k.finished, k.shown = true, shown
	}
}

func (c *calls) mark(m session.Mark) {
	same := func(o session.Mark) bool { return o.Tag.ID == m.Tag.ID }
	k := c.all[m.Session]
	switch {
	case k != nil && !slices.ContainsFunc(k.tags, same):
		k.tags = append(k.tags, m)
	case k == nil && !slices.ContainsFunc(c.tags[m.Session], same):
		c.tags[m.Session] = append(c.tags[m.Session], m)
	}
}

func (k *known) view() session.View {
	return session.View{Reached: k.reached, Finished: k.finished, Marks: slices.Clone(k.tags)}
}

// report makes rows of the calls that started in an interval, ends included, in the order of their start.
func (p *Platform) report(app int64, from, till time.Time, ongoing bool, rows func(*session.Session, session.View) []table.Row) []table.Row {
	p.mu.Lock()
	var all []*known
	now := p.o.Now()
	for _, id := range p.accounts[app].calls.order {
		k := *p.accounts[app].calls.all[id]
		visible := k.finished && !now.Before(k.shown) || ongoing && !k.finished
		if start := k.session.Start; visible && !start.Before(from) && !start.After(till) {
			k.tags = slices.Clone(k.tags)
			all = append(all, &k)
		}
	}
	p.mu.Unlock()
	slices.SortStableFunc(all, func(a, b *known) int { return a.session.Start.Compare(b.session.Start) })
	var out []table.Row
	for _, k := range all {
		out = append(out, rows(k.session, k.view())...)
	}
	return out
}

// DelayReports keeps calls out of the account's reports for so long after they finished; contract uis §8
// says 1–2 minutes, the emulator none unless told. Calls that finished before keep their delay.
func (p *Platform) DelayReports(app int64, d time.Duration) {
	p.with(app, func(c *configured) { c.delay = d })
}

// moments lets a script's calls come true while it is played, whether their steps are told or not.
type moments struct {
	at    []time.Time
	truth []*Truth
}

func (p *Platform) moments(s Script) *moments {
	m := &moments{}
	if s.Truth == nil {
		return m
	}
	type moment struct {
		at    time.Time
		truth *Truth
	}
	var all []moment
	for _, c := range s.Truth.Calls {
		one := &Truth{Calls: []*session.Session{c}}
		all = append(all, moment{c.Start, one}, moment{c.Finish, one}, moment{c.Known(), one})
	}
	for _, mark := range s.Truth.Marks {
		all = append(all, moment{mark.At, &Truth{Marks: []session.Mark{mark}}})
	}
	for _, c := range s.Truth.Chats {
		for _, a := range c.Acts {
			all = append(all, moment{a.At, &Truth{Chats: []*chat.Chat{c}}})
		}
	}
	for _, r := range s.Truth.Requests {
		all = append(all, moment{r.At, &Truth{Requests: []*chat.Request{r}}})
	}
	slices.SortStableFunc(all, func(a, b moment) int { return a.at.Compare(b.at) })
	for _, one := range all {
		m.at, m.truth = append(m.at, one.at), append(m.truth, one.truth)
	}
	return m
}

// until lets happen what is due by now; the zero time stands for everything.
func (m *moments) until(p *Platform, now time.Time) {
	for len(m.at) > 0 && (now.IsZero() || !m.at[0].After(now)) {
		p.witness(m.truth[0], m.at[0])
		m.at, m.truth = m.at[1:], m.truth[1:]
	}
}
