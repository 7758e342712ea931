package bitrix24

import (
	"context"
	"encoding/json"
	"errors"
	"maps"

	"omniconnector/crm"
)

const pageSize = 50 // fixed by the vendor (contract §1.6)

// query is one list to read to its end.
type query struct {
	method string
	params params
	// take gets each page's result as it is.
	take func(json.RawMessage) *crm.Error
}

// page is one command of a round: a query at an offset.
type page struct {
	query int
	start int
}

// harvest reads several lists to their ends. What one of them tells may add further lists.
type harvest struct {
	client  *Client
	charge  func(context.Context) error
	queries []query
	pending []page
}

// add asks for one more list.
func (h *harvest) add(qs ...query) {
	for _, q := range qs {
		h.queries = append(h.queries, q)
		h.pending = append(h.pending, page{query: len(h.queries) - 1})
	}
}

// run reads everything in as few batches as possible: the first pages together, then all
// others, whose offsets follow from the totals. One page that fails fails it all.
func (h *harvest) run(ctx context.Context) *crm.Error {
	for len(h.pending) > 0 {
		now := h.pending[:min(len(h.pending), maxCommands)]
		h.pending = append([]page(nil), h.pending[len(now):]...)
		if e := h.round(ctx, now); e != nil {
			return unread(e)
		}
	}
	return nil
}

func (h *harvest) round(ctx context.Context, pages []page) *crm.Error {
	cs := make(commands, len(pages))
	for i, pg := range pages {
		p := params{}
		maps.Copy(p, h.queries[pg.query].params)
		if pg.start > 0 {
			p["start"] = pg.start
		}
		cs[i] = command{h.queries[pg.query].method, p}
	}
	if h.charge != nil {
		if err := h.charge(ctx); err != nil {
			return chargeError(err)
		}
	}
	replies, e := h.client.batch(ctx, cs)
	if e != nil {
		return e
	}
	for i, pg := range pages {
		if replies[i].err != nil {
			return replies[i].err
		}
		if e := h.queries[pg.query].take(replies[i].result); e != nil {
			return e
		}
		h.pending = append(h.pending, rest(pg, replies[i])...)
	}
	return nil
}

// rest are the pages after the first one, or after one whose total was not told.
func rest(pg page, r reply) []page {
	if r.next <= pg.start { // the last page, or a list that would never end
		return nil
	}
	if r.total <= 0 {
		return []page{{pg.query, r.next}}
	}
	var more []page
	if pg.start == 0 {
		for at := r.next; at < r.total && at > 0; at += pageSize {
			more = append(more, page{pg.query, at})
		}
	}
	return more
}

func chargeError(err error) *crm.Error {
	if e, ok := errors.AsType[*crm.Error](err); ok {
		return clone(e)
	}
	return &crm.Error{Kind: crm.Unavailable, Method: methodBatch, Code: "NOT_CHARGED", Text: cause(err)}
}
