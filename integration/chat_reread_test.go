package integration_test

import (
	"slices"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// C-7: a chat that went on after a long silence is read from the platform at its real end, too: what was said since may have been lost.
func TestChatThatWentOnIsReadAgain(t *testing.T) {
	t.Parallel()
	var l chatLife
	l.session = "chat:1"
	l.said = integration.ChatTold{Channel: "whatsapp", Visitor: integration.Visitor{Phones: []string{"79261234567"}}}
	say := func(id string) {
		l.add(integration.ChatMessage).Message = &integration.Message{ID: id, By: integration.ByVisitor, Text: "words " + id}
	}
	settings := testSettings()
	if err := settings.Compile(1); err != nil {
		t.Fatal(err)
	}
	facts := integration.Facts{
		Settings: settings, Describes: true, RereadAfter: time.Minute, Known: &crm.Customer{}, Directory: crm.Directory{Mode: crm.Classic, SyncedAt: began},
	}
	decide := func() (read []integration.ActionKey) {
		c := integration.FoldChat(l.session, l.events)
		facts.Chat, facts.Now = &c, l.events[len(l.events)-1].At
		facts.Trigger = l.events[len(l.events)-1].ID
		plan := integration.Decide(facts)
		facts.Memory = plan.Memory
		for _, a := range plan.Actions {
			if do, ok := a.Do.(centre.ReadChat); ok && do.Whole {
				read = append(read, a.Key)
			}
		}
		return read
	}
	say("1")
	decide()
	var all []integration.ActionKey
	for _, last := range []integration.EventKind{integration.CallSilent, integration.CallSilent, integration.ChatClosed} {
		told := l.add(last)
		told.Closed = last == integration.ChatClosed
		read := decide()
		if len(read) != 1 || slices.Contains(all, read[0]) {
			t.Fatalf("at its end by %s the chat is read by %v, after %v", last, read, all)
		}
		all = append(all, read...)
		if last == integration.CallSilent {
			say("after " + string(read[0]))
			if again := decide(); len(again) > 0 {
				t.Fatalf("while it goes on it is read: %v", again)
			}
		}
	}
}
