package bitrix24

import (
	"context"
	"time"

	"omniconnector/crm"
)

// maxWork is how long one request may keep the portal busy, by its own measured times.
const maxWork = 20 * time.Second

// Fit says how many of the first chains go into one request: at most 50 REST commands that
// together take the portal about 20 s. It is at least 1 when there is a chain: one that is
// too long for any request is refused by Perform.
func (c *Client) Fit(chains [][]crm.Call) int {
	var count int
	var work time.Duration
	for i, chain := range chains {
		var names []string
		for _, call := range chain {
			names = append(names, methods(call.Do)...)
		}
		count += len(names)
		work += c.meter.expect(names)
		if i > 0 && (count > maxCommands || work > maxWork) {
			return i
		}
	}
	return len(chains)
}

// Perform sends the chains in one batch, with halt=0: one command's failure leaves its neighbours
// alone. Calls that cannot be sent (a paused method, a reference to something that failed, a chain
// that fits no batch) are settled without the portal, and when nothing is left nothing is sent.
func (c *Client) Perform(ctx context.Context, chains [][]crm.Call, answers crm.Answers) []crm.Outcome {
	r := newRequest(c, answers)
	for _, chain := range chains {
		r.chain(chain)
	}
	if len(r.commands) == 0 {
		return r.outcomes()
	}
	replies, e := c.batch(ctx, r.commands)
	if e != nil {
		return r.failed(e)
	}
	for _, u := range r.units {
		u.conclude(replies)
	}
	return r.outcomes()
}

// chain adds all calls of a chain or none of them.
func (r *request) chain(chain []crm.Call) {
	var count int
	for _, call := range chain {
		count += len(methods(call.Do))
	}
	if len(r.commands)+count <= maxCommands {
		for _, call := range chain {
			r.add(call)
		}
		return
	}
	e := &crm.Error{Kind: crm.Unavailable, Method: methodBatch, Code: codeFull, Text: "no room in this request"}
	if count > maxCommands {
		e = invalid(methodBatch, "ERROR_BATCH_LENGTH_EXCEEDED", "the chain is longer than any request")
	}
	for _, call := range chain {
		u := &unit{call: call}
		u.settle(nil, clone(e))
		r.units = append(r.units, u)
		r.byKey[call.Key] = u
	}
}

// outcomes lists what became of the calls, in their order.
func (r *request) outcomes() []crm.Outcome {
	out := make([]crm.Outcome, len(r.units))
	for i, u := range r.units {
		if u.local != nil {
			u.out = *u.local
		}
		out[i] = u.out
	}
	return out
}

// failed repeats the request's error for every call that was in it.
func (r *request) failed(e *crm.Error) []crm.Outcome {
	for _, u := range r.units {
		if u.local == nil {
			u.out = crm.Outcome{Key: u.call.Key, Err: clone(e)}
		}
	}
	return r.outcomes()
}

// conclude reads the unit's own replies. Where a command it points at failed, the portal was given
// literal text for an id, and its refusal says nothing of the call itself: that is Skipped. What
// the portal did carry out nevertheless is reported as done, or it would be done twice.
func (u *unit) conclude(replies []reply) {
	if u.local != nil {
		return
	}
	own := replies[u.first : u.first+u.count]
	u.out = crm.Outcome{Key: u.call.Key}
	for _, r := range own {
		u.out.Took += r.took
	}
	v, e := u.read(own)
	if u.orphan() && (e == nil && !done(v) || e != nil && e.Kind != crm.Ambiguous) {
		v, e = nil, skipped(own[0].method, "what it points at failed")
	}
	if e != nil {
		u.out.Err = clone(e)
		return
	}
	u.out.Result = v
	if f, ok := v.(crm.Finished); ok {
		u.none = f.Activity == 0
	}
}

// orphan tells that a unit of this request it points at made no record.
func (u *unit) orphan() bool {
	for _, to := range u.deps {
		if to.out.Err != nil || to.none {
			return true
		}
	}
	return false
}

// done tells a result that leaves something behind in the portal.
func done(v any) bool {
	switch v := v.(type) {
	case crm.Made, crm.Registered, crm.Finished, crm.Commented:
		return true
	case crm.Updated:
		return !v.Kept
	case crm.Notified:
		return v.ID != 0
	}
	return false
}

func clone(e *crm.Error) *crm.Error {
	c := *e
	return &c
}
