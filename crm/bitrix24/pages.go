package bitrix24

import (
	"context"
	"encoding/json"
	"errors"

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

// readAll reads all pages of all queries in as few batches as possible: the first pages together,
// then all others, whose offsets follow from the totals. One page that fails fails it all.
func (c *Client) readAll(ctx context.Context, charge func(context.Context) error, queries []query) *crm.Error {
	pending := make([]page, len(queries))
	for i := range queries {
		pending[i] = page{query: i}
	}
	for len(pending) > 0 {
		now := pending[:min(len(pending), maxCommands)]
		pending = pending[len(now):]
		more, e := c.readPages(ctx, charge, queries, now)
		if e != nil {
			return unread(e)
		}
		pending = append(pending, more...)
	}
	return nil
}

func (c *Client) readPages(
	ctx context.Context, charge func(context.Context) error, queries []query, pages []page,
) ([]page, *crm.Error) {
	cs := make(commands, len(pages))
	for i, pg := range pages {
		p := params{}
		for k, v := range queries[pg.query].params {
			p[k] = v
		}
		if pg.start > 0 {
			p["start"] = pg.start
		}
		cs[i] = command{queries[pg.query].method, p}
	}
	if charge != nil {
		if err := charge(ctx); err != nil {
			return nil, chargeError(err)
		}
	}
	replies, e := c.batch(ctx, cs)
	if e != nil {
		return nil, e
	}
	var more []page
	for i, pg := range pages {
		if replies[i].err != nil {
			return nil, replies[i].err
		}
		if e := queries[pg.query].take(replies[i].result); e != nil {
			return nil, e
		}
		more = append(more, rest(pg, replies[i])...)
	}
	return more, nil
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
