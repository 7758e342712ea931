package emulator

import (
	"errors"
	"slices"
	"time"

	"omniconnector/webhooks/emulator/chat"
	"omniconnector/webhooks/emulator/session"
)

// chatsOf is the platform as adapters see it: conversations that go on while somebody takes part in them.
type chatsOf struct{ *Platform }

// OpenChat begins a conversation now, outside any script, and tells of it in the background; Do goes on with it.
func (p *Platform) OpenChat(app int64, on Channel, v Visitor) *chat.Chat {
	return chatsOf{p}.Begin(app, on, v, "visitor", chat.Act{What: chat.Opened})
}

// Do adds to a conversation what happens now, scripted or not, and tells of it in the background. A message gets an id and a moment
// of its own. The error is that the chat is over, or that there is none; a card may be written of one that is over.
func (p *Platform) Do(app, id int64, act chat.Act) (chat.Act, error) {
	done, ok := chatsOf{p}.Do(app, id, act)
	if !ok {
		return done, errClosed
	}
	return done, nil
}

// VisitorWrites is a message of the visitor, with a file or without.
func (p *Platform) VisitorWrites(app, id int64, text string, file *File) error {
	_, err := p.Do(app, id, chat.Act{What: chat.Written, Message: chat.Message{Source: "visitor", Text: text, File: file, Status: "accepted"}})
	return err
}

// OperatorWrites is a message that an employee types in the platform's own workplace; whoever writes first takes the chat.
func (p *Platform) OperatorWrites(app, id, employee int64, text string) error {
	who, there := chatsOf{p}.Operator(app, employee)
	if !there {
		return errors.New("у сотрудника нет права «Чаты и заявки»")
	}
	if c := (chatsOf{p}).Chat(app, id); c != nil {
		if s := c.State(time.Time{}); s.Operator.ID == 0 && s.Closed.IsZero() {
			if _, err := p.Do(app, id, chat.Act{What: chat.Assigned, Employee: who}); err != nil {
				return err
			}
		}
	}
	_, err := p.Do(app, id, chat.Act{What: chat.Written, Employee: who, Message: chat.Message{Source: "operator", Text: text, Status: "sent"}})
	return err
}

// Begin opens a chat.
func (p chatsOf) Begin(app int64, on Channel, v Visitor, initiator string, opened chat.Act) *chat.Chat {
	id := p.number()
	if v.ID == 0 {
		v.ID = 9_200_000_000 + id%100_000_000
	}
	opened.At = p.o.Now()
	c := &chat.Chat{App: app, ID: id, Channel: on, Visitor: v, Initiator: initiator, Ordinal: 1, Visit: session.Visit{Visitor: v.ID}, Acts: []chat.Act{opened}}
	p.with(app, func(of *configured) {
		c.Location, c.FilesAt = of.account.Location, of.account.Records
		if on.Type == WebChat {
			c.Visit = of.account.visit(v.ID)
		}
	})
	p.witness(&Truth{Chats: []*chat.Chat{c}}, opened.At)
	p.inTurn(c.ID, step(c, &c.Acts[0], 0, nil))
	return c
}

// Chat is one as far as it has come.
func (p chatsOf) Chat(app, id int64) (found *chat.Chat) {
	p.with(app, func(c *configured) {
		if t := c.chats.all[id]; t != nil {
			found = t.now()
		}
	})
	return found
}

// Find is the newest open chat of a visitor on a channel.
func (p chatsOf) Find(app, channel int64, v Visitor) *chat.Chat {
	all := p.Conversations(app)
	slices.Reverse(all)
	for _, c := range all {
		same := v.Phone != "" && c.Visitor.Phone == v.Phone || v.Email != "" && c.Visitor.Email == v.Email || v.Username != "" && c.Visitor.Username == v.Username
		if same && c.Channel.ID == channel && c.State(time.Time{}).Closed.IsZero() {
			return c
		}
	}
	return nil
}

// Do adds what happens now; ok is false when the chat is over, or there is none.
func (p chatsOf) Do(app, id int64, act chat.Act) (done chat.Act, ok bool) {
	var told Step
	p.with(app, func(c *configured) {
		t := c.chats.all[id]
		if t == nil || act.What != chat.Carded && !t.ended.IsZero() {
			return
		}
		act.At = p.o.Now()
		if act.What == chat.Written {
			act.Message.ID = messageID(id, t.messages()+1)
			if f := act.Message.File; f != nil && f.ID == 0 {
				named := f.Named(act.Message.ID)
				act.Message.File = &named
			}
		}
		if act.What == chat.Closed {
			t.ended = act.At
		}
		t.added = append(t.added, act)
		own := act
		told, ok = step(t.script, &own, 0, nil), true
	})
	if ok {
		p.inTurn(id, told)
	}
	return act, ok
}

// messages is how many there are, and will be by the script.
func (t *conversation) messages() (n int) {
	for _, all := range [][]chat.Act{t.script.Acts, t.added} {
		for i := range all {
			if all[i].What == chat.Written {
				n++
			}
		}
	}
	return n
}

// Operator is an employee with the right to chat.
func (p chatsOf) Operator(app, id int64) (who session.Named, ok bool) {
	p.with(app, func(c *configured) {
		if one := c.person(id); one != nil && !one.NoChats {
			who, ok = session.Named{ID: one.ID, Name: one.full()}, true
		}
	})
	return who, ok
}

// File is one of the account's messages.
func (p chatsOf) File(app, id int64) (file chat.File, ok bool) {
	p.with(app, func(c *configured) {
		for _, of := range c.chats.order {
			t := c.chats.all[of]
			for _, all := range [][]chat.Act{t.script.Acts, t.added} {
				for i := range all {
					if f := all[i].Message.File; f != nil && f.ID == id {
						file, ok = *f, true
						return
					}
				}
			}
		}
	})
	return file, ok
}

// Number is an id that nothing has.
func (p chatsOf) Number() int64 { return p.number() }

// inTurn tells of a step in the background, after what of the same chat is being told.
func (p *Platform) inTurn(id int64, s Step) {
	p.mu.Lock()
	queue, going := p.turns[id]
	p.turns[id] = append(queue, s)
	p.mu.Unlock()
	if going {
		return
	}
	p.playing.Go(func() {
		for {
			p.mu.Lock()
			if len(p.turns[id]) == 0 {
				delete(p.turns, id)
				p.mu.Unlock()
				return
			}
			next := p.turns[id][0]
			p.turns[id] = p.turns[id][1:]
			p.mu.Unlock()
			_, _ = p.Notify(p.ctx, next)
		}
	})
}
