package rpc

import (
	"context"
	"slices"
	"strconv"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/webhooks/uis"
)

const methodCalls = "get.calls_report"

var callReport = report{method: methodCalls, at: "start_time", columns: callColumns}

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
	total, err = c.leaf(ctx, callReport, q, ids, zone, func(row uis.Row) bool {
		one, ok := readCall(row, zone, q.From, q.Till)
		if ok {
			found = append(found, one)
		}
		return ok
	})
	if err != nil {
		return nil, total, err
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
