package integration

import (
	"encoding/json"
	"fmt"
	"time"
)

// Simulation is an errand: calls of the past are decided by a draft of the settings, and what would differ is counted (S-2). It
// goes neither to the portal nor to the platform. Package simulate knows its result.
type Simulation struct {
	// Settings is the draft; empty for the newest settings.
	Settings json.RawMessage `json:"settings,omitempty"`
	// Last is how many calls at most are decided, the newest first.
	Last int `json:"last"`
	// From and Till bound when the calls were decided last; a zero From is the beginning.
	From time.Time `json:"from,omitzero"`
	Till time.Time `json:"till"`
}

// Name is "simulate_calls".
func (Simulation) Name() string { return "simulate_calls" }

func readSimulation(body []byte) (Simulation, error) {
	var s Simulation
	if err := json.Unmarshal(body, &s); err != nil {
		return s, fmt.Errorf("errand %s: %w", s.Name(), err)
	}
	return s, nil
}
