package rpc

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Entry is one request as the platform saw it.
type Entry struct {
	Number int       `json:"number"`
	At     time.Time `json:"at"`
	App    int64     `json:"app_id"` // 0 when the token told nothing
	API    string    `json:"api"`
	Method string    `json:"method"`
	Params Params    `json:"params"` // without tokens and passwords
	// Result is "ok", a mnemonic, or the name of a fault.
	Result string `json:"result"`
	// Executed tells whether the method did its work, whatever the client was told.
	Executed bool `json:"executed"`
}

// Text is the parameters in JSON.
func (e Entry) Text() string {
	text, err := json.Marshal(e.Params)
	if err != nil {
		return ""
	}
	return string(text)
}

// kept is how many requests the journal holds at least.
const kept = 2000

// note writes a request down; g.mu is held.
func (g *Gate) note(e Entry) {
	e.At = g.now()
	e.Params = maps.Clone(e.Params)
	for _, secret := range []string{"access_token", "password"} {
		delete(e.Params, secret)
	}
	g.count++
	e.Number = g.count
	g.journal = append(g.journal, e)
	if len(g.journal) > 2*kept {
		g.journal = slices.Clone(g.journal[len(g.journal)-kept:])
	}
}

// Journal lists the latest requests, oldest first; of some methods only when any are named.
func (g *Gate) Journal(methods ...string) []Entry {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := []Entry{}
	for _, e := range g.journal[max(0, len(g.journal)-kept):] {
		if len(methods) == 0 || slices.Contains(methods, e.Method) {
			all = append(all, e)
		}
	}
	return all
}
