package app_test

import (
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/internal/world"
	"omniconnector/rules"
	platform "omniconnector/webhooks/emulator"
)

// T-10: «Создавать дело и передавать записи, если настроены определенные фильтры» with every kind of filter, from the platform
// to the portal.
func TestActivityAndRecordByTheFilter(t *testing.T) {
	t.Parallel()
	is := func(p rules.Parameter, m rules.Mode, values ...string) integration.CallFilter {
		return integration.CallFilter{On: true, Where: rules.Filter{Parameter: p, Mode: m, Values: values}}
	}
	anna := func(w *world.World) platform.Script { return answered(w, 1, "79000000001") }
	lost := func(w *world.World) platform.Script {
		return w.Shop.Incoming(1, w.Began, "79000000001").Lost(20*time.Second, w.Shop.Employees[0])
	}
	for _, c := range []struct {
		name             string
		filter           integration.CallFilter
		filtered, attach bool // the second switch and the first one
		call             func(w *world.World) platform.Script
		leads, acts, rec int
	}{
		{"no filter, off", integration.CallFilter{}, false, true, anna, 1, 1, 1},
		{"number alone, off", is(integration.ParamVirtualNumber, rules.Include, "74950000101"), false, true, anna, 1, 1, 1},
		{"employee by id included, on", is(integration.ParamEmployee, rules.Include, "7001"), true, true, anna, 1, 1, 1},
		{"employee by name included, on", is(integration.ParamEmployee, rules.Include, "Тестова Анна"), true, true, anna, 1, 1, 1},
		{"employee included, off", is(integration.ParamEmployee, rules.Include, "7001"), false, true, anna, 1, 0, 0},
		{"employee excluded, on", is(integration.ParamEmployee, rules.Exclude, "7001"), true, true, anna, 0, 0, 0},
		{"employee excluded, off", is(integration.ParamEmployee, rules.Exclude, "7001"), false, true, anna, 0, 0, 0},
		{"another employee excluded, on", is(integration.ParamEmployee, rules.Exclude, "7002"), true, true, anna, 1, 1, 1},
		{"operation by id included, on", is(integration.ParamLastOperation, rules.Include, "3005"), true, true, anna, 1, 1, 1},
		{"operation by name included, off", is(integration.ParamLastOperation, rules.Include, "Переадресация"), false, true, anna, 1, 0, 0},
		{"records off, second switch not asked", is(integration.ParamEmployee, rules.Include, "7001"), false, false, anna, 1, 1, 0},
		{"employee included, nobody answers", is(integration.ParamEmployee, rules.Include, "7001"), true, true, lost, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, w, p := whole(t, "", func(s *integration.Settings) {
				s.Telephony.Incoming.Filter, s.Telephony.RecordsFiltered, s.Telephony.Records = c.filter, c.filtered, c.attach
			})
			play(t, w, c.call(w))
			after(t, a, w, p)
			wants(t, w, "\nlead ", leading(w, c.leads))
			wants(t, w, "  activity ", c.acts)
			wants(t, w, "attached=1", c.rec)
			if n := len(w.Portal.Calls()); n != c.acts {
				t.Errorf("%d calls are registered", n)
			}
		})
	}
}

// leading is how often a line break comes before a lead: not before one that the text begins with.
func leading(w *world.World, leads int) int {
	if strings.HasPrefix(w.Records(), "lead ") {
		return leads - 1
	}
	return leads
}

// T-11: with the switch on, the end of an incoming call, talked or missed, is told in the chat of the employee whose call it was,
// once; outgoing calls are not, and with the switch off nothing is.
func TestChatMessageAboutACall(t *testing.T) {
	t.Parallel()
	talked := func(w *world.World) platform.Script { return answered(w, 1, "79000000001") }
	for _, c := range []struct {
		name string
		on   bool
		call func(w *world.World) platform.Script
		user int64
		want int
	}{
		{"talked", true, talked, 7, 1},
		{"missed", true, func(w *world.World) platform.Script {
			return w.Shop.Incoming(1, w.Began, "79000000001").Lost(20*time.Second, w.Shop.Employees[2])
		}, 9, 1},
		{"outgoing", true, func(w *world.World) platform.Script {
			return w.Shop.Outgoing(1, w.Began, "79000000001").Spoken(w.Shop.Employees[0], 5*time.Second, 30*time.Second)
		}, 0, 0},
		{"off", false, talked, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, w, p := whole(t, "", func(s *integration.Settings) { s.Telephony.ChatNotice = c.on })
			play(t, w, c.call(w).Repeated(2))
			quiet(t, a, p)
			if got := w.Portal.Chat(0); len(got) != c.want || c.want > 0 && got[0].User != c.user {
				t.Errorf("messages %+v\n%s", got, w.Records())
			}
			wants(t, w, "  activity ", 1)
		})
	}
}
