package lane

import (
	"context"
	"fmt"

	"omniconnector/integration"
)

// missing leaves in the plan of a replay only what the ledger does not have yet.
func (l *Lane) missing(ctx context.Context, plan integration.Plan) (integration.Plan, error) {
	keys := make([]integration.ActionKey, len(plan.Actions))
	for i := range plan.Actions {
		keys[i] = plan.Actions[i].Key
	}
	if len(keys) == 0 {
		return plan, nil
	}
	_, states, err := l.cfg.Store.Answers(ctx, l.lease, keys)
	if err != nil {
		return plan, fmt.Errorf("load what was done already: %w", err)
	}
	return plan.Without(func(k integration.ActionKey) bool { return states[k] != "" }), nil
}
