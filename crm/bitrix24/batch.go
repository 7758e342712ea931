package bitrix24

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"omniconnector/crm"
)

// maxCommands is the vendor's ceiling (contract §1.7).
const maxCommands = 50

// reply is what became of one REST command of a batch.
type reply struct {
	method string
	result json.RawMessage
	err    *crm.Error
	took   time.Duration
	// total and next page a list; 0 when not told (contract §1.6).
	total, next int
}

// into decodes the result; an unreadable one may have been a success.
func (r reply) into(out any) *crm.Error {
	if r.err != nil {
		return r.err
	}
	if err := json.Unmarshal(r.result, out); err != nil {
		return strange(r.method, "the result cannot be read")
	}
	return nil
}

func (r reply) isFalse() bool { return r.err == nil && string(r.result) == "false" }

// batchResult is the inner envelope; each part is [] when it is empty.
type batchResult struct {
	Result Maybe[map[string]json.RawMessage] `json:"result"`
	Errors Maybe[map[string]json.RawMessage] `json:"result_error"`
	Times  Maybe[map[string]Maybe[timing]]   `json:"result_time"`
	Totals Maybe[map[string]ID]              `json:"result_total"`
	Nexts  Maybe[map[string]ID]              `json:"result_next"`
}

// batch executes commands in one request, in order, each whatever became of the others. We
// always send a batch, even of one: a refusal of the request and a refusal of the command are
// then told apart by where they stand, which the same code (ACCESS_DENIED) does not do itself.
func (c *Client) batch(ctx context.Context, cs commands) ([]reply, *crm.Error) {
	env, e := c.call(ctx, methodBatch, map[string]any{"halt": 0, "cmd": cs})
	if e != nil {
		return nil, e
	}
	replies, spending, e := readBatch(cs, env)
	if e != nil {
		return nil, e
	}
	for method, s := range spending {
		c.meter.took(method, *s)
	}
	for i := range replies {
		if e := replies[i].err; e != nil && strings.EqualFold(e.Code, "OPERATION_TIME_LIMIT") {
			e.Wait = c.meter.exceeded(replies[i].method)
		}
	}
	return replies, nil
}

// readBatch hands each command its own part of the answer. A command that is in no part may
// have been executed: the portal was stopped halfway.
func readBatch(cs commands, env envelope) ([]reply, map[string]*spent, *crm.Error) {
	var inner batchResult
	if err := json.Unmarshal(env.Result, &inner); err != nil {
		return nil, nil, &crm.Error{Kind: crm.Ambiguous, Method: methodBatch, Code: codeStrange, Text: "the batch's results cannot be read", Whole: true}
	}
	spending := map[string]*spent{methodBatch: {}}
	spending[methodBatch].add(env.Time.V)
	replies := make([]reply, len(cs))
	for i, cmd := range cs {
		r := reply{method: cmd.method, total: int(inner.Totals.V[key(i)]), next: int(inner.Nexts.V[key(i)])}
		if t, ok := inner.Times.V[key(i)]; ok {
			r.took = t.V.took()
			if spending[cmd.method] == nil {
				spending[cmd.method] = &spent{}
			}
			spending[cmd.method].add(t.V)
		}
		if f, ok := inner.Errors.V[key(i)]; ok {
			r.err = refusal(ofCommand, cmd.method, http.StatusOK, readFailure(f), env.known)
		} else if v, ok := inner.Result.V[key(i)]; ok {
			r.result = v
		} else {
			r.err = strange(cmd.method, "the answer says nothing of this command")
		}
		replies[i] = r
	}
	return replies, spending, nil
}
