package app_test

import (
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	platform "omniconnector/webhooks/emulator"
)

// T-8: a click calls the employee, then the client; the portal's own call is finished and not registered twice.
func TestClickToCall(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		a, w, p := whole(t, database, func(s *integration.Settings) {
			s.Telephony.Click = integration.Click{On: true, Number: "74950000101", Override: true}
		})
		w.Platform.Outcome(w.Shop.AppID, "79000000077", platform.Outcome{Talk: 42 * time.Second})
		contact := w.Portal.Add(bitrix.Contact, map[string]any{"name": "Ирина", "fm": []any{bitrix.Phone("+79000000077")}})
		call, err := w.Portal.ClickNumber(bitrix.NumberClick{ClientID: w.App.ClientID, User: 7, Phone: "+79000000077", Kind: bitrix.Contact, ID: contact})
		if err != nil {
			t.Fatal(err)
		}
		after(t, a, w, p)
		started := w.Platform.Started()
		if len(started) != 1 || started[0].External != "b24:"+call || started[0].Number != "74950000101" || started[0].Direction != "out" {
			t.Fatalf("calls started: %+v", started)
		}
		calls := w.Portal.Calls()
		if len(calls) != 1 || calls[0].ID != call {
			t.Fatalf("the portal has %+v", calls)
		}
		wants(t, w, "finished by=7 status=200 duration=42", 1)
		wants(t, w, "attached=1", 1)
	})
}
