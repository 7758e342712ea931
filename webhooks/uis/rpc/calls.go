package rpc

import (
	"context"
	"slices"
	"strconv"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/webhooks/uis"
)

const (
	methodCalls = "get.calls_report"
	// longestSpan is less than any three months (contract uis §4, date_interval_limit_reached), with a day to spare.
	longestSpan = 88 * 24 * time.Hour
	// shortestSpan is not split any further, however many calls it has.
	shortestSpan = time.Hour
)

// span is a part of a query that one request may ask for; count is how many calls it has, -1 when not known yet.
type span struct {
	from, till time.Time
	count      int
}

// counted is the last long query with what is known of its spans, so that its next page asks only for what it needs.
type counted struct {
	from, till time.Time
	spans      []span
}

// Calls reads ended calls that started from q.From until before q.Till (contract uis §4.3). A page holds the rows Offset…Offset+Limit
// of the platform's own list and may give fewer events than that, because calls that go on or are outside of the range are left
// out; only the end is an empty page. Limit is 1000 when not given and 10000 at most. It costs a point per page and one for its legs, when it has calls
// with employees; a range of more than three months costs one more for each three months when its first page is read, and
// the account's zone one once.
func (c *Client) Calls(ctx context.Context, q centre.Query) (reports []integration.Event, total int, err *crm.Error) {
	ids := numbers(q.Sessions)
	if len(q.Sessions) > 0 && len(ids) == 0 || !q.From.Before(q.Till) {
		return nil, 0, nil
	}
	zone, err := c.location(ctx)
	if err != nil {
		return nil, 0, err
	}
	var found []call
	for {
		var rows []uis.Row
		if rows, total, err = c.page(ctx, q, ids, zone); err != nil {
			return nil, total, err
		}
		for _, row := range rows {
			if one, ok := readCall(row, zone, q.From, q.Till); ok {
				found = append(found, one)
			}
		}
		if len(found) > 0 || len(rows) == 0 || len(ids) > 0 {
			break
		}
		q.Offset += len(rows) // an empty page is the end: one of which nothing can be used is not
	}
	legs, err := c.legs(ctx, found, zone)
	if err != nil {
		return nil, total, err
	}
	for _, one := range found {
		reports = append(reports, c.event(one, legs[one.id]))
	}
	slices.SortStableFunc(reports, func(a, b integration.Event) int { return a.Report.StartedAt.Compare(b.Report.StartedAt) })
	return reports, total, nil
}

// page finds the rows of a page in the spans of its query.
func (c *Client) page(ctx context.Context, q centre.Query, ids []int64, zone *time.Location) (rows []uis.Row, total int, err *crm.Error) {
	skip, want := max(0, q.Offset), q.Limit
	if want <= 0 {
		want = usualRows
	}
	want = min(want, mostRows)
	spans := c.recall(q, ids)
	for i := 0; i < len(spans); i++ {
		s := &spans[i]
		if s.count >= 0 && (want == 0 || skip >= s.count) {
			skip, total = max(0, skip-s.count), total+s.count
			continue
		}
		some, n, e := c.rows(ctx, *s, ids, skip, max(1, want), zone)
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
	c.remember(q, ids, spans)
	return rows, total, nil
}

// rows asks for one page of one span and how many rows the span has.
func (c *Client) rows(ctx context.Context, s span, ids []int64, offset, limit int, zone *time.Location) ([]uis.Row, int, *crm.Error) {
	from, till := outer(s.from, s.till, zone)
	p := params{
		"date_from": from, "date_till": till, "limit": limit, "offset": min(offset, deepestOffset),
		"sort": []params{{"field": "start_time", "order": "asc"}, {"field": "id", "order": "asc"}},
	}
	if len(ids) > 0 {
		p["filter"] = among("id", ids)
	}
	answer, e := c.look(ctx, methodCalls, callColumns, p)
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
func (c *Client) recall(q centre.Query, ids []int64) []span {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(ids) == 0 && c.counted.from.Equal(q.From) && c.counted.till.Equal(q.Till) && q.Offset > 0 {
		return slices.Clone(c.counted.spans)
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

func (c *Client) remember(q centre.Query, ids []int64, spans []span) {
	if len(ids) > 0 || len(spans) == 1 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counted = counted{q.From, q.Till, slices.Clone(spans)}
}

// numbers are the platform's sessions among ours: clicks and forms have sessions of their own.
func numbers(sessions []string) []int64 {
	var ids []int64
	for _, s := range sessions {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil && id > 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

func equals(field string, value any) params {
	return params{"field": field, "operator": "=", "value": value}
}

func among(field string, values []int64) params {
	return params{"field": field, "operator": "in", "value": values}
}
