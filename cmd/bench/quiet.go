package main

import (
	"context"
	"errors"
	"maps"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// quietRepeats is how many calls of each kind are told; each costs the same, so that few will do.
const quietRepeats = 5

// quietCalls counts the portal's requests while one call at a time comes in and the connector finishes with each
// notification before the next, as in life, where seconds lie between them.
func (b *bench) quietCalls(ctx context.Context) (_ map[string]float64, err error) {
	st, err := b.play(ctx, set{world: world.Options{Tariff: unlimited()}, budget: plenty()})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	kinds := []struct {
		figure string
		script func() platform.Script
	}{
		{"requests_per_call_quiet", func() platform.Script { return recordKnown(st.answered()) }},
		{"requests_per_call_quiet_known", st.knownCustomer},
		{"requests_per_call_quiet_late_record", st.answered},
		{"requests_per_call_ring_group", st.ringGroup},
	}
	values := map[string]float64{}
	for _, kind := range kinds {
		requests := 0
		for range quietRepeats {
			script := kind.script()
			before := st.requests()
			for _, step := range together(script) {
				if err := st.tellAll(ctx, step, 0); err != nil {
					return nil, err
				}
				if err := st.quiet(ctx); err != nil {
					return nil, err
				}
			}
			requests += st.requests() - before
		}
		values[kind.figure] = float64(requests) / quietRepeats
	}
	return values, nil
}

// together are the steps of a script by moment: phones that ring at once are told of at once. Each step is a script.
func together(s platform.Script) [][]platform.Script {
	var moments [][]platform.Script
	for i, step := range s.Steps {
		one := platform.Script{Name: s.Name, Steps: []platform.Step{step}}
		if i > 0 && step.Due == s.Steps[i-1].Due {
			last := len(moments) - 1
			moments[last] = append(moments[last], one)
			continue
		}
		moments = append(moments, []platform.Script{one})
	}
	return moments
}

// recordKnown lets the last event of a call name its record, so that no later one need do so.
func recordKnown(s platform.Script) platform.Script {
	var record any
	for _, step := range s.Steps {
		if step.Event == "record_ready" {
			record = step.Vars["file_link"]
		}
	}
	s = s.Without("record_ready")
	for i, step := range s.Steps {
		if step.Event == "call_finished" {
			s.Steps[i].Vars = maps.Clone(step.Vars)
			s.Steps[i].Vars["record_file_links"] = []any{record}
		}
	}
	return s
}

// knownCustomer is a call of somebody who is a contact with an open deal.
func (st *stage) knownCustomer() platform.Script {
	c := st.call()
	contact := st.world.Portal.Add(bitrix.Contact, map[string]any{
		"name": "Пётр", "assignedById": 7, "fm": []any{bitrix.Phone("+" + c.Client)},
	})
	st.world.Portal.Add(bitrix.Deal, map[string]any{"title": "Диван", "assignedById": 7, "contactId": contact, "stageId": "NEW"})
	return recordKnown(c.Answered(st.world.Shop.Employees[0], usualWait, usualTalk))
}

// ringGroup is a call that rings three employees at once, whose cards are shown and hidden.
func (st *stage) ringGroup() platform.Script {
	staff := st.world.Shop.Employees
	return recordKnown(st.call().Ring(staff[:3], staff[1], usualWait, usualTalk))
}
