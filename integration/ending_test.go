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
