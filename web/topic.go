package web

import (
	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

// topic is what a filter or a template is for: the calls of a direction, or a kind of conversation.
type topic string

// The topics; the last two are the words of integration.Communication.
const (
	incomingCalls   topic = "incoming"
	outgoingCalls   topic = "outgoing"
	chats           topic = topic(integration.Chat)
	offlineRequests topic = topic(integration.Offline)
)

// or gives the calls of a direction for a topic that was not named.
func (t topic) or(d crm.Direction) topic {
	switch {
	case t != "":
		return t
	case d == crm.Outgoing:
		return outgoingCalls
	}
	return incomingCalls
}

// communication is the kind of conversation; ok is false for calls.
func (t topic) communication() (k integration.Communication, ok bool) {
	return integration.Communication(t), t == chats || t == offlineRequests
}

// direction is that of calls.
func (t topic) direction() crm.Direction {
	if t == outgoingCalls {
		return crm.Outgoing
	}
	return crm.Incoming
}

// words is the vocabulary of the topic's filters.
func (t topic) words() []rules.Word {
	if k, ok := t.communication(); ok {
		return integration.ChatWords(k)
	}
	return integration.Words(t.direction())
}
