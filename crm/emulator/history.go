package emulator

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Stats counts what reached a portal since it was made or last reset.
type Stats struct {
	HTTP            int            `json:"http"`             // all requests below /rest/, refused ones too
	Batches         int            `json:"batches"`          // of them batches
	Singles         int            `json:"singles"`          // of them single methods
	Uploads         int            `json:"uploads"`          // requests to an uploadUrl
	Commands        int            `json:"commands"`         // methods executed or refused, singly or in a batch
	Redirects       int            `json:"redirects"`        // requests to an old name
	Refreshes       int            `json:"refreshes"`        // refresh tokens exchanged
	LimitErrors     int            `json:"limit_errors"`     // QUERY_LIMIT_EXCEEDED by the portal's own bucket
	OperatingErrors int            `json:"operating_errors"` // OPERATION_TIME_LIMIT
	Cuts            int            `json:"cuts"`             // requests cut at 60 s of simulated time
	Events          int            `json:"events"`           // events delivered
	Methods         map[string]int `json:"methods"`
	Errors          map[string]int `json:"errors"`
	Unknown         map[string]int `json:"unknown"` // methods that do not exist here
}

func newStats() Stats {
	return Stats{Methods: map[string]int{}, Errors: map[string]int{}, Unknown: map[string]int{}}
}

// Command is one method that a client asked for.
type Command struct {
	Seq     int       `json:"seq"`
	Request int       `json:"request"` // which HTTP request it came in
	Method  string    `json:"method"`  // lower case
	Batched bool      `json:"batched"`
	Error   string    `json:"error,omitempty"` // code and text when refused
	At      time.Time `json:"at"`
	params  *array
}

// JSON is the command's parameters without the token.
func (c Command) JSON() string {
	a := newArray()
	for _, k := range c.params.keys {
		if k != "auth" {
			a.set(k, c.params.vals[k])
		}
	}
	data, err := json.Marshal(a)
	if err != nil {
		return ""
	}
	return string(data)
}

// Param is the text of one parameter, found by its path: Param("fields", "title").
func (c Command) Param(path ...string) string {
	var v any = c.params
	for _, k := range path {
		a, _ := v.(*array)
		v = a.get(k)
	}
	return phpString(v)
}

// Request is one HTTP request below /rest/.
type Request struct {
	Seq      int       `json:"seq"`
	Method   string    `json:"method"`
	Commands int       `json:"commands"`
	Status   int       `json:"status"`
	Error    string    `json:"error,omitempty"`
	Seconds  float64   `json:"seconds"` // simulated
	At       time.Time `json:"at"`
}

type history struct {
	commands []Command
	requests []Request
}

// Requests counts the HTTP requests and commands by kind.
func (p *Portal) Requests() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Methods, s.Errors, s.Unknown = maps.Clone(s.Methods), maps.Clone(s.Errors), maps.Clone(s.Unknown)
	return s
}

// Commands lists the latest commands, oldest first.
func (p *Portal) Commands() []Command {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.log.commands)
}

// RequestLog lists the latest HTTP requests, oldest first.
func (p *Portal) RequestLog() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.log.requests)
}

// LimitErrors counts requests refused because the portal's bucket was full.
func (p *Portal) LimitErrors() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats.LimitErrors
}

// UnknownMethods lists the methods asked for which do not exist here: a test wants none.
func (p *Portal) UnknownMethods() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return sortedKeys(p.stats.Unknown)
}

// ResetCounters forgets counters and history, not records.
func (p *Portal) ResetCounters() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats, p.log = newStats(), history{}
}

// ResetLimits empties the request bucket and the operating time.
func (p *Portal) ResetLimits() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bucket, p.oper = map[string]*bucket{}, map[string]*operating{}
}

// Counters are complete while the list of commands is cut, so that an hour's soak stays small.
func (p *Portal) remember(cmd Command) {
	p.stats.Commands++
	p.stats.Methods[cmd.Method]++
	cmd.Seq = p.stats.Commands
	p.log.commands = keep(append(p.log.commands, cmd), p.cloud.opt.keep)
}

// keep drops the older half once there are twice as many as wanted, so that appending stays cheap.
func keep[T any](list []T, n int) []T {
	if len(list) > 2*n {
		return slices.Clone(list[len(list)-n:])
	}
	return list
}
