package chat

import (
	"slices"
	"time"

	"omniconnector/webhooks/emulator/session"
)

// Channel is a way in which visitors write. Type is the platform's word (contract uis §5.1).
type Channel struct {
	ID         int64 // in the Data API's directory; context.chat_channel_id of the webhooks
	Type, Name string
	External   string // the phone, the bot's name, the group
	Status     string // "active" when empty
	Group      session.Named
}

// Active tells whether the channel works.
func (c Channel) Active() bool { return c.Status == "" || c.Status == "active" }

// Writable tells whether an adapter may write first (contract uis §5.2).
func (c Channel) Writable() bool {
	return slices.Contains([]string{"whatsapp", "waba", "telegram_private", "sms", "email"}, c.Type)
}

// Visitor is who writes, as the channel names them.
type Visitor struct {
	ID       int64
	Phone    string // digits; empty when the channel does not tell it
	User     string // the messenger's id of the person
	Username string // without @
	Email    string // where the channel is email
	Profile  string // an address
}

// Card is what a person has written of a visitor.
type Card struct {
	Name, Company, Comment string
	Phones, Emails         []string
}

// What names an act; most are events of scripts, too.
type What string

// The acts of a conversation.
const (
	Opened   What = "chat_opened"
	Assigned What = "chat_assigned"
	Written  What = "chat_message"
	Edited   What = "chat_message_edited"
	Deleted  What = "chat_message_deleted"
	Statused What = "chat_message_status"
	Carded   What = "visitor_card"
	Closed   What = "chat_closed"
	Tagged   What = "chat_tagged" // the reports alone know it
)

// Whats lists the acts that scripts tell of.
func Whats() []What {
	return []What{Opened, Assigned, Written, Edited, Deleted, Statused, Carded, Closed}
}

// Act is one thing that happens in a conversation.
type Act struct {
	What     What
	At       time.Time
	Employee session.Named // who takes, writes or closes; nobody when zero
	Message  Message       // written; of a change its ID, Text and File, of a status its ID and Status
	Card     Card
	Reason   string        // of the closing
	Tag      session.Named // of Tagged
	// Adapter did it, by its REST interface: it is not told back to that adapter.
	Adapter int64
}

// Message is one message. Source is visitor, operator, system, autoinvite, chatbot… (contract uis §4.6).
type Message struct {
	ID       int64
	Source   string
	Text     string
	File     *File
	ReplyTo  int64
	Status   string
	Mnemonic string // of a system message
}

// Chat is one conversation: its acts in the order of time, the first of which opens it.
type Chat struct {
	App, ID   int64
	Location  *time.Location
	Channel   Channel
	Visitor   Visitor
	Initiator string // visitor, operator, autoinvite, chat_channel, chatbot
	Ordinal   int64  // communication_number
	Visit     session.Visit
	FilesAt   string // the address of files in reports
	Acts      []Act
}

// Begun is when the chat was opened.
func (c *Chat) Begun() time.Time {
	if len(c.Acts) == 0 {
		return time.Time{}
	}
	return c.Acts[0].At
}

// Line is a message as it is now.
type Line struct {
	Message

	At              time.Time
	Employee        session.Named
	Edited, Deleted bool
}

// State is a conversation as far as it has come.
type State struct {
	Operator  session.Named // who has it
	Operators []session.Named
	Taken     time.Time // by the first
	Lines     []Line
	Card      *Card
	Tags      []session.Mark
	Closed    time.Time // zero: it goes on
	Reason    string
}

// State is what has come of the acts by a moment; the zero time stands for all of them.
func (c *Chat) State(until time.Time) State {
	var s State
	at := map[int64]int{}
	for i := range c.Acts {
		a := &c.Acts[i]
		if !until.IsZero() && a.At.After(until) {
			continue
		}
		s.take(c, a, at)
	}
	return s
}

func (s *State) take(c *Chat, a *Act, at map[int64]int) {
	switch a.What {
	case Assigned:
		s.assign(a)
	case Opened:
		if a.Employee.ID != 0 {
			s.assign(a)
		}
	case Written:
		at[a.Message.ID] = len(s.Lines)
		s.Lines = append(s.Lines, Line{Message: a.Message, At: a.At, Employee: a.Employee})
	case Edited, Deleted, Statused:
		if i, there := at[a.Message.ID]; there {
			s.Lines[i].change(a)
		}
	case Carded:
		card := a.Card
		s.Card = &card
	case Tagged:
		s.Tags = append(s.Tags, session.Mark{App: c.App, Session: c.ID, At: a.At, Tag: a.Tag})
	case Closed:
		if s.Closed.IsZero() {
			s.Closed, s.Reason = a.At, a.Reason
		}
	}
}

func (s *State) assign(a *Act) {
	if s.Taken.IsZero() {
		s.Taken = a.At
	}
	s.Operator = a.Employee
	if !slices.Contains(s.Operators, a.Employee) {
		s.Operators = append(s.Operators, a.Employee)
	}
}

func (l *Line) change(a *Act) {
	switch a.What {
	case Edited:
		l.Text, l.File, l.Edited = a.Message.Text, a.Message.File, true
	case Deleted:
		l.Text, l.File, l.Deleted = "", nil, true
	default:
		l.Status = a.Message.Status
	}
}

// count is how many messages a source wrote.
func (s *State) count(sources ...string) (n int64) {
	for i := range s.Lines {
		if slices.Contains(sources, s.Lines[i].Source) {
			n++
		}
	}
	return n
}

// Status is the state in the report's words (contract uis §4.5).
func (s *State) Status() string {
	ours, theirs := s.count("operator", "autoinvite"), s.count("visitor", "form_text")
	switch {
	case s.Closed.IsZero() && s.Taken.IsZero():
		return "new"
	case s.Closed.IsZero():
		return "active"
	case ours > 0 && theirs == 0:
		return "refused"
	case s.count("operator") > 0:
		return "succeed"
	default:
		return "lost"
	}
}
