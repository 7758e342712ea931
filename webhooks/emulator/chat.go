package emulator

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"omniconnector/webhooks/emulator/chat"
	"omniconnector/webhooks/emulator/session"
)

// The nouns of conversations.
type (
	// Channel is a way in which visitors write.
	Channel = chat.Channel
	// Visitor is who writes, as the channel names them.
	Visitor = chat.Visitor
	// Card is what a person has written of a visitor.
	Card = chat.Card
	// File is something sent in a message.
	File = chat.File
)

// Photo is a picture to send; it can be looked at.
func Photo(name string) File { return chat.Photo(name) }

// Document is a document to send.
func Document(name string) File { return chat.Document(name) }

// The types of channels (contract uis §5.1).
const (
	WhatsApp        = "whatsapp"
	WABA            = "waba"
	TelegramBot     = "telegram"
	TelegramPrivate = "telegram_private"
	Avito           = "avito"
	VK              = "vkontakte_groups"
	Email           = "email"
	SMS             = "sms"
	WebChat         = "comagic"
)

// channels are one of each type that the product knows (C-3).
func channels() []Channel {
	sales := session.Named{ID: 11, Name: "Продажи"}
	return []Channel{
		{ID: 74001, Type: WhatsApp, Name: "WA магазин", External: "74950000101", Group: sales},
		{ID: 74002, Type: WebChat, Name: "Чат на сайте", External: "shop.example", Group: sales},
		{ID: 74003, Type: TelegramBot, Name: "Бот магазина", External: "shop_example_bot", Group: sales},
		{ID: 74004, Type: TelegramPrivate, Name: "Telegram менеджера", External: "74950000102"},
		{ID: 74005, Type: WABA, Name: "WhatsApp Business", External: "74950000103", Group: sales},
		{ID: 74006, Type: Avito, Name: "Авито", External: "avito-5001"},
		{ID: 74007, Type: VK, Name: "Группа ВКонтакте", External: "shop_example"},
		{ID: 74008, Type: Email, Name: "Почта магазина", External: "sales@shop.example"},
		{ID: 74009, Type: SMS, Name: "СМС", External: "74950000101"},
	}
}

// Channel finds the account's first channel of a type; it panics when there is none.
func (a *Account) Channel(kind string) Channel {
	i := slices.IndexFunc(a.Channels, func(c Channel) bool { return c.Type == kind })
	if i < 0 {
		panic(fmt.Sprintf("emulator: account %d has no channel %s", a.AppID, kind))
	}
	return a.Channels[i]
}

// Chat is a conversation to be told of. Its methods add what happens next, each so long after the one before as Pace says, and
// return the same Chat; Script and Closed make the script. Changing its fields first changes what they tell.
type Chat struct {
	Account   *Account
	ID        int64
	Start     time.Time
	Channel   Channel
	Visitor   Visitor
	Initiator string // visitor
	Ordinal   int64  // of the visitor's communications: 1 unless said
	// Visit is known to the reports only.
	Visit session.Visit
	Pace  time.Duration // 4 s

	acts     []chat.Act
	now      time.Time
	messages int
}

// Chat is a conversation that a visitor begins on a channel. A chat on the account's site has a site and a campaign, others
// come from nowhere.
func (a *Account) Chat(id int64, at time.Time, on Channel, v Visitor) *Chat {
	if v.ID == 0 {
		v.ID = 9_200_000_000 + id%100_000_000
	}
	c := &Chat{
		Account: a, ID: id, Start: at, Channel: on, Visitor: v, Initiator: "visitor", Ordinal: 1, Pace: 4 * time.Second, now: at,
		Visit: session.Visit{Visitor: v.ID},
	}
	if on.Type == WebChat {
		c.Visit = a.visit(v.ID)
	}
	return c
}

