package lane

import (
	"context"
	"log/slog"
	"testing"

	"omniconnector/crm"
	"omniconnector/integration"
)

// broken is a client with a defect.
type broken struct{ crm.Portal }

func (broken) Perform(context.Context, [][]crm.Call, crm.Answers) []crm.Outcome { panic("defect") }

// what a defective client was asked for is in doubt, and never taken for undone.
func TestDefectOfAClientLeavesEverythingInDoubt(t *testing.T) {
	t.Parallel()
	l := &Lane{log: slog.New(slog.DiscardHandler), portal: broken{}}
	outcomes := l.perform(t.Context(), &flight{chains: [][]crm.Call{{{Key: "a"}, {Key: "b"}}, {{Key: "c"}}}})
	if len(outcomes) != 3 {
		t.Fatalf("%d outcomes of 3 calls", len(outcomes))
	}
	for _, o := range outcomes {
		if o.Err == nil || o.Err.Kind != crm.Ambiguous {
			t.Errorf("%s: %v, want ambiguous", o.Key, o.Err)
		}
	}
}

// a defect in deciding one call does not stop its portal's lane; the journal tells of it.
func TestDefectOfADecisionCostsOneCallOnly(t *testing.T) {
	t.Parallel()
	l := &Lane{log: slog.New(slog.DiscardHandler)}
	uncompiled := &integration.Settings{Telephony: integration.Telephony{Enabled: true}}
	plan := l.plan(t.Context(), &integration.Facts{
		Call: integration.Call{Session: "1", Direction: crm.Incoming, Client: "+79000000001"}, Settings: uncompiled,
		Memory: integration.Memory{Registered: true},
	})
	if plan.Outcome != integration.Invalid || len(plan.Reasons) != 1 || len(plan.Actions) != 0 || !plan.Memory.Registered {
		t.Errorf("plan = %+v", plan)
	}
}
