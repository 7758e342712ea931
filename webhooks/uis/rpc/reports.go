package rpc

import (
	"context"
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/integration/centre"
	"omniconnector/webhooks/uis"
)

const (
	// longestSpan is less than any three months (contract uis §4, date_interval_limit_reached), with a day to spare.
	longestSpan = 88 * 24 * time.Hour
	// shortestSpan is not split any further, however many rows it has.
	shortestSpan = time.Hour
)

// report is a list of communications that is asked for by when they began.
type report struct {
	method  string
	at      string // the column that says when
	columns []string
}

// span is a part of a query that one request may ask for; count is how many rows it has, -1 when not known yet.
type span struct {
	from, till time.Time
	count      int
}

// counted is the last long query of a report with what is known of its spans, so that its next page asks only for what it needs.
type counted struct {
	from, till time.Time
	spans      []span
}

// leaf turns pages until one has something that can be used: an empty page is the end, one of which nothing can be used is not.
func (c *Client) leaf(
	ctx context.Context, of report, q centre.Query, ids []int64, zone *time.Location, use func(uis.Row) bool,
) (total int, err *crm.Error) {
	for {
		var rows []uis.Row
		if rows, total, err = c.page(ctx, of, q, ids, zone); err != nil {
			return total, err
		}
		used := false
		for _, row := range rows {
			used = use(row) || used
		}
		if used || len(rows) == 0 || len(ids) > 0 {
			return total, nil
		}
		q.Offset += len(rows)
	}
}

// page finds the rows of a page in the spans of its query.
func (c *Client) page(ctx context.Context, of report, q centre.Query, ids []int64, zone *time.Location) (rows []uis.Row, total int, err *crm.Error) {
	skip, want := max(0, q.Offset), q.Limit
	if want <= 0 {
		want = usualRows
	}
	want = min(want, mostRows)
	spans := c.recall(of, q, ids)
	for i := 0; i < len(spans); i++ {
		s := &spans[i]
		if s.count >= 0 && (want == 0 || skip >= s.count) {
			skip, total = max(0, skip-s.count), total+s.count
			continue
		}
		some, n, e := c.rows(ctx, of, *s, ids, skip, max(1, want), zone)
		if e != nil {
			return nil, 0, e
		}
		if n > deepestOffset && s.till.Sub(s.from) > shortestSpan { // the platform pages no deeper
			spans = slices.Replace(spans, i, i+1, s.halves()...)
			i--
			continue
		}
		s.count = n
		total += n
		if want > 0 {
			some = some[:min(len(some), want)]
			rows, want = append(rows, some...), want-len(some)
		}
		skip = max(0, skip-n)
	}
	c.remember(of, q, ids, spans)
	return rows, total, nil
}

// rows asks for one page of one span and how many rows the span has.
func (c *Client) rows(ctx context.Context, of report, s span, ids []int64, offset, limit int, zone *time.Location) ([]uis.Row, int, *crm.Error) {
	from, till := outer(s.from, s.till, zone)
	p := params{
		"date_from": from, "date_till": till, "limit": limit, "offset": min(offset, deepestOffset),
		"sort": []params{{"field": of.at, "order": "asc"}, {"field": "id", "order": "asc"}},
	}
	if len(ids) > 0 {
		p["filter"] = among("id", ids)
	}
	answer, e := c.look(ctx, of.method, of.columns, p)
	if e != nil {
		return nil, 0, e
	}
	rows := answer.rows()
	n := answer.total
	if n == 0 && len(rows) > 0 {
		n = offset + len(rows)
	}
	return rows, n, nil
}

func (s span) halves() []span {
	middle := s.from.Add(s.till.Sub(s.from) / 2).Truncate(time.Second)
	return []span{{s.from, middle, -1}, {middle, s.till, -1}}
}

// recall splits a query into spans, or takes those that are known of it.
func (c *Client) recall(of report, q centre.Query, ids []int64) []span {
	c.mu.Lock()
	defer c.mu.Unlock()
	if had := c.counted[of.method]; len(ids) == 0 && had.from.Equal(q.From) && had.till.Equal(q.Till) && q.Offset > 0 {
		return slices.Clone(had.spans)
	}
	var spans []span
	for from := q.From; from.Before(q.Till); from = from.Add(longestSpan) {
		till := from.Add(longestSpan)
		if q.Till.Before(till) {
			till = q.Till
		}
		spans = append(spans, span{from, till, -1})
	}
	return spans
}

func (c *Client) remember(of report, q centre.Query, ids []int64, spans []span) {
	if len(ids) > 0 || len(spans) == 1 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counted[of.method] = counted{q.From, q.Till, slices.Clone(spans)}
}