// visit is that of a visitor of the account's first site who came by its last campaign.
func (a *Account) visit(visitor int64) session.Visit {
	site, last := a.Sites[0], a.Campaigns[len(a.Campaigns)-1]
	return session.Visit{
		Visitor: visitor, Site: session.Named{ID: site.ID, Name: site.Domain},
		Campaign: session.Named{ID: last.ID, Name: last.Name}, First: session.Named{ID: a.Campaigns[0].ID, Name: a.Campaigns[0].Name},
		Source: last.Source, UTM: "yandex", Medium: last.Medium, UTMCampaign: "may", Query: "купить диван",
		Referrer: "https://yandex.ru/", Page: "https://" + site.Domain + "/catalog", Entrance: "https://" + site.Domain + "/",
	}
}

// Pause lets time pass before what happens next, besides Pace.
func (c *Chat) Pause(d time.Duration) *Chat {
	c.now = c.now.Add(d)
	return c
}

// Says is what the visitor writes, a message each.
func (c *Chat) Says(texts ...string) *Chat {
	for _, text := range texts {
		c.write(Employee{}, chat.Message{Source: "visitor", Text: text, Status: "accepted"}, c.Pace)
	}
	return c
}

// Sends is what the visitor sends: a message each, all in the same moment.
func (c *Chat) Sends(files ...File) *Chat {
	c.files(Employee{}, "visitor", "accepted", files)
	return c
}

// Answers is what an employee writes in the platform's own workplace, a message each.
func (c *Chat) Answers(who Employee, texts ...string) *Chat {
	for _, text := range texts {
		c.write(who, chat.Message{Source: "operator", Text: text, Status: "sent"}, c.Pace)
	}
	return c
}

// AnswersWith is what an employee sends: a message each, all in the same moment.
func (c *Chat) AnswersWith(who Employee, files ...File) *Chat {
	c.files(who, "operator", "sent", files)
	return c
}

// Told is a message of nobody: of the system, with its mnemonic ("chat_started"), or of a source such as "autoinvite".
func (c *Chat) Told(source, mnemonic, text string) *Chat {
	c.write(Employee{}, chat.Message{Source: source, Text: text, Status: "sent", Mnemonic: mnemonic}, c.Pace)
	return c
}

// Quotes is what the visitor writes in reply to the n-th message of the chat; 0 is the latest.
func (c *Chat) Quotes(n int, text string) *Chat {
	c.write(Employee{}, chat.Message{Source: "visitor", Text: text, Status: "accepted", ReplyTo: c.MessageID(n)}, c.Pace)
	return c
}

// Edits changes the words of the n-th message of the chat; 0 is the latest.
func (c *Chat) Edits(n int, text string) *Chat {
	changed := chat.Message{ID: c.MessageID(n), Text: text}
	for _, a := range c.acts {
		if a.What == chat.Written && a.Message.ID == changed.ID {
			changed.File = a.Message.File
		}
	}
	return c.act(chat.Act{What: chat.Edited, Message: changed}, c.Pace)
}

// Deletes takes back the n-th message of the chat; 0 is the latest.
func (c *Chat) Deletes(n int) *Chat {
	return c.act(chat.Act{What: chat.Deleted, Message: chat.Message{ID: c.MessageID(n)}}, c.Pace)
}

// Delivered tells what became of the n-th message of the chat, 0 for the latest: "delivered", "read", "error".
func (c *Chat) Delivered(n int, status string) *Chat {
	return c.act(chat.Act{What: chat.Statused, Message: chat.Message{ID: c.MessageID(n), Status: status}}, c.Pace)
}

// Assigned gives the chat to an employee, the first time or by a transfer.
func (c *Chat) Assigned(to Employee) *Chat {
	return c.act(chat.Act{What: chat.Assigned, Employee: session.Named{ID: to.ID, Name: to.Name}}, c.Pace)
}

// Card is written of the visitor.
func (c *Chat) Card(card Card) *Chat { return c.act(chat.Act{What: chat.Carded, Card: card}, c.Pace) }

// Tagged marks the chat; the reports alone know it.
func (c *Chat) Tagged(tags ...Tag) *Chat {
	for _, t := range tags {
		c.act(chat.Act{What: chat.Tagged, Tag: session.Named(t)}, 0)
	}
	return c
}

