package uis

import (
	"omniconnector/integration"
	"omniconnector/webhooks"
)

// customer names whose work the event belongs to: the outside number in full, or the session
// when there is none: hidden callers, SIP logins, colleagues' extensions, our own numbers.
func customer(e *integration.Event) integration.CustomerKey {
	number := webhooks.Number(e.Report.ClientNumber)
	switch {
	case number != "" && number != webhooks.Number(e.Report.VirtualNumber):
		return integration.CustomerKey(number)
	case e.Kind == integration.SIPLost && e.Session == "":
		return integration.CustomerKey("sip:" + short(who(&e.Report)))
	}
	return integration.CustomerKey("session:" + string(e.Session))
}
