package integration

import (
	"testing"

	"omniconnector/crm"
)

func TestEndingOfCall(t *testing.T) {
	t.Parallel()
	over := Call{Session: "1", Finished: true, Direction: crm.Incoming}
	talked, out, on, request, none := over, over, over, over, over
	talked.Answered, out.Direction, on.Finished, request.Request, none.Session = true, crm.Outgoing, false, &CallRequest{}, ""
	for name, c := range map[string]struct {
		call Call
		by   Outcome
		want Ending
	}{
		"talked":       {talked, Planned, EndingTalked},
		"missed":       {over, Planned, EndingMissed},
		"told again":   {over, Nothing, EndingMissed},
		"no reply":     {out, Planned, EndingNoReply},
		"filtered":     {talked, Filtered, EndingFiltered},
		"ignored":      {talked, Ignored, EndingIgnored},
		"switched off": {talked, Off, EndingOff},
		"a defect":     {talked, Invalid, EndingInvalid},
		"goes on":      {on, Planned, ""},
		"a request":    {request, Planned, ""},
		"no call":      {none, Invalid, ""},
	} {
		if got := EndingOf(&c.call, c.by); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestEndingOfConversation(t *testing.T) {
	t.Parallel()
	said := func(by Speaker) []Message {
		return []Message{{ID: "1", By: ByVisitor, Text: "?"}, {ID: "2", By: by, Text: "!"}}
	}
	served := Conversation{Kind: Chat, Closed: true, Messages: said(ByOperator)}
	robot, silent, on, request := served, served, served, served
	robot.Messages, silent.Silent, on.Closed, request.Kind = said(ByRobot), true, false, Offline
	for name, c := range map[string]struct {
		chat Conversation
		by   Outcome
		want Ending
	}{
		"served":           {served, Planned, EndingServed},
		"told again":       {served, Nothing, EndingServed},
		"fell silent":      {silent, Planned, EndingServed},
		"a robot answered": {robot, Planned, EndingUnanswered},
		"a request":        {request, Planned, EndingRequest},
		"filtered":         {served, Filtered, EndingFiltered},
		"filtered request": {request, Filtered, EndingFiltered},
		"ignored":          {served, Ignored, EndingIgnored},
		"switched off":     {served, Off, EndingOff},
		"a defect":         {served, Invalid, EndingInvalid},
		"goes on":          {on, Filtered, ""},
	} {
		if got := ChatEndingOf(&c.chat, c.by); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
