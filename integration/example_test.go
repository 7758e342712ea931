package integration_test

import (
	"fmt"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// A call rang at Anna's, nobody answered, and the CRM does not know the number.
func ExampleDecide() {
	settings := integration.Defaults()
	settings.Telephony.Incoming.Responsible.Default = 10
	settings.Telephony.Outgoing.Responsible.Default = 10
	if err := settings.Compile(1); err != nil {
		fmt.Println(err)
		return
	}
	at := time.Date(2026, 5, 12, 7, 0, 0, 0, time.UTC)
	call := integration.Fold([]integration.Event{{
		Key: "lost", Kind: integration.CallLost, Session: "501", At: at,
		Report: integration.Report{Direction: crm.Incoming, ClientNumber: "79261234567", VirtualNumber: "74950000101"},
	}})
	facts := integration.Facts{
		Now: at, Call: call, Settings: &settings,
		Directory: crm.Directory{Mode: crm.Classic, Users: []crm.User{{ID: 10, Name: "Ирина", Active: true}}},
	}

	if find := integration.Ask(facts); find != nil {
		facts.Known = &crm.Customer{} // the CRM was asked for find.Phones and knows nobody
	}
	plan := integration.Decide(facts)
	for _, reason := range plan.Reasons {
		fmt.Println(reason.Rule, reason.Sentence(integration.English))
	}
	for _, action := range plan.Actions {
		fmt.Println("→", action.Do.Name(), action.Key)
	}
	// Output:
	// T-7 The call filter is off: every call passes.
	// T-0 Nothing is found in the CRM by +79261234567: a primary call.
	// T-14.P3 The new record goes to Ирина, the default for incoming calls.
	// T-13 Funnel and stage are the defaults: NEW.
	// T-12 The name is the default: “Входящий звонок на номер +79261234567 из приложения OMNI”.
	// T-6 The source description is 74950000101.
	// T-3 The CRM works with leads: a lead “Входящий звонок на номер +79261234567 из приложения OMNI” is created.
	// T-0.2 The call is registered in the portal.
	// T-0 Nobody answered: the activity stays not completed.
	// T-14.P3 The activity goes to Ирина, the default for incoming calls.
	// → create call:501/create/lead
	// → register_call call:501/register
	// → finish_call call:501/finish
	// → set_activity call:501/activity
}
