package store

import "omniconnector/integration"

// Calls asks for what is no conversation: calls, and events of no session.
const Calls integration.Communication = "call"

// Conditions on the names of sessions, which tell what a session is (integration.ChatSession and its like). The words are those of the
// partial indexes, which are not used for others; ';' comes after ':'.
const (
	chats    = "(session_id >= 'chat:' AND session_id < 'chat;')"
	requests = "(session_id >= 'offline_message:' AND session_id < 'offline_message;')"
	visitors = "(session_id >= 'visitor:' AND session_id < 'visitor;')" // what is told of a visitor and of no conversation

	conversations = "(" + chats + " OR " + requests + ")"
	calls         = "NOT " + chats + " AND NOT " + requests + " AND NOT " + visitors
)

// sessionsOf keeps the sessions of one kind of communication.
func sessionsOf(c integration.Communication) string {
	switch c {
	case integration.Chat:
		return chats
	case integration.Offline:
		return requests
	default:
		return calls
	}
}