// Closed ends the chat, "closed_by_operator" (contract uis §4.5), and is its script.
func (c *Chat) Closed(reason string) Script {
	var by session.Named
	if reason == "closed_by_operator" {
		by = c.state().Operator
	}
	return c.act(chat.Act{What: chat.Closed, Employee: by, Reason: reason}, c.Pace).Script()
}

// MessageID is the id of the n-th message so far; 0 is the latest.
func (c *Chat) MessageID(n int) int64 {
	if n == 0 {
		n = c.messages
	}
	return messageID(c.ID, n)
}

// messageID numbers the messages of a chat from 1.
func messageID(chat int64, n int) int64 { return chat%10_000_000_000*100_000 + int64(n) }

func (c *Chat) files(who Employee, source, status string, files []File) {
	for i, f := range files {
		pace := c.Pace
		if i > 0 {
			pace = 0
		}
		c.write(who, chat.Message{Source: source, Text: f.Text, Status: status, File: &f}, pace)
	}
}

func (c *Chat) write(who Employee, m chat.Message, pace time.Duration) {
	c.messages++
	m.ID = c.MessageID(0)
	if m.File != nil {
		named := m.File.Named(m.ID)
		m.File = &named
	}
	c.act(chat.Act{What: chat.Written, Employee: session.Named{ID: who.ID, Name: who.Name}, Message: m}, pace)
}

// act adds what happens next; the first of all is that the chat is opened.
func (c *Chat) act(a chat.Act, pace time.Duration) *Chat {
	if len(c.acts) == 0 {
		c.acts = append(c.acts, chat.Act{What: chat.Opened, At: c.Start})
		pace = min(pace, 100*time.Millisecond) // the first words open a chat
	}
	c.now = c.now.Add(pace)
	a.At = c.now
	c.acts = append(c.acts, a)
	return c
}

func (c *Chat) state() chat.State {
	return (&chat.Chat{Acts: c.acts}).State(time.Time{})
}

// truth is the conversation that happens.
func (c *Chat) truth() *chat.Chat {
	acts := c.acts
	if len(acts) == 0 {
		acts = []chat.Act{{What: chat.Opened, At: c.Start}}
	}
	return &chat.Chat{
		App: c.Account.AppID, ID: c.ID, Location: cmp.Or(c.Account.Location, time.UTC), Channel: c.Channel, Visitor: c.Visitor,
		Initiator: c.Initiator, Ordinal: c.Ordinal, Visit: c.Visit, FilesAt: c.Account.Records, Acts: slices.Clone(acts),
	}
}

// Script is the conversation so far: it goes on when it was not closed. To play more of it later, write it whole and Cut it.
func (c *Chat) Script() Script {
	happens := c.truth()
	s := Script{Name: fmt.Sprintf("chat %d", c.ID), Start: c.Start, Truth: &Truth{Chats: []*chat.Chat{happens}}}
	for i := range happens.Acts {
		if a := &happens.Acts[i]; a.What != chat.Tagged {
			s.Steps = append(s.Steps, step(happens, a, a.At.Sub(c.Start), s.Truth))
		}
	}
	return s
}

// step tells of one act of a conversation.
func step(of *chat.Chat, a *chat.Act, due time.Duration, t *Truth) Step {
	v := Vars{"chat_id": of.ID, "visitor_id": of.Visitor.ID}
	if a.Message.ID != 0 {
		v["message_id"] = a.Message.ID
	}
	return Step{Due: due, At: a.At, App: of.App, Event: string(a.What), Vars: v, truth: t, act: a, chat: of}
}

// Conversation is a chat of so many messages, taken by the account's first employee, which the two sides write in turn; ready to be played.
func (a *Account) Conversation(id int64, at time.Time, on Channel, v Visitor, messages int) Script {
	c, who := a.Chat(id, at, on, v), a.Employees[0]
	for i := range messages {
		switch {
		case i == 1:
			c.Assigned(who).Answers(who, "Здравствуйте! Чем помочь?")
		case i%2 == 0:
			c.Says(fmt.Sprintf("Сообщение посетителя %d", i+1))
		default:
			c.Answers(who, fmt.Sprintf("Ответ оператора %d", i+1))
		}
	}
	return c.Closed("closed_by_operator")
}
