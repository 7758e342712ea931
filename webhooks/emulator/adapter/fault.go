package adapter

import (
	"fmt"
	"net/http"
	"strconv"
)

// Fault makes the next requests of adapters fail.
type Fault struct {
	Call   string `json:"call"`   // "login", "chat", "message", "close", "transfer", "upload", "payload"; any when empty
	Times  int    `json:"times"`  // so many requests; 0 is one
	Status int    `json:"status"` // 429, 500, 503…; 0 cuts the connection
	// RetryAfter is told with the status, in seconds.
	RetryAfter int `json:"retry_after"`
	// Executed lets the call do its work first: only the answer goes wrong.
	Executed bool `json:"executed"`
}

// Fail adds a fault; several are used up one after the other. The error tells of a fault that does nothing.
func (b *Book) Fail(f Fault) error {
	if f.Status != 0 && (f.Status < 400 || f.Status > 599) {
		return fmt.Errorf("status %d is no failure", f.Status)
	}
	f.Times = max(1, f.Times)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, &f)
	return nil
}

// Mend takes back all faults that are left.
func (b *Book) Mend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = nil
}

// fault takes the one that a call meets; nil for none.
func (b *Book) fault(call string) *Fault {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		if f.Times > 0 && (f.Call == "" || f.Call == call) {
			f.Times--
			return f
		}
	}
	return nil
}

// show answers as the fault says.
func (f *Fault) show(w http.ResponseWriter) {
	if f.Status == 0 {
		panic(http.ErrAbortHandler)
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	refuse(w, refusal{f.Status, http.StatusText(f.Status)})
}
