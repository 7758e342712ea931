package bitrix24

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/go-resty/resty/v2"

	"omniconnector/crm"
)

// sending watches how far a request got. It decides between "nothing was executed" and "it may have been".
type sending struct{ asked, wrote atomic.Bool }

func (s *sending) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { s.asked.Store(true) },
		WroteHeaders: func() { s.wrote.Store(true) },
	})
}

// sent is true unless it is certain that no complete request left this machine. A transport
// that reports nothing to the trace proves nothing either.
func (s *sending) sent(err error) bool {
	if s.wrote.Load() {
		return true
	}
	return !s.asked.Load() && !neverDialled(err)
}

// send posts one request and types what stopped it. Addresses and bodies hold secrets: neither gets out of here.
func (c *Client) send(ctx context.Context, method string, r *resty.Request, address string) (response, *crm.Error) {
	if err := ctx.Err(); err != nil {
		return response{}, broken(method, err, false)
	}
	// A refresh is no action of anybody's: it may come later than the action it serves.
	if method != methodToken && !crm.MaySend(ctx, c.now()) {
		return response{}, &crm.Error{Kind: crm.Unavailable, Method: method, Code: codeLate, Text: "not sent", Whole: true}
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	var s sending
	began := c.now()
	resp, err := r.SetContext(s.watch(ctx)).Post(address)
	if err != nil {
		e := broken(method, err, s.sent(err))
		c.line(ctx, method, 0, began, e.Kind)
		return response{}, e
	}
	c.line(ctx, method, resp.StatusCode(), began, "")
	return response{status: resp.StatusCode(), location: resp.Header().Get("Location"), body: resp.Body()}, nil
}

func (c *Client) line(ctx context.Context, method string, status int, began time.Time, kind crm.ErrorKind) {
	if c.log == nil {
		return
	}
	c.log.LogAttrs(ctx, slog.LevelDebug, "crm.requested",
		slog.String("method", method), slog.Int("status", status),
		slog.Duration("took", c.now().Sub(began)), slog.String("kind", string(kind)))
}

// post sends a body that is a stream. It is for uploads only; REST methods go through call.
func (c *Client) post(ctx context.Context, method string, req *http.Request) (*http.Response, *crm.Error) {
	var s sending
	began := c.now()
	resp, err := c.http.Do(req.WithContext(s.watch(ctx)))
	if err != nil {
		e := broken(method, err, s.sent(err))
		c.line(ctx, method, 0, began, e.Kind)
		return nil, e
	}
	c.line(ctx, method, resp.StatusCode, began, "")
	return resp, nil
}
