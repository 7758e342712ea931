package app_test

import (
	"strconv"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/rules"
	platform "omniconnector/webhooks/emulator"
	"omniconnector/webhooks/emulator/rpc"
)

// T-8, T-7, T-0: the card of a call that the filter keeps out goes away also when the platform never tells of its end.
func TestClickKeptOutByTheFilterWhoseEndIsLost(t *testing.T) {
	t.Parallel()
	s := clicking(t, "", func(s *integration.Settings) {
		s.Telephony.Outgoing.Filter = integration.CallFilter{On: true, Where: rules.Filter{
			Parameter: integration.ParamVirtualNumber, Mode: rules.Include, Values: []string{"74950000101"},
		}}
	})
	s.Platform.Trouble(s.Shop.AppID, platform.Trouble{Lose: 1})
	s.Platform.Access(s.Shop.AppID).Disable("get.calls_report")
	s.clicks(t, 8, "+79000000820", "") // shows 74950000102
	s.rest(t)
	session := s.started(t, 1)[0].Session
	s.cards(t, 1, "while nothing is heard of the call")
	s.clock.Move(integration.DefaultSilence + time.Minute)
	s.until(t, "the end", func() bool { return len(s.Portal.Cards()) == 0 })
	s.rest(t)
	wants(t, s.World, "finished by=8", 1)
	wants(t, s.World, "originId=", 0)
	s.explained(t, strconv.FormatInt(session, 10), "filter_kept_out", "released")
}

// T-8, R-3: the answer to a click is lost, and the platform cannot be asked whether the call began: the card does not hang on it.
func TestClickThatCannotBeLookedFor(t *testing.T) {
	t.Parallel()
	s := clicking(t, "", nil)
	s.fails(t, rpc.Fault{Method: "start.employee_call", Way: rpc.Drop, Times: 1})
	s.Platform.Access(s.Shop.AppID).Disable("list.calls")
	s.Platform.Access(s.Shop.AppID).Disable("get.calls_report")
	call := s.clicks(t, 8, "+79000000821", "")
	s.until(t, "the platform is asked", func() bool { return len(s.Platform.Requests("start.employee_call")) > 0 })
	s.until(t, "the end", func() bool { s.clock.Move(time.Second); return len(s.Portal.CardMessages()) > 0 })
	s.started(t, 0)
	s.told(t, call, 8, "OTHER", "позвоните ещё раз")
}
