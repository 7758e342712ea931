package emulator

import (
	"slices"
	"time"
)

// chatMessage is the portal's message about a call in an employee's chat (contract §4.2 and §4.5, ADD_TO_CHAT).
type chatMessage struct {
	UserID int64
	CallN  int64
	Text   string
	At     time.Time
}

// ChatMessage is a message about a call in an employee's chat.
type ChatMessage struct {
	User   int64     `json:"user"`
	CallID string    `json:"call_id"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
}

// Chat lists the messages about calls in an employee's chat, oldest first; 0 asks for everybody's.
func (p *Portal) Chat(user int64) []ChatMessage {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := []ChatMessage{}
	for _, m := range p.state.Chat {
		if user != 0 && m.UserID != user {
			continue
		}
		id := ""
		if i := slices.IndexFunc(p.state.Calls, func(c *phoneCall) bool { return c.N == m.CallN }); i >= 0 {
			id = p.state.Calls[i].ID
		}
		out = append(out, ChatMessage{User: m.UserID, CallID: id, Text: m.Text, At: m.At})
	}
	return out
}

func (p *Portal) chatNote(call *phoneCall, user int64, text string) {
	call.ChatNotes++
	p.state.Chat = append(p.state.Chat, &chatMessage{UserID: user, CallN: call.N, Text: text, At: p.now()})
}

// callWords name a call by its TYPE (contract §4.2).
var callWords = map[int64]string{
	1: "Исходящий звонок", 2: "Входящий звонок", 3: "Входящий звонок", 4: "Обратный звонок", 5: "Информационный звонок",
}

// callSubject is the title of a call's activity.
func callSubject(call *phoneCall) string {
	switch {
	case call.incoming():
		return "Входящий звонок от " + call.Phone
	case call.Type == 4:
		return "Обратный звонок на " + call.Phone
	}
	return "Исходящий звонок на " + call.Phone
}

func callBegun(call *phoneCall) string { return "Начат: " + callSubject(call) }

// How the portal words its message is not documented; what it says of the call is.
func callEnded(call *phoneCall) string {
	switch {
	case call.success():
		return callSubject(call) + " завершён, " + lengthText(call.Duration)
	case call.incoming():
		return "Пропущен: " + callSubject(call)
	}
	return "Не удался: " + callSubject(call) + " (" + call.Status + ")"
}
