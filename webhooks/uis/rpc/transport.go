package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/tidwall/gjson"

	"omniconnector/crm"
	"omniconnector/webhooks/uis"
)

// params are the parameters of a request.
type params map[string]any

// request is one method to be called.
type request struct {
	method string
	params params
	// writes tells that the method changes something, so that one whose answer is lost is Ambiguous.
	writes bool
}

// result is what a method returned: its data, and how many rows there are in all pages.
type result struct {
	data  gjson.Result
	total int
}

// rows are the objects of a list; one object alone is a list of one (contract uis §4.1, create.contacts).
func (r result) rows() []uis.Row {
	var out []uis.Row
	if r.data.IsObject() {
		return []uis.Row{uis.ReadRow(r.data)}
	}
	if r.data.IsArray() {
		r.data.ForEach(func(_, item gjson.Result) bool {
			if item.IsObject() {
				out = append(out, uis.ReadRow(item))
			}
			return true
		})
	}
	return out
}

// row is the only object, or one without columns.
func (r result) row() uis.Row {
	if rows := r.rows(); len(rows) > 0 {
		return rows[0]
	}
	return uis.Row{}
}

// refusal is an error with what only this package looks at: the parameter that it is about.
type refusal struct {
	*crm.Error
	field, value string
}

// ask calls a method with the account's token. A token that is refused is renewed once.
func (c *Client) ask(ctx context.Context, at endpoint, r request) (result, *crm.Error) {
	answer, no := c.inquire(ctx, at, r)
	if no != nil {
		return result{}, no.Error
	}
	return answer, nil
}

// inquire is ask for those who want to know which parameter was refused.
func (c *Client) inquire(ctx context.Context, at endpoint, r request) (result, *refusal) {
	token, e := c.token(ctx, at, "")
	if e != nil {
		return result{}, &refusal{Error: e}
	}
	for again := false; ; again = true {
		with := maps.Clone(r.params)
		if with == nil {
			with = params{}
		}
		with["access_token"] = string(token)
		if c.user != 0 && at.name == c.data.name {
			with["user_id"] = c.user
		}
		answer, no := c.exchange(ctx, at, request{method: r.method, params: with, writes: r.writes})
		if no == nil || again || at.session.permanent || !ended(no.Code) {
			return answer, no
		}
		if token, e = c.token(ctx, at, token); e != nil {
			return result{}, &refusal{Error: e}
		}
	}
}

// ended tells codes that another login heals (contract uis §3.4).
func ended(code string) bool { return code == "access_token_invalid" || code == "access_token_expired" }

func (c *Client) send(ctx context.Context, at endpoint, r request) (result, *crm.Error) {
	answer, no := c.exchange(ctx, at, r)
	if no != nil {
		return result{}, no.Error
	}
	return answer, nil
}

// exchange posts one request and reads its answer. Bodies hold secrets: they get neither into logs nor into errors.
func (c *Client) exchange(ctx context.Context, at endpoint, r request) (result, *refusal) {
	if err := ctx.Err(); err != nil {
		return result{}, &refusal{Error: broken(r.method, err, false, r.writes)}
	}
	if r.writes && !crm.MaySend(ctx, c.now()) {
		return result{}, &refusal{Error: &crm.Error{Kind: crm.Unavailable, Method: r.method, Code: codeLate, Text: pair("запрос не отправлен: слишком поздно", "not sent: too late"), Whole: true}}
	}
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": r.method, "method": r.method, "params": r.params})
	if err != nil {
		return result{}, &refusal{Error: &crm.Error{Kind: crm.Invalid, Method: r.method, Text: pair("запрос не удалось составить", "the request could not be written")}}
	}
	ctx, cancel := context.WithTimeout(ctx, at.patient)
	defer cancel()
	var s sending
	began := c.now()
	resp, err := c.rest.R().SetContext(s.watch(ctx)).SetBody(body).Post(at.address)
	if err != nil {
		e := broken(r.method, err, s.sent(err), r.writes)
		c.line(ctx, at, r.method, 0, began, e.Kind)
		return result{}, &refusal{Error: e}
	}
	answer, no := read(r, resp.StatusCode(), resp.Header().Get("Retry-After"), resp.Body(), c.secrets(r.params))
	kind := crm.ErrorKind("")
	if no != nil {
		kind = no.Kind
	}
	c.line(ctx, at, r.method, resp.StatusCode(), began, kind)
	return answer, no
}

func (c *Client) line(ctx context.Context, at endpoint, method string, status int, began time.Time, kind crm.ErrorKind) {
	if c.log == nil {
		return
	}
	c.log.LogAttrs(ctx, slog.LevelDebug, "platform.requested",
		slog.String("interface", at.name), slog.String("method", method), slog.Int("status", status),
		slog.Duration("took", c.now().Sub(began)), slog.String("kind", string(kind)))
}

// secrets are the texts of a request that no error may repeat.
func (c *Client) secrets(p params) []string {
	var out []string
	for _, name := range []string{"access_token", "password", "login"} {
		if s, ok := p[name].(string); ok && s != "" {
			out = append(out, s)
		}
	}
	return out
}

// sending watches how far a request got. It decides between "nothing was executed" and "it may have been".
type sending struct{ asked, wrote atomic.Bool }

func (s *sending) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { s.asked.Store(true) },
		WroteHeaders: func() { s.wrote.Store(true) },
	})
}

// sent is true unless it is certain that no request left this machine. A transport that reports nothing to the trace
// proves nothing either.
func (s *sending) sent(err error) bool {
	if s.wrote.Load() {
		return true
	}
	return !s.asked.Load() && !neverDialled(err)
}

// typed is the error of a shared login.
func typed(err error) *crm.Error {
	if e, ok := errors.AsType[*crm.Error](err); ok {
		own := *e
		return &own
	}
	return &crm.Error{Kind: crm.Unavailable, Method: methodLogin, Text: pair("вход в телефонию не удался", "the login to the telephony failed"), Whole: true}
}
